//! One row of the table, and the columns all rows share.

use std::sync::Arc;

use egui::text::{LayoutJob, TextWrapping};
use egui::{
    Color32, CornerRadius, FontId, Galley, Painter, Rangef, Rect, Response, Role, Sense, Stroke, StrokeKind,
    Ui, WidgetInfo, pos2, vec2,
};
use tiebreak_domain::filter::{ItemRow, RowRewrite, RowVerdict};
use tiebreak_domain::{AnnotatorId, ItemStatus, Outcome, ProjectInfo};

use super::ItemsBrowser;
use crate::document::{LineLook, hidden_in, needs_setting, paint_one_line};
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, Palette, radius, space, text};

const GAP: f32 = space::LARGE;
const BADGE_HEIGHT: f32 = 20.0;

/// Where each column is, for one width of the table.
pub(super) struct Columns {
    number: Rangef,
    id: Option<Rangef>,
    prompt: Rangef,
    candidates: [Rangef; 2],
    verdicts: Rangef,
    source: Option<Rangef>,
    status: Rangef,
}

impl Columns {
    /// The columns that fit between these edges; what matters least goes first.
    pub(super) fn new(edges: Rangef, info: &ProjectInfo) -> Self {
        let width = edges.span();
        let has_id = width >= 980.0;
        let has_source = width >= 1120.0 && info.sources.len() > 1 || width >= 1400.0;
        let number = 72.0;
        let id = if has_id { 112.0 } else { 0.0 };
        let source = if has_source { 128.0 } else { 0.0 };
        let verdicts = (width * 0.17).clamp(120.0, 240.0);
        let status = 68.0;
        let gaps = 5 + usize::from(has_id) + usize::from(has_source);
        let texts = (width - number - id - source - verdicts - status - gaps as f32 * GAP).max(120.0);
        let mut left = edges.min;
        let mut next = |width: f32| {
            let range = Rangef::new(left, left + width);
            left += width + GAP;
            range
        };
        Self {
            number: next(number),
            id: has_id.then(|| next(id)),
            prompt: next(texts * 0.4),
            candidates: [next(texts * 0.3), next(texts * 0.3)],
            verdicts: next(verdicts),
            source: has_source.then(|| next(source)),
            status: next(status),
        }
    }

    /// Title, help and place of each column.
    pub(super) fn headings(&self) -> Vec<(&'static str, &'static str, Rangef)> {
        let mut headings = vec![("#", "The item's place in file order", self.number)];
        headings.extend(self.id.map(|range| ("Id", "The data's own name for the item", range)));
        headings.extend([
            ("Prompt", "The start of the prompt", self.prompt),
            (
                "A",
                "The data's first candidate; on the judge screen sides are drawn by lot",
                self.candidates[0],
            ),
            (
                "B",
                "The data's second candidate; on the judge screen sides are drawn by lot",
                self.candidates[1],
            ),
            ("Verdicts", "What each annotator said", self.verdicts),
        ]);
        headings.extend(self.source.map(|range| ("Source", "The file it came from", range)));
        headings.push(("Status", "Whether it takes part", self.status));
        headings
    }
}

#[allow(clippy::too_many_arguments, reason = "a row needs its table's geometry and its project's names")]
pub(super) fn row_ui(
    ui: &Ui,
    painter: &Painter,
    rect: Rect,
    clip: Rect,
    columns: &Columns,
    items: &ItemsBrowser,
    info: &ProjectInfo,
    row: u64,
) -> Response {
    let palette = theme::palette(ui);
    // Not focusable: the table is one stop of the Tab key, not a million.
    let response = ui.interact(rect.intersect(clip), ui.scope_id().with(("item", row)), Sense::CLICK);
    let is_selected = items.selection.contains(row);
    let is_cursor = items.selection.cursor() == Some(row);
    if is_selected {
        painter.rect_filled(rect, CornerRadius::ZERO, palette.accent_wash);
    } else if response.hovered() {
        painter.rect_filled(rect, CornerRadius::ZERO, palette.hover);
    }
    painter.hline(rect.x_range(), rect.bottom() - HAIRLINE / 2.0, Stroke::new(HAIRLINE, palette.line));
    if is_cursor {
        let bar = Rect::from_min_size(rect.min, vec2(3.0, rect.height() - HAIRLINE));
        painter.rect_filled(bar, CornerRadius::ZERO, palette.accent);
    }
    let Some(item) = items.pages.row(row) else {
        response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_selected, "Loading…"));
        placeholder(painter, rect, columns, palette);
        return response;
    };
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_selected, spoken(item, info)));
    let ink = if item.status == ItemStatus::Active { palette.ink } else { palette.ink_third };
    let second = if item.status == ItemStatus::Active { palette.ink_second } else { palette.ink_third };
    let cell = Cell { painter, rect, is_dark: ui.visuals().dark_mode };

    let number = cell.line(
        item.id.to_string(),
        Face::Figures.at(text::SMALL),
        palette.ink_third,
        columns.number.span(),
    );
    let number_at = columns.number.max - number.size().x;
    cell.paint(number_at, number);
    if let (Some(range), Some(id)) = (columns.id, &item.external_id) {
        cell.text(range, id, Face::Regular, palette.ink_third);
    }
    cell.text(columns.prompt, &hidden_in(ui.ctx(), &item.prompt, true), Face::Regular, ink);
    for (index, range) in columns.candidates.into_iter().enumerate() {
        if let Some(candidate) = item.candidates.get(index) {
            cell.text(range, &hidden_in(ui.ctx(), candidate, false), Face::Regular, second);
        }
    }
    verdicts(&cell, columns.verdicts, &item.verdicts, palette);
    if let Some(range) = columns.source {
        cell.text(range, source_name(info, item), Face::Regular, palette.ink_third);
    }
    match item.status {
        ItemStatus::Active => {}
        ItemStatus::Excluded => cell.text(columns.status, "Excluded", Face::Medium, palette.ink_second),
        ItemStatus::Deleted => cell.text(columns.status, "Deleted", Face::Medium, palette.loss),
    }
    let is_covered = ui.memory(|memory| memory.top_modal_layer().is_some());
    if !item.verdicts.is_empty() && !is_covered {
        // Under the verdicts alone, where it can stay in sight of them.
        let cell = Rect::from_x_y_ranges(columns.verdicts, rect.y_range()).intersect(clip);
        ui.interact(cell, response.id.with("said"), Sense::hover()).on_hover_ui(|ui| said_ui(ui, item, info));
    }
    response
}

/// A row being painted.
struct Cell<'a> {
    painter: &'a Painter,
    rect: Rect,
    is_dark: bool,
}

impl Cell<'_> {
    /// One line, cut where the column ends.
    fn line(&self, words: String, font: FontId, color: Color32, width: f32) -> Arc<Galley> {
        let mut job = LayoutJob::simple_singleline(words, font, color);
        job.wrap =
            TextWrapping { max_width: width, max_rows: 1, break_anywhere: true, ..TextWrapping::default() };
        self.painter.layout_job(job)
    }

    fn text(&self, range: Rangef, words: &str, face: Face, color: Color32) {
        if needs_setting(words) {
            let look = LineLook { face, size: text::SMALL, ink: color };
            let rect = Rect::from_x_y_ranges(range, self.rect.y_range());
            return paint_one_line(self.painter.ctx(), self.painter, words, look, rect, self.is_dark);
        }
        let galley = self.line(words.to_owned(), face.at(text::SMALL), color, range.span());
        self.paint(range.min, galley);
    }

    fn paint(&self, left: f32, galley: Arc<Galley>) {
        let top = self.rect.center().y - galley.size().y / 2.0;
        self.painter.galley(pos2(left, top), galley, Color32::PLACEHOLDER);
    }

    /// A small framed word; returns where it ends.
    fn badge(&self, left: f32, galley: Arc<Galley>, fill: Color32, edge: Color32) -> f32 {
        let size = vec2(badge_width(&galley), BADGE_HEIGHT);
        let rect = Rect::from_min_size(pos2(left, self.rect.center().y - BADGE_HEIGHT / 2.0), size);
        let stroke = Stroke::new(HAIRLINE, edge);
        self.painter.rect(rect, CornerRadius::same(radius::SMALL), fill, stroke, StrokeKind::Inside);
        self.painter.galley(rect.center() - galley.size() / 2.0, galley, Color32::PLACEHOLDER);
        rect.right()
    }
}

fn badge_width(galley: &Galley) -> f32 {
    (galley.size().x + 2.0 * (space::TINY + 2.0)).max(BADGE_HEIGHT).ceil()
}

/// The flag first, so that it is seen whatever else there is no room for; then as many verdicts as fit.
fn verdicts(cell: &Cell<'_>, range: Rangef, verdicts: &[RowVerdict], palette: &Palette) {
    let mut left = range.min;
    let word = |words: &str, color| {
        cell.line(words.to_owned(), Face::Medium.at(text::CAPTION + 1.0), color, f32::INFINITY)
    };
    if verdicts.iter().any(|verdict| verdict.flagged) {
        let flagged = word("Flagged", palette.look_again);
        left = cell.badge(left, flagged, palette.look_again_wash, palette.look_again_wash) + space::TINY;
    }
    for (index, verdict) in verdicts.iter().enumerate() {
        let color = if verdict.outcome.is_some() { palette.ink } else { palette.ink_third };
        let badge = word(short_word(verdict.outcome), color);
        let left_over = verdicts.len() - index;
        let more = (left_over > 1).then(|| word(&format!("+{left_over}"), palette.ink_third));
        let reserved = more.as_ref().map_or(0.0, |more| more.size().x + space::TINY);
        if left + badge_width(&badge) + reserved > range.max {
            let more = more.unwrap_or_else(|| word("+1", palette.ink_third));
            cell.paint(left, more);
            return;
        }
        left = cell.badge(left, badge, palette.panel, palette.line_strong) + space::TINY;
    }
}

fn placeholder(painter: &Painter, rect: Rect, columns: &Columns, palette: &Palette) {
    let shares = [(columns.prompt, 0.7), (columns.candidates[0], 0.5), (columns.candidates[1], 0.6)];
    for (range, share) in shares {
        let bar = Rect::from_center_size(
            pos2(range.min + range.span() * share / 2.0, rect.center().y),
            vec2(range.span() * share, space::SMALL),
        );
        painter.rect_filled(bar, CornerRadius::same(radius::SMALL), palette.line);
    }
}

fn short_word(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::A) => "A",
        Some(Outcome::B) => "B",
        Some(Outcome::Tie) => "Tie",
        Some(Outcome::BothBad) => "Both bad",
        Some(Outcome::Unratable) => "Cannot judge",
        None => "Skipped",
    }
}

/// What a filter or a sentence calls an outcome.
pub(super) fn outcome_words(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::A => "A is better",
        Outcome::B => "B is better",
        Outcome::Tie => "Tie, both good",
        Outcome::BothBad => "Both bad",
        Outcome::Unratable => "Cannot be judged",
    }
}

fn name_of(info: &ProjectInfo, annotator: AnnotatorId) -> &str {
    let annotator = info.annotators.iter().find(|known| known.id == annotator);
    annotator.map_or("Somebody", |annotator| annotator.name.as_str())
}

fn rewrite_sentence(rewrite: &RowRewrite, info: &ProjectInfo) -> String {
    let name = name_of(info, rewrite.annotator);
    // Candidates are called by their place in the data, as in the columns of the row.
    let what =
        rewrite.original.map_or_else(String::new, |place| format!(" response {}", u32::from(place) + 1));
    format!("{name} rewrote{what}: {}", rewrite.text)
}

fn sentence(verdict: &RowVerdict, info: &ProjectInfo) -> String {
    let name = name_of(info, verdict.annotator);
    let said = verdict.outcome.map_or("Skipped", outcome_words);
    let flagged = if verdict.flagged { ", flagged" } else { "" };
    format!("{name}: {said}{flagged}")
}

fn source_name<'a>(info: &'a ProjectInfo, item: &ItemRow) -> &'a str {
    info.sources.iter().find(|source| source.id == item.source).map_or("", |source| source.name.as_str())
}

/// The row as a screen reader says it.
fn spoken(item: &ItemRow, info: &ProjectInfo) -> String {
    let mut words = format!("Item {}, {}", item.id, item.prompt);
    for verdict in &item.verdicts {
        words.push_str(", ");
        words.push_str(&sentence(verdict, info));
    }
    for rewrite in &item.rewrites {
        words.push_str(", ");
        words.push_str(&rewrite_sentence(rewrite, info));
    }
    match item.status {
        ItemStatus::Active => {}
        ItemStatus::Excluded => words.push_str(", excluded"),
        ItemStatus::Deleted => words.push_str(", deleted"),
    }
    words
}

fn said_ui(ui: &mut Ui, item: &ItemRow, info: &ProjectInfo) {
    for verdict in item.verdicts.iter().take(12) {
        ui.label(sentence(verdict, info));
    }
    if let Some(more) = item.verdicts.len().checked_sub(12).filter(|more| *more > 0) {
        ui.label(format!("and {more} more"));
    }
    for rewrite in item.rewrites.iter().take(12) {
        ui.label(rewrite_sentence(rewrite, info));
    }
}
