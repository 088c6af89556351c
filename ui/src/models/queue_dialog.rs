//! What comes next, for the lead: by what it is chosen, how learning stands, and each of the next items with why.

use egui::{Grid, Ui};
use tiebreak_domain::learning::{LearningState, QueueAhead, QueueEntry};
use tiebreak_domain::reward::{ModelInfo, Prediction, Scorer};
use tiebreak_domain::{AnnotatorId, ApiError, Reply, Request, StudySetup};

use super::{Heard, Purpose, plot, queue_rules as rules, send, words};
use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::form::{self, counted, number};
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, Notice, caption_ui, text_ui};

/// How many of the next items are shown.
const SHOWN: u32 = 12;
/// The least confidence for taking the head's word in bulk.
const SURE: f64 = 0.95;

/// The dialog.
#[derive(Debug)]
pub struct QueueDialog {
    annotator: AnnotatorId,
    is_asked: bool,
    study: Option<StudySetup>,
    /// The models of this machine, whose embeddings and scores can be learned from.
    models: Vec<ModelInfo>,
    ahead: Option<QueueAhead>,
    error: Option<ApiError>,
    is_warned: bool,
}

impl QueueDialog {
    /// For what an annotator is asked.
    pub fn new(annotator: AnnotatorId) -> Self {
        Self {
            annotator,
            is_asked: false,
            study: None,
            models: Vec::new(),
            ahead: None,
            error: None,
            is_warned: false,
        }
    }

    fn ask_ahead(&self) -> (Purpose, Request) {
        (Purpose::QueueAhead, Request::QueueAhead { annotator: self.annotator, count: SHOWN })
    }

    /// The engine answered.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> Heard {
        match (purpose, result) {
            (Purpose::Study, Ok(Reply::Study(study))) => self.study = Some(*study),
            (Purpose::SetStudy, Ok(Reply::Study(study))) => {
                self.error = None;
                self.study = Some(*study);
                return Heard::Asks(vec![self.ask_ahead()]);
            }
            (Purpose::Models, Ok(Reply::Models(models))) => self.models = models.models,
            (Purpose::QueueAhead, Ok(Reply::QueueAhead(ahead))) => self.ahead = Some(*ahead),
            (Purpose::Labels, Ok(Reply::Count(count))) => {
                let labels = counted(count, "label of the model", "labels of the model");
                return Heard::Says(format!("{labels} taken; they are kept apart from judgments"));
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => self.error = Some(error),
        }
        Heard::Stays
    }

    /// Learning moved on: what comes next is asked for again.
    pub fn learning_changed(&mut self) -> Vec<(Purpose, Request)> {
        vec![self.ask_ahead()]
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, _scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        if !std::mem::replace(&mut self.is_asked, true) {
            wanted.push(send(Purpose::Study, Request::Study));
            wanted.push(send(Purpose::Models, Request::Models));
            let (purpose, request) = self.ask_ahead();
            wanted.push(send(purpose, request));
        }
        let height = form::height(ui.ctx());
        let before = self.study.as_ref().map(|study| study.learning.clone());
        let response = Dialog::new("queue", "What comes next").width(form::WIDTH).show(
            ui.ctx(),
            self,
            |ui, state| {
                let mut body = form::body(ui, height);
                form::columns_ui(
                    &mut body,
                    state,
                    height,
                    |ui, state| state.rules_ui(ui),
                    |ui, state| state.ahead_ui(ui),
                );
            },
            |ui, state| {
                let closes = ui.add(ActionButton::new("Done").primary().key("Escape")).clicked();
                (closes, state.bulk_ui(ui))
            },
        );
        let after = self.study.as_ref().map(|study| study.learning.clone());
        if before != after
            && let Some(study) = &self.study
        {
            wanted.push(send(Purpose::SetStudy, Request::SetStudy(Box::new(study.clone()))));
        }
        let (closes, bulk) = response.footer;
        wanted.extend(bulk);
        if closes || response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }

    /// The head's word in bulk, said once more before it is done.
    fn bulk_ui(&mut self, ui: &mut Ui) -> Option<Action> {
        let has_learned = self.ahead.as_ref().is_some_and(|ahead| ahead.state.votes > 0);
        let label = if self.is_warned {
            format!("Take them as labels of the model, above {}", words::percent(SURE))
        } else {
            "Take the head's word where it is sure…".to_owned()
        };
        let button = ActionButton::new(&label).enabled(has_learned).help(
            "Open items of which the head is surer than that get a label of the model; people's judgments stay apart",
        );
        if !ui.add(button).clicked() {
            return None;
        }
        if !std::mem::replace(&mut self.is_warned, true) {
            return None;
        }
        self.is_warned = false;
        let request = Request::AcceptModelLabels { above: SURE, by: Scorer::Head, of: Box::default() };
        Some(send(Purpose::Labels, request))
    }

    fn rules_ui(&mut self, ui: &mut Ui) {
        if let Some(error) = &self.error {
            text_ui(ui, with_capital(&error.message), Ink::Loss, Face::Medium, text::SMALL);
        }
        match &mut self.study {
            Some(study) => rules::rules_ui(ui, &mut study.learning, &self.models),
            None => form::note_ui(ui, "Asking how the study is set up…"),
        }
    }

    fn ahead_ui(&mut self, ui: &mut Ui) {
        let Some(ahead) = &self.ahead else {
            form::note_ui(ui, "Asking what comes next…");
            return;
        };
        let is_learning = self.study.as_ref().is_none_or(|study| study.learning.is_some());
        let state = &ahead.state;
        if is_learning && state.features.is_empty() && state.remarks.is_empty() {
            form::note_ui(ui, "Reading the items and the votes so far…");
            return;
        }
        if is_learning {
            state_ui(ui, state);
        }
        form::titled_ui(ui, "Next", |ui| entries_ui(ui, &ahead.entries));
    }
}

fn state_ui(ui: &mut Ui, state: &LearningState) {
    form::titled_ui(ui, "What it has learned", |ui| {
        if !state.features.is_empty() {
            let mut from = format!("From {}", state.features);
            if !state.priors.is_empty() {
                from.push_str(&format!(", starting from {}", state.priors.join(", ")));
            }
            form::note_ui(ui, from);
        }
        let votes = format!(
            "{} learned from, {} of them on audits · {} to choose from · sure of {}",
            counted(state.votes, "vote", "votes"),
            number(state.audit_votes),
            counted(state.pairs, "pair", "pairs"),
            number(state.sure)
        );
        text_ui(ui, votes, Ink::First, Face::Regular, text::SMALL);
        match &state.accuracy {
            Some(accuracy) => {
                let words = format!("Right on {}", words::interval(accuracy));
                text_ui(ui, words, Ink::First, Face::SemiBold, text::BODY);
                if state.curve.len() > 1 {
                    plot::curve_ui(ui, "learning curve", &state.curve);
                }
            }
            None => form::note_ui(ui, "Accuracy is told once some audits are judged"),
        }
        if let Some(gain) = &state.next_200 {
            form::note_ui(ui, format!("The next 200 votes are likely to bring {}", words::points(gain)));
        }
        if let Some(stopping) = &state.stopping {
            Notice::info("Going on is likely to teach little").why(stopping).show(ui);
        }
        for remark in &state.remarks {
            text_ui(ui, with_capital(remark), Ink::LookAgain, Face::Regular, text::SMALL);
        }
    });
}

fn entries_ui(ui: &mut Ui, entries: &[QueueEntry]) {
    if entries.is_empty() {
        form::note_ui(ui, "Nothing is open for whoever sits here");
        return;
    }
    Grid::new("queue ahead").num_columns(3).spacing([space::LARGE, space::SMALL]).show(ui, |ui| {
        for column in ["Item", "Why", "The head"] {
            caption_ui(ui, column);
        }
        ui.end_row();
        for entry in entries {
            ui.vertical(|ui| {
                ui.set_max_width(170.0);
                text_ui(ui, format!("#{}", entry.item), Ink::First, Face::Figures, text::SMALL);
                form::line_ui(ui, &entry.prompt, Ink::Second, Face::Regular, text::SMALL);
            });
            ui.vertical(|ui| {
                ui.set_max_width(190.0);
                text_ui(ui, with_capital(&entry.reason), Ink::First, Face::Regular, text::SMALL);
            });
            let belief = entry.prediction.as_ref().map_or_else(|| "–".to_owned(), prediction_words);
            text_ui(ui, belief, Ink::Second, Face::Figures, text::SMALL);
            ui.end_row();
        }
    });
}

fn prediction_words(prediction: &Prediction) -> String {
    format!(
        "{} · {} · {}",
        words::percent(prediction.a),
        words::percent(prediction.tie),
        words::percent(prediction.b)
    )
}
