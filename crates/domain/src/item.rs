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

    /// Whether it is words, and there are none: a model said nothing, which is an output too.
    pub fn is_empty_response(&self) -> bool {
        crate::part::say_nothing(&self.parts)
    }

    /// Whether there is no output: no part at all, or none that names its medium.
    pub fn is_missing(&self) -> bool {
        self.parts.iter().all(Part::is_empty) && !self.is_empty_response()
    }

    /// The steps of a solution: its parts, or the paragraphs of its only one.
    pub fn steps(&self) -> Vec<&str> {
        match self.parts.as_slice() {
            [only] => only.text().map(paragraphs).unwrap_or_default(),
            parts => parts.iter().filter_map(Part::text).collect(),
        }
    }
}

/// What stands beside the prompt.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContextKind {
    /// Something to hold the candidates against: the original, a source text, an image to go by.
    #[default]
    Reference,
    /// An image that can be laid over the pictures and taken off again: white is where it covers.
    Mask,
}

/// Something beside the prompt that a judgment needs.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Context {
    /// What it is for.
    #[serde(default)]
    pub kind: ContextKind,
    /// What the annotator reads above it; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Its content.
    pub parts: Vec<Part>,
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
    /// What stands beside the prompt.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<Context>,
    /// The outputs, in the data's order; 1 to 12, and 2 in a pair.
    pub candidates: Vec<Candidate>,
    /// Whatever else the data says of it.
    #[serde(default, skip_serializing_if = "Metadata::is_empty")]
    pub metadata: Metadata,
}

/// The most candidates an item can have.
pub const MAX_CANDIDATES: usize = 12;

impl Item {
    /// The key of this content: external id, prompt, context, candidates and their models. Metadata is not content,
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
        // Items without context keep the key they had before there was any.
        for context in &self.context {
            let kind: &[u8] = match context.kind {
                ContextKind::Reference => b"reference",
                ContextKind::Mask => b"mask",
            };
            hash.field(kind).field(context.title.as_bytes());
            hash_parts(&mut hash, &context.parts);
        }
        ItemKey(hash.finish())
    }

    /// All words of the prompt, parts separated by blank lines.
    pub fn prompt_text(&self) -> String {
        joined_text(&self.prompt)
    }

    /// Whether any candidate, the prompt or the context holds a medium.
    pub fn has_media(&self) -> bool {
        self.parts().any(|part| part.uri().is_some())
    }

    /// Every part: prompt, context, candidates.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        let context = self.context.iter().flat_map(|context| &context.parts);
        self.prompt.iter().chain(context).chain(self.candidates.iter().flat_map(|candidate| &candidate.parts))
    }

    /// Whether it is a pair of which nobody could prefer one: both say the same, or nothing.
    pub fn is_of_two_equal(&self) -> bool {
        let [first, second] = self.candidates.as_slice() else { return false };
        first.parts == second.parts || (first.is_empty_response() && second.is_empty_response())
    }

    /// Why this cannot be judged, in a sentence; none if it can.
    pub fn refusal(&self) -> Option<String> {
        let count = self.candidates.len();
        if count == 0 || count > MAX_CANDIDATES {
            return Some(format!("an item has 1 to {MAX_CANDIDATES} candidates, this has {count}"));
        }
        for (index, candidate) in self.candidates.iter().enumerate() {
            if candidate.is_missing() {
                return Some(format!("candidate {} is empty", index + 1));
            }
        }
        self.is_of_two_equal().then(|| "both candidates are the same".to_owned())
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

fn paragraphs(text: &str) -> Vec<&str> {
    text.split("\n\n").map(str::trim).filter(|step| !step.is_empty()).collect()
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
    fn a_pair_needs_two_different_candidates_and_one_of_them_may_say_nothing() {
        assert_eq!(pair("a", "b").refusal(), None);
        assert!(pair("a", "a").refusal().is_some());
        assert_eq!(pair("a", " \n").refusal(), None, "an empty response is one");
        assert!(pair("", " \n").refusal().is_some(), "nothing against nothing");
        let mut without = pair("a", "b");
        without.candidates[1].parts.clear();
        assert_eq!(without.refusal().as_deref(), Some("candidate 2 is empty"), "no part is no response");
        without.candidates[1].parts.push(Part::image(" "));
        assert!(without.refusal().is_some(), "a picture that is nowhere is no response");
        assert!(Item::default().refusal().is_some());
    }
}
