//! The faces that formulas are set in: their bytes, which letters they have, and the letters' outlines.

use std::sync::OnceLock;

use ratex_font::{FontId, katex_ttf_glyph_char};
use skrifa::instance::{LocationRef, Size};
use skrifa::outline::{DrawSettings, OutlinePen};
use skrifa::{FontRef, GlyphId, MetadataProvider};
use vello_cpu::kurbo::BezPath;

/// A face of `assets/fonts/math`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Face(usize);

macro_rules! faces {
    ($($id:ident $name:literal),+ $(,)?) => {
        const IDS: &[FontId] = &[$(FontId::$id),+];
        const BYTES: &[&[u8]] =
            &[$(include_bytes!(concat!("../../../assets/fonts/math/TiebreakMath-", $name, ".ttf"))),+];
    };
}

faces! {
    MainRegular "Main-Regular",
    MathItalic "Math-Italic",
    AmsRegular "AMS-Regular",
    MainBold "Main-Bold",
    MainItalic "Main-Italic",
    MainBoldItalic "Main-BoldItalic",
    MathBoldItalic "Math-BoldItalic",
    Size1Regular "Size1-Regular",
    Size2Regular "Size2-Regular",
    Size3Regular "Size3-Regular",
    Size4Regular "Size4-Regular",
    CaligraphicRegular "Caligraphic-Regular",
    FrakturRegular "Fraktur-Regular",
    FrakturBold "Fraktur-Bold",
    SansSerifRegular "SansSerif-Regular",
    SansSerifBold "SansSerif-Bold",
    SansSerifItalic "SansSerif-Italic",
    ScriptRegular "Script-Regular",
    TypewriterRegular "Typewriter-Regular",
}

fn fonts() -> &'static [FontRef<'static>] {
    static FONTS: OnceLock<Vec<FontRef<'static>>> = OnceLock::new();
    FONTS.get_or_init(|| {
        let font = |bytes: &&'static [u8]| FontRef::new(bytes).expect("the faces of this crate are fonts");
        BYTES.iter().map(font).collect()
    })
}

/// Whether some face has this letter or sign.
pub fn has_character(character: char) -> bool {
    character.is_ascii() || fonts().iter().any(|font| font.charmap().map(character).is_some())
}

impl Face {
    /// The face for running mathematics.
    pub(crate) const MAIN: Self = Self(0);

    /// The face and the number in it of a letter that the layout asks for by name and code.
    pub(crate) fn glyph_of(name: &str, code: u32) -> Option<(Self, u32)> {
        let id = FontId::parse(name).unwrap_or(FontId::MainRegular);
        let asked = IDS.iter().position(|known| *known == id).map(Self);
        let character = katex_ttf_glyph_char(id, code);
        [asked, Some(Self::MAIN)]
            .into_iter()
            .flatten()
            .find_map(|face| Some((face, fonts()[face.0].charmap().map(character)?.to_u32())))
    }

    /// The outline of a letter whose em is `size` long, with y downwards.
    pub(crate) fn outline(self, glyph: u32, size: f32) -> BezPath {
        let mut pen = Pen(BezPath::new());
        if let Some(outline) = fonts()[self.0].outline_glyphs().get(GlyphId::new(glyph)) {
            let settings = DrawSettings::unhinted(Size::new(size), LocationRef::default());
            // A letter that cannot be drawn is left out; the faces are ours, and a test draws all of them.
            let _ = outline.draw(settings, &mut pen);
        }
        pen.0
    }
}

struct Pen(BezPath);

impl OutlinePen for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.0.move_to((x, -y));
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.0.line_to((x, -y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.0.quad_to((x1, -y1), (x, -y));
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.0.curve_to((x1, -y1), (x2, -y2), (x, -y));
    }

    fn close(&mut self) {
        self.0.close_path();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_is_read_and_every_letter_drawn() {
        for (index, font) in fonts().iter().enumerate() {
            for (_, glyph) in font.charmap().mappings() {
                let outline = font.outline_glyphs().get(glyph).expect("it has an outline");
                let settings = DrawSettings::unhinted(Size::new(10.0), LocationRef::default());
                assert!(outline.draw(settings, &mut Pen(BezPath::new())).is_ok(), "{index} {glyph}");
            }
        }
    }

    #[test]
    fn a_letter_comes_from_the_face_asked_for_or_from_the_main_one() {
        let (face, glyph) = Face::glyph_of("Math-Italic", u32::from('x')).unwrap();
        assert_eq!(IDS[face.0], FontId::MathItalic);
        assert!(!face.outline(glyph, 10.0).elements().is_empty());
        let (face, _) = Face::glyph_of("AMS-Regular", u32::from('+')).unwrap();
        assert_eq!(face, Face::MAIN);
        assert_eq!(Face::glyph_of("CJK-Regular", u32::from('解')), None);
        assert!(has_character('∮') && !has_character('解'));
    }
}
