//! One card of the gallery.

use egui::text::{LayoutJob, TextFormat, TextWrapping};
use egui::{
    Color32, CornerRadius, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};
use tiebreak_domain::Template;

use super::super::miniature::{CARD_LINE, Miniature};
use super::super::{about, words};
use crate::theme::font::Face;
use crate::theme::{self, FOCUS_RING, HAIRLINE, radius, space, text};

/// Height of every card.
pub(super) const HEIGHT: f32 = 298.0;
/// Height of the picture, with its margin.
const PICTURE: f32 = 6.0 * CARD_LINE + 2.0 * space::SMALL;

/// Paints the card of a template; a click marks it.
pub(super) fn card_ui(ui: &mut Ui, template: &Template, rect: Rect, is_marked: bool) -> Response {
    let palette = theme::palette(ui);
    let id = ui.scope_id().with(("card", &template.id, about::name(template)));
    // The keyboard marks cards by the arrows, so that forty cards are not forty stops of Tab.
    let response = ui.interact(rect, id, Sense::CLICK);
    response.widget_info(|| {
        let name = format!("{}. {}", about::name(template), template.about);
        WidgetInfo::selected(Role::RadioButton, ui.is_enabled(), is_marked, name)
    });
    if !ui.is_rect_visible(rect) {
        return response;
    }
    let corners = CornerRadius::same(radius::LARGE);
    let fill = if response.hovered() && !is_marked { palette.hover } else { palette.panel };
    let edge =
        if is_marked { Stroke::new(FOCUS_RING, palette.accent) } else { Stroke::new(HAIRLINE, palette.line) };
    ui.painter().rect(rect, corners, fill, edge, StrokeKind::Inside);
    let picture = Rect::from_min_size(rect.min, vec2(rect.width(), PICTURE)).shrink(FOCUS_RING);
    let upper = CornerRadius { sw: 0, se: 0, ..CornerRadius::same(radius::LARGE - FOCUS_RING as u8) };
    ui.painter().rect_filled(picture, upper, palette.window);
    let inside = picture.shrink2(vec2(space::MEDIUM, space::SMALL));
    let mut child = ui.new_child(UiBuilder::new().max_rect(inside).id_salt(("picture", id)));
    Miniature::new(template).line(CARD_LINE).height(inside.height()).show(&mut child);

    let left = rect.left() + space::MEDIUM;
    let width = rect.width() - 2.0 * space::MEDIUM;
    let mut top = rect.top() + PICTURE + space::SMALL;
    let compared = format!("{} · {}", words::media(&template.media), words::candidates(template.candidates));
    let exports = words::exports(&template.exports);
    let arrow = if exports.is_empty() { String::new() } else { format!("→ {exports}") };
    let lines: [(&str, Face, f32, Color32, usize); 6] = [
        (about::name(template), Face::SemiBold, text::BODY, palette.ink, 1),
        (&compared, Face::Medium, text::CAPTION, palette.ink_third, 1),
        (&template.about, Face::Regular, text::SMALL, palette.ink_second, 2),
        (&template.collects, Face::Regular, text::SMALL, palette.ink_third, 2),
        (&template.paper, Face::Italic, text::CAPTION, palette.ink_third, 1),
        (&arrow, Face::Regular, text::CAPTION, palette.ink_third, 1),
    ];
    for (words, face, size, color, rows) in lines {
        if words.is_empty() {
            continue;
        }
        let mut format = TextFormat::simple(face.at(size), color);
        format.line_height = Some((size * 1.4).round());
        let mut job = LayoutJob::single_section(words.to_owned(), format);
        job.wrap = TextWrapping { max_width: width, max_rows: rows, ..TextWrapping::default() };
        let galley = ui.painter().layout_job(job);
        let height = galley.size().y;
        ui.painter().galley(pos2(left, top), galley, color);
        top += height + space::TINY;
    }
    response.on_hover_cursor(CursorIcon::PointingHand)
}
