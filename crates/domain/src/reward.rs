//! Reward models as a project and an interface know them: what a model is, what it said, and how far scoring is.
//!
//! How a model runs is the business of the reward crate; its folder is described by `reward.toml`. What the heads
//! learned from this project say is a [`Prediction`] like any model's. The rules by which they choose what to ask
//! are in [`crate::learning`], the report of how well they do in [`crate::model_report`].

mod machine;
mod prediction;
mod token;

pub use machine::{Device, MachineReport, Provider, RefusedLibrary};
pub use prediction::{Combination, Prediction, Scorer};
pub use token::ServerToken;

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ItemId;

/// A model's identity everywhere: BLAKE3 of its manifest, which holds the hashes of its files, as 32 hexadecimal
/// digits. Another version, precision or template is another model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ModelKey(pub String);

/// What follows a model's key where embeddings of prompts are kept.
const OF_PROMPTS: &str = "#prompt";

impl ModelKey {
    /// The key under which features of pictures are kept that the program works out without any model.
    pub fn built_in_pictures() -> Self {
        Self("built-in:pictures:1".to_owned())
    }

    /// The key under which this model's embeddings of prompts are kept, each at an item's first candidate.
    pub fn of_prompts(&self) -> Self {
        Self(format!("{}{OF_PROMPTS}", self.0))
    }

    /// Whether what is kept under it are features for heads and no word of a model, which nobody is told of.
    pub fn is_hidden(&self) -> bool {
        *self == Self::built_in_pictures() || self.0.ends_with(OF_PROMPTS)
    }
}

impl fmt::Display for ModelKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(formatter)
    }
}

/// What a model gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelTask {
    /// One number for each candidate.
    Score,
    /// Several numbers for each candidate, one a dimension.
    Scores,
    /// One number for a pair: how much better the first is.
    Pairwise,
    /// No number, but features from which heads learn.
    Embedding,
}

/// What a model looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelInput {
    /// Prompt and response as text.
    Text,
    /// An image.
    Image,
    /// An image and its prompt.
    ImageText,
    /// Frames of a video.
    Video,
    /// Frames of a video and its prompt.
    VideoText,
    /// Numbers that the data brings along.
    Features,
}

impl ModelInput {
    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Text => "texts",
            Self::Image => "images",
            Self::ImageText => "images with prompts",
            Self::Video => "videos",
            Self::VideoText => "videos with prompts",
            Self::Features => "feature columns",
        }
    }
}

/// A model that is on this machine, or was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ModelInfo {
    /// Its identity.
    pub key: ModelKey,
    /// What people call it.
    pub name: String,
    /// Its version, as its makers write it.
    pub version: String,
    /// Under which terms.
    pub licence: String,
    /// What it is good for, in a sentence or two.
    pub description: String,
    /// What it gives.
    pub task: ModelTask,
    /// What it looks at.
    pub input: ModelInput,
    /// What its numbers are about, in their order.
    pub dimensions: Vec<String>,
    /// Whether it also gives features from which heads learn.
    pub gives_embedding: bool,
    /// Of all its files.
    pub size_bytes: u64,
    /// Whether it came with the program and cannot be removed.
    pub is_bundled: bool,
    /// Whether a server computes it, and where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Its folder.
    pub folder: String,
    /// Why it cannot be used, and what to do; none if it can.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// How many candidates of the open project it has scored.
    pub scored: u64,
    /// How many candidates of the open project it could score.
    pub scorable: u64,
}

/// The models of this machine, and what runs them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Models {
    /// Those that came with the program first, then by name.
    pub models: Vec<ModelInfo>,
    /// What runs them.
    pub machine: MachineReport,
}

/// Where a model comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ModelPlace {
    /// A folder on this machine, which is copied.
    Folder(String),
    /// The address of a `reward.toml`; its files are looked up beside it.
    Address(String),
}

/// How far bringing a model here is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstallProgress {
    /// The file that is under way.
    pub file: String,
    /// Bytes that are here.
    pub done_bytes: u64,
    /// Bytes in all.
    pub total_bytes: u64,
}

/// How far scoring is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ScoringProgress {
    /// The model that is at work.
    pub model: ModelKey,
    /// What people call it.
    pub name: String,
    /// Candidates with a score, those known before included.
    pub done: u64,
    /// Candidates in all.
    pub total: u64,
    /// Candidates a second, of late.
    pub per_second: f64,
    /// Seconds that are likely left.
    pub left_s: Option<f64>,
    /// The share of what the model computed that was not padding; 1 where nothing is padded.
    pub real_share: f64,
}

/// What scoring did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ScoringReport {
    /// Candidates that were scored now.
    pub scored: u64,
    /// Candidates whose score was known.
    pub known: u64,
    /// Candidates that could not be scored, with the reason: the first few.
    pub refused: Vec<ScoreRefusal>,
    /// How many could not be scored.
    pub refused_count: u64,
    /// What ran, and what did not go as it should: a fall back to the processor above all.
    pub remarks: Vec<String>,
    /// Seconds in all.
    pub seconds: f64,
    /// Seconds in the models.
    pub model_seconds: f64,
    /// The share of what the models computed that was not padding.
    pub real_share: f64,
    /// Whether it was stopped before its end; what was scored is kept.
    pub is_partial: bool,
}

/// A candidate that could not be scored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreRefusal {
    /// The item.
    pub item: ItemId,
    /// The candidate, by the data's order.
    pub candidate: u8,
    /// Why, in a sentence.
    pub reason: String,
}

/// What one model says of an item's candidates.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ItemScores {
    /// Who says it.
    pub scorer: Scorer,
    /// What people call it.
    pub name: String,
    /// About what.
    pub dimension: String,
    /// By the data's order; none where there is no score. Of a head or an ensemble: in standard deviations of
    /// the pool; of a rating head: on the question's scale.
    pub scores: Vec<Option<f64>>,
}
