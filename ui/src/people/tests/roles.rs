//! Items whose answer is known: made so in the table, listed, changed and made ordinary again.

use tiebreak_domain::quality::ItemRole;
use tiebreak_domain::rubric::{QuestionKind, Scale, Scope, TextPurpose};
use tiebreak_domain::{Answer, Outcome, Preference, Question, Verdict};

use super::*;

fn expected(outcome: Outcome) -> Vec<Answer> {
    Verdict::overall(Preference::new(outcome)).answers().to_vec()
}

fn roles(bench: &Bench) -> Vec<(i64, ItemRole)> {
    bench.sent(|request| match request {
        Request::SetItemRole { item, role } => Some((item.0, role)),
        _ => None,
    })
}

/// The table of three items, the first of them chosen.
fn table(mut world: World) -> Bench {
    world.items = 3;
    let mut bench = bench(world);
    bench.press_control(Key::Num2);
    bench.run();
    bench.press(Key::ArrowDown);
    bench
}

fn press_shift(bench: &mut Bench, key: Key) {
    bench.harness.key_press_modifiers(Modifiers::SHIFT, key);
    bench.run();
}

#[test]
fn an_item_of_the_table_is_made_gold_by_keys_and_by_the_letters_of_the_data() {
    let mut bench = table(World::new());
    press_shift(&mut bench, Key::G);
    assert!(bench.shows("What is expected of item 1"), "the dialog is open");
    assert!(bench.shows("first") && bench.shows("second 1"), "and shows the item");
    bench.press_control(Key::Enter);
    assert_eq!(roles(&bench), [], "nothing is expected before somebody says so");
    bench.press(Key::Num2);
    bench.press_control(Key::Enter);
    assert_eq!(roles(&bench), [(1, ItemRole::Gold { expected: expected(Outcome::B) })], "B is the second");
    assert!(bench.shows("A gold item from now on"));
    assert!(!bench.shows("What is expected of item"), "the dialog has done its work");
}

#[test]
fn a_training_item_is_made_from_the_menu_and_explains_itself() {
    let mut bench = table(World::new());
    bench.click("Use as…");
    bench.harness.get_by_label_contains("Use as training item…").click();
    bench.run();
    bench.assert_everything_is_named("the role of an item");
    bench.press(Key::Num1);
    let label = "What is said once it was judged (Markdown)";
    bench.harness.get_by_label(label).focus();
    bench.run();
    bench.types("Because **A** is true");
    bench.press(Key::Escape);
    assert!(bench.shows("Once more throws the changes away"), "nothing typed is lost by a slip");
    bench.press_control(Key::Enter);
    let explanation = "Because **A** is true".to_owned();
    assert_eq!(roles(&bench), [(1, ItemRole::Training { expected: expected(Outcome::A), explanation })]);
}

#[test]
fn several_chosen_items_are_gone_through_and_made_ordinary_at_once() {
    let mut bench = table(World::new());
    bench.press_control(Key::A);
    press_shift(&mut bench, Key::A);
    for (place, key) in [Key::Num1, Key::Num2, Key::Num3].into_iter().enumerate() {
        assert!(bench.shows(&format!("({} of 3)", place + 1)), "one after the other");
        bench.press(key);
        bench.press(Key::Enter);
    }
    let outcomes = [Outcome::A, Outcome::B, Outcome::Tie];
    let made = outcomes.map(|outcome| ItemRole::Attention { expected: expected(outcome) });
    let made: Vec<(i64, ItemRole)> = (1..).zip(made).collect();
    assert_eq!(roles(&bench), made);
    assert!(bench.shows("Attention checks from now on"));
    press_shift(&mut bench, Key::N);
    let ordinary: Vec<(i64, ItemRole)> = roles(&bench).split_off(3);
    assert_eq!(ordinary, [(1, ItemRole::Normal), (2, ItemRole::Normal), (3, ItemRole::Normal)]);
    assert!(bench.shows("Ordinary items from now on"));
}

#[test]
fn what_i_answered_can_be_expected_and_what_cannot_be_measured_is_not_asked() {
    let mut world = World::new();
    let rating = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
    let words = QuestionKind::Text { purpose: TextPurpose::Rationale, with_confidence: false };
    world.rubric.questions = vec![
        Question::new("stars", "How good is it?", Scope::Item, rating),
        Question::new("why", "Why is that?", Scope::Item, words),
    ];
    let said =
        Answer { question: "stars".into(), candidate: None, value: tiebreak_domain::AnswerValue::Rating(4) };
    world.said = vec![said.clone()];
    let mut bench = table(world);
    press_shift(&mut bench, Key::G);
    assert!(bench.shows("How good is it?") && !bench.shows("Why is that?"), "words are never the same twice");
    bench.press_control(Key::Enter);
    assert_eq!(roles(&bench), [], "what I said is not expected by itself");
    bench.click("Expect what I answered");
    bench.press_control(Key::Enter);
    assert_eq!(roles(&bench), [(1, ItemRole::Gold { expected: vec![said] })]);
}

#[test]
fn the_list_says_what_is_expected_and_its_items_are_changed_and_given_back() {
    let mut world = World::new();
    let gold = ItemRole::Gold { expected: expected(Outcome::B) };
    let explanation = "It **counts**".to_owned();
    let training = ItemRole::Training { expected: expected(Outcome::A), explanation };
    world.roles = vec![(ItemId(1), gold.clone()), (ItemId(2), training)];
    world.items = 3;
    let mut bench = bench(world);
    open(&mut bench, Command::ShowQuality);
    for words in ["1 training item · 1 gold item", "Gold item, item 1", "Which is better? B", "It **counts**"]
    {
        assert!(bench.shows(words), "{words}");
    }
    bench.click("Remove item 1");
    assert!(bench.shows("Ordinary again, item 1"));
    bench.click("Bring back item 1");
    assert_eq!(roles(&bench), [(1, ItemRole::Normal), (1, gold)], "with what it expected");
    bench.click("Edit… item 2");
    bench.press(Key::Num3);
    bench.press_control(Key::Enter);
    let explanation = "It **counts**".to_owned();
    let changed = ItemRole::Training { expected: expected(Outcome::Tie), explanation };
    assert_eq!(roles(&bench).last(), Some(&(2, changed)), "the explanation stays");
    assert!(bench.shows("How people do"), "and the list is there again");
}

#[test]
fn where_somebody_leads_others_are_offered_none_of_it() {
    let mut world = World::new();
    world.people[1].is_lead = true;
    let mut bench = table(world);
    assert!(!bench.shows("Use as…"), "no button");
    press_shift(&mut bench, Key::G);
    assert!(bench.shows("This is for whoever leads the study"), "and the key says why");
    assert!(!bench.shows("What is expected of item"));
}
