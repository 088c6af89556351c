//! Two layers on one another in one large pane: parted by a line, in turn, as their difference, or one seen
//! through the other. Whose pixels are whose is written on the pane in every mode.

use std::time::Duration;

use egui::{
    Align2, Color32, CursorIcon, Painter, PointerButton, Pos2, Rect, Sense, Stroke, TextureId, Ui, pos2, vec2,
};

use super::difference::Map;
use super::layer::{Ground, Layer, Show, Wanted, vector};
use super::looking::{Looking, Mode};
use super::loupe::Loupe;
use super::pane::{Shown, take_pointer, take_zoom};
use super::surface::{on_screen, texture_ui, visual_ui};
use super::values::{self, TOLD_FROM};
use super::{Visual, false_color};
use crate::theme::font::Face;
use crate::theme::{self, Palette, space, text};

/// Paints the two chosen layers on one another into `pane`; none where a size is not known yet. The place is
/// that of the first one, which may be smaller than the ground.
pub fn over_ui(
    ui: &mut Ui,
    looking: &mut Looking,
    layers: &[Layer],
    pane: Rect,
    now_ms: u64,
    show: &mut Show<'_>,
) -> Option<Shown> {
    let pair = looking.pair(layers.len());
    let [one, other] = pair.map(|index| &layers[index]);
    let name = format!("{} over {}", one.name, other.name);
    let response = ui.interact(pane, ui.scope_id().with("over"), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &name));
    let ground = Ground::of([one.size?, other.size?], looking.alignment);
    let is_wipe = looking.mode == Mode::Wipe;
    take_zoom(ui, &response, pane, ground.size, looking, pair[0], false, !is_wipe, true);
    if is_wipe {
        take_line(ui, &response, pane, looking);
    }
    let place = looking.zoom(pair[0]).place(pane, vector(ground.size));
    take_pointer(ui, &response, place, looking);
    let pixels_per_point = ui.ctx().pixels_per_point();
    let points = place.width() / ground.size[0] as f32;
    looking.seen(pair[0], pane, ground.size, points * pixels_per_point * 100.0);
    let (turn, rest_ms) = looking.flicker(now_ms);
    if let (Mode::Flicker, Some(rest_ms)) = (looking.mode, rest_ms) {
        ui.ctx().request_repaint_after(Duration::from_millis(rest_ms));
    }
    let palette = theme::palette(ui);
    let painter = ui.painter().with_clip_rect(pane.intersect(ui.clip_rect()));
    let has_alpha = one.has_alpha || other.has_alpha;
    let sizes = [one.size?, other.size?];
    let mut sheet = Sheet {
        ground,
        sizes,
        pair,
        pixels_per_point,
        turn,
        line: pane.left() + looking.line * pane.width(),
        checkerboard: has_alpha.then(|| looking.checkerboard.texture(ui.ctx())),
    };
    let visuals = sheet.paint(ui, &painter, looking, place, pane, show);
    if is_wipe {
        line_ui(&painter, sheet.line, pane, palette);
    }
    letters_ui(&painter, looking, [&one.letter, &other.letter], turn, pane, palette);
    let first_place = ground.on_screen(0, place);
    let Some(fraction) = looking.pointer.filter(|_| !response.dragged()) else {
        return Some(Shown { response, place: first_place, loupe: None });
    };
    let loupe = looking.has_loupe.then(|| Loupe::at(place.lerp_inside(fraction.to_vec2()), pane));
    if let Some(loupe) = loupe {
        let painter = painter.with_clip_rect(loupe.window.intersect(painter.clip_rect()));
        painter.rect_filled(loupe.window, 0, palette.panel);
        sheet.line = loupe.at.x + (sheet.line - loupe.at.x) * (loupe.enlarged(place).width() / place.width());
        sheet.paint(ui, &painter, looking, loupe.enlarged(place), loupe.window, show);
        loupe.frame_ui(&painter, palette);
    }
    if (points * pixels_per_point >= TOLD_FROM || looking.has_loupe)
        && let [Some(one_visual), Some(other_visual)] = &visuals
    {
        let at = pos2(fraction.x * ground.size[0] as f32, fraction.y * ground.size[1] as f32);
        let told = [(one, one_visual, 0), (other, other_visual, 1)].map(|(layer, visual, which)| {
            let frame = ground.frames[which];
            let inside = (at - frame.min) / frame.size();
            let pixel = values::pixel_at(inside.to_pos2(), visual.full_size);
            let told = pixel.map_or("–".to_owned(), |pixel| values::told(pixel, visual.pixel(pixel)));
            // Brought to the other's size, it has no pixels of its own any more.
            let is_own = ground.as_size(which, sizes[which]).is_none();
            format!("{}  {told}{}", layer.letter, if is_own { "" } else { "  resampled" })
        });
        // Below the letters, and above the bar.
        let at = pane.right_top() + vec2(-space::SMALL, space::MEDIUM + theme::control::BADGE);
        values::plate_ui(&painter, Align2::RIGHT_TOP, at, &told.join("\n"), palette);
    }
    Some(Shown { response, place: first_place, loupe })
}

/// The line follows the primary button from wherever it is pressed; other buttons move the pictures.
fn take_line(ui: &Ui, response: &egui::Response, pane: Rect, looking: &mut Looking) {
    if response.dragged_by(PointerButton::Primary)
        && let Some(at) = response.interact_pointer_pos()
    {
        looking.line = ((at.x - pane.left()) / pane.width()).clamp(0.0, 1.0);
    }
    if response.hovered() {
        ui.set_cursor_icon(CursorIcon::ResizeHorizontal);
    }
}

/// What is on the pane, for the pane itself and for the loupe over it.
struct Sheet {
    ground: Ground,
    sizes: [[u32; 2]; 2],
    pair: [usize; 2],
    pixels_per_point: f32,
    /// Which of the two is shown while flickering.
    turn: usize,
    /// Where the line of the wipe stands.
    line: f32,
    checkerboard: Option<TextureId>,
}

impl Sheet {
    /// Paints the ground that stands at `place`, as far as `window` shows it; hands back what it was of.
    fn paint(
        &self,
        ui: &Ui,
        painter: &Painter,
        looking: &mut Looking,
        place: Rect,
        window: Rect,
        show: &mut Show<'_>,
    ) -> [Option<Visual>; 2] {
        let palette = theme::palette(ui);
        let frames = [0, 1].map(|which| self.ground.on_screen(which, place));
        let wanted = [0, 1].map(|which| {
            let as_size = self.ground.as_size(which, self.sizes[which]);
            let size = as_size.unwrap_or(self.sizes[which]);
            Wanted::of(frames[which], window, size, self.pixels_per_point, looking.is_smooth, as_size)
        });
        let visuals = [0, 1].map(|which| show(self.pair[which], &wanted[which]));
        let of = |which: usize, window: Rect, tint: Color32, checkerboard: Option<TextureId>| {
            if let Some(visual) = &visuals[which] {
                visual_ui(painter, visual, frames[which], window, tint, checkerboard);
            }
        };
        let grid = |which: usize, window: Rect| {
            if let Some(visual) = &visuals[which] {
                values::grid_ui(painter, visual, frames[which], window, palette);
            }
        };
        let plain = Color32::WHITE;
        match looking.mode {
            Mode::SideBySide => {}
            Mode::Wipe => {
                let line = self.line.clamp(window.left(), window.right());
                let left = Rect::from_min_max(window.min, pos2(line, window.bottom()));
                let right = Rect::from_min_max(pos2(line, window.top()), window.max);
                for (which, side) in [(0, left), (1, right)] {
                    of(which, side, plain, self.checkerboard);
                    grid(which, side);
                }
            }
            Mode::Flicker => {
                of(self.turn, window, plain, self.checkerboard);
                grid(self.turn, window);
            }
            Mode::Onion => {
                of(0, window, plain, self.checkerboard);
                of(1, window, plain.gamma_multiply(looking.opacity), None);
            }
            Mode::Difference => {
                if let [Some(one), Some(other)] = &visuals {
                    let options = looking.options(wanted[0].scale);
                    let sight = looking.sight;
                    let differences =
                        looking.differences.of(ui.ctx(), [one, other], &self.ground, sight, options).0;
                    for made in differences {
                        let rect = on_screen(made.place, self.ground.size, place);
                        texture_ui(painter, made.texture.id(), rect, window, plain);
                    }
                }
            }
        }
        visuals
    }
}

fn line_ui(painter: &Painter, line: f32, pane: Rect, palette: &Palette) {
    painter.vline(line, pane.y_range(), Stroke::new(3.0, palette.panel));
    painter.vline(line, pane.y_range(), Stroke::new(1.5, palette.accent));
    let handle = Rect::from_center_size(pos2(line, pane.center().y), vec2(10.0, 34.0));
    painter.rect(handle, 5, palette.panel, Stroke::new(1.5, palette.accent), egui::StrokeKind::Middle);
}

/// Whose pixels are whose.
fn letters_ui(
    painter: &Painter,
    looking: &Looking,
    [one, other]: [&str; 2],
    turn: usize,
    pane: Rect,
    palette: &Palette,
) {
    let (left, right) = (pane.left() + space::SMALL, pane.right() - space::SMALL);
    let top = pane.top() + space::SMALL;
    match looking.mode {
        Mode::SideBySide => {}
        Mode::Wipe => {
            let line = pane.left() + looking.line * pane.width();
            letter_ui(painter, Align2::LEFT_TOP, pos2(left, top), one, line > left, palette);
            letter_ui(painter, Align2::RIGHT_TOP, pos2(right, top), other, line < right, palette);
        }
        Mode::Flicker => {
            // Both stand still; the one on the screen is filled.
            let first = letter_ui(painter, Align2::LEFT_TOP, pos2(left, top), one, turn == 0, palette);
            let beside = pos2(first.right() + space::TINY, top);
            letter_ui(painter, Align2::LEFT_TOP, beside, other, turn == 1, palette);
        }
        Mode::Onion => {
            let share = (looking.opacity * 100.0).round();
            let says = format!("{one} {:.0} % · {other} {share:.0} %", 100.0 - share);
            values::plate_ui(painter, Align2::LEFT_TOP, pos2(left, top), &says, palette);
        }
        Mode::Difference => {
            let says = format!("|{one} − {other}| × {}", looking.sight.gain);
            let plate = values::plate_ui(painter, Align2::LEFT_TOP, pos2(left, top), &says, palette);
            legend_ui(painter, looking, pos2(left, plate.bottom() + space::TINY), palette);
        }
    }
}

fn letter_ui(
    painter: &Painter,
    align: Align2,
    at: Pos2,
    letter: &str,
    is_on: bool,
    palette: &Palette,
) -> Rect {
    let (fill, ink) = if is_on { (palette.ink, palette.panel) } else { (palette.panel, palette.ink_third) };
    let galley = painter.layout_no_wrap(letter.to_owned(), Face::Bold.at(text::BODY), ink);
    let size = vec2((galley.size().x + 2.0 * space::SMALL).max(theme::control::BADGE), theme::control::BADGE);
    let rect = align.anchor_size(at, size);
    painter.rect_filled(rect, theme::radius::SMALL, fill.gamma_multiply(0.92));
    let inside = Align2::CENTER_CENTER.align_size_within_rect(galley.size(), rect);
    painter.galley(inside.min, galley, ink);
    rect
}

/// Which colour is how much difference.
fn legend_ui(painter: &Painter, looking: &Looking, at: Pos2, palette: &Palette) {
    const STEPS: usize = 64;
    let bar = Rect::from_min_size(at, vec2(128.0, 10.0));
    painter.rect_filled(bar.expand(2.0), 2, palette.panel);
    for step in 0..STEPS {
        let value = step * 255 / (STEPS - 1);
        let color = match looking.sight.map {
            Map::FalseColor => false_color::RAMP[value],
            Map::Absolute => Color32::from_rgba_premultiplied(value as u8, value as u8, value as u8, u8::MAX),
        };
        let width = bar.width() / STEPS as f32;
        let left = bar.left() + step as f32 * width;
        let part = Rect::from_min_size(pos2(left, bar.top()), vec2(width + 0.5, bar.height()));
        painter.rect_filled(part, 0, color);
    }
    let most = 255.0 / f32::from(looking.sight.gain);
    let says = if most < 10.0 { format!("{most:.1}") } else { format!("{most:.0}") };
    let below = bar.bottom() + space::TINY;
    values::plate_ui(painter, Align2::LEFT_TOP, pos2(bar.left() - 2.0, below), "0", palette);
    values::plate_ui(painter, Align2::RIGHT_TOP, pos2(bar.right() + 2.0, below), &says, palette);
}
