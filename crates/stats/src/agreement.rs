//! How far people agree: with one another, beyond chance, and with themselves.
//!
//! Everything is computed from [`Counts`], how often each category was given to each unit, or from a
//! [`Crosstab`] of two raters. Show Krippendorff's [`alpha`] (ordinal over A, tie, B) as the headline for pairs, and
//! [`gwet`] beside it where one category has more than four fifths of all ratings: there α and κ fall although
//! nearly everybody agrees. Intervals come from resampling units ([`Counts::bootstrap`], [`Crosstab::bootstrap`]).

mod chance_corrected;
mod counts;
mod crosstab;
mod krippendorff;
mod raw;
mod weighting;

pub use chance_corrected::{Gwet, brennan_prediger, fleiss_kappa, gwet};
pub use counts::Counts;
pub use crosstab::{Crosstab, cohen_kappa};
pub use krippendorff::{Metric, alpha, alpha_interval};
pub use raw::{RawAgreement, TwoRaters, raw_agreement, two_raters};
pub use weighting::Weighting;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod imagenhub;
