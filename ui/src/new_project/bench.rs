//! A bench for the tests of the wizard and of the editor: the whole app before a scripted engine.
#![allow(clippy::unwrap_used)]

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::rubric::{CandidateCount, Entry, QuestionKind, Scale, Scope};
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, ApiError, ErrorCode, ProjectInfo, ProjectKey, Question, Reply,
    Request, Rubric, Settings, Template, UnixMillis,
};

use crate::app::{Action, App, Start};
use crate::backend::{Remote, Scripted};
use crate::command::Command;
use crate::host::Still;
use crate::theme;

/// The app, the engine's hand and the clock.
pub(crate) struct Bench {
    pub(crate) harness: Harness<'static, App>,
    pub(crate) remote: Remote,
    pub(crate) clock: Still,
}

/// What the scripted engine says of a text: broken where it says so, else a rubric with the text as its name.
pub(crate) const BROKEN: &str = "broken";

impl Bench {
    /// The start screen, or an open project.
    pub(crate) fn new(has_project: bool) -> Self {
        let mut asked = Rubric::default();
        let (backend, remote) = Scripted::new(move |request| match request {
            Request::LoadSettings => {
                let settings = Settings { annotator_name: "Ada".into(), ..Settings::default() };
                Some(Ok(Reply::Settings(Box::new(settings))))
            }
            Request::Templates => Some(Ok(Reply::Templates(templates()))),
            Request::WriteRubric(template) => {
                Some(Ok(Reply::Text(format!("# {}\nname = \"x\"\n", template.rubric.name))))
            }
            Request::ReadRubric { text } => Some(read(text)),
            Request::OpenRubric { path } if path.contains("gone") => {
                let error =
                    ApiError::new(ErrorCode::NotFound, "cannot read gone.toml: there is no such file");
                Some(Err(error))
            }
            Request::OpenRubric { path } => Some(Ok(Reply::Text(format!("# from {path}\n")))),
            Request::SaveRubric { path, replace: false, .. } if path.contains("taken") => {
                Some(Err(ApiError::new(ErrorCode::Exists, "there is already a file taken.toml")))
            }
            Request::SetRubric(rubric) if rubric.name.contains("refuse") => {
                Some(Err(ApiError::new(ErrorCode::DiskFull, "the disk is full")))
            }
            Request::SetRubric(rubric) => {
                asked = (**rubric).clone();
                asked.version = 2;
                Some(Ok(Reply::Project(Box::new(info(asked.clone())))))
            }
            Request::CreateProject { .. } | Request::OpenProject { .. } | Request::SetAnnotator { .. } => {
                Some(Ok(Reply::Project(Box::new(info(asked.clone())))))
            }
            Request::Queue(_) => Some(Ok(Reply::Items(Vec::new()))),
            Request::PreviewImport(_) => None,
            _ => Some(Ok(Reply::Done)),
        });
        let clock = Still::default();
        let path = has_project.then(|| "p.tiebreak".to_owned());
        let app =
            App::new(Box::new(backend), Box::new(clock.clone()), Start { path, app_version: "test".into() });
        let harness =
            Harness::builder().with_size([1440.0, 900.0]).with_context_setup(theme::install).build_ui_state(
                |ui, app: &mut App| {
                    app.logic(&ui.ctx().clone());
                    app.ui(ui);
                },
                app,
            );
        let mut bench = Self { harness, remote, clock };
        bench.run();
        if has_project {
            bench.harness.state_mut().want(Action::CloseDialog);
            bench.run();
        }
        bench
    }

    /// The start screen with the wizard open.
    pub(crate) fn wizard() -> Self {
        let mut bench = Self::new(false);
        bench.harness.state_mut().want(Action::Command(Command::NewProject));
        bench.run();
        bench
    }

    /// A few frames, so that what was sent is answered and painted.
    pub(crate) fn run(&mut self) {
        self.harness.run_steps(4);
    }

    /// Time passes.
    pub(crate) fn wait(&mut self, ms: u64) {
        self.clock.pass(ms);
        self.run();
    }

    /// Types into whatever has the focus.
    pub(crate) fn types(&mut self, text: &str) {
        self.harness.event(egui::Event::Text(text.to_owned()));
        self.run();
    }

    pub(crate) fn press(&mut self, key: Key) {
        self.harness.key_press(key);
        self.run();
    }

    pub(crate) fn press_control(&mut self, key: Key) {
        self.harness.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND, key);
        self.run();
    }

    pub(crate) fn click(&mut self, label: &str) {
        self.harness.get_by_label(label).click();
        self.run();
    }

    pub(crate) fn shows(&self, label: &str) -> bool {
        self.harness.query_all_by_label_contains(label).next().is_some()
    }

    /// Everything of a kind that was sent, oldest first.
    pub(crate) fn sent<T>(&self, pick: impl Fn(Request) -> Option<T>) -> Vec<T> {
        self.remote.sent().into_iter().filter_map(|(_, request)| pick(request)).collect()
    }

    /// The rubrics that were set.
    pub(crate) fn set_rubrics(&self) -> Vec<Rubric> {
        self.sent(|request| if let Request::SetRubric(rubric) = request { Some(*rubric) } else { None })
    }

    /// The texts that were read.
    pub(crate) fn read_texts(&self) -> Vec<String> {
        self.sent(|request| if let Request::ReadRubric { text } = request { Some(text) } else { None })
    }

    /// Fails where something that can be used has no name.
    pub(crate) fn assert_everything_is_named(&self, place: &str) {
        use egui::accesskit::Role;
        let inputs =
            [Role::TextInput, Role::MultilineTextInput, Role::Button, Role::RadioButton, Role::CheckBox];
        let root = self.harness.root();
        let mut count = 0;
        for node in root.children_recursive().filter(|node| inputs.contains(&node.accesskit_node().role())) {
            count += 1;
            let name = node.accesskit_node().label().unwrap_or_default();
            assert!(!name.trim().is_empty(), "an input on {place} has no name: {node:?}");
        }
        assert!(count > 2, "{place} has inputs");
    }
}

/// Reads a text as the engine would, as far as tests want it.
fn read(text: &str) -> Result<Reply, ApiError> {
    if let Some(line) = text.lines().position(|line| line.contains(BROKEN)) {
        let message = format!("line {}: it is broken", line + 1);
        return Err(ApiError::new(ErrorCode::BadInput, message).hint("mend it"));
    }
    let mut template = templates().remove(1);
    template.id = String::new();
    template.rubric.name = text.trim().to_owned();
    Ok(Reply::Template(Box::new(template)))
}

pub(crate) fn info(rubric: Rubric) -> ProjectInfo {
    ProjectInfo {
        path: "p.tiebreak".into(),
        key: ProjectKey([1; 16]),
        name: "p".into(),
        rubric,
        active_items: 0,
        excluded_items: 0,
        deleted_items: 0,
        judgments: 1200,
        revisions: 0,
        annotators: vec![Annotator {
            id: AnnotatorId(1),
            key: AnnotatorKey([1; 16]),
            name: "Ada".into(),
            judged: 0,
            skipped: 0,
        }],
        annotator: AnnotatorId(1),
        sources: Vec::new(),
        search_index: SearchIndex::default(),
        is_sample: false,
        created_at: UnixMillis(0),
    }
}

fn template(id: &str, name: &str, media: &str, questions: Vec<Question>) -> Template {
    Template {
        id: id.into(),
        about: format!("About {name}"),
        collects: "Ratings".into(),
        paper: "A paper, 2024".into(),
        media: media.into(),
        exports: vec!["csv".into()],
        candidates: CandidateCount { least: 2, most: 2 },
        rubric: Rubric { name: name.into(), questions, ..Rubric::default() },
    }
}

/// A plain comparison, a sheet of ratings, and a list for videos; the plain one stands last.
pub(crate) fn templates() -> Vec<Template> {
    let points = |key: &str, title: &str| {
        let scale = Scale::Points { from: 0, anchors: vec![String::new(); 5] };
        Question::new(key, title, Scope::Candidate, QuestionKind::Rating { scale })
    };
    let entries = vec![Entry { key: "flicker".into(), title: "Flicker".into(), group: String::new() }];
    let list = Question::new("faults", "Faults", Scope::Item, QuestionKind::Checklist { entries });
    let sheet = vec![points("helpfulness", "Helpfulness"), points("verbosity", "Verbosity")];
    vec![
        template("comparison", "Plain comparison", "text", Rubric::default().questions),
        template("sheet", "Five ratings", "text", sheet),
        template("videos", "Video faults", "video", vec![list]),
    ]
}
