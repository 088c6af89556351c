//! Every kind of question answered by keys, from the press to the judgment that is sent.

use tiebreak_domain::answer::{Ranking, StepVerdict};
use tiebreak_domain::rubric::{
    Condition, Entry, MarkShape, QuestionKind, RankingForm, Scale, Scope, SpanUnit, StrengthSteps,
    TextPurpose,
};
use tiebreak_domain::{Answer, AnswerValue, Draft, Part, Preference, Question, Strength};

use super::*;

pub(in crate::app::tests) mod drawing;

const PAIR: [Outcome; 3] = [Outcome::A, Outcome::B, Outcome::Tie];

pub(super) fn preference(key: &str, strength: StrengthSteps) -> Question {
    Question::new(key, key, Scope::Pair, QuestionKind::Preference { outcomes: PAIR.to_vec(), strength })
}

fn rating(key: &str, scope: Scope, scale: Scale) -> Question {
    Question::new(key, key, scope, QuestionKind::Rating { scale })
}

fn points(from: i32, count: usize) -> Scale {
    Scale::Points { from, anchors: vec![String::new(); count] }
}

fn asking(questions: Vec<Question>) -> ProjectInfo {
    ProjectInfo { rubric: Rubric { questions, ..Rubric::default() }, ..info() }
}

/// Items of so many candidates; shown from the last to the first.
fn reversed(candidates: u8) -> impl Fn(i64) -> QueuedItem + Send + 'static {
    move |id| {
        let mut item = queued(id);
        item.item.item.candidates =
            (0..candidates).map(|index| Candidate::markdown(format!("{id} text {index}"))).collect();
        item.order = Order::try_from((0..candidates).rev().collect::<Vec<u8>>()).unwrap();
        item
    }
}

pub(super) fn pairs(id: i64) -> QueuedItem {
    reversed(2)(id)
}

pub(super) fn bench(questions: Vec<Question>, items: impl Fn(i64) -> QueuedItem + Send + 'static) -> Bench {
    Bench::over(asking(questions), items, saved)
}

/// The answers of the first judgment: question, candidate, value.
fn answers(bench: &Bench) -> Vec<(String, Option<u8>, AnswerValue)> {
    let judgments = bench.judgments();
    let first = judgments.first().map(|judgment| judgment.verdict.answers().to_vec()).unwrap_or_default();
    first.into_iter().map(|Answer { question, candidate, value }| (question, candidate, value)).collect()
}

fn values(bench: &Bench) -> Vec<AnswerValue> {
    answers(bench).into_iter().map(|(_, _, value)| value).collect()
}

pub(super) fn draft(bench: &Bench) -> Draft {
    bench.app.desk().and_then(|desk| desk.session.current.as_ref()).map(|shown| shown.draft.clone()).unwrap()
}

fn active(bench: &Bench) -> (usize, Option<u8>) {
    let desk = bench.app.desk().unwrap();
    let slot = desk.session.current.as_ref().unwrap().sheet.active_slot().unwrap();
    (slot.question, slot.candidate)
}

fn said(outcome: Outcome) -> AnswerValue {
    AnswerValue::Preference(Preference::new(outcome))
}

pub(super) fn wait(bench: &mut Bench, ms: u64) {
    bench.clock.pass(ms);
    bench.frame(Vec::new());
}

#[test]
fn three_dimensions_are_answered_in_a_row() {
    let dimensions = ["match", "quality", "overall"];
    let mut bench = bench(dimensions.map(|key| preference(key, StrengthSteps::None)).to_vec(), pairs);
    bench.keys("Enter");
    assert!(bench.judgments().is_empty(), "nothing was answered");
    bench.keys("1 3 2 Enter");
    assert_eq!(
        values(&bench),
        [said(Outcome::B), said(Outcome::Tie), said(Outcome::A)],
        "the sides were swapped"
    );
    assert_eq!(bench.shown(), 2);
}

#[test]
fn a_strength_belongs_to_the_answer_before_it() {
    let questions =
        vec![preference("one", StrengthSteps::Optional), preference("two", StrengthSteps::Optional)];
    let mut bench = bench(questions, pairs);
    bench.keys("1 e 2 Enter");
    let strengths: Vec<_> = values(&bench)
        .into_iter()
        .map(|value| if let AnswerValue::Preference(said) = value { said.strength } else { None })
        .collect();
    assert_eq!(strengths, [Some(Strength::Much), None], "given to the first, and never to the second");
}

#[test]
fn a_scale_of_seven_says_side_and_strength_at_once() {
    let mut bench = bench(vec![preference("overall", StrengthSteps::Scale)], pairs);
    bench.keys("1 Enter 4 Enter 6 Enter");
    let given: Vec<_> = bench
        .judgments()
        .iter()
        .map(|judgment| judgment.verdict.preference().map(|said| (said.outcome, said.strength)).unwrap())
        .collect();
    let expected =
        [(Outcome::B, Some(Strength::Much)), (Outcome::Tie, None), (Outcome::A, Some(Strength::Clearly))];
    assert_eq!(given, expected, "the left side is the second candidate");
}

#[test]
fn what_cannot_be_judged_asks_why_in_the_panel_too() {
    let kind = QuestionKind::Preference { outcomes: Outcome::all(), strength: StrengthSteps::None };
    let questions = vec![
        Question::new("one", "one", Scope::Pair, kind.clone()),
        Question::new("two", "two", Scope::Pair, kind),
    ];
    let mut bench = bench(questions, pairs);
    bench.keys("5");
    bench.frame(Vec::new());
    bench.keys("2");
    bench.keys("1 Enter");
    let reason =
        Preference { reason: Some("The prompt is unclear".into()), ..Preference::new(Outcome::Unratable) };
    assert_eq!(values(&bench), [AnswerValue::Preference(reason), said(Outcome::B)]);
}

#[test]
fn eight_candidates_by_seven_dimensions_take_a_key_a_cell_and_one_to_submit() {
    let questions =
        (0..7).map(|index| rating(&format!("d{index}"), Scope::Candidate, points(1, 5))).collect();
    let mut bench = bench(questions, reversed(8));
    let keys: Vec<String> = (0..56).map(|cell| (cell % 5 + 1).to_string()).collect();
    bench.keys(&keys[..55].join(" "));
    bench.keys("Enter");
    assert!(bench.judgments().is_empty(), "one cell is empty");
    bench.keys(&keys[55]);
    bench.keys("Enter");
    let answers = answers(&bench);
    assert_eq!(answers.len(), 56);
    let of = |question: &str, candidate| {
        let found = answers.iter().find(|(key, of, _)| key == question && *of == Some(candidate));
        found.and_then(|(_, _, value)| value.rating())
    };
    assert_eq!((of("d0", 7), of("d0", 0)), (Some(1), Some(3)), "A on the screen is the last candidate");
    assert_eq!((of("d1", 7), of("d6", 0)), (Some(4), Some(1)));
}

#[test]
fn arrows_go_through_the_matrix_and_a_cell_is_corrected() {
    let questions =
        vec![rating("x", Scope::Candidate, points(1, 5)), rating("y", Scope::Candidate, points(1, 5))];
    let mut bench = bench(questions, reversed(3));
    bench.keys("ArrowRight ArrowDown");
    assert_eq!(active(&bench), (1, Some(1)));
    bench.keys("ArrowUp ArrowLeft 1 2 3 4 5 1");
    bench.keys("ArrowUp Backspace");
    assert_eq!(active(&bench), (0, Some(0)));
    assert_eq!(draft(&bench).value("x", Some(0)), None, "taken back");
    bench.keys("5 Enter");
    assert_eq!(answers(&bench)[0], ("x".into(), Some(0), AnswerValue::Rating(5)));
}

#[test]
fn six_are_ranked_by_six_keys_and_one_to_submit() {
    let form = QuestionKind::Ranking { form: RankingForm::WithTies };
    let mut bench = bench(vec![Question::new("order", "order", Scope::Item, form)], reversed(6));
    bench.keys("3 1 6 2 5");
    bench.keys("Enter");
    assert!(bench.judgments().is_empty(), "one was not placed");
    bench.keys("4 Enter");
    let groups = [3, 5, 0, 4, 1, 2].map(|candidate| vec![candidate]).to_vec();
    assert_eq!(values(&bench), [AnswerValue::Ranking(Ranking { groups, worst: None })]);
    bench.keys("a b = c d e f Equals");
    bench.keys("Enter");
    let second = bench.judgments().remove(1);
    let AnswerValue::Ranking(ranking) = &second.verdict.answers()[0].value else { panic!("{second:?}") };
    assert_eq!(ranking.groups, [vec![5, 4], vec![3], vec![2], vec![1, 0]], "letters too, and = ties");
}

#[test]
fn a_slider_is_unset_until_it_is_touched() {
    let ends = ["bad".to_owned(), "good".to_owned()];
    let slider = Scale::Slider { from: 0, to: 100, ends, is_number_hidden: true };
    let mut bench = bench(vec![rating("how", Scope::Item, slider)], pairs);
    bench.keys("Enter");
    assert!(bench.judgments().is_empty(), "nobody touched it");
    bench.keys("7 ArrowRight ArrowRight Enter");
    assert_eq!(values(&bench), [AnswerValue::Rating(72)]);
}

#[test]
fn ten_points_are_one_key_each() {
    let questions =
        vec![rating("ten", Scope::Item, points(1, 10)), rating("eleven", Scope::Item, points(0, 11))];
    let mut bench = bench(questions, pairs);
    bench.keys("0 x Enter");
    assert_eq!(values(&bench), [AnswerValue::Rating(10), AnswerValue::Rating(10)]);
}

#[test]
fn sixty_yes_or_no_go_by_at_one_key_each() {
    let questions: Vec<_> =
        (0..60).map(|index| rating(&format!("q{index}"), Scope::Item, Scale::YesNo)).collect();
    let mut bench = bench(questions, reversed(1));
    for index in 0..60 {
        bench.keys(["y", "n", "1", "2"][index % 4]);
    }
    bench.keys("Enter");
    let given: Vec<_> = values(&bench).iter().filter_map(AnswerValue::rating).collect();
    assert_eq!(given.len(), 60);
    assert_eq!(given[..4], [1, 0, 1, 0]);
}

#[test]
fn a_condition_opens_a_question_and_closes_it_again() {
    let mut why = rating("how bad", Scope::Item, points(1, 5));
    why.when =
        Some(Condition { question: "fine".into(), is: vec!["0".into()], at_least: None, at_most: None });
    let questions =
        vec![rating("fine", Scope::Item, Scale::YesNo), why, rating("last", Scope::Item, points(1, 3))];
    let mut bench = bench(questions, pairs);
    bench.keys("n");
    assert_eq!(active(&bench).0, 1, "it is open");
    bench.keys("4 ArrowUp ArrowUp y");
    assert_eq!(active(&bench).0, 2, "it is closed, and passed over");
    bench.keys("ArrowUp");
    assert_eq!(active(&bench).0, 0, "also by the arrows");
    bench.keys("ArrowDown 2 Enter");
    let keys: Vec<_> = answers(&bench).into_iter().map(|(key, _, _)| key).collect();
    assert_eq!(keys, ["fine", "last"], "what is not asked is not sent");
}

fn list(count: usize) -> Vec<Entry> {
    let entry = |index: usize| Entry {
        key: format!("e{index}"),
        title: format!("Entry {index}"),
        group: String::new(),
    };
    (0..count).map(entry).collect()
}

#[test]
fn choices_and_checks_take_one_key_an_entry() {
    let questions = vec![
        Question::new("one", "one", Scope::Item, QuestionKind::Choice { entries: list(12) }),
        Question::new("many", "many", Scope::Item, QuestionKind::Checklist { entries: list(4) }),
    ];
    let mut bench = bench(questions, pairs);
    bench.keys("a 3 1 3 4 Enter");
    let checked = AnswerValue::Checklist(vec!["e0".into(), "e3".into()]);
    assert_eq!(values(&bench), [AnswerValue::Choice("e9".into()), checked]);
}

#[test]
fn a_long_list_is_searched() {
    let choice = QuestionKind::Choice { entries: list(60) };
    let mut bench = bench(vec![Question::new("one", "one", Scope::Item, choice)], pairs);
    bench.frame(vec![Event::Text("/".into())]);
    bench.frame(vec![Event::Text("entry 47".into())]);
    bench.keys("Enter");
    bench.frame(Vec::new());
    bench.keys("Enter");
    assert_eq!(values(&bench), [AnswerValue::Choice("e47".into())]);
}

#[test]
fn typing_goes_into_the_text_and_tab_goes_on() {
    let text = |purpose, with_confidence| QuestionKind::Text { purpose, with_confidence };
    let questions = vec![
        Question::new("why", "why", Scope::Item, text(TextPurpose::Rationale, true)),
        rating("last", Scope::Item, points(1, 3)),
    ];
    let mut bench = bench(questions, pairs);
    bench.frame(vec![Event::Text("sus".into())]);
    bench.keys("s");
    bench.keys("Tab 8 Tab 2");
    bench.keys("Enter");
    let given = values(&bench);
    let AnswerValue::Text(answer) = &given[0] else { panic!("{given:?}") };
    assert_eq!(
        (answer.text.as_str(), answer.confidence),
        ("sus", Some(80)),
        "s is a letter here, and skips nothing"
    );
    assert_eq!(values(&bench)[1], AnswerValue::Rating(2));
}

#[test]
fn a_rewrite_begins_as_the_candidates_own_words_once_touched() {
    let kind = QuestionKind::Text { purpose: TextPurpose::Rewrite, with_confidence: false };
    let mut question = Question::new("better", "better", Scope::Candidate, kind);
    question.required = false;
    let mut bench = bench(vec![question, rating("r", Scope::Item, points(1, 3))], reversed(1));
    assert!(draft(&bench).is_empty(), "untouched it is no answer");
    bench.frame(vec![Event::Text("!".into())]);
    bench.frame(Vec::new());
    let value = draft(&bench).value("better", Some(0)).cloned();
    let Some(AnswerValue::Text(answer)) = value else { panic!("{value:?}") };
    assert_eq!(answer.text, "1 text 0!");
}

#[test]
fn a_rewrite_can_be_emptied_and_how_sure_leaves_its_words_alone() {
    let kind = QuestionKind::Text { purpose: TextPurpose::Rewrite, with_confidence: true };
    let question = Question::new("better", "better", Scope::Candidate, kind);
    let mut bench = bench(vec![question], reversed(1));
    let given = |bench: &Bench| match draft(bench).value("better", Some(0)) {
        Some(AnswerValue::Text(answer)) => Some((answer.text.clone(), answer.confidence)),
        _ => None,
    };
    let said = |text: &str, confidence| Some((text.to_owned(), confidence));
    bench.keys("Tab 8");
    bench.frame(Vec::new());
    assert_eq!(given(&bench), said("1 text 0", Some(80)), "nothing was typed yet");
    bench.keys("Shift+Tab");
    bench.frame(vec![Event::Text("!".into())]);
    bench.frame(Vec::new());
    assert_eq!(given(&bench), said("1 text 0!", Some(80)));
    bench.keys("Ctrl+A Backspace");
    bench.frame(Vec::new());
    assert_eq!(given(&bench), said("", Some(80)), "and not the original again");
    bench.frame(vec![Event::Text("new".into())]);
    bench.keys("Tab Backspace");
    bench.frame(Vec::new());
    assert_eq!(given(&bench), said("new", None));
    bench.keys("Shift+Tab");
    bench.frame(vec![Event::Text("!".into())]);
    bench.keys("Ctrl+A Backspace");
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    assert_eq!(given(&bench), said("", None));
}

#[test]
fn steps_are_judged_one_key_each() {
    let steps = |id| {
        let mut item = reversed(1)(id);
        item.item.item.candidates = vec![Candidate::markdown("first\n\nsecond\n\nthird")];
        item
    };
    let mut bench = bench(vec![Question::new("s", "s", Scope::Candidate, QuestionKind::Steps)], steps);
    bench.keys("1 2 Enter");
    assert!(bench.judgments().is_empty(), "the third was not judged");
    bench.keys("3 Enter");
    let verdicts = StepVerdict::ALL.map(Some).to_vec();
    assert_eq!(values(&bench), [AnswerValue::Steps(verdicts)]);
}

#[test]
fn a_picture_is_marked_by_the_keys() {
    let pictures = |id| {
        let mut item = reversed(1)(id);
        item.item.item.candidates[0].parts = vec![Part::image("a.png")];
        item
    };
    let kind = QuestionKind::Marks { shape: MarkShape::Both, labels: list(2) };
    let mut bench = bench(vec![Question::new("m", "m", Scope::Candidate, kind)], pictures);
    bench.keys("2 ArrowRight Enter Space ArrowRight ArrowDown Enter");
    bench.keys("Ctrl+Enter");
    bench.keys("Escape Enter");
    let given = values(&bench);
    let AnswerValue::Marks(marks) = &given[0] else { panic!("{given:?}") };
    assert_eq!(marks.len(), 2, "a point and a box: {marks:?}");
    assert!(marks.iter().all(|mark| mark.label.as_deref() == Some("e1")));
}

#[test]
fn words_of_the_prompt_are_switched_on_and_off() {
    let kind = QuestionKind::Spans { unit: SpanUnit::Words, labels: vec![] };
    let mut bench = bench(vec![Question::new("w", "w", Scope::Item, kind)], pairs);
    bench.keys("Space ArrowRight Space");
    bench.keys("ArrowLeft Space Enter");
    let given = values(&bench);
    let AnswerValue::Spans(spans) = &given[0] else { panic!("{given:?}") };
    let places: Vec<_> = spans.iter().map(|span| (span.start, span.end)).collect();
    assert_eq!(places, [(9, 11)], "“1?” of “Question 1?”");
}

#[test]
fn turns_are_cut_into_segments_with_a_goal() {
    let talks = |id| {
        let mut item = pairs(id);
        item.item.item.prompt = (0..4).map(|turn| Part::message("user", format!("turn {turn}"))).collect();
        item
    };
    let mut bench = bench(vec![Question::new("g", "g", Scope::Item, QuestionKind::Segments)], talks);
    bench.keys("Space ArrowDown Space");
    bench.frame(Vec::new());
    bench.frame(vec![Event::Text("book a flight".into())]);
    bench.frame(Vec::new());
    bench.keys("Ctrl+Enter");
    let given = values(&bench);
    let AnswerValue::Segments(segments) = &given[0] else { panic!("{given:?}") };
    assert_eq!((segments[0].first, segments[0].last, segments[0].goal.as_str()), (0, 1, "book a flight"));
}

fn kept_drafts(bench: &Bench) -> Vec<(ItemId, Option<Draft>)> {
    let sent = bench.remote.sent().into_iter();
    sent.filter_map(|(_, request)| match request {
        Request::SaveDraft { item, draft, .. } => Some((item, draft)),
        _ => None,
    })
    .collect()
}

#[test]
fn what_was_begun_is_kept_a_moment_later_and_at_once_when_left() {
    let mut bench = bench(["x", "y"].map(|key| preference(key, StrengthSteps::None)).to_vec(), pairs);
    bench.keys("1");
    assert_eq!(kept_drafts(&bench), [], "not while keys still come");
    wait(&mut bench, 400);
    let expected = vec![Answer { question: "x".into(), candidate: None, value: said(Outcome::B) }];
    let kept = kept_drafts(&bench);
    assert_eq!(kept.len(), 1);
    assert_eq!(kept[0].1.as_ref().map(|draft| draft.answers.clone()), Some(expected));
    bench.keys("2 Alt+ArrowRight");
    assert_eq!(kept_drafts(&bench).len(), 2, "leaving does not wait");
    bench.keys("Alt+ArrowLeft");
    assert_eq!(draft(&bench).answers.len(), 2, "coming back finds it");
    bench.keys("Backspace");
    bench.keys("Tab Backspace");
    wait(&mut bench, 400);
    assert_eq!(kept_drafts(&bench).last().unwrap().1, None, "an empty draft is none");
}

#[test]
fn a_draft_from_the_disk_is_taken_up() {
    let drafted = |id| {
        let answers = vec![Answer { question: "x".into(), candidate: None, value: said(Outcome::Tie) }];
        QueuedItem {
            draft: Some(Draft { answers, comment: "so far".into(), flagged: true, ..Draft::default() }),
            ..pairs(id)
        }
    };
    let mut bench = bench(["x", "y"].map(|key| preference(key, StrengthSteps::None)).to_vec(), drafted);
    assert_eq!(active(&bench).0, 1, "the keys are at what is missing");
    wait(&mut bench, 400);
    assert_eq!(kept_drafts(&bench), [], "it is on the disk already");
    bench.keys("1 Enter");
    let judgment = &bench.judgments()[0];
    assert_eq!(values(&bench), [said(Outcome::Tie), said(Outcome::B)]);
    assert_eq!((judgment.comment.as_str(), judgment.flagged), ("so far", true));
}

#[test]
fn undo_brings_back_every_answer() {
    let mut bench = bench(["x", "y"].map(|key| preference(key, StrengthSteps::None)).to_vec(), pairs);
    bench.keys("1 2 Enter u");
    assert_eq!(bench.shown(), 1);
    assert_eq!(draft(&bench).answers.len(), 2);
    bench.keys("3 Enter");
    let last = bench.judgments().pop().unwrap();
    assert_eq!(last.verdict.answers().len(), 2);
}

#[test]
fn a_sheet_goes_to_what_is_missing_when_it_cannot_be_submitted() {
    let mut bench = bench(["x", "y"].map(|key| preference(key, StrengthSteps::None)).to_vec(), pairs);
    bench.keys("Tab 1 ArrowDown Enter");
    assert!(bench.judgments().is_empty());
    assert_eq!(active(&bench).0, 0);
}
