//! The gallery: every template on a card, with a picture of what it asks; the marked one in full beside them.
//!
//! The search field has the keys: words narrow the cards, the arrows up and down move the mark by rows, those
//! to the left and right from card to card while nothing is typed. Which template is taken is up to the wizard.

mod card;

use egui::{Key, Rect, ScrollArea, Sense, Stroke, Ui, UiBuilder, pos2, vec2};
use tiebreak_domain::{ApiError, Template};

use super::{about, words};
use crate::app::notice::with_capital;
use crate::command::Chord;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, space, text};
use crate::widget::{Ink, Notice, Segmented, text_field_ui, text_ui};

/// Width of the pane that shows the marked template in full.
const DETAIL: f32 = 380.0;
/// Narrower than this, there is no such pane.
const WIDE: f32 = 760.0;
/// The narrowest a card gets.
const CARD: f32 = 240.0;
const GAP: f32 = space::MEDIUM;

/// The templates and what is looked for among them.
#[derive(Debug)]
pub struct Gallery {
    templates: Vec<Template>,
    /// What is searched of each, in lower case.
    searched: Vec<String>,
    error: Option<ApiError>,
    is_waiting: bool,
    search: String,
    /// A place in [`words::MEDIA`].
    media: Option<usize>,
    marked: usize,
    columns: usize,
    is_search_focused: bool,
    wants_focus: bool,
    scrolls_to_mark: bool,
}

/// What became of the gallery in this frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GalleryResponse {
    /// Whether the marked template is to be used.
    pub picks: bool,
    /// Whether the templates are to be asked for again.
    pub asks_again: bool,
}

impl Gallery {
    /// A gallery that holds one template until the others come.
    pub fn new(first: Template) -> Self {
        Self {
            searched: vec![searched_text(&first)],
            templates: vec![first],
            error: None,
            is_waiting: true,
            search: String::new(),
            media: None,
            marked: 0,
            columns: 1,
            is_search_focused: false,
            wants_focus: true,
            scrolls_to_mark: false,
        }
    }

    /// The templates came, or did not. A plain comparison is always the first.
    pub fn arrived(&mut self, result: Result<Vec<Template>, ApiError>) {
        self.is_waiting = false;
        match result {
            Ok(templates) => {
                self.error = None;
                let is_plain = |template: &Template| template.rubric.is_plain_comparison();
                let plain = templates.iter().position(is_plain);
                let mut templates = templates;
                let first = plain.map_or_else(|| self.templates.remove(0), |place| templates.remove(place));
                templates.insert(0, first);
                self.searched = templates.iter().map(searched_text).collect();
                self.templates = templates;
            }
            Err(error) => self.error = Some(error),
        }
    }

    /// Another try to get the templates is under way.
    pub fn asked_again(&mut self) {
        self.is_waiting = true;
        self.error = None;
    }

    /// The first template: a plain comparison.
    pub fn first(&self) -> &Template {
        &self.templates[0]
    }

    /// The gallery comes into view: the keys go to its search, the mark to the template in use.
    pub fn opens(&mut self, in_use: &Template) {
        self.wants_focus = true;
        let place = self.hits().iter().position(|hit| hit.id == in_use.id && hit.rubric == in_use.rubric);
        self.marked = place.unwrap_or(self.marked);
        self.scrolls_to_mark = true;
    }

    /// The template that is marked, if any is left.
    pub fn marked(&self) -> Option<&Template> {
        self.hits().get(self.marked).copied()
    }

    /// A key that moves the mark.
    pub fn key(&mut self, chord: Chord) {
        if !self.is_search_focused || chord.control || chord.alt {
            return;
        }
        let last = self.hits().len().saturating_sub(1);
        let is_free = self.search.is_empty();
        let columns = self.columns;
        self.marked = match chord.key {
            Key::ArrowDown => (self.marked + columns).min(last),
            Key::ArrowUp => self.marked.saturating_sub(columns),
            Key::ArrowRight if is_free => (self.marked + 1).min(last),
            Key::ArrowLeft if is_free => self.marked.saturating_sub(1),
            Key::PageDown => (self.marked + 2 * columns).min(last),
            Key::PageUp => self.marked.saturating_sub(2 * columns),
            _ => return,
        };
        self.scrolls_to_mark = true;
    }

    /// Joined options of what is compared, the same in the form and in the gallery.
    pub fn media_ui(&mut self, ui: &mut Ui) {
        let mut control = Segmented::new("What is compared");
        for (_, title) in words::MEDIA {
            control = control.option(title);
        }
        if control.show(ui, &mut self.media).changed() {
            self.wants_focus = true;
            self.marked = 0;
            self.scrolls_to_mark = true;
        }
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, height: f32) -> GalleryResponse {
        let mut response = GalleryResponse::default();
        let width = ui.available_width();
        let top = ui.cursor().top();
        let left_width = if width < WIDE { width } else { width - DETAIL - space::LARGE };
        response.picks = self.search_ui(ui, left_width);
        if let Some(error) = &self.error {
            let what = with_capital(&error.message);
            let notice = Notice::error(&what).todo(error.hint.as_deref().unwrap_or_default());
            response.asks_again = notice.action("Try again").show(ui).is_some();
        }
        let grid_height = (height - (ui.cursor().top() - top)).max(80.0);
        let grid = Rect::from_min_size(ui.cursor().min, vec2(left_width, grid_height));
        ui.scope_builder(UiBuilder::new().max_rect(grid).id_salt("cards"), |ui| {
            response.picks |= self.cards_ui(ui, grid_height);
        });
        if left_width < width {
            let detail =
                Rect::from_min_size(pos2(grid.left() + left_width + space::LARGE, top), vec2(DETAIL, height));
            let line = Stroke::new(HAIRLINE, theme::palette(ui).line);
            ui.painter().vline(detail.left() - space::SMALL, detail.y_range(), line);
            if let Some(template) = self.marked() {
                let id = format!("detail {}", template.id);
                ui.scope_builder(UiBuilder::new().max_rect(detail).id_salt("detail"), |ui| {
                    form::column_ui(ui, &id, height, |ui| {
                        about::facts_ui(ui, template);
                        about::picture_ui(ui, template);
                        about::questions_ui(ui, template);
                    });
                });
            }
        }
        response
    }

    /// The search; says whether Enter was pressed in it.
    fn search_ui(&mut self, ui: &mut Ui, width: f32) -> bool {
        let field = ui
            .scope(|ui| {
                ui.set_max_width(width);
                text_field_ui(ui, "Find a template", &mut self.search, "helpfulness, video, ranking, PRISM…")
            })
            .inner;
        if std::mem::take(&mut self.wants_focus) {
            field.request_focus();
        }
        if field.changed() {
            self.marked = 0;
            self.scrolls_to_mark = true;
        }
        self.is_search_focused = field.has_focus();
        ui.horizontal(|ui| {
            self.media_ui(ui);
            let says = if self.is_waiting {
                "Reading the templates…".to_owned()
            } else {
                form::counted(self.hits().len() as u64, "template", "templates")
            };
            text_ui(ui, says, Ink::Third, Face::Regular, text::SMALL);
        });
        field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter))
    }

    /// The cards in a grid; says whether one was clicked twice.
    fn cards_ui(&mut self, ui: &mut Ui, height: f32) -> bool {
        let mut clicked = None;
        let mut picks = false;
        let scrolls_to_mark = std::mem::take(&mut self.scrolls_to_mark);
        ScrollArea::vertical()
            .id_salt("gallery")
            .max_height(height)
            .min_scrolled_height(height)
            .auto_shrink(false)
            .show(ui, |ui| {
                let room = ui.available_width() - space::MEDIUM;
                self.columns = (((room + GAP) / (CARD + GAP)).floor() as usize).max(1);
                let width = ((room + GAP) / self.columns as f32 - GAP).floor();
                let size = vec2(width, card::HEIGHT);
                let hits = self.hits();
                let start = ui.cursor().min + vec2(2.0, 2.0);
                for (index, template) in hits.iter().enumerate() {
                    let (row, column) = (index / self.columns, index % self.columns);
                    let offset = vec2(column as f32 * (width + GAP), row as f32 * (card::HEIGHT + GAP));
                    let rect = Rect::from_min_size(start + offset, size);
                    let is_marked = index == self.marked;
                    if is_marked && scrolls_to_mark {
                        ui.scroll_to_rect(rect.expand(GAP), None);
                    }
                    let response = card::card_ui(ui, template, rect, is_marked);
                    if response.clicked() {
                        clicked = Some(index);
                    }
                    picks |= response.double_clicked();
                }
                let rows = hits.len().div_ceil(self.columns) as f32;
                ui.allocate_exact_size(vec2(room, rows * (card::HEIGHT + GAP)), Sense::hover());
                if hits.is_empty() {
                    text_ui(ui, "No template has all of these words", Ink::Second, Face::Regular, text::BODY);
                }
            });
        if let Some(index) = clicked {
            self.marked = index;
            // The keys stay with the search, so that the arrows go on from here.
            self.wants_focus = true;
        }
        picks
    }

    /// The templates with every word that was typed, about what is compared.
    fn hits(&self) -> Vec<&Template> {
        let words: Vec<String> = self.search.split_whitespace().map(str::to_lowercase).collect();
        let media = self.media.map(|index| words::MEDIA[index].0);
        let mut hits: Vec<&Template> = self
            .templates
            .iter()
            .zip(&self.searched)
            .filter(|(template, _)| media.is_none_or(|media| template.media == media))
            .filter(|(_, text)| words.iter().all(|word| text.contains(word)))
            .map(|(template, _)| template)
            .collect();
        hits.sort_by_key(|template| distance(template, &words));
        hits
    }
}

/// How far a hit is from what was typed: whoever types the beginning of a name wants what is called so, and what
/// only an export is called comes last.
fn distance(template: &Template, words: &[String]) -> u8 {
    let name = format!("{} {}", about::name(template), template.id).to_lowercase();
    let told = [&*template.about, &template.collects, &template.paper].join(" ").to_lowercase();
    let begins = |word: &String| {
        name.split(|letter: char| !letter.is_alphanumeric()).any(|part| part.starts_with(word))
    };
    if words.iter().all(begins) {
        0
    } else if words.iter().all(|word| name.contains(word)) {
        1
    } else if words.iter().all(|word| name.contains(word) || told.contains(word)) {
        2
    } else {
        3
    }
}

fn searched_text(template: &Template) -> String {
    let exports = words::exports(&template.exports);
    let top = [
        &*template.id,
        about::name(template),
        &template.about,
        &template.collects,
        &template.paper,
        words::media(&template.media),
        &exports,
    ];
    let questions = template.rubric.questions.iter();
    let questions = questions.flat_map(|question| [question.title.as_str(), question.kind.word()]);
    top.into_iter().chain(questions).collect::<Vec<_>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::bench::templates;
    use super::*;

    #[test]
    fn what_is_called_so_comes_before_what_only_mentions_it() {
        let mut templates = templates();
        templates[0].about = "Like five ratings, but one".into();
        templates[2].rubric.name = "Infivers".into();
        let mut gallery = Gallery::new(templates[0].clone());
        gallery.arrived(Ok(templates));
        gallery.search = "five".into();
        let hits: Vec<&str> = gallery.hits().iter().map(|template| template.id.as_str()).collect();
        assert_eq!(
            hits,
            ["sheet", "videos", "comparison"],
            "its beginning, then its inside, then a sentence"
        );
        gallery.search.clear();
        assert_eq!(gallery.hits()[0].id, "comparison", "the plain comparison is the first choice");
    }

    #[test]
    fn a_plain_comparison_is_first_even_where_none_comes_with_the_program() {
        let mut gallery = Gallery::new(templates().remove(0));
        gallery.arrived(Ok(templates().split_off(1)));
        assert_eq!(gallery.first().id, "comparison");
        assert_eq!(gallery.hits().len(), 3);
        let mut gallery = Gallery::new(templates().remove(0));
        let mut turned = templates();
        turned.reverse();
        gallery.arrived(Ok(turned));
        assert_eq!(gallery.first().id, "comparison", "and wherever it stands");
    }
}
