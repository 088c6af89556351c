//! What dropping will do, over everything while files are held over the window.

use egui::{Align2, CornerRadius, Id, LayerId, Order, Stroke, StrokeKind, Ui, vec2};

use super::file_name;
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, radius, space, text};

/// Paints the overlay, if files are held over the window. `project` is the name of the open one.
pub fn drop_overlay_ui(ui: &Ui, project: Option<&str>) {
    let hovered = ui.input(|input| {
        let files = &input.raw.hovered_files;
        files.first().map(|file| (file.path.as_ref().map(|path| path.display().to_string()), files.len()))
    });
    let Some((path, count)) = hovered else { return };
    let words = drop_words(path.as_deref(), count, project);
    let palette = theme::palette(ui);
    let window = ui.ctx().content_rect();
    let painter = ui.ctx().layer_painter(LayerId::new(Order::Foreground, Id::unique("drop overlay")));
    painter.rect_filled(window, CornerRadius::ZERO, palette.backdrop);
    let galley = painter.layout(
        words,
        Face::SemiBold.at(text::TITLE),
        palette.ink,
        (window.width() - 4.0 * space::HUGE).max(100.0),
    );
    let card = Align2::CENTER_CENTER
        .align_size_within_rect(galley.size() + 2.0 * vec2(space::HUGE, space::EDGE), window);
    let edge = Stroke::new(FOCUS_RING, palette.accent);
    painter.rect(card, CornerRadius::same(radius::LARGE), palette.panel, edge, StrokeKind::Inside);
    let at = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), card).min;
    painter.galley(at, galley, palette.ink);
}

/// What will happen, in a sentence.
fn drop_words(path: Option<&str>, count: usize, project: Option<&str>) -> String {
    let name = path.map(file_name);
    let is_project = name.is_some_and(|name| name.to_lowercase().ends_with(".tiebreak"));
    let first = if count > 1 { ", the first of them only" } else { "" };
    match (name, project) {
        (Some(name), _) if is_project => format!("Drop to open {name}{first}"),
        (Some(name), Some(project)) => format!("Drop to import {name} into {project}{first}"),
        (Some(name), None) => format!("Drop to make a new project from {name}{first}"),
        (None, Some(project)) => format!("Drop to open a project, or to import data into {project}{first}"),
        (None, None) => format!("Drop to open a project, or to make one from data{first}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_are_about_what_the_app_will_do() {
        assert_eq!(drop_words(Some("/home/ada/Pairs.TIEBREAK"), 1, None), "Drop to open Pairs.TIEBREAK");
        assert_eq!(
            drop_words(Some("C:\\data\\hh.jsonl.gz"), 1, Some("hh")),
            "Drop to import hh.jsonl.gz into hh"
        );
        assert_eq!(
            drop_words(Some("/a.csv"), 2, None),
            "Drop to make a new project from a.csv, the first of them only"
        );
        assert!(
            drop_words(None, 1, None).contains("make one from data"),
            "some systems tell no path before the drop"
        );
    }
}
