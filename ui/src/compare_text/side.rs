//! What can be compared: candidates, the prompt, and what the candidates are to be held against.

use tiebreak_domain::{ContextKind, Item, Part};

/// Something that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Side {
    /// The candidate of this index, as the data has them.
    Candidate(usize),
    /// The prompt.
    Prompt,
    /// All references, one under the other.
    Reference,
}

/// What candidates are held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Against {
    /// The candidate of this index; of two, each is held against the other.
    Candidate(usize),
    /// The references.
    Reference,
    /// The prompt.
    Prompt,
}

impl Default for Against {
    fn default() -> Self {
        Self::Candidate(0)
    }
}

impl Against {
    /// The side it is.
    pub fn side(self) -> Side {
        match self {
            Self::Candidate(candidate) => Side::Candidate(candidate),
            Self::Reference => Side::Reference,
            Self::Prompt => Side::Prompt,
        }
    }
}

impl Side {
    /// Every side of an item, by its place.
    pub fn all(item: &Item) -> impl Iterator<Item = Self> + use<> {
        let count = item.candidates.len();
        (0..count + 2).map(move |index| Self::of_index(index, count))
    }

    /// Its place among all: of so many candidates, the prompt and the references.
    pub fn index(self, candidates: usize) -> usize {
        match self {
            Self::Candidate(candidate) => candidate,
            Self::Prompt => candidates,
            Self::Reference => candidates + 1,
        }
    }

    /// The side at a place.
    pub fn of_index(index: usize, candidates: usize) -> Self {
        match index.checked_sub(candidates) {
            None => Self::Candidate(index),
            Some(0) => Self::Prompt,
            Some(_) => Self::Reference,
        }
    }

    /// Its parts with their places; those of several references are counted on.
    pub fn parts(self, item: &Item) -> impl Iterator<Item = (usize, &Part)> {
        let mut parts: Vec<&Part> = Vec::new();
        match self {
            Self::Candidate(candidate) => {
                parts.extend(item.candidates.get(candidate).into_iter().flat_map(|one| &one.parts));
            }
            Self::Prompt => parts.extend(&item.prompt),
            Self::Reference => {
                let references = item.context.iter().filter(|context| context.kind == ContextKind::Reference);
                parts.extend(references.flat_map(|context| &context.parts));
            }
        }
        parts.into_iter().enumerate()
    }

    /// Bytes of its texts.
    pub fn bytes(self, item: &Item) -> usize {
        self.parts(item).filter_map(|(_, part)| part.text()).map(str::len).sum()
    }

    /// Whether there is a word in it.
    pub fn has_text(self, item: &Item) -> bool {
        self.parts(item).filter_map(|(_, part)| part.text()).any(|text| !text.trim().is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_side_has_a_place_of_its_own() {
        for index in 0..5 {
            assert_eq!(Side::of_index(index, 3).index(3), index);
        }
    }
}
