//! The prompt above the candidates: texts, images and turns of a conversation; it can be folded to a line.

use egui::{Align, Layout, Rect, Ui, UiBuilder, vec2};
use tiebreak_domain::rubric::QuestionKind;
use tiebreak_domain::{Context, ContextKind, Item};

use super::card::mask_of;
use super::pane::{self, Content};
use super::question::drawing::Drawing;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::compare_text::{self, Side};
use crate::desk::Desk;
use crate::document::{LineLook, one_line_ui};
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{ActionButton, Ink, caption_ui, text_ui};

/// Of the room above the answers, the prompt takes at most this share.
const MOST: f32 = 0.34;
/// The same where there is something to hold the candidates against.
const MOST_WITH_CONTEXT: f32 = 0.42;
/// From this width on, in points, what belongs to the prompt stands beside it.
const BESIDE_FROM: f32 = 700.0;
const HEADER: f32 = control::SMALL_HEIGHT;
const FOLDED: f32 = 28.0;

/// Paints the prompt at the top of `room`; says how high it is.
pub fn prompt_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    desk: &mut Desk,
    room: Rect,
    wanted: &mut Vec<Action>,
) -> f32 {
    let Some(shown) = &desk.session.current else { return 0.0 };
    let queued = shown.queued.clone();
    let captions = captions(&desk.info.rubric.shown_metadata, &queued.item.item);
    let beside: Vec<&Context> =
        queued.item.item.context.iter().filter(|context| context.kind == ContextKind::Reference).collect();
    let mask = mask_of(&queued.item.item);
    if queued.item.item.prompt.is_empty() && beside.is_empty() && captions.is_empty() && mask.is_none() {
        return 0.0;
    }
    let is_folded = scene.settings.prompt_collapsed && !is_marked_on(desk);
    // The button is higher than the words beside it; half of what it is higher stands in the margin.
    let header = Rect::from_min_size(room.min - vec2(0.0, space::SMALL), vec2(room.width(), HEADER));
    let source = queued.item.source;
    let parts = &queued.item.item.prompt;
    let share = if beside.is_empty() { MOST } else { MOST_WITH_CONTEXT };
    let most = if is_folded { FOLDED } else { (room.height() * share).max(60.0) };
    let wanted_height = desk.judge_screen.prompt_height(queued.item.id).unwrap_or(most);
    let height = if is_folded { FOLDED } else { wanted_height.clamp(FOLDED, most) };
    let body = Rect::from_min_size(header.left_bottom(), vec2(room.width(), height));
    ui.scope_builder(UiBuilder::new().max_rect(header).layout(Layout::left_to_right(Align::Center)), |ui| {
        // The caption stands above its text, wherever that is.
        if let Some((left, _)) = pane::column(ui, room.width(), scene.settings, true)
            && beside.is_empty()
            && !is_folded
        {
            ui.add_space(left);
        }
        caption_ui(ui, "Prompt");
        if !captions.is_empty() {
            ui.add_space(space::SMALL);
            text_ui(ui, &captions, Ink::Second, Face::Regular, text::SMALL);
        }
        let key = scene.keymap.key(Command::TogglePrompt);
        let label = if is_folded { "Unfold" } else { "Fold" };
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let button = ActionButton::new(label).quiet().small().key(&key).min_width(96.0);
            if ui.add(button).clicked() {
                wanted.push(Action::Command(Command::TogglePrompt));
            }
            compare_text::buttons_ui(ui, scene, &desk.judge_screen.texts, wanted);
            if mask.is_some() {
                mask_button_ui(ui, scene, desk.judge_screen.is_mask_shown, wanted);
            }
        });
    });
    if is_folded {
        let words = queued.item.item.prompt_text();
        let hidden = desk.documents.mask_of(true).map(|mask| mask.masked(&words));
        folded_ui(ui, body, hidden.as_deref().unwrap_or(&words));
    } else {
        ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
            let area = egui::ScrollArea::vertical()
                .id_salt(("prompt", queued.item.id.0))
                .auto_shrink([false, false])
                .max_height(height);
            let output = area.show(ui, |ui| {
                let drawing = drawing(desk);
                let overlay = desk.judge_screen.texts.overlay(Side::Prompt);
                let references = desk.judge_screen.texts.overlay(Side::Reference);
                let mut content = Content {
                    images: &mut desk.images,
                    player: &mut desk.player,
                    now_ms: scene.now.monotonic_ms,
                    documents: &mut desk.documents,
                    settings: scene.settings,
                    source,
                    is_prompt: true,
                    mask: mask.filter(|_| desk.judge_screen.is_mask_shown),
                    drawing,
                    overlay,
                    first_part: 0,
                    looked: None,
                };
                let is_wide = ui.available_width() >= BESIDE_FROM;
                if beside.is_empty() || !is_wide {
                    pane::parts_ui(ui, &mut content, parts, "Prompt");
                    ui.add_space(if beside.is_empty() { 0.0 } else { space::MEDIUM });
                    let drawing = std::mem::take(&mut content.drawing);
                    let revealed = std::mem::replace(&mut content.overlay, references).revealed;
                    context_ui(ui, &mut content, &beside);
                    return (drawing, reveal_ui(ui, revealed, &content));
                }
                let width = (ui.available_width() - space::HUGE) / 2.0;
                ui.horizontal_top(|ui| {
                    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                        ui.set_width(width);
                        pane::parts_ui(ui, &mut content, parts, "Prompt");
                    });
                    let drawing = std::mem::take(&mut content.drawing);
                    let revealed = std::mem::replace(&mut content.overlay, references).revealed;
                    ui.add_space(space::HUGE);
                    ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
                        ui.set_width(width);
                        context_ui(ui, &mut content, &beside);
                    });
                    (drawing, reveal_ui(ui, revealed, &content))
                })
                .inner
            });
            let (drawing, is_revealed) = output.inner;
            drawn(desk, &drawing, wanted);
            if is_revealed {
                desk.judge_screen.texts.finding.revealed();
            }
            desk.judge_screen.set_prompt_height(queued.item.id, output.content_size.y, ui.ctx());
        });
    }
    HEADER - space::SMALL + height + space::SMALL
}

/// Brings into view what was found in the prompt or in a reference.
fn reveal_ui(ui: &Ui, in_prompt: Option<Rect>, content: &Content<'_>) -> bool {
    let revealed = in_prompt.or(content.overlay.revealed);
    if let Some(rect) = revealed {
        ui.scroll_to_rect(rect, Some(Align::Center));
    }
    revealed.is_some()
}

/// What is to be held against the candidates, each under its title.
fn context_ui(ui: &mut Ui, content: &mut Content<'_>, context: &[&Context]) {
    for (index, context) in context.iter().enumerate() {
        if index > 0 {
            ui.add_space(space::MEDIUM);
        }
        let title = if context.title.is_empty() { "Reference" } else { &context.title };
        pane::centered_ui(ui, content.settings, content.is_prompt, |ui| caption_ui(ui, title));
        ui.add_space(space::TINY);
        pane::parts_ui(ui, content, &context.parts, title);
        content.first_part += context.parts.len();
    }
}

/// The metadata that the study wants beside the prompt: `category coding · turns 3`.
fn captions(columns: &[String], item: &Item) -> String {
    let value = |column: &String| {
        let value = item.metadata.get(column)?;
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        Some(format!("{column} {value}"))
    };
    columns.iter().filter_map(value).collect::<Vec<_>>().join("  ·  ")
}

/// Whether the keys are at an answer that is drawn on the prompt, which must be seen then.
fn is_marked_on(desk: &Desk) -> bool {
    let Some(shown) = desk.session.current.as_ref().filter(|_| !desk.session.is_plain()) else {
        return false;
    };
    shown.sheet.active_slot().is_some_and(|slot| {
        let kind = &shown.asked(&desk.session.setup.rubric).question(slot).kind;
        slot.candidate.is_none() && matches!(kind, QuestionKind::Marks { .. } | QuestionKind::Spans { .. })
    })
}

fn mask_button_ui(ui: &mut Ui, scene: &Scene<'_>, is_shown: bool, wanted: &mut Vec<Action>) {
    let key = scene.keymap.key(Command::ToggleMask);
    let button = ActionButton::new(Command::ToggleMask.label()).small().key(&key).min_width(84.0);
    let button = if is_shown { button.choice(true) } else { button.quiet() };
    if ui.add(button.help(Command::ToggleMask.help())).clicked() {
        wanted.push(Action::Command(Command::ToggleMask));
    }
}

/// What is drawn on the prompt.
fn drawing(desk: &Desk) -> Drawing {
    let Some(shown) = desk.session.current.as_ref().filter(|_| !desk.session.is_plain()) else {
        return Drawing::default();
    };
    let asked = shown.asked(&desk.session.setup.rubric);
    let parts = shown.queued.item.item.prompt.len();
    Drawing::of(&asked, shown.sheet.active_slot(), &shown.sheet.cursor, None, parts)
}

fn drawn(desk: &Desk, drawing: &Drawing, wanted: &mut Vec<Action>) {
    let Some(shown) = &desk.session.current else { return };
    let asked = shown.asked(&desk.session.setup.rubric);
    let changes = drawing.changes(&asked, shown.sheet.active_slot(), &shown.sheet.cursor).into_iter();
    wanted.extend(changes.map(|(slot, change)| Action::Answer(slot, change)));
}

fn folded_ui(ui: &mut Ui, rect: Rect, words: &str) {
    let ink = theme::palette(ui).ink_second;
    let first: String = words.split_whitespace().take(60).collect::<Vec<_>>().join(" ");
    let look = LineLook { face: Face::Regular, size: text::BODY, ink };
    let mut inner =
        ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    one_line_ui(&mut inner, &first, look);
}

/// The width in which a prompt of the window's width is laid out.
pub fn width(room: f32) -> f32 {
    room - control::BAR
}
