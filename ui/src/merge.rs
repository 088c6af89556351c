//! Merging: another copy of this project, by its path, and what came of bringing it in.

use egui::{Spinner, Ui};
use tiebreak_domain::merge::MergeReport;
use tiebreak_domain::second_look::LookReasonKind;
use tiebreak_domain::{ApiError, ErrorCode, JobId, Request};

use crate::app::notice::with_capital;
use crate::app::tickets::Purpose;
use crate::app::{Action, Scene};
use crate::desk::{Desk, Job};
use crate::form::{self, counted, duration};
use crate::host::Pick;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, Notice, text_ui};

/// The dialog: which copy, and how its merge stands.
#[derive(Debug, Default)]
pub struct MergeDialog {
    path: String,
    was_shown: bool,
    is_sent: bool,
}

/// The latest merge. It tells nothing on its way.
pub type MergeJob = Job<(), MergeReport>;

/// What a button of the dialog asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Merge,
    Another,
    Conflicts,
    Stop(JobId),
    Close,
}

impl MergeDialog {
    /// A file was picked.
    pub fn picked(&mut self, path: String) {
        self.path = path;
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, desk: Option<&Desk>, wanted: &mut Vec<Action>) {
        let job = desk.and_then(|desk| desk.merge.as_ref());
        // A merge that was begun before is still shown while it goes on.
        let is_running = matches!(job, Some(Job::Starting | Job::Running(..)));
        let job = job.filter(|_| self.is_sent || is_running);
        let enters = form::is_enter_for_dialog(ui.ctx());
        let response = Dialog::new("merge", "Merge a copy").width(560.0).show(
            ui.ctx(),
            self,
            |ui, dialog| {
                match job {
                    Some(Job::Ended(_, result)) => result_ui(ui, result),
                    Some(_) => running_ui(ui),
                    None => return dialog.path_ui(ui, scene, wanted).then_some(Asked::Merge),
                }
                None
            },
            |ui, dialog| footer_ui(ui, job, !dialog.path.trim().is_empty()),
        );
        let by_enter = match job {
            _ if !enters => None,
            Some(Job::Ended(_, Ok(_))) => Some(Asked::Close),
            Some(Job::Ended(_, Err(_))) => Some(Asked::Another),
            Some(_) => None,
            None => Some(Asked::Merge),
        };
        let closes = response.should_close.then_some(Asked::Close);
        match response.footer.or(response.body).or(closes).or(by_enter) {
            Some(Asked::Merge) if !self.path.trim().is_empty() => {
                self.is_sent = true;
                let path = self.path.trim().to_owned();
                wanted.push(Action::Send(Purpose::StartMerge, Request::StartMerge { path }));
            }
            Some(Asked::Merge) | None => {}
            Some(Asked::Another) => {
                self.is_sent = false;
                self.was_shown = false;
            }
            Some(Asked::Conflicts) => {
                wanted.push(Action::CloseDialog);
                wanted.push(Action::LookAgain(Some(LookReasonKind::MergeConflict)));
            }
            Some(Asked::Stop(job)) => wanted.push(Action::Send(Purpose::Cancel, Request::Cancel(job))),
            Some(Asked::Close) => wanted.push(Action::CloseDialog),
        }
    }

    fn path_ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) -> bool {
        form::note_ui(
            ui,
            "Brings in the items, people and judgments of another copy of this project; the copy is only read",
        );
        ui.add_space(space::SMALL);
        let field = form::path_field_ui(
            ui,
            "The other copy",
            &mut self.path,
            "/path/to/name.tiebreak",
            scene.has_dialogs,
        );
        if !self.was_shown {
            field.field.request_focus();
            self.was_shown = true;
        }
        if field.browses {
            wanted.push(Action::Dialog(Pick::OpenProject, String::new()));
        }
        field.entered
    }
}

fn running_ui(ui: &mut Ui) {
    ui.horizontal(|ui| {
        ui.add(Spinner::new());
        text_ui(ui, "Merging… You can close this and go on judging", Ink::Second, Face::Regular, text::BODY);
    });
}

fn result_ui(ui: &mut Ui, result: &Result<Box<MergeReport>, ApiError>) {
    match result {
        Ok(report) => {
            let (what, facts) = report_words(report);
            Notice::success(&what).why(&facts).show(ui);
            if !report.conflicts.is_empty() {
                let what = counted(report.conflicts.len() as u64, "conflict", "conflicts");
                Notice::warning(&what)
                    .why("One person judged the same item in both copies; the later judgment counts")
                    .todo("They are listed for a second look")
                    .show(ui);
            }
        }
        Err(error) if error.code == ErrorCode::Cancelled => {
            Notice::info("The merge was stopped").why("Nothing of it is in the project").show(ui);
        }
        Err(error) => {
            let what = with_capital(&error.message);
            let hint = error.hint.as_deref().map(with_capital).unwrap_or_default();
            let notice = Notice::error(&what).why("Nothing was changed");
            if hint.is_empty() { notice } else { notice.todo(&hint) }.show(ui);
        }
    }
}

/// What came in, and the rest of the figures.
fn report_words(report: &MergeReport) -> (String, String) {
    let added = [
        (report.items_added, "item", "items"),
        (report.annotators_added, "person", "people"),
        (report.judgments_added, "judgment", "judgments"),
        (report.rubrics_added, "rubric version", "rubric versions"),
        (report.model_labels_added, "label of a model", "labels of models"),
    ];
    let came_in: Vec<String> = added
        .iter()
        .filter(|(count, ..)| *count > 0)
        .map(|(count, one, many)| counted(*count, one, many))
        .collect();
    let what = if came_in.is_empty() {
        "Everything in this copy was here already".to_owned()
    } else {
        format!("{} came in", came_in.join(", "))
    };
    let known = format!(
        "{} and {} were here already · {}",
        counted(report.items_known, "item", "items"),
        counted(report.judgments_known, "judgment", "judgments"),
        duration(report.elapsed_ms)
    );
    (what, known)
}

fn footer_ui(ui: &mut Ui, job: Option<&MergeJob>, has_path: bool) -> Option<Asked> {
    let button = |ui: &mut Ui, button: ActionButton<'_>, asked| ui.add(button).clicked().then_some(asked);
    match job {
        None => button(ui, ActionButton::new("Merge").primary().key("Enter").enabled(has_path), Asked::Merge),
        Some(Job::Ended(_, Ok(report))) => {
            let close = button(ui, ActionButton::new("Done").primary().key("Enter"), Asked::Close);
            let look = match report.conflicts.len() as u64 {
                0 => None,
                count => {
                    let label = format!("Look at {}", counted(count, "conflict", "conflicts"));
                    button(ui, ActionButton::new(&label), Asked::Conflicts)
                }
            };
            close.or(look)
        }
        Some(Job::Ended(_, Err(_))) => {
            button(ui, ActionButton::new("Choose another file").primary().key("Enter"), Asked::Another)
        }
        Some(job) => {
            let close = button(ui, ActionButton::new("Close"), Asked::Close);
            let stop = match job {
                Job::Running(job, ()) => button(ui, ActionButton::new("Stop"), Asked::Stop(*job)),
                _ => None,
            };
            close.or(stop)
        }
    }
}

/// What a merge that ended out of sight has to tell.
pub fn ended_words(report: &MergeReport) -> String {
    let (what, _) = report_words(report);
    match report.conflicts.len() as u64 {
        0 => what,
        count => format!("{what}; {} for a second look", counted(count, "conflict", "conflicts")),
    }
}
