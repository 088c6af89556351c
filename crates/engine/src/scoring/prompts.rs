//! Prompts embedded by a model that reads responses alone: beside what a response is, heads learn whether it fits what
//! was asked (METHODS 3.3, prompt ⊙ response).
//!
//! The prompt goes in where responses do, each distinct one once. What comes of it is kept for every item at its first
//! candidate's place, under a key of its own ([`ModelKey::of_prompts`]) that is no model to people.

use roaring::RoaringBitmap;
use tiebreak_domain::reward::ModelKey;
use tiebreak_domain::{ApiError, ItemId};
use tiebreak_reward::model::manifest::{Field, Input, Manifest, Task};
use tiebreak_reward::model::{Lane, Request, Scored};
use tiebreak_store::{CandidateScore, ScoredModel};

use super::work::{InputHash, Known, Work};
use super::{Run, inputs};

/// Distinct prompts that are embedded at a time.
const WINDOW: usize = 512;

/// Whether a model embeds texts and is not told what they answer.
pub fn reads_responses_alone(manifest: &Manifest) -> bool {
    let Input::Text(text) = &manifest.input else { return false };
    let has_prompt =
        text.first.has(Field::Prompt) || text.second.as_ref().is_some_and(|second| second.has(Field::Prompt));
    manifest.embedding.is_some() && manifest.task != Task::Pairwise && !has_prompt
}

/// Prompts on their way to the model.
#[derive(Default)]
struct Window {
    requests: Vec<Request>,
    keys: Vec<InputHash>,
    /// The items of each.
    items: Vec<Vec<ItemId>>,
}

impl Run<'_> {
    /// Embeds the prompts of some items, where the model can.
    pub(super) fn embed_prompts(
        &mut self,
        work: &mut Work,
        manifest: &Manifest,
        items: &RoaringBitmap,
    ) -> Result<(), ApiError> {
        if !reads_responses_alone(manifest) {
            return Ok(());
        }
        let key = work.scored_model.key.of_prompts();
        let mut known = Known::read(&*self.session.readers.lend()?, &key)?;
        let mut window = Window::default();
        let mut rows = Vec::new();
        for item in items {
            if self.cancel.is_set() {
                break;
            }
            self.score_in_sight(work, manifest)?;
            let item = ItemId(i64::from(item));
            if known.places.contains(&(item, 0)) {
                continue;
            }
            let reader = self.session.readers.lend()?;
            let prompt = inputs::prompt_text(&reader.item(item)?.item);
            if prompt.trim().is_empty() {
                continue;
            }
            let request = Request::text("", prompt);
            // A prompt that the model does not take has no product, and its responses have their embedding.
            let Ok(whole) = work.scorer.model().input_key(&request) else { continue };
            let mut input_key = [0; 16];
            input_key.copy_from_slice(&whole.0[..16]);
            if let Some(said) = known.said_of(&reader, &key, &input_key)? {
                rows.push(row(item, input_key, said.embedding));
            } else if let Some(at) = window.keys.iter().position(|known| *known == input_key) {
                window.items[at].push(item);
            } else {
                window.keys.push(input_key);
                window.requests.push(request);
                window.items.push(vec![item]);
            }
            drop(reader);
            if window.requests.len() >= WINDOW || rows.len() >= WINDOW {
                rows.append(&mut self.embedded(work, &mut known, std::mem::take(&mut window))?);
                self.keep_prompts(work, &key, std::mem::take(&mut rows))?;
            }
        }
        rows.append(&mut self.embedded(work, &mut known, window)?);
        self.keep_prompts(work, &key, rows)
    }

    fn embedded(
        &mut self,
        work: &Work,
        known: &mut Known,
        window: Window,
    ) -> Result<Vec<CandidateScore>, ApiError> {
        if window.requests.is_empty() || self.cancel.is_set() {
            return Ok(Vec::new());
        }
        let results = self.compute_on(work, Lane::Bulk, window.requests)?;
        let mut rows = Vec::new();
        for ((input_key, items), result) in window.keys.into_iter().zip(window.items).zip(results) {
            let Some(Ok(Scored { embedding, .. })) = result else { continue };
            let said = Scored { scores: Vec::new(), embedding: embedding.clone() };
            known.inputs.insert(input_key, said);
            rows.extend(items.into_iter().map(|item| row(item, input_key, embedding.clone())));
        }
        known.bound();
        Ok(rows)
    }

    fn keep_prompts(
        &mut self,
        work: &Work,
        key: &ModelKey,
        rows: Vec<CandidateScore>,
    ) -> Result<(), ApiError> {
        if rows.is_empty() {
            return Ok(());
        }
        self.has_described = true;
        let model = ScoredModel {
            key: key.clone(),
            dimensions: Vec::new(),
            is_judge: Some(false),
            ..work.scored_model.clone()
        };
        self.session.writer.ask(move |store| Ok(store.add_scores(&model, &rows)?))
    }
}

fn row(item: ItemId, input_key: InputHash, embedding: Option<Vec<f32>>) -> CandidateScore {
    CandidateScore { item, candidate: 0, input_key, scores: Vec::new(), embedding }
}
