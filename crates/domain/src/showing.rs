//! Showings: what was on the screen for a judgment. What is not stored here can never be recovered.

use serde::{Deserialize, Serialize};

use crate::watched::Watched;
use crate::{Order, UnixMillis};

/// How an item came to be shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Acquisition {
    /// The queue's policy.
    pub method: AcquisitionMethod,
    /// What the policy thought the item was worth, in the policy's own unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
    /// The probability with which the policy offered this item at this moment, of all that were open: 1 for a
    /// fixed order, 1/n for a uniform draw. Inverse-propensity estimates stand on it.
    pub propensity: f64,
}

/// The queue's policies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AcquisitionMethod {
    /// As the data has them.
    #[default]
    FileOrder,
    /// The annotator went there: back, or from the list of items.
    Chosen,
    /// In the annotator's own order.
    OwnOrder,
    /// A training item, before all others.
    Training,
    /// A gold item, mixed in at its rate.
    Gold,
    /// An attention check, mixed in at its rate.
    Attention,
    /// An item judged before, offered again with its candidates the other way round. What is said of it is kept
    /// beside the judgment that stands, and never takes its place.
    Repeat,
    /// Drawn uniformly at random from all that were open, whatever the policy: what accuracy is measured on.
    Audit,
    /// Drawn uniformly at random, by policy.
    Random,
    /// Where the head was least sure.
    Uncertainty,
    /// Where a vote was expected to teach the head most.
    GreedyBald,
    /// Where models contradicted each other, or the head.
    ModelAgainstModel,
    /// Judged by somebody else, and surprising.
    SecondOpinions,
    /// Where the best of a prompt might still be another one.
    BestOfN,
    /// Drawn for a second look, uniformly at random from all items with a vote; the propensity is the share drawn.
    RandomLook,
}

impl AcquisitionMethod {
    /// Every method.
    pub const ALL: [Self; 15] = [
        Self::FileOrder,
        Self::Chosen,
        Self::OwnOrder,
        Self::Training,
        Self::Gold,
        Self::Attention,
        Self::Repeat,
        Self::Audit,
        Self::Random,
        Self::Uncertainty,
        Self::GreedyBald,
        Self::ModelAgainstModel,
        Self::SecondOpinions,
        Self::BestOfN,
        Self::RandomLook,
    ];

    /// The word used in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::FileOrder => "file_order",
            Self::Chosen => "chosen",
            Self::OwnOrder => "own_order",
            Self::Training => "training",
            Self::Gold => "gold",
            Self::Attention => "attention",
            Self::Repeat => "repeat",
            Self::Audit => "audit",
            Self::Random => "random",
            Self::Uncertainty => "uncertainty",
            Self::GreedyBald => "greedy_bald",
            Self::ModelAgainstModel => "model_against_model",
            Self::SecondOpinions => "second_opinions",
            Self::BestOfN => "best_of_n",
            Self::RandomLook => "random_look",
        }
    }

    /// Whether the item was drawn uniformly at random, so that what is measured on such items holds for all.
    pub fn is_uniform(self) -> bool {
        matches!(self, Self::Audit | Self::Random | Self::OwnOrder)
    }

    /// The method that a file's word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.word() == word)
    }
}

impl Acquisition {
    /// The next item of the file.
    pub const FILE_ORDER: Self = Self { method: AcquisitionMethod::FileOrder, score: None, propensity: 1.0 };
    /// An item the annotator went to.
    pub const CHOSEN: Self = Self { method: AcquisitionMethod::Chosen, score: None, propensity: 1.0 };
}

/// What was on the screen, and for how long.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Showing {
    /// Which candidate stood where.
    pub order: Order,
    /// Whether model names could be seen before the vote.
    pub models_visible: bool,
    /// Whether model scores could be seen before the vote.
    pub scores_visible: bool,
    /// When it appeared.
    pub shown_at: UnixMillis,
    /// When it was first touched; none if it never was before being submitted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_input_at: Option<UnixMillis>,
    /// When it was submitted.
    pub submitted_at: UnixMillis,
    /// Time at work: gaps between inputs up to the idle limit, in milliseconds.
    pub active_ms: u64,
    /// Time away: the rest, in milliseconds.
    pub idle_ms: u64,
    /// Minutes to add to UTC for the annotator's local time.
    pub utc_offset_minutes: i32,
    /// The program's version.
    pub app_version: String,
    /// The run of the program: random, one per start.
    pub session: u64,
    /// How the item came to be shown.
    pub acquisition: Acquisition,
    /// Width and height of the window in points, and pixels per point.
    pub window: [f32; 3],
    /// How much of each candidate was played, in the data's order; nothing where it was not kept yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub watched: Vec<Watched>,
}
