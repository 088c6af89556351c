//! Imports: all or nothing, the same twice is once, and lossless data comes back as it was.

use std::ops::ControlFlow;

use tiebreak_domain::{
    AnnotatorKey, Item, ItemId, ItemStatus, JudgmentId, Outcome, Part, Preference, ProjectKey, Verdict,
};
use tiebreak_store::{NewProject, StoreError};

use crate::backend::on_both;
use crate::project::{Project, new_project, new_source, pair, prefer};

fn an_import_that_is_dropped_never_happened() {
    let mut project = Project::with_items(2);
    let ana = project.ana;
    let before = project.store().info(ana).unwrap();
    let mut import = project.store().begin_import().unwrap();
    let source = import.add_source(&new_source("more.jsonl")).unwrap();
    import.add_item(source, &pair(3)).unwrap();
    drop(import);
    assert_eq!(project.store().info(ana).unwrap(), before);
    project.import("more.jsonl", &[pair(3)]);
    assert_eq!(project.store().info(ana).unwrap().active_items, 3, "and can be done after all");
}

fn the_same_file_twice_is_once_and_what_was_deleted_stays_deleted() {
    let mut project = Project::with_items(3);
    let ana = project.ana;
    project.store().set_status(&[(ItemId(2), ItemStatus::Deleted)]).unwrap();
    let mut import = project.store().begin_import().unwrap();
    let source = import.add_source(&new_source("pairs.jsonl")).unwrap();
    let known = import.add_item(source, &pair(2)).unwrap();
    assert_eq!((known.id, known.is_new, known.status), (ItemId(2), false, ItemStatus::Deleted));
    assert!(import.add_item(source, &pair(9)).unwrap().is_new, "the file has grown");
    import.set_source_blake3(source, "abc").unwrap();
    let mut elsewhere = new_source("pairs.jsonl");
    elsewhere.media_folder = Some("images".to_owned());
    let elsewhere = import.add_source(&elsewhere).unwrap();
    assert_ne!(elsewhere, source, "another folder, another source");
    import.commit().unwrap();
    let info = project.store().info(ana).unwrap();
    assert_eq!((info.active_items, info.deleted_items), (3, 1));
    let names: Vec<&str> = info.sources.iter().map(|source| source.name.as_str()).collect();
    assert_eq!(names, ["pairs.jsonl", "pairs.jsonl (2)"]);
    assert_eq!(info.sources[0].blake3, "abc");
    assert!(project.store().reader().unwrap().check().unwrap().is_empty());
}

fn items_come_back_exactly_as_they_went_in() {
    let mut project = Project::with_items(0);
    let mut item = pair(1);
    item.external_id = Some(String::new());
    item.prompt = vec![Part::message("", "\0 \u{10FFFF} \"\\"), Part::plain(""), Part::image("a b.png")];
    item.candidates[0].model = Some(String::new());
    item.candidates[1].metadata =
        serde_json::from_str(r#"{"z":1,"a":{"y":null,"b":[0.1,1e300,5e-324]}}"#).unwrap();
    item.metadata = serde_json::from_str(
        r#"{"big":18446744073709551615,"small":-9223372036854775808,"x":0.30000000000000004}"#,
    )
    .unwrap();
    let single = Item { candidates: item.candidates[..1].to_vec(), ..item.clone() };
    project.import("odd.jsonl", &[item.clone(), single.clone()]);
    let reader = project.store().reader().unwrap();
    let mut stored = Vec::new();
    reader
        .each_item(|item| {
            stored.push(serde_json::to_string(&item.item).unwrap());
            ControlFlow::Continue(())
        })
        .unwrap();
    let expected: Vec<String> =
        [item, single].iter().map(|item| serde_json::to_string(item).unwrap()).collect();
    assert_eq!(stored, expected);
}

fn labels_are_the_next_revision_and_the_same_label_is_once() {
    let mut project = Project::with_items(1);
    let key = AnnotatorKey::of_past_annotator("past");
    let preference = Preference::new(Outcome::A);
    let id = JudgmentId::of_label(pair(1).key(), key, &preference);
    let ana = project.ana;
    let mut label = project.judgment(ana, 1, Verdict::overall(preference));
    (label.id, label.showing) = (id, None);
    let mut import = project.store().begin_import().unwrap();
    label.annotator = import.annotator(key, "past").unwrap();
    assert_eq!(import.annotator(key, "another name").unwrap(), label.annotator, "known by its key");
    assert_eq!(import.annotator(AnnotatorKey([8; 16]), "past").unwrap(), label.annotator, "or by its name");
    assert!(import.add_judgment(&label, None).unwrap());
    assert!(!import.add_judgment(&label, None).unwrap(), "the same label again");
    import.commit().unwrap();
    let reader = project.store().reader().unwrap();
    let latest = reader.latest(label.annotator, ItemId(1)).unwrap().unwrap();
    assert_eq!((latest.revision, latest.supersedes, latest.given), (1, None, label));
}

fn a_lossless_log_may_come_in_any_order_but_not_with_gaps() {
    let mut project = Project::with_items(2);
    let ana = project.ana;
    let first = project.judgment(ana, 1, prefer(Outcome::A));
    let second = project.judgment(ana, 1, prefer(Outcome::B));
    let third = project.judgment(ana, 1, Verdict::Withdrawn);
    let mut import = project.store().begin_import().unwrap();
    assert!(import.add_judgment(&third, Some((3, Some(second.id)))).unwrap());
    assert!(import.add_judgment(&first, Some((1, None))).unwrap());
    let error = import.commit().unwrap_err().to_string();
    assert!(error.contains("revision 2"), "{error}");
    assert_eq!(project.store().info(ana).unwrap().revisions, 0, "nothing happened");

    let mut import = project.store().begin_import().unwrap();
    import.add_judgment(&third, Some((3, Some(second.id)))).unwrap();
    import.add_judgment(&first, Some((1, None))).unwrap();
    import.add_judgment(&second, Some((2, Some(first.id)))).unwrap();
    import.commit().unwrap();
    let reader = project.store().reader().unwrap();
    assert_eq!(reader.latest(ana, ItemId(1)).unwrap().unwrap().given, third, "the highest revision");
    assert!(reader.check().unwrap().is_empty());
}

fn a_log_that_meets_another_goes_behind_it() {
    let mut project = Project::with_items(1);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::A));
    let first = project.judgment(ana, 1, prefer(Outcome::B));
    let second = project.judgment(ana, 1, prefer(Outcome::Tie));
    let mut import = project.store().begin_import().unwrap();
    import.add_judgment(&first, Some((1, None))).unwrap();
    import.add_judgment(&second, Some((2, Some(first.id)))).unwrap();
    import.commit().unwrap();
    let reader = project.store().reader().unwrap();
    let latest = reader.latest(ana, ItemId(1)).unwrap().unwrap();
    assert_eq!((latest.revision, latest.supersedes), (3, Some(first.id)));
    assert!(reader.check().unwrap().is_empty());
}

fn only_an_empty_project_becomes_another() {
    let mut project = Project::with_items(0);
    let other = NewProject { key: ProjectKey([5; 16]), name: "Other".to_owned(), ..new_project() };
    let mut import = project.store().begin_import().unwrap();
    import.adopt(&other, &[]).unwrap();
    import.commit().unwrap();
    assert_eq!(project.store().reader().unwrap().project().unwrap(), other);
    project.import("pairs.jsonl", &[pair(1)]);
    assert!(matches!(project.store().adopt(&new_project()), Err(StoreError::Refused(_))));
}

fn keys_that_were_stored_in_several_runs_are_all_found() {
    stores_keys_in_runs(Project::with_items(0), 0);
    stores_keys_in_runs(Project::with_items(5), 5);
}

fn stores_keys_in_runs(mut project: Project, items_before: usize) {
    let mut import = project.store().begin_import_with(70).unwrap();
    let source = import.add_source(&new_source("more.jsonl")).unwrap();
    let mut ids = Vec::new();
    for number in 1..=200 {
        let item = pair(number);
        let added = import.add_item_with_key(source, &item, item.key()).unwrap();
        assert_eq!((added.key, added.is_new), (item.key(), number > items_before), "item {number}");
        ids.push(added.id);
        // One of the project before, of this run, or of a run already stored.
        let again = number * 37 % 101 % number;
        let known = import.add_item(source, &pair(again + 1)).unwrap();
        assert_eq!((known.id, known.is_new), (ids[again], false), "item {} at {number}", again + 1);
        let other = pair(1000 + number);
        assert!(import.add_item_with_status(source, &other, ItemStatus::Excluded).unwrap().is_new);
        let known = import.add_item(source, &other).unwrap();
        assert_eq!((known.is_new, known.status), (false, ItemStatus::Excluded));
    }
    assert_eq!(import.item_by_key(pair(201).key()).unwrap(), None);
    import.commit().unwrap();
    let reader = project.store().reader().unwrap();
    for (index, &id) in ids.iter().enumerate() {
        assert_eq!(reader.item_by_key(pair(index + 1).key()).unwrap(), Some(id));
    }
    assert_eq!(reader.item(ItemId(400)).unwrap().item, pair(1200));
    assert!(reader.item(ItemId(401)).is_err(), "200 pairs, each with another");
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
}

on_both!(
    an_import_that_is_dropped_never_happened,
    the_same_file_twice_is_once_and_what_was_deleted_stays_deleted,
    items_come_back_exactly_as_they_went_in,
    labels_are_the_next_revision_and_the_same_label_is_once,
    a_lossless_log_may_come_in_any_order_but_not_with_gaps,
    a_log_that_meets_another_goes_behind_it,
    only_an_empty_project_becomes_another,
    keys_that_were_stored_in_several_runs_are_all_found,
);
