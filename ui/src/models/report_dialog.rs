//! How models do against the people, for the lead: a row for the head, each model and each baseline, and how
//! honest each confidence is.

use egui::{Grid, Ui};
use tiebreak_domain::model_report::{CalibrationReport, ModelReport, RatingReport, ReportFilter, ReportRow};
use tiebreak_domain::{ApiError, Reply, Request};

use super::{Heard, Purpose, plot, send, words};
use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::form::{self, counted, number};
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::{control, space, text};
use crate::widget::{ActionButton, Dialog, Ink, caption_ui, text_ui};

const NOTHING: &str = "–";

/// The dialog.
#[derive(Debug, Default)]
pub struct ReportDialog {
    is_asked: bool,
    filter: ReportFilter,
    report: Option<ModelReport>,
    /// The row whose plots are shown.
    chosen: usize,
    column: String,
    path: String,
    error: Option<ApiError>,
}

impl ReportDialog {
    /// That may be written into a folder.
    pub fn new(documents_folder: &str) -> Self {
        let path = format!("{documents_folder}/models-against-people.html");
        Self { path, ..Self::default() }
    }

    /// The engine answered.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> Heard {
        match (purpose, result) {
            (Purpose::Report, Ok(Reply::ModelReport(report))) => {
                self.error = None;
                self.chosen =
                    report.rows.iter().position(|row| row.calibration.is_some()).unwrap_or_default();
                self.report = Some(*report);
            }
            (Purpose::SaveReport, Ok(_)) => return Heard::Says(format!("The report is in {}", self.path)),
            (_, Ok(_)) => {}
            (_, Err(error)) => self.error = Some(error),
        }
        Heard::Stays
    }

    /// A place for the page was picked.
    pub fn picked(&mut self, path: String) {
        self.path = path;
    }

    fn ask(&mut self) -> Action {
        let column = self.column.trim();
        self.filter.slice_column = (!column.is_empty()).then(|| column.to_owned());
        send(Purpose::Report, Request::ModelReport(self.filter.clone()))
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        if !std::mem::replace(&mut self.is_asked, true) {
            let ask = self.ask();
            wanted.push(ask);
        }
        let height = form::height(ui.ctx());
        let response = Dialog::new("model report", "Models against people").width(form::WIDTH).show(
            ui.ctx(),
            self,
            |ui, state| {
                let mut asked = Vec::new();
                let mut body = form::body(ui, height);
                form::columns_ui(
                    &mut body,
                    &mut (state, &mut asked),
                    height,
                    |ui, (state, asked)| state.table_ui(ui, asked),
                    |ui, (state, asked)| state.right_ui(ui, scene, asked),
                );
                asked
            },
            |ui, state| {
                let closes = ui.add(ActionButton::new("Done").primary().key("Escape")).clicked();
                let can_write = state.report.is_some() && !state.path.trim().is_empty();
                (closes, ui.add(ActionButton::new("Write the page").enabled(can_write)).clicked())
            },
        );
        wanted.extend(response.body);
        let (closes, writes) = response.footer;
        if writes {
            let request = Request::SaveModelReport {
                filter: self.filter.clone(),
                path: self.path.trim().to_owned(),
                replace: true,
            };
            wanted.push(send(Purpose::SaveReport, request));
        }
        if closes || response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }

    fn table_ui(&mut self, ui: &mut Ui, asked: &mut Vec<Action>) {
        if let Some(error) = &self.error {
            text_ui(ui, with_capital(&error.message), Ink::Loss, Face::Medium, text::SMALL);
            if let Some(hint) = &error.hint {
                form::note_ui(ui, with_capital(hint));
            }
        }
        if form::check_ui(ui, &mut self.filter.audit_only, "Only items drawn at random") {
            let ask = self.ask();
            asked.push(ask);
        }
        let label = "Slice by a column";
        let field = crate::widget::text_field_ui(ui, label, &mut self.column, "category");
        if field.lost_focus() {
            let ask = self.ask();
            asked.push(ask);
        }
        let Some(report) = &self.report else {
            form::note_ui(ui, "Counting…");
            return;
        };
        let votes = format!(
            "{}, {} of them on items drawn at random",
            counted(report.votes, "vote", "votes"),
            number(report.audit_votes)
        );
        text_ui(ui, votes, Ink::First, Face::Medium, text::BODY);
        if report.rows.is_empty() {
            form::note_ui(ui, "No pair was judged yet that a model has something to say about");
        }
        let mut chosen = self.chosen;
        Grid::new("model report").num_columns(4).spacing([space::MEDIUM, space::SMALL]).show(ui, |ui| {
            for column in ["Who", "Votes", "Right", "With ties"] {
                caption_ui(ui, column);
            }
            ui.end_row();
            for (index, row) in report.rows.iter().enumerate() {
                let name = row_name(row);
                if row.calibration.is_some() {
                    let button = ActionButton::new(&name).small().choice(index == chosen);
                    if ui.add(button).clicked() {
                        chosen = index;
                    }
                } else {
                    // A baseline has no plots to choose; its name stands where those of the buttons do.
                    ui.horizontal(|ui| {
                        ui.set_min_height(control::SMALL_HEIGHT);
                        ui.add_space(space::MEDIUM);
                        text_ui(ui, name, Ink::Second, Face::Medium, text::SMALL);
                    });
                }
                text_ui(ui, number(row.votes), Ink::First, Face::Figures, text::SMALL);
                for accuracy in [&row.accuracy, &row.accuracy_with_ties] {
                    let said = accuracy.as_ref().map_or_else(|| NOTHING.to_owned(), words::short_interval);
                    text_ui(ui, said, Ink::First, Face::Figures, text::SMALL);
                }
                ui.end_row();
            }
        });
        self.chosen = chosen;
        if !report.ratings.is_empty() {
            form::titled_ui(ui, "Ratings foretold", |ui| ratings_ui(ui, &report.ratings));
        }
        for remark in &report.remarks {
            form::note_ui(ui, with_capital(remark));
        }
    }

    fn right_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, asked: &mut Vec<Action>) {
        if let Some(report) = &self.report {
            if let Some(row) = report.rows.get(self.chosen)
                && let Some(calibration) = &row.calibration
            {
                let name = row_name(row);
                form::titled_ui(ui, &name, |ui| calibration_ui(ui, calibration));
            }
            if let Some(anchoring) = &report.anchoring {
                form::titled_ui(ui, "What showing scores does", |ui| {
                    let words = format!(
                        "People agreed with the model on {} where they saw its scores, and on {} where they did \
                         not: a shift of {}",
                        words::interval(&anchoring.visible),
                        words::interval(&anchoring.hidden),
                        words::points(&anchoring.shift)
                    );
                    text_ui(ui, words, Ink::First, Face::Regular, text::SMALL);
                });
            }
            if report.curve.len() > 1 {
                form::titled_ui(ui, "The head over time", |ui| {
                    plot::curve_ui(ui, "report curve", &report.curve)
                });
            }
        }
        form::titled_ui(ui, "As a page", |ui| {
            let field =
                form::path_field_ui(ui, "HTML file", &mut self.path, "report.html", scene.has_dialogs);
            if field.browses {
                wanted_dialog(asked, &self.path);
            }
        });
    }
}

fn wanted_dialog(asked: &mut Vec<Action>, path: &str) {
    asked.push(Action::Dialog(Pick::ReportFile, form::file_name_of(path).to_owned()));
}

/// Who, on what: "the head", "small · helpfulness · code".
fn row_name(row: &ReportRow) -> String {
    let mut name = row.name.clone();
    let dimension = Some(&row.dimension).filter(|dimension| *dimension != "overall");
    for part in dimension.into_iter().chain(&row.slice) {
        name.push_str(" · ");
        name.push_str(part);
    }
    name
}

/// Errors of the rating heads beside those of two simple guesses.
fn ratings_ui(ui: &mut Ui, ratings: &[RatingReport]) {
    form::note_ui(ui, "Mean absolute error on prompts that the head had not seen, in points of the scale");
    Grid::new("ratings foretold").num_columns(6).spacing([space::MEDIUM, space::SMALL]).show(ui, |ui| {
        for column in ["Question", "Ratings", "Head", "Item's mean", "Mean", "Correlation"] {
            caption_ui(ui, column);
        }
        ui.end_row();
        for row in ratings {
            text_ui(ui, &row.dimension, Ink::Second, Face::Regular, text::SMALL);
            let correlation = row.correlation.as_ref().map_or_else(|| NOTHING.to_owned(), words::figure);
            let figures = [
                number(row.ratings),
                words::figure(&row.error),
                words::figure(&row.item_mean_error),
                words::figure(&row.overall_mean_error),
                correlation,
            ];
            for figure in figures {
                text_ui(ui, figure, Ink::First, Face::Figures, text::SMALL);
            }
            ui.end_row();
        }
    });
}

fn calibration_ui(ui: &mut Ui, calibration: &CalibrationReport) {
    let ece = &calibration.ece;
    let mut facts = format!(
        "Calibration error {:.3} ({:.3} to {:.3}), {:.3} over equal masses · Brier {:.3} · {:.3} nats a vote",
        ece.estimate, ece.low, ece.high, calibration.ece_equal_mass, calibration.brier, calibration.nll
    );
    if let Some(temperature) = calibration.temperature {
        facts.push_str(&format!(" · temperature {temperature:.2}"));
    }
    text_ui(ui, facts, Ink::First, Face::Regular, text::SMALL);
    caption_ui(ui, "Confidence and share that was right");
    plot::reliability_ui(ui, "reliability", &calibration.bins);
    caption_ui(ui, "Coverage and what goes wrong");
    plot::risk_ui(ui, "risk", &calibration.risk_coverage);
    for (confidence, wrong, votes) in &calibration.wrong_at {
        let words = format!(
            "Wrong where it was at least {} sure: {} of {}",
            words::percent(*confidence),
            words::fine_percent(wrong.estimate),
            counted(*votes, "vote", "votes")
        );
        form::note_ui(ui, words);
    }
}
