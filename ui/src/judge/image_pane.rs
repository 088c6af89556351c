//! One candidate's picture: fitted, zoomed and panned together with the others.

use egui::{Color32, Rect, Sense, Ui, Vec2, pos2, vec2};
use tiebreak_domain::SourceId;

use super::question::marks::Canvas;
use super::zoom::Zoom;
use crate::images::{Image, Images};
use crate::theme::font::Face;
use crate::theme::{self, radius, space, text};
use crate::widget::Notice;

/// Which picture, and what it is called aloud.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// The file it came with.
    pub source: SourceId,
    /// Where it is.
    pub uri: &'a str,
    /// What screen readers say.
    pub name: &'a str,
    /// An image laid over it: white is where it covers.
    pub mask: Option<&'a str>,
}

/// Above this scale the picture is asked for in full.
const FULL_ABOVE: f32 = 1.01;

/// Paints a picture into `pane`; says how large the file's picture is, once it is known.
pub fn image_ui(
    ui: &mut Ui,
    images: &mut Images,
    picture: Picture<'_>,
    pane: Rect,
    zoom: &mut Zoom,
    canvas: &mut Canvas,
) -> Option<[u32; 2]> {
    let pixels_per_point = ui.ctx().pixels_per_point();
    let fitted = Images::request(
        picture.source,
        picture.uri,
        [pane.width() * pixels_per_point, pane.height() * pixels_per_point],
    );
    let response = ui.interact(pane, ui.scope_id().with(("picture", picture.name)), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, picture.name));
    let (texture, full_size) = match images.get(ui.ctx(), &fitted) {
        Image::Ready { texture, full_size } => (texture.id(), *full_size),
        Image::Failed(error) => {
            let error = error.clone();
            failed_ui(ui, pane, &error, images);
            return None;
        }
        Image::Coming | Image::Decoded(_) => {
            let Some((texture, full_size)) = images.any_ready(&fitted) else {
                coming_ui(ui, pane);
                return None;
            };
            (texture.id(), full_size)
        }
    };
    let size = vec2(full_size[0] as f32, full_size[1] as f32);
    take_input(ui, &response, pane, size, zoom, canvas.shape.is_some());
    if let Some(at) = canvas.point_of_keys().filter(|_| canvas.is_moved) {
        zoom.reveal(at, pane, size);
    }
    let texture = if zoom.scale() > FULL_ABOVE
        && pane.width() * pixels_per_point * zoom.scale() > fitted.fit[0] as f32
    {
        let full = Images::request(picture.source, picture.uri, [size.x, size.y]);
        match images.get(ui.ctx(), &full) {
            Image::Ready { texture, .. } => texture.id(),
            _ => texture,
        }
    } else {
        texture
    };
    let place = zoom.place(pane, size);
    let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
    ui.painter().with_clip_rect(pane.intersect(ui.clip_rect())).image(texture, place, whole, Color32::WHITE);
    if let Some(mask) = picture.mask {
        let request = Images::request(picture.source, mask, fitted.fit.map(|side| side as f32));
        if let Image::Ready { texture, .. } = images.get_veil(ui.ctx(), &request) {
            // Half seen through, so that what it covers is still judged.
            let veil = theme::palette(ui).loss.gamma_multiply(0.55);
            let painter = ui.painter().with_clip_rect(pane.intersect(ui.clip_rect()));
            painter.image(texture.id(), place, whole, veil);
        }
    }
    canvas.ui(ui, &response, place, pane);
    if !zoom.is_fit() {
        let percent = place.width() * pixels_per_point / size.x * 100.0;
        percent_ui(ui, pane, percent);
    }
    Some(full_size)
}

pub(crate) fn take_input(
    ui: &Ui,
    response: &egui::Response,
    pane: Rect,
    size: Vec2,
    zoom: &mut Zoom,
    is_drawn_on: bool,
) {
    let is_free = !is_drawn_on || !response.dragged_by(egui::PointerButton::Primary);
    if response.dragged() && is_free {
        zoom.pan(response.drag_delta(), pane, size);
    }
    if response.double_clicked() && !is_drawn_on {
        if zoom.is_fit() {
            zoom.actual(pane, size, ui.ctx().pixels_per_point())
        } else {
            *zoom = Zoom::default()
        }
    }
    if let Some(pointer) = response.hover_pos() {
        let (scroll, pinch) = ui.input(|input| (input.smooth_scroll_delta().y, input.zoom_delta()));
        let factor = (scroll / 240.0).exp() * pinch;
        if (factor - 1.0).abs() > f32::EPSILON {
            zoom.by(factor, pointer, pane, size);
        }
    }
}

pub(crate) fn percent_ui(ui: &Ui, pane: Rect, percent: f32) {
    let palette = theme::palette(ui);
    let galley =
        ui.painter().layout_no_wrap(format!("{percent:.0} %"), Face::Figures.at(text::SMALL), palette.ink);
    let rect = Rect::from_min_max(
        pane.right_bottom()
            - galley.size()
            - vec2(space::LARGE + space::MEDIUM, space::MEDIUM + space::SMALL),
        pane.right_bottom() - vec2(space::MEDIUM, space::MEDIUM),
    );
    ui.painter().rect_filled(rect, radius::SMALL, palette.panel);
    ui.painter().galley(rect.min + vec2(space::SMALL, space::TINY / 2.0), galley, palette.ink);
}

pub(crate) fn coming_ui(ui: &mut Ui, pane: Rect) {
    ui.put(
        Rect::from_center_size(pane.center(), Vec2::splat(24.0)),
        egui::Spinner::new().color(theme::palette(ui).ink_third),
    );
}

fn failed_ui(ui: &mut Ui, pane: Rect, error: &tiebreak_domain::ApiError, images: &mut Images) {
    let mut inner = ui.new_child(egui::UiBuilder::new().max_rect(pane.shrink(space::LARGE)));
    let what = crate::app::notice::with_capital(&error.message);
    let notice = Notice::error(&what).todo(error.hint.as_deref().unwrap_or_default()).action("Try again");
    if notice.show(&mut inner).is_some() {
        images.retry();
        inner.ctx().request_repaint();
    }
}
