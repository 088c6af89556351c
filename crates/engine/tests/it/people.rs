//! People: seats and their PINs, profiles, consent, arms, and what is for the lead only.

use tiebreak_domain::person::People;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::second_look::LookFilter;
use tiebreak_domain::study::{Arms, ProfileField, ProfileKind, ProfileValue};
use tiebreak_domain::{AnnotatorId, ErrorCode, Event, Outcome, Person, Pin, Reply, Request, StudySetup};

use crate::world::{World, trl_rows};

pub fn with_rows(count: usize) -> World {
    let world = World::new();
    world.create("a.tiebreak");
    world.import(&world.write("rows.jsonl", trl_rows(count)));
    world
}

pub fn people(world: &World) -> People {
    match world.engine.call(Request::People).unwrap() {
        Reply::People(people) => *people,
        other => panic!("expected people, found {other:?}"),
    }
}

pub fn set_study(world: &World, study: &StudySetup) -> StudySetup {
    match world.engine.call(Request::SetStudy(Box::new(study.clone()))).unwrap() {
        Reply::Study(study) => *study,
        other => panic!("expected a study, found {other:?}"),
    }
}

fn reopen(world: &World) {
    world.engine.call(Request::CloseProject).unwrap();
    world.project(Request::OpenProject { path: world.text("a.tiebreak") });
}

fn switch(name: &str, pin: &str) -> Request {
    Request::SwitchAnnotator { name: name.into(), pin: Some(Pin(pin.into())) }
}

fn set_pin(annotator: AnnotatorId, current: Option<&str>, pin: Option<&str>) -> Request {
    let pin_of = |pin: Option<&str>| pin.map(|pin| Pin(pin.into()));
    Request::SetPin { annotator, current: pin_of(current), pin: pin_of(pin) }
}

#[test]
fn a_seat_with_a_pin_opens_for_it_alone_and_slows_down_even_over_a_restart() {
    let world = with_rows(2);
    let ada = world.info().annotator;
    world.engine.call(set_pin(ada, None, Some("2468"))).unwrap();
    world.seat("Bob");
    let error = world.refused(Request::SetAnnotator { name: "Ada".into() });
    assert_eq!(error.code, ErrorCode::Denied, "no way round the PIN");
    for attempt in 1..=3 {
        let error = world.refused(switch("Ada", "0000"));
        assert_eq!(error.message, "the PIN is wrong", "attempt {attempt}");
    }
    let error = world.refused(switch("Ada", "2468"));
    assert!(error.message.contains("too many"), "even the right one has to wait: {error:?}");
    reopen(&world);
    assert!(people(&world).needs_pin, "the settings name Ada, who has not given the PIN");
    let ask = Request::Queue(QueueRequest { annotator: ada, place: Place::Start, count: 1, except: vec![] });
    assert_eq!(world.refused(ask).code, ErrorCode::Denied, "nothing is offered to a kept seat");
    assert!(world.refused(switch("Ada", "2468")).message.contains("too many"), "a restart forgets nothing");
    world.advance(2_000);
    world.project(switch("Ada", "2468"));
    assert!(!people(&world).needs_pin);
    assert_eq!(world.queue(Place::Start, 9).len(), 2);
    world.seat("Bob");
    assert_eq!(
        world.refused(switch("Ada", "1111")).message,
        "the PIN is wrong",
        "the row of wrong ones ended"
    );
    let file = std::fs::read(world.path("a.tiebreak")).unwrap();
    assert!(!file.windows(4).any(|four| four == b"2468"), "the PIN itself is stored nowhere");
}

#[test]
fn a_pin_is_changed_by_whoever_knows_it_or_let_go_by_the_lead() {
    let world = with_rows(1);
    let ada = world.info().annotator;
    let bob = world.seat("Bob");
    let error = world.refused(set_pin(ada, None, Some("9999")));
    assert_eq!(error.code, ErrorCode::Denied, "nobody is locked out by another");
    assert_eq!(world.refused(set_pin(bob, None, Some("1"))).code, ErrorCode::BadInput, "too short");
    world.engine.call(set_pin(bob, None, Some("1357"))).unwrap();
    assert_eq!(world.refused(set_pin(bob, None, Some("2468"))).code, ErrorCode::Denied, "the old one first");
    world.engine.call(set_pin(bob, Some("1357"), Some("2468"))).unwrap();
    world.seat("Ada");
    world.project(switch("Bob", "2468"));
    world.seat("Ada");
    world.engine.call(Request::SetLead { annotator: ada, is_lead: true }).unwrap();
    world.engine.call(set_pin(bob, None, None)).unwrap();
    assert_eq!(world.seat("Bob"), bob, "free again");
}

fn profile_study() -> StudySetup {
    let mut age =
        ProfileField::new("age", "Your age", ProfileKind::Number { lowest: Some(18.0), highest: None });
    age.required = true;
    StudySetup {
        consent: "Do you agree?".into(),
        profile: vec![age, ProfileField::new("note", "A note", ProfileKind::Text)],
        arms: Some(Arms { names: vec!["plain".into(), "hints".into()], block_size: 2, seed: 3 }),
        tags: vec!["law".into(), "medicine".into()],
        ..StudySetup::default()
    }
}

fn enrol(world: &World, name: &str) -> Person {
    let annotator = world.seat(name);
    let answers = vec![("age".to_owned(), Some(ProfileValue::Number(30.0)))];
    match world.engine.call(Request::SaveProfile { annotator, answers, consents: Some(true) }).unwrap() {
        Reply::Person(person) => *person,
        other => panic!("expected a person, found {other:?}"),
    }
}

#[test]
fn consent_and_profile_come_first_and_arms_are_drawn_in_blocks() {
    let world = with_rows(3);
    set_study(&world, &profile_study());
    let ada = world.info().annotator;
    let ask = Request::Queue(QueueRequest { annotator: ada, place: Place::Start, count: 1, except: vec![] });
    assert_eq!(world.refused(ask).code, ErrorCode::Denied, "not before the consent");
    assert!(people(&world).to_do_first.is_some_and(|first| first.contains("consent")));
    let young = vec![("age".to_owned(), Some(ProfileValue::Number(12.0)))];
    let refused = world.refused(Request::SaveProfile { annotator: ada, answers: young, consents: None });
    assert_eq!(refused.code, ErrorCode::BadInput, "too young");
    let first = enrol(&world, "Ada");
    assert!(first.consented_at.is_some() && first.consented_version == Some(1), "{first:?}");
    assert_eq!(world.queue(Place::Start, 9).len(), 3);
    let arms: Vec<String> =
        ["Ada", "Bob", "Cleo", "Dan"].iter().map(|name| enrol(&world, name).arm.unwrap()).collect();
    assert_ne!(arms[0], arms[1], "a block of two holds both arms");
    assert_ne!(arms[2], arms[3], "and so does the next");
    reopen(&world);
    let stored: Vec<_> = people(&world).people.into_iter().map(|person| person.arm.unwrap()).collect();
    assert_eq!(stored, arms, "an arm is for good");
    let person = &people(&world).people[0];
    assert_eq!(person.profile[0].value, ProfileValue::Number(30.0));
    world
        .engine
        .call(Request::SaveProfile { annotator: ada, answers: vec![], consents: Some(false) })
        .unwrap();
    let ask = Request::Queue(QueueRequest { annotator: ada, place: Place::Start, count: 1, except: vec![] });
    assert_eq!(world.refused(ask).code, ErrorCode::Denied, "a consent can be taken back");
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn a_merge_brings_what_people_said_of_themselves_and_not_their_pins() {
    let world = with_rows(2);
    set_study(&world, &profile_study());
    world.engine.call(Request::CloseProject).unwrap();
    std::fs::copy(world.path("a.tiebreak"), world.path("b.tiebreak")).unwrap();
    world.project(Request::OpenProject { path: world.text("b.tiebreak") });
    let there = enrol(&world, "Bob");
    let bob = there.annotator.id;
    world.engine.call(Request::SetTags { annotator: bob, tags: vec!["law".into()] }).unwrap();
    world.engine.call(set_pin(bob, None, Some("2468"))).unwrap();
    world.judge_next(Outcome::A);
    world.project(Request::OpenProject { path: world.text("a.tiebreak") });
    enrol(&world, "Ada");
    for time in ["first", "second"] {
        let job = world.start(Request::StartMerge { path: world.text("b.tiebreak") });
        world.wait(|event| match event {
            Event::MergeEnded(ended, result) if ended == job => Some(result.unwrap()),
            _ => None,
        });
        let seen = people(&world).people;
        let here = seen.iter().find(|person| person.annotator.name == "Bob").unwrap();
        assert_eq!(here.profile, there.profile, "{time} merge");
        assert_eq!((&here.arm, here.consented_at), (&there.arm, there.consented_at), "{time} merge");
        assert_eq!((&here.tags[..], here.has_pin), (&["law".to_owned()][..], false), "{time} merge");
    }
    assert_eq!(world.check(), Vec::<String>::new());
}

#[test]
fn results_and_profiles_are_for_the_lead() {
    let world = with_rows(2);
    set_study(&world, &profile_study());
    enrol(&world, "Bob");
    let ada = enrol(&world, "Ada").annotator.id;
    assert!(world.engine.call(Request::Quality).is_ok(), "without a lead everyone sees");
    world.engine.call(Request::SetLead { annotator: ada, is_lead: true }).unwrap();
    assert!(people(&world).people.iter().all(|person| person.profile.len() == 1), "the lead sees all");
    let bob = world.seat("Bob");
    let look = LookFilter { count: 9, ..LookFilter::default() };
    for request in [
        Request::Quality,
        Request::ItemRoles,
        Request::SecondLook(look),
        Request::SetStudy(Box::default()),
        Request::SetLead { annotator: bob, is_lead: true },
        Request::SetTags { annotator: bob, tags: vec!["law".into()] },
    ] {
        assert_eq!(world.refused(request.clone()).code, ErrorCode::Denied, "{request:?}");
    }
    let seen = people(&world).people;
    let of = |id: AnnotatorId| seen.iter().find(|person| person.annotator.id == id).unwrap();
    assert!(of(ada).profile.is_empty() && of(ada).arm.is_none(), "not for Bob");
    assert_eq!(of(bob).profile.len(), 1, "but his own is");
    world.judge_next(Outcome::A);
    assert_eq!(people(&world).people.iter().map(|person| person.progress.judged).sum::<u64>(), 1);
}

#[test]
fn a_study_is_kept_in_versions_and_nonsense_is_refused() {
    let world = with_rows(1);
    assert_eq!(set_study(&world, &profile_study()).version, 1);
    assert_eq!(set_study(&world, &profile_study()).version, 1, "the same is no change");
    assert_eq!(set_study(&world, &StudySetup::default()).version, 2);
    let mut bad = profile_study();
    bad.arms.as_mut().unwrap().block_size = 3;
    assert_eq!(world.refused(Request::SetStudy(Box::new(bad))).code, ErrorCode::BadInput);
    reopen(&world);
    let Reply::Study(study) = world.engine.call(Request::Study).unwrap() else { panic!("no study") };
    assert_eq!(study.version, 2, "kept in the project");
    let Reply::StudyTemplates(templates) = world.engine.call(Request::StudyTemplates).unwrap() else {
        panic!("no templates")
    };
    assert_eq!(set_study(&world, &templates[0]).version, 3, "a template can be set up as it is");
}
