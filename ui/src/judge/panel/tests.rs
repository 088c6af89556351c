//! The panel by the mouse and by name: where it stands, and that every input can be found.

use egui::Vec2;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tiebreak_domain::rubric::{
    Entry, QuestionKind, RankingForm, Scale, Scope, Slot, StrengthSteps, TextPurpose,
};
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{
    Candidate, Draft, Item, ItemId, ItemKey, ItemStatus, Order, Outcome, Question, QueuedItem, Rubric,
    SourceId, StoredItem,
};

use super::*;
use crate::app::notice::Notices;
use crate::command::Keymap;
use crate::judge::question::Change;

mod forms;

fn queued(candidates: usize) -> QueuedItem {
    let candidate = |index| Candidate::markdown(format!("text {index}"));
    QueuedItem {
        item: StoredItem {
            id: ItemId(1),
            key: ItemKey([0; 16]),
            source: SourceId(1),
            status: ItemStatus::Active,
            item: Item { candidates: (0..candidates).map(candidate).collect(), ..Item::default() },
        },
        order: Order::as_given(candidates),
        scores: Vec::new(),
        acquisition: Acquisition::FILE_ORDER,
        previous: None,
        draft: None,
    }
}

fn rubric(questions: Vec<Question>) -> Rubric {
    Rubric { questions, ..Rubric::default() }
}

fn one_of_each() -> Rubric {
    let entry = |index: usize| Entry {
        key: format!("e{index}"),
        title: format!("Entry {index}"),
        group: String::new(),
    };
    let ask = |key: &str, scope, kind| Question::new(key, key, scope, kind);
    let ends = ["low".to_owned(), "high".to_owned()];
    rubric(vec![
        ask(
            "pref",
            Scope::Pair,
            QuestionKind::Preference { outcomes: Outcome::all(), strength: StrengthSteps::Optional },
        ),
        ask("rank", Scope::Item, QuestionKind::Ranking { form: RankingForm::WithTies }),
        ask("stars", Scope::Item, QuestionKind::Rating { scale: Scale::Stars { count: 5 } }),
        ask(
            "slide",
            Scope::Item,
            QuestionKind::Rating { scale: Scale::Slider { from: 0, to: 100, ends, is_number_hidden: false } },
        ),
        ask("cells", Scope::Candidate, QuestionKind::Rating { scale: Scale::YesNo }),
        ask("pick", Scope::Item, QuestionKind::Choice { entries: (0..3).map(entry).collect() }),
        ask("check", Scope::Item, QuestionKind::Checklist { entries: (0..3).map(entry).collect() }),
        ask(
            "why",
            Scope::Item,
            QuestionKind::Text { purpose: TextPurpose::Rationale, with_confidence: true },
        ),
        ask("steps", Scope::Candidate, QuestionKind::Steps),
    ])
}

fn placed(questions: Vec<Question>, candidates: usize) -> Placement {
    let (rubric, queued, draft) = (rubric(questions), queued(candidates), Draft::default());
    let asked = Asked { rubric: &rubric, queued: &queued, draft: &draft };
    let blocks = Sheet::new(&rubric, &queued, &draft).blocks(&asked);
    placement(&asked, &blocks, Vec2::new(1440.0, 900.0))
}

#[test]
fn few_short_questions_stand_below_and_many_beside() {
    let yes_no = |index: usize| {
        Question::new(
            &format!("q{index}"),
            "Q",
            Scope::Candidate,
            QuestionKind::Rating { scale: Scale::YesNo },
        )
    };
    assert!(matches!(placed((0..3).map(yes_no).collect(), 2), Placement::Below(_)));
    assert_eq!(placed((0..60).map(yes_no).collect(), 2), Placement::Beside);
    assert_eq!(
        placed(vec![Question::new("s", "S", Scope::Candidate, QuestionKind::Steps)], 1),
        Placement::Beside
    );
}

struct State {
    rubric: Rubric,
    queued: QueuedItem,
    draft: Draft,
    sheet: Sheet,
    wanted: Vec<Action>,
}

/// The rows by themselves, as the column at the right has them.
fn harness(rubric: Rubric) -> Harness<'static, State> {
    harness_of(rubric, queued(2), 400.0, true)
}

/// The rows of any item, in a column or as the bar has them.
fn harness_of(rubric: Rubric, queued: QueuedItem, width: f32, is_stacked: bool) -> Harness<'static, State> {
    let draft = Draft::default();
    let sheet = Sheet::new(&rubric, &queued, &draft);
    let settings = tiebreak_domain::Settings::default();
    let keymap = Keymap::new(&settings.keys);
    let notices = Notices::default();
    Harness::builder().with_size(Vec2::new(width, 1200.0)).build_ui_state(
        move |ui, state: &mut State| {
            theme::install(ui.ctx());
            let scene = Scene {
                settings: &settings,
                keymap: &keymap,
                notices: &notices,
                models: &crate::models::ModelWork::default(),
                network: &crate::backend::Network::default(),
                has_dialogs: false,
                knows_files: true,
                is_opening: None,
                now: crate::host::Now::default(),
            };
            let State { rubric, queued, draft, sheet, wanted } = state;
            let asked = Asked { rubric, queued, draft };
            let blocks = sheet.blocks(&asked);
            rows_ui(ui, &scene, &asked, &blocks, sheet, is_stacked, wanted);
        },
        State { rubric, queued, draft, sheet, wanted: Vec::new() },
    )
}

fn answered(harness: &mut Harness<'_, State>) -> Option<(Slot, Change)> {
    let wanted = std::mem::take(&mut harness.state_mut().wanted);
    wanted.into_iter().find_map(|action| match action {
        Action::Answer(slot, change) => Some((slot, change)),
        _ => None,
    })
}

#[test]
fn every_input_has_a_name_and_answers_a_click() {
    use tiebreak_domain::AnswerValue;
    let mut harness = harness(one_of_each());
    let preference = |outcome| AnswerValue::Preference(tiebreak_domain::Preference::new(outcome));
    let expected = [
        ("pref: B", Change::Done(preference(Outcome::B))),
        ("pref: Cannot judge…", Change::AskWhy),
        ("stars: 4 of 5 stars", Change::Done(AnswerValue::Rating(4))),
        ("pick: Entry 1", Change::Done(AnswerValue::Choice("e1".into()))),
        ("check: Entry 2", Change::Set(AnswerValue::Checklist(vec!["e2".into()]))),
        ("check: none of these", Change::Done(AnswerValue::Checklist(vec![]))),
    ];
    for (name, change) in expected {
        harness.get_by_label(name).click();
        harness.run();
        let (_, given) = answered(&mut harness).unwrap_or_else(|| panic!("{name} does nothing"));
        assert_eq!(given, change, "{name}");
    }
    for name in ["rank: A, not placed", "slide", "cells, A: no answer", "why", "why, how sure"] {
        let is_input =
            |node: &egui_kittest::Node<'_>| node.accesskit_node().role() != egui::accesskit::Role::Label;
        assert!(harness.get_all_by_label(name).any(|node| is_input(&node)), "{name} is an input of its own");
    }
    harness.get_by_label("cells, B: no answer").click();
    harness.run();
    let went = harness
        .state()
        .wanted
        .iter()
        .any(|action| matches!(action, Action::GoToSlot(slot) if slot.candidate == Some(1)));
    assert!(went, "a click on a cell takes the keys there");
}

#[test]
fn the_keys_go_on_from_the_step_that_was_clicked() {
    let line = QuestionKind::Text { purpose: TextPurpose::Line, with_confidence: false };
    let questions = vec![
        Question::new("why", "why", Scope::Item, line),
        Question::new("s", "s", Scope::Candidate, QuestionKind::Steps),
    ];
    let mut queued = queued(1);
    queued.item.item.candidates = vec![Candidate::markdown("one\n\ntwo\n\nthree\n\nfour")];
    let mut harness = harness_of(rubric(questions), queued, 400.0, true);
    let clicked = |harness: &mut Harness<'_, State>, name: &str| -> Vec<Change> {
        harness.get_by_label(name).click();
        harness.run();
        let wanted = std::mem::take(&mut harness.state_mut().wanted);
        let changes = wanted.into_iter().filter_map(|action| match action {
            Action::Answer(slot, change) if slot.question == 1 => Some(change),
            _ => None,
        });
        changes.collect()
    };
    let given = clicked(&mut harness, "s: step 2: right");
    assert!(matches!(given[..], [Change::Set(_), Change::At(2)]), "{given:?}");
    assert_eq!(clicked(&mut harness, "3. three"), [Change::At(2)]);
    assert_eq!(harness.state().sheet.cursor.at, 0, "the cursor of the question that has the keys stays");
}

#[test]
fn neighbours_of_one_group_stand_under_one_heading() {
    let line = |key: &str, group: &str| {
        let kind = QuestionKind::Text { purpose: TextPurpose::Line, with_confidence: false };
        Question { group: group.into(), ..Question::new(key, key, Scope::Item, kind) }
    };
    let questions =
        vec![line("first", ""), line("sharp", "Looks"), line("bright", "Looks"), line("true", "Facts")];
    let harness = harness(rubric(questions));
    assert_eq!(harness.get_all_by_label("Looks").count(), 1, "not once more for its second question");
    assert_eq!(harness.get_all_by_label("Facts").count(), 1);
}
