#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use egui::{Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable as _;
use tiebreak_domain::settings::RecentProject;
use tiebreak_domain::{Settings, UnixMillis};

use super::*;
use crate::app::notice::Notices;
use crate::command::{Command, Keymap};
use crate::host::Now;

#[derive(Default)]
struct Bench {
    settings: Settings,
    is_opening: Option<String>,
    wanted: Vec<Action>,
}

fn recent(name: &str, judged: u64, total: u64, flagged: u64) -> RecentProject {
    RecentProject {
        path: format!("/projects/{name}.tiebreak"),
        name: name.to_owned(),
        content: "texts".to_owned(),
        judged,
        total,
        flagged,
        opened_at: UnixMillis(0),
    }
}

fn harness(size: [f32; 2], recent: Vec<RecentProject>) -> Harness<'static, Bench> {
    let bench = Bench { settings: Settings { recent, ..Settings::default() }, ..Bench::default() };
    let mut harness = Harness::builder().with_size(size).with_context_setup(theme::install).build_ui_state(
        |ui, bench: &mut Bench| {
            let scene = Scene {
                settings: &bench.settings,
                keymap: &Keymap::new(&BTreeMap::new()),
                notices: &Notices::default(),
                models: &crate::models::ModelWork::default(),
                network: &crate::backend::Network::default(),
                has_dialogs: false,
                knows_files: true,
                is_opening: bench.is_opening.as_deref(),
                now: Now::default(),
            };
            start_ui(ui, &scene, &mut bench.wanted);
        },
        bench,
    );
    harness.run();
    harness
}

fn two() -> Vec<RecentProject> {
    vec![recent("octopus", 732, 1_200, 9), recent("tuned", 480, 480, 0)]
}

#[test]
fn enter_opens_the_sample_and_tab_goes_on_to_the_other_doors() {
    let mut harness = harness([900.0, 600.0], Vec::new());
    assert!(harness.get_by_label("Try the sample").is_focused());
    harness.key_press(Key::Enter);
    harness.run();
    assert!(matches!(harness.state().wanted[..], [Action::Command(Command::OpenSample)]));
    for (label, command) in [("New project…", Command::NewProject), ("Open…", Command::OpenProject)] {
        harness.state_mut().wanted.clear();
        harness.key_press(Key::Tab);
        harness.run();
        assert!(harness.get_by_label(label).is_focused());
        harness.key_press(Key::Enter);
        harness.run();
        assert!(matches!(harness.state().wanted[..], [Action::Command(found)] if found == command));
    }
}

#[test]
fn arrows_lead_from_the_doors_to_what_was_left_unfinished() {
    let mut harness = harness([900.0, 600.0], two());
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert!(harness.get_by_label("New project…").is_focused());
    harness.key_press(Key::ArrowDown);
    harness.run();
    harness.key_press(Key::Enter);
    harness.run();
    assert!(
        matches!(&harness.state().wanted[..], [Action::OpenAny(path)] if path == "/projects/octopus.tiebreak"),
        "{:?}",
        harness.state().wanted
    );
}

#[test]
fn a_project_can_be_taken_off_the_list() {
    let mut harness = harness([900.0, 600.0], two());
    assert!(harness.query_by_label("Open octopus, texts, 732 of 1,200 judged, 9 to look at twice").is_some());
    harness.get_by_label("Forget tuned").click();
    harness.run();
    assert!(
        matches!(&harness.state().wanted[..], [Action::Forget(path)] if path == "/projects/tuned.tiebreak")
    );
}

#[test]
fn while_a_project_is_opened_nothing_else_can_be() {
    let mut harness = harness([900.0, 600.0], two());
    let place = harness.get_by_label("Open…").rect();
    harness.state_mut().is_opening = Some("/projects/octopus.tiebreak".to_owned());
    harness.run_steps(3);
    assert!(harness.query_by_label("Opening octopus.tiebreak…").is_some());
    assert_eq!(harness.get_by_label("Open…").rect(), place, "nothing jumps");
    harness.get_by_label("Try the sample").click();
    harness.run_steps(3);
    harness.key_press(Key::Enter);
    harness.run_steps(3);
    assert!(harness.state().wanted.is_empty(), "{:?}", harness.state().wanted);
}

#[test]
fn the_column_stands_in_the_middle_of_any_window_and_scrolls_where_it_is_low() {
    for size in [[900.0, 600.0], [1440.0, 900.0], [3840.0, 2160.0]] {
        let harness = harness(size, two());
        let title = harness.get_by_label("Which one is better?").rect();
        let last = harness.get_by_label("Open tuned, texts, 480 of 480 judged").rect();
        let forget = harness.get_by_label("Forget tuned").rect();
        let (above, below) = (title.top(), size[1] - last.bottom());
        assert!((above - below).abs() < 3.0, "{above} above and {below} below in {size:?}");
        assert!((title.left() - (size[0] - forget.right())).abs() < 3.0, "centred in {size:?}");
        assert!(forget.right() - title.left() <= COLUMN + 1.0);
    }
    let many = (0..20).map(|number| recent(&format!("project {number}"), 1, 10, 0)).collect();
    let mut harness = harness([900.0, 600.0], many);
    for _ in 0..3 {
        harness.key_press(Key::Tab);
        harness.run();
    }
    harness.key_press_modifiers(Modifiers::SHIFT, Key::Tab);
    harness.run();
    assert!(harness.get_by_label("Which one is better?").rect().top() >= 0.0, "the top is seen first");
}
