//! Items and candidates: what is judged.

use serde::{Deserialize, Serialize};

use crate::content_hash::ContentHash;
use crate::part::TextFormat;
use crate::{ItemId, ItemKey, Part, SourceId};

/// Free metadata, in the order the data had it.
pub type Metadata = serde_json::Map<String, serde_json::Value>;

/// One output to be judged.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// Its content.
    pub parts: Vec<Part>,
    /// Who made it; never shown before the vote unless the project says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Whatever else the data says of it.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

impl Candidate {
    /// A candidate of one Markdown text.
    pub fn markdown(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::markdown(text)], ..Self::default() }
    }

    /// All its words, parts separated by blank lines.
    pub fn text(&self) -> String {
        joined_text(&self.parts)
    }
}

/// One thing to judge: a prompt and its candidates.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Item {
    /// The name that the data gives this item.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// What was asked for; may be empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prompt: Vec<Part>,
    /// The outputs, in the data's order; 1 to 12, and 2 in a pair.
    pub candidates: Vec<Candidate>,
    /// Whatever else the data says of it.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

/// The most candidates an item can have.
pub const MAX_CANDIDATES: usize = 12;

impl Item {
    /// The key of this content: external id, prompt, candidates and their models. Metadata is not content,
    /// so that a file with one more column does not double the project.
    pub fn key(&self) -> ItemKey {
        let mut hash = ContentHash::new("tiebreak item 1");
        hash.optional(self.external_id.as_deref().map(str::as_bytes));
        hash_parts(&mut hash, &self.prompt);
        hash.field(&(self.candidates.len() as u64).to_le_bytes());
        for candidate in &self.candidates {
            hash_parts(&mut hash, &candidate.parts);
            hash.optional(candidate.model.as_deref().map(str::as_bytes));
        }
        ItemKey(hash.finish())
    }

    /// All words of the prompt, parts separated by blank lines.
    pub fn prompt_text(&self) -> String {
        joined_text(&self.prompt)
    }

    /// Whether any candidate or the prompt holds a medium.
    pub fn has_media(&self) -> bool {
        self.parts().any(|part| part.uri().is_some())
    }

    /// Every part, prompt first.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.prompt.iter().chain(self.candidates.iter().flat_map(|candidate| &candidate.parts))
    }

    /// Why this cannot be judged as a pair, in a sentence; none if it can.
    pub fn refusal_as_pair(&self) -> Option<String> {
        if self.candidates.len() != 2 {
            return Some(format!("a pair has two candidates, this has {}", self.candidates.len()));
        }
        for (index, candidate) in self.candidates.iter().enumerate() {
            if candidate.parts.iter().all(Part::is_empty) {
                return Some(format!("candidate {} is empty", index + 1));
            }
        }
        if self.candidates[0].parts == self.candidates[1].parts {
            return Some("both candidates are the same".to_owned());
        }
        None
    }
}

/// Whether an item takes part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// It is asked and exported.
    #[default]
    Active,
    /// It stays in view but is neither asked nor exported.
    Excluded,
    /// It is out of view, and kept, so that deleting can be undone and importing again does not bring it back.
    Deleted,
}

/// An item as a project holds it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredItem {
    /// Its row.
    pub id: ItemId,
    /// Its content's key.
    pub key: ItemKey,
    /// The file it came from.
    pub source: SourceId,
    /// Whether it takes part.
    pub status: ItemStatus,
    /// Its content.
    pub item: Item,
}

fn hash_parts(hash: &mut ContentHash, parts: &[Part]) {
    hash.field(&(parts.len() as u64).to_le_bytes());
    for part in parts {
        match part {
            Part::Text { text, format: TextFormat::Markdown } => {
                hash.field(b"markdown").field(text.as_bytes())
            }
            Part::Text { text, format: TextFormat::Plain } => hash.field(b"plain").field(text.as_bytes()),
            Part::Message { role, text } => {
                hash.field(b"message").field(role.as_bytes()).field(text.as_bytes())
            }
            Part::Image { uri } => hash.field(b"image").field(uri.as_bytes()),
            Part::Video { uri } => hash.field(b"video").field(uri.as_bytes()),
            Part::Audio { uri } => hash.field(b"audio").field(uri.as_bytes()),
        };
    }
}

fn joined_text(parts: &[Part]) -> String {
    parts.iter().filter_map(Part::text).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(first: &str, second: &str) -> Item {
        Item { candidates: vec![Candidate::markdown(first), Candidate::markdown(second)], ..Item::default() }
    }

    #[test]
    fn the_key_tells_contents_apart_and_nothing_else() {
        assert_eq!(pair("a", "b").key(), pair("a", "b").key());
        assert_ne!(pair("a", "b").key(), pair("b", "a").key(), "order is content");
        assert_ne!(pair("ab", "").key(), pair("a", "b").key(), "lengths keep fields apart");
        let mut with_metadata = pair("a", "b");
        with_metadata.metadata.insert("note".into(), "x".into());
        assert_eq!(with_metadata.key(), pair("a", "b").key(), "metadata is not content");
        let mut with_model = pair("a", "b");
        with_model.candidates[0].model = Some("m".into());
        assert_ne!(with_model.key(), pair("a", "b").key(), "who made it is content");
    }

    #[test]
    fn a_pair_needs_two_different_candidates_that_say_something() {
        assert_eq!(pair("a", "b").refusal_as_pair(), None);
        assert!(pair("a", "a").refusal_as_pair().is_some());
        assert!(pair("a", " \n").refusal_as_pair().is_some());
        assert!(Item::default().refusal_as_pair().is_some());
    }
}
