//! Templates: rubrics that come with the program, and what a gallery says of them.

use serde::{Deserialize, Serialize};

use super::Rubric;

/// How many candidates the items of a study have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateCount {
    /// At least.
    pub least: u8,
    /// At most.
    pub most: u8,
}

/// A rubric with what there is to say about it: the content of a rubric file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// The file's name without `.toml`; empty for a rubric that is no template.
    pub id: String,
    /// What it is, in a sentence or two.
    pub about: String,
    /// What one judgment collects, in a sentence.
    pub collects: String,
    /// The study, as one cites it; empty if there is none.
    pub paper: String,
    /// What it compares: `text`, `image`, `video`.
    pub media: String,
    /// The words of the formats it is best exported to.
    pub exports: Vec<String>,
    /// How many candidates its items have.
    pub candidates: CandidateCount,
    /// The rubric.
    pub rubric: Rubric,
}
