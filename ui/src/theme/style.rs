//! The palette as an egui style, so that stock widgets (fields, scroll bars, menus) match our own.

use egui::style::{ScrollStyle, Selection, TextCursorStyle, WidgetVisuals, Widgets};
use egui::{CornerRadius, Margin, Shadow, Stroke, Style, TextStyle, Visuals, vec2};

use super::font::Face;
use super::metrics::{ANIMATION_SECONDS, HAIRLINE, control, radius, space, text};
use super::palette::Palette;

pub(super) fn style_from_palette(palette: &Palette) -> Style {
    let mut style = Style {
        text_styles: [
            (TextStyle::Small, Face::Regular.at(text::SMALL)),
            (TextStyle::Body, Face::Regular.at(text::BODY)),
            (TextStyle::Button, Face::Medium.at(text::BODY)),
            (TextStyle::Heading, Face::SemiBold.at(text::TITLE)),
            (TextStyle::Monospace, Face::Mono.at(text::SMALL)),
        ]
        .into(),
        visuals: visuals_from_palette(palette),
        animation_time: ANIMATION_SECONDS,
        ..Style::default()
    };
    let spacing = &mut style.spacing;
    spacing.item_spacing = vec2(space::SMALL, space::SMALL);
    spacing.button_padding = vec2(space::MEDIUM, 6.0);
    spacing.interact_size = vec2(control::SMALL_HEIGHT, control::SMALL_HEIGHT);
    spacing.window_margin = Margin::same(space::EDGE as i8);
    spacing.menu_margin = Margin::same(space::SMALL as i8);
    spacing.indent = space::EDGE;
    spacing.icon_width = 18.0;
    spacing.icon_width_inner = 10.0;
    spacing.icon_spacing = space::SMALL;
    spacing.tooltip_width = 360.0;
    spacing.scroll = ScrollStyle { bar_width: 8.0, floating_width: 4.0, ..ScrollStyle::floating() };
    spacing.scroll.fade.strength = 0.0;
    style.interaction.tooltip_delay = 0.4;
    // Labels of the interface are not text to copy; documents allow selection themselves.
    style.interaction.selectable_labels = false;
    style
}

fn visuals_from_palette(palette: &Palette) -> Visuals {
    let base = if palette.is_dark { Visuals::dark() } else { Visuals::light() };
    let corner_radius = CornerRadius::same(radius::MEDIUM);
    let widget = |fill, edge, ink| WidgetVisuals {
        // The rail of a slider.
        bg_fill: palette.line_strong,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(HAIRLINE, edge),
        corner_radius,
        fg_stroke: Stroke::new(HAIRLINE, ink),
        expansion: 0.0,
    };
    Visuals {
        override_text_color: None,
        weak_text_color: Some(palette.ink_second),
        widgets: Widgets {
            noninteractive: widget(palette.panel, palette.line, palette.ink),
            inactive: widget(palette.panel, palette.line_strong, palette.ink),
            hovered: widget(palette.hover, palette.line_strong, palette.ink),
            active: widget(palette.hover, palette.accent, palette.ink),
            open: widget(palette.hover, palette.line_strong, palette.ink),
        },
        selection: Selection {
            bg_fill: palette.text_selection,
            stroke: Stroke::new(HAIRLINE, palette.accent),
        },
        hyperlink_color: palette.accent,
        faint_bg_color: palette.hover,
        extreme_bg_color: palette.panel,
        text_edit_bg_color: Some(palette.panel),
        code_bg_color: palette.code,
        warn_fg_color: palette.look_again,
        error_fg_color: palette.loss,
        window_corner_radius: CornerRadius::same(radius::LARGE),
        window_shadow: Shadow::NONE,
        window_fill: palette.panel,
        window_stroke: Stroke::new(HAIRLINE, palette.line),
        menu_corner_radius: corner_radius,
        panel_fill: palette.window,
        popup_shadow: Shadow::NONE,
        text_cursor: TextCursorStyle {
            stroke: Stroke::new(2.0, palette.accent),
            ..TextCursorStyle::default()
        },
        indent_has_left_vline: false,
        striped: false,
        slider_trailing_fill: true,
        handle_shape: egui::style::HandleShape::Circle,
        ..base
    }
}
