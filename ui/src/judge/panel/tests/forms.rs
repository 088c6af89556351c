//! What the rows look like where there is little room, and what the mouse does to an order.

use egui::{PointerButton, Pos2, Rect};
use tiebreak_domain::AnswerValue;
use tiebreak_domain::answer::Ranking;

use super::*;

fn place(harness: &Harness<'_, State>, name: &str) -> Rect {
    harness.get_by_label(name).rect()
}

#[test]
fn a_scale_of_seven_takes_one_row_of_a_narrow_column() {
    let kind = QuestionKind::Preference { outcomes: Outcome::all(), strength: StrengthSteps::Scale };
    let question = Question::new("overall", "overall", Scope::Pair, kind);
    let mut harness = harness_of(rubric(vec![question]), queued(2), 256.0, true);
    let names = ["A much", "A clearly", "A slightly", "Tie", "B slightly", "B clearly", "B much"];
    let steps: Vec<Rect> = names.iter().map(|name| place(&harness, &format!("overall: {name}"))).collect();
    assert!(steps.iter().all(|step| step.top() == steps[0].top()), "{steps:?}");
    assert!(steps.windows(2).all(|two| two[0].right() <= two[1].left() + 0.5), "{steps:?}");
    assert!(steps[0].left() >= 0.0 && steps[6].right() <= 256.0, "{steps:?}");
    assert!(steps.iter().all(|step| step.width() >= 24.0), "wide enough to be hit: {steps:?}");
    harness.get_by_label("overall: B clearly").click();
    harness.run();
    let preference = tiebreak_domain::Preference {
        strength: Some(tiebreak_domain::Strength::Clearly),
        ..tiebreak_domain::Preference::new(Outcome::B)
    };
    assert_eq!(answered(&mut harness).unwrap().1, Change::Done(AnswerValue::Preference(preference)));
    assert!(place(&harness, "overall: Cannot judge…").top() > steps[0].bottom(), "the others stand below");
}

fn cells(key: &str, group: &str) -> Question {
    let kind = QuestionKind::Rating { scale: Scale::Points { from: 1, anchors: vec![String::new(); 5] } };
    Question { group: group.into(), ..Question::new(key, key, Scope::Candidate, kind) }
}

#[test]
fn a_matrix_and_a_bar_have_headings_and_the_room_for_them() {
    let plain = ["one", "two", "three"].map(|key| cells(key, "")).to_vec();
    let headed = vec![cells("one", "Looks"), cells("two", "Looks"), cells("three", "Facts")];
    let heights = [plain, headed.clone()].map(|questions| match placed(questions, 3) {
        Placement::Below(height) => height,
        Placement::Beside => panic!("a bar"),
    });
    assert_eq!(heights[1] - heights[0], 2.0 * HEADING_HEIGHT);
    for is_stacked in [true, false] {
        let harness = harness_of(rubric(headed.clone()), queued(3), 900.0, is_stacked);
        let tops = ["Looks", "two", "Facts", "three"].map(|name| place(&harness, name).top());
        assert!(tops.windows(2).all(|two| two[0] < two[1]), "in the matrix: {tops:?}");
    }
    let line = |key: &str, group: &str| {
        let kind = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
        Question { group: group.into(), ..Question::new(key, key, Scope::Item, kind) }
    };
    let questions = vec![line("sharp", "Looks"), line("true", "Facts")];
    let harness = harness_of(rubric(questions), queued(2), 900.0, false);
    let tops = ["Looks", "sharp", "Facts", "true"].map(|name| place(&harness, name).top());
    assert!(tops.windows(2).all(|two| two[0] < two[1]), "in the bar: {tops:?}");
}

#[test]
fn a_hidden_number_is_nowhere_to_be_seen() {
    let slider = |is_number_hidden| {
        let ends = [String::new(), String::new()];
        let scale = Scale::Slider { from: 0, to: 100, ends, is_number_hidden };
        let kind = QuestionKind::Rating { scale };
        let mut harness = harness(rubric(vec![Question::new("how", "how", Scope::Item, kind)]));
        harness.state_mut().draft.set("how", None, Some(AnswerValue::Rating(72)));
        harness.run();
        let is_told = harness.query_by_label("72").is_some();
        let slider = harness.get_by_role_and_label(egui::accesskit::Role::Slider, "how");
        (is_told, slider.accesskit_node().numeric_value())
    };
    assert_eq!(slider(false), (true, Some(72.0)));
    assert_eq!(slider(true), (false, None), "neither by eye nor by ear");
}

fn drag(harness: &mut Harness<'_, State>, from: Pos2, to: Pos2) {
    let press = |pos, pressed| egui::Event::PointerButton {
        pos,
        button: PointerButton::Primary,
        pressed,
        modifiers: egui::Modifiers::NONE,
    };
    harness.event(egui::Event::PointerMoved(from));
    harness.step();
    harness.event(press(from, true));
    harness.step();
    for share in [0.5, 1.0] {
        harness.event(egui::Event::PointerMoved(from.lerp(to, share)));
        harness.step();
    }
    harness.event(press(to, false));
    harness.step();
}

#[test]
fn an_order_is_made_and_changed_by_dragging() {
    let kind = QuestionKind::Ranking { form: RankingForm::WithTies };
    let question = Question::new("rank", "rank", Scope::Item, kind);
    let mut harness = harness_of(rubric(vec![question]), queued(12), 392.0, true);
    let given = |harness: &mut Harness<'_, State>| {
        let (_, change) = answered(harness).expect("the drag answered");
        let (Change::Set(value) | Change::Done(value)) = change else { panic!("{change:?}") };
        let AnswerValue::Ranking(ranking) = &value else { panic!("{value:?}") };
        let groups = ranking.groups.clone();
        harness.state_mut().draft.set("rank", None, Some(value));
        harness.run();
        groups
    };
    let from = |harness: &Harness<'_, State>, name: &str| place(harness, name).center();
    let start = from(&harness, "rank: C, not placed");
    drag(&mut harness, start, start - egui::vec2(40.0, 0.0));
    assert_eq!(given(&mut harness), [[2]], "the first one dropped anywhere is the best");
    let (start, best) = (from(&harness, "rank: L, not placed"), place(&harness, "rank: C, place 1"));
    drag(&mut harness, start, best.left_center() + egui::vec2(3.0, 0.0));
    assert_eq!(given(&mut harness), [[11], [2]], "before it, from the second row of those left");
    let (start, onto) = (from(&harness, "rank: A, not placed"), from(&harness, "rank: C, place 2"));
    drag(&mut harness, start, onto);
    assert_eq!(given(&mut harness), [vec![11], vec![2, 0]], "onto it is a tie");
    let (start, out) = (from(&harness, "rank: L, place 1"), from(&harness, "rank: F, not placed"));
    drag(&mut harness, start, out);
    assert_eq!(given(&mut harness), [[2, 0]], "back among those left");
}

#[test]
fn a_long_list_is_searched_by_group_too_and_the_arrows_choose() {
    let entry = |index: usize| Entry {
        key: format!("e{index}"),
        title: format!("Entry {index}"),
        group: if index < 15 { "Light".into() } else { "Shade".into() },
    };
    let kind = QuestionKind::Choice { entries: (0..30).map(entry).collect() };
    let mut harness = harness(rubric(vec![Question::new("pick", "pick", Scope::Item, kind)]));
    harness.get_by_label("pick: search").focus();
    harness.run();
    harness.event(egui::Event::Text("shade 2".into()));
    harness.run();
    assert!(harness.query_by_label("pick: Entry 2").is_none(), "it stands in the light");
    assert!(harness.query_by_label("pick: Entry 29").is_some());
    harness.key_press(egui::Key::ArrowDown);
    harness.run();
    harness.key_press(egui::Key::Enter);
    harness.run();
    let (_, change) = answered(&mut harness).expect("Enter takes one");
    assert_eq!(change, Change::Done(AnswerValue::Choice("e21".into())), "the second that was found");
}

#[test]
fn an_order_without_ties_is_dragged_between() {
    let kind = QuestionKind::Ranking { form: RankingForm::Strict };
    let mut harness = harness(rubric(vec![Question::new("rank", "rank", Scope::Item, kind)]));
    let both = Ranking { groups: vec![vec![0], vec![1]], worst: None };
    harness.state_mut().draft.set("rank", None, Some(AnswerValue::Ranking(both)));
    harness.run();
    let (from, to) = (place(&harness, "rank: B, place 2"), place(&harness, "rank: A, place 1"));
    drag(&mut harness, from.center(), to.center() - egui::vec2(1.0, 0.0));
    let (_, change) = answered(&mut harness).expect("the drag answered");
    let swapped = Ranking { groups: vec![vec![1], vec![0]], worst: None };
    assert_eq!(change, Change::Done(AnswerValue::Ranking(swapped)));
}
