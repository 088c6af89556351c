//! What one model has to do in a project, and what it has said there before.

use std::collections::{HashMap, HashSet};
use std::time::Instant;

use tiebreak_domain::reward::ModelKey;
use tiebreak_domain::{ApiError, ItemId};
use tiebreak_reward::model::{Request, Scored, Scorer};
use tiebreak_store::{Reader, ScoredModel, ScoringClaims};

/// Of what a model is given.
pub type InputHash = [u8; 16];

/// An input and where it stands.
pub struct Wanted {
    pub item: ItemId,
    pub candidate: u8,
    pub key: InputHash,
    pub request: Request,
}

/// What a model reads, and everywhere in the project where it stands: pairs of one prompt share their candidates.
pub type KeyedPlaces = (InputHash, Vec<(ItemId, u8)>);

/// Why an item is scored now.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Turn {
    /// It is its turn.
    InOrder,
    /// It is in sight.
    Sooner,
}

/// One model at work.
pub struct Work {
    pub scored_model: ScoredModel,
    pub total: u64,
    pub done: u64,
    pub known: Known,
    /// What keeps programs that share the project from doing the same.
    pub claims: Option<ScoringClaims>,
    pub scorer: Scorer,
    pub began: Instant,
    /// How much of what is in sight was looked at.
    pub seen: u64,
}

/// What a model has said before.
#[derive(Default)]
pub struct Known {
    /// What has a score, or was refused one in this run.
    pub places: HashSet<(ItemId, u8)>,
    /// What of it was in sight, and came before its turn.
    pub sooner: HashSet<(ItemId, u8)>,
    pub inputs: HashMap<InputHash, Scored>,
    /// Where the project holds what was said of an input before this run.
    pub stored: HashMap<InputHash, (ItemId, u8)>,
}

impl Known {
    /// The most inputs whose scores are kept for equal ones that come later.
    const MOST_INPUTS: usize = 200_000;

    /// The most inputs of which it is known where they stand.
    const MOST_STORED: usize = 2_000_000;

    /// Everything. Where others can add to it the places are looked up again as they are come to.
    pub fn read(reader: &Reader, model: &ModelKey) -> Result<Self, ApiError> {
        let mut known = Self::default();
        reader.each_score(model, |item, candidate, input, _| {
            known.places.insert((item, candidate));
            if known.stored.len() < Self::MOST_STORED {
                known.stored.entry(input).or_insert((item, candidate));
            }
        })?;
        Ok(known)
    }

    /// What was said of an equal input before, in this run or an earlier one.
    pub fn said_of(
        &self,
        reader: &Reader,
        model: &ModelKey,
        input: &InputHash,
    ) -> Result<Option<Scored>, ApiError> {
        if let Some(scored) = self.inputs.get(input) {
            return Ok(Some(scored.clone()));
        }
        let Some((item, candidate)) = self.stored.get(input) else { return Ok(None) };
        let found = reader.score_of(model, *item, *candidate)?;
        // What stands there may be another input by now.
        let found = found.filter(|score| score.input_key == *input);
        Ok(found.map(|score| Scored { scores: score.scores, embedding: score.embedding }))
    }

    /// Adds what was found to have a score.
    pub fn learn(&mut self, places: Vec<(ItemId, u8)>) {
        self.places.extend(places);
    }

    pub fn bound(&mut self) {
        if self.inputs.len() > Self::MOST_INPUTS {
            self.inputs.clear();
        }
    }
}
