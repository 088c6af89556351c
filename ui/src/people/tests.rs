//! The dialogs about people by labels and keys, over a scripted engine that holds a few people and items.
#![allow(clippy::unwrap_used)]

mod profile;
mod quality;
mod roles;
mod seats;
mod study;
mod training;

use std::sync::{Arc, Mutex};

use egui::accesskit::Role;
use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tiebreak_domain::door::ViewId;
use tiebreak_domain::filter::ItemRow;
use tiebreak_domain::person::{People, TrainingStanding};
use tiebreak_domain::project::Progress;
use tiebreak_domain::quality::{AnnotatorQuality, ItemRole, QualityReport, Score, TrainingResult};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::rubric::Entry;
use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::study::{ProfileField, ProfileKind, ProfileValue};
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, Answer, ApiError, Candidate, ErrorCode, Item, ItemId, ItemStatus,
    Judgment, JudgmentId, NewJudgment, Order, Origin, Person, Pin, ProjectInfo, QueuedItem, Reply, Request,
    Rubric, Settings, SourceId, StoredItem, StudySetup, UnixMillis, Verdict,
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
    rubric: Rubric,
    roles: Vec<(ItemId, ItemRole)>,
    /// What whoever sits here said of every item.
    said: Vec<Answer>,
    /// Why nothing is offered.
    refusal: Option<String>,
    /// What every item explains once it was judged; then all are for training.
    explanation: Option<&'static str>,
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
            rubric: Rubric::default(),
            roles: Vec::new(),
            said: Vec::new(),
            refusal: None,
            explanation: None,
            items: 0,
            offered_before: 0,
            judged: 0,
        }
    }

    fn info(&self) -> ProjectInfo {
        let annotators = self.people.iter().map(|person| person.annotator.clone()).collect();
        let annotator = AnnotatorId(self.seated);
        ProjectInfo { annotators, annotator, active_items: 50, ..info(self.rubric.clone()) }
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
            Request::Queue(QueueRequest { place: Place::At(item), .. }) => {
                Reply::Items(vec![QueuedItem { previous: self.previous(*item), ..self.queued(*item) }])
            }
            Request::Queue(_) if self.refusal.is_some() => {
                return denied(self.refusal.as_deref().unwrap_or_default());
            }
            Request::Queue(_) if self.is_locked => return denied("this seat is kept by a PIN"),
            Request::Queue(queue) => {
                if let Some(first) = self.what_comes_first() {
                    return denied(&first);
                }
                let last = if self.judged == 0 { self.offered_before } else { self.items };
                let open = (self.judged + 1..=last).map(ItemId);
                let open = open.filter(|item| !queue.except.contains(item)).take(queue.count as usize);
                Reply::Items(open.map(|item| self.queued(item)).collect())
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
            Request::ItemRoles => Reply::ItemRoles(self.roles.clone()),
            Request::SetItemRole { item, role } => {
                self.roles.retain(|(known, _)| known != item);
                self.roles.push((*item, role.clone()));
                Reply::Done
            }
            Request::Training { .. } => Reply::Training(Box::new(TrainingResult {
                is_as_expected: true,
                expected: Vec::new(),
                explanation: self.explanation.unwrap_or_default().to_owned(),
            })),
            Request::Find(_) => Reply::Found { view: ViewId(1), count: self.items as u64, is_complete: true },
            Request::Rows { view, .. } => {
                Reply::Rows { view: *view, from: 0, rows: (1..=self.items).map(row).collect() }
            }
            Request::Quality => Reply::Quality(Box::new(self.quality.clone()?)),
            _ => Reply::Done,
        })
    }
}

impl World {
    fn queued(&self, id: ItemId) -> QueuedItem {
        let item = Item {
            candidates: vec![Candidate::markdown("first"), Candidate::markdown(format!("second {}", id.0))],
            ..Item::default()
        };
        let (key, source, status) = (item.key(), SourceId(1), ItemStatus::Active);
        let acquisition = match self.explanation {
            Some(_) => Acquisition { method: AcquisitionMethod::Training, ..Acquisition::FILE_ORDER },
            None => Acquisition::FILE_ORDER,
        };
        QueuedItem {
            item: StoredItem { id, key, source, status, item },
            order: Order::as_given(2),
            acquisition,
            previous: None,
            scores: Vec::new(),
            draft: None,
        }
    }

    fn previous(&self, item: ItemId) -> Option<Judgment> {
        let given = NewJudgment {
            id: JudgmentId([1; 16]),
            item,
            annotator: AnnotatorId(self.seated),
            verdict: Verdict::Judged { answers: self.said.clone() },
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: None,
            origin: Origin::Screen,
            recorded_at: UnixMillis(1),
        };
        let judgment = Judgment { given, revision: 1, supersedes: None };
        (!self.said.is_empty()).then_some(judgment)
    }
}

fn row(id: i64) -> ItemRow {
    ItemRow {
        id: ItemId(id),
        external_id: None,
        prompt: format!("Prompt {id}"),
        candidates: vec!["first".into(), format!("second {id}")],
        source: SourceId(1),
        status: ItemStatus::Active,
        verdicts: Vec::new(),
        rewrites: Vec::new(),
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
