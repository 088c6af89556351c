//! The third step: the work goes on. It goes on without the dialog, too.

use egui::{Align, Ui};
use tiebreak_domain::JobId;
use tiebreak_domain::import::ImportProgress;

use super::{ImportWizard, Signals};
use crate::app::{Action, Scene};
use crate::desk::{Desk, Job};
use crate::form;
use crate::theme::{space, text};
use crate::widget::{BarKind, Ink, figures_ui, progress_bar_ui};

/// How fast it goes, from when this dialog first saw it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Pace {
    begun: Option<(JobId, u64, u64)>,
    pub(super) is_stopping: bool,
}

/// Milliseconds that must have passed before a rate says anything.
const SOON_MS: u64 = 500;

impl Pace {
    /// Rows a second so far.
    pub(super) fn rate(&mut self, job: JobId, rows: u64, now_ms: u64) -> Option<u64> {
        let begun = self.begun.filter(|(begun, ..)| *begun == job);
        let (_, at_ms, at_rows) = *self.begun.insert(begun.unwrap_or((job, now_ms, rows)));
        let elapsed_ms = now_ms.saturating_sub(at_ms);
        (elapsed_ms >= SOON_MS).then(|| rows.saturating_sub(at_rows) * 1000 / elapsed_ms)
    }
}

impl ImportWizard {
    /// The work, or what came of it.
    pub(super) fn job_ui(
        &mut self,
        ui: &mut Ui,
        scene: &Scene<'_>,
        desk: Option<&Desk>,
        height: f32,
        signals: &mut Signals,
        wanted: &mut Vec<Action>,
    ) {
        let Some(desk) = desk else { return };
        match &desk.import {
            Some(Job::Ended(job, result)) => {
                self.result_ui(ui, scene, desk, (*job, result), height, signals, wanted)
            }
            Some(Job::Running(job, progress)) => {
                let rate = self.pace.rate(*job, progress.rows_read, scene.now.monotonic_ms);
                progress_ui(ui, progress, rate);
            }
            _ => progress_ui(ui, &ImportProgress::default(), None),
        }
    }
}

fn progress_ui(ui: &mut Ui, progress: &ImportProgress, rate: Option<u64>) {
    ui.add_space(space::LARGE);
    let fraction = progress.bytes_read as f32 / progress.bytes_total.max(1) as f32;
    progress_bar_ui(ui, "Import", fraction, ui.available_width(), BarKind::Running);
    ui.add_space(space::LARGE);
    let figure_ui = |ui: &mut Ui, value: String, of: &str| {
        form::row_ui(ui, of, |ui| figures_ui(ui, &value, "000,000,000", Ink::First, text::BODY, Align::Max));
    };
    figure_ui(ui, form::number(progress.rows_read), "Rows read");
    figure_ui(ui, form::number(progress.items_added), "Items added");
    figure_ui(ui, form::number(progress.rows_refused), "Rows refused");
    figure_ui(ui, rate.map_or("–".to_owned(), form::number), "Rows a second");
    let read = format!("{} of {}", form::size(progress.bytes_read), form::size(progress.bytes_total));
    figure_ui(ui, if progress.bytes_total == 0 { "–".to_owned() } else { read }, "File read");
    ui.add_space(space::MEDIUM);
    form::note_ui(
        ui,
        "It goes on when this is closed. Nothing is in the project before all of it is: an import that is stopped leaves no trace.",
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_counts_from_when_the_job_was_first_seen() {
        let mut pace = Pace::default();
        assert_eq!(pace.rate(JobId(1), 5_000, 10_000), None);
        assert_eq!(pace.rate(JobId(1), 5_100, 10_100), None, "too soon to tell");
        assert_eq!(pace.rate(JobId(1), 45_000, 12_000), Some(20_000));
        assert_eq!(pace.rate(JobId(2), 10, 13_000), None, "another job, another pace");
    }
}
