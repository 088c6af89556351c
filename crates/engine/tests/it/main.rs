//! The engine through its door, and nothing but its door.
#![allow(clippy::unwrap_used, clippy::format_collect)]

mod exporting;
mod importing;
mod judging;
mod lossless;
mod opening;
mod searching;
mod world;
