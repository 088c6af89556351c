//! How the interface looks: the only place where colours, sizes, spacings and fonts are written.
//!
//! [`install`] once at the start puts the fonts and both styles, light and dark, into the egui context;
//! [`set_choice`] then switches between them. Everything that paints asks [`palette`] for its colours,
//! [`space`] and [`radius`] for its distances, and [`font`] for its type.

pub mod font;
mod metrics;
mod palette;
mod style;

use egui::{Context, Theme, ThemePreference, Ui};
use tiebreak_domain::settings::ThemeChoice;

pub use metrics::{
    ANIMATION_SECONDS, DEFAULT_TEXT_SIZE, FOCUS_RING, HAIRLINE, MEASURE_IN_EMS, TEXT_SIZES, TextSizes,
    control, radius, space, text,
};
pub use palette::{DARK, LIGHT, Palette, SyntaxColors, contrast_ratio};

/// Puts the fonts and both styles into `ctx`. Call once, before the first frame.
pub fn install(ctx: &Context) {
    ctx.set_fonts(font::definitions());
    ctx.set_style_of(Theme::Light, style::style_from_palette(&LIGHT));
    ctx.set_style_of(Theme::Dark, style::style_from_palette(&DARK));
}

/// Shows the light or the dark style, or whichever the system has.
pub fn set_choice(ctx: &Context, choice: ThemeChoice) {
    ctx.set_theme(match choice {
        ThemeChoice::System => ThemePreference::System,
        ThemeChoice::Light => ThemePreference::Light,
        ThemeChoice::Dark => ThemePreference::Dark,
    });
}

/// Turns the little motion there is on or off, for systems that ask for less of it.
pub fn set_motion(ctx: &Context, is_on: bool) {
    ctx.all_styles_mut(|style| {
        style.animation_time = if is_on { ANIMATION_SECONDS } else { 0.0 };
        style.scroll_animation = if is_on {
            egui::style::ScrollAnimation::default()
        } else {
            egui::style::ScrollAnimation::none()
        };
    });
}

/// The colours in which `ui` is painted.
pub fn palette(ui: &Ui) -> &'static Palette {
    Palette::of(ui.visuals().dark_mode)
}

/// The colours of the theme that `ctx` shows at present.
pub fn palette_of(ctx: &Context) -> &'static Palette {
    Palette::of(ctx.theme() == Theme::Dark)
}
