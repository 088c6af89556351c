//! Statistics of judgments and scores: agreement, calibration, conformal thresholds, intervals.
//!
//! Every function is pure: numbers in, numbers out; clock and randomness are arguments. Nothing here knows a
//! project, a model or a screen. Each formula names its source, and each is held against published numbers.
//! What cannot be computed (no data, no variation) is `None`, never a zero that looks like a finding.
//!
//! Start at [`agreement`] for people against people, [`model_agreement`] for a model against people,
//! [`calibration`] for probabilities, [`conformal`] for flags; [`Interval`] is what they all report.

pub mod agreement;
pub mod anchoring;
pub mod baseline;
pub mod bootstrap;
pub mod calibration;
pub mod choice;
pub mod conformal;
pub mod correlation;
pub mod dawid_skene;
pub mod drift;
pub mod gold_test;
pub mod interval;
pub mod learning_curve;
pub mod majority;
pub mod model_agreement;
pub mod position;

pub use choice::Choice;
pub use tiebreak_domain::Interval;
