//! Formulas that want to do harm: they are faults, or small pictures, within time and memory.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use tiebreak_math::{Fault, Laid, MAX_TEX_BYTES, Picture, Style, lay_out};

/// In a stack as small as a browser gives, laid out and drawn.
fn shown(tex: String) -> Result<Laid, Fault> {
    let thread = std::thread::Builder::new().name("formula".to_owned()).stack_size(1024 * 1024);
    let work = move || {
        let laid = lay_out(&tex, Style::Display, 16.0)?;
        if let Some(picture) = Picture::of(&laid, 2.0, [0, 0, 0, 255]) {
            assert!(picture.width * picture.height <= 16_000_000);
            assert_eq!(picture.pixels.len(), 4 * picture.width * picture.height);
        }
        Ok(laid)
    };
    thread.spawn(work).unwrap().join().expect("a formula never panics")
}

#[test]
fn deep_formulas_are_faults() {
    for (open, close) in [
        ("{", "}"),
        (r"\frac{1}{", "}"),
        (r"\sqrt{", "}"),
        (r"\left(", r"\right)"),
        ("x^{", "}"),
        (r"\begin{matrix}", r"\end{matrix}"),
        (r"\text{", "}"),
        (r"\overline{", "}"),
        (r"\boxed{", "}"),
    ] {
        for depth in [5, 40, 400, 1_500] {
            let tex = format!("{}x{}", open.repeat(depth), close.repeat(depth));
            let is_shown = shown(tex).is_ok();
            assert!(depth != 5 || is_shown, "{open} five deep is shown");
            assert!(depth < 400 || !is_shown, "{open} {depth} deep is a fault");
        }
    }
    assert!(shown("{".repeat(10_000)).is_err());
}

#[test]
fn long_and_large_formulas_are_faults() {
    let long = "x+".repeat(500_000);
    assert_eq!(shown(long.clone()), Err(Fault::TooLong(long.len())));
    assert_eq!(shown(r"\rule{100000em}{100000em}".to_owned()), Err(Fault::TooLarge));
    assert!(shown("x+".repeat(MAX_TEX_BYTES / 2 - 1) + "x").is_err_and(|fault| fault == Fault::TooLarge));
    let rows = format!(r"\begin{{matrix}}{}\end{{matrix}}", r"a\\".repeat(4_000));
    assert_eq!(shown(rows), Err(Fault::TooLarge));
}

#[test]
fn macros_that_grow_are_faults() {
    let mut tex = r"\def\a{xxxxxxxxxx}".to_owned();
    for (before, next) in "abcdefghij".chars().zip("bcdefghijk".chars()) {
        let ten = format!(r"\{before} ").repeat(10);
        tex.push_str(&format!(r"\def\{next}{{{ten}}}"));
    }
    assert!(shown(tex + r"\k").is_err());
    assert!(shown(r"\def\a{\a\a}\a".to_owned()).is_err());
    assert!(shown(r"\def\a{\b}\def\b{\a}\a".to_owned()).is_err());
}

#[test]
fn what_stands_far_outside_of_its_formula_is_not_drawn() {
    for tex in [
        r"\raisebox{900em}{x} y",
        r"\kern-900em x",
        r"\rlap{\kern500em x}y",
        r"\smash{\rule{1em}{900em}}",
        r"\hspace{-1000000em}x",
    ] {
        if let Ok(laid) = lay_out(tex, Style::Inline, 16.0)
            && let Some(picture) = Picture::of(&laid, 1.0, [0, 0, 0, 255])
        {
            let most = |points: f32| (points + 40.0) as usize;
            assert!(picture.width <= most(laid.width), "{tex}");
            assert!(picture.height <= most(laid.height + laid.depth), "{tex}");
        }
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let fault = lay_out(r"x + \unknown", Style::Inline, 16.0).unwrap_err();
    let Fault::Tex { message, at } = fault else { panic!("{fault}") };
    assert!(message.contains(r"\unknown"), "{message}");
    assert_eq!(at, Some(4));
    for tex in [r"\frac{1}", "x^", "x}", r"\left(", r"\begin{matrix}", r"\end{matrix}", "x^2^3", "&"] {
        assert!(matches!(lay_out(tex, Style::Inline, 16.0), Err(Fault::Tex { .. })), "{tex}");
    }
    for tex in ["", " ", "{}", r"\,", r"\phantom{x}"] {
        let laid = lay_out(tex, Style::Inline, 16.0).unwrap_or_else(|fault| panic!("{tex:?}: {fault}"));
        assert_eq!(Picture::of(&laid, 1.0, [0, 0, 0, 255]), None, "{tex:?} has nothing to be seen");
    }
}

/// What formulas are made of.
const PARTS: &str = r"(x|1|\+|=|\^|_|\{|\}|&|\\\\|~|'|\(|\)|\[|\]|\||é|解|😀|\\frac|\\sqrt|\\sum|\\int|\\left|\\right|\\middle|\\big|\\begin\{(matrix|cases|aligned|array|align|CD|equation)\}|\\end\{(matrix|cases|aligned|array|align|CD|equation)\}|\{cc\}|\\hat|\\overline|\\underbrace|\\text|\\mathbb|\\color\{red\}|\\boxed|\\cancel|\\hline|\\tag|\\def|\\newcommand|\\a|#1|\\over|\\choose|\\limits|\\nolimits|\\kern|-1em|1e9em|\\rule|\\raisebox|\\operatorname|\\not|\\substack|\\xrightarrow|\\stackrel|\\ce|\\verb|%| |\n)";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(800))]

    #[test]
    fn no_formula_panics(parts in prop::collection::vec(PARTS, 0..24)) {
        let tex = parts.concat();
        for style in [Style::Display, Style::Inline] {
            match lay_out(&tex, style, 16.0) {
                Ok(laid) => {
                    prop_assert!(laid.width.is_finite() && laid.height.is_finite() && laid.depth.is_finite());
                    Picture::of(&laid, 1.0, [0, 0, 0, 255]);
                }
                Err(fault) => prop_assert!(fault != Fault::Broken, "{}", tex),
            }
        }
    }
}
