//! Models: folders with a manifest, the runtimes that run them, and the scores they give.
//!
//! A model is a folder with a `reward.toml` ([`manifest`]), described in this crate's README. [`RewardModel::open`]
//! looks at it and loads it on a [`runtime`]; a [`Scorer`] runs long lists of [`Request`]s and, before them, what
//! is on the screen. [`RewardModel::input_key`] is what scores are kept under.

mod batch;
mod error;
mod folder;
mod image;
mod key;
pub mod manifest;
mod outline;
mod prepared;
mod request;
mod reward_model;
pub mod runtime;
pub mod scorer;
mod tokens;

pub use error::{InputFault, ModelError};
pub use folder::ModelFolder;
pub use image::RgbImage;
pub use key::InputKey;
pub use manifest::{Manifest, ManifestError, ManifestFault};
pub use outline::{Outline, OutlineFault};
pub use request::{Candidate, Request, Scored};
pub use reward_model::{OpenOptions, OpenedModel, RewardModel};
pub use runtime::{Provider, Runtime, RuntimeKind, RuntimeOptions, Session, Warning};
pub use scorer::{Lane, Progress, Scorer, ScorerOptions};
pub use tokens::Tokens;
