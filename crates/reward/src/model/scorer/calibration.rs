//! Calibration: which size of batch is fastest on this machine. The caller keeps the answer, by model and machine.

use std::time::{Duration, Instant};

use crate::model::batch;
use crate::model::key::InputKey;
use crate::model::prepared::Prepared;
use crate::model::reward_model::RewardModel;
use crate::model::runtime::Session;
use crate::model::tokens::Tokens;

/// The budgets that are tried on a processor, in tokens.
pub const CALIBRATION_BUDGETS: [usize; 3] = [256, 512, 1024];

/// The length of the trial texts: long enough to be worth batching, short enough for several in each batch.
const TRIAL_LENGTH: usize = 64;

/// Runs batches of each budget in turn for about so long in all, and gives the fastest. None for a model that
/// reads no text, and on a card, where batches are as large as its memory lets them be.
pub fn calibrate(model: &RewardModel, session: &mut dyn Session, patience: Duration) -> Option<usize> {
    let text = model.manifest().input.text().filter(|_| model.manifest().input.image().is_none())?;
    if session.provider().is_gpu() {
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
    };
    let started = Instant::now();
    let mut seconds_per_token = [f64::INFINITY; CALIBRATION_BUDGETS.len()];
    // The fastest of several rounds counts: whatever else the machine does only ever slows a round down.
    while started.elapsed() < patience {
        for (best, budget) in seconds_per_token.iter_mut().zip(CALIBRATION_BUDGETS) {
            let inputs = vec![&prepared; (budget / length).max(1)];
            let outcome = batch::run(model, session, &inputs);
            let tokens = (inputs.len() * length) as f64;
            *best = best.min(outcome.model_time.as_secs_f64() / tokens);
        }
    }
    let fastest =
        seconds_per_token.iter().zip(CALIBRATION_BUDGETS).min_by(|one, other| one.0.total_cmp(other.0));
    fastest.map(|(_, budget)| budget)
}
