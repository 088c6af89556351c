//! People: what a study knows of an annotator beside the judgments, and the PIN that keeps a seat.
//!
//! A PIN keeps colleagues at one machine from judging under each other's names. It does not hide the project
//! file, which anybody who has it can read.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::project::Progress;
use crate::quality::Score;
use crate::study::{ProfileField, ProfileValue, StudySetup};
use crate::{Annotator, AnnotatorId, UnixMillis};

/// A PIN on its way; it is never shown, and stored only as a salted hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Pin(pub String);

impl fmt::Debug for Pin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Pin(…)")
    }
}

impl Pin {
    /// Why it cannot be a PIN, in a sentence; none if it can.
    pub fn refusal(&self) -> Option<String> {
        let count = self.0.chars().count();
        (!(4..=64).contains(&count)).then(|| "a PIN has 4 to 64 characters".to_owned())
    }
}

/// How many wrong PINs in a row cost nothing.
const FREE_ATTEMPTS: u32 = 3;
/// The longest wait.
const LONGEST_WAIT_MS: u64 = 5 * 60 * 1000;

/// How long nobody may try again after so many wrong PINs in a row, in milliseconds: nothing for the first two,
/// then 2 s, 4 s, 8 s, … up to five minutes.
pub fn pin_wait_ms(wrong_in_a_row: u32) -> u64 {
    match wrong_in_a_row.checked_sub(FREE_ATTEMPTS - 1) {
        None | Some(0) => 0,
        Some(beyond) => 1000_u64.checked_shl(beyond.min(32)).unwrap_or(LONGEST_WAIT_MS).min(LONGEST_WAIT_MS),
    }
}

/// What a person said to a field of the profile.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProfileAnswer {
    /// The field's key.
    pub field: String,
    /// What was said.
    pub value: ProfileValue,
    /// When.
    pub answered_at: UnixMillis,
}

/// An annotator as a study knows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Person {
    /// Who it is, and how much was judged.
    pub annotator: Annotator,
    /// How far this person is.
    pub progress: Progress,
    /// Whether the seat is kept by a PIN.
    pub has_pin: bool,
    /// Whether this person leads the study.
    pub is_lead: bool,
    /// Skills and seniority.
    pub tags: Vec<String>,
    /// When the consent was given; none where it was not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_at: Option<UnixMillis>,
    /// The version of the study whose consent was given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consented_version: Option<u32>,
    /// What was said to the profile; empty where it is not for whoever asks.
    pub profile: Vec<ProfileAnswer>,
    /// The arm this person was drawn into; none where it is not for whoever asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arm: Option<String>,
    /// How the training went; none where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub training: Option<TrainingStanding>,
}

/// How far a person is with the training items.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainingStanding {
    /// Those judged, and of them those answered as expected.
    pub score: Score,
    /// Those still to be judged.
    pub left: u64,
    /// Whether other items may be offered; none while training items are left.
    pub is_qualified: Option<bool>,
}

/// Everyone in a project, and who sits here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct People {
    /// Everyone, oldest first.
    pub people: Vec<Person>,
    /// Whoever sits here.
    pub seated: AnnotatorId,
    /// Whether whoever sits here has not given the PIN yet, and is offered nothing until then.
    pub needs_pin: bool,
    /// What has to be done before anything is offered to whoever sits here, in a sentence; none if nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_do_first: Option<String>,
}

impl TrainingStanding {
    /// Why nothing else is offered to whoever did all of the training and not well enough, in a sentence; none
    /// while it goes on, and where it was passed. `needed` is the share of the study's rules.
    pub fn refusal(&self, needed: f64) -> Option<String> {
        let Score { right, total } = self.score;
        // Rounded down, so that a share that falls short never looks as if it did not.
        let reached = right * 100 / total.max(1);
        let needed = (needed * 1e10).round() / 1e8;
        (self.is_qualified == Some(false)).then(|| {
            format!(
                "the training was not passed: {right} of {total} items were answered as expected, {reached} %, and \
                 {needed} % are needed"
            )
        })
    }
}

impl Person {
    /// The first field that must be answered and was not, or was answered with what it no longer takes.
    pub fn missing<'study>(&self, study: &'study StudySetup) -> Option<&'study ProfileField> {
        study.profile.iter().filter(|field| field.required).find(|field| {
            let answer = self.profile.iter().find(|answer| answer.field == field.key);
            answer.is_none_or(|answer| field.refusal(&answer.value).is_some())
        })
    }

    /// What has to be done before anything is offered, in a sentence; none if nothing.
    pub fn to_do_first(&self, study: &StudySetup) -> Option<String> {
        if !study.consent.trim().is_empty() && self.consented_at.is_none() {
            return Some("the study needs your consent first".to_owned());
        }
        let field = self.missing(study)?;
        Some(format!("the study asks something about you first, {:?}", field.title))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AnnotatorKey;
    use crate::study::ProfileKind;

    #[test]
    fn wrong_pins_wait_longer_each_time_up_to_five_minutes() {
        let waits: Vec<u64> = (0..=6).map(|wrong| pin_wait_ms(wrong) / 1000).collect();
        assert_eq!(waits, [0, 0, 0, 2, 4, 8, 16]);
        assert_eq!(pin_wait_ms(11), LONGEST_WAIT_MS, "512 s would be beyond the longest");
        assert_eq!(pin_wait_ms(u32::MAX), LONGEST_WAIT_MS, "no overflow");
    }

    #[test]
    fn a_pin_never_shows_itself() {
        assert_eq!(format!("{:?}", Pin("2468".into())), "Pin(…)");
        assert!(Pin("123".into()).refusal().is_some(), "too short");
        assert_eq!(Pin("1234".into()).refusal(), None);
    }

    #[test]
    fn a_training_that_was_not_passed_says_what_was_needed_and_what_was_reached() {
        let standing = |right, is_qualified| TrainingStanding {
            score: Score { right, total: 3 },
            left: 0,
            is_qualified,
        };
        let says = standing(2, Some(false)).refusal(0.67).expect("two thirds are less");
        assert!(
            says.contains("2 of 3") && says.contains("66 %") && says.ends_with("67 % are needed"),
            "{says}"
        );
        assert_eq!(standing(3, Some(true)).refusal(0.67), None, "passed");
        assert_eq!(standing(0, None).refusal(0.67), None, "still under way");
    }

    #[test]
    fn consent_and_required_fields_come_before_work() {
        let mut field = ProfileField::new("name", "Your name", ProfileKind::Text);
        field.required = true;
        let study =
            StudySetup { consent: "Do you agree?".into(), profile: vec![field], ..StudySetup::default() };
        let annotator = Annotator {
            id: AnnotatorId(1),
            key: AnnotatorKey([1; 16]),
            name: "Ana".into(),
            judged: 0,
            skipped: 0,
        };
        let mut person = Person {
            annotator,
            progress: Progress::default(),
            has_pin: false,
            is_lead: false,
            tags: vec![],
            consented_at: None,
            consented_version: None,
            profile: vec![],
            arm: None,
            training: None,
        };
        assert!(person.to_do_first(&study).is_some_and(|first| first.contains("consent")));
        person.consented_at = Some(UnixMillis(1));
        assert!(person.to_do_first(&study).is_some_and(|first| first.contains("Your name")));
        person.profile.push(ProfileAnswer {
            field: "name".into(),
            value: ProfileValue::Text("Ana".into()),
            answered_at: UnixMillis(2),
        });
        assert_eq!(person.to_do_first(&study), None);
        assert_eq!(person.to_do_first(&StudySetup::default()), None, "a plain project asks nothing");
    }
}
