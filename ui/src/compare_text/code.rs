//! Two texts line by line, code above all: which lines belong together, and which words within them differ.
//!
//! Rows are the same in both panes, so that what belongs together stands at one height; where one side has no
//! line, its row is empty.

mod view;

use std::collections::HashMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::difference::{changes, gaps};
use super::lines::pieces_of;
use crate::document::CodeText;

pub use view::{Broken, Way, code_ui};

/// A change of more pairs of lines is cut where both sides have a line of the same words once; what is longer still is
/// put beside each other in its order.
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

/// Bytes of code that are coloured in one frame.
const COLOURED_BYTES: usize = 800;

/// Two sides in rows.
#[derive(Debug, Default)]
pub struct CodeRows {
    /// The sides.
    pub sides: [CodeText; 2],
    /// The rows from top to bottom.
    pub rows: Vec<Row>,
    /// The bytes of each line that only this side has, where the row has a line on the other side too.
    words: [HashMap<usize, Vec<Range<usize>>>; 2],
    /// Lines that differ and are not in rows yet, the last first.
    open: Vec<[Range<usize>; 2]>,
    /// The lines of each side that are in rows.
    done: [usize; 2],
}

impl CodeRows {
    /// The rows of two sides, which [`Self::go_on`] makes.
    pub fn begin(before: CodeText, after: CodeText) -> Self {
        let lines = |code: &CodeText| -> Vec<String> {
            (0..code.lines.len()).map(|line| code.line(line).trim_end().to_owned()).collect()
        };
        let changed = changes(lines(&before), lines(&after));
        let end = [before.lines.len(), after.lines.len()];
        let changed = changed.into_iter().map(|(old, new)| [usize_range(&old), usize_range(&new)]);
        let mut open: Vec<_> = changed.chain([end.map(|end| end..end)]).collect();
        open.reverse();
        Self { sides: [before, after], open, ..Self::default() }
    }

    /// Makes rows until about so many lines were held against others. Gives whether there are all.
    pub fn go_on(&mut self, most_pairs: usize) -> bool {
        let mut pairs = 0;
        while pairs < most_pairs {
            let Some([before, after]) = self.open.pop() else { break };
            let [mut old, mut new] = self.done;
            while old < before.start {
                self.rows.push(Row { lines: [Some(old), Some(new)], is_same: true });
                (old, new) = (old + 1, new + 1);
            }
            pairs += (before.len() * after.len()).min(MOST_PAIRS) + before.len() + after.len();
            for lines in self.paired(&before, &after) {
                if let [Some(one), Some(other)] = lines {
                    self.tell_words(one, other);
                }
                self.rows.push(Row { lines, is_same: false });
            }
            self.done = [before.end, after.end];
        }
        self.open.is_empty()
    }

    /// Colours a little more of both sides. Gives whether all is coloured.
    pub fn colour_some(&mut self) -> bool {
        let [before, after] = &mut self.sides;
        before.colour_some(COLOURED_BYTES) && after.colour_some(COLOURED_BYTES)
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
            return self.paired_in_pieces(before, after);
        }
        // The most alikeness that can be had of the lines from here on.
        let mut best = vec![vec![0.0_f32; width + 1]; height + 1];
        let mut alike = vec![vec![0.0_f32; width]; height];
        let words = |side: usize, lines: &Range<usize>| -> Vec<Vec<u64>> {
            lines.clone().map(|line| words_of(self.sides[side].line(line))).collect()
        };
        let (words_before, words_after) = (words(0, before), words(1, after));
        for one in (0..height).rev() {
            for other in (0..width).rev() {
                alike[one][other] = likeness(&words_before[one], &words_after[other]);
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

    /// The lines of a long change: those that say the same but for their white space belong together, and what lies
    /// between them is a change of its own.
    fn paired_in_pieces(&self, before: &Range<usize>, after: &Range<usize>) -> Vec<[Option<usize>; 2]> {
        let mut numbers: HashMap<Vec<u64>, u32> = HashMap::new();
        let mut keys = |side: usize, lines: &Range<usize>| -> Vec<u32> {
            let mut key = |line| {
                let next = numbers.len() as u32;
                *numbers.entry(words_of(self.sides[side].line(line))).or_insert(next)
            };
            lines.clone().map(&mut key).collect()
        };
        let (keys_before, keys_after) = (keys(0, before), keys(1, after));
        let pieces = pieces_of(&keys_before, &keys_after, 0);
        let end = (before.len() as u32..before.len() as u32, after.len() as u32..after.len() as u32);
        let mut paired = Vec::new();
        let (mut one, mut other) = (before.start, after.start);
        for (old, new) in pieces.into_iter().chain([end]) {
            let within = |lines: &Range<usize>, piece: &Range<u32>| {
                lines.start + piece.start as usize..lines.start + piece.end as usize
            };
            let (old, new) = (within(before, &old), within(after, &new));
            while one < old.start {
                paired.push([Some(one), Some(other)]);
                (one, other) = (one + 1, other + 1);
            }
            if old.len() * new.len() <= MOST_PAIRS {
                paired.extend(self.paired(&old, &new));
            } else {
                let line = |lines: &Range<usize>, at: usize| lines.clone().nth(at);
                paired.extend((0..old.len().max(new.len())).map(|at| [line(&old, at), line(&new, at)]));
            }
            (one, other) = (old.end, new.end);
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

/// A number for each word of a line, the same for the same word.
fn words_of(line: &str) -> Vec<u64> {
    line.split_word_bounds().filter(|word| !word.trim().is_empty()).map(egui::util::hash).collect()
}

/// Of the words of the longer line, the share that both have, in order.
fn likeness(one: &[u64], other: &[u64]) -> f32 {
    let (count, longest) = (one.len() as u32, one.len().max(other.len()));
    let changed = changes(one.to_vec(), other.to_vec());
    let shared: usize =
        gaps(changed.iter().map(|(old, _)| old), count).iter().map(ExactSizeIterator::len).sum();
    shared as f32 / longest.max(1) as f32
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use tiebreak_domain::TextFormat;

    use super::*;

    fn rows(before: CodeText, after: CodeText) -> CodeRows {
        let mut rows = CodeRows::begin(before, after);
        while !rows.go_on(usize::MAX) {}
        rows
    }

    fn code(lines: &str) -> CodeText {
        let text = lines.to_owned();
        let mut start = 0;
        let lines = text.split('\n').map(|line| {
            start += line.len() + 1;
            start - line.len() - 1..start - 1
        });
        let mut code = CodeText::default();
        code.lines = lines.collect();
        code.text.clone_from(&text);
        code
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
        let rows = rows(
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
        assert_eq!(shape(&rows(code("a b c\nz"), code("d e f\nz"))), "<>=");
    }

    #[test]
    fn a_long_change_is_paired_by_what_its_lines_say() {
        // Indented anew, with ten lines more in front: no line is the same.
        let lines = |indent: &str| -> String {
            (0..80)
                .map(|number| format!("{indent}let value_{number} = {number};\n"))
                .collect::<Vec<_>>()
                .concat()
        };
        let more = (0..10).map(|number| format!("    # why {number}\n")).collect::<Vec<_>>().concat();
        let rows = rows(code(&lines("")), code(&(more + &lines("    "))));
        assert_eq!(shape(&rows), format!("{}{}=", ">".repeat(10), "~".repeat(80)));
    }

    #[test]
    fn real_code_of_two_fences() {
        let of = |text: &str| CodeText::of(text, TextFormat::Markdown, None).expect("code");
        let rows = rows(of("```\na = 1\nb = 2\nc = 3\n```"), of("```\na = 1\nb = 5\nc = 3\nd = 4\n```"));
        assert_eq!(shape(&rows), "=~=>");
    }

    #[test]
    fn rows_come_the_same_in_small_steps() {
        let side = |changed: &str| -> String {
            let line = |number: u32| match number % 7 {
                0 => format!("let {changed}_{number} = {number}\n"),
                _ => format!("let same_{number} = {number}\n"),
            };
            (0..200).map(line).collect()
        };
        let whole = rows(code(&side("old")), code(&side("new")));
        let mut slow = CodeRows::begin(code(&side("old")), code(&side("new")));
        let mut steps = 1;
        while !slow.go_on(5) {
            steps += 1;
        }
        assert!(steps > 9, "{steps} steps");
        assert_eq!((slow.rows, slow.words), (whole.rows, whole.words));
    }

    proptest! {
        #[test]
        fn every_line_stands_once_and_in_order(before in "[ab \n]{0,40}", after in "[ab \n]{0,40}") {
            let rows = rows(code(&before), code(&after));
            for (side, text) in [&before, &after].into_iter().enumerate() {
                let lines: Vec<usize> = rows.rows.iter().filter_map(|row| row.lines[side]).collect();
                let all: Vec<usize> = (0..text.split('\n').count()).collect();
                prop_assert_eq!(lines, all);
            }
        }
    }
}
