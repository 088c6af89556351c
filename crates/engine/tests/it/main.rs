//! The engine through its door, and nothing but its door.
#![allow(clippy::unwrap_used, clippy::format_collect)]

mod assigning;
mod bad_models;
mod beliefs;
mod exporting;
mod exporting_rubrics;
mod foretelling;
mod images;
mod importing;
mod judging;
mod learning;
mod lossless;
mod merging;
mod model_labels;
mod opening;
mod pairs;
mod people;
mod prism;
mod quality;
mod rubrics;
mod searching;
mod second_look;
mod settings;
mod tokens;
mod videos;
mod world;
