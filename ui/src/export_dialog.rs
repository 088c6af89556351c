//! The export dialog: which format, the policies that must be asked, the first rows, and how it went.
//!
//! Nothing about ties, both bad, strength or several judgments is assumed. A policy is asked where the
//! project holds what it is about; until each that is asked is answered, the dialog says what is missing and
//! writes nothing. The rows at the right are those that would stand in the file, asked for anew with a
//! higher number after each change; answers to older numbers are passed over.

mod form_step;
mod job_step;
mod loading_code;
mod policies;
mod rows_preview;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use egui::Ui;
use tiebreak_domain::export::{
    ExportPreview, ExportProgress, ExportReport, IdentityChoice, LabelChoice, PolicyQuestion,
};
use tiebreak_domain::{AnnotatorId, ApiError, ExportFormat, ExportPlan, ProjectInfo, Request};

use self::policies::Policies;
use crate::app::tickets::Purpose;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::{Desk, Job};
use crate::form::{self, Asking, FootButton};
use crate::host::Pick;
use crate::widget::Dialog;

/// What has been chosen so far.
#[derive(Debug)]
pub struct ExportDialog {
    format: ExportFormat,
    policies: Policies,
    /// Whether labels of models are written, where the format can say so.
    labels: LabelChoice,
    /// How annotators are called.
    identity: IdentityChoice,
    /// How many of a hundred groups of items go to a test file.
    test_share: Option<u8>,
    /// Whose judgments; everyone's if none.
    chosen_annotators: Option<BTreeSet<AnnotatorId>>,
    path: String,
    is_path_typed: bool,
    folder: String,
    name: String,
    /// The plan that the latest preview was asked for.
    asked: Option<ExportPlan>,
    preview: Asking<ExportPreview>,
    shows_job: bool,
    is_stopping: bool,
}

/// How the export stands.
type ExportJob = Job<ExportProgress, ExportReport>;

impl ExportDialog {
    /// A dialog for a project; exports are suggested to go beside it, and those of the sample to
    /// `documents_folder`, since people do not know where the sample lies.
    pub fn new(info: &ProjectInfo, documents_folder: &str) -> Self {
        let beside = form::folder_of(&info.path);
        let folder = if info.is_sample && !documents_folder.is_empty() {
            format!("{}/", documents_folder.trim_end_matches(['/', '\\']))
        } else {
            beside.to_owned()
        };
        let file = form::file_name_of(&info.path);
        let name = file.strip_suffix(".tiebreak").unwrap_or(file).to_owned();
        let mut formats = ExportFormat::ALL.into_iter();
        let mut dialog = Self {
            format: formats
                .find(|format| format.fits(&info.rubric.questions))
                .unwrap_or(ExportFormat::Tiebreak),
            policies: Policies::default(),
            labels: LabelChoice::People,
            identity: IdentityChoice::Names,
            test_share: None,
            chosen_annotators: None,
            path: String::new(),
            is_path_typed: false,
            folder,
            name,
            asked: None,
            preview: Asking::default(),
            shows_job: false,
            is_stopping: false,
        };
        dialog.suggest_path();
        dialog
    }

    /// A file was picked.
    pub fn picked(&mut self, pick: Pick, path: String) {
        if pick == Pick::ExportFile {
            self.path = path;
            self.is_path_typed = true;
        }
    }

    /// Whether it was said what is written, or where to.
    pub fn is_changed(&self) -> bool {
        !self.shows_job && (self.is_path_typed || self.plan() != ExportPlan::new(self.format))
    }

    /// The preview with this number arrived.
    pub fn preview_arrived(&mut self, number: u64, preview: Result<ExportPreview, ApiError>) {
        self.preview.arrived(number, preview);
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, desk: Option<&Desk>, wanted: &mut Vec<Action>) {
        let Some(desk) = desk else { return };
        let job = desk.export.as_ref();
        if matches!(job, Some(Job::Starting | Job::Running(..))) {
            self.shows_job = true;
        }
        let step = self.step(job);
        self.keep_previewed(scene, wanted);
        let mut signals = Signals { enter: form::is_enter_for_dialog(ui.ctx()), ..Signals::default() };
        let height = form::height(ui.ctx());
        let title = match step {
            Step::Form => "Export",
            Step::Running => "Exporting…",
            Step::Result => "Exported",
        };
        let response = Dialog::new("export", title).width(form::WIDTH).stay().show(
            ui.ctx(),
            self,
            |ui, state| {
                ui.set_min_height(height);
                match (step, job) {
                    (Step::Result, Some(Job::Ended(_, Ok(report)))) => {
                        job_step::result_ui(ui, report, height, wanted)
                    }
                    (Step::Running, job) => job_step::running_ui(ui, job),
                    _ => state.form_ui(ui, scene, desk, height, &mut signals, wanted),
                }
                signals
            },
            |ui, state| state.footer_ui(ui, step),
        );
        let signals = response.body;
        if signals.tries_again {
            self.asked = None;
        }
        self.shows_job |= signals.shows_result;
        if signals.replaces && self.missing().is_none() {
            self.start(true, wanted);
        }
        if let Some(button) = response.footer.or(signals.enter.then_some(Button::Primary)) {
            self.press(button, step, job, wanted);
        }
        self.keep_previewed(scene, wanted);
    }

    fn step(&self, job: Option<&ExportJob>) -> Step {
        match job {
            Some(Job::Starting | Job::Running(..)) => Step::Running,
            Some(Job::Ended(_, Ok(_))) if self.shows_job => Step::Result,
            _ => Step::Form,
        }
    }

    /// The plan as it is chosen now; what is not asked of this format is left out of it.
    fn plan(&self) -> ExportPlan {
        let mut plan = ExportPlan::new(self.format);
        self.policies.fill(&mut plan);
        if self.format.can_name_a_source() {
            plan.labels = self.labels;
        }
        if self.format != ExportFormat::Tiebreak {
            plan.annotators = self.chosen_annotators.iter().flatten().copied().collect();
            plan.identity = self.identity;
        }
        plan.test_share = self.test_share.filter(|_| self.format.can_be_split());
        plan
    }

    fn suggest_path(&mut self) {
        if !self.is_path_typed {
            let (word, extension) = (self.format.word(), self.format.extension());
            self.path = format!("{}{}-{word}.{extension}", self.folder, self.name);
        }
    }

    /// Asks for a preview where the plan is not the one that was asked for.
    fn keep_previewed(&mut self, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        let plan = self.plan();
        if self.asked.as_ref() == Some(&plan) {
            return;
        }
        let number = self.preview.ask(scene.now.monotonic_ms);
        self.asked = Some(plan.clone());
        wanted.push(Action::Send(Purpose::PreviewExport(number), Request::PreviewExport(plan)));
    }

    /// What keeps the export from starting, in a sentence.
    fn missing(&self) -> Option<String> {
        if self.preview.error.is_some() {
            return Some("The project cannot be read so".to_owned());
        }
        let Some(preview) = &self.preview.answer else { return Some("Reading the project…".to_owned()) };
        if self.chosen_annotators.as_ref().is_some_and(BTreeSet::is_empty)
            && self.format != ExportFormat::Tiebreak
        {
            return Some("Choose whose judgments".to_owned());
        }
        let unanswered = self.policies.unanswered(self.format, preview);
        if !unanswered.is_empty() {
            let words: Vec<&str> = unanswered.into_iter().map(PolicyQuestion::words).collect();
            return Some(format!("Say what becomes of {}", listed(&words)));
        }
        if self.path.trim().is_empty() {
            return Some("Say where the file goes".to_owned());
        }
        // What the project holds is known only from the answer to the latest question.
        self.preview.is_waiting.then(|| "Reading the project…".to_owned())
    }

    fn start(&mut self, replace: bool, wanted: &mut Vec<Action>) {
        let request = Request::StartExport { plan: self.plan(), path: self.path.trim().to_owned(), replace };
        self.shows_job = true;
        self.is_stopping = false;
        wanted.push(Action::Send(Purpose::StartExport, request));
    }

    fn footer_ui(&mut self, ui: &mut Ui, step: Step) -> Option<Button> {
        let missing = if step == Step::Form { self.missing() } else { None };
        let stop = if self.is_stopping { "Stopping…" } else { "Stop the export" };
        let primary = |label| FootButton::new(label, Button::Primary).key("Enter").enabled(missing.is_none());
        let buttons = match step {
            Step::Form => [primary("Export"), FootButton::new("Close", Button::Close).key("Escape")],
            Step::Running => {
                [primary("Go on judging"), FootButton::new(stop, Button::Stop).enabled(!self.is_stopping)]
            }
            Step::Result => [primary("Done"), FootButton::new("Export again…", Button::Again)],
        };
        form::foot_ui(ui, &buttons, missing.as_deref().unwrap_or_default())
    }

    fn press(&mut self, button: Button, step: Step, job: Option<&ExportJob>, wanted: &mut Vec<Action>) {
        match (button, step, job) {
            (Button::Primary, Step::Form, _) => {
                if self.missing().is_none() {
                    self.start(false, wanted);
                }
            }
            (Button::Stop, _, Some(Job::Running(job, _))) => {
                self.is_stopping = true;
                wanted.push(Action::Send(Purpose::Cancel, Request::Cancel(*job)));
            }
            (Button::Stop, ..) => {}
            (Button::Again, ..) => {
                self.shows_job = false;
                self.asked = None;
            }
            (Button::Primary, Step::Running, _) => {
                wanted.push(Action::CloseDialog);
                wanted.push(Action::Command(Command::ShowJudge));
            }
            (Button::Primary | Button::Close, ..) => wanted.push(Action::CloseDialog),
        }
    }
}

/// Words as a list in a sentence.
fn listed(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [one] => (*one).to_owned(),
        [rest @ .., last] => format!("{} and {last}", rest.join(", ")),
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Form,
    Running,
    Result,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Button {
    Primary,
    Stop,
    Again,
    Close,
}

/// What the body asks of the dialog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Signals {
    /// The primary button, by Enter.
    enter: bool,
    /// The preview anew.
    tries_again: bool,
    /// The result of the export before.
    shows_result: bool,
    /// Export over the file that is there.
    replaces: bool,
}
