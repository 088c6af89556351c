#![allow(clippy::unwrap_used)]

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tiebreak_domain::import::{
    CandidateColumns, ColumnMapping, ColumnPreview, ContentKind, ContextContent, RowProblem,
};
use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::{
    AnnotatorId, Candidate, Item, JobId, Part, ProjectInfo, ProjectKey, Rubric, Settings, TextFormat,
    UnixMillis,
};

use super::*;
use crate::app::notice::Notices;
use crate::command::{Command, Keymap};
use crate::host::Now;
use crate::theme;

struct Stage {
    wizard: ImportWizard,
    desk: Desk,
    settings: Settings,
    keymap: Keymap,
    notices: Notices,
    wanted: Vec<Action>,
}

impl Stage {
    fn frame(&mut self, ui: &mut Ui) {
        let scene = Scene {
            settings: &self.settings,
            keymap: &self.keymap,
            notices: &self.notices,
            models: &crate::models::ModelWork::default(),
            network: &crate::backend::Network::default(),
            has_dialogs: true,
            knows_files: true,
            is_opening: None,
            now: Now::default(),
        };
        self.wizard.ui(ui, &scene, Some(&self.desk), &mut self.wanted);
    }

    fn previews(&self) -> Vec<(u64, &ImportPlan)> {
        let sent = self.wanted.iter().filter_map(|action| match action {
            Action::Send(Purpose::PreviewImport(number), Request::PreviewImport(plan)) => {
                Some((*number, plan))
            }
            _ => None,
        });
        sent.collect()
    }

    fn started(&self) -> Option<&ImportPlan> {
        self.wanted.iter().find_map(|action| match action {
            Action::Send(Purpose::StartImport, Request::StartImport(plan)) => Some(plan),
            _ => None,
        })
    }
}

fn info() -> ProjectInfo {
    ProjectInfo {
        path: "/p/x.tiebreak".to_owned(),
        key: ProjectKey([7; 16]),
        name: "x".to_owned(),
        rubric: Rubric::default(),
        active_items: 0,
        excluded_items: 0,
        deleted_items: 0,
        judgments: 0,
        revisions: 0,
        annotators: Vec::new(),
        annotator: AnnotatorId(1),
        sources: Vec::new(),
        search_index: SearchIndex::default(),
        is_sample: false,
        created_at: UnixMillis(0),
    }
}

fn harness(path: Option<&str>, size: [f32; 2]) -> Harness<'static, Stage> {
    let settings = Settings::default();
    let stage = Stage {
        wizard: ImportWizard::new(path.map(str::to_owned)),
        desk: Desk::new(info(), &settings, 1, "1"),
        keymap: Keymap::new(&settings.keys),
        settings,
        notices: Notices::default(),
        wanted: Vec::new(),
    };
    let mut harness = Harness::builder()
        .with_size(size)
        .with_context_setup(theme::install)
        .build_ui_state(|ui, stage: &mut Stage| stage.frame(ui), stage);
    harness.run();
    harness
}

fn preview() -> ImportPreview {
    let column = |name: &str| ColumnPreview { name: name.to_owned(), example: format!("example of {name}") };
    let candidate = |content: &str| CandidateColumns {
        content: content.to_owned(),
        kind: ContentKind::Text,
        model: None,
    };
    ImportPreview {
        container: "JSONL, gzipped".to_owned(),
        format: DataFormat::Columns,
        because: "it has columns a and b".to_owned(),
        columns: ["question", "context", "a", "b", "winner"].map(column).to_vec(),
        mapping: Some(ColumnMapping {
            prompt: vec!["question".to_owned()],
            candidates: vec![candidate("a"), candidate("b")],
            ..ColumnMapping::default()
        }),
        items: vec![Item {
            prompt: vec![Part::markdown("Why is the sky blue?")],
            candidates: vec![Candidate::markdown("Rayleigh scattering"), Candidate::markdown("The sea")],
            ..Item::default()
        }],
        problems: vec![RowProblem { line: 3, reason: "candidate B is empty".to_owned() }],
        rows_read: 2,
        items_with_labels: 0,
        media_hosts: Vec::new(),
        size_bytes: 4_200,
    }
}

fn answer(harness: &mut Harness<'static, Stage>, preview: ImportPreview) {
    let number = harness.state().previews().last().unwrap().0;
    harness.state_mut().wizard.preview_arrived(number, Ok(preview));
    harness.run();
}

#[test]
fn a_typed_path_and_enter_look_inside_and_enter_again_imports() {
    let mut harness = harness(None, [900.0, 600.0]);
    harness.get_by_label("File").type_text("/data/pairs.jsonl");
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert_eq!(harness.state().previews(), [(1, &ImportPlan::of_file("/data/pairs.jsonl"))]);
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.state().started().is_none(), "nothing was read yet, so nothing can be agreed to");

    answer(&mut harness, preview());
    harness.get_by_label_contains("It has columns a and b");
    harness.get_by_label_contains("Rayleigh scattering");
    harness.get_by_label_contains("candidate B is empty");
    harness.key_press(Key::Enter);
    harness.run();
    let plan = harness.state().started().unwrap();
    assert_eq!(plan.format, Some(DataFormat::Columns), "what was on the screen is what is asked for");
    assert_eq!(plan.mapping, preview().mapping);
    assert_eq!(plan.labels, LabelPolicy::LeaveOut);
}

#[test]
fn a_known_path_is_previewed_at_once() {
    let harness = harness(Some("/data/pairs.csv"), [1400.0, 900.0]);
    assert_eq!(harness.state().previews(), [(1, &ImportPlan::of_file("/data/pairs.csv"))]);
}

#[test]
fn a_changed_mapping_asks_anew_and_a_late_answer_is_passed_over() {
    let mut harness = harness(Some("/data/pairs.csv"), [1400.0, 900.0]);
    answer(&mut harness, preview());
    harness.get_by_label("Use of column context").focus();
    harness.run();
    harness.key_press(Key::ArrowDown);
    harness.run();
    let previews = harness.state().previews();
    let (number, plan) = *previews.last().unwrap();
    assert_eq!(number, 2, "one more, and a higher number");
    assert_eq!(plan.mapping.as_ref().unwrap().prompt, ["question", "context"]);
    assert!(harness.get_by_label("Use of column context").is_focused(), "the keyboard stays where it was");

    let mut late = preview();
    late.because = "late".to_owned();
    harness.state_mut().wizard.preview_arrived(1, Ok(late));
    harness.run();
    assert!(harness.query_by_label("Late").is_none());
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert!(harness.state().started().is_none(), "the answer to the change is not there yet");
}

#[test]
fn a_mapping_without_b_cannot_be_imported_and_says_so() {
    let mut harness = harness(Some("/data/pairs.csv"), [1400.0, 900.0]);
    answer(&mut harness, preview());
    harness.get_by_label("Use of column b").focus();
    harness.run();
    harness.key_press(Key::ArrowUp);
    harness.run();
    // One up from candidate B is candidate A, which leaves nothing for B.
    harness.get_by_label("Choose the column of candidate B");
    assert_eq!(harness.state().previews().len(), 1, "there is nothing to ask");
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::Enter);
    harness.run();
    assert!(harness.state().started().is_none());
}

#[test]
fn a_column_stands_beside_the_prompt_under_a_title_of_its_own() {
    let mut harness = harness(Some("/data/pairs.csv"), [1400.0, 900.0]);
    answer(&mut harness, preview());
    harness.get_by_label("Use of column context").focus();
    harness.run();
    let press = |harness: &mut Harness<'static, Stage>, count: usize| {
        for _ in 0..count {
            harness.key_press(Key::ArrowDown);
            harness.run();
        }
    };
    press(&mut harness, 2);
    let said = |harness: &Harness<'static, Stage>| {
        let plan = harness.state().previews().last().unwrap().1.clone();
        let mapping = plan.mapping.unwrap();
        assert_eq!(mapping.context, ["context"]);
        mapping.context_as["context"].clone()
    };
    assert_eq!(said(&harness).content, Some(ContextContent::Text), "a reference text");
    let mut answered = preview();
    answered.mapping = harness.state().previews().last().unwrap().1.mapping.clone();
    answer(&mut harness, answered);
    harness.get_by_label("Title above context").focus();
    harness.run();
    harness.key_press_modifiers(egui::Modifiers::COMMAND, Key::A);
    harness.event(egui::Event::Text("The article".to_owned()));
    harness.run();
    assert_eq!(said(&harness).title.as_deref(), Some("The article"));
    harness.get_by_label("Use of column context").focus();
    harness.run();
    press(&mut harness, 1);
    let image = said(&harness);
    assert_eq!((image.content, image.title.as_deref()), (Some(ContextContent::Image), Some("The article")));
    press(&mut harness, 1);
    assert_eq!(said(&harness).content, Some(ContextContent::Mask));
    assert!(harness.query_by_label("Title above context").is_none(), "a mask has no words above it");
}

#[test]
fn votes_come_in_only_when_somebody_says_so() {
    let mut harness = harness(Some("/data/pairs.csv"), [1400.0, 900.0]);
    answer(&mut harness, preview());
    assert!(harness.query_by_label_contains("Take in as judgments").is_none(), "this file holds no votes");
    harness.get_by_label("Texts are: Plain text").click();
    harness.run();
    assert_eq!(harness.state().previews().last().unwrap().1.text_format, TextFormat::Plain);
    answer(&mut harness, ImportPreview { items_with_labels: 1, ..preview() });
    harness.get_by_label("Existing votes: Take in as judgments of…").click();
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    let labels = &harness.state().started().unwrap().labels;
    assert_eq!(*labels, LabelPolicy::TakeIn { annotator: "Original".to_owned() });
}

fn preview_of_four() -> ImportPreview {
    let mut preview = preview();
    preview.items[0].candidates = ["a", "b", "c", "d"].map(Candidate::markdown).to_vec();
    preview.items.truncate(1);
    preview
}

#[test]
fn a_project_that_asks_about_pairs_takes_more_candidates_pair_by_pair() {
    let mut harness = harness(Some("/data/four.jsonl"), [1280.0, 800.0]);
    answer(&mut harness, preview_of_four());
    assert!(harness.query_by_label_contains("6 of 4 candidates").is_some(), "said before it is done");
    harness.key_press(Key::Enter);
    harness.run();
    assert!(harness.state().started().unwrap().makes_pairs, "whole, every row would be refused");
}

#[test]
fn a_project_that_asks_about_all_candidates_asks_whether_pairs_are_made() {
    let mut harness = harness(Some("/data/four.jsonl"), [1280.0, 800.0]);
    harness.state_mut().desk.info.rubric.questions[0].scope = tiebreak_domain::rubric::Scope::Item;
    answer(&mut harness, preview_of_four());
    assert!(harness.query_by_label_contains("Ask the whole").is_some());
    harness.key_press(Key::Enter);
    harness.run();
    assert!(!harness.state().started().unwrap().makes_pairs, "nobody chose pairs");
}

#[test]
fn images_are_fetched_from_elsewhere_only_when_somebody_says_so() {
    let mut harness = harness(Some("/data/pairs.csv"), [1400.0, 900.0]);
    let mut images = preview();
    images.items[0].candidates[0].parts = vec![Part::image("https://pictures.example/one.png")];
    images.media_hosts = vec!["pictures.example".to_owned()];
    answer(&mut harness, images);
    harness.get_by_label_contains("one.png");
    assert!(!harness.state().wizard.final_plan().fetches_addresses);
    harness.get_by_label("Fetch images from pictures.example").click();
    harness.run();
    assert!(harness.state().wizard.final_plan().fetches_addresses);
}

#[test]
fn a_file_that_cannot_be_read_says_why_and_can_be_tried_again() {
    let mut harness = harness(Some("/data/pairs.csv"), [900.0, 600.0]);
    let error = ApiError::new(ErrorCode::NotFound, "there is no file /data/pairs.csv").hint("check the path");
    harness.state_mut().wizard.preview_arrived(1, Err(error));
    harness.run();
    harness.get_by_label("There is no file /data/pairs.csv");
    harness.get_by_label("Check the path");
    harness.get_by_label("Try again").click();
    harness.run();
    assert_eq!(harness.state().previews().last().unwrap().0, 2);
}

#[test]
fn the_work_is_there_again_when_the_dialog_was_closed_meanwhile() {
    let mut harness = harness(None, [900.0, 600.0]);
    let progress =
        ImportProgress { rows_read: 1_234, bytes_read: 5, bytes_total: 10, ..ImportProgress::default() };
    harness.state_mut().desk.import = Some(Job::Running(JobId(4), progress));
    harness.run();
    harness.get_by_label("1,234");
    harness.get_by_label("Stop the import").click();
    harness.run();
    assert!(matches!(harness.state().wanted[..], [Action::Send(Purpose::Cancel, Request::Cancel(JobId(4)))]));

    let problems: Vec<_> =
        (1..=100_000).map(|line| RowProblem { line, reason: "empty".to_owned() }).collect();
    let report = ImportReport { items_added: 7, rows_refused: 100_000, problems, ..ImportReport::default() };
    harness.state_mut().desk.import = Some(Job::Ended(JobId(4), Ok(Box::new(report))));
    harness.state_mut().wanted.clear();
    harness.run();
    harness.get_by_label("7 new items came in");
    harness.get_by_label("Line 1");
    assert!(harness.query_by_label("Line 99,999").is_none(), "a long list is painted where it is seen only");
    harness.get_by_label("Save list").click();
    harness.run();
    assert!(matches!(
        &harness.state().wanted[..],
        [Action::Send(Purpose::SaveImportReport, Request::SaveImportReport { job: JobId(4), path })]
            if path == "/p/import-refused.csv"
    ));
    harness.key_press(Key::Enter);
    harness.run();
    assert!(matches!(
        harness.state().wanted[1..],
        [Action::CloseDialog, Action::Command(Command::ShowJudge)]
    ));
}

#[test]
fn the_buttons_stand_still_whatever_the_body_shows() {
    for size in [[900.0, 600.0], [1600.0, 1000.0]] {
        let mut harness = harness(Some("/data/pairs.csv"), size);
        harness.run_steps(8);
        let before = harness.get_by_label("Import").rect();
        answer(&mut harness, preview());
        assert_eq!(harness.get_by_label("Import").rect(), before, "at {size:?}");
        assert!(before.max.y < size[1] && before.max.x < size[0], "and in the window: {before:?}");
    }
}
