//! Statistics of judgments and scores: agreement, calibration, conformal thresholds, intervals.
//!
//! Every function is pure: numbers in, numbers out; clock and randomness are arguments. Nothing here knows a
//! project, a model or a screen. Each formula names its source, and each is held against published numbers.
