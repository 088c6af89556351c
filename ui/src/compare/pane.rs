//! One layer in a pane of its own: its pieces, zoomed and panned with the others, its values and its loupe.

use egui::{Align2, Color32, PointerButton, Pos2, Rect, Response, Sense, Ui, Vec2, vec2};

use super::layer::{Alignment, Layer, Show, Wanted, vector};
use super::looking::{Looking, Mode};
use super::loupe::Loupe;
use super::surface::visual_ui;
use super::values::{self, TOLD_FROM};
use crate::theme::{self, space};

/// What was painted.
#[derive(Clone, Debug)]
pub struct Shown {
    /// What the pointer does there.
    pub response: Response,
    /// Where the whole picture stands, in view or not.
    pub place: Rect,
    /// The loupe over it, if there is one.
    pub loupe: Option<Loupe>,
}

/// Paints one layer into `pane`; none where its size is not known yet. `is_drawn_on` leaves the primary button
/// to whoever draws.
pub fn pane_ui(
    ui: &mut Ui,
    looking: &mut Looking,
    layers: &[Layer],
    index: usize,
    pane: Rect,
    is_drawn_on: bool,
    show: &mut Show<'_>,
) -> Option<Shown> {
    let layer = &layers[index];
    let response = ui.interact(pane, ui.scope_id().with(("picture", &layer.name)), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, &layer.name));
    let size = layer.size?;
    let ground = ground_of(looking, layers, size);
    let takes_wheel = !layer.is_among_others;
    take_zoom(ui, &response, pane, ground, looking, index, is_drawn_on, true, takes_wheel);
    let pixels_per_point = ui.ctx().pixels_per_point();
    let place = looking.zoom(index).place(pane, vector(ground));
    let points = place.width() / ground[0] as f32;
    let on_ground = place;
    let place = if ground == size { place } else { Rect::from_min_size(place.min, vector(size) * points) };
    take_pointer(ui, &response, on_ground, looking);
    looking.seen(index, pane, ground, points * pixels_per_point * 100.0);
    let painter = ui.painter().with_clip_rect(pane.intersect(ui.clip_rect()));
    let wanted = Wanted::of(place, pane, size, pixels_per_point, looking.is_smooth, None);
    let Some(visual) = show(index, &wanted) else { return Some(Shown { response, place, loupe: None }) };
    let checkerboard = layer.has_alpha.then(|| looking.checkerboard.texture(ui.ctx()));
    let palette = theme::palette(ui);
    visual_ui(&painter, &visual, place, pane, Color32::WHITE, checkerboard);
    values::grid_ui(&painter, &visual, place, pane, palette);
    if !looking.is_linked && !looking.zoom(index).is_fit() {
        let percent = format!("{:.0} %", points * pixels_per_point * 100.0);
        let at = pane.right_top() + vec2(-space::SMALL, space::SMALL);
        values::plate_ui(&painter, Align2::RIGHT_TOP, at, &percent, palette);
    }
    let Some(fraction) = looking.pointer.filter(|_| !response.dragged()) else {
        return Some(Shown { response, place, loupe: None });
    };
    let at = on_ground.lerp_inside(fraction.to_vec2());
    let loupe = looking.has_loupe.then(|| Loupe::at(at, pane));
    if let Some(loupe) = loupe {
        let inside = loupe.enlarged(place);
        let wanted = Wanted::of(inside, loupe.window, size, pixels_per_point, looking.is_smooth, None);
        if let Some(visual) = show(index, &wanted) {
            let painter = painter.with_clip_rect(loupe.window.intersect(painter.clip_rect()));
            painter.rect_filled(loupe.window, 0, palette.panel);
            visual_ui(&painter, &visual, inside, loupe.window, Color32::WHITE, checkerboard);
            values::grid_ui(&painter, &visual, inside, loupe.window, palette);
        }
        loupe.frame_ui(&painter, palette);
    }
    if let Some(pixel) = values::pixel_at(((at - place.min) / place.size()).to_pos2(), size)
        && (points * pixels_per_point >= TOLD_FROM || looking.has_loupe)
    {
        let told = values::told(pixel, visual.pixel(pixel));
        let at = pane.left_top() + vec2(space::SMALL, space::SMALL);
        values::plate_ui(&painter, Align2::LEFT_TOP, at, &told, palette);
    }
    Some(Shown { response, place, loupe })
}

/// The size that zoom is reckoned in: the layer's own, or where panes are linked pixel by pixel the largest.
fn ground_of(looking: &Looking, layers: &[Layer], size: [u32; 2]) -> [u32; 2] {
    if looking.alignment == Alignment::Fit || !looking.is_linked {
        return size;
    }
    let sizes = layers.iter().filter(|layer| layer.is_candidate).filter_map(|layer| layer.size);
    sizes.fold(size, |most, size| [most[0].max(size[0]), most[1].max(size[1])])
}

/// Zooms and pans by wheel, pinch (or the wheel with Ctrl), drag and double click.
#[expect(clippy::too_many_arguments, reason = "what a pane knows of itself")]
pub(super) fn take_zoom(
    ui: &Ui,
    response: &Response,
    pane: Rect,
    size: [u32; 2],
    looking: &mut Looking,
    index: usize,
    is_drawn_on: bool,
    pans_by_primary: bool,
    takes_wheel: bool,
) {
    let size = vector(size);
    let takes_primary = pans_by_primary && !is_drawn_on;
    if response.dragged() && (takes_primary || !response.dragged_by(PointerButton::Primary)) {
        looking.zoom_mut(index).pan(response.drag_delta(), pane, size);
    }
    if response.double_clicked() && !is_drawn_on {
        let at = response.interact_pointer_pos().unwrap_or(pane.center());
        let zoom = looking.zoom_mut(index);
        if zoom.is_fit() {
            zoom.actual(at, pane, size, ui.ctx().pixels_per_point());
        } else {
            *zoom = super::Zoom::default();
        }
    }
    if let Some(pointer) = response.hover_pos() {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = if takes_wheel { (scroll / 240.0).exp() * pinch } else { pinch };
        if (factor - 1.0).abs() > f32::EPSILON {
            looking.zoom_mut(index).by(factor, pointer, pane, size);
        }
    }
}

/// Remembers where on what stands at `place` the pointer is, for every pane: on the picture, or pixel on pixel on the
/// ground that all pictures lie on.
pub(super) fn take_pointer(ui: &Ui, response: &Response, place: Rect, looking: &mut Looking) {
    let fraction = |at: Pos2| {
        let inside: Vec2 = (at - place.min) / place.size();
        inside.to_pos2()
    };
    if let Some(at) = response.hover_pos() {
        let fraction = fraction(at);
        if looking.pointer != Some(fraction) {
            looking.pointer = Some(fraction);
            if looking.has_loupe || looking.mode != Mode::SideBySide {
                // Panes that were painted before this one follow in the next frame.
                ui.ctx().request_repaint();
            }
        }
    } else if ui.ctx().pointer_hover_pos().is_none() {
        looking.pointer = None;
    }
}
