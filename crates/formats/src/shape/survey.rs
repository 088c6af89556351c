//! PRISM's survey: a row for each person, with what they say of themselves. It holds nothing to judge; whose
//! votes are taken in from the conversations gets the profile that belongs to them.

use super::fields::Columns;
use super::{Meaning, Shape};
use crate::cell::Cell;
use crate::record::Profile;

/// Reads PRISM's `survey` file.
pub(crate) struct SurveyShape {
    columns: Columns,
}

impl SurveyShape {
    pub(crate) fn new(all: &[String]) -> Self {
        Self { columns: Columns::new(&["user_id"], all) }
    }
}

impl Shape for SurveyShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn meanings(&self, cells: Vec<Cell>) -> Vec<Result<Meaning, String>> {
        let mut row = self.columns.row(cells);
        let Some(annotator) = row.text("user_id") else {
            return vec![Err(
                "\"user_id\" is missing, so whose profile this is is not known; name the person".to_owned(),
            )];
        };
        if row.metadata.is_empty() {
            return vec![Err(format!("nothing is said of {annotator:?}; leave the row out"))];
        }
        vec![Ok(Meaning::Profile(Profile { annotator, answers: row.metadata }))]
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    fn read(line: &str) -> Result<Meaning, String> {
        let shape = SurveyShape::new(&["user_id", "age", "stated_prefs"].map(str::to_owned));
        shape.meanings(cells_from_json(line, &shape.columns()).unwrap()).remove(0)
    }

    #[test]
    fn a_row_is_a_person() {
        let read_one = read(r#"{"user_id":"u1","age":"18-24","stated_prefs":{"values":50}}"#);
        let Meaning::Profile(profile) = read_one.unwrap() else { panic!("a profile") };
        assert_eq!(profile.annotator, "u1");
        assert_eq!(profile.answers["stated_prefs"]["values"], 50, "nested as the data has it");
        assert!(read(r#"{"age":"18-24"}"#).unwrap_err().starts_with("\"user_id\" is missing"));
        assert!(read(r#"{"user_id":"u1"}"#).unwrap_err().contains("\"u1\""));
    }
}
