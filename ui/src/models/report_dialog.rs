//! How models do against the people, for the lead: a row for the head, each model and each baseline, and how
//! honest each confidence is.

use egui::{Grid, Ui};
use tiebreak_domain::model_report::{CalibrationReport, ModelReport, RatingReport, ReportFilter, ReportRow};
use tiebreak_domain::{ApiError, ErrorCode, Reply, Request};

use super::{Heard, Purpose, plot, send, words};
use crate::app::notice::with_capital;
use crate::app::{Action, Scene};
use crate::form::{self, counted, number};
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::{control, space, text};
use crate::widget::{ActionButton, Dialog, Ink, Notice, caption_ui, text_ui};

const NOTHING: &str = "–";
/// The column of names and that of numbers, so that the tables of several questions stand under each other.
const WHO_WIDTH: f32 = 150.0;
const VOTES_WIDTH: f32 = 40.0;

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
    /// Where a page was last wanted, and what is there already if it could not be written for that.
    written: String,
    taken: Option<ApiError>,
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
            (Purpose::SaveReport, Ok(_)) => {
                (self.error, self.taken) = (None, None);
                return Heard::Says(format!("The report is in {}", self.written));
            }
            (Purpose::SaveReport, Err(error)) if error.code == ErrorCode::Exists => self.taken = Some(error),
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

    fn write(&mut self, replace: bool) -> Action {
        self.path.trim().clone_into(&mut self.written);
        self.taken = None;
        let (filter, path) = (self.filter.clone(), self.written.clone());
        send(Purpose::SaveReport, Request::SaveModelReport { filter, path, replace })
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
            let write = self.write(false);
            wanted.push(write);
        }
        if closes || response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }

    fn table_ui(&mut self, ui: &mut Ui, asked: &mut Vec<Action>) {
        self.taken_ui(ui, asked);
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
        let mut votes = format!(
            "{}, {} of them on items drawn at random",
            counted(report.votes, "vote", "votes"),
            number(report.audit_votes)
        );
        if report.unchosen_votes > 0 {
            votes.push_str(&format!(", {} on items that no model chose", number(report.unchosen_votes)));
        }
        text_ui(ui, votes, Ink::First, Face::Medium, text::BODY);
        if report.rows.is_empty() {
            form::note_ui(ui, "No pair was judged yet that a model has something to say about");
        }
        let mut chosen = self.chosen;
        let groups = report.rows.chunk_by(|one, next| group_name(one) == group_name(next));
        let mut first = 0;
        for group in groups {
            rows_ui(ui, first, group, &mut chosen);
            first += group.len();
        }
        self.chosen = chosen;
        if !report.ratings.is_empty() {
            form::titled_ui(ui, "Ratings foretold", |ui| ratings_ui(ui, &report.ratings));
        }
        for remark in &report.remarks {
            form::note_ui(ui, with_capital(remark));
        }
    }

    /// A file is where the page was to go, and is written over only where somebody says so.
    fn taken_ui(&mut self, ui: &mut Ui, asked: &mut Vec<Action>) {
        let Some(error) = self.taken.as_ref().filter(|_| self.path.trim() == self.written) else { return };
        let why = with_capital(&error.message);
        let notice = Notice::warning("This file is there already").why(&why);
        let notice = notice.todo("Choose another name, or write over it").action("Replace the file");
        if notice.show(ui).is_some() {
            let write = self.write(true);
            asked.push(write);
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
                        "People agreed with the model on {} of {} where they saw its scores, and on {} of {} where \
                         chance hid them: a shift of {}",
                        words::interval(&anchoring.visible),
                        counted(anchoring.visible_votes, "vote", "votes"),
                        words::interval(&anchoring.hidden),
                        counted(anchoring.hidden_votes, "vote", "votes"),
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
            if let Some(gain) = &report.next_200 {
                form::note_ui(ui, format!("The next 200 votes are likely to bring {}", words::points(gain)));
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
    let group = group_name(row);
    if group.is_empty() { row.name.clone() } else { format!("{} · {group}", row.name) }
}

/// On what: "helpfulness · code"; nothing where it is the only question, on all items.
fn group_name(row: &ReportRow) -> String {
    let dimension = Some(row.dimension.as_str()).filter(|dimension| *dimension != "overall");
    let parts: Vec<&str> = dimension.into_iter().chain(row.slice.as_deref()).collect();
    parts.join(" · ")
}

/// Errors of the rating heads beside those of two simple guesses.
/// The rows about one question and one slice, of which `first` is the place among all. What they are about stands
/// above them, on a line of its own, because a question can be as long as a sentence.
fn rows_ui(ui: &mut Ui, first: usize, rows: &[ReportRow], chosen: &mut usize) {
    let group = rows.first().map(group_name).unwrap_or_default();
    if !group.is_empty() {
        form::line_ui(ui, &group, Ink::First, Face::SemiBold, text::SMALL);
    }
    let grid = Grid::new(("model report", first)).num_columns(4).spacing([space::MEDIUM, space::SMALL]);
    grid.show(ui, |ui| {
        for (place, column) in ["Who", "Votes", "Right", "With ties"].into_iter().enumerate() {
            ui.scope(|ui| {
                ui.set_min_width(if place == 0 { WHO_WIDTH } else { VOTES_WIDTH });
                caption_ui(ui, column);
            });
        }
        ui.end_row();
        for (index, row) in (first..).zip(rows) {
            if row.calibration.is_some() {
                let button = ActionButton::new(&row.name).small().choice(index == *chosen);
                if ui.add(button).clicked() {
                    *chosen = index;
                }
            } else {
                // A baseline has no plots to choose; its name stands where those of the buttons do.
                ui.horizontal(|ui| {
                    ui.set_min_height(control::SMALL_HEIGHT);
                    ui.add_space(space::MEDIUM);
                    text_ui(ui, &row.name, Ink::Second, Face::Medium, text::SMALL);
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
}

fn ratings_ui(ui: &mut Ui, ratings: &[RatingReport]) {
    form::note_ui(ui, "Mean absolute error on prompts that the head had not seen, in points of the scale");
    for row in ratings {
        let ratings = counted(row.ratings, "rating", "ratings");
        form::line_ui(ui, &format!("{} · {ratings}", row.dimension), Ink::First, Face::SemiBold, text::SMALL);
        let correlation = row.correlation.as_ref().map_or_else(|| NOTHING.to_owned(), words::figure);
        let figures = format!(
            "The head {} · the item's mean {} · the mean {} · correlation {correlation}",
            words::figure(&row.error),
            words::figure(&row.item_mean_error),
            words::figure(&row.overall_mean_error),
        );
        text_ui(ui, figures, Ink::First, Face::Figures, text::SMALL);
    }
}

fn calibration_ui(ui: &mut Ui, calibration: &CalibrationReport) {
    let mut facts = format!(
        "Calibration error {}, {} over equal masses · Brier {} · {} nats a vote · area under risk {}",
        words::fine_figure(&calibration.ece),
        words::fine_figure(&calibration.ece_equal_mass),
        words::fine_figure(&calibration.brier),
        words::fine_figure(&calibration.nll),
        words::fine_figure(&calibration.aurc)
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
