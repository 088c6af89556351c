//! Selecting words of a text and copying them.
//!
//! One text of the window has a selection at a time. It reaches over blocks from where the button went down to
//! where the pointer is: by characters, by words after a double click, by paragraphs after a triple click. Shift
//! with a click or with ← and → moves its end, Ctrl+A takes everything, Ctrl+C copies in the order of the text,
//! whatever the order on the screen.

use egui::text_selection::LabelSelectionState;
use egui::{Context, Event, Id, Key, Modifiers, Pos2, Rect, Response, Ui};

use super::laid_out::{LaidOut, Place};

/// What a drag takes as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Character,
    Word,
    Paragraph,
}

/// How often the button went down at one place in a short time.
#[derive(Clone, Copy, Debug, Default)]
struct Presses {
    count: u32,
    at: Pos2,
    seconds: f64,
}

/// Presses further apart than this, in points, are two.
const ONE_PLACE: f32 = 6.0;

impl Unit {
    /// The unit of the press of this frame, which is counted already when the button goes down.
    fn of_press(ui: &Ui, at: Pos2) -> Self {
        let seconds = ui.input(|input| input.time);
        let most_apart = ui.ctx().options(|options| options.input_options.max_double_click_delay);
        let presses = ui.ctx().data_mut(|data| {
            let presses: &mut Presses = data.get_temp_mut_or_default(Id::NULL);
            let goes_on = seconds - presses.seconds <= most_apart && presses.at.distance(at) <= ONE_PLACE;
            *presses = Presses { count: if goes_on { presses.count + 1 } else { 1 }, at, seconds };
            *presses
        });
        match presses.count {
            1 => Self::Character,
            2 => Self::Word,
            _ => Self::Paragraph,
        }
    }
}

/// What is selected, and in which text.
#[derive(Clone, Copy, Debug)]
struct Selection {
    /// The view of the text.
    view: Id,
    /// The text itself: another one in the same view has no selection.
    fingerprint: u64,
    /// Where it began: a place, or both ends of the word or paragraph that was clicked.
    anchor: (Place, Place),
    /// Its other end.
    focus: Place,
    unit: Unit,
    is_dragged: bool,
}

impl Selection {
    /// Both its ends, in the order of the text, widened to whole units.
    fn ends(&self, document: &LaidOut) -> (Place, Place) {
        let focus = around(document, self.focus, self.unit);
        (self.anchor.0.min(focus.0), self.anchor.1.max(focus.1))
    }
}

/// The ends of the unit at a place.
fn around(document: &LaidOut, place: Place, unit: Unit) -> (Place, Place) {
    let (index, byte) = place;
    let Some(words) = document.words.get(index) else { return (place, place) };
    let range = match unit {
        Unit::Character => return (place, place),
        Unit::Word => words.shaped.word_at(byte),
        Unit::Paragraph => words.shaped.paragraph_at(byte),
    };
    ((index, range.start), (index, range.end))
}

fn known(ctx: &Context) -> Option<Selection> {
    ctx.data(|data| data.get_temp::<Option<Selection>>(Id::NULL)).flatten()
}

fn keep(ctx: &Context, selection: Option<Selection>) {
    ctx.data_mut(|data| data.insert_temp(Id::NULL, selection));
}

/// The ends of what is selected in this view of `document`, if anything is.
pub(super) fn ends(ctx: &Context, view: Id, document: &LaidOut) -> Option<(Place, Place)> {
    let selection =
        known(ctx).filter(|known| known.view == view && known.fingerprint == document.fingerprint)?;
    let (first, last) = selection.ends(document);
    (first < last).then_some((first, last))
}

/// Takes what the mouse does on words of the view; `response` is that of the words.
pub(super) fn pointer_ui(ui: &Ui, view: Id, document: &LaidOut, response: &Response, origin: Pos2) {
    if response.hovered() {
        ui.set_cursor_icon(egui::CursorIcon::Text);
    }
    let ctx = ui.ctx();
    let is_pressed =
        ui.input(|input| input.pointer.primary_pressed()) && response.is_pointer_button_down_on();
    // Finding a place costs more than a pointer that only passes may.
    if !is_pressed && !response.dragged_by(egui::PointerButton::Primary) {
        return;
    }
    let Some(pointer) = ctx.pointer_interact_pos() else { return };
    let Some(place) = document.place_at(pointer - origin.to_vec2()) else { return };
    if is_pressed {
        let unit = Unit::of_press(ui, pointer);
        let before =
            known(ctx).filter(|known| known.view == view && known.fingerprint == document.fingerprint);
        let is_longer = ui.input(|input| input.modifiers.shift);
        // The character under the pointer tells the word; the place beside it may lie at the next one.
        let under = under(document, pointer - origin.to_vec2()).filter(|_| unit != Unit::Character);
        let selection = if let Some(before) = before.filter(|_| is_longer) {
            Selection { focus: place, is_dragged: true, ..before }
        } else {
            let at = under.unwrap_or(place);
            let fingerprint = document.fingerprint;
            let anchor = around(document, at, unit);
            Selection { view, fingerprint, anchor, focus: at, unit, is_dragged: true }
        };
        keep(ctx, Some(selection));
        // Only one thing of the window is selected, be it a text or a label.
        ctx.plugin::<LabelSelectionState>().lock().clear_selection();
    } else if let Some(selection) = known(ctx).filter(|known| known.view == view && known.is_dragged)
        && ui.input(|input| input.pointer.primary_down())
    {
        let under = under(document, pointer - origin.to_vec2()).filter(|_| selection.unit != Unit::Character);
        keep(ctx, Some(Selection { focus: under.unwrap_or(place), ..selection }));
        // A drag beyond the edge goes on to what is there.
        if !ui.clip_rect().y_range().contains(pointer.y) {
            ui.scroll_to_rect(Rect::from_center_size(pointer, egui::Vec2::splat(2.0)), None);
            ctx.request_repaint();
        }
    }
}

fn under(document: &LaidOut, at: Pos2) -> Option<Place> {
    let (index, _) = document.place_at(at)?;
    let words = &document.words[index];
    words.shaped.character_at(at - words.at).map(|range| (index, range.start))
}

/// Takes keys, and forgets what is selected once something else was pressed.
pub(super) fn keys_ui(ui: &Ui, view: Id, document: &LaidOut, is_pressed_on: bool) {
    let ctx = ui.ctx();
    let Some(selection) = known(ctx).filter(|known| known.view == view) else { return };
    let is_other = selection.fingerprint != document.fingerprint;
    let is_pressed = ui.input(|input| input.pointer.any_pressed());
    let is_escaped = ui.input(|input| input.key_pressed(Key::Escape));
    if is_other || (is_pressed && !is_pressed_on) || is_escaped {
        return keep(ctx, None);
    }
    if ui.input(|input| input.pointer.any_released()) {
        keep(ctx, Some(Selection { is_dragged: false, ..selection }));
    }
    // Whoever is written in has the keys.
    if ctx.text_edit_focused() {
        return;
    }
    let selects_all = ui.input_mut(|input| input.consume_key(Modifiers::COMMAND, Key::A));
    if selects_all && let Some(last) = document.words.len().checked_sub(1) {
        let end = (last, document.words[last].shaped.text().len());
        keep(
            ctx,
            Some(Selection { anchor: ((0, 0), (0, 0)), focus: end, unit: Unit::Character, ..selection }),
        );
    }
    for (key, is_right) in [(Key::ArrowLeft, false), (Key::ArrowRight, true)] {
        let has_selection = ends(ctx, view, document).is_some();
        if has_selection && ui.input_mut(|input| input.consume_key(Modifiers::SHIFT, key)) {
            let focus = beside(document, selection.focus, is_right);
            keep(ctx, Some(Selection { focus, unit: Unit::Character, ..selection }));
        }
    }
    let copies = ui.input(|input| input.events.iter().any(|event| matches!(event, Event::Copy)));
    if copies && let Some((first, last)) = ends(ctx, view, document) {
        ctx.copy_text(document.copied(first, last));
    }
}

/// The next place to the right or to the left of one as it is seen; at the end of the words, in the next ones.
fn beside(document: &LaidOut, place: Place, is_right: bool) -> Place {
    let (index, byte) = place;
    let Some(words) = document.words.get(index) else { return place };
    if let Some(byte) = words.shaped.beside(byte, is_right) {
        return (index, byte);
    }
    let is_forth = is_right != words.shaped.is_right_to_left;
    if is_forth && index + 1 < document.words.len() {
        (index + 1, 0)
    } else if !is_forth && let Some(index) = index.checked_sub(1) {
        (index, document.words[index].shaped.text().len())
    } else {
        place
    }
}
