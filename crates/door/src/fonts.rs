//! Fonts of this machine, lent to pages, which know none of their own system: one for each script that a text needs,
//! and for emoji, mathematics and symbols, which ISO 15924 counts among them.

use std::path::PathBuf;
use std::sync::OnceLock;

use fontique::{Collection, CollectionOptions, FallbackKey, FamilyId, Script, SourceKind};
use tiebreak_domain::fonts::{EMOJI, MATHEMATICS, NOTO, SYMBOLS};

/// Larger fonts than this are for nobody.
const MOST_BYTES: u64 = 64 << 20;

/// The file of a font for a script, named as ISO 15924 does; none where this machine has none.
pub fn file_for(script: &str) -> Option<PathBuf> {
    static COLLECTION: OnceLock<Collection> = OnceLock::new();
    let tag: [u8; 4] = script.as_bytes().try_into().ok()?;
    if !tag.iter().all(u8::is_ascii_alphabetic) {
        return None;
    }
    let options = CollectionOptions { shared: true, system_fonts: true };
    let mut collection = COLLECTION.get_or_init(|| Collection::new(options)).clone();
    let signs: &[&str] = match &tag {
        b"Zsye" => &EMOJI,
        b"Zmth" => &MATHEMATICS,
        b"Zsym" => &SYMBOLS,
        _ => &[],
    };
    let mut families: Vec<FamilyId> = signs.iter().filter_map(|name| collection.family_id(name)).collect();
    if signs.is_empty() {
        let noto = NOTO.iter().find(|(script, _)| **script == tag);
        families.extend(noto.and_then(|(_, end)| collection.family_id(&format!("Noto Sans{end}"))));
        families.extend(collection.fallback_families(FallbackKey::from(Script::from_bytes(tag))));
    }
    let file = |family| {
        let family = collection.family(family)?;
        let SourceKind::Path(path) = family.default_font()?.source().kind() else { return None };
        let is_fit = path.metadata().is_ok_and(|facts| facts.is_file() && facts.len() <= MOST_BYTES);
        is_fit.then(|| path.to_path_buf())
    };
    let files: Vec<PathBuf> = families.into_iter().filter_map(file).collect();
    // Of scripts that are not in the list Noto's is the plain one, too.
    let is_plain =
        |path: &&PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("NotoSans"));
    files.iter().find(|path| signs.is_empty() && is_plain(path)).or(files.first()).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_scripts_have_fonts() {
        for name in ["", "..", "Hani/", "../../etc/passwd", "H4ni", "日本"] {
            assert_eq!(file_for(name), None, "{name:?}");
        }
    }
}
