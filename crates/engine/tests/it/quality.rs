//! Training, gold and attention items, and silent repeats.

use tiebreak_domain::quality::{
    AnnotatorQuality, QualityReport, QualityRules, Repeats, Score, TrainingResult,
};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::showing::AcquisitionMethod;
use tiebreak_domain::{
    Answer, ErrorCode, ItemId, ItemRole, Outcome, QueuedItem, Reply, Request, StudySetup, Verdict,
};

use crate::people::{people, set_study, with_rows};
use crate::world::{World, preference};

fn expected(outcome: Outcome) -> Vec<Answer> {
    Verdict::overall(preference(outcome)).answers().to_vec()
}

fn set_role(world: &World, item: i64, role: ItemRole) {
    world.engine.call(Request::SetItemRole { item: ItemId(item), role }).unwrap();
}

fn rules(world: &World, quality: QualityRules) {
    set_study(world, &StudySetup { quality, ..StudySetup::default() });
}

fn judge(world: &World, item: &QueuedItem, outcome: Outcome) {
    world.submit(world.judgment(item, Verdict::overall(preference(outcome))));
}

fn report(world: &World) -> Vec<AnnotatorQuality> {
    match world.engine.call(Request::Quality).unwrap() {
        Reply::Quality(report) => {
            let QualityReport { annotators } = *report;
            annotators
        }
        other => panic!("expected a report, found {other:?}"),
    }
}

fn training(world: &World, item: i64) -> Request {
    Request::Training { annotator: world.info().annotator, item: ItemId(item) }
}

#[test]
fn training_comes_first_explains_itself_and_keeps_out_whoever_does_not_pass() {
    let world = with_rows(5);
    for item in [4, 5] {
        let role = ItemRole::Training { expected: expected(Outcome::A), explanation: "A is true".into() };
        set_role(&world, item, role);
    }
    rules(&world, QualityRules { qualification: Some(0.6), ..QualityRules::default() });
    let offered = world.queue(Place::Start, 9);
    assert_eq!(offered.iter().map(|item| item.item.id.0).collect::<Vec<_>>(), [4, 5], "nothing else yet");
    assert_eq!(offered[0].acquisition.method, AcquisitionMethod::Training);
    assert_eq!(world.refused(training(&world, 4)).code, ErrorCode::Denied, "no explanation before the vote");
    judge(&world, &offered[0], Outcome::B);
    let Reply::Training(said) = world.engine.call(training(&world, 4)).unwrap() else {
        panic!("no training")
    };
    let said: TrainingResult = *said;
    assert!(!said.is_as_expected && said.explanation == "A is true", "{said:?}");
    let again = world.queue(Place::At(ItemId(4)), 1).remove(0);
    judge(&world, &again, Outcome::A);
    judge(&world, &offered[1], Outcome::A);
    let standing = people(&world).people[0].training.unwrap();
    assert_eq!(standing.score, Score { right: 1, total: 2 }, "what was read first counts for nothing");
    assert_eq!(standing.is_qualified, Some(false));
    let annotator = world.info().annotator;
    let request = QueueRequest { annotator, place: Place::Start, count: 9, except: Vec::new() };
    let error = world.refused(Request::Queue(request));
    assert_eq!(error.code, ErrorCode::Denied, "half is not enough, and that is said: {error:?}");
    assert!(error.message.contains("1 of 2") && error.message.contains("60 %"), "{}", error.message);
    world.seat("Bob");
    for item in world.queue(Place::Start, 9) {
        judge(&world, &item, Outcome::A);
    }
    assert_eq!(world.queue(Place::Start, 9).len(), 3, "Bob passed");
    rules(&world, QualityRules { qualification: Some(0.5), ..QualityRules::default() });
    world.seat("Ada");
    assert_eq!(world.queue(Place::Start, 9).len(), 3, "the threshold may change");
}

#[test]
fn gold_and_attention_items_come_at_their_rates_and_are_measured() {
    let world = with_rows(140);
    for item in 101..=120 {
        set_role(&world, item, ItemRole::Gold { expected: expected(Outcome::A) });
    }
    for item in 121..=140 {
        set_role(&world, item, ItemRole::Attention { expected: expected(Outcome::B) });
    }
    assert_eq!(world.queue(Place::Start, 200).len(), 140, "without rates they stand where the file has them");
    let quality = QualityRules { gold_rate: Some(0.2), attention_rate: Some(0.1), ..QualityRules::default() };
    rules(&world, quality);
    let offered = world.queue(Place::Start, 60);
    let count = |method| offered.iter().filter(|item| item.acquisition.method == method).count();
    let (gold, attention) = (count(AcquisitionMethod::Gold), count(AcquisitionMethod::Attention));
    // Of 60 offers 12 and 6 are expected; these are within three standard deviations.
    assert!((3..=20).contains(&gold) && (1..=12).contains(&attention), "{gold} gold, {attention} attention");
    for item in &offered {
        let is_known = item.item.id.0 > 100;
        assert_eq!(
            is_known,
            item.acquisition.method != AcquisitionMethod::FileOrder,
            "{:?}",
            item.acquisition
        );
        let expected = match item.acquisition.method {
            AcquisitionMethod::Gold => 0.2,
            AcquisitionMethod::Attention => 0.1,
            _ => 0.7,
        };
        assert!((item.acquisition.propensity - expected).abs() < 1e-9, "{:?}", item.acquisition);
        judge(&world, item, Outcome::A);
    }
    let known = report(&world).remove(0);
    assert_eq!(known.gold, Score { right: gold as u64, total: gold as u64 });
    assert_eq!(known.attention, Score { right: 0, total: attention as u64 }, "A was wrong each time");
    let first_known = offered.iter().find(|item| item.acquisition.method == AcquisitionMethod::Gold).unwrap();
    let again = world.queue(Place::At(first_known.item.id), 1).remove(0);
    let method = again.previous.unwrap().given.showing.unwrap().acquisition.method;
    assert_eq!(method, AcquisitionMethod::Gold, "that it was one is stored with the judgment");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn a_role_without_a_possible_answer_is_refused() {
    let world = with_rows(1);
    let mut unknown = expected(Outcome::A);
    unknown[0].question = "colour".into();
    for expected in [vec![], unknown] {
        let request = Request::SetItemRole { item: ItemId(1), role: ItemRole::Gold { expected } };
        assert_eq!(world.refused(request).code, ErrorCode::BadInput);
    }
    set_role(&world, 1, ItemRole::Gold { expected: expected(Outcome::A) });
    set_role(&world, 1, ItemRole::Normal);
    let Reply::ItemRoles(roles) = world.engine.call(Request::ItemRoles).unwrap() else { panic!("no roles") };
    assert!(roles.is_empty(), "to be judged again");
}

/// Judges until an item is offered again.
pub fn until_repeat(world: &World, outcome: Outcome) -> QueuedItem {
    for _ in 0..60 {
        let item = world.queue(Place::Start, 1).remove(0);
        if item.acquisition.method == AcquisitionMethod::Repeat {
            return item;
        }
        judge(world, &item, outcome);
    }
    panic!("nothing was offered again in 60 offers at a rate of one half");
}

pub fn with_repeats(count: usize) -> World {
    let world = with_rows(count);
    let repeats = Some(Repeats { rate: 0.5, after: 3 });
    rules(&world, QualityRules { repeats, ..QualityRules::default() });
    world
}

#[test]
fn a_repeat_is_silent_swapped_and_never_takes_the_place_of_the_first_judgment() {
    let world = with_repeats(100);
    let repeat = until_repeat(&world, Outcome::A);
    let judged = world.info().judgments;
    assert!(judged >= 4, "three judgments lie between, {judged} were given");
    let first = world.queue(Place::At(repeat.item.id), 1).remove(0).previous.unwrap();
    assert_eq!(repeat.previous, None, "nothing shows that it was judged");
    assert_eq!(
        repeat.order,
        first.given.showing.as_ref().unwrap().order.reversed(),
        "the sides are exchanged"
    );
    let revisions = world.info().revisions;
    let said = world.judgment(&repeat, Verdict::overall(preference(Outcome::B)));
    assert_eq!(world.submit(said.clone()), 1, "it stands beside the first revision");
    assert_eq!(world.submit(said), 1, "and is stored once");
    assert_eq!((world.info().judgments, world.info().revisions), (judged, revisions), "the log is as it was");
    let in_force = world.queue(Place::At(repeat.item.id), 1).remove(0).previous.unwrap();
    assert_eq!(in_force, first, "the first judgment stands");
    assert_eq!(report(&world)[0].repeats, Score { right: 0, total: 1 }, "Ada said something else");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn taking_a_repeat_back_and_giving_it_again_touches_the_repeat_only() {
    let world = with_repeats(100);
    let repeat = until_repeat(&world, Outcome::A);
    world.submit(world.judgment(&repeat, Verdict::overall(preference(Outcome::B))));
    let revisions = world.info().revisions;
    // An interface that knows nothing of repeats takes back what it sent, without a showing.
    let mut undo = world.judgment(&repeat, Verdict::Withdrawn);
    undo.showing = None;
    world.submit(undo);
    assert!(report(&world).is_empty(), "taken back");
    let mut again = world.judgment(&repeat, Verdict::overall(preference(Outcome::A)));
    again.showing.as_mut().unwrap().acquisition = tiebreak_domain::showing::Acquisition::CHOSEN;
    world.submit(again);
    assert_eq!(report(&world)[0].repeats, Score { right: 1, total: 1 }, "and given otherwise");
    assert_eq!(world.info().revisions, revisions, "the first judgment was not touched");
    // Going to the item deliberately is about the judgment that stands.
    let item = world.queue(Place::At(repeat.item.id), 1).remove(0);
    assert_eq!(world.submit(world.judgment(&item, Verdict::overall(preference(Outcome::Tie)))), 2);
    assert_eq!(world.info().revisions, revisions + 1);
    assert_eq!(report(&world)[0].repeats, Score { right: 1, total: 1 }, "held against what it repeated");
}
