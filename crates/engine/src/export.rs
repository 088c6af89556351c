//! Exports: what was judged, as other programs or another project want it.
//!
//! Start at [`job`], which writes a file, and [`preview`], which says beforehand what would stand in it. Both
//! go through [`lines`], which turns one item and its judgments into lines by the rules of [`policy`];
//! [`lossless`] writes everything there is.

pub mod job;
pub mod lines;
pub mod lossless;
pub mod manifest;
pub mod policy;
pub mod preview;
pub mod target;
