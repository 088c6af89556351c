#![allow(clippy::unwrap_used)]

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use tiebreak_domain::Request;

use super::bench::{Bench, templates};

fn created(bench: &Bench) -> Vec<(String, String)> {
    bench.sent(
        |request| {
            if let Request::CreateProject { path, name } = request { Some((path, name)) } else { None }
        },
    )
}

#[test]
fn a_name_and_enter_make_a_plain_comparison_and_go_on_to_the_data() {
    let mut bench = Bench::wizard();
    bench.press(Key::Enter);
    assert_eq!(created(&bench), [], "a project needs a name");
    bench.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Name").focus();
    bench.run();
    bench.types("round 2");
    bench.press(Key::Enter);
    assert_eq!(created(&bench), [("documents/round 2.tiebreak".to_owned(), "round 2".to_owned())]);
    assert_eq!(bench.set_rubrics(), [], "a project asks this by itself");
    assert!(bench.shows("Import data"), "the data comes next");
}

#[test]
fn a_template_is_chosen_by_keys_and_set_before_the_data_comes() {
    let mut bench = Bench::wizard();
    bench.types("sheet study");
    bench.press_control(Key::G);
    bench.types("helpfulness");
    bench.press(Key::Enter);
    assert!(bench.shows("Five ratings"), "the first page says what was chosen");
    bench.press(Key::Enter);
    assert_eq!(created(&bench).len(), 1);
    assert_eq!(bench.set_rubrics(), [templates()[1].rubric.clone()]);
    assert!(bench.shows("Import data"));
}

#[test]
fn the_plain_comparison_can_be_taken_from_the_gallery_too() {
    let mut bench = Bench::wizard();
    bench.types("plain");
    bench.press_control(Key::G);
    bench.press(Key::Enter);
    bench.press(Key::Enter);
    assert_eq!(created(&bench).len(), 1);
    assert_eq!(bench.set_rubrics(), [], "its name alone is no reason for another version");
}

#[test]
fn words_and_media_narrow_the_cards_and_arrows_mark_them() {
    let mut bench = Bench::wizard();
    bench.types("x");
    bench.press_control(Key::G);
    assert!(bench.shows("3 templates"));
    bench.press(Key::ArrowRight);
    bench.press(Key::ArrowRight);
    assert!(bench.shows("Any of 1"), "the third is shown in full: its questions");
    bench.press(Key::ArrowUp);
    assert!(!bench.shows("Any of 1"), "up is a row, and there is only one");
    bench.types("rating verbosity");
    assert!(bench.shows("1 template"), "every word is found somewhere");
    assert!(!bench.shows("Video faults. About"), "the other cards are gone");
    bench.types(" nonsense");
    assert!(bench.shows("No template has all of these words"));
    bench.press(Key::Enter);
    assert!(bench.shows("Find a template"), "nothing is marked, so nothing is chosen");

    let mut bench = Bench::wizard();
    bench.press_control(Key::G);
    bench.click("What is compared: Videos");
    assert!(bench.shows("1 template"));
    assert!(bench.shows("Video faults. About") && !bench.shows("Five ratings. About"));
    bench.types("plain");
    assert!(bench.shows("No template has all of these words"), "the keys are back in the search");
}

#[test]
fn escape_goes_back_a_page_and_from_the_first_one_out() {
    let mut bench = Bench::wizard();
    bench.types("kept");
    bench.press_control(Key::G);
    bench.press(Key::Escape);
    assert!(bench.shows("Who judges"), "back on the first page");
    assert_eq!(created(&bench), []);
    bench.press(Key::Escape);
    assert!(!bench.shows("Who judges"), "closed");
}

#[test]
fn a_template_can_be_changed_before_it_is_used() {
    let mut bench = Bench::wizard();
    bench.types("own");
    bench.press_control(Key::R);
    assert!(bench.shows("This can be asked"), "the text was written and read");
    bench.press_control(Key::End);
    bench.types("# mine");
    bench.press_control(Key::Enter);
    assert!(bench.shows("Who judges"), "back on the first page, the text read at once");
    bench.press(Key::Enter);
    let names: Vec<String> = bench.set_rubrics().into_iter().map(|rubric| rubric.name).collect();
    assert!(matches!(&names[..], [name] if name.ends_with("# mine")), "{names:?}");
}

#[test]
fn another_name_for_who_judges_is_kept_and_sits_down() {
    let mut bench = Bench::wizard();
    bench.types("p");
    let field = bench.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Who judges");
    field.focus();
    bench.run();
    bench.press_control(Key::A);
    bench.types("Grace");
    bench.press(Key::Enter);
    let seated =
        bench.sent(|request| if let Request::SetAnnotator { name } = request { Some(name) } else { None });
    assert_eq!(seated, ["Grace"]);
    let saved = bench.sent(|request| match request {
        Request::SaveSettings(settings) => Some(settings.annotator_name),
        _ => None,
    });
    assert_eq!(saved, ["Grace"], "the next project suggests it");
}

#[test]
fn the_data_goes_on_to_the_import() {
    let mut bench = Bench::wizard();
    bench.types("p");
    bench.harness.get_by_role_and_label(egui::accesskit::Role::TextInput, "Data").focus();
    bench.run();
    bench.types("/data/pairs.jsonl");
    bench.press(Key::Enter);
    let previewed =
        bench.sent(|request| if let Request::PreviewImport(plan) = request { Some(plan.path) } else { None });
    assert_eq!(previewed, ["/data/pairs.jsonl"]);
}

#[test]
fn every_input_of_every_page_has_a_name() {
    let mut bench = Bench::wizard();
    bench.assert_everything_is_named("the first page");
    bench.press_control(Key::G);
    bench.assert_everything_is_named("the gallery");
    bench.press_control(Key::R);
    bench.assert_everything_is_named("the editor");
}

#[test]
fn a_page_stands_still_once_it_is_open() {
    let mut bench = Bench::wizard();
    let button = |bench: &Bench| bench.harness.get_by_label("Use this").rect();
    bench.press_control(Key::G);
    let opened = button(&bench);
    bench.run();
    assert_eq!(button(&bench), opened, "nothing moves under the pointer");
}
