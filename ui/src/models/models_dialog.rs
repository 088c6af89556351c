//! The models of this machine: what runs them, what each is good for, adding and removing one, and letting them
//! score the open project.

use egui::Ui;
use tiebreak_domain::reward::{
    MachineReport, ModelInfo, ModelKey, ModelPlace, Models, ScoringReport, ServerToken,
};
use tiebreak_domain::{ApiError, ErrorCode, JobId, Reply, Request};

use super::{Heard, ModelWork, Purpose, send, words};
use crate::app::notice::with_capital;
use crate::app::tickets;
use crate::app::{Action, Scene};
use crate::desk::Job;
use crate::form::{self, counted, duration, number, size};
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::text;
use crate::widget::{
    ActionButton, BarKind, Dialog, Edge, Ink, Notice, caption_ui, card_frame, progress_bar_ui,
    secret_field_ui, text_ui,
};

/// The dialog.
#[derive(Debug, Default)]
pub struct ModelsDialog {
    is_asked: bool,
    models: Option<Models>,
    place: String,
    error: Option<ApiError>,
    /// The model that is to go, until that is said once more.
    doomed: Option<ModelKey>,
    /// The model whose server is being given a token, and what was typed of it.
    token: Option<(ModelKey, ServerToken)>,
}

/// What a button of the dialog asks for.
enum Asked {
    Add,
    Remove(ModelKey),
    /// A token is to be typed, or no longer.
    Type(Option<ModelKey>),
    Keep(ModelKey),
    Forget(ModelKey),
    Score(Vec<ModelKey>),
    Stop(JobId),
}

impl ModelsDialog {
    /// The engine answered.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> Heard {
        match (purpose, result) {
            (Purpose::Models, Ok(Reply::Models(models))) => self.models = Some(*models),
            (Purpose::Remove, Ok(_)) => {
                self.doomed = None;
                return Heard::Asks(vec![(Purpose::Models, Request::Models)]);
            }
            (Purpose::KeepToken, Ok(_)) => {
                (self.error, self.token) = (None, None);
                return Heard::Says("The token is in the system's keyring".to_owned());
            }
            (Purpose::ForgetToken, Ok(_)) => {
                (self.error, self.token) = (None, None);
                return Heard::Says("The token is forgotten".to_owned());
            }
            (_, Ok(_)) => self.error = None,
            (_, Err(error)) => self.error = Some(error),
        }
        Heard::Stays
    }

    /// A folder was picked.
    pub fn picked(&mut self, path: String) {
        self.place = path;
    }

    /// Something changed beside the dialog: what it shows is asked for again.
    pub fn ask_again(&mut self) {
        self.is_asked = false;
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, has_project: bool, wanted: &mut Vec<Action>) {
        if !std::mem::replace(&mut self.is_asked, true) {
            wanted.push(send(Purpose::Models, Request::Models));
        }
        let height = form::height(ui.ctx());
        let work = scene.models;
        let response = Dialog::new("models", "Reward models").width(form::WIDTH).show(
            ui.ctx(),
            self,
            |ui, state| {
                let mut asked = None;
                let mut body = form::body(ui, height);
                form::columns_ui(
                    &mut body,
                    &mut (state, &mut asked, &mut *wanted),
                    height,
                    |ui, (state, asked, _)| state.list_ui(ui, work, has_project, asked),
                    |ui, (state, asked, wanted)| state.right_ui(ui, scene, asked, wanted),
                );
                asked
            },
            |ui, state| {
                let closes = ui.add(ActionButton::new("Done").primary().key("Escape")).clicked();
                let can_score =
                    has_project && state.usable().next().is_some() && !is_running(work.scoring.as_ref());
                let score = ActionButton::new("Score with all").enabled(can_score).help(
                    "Let every model that fits score the candidates of this project; you can go on judging",
                );
                (closes, ui.add(score).clicked())
            },
        );
        let (closes, scores_all) = response.footer;
        let asked = response.body.or(scores_all.then(|| Asked::Score(Vec::new())));
        match asked {
            Some(Asked::Add) => wanted.extend(self.add()),
            Some(Asked::Remove(key)) => {
                if self.doomed.as_ref() == Some(&key) {
                    wanted.push(send(Purpose::Remove, Request::RemoveModel(key)));
                } else {
                    self.doomed = Some(key);
                }
            }
            Some(Asked::Type(model)) => {
                self.error = None;
                self.token = model.map(|model| (model, ServerToken::default()));
            }
            Some(Asked::Keep(model)) => {
                let typed = self.token.as_ref().filter(|(of, _)| *of == model);
                if let Some(token) = typed.map(|(_, token)| token.clone()) {
                    wanted.push(send(Purpose::KeepToken, Request::KeepToken { model, token }));
                }
            }
            Some(Asked::Forget(model)) => {
                wanted.push(send(Purpose::ForgetToken, Request::ForgetToken(model)));
            }
            Some(Asked::Score(models)) => {
                wanted
                    .push(send(Purpose::StartScoring, Request::StartScoring { models, keeps_watch: false }));
            }
            Some(Asked::Stop(job)) => {
                wanted.push(Action::Send(tickets::Purpose::Cancel, Request::Cancel(job)))
            }
            None => {}
        }
        if closes || response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }

    fn usable(&self) -> impl Iterator<Item = &ModelInfo> {
        self.models.iter().flat_map(|models| &models.models).filter(|model| model.problem.is_none())
    }

    fn add(&mut self) -> Option<Action> {
        let place = self.place.trim().to_owned();
        if place.is_empty() {
            return None;
        }
        self.error = None;
        let is_address = place.starts_with("http://") || place.starts_with("https://");
        let place = if is_address { ModelPlace::Address(place) } else { ModelPlace::Folder(place) };
        Some(send(Purpose::Add, Request::AddModel(place)))
    }

    fn list_ui(&mut self, ui: &mut Ui, work: &ModelWork, has_project: bool, asked: &mut Option<Asked>) {
        let Some(models) = &self.models else {
            match &self.error {
                Some(error) => error_ui(ui, error),
                None => form::note_ui(ui, "Looking at what is on this machine…"),
            }
            return;
        };
        if let Some(job) = &work.scoring {
            scoring_ui(ui, job, asked);
        }
        let mut token = self.token.clone();
        // Those first that have something to say about this project.
        let (fitting, others): (Vec<_>, Vec<_>) =
            models.models.iter().partition(|model| model.scorable > 0 || model.problem.is_some());
        for model in fitting.into_iter().chain(others) {
            self.model_ui(ui, model, has_project, is_running(work.scoring.as_ref()), asked);
            if model.server.is_some() {
                token_ui(ui, &model.key, &mut token, asked);
            }
        }
        if models.models.is_empty() {
            form::note_ui(
                ui,
                "No model is here yet; the head learns from votes without one, only more slowly",
            );
        }
        self.token = token;
    }

    fn model_ui(
        &self,
        ui: &mut Ui,
        model: &ModelInfo,
        has_project: bool,
        is_scoring: bool,
        asked: &mut Option<Asked>,
    ) {
        form::section_ui(ui, ("model", model.key.0.as_str()), |ui| {
            card_frame(ui, Edge::Plain).show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.horizontal_wrapped(|ui| {
                    text_ui(ui, &model.name, Ink::First, Face::SemiBold, text::BODY);
                    text_ui(ui, &model.version, Ink::Third, Face::Figures, text::SMALL);
                });
                form::note_ui(ui, model.description.as_str());
                form::note_ui(ui, facts(model));
                if let Some(problem) = &model.problem {
                    text_ui(ui, with_capital(problem), Ink::Loss, Face::Medium, text::SMALL);
                }
                let can_score = has_project && model.problem.is_none() && model.scorable > 0;
                if !can_score && model.is_bundled {
                    return;
                }
                ui.horizontal_wrapped(|ui| {
                    if can_score {
                        let share = model.scored as f32 / model.scorable as f32;
                        let name = format!("Scored by {}", model.name);
                        let kind =
                            if model.scored >= model.scorable { BarKind::Done } else { BarKind::Running };
                        progress_bar_ui(ui, &name, share, 120.0, kind);
                        let of = format!("{} of {}", number(model.scored), number(model.scorable));
                        text_ui(ui, of, Ink::Second, Face::Figures, text::SMALL);
                        if model.scored < model.scorable {
                            let button = ActionButton::new("Score").small().enabled(!is_scoring);
                            if ui.add(button).clicked() {
                                *asked = Some(Asked::Score(vec![model.key.clone()]));
                            }
                        }
                    }
                    if !model.is_bundled {
                        let is_doomed = self.doomed.as_ref() == Some(&model.key);
                        let button = if is_doomed {
                            ActionButton::new("Remove it from this machine").small().danger()
                        } else {
                            ActionButton::new("Remove…").small().quiet()
                        };
                        if ui.add(button).clicked() {
                            *asked = Some(Asked::Remove(model.key.clone()));
                        }
                    }
                });
            });
        });
    }

    fn right_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        asked: &mut Option<Asked>,
        wanted: &mut Vec<Action>,
    ) {
        form::titled_ui(ui, "Add a model", |ui| {
            form::note_ui(
                ui,
                "A folder with a reward.toml, or the address of one; nothing is fetched unasked",
            );
            let label = "Folder or address";
            let field =
                form::path_field_ui(ui, label, &mut self.place, "/models/my-model", scene.has_dialogs);
            if field.browses {
                wanted.push(Action::Dialog(Pick::ModelFolder, String::new()));
            }
            let is_installing = is_running(scene.models.install.as_ref());
            let can_add = !self.place.trim().is_empty() && !is_installing;
            if ui.add(ActionButton::new("Add").small().enabled(can_add)).clicked()
                || (field.entered && can_add)
            {
                *asked = Some(Asked::Add);
            }
            match &scene.models.install {
                Some(Job::Running(job, Some(progress))) => {
                    let share = progress.done_bytes as f32 / progress.total_bytes.max(1) as f32;
                    progress_bar_ui(ui, "Bringing the model here", share, 200.0, BarKind::Running);
                    let words = format!(
                        "{}: {} of {}",
                        progress.file,
                        size(progress.done_bytes),
                        size(progress.total_bytes)
                    );
                    form::note_ui(ui, words);
                    if ui.add(ActionButton::new("Stop").small()).clicked() {
                        *asked = Some(Asked::Stop(*job));
                    }
                }
                Some(Job::Ended(_, Err(error))) if error.code != ErrorCode::Cancelled => error_ui(ui, error),
                Some(Job::Ended(_, Ok(model))) => {
                    Notice::success(&format!("{} is here", model.name)).show(ui);
                }
                _ => {}
            }
            if let Some(error) = self.error.as_ref().filter(|_| self.models.is_some()) {
                error_ui(ui, error);
            }
        });
        if let Some(models) = &self.models {
            form::titled_ui(ui, "What runs them", |ui| machine_ui(ui, &models.machine));
        }
    }
}

fn is_running<P, R>(job: Option<&Job<P, R>>) -> bool {
    matches!(job, Some(Job::Starting | Job::Running(..)))
}

/// The token for a model's server: asked for on a click, and never shown.
fn token_ui(
    ui: &mut Ui,
    model: &ModelKey,
    typed: &mut Option<(ModelKey, ServerToken)>,
    asked: &mut Option<Asked>,
) {
    let Some((_, token)) = typed.as_mut().filter(|(of, _)| of == model) else {
        let button = ActionButton::new("Token…").small().quiet();
        if ui.add(button.help("What its server wants to see; it is kept in the system's keyring")).clicked() {
            *asked = Some(Asked::Type(Some(model.clone())));
        }
        return;
    };
    secret_field_ui(ui, "Token for its server", &mut token.0);
    ui.horizontal_wrapped(|ui| {
        let has_token = !token.0.trim().is_empty();
        if ui.add(ActionButton::new("Keep in the keyring").small().enabled(has_token)).clicked() {
            *asked = Some(Asked::Keep(model.clone()));
        }
        if ui.add(ActionButton::new("Forget the one that is kept").small().quiet()).clicked() {
            *asked = Some(Asked::Forget(model.clone()));
        }
        if ui.add(ActionButton::new("Never mind").small().quiet()).clicked() {
            *asked = Some(Asked::Type(None));
        }
    });
}

/// What a model looks at, gives and weighs, on one line.
fn facts(model: &ModelInfo) -> String {
    let mut facts = vec![format!("reads {}", model.input.label())];
    if !model.dimensions.is_empty() {
        facts.push(format!("scores {}", model.dimensions.join(", ")));
    }
    if model.gives_embedding {
        facts.push("gives features to learn from".to_owned());
    }
    facts.push(size(model.size_bytes));
    facts.push(model.licence.clone());
    if let Some(server) = &model.server {
        facts.push(format!("computed by {server}"));
    }
    if model.is_bundled {
        facts.push("came with the program".to_owned());
    }
    facts.join(" · ")
}

fn machine_ui(ui: &mut Ui, machine: &MachineReport) {
    text_ui(ui, &machine.runtime, Ink::First, Face::Medium, text::BODY);
    if let Some(library) = &machine.library {
        form::line_ui(ui, library, Ink::Third, Face::Mono, text::SMALL);
    }
    for provider in &machine.providers {
        let words =
            if provider.is_used { format!("{}, in use", provider.name) } else { provider.name.clone() };
        let ink = if provider.is_used { Ink::Saved } else { Ink::Second };
        text_ui(ui, words, ink, Face::Regular, text::SMALL);
    }
    caption_ui(ui, "Devices");
    for device in &machine.devices {
        let memory = device.memory_bytes.map(|bytes| format!(", {}", size(bytes))).unwrap_or_default();
        form::note_ui(ui, format!("{}{memory}", device.name));
    }
    for refused in &machine.refused {
        form::note_ui(ui, format!("{} was not taken: {}", refused.path, refused.reason));
    }
    for advice in &machine.advice {
        text_ui(ui, with_capital(advice), Ink::LookAgain, Face::Regular, text::SMALL);
    }
}

fn scoring_ui(ui: &mut Ui, job: &super::ScoringJob, asked: &mut Option<Asked>) {
    match job {
        Job::Starting | Job::Running(_, None) => form::note_ui(ui, "Getting ready to score…"),
        Job::Running(job, Some(progress)) => {
            let share = progress.done as f32 / progress.total.max(1) as f32;
            progress_bar_ui(ui, "Scoring", share, ui.available_width(), BarKind::Running);
            let left = progress.left_s.map(|left| format!(", {} left", duration((left * 1000.0) as u64)));
            let words = format!(
                "{}: {} of {}, {:.0} a second{}",
                progress.name,
                number(progress.done),
                number(progress.total),
                progress.per_second,
                left.unwrap_or_default()
            );
            form::note_ui(ui, words);
            if ui.add(ActionButton::new("Stop").small().help("What is scored is kept")).clicked() {
                *asked = Some(Asked::Stop(*job));
            }
        }
        Job::Ended(_, Ok(report)) => {
            let (what, why) = scored_words(report);
            let notice =
                if report.refused_count > 0 { Notice::warning(&what) } else { Notice::success(&what) };
            notice.why(&why).show(ui);
        }
        Job::Ended(_, Err(error)) => error_ui(ui, error),
    }
}

/// What scoring did, and the rest of it.
pub(super) fn scored_words(report: &ScoringReport) -> (String, String) {
    let mut what = format!("{} scored", counted(report.scored, "candidate", "candidates"));
    if report.is_partial {
        what.push_str(", then stopped");
    }
    let mut why =
        vec![format!("{} were known", number(report.known)), duration((report.seconds * 1000.0) as u64)];
    if report.refused_count > 0 {
        why.push(format!("{} could not be scored", number(report.refused_count)));
    }
    why.extend(report.refused.first().map(|refusal| format!("item {}: {}", refusal.item, refusal.reason)));
    if report.scored > 0 && report.real_share < 1.0 {
        why.push(format!("{} of the work was no padding", words::percent(report.real_share)));
    }
    why.extend(report.remarks.iter().cloned());
    (what, why.join(" · "))
}

fn error_ui(ui: &mut Ui, error: &ApiError) {
    let what = with_capital(&error.message);
    let hint = error.hint.as_deref().map(with_capital).unwrap_or_default();
    let notice = Notice::error(&what);
    if hint.is_empty() { notice } else { notice.todo(&hint) }.show(ui);
}
