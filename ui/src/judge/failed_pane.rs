//! What stands in a pane whose medium cannot be shown: which pane, why, and what to do.
//!
//! The path in the data may name the model, so that it is told only where the models may be known: once the item was
//! judged, or where the study shows them all along.

use egui::{Context, Id, Rect, Ui, UiBuilder};
use tiebreak_domain::ApiError;

use crate::theme::{self, radius, space};
use crate::widget::Notice;

/// Whether panes may tell where media are.
#[derive(Clone, Copy, Default)]
struct PlacesTold(bool);

/// Says whether the panes of this frame may tell where media are.
pub(crate) fn tell_places(ctx: &Context, are_told: bool) {
    ctx.data_mut(|data| data.insert_temp(Id::NULL, PlacesTold(are_told)));
}

fn are_places_told(ctx: &Context) -> bool {
    ctx.data(|data| data.get_temp::<PlacesTold>(Id::NULL)).is_some_and(|told| told.0)
}

/// Says why what is called `name` cannot be shown; whether it is to be tried again.
pub(crate) fn failed_ui(ui: &mut Ui, pane: Rect, name: &str, error: &ApiError) -> bool {
    ui.painter().rect_filled(pane, radius::MEDIUM, theme::palette(ui).panel);
    let mut inner = ui.new_child(UiBuilder::new().max_rect(pane.shrink(space::LARGE)));
    let (what, why) = words(name, error, are_places_told(ui.ctx()));
    let todo = error.hint.as_deref().map(crate::app::notice::with_capital).unwrap_or_default();
    let notice = Notice::error(&what).why(&why).todo(&todo).action("Try again");
    let is_again = notice.show(&mut inner).is_some();
    if is_again {
        inner.ctx().request_repaint();
    }
    is_again
}

/// Says that something that lies over a pane cannot be shown, at its foot; whether it is to be tried again.
pub(crate) fn failed_over_ui(ui: &mut Ui, pane: Rect, name: &str, error: &ApiError) -> bool {
    let height = FOOT_HEIGHT.min(pane.height());
    let foot = pane.with_min_y(pane.bottom() - height).shrink(space::MEDIUM);
    let mut inner = ui.new_child(UiBuilder::new().max_rect(foot));
    inner.set_clip_rect(pane.intersect(ui.clip_rect()));
    let (what, why) = words(name, error, are_places_told(ui.ctx()));
    let is_again = Notice::warning(&what).why(&why).action("Try again").show(&mut inner).is_some();
    if is_again {
        inner.ctx().request_repaint();
    }
    is_again
}

/// Room for such a notice: two lines and a button.
const FOOT_HEIGHT: f32 = 112.0;

/// What cannot be shown and why, and where it is if that is told.
fn words(name: &str, error: &ApiError, are_places_told: bool) -> (String, String) {
    let place = error.place.clone().filter(|_| are_places_told).unwrap_or_default();
    (format!("{name} cannot be shown: {}", error.message), place)
}

#[cfg(test)]
mod tests {
    use tiebreak_domain::ErrorCode;

    use super::*;

    #[test]
    fn the_path_is_told_only_where_the_models_may_be_known() {
        let error = ApiError::new(ErrorCode::NotFound, "the video is missing").at("wan/Wan21-T2V-14B/x.mp4");
        let (what, why) = words("Video A", &error, false);
        assert_eq!(what, "Video A cannot be shown: the video is missing");
        assert!(!format!("{what}{why}").contains("Wan21"), "{what} {why}");
        assert_eq!(words("Video A", &error, true).1, "wan/Wan21-T2V-14B/x.mp4");
    }
}
