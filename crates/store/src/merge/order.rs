//! The order of a log that went on in two copies.
//!
//! What both copies began with stays as it was. After that, each copy's own order holds, and of two revisions
//! of different copies the one recorded earlier comes first, the smaller id where the times are equal: a merge
//! of two sorted lists, in which a clock set back does not bring to the end what its own copy had superseded.
//! Where one copy holds all that the other does, its order is the order. A label that was imported into both waits
//! until both have come to it, as long as their orders agree.
//!
//! So the order depends on what the copies hold, never on which is merged into which; merged again it stays;
//! and of three copies it does not matter which two are merged first.

use std::collections::{HashMap, HashSet};

use tiebreak_domain::{JudgmentId, UnixMillis};

/// A revision, as far as order goes.
pub(super) type Step = (UnixMillis, JudgmentId);

/// The order of what is in either log, each in the order of its revisions.
pub(super) fn merged(mine: &[Step], theirs: &[Step]) -> Vec<JudgmentId> {
    let of_mine: HashSet<JudgmentId> = mine.iter().map(|step| step.1).collect();
    let of_theirs: HashSet<JudgmentId> = theirs.iter().map(|step| step.1).collect();
    if of_theirs.len() < of_mine.len() && of_theirs.is_subset(&of_mine) {
        return mine.iter().map(|step| step.1).collect();
    }
    if of_mine.len() < of_theirs.len() && of_mine.is_subset(&of_theirs) {
        return theirs.iter().map(|step| step.1).collect();
    }
    let shared = mine.iter().zip(theirs).take_while(|(one, other)| one.1 == other.1).count();
    let mut order: Vec<JudgmentId> = mine[..shared].iter().map(|step| step.1).collect();
    let mut placed: HashSet<JudgmentId> = order.iter().copied().collect();
    let place = |log: &[Step]| -> HashMap<JudgmentId, (usize, UnixMillis)> {
        log.iter().enumerate().map(|(place, step)| (step.1, (place, step.0))).collect()
    };
    let (place_in_mine, place_in_theirs) = (place(mine), place(theirs));
    // A label imported into both copies is one judgment with two times; the earlier counts in both.
    let key = |step: &Step, others: &HashMap<JudgmentId, (usize, UnixMillis)>| {
        (others.get(&step.1).map_or(step.0, |(_, at)| step.0.min(*at)), step.1)
    };
    let (mut mine_left, mut theirs_left) = (&mine[shared..], &theirs[shared..]);
    loop {
        // What came from the other log already has its place, and its time says nothing of what follows it.
        for left in [&mut mine_left, &mut theirs_left] {
            while left.first().is_some_and(|step| placed.contains(&step.1)) {
                take(left);
            }
        }
        let next = match (mine_left.first(), theirs_left.first()) {
            (None, None) => return order,
            (Some(one), Some(other)) => {
                // What the other log has further on waits until that log has come so far.
                let waits = |step: &Step, others: &HashMap<JudgmentId, (usize, UnixMillis)>, at: usize| {
                    others.get(&step.1).is_some_and(|(place, _)| *place > at)
                };
                let one_waits = waits(one, &place_in_theirs, theirs.len() - theirs_left.len());
                let other_waits = waits(other, &place_in_mine, mine.len() - mine_left.len());
                let is_theirs = match (one_waits, other_waits) {
                    (true, false) => true,
                    (false, true) => false,
                    _ => key(other, &place_in_mine) < key(one, &place_in_theirs),
                };
                take(if is_theirs { &mut theirs_left } else { &mut mine_left })
            }
            (None, Some(_)) => take(&mut theirs_left),
            (Some(_), None) => take(&mut mine_left),
        };
        placed.insert(next);
        order.push(next);
    }
}

fn take(left: &mut &[Step]) -> JudgmentId {
    let (first, rest) = left.split_first().expect("it was looked at");
    *left = rest;
    first.1
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step(at: i64, id: u8) -> Step {
        (UnixMillis(at), JudgmentId([id; 16]))
    }

    fn ids(order: &[JudgmentId]) -> Vec<u8> {
        order.iter().map(|id| id.0[0]).collect()
    }

    #[test]
    fn the_later_one_is_in_force_and_a_clock_set_back_undoes_nothing() {
        let (one, other) = ([step(10, 1), step(30, 2)], [step(10, 1), step(20, 3)]);
        assert_eq!(ids(&merged(&one, &other)), [1, 3, 2], "by time, whoever merges");
        assert_eq!(ids(&merged(&other, &one)), [1, 3, 2]);
        let set_back = [step(10, 1), step(30, 2), step(5, 4)];
        assert_eq!(ids(&merged(&set_back, &other)), [1, 3, 2, 4], "4 superseded 2 and still does");
        assert_eq!(ids(&merged(&set_back[..1], &set_back)), [1, 2, 4], "who has all says the order");
        assert_eq!(ids(&merged(&set_back, &set_back[..1])), [1, 2, 4]);
    }

    /// Logs that begin alike, then go on for themselves with times in no order.
    fn copies() -> impl Strategy<Value = [Vec<Step>; 3]> {
        let times = || proptest::collection::vec(0..20_i64, 0..5);
        (times(), times(), times(), times()).prop_map(|(base, first, second, third)| {
            let mut id = 0;
            let mut steps = |times: Vec<i64>| -> Vec<Step> {
                times
                    .into_iter()
                    .map(|at| {
                        id += 1;
                        step(at, id)
                    })
                    .collect()
            };
            let base = steps(base);
            [first, second, third].map(|times| base.iter().copied().chain(steps(times)).collect())
        })
    }

    fn both(one: &[Step], other: &[Step]) -> Vec<Step> {
        let find = |id: JudgmentId| one.iter().chain(other).find(|step| step.1 == id).copied();
        merged(one, other).into_iter().filter_map(find).collect()
    }

    /// Logs into which the same labels were imported at different times, between what each copy says for itself.
    fn copies_with_labels() -> impl Strategy<Value = [Vec<Step>; 2]> {
        let labels = proptest::collection::vec(1..=3_u8, 0..4).prop_map(|mut ids| {
            ids.sort_unstable();
            ids.dedup();
            ids
        });
        let log = move |first: u8| {
            let steps =
                (labels.clone().prop_shuffle(), proptest::collection::vec((0..20_i64, 0..4_usize), 0..4));
            let at = proptest::collection::vec(0..20_i64, 8);
            (steps, at).prop_map(move |((labels, own), at)| {
                let mut log: Vec<u8> = labels;
                for (index, (_, place)) in own.iter().enumerate() {
                    log.insert((*place).min(log.len()), first + index as u8);
                }
                log.into_iter().zip(at).map(|(id, at)| step(at, id)).collect::<Vec<Step>>()
            })
        };
        (log(10), log(20)).prop_map(|(one, other)| [one, other])
    }

    /// Whether some order keeps both logs' own orders.
    fn agree(one: &[Step], other: &[Step]) -> bool {
        let shared = |log: &[Step], others: &[Step]| -> Vec<JudgmentId> {
            let is_shared = |step: &&Step| others.iter().any(|other| other.1 == step.1);
            log.iter().filter(is_shared).map(|step| step.1).collect()
        };
        shared(one, other) == shared(other, one)
    }

    #[test]
    fn a_label_that_superseded_a_word_in_its_own_copy_still_does() {
        let (one, other) = ([step(1, 1), step(2, 2)], [step(5, 3), step(7, 1)]);
        assert_eq!(ids(&merged(&one, &other)), [3, 1, 2], "1 came after 3 there, and 2 after 1 here");
        assert_eq!(ids(&merged(&other, &one)), [3, 1, 2]);
    }

    #[test]
    fn a_label_of_both_copies_is_passed_by_in_both_at_once() {
        let (one, other) = ([step(10, 3), step(0, 1)], [step(0, 2), step(10, 3), step(0, 20)]);
        assert_eq!(ids(&merged(&one, &other)), [2, 3, 1, 20]);
        assert_eq!(ids(&merged(&other, &one)), [2, 3, 1, 20], "the same in both directions");
    }

    proptest! {
        #[test]
        fn labels_in_both_copies_keep_each_copys_order([one, other] in copies_with_labels()) {
            let joined = merged(&one, &other);
            prop_assert_eq!(&joined, &merged(&other, &one), "the same in both directions");
            let steps = both(&one, &other);
            prop_assert_eq!(&both(&steps, &other), &steps, "merged again it stays");
            if agree(&one, &other) {
                for log in [&one, &other] {
                    let own: Vec<JudgmentId> =
                        joined.iter().filter(|id| log.iter().any(|step| step.1 == **id)).copied().collect();
                    let expected: Vec<JudgmentId> = log.iter().map(|step| step.1).collect();
                    prop_assert_eq!(own, expected, "each copy's own order holds");
                }
            }
        }

        #[test]
        fn it_matters_neither_who_merges_whom_nor_in_what_turn([one, two, three] in copies()) {
            let joined = both(&one, &two);
            prop_assert_eq!(&joined, &both(&two, &one), "the same in both directions");
            prop_assert_eq!(&joined, &both(&joined, &two), "merged again it stays");
            prop_assert_eq!(&joined, &both(&two, &joined), "and is what the other becomes");
            prop_assert_eq!(both(&joined, &three), both(&one, &both(&two, &three)), "in any turn");
            for log in [&one, &two] {
                let own: Vec<_> = joined.iter().filter(|step| log.contains(step)).copied().collect();
                prop_assert_eq!(&own, log, "each copy's own order holds");
            }
        }
    }
}
