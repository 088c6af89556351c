//! The second look tried out: votes turned around at random, and whether flags find them.
//!
//! For each seed a share of the votes is turned, the heads learn from all of them as they would in the app, and
//! flags are raised. What is told is how many of the first twentieth of the queue were turned, against the share of
//! all votes that were, and which share of the flags under control of false discoveries were false. Votes that were
//! wrong before anybody turned them count as right here, so that precision is understated.
//!
//! Of a share of the items, drawn at random, somebody had a second look and decided as one of the votes said before any
//! was turned: clean audits, as exchangeable with the votes that were not turned as can be.

use std::collections::{BTreeMap, HashSet};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use serde::Serialize;
use tiebreak_domain::learning::Learning;
use tiebreak_domain::{
    AnnotatorId, AnswerValue, ApiError, Interval, ItemId, Judgment, JudgmentId, Origin, Rubric, UnixMillis,
    Verdict,
};
use tiebreak_stats::bootstrap::{Plan, plain};
use tiebreak_store::Reader;

use super::Grid;
use super::side_by_side::{Progress, side_by_side};
use crate::learning::flags::raise;
use crate::learning::learned::Learned;
use crate::learning::pool::Pool;

/// The share of all votes that the head of the queue is.
const TOP_SHARE: f64 = 0.05;

/// How flags did with one share of votes turned around, over all seeds.
#[derive(Clone, Debug, Serialize)]
pub struct SecondLookTrial {
    /// The share of votes that were to be turned.
    pub flipped: f64,
    /// Whether heads started from the scorer.
    pub has_prior: bool,
    /// The share of items that had a second look.
    pub clean_audits: f64,
    /// Votes that chose a side and had no second look, the others cannot be turned: the mean over seeds.
    pub votes: usize,
    /// The share of votes that were turned.
    pub base_rate: Interval,
    /// The share of turned votes among the first twentieth of the queue, or among all flags where there are fewer.
    pub precision_at_top: Interval,
    /// That share against the base rate.
    pub lift_at_top: Interval,
    /// Flags raised.
    pub flagged: Interval,
    /// The share of turned votes among all flags.
    pub precision: Interval,
    /// Flags that survive the control of false discoveries.
    pub discoveries: Interval,
    /// The share of votes that were not turned among those; 0 where there are none.
    pub false_discoveries: Interval,
    /// What that share is to stay below on average.
    pub level: f64,
    /// Seeds on which anything was flagged.
    pub seeds: usize,
}

/// What one seed found.
struct Trial {
    turned: usize,
    votes: usize,
    flagged: usize,
    flagged_turned: usize,
    top: usize,
    top_turned: usize,
    discoveries: usize,
    false_discoveries: usize,
}

/// How many trials a grid asks for.
pub fn count(grid: &Grid) -> usize {
    turned(grid).count() * grid.clean_audits.len() * usize::try_from(grid.seeds).unwrap_or(usize::MAX)
}

/// Every share of the grid that turns anything, without and with a prior as the grid says.
fn turned(grid: &Grid) -> impl Iterator<Item = (f64, bool)> {
    let shares = grid.flips.iter().copied().filter(|share| *share > 0.0);
    shares.flat_map(|share| grid.priors.iter().map(move |prior| (share, *prior)))
}

/// Tries every share of the grid that turns anything.
pub fn trials(
    reader: &Reader,
    rubric: &Rubric,
    learning: &Learning,
    dimension: &str,
    grid: &Grid,
    (scorer, scorer_name): (&[f32], &str),
    progress: &Progress<'_>,
) -> Result<Vec<SecondLookTrial>, ApiError> {
    let mut found = Vec::new();
    for (flipped, has_prior) in turned(grid) {
        let pool = Pool::read_without_scorers(reader, learning)?;
        let pool = if has_prior { pool.map(|pool| pool.with_prior(scorer_name, scorer)) } else { pool };
        let Some(learned) = pool.and_then(|pool| Learned::new(pool, rubric, 1)) else { continue };
        let mut judgments = Vec::new();
        reader.each_vote(|judgment| judgments.push(judgment))?;
        let setting = |clean| Setting { learning, dimension, flipped, has_prior, clean };
        let seeds = usize::try_from(grid.seeds).unwrap_or(usize::MAX);
        let trials = side_by_side(grid.clean_audits.len() * seeds, progress, |place| {
            let clean = grid.clean_audits[place / seeds];
            one(learned.clone(), &judgments, &setting(clean), (place % seeds) as u64)
        })?;
        for (clean, of_seeds) in grid.clean_audits.iter().zip(trials.chunks(seeds)) {
            found.extend(over_seeds(&setting(*clean), of_seeds));
        }
    }
    Ok(found)
}

/// What is tried on every seed.
struct Setting<'a> {
    learning: &'a Learning,
    dimension: &'a str,
    flipped: f64,
    has_prior: bool,
    /// The share of items that had a second look.
    clean: f64,
}

fn one(mut learned: Learned, judgments: &[Judgment], setting: &Setting<'_>, seed: u64) -> Trial {
    let Setting { learning, dimension, flipped, .. } = *setting;
    // Draws of their own, so that whatever was looked at twice, the same votes are turned.
    let (mut random, mut looks_random) = (StdRng::seed_from_u64(seed), StdRng::seed_from_u64(!seed));
    let mut turned: HashSet<JudgmentId> = HashSet::new();
    let mut looks: BTreeMap<ItemId, Option<Judgment>> = BTreeMap::new();
    for judgment in judgments {
        let is_looked_at = |random: &mut StdRng| random.random::<f64>() < setting.clean;
        looks
            .entry(judgment.given.item)
            .or_insert_with(|| is_looked_at(&mut looks_random).then(|| second_look_at(judgment)));
    }
    let has_look = |judgment: &Judgment| looks.get(&judgment.given.item).is_some_and(Option::is_some);
    let mut votes = 0;
    let mut said: Vec<Judgment> = judgments
        .iter()
        .map(|judgment| {
            let mut judgment = judgment.clone();
            if let Some(other) = turned_around(&judgment.given.verdict, dimension) {
                let is_turned = random.random::<f64>() < flipped;
                // A second look stands for its item alone: what votes said there is not flagged.
                if !has_look(&judgment) {
                    votes += 1;
                    if is_turned {
                        turned.insert(judgment.given.id);
                        judgment.given.verdict = other;
                    }
                }
            }
            judgment
        })
        .collect();
    said.extend(looks.into_values().flatten());
    learned.refit(&said, 1);
    let raised = raise(&learned, &learned.dimensions[..1], learning, UnixMillis(0));
    let is_turned = |flag: &&tiebreak_domain::second_look::ModelFlag| turned.contains(&flag.judgment);
    let top = ((votes as f64 * TOP_SHARE).ceil() as usize).min(raised.flags.len());
    let found = &raised.flags[..raised.discoveries];
    Trial {
        turned: turned.len(),
        votes,
        flagged: raised.flags.len(),
        flagged_turned: raised.flags.iter().filter(is_turned).count(),
        top,
        top_turned: raised.flags[..top].iter().filter(is_turned).count(),
        discoveries: found.len(),
        false_discoveries: found.len() - found.iter().filter(is_turned).count(),
    }
}

/// The verdict with its sides exchanged; none where it chose none, or is no preference.
fn turned_around(verdict: &Verdict, dimension: &str) -> Option<Verdict> {
    let mut answers = verdict.answers().to_vec();
    let answer = answers.iter_mut().find(|answer| answer.question == dimension)?;
    let AnswerValue::Preference(preference) = &mut answer.value else { return None };
    if !preference.outcome.is_decided() {
        return None;
    }
    preference.outcome = preference.outcome.swapped();
    Some(Verdict::Judged { answers })
}

/// Nobody who voted.
const REVIEWER: AnnotatorId = AnnotatorId(0);

/// A review that decided as this vote did.
fn second_look_at(vote: &Judgment) -> Judgment {
    let mut look = vote.clone();
    look.given.origin = Origin::Review;
    look.given.annotator = REVIEWER;
    look.given.id.0[0] ^= 0x80;
    look
}

fn over_seeds(setting: &Setting<'_>, trials: &[Trial]) -> Option<SecondLookTrial> {
    let mean = |of: &dyn Fn(&Trial) -> Option<f64>| {
        let values: Vec<f64> = trials.iter().filter_map(of).collect();
        let mut random = StdRng::seed_from_u64(1);
        plain(values.len(), Plan::default(), &mut random, |places| {
            Some(places.iter().map(|place| values[*place]).sum::<f64>() / places.len() as f64)
        })
    };
    let share = |part: usize, whole: usize| (whole > 0).then(|| part as f64 / whole as f64);
    Some(SecondLookTrial {
        flipped: setting.flipped,
        has_prior: setting.has_prior,
        clean_audits: setting.clean,
        votes: trials.iter().map(|trial| trial.votes).sum::<usize>().checked_div(trials.len())?,
        base_rate: mean(&|trial| share(trial.turned, trial.votes))?,
        precision_at_top: mean(&|trial| share(trial.top_turned, trial.top))?,
        lift_at_top: mean(&|trial| {
            Some(share(trial.top_turned, trial.top)? / share(trial.turned, trial.votes)?)
        })?,
        flagged: mean(&|trial| Some(trial.flagged as f64))?,
        precision: mean(&|trial| share(trial.flagged_turned, trial.flagged))?,
        discoveries: mean(&|trial| Some(trial.discoveries as f64))?,
        false_discoveries: mean(&|trial| {
            Some(share(trial.false_discoveries, trial.discoveries).unwrap_or(0.0))
        })?,
        level: setting.learning.false_discovery,
        seeds: trials.iter().filter(|trial| trial.flagged > 0).count(),
    })
}
