//! What of an item can be looked at closely: the candidates that are one picture each, and the pictures that
//! they are held against.

use egui::{Context, Vec2};
use tiebreak_domain::door::ImageRequest;
use tiebreak_domain::{ApiError, ContextKind, Part, QueuedItem};

use super::pane;
use super::question::letter_at;
use crate::compare::{Layer, Visual, Wanted};
use crate::images::{Images, Standing};

/// The layers of the item on the screen, and where they come from. Empty where a candidate is no picture.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// The candidates in the order of the screen, then the references.
    pub layers: Vec<Layer>,
    requests: Vec<ImageRequest>,
    errors: Vec<Option<ApiError>>,
}

impl Looks {
    /// Those of an item; `fit` is the room of one candidate's picture, in pixels.
    pub fn of(queued: &QueuedItem, images: &mut Images, ctx: &Context, fit: Vec2) -> Self {
        let mut looks = Self::default();
        let item = &queued.item.item;
        for position in 0..queued.order.len() {
            let candidate = item.candidates.get(queued.order.candidate_at(position));
            let Some(uri) = candidate.and_then(pane::only_picture) else { return Self::default() };
            let letter = letter_at(position).to_string();
            let layer =
                Layer { name: format!("Image {letter}"), letter, is_candidate: true, ..Layer::default() };
            looks.push(layer, Images::request(queued.item.source, uri, fit.into()), images, ctx);
        }
        let references = item.context.iter().filter(|context| context.kind == ContextKind::Reference);
        let pictures = references.flat_map(|context| &context.parts).filter_map(|part| match part {
            Part::Image { uri } => Some(uri),
            _ => None,
        });
        for (index, uri) in pictures.enumerate() {
            let number = if index == 0 { String::new() } else { format!(" {}", index + 1) };
            let (letter, name) = (format!("Ref{number}"), format!("Reference image{number}"));
            let layer = Layer { letter, name, ..Layer::default() };
            looks.push(layer, Images::request(queued.item.source, uri, fit.into()), images, ctx);
        }
        looks
    }

    fn push(&mut self, mut layer: Layer, request: ImageRequest, images: &mut Images, ctx: &Context) {
        let mut failed = None;
        match images.standing(ctx, &request) {
            Standing::Here { size, has_alpha } => (layer.size, layer.has_alpha) = (Some(size), has_alpha),
            Standing::Failed(error) => failed = Some(error),
            Standing::Coming => {}
        }
        self.layers.push(layer);
        self.requests.push(request);
        self.errors.push(failed);
    }

    /// Why a layer could not be had, if it could not.
    pub fn error(&self, index: usize) -> Option<&ApiError> {
        self.errors[index].as_ref()
    }

    /// The request that a layer's picture was first asked for with.
    pub fn request(&self, index: usize) -> &ImageRequest {
        &self.requests[index]
    }

    /// What is here of a layer, as it is wanted.
    pub fn visual(
        &self,
        images: &mut Images,
        ctx: &Context,
        index: usize,
        wanted: &Wanted,
    ) -> Option<Visual> {
        images.visual(ctx, &self.requests[index], wanted)
    }
}
