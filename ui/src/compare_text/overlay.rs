//! What lies over the texts of one pane while they are painted: marks, folds, and the place to bring into view.
//!
//! Made before the parts are painted and read afterwards, as what is drawn by questions is: what paints the
//! parts need know nothing of comparisons.

use std::collections::HashMap;
use std::sync::Arc;

use egui::Rect;

use super::script::Stretch;
use super::shared_ends::SharedEnds;
use crate::document::{Highlights, LaidOut};

/// What is folded of a candidate.
#[derive(Clone, Debug, PartialEq)]
pub struct Fold {
    /// How many words.
    pub ends: SharedEnds,
    /// Whether there is nothing but shared words in it.
    pub is_all: bool,
    /// The first word that is not folded; none where nothing is at the beginning.
    pub from: Option<Stretch>,
    /// The last word that is not folded; none where nothing is at the end.
    pub to: Option<Stretch>,
}

/// Where a text was painted.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its part.
    pub part: usize,
    /// The height of its beginning on the screen; above what is seen of it where that is folded.
    pub top: f32,
    /// What was painted.
    pub laid_out: Arc<LaidOut>,
}

/// What lies over the texts of a pane.
#[derive(Debug, Default)]
pub struct Overlay {
    pub(super) layers: HashMap<usize, Vec<Highlights>>,
    /// What is folded.
    pub fold: Option<Fold>,
    /// What is to be brought into view.
    pub reveal: Option<Stretch>,
    /// Where that stands on the screen, once it was painted.
    pub revealed: Option<Rect>,
    /// Whether it cannot be, as it is folded.
    pub is_revealed_in_fold: bool,
    /// Where each text stands, once it was painted.
    pub places: Vec<Place>,
}

impl Overlay {
    /// What is marked in a part, layer upon layer.
    pub fn highlights(&self, part: usize) -> Vec<Highlights> {
        self.layers.get(&part).cloned().unwrap_or_default()
    }

    /// Whether a part is folded from its beginning to its end.
    pub fn hides(&self, part: usize) -> bool {
        let Some(fold) = &self.fold else { return false };
        fold.is_all
            || fold.from.as_ref().is_some_and(|from| part < from.part)
            || fold.to.as_ref().is_some_and(|to| part > to.part)
    }

    /// How much of a laid-out part is folded above and below what is seen of it.
    pub fn folded(&self, part: usize, laid_out: &LaidOut) -> (f32, f32) {
        let Some(fold) = &self.fold else { return (0.0, 0.0) };
        let line = |place: &Option<Stretch>| {
            let place = place.as_ref().filter(|place| place.part == part)?;
            laid_out.first_rect_of(&place.source)
        };
        let height = laid_out.size().y;
        // A line has room above its letters.
        let room = |line: Rect| line.height() * 0.35;
        let above = line(&fold.from).map_or(0.0, |line| (line.top() - room(line)).max(0.0));
        let below = line(&fold.to).map_or(0.0, |line| (height - line.bottom() - room(line)).max(0.0));
        (above, below.min(height - above))
    }

    /// Says where a part was painted, and how much of it is folded above and below.
    pub fn painted(&mut self, part: usize, top: f32, laid_out: &Arc<LaidOut>, folded: (f32, f32)) {
        if let Some(reveal) = self.reveal.as_ref().filter(|reveal| reveal.part == part)
            && let Some(rect) = laid_out.first_rect_of(&reveal.source)
        {
            let seen = egui::Rangef::new(folded.0, laid_out.size().y - folded.1);
            self.is_revealed_in_fold = !seen.contains(rect.center().y);
            self.revealed = Some(rect.translate(egui::vec2(0.0, top)));
        }
        self.places.push(Place { part, top, laid_out: Arc::clone(laid_out) });
    }

    /// Whether what is to be brought into view is folded.
    pub fn hides_revealed(&self) -> bool {
        self.is_revealed_in_fold || self.reveal.as_ref().is_some_and(|reveal| self.hides(reveal.part))
    }
}
