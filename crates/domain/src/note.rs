//! Notes on a moment of a video or a sound: words that say when and where they hold.
//!
//! They belong to the judgment as its comment does, and not to one of its answers, so that every study can take
//! them whatever it asks, and a frame can be noted before anything is answered. A mark on a picture of a frame is
//! an answer, and says its moment itself ([`crate::answer::Mark::at_us`]).

use serde::{Deserialize, Serialize};

use crate::{Item, Part};

/// Words about a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// The candidate, by the data's order; none where it is about the prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub candidate: Option<u8>,
    /// The video or sound: its place among the candidate's parts, or the prompt's.
    pub part: u16,
    /// When, in microseconds of its own time.
    pub at_us: u64,
    /// The words; a moment may be noted without any.
    pub text: String,
}

/// The most notes that a judgment can have.
pub const MOST_NOTES: usize = 1_000;

impl Note {
    /// The part that it is about, if the item has it.
    pub fn part_of<'a>(&self, item: &'a Item) -> Option<&'a Part> {
        let parts = match self.candidate {
            Some(candidate) => &item.candidates.get(usize::from(candidate))?.parts,
            None => &item.prompt,
        };
        parts.get(usize::from(self.part))
    }

    /// Why a note of an item cannot be kept, in a sentence; none if all can.
    pub fn refusal(notes: &[Self], item: &Item) -> Option<String> {
        if notes.len() > MOST_NOTES {
            return Some(format!("a judgment has at most {MOST_NOTES} notes, this has {}", notes.len()));
        }
        let plays = |part: &Part| part.always_plays() || part.may_be_animated();
        let stray = notes.iter().find(|note| !note.part_of(item).is_some_and(plays))?;
        Some(format!("a note is about a part that does not play, part {}", stray.part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Candidate;

    #[test]
    fn a_note_is_about_something_that_plays() {
        let video = Candidate {
            parts: vec![Part::markdown("words"), Part::Video { uri: "a.mp4".into() }],
            ..Candidate::default()
        };
        let item = Item { candidates: vec![video.clone(), video], ..Item::default() };
        let note = |candidate, part| Note { candidate, part, at_us: 40_000, text: "blurs".into() };
        assert_eq!(Note::refusal(&[note(Some(1), 1)], &item), None);
        for stray in [note(Some(1), 0), note(Some(2), 1), note(None, 0)] {
            assert!(Note::refusal(&[stray], &item).is_some());
        }
        let many = vec![note(Some(0), 1); MOST_NOTES + 1];
        assert!(Note::refusal(&many, &item).is_some_and(|refusal| refusal.ends_with("1001")));
    }
}
