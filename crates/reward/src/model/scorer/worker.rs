//! A thread of a scorer: takes work, does it, puts back what came of it.

use std::time::Instant;

use super::plan::{Group, Plan};
use super::state::{Progress, Shared, Work};
use crate::model::batch;
use crate::model::prepared::Prepared;
use crate::model::runtime::Session;

/// Works until the scorer ends.
pub(super) fn run(shared: &Shared, mut session: Box<dyn Session>) {
    while let Some(work) = shared.take_work() {
        let started = Instant::now();
        let lane = work.lane();
        match work {
            Work::Prepare { job, first, requests, .. } => {
                let prepare = |(at, request)| (first + at, Prepared::new(&shared.model, request));
                let prepared = requests.iter().enumerate().map(prepare).collect();
                shared.put_prepared(job, lane, prepared, started.elapsed());
            }
            Work::Order { job, inputs, .. } => {
                let plan = Plan::new(inputs);
                shared.put_plan(job, lane, plan, started.elapsed());
            }
            Work::Run { job, batch, .. } => {
                let inputs: Vec<&Prepared> = batch.iter().map(|group| &group.prepared).collect();
                let outcome = batch::run(&shared.model, session.as_mut(), &inputs);
                let groups = batch.iter().zip(outcome.results);
                let places = |(group, result): (&Group, _)| {
                    group.places.iter().map(move |place| (*place, Clone::clone(&result))).collect::<Vec<_>>()
                };
                let results = groups.flat_map(places).collect();
                let cost = Progress {
                    real_tokens: outcome.real_tokens,
                    padded_tokens: outcome.padded_tokens,
                    model_seconds: outcome.model_time.as_secs_f64(),
                    other_seconds: started.elapsed().saturating_sub(outcome.model_time).as_secs_f64(),
                    ..Progress::default()
                };
                shared.note(session.provider(), session.take_warnings());
                shared.put_results(job, lane, results, cost);
            }
        }
    }
}
