//! The controls of a miniature, one drawing for each kind of question.
//!
//! Every drawing keeps to the rectangle it is given and shrinks or drops its words before it leaves it.

use std::sync::Arc;

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Align2, Color32, CornerRadius, FontId, Galley, Painter, Pos2, Rect, Shape, Stroke, StrokeKind, pos2, vec2,
};
use tiebreak_domain::Outcome;
use tiebreak_domain::rubric::{
    Entry, MarkShape, Question, QuestionKind, RankingForm, Scale, StrengthSteps, TextPurpose,
};

use super::{ENTRY_COLUMNS, MOST_ENTRIES};
use crate::theme::{HAIRLINE, Palette};

/// What draws, and how large.
pub(super) struct Pen<'a> {
    pub(super) painter: &'a Painter,
    pub(super) palette: &'static Palette,
    /// Height of a line.
    pub(super) line: f32,
    pub(super) font: FontId,
}

/// The letters of candidates.
const LETTERS: [&str; 12] = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L"];

impl Pen<'_> {
    /// A question's title, cut where its room ends.
    pub(super) fn title(&self, title: &str, rect: Rect, is_active: bool) {
        let color = if is_active { self.palette.accent } else { self.palette.ink };
        self.words(title, rect, color);
    }

    /// Whether a title can be read in full in this width.
    pub(super) fn has_room(&self, title: &str, width: f32) -> bool {
        self.galley(title, f32::INFINITY).size().x <= width
    }

    /// A candidate's letter above its column.
    pub(super) fn letter(&self, at: Pos2, candidate: u8) {
        let letter = LETTERS[usize::from(candidate) % LETTERS.len()];
        self.painter.text(at, Align2::CENTER_CENTER, letter, self.font.clone(), self.palette.ink_second);
    }

    /// The control of a question.
    pub(super) fn control(&self, question: &Question, rect: Rect, candidates: u8, is_active: bool) {
        match &question.kind {
            QuestionKind::Preference { outcomes, strength } => {
                self.preference(outcomes, *strength, rect, is_active);
            }
            QuestionKind::Ranking { form } => self.ranking(*form, candidates, rect, is_active),
            QuestionKind::Rating { scale } => self.scale(scale, rect, is_active),
            QuestionKind::Choice { entries } => self.entries(entries, rect, is_active, true),
            QuestionKind::Checklist { entries } => self.entries(entries, rect, is_active, false),
            QuestionKind::Text { purpose, with_confidence } => {
                self.text(*purpose, *with_confidence, rect, is_active);
            }
            QuestionKind::Marks { shape, .. } => self.marks(*shape, rect),
            QuestionKind::Spans { .. } => self.spans(rect),
            QuestionKind::Steps => self.steps(rect),
            QuestionKind::Segments => self.segments_of_turns(rect),
        }
    }

    /// A rating in a cell of a table.
    pub(super) fn cell(&self, scale: &Scale, rect: Rect, is_active: bool) {
        match scale {
            Scale::Points { anchors, .. } => {
                self.joined(&vec![""; anchors.len()], rect, is_active);
            }
            Scale::Stars { count } => self.stars(*count, rect, is_active),
            Scale::Slider { .. } => self.slider(rect, is_active),
            Scale::YesNo => {
                self.joined(&["Yes", "No"], rect, is_active);
            }
        }
    }

    fn preference(&self, outcomes: &[Outcome], strength: StrengthSteps, rect: Rect, is_active: bool) {
        if strength == StrengthSteps::Scale {
            self.joined(&["A", "·", "·", "=", "·", "·", "B"], rect, is_active);
            return;
        }
        let word = |outcome: &Outcome| match outcome {
            Outcome::A => "A",
            Outcome::B => "B",
            Outcome::Tie => "Tie",
            Outcome::BothBad => "Bad",
            Outcome::Unratable => "?",
        };
        let labels: Vec<&str> = outcomes.iter().map(word).collect();
        if strength == StrengthSteps::Optional {
            let width = (rect.width() * 0.68).floor();
            let left = Rect::from_min_size(rect.min, vec2(width, rect.height()));
            let mut right = rect;
            let taken = self.joined(&labels, left, is_active);
            right.set_left(taken.right() + self.line * 0.6);
            self.joined(&["+", "++", "+++"], right, false);
        } else {
            self.joined(&labels, rect, is_active);
        }
    }

    fn ranking(&self, form: RankingForm, candidates: u8, rect: Rect, is_active: bool) {
        let count = usize::from(candidates.max(2));
        let side = rect.height().min(rect.width() / (count as f32 * 1.5));
        let last = count - 1;
        for (index, letter) in LETTERS.iter().take(count).enumerate() {
            let left = rect.left() + side * 1.5 * index as f32;
            let chip = Rect::from_min_size(pos2(left, rect.center().y - side / 2.0), vec2(side, side));
            self.frame(chip, is_active && index == 0);
            self.painter.text(
                chip.center(),
                Align2::CENTER_CENTER,
                letter,
                self.font.clone(),
                self.palette.ink_second,
            );
            let sign = match form {
                RankingForm::WithTies if index + 1 == last => "=",
                RankingForm::WithTies | RankingForm::Strict => ">",
                RankingForm::Best | RankingForm::BestWorst => "",
            };
            if index < last {
                let at = pos2(chip.right() + side * 0.25, chip.center().y);
                self.painter.text(at, Align2::CENTER_CENTER, sign, self.font.clone(), self.palette.ink_third);
            }
        }
        let says = match form {
            RankingForm::Best => "the best",
            RankingForm::BestWorst => "the best and the worst",
            RankingForm::WithTies | RankingForm::Strict => return,
        };
        let left = rect.left() + side * 1.5 * count as f32;
        self.words(says, Rect::from_min_max(pos2(left, rect.top()), rect.max), self.palette.ink_third);
    }

    fn scale(&self, scale: &Scale, rect: Rect, is_active: bool) {
        match scale {
            Scale::Points { from, anchors } => {
                let names: Vec<&str> = anchors.iter().map(String::as_str).collect();
                let has_names = names.iter().all(|name| !name.is_empty());
                if has_names && self.fits(&names, rect) {
                    self.joined(&names, rect, is_active);
                    return;
                }
                let numbers: Vec<String> =
                    (0..anchors.len() as i32).map(|step| (from + step).to_string()).collect();
                self.joined(&numbers.iter().map(String::as_str).collect::<Vec<_>>(), rect, is_active);
            }
            Scale::YesNo => {
                let half =
                    Rect::from_min_size(rect.min, vec2(rect.width().min(self.line * 5.0), rect.height()));
                self.joined(&["Yes", "No"], half, is_active);
            }
            Scale::Stars { .. } | Scale::Slider { .. } => self.cell(scale, rect, is_active),
        }
    }

    /// Joined segments, as wide as their words ask for, and no wider together than there is room. Says where
    /// they stand.
    fn joined(&self, labels: &[&str], rect: Rect, is_active: bool) -> Rect {
        let padding = self.line * 0.7;
        let galleys: Vec<Arc<Galley>> =
            labels.iter().map(|label| self.galley(label, f32::INFINITY)).collect();
        let mut widths: Vec<f32> =
            galleys.iter().map(|galley| (galley.size().x + padding).max(self.line * 0.7)).collect();
        let whole: f32 = widths.iter().sum();
        if whole > rect.width() {
            widths.fill(rect.width() / labels.len().max(1) as f32);
        }
        let width: f32 = widths.iter().sum();
        let outer = Rect::from_min_size(rect.min, vec2(width, rect.height()));
        self.frame(outer, is_active);
        let mut left = outer.left();
        for (index, (galley, width)) in galleys.iter().zip(&widths).enumerate() {
            if index > 0 {
                self.painter.vline(
                    left,
                    outer.shrink(HAIRLINE).y_range(),
                    Stroke::new(HAIRLINE, self.palette.line),
                );
            }
            if galley.size().x + 2.0 <= *width {
                let at =
                    pos2(left + (width - galley.size().x) / 2.0, outer.center().y - galley.size().y / 2.0);
                self.painter.galley(at, Arc::clone(galley), self.palette.ink_second);
            }
            left += width;
        }
        outer
    }

    fn fits(&self, labels: &[&str], rect: Rect) -> bool {
        let padding = self.line * 0.7;
        let whole: f32 =
            labels.iter().map(|label| self.galley(label, f32::INFINITY).size().x + padding).sum();
        whole <= rect.width()
    }

    fn stars(&self, count: u8, rect: Rect, is_active: bool) {
        let side = rect.height().min(rect.width() / f32::from(count.max(1)));
        let color = if is_active { self.palette.accent } else { self.palette.ink_third };
        for index in 0..count {
            let center = pos2(rect.left() + side * (f32::from(index) + 0.5), rect.center().y);
            let points = (0..10)
                .map(|corner| {
                    let radius = if corner % 2 == 0 { side * 0.42 } else { side * 0.18 };
                    let angle = std::f32::consts::PI * (corner as f32 / 5.0 - 0.5);
                    center + radius * vec2(angle.cos(), angle.sin())
                })
                .collect();
            self.painter.add(Shape::closed_line(points, Stroke::new(HAIRLINE, color)));
        }
    }

    /// A rail without a handle: a slider has no value until somebody gives it one.
    fn slider(&self, rect: Rect, is_active: bool) {
        let color = if is_active { self.palette.accent } else { self.palette.line_strong };
        let stroke = Stroke::new(HAIRLINE * 1.5, color);
        self.painter.hline(rect.x_range(), rect.center().y, stroke);
        let tick = rect.height() * 0.25;
        for step in 0..=4_u8 {
            let x = rect.left() + rect.width() * f32::from(step) / 4.0;
            let height = if step % 4 == 0 { tick } else { tick * 0.5 };
            self.painter.vline(x, rect.center().y - height..=rect.center().y + height, stroke);
        }
    }

    fn entries(&self, entries: &[Entry], rect: Rect, is_active: bool, is_round: bool) {
        let shown = entries.len().min(MOST_ENTRIES);
        let rows = shown.div_ceil(ENTRY_COLUMNS).max(1);
        let cell = vec2(rect.width() / ENTRY_COLUMNS as f32, rect.height() / rows as f32);
        let mark = self.line * 0.42;
        for (index, entry) in entries.iter().take(shown).enumerate() {
            let (row, column) = (index / ENTRY_COLUMNS, index % ENTRY_COLUMNS);
            let corner = rect.min + vec2(cell.x * column as f32, cell.y * row as f32);
            let area = Rect::from_min_size(corner, cell);
            let center = pos2(area.left() + mark / 2.0, area.center().y);
            let edge = self.edge(is_active && index == 0);
            if is_round {
                self.painter.circle_stroke(center, mark / 2.0, edge);
            } else {
                let square = Rect::from_center_size(center, vec2(mark, mark));
                self.painter.rect_stroke(square, CornerRadius::same(2), edge, StrokeKind::Inside);
            }
            let words = Rect::from_min_max(pos2(area.left() + mark * 1.5, area.top()), area.max);
            let is_rest = index + 1 == shown && entries.len() > shown;
            let rest = format!("{} more", entries.len() - shown + 1);
            self.words(if is_rest { &rest } else { &entry.title }, words, self.palette.ink_second);
        }
    }

    fn text(&self, purpose: TextPurpose, with_confidence: bool, rect: Rect, is_active: bool) {
        let mut field = rect;
        if with_confidence {
            field.set_right(rect.left() + rect.width() * 0.6);
            let beside = Rect::from_min_max(pos2(field.right() + self.line * 0.5, rect.top()), rect.max);
            self.slider(beside.shrink2(vec2(0.0, rect.height() * 0.2)), false);
        }
        self.frame(field, is_active);
        let says = match purpose {
            TextPurpose::Rationale => "Why?",
            TextPurpose::Critique => "What could be better?",
            TextPurpose::Rewrite => "A better response",
            TextPurpose::Line => "In one line",
        };
        self.words(says, field.shrink2(vec2(self.line * 0.3, 0.0)), self.palette.ink_third);
    }

    fn marks(&self, shape: MarkShape, rect: Rect) {
        let picture =
            Rect::from_min_size(rect.min, vec2(rect.width().min(rect.height() * 1.6), rect.height()));
        self.painter.rect_filled(picture, CornerRadius::same(3), self.palette.hover);
        let at = |x: f32, y: f32| picture.min + vec2(picture.width() * x, picture.height() * y);
        let hills = vec![at(0.0, 0.8), at(0.3, 0.45), at(0.5, 0.7), at(0.7, 0.35), at(1.0, 0.8)];
        self.painter.add(Shape::line(hills, Stroke::new(HAIRLINE, self.palette.ink_third)));
        let stroke = Stroke::new(HAIRLINE * 1.5, self.palette.accent);
        if shape != MarkShape::Boxes {
            self.painter.circle_stroke(at(0.3, 0.45), picture.height() * 0.16, stroke);
            self.painter.circle_filled(at(0.3, 0.45), 1.5, self.palette.accent);
        }
        if shape != MarkShape::Points {
            let rect = Rect::from_min_max(at(0.56, 0.2), at(0.9, 0.62));
            self.painter.rect_stroke(rect, CornerRadius::ZERO, stroke, StrokeKind::Middle);
        }
    }

    fn spans(&self, rect: Rect) {
        let rows = [[0.2, 0.12, 0.26, 0.18], [0.14, 0.3, 0.16, 0.22]];
        let height = rect.height() / rows.len() as f32;
        for (index, words) in rows.iter().enumerate() {
            let mut left = rect.left();
            for (word, width) in words.iter().enumerate() {
                let center_y = rect.top() + height * (index as f32 + 0.5);
                let size = vec2(rect.width() * width, height * 0.34);
                let bar = Rect::from_min_size(pos2(left, center_y - size.y / 2.0), size);
                let is_marked = word == 2 - index;
                if is_marked {
                    let around = bar.expand2(vec2(1.5, height * 0.2));
                    self.painter.rect_filled(around, CornerRadius::same(2), self.palette.accent_wash);
                    self.painter.hline(
                        around.x_range(),
                        around.bottom(),
                        Stroke::new(HAIRLINE, self.palette.accent),
                    );
                }
                let color = if is_marked { self.palette.accent } else { self.palette.line_strong };
                self.painter.rect_filled(bar, CornerRadius::same(2), color);
                left = bar.right() + rect.width() * 0.03;
            }
        }
    }

    fn steps(&self, rect: Rect) {
        let height = rect.height() / 3.0;
        let width = (height * 3.6).min(rect.width() * 0.4);
        for (row, bar_width) in [0.9, 0.7, 0.8].into_iter().enumerate() {
            let top = rect.top() + height * row as f32;
            let room = rect.width() - width - self.line * 0.5;
            let bar = Rect::from_min_size(
                pos2(rect.left(), top + height * 0.36),
                vec2(room * bar_width, height * 0.24),
            );
            self.painter.rect_filled(bar, CornerRadius::same(2), self.palette.line_strong);
            let verdicts = Rect::from_min_size(
                pos2(rect.right() - width, top + height * 0.1),
                vec2(width, height * 0.8),
            );
            self.joined(&["✓", "–", "✗"], verdicts, row == 0);
        }
    }

    fn segments_of_turns(&self, rect: Rect) {
        let height = rect.height() / 4.0;
        for turn in 0..4_u8 {
            let indent = if turn % 2 == 0 { 0.0 } else { 0.12 };
            let left = rect.left() + self.line * 0.5 + rect.width() * indent;
            let center_y = rect.top() + height * (f32::from(turn) + 0.5);
            let bar = Rect::from_min_max(
                pos2(left, center_y - height * 0.2),
                pos2(left + rect.width() * 0.6, center_y + height * 0.2),
            );
            self.painter.rect_filled(bar, CornerRadius::same(2), self.palette.line_strong);
        }
        let goals = [(0.0, 2.0, self.palette.accent), (2.0, 4.0, self.palette.ink_third)];
        for (first, last, color) in goals {
            let range = rect.top() + height * first + 2.0..=rect.top() + height * last - 2.0;
            self.painter.vline(rect.left() + 1.0, range, Stroke::new(HAIRLINE * 2.0, color));
        }
    }

    fn frame(&self, rect: Rect, is_active: bool) {
        let corners = CornerRadius::same(3);
        self.painter.rect(rect, corners, self.palette.panel, self.edge(is_active), StrokeKind::Inside);
    }

    fn edge(&self, is_active: bool) -> Stroke {
        Stroke::new(HAIRLINE, if is_active { self.palette.accent } else { self.palette.line_strong })
    }

    fn words(&self, words: &str, rect: Rect, color: Color32) {
        let galley = self.galley(words, rect.width());
        let at = pos2(rect.left(), rect.center().y - galley.size().y / 2.0);
        self.painter.galley_with_override_text_color(at, galley, color);
    }

    fn galley(&self, words: &str, width: f32) -> Arc<Galley> {
        let format = TextFormat::simple(self.font.clone(), Color32::PLACEHOLDER);
        let mut job = LayoutJob::single_section(words.to_owned(), format);
        job.wrap = TextWrapping::truncate_at_width(width.max(1.0));
        self.painter.layout_job(job)
    }
}
