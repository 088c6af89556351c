//! Assignment: how many judgments an item gets, by whom, and in which order.

use std::collections::BTreeSet;

use tiebreak_domain::assignment::{Assignment, Overlap, QueueOrder};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::{
    AnnotatorId, Draft, ErrorCode, ItemId, ItemStatus, NewJudgment, Outcome, QueuedItem, Reply, Request,
    Role, StudySetup, Verdict,
};
use tiebreak_engine::Caller;

use crate::people::{set_study, with_rows};
use crate::world::{World, preference};

fn assign(world: &World, assignment: Assignment) {
    set_study(world, &StudySetup { assignment, ..StudySetup::default() });
}

fn ids(items: &[QueuedItem]) -> Vec<i64> {
    items.iter().map(|item| item.item.id.0).collect()
}

fn judge(world: &World, item: &QueuedItem, outcome: Outcome) {
    world.submit(world.judgment(item, Verdict::overall(preference(outcome))));
}

#[test]
fn the_last_place_of_an_item_is_offered_to_one_until_the_lease_is_over() {
    let world = with_rows(5);
    assign(&world, Assignment { wanted: Some(1), lease_minutes: 10, ..Assignment::default() });
    let on_screen = world.queue(Place::Start, 3);
    assert_eq!(ids(&on_screen), [1, 2, 3]);
    world.seat("Bob");
    assert_eq!(ids(&world.queue(Place::Start, 9)), [4, 5], "the rest is kept for Ada");
    world.seat("Ada");
    judge(&world, &on_screen[0], Outcome::A);
    // A copy and the next start know the leases too.
    world.engine.call(Request::CloseProject).unwrap();
    world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    world.seat("Bob");
    assert_eq!(ids(&world.queue(Place::Start, 9)), [4, 5], "still kept for Ada");
    world.advance(11 * 60_000);
    assert_eq!(ids(&world.queue(Place::Start, 9)), [2, 3, 4, 5], "judged items have all that is wanted");
    world.seat("Ada");
    assert!(world.queue(Place::Start, 9).is_empty(), "now they are kept for Bob");
    judge(&world, &on_screen[1], Outcome::B);
    assert_eq!(world.info().judgments, 2, "what was on the screen is stored, though its lease was over");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn what_was_offered_to_somebody_far_away_is_taken_however_late_it_comes() {
    let world = with_rows(4);
    assign(&world, Assignment { wanted: Some(1), lease_minutes: 10, ..Assignment::default() });
    let people: Vec<AnnotatorId> = ["Bea", "Bob", "Cleo"].map(|name| world.seat(name)).into();
    let [bea, bob, cleo] =
        people.iter().map(|&annotator| Caller { annotator, role: Role::Annotator }).collect::<Vec<_>>()[..]
    else {
        panic!("three people")
    };
    let offered = |who: &Caller, count| {
        let annotator = who.annotator;
        let request = QueueRequest { annotator, place: Place::Start, count, except: vec![] };
        match world.engine.call_as(who, Request::Queue(request)).unwrap() {
            Reply::Items(items) => items,
            other => panic!("expected items, found {other:?}"),
        }
    };
    let said = |who: &Caller, item: &QueuedItem| NewJudgment {
        annotator: who.annotator,
        ..world.judgment(item, Verdict::overall(preference(Outcome::A)))
    };
    let submit = |who: &Caller, item: &QueuedItem| {
        world.engine.call_as(who, Request::Submit(Box::new(said(who, item))))
    };
    let of_bea = offered(&bea, 3);
    assert_eq!(ids(&of_bea), [1, 2, 3]);
    world.advance(11 * 60_000);
    let of_bob = offered(&bob, 2);
    assert_eq!(ids(&of_bob), [1, 2], "her leases are over");
    for item in &of_bob {
        submit(&bob, item).unwrap();
    }
    let (annotator, item) = (bea.annotator, of_bea[0].item.id);
    let draft = Some(Draft { comment: "half".into(), ..Draft::default() });
    world.engine.call_as(&bea, Request::SaveDraft { annotator, item, draft }).unwrap();
    submit(&bea, &of_bea[0]).expect("she was offered it");
    world.engine.call(Request::SetStatus(vec![(of_bea[2].item.id, ItemStatus::Excluded)])).unwrap();
    submit(&bea, &of_bea[2]).expect("it was taken out while she was at it");
    assert_eq!(submit(&cleo, &of_bea[0]).unwrap_err().code, ErrorCode::Denied, "who was not is refused");
    // Another start knows it from what is written down.
    world.engine.call(Request::CloseProject).unwrap();
    world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    world.advance(24 * 60 * 60_000);
    assert_eq!(ids(&offered(&cleo, 3)), [4]);
    submit(&bea, &of_bea[1]).expect("she was offered it before the start");
    assert_eq!(submit(&cleo, &of_bea[1]).unwrap_err().code, ErrorCode::Denied);
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn whoever_only_judges_is_not_told_how_an_item_came_to_them_and_cannot_say_so() {
    let world = with_rows(6);
    assign(&world, Assignment { order: QueueOrder::Own { seed: 3 }, ..Assignment::default() });
    let expected = Verdict::overall(preference(Outcome::A)).answers().to_vec();
    for item in 1..=3 {
        let role = tiebreak_domain::quality::ItemRole::Gold { expected: expected.clone() };
        world.engine.call(Request::SetItemRole { item: ItemId(item), role }).unwrap();
    }
    let annotator = world.seat("Bea");
    let bea = Caller { annotator, role: Role::Annotator };
    let asked = |who: &Caller, count| {
        let request = QueueRequest { annotator, place: Place::Start, count, except: vec![] };
        match world.engine.call_as(who, Request::Queue(request)).unwrap() {
            Reply::Items(items) => items,
            other => panic!("expected items, found {other:?}"),
        }
    };
    let offered = asked(&bea, 6);
    assert_eq!(offered.len(), 6);
    let json = serde_json::to_string(&offered).unwrap();
    assert!(!json.contains("gold") && !json.contains("own_order"), "{json}");
    assert!(offered.iter().all(|item| item.acquisition == Acquisition::FILE_ORDER));
    let stored = |item: &QueuedItem| -> Acquisition {
        let said = world.queue(Place::At(item.item.id), 1).remove(0).previous.unwrap();
        said.given.showing.unwrap().acquisition
    };
    let is_gold = |item: &QueuedItem| item.item.id.0 <= 3;
    let forged = Acquisition { method: AcquisitionMethod::Audit, score: Some(9.0), propensity: 1e-6 };
    let submit = |item: &QueuedItem| {
        let item = QueuedItem { acquisition: forged.clone(), ..item.clone() };
        let judgment = world.judgment(&item, Verdict::overall(preference(Outcome::A)));
        let judgment = NewJudgment { annotator, ..judgment };
        world.engine.call_as(&bea, Request::Submit(Box::new(judgment))).unwrap();
    };
    for (at, item) in offered[..3].iter().enumerate() {
        submit(item);
        let stored = stored(item);
        let method = if is_gold(item) { AcquisitionMethod::Gold } else { AcquisitionMethod::OwnOrder };
        assert_eq!((stored.method, stored.score), (method, None));
        assert!((stored.propensity - 1.0 / (6 - at) as f64).abs() < 1e-9, "{stored:?}");
    }
    // Another start knows it from what is written down.
    world.engine.call(Request::CloseProject).unwrap();
    world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    world.seat("Bea");
    submit(&offered[3]);
    let method = if is_gold(&offered[3]) { AcquisitionMethod::Gold } else { AcquisitionMethod::OwnOrder };
    assert_eq!(stored(&offered[3]).method, method);
    assert!((stored(&offered[3]).propensity - 1.0 / 3.0).abs() < 1e-9);
    let lead = Caller { annotator, role: Role::Lead };
    assert!(asked(&lead, 1)[0].acquisition.propensity < 1.0, "whoever leads may see it");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn a_third_judgment_is_asked_only_where_two_disagree_and_no_fourth() {
    let world = with_rows(3);
    let overlap = Some(Overlap { most: 3, disagreement_above: 0 });
    assign(&world, Assignment { wanted: Some(2), overlap, ..Assignment::default() });
    for (name, outcomes) in
        [("Ada", [Outcome::A, Outcome::A, Outcome::A]), ("Bob", [Outcome::A, Outcome::B, Outcome::Tie])]
    {
        world.seat(name);
        for (item, outcome) in world.queue(Place::Start, 9).iter().zip(outcomes) {
            judge(&world, item, outcome);
        }
    }
    world.seat("Cleo");
    let asked = world.queue(Place::Start, 9);
    assert_eq!(ids(&asked), [2, 3], "on the first they agree");
    judge(&world, &asked[0], Outcome::B);
    world.seat("Dan");
    assert!(world.queue(Place::Start, 9).is_empty(), "the second has three, and Cleo is at the third");
    world.advance(60 * 60_000);
    assert_eq!(ids(&world.queue(Place::Start, 9)), [3], "her lease is over");
    world.seat("Bob");
    let item = world.queue(Place::At(ItemId(3)), 1).remove(0);
    judge(&world, &item, Outcome::A);
    world.seat("Eve");
    world.advance(60 * 60_000);
    assert!(world.queue(Place::Start, 9).is_empty(), "Bob changed his mind, and nothing is disputed");
}

#[test]
fn the_setting_may_change_while_work_is_under_way() {
    let world = with_rows(3);
    world.judge_next(Outcome::A);
    assign(&world, Assignment { wanted: Some(1), ..Assignment::default() });
    world.seat("Bob");
    assert_eq!(ids(&world.queue(Place::Start, 9)), [2, 3], "what was judged before counts");
    assign(&world, Assignment { wanted: Some(2), ..Assignment::default() });
    assert_eq!(world.queue(Place::Start, 9).len(), 3, "one more of each");
    assign(&world, Assignment::default());
    assert_eq!(world.queue(Place::Start, 9).len(), 3, "everyone judges everything again");
    world.seat("Ada");
    assert_eq!(ids(&world.queue(Place::Start, 9)), [2, 3]);
}

#[test]
fn votes_from_a_file_are_nobodys_judgments() {
    let world = World::new();
    world.create("a.tiebreak");
    world.import_with_labels(&world.write("rows.jsonl", crate::world::trl_rows(2)), "past");
    assign(&world, Assignment { wanted: Some(1), ..Assignment::default() });
    assert_eq!(world.queue(Place::Start, 9).len(), 2, "the study wants one of its own people");
}

#[test]
fn everyone_has_an_order_of_their_own_that_stays() {
    let world = with_rows(120);
    assign(&world, Assignment { order: QueueOrder::Own { seed: 11 }, ..Assignment::default() });
    let of_ada = world.queue(Place::Start, 120);
    let all: BTreeSet<i64> = ids(&of_ada).into_iter().collect();
    assert_eq!(all.len(), 120, "each once");
    assert_ne!(ids(&of_ada), (1..=120).collect::<Vec<_>>(), "not the file's order");
    assert_eq!(of_ada[0].acquisition.method, AcquisitionMethod::OwnOrder);
    assert!((of_ada[0].acquisition.propensity - 1.0 / 120.0).abs() < 1e-12, "one of all that were open");
    assert!((of_ada[100].acquisition.propensity - 1.0 / 20.0).abs() < 1e-12, "one of those still open");
    for item in &of_ada[..30] {
        judge(&world, item, Outcome::A);
    }
    world.engine.call(Request::CloseProject).unwrap();
    world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    assert_eq!(ids(&world.queue(Place::Start, 90)), ids(&of_ada[30..]), "the same order after a restart");
    let taken = ids(&of_ada[30..35]);
    world.seat("Bob");
    let of_bob = ids(&world.queue(Place::Start, 120));
    assert_ne!(of_bob, ids(&of_ada), "another order for another person");
    world.seat("Ada");
    let next = ids(&world.queue(Place::After(ItemId(taken[4])), 3));
    assert!(
        next.iter().all(|id| !ids(&of_ada[..30]).contains(id)),
        "what is judged is not offered: {next:?}"
    );
}

#[test]
fn items_that_need_a_skill_go_to_those_who_have_it() {
    let world = World::new();
    world.create("a.tiebreak");
    let rows = r#"{"q":"Q1","a":"x1","b":"y1","field":"law"}
{"q":"Q2","a":"x2","b":"y2","field":"medicine"}
{"q":"Q3","a":"x3","b":"y3","field":""}
{"q":"Q4","a":"x4","b":"y4","field":"law"}
"#;
    let columns = |content: &str| tiebreak_domain::import::CandidateColumns {
        content: content.into(),
        kind: tiebreak_domain::import::ContentKind::Text,
        model: None,
    };
    let mapping = tiebreak_domain::import::ColumnMapping {
        prompt: vec!["q".into()],
        candidates: vec![columns("a"), columns("b")],
        metadata: vec!["field".into()],
        ..Default::default()
    };
    let plan = tiebreak_domain::ImportPlan {
        format: Some(tiebreak_domain::DataFormat::Columns),
        mapping: Some(mapping),
        ..tiebreak_domain::ImportPlan::of_file(world.write("rows.jsonl", rows))
    };
    assert_eq!(world.try_import(plan).unwrap().items_added, 4);
    let assignment = Assignment { tag_column: Some("field".into()), ..Assignment::default() };
    let tags = vec!["law".to_owned(), "medicine".to_owned()];
    set_study(&world, &StudySetup { assignment, tags, ..StudySetup::default() });
    assert_eq!(ids(&world.queue(Place::Start, 9)), [3], "what needs nothing is for everyone");
    let ada = world.info().annotator;
    world.engine.call(Request::SetTags { annotator: ada, tags: vec!["law".into()] }).unwrap();
    assert_eq!(ids(&world.queue(Place::Start, 9)), [1, 3, 4]);
    let unknown = world.refused(Request::SetTags { annotator: ada, tags: vec!["magic".into()] });
    assert_eq!(unknown.code, tiebreak_domain::ErrorCode::BadInput);
}

/// How long the next item takes on a million: printed, since a loaded machine would make a test of it fail.
#[test]
#[ignore = "imports a million items"]
fn the_next_item_of_a_million_in_each_setting() {
    let world = with_rows(1_000_000);
    for _ in 0..50 {
        world.judge_next(Outcome::A);
    }
    let own = QueueOrder::Own { seed: 1 };
    let overlap = Some(Overlap { most: 3, disagreement_above: 1 });
    let settings = [
        ("plain", Assignment::default()),
        ("own order", Assignment { order: own, ..Assignment::default() }),
        ("two wanted", Assignment { wanted: Some(2), overlap, ..Assignment::default() }),
        (
            "two wanted, own order",
            Assignment { wanted: Some(2), overlap, order: own, ..Assignment::default() },
        ),
    ];
    for (name, assignment) in settings {
        assign(&world, assignment);
        let mut after = world.queue(Place::Start, 1)[0].item.id;
        let begun = std::time::Instant::now();
        for _ in 0..200 {
            after = world.queue(Place::After(after), 1)[0].item.id;
        }
        println!("{name}: {:?} an item, the rest of the door included", begun.elapsed() / 200);
    }
}
