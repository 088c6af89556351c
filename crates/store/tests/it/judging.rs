//! Judgments: revisions, undo, and everything derived from the log.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use proptest::prelude::*;
use tiebreak_domain::filter::ItemState;
use tiebreak_domain::{AnnotatorId, ItemFilter, ItemId, ItemStatus, Outcome, Preference, Strength, Verdict};
use tiebreak_store::{Reader, StoreError};

use crate::backend::on_both;
use crate::project::{Project, prefer};

fn a_change_is_a_new_revision_and_sending_twice_stores_once() {
    let mut project = Project::with_items(2);
    let ana = project.ana;
    let mut first = project.judgment(ana, 1, prefer(Outcome::A));
    first.flagged = true;
    "näin\0 on".clone_into(&mut first.comment);
    let submitted = project.store().submit(&first).unwrap();
    assert_eq!((submitted.revision, submitted.progress.judged, submitted.progress.total), (1, 1, 2));
    assert_eq!(project.store().submit(&first).unwrap(), submitted, "the same again is the same");
    let second = project.judgment(ana, 1, Verdict::Skipped);
    let submitted = project.store().submit(&second).unwrap();
    assert_eq!((submitted.revision, submitted.progress.judged, submitted.progress.skipped), (2, 0, 1));

    let reader = project.store().reader().unwrap();
    let latest = reader.latest(ana, ItemId(1)).unwrap().unwrap();
    assert_eq!((latest.revision, latest.supersedes, &latest.given), (2, Some(first.id), &second));
    let mut log = Vec::new();
    reader
        .each_judgment(|_, judgment| {
            log.push(judgment.given);
            ControlFlow::Continue(())
        })
        .unwrap();
    assert_eq!(log, [first, second], "every field of both, in order");
    assert_eq!(reader.info(ana).unwrap().revisions, 2);
}

fn an_undo_is_a_revision_that_opens_the_item_again() {
    let mut project = Project::with_items(1);
    let ana = project.ana;
    let nothing = project.judgment(ana, 1, Verdict::Withdrawn);
    assert!(matches!(project.store().submit(&nothing), Err(StoreError::Refused(_))), "nothing to take back");
    project.say(ana, 1, prefer(Outcome::B));
    let submitted = project.say(ana, 1, Verdict::Withdrawn);
    assert_eq!((submitted.revision, submitted.progress.judged), (2, 0));
    let again = project.judgment(ana, 1, Verdict::Withdrawn);
    assert!(matches!(project.store().submit(&again), Err(StoreError::Refused(_))), "taken back already");
    assert_eq!(project.say(ana, 1, prefer(Outcome::B)).revision, 3, "a redo is a revision too");
}

fn what_makes_no_sense_is_refused_and_leaves_nothing_behind() {
    let mut project = Project::with_items(1);
    let ana = project.ana;
    let strong_tie = Preference { strength: Some(Strength::Much), ..Preference::new(Outcome::Tie) };
    let judgment = project.judgment(ana, 1, Verdict::overall(strong_tie));
    assert!(matches!(project.store().submit(&judgment), Err(StoreError::Refused(_))));
    let mut judgment = project.judgment(ana, 1, Verdict::Skipped);
    judgment.rubric_version = 7;
    assert!(matches!(project.store().submit(&judgment), Err(StoreError::Refused(_))));
    let judgment = project.judgment(ana, 2, Verdict::Skipped);
    assert!(matches!(project.store().submit(&judgment), Err(StoreError::NotFound(_))));
    let judgment = project.judgment(AnnotatorId(77), 1, Verdict::Skipped);
    assert!(matches!(project.store().submit(&judgment), Err(StoreError::NotFound(_))));
    let mut judgment = project.judgment(ana, 1, Verdict::Skipped);
    judgment.showing.as_mut().unwrap().acquisition.propensity = f64::NAN;
    assert!(matches!(project.store().submit(&judgment), Err(StoreError::Refused(_))));
    assert_eq!(project.store().info(ana).unwrap().revisions, 0);
}

fn the_database_itself_keeps_the_log() {
    let mut project = Project::with_items(1);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::A));
    for sql in [
        "UPDATE judgment SET flagged = 1",
        "DELETE FROM judgment",
        "UPDATE showing SET propensity = 1",
        "DELETE FROM showing",
        "UPDATE answer SET outcome = 'b'",
        "DELETE FROM answer",
        "UPDATE item SET prompt = '[]'",
        "DELETE FROM item",
        "UPDATE item SET candidates = '[]'",
        "DELETE FROM item_key",
    ] {
        assert!(project.home.run(sql).is_err(), "{sql} went through");
    }
}

fn exports_see_the_last_words_on_active_items() {
    let mut project = Project::with_items(4);
    let (ana, ben) = (project.ana, project.ben);
    let strong = Preference { strength: Some(Strength::Much), ..Preference::new(Outcome::A) };
    project.say(ana, 1, prefer(Outcome::Tie));
    project.say(ana, 1, Verdict::overall(strong));
    project.say(ben, 1, prefer(Outcome::BothBad));
    project.say(ana, 2, Verdict::Skipped);
    project.say(ana, 3, prefer(Outcome::A));
    project.say(ana, 3, Verdict::Withdrawn);
    project.say(ben, 4, prefer(Outcome::Tie));
    project.store().set_status(&[(ItemId(4), ItemStatus::Excluded)]).unwrap();
    let reader = project.store().reader().unwrap();
    let judged = |annotators: &[AnnotatorId]| {
        let mut seen = Vec::new();
        reader
            .each_judged_item(annotators, |item, judgments| {
                seen.push((
                    item.id.0,
                    judgments.iter().map(|judgment| judgment.given.annotator).collect::<Vec<_>>(),
                ));
                ControlFlow::Continue(())
            })
            .unwrap();
        seen
    };
    assert_eq!(judged(&[]), [(1, vec![ana, ben]), (2, vec![ana])]);
    assert_eq!(judged(&[ben]), [(1, vec![ben])]);
    let counts = reader.policy_counts(&[]).unwrap();
    assert_eq!(
        (counts.ties, counts.both_bad, counts.with_strength, counts.items_with_several),
        (0, 1, 1, 1),
        "superseded and excluded ones do not count"
    );
}

/// One step of a random story.
#[derive(Clone, Debug)]
enum Step {
    Say(bool, i64, u8, bool),
    Status(i64, u8),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (any::<bool>(), 1..=6i64, 0..7u8, any::<bool>()).prop_map(|(a, i, v, f)| Step::Say(a, i, v, f)),
        1 => (1..=6i64, 0..3u8).prop_map(|(item, status)| Step::Status(item, status)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    fn everything_derived_is_what_a_naive_model_says(steps in prop::collection::vec(step(), 1..60)) {
        let mut project = Project::with_items(6);
        let people = [project.ana, project.ben];
        let mut words: BTreeMap<(AnnotatorId, i64), (Verdict, bool)> = BTreeMap::new();
        let mut statuses = BTreeMap::new();
        for step in steps {
            match step {
                Step::Say(who, item, what, flagged) => {
                    let annotator = people[usize::from(who)];
                    let verdict = match what {
                        5 => Verdict::Skipped,
                        6 => Verdict::Withdrawn,
                        outcome => prefer(Outcome::ALL[usize::from(outcome)]),
                    };
                    let before = words.get(&(annotator, item)).map(|(verdict, _)| verdict);
                    let can = verdict != Verdict::Withdrawn || !matches!(before, None | Some(Verdict::Withdrawn));
                    let mut judgment = project.judgment(annotator, item, verdict.clone());
                    judgment.flagged = flagged;
                    prop_assert_eq!(project.store().submit(&judgment).is_ok(), can);
                    if can {
                        words.insert((annotator, item), (verdict, flagged));
                    }
                }
                Step::Status(item, status) => {
                    let status = [ItemStatus::Active, ItemStatus::Excluded, ItemStatus::Deleted][usize::from(status)];
                    let before = project.store().set_status(&[(ItemId(item), status)]).unwrap();
                    let known = statuses.insert(item, status).unwrap_or_default();
                    prop_assert_eq!(before, vec![(ItemId(item), known)]);
                }
            }
        }
        let reader = project.store().reader().unwrap();
        let rebuilt = Reader::open(project.place()).unwrap();
        prop_assert_eq!(reader.check().unwrap(), Vec::<String>::new());
        let status = |item: i64| statuses.get(&item).copied().unwrap_or_default();
        let said = |who: AnnotatorId, item: i64| words.get(&(who, item)).filter(|(v, _)| *v != Verdict::Withdrawn);
        for who in [None, Some(people[0]), Some(people[1])] {
            let group: Vec<AnnotatorId> = who.map_or(people.to_vec(), |who| vec![who]);
            let is_judged = |item: i64| group.iter().any(|&who| matches!(said(who, item), Some((Verdict::Judged { .. }, _))));
            let is_skipped = |item: i64| group.iter().any(|&who| matches!(said(who, item), Some((Verdict::Skipped, _))));
            type Expected<'a> = Box<dyn Fn(i64) -> bool + 'a>;
            let cases: [(ItemFilter, Expected<'_>); 6] = [
                (ItemFilter { state: ItemState::Open, ..Default::default() }, Box::new(|i| !is_judged(i) && !is_skipped(i))),
                (ItemFilter { state: ItemState::Judged, ..Default::default() }, Box::new(is_judged)),
                (ItemFilter { state: ItemState::Skipped, ..Default::default() }, Box::new(is_skipped)),
                (ItemFilter { flagged: true, ..Default::default() },
                    Box::new(|i| group.iter().any(|&who| said(who, i).is_some_and(|(_, flagged)| *flagged)))),
                (ItemFilter { outcome: Some(Outcome::Tie), ..Default::default() },
                    Box::new(|i| group.iter().any(|&who| said(who, i).and_then(|(v, _)| v.preference())
                        .is_some_and(|p| p.outcome == Outcome::Tie)))),
                (ItemFilter { status: Some(ItemStatus::Deleted), ..Default::default() },
                    Box::new(|i| status(i) == ItemStatus::Deleted)),
            ];
            for (filter, expected) in cases {
                let filter = ItemFilter { annotator: who, ..filter };
                let in_view = |i: i64| filter.status.is_some() || status(i) != ItemStatus::Deleted;
                let expected: Vec<u32> = (1..=6).filter(|&i| in_view(i) && expected(i)).map(|i| i as u32).collect();
                for reader in [&reader, &rebuilt] {
                    let found = reader.find(&filter, None, || true).unwrap();
                    prop_assert_eq!(found.ids.iter().collect::<Vec<_>>(), expected.clone(), "{:?}", &filter);
                }
            }
        }
        let (kept, rebuilt) = (project.store().facets(), rebuilt.facets());
        prop_assert!(*kept.read() == *rebuilt.read(), "the sets kept current are not those built anew");
    }
}

on_both!(
    a_change_is_a_new_revision_and_sending_twice_stores_once,
    an_undo_is_a_revision_that_opens_the_item_again,
    what_makes_no_sense_is_refused_and_leaves_nothing_behind,
    the_database_itself_keeps_the_log,
    exports_see_the_last_words_on_active_items,
    everything_derived_is_what_a_naive_model_says,
);
