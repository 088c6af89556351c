//! A study: what a project asks of its people, and how their work is shared out and looked after.
//!
//! [`StudySetup`] is written by the lead, kept in the project in every version it ever had, and may change while
//! work is under way. A project that was never set up has [`StudySetup::default`]: nothing is asked of anybody,
//! and everyone judges everything in the order of the file. Profiles and PINs are in [`crate::person`], the
//! rules of the queue in [`crate::assignment`], those of training and gold items in [`crate::quality`].

mod arms;
mod field;
mod fit;

pub use arms::Arms;
pub use field::{ProfileField, ProfileKind, ProfileValue};

use std::collections::HashSet;

use serde::{Deserialize, Serialize};

use crate::assignment::Assignment;
use crate::learning::Learning;
use crate::quality::QualityRules;

/// What a study asks of its people, and how their work is shared out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct StudySetup {
    /// 1, and one more for every change; 0 where nothing was ever set up.
    pub version: u32,
    /// What people call it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What people agree to before they judge (Markdown); nothing if empty.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub consent: String,
    /// What people are asked about themselves, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub profile: Vec<ProfileField>,
    /// The arms that people are drawn into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arms: Option<Arms>,
    /// Skills and seniorities that a person can have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// Who is offered what, and in which order.
    pub assignment: Assignment,
    /// Training, gold and attention items, repeats.
    pub quality: QualityRules,
    /// How it learns from votes and chooses what to ask; none asks by the assignment alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub learning: Option<Learning>,
}

impl StudySetup {
    /// The profile field with a key.
    pub fn field(&self, key: &str) -> Option<&ProfileField> {
        self.profile.iter().find(|field| field.key == key)
    }

    /// Why it cannot be set up so, in a sentence; none if it can.
    pub fn refusal(&self) -> Option<String> {
        let mut keys = HashSet::new();
        for field in &self.profile {
            if let Some(refusal) = field.fault() {
                return Some(refusal);
            }
            if !keys.insert(field.key.as_str()) {
                return Some(format!("two fields of the profile have the key {:?}", field.key));
            }
        }
        let mut tags = HashSet::new();
        for tag in &self.tags {
            if tag.trim().is_empty() || !tags.insert(tag.as_str()) {
                return Some(format!("a tag is empty or stands twice, {tag:?}"));
            }
        }
        self.arms
            .as_ref()
            .and_then(Arms::fault)
            .or_else(|| self.assignment.fault())
            .or_else(|| self.quality.fault())
            .or_else(|| self.learning.as_ref().and_then(Learning::fault))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_set_up_asks_nothing_and_survives_json() {
        let study = StudySetup::default();
        assert_eq!(study.refusal(), None);
        let json = serde_json::to_string(&study).expect("serialisable");
        assert_eq!(serde_json::from_str::<StudySetup>(&json).expect("readable"), study);
        assert_eq!(
            serde_json::from_str::<StudySetup>("{}").expect("readable"),
            study,
            "every part may be left out"
        );
    }

    #[test]
    fn keys_and_tags_stand_once() {
        let field =
            ProfileField::new("age", "How old are you?", ProfileKind::Number { lowest: None, highest: None });
        let mut study = StudySetup { profile: vec![field.clone()], ..StudySetup::default() };
        assert_eq!(study.refusal(), None);
        study.profile.push(field);
        assert!(study.refusal().is_some_and(|refusal| refusal.contains("\"age\"")), "the key is named");
        let twice = StudySetup { tags: vec!["law".into(), "law".into()], ..StudySetup::default() };
        assert!(twice.refusal().is_some(), "a tag stands twice");
    }
}
