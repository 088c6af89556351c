//! Who sits here: changed by keys, kept by a PIN.

use super::*;

#[test]
fn somebody_on_the_list_sits_down_by_two_keys_and_has_a_queue_of_their_own() {
    let mut bench = bench(World::new());
    bench.press_control(Key::U);
    assert!(bench.shows("Ada, judges now · 12 judgments"), "whoever sits here is marked");
    bench.press(Key::Num2);
    assert_eq!(switches(&bench), [("Bo".to_owned(), None)]);
    assert_eq!(asked_for(&bench).last(), Some(&2), "the queue is Bo's from now on");
    assert!(!bench.shows("Somebody else"), "the dialog has done its work");
    let names = bench.sent(|request| match request {
        Request::SaveSettings(settings) => Some(settings.annotator_name),
        _ => None,
    });
    assert_eq!(names.last().map(String::as_str), Some("Bo"), "and Bo is here when the program starts again");
    bench.press_control(Key::U);
    bench.press(Key::ArrowDown);
    bench.press(Key::Enter);
    assert_eq!(switches(&bench).len(), 2, "arrows and Enter choose too");
    assert_eq!(switches(&bench)[1].0, "Ada");
}

#[test]
fn a_name_that_is_typed_sits_down_and_the_name_in_the_bar_opens_the_list() {
    let mut bench = bench(World::new());
    bench.click("Ada");
    assert!(bench.shows("Who judges"));
    bench.types("Dee");
    bench.press(Key::Enter);
    assert_eq!(switches(&bench), [("Dee".to_owned(), None)], "letters go to the field by themselves");
    assert_eq!(asked_for(&bench).last(), Some(&9));
}

#[test]
fn a_seat_with_a_pin_asks_for_it_and_a_wrong_one_makes_wait() {
    let mut world = World::new();
    world.wrong_pin = "try again in 4 s";
    let mut bench = bench(world);
    bench.press_control(Key::U);
    bench.press(Key::Num3);
    assert_eq!(switches(&bench), [], "nobody sits down without the PIN");
    bench.types("1111");
    bench.press(Key::Enter);
    assert!(bench.shows("The PIN is wrong"), "what went wrong is said");
    assert!(bench.shows("Wait 4 s"), "and how long to wait");
    bench.types(PIN);
    bench.press(Key::Enter);
    assert_eq!(switches(&bench).len(), 1, "nothing is sent while the wait lasts");
    bench.wait(4001);
    bench.press(Key::Enter);
    assert_eq!(switches(&bench).last(), Some(&("Cleo".to_owned(), Some(Pin(PIN.into())))));
    assert_eq!(asked_for(&bench).last(), Some(&3));
}

#[test]
fn a_locked_project_asks_for_the_pin_at_once_and_stays_locked() {
    let mut world = World::new();
    world.people[0].has_pin = true;
    (world.is_locked, world.items, world.offered_before) = (true, 3, 3);
    let mut bench = bench(world);
    assert!(bench.shows("The seat of Ada is kept by a PIN"), "it comes up by itself");
    bench.press(Key::Escape);
    bench.press(Key::Escape);
    assert!(bench.shows("Close project"), "nobody gets past it");
    bench.press(Key::Num1);
    bench.types(PIN);
    bench.press(Key::Enter);
    assert_eq!(switches(&bench), [("Ada".to_owned(), Some(Pin(PIN.into())))]);
    let desk = bench.harness.state().desk().unwrap();
    assert!(desk.session.current.is_some(), "the same annotator is offered the first item now");
}

#[test]
fn an_own_pin_is_set_when_it_was_typed_twice() {
    let mut bench = bench(World::new());
    bench.press_control(Key::U);
    bench.click("Set a PIN…");
    bench.types("1357");
    bench.press(Key::Enter);
    let sent = |bench: &Bench| {
        bench.sent(|request| match request {
            Request::SetPin { annotator, current, pin } => Some((annotator.0, current, pin)),
            _ => None,
        })
    };
    assert_eq!(sent(&bench), [], "once is not twice");
    bench.harness.get_by_label("Once more").focus();
    bench.run();
    bench.types("1357");
    bench.press(Key::Enter);
    assert_eq!(sent(&bench), [(1, None, Some(Pin("1357".into())))]);
}
