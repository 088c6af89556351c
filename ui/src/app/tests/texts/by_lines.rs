//! Lines against lines, whatever is read.

use super::*;

/// Two letters that differ in one line.
const LETTERS: [&str; 2] = [
    "Dear Sir,\n\nthe parcel came on Monday.\n\nYours, Ada",
    "Dear Sir,\n\nthe parcel came on Friday at last.\n\nYours, Ada",
];

impl Bench {
    /// Where lines of the screen that say this stand, from the left.
    fn lines(&mut self, words: &str) -> Vec<Rect> {
        let mut lines: Vec<Rect> =
            self.painted().into_iter().filter(|(said, _)| said == words).map(|(_, rect)| rect).collect();
        lines.sort_by(|one, other| one.left().total_cmp(&other.left()));
        lines
    }
}

#[test]
fn prose_is_compared_by_words_and_by_lines_with_one_key() {
    let mut bench = open("Which?", &LETTERS);
    bench.keys("D");
    settle(&mut bench);
    assert!(!bench.texts().shows_lines(), "words first, of what is no code");
    assert_eq!(bench.marked(0), [only("Monday")]);
    bench.keys("Shift+W");
    settle(&mut bench);
    assert!(bench.texts().shows_lines());
    let [monday, friday] =
        ["the parcel came on Monday.", "the parcel came on Friday at last."].map(|line| bench.lines(line));
    assert_eq!((monday.len(), friday.len()), (1, 1));
    // The line under a word reaches a little lower than the words.
    assert!((monday[0].top() - friday[0].top()).abs() < 3.0, "in one row");
    let same: Vec<f32> = bench.lines("Yours, Ada").iter().map(Rect::top).collect();
    assert_eq!(same.len(), 2);
    assert_eq!(same[0], same[1]);
    bench.keys("1 Enter");
    settle(&mut bench);
    assert!(bench.texts().shows_lines(), "the next item is shown so as well");
    bench.keys("Shift+W");
    assert!(bench.texts().is_difference_on && !bench.texts().shows_lines());
    bench.keys("D Shift+W");
    settle(&mut bench);
    assert!(bench.texts().shows_lines(), "one key from nothing");
}

#[test]
fn lines_are_held_against_a_reference_and_what_is_lacking_stands_among_them() {
    let item = |id| {
        let mut queued = of("Write", &LETTERS)(id);
        let parts = vec![Part::markdown(LETTERS[1]), Part::plain("PS: with thanks")];
        queued.item.item.context = vec![Beside { parts, ..Beside::default() }];
        queued
    };
    let mut bench = Bench::over(info(), item, saved);
    settle(&mut bench);
    bench.keys("Shift+D Shift+W");
    settle(&mut bench);
    assert_eq!(bench.texts().against(), Against::Reference);
    assert!(bench.texts().shows_lines());
    let [monday, friday] =
        ["the parcel came on Monday.", "the parcel came on Friday at last."].map(|line| bench.lines(line));
    assert_eq!(monday.len(), 1);
    let in_first = friday.iter().find(|rect| (rect.left() - monday[0].left()).abs() < 1.0).expect("lacking");
    assert!(in_first.bottom() <= monday[0].top() + 1.0, "what is lacking stands above what is there instead");
    assert_eq!(bench.lines("PS: with thanks").len(), 3, "lacking in both, beside the reference itself");
    assert_eq!(bench.lines("−4").len(), 2, "and told by a sign");
}

#[test]
fn of_three_each_is_held_against_one_by_lines() {
    let turn = |role: &str, text: &str| Part::Message { role: role.into(), text: text.into() };
    let item = move |id| {
        let mut queued = of("Go on", &["", "", ""])(id);
        for (index, candidate) in queued.item.item.candidates.iter_mut().enumerate() {
            let last = format!("I am number {index}.");
            candidate.parts = vec![turn("user", "Who are you?"), turn("assistant", &last)];
        }
        queued
    };
    let mut bench = Bench::over(info(), item, saved);
    settle(&mut bench);
    bench.keys("Shift+W");
    settle(&mut bench);
    assert!(bench.texts().shows_lines());
    assert_eq!(bench.lines("I am number 0.").len(), 3, "the first itself, and what each of the others lacks");
    assert_eq!(bench.lines("I am number 2.").len(), 1);
    assert_eq!(bench.lines("−2").len(), 2);
}

#[test]
fn lines_that_run_from_the_right_are_set_as_they_are_read() {
    let mut bench =
        open("Which?", &["first\n\nשלום world again\n\nlast", "first\n\nשלום world anew\n\nlast"]);
    bench.keys("D Shift+W");
    settle(&mut bench);
    assert!(bench.texts().shows_lines());
    let set = crate::document::painted::painted(&bench.ctx);
    let lines: Vec<_> = set.iter().filter(|(said, _)| said.starts_with("שלום")).collect();
    assert_eq!(lines.len(), 2, "{set:?}");
    let first = bench.lines("first")[0];
    assert!(lines[0].1.right() > first.left() + 300.0, "they begin at the right: {lines:?}");
    assert_eq!(lines[0].1.top(), lines[1].1.top());
}

#[test]
fn lines_of_every_script_are_selected_and_copied_together() {
    let codes = ["# 求和，含税\ndef f(x):\n\n    return x * 1.2", "# 求和\ndef f(x):\n\n    return x"];
    let fences = codes.map(|code| format!("```python\n{code}\n```"));
    let mut bench = open("Which?", &[&fences[0], &fences[1]]);
    bench.keys("D");
    settle(&mut bench);
    assert!(bench.texts().shows_lines(), "code by lines");
    let (first, last) = (bench.lines("# 求和，含税")[0], bench.lines("    return x * 1.2")[0]);
    let below = last.right_center() + vec2(40.0, 0.0);
    assert_eq!(bench.copied(&[first.left_center(), last.center(), below]).as_deref(), Some(codes[0]));
    let (start, next) = (first.left_center(), bench.lines("def f(x):")[0].left_center());
    let upwards = bench.copied(&[next, start]);
    assert_eq!(upwards.as_deref(), Some("# 求和，含税"));
}
