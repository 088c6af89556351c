//! How much of a candidate an annotator saw, where it is a video, an animation or a sound.
//!
//! A candidate was seen to its end when every frame of each of its videos was on the screen: while it played
//! at no more than [`FASTEST_PERCENT`] of its speed, or while the clock stood on it. What was jumped over,
//! played faster, or played while the window was not in front does not count. Of a sound every tenth of a second
//! stands for a frame. What was seen of an item earlier in the same run of the program counts too, so that
//! whoever comes back to correct a slip need not watch all of it again.

use serde::{Deserialize, Serialize};

/// The fastest that what is played counts as seen, in hundredths of its speed.
pub const FASTEST_PERCENT: u16 = 200;

/// How much of one candidate was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Watched {
    /// Nothing in it plays.
    Still,
    /// Not all of it.
    Partly,
    /// All of it.
    ToEnd,
    /// Something in it could not be played; what could was seen to its end.
    Broken,
}

impl Watched {
    /// Everything it can be, with the word used in files.
    pub const WORDS: [(&str, Self); 4] =
        [("still", Self::Still), ("partly", Self::Partly), ("to_end", Self::ToEnd), ("broken", Self::Broken)];

    /// The word used in files.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, watched)| *watched == self).map_or("", |(word, _)| word)
    }

    /// What a file's word means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(known, _)| *known == word).map(|(_, watched)| *watched)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_json() {
        for (word, watched) in Watched::WORDS {
            assert_eq!(serde_json::to_string(&watched).expect("serialisable"), format!("{word:?}"));
            assert_eq!(Watched::from_word(watched.word()), Some(watched));
        }
        assert_eq!(Watched::from_word("mostly"), None);
    }
}
