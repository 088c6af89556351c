//! What a study says about things that play: videos, animations and sounds.

use serde::{Deserialize, Serialize};

use crate::watched::Watched;
use crate::{Answer, AnswerValue, Item, Outcome, Rubric};

/// What a candidate does whose video is over before the longest of its item is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ends {
    /// Its last frame stays.
    #[default]
    Hold,
    /// It begins again.
    Loop,
    /// It is slowed down, so that all are over together.
    Stretch,
}

impl Ends {
    /// Every rule, with the word used in files.
    pub const WORDS: [(&str, Self); 3] =
        [("hold", Self::Hold), ("loop", Self::Loop), ("stretch", Self::Stretch)];
}

/// The rules for what plays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct VideoRules {
    /// What a candidate does that is over first.
    pub ends: Ends,
    /// Whether an item can be judged only when each of its candidates was seen to its end.
    pub must_be_seen: bool,
    /// How many pictures a second are shown of a folder of numbered pictures; none for 25.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pictures_per_second: Option<u16>,
}

impl VideoRules {
    /// Whether nothing was changed.
    pub fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

impl Rubric {
    /// The first candidate that has to be seen to its end before these answers can be given, and was not.
    ///
    /// Whoever says that an item cannot be judged need not watch it first, and what cannot be played holds
    /// nobody back. A candidate of which nothing is known was not seen.
    pub fn unseen(&self, item: &Item, answers: &[Answer], watched: &[Watched]) -> Option<usize> {
        let is_unratable = |answer: &Answer| matches!(&answer.value, AnswerValue::Preference(given) if given.outcome == Outcome::Unratable);
        if !self.video.must_be_seen || answers.iter().any(is_unratable) {
            return None;
        }
        item.candidates.iter().enumerate().position(|(index, candidate)| match watched.get(index) {
            Some(watched) => *watched == Watched::Partly,
            None => candidate.parts.iter().any(crate::Part::always_plays),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Candidate, Part, Preference};

    fn pair() -> Item {
        let video =
            |uri: &str| Candidate { parts: vec![Part::Video { uri: uri.into() }], ..Candidate::default() };
        Item { candidates: vec![video("a.mp4"), video("b.mp4")], ..Item::default() }
    }

    fn answer(outcome: Outcome) -> Answer {
        Answer {
            question: "overall".into(),
            candidate: None,
            value: AnswerValue::Preference(Preference::new(outcome)),
        }
    }

    #[test]
    fn a_study_may_demand_that_all_is_seen() {
        let mut rubric = Rubric::default();
        let answers = [answer(Outcome::A)];
        assert_eq!(rubric.unseen(&pair(), &answers, &[]), None, "nothing is demanded");
        rubric.video.must_be_seen = true;
        assert_eq!(rubric.unseen(&pair(), &answers, &[]), Some(0), "nothing is known");
        let seen = |first, second| rubric.unseen(&pair(), &answers, &[first, second]);
        assert_eq!(seen(Watched::ToEnd, Watched::Partly), Some(1));
        assert_eq!(seen(Watched::ToEnd, Watched::ToEnd), None);
        assert_eq!(seen(Watched::ToEnd, Watched::Broken), None, "what cannot be played holds nobody back");
        let unratable = [answer(Outcome::Unratable)];
        assert_eq!(rubric.unseen(&pair(), &unratable, &[]), None, "nothing is said of what was not watched");
    }

    #[test]
    fn texts_and_pictures_need_not_be_watched() {
        let mut rubric = Rubric::default();
        rubric.video.must_be_seen = true;
        let item =
            Item { candidates: vec![Candidate::markdown("x"), Candidate::markdown("y")], ..Item::default() };
        assert_eq!(rubric.unseen(&item, &[answer(Outcome::A)], &[]), None);
        let watched = [Watched::Still, Watched::Partly];
        assert_eq!(
            rubric.unseen(&item, &[answer(Outcome::A)], &watched),
            Some(1),
            "whatever plays has to be seen, by whichever part it does"
        );
    }
}
