//! Texts compared by keys and by the mouse: differences, folds, finding, linked scrolling, hidden words.

use egui::{Event, PointerButton, Pos2};
use tiebreak_domain::rubric::Anonymise;
use tiebreak_domain::{Context as Beside, Part};

use super::*;
use crate::compare_text::{Against, Side};
use crate::document::Tone;

mod by_lines;

/// Items of these candidates, shown as the data has them.
fn of(prompt: &str, candidates: &[&str]) -> impl Fn(i64) -> QueuedItem + Send + 'static {
    let (prompt, candidates) =
        (prompt.to_owned(), candidates.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
    move |id| {
        let mut queued = queued(id);
        queued.item.item.prompt = vec![Part::markdown(prompt.clone())];
        queued.item.item.candidates = candidates.iter().map(Candidate::markdown).collect();
        queued.order = Order::as_given(candidates.len());
        queued
    }
}

fn settle(bench: &mut Bench) {
    for _ in 0..8 {
        bench.frame(Vec::new());
    }
}

fn open(prompt: &str, candidates: &[&str]) -> Bench {
    let mut bench = Bench::over(info(), of(prompt, candidates), saved);
    settle(&mut bench);
    bench
}

impl Bench {
    fn texts(&mut self) -> &mut crate::compare_text::TextCompare {
        &mut self.app.desk.as_mut().unwrap().judge_screen.texts
    }

    /// What is marked in the first part of a candidate of the item on the screen.
    fn marked(&mut self, candidate: usize) -> Vec<(String, Tone)> {
        let overlay = self.texts().overlay(Side::Candidate(candidate));
        let item = self.app.desk.as_ref().unwrap().session.current.as_ref().unwrap().queued.item.item.clone();
        let text: Vec<char> = item.candidates[candidate].parts[0].text().unwrap().chars().collect();
        let ranges = overlay.highlights(0).into_iter().flat_map(|layer| layer.ranges.to_vec());
        ranges
            .map(|(range, tone)| (text[range.start as usize..range.end as usize].iter().collect(), tone))
            .collect()
    }

    fn offsets(&self) -> Vec<f32> {
        self.app.desk.as_ref().unwrap().judge_screen.offsets[..2].to_vec()
    }

    /// The words on the screen, each with its place.
    pub(super) fn painted(&mut self) -> Vec<(String, Rect)> {
        let output = self.output(Vec::new());
        let words = |shape: &egui::epaint::ClippedShape| match &shape.shape {
            egui::Shape::Text(text) if text.visual_bounding_rect().intersects(shape.clip_rect) => {
                Some((text.galley.text().to_owned(), text.visual_bounding_rect()))
            }
            _ => None,
        };
        let mut painted: Vec<_> = output.shapes.iter().filter_map(words).collect();
        output.drop_without_applying_deltas();
        painted.extend(crate::document::painted::painted(&self.ctx));
        painted
    }

    pub(super) fn says(&mut self, words: &str) -> bool {
        self.painted().iter().any(|(said, _)| said.contains(words))
    }

    fn place_of(&mut self, words: &str) -> Pos2 {
        let painted = self.painted();
        let found = painted.iter().find(|(said, _)| said == words);
        found.unwrap_or_else(|| panic!("{words:?} is not in {painted:?}")).1.center()
    }

    fn click(&mut self, words: &str) {
        let at = self.place_of(words);
        let button = |pressed| Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        self.frame(vec![Event::PointerMoved(at)]);
        self.frame(vec![button(true)]);
        self.frame(vec![button(false)]);
        settle(self);
    }

    fn wheel(&mut self, at: Pos2, points: f32) {
        self.frame(vec![Event::PointerMoved(at)]);
        self.frame(vec![Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: vec2(0.0, -points),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        }]);
        for _ in 0..60 {
            self.frame(Vec::new());
        }
    }
}

fn only(words: &str) -> (String, Tone) {
    (words.to_owned(), Tone::OnlyHere)
}

const SAT: [&str; 2] = ["The **black** cat sat on the mat", "The white cat sat on the mat today"];

#[test]
fn words_that_one_side_only_has_are_marked_by_one_key() {
    let mut bench = open("Which?", &SAT);
    assert_eq!(bench.marked(0), [], "nothing is marked unasked");
    bench.keys("D");
    settle(&mut bench);
    assert_eq!(bench.marked(0), [only("black")]);
    assert_eq!(bench.marked(1), [only("white"), only("today")]);
    assert!(bench.says("1 only here") && bench.says("2 only here"), "each card counts them");
    bench.keys("1 Enter");
    settle(&mut bench);
    assert_eq!(bench.marked(1).len(), 2, "the next item is marked as well");
    bench.keys("D");
    assert_eq!(bench.marked(0), [], "and the same key takes it off");
}

#[test]
fn the_mouse_turns_it_on_and_chooses_what_they_are_held_against() {
    let mut bench = open("The cat sat on the mat", &SAT);
    bench.click("Difference");
    assert!(bench.texts().is_difference_on);
    bench.click("prompt");
    assert_eq!(bench.texts().against(), Against::Prompt);
    assert_eq!(bench.marked(0), [only("black")]);
    assert_eq!(bench.marked(1), [only("white"), only("today")]);
    bench.click("each other");
    assert_eq!(bench.texts().against(), Against::Candidate(0));
}

#[test]
fn a_reference_is_reached_by_the_key_that_goes_on_and_tells_what_is_missing() {
    let item = |id| {
        let mut queued = of("Say it", &["one two three four", "one two three five"])(id);
        let parts = vec![Part::markdown("zero one two three")];
        queued.item.item.context = vec![Beside { parts, ..Beside::default() }];
        queued
    };
    let mut bench = Bench::over(info(), item, saved);
    settle(&mut bench);
    bench.keys("Shift+D");
    settle(&mut bench);
    assert_eq!(bench.texts().against(), Against::Reference);
    assert_eq!(bench.marked(0), [only("four")]);
    let overlay = bench.texts().overlay(Side::Reference);
    assert_eq!(overlay.highlights(0)[0].ranges.to_vec(), [(0..4, Tone::Missing)], "zero is in no candidate");
    bench.keys("Shift+D");
    assert_eq!(bench.texts().against(), Against::Prompt);
    bench.keys("Shift+D");
    assert_eq!(bench.texts().against(), Against::Candidate(0), "and round again");
}

#[test]
fn of_three_each_is_held_against_one() {
    let mut bench = open("", &["a b c d", "a b c e", "a b c e f"]);
    bench.keys("D");
    settle(&mut bench);
    assert_eq!(bench.marked(0), [only("d")], "what no other has");
    assert_eq!(bench.marked(1), [only("e")]);
    assert_eq!(bench.marked(2), [only("e f")]);
    bench.keys("Shift+D");
    settle(&mut bench);
    assert_eq!(bench.texts().against(), Against::Candidate(1));
    assert_eq!(bench.marked(2), [only("f")]);
}

fn long(unlike: &str) -> String {
    let history = "We spoke of the weather, of ships, of sealing wax, of cabbages and of kings. ";
    format!("{history}\n\n{history}\n\nThen {unlike} was said.")
}

#[test]
fn what_all_begin_with_is_folded_by_one_key_and_unfolded_by_a_click() {
    let (one, other) = (long("yes"), long("no"));
    let mut bench = open("Go on", &[&one, &other]);
    assert!(bench.says("The first"), "it is said that they begin alike");
    assert!(bench.painted().iter().filter(|(said, _)| said.contains("cabbages")).count() >= 2);
    bench.keys("Z");
    settle(&mut bench);
    assert!(!bench.says("cabbages"), "nothing of it is left");
    assert!(bench.says("Then yes") && bench.says("Then no"));
    let label =
        bench.painted().into_iter().find(|(said, _)| said.ends_with("words the same, unfold")).unwrap().0;
    bench.click(&label);
    assert!(bench.says("cabbages"));
}

#[test]
fn turns_of_a_conversation_that_all_share_are_folded_as_a_whole() {
    let item = |id| {
        let mut queued = of("", &["", ""])(id);
        let history = "one two three four five six seven eight nine ten eleven twelve";
        let talk = |last: &str| Candidate {
            parts: vec![Part::message("user", history), Part::message("assistant", last)],
            ..Candidate::default()
        };
        queued.item.item.candidates = vec![talk("yes indeed"), talk("no never")];
        queued
    };
    let mut bench = Bench::over(info(), item, saved);
    settle(&mut bench);
    bench.keys("Z");
    settle(&mut bench);
    let painted = bench.painted();
    assert!(
        !painted.iter().any(|(said, _)| said == "user" || said == "USER" || said.contains("seven")),
        "{painted:?}"
    );
    assert!(bench.says("yes indeed"));
}

#[test]
fn words_are_found_in_all_texts_and_enter_goes_on() {
    let mut bench = open("Which **cat**?", &["A cat is a Cat", "No concat here"]);
    bench.keys("Ctrl+F");
    settle(&mut bench);
    bench.frame(vec![Event::Text("cat".into())]);
    settle(&mut bench);
    assert_eq!(bench.texts().finding.place(), (2, 4), "the first in a candidate");
    assert!(bench.says("A 2 · B 1 · prompt 1"), "{:?}", bench.painted());
    assert_eq!(bench.marked(0), [("cat".into(), Tone::FoundHere), ("Cat".into(), Tone::Found)]);
    bench.keys("Enter");
    settle(&mut bench);
    assert_eq!(bench.texts().finding.place().0, 3);
    assert_eq!(bench.marked(0)[1].1, Tone::FoundHere);
    bench.keys("F3");
    settle(&mut bench);
    bench.keys("Shift+Enter");
    settle(&mut bench);
    bench.keys("Shift+F3");
    settle(&mut bench);
    assert_eq!(bench.texts().finding.place().0, 2, "on, back, and back");
    bench.click("Whole words");
    assert_eq!(bench.texts().finding.place().1, 3, "concat is another word");
    bench.click("Aa");
    assert_eq!(bench.texts().finding.place().1, 2);
    assert_eq!(bench.judgments().len(), 0, "Enter in the field submits nothing");
    bench.keys("Escape");
    settle(&mut bench);
    assert!(!bench.texts().finding.is_open());
    assert_eq!(bench.marked(0), []);
    bench.keys("2 Enter");
    assert_eq!(bench.judgments().len(), 1, "the keys are commands again");
}

#[test]
fn what_is_found_far_below_is_brought_into_view_and_out_of_its_fold() {
    let shared = "the same as ever ".repeat(30);
    let lines = |end: &str| format!("{shared}\n\n{}\n\n{end}", "Filler of some length.\n\n".repeat(80));
    let (one, other) = (lines("a needle here"), lines("nothing there"));
    let mut bench = open("", &[&one, &other]);
    bench.keys("Ctrl+F");
    settle(&mut bench);
    bench.frame(vec![Event::Text("needle".into())]);
    settle(&mut bench);
    assert!(bench.offsets()[0] > 500.0, "{:?}", bench.offsets());
    let painted = bench.painted();
    assert!(painted.iter().any(|(said, _)| said.contains("needle here")), "it is seen");
    assert!(bench.offsets()[1] > 500.0, "and the other goes along");
    bench.keys("Escape Z");
    settle(&mut bench);
    assert!(bench.texts().is_folded);
    bench.keys("Ctrl+F");
    settle(&mut bench);
    bench.frame(vec![Event::Text("same as ever".into())]);
    settle(&mut bench);
    assert!(!bench.texts().is_folded, "what was found is unfolded");
}

fn repeated(count: u32, words: impl Fn(u32) -> String) -> String {
    (0..count).map(words).collect()
}

#[test]
fn scrolling_keeps_what_both_say_side_by_side() {
    let passage = |number: u32| format!("Passage {number} is told in both of them word for word.\n\n");
    let shared = repeated(60, passage);
    let more = repeated(40, |number| format!("Only one tells of thing {number}, at some length.\n\n"));
    let (one, other) = (shared.clone(), format!("{more}{shared}"));
    let mut bench = open("", &[&one, &other]);
    let at = Pos2::new(300.0, 400.0);
    bench.wheel(at, 600.0);
    let [first, second] = bench.offsets()[..] else { panic!("two") };
    assert!(first > 300.0, "{first}");
    assert!(second > first + 500.0, "the other is further down, at the same passage: {first} {second}");
    let height = |bench: &mut Bench, left: bool| {
        let painted = bench.painted();
        let found = painted
            .into_iter()
            .find(|(said, rect)| said.starts_with("Passage 20 ") && (rect.left() < 600.0) == left);
        found.map(|(_, rect)| rect.top())
    };
    let heights = [height(&mut bench, true), height(&mut bench, false)];
    if let [Some(left), Some(right)] = heights {
        assert!((left - right).abs() < 40.0, "the same passage stands at the same height: {heights:?}");
    }
    bench.keys("L");
    bench.wheel(at, 200.0);
    assert_eq!(bench.offsets()[1], second, "unlinked, each goes alone");
}

#[test]
fn keys_scroll_by_content_too_and_both_ends_can_be_reached() {
    let shared = repeated(60, |number| format!("Passage {number} is told in both of them.\n\n"));
    let more = repeated(40, |number| format!("Only one tells of thing {number}.\n\n"));
    let (one, other) = (shared.clone(), format!("{more}{shared}"));
    let mut bench = open("", &[&one, &other]);
    for _ in 0..40 {
        bench.keys("PageDown");
    }
    settle(&mut bench);
    let end = bench.offsets();
    bench.keys("PageDown");
    settle(&mut bench);
    assert_eq!(bench.offsets(), end, "both are at their ends");
    assert!(end[1] > end[0] + 500.0, "{end:?}");
    for _ in 0..40 {
        bench.keys("PageUp");
    }
    settle(&mut bench);
    assert_eq!(bench.offsets(), [0.0, 0.0]);
}

#[test]
fn hidden_words_are_hidden_wherever_a_text_is_quoted() {
    let hidden = Anonymise { known_names: true, ..Anonymise::default() };
    let question = tiebreak_domain::Question::new(
        "steps",
        "Steps",
        tiebreak_domain::rubric::Scope::Candidate,
        tiebreak_domain::rubric::QuestionKind::Steps,
    );
    let rubric = Rubric { questions: vec![question], anonymise: Some(hidden), ..Rubric::default() };
    let item = of("", &["I am ChatGPT\n\nand so on", "I am Ada\n\nand so on"]);
    let mut bench = Bench::over(ProjectInfo { rubric, ..info() }, item, saved);
    settle(&mut bench);
    assert!(bench.says("1. I am ▮▮▮"), "{:?}", bench.painted());
    assert!(!bench.says("ChatGPT"));
}

fn hiding(anonymise: Anonymise) -> ProjectInfo {
    ProjectInfo { rubric: Rubric { anonymise: Some(anonymise), ..Rubric::default() }, ..info() }
}

#[test]
fn words_that_give_a_model_away_are_not_on_the_screen_and_are_stored_as_they_are() {
    let hidden = Anonymise { words: vec!["I'm an AI".into()], known_names: true, in_prompt: false };
    let item = of("Are you ChatGPT?", &["I'm an AI called **ChatGPT**", "I am Ada"]);
    let mut bench = Bench::over(
        hiding(hidden.clone()),
        of("Are you ChatGPT?", &["I'm an AI called **ChatGPT**", "I am Ada"]),
        saved,
    );
    settle(&mut bench);
    assert!(bench.says("▮▮▮ called ▮▮▮"), "{:?}", bench.painted());
    assert!(bench.says("Are you ChatGPT?"), "the prompt is what it was, unless wanted");
    bench.keys("Ctrl+F");
    settle(&mut bench);
    bench.frame(vec![Event::Text("chatgpt".into())]);
    settle(&mut bench);
    assert_eq!(bench.texts().finding.place().1, 1, "and finding does not tell");
    bench.keys("Escape 1 Enter");
    assert_eq!(bench.judgments().len(), 1);
    let mut bench = Bench::over(hiding(Anonymise { in_prompt: true, ..hidden }), item, saved);
    settle(&mut bench);
    assert!(bench.says("Are you ▮▮▮?"));
    bench.keys("P");
    settle(&mut bench);
    assert!(bench.says("Are you ▮▮▮?") && !bench.says("ChatGPT"), "folded to a line as well");
}

impl Bench {
    /// What is copied after the button went down at the first of these places and up at the last.
    fn copied(&mut self, places: &[Pos2]) -> Option<String> {
        let button = |pos, pressed| Event::PointerButton {
            pos,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        let (from, to) = (places[0], places[places.len() - 1]);
        self.frame(vec![Event::PointerMoved(from)]);
        self.frame(vec![button(from, true)]);
        for place in &places[1..] {
            self.frame(vec![Event::PointerMoved(*place)]);
        }
        self.frame(vec![button(to, false)]);
        let output = self.output(vec![Event::Copy]);
        let copied = output.platform_output.commands.iter().find_map(|command| match command {
            egui::OutputCommand::CopyText(text) => Some(text.clone()),
            _ => None,
        });
        output.drop_without_applying_deltas();
        copied
    }
}

#[test]
fn selected_words_are_copied_with_their_mask() {
    let hidden = Anonymise { known_names: true, ..Anonymise::default() };
    let mut bench = Bench::over(hiding(hidden), of("", &["I am ChatGPT", "I am Ada"]), saved);
    settle(&mut bench);
    let painted = bench.painted();
    let (_, rect) = painted.iter().find(|(said, _)| said == "I am ▮▮▮").unwrap().clone();
    let copied = bench.copied(&[rect.left_center(), rect.center(), rect.right_center() + vec2(4.0, 0.0)]);
    assert_eq!(copied.as_deref(), Some("I am ▮▮▮"));
}

#[test]
fn unlike_texts_are_said_to_be_so_and_nothing_is_marked() {
    let words = |from: u32| (from..from + 80).map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ");
    let mut bench = open("", &[&words(0), &words(500)]);
    bench.keys("D");
    settle(&mut bench);
    assert_eq!(bench.marked(0), []);
    assert!(bench.says("Hardly a word in common"));
    assert!(!bench.says("only here"), "and nothing is counted");
}

#[test]
fn pictures_have_neither_bar_nor_buttons() {
    let item = |id| {
        let mut queued = of("A fox", &["", ""])(id);
        let picture = |uri: &str| Candidate { parts: vec![Part::image(uri)], ..Candidate::default() };
        queued.item.item.candidates = vec![picture("a.png"), picture("b.png")];
        queued
    };
    let mut bench = Bench::over(info(), item, saved);
    settle(&mut bench);
    bench.keys("D Ctrl+F");
    settle(&mut bench);
    assert!(!bench.says("Comparing") && !bench.says("Find"));
}

const CODE: [&str; 2] = [
    "```python\nimport sys\n\ndef f(x):\n    return x\n\nprint(f(1))\n```",
    "```\nimport sys\n\n# twice\ndef f(x, y):\n    return x\n\nprint(f(1))\n```",
];

#[test]
fn code_is_compared_line_by_line_and_rows_stand_at_one_height() {
    let mut bench = open("Write f", &CODE);
    bench.keys("D");
    settle(&mut bench);
    assert!(bench.texts().shows_lines(), "code is shown as code first");
    let painted = bench.painted();
    let heights = |words: &str| -> Vec<f32> {
        painted.iter().filter(|(said, _)| said == words).map(|(_, rect)| rect.top()).collect()
    };
    let same = heights("print(f(1))");
    assert_eq!(same.len(), 2, "{painted:?}");
    assert_eq!(same[0], same[1], "though one has a line more above");
    assert_eq!(heights("def f(x):"), heights("def f(x, y):"), "and what belongs together is side by side");
    assert_eq!(heights("7").len(), 1, "lines are numbered on each side");
    bench.click("By lines");
    assert!(!bench.texts().shows_lines());
    assert_eq!(bench.marked(1).first(), Some(&only("# twice")), "the same as words");
    bench.keys("Shift+D");
    settle(&mut bench);
    assert_eq!(bench.texts().against(), Against::Prompt);
    bench.keys("D Ctrl+F");
    settle(&mut bench);
    bench.frame(vec![Event::Text("twice".into())]);
    settle(&mut bench);
    assert_eq!(bench.marked(1).last(), Some(&("twice".into(), Tone::FoundHere)), "where it stands");
}
