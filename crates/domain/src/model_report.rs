//! The report of models against people: how often they agree, how honest their confidence is, and what is easy.
//!
//! A model is held against votes it had not seen. For an installed model that is every vote; for the head it is
//! the prediction that was stored before each vote was given. What stands for the population is measured on
//! audit items, which were drawn at random; the rest was chosen, and is shown apart.

use serde::{Deserialize, Serialize};

use crate::interval::Interval;
use crate::reward::Scorer;

/// Which votes a report is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReportFilter {
    /// Only votes on items that were drawn at random.
    pub audit_only: bool,
    /// The metadata column by whose values it is sliced; none slices by dimension only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice_column: Option<String>,
}

/// How models do against these annotators.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct ModelReport {
    /// The votes it is about: judged pairs, ties included.
    pub votes: u64,
    /// Votes among them on items drawn at random and judged with no scores in sight.
    pub audit_votes: u64,
    /// Votes among them on items that nobody drew and no model chose: labels of data, and what came in the order of the
    /// file.
    #[serde(default)]
    pub unchosen_votes: u64,
    /// The head and every model, the baselines last.
    pub rows: Vec<ReportRow>,
    /// How well ratings are foretold, a row for each question that rates candidates by a number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ratings: Vec<RatingReport>,
    /// What showing scores before the vote does: people's first votes from when scores were shown, by the draw that
    /// decided who saw them. None where they were never shown, or to everybody.
    pub anchoring: Option<Anchoring>,
    /// The head's accuracy over time: votes, accuracy.
    pub curve: Vec<(u64, Interval)>,
    /// What the next 200 votes are likely to bring.
    pub next_200: Option<Interval>,
    /// What is to be kept in mind in reading it, a sentence each.
    pub remarks: Vec<String>,
}

/// Who is held against the votes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contestant {
    /// The head, or a model.
    Scorer(Scorer),
    /// The longer one wins.
    Longer,
    /// The first of the data wins.
    First,
    /// The one on the left wins.
    Left,
}

/// One contestant on one dimension and slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReportRow {
    /// Who.
    pub contestant: Contestant,
    /// What people call it.
    pub name: String,
    /// On which dimension.
    pub dimension: String,
    /// On which slice: the column's value; none for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slice: Option<String>,
    /// Votes that it had something to say about.
    pub votes: u64,
    /// How often it chose the side that the person chose, of the pairs of which one was better.
    pub accuracy: Option<Interval>,
    /// The same with ties, at the best threshold for calling one.
    pub accuracy_with_ties: Option<Interval>,
    /// How honest its confidence is; none for baselines.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<CalibrationReport>,
}

/// How well the ratings of one question are foretold by a head that has not seen the prompt. Errors are mean
/// absolute errors, in points of the question's scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RatingReport {
    /// The question, as people read it.
    pub dimension: String,
    /// The ratings that were foretold.
    pub ratings: u64,
    /// The head's error.
    pub error: Interval,
    /// The correlation (Pearson) of what was foretold and what was given; none where either does not vary.
    pub correlation: Option<Interval>,
    /// The error of taking the mean of the item's other ratings; of all others where it has none.
    pub item_mean_error: Interval,
    /// The error of taking the mean of the ratings on other prompts.
    pub overall_mean_error: Interval,
}

/// How honest a confidence is. Intervals are of votes drawn again, prompt by prompt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationReport {
    /// Expected calibration error over bins of equal width.
    pub ece: Interval,
    /// The same over bins of equal mass.
    pub ece_equal_mass: Interval,
    /// Mean squared error of the probability.
    pub brier: Interval,
    /// Mean negative log-likelihood, in nats.
    pub nll: Interval,
    /// The temperature that would make it most honest; above 1 where it is too sure. None where the votes do not
    /// determine one.
    pub temperature: Option<f64>,
    /// Confidence, share that was right, votes: a point for each bin that holds some.
    pub bins: Vec<(f64, f64, u64)>,
    /// Coverage and risk: what goes wrong if only the surest are taken.
    pub risk_coverage: Vec<(f64, f64)>,
    /// The area under that curve.
    pub aurc: Interval,
    /// Confidence at least this, how often that is wrong, and of how many votes.
    pub wrong_at: Vec<(f64, Interval, u64)>,
}

/// What showing scores before the vote does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anchoring {
    /// How often people agreed with the model where they saw its scores.
    pub visible: Interval,
    /// How often where they did not.
    pub hidden: Interval,
    /// The difference.
    pub shift: Interval,
    /// Votes with scores in sight.
    pub visible_votes: u64,
    /// Votes without.
    pub hidden_votes: u64,
}
