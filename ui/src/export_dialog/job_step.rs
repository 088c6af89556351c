//! The export goes on, and what came of it.

use egui::{Align, Ui};
use tiebreak_domain::export::{ExportProgress, ExportReport};

use super::ExportJob;
use super::loading_code::loading_code;
use super::rows_preview::counts_ui;
use crate::app::Action;
use crate::desk::Job;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{self, space, text};
use crate::widget::{ActionButton, BarKind, Ink, Notice, caption_ui, figures_ui, progress_bar_ui};

/// How much of the hash is shown; all of it is in the manifest.
const HASH: usize = 16;

pub(super) fn running_ui(ui: &mut Ui, job: Option<&ExportJob>) {
    let progress = match job {
        Some(Job::Running(_, progress)) => *progress,
        _ => ExportProgress::default(),
    };
    ui.add_space(space::LARGE);
    let fraction = progress.items_done as f32 / progress.items_total.max(1) as f32;
    progress_bar_ui(ui, "Export", fraction, ui.available_width(), BarKind::Running);
    ui.add_space(space::LARGE);
    form::row_ui(ui, "Items", |ui| {
        let words =
            format!("{} of {}", form::number(progress.items_done), form::number(progress.items_total));
        figures_ui(ui, &words, "", Ink::First, text::BODY, Align::Min)
    });
    form::note_ui(ui, "It goes on when this is closed. The file appears when all of it is written.");
}

pub(super) fn result_ui(ui: &mut Ui, report: &ExportReport, height: f32, wanted: &mut Vec<Action>) {
    form::column_ui(ui, "export result", height, |ui| {
        let what = format!("{} written", form::counted(report.counts.rows, "row", "rows"));
        let why = format!("In {}", form::duration(report.elapsed_ms));
        Notice::success(&what).why(&why).show(ui);
        ui.add_space(space::SMALL);
        let hash: String = report.blake3.chars().take(HASH).collect();
        for (name, value) in [("File", &report.path), ("Manifest", &report.manifest_path), ("BLAKE3", &hash)]
        {
            form::row_ui(ui, name, |ui| form::line_ui(ui, value, Ink::First, Face::Mono, text::SMALL));
        }
        for path in &report.companions {
            form::row_ui(ui, "Beside it", |ui| form::line_ui(ui, path, Ink::First, Face::Mono, text::SMALL));
        }
        ui.add_space(space::SMALL);
        counts_ui(ui, &report.counts);
        form::problems_ui(ui, "Item", &report.problems);
        let Some(code) = loading_code(&report.path, &report.counts) else { return };
        ui.add_space(space::SMALL);
        form::section_ui(ui, "loading code", |ui| {
            caption_ui(ui, "To load it in Python");
            let palette = theme::palette(ui);
            let frame = egui::Frame::new().fill(palette.code).corner_radius(theme::radius::MEDIUM);
            frame.inner_margin(egui::Margin::same(space::MEDIUM as i8)).show(ui, |ui| {
                ui.set_width(ui.available_width());
                let words = egui::RichText::new(&code).font(Face::Mono.at(text::SMALL)).color(palette.ink);
                ui.add(egui::Label::new(words).wrap().selectable(true));
            });
            if ui.add(ActionButton::new("Copy loading code").small()).clicked() {
                wanted.push(Action::Copy(code.clone()));
            }
        });
    });
}
