//! Every shown character knows where it stands in the source, whatever Markdown made of it.

use egui::{Event, Modifiers, PointerButton, Pos2, pos2};

use super::*;

/// The words of all blocks with their origins.
fn traced(document: &Document) -> Vec<(&str, &Origins)> {
    document.blocks.iter().flat_map(|block| traced_of(&block.content)).collect()
}

fn traced_of(content: &Content) -> Vec<(&str, &Origins)> {
    match content {
        Content::Paragraph(words) | Content::Heading { words, .. } | Content::Formula(words) => {
            vec![(words.text.as_str(), &words.origins)]
        }
        Content::Code { text, origins, .. } | Content::Html { text, origins } => {
            vec![(text.as_str(), origins)]
        }
        Content::Table { rows, .. } => {
            rows.iter().flatten().map(|cell| (cell.text.as_str(), &cell.origins)).collect()
        }
        Content::Rule => Vec::new(),
    }
}

/// What stands in the source for the first place where `shown` is shown.
fn source_of(source: &str, format: TextFormat, shown: &str) -> String {
    let document = Document::parse(source, format);
    let found = traced(&document).into_iter().find_map(|(text, origins)| {
        let start = text[..text.find(shown)?].chars().count() as u32;
        origins.source_of(&(start..start + shown.chars().count() as u32))
    });
    let range = found.unwrap_or_else(|| panic!("{shown:?} is shown and has a source"));
    source.chars().skip(range.start as usize).take(range.len()).collect()
}

#[test]
fn what_is_shown_is_found_in_the_source() {
    let source = "# Né *ein*\n\n- a **b c** `d\ne` &amp; \\*f\n- [g h](http://x.y)\n\n| i | j |\n|---|---|\n| k | l |\n\n> ```py\n> m = 1\n> n = 2\n> ```\n\n<p>\no\n</p>\n\n![q](r.png)";
    for (shown, there) in [
        ("Né ein", "Né *ein"),
        ("b c", "b c"),
        ("a b", "a **b"),
        ("d e", "d\ne"),
        ("&", "&amp;"),
        ("*f", "*f"),
        ("g h", "g h"),
        ("l", "l"),
        ("n = 2", "n = 2"),
        ("o\n</p>", "o\n</p>"),
        ("image: q", "![q](r.png)"),
    ] {
        assert_eq!(source_of(source, Markdown, shown), there, "{shown}");
    }
    assert_eq!(source_of("a\r\nb *c*", Plain, "b *c"), "b *c");
    assert_eq!(source_of("a\r\n\r\nb **c**", Markdown, "b c"), "b **c");
    let long = format!("{}*end*", "word ".repeat(5_000));
    assert_eq!(source_of(&long, Markdown, "end"), "end", "behind the cuts of a long paragraph");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn a_character_with_one_source_is_that_character(
        source in "([a-zé*_`~|#>\\-1. \\[\\]()!&;<\\\\\r]|\n|\\*\\*|```\n|&amp;|\\| - \\|\n){0,60}"
    ) {
        let characters: Vec<char> = source.chars().collect();
        for format in [Markdown, Plain] {
            let document = Document::parse(&source, format);
            let mut before = 0;
            for (text, origins) in traced(&document) {
                for (index, shown) in text.chars().enumerate() {
                    let index = index as u32;
                    let Some(range) = origins.source_of(&(index..index + 1)) else { continue };
                    prop_assert!(range.start >= before && range.end as usize <= characters.len());
                    prop_assert!(origins.shown_of(&range).iter().any(|seen| seen.contains(&index)));
                    before = range.start;
                    if range.len() == 1 && !shown.is_whitespace() {
                        prop_assert_eq!(shown, characters[range.start as usize], "{:?}", source);
                    }
                }
            }
        }
    }
}

/// Presses the button at one place and lets it go at another.
fn dragged(text: &'static str, from: Pos2, to: Pos2) -> Option<Taken> {
    let mut cache = DocumentCache::default();
    let mut harness = Harness::builder().with_size(egui::vec2(400.0, 300.0)).build_ui_state(
        move |ui, taken: &mut Option<Taken>| {
            theme::install(ui.ctx());
            let laid_out = cache.get(ui.ctx(), text, Markdown, Reading::of(ui, 360.0, 16.0));
            let mut marking = Marking { takes: true, ..Marking::default() };
            let room = egui::Rect::from_min_size(pos2(20.0, 0.0), egui::vec2(360.0, 300.0));
            let place = egui::UiBuilder::new().max_rect(room);
            ui.scope_builder(place, |ui| marked_ui(ui, &laid_out, &mut marking));
            if marking.taken.is_some() {
                *taken = marking.taken;
            }
        },
        None,
    );
    let press = |pos, pressed| Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: Modifiers::NONE,
    };
    for event in [
        Event::PointerMoved(from),
        press(from, true),
        Event::PointerMoved(from.lerp(to, 0.5)),
        Event::PointerMoved(to),
        press(to, false),
    ] {
        harness.event(event);
        harness.step();
    }
    harness.state().clone()
}

#[test]
fn a_drag_over_blocks_takes_the_source_between_and_a_click_a_character() {
    let text = "first **line**\n\nsecond line";
    let taken = dragged(text, pos2(20.5, 12.0), pos2(370.0, 48.0));
    assert_eq!(taken, Some(Taken { range: 0..27, is_click: false }));
    let taken = dragged(text, pos2(370.0, 48.0), pos2(20.5, 12.0));
    assert_eq!(taken, Some(Taken { range: 0..27, is_click: false }), "from the end to the start too");
    let taken = dragged(text, pos2(20.5, 12.0), pos2(370.0, 12.0));
    assert_eq!(taken, Some(Taken { range: 0..12, is_click: false }), "without the signs behind it");
    let taken = dragged(text, pos2(22.0, 12.0), pos2(22.0, 12.0)).unwrap();
    assert!(taken.is_click && taken.range.len() == 1, "{taken:?}");
}
