//! Exports: what was judged, as other programs or another project want it.
//!
//! Start at [`job`], which writes a file, and [`preview`], which says beforehand what would stand in it. Both
//! ask first ([`asking`]: what the plan leaves open), and go through [`lines`], which hands items to the formats
//! and keeps the account; [`lossless`] writes everything there is. [`identity`] says how people are called, [`split`]
//! which items go to a test file. Files are written under other names and then
//! put in their places ([`target`], [`companions`]).

pub mod asking;
pub mod companions;
pub mod counted;
pub mod identity;
pub mod job;
pub mod line_file;
pub mod lines;
pub mod lossless;
pub mod manifest;
pub mod model_labels;
pub mod preview;
pub mod split;
pub mod target;
