//! Videos from outside: frames held against another decoding of theirs, and kinds that a data set may hold.
//!
//! `clips` finds and makes videos; where there is no ffmpeg, or no real data, tests skip, saying so.
#![allow(clippy::unwrap_used)]

mod clips;
mod kinds;
mod seeking;
