//! Imports: a file's records read and hashed on one thread, written on the writer thread in one transaction.
//!
//! Start at [`job`]. [`batch`] is what goes from the reading thread to the writing one, [`rows`] writes
//! foreign data, [`lossless`] writes Tiebreak's own.

pub mod batch;
pub mod job;
pub mod lossless;
pub mod report;
pub mod rows;
pub mod voters;
