#![allow(clippy::unwrap_used)]

use std::sync::{Arc, Mutex};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tiebreak_domain::person::People;
use tiebreak_domain::project::Progress;
use tiebreak_domain::quality::{AnnotatorQuality, QualityReport, Score};
use tiebreak_domain::rubric::Entry;
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::study::{ProfileField, ProfileKind, ProfileValue};
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, ApiError, Candidate, ErrorCode, Item, ItemId, ItemStatus, Order,
    Person, Pin, ProjectInfo, QueuedItem, Reply, Request, Rubric, Settings, SourceId, StoredItem, StudySetup,
    UnixMillis,
};

use crate::app::{Action, App, Start};
use crate::backend::Scripted;
use crate::command::Command;
use crate::host::Still;
use crate::new_project::bench::{Bench, info};
use crate::theme;

/// What the scripted engine holds.
struct World {
    people: Vec<Person>,
    seated: i64,
    is_locked: bool,
    study: StudySetup,
    /// What is said to a wrong PIN.
    wrong_pin: &'static str,
    quality: Result<QualityReport, ApiError>,
    /// Items, and how many of them are offered before the first judgment is saved.
    items: i64,
    offered_before: i64,
    judged: i64,
}

const PIN: &str = "2468";

fn person(id: i64, name: &str, has_pin: bool) -> Person {
    let key = AnnotatorKey([id as u8; 16]);
    Person {
        annotator: Annotator { id: AnnotatorId(id), key, name: name.into(), judged: 12, skipped: 0 },
        progress: Progress::default(),
        has_pin,
        is_lead: false,
        tags: Vec::new(),
        consented_at: None,
        consented_version: None,
        profile: Vec::new(),
        arm: None,
        training: None,
    }
}

impl World {
    fn new() -> Self {
        Self {
            people: vec![person(1, "Ada", false), person(2, "Bo", false), person(3, "Cleo", true)],
            seated: 1,
            is_locked: false,
            study: StudySetup::default(),
            wrong_pin: "try again; the lead can let a forgotten PIN go",
            quality: Ok(QualityReport::default()),
            items: 0,
            offered_before: 0,
            judged: 0,
        }
    }

    fn info(&self) -> ProjectInfo {
        let annotators = self.people.iter().map(|person| person.annotator.clone()).collect();
        let annotator = AnnotatorId(self.seated);
        ProjectInfo { annotators, annotator, active_items: 50, ..info(Rubric::default()) }
    }

    fn own(&mut self) -> &mut Person {
        let seated = self.seated;
        self.people.iter_mut().find(|person| person.annotator.id.0 == seated).unwrap()
    }

    fn what_comes_first(&mut self) -> Option<String> {
        let study = self.study.clone();
        self.own().to_do_first(&study)
    }

    fn answer(&mut self, request: &Request) -> Result<Reply, ApiError> {
        let denied = |says: &str| Err(ApiError::new(ErrorCode::Denied, says));
        Ok(match request {
            Request::LoadSettings => {
                Reply::Settings(Box::new(Settings { annotator_name: "Ada".into(), ..Settings::default() }))
            }
            Request::OpenProject { .. } | Request::Project => Reply::Project(Box::new(self.info())),
            Request::Queue(_) if self.is_locked => return denied("this seat is kept by a PIN"),
            Request::Queue(queue) => {
                if let Some(first) = self.what_comes_first() {
                    return denied(&first);
                }
                let last = if self.judged == 0 { self.offered_before } else { self.items };
                let open = (self.judged + 1..=last).map(ItemId);
                let open = open.filter(|item| !queue.except.contains(item)).take(queue.count as usize);
                Reply::Items(open.map(queued).collect())
            }
            Request::Submit(judgment) => {
                self.judged += 1;
                let progress = Progress { judged: self.judged as u64, skipped: 0, total: 50 };
                let annotator = judgment.annotator;
                Reply::Saved { judgment: judgment.id, revision: 1, annotator, progress }
            }
            Request::SwitchAnnotator { name, pin } => {
                let known = self.people.iter().find(|person| person.annotator.name == *name);
                if known.is_some_and(|person| person.has_pin) && *pin != Some(Pin(PIN.into())) {
                    let error = ApiError::new(ErrorCode::Denied, "the PIN is wrong");
                    return Err(error.hint(self.wrong_pin));
                }
                let id = known.map_or(9, |person| person.annotator.id.0);
                if known.is_none() {
                    self.people.push(person(9, name, false));
                }
                (self.seated, self.is_locked) = (id, false);
                Reply::Project(Box::new(self.info()))
            }
            Request::People | Request::SetLead { .. } | Request::SetTags { .. } => {
                Reply::People(Box::new(People {
                    seated: AnnotatorId(self.seated),
                    needs_pin: self.is_locked,
                    to_do_first: self.what_comes_first(),
                    people: self.people.clone(),
                }))
            }
            Request::Study => Reply::Study(Box::new(self.study.clone())),
            Request::SetStudy(study) => {
                self.study = (**study).clone();
                Reply::Study(study.clone())
            }
            Request::StudyTemplates => {
                Reply::StudyTemplates(vec![StudySetup { name: "A survey".into(), ..study() }])
            }
            Request::SaveProfile { answers, consents, .. } => {
                for (field, value) in answers.clone() {
                    let answered_at = UnixMillis(5);
                    let answer = value.map(|value| tiebreak_domain::person::ProfileAnswer {
                        field,
                        value,
                        answered_at,
                    });
                    self.own().profile.extend(answer);
                }
                self.own().consented_at = consents.filter(|consents| *consents).map(|_| UnixMillis(5));
                Reply::Person(Box::new(self.own().clone()))
            }
            Request::Quality => Reply::Quality(Box::new(self.quality.clone()?)),
            _ => Reply::Done,
        })
    }
}

fn queued(id: ItemId) -> QueuedItem {
    let item = Item {
        candidates: vec![Candidate::markdown("first"), Candidate::markdown(format!("second {}", id.0))],
        ..Item::default()
    };
    let (key, source, status) = (item.key(), SourceId(1), ItemStatus::Active);
    QueuedItem {
        item: StoredItem { id, key, source, status, item },
        order: Order::try_from(vec![0, 1]).unwrap(),
        acquisition: Acquisition::FILE_ORDER,
        previous: None,
        scores: Vec::new(),
        draft: None,
    }
}

/// Consent, a name that is required, a slider and a list that are not.
fn study() -> StudySetup {
    let mut name = ProfileField::new("name", "Your name", ProfileKind::Text);
    name.required = true;
    let slider = ProfileKind::Slider {
        lowest: 0,
        highest: 100,
        low_title: "not at all".into(),
        high_title: "very".into(),
    };
    let entry = |key: &str, title: &str| Entry { key: key.into(), title: title.into(), ..Entry::default() };
    let entries = vec![entry("law", "The law"), entry("code", "Code")];
    StudySetup {
        version: 1,
        consent: "Do you **agree**?".into(),
        profile: vec![
            name,
            ProfileField::new("values", "Shares my values", slider),
            ProfileField::new("skills", "What do you know?", ProfileKind::Choices { entries }),
        ],
        ..StudySetup::default()
    }
}

/// The open project over a world.
fn bench(world: World) -> Bench {
    let world = Arc::new(Mutex::new(world));
    let (backend, remote) = Scripted::new(move |request| Some(world.lock().unwrap().answer(request)));
    let clock = Still::default();
    let start = Start { path: Some("p.tiebreak".into()), app_version: "test".into() };
    let app = App::new(Box::new(backend), Box::new(clock.clone()), start);
    let harness =
        Harness::builder().with_size([1440.0, 900.0]).with_context_setup(theme::install).build_ui_state(
            |ui, app: &mut App| {
                app.logic(&ui.ctx().clone());
                app.ui(ui);
            },
            app,
        );
    let mut bench = Bench { harness, remote, clock };
    bench.run();
    bench.run();
    bench
}

fn switches(bench: &Bench) -> Vec<(String, Option<Pin>)> {
    bench.sent(|request| match request {
        Request::SwitchAnnotator { name, pin } => Some((name, pin)),
        _ => None,
    })
}

fn asked_for(bench: &Bench) -> Vec<i64> {
    bench.sent(|request| match request {
        Request::Queue(queue) => Some(queue.annotator.0),
        _ => None,
    })
}

fn open(bench: &mut Bench, command: Command) {
    bench.harness.state_mut().want(Action::Command(command));
    bench.run();
}

#[test]
fn somebody_on_the_list_sits_down_by_two_keys_and_has_a_queue_of_their_own() {
    let mut bench = bench(World::new());
    bench.press_control(Key::U);
    assert!(bench.shows("Ada, judges now · 12 judgments"), "whoever sits here is marked");
    bench.press(Key::Num2);
    assert_eq!(switches(&bench), [("Bo".to_owned(), None)]);
    assert_eq!(asked_for(&bench).last(), Some(&2), "the queue is Bo's from now on");
    assert!(!bench.shows("Somebody else"), "the dialog has done its work");
    let names = bench.sent(|request| match request {
        Request::SaveSettings(settings) => Some(settings.annotator_name),
        _ => None,
    });
    assert_eq!(names.last().map(String::as_str), Some("Bo"), "and Bo is here when the program starts again");
    bench.press_control(Key::U);
    bench.press(Key::ArrowDown);
    bench.press(Key::Enter);
    assert_eq!(switches(&bench).len(), 2, "arrows and Enter choose too");
    assert_eq!(switches(&bench)[1].0, "Ada");
}

#[test]
fn a_name_that_is_typed_sits_down_and_the_name_in_the_bar_opens_the_list() {
    let mut bench = bench(World::new());
    bench.click("Ada");
    assert!(bench.shows("Who judges"));
    bench.types("Dee");
    bench.press(Key::Enter);
    assert_eq!(switches(&bench), [("Dee".to_owned(), None)], "letters go to the field by themselves");
    assert_eq!(asked_for(&bench).last(), Some(&9));
}

#[test]
fn a_seat_with_a_pin_asks_for_it_and_a_wrong_one_makes_wait() {
    let mut world = World::new();
    world.wrong_pin = "try again in 4 s";
    let mut bench = bench(world);
    bench.press_control(Key::U);
    bench.press(Key::Num3);
    assert_eq!(switches(&bench), [], "nobody sits down without the PIN");
    bench.types("1111");
    bench.press(Key::Enter);
    assert!(bench.shows("The PIN is wrong"), "what went wrong is said");
    assert!(bench.shows("Wait 4 s"), "and how long to wait");
    bench.types(PIN);
    bench.press(Key::Enter);
    assert_eq!(switches(&bench).len(), 1, "nothing is sent while the wait lasts");
    bench.wait(4001);
    bench.press(Key::Enter);
    assert_eq!(switches(&bench).last(), Some(&("Cleo".to_owned(), Some(Pin(PIN.into())))));
    assert_eq!(asked_for(&bench).last(), Some(&3));
}

#[test]
fn a_locked_project_asks_for_the_pin_at_once_and_stays_locked() {
    let mut world = World::new();
    world.people[0].has_pin = true;
    (world.is_locked, world.items, world.offered_before) = (true, 3, 3);
    let mut bench = bench(world);
    assert!(bench.shows("The seat of Ada is kept by a PIN"), "it comes up by itself");
    bench.press(Key::Escape);
    bench.press(Key::Escape);
    assert!(bench.shows("Close project"), "nobody gets past it");
    bench.press(Key::Num1);
    bench.types(PIN);
    bench.press(Key::Enter);
    assert_eq!(switches(&bench), [("Ada".to_owned(), Some(Pin(PIN.into())))]);
    let desk = bench.harness.state().desk().unwrap();
    assert!(desk.session.current.is_some(), "the same annotator is offered the first item now");
}

#[test]
fn an_own_pin_is_set_when_it_was_typed_twice() {
    let mut bench = bench(World::new());
    bench.press_control(Key::U);
    bench.click("Set a PIN…");
    bench.types("1357");
    bench.press(Key::Enter);
    let sent = |bench: &Bench| {
        bench.sent(|request| match request {
            Request::SetPin { annotator, current, pin } => Some((annotator.0, current, pin)),
            _ => None,
        })
    };
    assert_eq!(sent(&bench), [], "once is not twice");
    bench.harness.get_by_label("Once more").focus();
    bench.run();
    bench.types("1357");
    bench.press(Key::Enter);
    assert_eq!(sent(&bench), [(1, None, Some(Pin("1357".into())))]);
}

#[test]
fn consent_and_profile_come_first_and_nothing_is_filled_in_beforehand() {
    let mut world = World::new();
    world.study = study();
    (world.items, world.offered_before) = (3, 3);
    let mut bench = bench(world);
    let saved = |bench: &Bench| {
        bench.sent(|request| match request {
            Request::SaveProfile { answers, consents, .. } => Some((answers, consents)),
            _ => None,
        })
    };
    assert!(bench.shows("About you"), "it comes up by itself");
    bench.press(Key::Escape);
    assert!(
        bench.shows("The study needs your consent first"),
        "who leaves it is told why nothing is offered"
    );
    bench.click("About you…");
    bench.harness.get_by_label("Your name (required)").focus();
    bench.run();
    bench.types("A");
    bench.press_control(Key::Enter);
    assert_eq!(saved(&bench), [], "not without the consent");
    bench.press(Key::Backspace);
    bench.click("I have read this and consent (required)");
    assert!(bench.shows("\"Your name\" is required"), "what is missing is named");
    bench.press_control(Key::Enter);
    assert_eq!(saved(&bench), [], "not without what is required");
    bench.harness.get_by_label("Your name (required)").focus();
    bench.run();
    bench.types("Ada L.");
    bench.click("The law");
    bench.press_control(Key::Enter);
    let name = ("name".to_owned(), Some(ProfileValue::Text("Ada L.".into())));
    let skills = ("skills".to_owned(), Some(ProfileValue::Choices(vec!["law".into()])));
    assert_eq!(
        saved(&bench),
        [(vec![name, skills], Some(true))],
        "the slider was not touched: it says nothing"
    );
    assert!(!bench.shows("About you"), "the dialog has done its work");
    assert!(bench.harness.state().desk().unwrap().session.current.is_some(), "and the work begins");

    open(&mut bench, Command::ShowProfile);
    bench.harness.get_by_role_and_label(Role::Slider, "Shares my values").focus();
    bench.run();
    bench.press(Key::ArrowRight);
    bench.press(Key::ArrowRight);
    bench.press_control(Key::Enter);
    let slider = ("values".to_owned(), Some(ProfileValue::Slider(51)));
    assert_eq!(saved(&bench)[1], (vec![slider], None), "only what changed, from the middle by one");
}

#[test]
fn the_lead_sets_up_the_study_and_only_what_was_changed_changes() {
    let mut world = World::new();
    world.study = StudySetup { tags: vec!["law".into()], ..study() };
    world.own().consented_at = Some(UnixMillis(1));
    let mut bench = bench(world);
    bench.harness.state_mut().want(Action::CloseDialog);
    bench.harness.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    bench.run();
    bench.assert_everything_is_named("the study");
    bench.harness.get_by_label("Judgments wanted of each item").focus();
    bench.run();
    bench.types("none");
    assert!(bench.shows("The judgments wanted: a whole number is needed"), "what cannot be is said");
    bench.press_control(Key::A);
    bench.types("3");
    bench.harness.get_by_label("Gold items").focus();
    bench.run();
    bench.types("5");
    bench.press_control(Key::Enter);
    let set = bench.sent(|request| if let Request::SetStudy(study) = request { Some(*study) } else { None });
    let mut wanted = StudySetup { tags: vec!["law".into()], ..study() };
    wanted.assignment.wanted = Some(3);
    wanted.quality.gold_rate = Some(0.05);
    assert_eq!(set, [wanted]);
    assert!(bench.shows("About you"), "a study that asks something first asks whoever sits here at once");
    bench.harness.state_mut().want(Action::CloseDialog);

    open(&mut bench, Command::ShowStudy);
    for tick in ["Bo leads", "Bo: law"] {
        bench.harness.get_by_label(tick).focus();
        bench.run();
        bench.press(Key::Space);
    }
    let people = bench.sent(|request| match request {
        Request::SetLead { annotator, is_lead } => Some(format!("{} leads: {is_lead}", annotator.0)),
        Request::SetTags { annotator, tags } => Some(format!("{}: {}", annotator.0, tags.join(","))),
        _ => None,
    });
    assert_eq!(people, ["2 leads: true", "2: law"], "about people at once");
    bench.harness.get_by_label("Ask one more thing").focus();
    bench.run();
    bench.press(Key::Space);
    assert!(bench.shows("Kind of question 4"), "one more thing can be asked");
    bench.press(Key::Escape);
    assert!(bench.shows("Once more throws the changes away"), "Escape warns first");
    bench.press(Key::Escape);
    assert!(!bench.shows("Judgments wanted of each item"));
}

#[test]
fn how_people_do_is_said_with_counts_or_that_it_is_not_for_them() {
    let score = |right, total| Score { right, total };
    let known = AnnotatorQuality {
        annotator: AnnotatorId(2),
        training: score(0, 0),
        gold: score(9, 10),
        attention: score(2, 2),
        repeats: score(1, 3),
    };
    let mut world = World::new();
    world.quality = Ok(QualityReport { annotators: vec![known] });
    let mut seen = bench(world);
    open(&mut seen, Command::ShowQuality);
    for words in ["Gold", "9 of 10, 90 %", "2 of 2, 100 %", "1 of 3, 33 %"] {
        assert!(seen.shows(words), "{words}");
    }
    assert!(!seen.shows("0 of 0"), "no share of nothing");
    let mut world = World::new();
    world.quality = Err(ApiError::new(ErrorCode::Denied, "this is for whoever leads the study"));
    let mut denied = bench(world);
    open(&mut denied, Command::ShowQuality);
    assert!(denied.shows("This is for whoever leads the study"));
}

#[test]
fn the_queue_is_asked_again_when_the_last_training_judgment_is_saved() {
    let mut world = World::new();
    (world.items, world.offered_before) = (4, 1);
    let mut bench = bench(world);
    bench.press(Key::Num1);
    bench.press(Key::Enter);
    bench.run();
    let desk = bench.harness.state().desk().unwrap();
    let shown = desk.session.current.as_ref().map(|shown| shown.queued.item.id);
    assert_eq!(shown, Some(ItemId(2)), "what the judgment opened is on the screen");
}

#[test]
fn every_dialog_about_people_names_its_inputs() {
    let mut world = World::new();
    world.study = study();
    world.own().has_pin = true;
    let mut bench = bench(world);
    bench.assert_everything_is_named("the profile");
    bench.harness.state_mut().want(Action::CloseDialog);
    bench.press_control(Key::U);
    bench.assert_everything_is_named("the list of people");
    bench.click("Change your PIN…");
    bench.assert_everything_is_named("the own PIN");
}
