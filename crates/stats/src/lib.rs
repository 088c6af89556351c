//! Statistics of judgments and scores: agreement, calibration, conformal thresholds, intervals.
//!
//! Every function is pure: numbers in, numbers out; clock and randomness are arguments. Nothing here knows a
//! project, a model or a screen. Each formula names its source, and each is held against published numbers.
//! What cannot be computed (no data, no variation) is `None`, never a zero that looks like a finding.

pub mod agreement;
pub mod bootstrap;
pub mod calibration;
pub mod choice;
pub mod interval;
pub mod model_agreement;

pub use choice::Choice;
pub use interval::Interval;
