//! Who sits here, and what they are asked.

use std::sync::Arc;

use tiebreak_domain::{AnnotatorId, ProjectKey, Rubric};
use tiebreak_store::NewProject;

/// What changes seldom and is needed for every item that is offered.
#[derive(Clone)]
pub struct Seated {
    /// Who sits here.
    pub annotator: AnnotatorId,
    /// What they are called.
    pub name: String,
    /// Whether the PIN of the seat was not given yet.
    pub is_locked: bool,
    /// What is asked.
    pub rubric: Arc<Rubric>,
    /// Which project it is.
    pub key: ProjectKey,
}

impl Seated {
    /// The project was read again, in which whoever sat here `before` may have another number. Somebody who sat down
    /// meanwhile stays.
    pub fn refresh(&mut self, before: &Self, annotator: AnnotatorId, project: NewProject) {
        if (self.annotator, &self.name) == (before.annotator, &before.name) {
            self.annotator = annotator;
        }
        self.rubric = Arc::new(project.rubric);
        self.key = project.key;
    }
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::UnixMillis;

    use super::*;

    #[test]
    fn whoever_sat_down_while_the_project_was_read_again_stays() {
        let seated = |id, name: &str| Seated {
            annotator: AnnotatorId(id),
            name: name.to_owned(),
            is_locked: false,
            rubric: Arc::default(),
            key: ProjectKey([1; 16]),
        };
        let after = |mut now: Seated| {
            let project = NewProject {
                key: ProjectKey([1; 16]),
                name: "p".to_owned(),
                created_at: UnixMillis(0),
                rubric: Rubric { version: 2, ..Rubric::default() },
                is_sample: false,
            };
            now.refresh(&seated(1, "Ada"), AnnotatorId(7), project);
            (now.annotator, now.name, now.rubric.version)
        };
        assert_eq!(after(seated(2, "Ben")), (AnnotatorId(2), "Ben".to_owned(), 2));
        assert_eq!(after(seated(1, "Ada")), (AnnotatorId(7), "Ada".to_owned(), 2), "another number for Ada");
    }
}
