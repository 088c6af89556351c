//! Batches: cap, pool, propensities, and what each policy is for.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::learn::features::FeatureTable;
use crate::learn::head::information::InformationTable;
use crate::learn::head::pool::{Pair, PoolBelief};
use crate::learn::head::prior::Prior;
use crate::learn::head::tests::world;
use crate::learn::head::{Head, Vote};
use crate::learn::ordinal::{Ordinal, Verdict};

struct Ground {
    table: FeatureTable,
    pairs: Vec<Pair>,
    head: Head,
    pool: PoolBelief,
    information: InformationTable,
    open: Vec<bool>,
    votes: Vec<Vote>,
    members: Vec<Vec<f32>>,
    prompts: FeatureTable,
}

impl Ground {
    /// 12 items of 4 candidates, 6 pairs each.
    fn new() -> Self {
        let (table, _) = world(48, 6, 0, 20);
        let pairs = (0..12_u32)
            .flat_map(|item| Pair::all_of(&[4 * item, 4 * item + 1, 4 * item + 2, 4 * item + 3], item))
            .collect::<Vec<_>>();
        let votes = (0..10_usize)
            .map(|index| Vote::new(pairs[7 * index].a, pairs[7 * index].b, Verdict::A(None)))
            .collect::<Vec<_>>();
        let head = Head::new(&table, Ordinal::bradley_terry(), Prior::default()).refit(&table, &votes);
        let pool = PoolBelief::new(&head, &table, &pairs, None, 1);
        let open = (0..pairs.len()).map(|pair| pair % 7 != 0).collect();
        let members = vec![
            (0..48).map(|row| table.row(row)[0]).collect(),
            (0..48).map(|row| table.row(row)[1]).collect(),
        ];
        let (prompts, _) = world(12, 3, 0, 21);
        let information = InformationTable::new(head.likelihood());
        Self { table, pairs, head, pool, information, open, votes, members, prompts }
    }

    fn situation(&self) -> Situation<'_> {
        Situation {
            head: &self.head,
            table: &self.table,
            pairs: &self.pairs,
            pool: &self.pool,
            information: &self.information,
            open: &self.open,
            askable: &self.open,
            items: None,
            votes: &self.votes,
            members: &self.members,
            prompts: Some(&self.prompts),
        }
    }
}

fn settings(policy: Policy, size: usize, audit_share: f64) -> BatchSettings {
    BatchSettings { policy, size, audit_share, ..BatchSettings::default() }
}

#[test]
fn every_policy_keeps_cap_and_pool() {
    let ground = Ground::new();
    let all_open = vec![true; ground.pairs.len()];
    for policy in Policy::ALL {
        let mut random = StdRng::seed_from_u64(3);
        let is_second = policy == Policy::SecondOpinion;
        let open = if is_second { &all_open } else { &ground.open };
        let situation = Situation { open, askable: open, ..ground.situation() };
        let picks = choose(&situation, &settings(policy, 8, 0.0), &mut random);
        assert_eq!(picks.len(), 8, "{policy:?}");
        let mut clusters = picks.iter().map(|pick| ground.pairs[pick.pair].cluster).collect::<Vec<_>>();
        clusters.sort_unstable();
        clusters.dedup();
        assert_eq!(clusters.len(), 8, "{policy:?}: one pair of a prompt in a batch");
        for pick in &picks {
            assert!(open[pick.pair], "{policy:?}");
            assert!(!is_second || pick.pair.is_multiple_of(7), "a second opinion is of what has a vote");
            assert!(pick.propensity > 0.0 && !pick.is_audit && pick.score.is_finite(), "{pick:?}");
        }
        let again = choose(&situation, &settings(policy, 8, 0.0), &mut StdRng::seed_from_u64(3));
        assert_eq!(picks, again, "{policy:?}: one seed, one batch");
    }
}

/// Seven items of four candidates, and the other pairs as items of two.
fn mixed_items(pairs: usize) -> Vec<u32> {
    (0..pairs as u32).map(|pair| if pair < 42 { pair / 6 } else { pair }).collect()
}

#[test]
fn propensities_of_a_slot_sum_to_one() {
    let ground = Ground::new();
    let items = mixed_items(ground.pairs.len());
    for (policy, items) in Policy::ALL.into_iter().flat_map(|policy| [(policy, None), (policy, Some(&items))])
    {
        let mut random = StdRng::seed_from_u64(4);
        let situation = Situation { items: items.map(Vec::as_slice), ..ground.situation() };
        let mut batch = Batch::new(situation, settings(policy, 8, 0.15), &mut random);
        for _ in 0..6 {
            let law = batch.law(&mut random).unwrap();
            let eligible = batch.items(|pair| batch.left[pair]).collect::<Vec<_>>();
            assert_eq!(eligible.len(), law.eligible, "{policy:?}");
            let sum = eligible.iter().map(|item| law.propensity(*item)).sum::<f64>();
            assert!((sum - 1.0).abs() < 1e-12, "{policy:?}: {sum}");
            let pick = batch.draw(&law, &mut random);
            batch.take(&pick);
        }
    }
}

#[test]
fn items_of_many_candidates_are_audited_no_oftener_than_pairs() {
    let ground = Ground::new();
    let items = mixed_items(ground.pairs.len());
    let open = vec![true; items.len()];
    let situation = Situation { open: &open, askable: &open, items: Some(&items), ..ground.situation() };
    let count = 7 + ground.pairs.len() - 42;
    for (policy, audit_share) in [(Policy::GreedyInformation, 1.0), (Policy::Random, 0.0)] {
        let mut random = StdRng::seed_from_u64(11);
        let one = settings(policy, 1, audit_share);
        let mut many = 0;
        for _ in 0..2_000 {
            let pick = choose(&situation, &one, &mut random)[0];
            assert!((pick.propensity - 1.0 / count as f64).abs() < 1e-12, "of items, not of pairs: {pick:?}");
            many += usize::from(pick.pair < 42);
        }
        // Seven of 37 are 378 of 2,000, give or take 17.
        assert!((320..440).contains(&many), "{policy:?}: {many}");
    }
    let all = choose(
        &situation,
        &BatchSettings { cap_per_cluster: 0, ..settings(Policy::Random, 99, 0.5) },
        &mut StdRng::seed_from_u64(2),
    );
    let mut asked = all.iter().map(|pick| items[pick.pair]).collect::<Vec<_>>();
    asked.sort_unstable();
    asked.dedup();
    assert_eq!((all.len(), asked.len()), (count, count), "an item is asked once");
}

#[test]
fn audits_are_drawn_from_what_the_policy_leaves_out_too() {
    let ground = Ground::new();
    let askable = vec![true; ground.pairs.len()];
    // The head is sure of every other pair.
    let open = (0..askable.len()).map(|pair| pair % 2 == 0).collect::<Vec<_>>();
    let situation = Situation { open: &open, askable: &askable, ..ground.situation() };
    let mut random = StdRng::seed_from_u64(12);
    let one = settings(Policy::GreedyInformation, 1, 0.5);
    let picks = (0..600).map(|_| choose(&situation, &one, &mut random)[0]).collect::<Vec<_>>();
    let (audits, chosen) = picks.iter().partition::<Vec<&Pick>, _>(|pick| pick.is_audit);
    assert!(chosen.iter().all(|pick| open[pick.pair]), "the policy keeps to what is open");
    let sure = audits.iter().filter(|pick| !open[pick.pair]).count() as f64 / audits.len() as f64;
    assert!((sure - 0.5).abs() < 0.12, "an audit does not: {sure}");
    let least = 0.5 / askable.len() as f64;
    assert!(audits.iter().all(|pick| pick.propensity >= least - 1e-12), "of all that can be asked");
}

#[test]
fn second_opinions_are_asked_of_what_is_open_and_audits_of_all() {
    let ground = Ground::new();
    let askable = vec![true; ground.pairs.len()];
    let second = |open: &[bool], audit_share| {
        let situation = Situation { open, askable: &askable, ..ground.situation() };
        choose(&situation, &settings(Policy::SecondOpinion, 6, audit_share), &mut StdRng::seed_from_u64(13))
    };
    // Seven have a vote of somebody else; the other three votes are one's own.
    let open = (0..ground.pairs.len()).map(|pair| pair >= 21).collect::<Vec<_>>();
    let picks = second(&open, 0.0);
    assert!(picks.iter().all(|pick| !pick.is_audit && open[pick.pair] && pick.pair % 7 == 0), "{picks:?}");
    let audits = second(&open, 1.0);
    assert!(audits.iter().any(|pick| pick.pair % 7 != 0), "what has no vote is audited as well");
    // What every vote is one's own on: nothing is of the kind, and what is asked is drawn at random.
    let picks = second(&ground.open, 0.0);
    let count = ground.pairs.len() as f64;
    assert!(picks.len() == 6 && picks.iter().all(|pick| pick.is_audit), "{picks:?}");
    assert!((picks[0].propensity - 1.0 / count).abs() < 1e-12);
}

#[test]
fn picks_come_as_often_as_their_propensity_says() {
    let ground = Ground::new();
    let mut random = StdRng::seed_from_u64(5);
    let one = settings(Policy::GreedyInformation, 1, 0.3);
    let mut counts = HashMap::<usize, (f64, f64)>::new();
    let mut audits = 0;
    for _ in 0..4_000 {
        let pick = choose(&ground.situation(), &one, &mut random)[0];
        let entry = counts.entry(pick.pair).or_insert((0.0, pick.propensity));
        entry.0 += 1.0 / 4_000.0;
        audits += usize::from(pick.is_audit);
    }
    assert!((audits as f64 / 4_000.0 - 0.3).abs() < 0.03, "the share of audits is met");
    for (pair, (often, propensity)) in counts {
        assert!((often - propensity).abs() < 0.025, "{pair}: {often} is near {propensity}");
    }
}

#[test]
fn lazy_choice_is_the_eager_one() {
    let ground = Ground::new();
    for policy in
        [Policy::GreedyInformation, Policy::DOptimal, Policy::Variance, Policy::Coreset, Policy::PromptSpread]
    {
        let mut random = StdRng::seed_from_u64(6);
        let lazy = choose(&ground.situation(), &settings(policy, 8, 0.0), &mut random);
        let mut worth = Worth::new(ground.situation(), policy, &mut StdRng::seed_from_u64(6));
        let mut taken = Vec::<usize>::new();
        for pick in &lazy {
            let best = (0..ground.pairs.len())
                .filter(|pair| ground.open[*pair])
                .filter(|pair| {
                    taken.iter().all(|one| ground.pairs[*one].cluster != ground.pairs[*pair].cluster)
                })
                .map(|pair| worth.of(pair))
                .fold(f32::NEG_INFINITY, f32::max);
            assert!((worth.of(pick.pair) - best).abs() < 1e-6, "{policy:?}: the best of all is taken");
            worth.took(pick.pair);
            taken.push(pick.pair);
        }
    }
}

#[test]
fn foreseen_variance_is_that_of_the_lowered_head() {
    let ground = Ground::new();
    let mut worth = Worth::new(ground.situation(), Policy::GreedyInformation, &mut StdRng::seed_from_u64(7));
    let mut head = ground.head.clone();
    for pair in [1, 9, 33] {
        worth.took(pair);
        head.foresee(&ground.table, ground.pairs[pair].a, ground.pairs[pair].b, 0.0);
    }
    for (place, pair) in ground.pairs.iter().enumerate() {
        let wanted = head.belief(&ground.table, pair.a, pair.b, 0.0);
        assert!((worth.belief(place).variance - wanted.variance).abs() < 1e-5);
    }
}

#[test]
fn reasons_name_what_decided() {
    let ground = Ground::new();
    let first = |policy| {
        choose(&ground.situation(), &settings(policy, 1, 0.0), &mut StdRng::seed_from_u64(8))[0].reason
    };
    assert!(
        matches!(first(Policy::ModelAgainstModel), Reason::ModelsDisagree { lowest, highest } if lowest < highest)
    );
    assert!(matches!(first(Policy::Uncertainty), Reason::HeadUnsure { .. }));
    let open = vec![true; ground.pairs.len()];
    let situation = Situation { open: &open, askable: &open, ..ground.situation() };
    let second = choose(&situation, &settings(Policy::SecondOpinion, 1, 0.0), &mut StdRng::seed_from_u64(8));
    assert!(matches!(second[0].reason, Reason::SecondOpinion { .. }));
    assert_eq!(first(Policy::FileOrder), Reason::InOrder);
    let audit = choose(&ground.situation(), &settings(Policy::Random, 1, 1.0), &mut StdRng::seed_from_u64(8));
    assert_eq!(audit[0].reason, Reason::Audit);
}

#[test]
fn one_item_can_be_asked_about_and_costs_switch_off() {
    let ground = Ground::new();
    let mut random = StdRng::seed_from_u64(9);
    let within = BatchSettings {
        only_cluster: Some(3),
        cap_per_cluster: 0,
        audit_share: 0.0,
        ..settings(Policy::BestOfSet, 99, 0.0)
    };
    let picks = choose(&ground.situation(), &within, &mut random);
    assert!(!picks.is_empty() && picks.iter().all(|pick| ground.pairs[pick.pair].cluster == 3));
    let dear = BatchSettings { cost_of_asking: 1e6, ..settings(Policy::GreedyInformation, 5, 0.15) };
    let picks = choose(&ground.situation(), &dear, &mut random);
    assert!(picks.iter().all(|pick| pick.is_audit), "only audits are asked at any cost");
    assert!(super::super::value_of_best_question(&ground.pool, &ground.open) < 1e6);
}

#[test]
fn the_best_of_a_set_is_found() {
    let ground = Ground::new();
    // Where the head is sure, the contenders are its two best.
    let sure = ground.head.refit(&ground.table, &ground.votes.repeat(2_000));
    let situation = Situation { head: &sure, ..ground.situation() };
    let within = BatchSettings { only_cluster: Some(5), ..settings(Policy::BestOfSet, 1, 0.0) };
    let mut candidates = [20, 21, 22, 23];
    candidates
        .sort_by(|one, other| sure.score(&ground.table, *other).total_cmp(&sure.score(&ground.table, *one)));
    let pick = choose(&situation, &within, &mut StdRng::seed_from_u64(1))[0];
    let pair = ground.pairs[pick.pair];
    assert!(pair.a == candidates[0] || pair.b == candidates[0], "the best is shown");
}

#[test]
fn a_prompt_whose_contenders_were_asked_waits_for_the_others() {
    let mut ground = Ground::new();
    let sure = ground.head.refit(&ground.table, &ground.votes.repeat(2_000));
    let mut best_two = [20_u32, 21, 22, 23];
    best_two
        .sort_by(|one, other| sure.score(&ground.table, *other).total_cmp(&sure.score(&ground.table, *one)));
    let asked = |pair: &Pair| [pair.a, pair.b].iter().all(|end| best_two[..2].contains(end));
    ground.open = ground.pairs.iter().map(|pair| !asked(pair)).collect();
    let situation = Situation { head: &sure, ..ground.situation() };
    let one_each = BatchSettings { cap_per_cluster: 1, ..settings(Policy::BestOfSet, 11, 0.0) };
    let picks = choose(&situation, &one_each, &mut StdRng::seed_from_u64(3));
    let place = |pick: &Pick| ground.pairs[pick.pair].cluster;
    assert_eq!(picks.len(), 11);
    assert!(picks.iter().all(|pick| place(pick) != 5), "its best was asked about: {picks:?}");
}
