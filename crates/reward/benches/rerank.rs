//! Re-ranking after one vote: `cargo bench -p tiebreak-reward --bench rerank [-- PAIRS CANDIDATES COLUMNS]`.
//!
//! 1,000,000 pairs over 100,000 candidates of 384 columns unless told otherwise. After a vote: the head's update,
//! the pass over the candidates, the pass over the pairs, the mutual information of every pair, and the best
//! twenty. The target on two cores is 60 ms. Then a greedy batch of twenty, which belongs on a worker.

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tiebreak_reward::learn::acquire::batch::choose;
use tiebreak_reward::learn::acquire::{BatchSettings, Situation};
use tiebreak_reward::learn::features::{ColumnKind, FeatureTable};
use tiebreak_reward::learn::head::information::InformationTable;
use tiebreak_reward::learn::head::pool::{Pair, PoolBelief};
use tiebreak_reward::learn::head::prior::Prior;
use tiebreak_reward::learn::head::{Head, Vote};
use tiebreak_reward::learn::ordinal::{Ordinal, Verdict};

const VOTES: usize = 25;
const SHOWN: usize = 20;

fn main() {
    let given = std::env::args().filter_map(|argument| argument.parse::<usize>().ok()).collect::<Vec<_>>();
    let [pairs, candidates, columns] = [(0, 1_000_000), (1, 100_000), (2, 384)]
        .map(|(place, usual)| given.get(place).copied().unwrap_or(usual));
    let mut random = StdRng::seed_from_u64(1);
    let values = (0..candidates * columns).map(|_| random.random_range(-1.7..1.7)).collect();
    let names = (0..columns).map(|index| format!("column {index}")).collect();
    let table = FeatureTable::from_values(names, ColumnKind::Feature, values).expect("values fill the rows");
    let pairs = (0..pairs)
        .map(|index| Pair {
            a: random.random_range(0..candidates as u32),
            b: random.random_range(0..candidates as u32),
            cluster: index as u32 / 4,
        })
        .collect::<Vec<_>>();
    println!("{} pairs over {candidates} candidates of {columns} columns", pairs.len());
    for threads in [1, 2] {
        after_a_vote(&table, &pairs, threads, &mut random);
    }
}

fn after_a_vote(table: &FeatureTable, pairs: &[Pair], threads: usize, random: &mut StdRng) {
    let mut head = Head::new(table, Ordinal::bradley_terry(), Prior::default());
    let information = InformationTable::new(head.likelihood());
    let started = Instant::now();
    let mut pool = PoolBelief::new(&head, table, pairs, None, threads);
    say(threads, "from scratch", &[started.elapsed()]);
    let mut scores = vec![0.0_f32; pairs.len()];
    let mut votes = Vec::new();
    let [mut updates, mut refreshes, mut rankings, mut totals] = [const { Vec::new() }; 4];
    for _ in 0..VOTES {
        let pair = pairs[random.random_range(0..pairs.len())];
        let vote = Vote::new(pair.a, pair.b, Verdict::A(None));
        let started = Instant::now();
        let update = head.update(table, &vote);
        let updated = Instant::now();
        pool.refresh(table, pairs, &update);
        let refreshed = Instant::now();
        pool.score_into(&mut scores, |mean, variance| information.get(mean, variance));
        let best = best_of(&scores);
        let ranked = Instant::now();
        updates.push(updated.duration_since(started));
        refreshes.push(refreshed.duration_since(updated));
        rankings.push(ranked.duration_since(refreshed));
        totals.push(ranked.duration_since(started));
        assert_eq!(best.len(), SHOWN.min(pairs.len()), "as many are shown as there is room for");
        votes.push(vote);
    }
    say(threads, "update of the head", &updates);
    say(threads, "refresh of the pool", &refreshes);
    say(threads, "information and best twenty", &rankings);
    say(threads, "in all, after a vote", &totals);
    let open = vec![true; pairs.len()];
    let situation = Situation {
        head: &head,
        table,
        pairs,
        pool: &pool,
        information: &information,
        open: &open,
        askable: &open,
        items: None,
        votes: &votes,
        members: &[],
        prompts: None,
    };
    let started = Instant::now();
    let picks = choose(&situation, &BatchSettings::default(), random);
    say(threads, &format!("greedy batch of {}", picks.len()), &[started.elapsed()]);
}

/// The places of the highest scores, in one pass.
fn best_of(scores: &[f32]) -> Vec<usize> {
    let mut best = Vec::<usize>::with_capacity(SHOWN + 1);
    let mut least = f32::NEG_INFINITY;
    for (place, score) in scores.iter().enumerate() {
        if best.len() < SHOWN || *score > least {
            let at = best.partition_point(|other| scores[*other] >= *score);
            best.insert(at, place);
            best.truncate(SHOWN);
            least = scores[best[best.len() - 1]];
        }
    }
    best
}

fn say(threads: usize, name: &str, times: &[Duration]) {
    let mut sorted = times.iter().map(|time| time.as_secs_f64() * 1e3).collect::<Vec<_>>();
    sorted.sort_by(f64::total_cmp);
    let (fastest, median) = (sorted[0], sorted[sorted.len() / 2]);
    println!("{threads} thread(s), {name}: median {median:.1} ms, fastest {fastest:.1} ms");
}
