//! Texts of both directions: where their characters are seen, marked, selected and copied.
//!
//! No font but the bundled ones is needed: order and places do not depend on what a letter looks like.

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Rect, pos2, vec2};

use super::*;
use crate::document::shaped::Shop;

const MIXED: &str = "abc אבג 12 דה xyz";

/// Where the byte range of the first `part` of `text` is.
fn range_of(text: &str, part: &str) -> std::ops::Range<usize> {
    let start = text.find(part).unwrap();
    start..start + part.len()
}

#[test]
fn a_range_across_directions_is_seen_in_several_places() {
    let laid_out = laid_out(MIXED, Markdown);
    assert_eq!(laid_out.rects_of(range_of(MIXED, "אבג")).len(), 1);
    // From the left part to the middle of the right one: what lies between is seen behind it.
    let rects = laid_out.rects_of(range_of(MIXED, "abc אב"));
    assert_eq!(rects.len(), 2, "{rects:?}");
    assert!(rects[0].right() < rects[1].left(), "ג and 12 stand between them");
    let left = |part| laid_out.rects_of(range_of(MIXED, part))[0].left();
    assert!(left("דה") < left("12") && left("12") < left("אבג"), "the words run from right to left");
}

#[test]
fn what_is_seen_at_a_character_is_that_character() {
    for text in
        [MIXED, "**שלום** עולם `x = 1` 3.5\n\nabc", "- אב\n- cd\n\n> ה\n\n| א | b |\n|--|--|\n| 1 | ג |"]
    {
        let laid_out = laid_out(text, Markdown);
        for (at, character) in text.char_indices().filter(|(_, character)| character.is_alphanumeric()) {
            let rects = laid_out.rects_of(at..at + character.len_utf8());
            let Some(rect) = rects.first().filter(|rect| rect.width() > 0.0) else { continue };
            assert_eq!(laid_out.byte_at(rect.center()), Some(at), "{character:?} of {text:?}");
        }
    }
}

#[test]
fn paragraphs_begin_at_the_side_of_their_direction() {
    let source =
        "שלום abc\n\nabc שלום\n\n1. אחת\n\n> ציטוט\n\n| א | ב |\n|--|--|\n| 1 | 2 |\n\n```\nשלום\n```";
    let laid_out = laid_out(source, Markdown);
    let rects = |part: &str| laid_out.rects_of(range_of(source, part))[0];
    assert!((rects("שלום").right() - 600.0).abs() < 1.0, "{:?}", rects("שלום"));
    assert!(rects("abc שלום").left() < 1.0);
    let inside = 600.0 - rects("אחת").right();
    assert!(inside > 10.0 && inside < 60.0, "the number stands at the right of its words");
    let number =
        laid_out.marks.iter().find(|(_, mark)| matches!(mark, super::super::laid_out::Mark::Label(_)));
    assert!(number.is_some_and(|(place, _)| place.left() > rects("אחת").right()));
    assert!(rects("א | ב").left() > rects("ב |\n").left(), "columns follow each other to the left");
    let code = source.rfind("שלום").unwrap();
    assert!(laid_out.rects_of(code..code + 2)[0].left() < 100.0, "code begins at the left");
}

#[test]
fn every_line_of_plain_text_has_a_direction_of_its_own() {
    let source = "abc\nשלום\n1\n\nxyz";
    let laid_out = laid_out(source, Plain);
    let rect = |part: &str| laid_out.rects_of(range_of(source, part))[0];
    assert!(rect("abc").left() < 1.0 && rect("xyz").left() < 1.0);
    assert!((rect("שלום").right() - 600.0).abs() < 1.0 && (rect("1").right() - 600.0).abs() < 1.0);
    let last = laid_out.words.len() - 1;
    let all = laid_out.copied((0, 0), (last, usize::MAX));
    assert_eq!(all, source, "nothing is lost between them");
}

#[test]
fn lines_break_between_words_and_keep_their_order() {
    let source = "מילה ועוד word אחת ".repeat(20);
    let laid_out = laid_out(&source, Plain);
    let lines: Vec<_> = laid_out.words[0].shaped.lines().collect();
    assert!(lines.len() > 2);
    for (bytes, _) in &lines[..lines.len() - 1] {
        assert!(source[bytes.clone()].ends_with(' '), "{:?}", &source[bytes.clone()]);
    }
    let tops: Vec<f32> = source
        .char_indices()
        .filter(|(_, character)| character.is_alphabetic())
        .map(|(at, character)| laid_out.rects_of(at..at + character.len_utf8())[0].top())
        .collect();
    assert!(tops.is_sorted(), "a later word is never seen in an earlier line");
}

#[test]
fn words_of_thai_are_found_without_spaces() {
    let text = "ภาษาไทยเป็นภาษา";
    let laid_out = laid_out(text, Plain);
    let shaped = &laid_out.words[0].shaped;
    assert_eq!(&text[shaped.word_at(0)], "ภาษา");
    assert_eq!(&text[shaped.word_at(text.len() - 3)], "ภาษา");
}

/// A view with texts, and what was copied from it last.
struct Bench {
    harness: Harness<'static>,
}

impl Bench {
    fn of(text: &'static str) -> Self {
        let mut cache = DocumentCache::default();
        let harness =
            Harness::builder().with_step_dt(1.0 / 60.0).with_size(vec2(400.0, 300.0)).build_ui(move |ui| {
                theme::install(ui.ctx());
                let laid_out = cache.get(ui.ctx(), text, Markdown, Reading::of(ui, 360.0, 16.0));
                let room = Rect::from_min_size(pos2(20.0, 0.0), vec2(360.0, 300.0));
                ui.scope_builder(egui::UiBuilder::new().max_rect(room), |ui| document_ui(ui, &laid_out));
            });
        Self { harness }
    }

    /// Presses the button at the places, and lets it go at the last.
    fn drag(&mut self, places: &[Pos2], modifiers: Modifiers) {
        let press =
            |pos, pressed| Event::PointerButton { pos, button: PointerButton::Primary, pressed, modifiers };
        self.harness.event(Event::ModifiersChanged(modifiers));
        self.harness.event(Event::PointerMoved(places[0]));
        self.harness.event(press(places[0], true));
        self.harness.step();
        for place in places {
            self.harness.event(Event::PointerMoved(*place));
            self.harness.step();
        }
        self.harness.event(press(places[places.len() - 1], false));
        self.harness.step();
        self.harness.event(Event::ModifiersChanged(Modifiers::NONE));
    }

    fn copied(&mut self) -> Option<String> {
        self.harness.event(Event::Copy);
        self.harness.step();
        self.harness.output().platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        })
    }
}

#[test]
fn a_drag_copies_in_the_order_of_the_text() {
    let mut bench = Bench::of("שלום עולם\n\nsecond **line**");
    assert_eq!(bench.copied(), None, "nothing is selected");
    // From the right edge, where the first line begins.
    bench.drag(&[pos2(379.0, 12.0), pos2(200.0, 30.0), pos2(370.0, 46.0)], Modifiers::NONE);
    assert_eq!(bench.copied().as_deref(), Some("שלום עולם\n\nsecond line"));
    bench.drag(&[pos2(379.0, 12.0), pos2(250.0, 12.0)], Modifiers::NONE);
    assert_eq!(bench.copied().as_deref(), Some("שלום עולם"), "a new drag begins anew");
}

#[test]
fn presses_take_words_and_paragraphs_and_shift_goes_on() {
    let mut bench = Bench::of("one two three\n\nfour");
    let two = pos2(60.0, 12.0);
    bench.drag(&[two], Modifiers::NONE);
    assert_eq!(bench.copied(), None);
    bench.drag(&[two], Modifiers::NONE);
    assert_eq!(bench.copied().as_deref(), Some("two"));
    bench.drag(&[two], Modifiers::NONE);
    assert_eq!(bench.copied().as_deref(), Some("one two three"));
    let mut bench = Bench::of("one two three\n\nfour");
    bench.drag(&[pos2(20.5, 12.0)], Modifiers::NONE);
    bench.drag(&[pos2(22.0, 46.0), pos2(370.0, 46.0)], Modifiers::SHIFT);
    assert_eq!(bench.copied().as_deref(), Some("one two three\n\nfour"));
    bench.harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowLeft);
    bench.harness.step();
    assert_eq!(bench.copied().as_deref(), Some("one two three\n\nfou"));
}

#[test]
fn everything_is_selected_by_one_key_and_forgotten_by_another() {
    let mut bench = Bench::of("one\n\n| a | b |\n|--|--|\n| c | d |");
    bench.drag(&[pos2(21.0, 12.0)], Modifiers::NONE);
    bench.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
    bench.harness.step();
    assert_eq!(bench.copied().as_deref(), Some("one\n\na\tb\nc\td"));
    bench.harness.key_press(Key::Escape);
    bench.harness.step();
    assert_eq!(bench.copied(), None);
}

#[test]
fn what_is_drawn_takes_its_room_and_copies_what_it_says() {
    #[derive(Debug)]
    struct Square;
    impl Drawing for Square {
        fn says(&self) -> &'static str {
            "x^2"
        }
        fn room(&self, _: f32, _: f32) -> Room {
            Room { width: 40.0, height: 60.0, baseline: 45.0 }
        }
        fn paint(&self, _: &egui::Painter, _: Rect, _: f32, _: egui::Color32) {}
    }
    let mut words = Inlines::plain("a ");
    words.push_drawn(Arc::new(Square), InlineStyle::default(), 2..7);
    words.push(" b", InlineStyle::default());
    let block = Block {
        containers: Vec::new(),
        marker: None,
        is_continued: false,
        is_tight: false,
        content: Content::Paragraph(words),
    };
    let document = Document { blocks: vec![block], ..Document::default() };
    let ctx = context();
    let laid_out = in_frame(&ctx, |ctx| lay_out(ctx, &document, Reading::of_ctx(ctx, 600.0, 16.0)));
    assert!(laid_out.size.y >= 60.0, "the line is as high as it has to be");
    let rects = laid_out.rects_of_characters(&(3..4));
    assert_eq!(rects.iter().map(|rect| rect.width().round()).collect::<Vec<_>>(), [40.0]);
    assert_eq!(laid_out.byte_at(rects[0].center()), Some(2), "any of it is the whole");
    assert_eq!(laid_out.copied((0, 0), (0, usize::MAX)), "a x^2 b");
    drop(Shop::of(&ctx));
}

#[test]
fn a_long_text_comes_in_slices() {
    let ctx = context();
    let mut cache = DocumentCache::default();
    let text = "some words of a long text\n\n".repeat(2_000);
    let mut frames = 0;
    loop {
        frames += 1;
        let laid_out =
            in_frame(&ctx, |ctx| cache.get(ctx, &text, Markdown, Reading::of_ctx(ctx, 600.0, 16.0)));
        if laid_out.is_complete() {
            assert_eq!(laid_out.words.len(), 2_000);
            break;
        }
        assert!(laid_out.words.len() < 2_000 && laid_out.size.y > 30_000.0, "its height is guessed");
    }
    assert!((4..=12).contains(&frames), "{frames} frames");
}
