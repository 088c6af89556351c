//! The queue: what is next, from anywhere.

use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{ItemId, ItemStatus, Outcome, Verdict};
use tiebreak_store::{Queued, StoreError};

use crate::backend::on_both;
use crate::project::{Project, prefer};

fn offered(project: &mut Project, place: Place, count: u32, except: &[i64]) -> Vec<i64> {
    let annotator = project.ana;
    let except = except.iter().map(|&item| ItemId(item)).collect();
    let reader = project.store().reader().unwrap();
    let items = reader.queue(&QueueRequest { annotator, place, count, except }).unwrap();
    items.into_iter().map(|queued| queued.item.id.0).collect()
}

fn open_items_come_in_file_order_and_go_round_once() {
    let mut project = Project::with_items(6);
    let (ana, ben) = (project.ana, project.ben);
    assert_eq!(offered(&mut project, Place::Start, 2, &[]), [1, 2]);
    project.say(ana, 1, prefer(Outcome::A));
    project.say(ana, 4, Verdict::Skipped);
    project.say(ben, 2, prefer(Outcome::A));
    project.say(ana, 6, prefer(Outcome::A));
    project.say(ana, 6, Verdict::Withdrawn);
    project.store().set_status(&[(ItemId(3), ItemStatus::Excluded)]).unwrap();
    assert_eq!(
        offered(&mut project, Place::Start, 9, &[]),
        [2, 5, 6],
        "Ben's are Ana's to judge, withdrawn ones too"
    );
    assert_eq!(
        offered(&mut project, Place::After(ItemId(5)), 9, &[]),
        [6, 2, 5],
        "round, and last where it began"
    );
    assert_eq!(offered(&mut project, Place::After(ItemId(5)), 9, &[5, 6]), [2], "not those on their way");
    assert_eq!(offered(&mut project, Place::Before(ItemId(4)), 1, &[]), [2], "excluded ones are passed by");
    assert_eq!(offered(&mut project, Place::Behind(ItemId(2)), 1, &[]), [4], "judged or not");
    assert!(offered(&mut project, Place::Before(ItemId(1)), 1, &[]).is_empty());
    assert!(offered(&mut project, Place::Behind(ItemId(6)), 1, &[]).is_empty());
    assert_eq!(offered(&mut project, Place::At(ItemId(3)), 1, &[]), [3], "whatever its state");
    let reader = project.store().reader().unwrap();
    let nowhere = QueueRequest { annotator: ana, place: Place::At(ItemId(7)), count: 1, except: vec![] };
    assert!(matches!(reader.queue(&nowhere), Err(StoreError::NotFound(_))));
}

fn skipped_items_come_back_when_asked_for() {
    let mut project = Project::with_items(5);
    let ana = project.ana;
    for item in [2, 4] {
        project.say(ana, item, Verdict::Skipped);
    }
    assert_eq!(offered(&mut project, Place::Skipped(None), 9, &[]), [2, 4]);
    assert_eq!(offered(&mut project, Place::Skipped(Some(ItemId(2))), 9, &[]), [4, 2]);
    assert_eq!(offered(&mut project, Place::Skipped(Some(ItemId(2))), 9, &[4]), [2]);
    project.say(ana, 2, prefer(Outcome::A));
    assert_eq!(offered(&mut project, Place::Skipped(None), 9, &[]), [4]);
}

fn an_item_comes_with_the_last_word_on_it() {
    let mut project = Project::with_items(1);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::B));
    project.say(ana, 1, Verdict::Withdrawn);
    let request = QueueRequest { annotator: ana, place: Place::Start, count: 1, except: vec![] };
    let reader = project.store().reader().unwrap();
    let Queued { item, previous, .. } = reader.queue(&request).unwrap().remove(0);
    assert_eq!(item.item, crate::project::pair(1));
    assert_eq!(previous.unwrap().given.verdict, Verdict::Withdrawn);
}

on_both!(
    open_items_come_in_file_order_and_go_round_once,
    skipped_items_come_back_when_asked_for,
    an_item_comes_with_the_last_word_on_it,
);
