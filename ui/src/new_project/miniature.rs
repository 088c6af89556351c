//! A miniature of the question panel: what a rubric will ask, drawn from the rubric itself.
//!
//! Each question is a row, its title at the left and its control at the right, or below it where the title is long and
//! there is room; ratings of several candidates stand together as a table, as on the judge screen. Nothing in it can be
//! clicked and no answer is shown as chosen. Its size is a matter of the height of one line: small on the cards of the
//! gallery, larger beside the editor. What does not fit is counted in a last line. The controls are drawn in `drawing`.

mod drawing;

use egui::{Align2, Rect, Response, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};
use tiebreak_domain::Template;
use tiebreak_domain::rubric::{Question, QuestionKind, Rubric, Scope};

use self::drawing::Pen;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, text};

/// Height of a line on a card, in points.
pub const CARD_LINE: f32 = 17.0;
/// Height of a line in a preview, in points.
pub const PREVIEW_LINE: f32 = 28.0;

/// More candidates than this are not drawn.
const MOST_CANDIDATES: u8 = 4;
/// Entries of a list that are drawn, in rows of [`ENTRY_COLUMNS`].
const MOST_ENTRIES: usize = 9;
const ENTRY_COLUMNS: usize = 3;
/// Part of the width that titles take.
const TITLES: f32 = 0.36;

/// The picture of a rubric.
#[must_use = "call `show`"]
pub struct Miniature<'a> {
    rubric: &'a Rubric,
    candidates: u8,
    line: f32,
    height: Option<f32>,
}

/// What stands together: a question, or the ratings of all candidates.
enum Block<'a> {
    Question {
        question: &'a Question,
        /// Whether the control stands below the title.
        is_stacked: bool,
    },
    Table(Vec<&'a Question>),
}

impl<'a> Miniature<'a> {
    /// A picture with lines of the height they have in a preview.
    pub fn new(template: &'a Template) -> Self {
        let count = template.candidates;
        let candidates = count.most.min(MOST_CANDIDATES.max(count.least)).clamp(1, MOST_CANDIDATES);
        Self { rubric: &template.rubric, candidates, line: PREVIEW_LINE, height: None }
    }

    /// With lines of this height, in points.
    pub fn line(mut self, line: f32) -> Self {
        self.line = line;
        self
    }

    /// Exactly this high; questions that do not fit are counted.
    pub fn height(mut self, height: f32) -> Self {
        self.height = Some(height);
        self
    }

    /// Paints it in the width there is.
    pub fn show(&self, ui: &mut Ui) -> Response {
        let painter = ui.painter().clone();
        let font = Face::Medium.at((self.line * 0.55).min(text::SMALL));
        let pen = Pen { painter: &painter, palette: theme::palette(ui), line: self.line, font };
        let blocks = self.arranged(&pen, ui.available_width());
        let whole = self.height_of(&blocks);
        let size = vec2(ui.available_width(), self.height.unwrap_or(whole));
        let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, self.words()));
        if ui.is_rect_visible(rect) {
            let clipped = painter.with_clip_rect(rect.intersect(ui.clip_rect()));
            self.paint(&Pen { painter: &clipped, ..pen }, &blocks, rect);
        }
        response
    }

    /// What it shows, for those who do not see it.
    fn words(&self) -> String {
        let titles: Vec<&str> =
            self.rubric.questions.iter().take(5).map(|question| &*question.title).collect();
        let more = self.rubric.questions.len().saturating_sub(5);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("Picture of the questions: {}{more}", titles.join(", "))
    }

    /// The blocks, with long titles above their controls where there is room for that.
    fn arranged(&self, pen: &Pen<'_>, width: f32) -> Vec<Block<'a>> {
        let mut blocks = self.blocks();
        for block in &mut blocks {
            if let Block::Question { question, is_stacked } = block {
                *is_stacked = !pen.has_room(&question.title, width * TITLES - self.line * 0.4);
            }
        }
        if self.height.is_some_and(|height| self.height_of(&blocks) > height) {
            blocks = self.blocks();
        }
        blocks
    }

    fn height_of(&self, blocks: &[Block<'_>]) -> f32 {
        blocks.iter().map(|block| block.lines() * self.line).sum()
    }

    fn blocks(&self) -> Vec<Block<'a>> {
        let mut blocks: Vec<Block<'a>> = Vec::new();
        for question in &self.rubric.questions {
            let is_cell = self.candidates > 1
                && question.scope == Scope::Candidate
                && matches!(question.kind, QuestionKind::Rating { .. });
            match blocks.last_mut() {
                Some(Block::Table(rows)) if is_cell => rows.push(question),
                _ if is_cell => blocks.push(Block::Table(vec![question])),
                _ => blocks.push(Block::Question { question, is_stacked: false }),
            }
        }
        blocks
    }

    fn paint(&self, pen: &Pen<'_>, blocks: &[Block<'_>], rect: Rect) {
        let mut top = rect.top();
        let mut asked = 0;
        for block in blocks {
            let is_last = asked + block.len() == self.rubric.questions.len();
            let reserved = if is_last { 0.0 } else { self.line };
            // A table is cut by rows, anything else only as a whole.
            let room = ((rect.bottom() - top - reserved) / self.line + 0.01).max(0.0);
            let wanted = block.lines();
            let rows = match block {
                // The heading and the last line are lines too.
                Block::Table(_) if wanted > room => {
                    ((rect.bottom() - top) / self.line - 1.99).max(0.0) as usize
                }
                Block::Table(rows) => rows.len(),
                Block::Question { .. } => usize::from(wanted <= room),
            };
            if rows > 0 {
                let height = if rows == block.len() { wanted } else { 1.0 + rows as f32 } * self.line;
                let area = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), height));
                match block {
                    Block::Question { question, is_stacked } => {
                        self.question(pen, question, area, *is_stacked, asked == 0);
                    }
                    Block::Table(questions) => self.table(pen, &questions[..rows], area, asked == 0),
                }
                top += height;
                asked += rows;
            }
            if rows < block.len() {
                break;
            }
        }
        let left_out = self.rubric.questions.len() - asked;
        if left_out > 0 {
            let at = pos2(rect.left(), (top + self.line / 2.0).min(rect.bottom() - self.line / 2.0));
            let more = format!("and {left_out} more");
            pen.painter.text(at, Align2::LEFT_CENTER, more, pen.font.clone(), pen.palette.ink_third);
        }
    }

    fn question(&self, pen: &Pen<'_>, question: &Question, area: Rect, is_stacked: bool, is_first: bool) {
        let middle = area.left() + area.width() * TITLES;
        let below = area.top() + self.line;
        let (title_right, control_at) = if is_stacked {
            (area.right(), pos2(area.left(), below))
        } else {
            (middle - self.line * 0.4, pos2(middle, area.top()))
        };
        pen.title(&question.title, Rect::from_min_max(area.min, pos2(title_right, below)), is_first);
        let control = Rect::from_min_max(control_at, area.max).shrink2(vec2(0.0, self.line * 0.12));
        pen.control(question, control, self.candidates, is_first);
    }

    fn table(&self, pen: &Pen<'_>, questions: &[&Question], area: Rect, is_first: bool) {
        let left = area.left() + area.width() * TITLES;
        let width = (area.right() - left) / f32::from(self.candidates);
        for candidate in 0..self.candidates {
            let at = pos2(left + width * (f32::from(candidate) + 0.5), area.top() + self.line / 2.0);
            pen.letter(at, candidate);
        }
        for (index, question) in questions.iter().enumerate() {
            let top = area.top() + self.line * (index as f32 + 1.0);
            let title =
                Rect::from_min_max(pos2(area.left(), top), pos2(left - self.line * 0.4, top + self.line));
            let is_active = is_first && index == 0;
            pen.title(&question.title, title, is_active);
            let stroke = Stroke::new(HAIRLINE, pen.palette.line);
            pen.painter.hline(area.x_range(), top, stroke);
            let QuestionKind::Rating { scale } = &question.kind else { continue };
            for candidate in 0..self.candidates {
                let cell_left = left + width * f32::from(candidate);
                let cell = Rect::from_min_size(pos2(cell_left, top), vec2(width, self.line));
                pen.cell(
                    scale,
                    cell.shrink2(vec2(self.line * 0.25, self.line * 0.2)),
                    is_active && candidate == 0,
                );
            }
        }
    }
}

impl Block<'_> {
    /// How many lines high it is.
    fn lines(&self) -> f32 {
        match self {
            Self::Table(rows) => 1.0 + rows.len() as f32,
            Self::Question { question, is_stacked } => {
                f32::from(u8::from(*is_stacked))
                    + match &question.kind {
                        QuestionKind::Choice { entries } | QuestionKind::Checklist { entries } => {
                            entries.len().clamp(1, MOST_ENTRIES).div_ceil(ENTRY_COLUMNS) as f32
                        }
                        QuestionKind::Text { .. } => 1.25,
                        QuestionKind::Marks { .. } => 3.25,
                        QuestionKind::Spans { .. } => 2.25,
                        QuestionKind::Steps | QuestionKind::Segments => 3.0,
                        _ => 1.0,
                    }
            }
        }
    }

    /// How many questions it holds.
    fn len(&self) -> usize {
        match self {
            Self::Question { .. } => 1,
            Self::Table(rows) => rows.len(),
        }
    }
}

#[cfg(test)]
mod tests;
