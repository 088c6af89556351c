//! Calibration: which size of batch is fastest on this machine. The caller keeps the answer, by model, provider and
//! version of the runtime.

use std::time::{Duration, Instant};

use crate::model::batch;
use crate::model::key::InputKey;
use crate::model::prepared::Prepared;
use crate::model::reward_model::RewardModel;
use crate::model::runtime::{Provider, Session};
use crate::model::tokens::Tokens;

/// The budgets that are tried on a processor, in tokens.
pub const CALIBRATION_BUDGETS: [usize; 3] = [256, 512, 1024];

/// The length of the trial texts: long enough to be worth batching, short enough for several in each batch.
const TRIAL_LENGTH: usize = 64;

/// Runs batches of each budget in turn for about so long in all, and at least once each, and gives the fastest.
/// Budgets above `largest_tokens` are not tried, and none above one that failed. None for a model that reads no text,
/// on a card, where batches are as large as its memory lets them be, and on a server, whose time is not ours.
pub fn calibrate(
    model: &RewardModel,
    session: &mut dyn Session,
    patience: Duration,
    largest_tokens: usize,
) -> Option<usize> {
    let text = model.manifest().input.text().filter(|_| model.manifest().input.image().is_none())?;
    if session.provider() != Provider::Cpu {
        return None;
    }
    let length = TRIAL_LENGTH.min(text.max_tokens);
    let prepared = Prepared {
        tokens: Some(Tokens { ids: vec![text.pad_id; length], types: vec![0; length] }),
        images: Vec::new(),
        second_image: None,
        features: None,
        digest: InputKey([0; 32]),
        length,
        is_clip: false,
    };
    let started = Instant::now();
    // The fastest of several rounds counts: whatever else the machine does only ever slows a round down.
    let mut rounds: Vec<(usize, f64)> = CALIBRATION_BUDGETS
        .into_iter()
        .filter(|budget| *budget <= largest_tokens)
        .map(|budget| (budget, f64::INFINITY))
        .collect();
    while !rounds.is_empty() {
        let mut failed_at = None;
        for (place, (budget, best)) in rounds.iter_mut().enumerate() {
            let inputs = vec![&prepared; (*budget / length).max(1)];
            let Ok(seconds) = batch::timed(model, session, &inputs) else {
                failed_at = Some(place);
                break;
            };
            *best = best.min(seconds / (inputs.len() * length) as f64);
        }
        rounds.truncate(failed_at.unwrap_or(rounds.len()));
        if started.elapsed() >= patience {
            break;
        }
    }
    rounds.iter().min_by(|one, other| one.1.total_cmp(&other.1)).map(|(budget, _)| *budget)
}

#[cfg(test)]
mod tests;
