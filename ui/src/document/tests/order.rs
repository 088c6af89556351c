//! The order in which characters are seen, held against another implementation of UAX #9 for every sequence of
//! its classes up to a length, in paragraphs of either direction, and for longer ones by chance.

use unicode_bidi::{BidiInfo, Level};

use super::*;
use crate::document::shaped::{Copy, Look, Shop, Typesetter};

/// A character of each class but for the paragraph separator, which ends what is ordered.
const CLASSES: [char; 22] = [
    'a',        // L
    'א',        // R
    'ع',        // AL
    '1',        // EN
    '\u{661}',  // AN
    '-',        // ES
    '$',        // ET
    ',',        // CS
    '\u{5bf}',  // NSM
    '\u{ad}',   // BN
    '\t',       // S
    ' ',        // WS
    '(',        // ON
    '\u{202a}', // LRE
    '\u{202b}', // RLE
    '\u{202d}', // LRO
    '\u{202e}', // RLO
    '\u{202c}', // PDF
    '\u{2066}', // LRI
    '\u{2067}', // RLI
    '\u{2068}', // FSI
    '\u{2069}', // PDI
];

/// Those that rules N and W tell apart most, with brackets of both kinds.
const FREQUENT: [char; 8] = ['a', 'א', '1', '\u{661}', '-', ' ', '(', ')'];

/// The characters of `text` from left to right by the other implementation, without those that rule X9 removes,
/// each with whether its level is odd.
fn expected(text: &str, direction: Option<Direction>) -> Vec<(usize, bool)> {
    let base =
        direction.map(|direction| if direction.is_right_to_left() { Level::rtl() } else { Level::ltr() });
    let info = BidiInfo::new(text, base);
    let mut seen = Vec::new();
    for paragraph in &info.paragraphs {
        let levels = info.reordered_levels_per_char(paragraph, paragraph.range.clone());
        let starts: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
        let kept: Vec<usize> = (0..starts.len())
            .filter(|index| paragraph.range.contains(&starts[*index]) && !is_removed(text, starts[*index]))
            .collect();
        let levels: Vec<Level> = kept.iter().map(|index| levels[*index]).collect();
        let order = BidiInfo::reorder_visual(&levels);
        seen.extend(order.into_iter().map(|at| (starts[kept[at]], levels[at].is_rtl())));
    }
    seen
}

fn is_removed(text: &str, at: usize) -> bool {
    matches!(text[at..].chars().next(), Some('\u{ad}' | '\u{202a}'..='\u{202e}'))
}

/// The same as our lines show it: what belongs to a character follows it from the right or from the left.
pub(super) fn shown(
    typesetter: &mut Typesetter,
    text: &str,
    direction: Option<Direction>,
) -> Vec<(usize, bool)> {
    let look = Look {
        face: theme::font::Face::Regular,
        size: 16.0,
        line_height: 24.0,
        ink: egui::Color32::BLACK,
        is_struck: false,
    };
    let copy = Copy { text, look, stretches: &[], direction, drawn: &[], han: None };
    let shaped = typesetter.set(copy, 1e6);
    let mut seen = Vec::new();
    for (bytes, is_right_to_left) in shaped.seen().into_iter().flatten() {
        let characters = text[bytes.clone()].char_indices().map(|(at, _)| bytes.start + at);
        let mut characters: Vec<usize> = characters.filter(|at| !is_removed(text, *at)).collect();
        if is_right_to_left {
            characters.reverse();
        }
        seen.extend(characters.into_iter().map(|at| (at, is_right_to_left)));
    }
    seen
}

fn check(typesetter: &mut Typesetter, text: &str) {
    for direction in [Direction::LeftToRight, Direction::RightToLeft].map(Some) {
        let (expected, shown) = (expected(text, direction), shown(typesetter, text, direction));
        assert_eq!(shown, expected, "{text:?} in {direction:?}");
    }
}

fn every(alphabet: &[char], length: usize, mut work: impl FnMut(&str)) {
    let mut text = String::new();
    for number in 0..alphabet.len().pow(length as u32) {
        text.clear();
        let mut rest = number;
        for _ in 0..length {
            text.push(alphabet[rest % alphabet.len()]);
            rest /= alphabet.len();
        }
        work(&text);
    }
}

#[test]
fn every_short_sequence_of_classes_is_seen_in_the_order_of_the_standard() {
    let shop = Shop::of(&context());
    let typesetter = &mut *shop.lock();
    for length in 1..=3 {
        every(&CLASSES, length, |text| check(typesetter, text));
    }
    every(&FREQUENT, 4, |text| check(typesetter, text));
}

#[test]
fn the_direction_of_a_paragraph_is_that_of_the_standard() {
    for length in 1..=3 {
        every(&CLASSES, length, |text| {
            let expected = match unicode_bidi::get_base_direction(text) {
                unicode_bidi::Direction::Ltr => Some(Direction::LeftToRight),
                unicode_bidi::Direction::Rtl => Some(Direction::RightToLeft),
                unicode_bidi::Direction::Mixed => None,
            };
            assert_eq!(Direction::of(text), expected, "{text:?}");
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn longer_sequences_are_seen_in_the_order_of_the_standard(
        picks in proptest::collection::vec(0..CLASSES.len() + 2, 4..24),
    ) {
        let sign = |pick: usize| CLASSES.iter().chain(&[')', '[']).nth(pick).copied();
        // The other implementation does not look past isolates for what stands before a bracket, as rule N0 says; the
        // Unicode consortium's own cases hold those (`standard`). Here there are brackets or isolates.
        let has_brackets = picks.len() % 2 == 0;
        let is_either = |sign: &char| {
            let is_other = if has_brackets { "\u{2066}\u{2067}\u{2068}\u{2069}" } else { "()[]" };
            !is_other.contains(*sign)
        };
        let text: String = picks.into_iter().filter_map(sign).filter(is_either).collect();
        let shop = Shop::of(&context());
        let typesetter = &mut *shop.lock();
        check(typesetter, &text);
        prop_assert_eq!(shown(typesetter, &text, None), expected(&text, None), "{:?}", text);
    }
}
