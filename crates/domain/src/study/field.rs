//! Fields of a profile: what a study asks about a person, and what can be said to it.

use serde::{Deserialize, Serialize};

use crate::rubric::Entry;

/// One thing that is asked about a person.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileField {
    /// Its name in files; unique in the study.
    pub key: String,
    /// What the person reads.
    pub title: String,
    /// What helps to answer it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub help: String,
    /// What can be said.
    #[serde(flatten)]
    pub kind: ProfileKind,
    /// Whether nobody judges before having answered it.
    #[serde(default)]
    pub required: bool,
}

/// What can be said to a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ProfileKind {
    /// Words.
    Text,
    /// A number.
    Number {
        /// The smallest that makes sense.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lowest: Option<f64>,
        /// The largest that makes sense.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        highest: Option<f64>,
    },
    /// One entry of a list.
    Choice {
        /// The list.
        entries: Vec<Entry>,
    },
    /// Any number of entries of a list.
    Choices {
        /// The list.
        entries: Vec<Entry>,
    },
    /// A place between two ends; unset until touched.
    Slider {
        /// The left end.
        lowest: i32,
        /// The right end.
        highest: i32,
        /// What stands at the left end.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        low_title: String,
        /// What stands at the right end.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        high_title: String,
    },
}

/// What a person said to a field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileValue {
    /// Words.
    Text(String),
    /// A number.
    Number(f64),
    /// The key of an entry.
    Choice(String),
    /// The keys of the chosen entries, in the list's order.
    Choices(Vec<String>),
    /// A place on the slider.
    Slider(i32),
}

impl ProfileField {
    /// A field that need not be answered.
    pub fn new(key: &str, title: &str, kind: ProfileKind) -> Self {
        Self { key: key.to_owned(), title: title.to_owned(), help: String::new(), kind, required: false }
    }

    /// What is wrong with a value as an answer to it, in a sentence; none if nothing is.
    pub fn refusal(&self, value: &ProfileValue) -> Option<String> {
        let title = &self.title;
        let stranger = |key: &str| format!("{key:?} is no entry of {title:?}");
        match (value, &self.kind) {
            (ProfileValue::Text(text), ProfileKind::Text) => {
                text.trim().is_empty().then(|| format!("nothing was written to {title:?}"))
            }
            (ProfileValue::Number(number), ProfileKind::Number { lowest, highest }) => {
                let is_inside = number.is_finite()
                    && lowest.is_none_or(|lowest| *number >= lowest)
                    && highest.is_none_or(|highest| *number <= highest);
                (!is_inside).then(|| format!("the number makes no sense for {title:?}, {number}"))
            }
            (ProfileValue::Choice(key), ProfileKind::Choice { entries }) => {
                (!entries.iter().any(|entry| entry.key == *key)).then(|| stranger(key))
            }
            (ProfileValue::Choices(keys), ProfileKind::Choices { entries }) => {
                let unknown = keys.iter().find(|key| !entries.iter().any(|entry| entry.key == **key));
                unknown.map(|key| stranger(key))
            }
            (ProfileValue::Slider(value), ProfileKind::Slider { lowest, highest, .. }) => {
                (!(lowest..=highest).contains(&value))
                    .then(|| format!("{value} is not between {lowest} and {highest}, {title:?}"))
            }
            _ => Some(format!("the field asks for something else, {title:?}")),
        }
    }

    /// What is wrong with the field itself.
    pub(super) fn fault(&self) -> Option<String> {
        let key = &self.key;
        if key.trim().is_empty() || self.title.trim().is_empty() {
            return Some(format!("a field of the profile needs a key and a title, {key:?}"));
        }
        match &self.kind {
            ProfileKind::Choice { entries } | ProfileKind::Choices { entries } => {
                let mut keys: Vec<&str> = entries.iter().map(|entry| entry.key.as_str()).collect();
                keys.sort_unstable();
                keys.dedup();
                let is_list = !entries.is_empty() && keys.len() == entries.len();
                (!is_list).then(|| format!("the field {key:?} needs entries, each with a key of its own"))
            }
            ProfileKind::Slider { lowest, highest, .. } => {
                (lowest >= highest).then(|| format!("the slider {key:?} ends where it begins"))
            }
            ProfileKind::Number { lowest: Some(lowest), highest: Some(highest) } if lowest > highest => {
                Some(format!("no number is between the bounds of {key:?}"))
            }
            ProfileKind::Text | ProfileKind::Number { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_field_or_are_refused() {
        let slider = ProfileKind::Slider {
            lowest: 0,
            highest: 100,
            low_title: String::new(),
            high_title: String::new(),
        };
        let field = ProfileField::new("values", "Reflects my values", slider);
        assert_eq!(field.refusal(&ProfileValue::Slider(100)), None);
        assert!(field.refusal(&ProfileValue::Slider(101)).is_some(), "beyond the end");
        assert!(field.refusal(&ProfileValue::Text("80".into())).is_some(), "another kind");
        let entries = vec![Entry { key: "uk".into(), title: "United Kingdom".into(), ..Entry::default() }];
        let field = ProfileField::new("place", "Where do you live?", ProfileKind::Choices { entries });
        assert_eq!(field.refusal(&ProfileValue::Choices(vec!["uk".into()])), None);
        assert!(field.refusal(&ProfileValue::Choices(vec!["us".into()])).is_some(), "an unknown entry");
        let age = ProfileField::new("age", "Age", ProfileKind::Number { lowest: Some(18.0), highest: None });
        assert!(age.refusal(&ProfileValue::Number(17.0)).is_some(), "too young");
        assert!(age.refusal(&ProfileValue::Number(f64::NAN)).is_some(), "no number at all");
    }

    #[test]
    fn a_field_survives_json_with_its_kind_beside_its_key() {
        let field =
            ProfileField::new("age", "Age", ProfileKind::Number { lowest: Some(18.0), highest: None });
        let json = serde_json::to_string(&field).expect("serialisable");
        assert!(json.contains(r#""kind":"number""#), "{json}");
        assert_eq!(serde_json::from_str::<ProfileField>(&json).expect("readable"), field);
    }
}
