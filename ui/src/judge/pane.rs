//! A candidate's card: its letter, its size, and its parts one under the other.

use egui::{Rect, Sense, Ui, UiBuilder, Vec2, pos2, vec2};
use tiebreak_domain::part::say_nothing;
use tiebreak_domain::{Candidate, Part, Settings, SourceId, TextFormat};

use super::image_pane::{Picture, image_ui, looked_at_ui};
use super::looks::Looks;
use super::question::drawing::Drawing;
use super::question::marks::Canvas;
use crate::compare::Looking;
use crate::compare_text::Overlay;
use crate::document::{DocumentCache, LaidOut, Marking, Reading, marked_ui};
use crate::images::Images;
use crate::player::{self, Player};
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, space, text};
use crate::widget::{Ink, caption_ui, text_ui};

/// What parts are painted with.
pub struct Content<'a> {
    /// Decoded images.
    pub images: &'a mut Images,
    /// What plays.
    pub player: &'a mut Player,
    /// The time.
    pub now_ms: u64,
    /// Laid-out texts.
    pub documents: &'a mut DocumentCache,
    /// Text size and the like.
    pub settings: &'a Settings,
    /// The file the item came with.
    pub source: SourceId,
    /// Whether it is the prompt, which is set a little larger.
    pub is_prompt: bool,
    /// An image laid over every picture.
    pub mask: Option<&'a str>,
    /// What is drawn on each part; and what was drawn in this frame.
    pub drawing: Drawing,
    /// What lies over its texts; and where they were painted.
    pub overlay: Overlay,
    /// The place of the first part among those that the overlay counts.
    pub first_part: usize,
    /// How one of its pictures is looked at; none where none is.
    pub looked: Option<Looked<'a>>,
}

/// How a picture among other parts is looked at.
pub struct Looked<'a> {
    /// What can be looked at.
    pub looks: &'a Looks,
    /// How it is.
    pub looking: &'a mut Looking,
    /// The place of the candidate.
    pub position: usize,
    /// The number of the picture that was pressed or zoomed just now, counted from the candidate's first.
    pub touched: Option<usize>,
}

/// Of the window's height, a picture among other parts takes at most this share.
const SHARE: f32 = 0.58;
/// The same beside the prompt.
const PROMPT_SHARE: f32 = 0.24;

/// With so much room beside a column of text it stands in the middle, in multiples of the text size.
const CENTERED_FROM_EMS: f32 = 24.0;
/// The same of the prompt, which begins at the window's edge like what stands below it.
const PROMPT_CENTERED_FROM_EMS: f32 = 54.0;

/// The one picture of a candidate that is nothing else; it gets the whole pane.
pub fn only_picture(candidate: &Candidate) -> Option<&Part> {
    match candidate.parts.as_slice() {
        [only @ (Part::Image { .. } | Part::Video { .. } | Part::Audio { .. })] => Some(only),
        _ => None,
    }
}

/// Paints parts one under the other, in the width there is.
pub fn parts_ui(ui: &mut Ui, content: &mut Content<'_>, parts: &[Part], name: &str) {
    ui.spacing_mut().item_spacing.y = 0.0;
    if !content.is_prompt && say_nothing(parts) {
        let says = |ui: &mut Ui| text_ui(ui, "Empty response", Ink::Third, Face::Regular, text::BODY);
        return drop(centered_ui(ui, content.settings, false, says));
    }
    let mut is_first = true;
    let mut pictures = 0;
    for (index, part) in parts.iter().enumerate() {
        if content.overlay.hides(content.first_part + index) {
            continue;
        }
        if !std::mem::take(&mut is_first) {
            ui.add_space(space::MEDIUM);
        }
        let top = ui.cursor().top();
        match part {
            Part::Text { text, format } => words_ui(ui, content, index, text, *format),
            Part::Message { role, text } => {
                centered_ui(ui, content.settings, content.is_prompt, |ui| caption_ui(ui, role));
                ui.add_space(space::TINY);
                words_ui(ui, content, index, text, TextFormat::Markdown);
            }
            part if content.looked.as_ref().is_some_and(|looked| looked.is_of(index)) => {
                let plays = content.player.plays(content.source, part);
                let (rect, _) = ui.allocate_exact_size(picture_size(ui, content, plays), Sense::hover());
                looked_ui(ui, content, index, rect);
            }
            part if content.player.plays(content.source, part) => {
                let size = match part {
                    Part::Audio { .. } => vec2(ui.available_width(), player::pane::SOUND_HEIGHT),
                    _ => picture_size(ui, content, true),
                };
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                let Some(medium) = player::medium_of(content.source, part) else { continue };
                let name = format!("{name}, {} {}", player::pane::kind_word(part), index + 1);
                let playing = player::pane::Playing { medium: &medium, name: &name, now_ms: content.now_ms };
                let mut none = Canvas::default();
                let canvas = content.drawing.canvases.get_mut(index).unwrap_or(&mut none);
                playing.ui(ui, content.player, rect, canvas);
            }
            Part::Image { uri } => {
                let (pane, _) = ui.allocate_exact_size(picture_size(ui, content, false), Sense::hover());
                let name = format!("{name}, image {}", index + 1);
                let picture = Picture { source: content.source, uri, name: &name, mask: content.mask };
                let mut none = Canvas::default();
                let canvas = content.drawing.canvases.get_mut(index).unwrap_or(&mut none);
                image_ui(ui, content.images, picture, pane, canvas);
            }
            // Always shown by the player.
            Part::Video { .. } | Part::Audio { .. } => {}
        }
        if matches!(part, Part::Image { .. } | Part::Video { .. }) {
            let is_gesture =
                |input: &egui::InputState| input.pointer.any_pressed() || input.zoom_delta() != 1.0;
            let is_touched = ui.input(is_gesture) && ui.rect_contains_pointer(ui.min_rect().with_min_y(top));
            if let Some(looked) = content.looked.as_mut().filter(|_| is_touched) {
                looked.touched = Some(pictures);
            }
            pictures += 1;
        }
    }
}

/// How large the picture of a part is, or the video with the line under it.
fn picture_size(ui: &Ui, content: &Content<'_>, plays: bool) -> Vec2 {
    let side = ui.available_width();
    let window = ui.ctx().content_rect().height();
    let most = if content.is_prompt { window * PROMPT_SHARE } else { window * SHARE };
    let height = if plays { side * 0.5625 + player::pane::LINE_HEIGHT } else { side * 0.75 };
    vec2(side, height.min(most.max(180.0)))
}

impl Looked<'_> {
    fn is_of(&self, part: usize) -> bool {
        self.looks.part(self.position) == Some(part)
    }
}

/// Paints the part that is looked at closely.
fn looked_ui(ui: &mut Ui, content: &mut Content<'_>, part: usize, pane: Rect) {
    let Content { images, player, now_ms, drawing, mask, looked, .. } = content;
    let Some(looked) = looked else { return };
    let mut none = Canvas::default();
    let canvas = drawing.canvases.get_mut(part).unwrap_or(&mut none);
    looked_at_ui(ui, images, player, looked, *mask, pane, *now_ms, canvas);
}

fn words_ui(ui: &mut Ui, content: &mut Content<'_>, part: usize, words: &str, format: TextFormat) {
    let settings = content.settings;
    let is_prompt = content.is_prompt;
    centered_ui(ui, settings, is_prompt, |ui| {
        let reading = Reading::of(ui, ui.available_width(), settings.text_size);
        let laid_out = content.documents.get_masked(ui.ctx(), words, format, reading, Some(is_prompt));
        let mut none = Marking::default();
        let marking = content.drawing.markings.get_mut(part).unwrap_or(&mut none);
        let part = content.first_part + part;
        marking.highlights = content.overlay.highlights(part);
        let (above, below) = content.overlay.folded(part, &laid_out);
        let top = cut_ui(ui, &laid_out, marking, above, below);
        content.overlay.painted(part, top, &laid_out, (above, below));
    });
}

/// Paints a text without what is folded of it above and below; gives the height of its beginning.
fn cut_ui(ui: &mut Ui, laid_out: &LaidOut, marking: &mut Marking, above: f32, below: f32) -> f32 {
    if above == 0.0 && below == 0.0 {
        return marked_ui(ui, laid_out, marking).rect.top();
    }
    let size = laid_out.size();
    let (seen, _) = ui.allocate_exact_size(vec2(size.x, size.y - above - below), Sense::hover());
    let whole = Rect::from_min_size(seen.min - vec2(0.0, above), size);
    let mut inner = ui.new_child(UiBuilder::new().max_rect(whole));
    inner.set_clip_rect(seen.intersect(ui.clip_rect()));
    marked_ui(&mut inner, laid_out, marking).rect.top()
}

/// Where a column of text stands in a very wide pane, from its left edge, and how wide it is; none where it
/// begins at the left.
pub fn column(ui: &Ui, width: f32, settings: &Settings, is_prompt: bool) -> Option<(f32, f32)> {
    let measure = Reading::of(ui, width, settings.text_size).width;
    let spare = width - measure;
    // A little room at the right is no reason to leave the edge that the letter above stands on.
    let from = if is_prompt { PROMPT_CENTERED_FROM_EMS } else { CENTERED_FROM_EMS };
    (spare >= settings.text_size * from).then_some(((spare / 2.0).floor(), measure))
}

/// Paints in a column no wider than reads well, in the middle of the width there is.
pub fn centered_ui<R>(
    ui: &mut Ui,
    settings: &Settings,
    is_prompt: bool,
    paint: impl FnOnce(&mut Ui) -> R,
) -> R {
    let Some((left, measure)) = column(ui, ui.available_width(), settings, is_prompt) else {
        return paint(ui);
    };
    let room = ui.available_rect_before_wrap();
    let column = Rect::from_min_size(room.min + vec2(left, 0.0), vec2(measure, room.height()));
    let layout = egui::Layout::top_down(egui::Align::Min);
    ui.scope_builder(UiBuilder::new().max_rect(column).layout(layout), |ui| {
        ui.set_width(measure);
        paint(ui)
    })
    .inner
}

/// What stands beside the letter: words, or width and height.
pub fn size_words(candidate: &Candidate, full_size: Option<[u32; 2]>) -> String {
    if let Some([width, height]) = full_size {
        return format!("{width} × {height}");
    }
    let words: usize =
        candidate.parts.iter().filter_map(Part::text).map(|text| text.split_whitespace().count()).sum();
    match words {
        0 => String::new(),
        1 => "1 word".to_owned(),
        words => format!("{} words", super::top_bar::grouped(words as u64)),
    }
}

/// Where a card's content stands, inside its frame.
pub fn inside(card: Rect) -> (Rect, Rect) {
    let header = Rect::from_min_size(
        card.min + vec2(space::LARGE, space::MEDIUM),
        vec2(card.width() - 2.0 * space::LARGE, theme::control::BADGE),
    );
    let body = Rect::from_min_max(
        header.left_bottom() + vec2(0.0, space::MEDIUM),
        card.max - vec2(space::TINY, space::TINY),
    );
    (header, body)
}

/// Where a picture that is all of a card stands, below its header.
pub fn picture_in(card: Rect, body: Rect) -> Rect {
    Rect::from_min_max(pos2(card.left() + FOCUS_RING, body.top()), card.max - vec2(FOCUS_RING, FOCUS_RING))
}

/// Paints inside a rectangle.
pub fn within<R>(ui: &mut Ui, rect: Rect, paint: impl FnOnce(&mut Ui) -> R) -> R {
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        paint(ui)
    })
    .inner
}
