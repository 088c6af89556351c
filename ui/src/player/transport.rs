//! The bar under the panes: play, step, where the clock is, and how fast it goes.

use egui::{
    Align, Align2, Color32, Id, Key, Layout, Order, Rect, Response, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    Vec2, WidgetInfo, pos2, vec2,
};

use tiebreak_domain::{Note, QueuedItem};

use super::Player;
use super::icon::{Icon, icon_button_ui};
use super::notes::Tick;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::judge::question::letter_at;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, control, radius, space, text};
use crate::widget::{ActionButton, Ink, as_read_ui, figures_ui, focus_ring_ui, text_ui};

/// Its height.
pub const HEIGHT: f32 = 44.0;
/// Below this width the speed has no buttons of its own; it has its keys.
const NARROW: f32 = 620.0;
/// At most so many small pictures stand over the bar, one for each pane.
const MOST_THUMBS: usize = 12;
/// More than so many stand in two rows.
const MOST_A_ROW: usize = 4;
/// So near to a tick, in points, the pointer is on it.
const NEAR: f32 = 6.0;
/// Words over the bar are no wider than this.
const WIDEST_WORDS: f32 = 320.0;
/// Height of such a picture.
const THUMB_HEIGHT: f32 = 84.0;

/// A time as the bar says it: minutes, seconds, hundredths; hours where there are any.
pub fn clock_words(time_us: u64) -> String {
    let hundredths = time_us / 10_000;
    let (seconds, minutes, hours) = (hundredths / 100 % 60, hundredths / 6_000 % 60, hundredths / 360_000);
    let rest = format!("{seconds:02}.{:02}", hundredths % 100);
    if hours > 0 { format!("{hours}:{minutes:02}:{rest}") } else { format!("{minutes}:{rest}") }
}

/// A speed as the bar says it: `0.25×`, `1×`.
pub fn speed_words(speed_percent: u16) -> String {
    let words = format!("{:.2}", f32::from(speed_percent) / 100.0);
    format!("{}×", words.trim_end_matches('0').trim_end_matches('.'))
}

/// Paints it.
pub fn transport_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, room: Rect, wanted: &mut Vec<Action>) {
    let now_ms = scene.now.monotonic_ms;
    ui.scope_builder(UiBuilder::new().max_rect(room).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = space::TINY;
        let player = &mut desk.player;
        let is_going = player.clock().is_playing() && !player.clock().is_over(now_ms);
        let button = |ui: &mut Ui, icon, command: Command, name: &str, is_on| {
            let key = scene.keymap.key(command);
            icon_button_ui(ui, icon, name, &key, is_on).clicked().then_some(Action::Command(command))
        };
        let (icon, name) = if is_going { (Icon::Pause, "Pause") } else { (Icon::Play, "Play") };
        wanted.extend(button(ui, icon, Command::PlayPause, name, false));
        wanted.extend(button(ui, Icon::Back, Command::FrameBack, Command::FrameBack.label(), false));
        wanted.extend(button(ui, Icon::Forth, Command::FrameForth, Command::FrameForth.label(), false));
        ui.add_space(space::SMALL);
        let length_us = player.clock().length_us();
        let (time, length) = (clock_words(player.clock().time_us(now_ms)), clock_words(length_us));
        let widest = format!("{length} / {length}");
        figures_ui(ui, &format!("{time} / {length}"), &widest, Ink::Second, text::SMALL, Align::Min);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = space::TINY;
            let loops = player.clock().loops();
            let key = scene.keymap.key(Command::NoteHere);
            let note = ActionButton::new("Note").quiet().small().key(&key).help(Command::NoteHere.help());
            if room.width() >= NARROW && ui.add(note).clicked() {
                wanted.push(Action::Command(Command::NoteHere));
            }
            wanted.extend(button(ui, Icon::Loop, Command::ToggleLoop, Command::ToggleLoop.label(), loops));
            speed_ui(ui, scene, player, room.width() >= NARROW, wanted);
            ui.add_space(space::SMALL);
            let waits = player.says_it_waits(now_ms);
            ui.scope(|ui| {
                ui.set_width(WAIT_WIDTH);
                if waits {
                    text_ui(ui, "Buffering…", Ink::Third, Face::Regular, text::SMALL);
                }
            });
            let bar = ui.available_rect_before_wrap().shrink2(vec2(space::MEDIUM, 0.0));
            let Some(shown) = &desk.session.current else { return };
            let noted = Noted { queued: &shown.queued, notes: &shown.draft.notes };
            if player.writing.is_some() {
                writing_ui(ui, player, noted, bar, wanted);
            } else {
                scrub_ui(ui, scene, player, noted, bar, wanted);
            }
        });
    });
}

const WAIT_WIDTH: f32 = 72.0;

fn speed_ui(ui: &mut Ui, scene: &Scene<'_>, player: &Player, has_room: bool, wanted: &mut Vec<Action>) {
    let says = speed_words(player.clock().speed_percent());
    let mut small = |ui: &mut Ui, label: &str, name: &str, command: Command, width: f32| {
        let key = scene.keymap.key(command);
        let help = format!("{name}  {}", crate::widget::key_label(&key));
        let response = ui.add(ActionButton::new(label).quiet().small().min_width(width).help(&help));
        if response.clicked() {
            wanted.push(Action::Command(command));
        }
    };
    // From the right, as the layout goes.
    if has_room {
        small(ui, "+", "Faster", Command::Faster, 0.0);
    }
    small(ui, &says, "Usual speed", Command::UsualSpeed, 60.0);
    if has_room {
        small(ui, "−", "Slower", Command::Slower, 0.0);
    }
}

/// An item and what was noted of it.
#[derive(Clone, Copy)]
struct Noted<'a> {
    queued: &'a QueuedItem,
    notes: &'a [Note],
}

impl Noted<'_> {
    /// `A 0:01.24 the hand melts`.
    fn words(&self, index: usize) -> String {
        self.notes.get(index).map_or_else(String::new, |note| format!("{} {}", self.place(note), note.text))
    }

    fn place(&self, note: &Note) -> String {
        let candidate = note.candidate.map(usize::from);
        let place = candidate.and_then(|candidate| {
            self.queued.order.indices().iter().position(|index| usize::from(*index) == candidate)
        });
        let letter = place.map_or_else(|| "Prompt".to_owned(), |place| letter_at(place).to_string());
        format!("{letter} {}", clock_words(note.at_us))
    }
}

/// The line in which a note is typed, where the bar is else.
fn writing_ui(ui: &mut Ui, player: &mut Player, noted: Noted<'_>, bar: Rect, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let Some(writing) = &mut player.writing else { return };
    let place = noted.place(&writing.note);
    ui.scope_builder(UiBuilder::new().max_rect(bar).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        text_ui(ui, place, Ink::Accent, Face::Figures, text::SMALL);
        let is_new = writing.index.is_none();
        let says =
            if is_new { "What is here? Enter keeps it, Esc does not" } else { "Without words it goes" };
        let hint = egui::RichText::new(says).color(palette.ink_third);
        let edit = egui::TextEdit::singleline(&mut writing.note.text)
            .id_salt(("note", noted.queued.item.id))
            .font(Face::Regular.at(text::BODY))
            .hint_text(hint)
            .desired_width(ui.available_width())
            .margin(egui::Margin::symmetric(space::SMALL as i8, space::TINY as i8));
        let field = ui.add(edit);
        field.widget_info(|| WidgetInfo::labeled(egui::Role::TextInput, true, "Note on this moment"));
        as_read_ui(ui, &field, &writing.note.text);
        if std::mem::take(&mut writing.wants_focus) {
            field.request_focus();
        } else if field.lost_focus() {
            let is_kept = ui.input(|input| input.key_pressed(Key::Enter));
            let has_words =
                !writing.note.text.trim().is_empty() && !ui.input(|input| input.key_pressed(Key::Escape));
            let notes = (is_kept || has_words).then(|| writing.put_into(noted.notes));
            wanted.push(Action::SetNotes(noted.queued.item.id, notes));
        }
    });
}

/// The bar on which a place is found.
fn scrub_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    player: &mut Player,
    noted: Noted<'_>,
    bar: Rect,
    wanted: &mut Vec<Action>,
) {
    let now_ms = scene.now.monotonic_ms;
    let palette = theme::palette(ui);
    let response = ui.interact(bar, ui.scope_id().with("scrub"), Sense::click_and_drag());
    let (time_us, length_us) = (player.clock().time_us(now_ms), player.clock().length_us());
    let seconds = |time_us: u64| time_us as f64 / 1e6;
    response.widget_info(|| WidgetInfo::slider(true, seconds(time_us), "Position in seconds"));
    let track = Rect::from_center_size(bar.center(), vec2(bar.width(), control::BAR));
    let at = |time_us: u64| {
        let share = if length_us == 0 { 0.0 } else { (seconds(time_us) / seconds(length_us)) as f32 };
        track.left() + share.clamp(0.0, 1.0) * track.width()
    };
    let time_at = |x: f32| {
        let share = ((x - track.left()) / track.width()).clamp(0.0, 1.0);
        (f64::from(share) * length_us as f64) as u64
    };
    let ticks = player.ticks(noted.queued, noted.notes);
    let near = response.hover_pos().and_then(|pointer| {
        let off = |tick: &Tick| (at(tick.time_us) - pointer.x).abs();
        ticks.iter().filter(|tick| off(tick) <= NEAR).min_by(|one, other| off(one).total_cmp(&off(other)))
    });
    match near.filter(|_| response.clicked()) {
        // Exactly its moment, wherever on the tick it was clicked.
        Some(tick) => player.seek(tick.time_us, now_ms),
        None => take_pointer(ui, player, &response, time_at, now_ms),
    }
    if response.has_focus() {
        take_keys(ui, &response, wanted);
    }
    let painter = ui.painter();
    let is_near = response.hovered() || response.dragged();
    let height = if is_near { control::BAR + 2.0 } else { control::BAR };
    let track = Rect::from_center_size(track.center(), vec2(track.width(), height));
    painter.rect_filled(track, radius::SMALL, palette.line);
    if let Some([from_us, to_us]) = player.clock().range_us() {
        let range = Rect::from_x_y_ranges(at(from_us)..=at(to_us), track.y_range()).expand2(vec2(0.0, 5.0));
        painter.rect_filled(range, radius::SMALL, palette.accent_wash);
        painter.rect_stroke(range, radius::SMALL, Stroke::new(HAIRLINE, palette.accent), StrokeKind::Inside);
    }
    let played = track.with_max_x(at(time_us));
    painter.rect_filled(played, radius::SMALL, palette.accent);
    painter.circle_filled(
        pos2(at(time_us), track.center().y),
        if is_near { 8.0 } else { 6.0 },
        palette.accent,
    );
    for tick in &ticks {
        let color = if Some(tick) == near { palette.accent } else { palette.ink_second };
        painter.add(super::icon::tick(pos2(at(tick.time_us), track.top() - 2.0), color));
    }
    if response.has_focus() {
        focus_ring_ui(painter, track, radius::SMALL, palette);
    }
    if let Some(pointer) = response.hover_pos().filter(|_| length_us > 0) {
        let hovered_us = near.map_or_else(|| time_at(pointer.x), |tick| tick.time_us);
        let says = near.map(|tick| noted.words(tick.index)).unwrap_or_default();
        painter.vline(at(hovered_us), track.y_range().expand(4.0), Stroke::new(HAIRLINE, palette.ink_third));
        thumbs_ui(ui, player, pos2(at(hovered_us), bar.top()), hovered_us, &says);
    }
}

fn take_pointer(
    ui: &Ui,
    player: &mut Player,
    response: &Response,
    time_at: impl Fn(f32) -> u64,
    now_ms: u64,
) {
    let pointer = response.interact_pointer_pos();
    let is_range = ui.input(|input| input.modifiers.shift);
    if let (true, Some(pointer)) = (response.dragged() && is_range, pointer) {
        let origin = ui.input(|input| input.pointer.press_origin()).unwrap_or(pointer);
        let (one_us, other_us) = (time_at(origin.x), time_at(pointer.x));
        player.set_range([one_us.min(other_us), one_us.max(other_us)], now_ms);
    } else if let (true, Some(pointer)) =
        (response.dragged() || response.is_pointer_button_down_on(), pointer)
    {
        player.drag_to(time_at(pointer.x), now_ms);
        ui.ctx().request_repaint();
    } else if let (true, Some(pointer)) = (response.clicked(), pointer) {
        player.seek(time_at(pointer.x), now_ms);
    } else {
        player.drag_ended();
    }
}

fn take_keys(ui: &Ui, response: &Response, wanted: &mut Vec<Action>) {
    let arrows = egui::EventFilter { horizontal_arrows: true, ..egui::EventFilter::default() };
    ui.ctx().memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    let is_pressed = |key| ui.input(|input| input.modifiers.is_none() && input.key_pressed(key));
    for (key, command) in [(Key::ArrowLeft, Command::FrameBack), (Key::ArrowRight, Command::FrameForth)] {
        if is_pressed(key) {
            wanted.push(Action::Command(command));
        }
    }
}

/// What the panes show at the time under the pointer, in small, above the bar.
fn thumbs_ui(ui: &Ui, player: &mut Player, below: egui::Pos2, time_us: u64, says: &str) {
    let palette = theme::palette(ui);
    let pictures = player.thumbs_at(ui.ctx(), time_us, MOST_THUMBS);
    let says = if says.is_empty() { clock_words(time_us) } else { says.to_owned() };
    let words = ui.painter().layout(says, Face::Figures.at(text::SMALL), palette.ink, WIDEST_WORDS);
    let widths: Vec<f32> = pictures.iter().map(|(_, ratio)| (THUMB_HEIGHT * ratio).min(168.0)).collect();
    let (room, places) = thumb_places(&widths);
    let inner = vec2(room.x.max(words.size().x), room.y + words.size().y);
    let outer = inner + vec2(2.0 * space::SMALL, 2.0 * space::SMALL);
    let window = ui.ctx().content_rect();
    let left = (below.x - outer.x / 2.0).clamp(window.left(), (window.right() - outer.x).max(window.left()));
    let rect = Rect::from_min_size(pos2(left, below.y - outer.y - space::TINY), outer);
    let layer = egui::LayerId::new(Order::Tooltip, Id::unique("scrub pictures"));
    let painter = ui.ctx().layer_painter(layer);
    painter.rect_filled(rect, radius::MEDIUM, palette.panel);
    painter.rect_stroke(rect, radius::MEDIUM, Stroke::new(HAIRLINE, palette.line_strong), StrokeKind::Inside);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    let origin = vec2(rect.center().x - room.x / 2.0, rect.top() + space::SMALL);
    for ((texture, ratio), place) in pictures.iter().zip(places) {
        let size = place.size();
        // As it is, within the room that it has.
        let shown = vec2(size.y * ratio, size.y) * (size.x / (size.y * ratio)).min(1.0);
        let place = Align2::CENTER_CENTER.align_size_within_rect(shown, place.translate(origin));
        painter.image(*texture, place, whole, Color32::WHITE);
    }
    let at = pos2(rect.center().x - words.size().x / 2.0, rect.bottom() - space::SMALL - words.size().y);
    painter.galley(at, words, palette.ink);
}

/// The room that small pictures of these widths take, and where in it each stands: in one row, or in two.
fn thumb_places(widths: &[f32]) -> (Vec2, Vec<Rect>) {
    let a_row = if widths.len() > MOST_A_ROW { widths.len().div_ceil(2) } else { widths.len().max(1) };
    let width_of = |row: &[f32]| row.iter().sum::<f32>() + space::TINY * row.len().saturating_sub(1) as f32;
    let width = widths.chunks(a_row).map(width_of).fold(0.0, f32::max);
    let mut places = Vec::new();
    let mut top = 0.0;
    for row in widths.chunks(a_row) {
        let mut left = (width - width_of(row)) / 2.0;
        for width in row {
            places.push(Rect::from_min_size(pos2(left, top), vec2(*width, THUMB_HEIGHT)));
            left += width + space::TINY;
        }
        top += THUMB_HEIGHT + space::TINY;
    }
    (vec2(width, top), places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_small_pictures_stand_in_two_rows() {
        let (room, places) = thumb_places(&[100.0; 6]);
        assert_eq!(room, vec2(300.0 + 2.0 * space::TINY, 2.0 * (THUMB_HEIGHT + space::TINY)));
        let tops: Vec<f32> = places.iter().map(Rect::top).collect();
        assert_eq!(tops, [[0.0; 3], [THUMB_HEIGHT + space::TINY; 3]].concat());
        for (one, place) in places.iter().enumerate() {
            assert!(places[..one].iter().all(|other| !other.intersects(*place)), "none over another");
        }
        assert_eq!(thumb_places(&[100.0; 4]).0.y, THUMB_HEIGHT + space::TINY, "four are one row");
        assert_eq!(thumb_places(&[]).0, Vec2::ZERO);
    }

    #[test]
    fn times_and_speeds_read_as_people_write_them() {
        assert_eq!(clock_words(1_234_567), "0:01.23");
        assert_eq!(clock_words(3_661_000_000), "1:01:01.00");
        let speeds = super::super::clock::SPEEDS_PERCENT.map(speed_words);
        assert_eq!(
            speeds,
            ["0.1×", "0.25×", "0.5×", "0.75×", "1×", "1.25×", "1.5×", "2×", "3×", "4×"].map(str::to_owned)
        );
    }
}
