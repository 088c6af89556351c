//! The models of this crate from outside: tiny ones that are written for a test, and real ones where they are.
#![allow(clippy::unwrap_used)]

mod checks;
mod folder;
mod images;
mod libraries;
mod real_models;
mod schema;
mod scorer;
mod scoring;
