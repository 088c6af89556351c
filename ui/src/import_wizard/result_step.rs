//! The last step: what came in, and which rows did not and why.

use egui::{ScrollArea, Ui, vec2};
use tiebreak_domain::import::{ImportReport, MAX_PROBLEMS, RowProblem};
use tiebreak_domain::{ApiError, ErrorCode, JobId, Request};

use super::{ImportWizard, Signals};
use crate::app::notice::with_capital;
use crate::app::tickets::Purpose;
use crate::app::{Action, Scene};
use crate::desk::Desk;
use crate::form;
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{ActionButton, Ink, Notice, caption_ui, text_ui};

/// Height of a line of the list.
const ROW: f32 = 22.0;

impl ImportWizard {
    #[allow(clippy::too_many_arguments, reason = "a step, and the job it shows")]
    pub(super) fn result_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        desk: &Desk,
        (job, result): (JobId, &Result<Box<ImportReport>, ApiError>),
        height: f32,
        signals: &mut Signals,
        wanted: &mut Vec<Action>,
    ) {
        let report = match result {
            Ok(report) => report,
            Err(error) => {
                failure_ui(ui, error);
                return;
            }
        };
        let top = ui.cursor().top();
        summary_ui(ui, report);
        if report.problems.is_empty() {
            return;
        }
        ui.add_space(space::MEDIUM);
        caption_ui(ui, "Refused rows");
        let path = self.report_path.get_or_insert_with(|| suggested_path(&desk.info.path, &report.source));
        let room = height - (ui.cursor().top() - top) - 76.0;
        problems_ui(ui, &report.problems, room.max(3.0 * ROW));
        if report.rows_refused > report.problems.len() as u64 {
            form::note_ui(ui, format!("The first {} are listed", form::number(MAX_PROBLEMS as u64)));
        }
        ui.add_space(space::SMALL);
        form::section_ui(ui, "import report", |ui| {
            ui.horizontal(|ui| {
                let width = ui.available_width() - 110.0;
                let field = ui.allocate_ui_with_layout(
                    vec2(width, 0.0),
                    egui::Layout::top_down(egui::Align::Min),
                    |ui| {
                        ui.set_width(width);
                        form::path_field_ui(
                            ui,
                            "Save the list as",
                            path,
                            "/path/to/problems.csv",
                            scene.has_dialogs,
                        )
                    },
                );
                let field = field.inner;
                if field.browses {
                    wanted.push(Action::Dialog(Pick::ImportReport, form::file_name_of(path).to_owned()));
                }
                ui.with_layout(egui::Layout::bottom_up(egui::Align::Max), |ui| {
                    let button = ActionButton::new("Save list").small().min_width(100.0);
                    let clicked = ui.add(button.enabled(!path.trim().is_empty())).clicked();
                    if (clicked || field.entered) && !path.trim().is_empty() {
                        let request = Request::SaveImportReport { job, path: path.trim().to_owned() };
                        wanted.push(Action::Send(Purpose::SaveImportReport, request));
                        // Enter in this field saves; it must not go on to judging as well.
                        signals.enter = false;
                    }
                });
            });
        });
    }
}

fn summary_ui(ui: &mut Ui, report: &ImportReport) {
    let what = match (report.items_added, report.items_known) {
        (0, 0) => "Nothing came in".to_owned(),
        (0, _) => "Everything in this file was here already".to_owned(),
        (added, _) => format!("{} came in", form::counted(added, "new item", "new items")),
    };
    let mut facts = vec![format!(
        "{} read in {}",
        form::counted(report.rows_read, "row", "rows"),
        form::duration(report.elapsed_ms)
    )];
    if report.items_known > 0 && report.items_added > 0 {
        facts.push(format!("{} here already", form::counted(report.items_known, "item was", "items were")));
    }
    if report.items_deleted_before > 0 {
        let deleted = form::counted(
            report.items_deleted_before,
            "item that was deleted stays",
            "items that were deleted stay",
        );
        facts.push(format!("{deleted} so"));
    }
    if report.judgments_added > 0 {
        facts.push(format!("{} taken in", form::counted(report.judgments_added, "judgment", "judgments")));
    }
    if report.rows_refused > 0 {
        facts.push(format!("{} refused", form::counted(report.rows_refused, "row", "rows")));
    }
    let facts = facts.join(" · ");
    let notice = if report.items_added + report.items_known > 0 {
        Notice::success(&what)
    } else {
        Notice::warning(&what)
    };
    notice.why(&facts).show(ui);
}

fn failure_ui(ui: &mut Ui, error: &ApiError) {
    if error.code == ErrorCode::Cancelled {
        Notice::info("The import was stopped").why("Nothing of it is in the project").show(ui);
        return;
    }
    let why = with_capital(&error.message);
    let todo = error.hint.as_deref().map(with_capital).unwrap_or_default();
    Notice::error("Nothing was imported").why(&why).todo(&todo).show(ui);
}

fn problems_ui(ui: &mut Ui, problems: &[RowProblem], height: f32) {
    let palette = theme::palette(ui);
    let frame = egui::Frame::new()
        .fill(palette.window)
        .stroke(egui::Stroke::new(theme::HAIRLINE, palette.line))
        .corner_radius(egui::CornerRadius::same(theme::radius::MEDIUM))
        .inner_margin(egui::Margin::same(space::SMALL as i8));
    frame.show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 0.0;
        let height = height - 2.0 * space::SMALL;
        let area = ScrollArea::vertical().id_salt("problems").max_height(height).min_scrolled_height(height);
        area.auto_shrink(false).show_rows(ui, ROW, problems.len(), |ui, rows| {
            for problem in &problems[rows] {
                ui.horizontal(|ui| {
                    ui.set_height(ROW);
                    ui.scope(|ui| {
                        ui.set_width(110.0);
                        let line = format!("Line {}", form::number(problem.line));
                        text_ui(ui, line, Ink::Second, Face::Figures, text::SMALL);
                    });
                    form::line_ui(ui, &problem.reason, Ink::First, Face::Regular, text::SMALL);
                });
            }
        });
    });
}

/// Beside the project.
fn suggested_path(project: &str, source: &str) -> String {
    let name = form::file_name_of(source);
    let stem = name.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("import");
    format!("{}{stem}-refused.csv", form::folder_of(project))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_suggested_to_go_beside_the_project() {
        assert_eq!(suggested_path("/p/x.tiebreak", "pairs.jsonl.gz"), "/p/pairs-refused.csv");
        assert_eq!(suggested_path("x.tiebreak", ""), "import-refused.csv");
    }
}
