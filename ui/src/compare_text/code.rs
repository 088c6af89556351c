//! Two pieces of code line by line: which lines belong together, and which words within them differ.
//!
//! Rows are the same in both panes, so that what belongs together stands at one height; where one side has no
//! line, its row is empty.

mod view;

use std::collections::HashMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::difference::{changes, gaps};
use crate::document::CodeText;

pub use view::{Broken, code_ui};

/// Within a change of more pairs of lines, lines are put beside each other in their order.
const MOST_PAIRS: usize = 2_500;
/// Lines that have less in common do not belong together.
const LEAST_LIKENESS: f32 = 0.4;

/// A row: at most one line of each side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The line of each side.
    pub lines: [Option<usize>; 2],
    /// Whether they are the same.
    pub is_same: bool,
}

/// Two sides in rows.
#[derive(Clone, Debug, Default)]
pub struct CodeRows {
    /// The sides.
    pub sides: [CodeText; 2],
    /// The rows from top to bottom.
    pub rows: Vec<Row>,
    /// The bytes of each line that only this side has, where the row has a line on the other side too.
    words: [HashMap<usize, Vec<Range<usize>>>; 2],
}

impl CodeRows {
    /// The rows of two sides.
    pub fn of(before: CodeText, after: CodeText) -> Self {
        let lines = |code: &CodeText| -> Vec<String> {
            (0..code.lines.len()).map(|line| code.line(line).trim_end().to_owned()).collect()
        };
        let changed = changes(lines(&before), lines(&after));
        let mut rows = Self { sides: [before, after], ..Self::default() };
        let (mut old, mut new) = (0, 0);
        let end = (rows.sides[0].lines.len(), rows.sides[1].lines.len());
        let changed = changed.into_iter().map(|(old, new)| (usize_range(&old), usize_range(&new)));
        for (before, after) in changed.chain([(end.0..end.0, end.1..end.1)]) {
            while old < before.start {
                rows.rows.push(Row { lines: [Some(old), Some(new)], is_same: true });
                (old, new) = (old + 1, new + 1);
            }
            for lines in rows.paired(&before, &after) {
                if let [Some(one), Some(other)] = lines {
                    rows.tell_words(one, other);
                }
                rows.rows.push(Row { lines, is_same: false });
            }
            (old, new) = (before.end, after.end);
        }
        rows
    }

    /// The bytes that only one side has in a line beside another.
    pub fn only(&self, side: usize, line: usize) -> &[Range<usize>] {
        self.words[side].get(&line).map_or(&[], Vec::as_slice)
    }

    /// Lines of a side that differ from those beside them, or have none.
    pub fn changed_lines(&self, side: usize) -> usize {
        self.rows.iter().filter(|row| !row.is_same && row.lines[side].is_some()).count()
    }

    /// The lines of a change, those beside each other that are most alike, in order.
    fn paired(&self, before: &Range<usize>, after: &Range<usize>) -> Vec<[Option<usize>; 2]> {
        let (height, width) = (before.len(), after.len());
        if height * width > MOST_PAIRS {
            let count = height.max(width);
            let line = |lines: &Range<usize>, at: usize| lines.clone().nth(at);
            return (0..count).map(|at| [line(before, at), line(after, at)]).collect();
        }
        // The most alikeness that can be had of the lines from here on.
        let mut best = vec![vec![0.0_f32; width + 1]; height + 1];
        let mut alike = vec![vec![0.0_f32; width]; height];
        for one in (0..height).rev() {
            for other in (0..width).rev() {
                let lines = (before.start + one, after.start + other);
                alike[one][other] = likeness(self.sides[0].line(lines.0), self.sides[1].line(lines.1));
                let pair = if alike[one][other] >= LEAST_LIKENESS { alike[one][other] } else { f32::MIN };
                best[one][other] =
                    (pair + best[one + 1][other + 1]).max(best[one + 1][other]).max(best[one][other + 1]);
            }
        }
        let (mut one, mut other) = (0, 0);
        let mut paired = Vec::new();
        while one < height || other < width {
            let (line, there) = (before.start + one, after.start + other);
            let is_pair = one < height
                && other < width
                && alike[one][other] >= LEAST_LIKENESS
                && best[one][other] == alike[one][other] + best[one + 1][other + 1];
            if is_pair {
                paired.push([Some(line), Some(there)]);
                (one, other) = (one + 1, other + 1);
            } else if one < height && (other == width || best[one][other] == best[one + 1][other]) {
                paired.push([Some(line), None]);
                one += 1;
            } else {
                paired.push([None, Some(there)]);
                other += 1;
            }
        }
        paired
    }

    fn tell_words(&mut self, one: usize, other: usize) {
        let lines = [self.sides[0].line(one), self.sides[1].line(other)];
        let words: [Vec<(usize, &str)>; 2] = lines.map(|line| line.split_word_bound_indices().collect());
        let only_words = |words: &[(usize, &str)]| words.iter().map(|(_, word)| (*word).to_owned()).collect();
        let changed = changes::<String>(only_words(&words[0]), only_words(&words[1]));
        let bytes = |side: usize, changed: &Range<u32>| {
            let start = |at: u32| words[side].get(at as usize).map_or(lines[side].len(), |(start, _)| *start);
            start(changed.start)..start(changed.end)
        };
        let told = changed.iter().map(|(old, new)| [bytes(0, old), bytes(1, new)]);
        let (old, new): (Vec<_>, Vec<_>) = told.map(|[old, new]| (old, new)).unzip();
        let is_there = |bytes: &Range<usize>| !bytes.is_empty();
        self.words[0].insert(one, old.into_iter().filter(is_there).collect());
        self.words[1].insert(other, new.into_iter().filter(is_there).collect());
    }
}

fn usize_range(range: &Range<u32>) -> Range<usize> {
    range.start as usize..range.end as usize
}

/// Of the words of the longer line, the share that both have, in order.
fn likeness(one: &str, other: &str) -> f32 {
    let words = |line: &str| -> Vec<String> {
        line.split_word_bounds().filter(|word| !word.trim().is_empty()).map(str::to_owned).collect()
    };
    let (one, other) = (words(one), words(other));
    let (count, longest) = (one.len() as u32, one.len().max(other.len()));
    let changed = changes(one, other);
    let shared: usize =
        gaps(changed.iter().map(|(old, _)| old), count).iter().map(ExactSizeIterator::len).sum();
    shared as f32 / longest.max(1) as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiebreak_domain::TextFormat;

    use super::*;

    fn code(lines: &str) -> CodeText {
        let text = lines.to_owned();
        let mut start = 0;
        let lines = text.split('\n').map(|line| {
            start += line.len() + 1;
            start - line.len() - 1..start - 1
        });
        CodeText { lines: lines.collect(), text: text.clone(), ..CodeText::default() }
    }

    /// `=` for the same, `~` for beside each other, `<` and `>` for alone.
    fn shape(rows: &CodeRows) -> String {
        let sign = |row: &Row| match (row.lines, row.is_same) {
            (_, true) => '=',
            ([Some(_), Some(_)], false) => '~',
            ([Some(_), None], _) => '<',
            _ => '>',
        };
        rows.rows.iter().map(sign).collect()
    }

    #[test]
    fn lines_that_belong_together_stand_in_one_row() {
        let rows = CodeRows::of(
            code("import a\ndef f(x):\n    return x\nend"),
            code("import a\n# new\ndef f(x, y):\n    return x\nend"),
        );
        assert_eq!(shape(&rows), "=>~==");
        assert!(rows.only(0, 1).is_empty(), "nothing was taken away");
        let told: Vec<&str> =
            rows.only(1, 2).iter().map(|bytes| &rows.sides[1].line(2)[bytes.clone()]).collect();
        assert_eq!(told, [", y"]);
        assert_eq!((rows.changed_lines(0), rows.changed_lines(1)), (1, 2));
    }

    #[test]
    fn lines_with_nothing_in_common_stand_alone() {
        assert_eq!(shape(&CodeRows::of(code("a b c\nz"), code("d e f\nz"))), "<>=");
    }

    #[test]
    fn real_code_of_two_fences() {
        let of = |text: &str| CodeText::of(text, TextFormat::Markdown, None).expect("code");
        let rows =
            CodeRows::of(of("```\na = 1\nb = 2\nc = 3\n```"), of("```\na = 1\nb = 5\nc = 3\nd = 4\n```"));
        assert_eq!(shape(&rows), "=~=>");
    }

    proptest! {
        #[test]
        fn every_line_stands_once_and_in_order(before in "[ab \n]{0,40}", after in "[ab \n]{0,40}") {
            let rows = CodeRows::of(code(&before), code(&after));
            for (side, text) in [&before, &after].into_iter().enumerate() {
                let lines: Vec<usize> = rows.rows.iter().filter_map(|row| row.lines[side]).collect();
                let all: Vec<usize> = (0..text.split('\n').count()).collect();
                prop_assert_eq!(lines, all);
            }
        }
    }
}
