//! The whole program from outside: commands as a shell gives them.
#![allow(clippy::unwrap_used, clippy::format_collect)]

mod architecture;
mod bad_input;
mod browser;
#[cfg(target_os = "linux")]
mod bundle;
mod checking;
mod crashing;
mod desk;
mod doors;
mod driver;
mod exporting;
mod importing;
mod merging;
mod models;
mod moving;
mod opening;
mod pairs;
mod program;
mod published;
mod python;
mod ready;
mod rubrics;
mod sampling;
mod serving;
mod settled;
mod sync;
mod templates;
mod video_models;
mod watching;
mod window;
