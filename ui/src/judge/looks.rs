//! What of an item can be looked at closely: a picture of each candidate, and the pictures that they are held
//! against. A candidate that is one picture shows it in all of its card; of one that has several parts it is the
//! picture of some number, counted from its first, that was pressed or zoomed last.

use egui::{Context, Vec2};
use tiebreak_domain::door::ImageRequest;
use tiebreak_domain::media::MediumRequest;
use tiebreak_domain::{ApiError, Candidate, ContextKind, Part, QueuedItem};

use super::pane;
use super::question::letter_at;
use crate::compare::{Layer, Visual, Wanted};
use crate::images::{Images, Standing};
use crate::player::pane::kind_word;
use crate::player::reel::Known;
use crate::player::{Player, medium_of};

/// The layers of the item on the screen, and where they come from. Empty where a candidate has no picture.
#[derive(Clone, Debug, Default)]
pub struct Looks {
    /// The candidates in the order of the screen, then the references.
    pub layers: Vec<Layer>,
    /// The part that each candidate's picture is; none where candidates are one picture each.
    parts: Vec<usize>,
    requests: Vec<ImageRequest>,
    media: Vec<Option<MediumRequest>>,
    errors: Vec<Option<ApiError>>,
}

impl Looks {
    /// Those of an item; `fit` is the room of one candidate's picture, in pixels. Of candidates with several parts they
    /// are the pictures of this `number`, or the last that there is.
    pub fn of(
        queued: &QueuedItem,
        images: &mut Images,
        player: &Player,
        ctx: &Context,
        fit: Vec2,
        number: usize,
    ) -> Self {
        let mut looks = Self::default();
        let item = &queued.item.item;
        let mut push = |looks: &mut Self, layer: Layer, part: &Part, uri: &str| {
            let request = Images::request(queued.item.source, uri, fit.into());
            match medium_of(queued.item.source, part).filter(|_| player.plays(queued.item.source, part)) {
                Some(medium) => looks.push_playing(layer, request, medium, player),
                None => looks.push(layer, request, images, ctx),
            }
        };
        let candidates: Vec<&Candidate> = (0..queued.order.len())
            .filter_map(|position| item.candidates.get(queued.order.candidate_at(position)))
            .collect();
        let is_among_others =
            !candidates.iter().all(|candidate| pane::only_picture(candidate).is_some_and(is_seen));
        for (position, candidate) in candidates.into_iter().enumerate() {
            let mut pictures = candidate.parts.iter().enumerate().filter(|(_, part)| is_seen(part));
            let last = pictures.clone().next_back();
            let Some((place, part)) = pictures.nth(number).or(last) else { return Self::default() };
            let Some(uri) = seen_uri(part) else { return Self::default() };
            if is_among_others {
                looks.parts.push(place);
            }
            let letter = letter_at(position).to_string();
            let kind = kind_word(part);
            let name = if !is_among_others {
                format!("{kind} {letter}")
            } else if part.always_plays() {
                format!("Candidate {letter}, {kind} {}", place + 1)
            } else {
                format!("Candidate {letter}, image {}", place + 1)
            };
            let layer = Layer { name, letter, is_candidate: true, is_among_others, ..Layer::default() };
            push(&mut looks, layer, part, uri);
        }
        let references = item.context.iter().filter(|context| context.kind == ContextKind::Reference);
        let pictures =
            references.flat_map(|context| &context.parts).filter_map(|part| Some((part, seen_uri(part)?)));
        for (index, (part, uri)) in pictures.enumerate() {
            let number = if index == 0 { String::new() } else { format!(" {}", index + 1) };
            let kind = kind_word(part).to_lowercase();
            let (letter, name) = (format!("Ref{number}"), format!("Reference {kind}{number}"));
            let layer = Layer { letter, name, ..Layer::default() };
            push(&mut looks, layer, part, uri);
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
        self.media.push(None);
        self.errors.push(failed);
    }

    fn push_playing(
        &mut self,
        mut layer: Layer,
        request: ImageRequest,
        medium: MediumRequest,
        player: &Player,
    ) {
        let mut failed = None;
        match player.known(&medium) {
            Some(Known::Info(info)) => layer.size = Some(info.size),
            Some(Known::Failed(error)) => failed = Some(error.clone()),
            Some(Known::Coming) | None => {}
        }
        layer.has_alpha = player.has_alpha(&medium);
        self.layers.push(layer);
        self.requests.push(request);
        self.media.push(Some(medium));
        self.errors.push(failed);
    }

    /// The medium of a layer that plays.
    pub fn medium(&self, index: usize) -> Option<&MediumRequest> {
        self.media[index].as_ref()
    }

    /// The part that is the layer of the candidate at a place, where it stands among others.
    pub fn part(&self, position: usize) -> Option<usize> {
        self.parts.get(position).copied()
    }

    /// Whether candidates are one picture each.
    pub fn fill_cards(&self) -> bool {
        !self.layers.is_empty() && self.parts.is_empty()
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
        player: &mut Player,
        ctx: &Context,
        index: usize,
        wanted: &Wanted,
    ) -> Option<Visual> {
        let Some(medium) = &self.media[index] else {
            return images.visual(ctx, &self.requests[index], wanted);
        };
        let playing = player.visual_as(medium, wanted);
        // An animation was there as a picture before it was known to be one.
        let was_still = playing.is_none() && player.has_alpha(medium);
        if was_still { images.visual(ctx, &self.requests[index], wanted) } else { playing }
    }
}

fn is_seen(part: &Part) -> bool {
    seen_uri(part).is_some()
}

/// Where a part is that can be looked at.
fn seen_uri(part: &Part) -> Option<&str> {
    match part {
        Part::Image { uri } | Part::Video { uri } => Some(uri),
        _ => None,
    }
}
