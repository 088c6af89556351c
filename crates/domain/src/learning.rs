//! Learning from votes, and what to ask next: the rules that a lead sets, and what the engine says of its work.
//!
//! The rules are part of the study and may change while work is under way. Everything else is a function of the
//! judgments and the scores, so that undoing a judgment undoes what was learned from it.

use serde::{Deserialize, Serialize};

use crate::ItemId;
use crate::interval::Interval;
use crate::reward::{ModelKey, Prediction};
use crate::showing::AcquisitionMethod;

/// The largest share of showings whose scores may be kept hidden, or that may be audits.
const MOST_SHARE: f64 = 1.0;

/// By what the next item is chosen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// The order of the file, or everyone's own, as the assignment says.
    Assigned,
    /// Uniformly at random.
    Random,
    /// Where the head is least sure which one is better.
    Uncertainty,
    /// Where a vote is expected to teach the head most, given what was chosen before it.
    #[default]
    GreedyBald,
    /// Where models contradict each other, or the head.
    ModelAgainstModel,
    /// Items that somebody else has judged, those first whose vote surprised the head most.
    SecondOpinions,
    /// Where the best candidate of a prompt may still be another one.
    BestOfN,
}

impl Policy {
    /// Every policy, in the order in which they are offered.
    pub const ALL: [Self; 7] = [
        Self::Assigned,
        Self::Random,
        Self::Uncertainty,
        Self::GreedyBald,
        Self::ModelAgainstModel,
        Self::SecondOpinions,
        Self::BestOfN,
    ];

    /// What people read.
    pub fn label(self) -> &'static str {
        match self {
            Self::Assigned => "In order",
            Self::Random => "At random",
            Self::Uncertainty => "Where the head is unsure",
            Self::GreedyBald => "What teaches most",
            Self::ModelAgainstModel => "Where models contradict each other",
            Self::SecondOpinions => "Second opinions",
            Self::BestOfN => "Best of each prompt",
        }
    }

    /// The word used in files and on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Assigned => "assigned",
            Self::Random => "random",
            Self::Uncertainty => "uncertainty",
            Self::GreedyBald => "greedy_bald",
            Self::ModelAgainstModel => "model_against_model",
            Self::SecondOpinions => "second_opinions",
            Self::BestOfN => "best_of_n",
        }
    }

    /// The method that a showing is marked with; none where the assignment says which.
    pub fn method(self) -> Option<AcquisitionMethod> {
        match self {
            Self::Assigned => None,
            Self::Random => Some(AcquisitionMethod::Random),
            Self::Uncertainty => Some(AcquisitionMethod::Uncertainty),
            Self::GreedyBald => Some(AcquisitionMethod::GreedyBald),
            Self::ModelAgainstModel => Some(AcquisitionMethod::ModelAgainstModel),
            Self::SecondOpinions => Some(AcquisitionMethod::SecondOpinions),
            Self::BestOfN => Some(AcquisitionMethod::BestOfN),
        }
    }
}

/// What heads learn from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeatureSource {
    /// The embedding of the first installed model that has one for every candidate, else what is built in.
    #[default]
    Automatic,
    /// What is built in: style, and words hashed.
    BuiltIn,
    /// A model's embedding.
    Embedding(ModelKey),
    /// Only the columns that are named.
    ColumnsOnly,
}

/// How the project learns from votes and chooses what to ask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Learning {
    /// By what the next item is chosen, once there are votes.
    pub policy: Policy,
    /// The share of items drawn uniformly at random, whatever the policy: what accuracy is measured on.
    pub audit_share: f64,
    /// The most items of one prompt among those chosen together.
    pub per_prompt: u32,
    /// What heads learn from.
    pub features: FeatureSource,
    /// Columns of the candidates' metadata that are numbers and join the features.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Models whose scores heads start from; every one that fits if empty.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub priors: Vec<ModelKey>,
    /// Whether models score in the background while people judge.
    pub scores_in_background: bool,
    /// The share of honest votes that may be flagged: the level of the conformal threshold.
    pub flag_level: f64,
    /// The share of flags that may be false alarms.
    pub false_discovery: f64,
    /// Items of which the head is surer than this are not asked; none asks them too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skip_above: Option<f64>,
    /// Whether scores are shown before the vote.
    pub scores_visible: bool,
    /// The share of showings that hide them all the same, to see what showing does.
    pub hidden_share: f64,
}

impl Default for Learning {
    fn default() -> Self {
        Self {
            policy: Policy::GreedyBald,
            audit_share: 0.15,
            per_prompt: 1,
            features: FeatureSource::Automatic,
            columns: Vec::new(),
            priors: Vec::new(),
            scores_in_background: true,
            flag_level: 0.05,
            false_discovery: 0.1,
            skip_above: None,
            scores_visible: false,
            hidden_share: 0.25,
        }
    }
}

impl Learning {
    pub(crate) fn fault(&self) -> Option<String> {
        let is_share = |share: f64| (0.0..=MOST_SHARE).contains(&share);
        let is_open_share = |share: f64| share > 0.0 && share < 1.0;
        if !is_share(self.audit_share) {
            return Some(format!("the share of audits is between 0 and 1, not {}", self.audit_share));
        }
        if !is_share(self.hidden_share) {
            return Some(format!("the share of hidden scores is between 0 and 1, not {}", self.hidden_share));
        }
        if self.scores_visible && self.hidden_share == 0.0 {
            return Some(
                "scores that are shown must be hidden from some, or nobody learns what showing does"
                    .to_owned(),
            );
        }
        if !is_open_share(self.flag_level) {
            return Some(format!("the level of flags lies between 0 and 1, not at {}", self.flag_level));
        }
        if !is_open_share(self.false_discovery) {
            return Some(format!(
                "the share of false alarms lies between 0 and 1, not at {}",
                self.false_discovery
            ));
        }
        if self.per_prompt == 0 {
            return Some("at least one item of a prompt is chosen at a time, not 0".to_owned());
        }
        if let Some(above) = self.skip_above.filter(|above| !(0.5..1.0).contains(above)) {
            return Some(format!("being sure begins between 0.5 and 1, not at {above}"));
        }
        let is_empty = self.columns.iter().any(|column| column.trim().is_empty());
        (is_empty || (self.features == FeatureSource::ColumnsOnly && self.columns.is_empty()))
            .then(|| "a column of features has no name".to_owned())
    }
}

/// How learning stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LearningState {
    /// What it learns from, in words: "all-MiniLM-L6-v2, 384 numbers".
    pub features: String,
    /// The models whose scores it starts from, in words.
    pub priors: Vec<String>,
    /// Votes it has learned from.
    pub votes: u64,
    /// Votes among them on items drawn at random.
    pub audit_votes: u64,
    /// Items it can choose from.
    pub pairs: u64,
    /// Accuracy on audit votes, each predicted before it was given; none before there are some.
    pub accuracy: Option<Interval>,
    /// The curve of that accuracy: votes, accuracy.
    pub curve: Vec<(u64, Interval)>,
    /// What the next 200 votes are likely to bring, in accuracy; none before it can be said.
    pub next_200: Option<Interval>,
    /// Whether going on is likely to teach little, and why.
    pub stopping: Option<String>,
    /// Why nothing is learned, or less than could be; a sentence each.
    pub remarks: Vec<String>,
    /// Items that the head is sure of, at 0.9.
    pub sure: u64,
    /// Whether a refit is under way.
    pub is_fitting: bool,
}

/// An item that will be asked, and why; for the lead alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueEntry {
    /// The item.
    pub item: ItemId,
    /// The beginning of its prompt, on one line.
    pub prompt: String,
    /// The policy that chose it.
    pub method: AcquisitionMethod,
    /// What it is worth, in the policy's own unit.
    pub score: Option<f64>,
    /// The probability with which it was chosen.
    pub propensity: f64,
    /// Why, in a sentence.
    pub reason: String,
    /// What the head says of it.
    pub prediction: Option<Prediction>,
}

/// The items that will be asked next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct QueueAhead {
    /// In their order.
    pub entries: Vec<QueueEntry>,
    /// How learning stands.
    pub state: LearningState,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_that_contradict_themselves_are_refused() {
        assert_eq!(Learning::default().fault(), None);
        let shown = Learning { scores_visible: true, hidden_share: 0.0, ..Learning::default() };
        assert!(shown.fault().is_some(), "nobody would learn what showing does");
        assert!(Learning { audit_share: 1.5, ..Learning::default() }.fault().is_some(), "more than all");
        assert!(Learning { flag_level: 0.0, ..Learning::default() }.fault().is_some(), "no vote at all");
        assert!(
            Learning { skip_above: Some(0.3), ..Learning::default() }.fault().is_some(),
            "sure of the other"
        );
        let columns = Learning { features: FeatureSource::ColumnsOnly, ..Learning::default() };
        assert!(columns.fault().is_some(), "no column is named");
    }

    #[test]
    fn every_policy_but_the_assigned_marks_its_showings() {
        for policy in Policy::ALL {
            assert_eq!(policy.method().is_none(), policy == Policy::Assigned, "{policy:?}");
        }
    }
}
