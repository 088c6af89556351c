//! The engine through its door, and nothing but its door.
#![allow(clippy::unwrap_used, clippy::format_collect)]

mod exporting;
mod images;
mod importing;
mod judging;
mod lossless;
mod opening;
mod searching;
mod settings;
mod world;
