//! Fonts that are lent: a page knows no fonts of its system, so that those of the engine's machine are fetched for
//! each script that a text turns out to need. Natively the system is asked, and nothing here is used.

use std::sync::{Arc, Mutex, PoisonError};

use egui::epaint::text::{FontInsert, FontPriority, InsertFontFamily};
use egui::{Context, FontData};
use icu_properties::CodePointSetData;
use icu_properties::props::EmojiPresentation;
use tiebreak_domain::Rubric;

use super::{one_line, shaped};
use crate::theme::font::Face;

/// What ISO 15924 calls emoji.
pub(super) const SCRIPT_OF_EMOJI: &str = "Zsye";
/// What it calls mathematical notation, and symbols.
pub(super) const SIGNS: [&str; 2] = ["Zmth", "Zsym"];
/// Asks for the emoji that the character before it may be.
const AS_EMOJI: char = '\u{fe0f}';

/// Stretches of Unicode whose letters the bundled fonts lack, with the script that they call for (ISO 15924). Han,
/// kana and Hangul are one: the fonts that have them have all of them.
const STRETCHES: [(u32, u32, &str); 54] = [
    (0x0530, 0x058F, "Armn"),
    (0x0590, 0x05FF, "Hebr"),
    (0x0600, 0x06FF, "Arab"),
    (0x0700, 0x074F, "Syrc"),
    (0x0750, 0x077F, "Arab"),
    (0x0780, 0x07BF, "Thaa"),
    (0x07C0, 0x07FF, "Nkoo"),
    (0x0860, 0x086F, "Syrc"),
    (0x0870, 0x08FF, "Arab"),
    (0x0900, 0x097F, "Deva"),
    (0x0980, 0x09FF, "Beng"),
    (0x0A00, 0x0A7F, "Guru"),
    (0x0A80, 0x0AFF, "Gujr"),
    (0x0B00, 0x0B7F, "Orya"),
    (0x0B80, 0x0BFF, "Taml"),
    (0x0C00, 0x0C7F, "Telu"),
    (0x0C80, 0x0CFF, "Knda"),
    (0x0D00, 0x0D7F, "Mlym"),
    (0x0D80, 0x0DFF, "Sinh"),
    (0x0E00, 0x0E7F, "Thai"),
    (0x0E80, 0x0EFF, "Laoo"),
    (0x0F00, 0x0FFF, "Tibt"),
    (0x1000, 0x109F, "Mymr"),
    (0x10A0, 0x10FF, "Geor"),
    (0x1100, 0x11FF, "Hani"),
    (0x1200, 0x139F, "Ethi"),
    (0x13A0, 0x13FF, "Cher"),
    (0x1400, 0x167F, "Cans"),
    (0x1780, 0x17FF, "Khmr"),
    (0x1800, 0x18AF, "Mong"),
    (0x18B0, 0x18FF, "Cans"),
    (0x19E0, 0x19FF, "Khmr"),
    (0x1B00, 0x1B7F, "Bali"),
    (0x1B80, 0x1BBF, "Sund"),
    (0x1C50, 0x1C7F, "Olck"),
    (0x2C80, 0x2CFF, "Copt"),
    (0x2D30, 0x2D7F, "Tfng"),
    (0x2D80, 0x2DDF, "Ethi"),
    (0x2E80, 0x9FFF, "Hani"),
    (0xA000, 0xA4CF, "Yiii"),
    (0xA4D0, 0xA4FF, "Lisu"),
    (0xA500, 0xA63F, "Vaii"),
    (0xA8E0, 0xA8FF, "Deva"),
    (0xA980, 0xA9DF, "Java"),
    (0xAA60, 0xAA7F, "Mymr"),
    (0xABC0, 0xABFF, "Mtei"),
    (0xAC00, 0xD7FF, "Hani"),
    (0xF900, 0xFAFF, "Hani"),
    (0xFB1D, 0xFB4F, "Hebr"),
    (0xFB50, 0xFDFF, "Arab"),
    (0xFE70, 0xFEFC, "Arab"),
    (0xFF00, 0xFFEF, "Hani"),
    (0x1E900, 0x1E95F, "Adlm"),
    (0x20000, 0x3FFFF, "Hani"),
];

#[derive(Default)]
struct Wanted {
    /// Everything that was ever wanted.
    known: Vec<&'static str>,
    /// How many of those were taken.
    taken: usize,
}

static WANTED: Mutex<Wanted> = Mutex::new(Wanted { known: Vec::new(), taken: 0 });

/// The script that a character calls for, where the bundled fonts lack it.
fn script_of(character: char) -> Option<&'static str> {
    if character == AS_EMOJI || CodePointSetData::new::<EmojiPresentation>().contains(character) {
        return Some(SCRIPT_OF_EMOJI);
    }
    let code = u32::from(character);
    let place = STRETCHES.partition_point(|(_, last, _)| *last < code);
    STRETCHES.get(place).filter(|(first, ..)| *first <= code).map(|(.., script)| *script)
}

/// Letters and signs of blocks of which the bundled fonts have some: whose they are tells when one is found missing.
fn scripts_of_missing(character: char) -> &'static [&'static str] {
    match u32::from(character) {
        0x0250..=0x02FF | 0x1D00..=0x1DBF | 0x1E00..=0x1EFF | 0x2C60..=0x2C7F | 0xA720..=0xA7FF => &["Latn"],
        0x0370..=0x03FF | 0x1F00..=0x1FFF => &["Grek"],
        0x0400..=0x052F | 0x1C80..=0x1C8F | 0xA640..=0xA69F => &["Cyrl"],
        0x2010..=0x2BFF | 0x1D400..=0x1D7FF | 0x1EE00..=0x1EEFF | 0x1F000..=0x1FBFF => &SIGNS,
        _ => &[],
    }
}

/// Looks which scripts a text needs.
pub(super) fn look(text: &str) {
    let mut last = None;
    for script in text.chars().filter(|character| *character >= '\u{530}').filter_map(script_of) {
        if last.replace(script) != Some(script) {
            want(script);
        }
    }
}

/// Notes letters that no font has.
pub(super) fn miss(letters: &str) {
    letters.chars().flat_map(scripts_of_missing).for_each(|script| want(script));
}

fn want(script: &'static str) {
    let mut wanted = WANTED.lock().unwrap_or_else(PoisonError::into_inner);
    if !wanted.known.contains(&script) {
        wanted.known.push(script);
    }
}

/// Looks which scripts a study's own words need.
pub fn look_at_rubric(rubric: &Rubric) {
    for question in &rubric.questions {
        look(&question.title);
        look(&question.help);
        // Whatever its kind, its entries are among its words.
        look(&serde_json::to_string(&question.kind).unwrap_or_default());
    }
    rubric.unratable_reasons.iter().for_each(|reason| look(reason));
}

/// The scripts that are needed and were not taken yet.
pub fn take_wanted() -> Vec<&'static str> {
    let mut wanted = WANTED.lock().unwrap_or_else(PoisonError::into_inner);
    let taken = wanted.taken;
    wanted.taken = wanted.known.len();
    wanted.known[taken..].to_vec()
}

/// How many fonts a context was lent: what was set with fewer is to be set again.
pub fn count(ctx: &Context) -> usize {
    ctx.data(|data| data.get_temp(count_id())).unwrap_or(0)
}

fn count_id() -> egui::Id {
    egui::Id::unique("fonts that were lent")
}

/// Takes a font for a script, for texts and for the interface's own words. What was laid out before is to be laid out
/// again.
pub fn add(ctx: &Context, script: &'static str, bytes: Vec<u8>) {
    let data = FontData::from_owned(bytes);
    shaped::lend(ctx, script, Arc::clone(&data.font));
    one_line::forget(ctx);
    ctx.data_mut(|data| *data.get_temp_mut_or_default::<usize>(count_id()) += 1);
    ctx.request_repaint();
    // Emoji are pictures, which egui cannot draw; it has its own, in black.
    if script == SCRIPT_OF_EMOJI {
        return;
    }
    let families =
        Face::ALL.map(|face| InsertFontFamily { family: face.family(), priority: FontPriority::Lowest });
    ctx.add_font(FontInsert::new(&format!("lent {script}"), data, families.to_vec()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_wanted_once_and_what_is_bundled_never() {
        look("Latin, кириллица, Ελληνικά, “quotes” – and → arrows ✓");
        look("日本語とカナ, and العربية, and 한국어");
        assert_eq!(take_wanted(), ["Hani", "Arab"]);
        look("また日本語, and עברית");
        assert_eq!(take_wanted(), ["Hebr"]);
        look("བོད་ཡིག ꆈꌠꉙ ᱥᱟᱱᱛᱟᱲᱤ ꦗꦮ 𞤀𞤣𞤤𞤢𞤥");
        assert_eq!(take_wanted(), ["Tibt", "Yiii", "Olck", "Java", "Adlm"]);
        assert_eq!(take_wanted(), [] as [&str; 0]);
    }

    #[test]
    fn emoji_are_wanted_where_they_are_pictures() {
        let wanted = |text: &str| {
            let mut scripts: Vec<_> = text.chars().filter_map(script_of).collect();
            scripts.dedup();
            scripts
        };
        assert_eq!(wanted("✓ done, ♥ → ⇒ ½, ∀x ∈ ℝ: √x ≥ 0"), [""; 0]);
        for text in ["done ✅", "1\u{fe0f}\u{20e3}", "🇫🇷", "👩🏽‍🔬"] {
            assert_eq!(wanted(text), [SCRIPT_OF_EMOJI], "{text}");
        }
    }

    #[test]
    fn what_is_missing_tells_whose_it_is() {
        for text in ["∝", "𝔼", "①", "⟨"] {
            assert_eq!(scripts_of_missing(text.chars().next().unwrap()), SIGNS, "{text}");
        }
        assert_eq!((scripts_of_missing('ᵢ'), scripts_of_missing('ἄ')), (&["Latn"][..], &["Grek"][..]));
        assert_eq!(scripts_of_missing('\u{e000}'), [""; 0], "whose it is nobody knows");
    }

    #[test]
    fn the_stretches_are_in_order() {
        assert!(STRETCHES.is_sorted_by(|one, next| one.1 < next.0), "or looking one up finds another");
    }
}
