//! The colours by name, light and dark.
//!
//! Warm neutral greys and one accent; green only for saved and done, amber only for a second look, red
//! only for loss. Every colour that carries text has a contrast of at least 4.5 to 1 on every surface it
//! may stand on, which the tests below hold with the formula of WCAG 2.2, "contrast ratio".

use egui::Color32;

/// Colours of one theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Palette {
    /// Whether this is the dark one.
    pub is_dark: bool,
    /// Behind everything.
    pub window: Color32,
    /// Cards, bars, dialogs.
    pub panel: Color32,
    /// A control under the pointer, and quiet fills.
    pub hover: Color32,
    /// Hairlines.
    pub line: Color32,
    /// Edges of controls under the pointer, of key caps and of text fields.
    pub line_strong: Color32,
    /// Text.
    pub ink: Color32,
    /// Text of second rank.
    pub ink_second: Color32,
    /// Text of third rank: captions, key caps, hints.
    pub ink_third: Color32,
    /// Text of what cannot be used now; exempt from the contrast rule.
    pub ink_disabled: Color32,
    /// The one accent: what is chosen, focused or active.
    pub accent: Color32,
    /// The accent under the pointer.
    pub accent_hover: Color32,
    /// Text on the accent.
    pub on_accent: Color32,
    /// Behind what is selected; text may stand on it.
    pub accent_wash: Color32,
    /// Behind selected text.
    pub text_selection: Color32,
    /// The dark (or in the dark theme light) button, as Next.
    pub primary: Color32,
    /// The same under the pointer.
    pub primary_hover: Color32,
    /// Text on it.
    pub on_primary: Color32,
    /// Behind code.
    pub code: Color32,
    /// Saved, done.
    pub saved: Color32,
    /// Behind notices of success and added text.
    pub saved_wash: Color32,
    /// Look again.
    pub look_again: Color32,
    /// Behind warnings.
    pub look_again_wash: Color32,
    /// Loss, failure, deletion.
    pub loss: Color32,
    /// Behind errors and removed text.
    pub loss_wash: Color32,
    /// Dims what lies behind a dialog.
    pub backdrop: Color32,
    /// Colours of code.
    pub syntax: SyntaxColors,
}

/// Colours of the parts of code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SyntaxColors {
    /// Keywords, storage, operators that are words.
    pub keyword: Color32,
    /// Strings.
    pub string: Color32,
    /// Numbers and constants.
    pub number: Color32,
    /// Names of functions.
    pub function: Color32,
    /// Names of types.
    pub kind: Color32,
    /// Comments.
    pub comment: Color32,
}

impl Palette {
    /// The dark or the light palette.
    pub fn of(is_dark: bool) -> &'static Self {
        if is_dark { &DARK } else { &LIGHT }
    }
}

const fn black(alpha: u8) -> Color32 {
    #[expect(clippy::disallowed_methods, reason = "this is the theme")]
    Color32::from_black_alpha(alpha)
}

const fn rgb(hex: u32) -> Color32 {
    #[expect(clippy::disallowed_methods, reason = "this is the theme")]
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// The light theme.
pub static LIGHT: Palette = Palette {
    is_dark: false,
    window: rgb(0x00F6_F6F4),
    panel: rgb(0x00FF_FFFF),
    hover: rgb(0x00EF_EEEA),
    line: rgb(0x00E3_E2DE),
    line_strong: rgb(0x00C9_C7C1),
    ink: rgb(0x001D_1D1B),
    ink_second: rgb(0x0055_544F),
    ink_third: rgb(0x006B_6A66),
    ink_disabled: rgb(0x00AF_ADA7),
    accent: rgb(0x003B_5BDB),
    accent_hover: rgb(0x0033_50C6),
    on_accent: rgb(0x00FF_FFFF),
    accent_wash: rgb(0x00E7_ECFD),
    text_selection: rgb(0x00CB_D6FB),
    primary: rgb(0x001D_1D1B),
    primary_hover: rgb(0x0037_3734),
    on_primary: rgb(0x00FF_FFFF),
    code: rgb(0x00F3_F2EE),
    saved: rgb(0x0023_7A35),
    saved_wash: rgb(0x00E6_F4E8),
    look_again: rgb(0x0093_4C00),
    look_again_wash: rgb(0x00FD_F0DC),
    loss: rgb(0x00BC_2222),
    loss_wash: rgb(0x00FD_E9E8),
    backdrop: black(70),
    syntax: SyntaxColors {
        keyword: rgb(0x007A_3EC8),
        string: rgb(0x0017_714F),
        number: rgb(0x008A_5A00),
        function: rgb(0x0033_53D0),
        kind: rgb(0x000B_6E99),
        comment: rgb(0x006B_6A66),
    },
};

/// The dark theme.
pub static DARK: Palette = Palette {
    is_dark: true,
    window: rgb(0x0015_1517),
    panel: rgb(0x001E_1F22),
    hover: rgb(0x0029_2A2E),
    line: rgb(0x002E_2F34),
    line_strong: rgb(0x0047_484F),
    ink: rgb(0x00EC_ECEA),
    ink_second: rgb(0x00B4_B4B0),
    ink_third: rgb(0x0098_9892),
    ink_disabled: rgb(0x005C_5C5E),
    accent: rgb(0x007C_93F8),
    accent_hover: rgb(0x0094_A7FA),
    on_accent: rgb(0x0015_1517),
    accent_wash: rgb(0x0026_2C46),
    text_selection: rgb(0x0033_3F73),
    primary: rgb(0x00EC_ECEA),
    primary_hover: rgb(0x00FF_FFFF),
    on_primary: rgb(0x001D_1D1B),
    code: rgb(0x0017_181A),
    saved: rgb(0x0069_C779),
    saved_wash: rgb(0x001B_2E20),
    look_again: rgb(0x00E8_A94A),
    look_again_wash: rgb(0x0033_2815),
    loss: rgb(0x00FF_8787),
    loss_wash: rgb(0x003A_1F20),
    backdrop: black(140),
    syntax: SyntaxColors {
        keyword: rgb(0x00B7_9BF5),
        string: rgb(0x007F_D1AE),
        number: rgb(0x00E5_B567),
        function: rgb(0x0094_A7FA),
        kind: rgb(0x007C_C4E8),
        comment: rgb(0x0098_9892),
    },
};

/// Contrast of two opaque colours from 1 to 21 (WCAG 2.2, "contrast ratio" and "relative luminance").
pub fn contrast_ratio(one: Color32, other: Color32) -> f32 {
    let (one, other) = (relative_luminance(one), relative_luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn relative_luminance(color: Color32) -> f32 {
    let linear = |channel: u8| {
        let value = f32::from(channel) / 255.0;
        if value <= 0.04045 { value / 12.92 } else { ((value + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
}

#[cfg(test)]
mod tests {
    use super::*;

    const READABLE: f32 = 4.5;

    fn assert_readable(palette: &Palette, what: &str, text: Color32, surface: Color32) {
        let ratio = contrast_ratio(text, surface);
        assert!(
            ratio >= READABLE,
            "{what} in the {} theme has a contrast of {ratio:.2}, below {READABLE}",
            if palette.is_dark { "dark" } else { "light" }
        );
    }

    #[test]
    fn the_formula_agrees_with_the_published_ends_of_the_scale() {
        assert!((contrast_ratio(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-4);
        assert!((contrast_ratio(Color32::WHITE, Color32::WHITE) - 1.0).abs() < 1e-6);
        // #767676 on white is the well-known lightest grey that passes.
        assert!((contrast_ratio(rgb(0x0076_7676), Color32::WHITE) - 4.54).abs() < 0.01);
    }

    #[test]
    fn every_ink_is_readable_on_every_surface() {
        for palette in [&LIGHT, &DARK] {
            let surfaces = [
                ("window", palette.window),
                ("panel", palette.panel),
                ("hover", palette.hover),
                ("code", palette.code),
                ("accent wash", palette.accent_wash),
            ];
            let inks = [
                ("ink", palette.ink),
                ("second ink", palette.ink_second),
                ("third ink", palette.ink_third),
                ("accent", palette.accent),
                ("saved", palette.saved),
                ("look again", palette.look_again),
                ("loss", palette.loss),
            ];
            for (surface_name, surface) in surfaces {
                for (ink_name, ink) in inks {
                    assert_readable(palette, &format!("{ink_name} on {surface_name}"), ink, surface);
                }
            }
        }
    }

    #[test]
    fn code_is_readable_on_its_background() {
        for palette in [&LIGHT, &DARK] {
            let syntax = palette.syntax;
            for (name, color) in [
                ("keyword", syntax.keyword),
                ("string", syntax.string),
                ("number", syntax.number),
                ("function", syntax.function),
                ("type", syntax.kind),
                ("comment", syntax.comment),
            ] {
                assert_readable(palette, name, color, palette.code);
            }
        }
    }

    #[test]
    fn text_on_filled_surfaces_is_readable() {
        for palette in [&LIGHT, &DARK] {
            for (name, text, surface) in [
                ("text on accent", palette.on_accent, palette.accent),
                ("text on accent under the pointer", palette.on_accent, palette.accent_hover),
                ("text on primary", palette.on_primary, palette.primary),
                ("text on primary under the pointer", palette.on_primary, palette.primary_hover),
                ("selected text", palette.ink, palette.text_selection),
                ("saved on its wash", palette.saved, palette.saved_wash),
                ("warning on its wash", palette.look_again, palette.look_again_wash),
                ("error on its wash", palette.loss, palette.loss_wash),
                ("second ink on the warning wash", palette.ink_second, palette.look_again_wash),
                ("second ink on the error wash", palette.ink_second, palette.loss_wash),
                ("ink on the added wash", palette.ink, palette.saved_wash),
                ("ink on the removed wash", palette.ink, palette.loss_wash),
            ] {
                assert_readable(palette, name, text, surface);
            }
        }
    }

    #[test]
    fn focus_and_choice_stand_out_from_every_surface() {
        for palette in [&LIGHT, &DARK] {
            for surface in [palette.window, palette.panel, palette.hover] {
                assert!(
                    contrast_ratio(palette.accent, surface) >= 3.0,
                    "WCAG 1.4.11 asks 3 to 1 of focus rings"
                );
            }
        }
    }
}
