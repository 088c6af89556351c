//! Training: what its judgments open, and what is said to whoever does not pass.

use super::*;

#[test]
fn the_queue_is_asked_again_when_the_last_training_judgment_is_saved() {
    let mut world = World::new();
    (world.items, world.offered_before) = (4, 1);
    let mut bench = bench(world);
    bench.press(Key::Num1);
    bench.press(Key::Enter);
    bench.run();
    let desk = bench.harness.state().desk().unwrap();
    let shown = desk.session.current.as_ref().map(|shown| shown.queued.item.id);
    assert_eq!(shown, Some(ItemId(2)), "what the judgment opened is on the screen");
}

#[test]
fn whoever_does_not_pass_the_training_is_told_what_was_needed_and_what_comes_next() {
    let mut world = World::new();
    let score = Score { right: 2, total: 4 };
    let standing = TrainingStanding { score, left: 0, is_qualified: Some(false) };
    world.people[0].training = Some(standing);
    world.people[1].is_lead = true;
    world.refusal = standing.refusal(0.75);
    let mut failed = bench(world);
    failed.harness.state_mut().want(Action::CloseDialog);
    failed.run();
    for words in ["Training not passed", "2 of 4 items were answered as expected, 50 %", "75 % are needed"] {
        assert!(failed.shows(words), "{words}");
    }
    assert!(failed.shows("Whoever leads the study can say what comes next"), "and how it goes on");
    assert!(!failed.shows("All done") && !failed.shows("Not yet"));
    assert!(!failed.shows("Study…"), "who does not lead cannot change what is needed");
}

#[test]
fn an_explanation_is_read_as_markdown() {
    let mut world = World::new();
    (world.items, world.offered_before) = (2, 1);
    world.explanation = Some("A is **true**");
    let mut bench = bench(world);
    bench.press(Key::Num1);
    bench.press(Key::Enter);
    bench.run();
    assert!(bench.shows("As expected"), "the dialog is open");
    assert!(bench.shows("A is true"), "without the signs");
}
