//! The models of this crate from outside: tiny ones that are written for a test, and real ones where they are.

mod checks;
mod folder;
mod images;
mod real_models;
mod schema;
mod scorer;
mod scoring;
