#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use egui::{Context, RawInput};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use proptest::prelude::*;
use tiebreak_domain::TextFormat::{self, Markdown, Plain};

use super::block::{Container, MAX_DEPTH};
use super::*;
use crate::theme;

mod formulas;
mod order;
mod scripts;
mod sources;
mod standard;

fn blocks(text: &str) -> Vec<Block> {
    Document::parse(text, Markdown).blocks
}

fn said(content: &Content) -> &str {
    match content {
        Content::Paragraph(words) | Content::Heading { words, .. } | Content::Formula(words) => &words.text,
        Content::Code { text, .. } | Content::Html { text, .. } => text,
        Content::Table { .. } | Content::Rule => "",
    }
}

/// Runs `work` in a frame, where fonts are there.
fn in_frame<T>(ctx: &Context, mut work: impl FnMut(&Context) -> T) -> T {
    let mut result = None;
    ctx.run_ui(RawInput::default(), |ui| result = Some(work(ui.ctx()))).drop_without_applying_deltas();
    result.unwrap()
}

fn context() -> Context {
    let ctx = Context::default();
    theme::install(&ctx);
    ctx
}

fn laid_out(text: &str, format: TextFormat) -> LaidOut {
    let document = Document::parse(text, format);
    in_frame(&context(), |ctx| lay_out(ctx, &document, Reading::of_ctx(ctx, 600.0, 16.0)))
}

#[test]
fn markdown_falls_into_its_blocks() {
    let blocks =
        blocks("# One\n\ntwo *three* `four`\n\n```py x\nfive = 5\n```\n\n---\n\n<div>\nsix\n</div>\n");
    let kinds: Vec<_> = blocks.iter().map(|block| said(&block.content)).collect();
    assert_eq!(kinds, ["One", "two three four", "five = 5", "", "<div>\nsix\n</div>"]);
    assert!(matches!(blocks[0].content, Content::Heading { level: 1, .. }));
    assert!(matches!(&blocks[2].content, Content::Code { language, .. } if language == "py"));
    assert!(matches!(blocks[3].content, Content::Rule));
    assert!(matches!(blocks[4].content, Content::Html { .. }));
}

#[test]
fn styles_are_kept_by_stretch() {
    let blocks = blocks("a **b *c*** ~~d~~ [e](https://f.g) `h`");
    let Content::Paragraph(words) = &blocks[0].content else { panic!("a paragraph") };
    let stretch = |text: &str| words.stretches().find(|(stretch, _)| *stretch == text).unwrap().1;
    assert!(stretch("b ").is_bold && !stretch("b ").is_italic);
    assert!(stretch("c").is_bold && stretch("c").is_italic);
    assert!(stretch("d").is_struck);
    assert!(stretch("h").is_code);
    assert_eq!(stretch("e").link.map(|link| words.links[link as usize].as_str()), Some("https://f.g"));
}

#[test]
fn lists_keep_their_numbers_ticks_and_depth() {
    let blocks = blocks("9. nine\n10. ten\n    - inner\n- [x] done\n- [ ] open\n-\n");
    let markers: Vec<_> = blocks.iter().map(|block| block.marker.clone().unwrap()).collect();
    let number = |text: &str| Marker::Number(text.to_owned());
    assert_eq!(
        markers,
        [
            number("9."),
            number("10."),
            Marker::Bullet,
            Marker::Task(true),
            Marker::Task(false),
            Marker::Bullet
        ]
    );
    assert_eq!(blocks[2].containers.len(), 2, "the inner item stands in both lists");
    assert_eq!(said(&blocks[5].content), "", "an empty item still shows its dot");
}

#[test]
fn images_and_html_are_told_not_loaded() {
    let blocks = blocks("![a *cat*](https://x.y/cat.png) <script>x</script>");
    assert_eq!(said(&blocks[0].content), "[image: a cat] <script>x</script>");
}

#[test]
fn plain_text_keeps_every_character() {
    let text = "# not a heading\n\n  *two*  spaces\n\n\n- x";
    let blocks = Document::parse(text, Plain).blocks;
    let joined: Vec<_> = blocks.iter().map(|block| said(&block.content)).collect();
    assert_eq!(joined.join("\n"), text);
    let long = "line of words\n".repeat(2_000);
    let blocks = Document::parse(&long, Plain).blocks;
    assert!(blocks.len() > 5, "long texts fall into pieces");
    let joined: Vec<_> = blocks.iter().map(|block| said(&block.content)).collect();
    assert_eq!(joined.join("\n"), long.trim_end());
}

#[test]
fn tables_keep_rows_and_alignment() {
    let blocks = blocks("| a | b |\n|--:|:-:|\n| 1 | **2** |\n");
    let Content::Table { alignments, rows } = &blocks[0].content else { panic!("a table") };
    assert_eq!(alignments, &[Alignment::Right, Alignment::Center]);
    let texts: Vec<Vec<&str>> =
        rows.iter().map(|row| row.iter().map(|cell| cell.text.as_str()).collect()).collect();
    assert_eq!(texts, [["a", "b"], ["1", "2"]]);
}

#[test]
fn hostile_texts_are_laid_out_in_time_and_depth() {
    let deep_quotes = ">".repeat(10_000) + " x";
    for block in blocks(&deep_quotes) {
        assert!(block.containers.len() <= MAX_DEPTH);
        assert!(block.containers.iter().all(|container| *container == Container::Quote));
    }
    let columns = format!("|{}\n|{}\n|{}\n", "a|".repeat(500), "-|".repeat(500), "b|".repeat(500));
    for text in [
        deep_quotes,
        "- ".repeat(5_000) + "x",
        "*".repeat(20_000),
        "[".repeat(20_000),
        "`".repeat(20_000) + "x",
        "a".repeat(200_000),
        "![".repeat(2_000),
        columns,
        "| a |\n|--|\n".to_owned() + &"| b |\n".repeat(6_000),
        "\u{202e}abc\u{0}\u{feff}\r\n\r".repeat(50),
    ] {
        let laid_out = laid_out(&text, Markdown);
        assert!(laid_out.size.y.is_finite());
    }
}

#[test]
fn strips_run_from_top_to_bottom() {
    let text =
        "> | a | b |\n> |--|--|\n> | 1 | 2 |\n\nx\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n```\ny\n```\n- z\n"
            .repeat(3);
    let laid_out = laid_out(&text, Markdown);
    assert!(laid_out.bands.is_sorted_by(|one, two| one.top <= two.top && one.bottom <= two.bottom));
    let words: usize = laid_out.bands.iter().map(|band| band.words.len()).sum();
    let marks: usize = laid_out.bands.iter().map(|band| band.marks.len()).sum();
    assert_eq!((words, marks), (laid_out.words.len(), laid_out.marks.len()), "everything is painted once");
}

#[test]
fn lines_of_a_column_are_no_longer_than_reads_well() {
    let text = "the quick brown fox jumps over the lazy dog ".repeat(50);
    let ctx = context();
    let document = Document::parse(&text, Plain);
    let laid_out = in_frame(&ctx, |ctx| lay_out(ctx, &document, Reading::of_ctx(ctx, 3_000.0, 16.0)));
    let longest = laid_out.words[0].shaped.lines().map(|(bytes, _)| bytes.len()).max();
    assert!(longest.is_some_and(|count| (60..=85).contains(&count)), "{longest:?} characters in a line");
}

#[test]
fn the_cache_gives_the_same_layout_until_something_changes() {
    let ctx = context();
    let mut cache = DocumentCache::default();
    let first = in_frame(&ctx, |ctx| cache.get(ctx, "x", Markdown, Reading::of_ctx(ctx, 600.0, 16.0)));
    let again = in_frame(&ctx, |ctx| cache.get(ctx, "x", Markdown, Reading::of_ctx(ctx, 600.0, 16.0)));
    assert!(Arc::ptr_eq(&first, &again), "the same text and reading");
    let larger = in_frame(&ctx, |ctx| cache.get(ctx, "x", Markdown, Reading::of_ctx(ctx, 600.0, 20.0)));
    assert!(larger.size.y > first.size.y, "another text size");
    let plain = in_frame(&ctx, |ctx| cache.get(ctx, "x", Plain, Reading::of_ctx(ctx, 600.0, 16.0)));
    assert!(!Arc::ptr_eq(&first, &plain), "another format");
}

#[test]
fn the_cache_stays_within_its_budget() {
    let ctx = context();
    let mut cache = DocumentCache::new(100_000);
    let text = "some words ".repeat(60);
    for index in 0..40 {
        let text = format!("{index} {text}");
        in_frame(&ctx, |ctx| cache.get(ctx, &text, Markdown, Reading::of_ctx(ctx, 600.0, 16.0)));
    }
    assert!(cache.used_bytes() <= 100_000, "{} bytes", cache.used_bytes());
    assert!(!cache.is_empty() && cache.len() < 40, "{} texts", cache.len());
}

#[test]
fn what_was_prepared_needs_no_work() {
    let ctx = context();
    let mut cache = DocumentCache::default();
    in_frame(&ctx, |ctx| {
        let reading = Reading::of_ctx(ctx, 600.0, 16.0);
        assert!(cache.prepare(ctx, "# next", Markdown, reading, false), "there was something to do");
        assert!(!cache.prepare(ctx, "# next", Markdown, reading, false), "it is done");
        assert!(cache.is_ready("# next", Markdown, reading));
        assert!(!cache.is_ready("# other", Markdown, reading));
    });
}

#[test]
fn blocks_can_be_found_by_what_they_say() {
    let mut cache = DocumentCache::default();
    let harness = Harness::new_ui(move |ui| {
        theme::install(ui.ctx());
        let reading = Reading::of(ui, 500.0, 16.0);
        let document =
            cache.get(ui.ctx(), "# Title\n\n3. third item\n\n- [x] checked item", Markdown, reading);
        document_ui(ui, &document);
    });
    harness.get_by_label("Title");
    harness.get_by_label_contains("3. third item");
    harness.get_by_label_contains("done: checked item");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn any_text_is_laid_out(
        text in "(\\PC|[\\n\\t >#*`|\\[\\]()!<~_-]|- |1\\. |```|\\| a \\||\\n\\n|\u{0}){0,120}",
        width in 1.0f32..2000.0,
        size in 0.0f32..60.0,
    ) {
        let ctx = context();
        for format in [Markdown, Plain] {
            let document = Document::parse(&text, format);
            let laid_out = in_frame(&ctx, |ctx| lay_out(ctx, &document, Reading::of_ctx(ctx, width, size)));
            prop_assert!(laid_out.size.y.is_finite() && laid_out.size.y >= 0.0);
            for (rect, _) in &laid_out.marks {
                prop_assert!(rect.is_finite(), "{:?}", rect);
            }
        }
    }
}

#[test]
fn a_pointer_that_only_passes_seeks_no_place() {
    let (ctx, text) = (context(), "A paragraph of some words.\n\n".repeat(30));
    let document = Document::parse(&text, Markdown);
    let laid_out = in_frame(&ctx, |ctx| lay_out(ctx, &document, Reading::of_ctx(ctx, 600.0, 16.0)));
    let frame = |events: Vec<egui::Event>| {
        let screen_rect = Some(egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(700.0, 900.0)));
        let input = RawInput { screen_rect, events, ..RawInput::default() };
        ctx.run_ui(input, |ui| drop(document_ui(ui, &laid_out))).drop_without_applying_deltas();
    };
    let at = |x: f32| egui::pos2(x, 200.0);
    frame(vec![egui::Event::PointerMoved(at(20.0))]);
    let before = painted::places_sought();
    for step in 0..20 {
        frame(vec![egui::Event::PointerMoved(at(20.0 + step as f32))]);
    }
    assert_eq!(painted::places_sought(), before, "nothing is pressed");
    let modifiers = egui::Modifiers::NONE;
    let button = egui::PointerButton::Primary;
    frame(vec![egui::Event::PointerButton { pos: at(40.0), button, pressed: true, modifiers }]);
    let pressed = painted::places_sought() - before;
    assert!((1..=3).contains(&pressed), "by the block that was pressed alone: {pressed}");
    frame(vec![egui::Event::PointerMoved(at(120.0))]);
    assert!(painted::places_sought() > before + pressed, "and while it is dragged");
}
