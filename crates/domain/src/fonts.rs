//! What fonts of systems are called, for whoever looks for one: texts that are set on this machine, and pages that
//! are lent one from it.

/// Emoji in colour. A system that is asked for some names any font where it has none.
pub const EMOJI: [&str; 4] = ["Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", "Twemoji"];

/// Letters and signs of mathematics, which no script leads to.
pub const MATHEMATICS: [&str; 5] =
    ["Noto Sans Math", "STIX Two Math", "Cambria Math", "Latin Modern Math", "Libertinus Math"];

/// Signs of all kinds, the fonts with most of them first.
pub const SYMBOLS: [&str; 6] = [
    "Segoe UI Symbol",
    "Apple Symbols",
    "DejaVu Sans",
    "Noto Sans Symbols2",
    "Noto Sans Symbols 2",
    "Noto Sans Symbols",
];

/// Scripts (ISO 15924) and the end of the name that their upright font has after "Noto Sans". Where several fonts have a
/// script a system may name any of them first, Rashi letters for Hebrew as well.
pub const NOTO: [(&[u8; 4], &str); 32] = [
    (b"Zyyy", ""),
    (b"Zinh", ""),
    (b"Latn", ""),
    (b"Grek", ""),
    (b"Cyrl", ""),
    (b"Arab", " Arabic"),
    (b"Hebr", " Hebrew"),
    (b"Deva", " Devanagari"),
    (b"Beng", " Bengali"),
    (b"Guru", " Gurmukhi"),
    (b"Gujr", " Gujarati"),
    (b"Orya", " Oriya"),
    (b"Taml", " Tamil"),
    (b"Telu", " Telugu"),
    (b"Knda", " Kannada"),
    (b"Mlym", " Malayalam"),
    (b"Sinh", " Sinhala"),
    (b"Thai", " Thai"),
    (b"Laoo", " Lao"),
    (b"Khmr", " Khmer"),
    (b"Mymr", " Myanmar"),
    (b"Geor", " Georgian"),
    (b"Armn", " Armenian"),
    (b"Ethi", " Ethiopic"),
    (b"Cher", " Cherokee"),
    (b"Syrc", " Syriac"),
    (b"Thaa", " Thaana"),
    (b"Nkoo", " NKo"),
    (b"Hani", " CJK SC"),
    (b"Hira", " CJK JP"),
    (b"Kana", " CJK JP"),
    (b"Hang", " CJK KR"),
];
