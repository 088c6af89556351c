//! The typefaces and the families that paint with them.
//!
//! Inter for words, JetBrains Mono for code; after them egui's own fonts for emoji and symbols, and after
//! those whatever the system has for other scripts (the host turns eframe's `system_fonts` on).

use std::sync::Arc;

use egui::{FontData, FontDefinitions, FontFamily, FontId};

/// The bundled fonts and their names.
pub(crate) const FACES: [(&str, &[u8]); 10] = [
    ("Inter-Regular", include_bytes!("../../../assets/fonts/Inter-Regular.otf")),
    ("Inter-Italic", include_bytes!("../../../assets/fonts/Inter-Italic.otf")),
    ("Inter-Medium", include_bytes!("../../../assets/fonts/Inter-Medium.otf")),
    ("Inter-SemiBold", include_bytes!("../../../assets/fonts/Inter-SemiBold.otf")),
    ("Inter-Bold", include_bytes!("../../../assets/fonts/Inter-Bold.otf")),
    ("Inter-BoldItalic", include_bytes!("../../../assets/fonts/Inter-BoldItalic.otf")),
    ("Inter-TabularFigures", include_bytes!("../../../assets/fonts/Inter-TabularFigures.otf")),
    (
        "Inter-TabularFiguresSemiBold",
        include_bytes!("../../../assets/fonts/Inter-TabularFiguresSemiBold.otf"),
    ),
    ("JetBrainsMono-Regular", include_bytes!("../../../assets/fonts/JetBrainsMono-Regular.ttf")),
    ("JetBrainsMono-Bold", include_bytes!("../../../assets/fonts/JetBrainsMono-Bold.ttf")),
];

/// A weight or style of the interface's type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Face {
    /// Running text.
    Regular,
    /// Emphasis.
    Italic,
    /// Buttons.
    Medium,
    /// Titles and strong text in the interface.
    SemiBold,
    /// Strong text in documents.
    Bold,
    /// Strong and emphasised.
    BoldItalic,
    /// Running text whose digits all have one width.
    Figures,
    /// Strong text whose digits all have one width.
    FiguresSemiBold,
    /// Code.
    Mono,
    /// Strong code.
    MonoBold,
}

impl Face {
    /// Every face.
    pub const ALL: [Self; 10] = [
        Self::Regular,
        Self::Italic,
        Self::Medium,
        Self::SemiBold,
        Self::Bold,
        Self::BoldItalic,
        Self::Figures,
        Self::FiguresSemiBold,
        Self::Mono,
        Self::MonoBold,
    ];

    /// The egui family that paints in this face.
    pub fn family(self) -> FontFamily {
        match self {
            Self::Regular => FontFamily::Proportional,
            Self::Mono => FontFamily::Monospace,
            Self::Italic => FontFamily::Name("italic".into()),
            Self::Medium => FontFamily::Name("medium".into()),
            Self::SemiBold => FontFamily::Name("semibold".into()),
            Self::Bold => FontFamily::Name("bold".into()),
            Self::BoldItalic => FontFamily::Name("bold-italic".into()),
            Self::Figures => FontFamily::Name("figures".into()),
            Self::FiguresSemiBold => FontFamily::Name("figures-semibold".into()),
            Self::MonoBold => FontFamily::Name("mono-bold".into()),
        }
    }

    /// This face at `size` points.
    pub fn at(self, size: f32) -> FontId {
        FontId::new(size, self.family())
    }

    /// Own faces in order of preference, before egui's.
    fn own_faces(self) -> &'static [&'static str] {
        match self {
            Self::Regular => &["Inter-Regular", "JetBrainsMono-Regular"],
            Self::Italic => &["Inter-Italic", "JetBrainsMono-Regular"],
            Self::Medium => &["Inter-Medium", "JetBrainsMono-Regular"],
            Self::SemiBold => &["Inter-SemiBold", "JetBrainsMono-Regular"],
            Self::Bold => &["Inter-Bold", "JetBrainsMono-Regular"],
            Self::BoldItalic => &["Inter-BoldItalic", "JetBrainsMono-Regular"],
            Self::Figures => &["Inter-TabularFigures", "Inter-Regular", "JetBrainsMono-Regular"],
            Self::FiguresSemiBold => {
                &["Inter-TabularFiguresSemiBold", "Inter-SemiBold", "JetBrainsMono-Regular"]
            }
            Self::Mono => &["JetBrainsMono-Regular", "Inter-Regular"],
            Self::MonoBold => &["JetBrainsMono-Bold", "Inter-Bold"],
        }
    }
}

/// Every font and family, with egui's own as fallbacks.
pub fn definitions() -> FontDefinitions {
    let mut definitions = FontDefinitions::default();
    for (name, bytes) in FACES {
        definitions.font_data.insert(name.to_owned(), Arc::new(FontData::from_static(bytes)));
    }
    let proportional = definitions.families.get(&FontFamily::Proportional).cloned().unwrap_or_default();
    let monospace = definitions.families.get(&FontFamily::Monospace).cloned().unwrap_or_default();
    for face in Face::ALL {
        let fallbacks = match face {
            Face::Mono | Face::MonoBold => &monospace,
            _ => &proportional,
        };
        let own = face.own_faces().iter().map(|name| (*name).to_owned());
        definitions.families.insert(face.family(), own.chain(fallbacks.iter().cloned()).collect());
    }
    definitions
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_counters_have_one_width() {
        let ctx = egui::Context::default();
        crate::theme::install(&ctx);
        let mut widths = Vec::new();
        let output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for digit in '0'..='9' {
                widths.push(ui.ctx().fonts_mut(|fonts| fonts.glyph_width(&Face::Figures.at(16.0), digit)));
            }
        });
        output.drop_without_applying_deltas();
        assert!(widths.iter().all(|width| *width == widths[0]), "{widths:?}");
    }

    #[test]
    fn arrows_checks_and_box_drawing_are_covered_by_own_faces() {
        let ctx = egui::Context::default();
        crate::theme::install(&ctx);
        let output = ctx.run_ui(egui::RawInput::default(), |ui| {
            for face in Face::ALL {
                let has_all = ui.ctx().fonts_mut(|fonts| fonts.has_glyphs(&face.at(16.0), "→⏎✓…•─│αЖé≤"));
                assert!(has_all, "{face:?} has a hole");
            }
        });
        output.drop_without_applying_deltas();
    }
}
