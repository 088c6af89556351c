//! Formulas in texts: where they stand, what they say, and what becomes of those that cannot be shown.

use super::*;

/// The blocks of a text: what stands by itself in bars, what is drawn in the line as it is written, and what
/// cannot be shown in question marks.
fn shown(text: &str) -> Vec<String> {
    let line = |words: &Inlines| {
        let mut line = String::new();
        for (at, character) in words.text.char_indices() {
            match words.drawn.iter().find(|drawn| drawn.at == at) {
                Some(drawn) => line.push_str(drawn.drawing.says()),
                None => line.push(character),
            }
        }
        let is_fault = words.spans.iter().any(|span| span.style.fault.is_some() && span.style.is_code);
        if is_fault { format!("?{line}?") } else { line }
    };
    let block = |block: &Block| match &block.content {
        Content::Formula(words) => format!("|{}|", line(words)),
        Content::Paragraph(words) | Content::Heading { words, .. } => line(words),
        Content::Table { rows, .. } => rows.iter().flatten().map(line).collect::<Vec<_>>().join(" / "),
        other => said(other).to_owned(),
    };
    blocks(text).iter().map(block).collect()
}

#[test]
fn formulas_stand_in_the_line_or_by_themselves() {
    assert_eq!(shown("so $x_1 * y_1$ is *a* $b$."), ["so $x_1 * y_1$ is a $b$."]);
    assert_eq!(
        shown("so $$x$$ and\n\\[\ny\n= 1\n- 2\n\\]. Then"),
        ["so ", "|$$x$$|", "and ", "|\\[\ny\n= 1\n- 2\n\\].|", "Then"]
    );
    assert_eq!(shown("# On $x$\n\n**bold $y$**"), ["On $x$", "bold $y$"]);
    assert_eq!(shown("1. one\n   $$\n   a\n   $$\n2. two $b$"), ["one ", "|$$\n   a\n   $$|", "two $b$"]);
    assert_eq!(shown("| $|x|$ | b |\n|--|--|\n| $$c$$ | d |"), ["$|x|$ / b / $$c$$ / d"]);
    assert_eq!(shown("```math\n\\frac{1}{2}\n```"), ["|\\frac{1}{2}\n|"]);
    assert_eq!(shown("![of $x$](y.png)"), ["[image: of $x$]"]);
    assert_eq!(shown("> \\[ x \\]\n\n`$x$`"), ["|\\[ x \\]|", "$x$"]);
    assert_eq!(shown("<b>$x$</b>\n\n<p>\n$y$\n</p>"), ["<b>$x$</b>", "<p>\n$y$\n</p>"]);
    assert_eq!(shown("it is $5 or $6"), ["it is $5 or $6"]);
}

#[test]
fn what_cannot_be_shown_is_shown_as_it_is_written_and_says_why() {
    assert_eq!(shown("so $\\unknown{x}$ and"), ["?so $\\unknown{x}$ and?"]);
    assert_eq!(shown("so $$\\frac{1}$$ and"), ["so ", "?$$\\frac{1}$$?", "and"]);
    let laid_out = laid_out("so $\\unknown{x}$ and [a](http://b.c)", Markdown);
    let links = &laid_out.words[0].links;
    assert!(links[0].is_fault && links[0].address.contains("\\unknown"), "{links:?}");
    assert!(!links[1].is_fault && !links[0].rects.is_empty());
    let plain = Document::parse("so $x$", Plain);
    assert_eq!(said(&plain.blocks[0].content), "so $x$", "plain text is shown as it is written");
}

#[test]
fn copying_gives_the_source_and_marks_find_it() {
    let text = "é so $x^2$ is\n\n$$\\sum_i i$$\n\nend";
    let laid_out = laid_out(text, Markdown);
    let last = laid_out.words.len() - 1;
    let copied = laid_out.copied((0, 0), (last, laid_out.words[last].shaped.text().len()));
    assert_eq!(copied, "é so $x^2$ is\n\n$$\\sum_i i$$\n\nend");
    let start = text.find("$x").unwrap();
    let of_formula = laid_out.rects_of(start..start + 5);
    assert_eq!(of_formula.len(), 1, "a formula is seen in one place");
    assert_eq!(laid_out.rects_of(start + 2..start + 3), of_formula, "of which any part is all of it");
    let middle = of_formula[0].center();
    assert_eq!(laid_out.byte_at(middle), Some(start));
    assert_eq!(Document::seen(text, Markdown).iter().map(ExactSizeIterator::len).sum::<usize>(), 28);
}

#[test]
fn what_stands_by_itself_stands_in_the_middle_and_fits() {
    let laid_out_narrow = laid_out("$$x$$", Markdown);
    let rect = laid_out_narrow.words[0].rect();
    assert!((rect.center().x - 300.0).abs() <= 1.0, "{rect:?}");
    let wide = format!("$${}x$$", "x + y = ".repeat(60));
    let laid_out_wide = laid_out(&wide, Markdown);
    let rect = laid_out_wide.words[0].rect();
    assert!(rect.width() <= 601.0 && rect.left() >= 0.0, "{rect:?}");
    let in_line = laid_out("a $\\frac{1}{2}$ b", Markdown);
    let without = laid_out("a b", Markdown);
    assert!(in_line.size.y > without.size.y, "a line makes room for what is high");
    assert!(in_line.size.y < 2.0 * without.size.y, "and not too much");
}

#[test]
fn a_reader_of_the_screen_hears_the_source() {
    let harness = Harness::new_ui(|ui| {
        theme::install(ui.ctx());
        let document = Document::parse("so $x^2$ is", Markdown);
        let laid_out = lay_out(ui.ctx(), &document, Reading::of(ui, 400.0, 16.0));
        document_ui(ui, &laid_out);
    });
    harness.get_by_label("so $x^2$ is");
}

#[test]
fn a_formula_is_drawn_once_and_kept_while_it_is_seen() {
    let ctx = context();
    let text = "$x$ and $x$ and $\\text{数}$";
    let count = |ctx: &Context| {
        let manager = ctx.tex_manager();
        let manager = manager.read();
        manager.allocated().filter(|(_, meta)| meta.name == "formula").count()
    };
    let mut cache = DocumentCache::default();
    for _ in 0..3 {
        ctx.run_ui(RawInput::default(), |ui| {
            let laid_out = cache.get(ui.ctx(), text, Markdown, Reading::of(ui, 400.0, 16.0));
            document_ui(ui, &laid_out);
        })
        .drop_without_applying_deltas();
        assert_eq!(count(&ctx), 1, "one picture for what is written alike, none for letters of other fonts");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_text_with_signs_of_formulas_is_read(
        source in "([a-zé*_`~|#>\\-1. \\[\\]()!&;<$$$$^{}]|\n|\\\\[a-z\\[\\]()\\\\]|\\$\\$|\\\\begin\\{align\\}|\\\\end\\{align\\}|\\| - \\|\n){0,60}"
    ) {
        let document = Document::parse(&source, Markdown);
        let length = source.chars().count() as u32;
        for range in Document::seen(&source, Markdown) {
            prop_assert!(range.end <= length);
        }
        prop_assert!(!document.blocks.is_empty() || source.trim().is_empty() || source.len() < 80);
    }
}
