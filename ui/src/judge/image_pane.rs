//! A picture among others parts, fitted where it stands; and one candidate's picture, looked at closely.

use egui::{Color32, Rect, Sense, Ui, Vec2, pos2};
use tiebreak_domain::SourceId;
use tiebreak_domain::door::ImageRequest;

use super::failed_pane::{failed_over_ui, failed_ui};
use super::looks::Looks;
use super::pane::Looked;
use super::question::marks::Canvas;
use crate::compare::layer::vector;
use crate::compare::{Layer, Looking, Shown, Zoom, pane_ui};
use crate::images::{Image, Images, Standing};
use crate::player::Player;
use crate::player::pane::{LINE_HEIGHT, Playing};
use crate::theme;

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

/// Paints a picture fitted into `pane`.
pub fn image_ui(ui: &mut Ui, images: &mut Images, picture: Picture<'_>, pane: Rect, canvas: &mut Canvas) {
    let pixels = pane.size() * ui.ctx().pixels_per_point();
    let request = Images::request(picture.source, picture.uri, pixels.into());
    let response = ui.interact(pane, ui.scope_id().with(("picture", picture.name)), Sense::click_and_drag());
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Image, true, picture.name));
    let (size, has_alpha) = match images.standing(ui.ctx(), &request) {
        Standing::Here { size, has_alpha } => (size, has_alpha),
        Standing::Failed(error) => {
            if failed_ui(ui, pane, picture.name, &error) {
                images.retry();
            }
            return;
        }
        Standing::Coming => return coming_ui(ui, pane),
    };
    // Without a zoom of its own it is seen as any layer is that nobody zooms.
    let mut looking = Looking::default();
    let layer = Layer { name: picture.name.to_owned(), size: Some(size), has_alpha, ..Layer::default() };
    let place = Zoom::default().place(pane, vector(size));
    let wanted = crate::compare::Wanted::of(place, pane, size, ui.ctx().pixels_per_point(), false, None);
    if let Some(visual) = images.visual(ui.ctx(), &request, &wanted) {
        let painter = ui.painter().with_clip_rect(pane.intersect(ui.clip_rect()));
        let checkerboard = layer.has_alpha.then(|| looking.checkerboard.texture(ui.ctx()));
        let plain = Color32::WHITE;
        crate::compare::surface::visual_ui(&painter, &visual, place, pane, plain, checkerboard);
    }
    let shown = Shown { response, place, loupe: None };
    mask_ui(ui, images, &request, picture.mask, &shown, pane);
    canvas.ui(ui, &shown.response, place, pane);
}

/// Paints the layer of a candidate into `pane`, with what is drawn on it; under a video, its line.
#[expect(clippy::too_many_arguments, reason = "a pane with all that lies on it")]
pub fn looked_at_ui(
    ui: &mut Ui,
    images: &mut Images,
    player: &mut Player,
    looked: &mut Looked<'_>,
    mask: Option<&str>,
    room: Rect,
    now_ms: u64,
    canvas: &mut Canvas,
) {
    let Looked { looks, looking, position, .. } = looked;
    let (looks, position) = (*looks, *position);
    let edge = if looks.medium(position).is_some() { room.bottom() - LINE_HEIGHT } else { room.bottom() };
    let (pane, line) = (room.with_max_y(edge), room.with_min_y(edge));
    if let (Some(at), Some(size)) =
        (canvas.point_of_keys().filter(|_| canvas.is_moved), looks.layers[position].size)
    {
        looking.zoom_mut(position).reveal(at, pane, vector(size));
    }
    let ctx = ui.ctx().clone();
    let is_drawn_on = canvas.shape.is_some();
    let shown = pane_ui(ui, looking, &looks.layers, position, pane, is_drawn_on, &mut |index, wanted| {
        looks.visual(images, player, &ctx, index, wanted)
    });
    let Some(shown) = shown else { return missing_ui(ui, images, player, looks, position, pane) };
    mask_ui(ui, images, looks.request(position), mask, &shown, pane);
    canvas.ui(ui, &shown.response, shown.place, pane);
    if let Some(medium) = looks.medium(position) {
        let playing = Playing { medium, name: &looks.layers[position].name, now_ms };
        playing.clicked_ui(ui, player, &shown.response, canvas.shape.is_some());
        playing.line_ui(ui, player, line);
    }
}

/// Paints what stands where a layer is not here.
pub fn missing_ui(
    ui: &mut Ui,
    images: &mut Images,
    player: &mut Player,
    looks: &Looks,
    index: usize,
    pane: Rect,
) {
    let Some(error) = looks.error(index) else { return coming_ui(ui, pane) };
    if failed_ui(ui, pane, &looks.layers[index].name, error) {
        if looks.medium(index).is_some() {
            player.retry();
        } else {
            images.retry();
        }
    }
}

/// Lays the mask over a picture that was painted, and over what its loupe shows of it, if there is one.
pub fn mask_ui(
    ui: &mut Ui,
    images: &mut Images,
    picture: &ImageRequest,
    mask: Option<&str>,
    shown: &Shown,
    pane: Rect,
) {
    let Some(mask) = mask else { return };
    let request = Images::request(picture.source, mask, picture.fit.map(|side| side as f32));
    let texture = match images.get_veil(ui.ctx(), &request) {
        Image::Ready { texture, .. } => Some(texture.clone()),
        Image::Failed(error) => {
            let error = error.clone();
            if failed_over_ui(ui, pane, "The mask", &error) {
                images.retry();
            }
            None
        }
        Image::Coming | Image::Decoded(_) => None,
    };
    if let Some(texture) = texture {
        // Half seen through, so that what it covers is still judged.
        let veil = theme::palette(ui).loss.gamma_multiply(0.55);
        let whole = Rect::from_min_max(pos2(0.0, 0.0), pos2(1.0, 1.0));
        for (window, place) in windows(shown, pane) {
            let painter = ui.painter().with_clip_rect(window.intersect(ui.clip_rect()));
            painter.image(texture.id(), place, whole, veil);
        }
    }
}

/// What a picture is seen through, and where all of it stands behind that: the pane around the loupe, and the loupe.
fn windows(shown: &Shown, pane: Rect) -> Vec<(Rect, Rect)> {
    let Some(loupe) = shown.loupe else { return vec![(pane, shown.place)] };
    let window = loupe.window;
    let beside = pane.with_min_y(window.top()).with_max_y(window.bottom());
    let around = [
        pane.with_max_y(window.top()),
        pane.with_min_y(window.bottom()),
        beside.with_max_x(window.left()),
        beside.with_min_x(window.right()),
    ];
    let around = around.into_iter().filter(Rect::is_positive).map(|part| (part, shown.place));
    around.chain([(window, loupe.enlarged(shown.place))]).collect()
}

pub(crate) fn coming_ui(ui: &mut Ui, pane: Rect) {
    ui.put(
        Rect::from_center_size(pane.center(), Vec2::splat(24.0)),
        egui::Spinner::new().color(theme::palette(ui).ink_third),
    );
}

#[cfg(test)]
mod tests {
    use egui::vec2;

    use super::*;
    use crate::compare::loupe::Loupe;

    #[test]
    fn a_mask_lies_over_the_loupe_as_large_as_what_it_masks() {
        let pane = Rect::from_min_size(pos2(0.0, 0.0), vec2(600.0, 400.0));
        let place = Rect::from_min_size(pos2(100.0, 50.0), vec2(400.0, 300.0));
        let ctx = egui::Context::default();
        let mut shown = None;
        ctx.run_ui(egui::RawInput::default(), |ui| {
            let response = ui.interact(pane, ui.scope_id(), Sense::hover());
            shown = Some(Shown { response, place, loupe: None });
        })
        .drop_without_applying_deltas();
        let mut shown = shown.expect("it was painted");
        assert_eq!(windows(&shown, pane), [(pane, place)]);
        let loupe = Loupe::at(pos2(200.0, 120.0), pane);
        shown.loupe = Some(loupe);
        let windows = windows(&shown, pane);
        let area: f32 = windows.iter().map(|(window, _)| window.area()).sum();
        assert!((area - pane.area()).abs() < 1.0, "every point once: {area}");
        let (within, enlarged) = windows.last().expect("the loupe");
        assert_eq!((*within, *enlarged), (loupe.window, loupe.enlarged(place)));
        assert!(windows.iter().rev().skip(1).all(|(_, at)| *at == place));
    }
}
