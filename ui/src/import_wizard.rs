//! The import wizard: which file, what is in it, how it is read, and how it went.
//!
//! Four steps in one dialog: the file, the preview, the work, the result. The first two live here, in what
//! was typed and chosen; the last two are read from the desk, so that they are there again when the dialog
//! was closed meanwhile. Every change that makes items read otherwise asks for a new preview with a higher
//! number, and answers to older ones are passed over.

mod file_step;
mod first_items;
mod mapping;
mod mapping_editor;
mod preview_step;
mod result_step;
mod running_step;
mod votes;

#[cfg(test)]
mod tests;

use egui::Ui;
use tiebreak_domain::import::{ImportPreview, ImportProgress, ImportReport, LabelPolicy};
use tiebreak_domain::{ApiError, DataFormat, ErrorCode, ImportPlan, Request};

use crate::app::tickets::Purpose;
use crate::app::{Action, Scene};
use crate::desk::{Desk, Job};
use crate::form::{self, Asking, FootButton};
use crate::host::Pick;
use crate::widget::Dialog;

/// What has been chosen so far.
#[derive(Debug)]
pub struct ImportWizard {
    path: String,
    step: Step,
    plan: ImportPlan,
    wants_preview: bool,
    preview: Asking<ImportPreview>,
    /// Whether the project asks of two candidates alone, so that more of them come in by pairs or not at all.
    asks_only_pairs: bool,
    takes_votes: bool,
    votes_of: String,
    media_folder: String,
    source_name: String,
    report_path: Option<String>,
    is_file_focused: bool,
    pace: running_step::Pace,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    File,
    Preview,
    /// The work and its result.
    Job,
}

/// How the import stands, for the last two steps.
type ImportJob = Job<ImportProgress, ImportReport>;

impl ImportWizard {
    /// A wizard, at a file if one is known.
    pub fn new(path: Option<String>) -> Self {
        let mut wizard = Self {
            path: path.unwrap_or_default(),
            step: Step::File,
            plan: ImportPlan::default(),
            wants_preview: false,
            preview: Asking::default(),
            asks_only_pairs: false,
            takes_votes: false,
            votes_of: "Original".to_owned(),
            media_folder: String::new(),
            source_name: String::new(),
            report_path: None,
            is_file_focused: false,
            pace: running_step::Pace::default(),
        };
        if !wizard.path.trim().is_empty() {
            wizard.look_inside();
        }
        wizard
    }

    /// A file or folder was picked.
    pub fn picked(&mut self, pick: Pick, path: String) {
        match pick {
            Pick::ImportFile => {
                self.path = path;
                self.look_inside();
            }
            Pick::MediaFolder => self.media_folder = path,
            Pick::ImportReport => self.report_path = Some(path),
            _ => {}
        }
    }

    /// Whether it was said how the file is read.
    pub fn is_changed(&self) -> bool {
        self.step == Step::Preview
            && (self.plan != ImportPlan::of_file(self.path.trim())
                || self.takes_votes
                || !self.media_folder.is_empty()
                || !self.source_name.is_empty())
    }

    /// The preview with this number arrived.
    pub fn preview_arrived(&mut self, number: u64, preview: Result<ImportPreview, ApiError>) {
        self.preview.arrived(number, preview);
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, desk: Option<&Desk>, wanted: &mut Vec<Action>) {
        let job = desk.and_then(|desk| desk.import.as_ref());
        if matches!(job, Some(Job::Starting | Job::Running(..))) {
            self.step = Step::Job;
        }
        if self.wants_preview {
            self.ask_for_preview(scene, wanted);
        }
        self.asks_only_pairs = desk.zip(self.preview.sound()).is_some_and(|(desk, preview)| {
            let mut many = preview.items.iter().filter(|item| item.candidates.len() > 2).peekable();
            many.peek().is_some() && many.all(|item| desk.info.rubric.refusal_of(item).is_some())
        });
        let mut signals = Signals { enter: form::is_enter_for_dialog(ui.ctx()), ..Signals::default() };
        let height = form::height(ui.ctx());
        let title = self.title(job);
        let response = Dialog::new("import", &title).width(form::WIDTH).stay().show(
            ui.ctx(),
            self,
            |ui, state| {
                let ui = &mut form::body(ui, height);
                match state.step {
                    Step::File => state.file_ui(ui, scene, desk, height, &mut signals, wanted),
                    Step::Preview => state.preview_ui(ui, scene, height, &mut signals, wanted),
                    Step::Job => state.job_ui(ui, scene, desk, height, &mut signals, wanted),
                }
                signals
            },
            |ui, state| state.footer_ui(ui, job),
        );
        let signals = response.body;
        let pressed = response.footer.or(signals.enter.then_some(Button::Primary));
        if let Some(button) = pressed {
            self.press(button, job, wanted);
        }
        if signals.tries_again {
            self.look_inside();
        }
        if signals.shows_result {
            self.step = Step::Job;
        }
        if self.wants_preview {
            self.ask_for_preview(scene, wanted);
        }
    }

    fn title(&self, job: Option<&ImportJob>) -> String {
        let file = form::file_name_of(self.path.trim());
        match (self.step, job) {
            (Step::File, _) => "Import data".to_owned(),
            (Step::Preview, _) => format!("Import {file}"),
            (Step::Job, Some(Job::Ended(_, Ok(report)))) => format!("Imported {}", report.source),
            (Step::Job, Some(Job::Ended(_, Err(error)))) if error.code == ErrorCode::Cancelled => {
                "Import cancelled".to_owned()
            }
            (Step::Job, Some(Job::Ended(_, Err(_)))) => "Import failed".to_owned(),
            (Step::Job, _) => {
                if file.is_empty() {
                    "Importing…".to_owned()
                } else {
                    format!("Importing {file}…")
                }
            }
        }
    }

    /// The file as it is typed now: everything is recognised afresh.
    fn look_inside(&mut self) {
        self.plan = ImportPlan::of_file(self.path.trim());
        self.preview.forget();
        self.takes_votes = false;
        self.media_folder.clear();
        self.source_name.clear();
        self.is_file_focused = false;
        self.step = Step::Preview;
        self.wants_preview = true;
    }

    fn ask_for_preview(&mut self, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        let number = self.preview.ask(scene.now.monotonic_ms);
        self.wants_preview = false;
        let request = Request::PreviewImport(self.plan.clone());
        wanted.push(Action::Send(Purpose::PreviewImport(number), request));
    }

    /// What keeps the import from starting, in a few words.
    fn missing(&self) -> Option<&'static str> {
        if self.preview.is_waiting || self.wants_preview {
            return Some("Reading the first rows…");
        }
        let preview = self.preview.sound()?;
        if preview.format == DataFormat::Columns
            && let Some(missing) =
                preview.mapping.as_ref().map_or(Some(mapping::NO_CANDIDATES), mapping::missing)
        {
            return Some(missing);
        }
        let holds_items = !matches!(preview.format, DataFormat::Tiebreak | DataFormat::PrismSurvey);
        if preview.items.is_empty() && holds_items {
            return Some("None of the first rows can be read as an item");
        }
        if self.takes_votes && self.votes_of.trim().is_empty() {
            return Some("Name the annotator of the votes");
        }
        None
    }

    fn can_start(&self) -> bool {
        self.preview.sound().is_some() && self.missing().is_none()
    }

    /// The plan as it is on the screen: what was recognised is asked for by name.
    fn final_plan(&self) -> ImportPlan {
        let named = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let mut plan = self.plan.clone();
        if let Some(preview) = &self.preview.answer {
            plan.format = Some(preview.format);
            if preview.format == DataFormat::Columns {
                plan.mapping.clone_from(&preview.mapping);
            }
            let has_votes = preview.items_with_labels > 0;
            plan.labels = if self.takes_votes && has_votes {
                LabelPolicy::TakeIn { annotator: self.votes_of.trim().to_owned() }
            } else {
                LabelPolicy::LeaveOut
            };
            plan.fetches_addresses &= !preview.media_hosts.is_empty();
            plan.makes_pairs |= self.asks_only_pairs;
            plan.makes_pairs &= preview.items.iter().any(|item| item.candidates.len() > 2);
        }
        plan.media_folder = named(&self.media_folder);
        plan.source_name = named(&self.source_name);
        plan
    }

    fn footer_ui(&mut self, ui: &mut Ui, job: Option<&ImportJob>) -> Option<Button> {
        let says = if self.step == Step::Preview { self.missing() } else { None };
        form::foot_ui(ui, &self.buttons(job), says.unwrap_or_default())
    }

    fn can_go_on(&self) -> bool {
        match self.step {
            Step::File => !self.path.trim().is_empty(),
            Step::Preview => self.can_start(),
            Step::Job => true,
        }
    }

    /// The button that goes on, and the others.
    fn buttons(&self, job: Option<&ImportJob>) -> Vec<FootButton<'static, Button>> {
        let primary = |label| FootButton::new(label, Button::Primary).key("Enter").enabled(self.can_go_on());
        let close = |label| FootButton::new(label, Button::Close).key("Escape");
        let back = |label| FootButton::new(label, Button::Back);
        match (self.step, job) {
            (Step::File, _) => vec![primary("Look inside"), close("Cancel")],
            (Step::Preview, _) => vec![primary("Import"), back("Back"), close("Cancel")],
            (Step::Job, Some(Job::Ended(_, Ok(_)))) => {
                vec![primary("Judge now"), back("Import another file")]
            }
            (Step::Job, Some(Job::Ended(_, Err(_)))) => vec![primary("Back"), close("Close")],
            (Step::Job, Some(Job::Running(..))) => {
                let stop = if self.pace.is_stopping { "Stopping…" } else { "Stop the import" };
                let stop = FootButton::new(stop, Button::Stop).enabled(!self.pace.is_stopping);
                vec![primary("Go on judging"), stop]
            }
            (Step::Job, _) => vec![primary("Go on judging")],
        }
    }

    fn press(&mut self, button: Button, job: Option<&ImportJob>, wanted: &mut Vec<Action>) {
        match (button, self.step, job) {
            (Button::Primary, ..) if !self.can_go_on() => {}
            (Button::Primary, Step::File, _) => self.look_inside(),
            (Button::Primary, Step::Preview, _) => {
                self.pace = running_step::Pace::default();
                self.report_path = None;
                self.step = Step::Job;
                wanted.push(Action::Send(Purpose::StartImport, Request::StartImport(self.final_plan())));
            }
            (Button::Primary, Step::Job, Some(Job::Ended(_, Err(_)))) => {
                self.step = if self.preview.answer.is_some() { Step::Preview } else { Step::File };
            }
            (Button::Primary, Step::Job, Some(Job::Ended(_, Ok(_)))) => {
                wanted.push(Action::CloseDialog);
                wanted.push(Action::Command(crate::command::Command::ShowJudge));
            }
            (Button::Primary | Button::Close, ..) => wanted.push(Action::CloseDialog),
            (Button::Stop, _, Some(Job::Running(job, _))) => {
                self.pace.is_stopping = true;
                wanted.push(Action::Send(Purpose::Cancel, Request::Cancel(*job)));
            }
            (Button::Stop, ..) => {}
            (Button::Back, Step::Job, _) => *self = Self::new(None),
            (Button::Back, ..) => {
                self.is_file_focused = false;
                self.step = Step::File;
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Button {
    Primary,
    Back,
    Stop,
    Close,
}

/// What a step asks of the wizard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Signals {
    /// The primary button, by Enter.
    enter: bool,
    /// The preview anew.
    tries_again: bool,
    /// The result of the import before.
    shows_result: bool,
}
