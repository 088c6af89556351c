//! Models: folders with a manifest, the runtimes that run them, and the scores they give.
//!
//! A model is a folder with a `reward.toml` ([`manifest`]), described in this crate's README.

pub mod manifest;

pub use manifest::{Manifest, ManifestError, ManifestFault};
