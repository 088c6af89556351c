//! Consent and profile: asked first, and nothing filled in beforehand.

use super::*;

#[test]
fn consent_and_profile_come_first_and_nothing_is_filled_in_beforehand() {
    let mut world = World::new();
    world.study = study();
    (world.items, world.offered_before) = (3, 3);
    let mut bench = bench(world);
    let saved = |bench: &Bench| {
        bench.sent(|request| match request {
            Request::SaveProfile { answers, consents, .. } => Some((answers, consents)),
            _ => None,
        })
    };
    assert!(bench.shows("About you"), "it comes up by itself");
    bench.press(Key::Escape);
    assert!(
        bench.shows("The study needs your consent first"),
        "who leaves it is told why nothing is offered"
    );
    bench.click("About you…");
    bench.harness.get_by_label("Your name (required)").focus();
    bench.run();
    bench.types("A");
    bench.press_control(Key::Enter);
    assert_eq!(saved(&bench), [], "not without the consent");
    bench.press(Key::Backspace);
    bench.click("I have read this and consent (required)");
    assert!(bench.shows("\"Your name\" is required"), "what is missing is named");
    bench.press_control(Key::Enter);
    assert_eq!(saved(&bench), [], "not without what is required");
    bench.harness.get_by_label("Your name (required)").focus();
    bench.run();
    bench.types("Ada L.");
    bench.click("The law");
    bench.press_control(Key::Enter);
    let name = ("name".to_owned(), Some(ProfileValue::Text("Ada L.".into())));
    let skills = ("skills".to_owned(), Some(ProfileValue::Choices(vec!["law".into()])));
    assert_eq!(
        saved(&bench),
        [(vec![name, skills], Some(true))],
        "the slider was not touched: it says nothing"
    );
    assert!(!bench.shows("About you"), "the dialog has done its work");
    assert!(bench.harness.state().desk().unwrap().session.current.is_some(), "and the work begins");

    open(&mut bench, Command::ShowProfile);
    bench.harness.get_by_role_and_label(Role::Slider, "Shares my values").focus();
    bench.run();
    bench.press(Key::ArrowRight);
    bench.press(Key::ArrowRight);
    bench.press_control(Key::Enter);
    let slider = ("values".to_owned(), Some(ProfileValue::Slider(51)));
    assert_eq!(saved(&bench)[1], (vec![slider], None), "only what changed, from the middle by one");
}

#[test]
fn what_was_said_about_oneself_is_not_thrown_away_unwarned() {
    let mut world = World::new();
    world.study = study();
    let mut bench = bench(world);
    bench.harness.get_by_label("Your name (required)").focus();
    bench.run();
    bench.types("Ada");
    bench.press(Key::Escape);
    assert!(bench.shows("Once more throws away what you said here"));
    bench.harness.get_by_label("Your name (required)").focus();
    bench.run();
    bench.types(" L.");
    bench.run();
    assert!(!bench.shows("Once more throws away what you said here"), "there is more to lose now");
    bench.click("Later");
    assert!(bench.shows("About you") && bench.shows("Once more throws away what you said here"));
    bench.press(Key::Escape);
    assert!(!bench.shows("I have read this and consent (required)"), "said once more");
}

#[test]
fn every_dialog_about_people_names_its_inputs() {
    let mut world = World::new();
    world.study = study();
    world.own().has_pin = true;
    let mut bench = bench(world);
    bench.assert_everything_is_named("the profile");
    bench.harness.state_mut().want(Action::CloseDialog);
    bench.press_control(Key::U);
    bench.assert_everything_is_named("the list of people");
    bench.click("Change your PIN…");
    bench.assert_everything_is_named("the own PIN");
}
