//! The study: set up by its lead, and changed while work is under way.

use super::*;

#[test]
fn the_lead_sets_up_the_study_and_only_what_was_changed_changes() {
    let mut world = World::new();
    world.study = StudySetup { tags: vec!["law".into()], ..study() };
    world.own().consented_at = Some(UnixMillis(1));
    let mut bench = bench(world);
    bench.harness.state_mut().want(Action::CloseDialog);
    bench.harness.key_press_modifiers(Modifiers::CTRL | Modifiers::COMMAND | Modifiers::SHIFT, Key::S);
    bench.run();
    bench.assert_everything_is_named("the study");
    bench.harness.get_by_label("Judgments wanted of each item").focus();
    bench.run();
    bench.types("none");
    assert!(bench.shows("The judgments wanted: a whole number is needed"), "what cannot be is said");
    bench.press_control(Key::A);
    bench.types("3");
    bench.harness.get_by_label("Gold items").focus();
    bench.run();
    bench.types("5");
    bench.press_control(Key::Enter);
    let set = bench.sent(|request| if let Request::SetStudy(study) = request { Some(*study) } else { None });
    let mut wanted = StudySetup { tags: vec!["law".into()], ..study() };
    wanted.assignment.wanted = Some(3);
    wanted.quality.gold_rate = Some(0.05);
    assert_eq!(set, [wanted]);
    assert!(bench.shows("About you"), "a study that asks something first asks whoever sits here at once");
    bench.harness.state_mut().want(Action::CloseDialog);

    open(&mut bench, Command::ShowStudy);
    for tick in ["Bo leads", "Bo: law"] {
        bench.harness.get_by_label(tick).focus();
        bench.run();
        bench.press(Key::Space);
    }
    let people = bench.sent(|request| match request {
        Request::SetLead { annotator, is_lead } => Some(format!("{} leads: {is_lead}", annotator.0)),
        Request::SetTags { annotator, tags } => Some(format!("{}: {}", annotator.0, tags.join(","))),
        _ => None,
    });
    assert_eq!(people, ["2 leads: true", "2: law"], "about people at once");
    bench.harness.get_by_label("Ask one more thing").focus();
    bench.run();
    bench.press(Key::Space);
    assert!(bench.shows("Kind of question 4"), "one more thing can be asked");
    bench.press(Key::Escape);
    assert!(bench.shows("Once more throws the changes away"), "Escape warns first");
    bench.press(Key::Escape);
    assert!(!bench.shows("Judgments wanted of each item"));
}

#[test]
fn the_setting_may_change_while_an_item_is_on_the_screen() {
    let mut world = World::new();
    (world.items, world.offered_before) = (3, 3);
    let mut bench = bench(world);
    bench.press(Key::Num2);
    let before = bench.harness.state().desk().unwrap().session.current.clone().unwrap();
    let asked = asked_for(&bench).len();
    open(&mut bench, Command::ShowStudy);
    bench.harness.get_by_label("Judgments wanted of each item").focus();
    bench.run();
    bench.types("2");
    bench.press_control(Key::Enter);
    assert!(bench.shows("The study is set up so from now on"));
    assert!(asked_for(&bench).len() > asked, "what comes next is asked for anew");
    let after = bench.harness.state().desk().unwrap().session.current.clone().unwrap();
    assert_eq!(
        (after.queued.item.id, after.draft),
        (before.queued.item.id, before.draft),
        "the item stays, with what was chosen"
    );
}

#[test]
fn the_lead_sees_how_far_everyone_is_and_what_they_said_of_themselves() {
    let mut world = World::new();
    world.study = StudySetup { version: 3, ..study() };
    let answer = |field: &str, value| tiebreak_domain::person::ProfileAnswer {
        field: field.into(),
        value,
        answered_at: UnixMillis(1),
    };
    let bo = &mut world.people[1];
    (bo.consented_at, bo.consented_version) = (Some(UnixMillis(1)), Some(2));
    let score = Score { right: 3, total: 4 };
    bo.training = Some(TrainingStanding { score, left: 0, is_qualified: Some(true) });
    bo.arm = Some("hints".into());
    bo.profile = vec![answer("skills", ProfileValue::Choices(vec!["law".into()]))];
    bo.profile.push(answer("values", ProfileValue::Slider(70)));
    let mut bench = bench(world);
    bench.harness.state_mut().want(Action::CloseDialog);
    open(&mut bench, Command::ShowStudy);
    assert!(bench.shows("12 judged · consented to version 2 · training 3 of 4, 75 % · arm hints"));
    assert!(bench.shows("12 judged · not consented"), "and who has not");
    assert!(!bench.shows("70, from 0 to 100"), "a profile is not spread out unasked");
    bench.harness.get_by_label("Profile of Bo").focus();
    bench.run();
    bench.press(Key::Space);
    assert!(bench.shows("70, from 0 to 100") && bench.shows("The law"), "in the words of the form");
}
