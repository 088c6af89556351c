//! What is to be scored, and what comes back.

use std::sync::Arc;

use super::image::RgbImage;

/// One input for a model: a prompt and a candidate, or two candidates for a pairwise model.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// What was asked; empty where the model does not read it.
    pub prompt: Arc<str>,
    /// What is scored; the first of two for a pairwise model.
    pub candidate: Candidate,
    /// What a pairwise model holds it against.
    pub second: Option<Candidate>,
}

/// A candidate, as a model takes it.
#[derive(Clone, Debug, PartialEq)]
pub enum Candidate {
    /// Text.
    Text(Arc<str>),
    /// An image, decoded.
    Image(RgbImage),
    /// Frames of a video, decoded, uniformly spaced in time.
    Frames(Vec<RgbImage>),
    /// Numbers that the caller computed, such as an embedding.
    Features(Arc<[f32]>),
}

impl Candidate {
    /// What it is, in a sentence.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Image(_) => "an image",
            Self::Frames(_) => "frames of a video",
            Self::Features(_) => "features",
        }
    }
}

impl Request {
    /// A prompt and a text.
    pub fn text(prompt: impl Into<Arc<str>>, response: impl Into<Arc<str>>) -> Self {
        Self { prompt: prompt.into(), candidate: Candidate::Text(response.into()), second: None }
    }

    /// Any candidate, with no prompt.
    pub fn of(candidate: Candidate) -> Self {
        Self { prompt: "".into(), candidate, second: None }
    }

    /// The same with a second candidate, for a pairwise model.
    #[must_use]
    pub fn against(mut self, second: Candidate) -> Self {
        self.second = Some(second);
        self
    }
}

/// What a model says of one input.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scored {
    /// One number per dimension, as the model gives it.
    pub scores: Vec<f32>,
    /// The embedding, if the model gives one.
    pub embedding: Option<Vec<f32>>,
}
