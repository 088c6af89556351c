//! An input made ready: looked at, tokenised, with a digest by which equal inputs are found.
//!
//! Images stay as they were given until their batch runs, so that a long list of them takes no second copy.

use std::sync::Arc;

use super::error::InputFault;
use super::image::RgbImage;
use super::key::{InputKey, Parts};
use super::manifest::{FeaturesInput, Input, Padding, Texts};
use super::request::{Candidate, Request};
use super::reward_model::RewardModel;
use super::tokens::Tokens;

/// Numbers of the caller, shared with the request.
type Features = Arc<[f32]>;

/// An input, ready to be run.
#[derive(Clone, Debug)]
pub(super) struct Prepared {
    /// The text, if the model reads any.
    pub(super) tokens: Option<Tokens>,
    /// The image or frames.
    pub(super) images: Vec<RgbImage>,
    /// The second image of a pair.
    pub(super) second_image: Option<RgbImage>,
    /// Features, and those of the second candidate.
    pub(super) features: Option<(Features, Option<Features>)>,
    /// Equal for inputs that the model cannot tell apart.
    pub(super) digest: InputKey,
    /// Tokens of one row, filling included where it is fixed.
    pub(super) length: usize,
    /// Whether the images go in together, as one row.
    pub(super) is_clip: bool,
}

/// How many tokens' work one image is: a patch of 16 by 16 pixels, as most image models cut them.
const PIXELS_PER_TOKEN: usize = 256;

impl Prepared {
    pub(super) fn new(model: &RewardModel, request: &Request) -> Result<Self, InputFault> {
        let input = &model.manifest().input;
        check_kinds(model, request)?;
        let mut prepared = Self {
            tokens: None,
            images: Vec::new(),
            second_image: None,
            features: None,
            digest: InputKey([0; 32]),
            length: 1,
            is_clip: input.is_clip(),
        };
        let mut parts = Parts::new("input");
        if let (Some(text), Some(tokenizer)) = (input.text(), model.tokenizer()) {
            let (first, second) = tokenizer.fill(&texts(request));
            let tokens = tokenizer.encode(&first, second.as_deref())?;
            let ids: Vec<u8> = tokens.ids.iter().flat_map(|id| id.to_le_bytes()).collect();
            parts.add(&ids);
            parts.add(&tokens.types);
            prepared.length = if text.padding == Padding::Max { text.max_tokens } else { tokens.ids.len() };
            prepared.tokens = Some(tokens);
        }
        match &request.candidate {
            Candidate::Text(_) => {}
            Candidate::Image(image) => prepared.images.push(image.clone()),
            Candidate::Frames(frames) => prepared.images.clone_from(frames),
            Candidate::Features(features) => prepared.features = Some((Arc::clone(features), None)),
        }
        match &request.second {
            Some(Candidate::Image(image)) => prepared.second_image = Some(image.clone()),
            Some(Candidate::Features(second)) => {
                if let Some(features) = &mut prepared.features {
                    features.1 = Some(Arc::clone(second));
                }
            }
            _ => {}
        }
        for image in prepared.images.iter().chain(&prepared.second_image) {
            image.check()?;
            add_image(&mut parts, image);
        }
        if let (Input::Features(wanted), Some((first, second))) = (input, &prepared.features) {
            for features in std::iter::once(first).chain(second) {
                check_features(wanted, features)?;
                add_features(&mut parts, features);
            }
        }
        prepared.digest = parts.finish();
        Ok(prepared)
    }

    /// How many rows it takes: one, or one for each frame that runs as an image.
    pub(super) fn rows(&self) -> usize {
        if self.is_clip { 1 } else { self.images.len().max(1) }
    }

    /// The work of it, in tokens.
    pub(super) fn cost(&self, input: &Input) -> usize {
        let pixels = input.image().map_or(0, |image| image.width * image.height / PIXELS_PER_TOKEN);
        self.rows() * self.length + self.images.len().max(1) * pixels
    }
}

/// The key of an input that the caller keeps scores under; the text is taken as the templates give it.
pub(super) fn input_key(model: &RewardModel, request: &Request) -> Result<InputKey, InputFault> {
    check_kinds(model, request)?;
    let mut parts = Parts::new("tiebreak input 1");
    parts.add(&model.model_key().0);
    if let Some(tokenizer) = model.tokenizer() {
        let (first, second) = tokenizer.fill(&texts(request));
        parts.add(first.as_bytes());
        parts.add(second.unwrap_or_default().as_bytes());
    }
    for candidate in std::iter::once(&request.candidate).chain(&request.second) {
        match candidate {
            Candidate::Text(_) => {}
            Candidate::Image(image) => add_image(&mut parts, image),
            Candidate::Frames(frames) => frames.iter().for_each(|frame| add_image(&mut parts, frame)),
            Candidate::Features(features) => add_features(&mut parts, features),
        }
    }
    Ok(parts.finish())
}

fn texts(request: &Request) -> Texts<'_> {
    fn text(candidate: &Candidate) -> &str {
        if let Candidate::Text(text) = candidate { text } else { "" }
    }
    Texts {
        prompt: &request.prompt,
        response: text(&request.candidate),
        second_response: request.second.as_ref().map_or("", text),
    }
}

fn check_kinds(model: &RewardModel, request: &Request) -> Result<(), InputFault> {
    let expected = match model.manifest().input {
        Input::Text(_) => "text",
        Input::Image(_) | Input::ImageText(..) => "an image",
        Input::Video(..) | Input::VideoText(..) => "frames of a video",
        Input::Features(_) => "features",
    };
    for candidate in std::iter::once(&request.candidate).chain(&request.second) {
        let found = candidate.word();
        if found != expected {
            return Err(InputFault::WrongKind { expected, found });
        }
    }
    let input = &model.manifest().input;
    if let (Some(video), Candidate::Frames(frames)) = (input.video(), &request.candidate) {
        let least = if input.is_clip() { video.frames } else { 1 };
        if !(least..=video.frames).contains(&frames.len()) {
            return Err(InputFault::WrongFrames { least, most: video.frames, found: frames.len() });
        }
    }
    match (model.is_pairwise(), request.second.is_some()) {
        (true, false) => Err(InputFault::WrongKind { expected: "two candidates", found: "one" }),
        (false, true) => Err(InputFault::WrongKind { expected: "one candidate", found: "two" }),
        _ => Ok(()),
    }
}

fn check_features(wanted: &FeaturesInput, features: &[f32]) -> Result<(), InputFault> {
    if features.len() != wanted.length {
        return Err(InputFault::WrongLength { expected: wanted.length, found: features.len() });
    }
    if features.iter().any(|number| !number.is_finite()) {
        return Err(InputFault::FeaturesNotFinite);
    }
    Ok(())
}

fn add_image(parts: &mut Parts, image: &RgbImage) {
    parts.add(&image.width.to_le_bytes());
    parts.add(&image.height.to_le_bytes());
    parts.add(&image.pixels);
}

fn add_features(parts: &mut Parts, features: &[f32]) {
    let bytes: Vec<u8> = features.iter().flat_map(|number| number.to_le_bytes()).collect();
    parts.add(&bytes);
}
