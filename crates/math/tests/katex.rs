//! Widths, heights and depths of many formulas, held against what KaTeX makes of them in a browser.
#![allow(clippy::unwrap_used)]

use tiebreak_math::{Style, lay_out};

const FORMULAS: &str = include_str!("data/formulas.txt");
const MEASURES: &str = include_str!("data/katex.tsv");
/// A browser rounds widths to sixty-fourths of a pixel, once for each part of a formula.
const NEAR_EMS: f32 = 0.03;

/// Lines that are set otherwise, and by how little at most: a fraction before a letter has the thin space that TeX
/// gives it, limits have a tenth of their size around them, strokes reach over their letters.
const APART: [usize; 24] =
    [5, 6, 7, 15, 17, 30, 31, 32, 36, 37, 40, 44, 45, 46, 48, 49, 54, 62, 63, 70, 75, 76, 79, 80];
const APART_EMS: f32 = 0.45;
/// Lines with a number, which KaTeX puts at the far side of the page.
const NUMBERED: [usize; 3] = [60, 61, 72];

struct Row<'a> {
    style: Style,
    line: usize,
    tex: &'a str,
    measures: [f32; 3],
}

fn rows() -> Vec<Row<'static>> {
    let formulas: Vec<&str> = FORMULAS.lines().collect();
    let row = |text: &str| {
        let cells: Vec<&str> = text.split('\t').collect();
        let style = if cells[0] == "display" { Style::Display } else { Style::Inline };
        let line: usize = cells[1].parse().unwrap();
        let number = |cell: usize| cells[cell].parse().unwrap();
        Row { style, line, tex: formulas[line - 1], measures: [number(2), number(3), number(4)] }
    };
    MEASURES.lines().filter(|line| !line.starts_with('#')).map(row).collect()
}

#[test]
fn formulas_have_the_measures_that_katex_gives_them() {
    let rows = rows();
    assert!(rows.len() >= 2 * FORMULAS.lines().count() - 4, "KaTeX has numbered formulas in one style only");
    let mut apart = Vec::new();
    for Row { style, line, tex, measures } in rows {
        let laid = lay_out(tex, style, 1.0).unwrap_or_else(|fault| panic!("{line} {tex}: {fault}"));
        let ours = [laid.width, laid.height, laid.depth];
        let most = if APART.contains(&line) { APART_EMS } else { NEAR_EMS };
        let is_apart = ours.iter().zip(measures).any(|(ours, theirs)| (ours - theirs).abs() > most);
        if is_apart && !NUMBERED.contains(&line) {
            apart.push(format!("{line} {style:?} {tex}: {ours:.3?}, and KaTeX {measures:.3?}"));
        }
    }
    assert!(apart.is_empty(), "{}", apart.join("\n"));
}
