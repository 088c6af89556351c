//! Copies of one project that went on apart and come together again.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use proptest::prelude::*;
use tiebreak_domain::merge::MergeReport;
use tiebreak_domain::reward::Prediction;
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{
    AnnotatorKey, ApiError, ErrorCode, ItemId, ItemKey, ItemStatus, JudgmentId, NewJudgment, Origin, Outcome,
    ProjectKey, Rubric, Source, UnixMillis, Verdict,
};
use tiebreak_store::{
    ModelLabel, NewProject, ProjectPlace, Reader, ReviewedSurprise, Store, StoreError, Surprise, carry,
};

use crate::backend::{Backend, backend, on_both};
use crate::project::{Project, new_project, new_source, pair, prefer, showing};

/// So many copies, made while nobody has the project open.
fn copied(project: &mut Project, count: usize) -> Vec<ProjectPlace> {
    project.store.take().unwrap().close().unwrap();
    (0..count).map(|_| copy_of(project, &project.place().clone())).collect()
}

fn copy_of(project: &mut Project, place: &ProjectPlace) -> ProjectPlace {
    let copy = project.another_place();
    carry(place, &copy, |_| true).unwrap().unwrap();
    copy
}

/// Media as the other copy has them.
fn as_stored(source: &Source) -> (Option<String>, bool) {
    (source.media_folder.clone(), source.fetches_addresses)
}

fn merge(into: &ProjectPlace, other: &ProjectPlace) -> MergeReport {
    let mut store = Store::open(into).unwrap();
    let other = Reader::open(other).unwrap();
    let report = store.merge(&other, as_stored, || true).unwrap().expect("nobody stopped it");
    assert_eq!(store.reader().unwrap().check().unwrap(), Vec::<String>::new(), "sound after a merge");
    let rebuilt = Reader::open(into).unwrap();
    assert!(*store.facets().read() == *rebuilt.facets().read(), "what is in memory is what the file says");
    MergeReport { elapsed_ms: 0, ..report }
}

/// Judges as `key`, adding that annotator where it is missing.
fn say(path: &ProjectPlace, key: u8, item: i64, at: i64, id: u8, verdict: Verdict) {
    let mut store = Store::open(path).unwrap();
    let annotator = store.annotator(AnnotatorKey([key; 16]), &format!("P{key}")).unwrap();
    store.submit(&judgment(annotator, item, at, id, verdict)).unwrap();
}

fn judgment(
    annotator: tiebreak_domain::AnnotatorId,
    item: i64,
    at: i64,
    id: u8,
    verdict: Verdict,
) -> NewJudgment {
    NewJudgment {
        id: JudgmentId([id; 16]),
        item: ItemId(item),
        annotator,
        verdict,
        flagged: false,
        comment: String::new(),
        notes: Vec::new(),
        rubric_version: 1,
        showing: Some(showing()),
        origin: Origin::Screen,
        recorded_at: UnixMillis(at),
    }
}

/// Each log by who and what: its ids in the order of revisions, and the verdict in force.
fn logs(path: &ProjectPlace) -> BTreeMap<(AnnotatorKey, ItemKey), (Vec<JudgmentId>, Verdict)> {
    let reader = Reader::open(path).unwrap();
    let keys: BTreeMap<_, _> =
        reader.annotators().unwrap().into_iter().map(|annotator| (annotator.id, annotator.key)).collect();
    let mut rows = Vec::new();
    reader
        .each_judgment(|item, judgment| {
            rows.push(((keys[&judgment.given.annotator], item), judgment));
            ControlFlow::Continue(())
        })
        .unwrap();
    rows.sort_by_key(|(_, judgment)| judgment.revision);
    let mut logs = BTreeMap::new();
    for (place, judgment) in rows {
        let latest = reader.latest(judgment.given.annotator, judgment.given.item).unwrap().unwrap();
        let log = logs.entry(place).or_insert_with(|| (Vec::new(), latest.given.verdict));
        log.0.push(judgment.given.id);
    }
    logs
}

fn what_two_copies_said_comes_together() {
    let mut project = Project::with_items(3);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::A));
    let copies = copied(&mut project, 2);
    let (a, b) = (&copies[0], &copies[1]);
    say(a, 3, 2, 50, 30, prefer(Outcome::A));
    say(b, 4, 2, 60, 40, prefer(Outcome::B));
    {
        let mut store = Store::open(b).unwrap();
        let mut import = store.begin_import().unwrap();
        let source = import.add_source(&new_source("more.jsonl")).unwrap();
        import.add_item_with_status(source, &pair(9), ItemStatus::Excluded).unwrap();
        import.commit().unwrap();
    }
    say(b, 4, 4, 61, 41, prefer(Outcome::Tie));
    let report = merge(a, b);
    let expected = MergeReport {
        items_added: 1,
        items_known: 3,
        annotators_added: 1,
        judgments_added: 2,
        judgments_known: 1,
        ..MergeReport::default()
    };
    assert_eq!(report, expected);
    let reader = Reader::open(a).unwrap();
    let added = reader.item(ItemId(4)).unwrap();
    assert_eq!((added.item, added.status), (pair(9), ItemStatus::Excluded), "as it was there");
    assert_eq!(reader.sources().unwrap().len(), 2);
    let again = merge(a, b);
    assert_eq!((again.items_added, again.judgments_added, again.judgments_known), (0, 0, 3), "{again:?}");
    merge(b, a);
    assert_eq!(logs(a), logs(b));
}

fn who_judged_on_in_both_copies_is_a_conflict_and_the_later_word_holds() {
    let mut project = Project::with_items(2);
    project.store = None;
    let path = project.place().clone();
    say(&path, 1, 1, 10, 10, prefer(Outcome::A));
    project.store = Some(Store::open(&path).unwrap());
    let copies = copied(&mut project, 3);
    let (a, b) = (&copies[0], &copies[1]);
    say(a, 1, 1, 40, 11, prefer(Outcome::Tie));
    say(b, 1, 1, 30, 12, prefer(Outcome::B));
    say(b, 1, 1, 31, 13, Verdict::Withdrawn);
    let report = merge(a, b);
    let conflicts: Vec<_> = report.conflicts.iter().map(|conflict| conflict.item).collect();
    assert_eq!(conflicts, [ItemId(1)]);
    let (ids, verdict) = logs(a).into_values().next().unwrap();
    assert_eq!(ids.iter().map(|id| id.0[0]).collect::<Vec<_>>(), [10, 12, 13, 11], "by time");
    assert_eq!(verdict, prefer(Outcome::Tie), "the latest word holds");
    assert!(merge(a, b).conflicts.is_empty(), "merged again it is no conflict");
    say(a, 1, 1, 5, 14, Verdict::Skipped);
    let (ids, verdict) = logs(a).into_values().next().unwrap();
    assert_eq!((ids.len(), verdict), (5, Verdict::Skipped), "the log goes on, whatever the clock says");
}

fn strangers_and_half_merges_change_nothing() {
    let mut project = Project::with_items(2);
    let copies = copied(&mut project, 2);
    let (a, b) = (&copies[0], &copies[1]);
    say(b, 3, 1, 50, 30, prefer(Outcome::A));
    let stranger = project.another_place();
    drop(Store::create(&stranger, &NewProject { key: ProjectKey([8; 16]), ..new_project() }).unwrap());
    let mut store = Store::open(a).unwrap();
    let error = store.merge(&Reader::open(&stranger).unwrap(), as_stored, || true).unwrap_err();
    assert!(matches!(error, StoreError::NotKin { .. }) && error.to_string().contains("not kin"), "{error}");
    assert_eq!(ApiError::from(error).code, ErrorCode::BadRequest);
    let mut asked = 0;
    let stopped = store.merge(&Reader::open(b).unwrap(), as_stored, || {
        asked += 1;
        asked < 3
    });
    assert_eq!(stopped.unwrap(), None, "stopped in the middle");
    let info = store.info(tiebreak_domain::AnnotatorId(0)).unwrap();
    assert_eq!((info.revisions, info.annotators.len()), (0, 2), "nothing of it was kept");
}

fn people_of_one_name_stay_apart_and_rubrics_keep_their_meaning() {
    let mut project = Project::with_items(1);
    let copies = copied(&mut project, 2);
    let named = |name: &str| Rubric { name: name.into(), ..Rubric::default() };
    let mut ids = Vec::new();
    for (path, key, rubric, id) in [(&copies[0], 5, "Ours", 50), (&copies[1], 6, "Theirs", 60)] {
        let mut store = Store::open(path).unwrap();
        assert_eq!(store.set_rubric(&named(rubric)).unwrap(), 2);
        let sam = store.annotator(AnnotatorKey([key; 16]), "Sam").unwrap();
        let mut judgment = judgment(sam, 1, i64::from(id), id, prefer(Outcome::A));
        judgment.rubric_version = 2;
        store.submit(&judgment).unwrap();
        ids.push(judgment.id);
    }
    let report = merge(&copies[0], &copies[1]);
    assert_eq!((report.rubrics_added, report.annotators_added), (1, 1), "{report:?}");
    let reader = Reader::open(&copies[0]).unwrap();
    let names: Vec<String> = reader.annotators().unwrap().into_iter().map(|one| one.name).collect();
    assert_eq!(names, ["Ana", "Ben", "Sam", "Sam (2)"]);
    assert_eq!(reader.project().unwrap().rubric.name, "Ours", "what is asked here stays");
    let rubrics = reader.rubrics().unwrap();
    reader
        .each_judgment(|_, judgment| {
            let name = &rubrics[&judgment.given.rubric_version].name;
            let expected = if judgment.given.id == ids[0] { "Ours" } else { "Theirs" };
            assert_eq!(name, expected, "each under what it was given under");
            ControlFlow::Continue(())
        })
        .unwrap();
    drop(reader);
    assert_eq!(merge(&copies[0], &copies[1]).rubrics_added, 0, "and known the second time");
}

fn a_repeat_keeps_the_meaning_of_its_rubric() {
    let mut project = Project::with_items(1);
    project.store = None;
    say(project.place(), 1, 1, 10, 10, prefer(Outcome::A));
    project.store = Some(Store::open(project.place()).unwrap());
    let copies = copied(&mut project, 2);
    let named = |name: &str| Rubric { name: name.into(), ..Rubric::default() };
    for (path, name) in [(&copies[0], "Ours"), (&copies[1], "Theirs")] {
        assert_eq!(Store::open(path).unwrap().set_rubric(&named(name)).unwrap(), 2);
    }
    let mut store = Store::open(&copies[1]).unwrap();
    let annotator = store.annotator(AnnotatorKey([1; 16]), "P1").unwrap();
    let mut again = judgment(annotator, 1, 60, 60, prefer(Outcome::B));
    again.rubric_version = 2;
    again.showing.as_mut().unwrap().acquisition.method = AcquisitionMethod::Repeat;
    store.submit(&again).unwrap();
    drop(store);
    let report = merge(&copies[0], &copies[1]);
    assert_eq!(report.judgments_added, 0, "a repeat is no revision");
    let reader = Reader::open(&copies[0]).unwrap();
    let repeats = reader.repeats(None, None).unwrap();
    assert_eq!(
        (repeats.len(), repeats[0].given.id, repeats[0].repeat_of),
        (1, again.id, JudgmentId([10; 16]))
    );
    let rubrics = reader.rubrics().unwrap();
    assert_eq!(rubrics[&repeats[0].given.rubric_version].name, "Theirs", "as it was given there");
    drop(reader);
    merge(&copies[0], &copies[1]);
    assert_eq!(Reader::open(&copies[0]).unwrap().repeats(None, None).unwrap(), repeats, "once only");
}

fn a_conflict_that_another_merge_found_is_told_on() {
    let mut project = Project::with_items(1);
    let copies = copied(&mut project, 3);
    let [a, b, c] = [&copies[0], &copies[1], &copies[2]];
    say(a, 1, 1, 40, 11, prefer(Outcome::Tie));
    say(b, 1, 1, 30, 12, prefer(Outcome::B));
    assert_eq!(merge(a, b).conflicts.len(), 1);
    assert!(merge(c, a).conflicts.is_empty(), "nobody had said anything there");
    let conflicts = |path: &ProjectPlace| Reader::open(path).unwrap().merge_conflicts().unwrap();
    assert_eq!(conflicts(c), conflicts(a), "and yet it is to be looked at there too");
    assert_eq!(conflicts(c).len(), 1);
}

fn places_in_a_log_move_only_inside_a_merge() {
    let mut project = Project::with_items(1);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::A));
    project.say(ana, 1, prefer(Outcome::B));
    drop(project.store.take());
    for change in [
        "UPDATE judgment SET revision = revision + 5",
        "UPDATE judgment SET supersedes = NULL",
        "UPDATE judgment SET verdict = 'skipped'",
        "DELETE FROM judgment",
    ] {
        assert!(project.home.run(change).is_err(), "{change} went through");
    }
    // Even with the last word taken out, what was said stays as it was said.
    project.home.run("DELETE FROM latest").unwrap();
    assert!(project.home.run("UPDATE judgment SET verdict = 'skipped'").is_err());
    assert!(project.home.run("UPDATE judgment SET recorded_at = 0").is_err());
}

/// Who (of three), on which item, when by their clock, and what.
type Deed = (u8, i64, i64, u8);

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    proptest::collection::vec((0..3_u8, 1..=2_i64, 0..20_i64, 0..5_u8), 0..7)
}

fn act(path: &ProjectPlace, deeds: &[Deed], first_id: u8) {
    let mut store = Store::open(path).unwrap();
    for (index, &(who, item, at, what)) in deeds.iter().enumerate() {
        let annotator = store.annotator(AnnotatorKey([who + 1; 16]), &format!("P{who}")).unwrap();
        let verdict = match what {
            0 => Verdict::Skipped,
            1 => Verdict::Withdrawn,
            _ => prefer(Outcome::ALL[usize::from(what) - 2]),
        };
        // There may be nothing to take back.
        let _ = store.submit(&judgment(annotator, item, at, first_id + index as u8, verdict));
    }
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if backend() == Backend::Sqlite { 24 } else { 4 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    fn copies_that_merge_say_the_same_whoever_merges_whom(
        before in deeds(), first in deeds(), second in deeds(), third in deeds(),
    ) {
        let mut project = Project::with_items(2);
        project.store = None;
        act(project.place(), &before, 1);
        project.store = Some(Store::open(project.place()).unwrap());
        let files = copied(&mut project, 4);
        let [a1, a2, b, c] = [&files[0], &files[1], &files[2], &files[3]];
        for path in [a1, a2] {
            act(path, &first, 40);
        }
        act(b, &second, 80);
        act(c, &third, 120);
        let before_merge = logs(b);
        merge(a1, b);
        merge(b, a2);
        prop_assert_eq!(logs(a1), logs(b), "the same in both directions");
        for (place, (ids, _)) in before_merge {
            let kept: Vec<_> = logs(a1)[&place].0.iter().copied().filter(|id| ids.contains(id)).collect();
            prop_assert_eq!(kept, ids, "nothing is lost, and a copy's own order holds");
        }
        let bytes = logs(a1);
        let again = merge(a1, b);
        prop_assert_eq!((again.judgments_added, again.conflicts.len()), (0, 0), "merged again nothing is new");
        prop_assert_eq!(&logs(a1), &bytes, "and nothing changes");
        merge(a1, c);
        merge(c, a2);
        merge(c, b);
        prop_assert_eq!(logs(a1), logs(c), "in whatever turn");
    }
}

fn labels_of_models_come_along_and_of_two_the_later_stays() {
    let label = |item: i64, source: &str, at: i64| ModelLabel {
        item: ItemId(item),
        scorer: "head".into(),
        source: source.into(),
        question: "overall".into(),
        prediction: Prediction { a: 0.97, tie: 0.01, b: 0.02 },
        accepted_at: UnixMillis(at),
    };
    let mut project = Project::with_items(3);
    let copies = copied(&mut project, 2);
    // Each copy has an item of its own, so that one item has two numbers.
    let take = |path: &ProjectPlace, own: usize, labels: &[ModelLabel]| {
        let mut store = Store::open(path).unwrap();
        let mut import = store.begin_import().unwrap();
        let source = import.add_source(&new_source(&format!("{own}.jsonl"))).unwrap();
        import.add_item(source, &pair(own)).unwrap();
        import.commit().unwrap();
        store.add_model_labels(labels).unwrap();
    };
    take(&copies[0], 8, &[label(1, "model:early@fp32", 5), label(2, "model:one@fp32", 9)]);
    let theirs = [
        label(1, "model:late@fp32", 6),
        label(2, "model:other@fp32", 9),
        label(3, "model:new@fp32", 1),
        label(4, "model:own@fp32", 1),
    ];
    take(&copies[1], 9, &theirs);
    let before = copy_of(&mut project, &copies[0]);
    let of = |path: &ProjectPlace| Reader::open(path).unwrap().model_labels().unwrap();
    assert_eq!(merge(&copies[0], &copies[1]).model_labels_added, 4);
    let [first, second, third, _] = theirs.clone();
    let expected = [first, second, third, label(5, "model:own@fp32", 1)];
    assert_eq!(of(&copies[0]), expected, "the later stays, and each is about its own item");
    assert_eq!(merge(&copies[0], &copies[1]).model_labels_added, 0, "a second merge adds nothing");
    assert_eq!(merge(&copies[1], &before).model_labels_added, 0);
    assert_eq!(of(&copies[1]), theirs, "whichever copy takes in the other, they agree");
    let mut store = Store::open(&copies[1]).unwrap();
    assert_eq!(store.forget_model_labels().unwrap(), 4, "they are labels of models as ever");
}

fn what_a_review_says_of_a_surprised_model_comes_along_with_it() {
    let mut project = Project::with_items(2);
    let (ana, ben) = (project.ana, project.ben);
    let vote = project.judgment(ana, 1, prefer(Outcome::A));
    project.store().submit(&vote).unwrap();
    let [here, there] = copied(&mut project, 2).try_into().unwrap();
    let surprise = Surprise { vote: vote.id, model_was_wrong: true };
    let review = NewJudgment { origin: Origin::Review, ..judgment(ben, 1, 9_000, 77, prefer(Outcome::A)) };
    Store::open(&there).unwrap().submit_review(&review, Some(surprise)).unwrap();
    for _ in 0..2 {
        merge(&here, &there);
        let found = Reader::open(&here).unwrap().surprises().unwrap();
        let expected = ReviewedSurprise { item: ItemId(1), review: review.id, voter: Some(ana), surprise };
        assert_eq!(found, [expected], "once, however often it is merged");
    }
    let of_reviews = Reader::open(&here).unwrap().surprises_of_reviews().unwrap();
    assert_eq!(of_reviews.get(&review.id), Some(&surprise));
    let again = judgment(ben, 1, 9_500, 78, prefer(Outcome::B));
    Store::open(&here).unwrap().submit(&again).unwrap();
    let reader = Reader::open(&here).unwrap();
    assert!(reader.surprises().unwrap().is_empty(), "the review is not in force any more");
    assert_eq!(reader.surprises_of_reviews().unwrap().len(), 1, "and nothing was lost");
}

on_both!(
    what_a_review_says_of_a_surprised_model_comes_along_with_it,
    what_two_copies_said_comes_together,
    who_judged_on_in_both_copies_is_a_conflict_and_the_later_word_holds,
    strangers_and_half_merges_change_nothing,
    people_of_one_name_stay_apart_and_rubrics_keep_their_meaning,
    a_repeat_keeps_the_meaning_of_its_rubric,
    a_conflict_that_another_merge_found_is_told_on,
    places_in_a_log_move_only_inside_a_merge,
    copies_that_merge_say_the_same_whoever_merges_whom,
    labels_of_models_come_along_and_of_two_the_later_stays,
);
