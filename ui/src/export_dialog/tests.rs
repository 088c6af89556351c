#![allow(clippy::unwrap_used)]

use egui::Key;
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use tiebreak_domain::export::{ExportCounts, PolicyCounts, SeveralPolicy, StrengthPolicy, TiePolicy};
use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::{Annotator, AnnotatorKey, ErrorCode, JobId, ProjectKey, Rubric, Settings, UnixMillis};

use super::*;
use crate::app::notice::Notices;
use crate::command::Keymap;
use crate::host::Now;
use crate::theme;

struct Stage {
    dialog: ExportDialog,
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
        self.dialog.ui(ui, &scene, Some(&self.desk), &mut self.wanted);
    }

    fn asked(&self) -> (u64, &ExportPlan) {
        let sent = self.wanted.iter().rev().find_map(|action| match action {
            Action::Send(Purpose::PreviewExport(number), Request::PreviewExport(plan)) => {
                Some((*number, plan))
            }
            _ => None,
        });
        sent.unwrap()
    }

    fn started(&self) -> Option<(&ExportPlan, &str, bool)> {
        self.wanted.iter().rev().find_map(|action| match action {
            Action::Send(Purpose::StartExport, Request::StartExport { plan, path, replace }) => {
                Some((plan, path.as_str(), *replace))
            }
            _ => None,
        })
    }
}

fn info() -> ProjectInfo {
    let annotator = |id: i64, name: &str| Annotator {
        id: AnnotatorId(id),
        key: AnnotatorKey([id as u8; 16]),
        name: name.to_owned(),
        judged: 12,
        skipped: 0,
    };
    ProjectInfo {
        path: "/p/pairs.tiebreak".to_owned(),
        key: ProjectKey([7; 16]),
        name: "pairs".to_owned(),
        rubric: Rubric::default(),
        active_items: 20,
        excluded_items: 0,
        deleted_items: 0,
        judgments: 24,
        revisions: 24,
        annotators: vec![annotator(1, "Ada"), annotator(2, "Grace")],
        annotator: AnnotatorId(1),
        sources: Vec::new(),
        search_index: SearchIndex::default(),
        is_sample: false,
        created_at: UnixMillis(0),
    }
}

fn harness(holds: PolicyCounts) -> Harness<'static, Stage> {
    let settings = Settings::default();
    let stage = Stage {
        dialog: ExportDialog::new(&info(), "/documents"),
        desk: Desk::new(info(), &settings, 1, "1"),
        keymap: Keymap::new(&settings.keys),
        settings,
        notices: Notices::default(),
        wanted: Vec::new(),
    };
    let mut harness = Harness::builder()
        .with_size([1400.0, 1400.0])
        .with_context_setup(theme::install)
        .build_ui_state(|ui, stage: &mut Stage| stage.frame(ui), stage);
    harness.run();
    answer(&mut harness, holds);
    harness
}

fn answer(harness: &mut Harness<'static, Stage>, holds: PolicyCounts) {
    let counts = ExportCounts {
        rows: 9,
        judgments: 12,
        left_out: vec![("skipped".to_owned(), 3)],
        ..ExportCounts::default()
    };
    let preview = ExportPreview {
        rows: vec![r#"{"prompt":"p","chosen":"c","rejected":"r"}"#.to_owned()],
        counts,
        problems: Vec::new(),
        unanswered: Vec::new(),
        holds,
        questions: Vec::new(),
    };
    let number = harness.state().asked().0;
    harness.state_mut().dialog.preview_arrived(number, Ok(preview));
    harness.run();
}

fn click(harness: &mut Harness<'static, Stage>, label: &str) {
    let node = harness.get_by_label(label);
    node.scroll_to_me();
    harness.run();
    harness.get_by_label(label).click();
    harness.run();
}

#[test]
fn a_project_without_doubts_is_exported_by_enter() {
    let mut harness = harness(PolicyCounts::default());
    harness.get_by_label("9 rows from 12 judgments");
    harness.get_by_label("3 left out: skipped");
    harness.get_by_label_contains(r#""chosen":"c""#);
    harness.key_press(Key::Enter);
    harness.run();
    let expected = ExportPlan::new(ExportFormat::TrlExplicit);
    assert_eq!(harness.state().started(), Some((&expected, "/p/pairs-trl-explicit.jsonl", false)));
}

#[test]
fn every_policy_that_matters_must_be_answered_first() {
    let holds = PolicyCounts { ties: 2, items_with_several: 1, ..PolicyCounts::default() };
    let mut harness = harness(holds);
    harness.get_by_label("Say what becomes of ties and several judgments of one item");
    assert!(harness.query_by_label_contains("Both bad:").is_none(), "the project holds none");
    harness.key_press(Key::Enter);
    harness.run();
    harness.get_by_role_and_label(egui::accesskit::Role::Button, "Export").click();
    harness.run();
    assert_eq!(harness.state().started(), None);

    click(&mut harness, "Ties: Write both directions");
    assert_eq!(harness.state().asked().1.ties, Some(TiePolicy::BothDirections));
    answer(&mut harness, holds);
    harness.get_by_label("Say what becomes of several judgments of one item");
    click(&mut harness, "Several judgments: The majority");
    answer(&mut harness, holds);
    harness.key_press(Key::Enter);
    harness.run();
    let (plan, ..) = harness.state().started().unwrap();
    assert_eq!((plan.ties, plan.several), (Some(TiePolicy::BothDirections), Some(SeveralPolicy::Majority)));
    assert_eq!((plan.both_bad, plan.strength), (None, None), "what is not asked is not answered");
}

#[test]
fn a_late_preview_is_passed_over() {
    let mut harness = harness(PolicyCounts::default());
    let late = harness.state().asked().0;
    click(&mut harness, "Format: CSV, every judgment");
    assert_eq!(harness.state().dialog.path, "/p/pairs-csv.csv", "the name follows the format");
    assert!(harness.state().asked().0 > late);
    let error = ApiError::new(ErrorCode::System, "late");
    harness.state_mut().dialog.preview_arrived(late, Err(error));
    harness.run();
    assert!(harness.query_by_label("Late").is_none());
}

#[test]
fn a_strength_nobody_gave_has_no_margin_until_it_is_typed() {
    let holds = PolicyCounts { with_strength: 3, ..PolicyCounts::default() };
    let mut harness = harness(holds);
    click(&mut harness, "Strength: Write it as margin");
    harness.get_by_label("Say what becomes of strength");
    harness.get_by_label("Margin where no strength was chosen").focus();
    harness.run();
    harness.get_by_label("Margin where no strength was chosen").type_text("1");
    harness.run();
    assert_eq!(harness.state().asked().1.strength, Some(StrengthPolicy::Margin { unset: 1.0 }));
}

#[test]
fn chosen_annotators_are_named_and_nobody_is_not_everybody() {
    let mut harness = harness(PolicyCounts::default());
    click(&mut harness, "Whose judgments: Those of…");
    harness.get_by_label("Choose whose judgments");
    click(&mut harness, "Grace, 12 judgments");
    assert_eq!(harness.state().asked().1.annotators, [AnnotatorId(2)]);
}

#[test]
fn people_are_called_and_items_kept_apart_as_chosen() {
    let mut harness = harness(PolicyCounts::default());
    let plan = harness.state().asked().1;
    assert_eq!((plan.identity, plan.test_share), (IdentityChoice::Names, None));
    click(&mut harness, "How annotators are called: By pseudonyms");
    click(&mut harness, "Test file: A tenth in a file of its own");
    let plan = harness.state().asked().1;
    assert_eq!((plan.identity, plan.test_share), (IdentityChoice::Pseudonyms, Some(10)));
    click(&mut harness, "Format: CSV, every judgment");
    let plan = harness.state().asked().1;
    assert_eq!(plan.test_share, None, "a table of everything is not parted");
}

#[test]
fn a_file_that_is_there_is_replaced_only_when_somebody_says_so() {
    let mut harness = harness(PolicyCounts::default());
    harness.key_press(Key::Enter);
    harness.run();
    let error = ApiError::new(ErrorCode::Exists, "there is already a file /p/pairs-trl-explicit.jsonl")
        .hint("choose another name, or say that it may be replaced");
    harness.state_mut().desk.export = Some(Job::Ended(JobId(0), Err(error)));
    harness.run();
    click(&mut harness, "Replace the file");
    assert!(harness.state().started().unwrap().2);
}

#[test]
fn an_export_that_failed_out_of_sight_is_told_when_the_dialog_opens_again() {
    let mut harness = harness(PolicyCounts::default());
    let failed = |code, message: &str| Some(Job::Ended(JobId(3), Err(ApiError::new(code, message))));
    harness.state_mut().desk.export = failed(ErrorCode::DiskFull, "the disk is full");
    harness.run();
    harness.get_by_label("The last export failed");
    harness.get_by_label("The disk is full");
    harness.state_mut().desk.export = failed(ErrorCode::Exists, "there is already a file /p/other.jsonl");
    harness.run();
    harness.get_by_label("The last export failed");
    assert!(harness.query_by_label("Replace the file").is_none(), "that was another file, perhaps");
    harness.state_mut().desk.export = failed(ErrorCode::Cancelled, "the export was stopped");
    harness.run();
    assert!(harness.query_by_label("The last export failed").is_none(), "whoever stopped it knows");
}

#[test]
fn a_finished_export_gives_the_code_that_loads_it() {
    let mut harness = harness(PolicyCounts::default());
    harness.state_mut().desk.export =
        Some(Job::Running(JobId(3), ExportProgress { items_done: 1, items_total: 2 }));
    harness.run();
    harness.get_by_label("1 of 2");
    let report = ExportReport {
        path: "/p/pairs-trl-explicit.jsonl".to_owned(),
        manifest_path: "/p/pairs-trl-explicit.jsonl.manifest.json".to_owned(),
        companions: Vec::new(),
        counts: ExportCounts { rows: 9, ..ExportCounts::default() },
        problems: Vec::new(),
        blake3: "ab".repeat(32),
        elapsed_ms: 12,
    };
    harness.state_mut().desk.export = Some(Job::Ended(JobId(3), Ok(Box::new(report))));
    harness.run();
    harness.get_by_label("9 rows written");
    click(&mut harness, "Copy loading code");
    let copied = harness.state().wanted.iter().find_map(|action| match action {
        Action::Copy(text) => Some(text.clone()),
        _ => None,
    });
    assert!(copied.unwrap().contains("load_dataset(\"json\", data_files=\"/p/pairs-trl-explicit.jsonl\""));
}
