//! The signs on the player's buttons, drawn, so that they look the same whatever fonts there are.

use egui::{Color32, CornerRadius, Rect, Response, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use crate::theme::{self, radius};
use crate::widget::{focus_ring_ui, key_label};

/// A sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Icon {
    /// A triangle.
    Play,
    /// Two bars.
    Pause,
    /// A bar and a triangle that points left.
    Back,
    /// A triangle that points right and a bar.
    Forth,
    /// An arrow that goes round.
    Loop,
    /// A loudspeaker with waves.
    Sound,
    /// A loudspeaker without.
    Silent,
}

/// Paints a sign into a square.
pub fn icon_ui(ui: &Ui, icon: Icon, square: Rect, color: Color32) {
    let painter = ui.painter();
    let at = |x: f32, y: f32| square.lerp_inside(vec2(x, y));
    let triangle = |points: [(f32, f32); 3]| {
        let points = points.map(|(x, y)| at(x, y)).to_vec();
        painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
    };
    let bar = |from: f32, to: f32| {
        painter.rect_filled(Rect::from_min_max(at(from, 0.08), at(to, 0.92)), CornerRadius::same(1), color);
    };
    match icon {
        Icon::Play => triangle([(0.16, 0.04), (0.98, 0.5), (0.16, 0.96)]),
        Icon::Pause => {
            bar(0.14, 0.38);
            bar(0.62, 0.86);
        }
        Icon::Back => {
            bar(0.06, 0.2);
            triangle([(0.92, 0.06), (0.92, 0.94), (0.28, 0.5)]);
        }
        Icon::Forth => {
            triangle([(0.08, 0.06), (0.72, 0.5), (0.08, 0.94)]);
            bar(0.8, 0.94);
        }
        Icon::Sound | Icon::Silent => {
            painter.rect_filled(
                Rect::from_min_max(at(0.02, 0.34), at(0.22, 0.66)),
                CornerRadius::ZERO,
                color,
            );
            let horn = [(0.2, 0.34), (0.48, 0.08), (0.48, 0.92), (0.2, 0.66)].map(|(x, y)| at(x, y)).to_vec();
            painter.add(Shape::convex_polygon(horn, color, Stroke::NONE));
            let stroke = Stroke::new(1.4, color);
            if icon == Icon::Silent {
                painter.line_segment([at(0.64, 0.36), at(0.94, 0.66)], stroke);
                painter.line_segment([at(0.94, 0.36), at(0.64, 0.66)], stroke);
            } else {
                for radius in [0.2, 0.42] {
                    let bow = (-3..=3).map(|step| {
                        let angle = step as f32 * 0.26;
                        at(0.52 + radius * angle.cos(), 0.5 + radius * angle.sin())
                    });
                    painter.add(Shape::line(bow.collect(), stroke));
                }
            }
        }
        Icon::Loop => {
            let stroke = Stroke::new(1.6, color);
            let circle = |turn: f32| {
                let angle = turn * std::f32::consts::TAU;
                square.center() + vec2(angle.cos(), angle.sin()) * square.width() * 0.42
            };
            let arc = (0..=20).map(|step| circle(0.02 + 0.82 * step as f32 / 20.0)).collect();
            painter.add(Shape::line(arc, stroke));
            let tip = circle(0.84);
            let points = vec![tip + vec2(-3.2, -3.4), tip + vec2(3.6, -1.6), tip + vec2(-1.6, 3.2)];
            painter.add(Shape::convex_polygon(points, color, Stroke::NONE));
        }
    }
}

/// A square button with a sign. `help` is said under the pointer, with the key.
pub fn icon_button_ui(ui: &mut Ui, icon: Icon, name: &str, key: &str, is_on: bool) -> Response {
    let palette = theme::palette(ui);
    let (rect, response) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), is_on, name));
    let color = match (is_on, response.hovered()) {
        (true, _) => palette.accent,
        (false, true) => palette.ink,
        (false, false) => palette.ink_second,
    };
    if response.hovered() || is_on {
        let fill = if is_on { palette.accent_wash } else { palette.hover };
        ui.painter().rect_filled(rect, radius::MEDIUM, fill);
    }
    icon_ui(ui, icon, Rect::from_center_size(rect.center(), vec2(14.0, 14.0)), color);
    if response.has_focus() {
        focus_ring_ui(ui.painter(), rect.shrink(4.0), radius::SMALL, palette);
    }
    let says = if key.is_empty() { name.to_owned() } else { format!("{name}  {}", key_label(key)) };
    response.on_hover_text(says)
}

/// Side of a button.
pub const SIDE: f32 = 32.0;

/// A small triangle that hangs from a point, as a mark on a bar.
pub fn tick(at: egui::Pos2, color: Color32) -> Shape {
    let points = vec![at, pos2(at.x - 4.0, at.y - 6.0), pos2(at.x + 4.0, at.y - 6.0)];
    Shape::convex_polygon(points, color, Stroke::NONE)
}
