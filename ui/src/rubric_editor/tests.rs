#![allow(clippy::unwrap_used)]

use egui::Key;
use egui_kittest::kittest::Queryable as _;
use tiebreak_domain::Request;

use super::DEBOUNCE_MS;
use super::text_pane::text_id;
use crate::new_project::bench::{BROKEN, Bench};

/// An open project with its rubric in the editor, the cursor at the end of the text.
fn editor() -> Bench {
    let mut bench = Bench::new(true);
    bench.press_control(Key::R);
    bench.press_control(Key::End);
    bench
}

#[test]
fn the_rubric_of_a_project_is_written_read_and_asked_from_now_on() {
    let mut bench = editor();
    let written = bench.sent(|request| match request {
        Request::WriteRubric(template) => Some(template.rubric.version),
        _ => None,
    });
    assert_eq!(written, [1], "the version is left to the project");
    assert!(bench.shows("Version 1; 1,200 judgments"), "what becomes of the answers is said");
    bench.types("# more");
    bench.press_control(Key::Enter);
    assert!(bench.set_rubrics()[0].name.ends_with("# more"), "what is typed is read before it is asked");
    assert!(!bench.shows("What is asked"), "the dialog has done its work");
    let version = bench.harness.state().desk().unwrap().info.rubric.version;
    assert_eq!(version, 2, "the project asks it");
}

#[test]
fn a_text_is_read_only_after_a_pause() {
    let mut bench = editor();
    let before = bench.read_texts().len();
    bench.types("# a");
    bench.wait(DEBOUNCE_MS - 100);
    bench.types("b");
    bench.wait(DEBOUNCE_MS - 1);
    assert_eq!(bench.read_texts().len(), before, "somebody is still typing");
    bench.wait(1);
    let texts = bench.read_texts();
    assert_eq!(texts.len(), before + 1, "once, for both changes");
    assert!(texts.last().unwrap().ends_with("# ab"));
}

#[test]
fn a_fault_is_shown_at_its_line_with_its_remedy() {
    let mut bench = editor();
    bench.types(BROKEN);
    bench.wait(DEBOUNCE_MS);
    // The text ends with a line break, so that what is typed last stands on the third line.
    assert!(bench.shows("Line 3: It is broken"));
    assert!(bench.shows("Mend it"), "the remedy stands under it");
    bench.press_control(Key::Enter);
    assert!(bench.set_rubrics().is_empty(), "what is broken is not asked");
    bench.harness.get_by_label("Go to line 3").click();
    bench.run();
    assert_eq!(bench.harness.ctx.memory(egui::Memory::focused), Some(text_id()));
    let state = egui::text_edit::TextEditState::load(&bench.harness.ctx, text_id()).unwrap();
    let text = bench.read_texts().pop().unwrap();
    let start = text.find(BROKEN).unwrap();
    assert_eq!(
        state.cursor.char_range().unwrap().primary.index.0,
        start,
        "the cursor stands at the line's start"
    );
}

#[test]
fn tab_inserts_spaces() {
    let mut bench = editor();
    bench.press(Key::Tab);
    bench.wait(DEBOUNCE_MS);
    assert!(bench.read_texts().pop().unwrap().ends_with("\n    "), "and no tab");
    assert_eq!(bench.harness.ctx.memory(egui::Memory::focused), Some(text_id()), "the keys stay");
}

#[test]
fn what_the_engine_refuses_stays_on_the_screen_with_the_reason() {
    let mut bench = editor();
    bench.types("# refuse");
    bench.press_control(Key::Enter);
    assert_eq!(bench.set_rubrics().len(), 1);
    assert!(bench.shows("The disk is full"));
    assert!(bench.shows("What is asked"), "the dialog is still there");
    bench.types("d not");
    bench.wait(DEBOUNCE_MS);
    assert!(!bench.shows("The disk is full"), "another text, another try");
}

#[test]
fn escape_leaves_the_text_then_warns_of_changes_then_closes() {
    let mut bench = editor();
    bench.types("# lost");
    bench.press(Key::Escape);
    assert!(bench.shows("What is asked") && !bench.shows("throws the changes away"), "out of the text");
    bench.press(Key::Escape);
    assert!(bench.shows("throws the changes away"));
    bench.press(Key::Escape);
    assert!(!bench.shows("What is asked"));
    assert!(bench.set_rubrics().is_empty());

    let mut bench = editor();
    bench.press(Key::Escape);
    bench.press(Key::Escape);
    assert!(!bench.shows("What is asked"), "nothing was changed, so nothing is lost");
}

#[test]
fn every_input_has_a_name() {
    editor().assert_everything_is_named("the rubric's editor");
}

fn saved(bench: &Bench) -> Vec<(String, String, bool)> {
    bench.sent(|request| match request {
        Request::SaveRubric { path, text, replace } => Some((path, text, replace)),
        _ => None,
    })
}

#[test]
fn the_text_is_saved_as_a_file_and_one_that_is_there_only_when_it_may_be_replaced() {
    let mut bench = editor();
    bench.types("# mine");
    bench.press_control(Key::S);
    bench.assert_everything_is_named("the field for the file");
    bench.press_control(Key::A);
    bench.types("taken.toml");
    bench.press(Key::Enter);
    assert!(bench.shows("There is already a file taken.toml"), "nothing is written over unasked");
    bench.click("Replace it");
    let saved = saved(&bench);
    assert_eq!(saved.iter().map(|(.., replace)| *replace).collect::<Vec<_>>(), [false, true]);
    assert!(saved[1].1.ends_with("# mine"), "the text as it stands, with its comments: {:?}", saved[1].1);
    assert!(bench.shows("✓ Saved as taken.toml"));
    assert!(bench.set_rubrics().is_empty(), "saving a file asks nothing of the project");
}

#[test]
fn a_rubric_file_takes_the_place_of_the_text_and_its_faults_are_shown_at_their_lines() {
    let mut bench = editor();
    bench.click("Open a rubric file…");
    bench.types("gone.toml");
    bench.press(Key::Enter);
    let opened = |bench: &Bench| {
        bench.sent(|request| if let Request::OpenRubric { path } = request { Some(path) } else { None })
    };
    assert_eq!(opened(&bench), ["gone.toml"]);
    assert!(bench.shows("there is no such file"), "what went wrong is said beside the field");
    bench.press_control(Key::A);
    bench.types(&format!("{BROKEN}.toml"));
    bench.press(Key::Enter);
    bench.wait(DEBOUNCE_MS);
    assert!(bench.shows("Line 1: It is broken"), "its text was read");
    bench.press_control(Key::O);
    bench.types("own.toml");
    bench.press(Key::Enter);
    bench.wait(DEBOUNCE_MS);
    assert!(bench.shows("This can be asked"));
    bench.press_control(Key::Enter);
    assert_eq!(bench.set_rubrics()[0].name, "# from own.toml");
}

#[test]
fn escape_folds_the_field_for_the_file_away_first() {
    let mut bench = editor();
    bench.press_control(Key::S);
    assert!(bench.shows("File for this rubric"));
    bench.press(Key::Escape);
    assert!(!bench.shows("File for this rubric") && bench.shows("What is asked"), "the editor stays");
}
