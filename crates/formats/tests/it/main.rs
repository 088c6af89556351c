//! The crate from outside: files in, records out, and back.
#![allow(clippy::unwrap_used, clippy::format_collect)]

mod bad_input;
mod containers;
mod files;
mod lossless;
mod real_data;
mod round_trip;
mod shapes;
mod soup;
mod tools;
