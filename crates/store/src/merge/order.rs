//! The order of a log that went on in two copies.
//!
//! What both copies began with stays as it was. After that, each copy's own order holds, and of two revisions
//! of different copies the one recorded earlier comes first, the smaller id where the times are equal: a merge
//! of two sorted lists, in which a clock set back does not bring to the end what its own copy had superseded.
//! Where one copy holds all that the other does, its order is the order.
//!
//! So the order depends on what the copies hold, never on which is merged into which; merged again it stays;
//! and of three copies it does not matter which two are merged first.

use std::collections::HashSet;

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
    // A label imported into both copies is one judgment with two times; the earlier counts in both.
    let key = |step: &Step, others: &[Step]| {
        let there = others.iter().find(|other| other.1 == step.1).map_or(step.0, |other| other.0);
        (step.0.min(there), step.1)
    };
    let (mut mine_left, mut theirs_left) = (&mine[shared..], &theirs[shared..]);
    loop {
        let next = match (mine_left.first(), theirs_left.first()) {
            (None, None) => return order,
            (Some(one), Some(other)) if key(other, mine) < key(one, theirs) => take(&mut theirs_left),
            (None, Some(_)) => take(&mut theirs_left),
            (Some(_), _) => take(&mut mine_left),
        };
        if placed.insert(next) {
            order.push(next);
        }
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

    proptest! {
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
