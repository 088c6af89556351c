//! The bar under the pictures: how they are shown, how large, and beside it what the mode has besides; each with its
//! key. Where the window is too narrow for both, what the mode has stands in a row of its own above.

use egui::epaint::RectShape;
use egui::{
    Align, CornerRadius, Id, Layout, Pos2, Rect, Sense, Shape, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2,
};

use super::chip::{HEIGHT, chip_ui};
use super::difference::Map;
use super::layer::{Alignment, Layer};
use super::looking::{Looking, Mode};
use crate::command::{Command, Keymap};
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, radius, space, text};
use crate::widget::{Ink, figures_ui, text_ui};

/// Below this width of the room there are no key caps in the bar.
const NARROW: f32 = 960.0;
/// Below this width only the modes are in it.
const TIGHT: f32 = 520.0;

/// Height of a row.
const ROW: f32 = HEIGHT + 2.0 * space::TINY;

struct Bar<'a> {
    looking: &'a mut Looking,
    layers: &'a [Layer],
    keymap: &'a Keymap,
    room: Rect,
    wanted: Vec<Command>,
}

fn modes_id() -> Id {
    Id::unique("compare modes")
}

fn options_id() -> Id {
    Id::unique("compare options")
}

/// How wide a row was in the frame before; none where it was not there.
fn known_width(ui: &Ui, id: Id) -> Option<f32> {
    ui.ctx().data(|data| data.get_temp(id))
}

/// How high the bar is in a room so wide.
pub fn bar_height(ui: &Ui, width: f32) -> f32 {
    let widths = [modes_id(), options_id()].map(|id| known_width(ui, id).unwrap_or(0.0));
    let is_in_one_row = widths[1] == 0.0 || widths[0] + space::TINY + widths[1] <= width;
    if is_in_one_row { ROW } else { 2.0 * ROW + space::TINY }
}

/// Paints it at the right of its room, which is as high as [`bar_height`] says; hands back what was clicked.
pub fn bar_ui(
    ui: &mut Ui,
    looking: &mut Looking,
    layers: &[Layer],
    room: Rect,
    keymap: &Keymap,
) -> Vec<Command> {
    let mut bar = Bar { looking, layers, keymap, room, wanted: Vec::new() };
    let modes = row_ui(ui, modes_id(), room.max, room, |ui| bar.modes_ui(ui));
    if bar.has_options() {
        let has_two_rows = room.height() > ROW;
        let corner = if has_two_rows {
            pos2(room.right(), modes.top() - space::TINY)
        } else {
            pos2(modes.left() - space::TINY, modes.bottom())
        };
        row_ui(ui, options_id(), corner, room, |ui| bar.options_ui(ui));
    } else if known_width(ui, options_id()).is_some() {
        ui.ctx().data_mut(|data| data.remove::<f32>(options_id()));
        ui.ctx().request_repaint();
    }
    bar.wanted
}

impl Bar<'_> {
    fn chip(&mut self, ui: &mut Ui, label: &str, command: Command, is_on: bool) {
        let key = if self.room.width() < NARROW { String::new() } else { self.keymap.key(command) };
        if chip_ui(ui, label, &key, is_on, command.help()).clicked() {
            self.wanted.push(command);
        }
    }

    fn modes_ui(&mut self, ui: &mut Ui) {
        if self.layers.len() > 1 {
            for (mode, command) in Mode::ALL {
                let is_on = self.looking.mode == mode;
                // Beside texts the key shows what differs between those.
                if self.layers[0].is_among_others && mode == Mode::Difference {
                    if chip_ui(ui, command.label(), "", is_on, command.help()).clicked() {
                        self.looking.mode = if is_on { Mode::SideBySide } else { mode };
                    }
                } else {
                    self.chip(ui, command.label(), command, is_on);
                }
            }
        }
        if self.room.width() < TIGHT {
            return;
        }
        let has_loupe = self.looking.has_loupe;
        self.chip(ui, Command::Loupe.label(), Command::Loupe, has_loupe);
        if self.looking.mode == Mode::SideBySide && self.layers.len() > 1 {
            let (is_linked, label) =
                if self.looking.is_linked { (true, "Linked") } else { (false, "Not linked") };
            self.chip(ui, label, Command::ToggleLinked, is_linked);
        }
        self.percent_ui(ui);
    }

    /// How large the pictures are; a click fits them, or shows their own pixels.
    fn percent_ui(&mut self, ui: &mut Ui) {
        let Some(percent) = self.looking.percent() else { return };
        let command = if self.looking.is_fit() { Command::ZoomActual } else { Command::ZoomFit };
        let percent = format!("{percent:.0} %");
        let label = figures_ui(ui, &percent, "6400 %", Ink::Second, text::SMALL, Align::Max);
        let button = ui.interact(label.rect, ui.scope_id().with("percent"), Sense::click());
        button.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, true, command.label()));
        if button.on_hover_text(command.help()).clicked() {
            self.wanted.push(command);
        }
    }

    fn differ_in_size(&self) -> bool {
        let mut sizes = self.layers.iter().filter_map(|layer| layer.size);
        let first = sizes.next();
        sizes.any(|size| Some(size) != first)
    }

    fn is_magnified(&self) -> bool {
        self.looking.percent().is_some_and(|percent| percent >= 200.0)
    }

    fn has_options(&self) -> bool {
        let is_any = self.looking.mode != Mode::SideBySide || self.is_magnified() || self.looking.is_locked;
        is_any && self.room.width() >= TIGHT
    }

    fn options_ui(&mut self, ui: &mut Ui) {
        let mode = self.looking.mode;
        if mode != Mode::SideBySide && self.layers.len() > 2 {
            self.pair_ui(ui);
        }
        match mode {
            Mode::SideBySide => {}
            Mode::Wipe => self.amount_ui(ui, &format!("{:.0} %", self.looking.line * 100.0), "Line"),
            Mode::Onion => self.amount_ui(ui, &format!("{:.0} %", self.looking.opacity * 100.0), "Opacity"),
            Mode::Flicker => self.amount_ui(ui, &format!("{} / s", self.looking.rate), "Changes a second"),
            Mode::Difference => {
                self.amount_ui(ui, &format!("× {}", self.looking.sight.gain), "Amplified");
                let is_on = self.looking.sight.map == Map::FalseColor;
                self.chip(ui, Command::ToggleFalseColor.label(), Command::ToggleFalseColor, is_on);
            }
        }
        if self.differ_in_size() {
            let by_pixel = self.looking.alignment == Alignment::Pixel;
            let label = if by_pixel { "Pixel on pixel" } else { "Same size" };
            self.chip(ui, label, Command::ToggleAlignment, by_pixel);
        }
        if self.is_magnified() {
            let is_smooth = self.looking.is_smooth;
            self.chip(ui, Command::ToggleSmooth.label(), Command::ToggleSmooth, is_smooth);
        }
        if self.looking.is_locked {
            self.chip(ui, Command::LockZoom.label(), Command::LockZoom, true);
        }
    }

    /// Less and more of what the mode has.
    fn amount_ui(&mut self, ui: &mut Ui, amount: &str, said: &str) {
        let less = self.keymap.key(Command::CompareLess);
        if chip_ui(ui, "−", &less, false, &format!("{said}: less")).clicked() {
            self.wanted.push(Command::CompareLess);
        }
        figures_ui(ui, amount, "100 %", Ink::First, text::SMALL, Align::Center).on_hover_text(said);
        let more = self.keymap.key(Command::CompareMore);
        if chip_ui(ui, "+", &more, false, &format!("{said}: more")).clicked() {
            self.wanted.push(Command::CompareMore);
        }
    }

    /// Which two are compared.
    fn pair_ui(&mut self, ui: &mut Ui) {
        let pair = self.looking.pair(self.layers.len());
        for which in [0, 1] {
            if which == 1 {
                text_ui(ui, "and", Ink::Third, Face::Regular, text::SMALL);
            }
            for (index, layer) in self.layers.iter().enumerate() {
                let said = format!("Compare {}", layer.name);
                if chip_ui(ui, &layer.letter, "", pair[which] == index, &said).clicked() {
                    self.looking.choose(which, index);
                }
            }
        }
    }
}

/// Paints a row of chips on a plate with its lower right corner at `corner`; says where it stands. How wide it
/// is, is known from the frame before.
fn row_ui(ui: &mut Ui, id: Id, corner: Pos2, room: Rect, paint: impl FnOnce(&mut Ui)) -> Rect {
    let known = known_width(ui, id);
    let width = known.unwrap_or(0.0).min(corner.x - room.left());
    let rect = Rect::from_min_max(corner - vec2(width, ROW), corner);
    let palette = theme::palette(ui);
    // What is between the chips is the plate's, and moves no picture.
    ui.interact(rect, id.with("plate"), Sense::click_and_drag());
    let plate = ui.painter().add(Shape::Noop);
    let layout = Layout::left_to_right(Align::Center);
    let inner = Rect::from_min_size(rect.min, vec2(4_000.0, ROW)).shrink2(vec2(space::TINY, 0.0));
    let used = ui
        .scope_builder(UiBuilder::new().max_rect(inner).layout(layout).id_salt(id), |ui| {
            ui.set_clip_rect(ui.clip_rect().intersect(if known.is_some() { rect } else { Rect::NOTHING }));
            ui.spacing_mut().item_spacing.x = 2.0;
            paint(ui);
            ui.min_rect().width()
        })
        .inner
        + 2.0 * space::TINY;
    if known.is_none_or(|known| (known - used).abs() > 0.5) {
        ui.ctx().data_mut(|data| data.insert_temp(id, used));
        ui.ctx().request_repaint();
    }
    if known.is_some() {
        let stroke = Stroke::new(HAIRLINE, palette.line);
        let corners = CornerRadius::same(radius::MEDIUM);
        ui.painter().set(plate, RectShape::new(rect, corners, palette.panel, stroke, StrokeKind::Inside));
    }
    rect
}
