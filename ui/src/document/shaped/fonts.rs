//! The fonts that texts are set in: the bundled ones first, then whatever the system has for a script and a
//! language, and for emoji and symbols at last what egui brings.
//!
//! Asking the system takes a while, so all contexts of the process share one collection; [`warm_up`] makes it
//! ready beforehand.

use std::sync::{Arc, OnceLock};

use egui::{Context, FontDefinitions};
use parley::fontique::{
    Blob, Collection, CollectionOptions, FallbackKey, FamilyId, FontInfoOverride, GenericFamily, Script,
};
use parley::style::{FontFamily, FontFamilyName, FontStyle, FontWeight};
use tiebreak_domain::fonts::{EMOJI, MATHEMATICS, NOTO, SYMBOLS};

use super::super::lent_fonts::{SCRIPT_OF_EMOJI, SIGNS};
use super::Shop;
use crate::theme::font::{FACES, Face};

/// Words are set in this family.
const WORDS: &str = "Tiebreak Inter";
/// Code is set in this one.
const CODE: &str = "Tiebreak JetBrains Mono";

/// Signs and emoji that egui brings, by its names.
const BROUGHT: [&str; 2] = ["NotoEmoji-Regular", "emoji-icon-font"];

/// The languages of Han characters, and what their font is called after "Noto Sans CJK".
const NOTO_HAN: [(&str, &str); 4] = [("ja", "JP"), ("ko", "KR"), ("zh-TW", "TC"), ("zh-HK", "HK")];

/// Looks for the fonts of the system, if that was not done yet.
pub(in crate::document) fn warm_up() {
    collection();
}

/// The fonts of this process.
pub(super) fn collection() -> &'static Collection {
    static COLLECTION: OnceLock<Collection> = OnceLock::new();
    COLLECTION.get_or_init(|| {
        let mut collection = Collection::new(CollectionOptions { shared: true, system_fonts: true });
        register(&mut collection);
        choose_fallbacks(&mut collection);
        collection
    })
}

/// Takes a font for a script (ISO 15924), and for those that share its characters.
pub(in crate::document) fn lend(ctx: &Context, script: &str, font: Arc<dyn AsRef<[u8]> + Send + Sync>) {
    let mut collection = collection().clone();
    let lent: Vec<FamilyId> =
        collection.register_fonts(Blob::new(font), None).into_iter().map(|(family, _)| family).collect();
    if script == SCRIPT_OF_EMOJI {
        let before: Vec<FamilyId> = collection.generic_families(GenericFamily::Emoji).collect();
        collection.set_generic_families(GenericFamily::Emoji, lent.into_iter().chain(before));
        return Shop::of(ctx).lock().renew_fonts();
    }
    if SIGNS.contains(&script) {
        // Signs belong to whatever script they stand in, and every script's own letters go before.
        for (tag, _) in NOTO {
            let key = FallbackKey::from(Script::from_bytes(*tag));
            collection.append_fallbacks(key, lent.iter().copied());
        }
        return Shop::of(ctx).lock().renew_fonts();
    }
    let mut put_first = |key: FallbackKey, name: &str| {
        let named = collection.family_id(name).filter(|family| lent.contains(family));
        let before: Vec<FamilyId> = collection.fallback_families(key).collect();
        collection.set_fallbacks(key, named.into_iter().chain(lent.iter().copied()).chain(before));
    };
    if script == "Hani" {
        for (tag, name) in NOTO_HAN {
            put_first(
                FallbackKey::from((Script::from_bytes(*b"Hani"), tag)),
                &format!("Noto Sans CJK {name}"),
            );
        }
    }
    for (tag, name) in NOTO {
        // Latin letters as wide as Han characters are in the same font.
        let is_han = matches!(tag, b"Hani" | b"Hira" | b"Kana" | b"Hang" | b"Latn") && script == "Hani";
        if is_han || tag == script.as_bytes() {
            put_first(FallbackKey::from(Script::from_bytes(*tag)), &format!("Noto Sans{name}"));
        }
    }
    let is_named = script == "Hani" || NOTO.iter().any(|(tag, _)| *tag == script.as_bytes());
    if let (false, Ok(tag)) = (is_named, <[u8; 4]>::try_from(script.as_bytes())) {
        put_first(FallbackKey::from(Script::from_bytes(tag)), "");
    }
    Shop::of(ctx).lock().renew_fonts();
}

fn register(collection: &mut Collection) {
    for (name, bytes) in FACES {
        let (family_name, weight, style) = match name {
            "Inter-Regular" => (WORDS, FontWeight::NORMAL, FontStyle::Normal),
            "Inter-Italic" => (WORDS, FontWeight::NORMAL, FontStyle::Italic),
            "Inter-Medium" => (WORDS, FontWeight::MEDIUM, FontStyle::Normal),
            "Inter-SemiBold" => (WORDS, FontWeight::SEMI_BOLD, FontStyle::Normal),
            "Inter-Bold" => (WORDS, FontWeight::BOLD, FontStyle::Normal),
            "Inter-BoldItalic" => (WORDS, FontWeight::BOLD, FontStyle::Italic),
            "JetBrainsMono-Regular" => (CODE, FontWeight::NORMAL, FontStyle::Normal),
            "JetBrainsMono-Bold" => (CODE, FontWeight::BOLD, FontStyle::Normal),
            // Faces of counters, in which no text is set.
            _ => continue,
        };
        let named = FontInfoOverride {
            family_name: Some(family_name),
            weight: Some(weight),
            style: Some(style),
            ..FontInfoOverride::default()
        };
        collection.register_fonts(Blob::new(Arc::new(bytes)), Some(named));
    }
}

fn choose_fallbacks(collection: &mut Collection) {
    let mut last: Vec<FamilyId> =
        MATHEMATICS.iter().chain(&SYMBOLS).filter_map(|name| collection.family_id(name)).collect();
    // Latin letters as wide as Han characters are in no other font, but among the signs that egui brings: those are
    // bold.
    let mut wide: Vec<FamilyId> = collection.family_id("Noto Sans CJK SC").into_iter().collect();
    wide.extend(collection.fallback_families(FallbackKey::from(Script::from_bytes(*b"Hani"))));
    let mut brought = Vec::new();
    let definitions = FontDefinitions::default();
    for name in BROUGHT {
        let Some(data) = definitions.font_data.get(name) else { continue };
        let registered = collection.register_fonts(Blob::new(Arc::clone(&data.font)), None);
        brought.extend(registered.into_iter().map(|(family, _)| family));
    }
    let mut emoji: Vec<FamilyId> = EMOJI.iter().filter_map(|name| collection.family_id(name)).collect();
    emoji.extend(collection.generic_families(GenericFamily::Emoji));
    // What belongs to a class of fonts of our own goes before what the system has for it.
    emoji.extend(last.iter().chain(&brought).copied());
    collection.set_generic_families(GenericFamily::Emoji, emoji.into_iter());
    last.extend(wide);
    last.extend(brought);
    for (tag, name) in NOTO_HAN {
        let key = FallbackKey::from((Script::from_bytes(*b"Hani"), tag));
        prefer(collection, key, &format!("Noto Sans CJK {name}"), &last);
    }
    for (script, name) in NOTO {
        prefer(
            collection,
            FallbackKey::from(Script::from_bytes(*script)),
            &format!("Noto Sans{name}"),
            &last,
        );
    }
    // Kana and Hangul lead to the font that their language's Han characters have, whatever the system says.
    for (script, tag) in [(b"Hira", "ja"), (b"Kana", "ja"), (b"Hang", "ko")] {
        let han = FallbackKey::from((Script::from_bytes(*b"Hani"), tag));
        let families: Vec<FamilyId> = collection.fallback_families(han).collect();
        collection.set_fallbacks(FallbackKey::from(Script::from_bytes(*script)), families.into_iter());
    }
}

/// Puts a font before those that the system has for a script, if it is there, and signs behind them.
fn prefer(collection: &mut Collection, key: FallbackKey, name: &str, last: &[FamilyId]) {
    let named = collection.family_id(name);
    let own: Vec<FamilyId> = collection.fallback_families(key).collect();
    collection.set_fallbacks(key, named.into_iter().chain(own).chain(last.iter().copied()));
}

/// How a face is asked for: families in order, weight and style.
pub(super) fn asked(face: Face) -> (FontFamily<'static>, FontWeight, FontStyle) {
    static WORDS_FIRST: [FontFamilyName<'static>; 2] =
        [FontFamilyName::named(WORDS), FontFamilyName::named(CODE)];
    static CODE_FIRST: [FontFamilyName<'static>; 2] =
        [FontFamilyName::named(CODE), FontFamilyName::named(WORDS)];
    let (weight, style) = match face {
        Face::Regular | Face::Figures | Face::Mono => (FontWeight::NORMAL, FontStyle::Normal),
        Face::Italic => (FontWeight::NORMAL, FontStyle::Italic),
        Face::Medium => (FontWeight::MEDIUM, FontStyle::Normal),
        Face::SemiBold | Face::FiguresSemiBold => (FontWeight::SEMI_BOLD, FontStyle::Normal),
        Face::Bold | Face::MonoBold => (FontWeight::BOLD, FontStyle::Normal),
        Face::BoldItalic => (FontWeight::BOLD, FontStyle::Italic),
    };
    let families: &'static [FontFamilyName<'static>] = match face {
        Face::Mono | Face::MonoBold => &CODE_FIRST,
        _ => &WORDS_FIRST,
    };
    (FontFamily::List(families.into()), weight, style)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_latin_letters_come_from_a_font_of_han_characters_before_the_signs_that_egui_brings() {
        let mut collection = Collection::new(CollectionOptions { shared: false, system_fonts: false });
        // Any font stands for the one that the system would have.
        let (_, bytes) = FACES[0];
        let named = FontInfoOverride { family_name: Some("Noto Sans CJK SC"), ..FontInfoOverride::default() };
        let han = collection.register_fonts(Blob::new(Arc::new(bytes)), Some(named))[0].0;
        choose_fallbacks(&mut collection);
        for script in [b"Latn", b"Zyyy"] {
            let key = FallbackKey::from(Script::from_bytes(*script));
            let families: Vec<FamilyId> = collection.fallback_families(key).collect();
            assert_eq!(families.iter().position(|family| *family == han), Some(0), "{families:?}");
            assert!(families.len() > 1, "the signs that egui brings are still there");
        }
    }
}
