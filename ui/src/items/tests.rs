#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use egui::{Key, Modifiers, Role};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use tiebreak_domain::filter::{BeliefFilter, RowRewrite, RowVerdict};
use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::reward::{ModelKey, Scorer};
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, Outcome, ProjectKey, Rubric, Settings, Source, SourceId, UnixMillis,
};

use super::*;
use crate::app::notice::Notices;
use crate::command::Keymap;
use crate::host::Now;

/// The browser in a window, and an engine that answers at once.
struct Bench {
    items: ItemsBrowser,
    info: ProjectInfo,
    settings: Settings,
    keymap: Keymap,
    notices: Notices,
    now: Now,
    total: u64,
    sent: Vec<(Purpose, Request)>,
    wanted: Vec<Action>,
}

impl Bench {
    fn new(total: u64) -> Self {
        let mut items = ItemsBrowser::default();
        items.refresh();
        Self {
            items,
            info: info(total),
            settings: Settings::default(),
            keymap: Keymap::new(&BTreeMap::new()),
            notices: Notices::default(),
            now: Now::default(),
            total,
            sent: Vec::new(),
            wanted: Vec::new(),
        }
    }

    /// A frame as the app has it: what is wanted is sent and answered first, then all is painted.
    fn frame(&mut self, ui: &mut Ui) {
        let mut requests = Vec::new();
        self.items.requests(&mut requests);
        for (purpose, request) in &requests {
            self.answer(purpose, request);
        }
        self.sent.extend(requests);
        let scene = Scene {
            settings: &self.settings,
            keymap: &self.keymap,
            notices: &self.notices,
            models: &crate::models::ModelWork::default(),
            network: &crate::backend::Network::default(),
            has_dialogs: false,
            knows_files: true,
            is_opening: None,
            now: self.now,
        };
        browser_ui(ui, &scene, &mut self.items, &self.info, true, &mut self.wanted);
    }

    fn answer(&mut self, purpose: &Purpose, request: &Request) {
        match (purpose, request) {
            (Purpose::Find(number), Request::Find(filter)) => {
                let count = if filter.search.contains("nothing") { 0 } else { self.total };
                self.items.found(*number, ViewId(*number), count, true);
            }
            (_, Request::Rows { view, from, count }) => {
                let end = (from + u64::from(*count)).min(self.total);
                self.items.rows_arrived(*view, *from, (*from..end).map(row).collect());
            }
            _ => {}
        }
    }

    /// Engine and app, for what is asked about models.
    fn answer_about_models(&mut self) {
        let scores = |scorer, name: &str, scores: [f64; 2]| ItemScores {
            scorer,
            name: name.to_owned(),
            dimension: "overall".to_owned(),
            scores: scores.map(Some).to_vec(),
        };
        let model = Scorer::Model(ModelKey("k".to_owned()));
        let said = vec![scores(Scorer::Head, "head", [-0.5, 1.25]), scores(model, "small", [3.0, 2.0])];
        let mut asked = self.sent.iter().filter_map(|(purpose, _)| match purpose {
            Purpose::ItemRanks(item) => Some(*item),
            _ => None,
        });
        if let Some(item) = asked.next_back() {
            self.items.ranks_arrived(item, Ok(said));
        }
    }

    fn finds(&self) -> Vec<&ItemFilter> {
        self.sent
            .iter()
            .filter_map(|(_, request)| if let Request::Find(filter) = request { Some(filter) } else { None })
            .collect()
    }
}

fn info(total: u64) -> ProjectInfo {
    let annotator = |id: i64, name: &str| Annotator {
        id: AnnotatorId(id),
        key: AnnotatorKey([id as u8; 16]),
        name: name.to_owned(),
        judged: 0,
        skipped: 0,
    };
    ProjectInfo {
        path: "pairs.tiebreak".to_owned(),
        key: ProjectKey([7; 16]),
        name: "pairs".to_owned(),
        rubric: Rubric::default(),
        active_items: total,
        excluded_items: 0,
        deleted_items: 0,
        judgments: 0,
        revisions: 0,
        annotators: vec![annotator(1, "Ada"), annotator(2, "Grace")],
        annotator: AnnotatorId(1),
        sources: vec![Source {
            id: SourceId(1),
            name: "pairs.jsonl".to_owned(),
            media_folder: None,
            fetches_addresses: false,
            blake3: String::new(),
            imported_at: UnixMillis(0),
        }],
        search_index: SearchIndex { indexed: total, total },
        is_sample: false,
        created_at: UnixMillis(0),
    }
}

fn row(place: u64) -> ItemRow {
    let verdict =
        |annotator, outcome, flagged| RowVerdict { annotator: AnnotatorId(annotator), outcome, flagged };
    ItemRow {
        id: ItemId(place as i64 + 1),
        external_id: Some(format!("task-{place}")),
        prompt: format!(
            "Prompt {place}: explain, in a few words, why the sky is blue and why sunsets are red"
        ),
        candidates: vec![
            format!(
                "Candidate one of {place}: sunlight is scattered by the air, short waves more than long ones"
            ),
            format!("Candidate two of {place}: because the sea is blue and the sky is its mirror image"),
        ],
        source: SourceId(1),
        status: if place == 2 { ItemStatus::Excluded } else { ItemStatus::Active },
        verdicts: match place % 4 {
            0 => vec![],
            1 => vec![verdict(1, Some(Outcome::A), false)],
            2 => vec![verdict(1, Some(Outcome::Tie), true), verdict(2, None, false)],
            _ => vec![verdict(1, Some(Outcome::BothBad), false), verdict(2, Some(Outcome::B), false)],
        },
        rewrites: if place == 1 {
            let text = "Short waves are scattered more".to_owned();
            vec![RowRewrite { annotator: AnnotatorId(1), original: Some(1), text }]
        } else {
            Vec::new()
        },
    }
}

fn harness(total: u64, size: [f32; 2]) -> Harness<'static, Bench> {
    let mut harness = Harness::builder()
        .with_size(size)
        .with_context_setup(theme::install)
        .build_ui_state(|ui, bench: &mut Bench| bench.frame(ui), Bench::new(total));
    harness.run();
    harness
}

fn statuses_sent(harness: &Harness<'_, Bench>) -> Vec<(Purpose, Vec<(i64, ItemStatus)>)> {
    let statuses = |request: &Request| match request {
        Request::SetStatus(changes) => Some(changes.iter().map(|(item, status)| (item.0, *status)).collect()),
        _ => None,
    };
    harness
        .state()
        .sent
        .iter()
        .filter_map(|(purpose, request)| Some((purpose.clone(), statuses(request)?)))
        .collect()
}

#[test]
fn the_last_of_a_million_rows_is_reached_and_painted_exactly() {
    let mut harness = harness(1_000_000, [1200.0, 800.0]);
    harness.key_press(Key::End);
    harness.run();
    let grid = harness.get_by_role_and_label(Role::Grid, "Items").rect();
    let last = harness.get_by_label_contains("Prompt 999999:").rect();
    assert_eq!(last.bottom(), grid.bottom(), "the last row ends where the table ends");
    assert_eq!(last.height(), scroll::ROW_HEIGHT, "and is whole");
    let before = harness.get_by_label_contains("Prompt 999998:").rect();
    assert_eq!(before.bottom(), last.top(), "rows neither overlap nor leave gaps, a million rows down");

    harness.key_press(Key::Enter);
    harness.run();
    assert!(matches!(harness.state().wanted[..], [Action::Judge(ItemId(1_000_000))]), "Enter opens it");
    harness.key_press(Key::Home);
    harness.run();
    let first = harness.get_by_label_contains("Prompt 0:").rect();
    assert_eq!(first.top(), grid.top());
}

#[test]
fn rows_are_asked_for_in_pages_and_once() {
    let mut harness = harness(1_000_000, [1200.0, 800.0]);
    let asked = |harness: &Harness<'_, Bench>| {
        harness.state().sent.iter().filter(|(purpose, _)| *purpose == Purpose::Rows).count()
    };
    assert_eq!(asked(&harness), 2, "the page in view and the one behind it");
    harness.run_steps(10);
    assert_eq!(asked(&harness), 2, "and not again");
    harness.key_press(Key::End);
    harness.run();
    assert!(asked(&harness) <= 5, "jumping to the end reads only what is there: {}", asked(&harness));
}

#[test]
fn the_wheel_scrolls_by_points_and_the_keys_bring_the_cursor_back_into_view() {
    let mut harness = harness(10_000, [1200.0, 800.0]);
    let grid = harness.get_by_role_and_label(Role::Grid, "Items").rect();
    harness.hover_at(grid.center());
    harness.run();
    for _ in 0..4 {
        harness.event(egui::Event::MouseWheel {
            unit: egui::MouseWheelUnit::Point,
            delta: egui::vec2(0.0, -1000.0),
            phase: egui::TouchPhase::Move,
            source: egui::MouseWheelSource::Unknown,
            modifiers: Modifiers::NONE,
        });
        harness.run_steps(12);
    }
    assert!(harness.query_by_label_contains("Prompt 0:").is_none(), "the first row is out of view");
    harness.key_press(Key::ArrowDown);
    harness.run();
    let cursor = harness.state().items.selection().cursor().unwrap();
    assert!(cursor > 50, "without a cursor, the keys begin where the table stands: {cursor}");
    harness.key_press(Key::Home);
    harness.run();
    assert!(harness.query_by_label_contains("Prompt 0:").is_some());
}

#[test]
fn shift_and_control_clicks_choose_more_and_a_double_click_opens() {
    let mut harness = harness(100, [1200.0, 800.0]);
    harness.get_by_label_contains("Prompt 3:").click();
    harness.run();
    harness.get_by_label_contains("Prompt 6:").click_modifiers(Modifiers::SHIFT);
    harness.run();
    harness.get_by_label_contains("Prompt 10:").click_modifiers(Modifiers::COMMAND);
    harness.run();
    assert_eq!(harness.state().items.selection().stretches(), [(3, 6), (10, 10)]);
    assert!(harness.query_by_label("5 chosen").is_some(), "the foot says how many");
    harness.key_press_modifiers(Modifiers::SHIFT, Key::ArrowDown);
    harness.run();
    assert_eq!(harness.state().items.selection().stretches(), [(3, 6), (10, 11)]);
}

#[test]
fn excluding_and_undo_go_out_and_the_list_is_asked_for_anew() {
    let mut harness = harness(100, [1200.0, 800.0]);
    harness.get_by_label_contains("Prompt 4:").click();
    harness.run();
    harness.state_mut().items.command(Command::Exclude);
    harness.run();
    assert_eq!(statuses_sent(&harness), [(Purpose::SetStatus, vec![(5, ItemStatus::Excluded)])]);
    let finds = harness.state().finds().len();
    harness.state_mut().items.statuses_changed(vec![(ItemId(5), ItemStatus::Active)], false);
    harness.run();
    assert_eq!(harness.state().finds().len(), finds + 1, "the list may have changed");
    assert_eq!(harness.state().items.selection().stretches(), [(4, 4)], "and the cursor stays");

    harness.state_mut().items.command(Command::UndoStatus);
    harness.run();
    assert_eq!(statuses_sent(&harness)[1], (Purpose::UndoStatus, vec![(5, ItemStatus::Active)]));
}

#[test]
fn nothing_is_chosen_once_the_chosen_rows_have_left_the_list() {
    let mut harness = harness(100, [1200.0, 800.0]);
    harness.state_mut().items.filter.status = Some(ItemStatus::Active);
    harness.run();
    for command in [Command::Exclude, Command::UndoStatus] {
        harness.get_by_label_contains("Prompt 4:").click();
        harness.run();
        harness.state_mut().items.command(command);
        harness.run();
        assert!(harness.state().items.selection().count() == 0, "{command:?}: others stand there now");
    }
    assert_eq!(statuses_sent(&harness)[0], (Purpose::SetStatus, vec![(5, ItemStatus::Excluded)]));
}

#[test]
fn the_button_says_include_where_all_chosen_are_excluded() {
    let mut harness = harness(100, [1200.0, 800.0]);
    assert!(harness.query_by_label("Exclude").is_some());
    let place = harness.get_by_label("Exclude").rect();
    harness.get_by_label_contains("Prompt 2:").click();
    harness.run();
    assert_eq!(harness.get_by_label("Include").rect(), place, "and keeps its place");
    harness.get_by_label("Include").click();
    harness.run();
    assert!(matches!(harness.state().wanted[..], [Action::Command(Command::Exclude)]));
}

#[test]
fn typing_searches_at_once_and_then_with_pauses() {
    let mut harness = harness(100, [1200.0, 800.0]);
    harness.state_mut().items.command(Command::FocusSearch);
    harness.run();
    assert!(harness.get_by_label("Search").is_focused());
    for letter in ["s", "k", "y"] {
        harness.get_by_label("Search").type_text(letter);
        harness.run_steps(2);
    }
    let searches: Vec<String> = harness.state().finds().iter().map(|filter| filter.search.clone()).collect();
    assert_eq!(searches, ["", "s"], "the clock stands still: the rest waits");
    harness.state_mut().now.monotonic_ms += 200;
    harness.run_steps(3);
    assert_eq!(harness.state().finds().last().unwrap().search, "sky*");
    harness.key_press(Key::ArrowDown);
    harness.run_steps(2);
    assert_eq!(harness.state().items.selection().cursor(), None, "the field has the keys");
    harness.key_press(Key::Enter);
    harness.run_steps(2);
    assert!(harness.state().wanted.is_empty(), "Enter leaves the field and opens nothing");
}

#[test]
fn filters_narrow_and_are_cleared_again() {
    let mut harness = harness(100, [1200.0, 800.0]);
    harness.get_by_label("State: Judged").click();
    harness.run();
    harness.get_by_label("Flagged").click();
    harness.run();
    let last = (*harness.state().finds().last().unwrap()).clone();
    assert_eq!((last.state, last.flagged), (tiebreak_domain::filter::ItemState::Judged, true));
    harness.get_by_role_and_label(Role::ComboBox, "Annotator").click();
    harness.run();
    harness.get_by_label("Grace").click();
    harness.run();
    assert_eq!(harness.state().finds().last().unwrap().annotator, Some(AnnotatorId(2)));
    harness.get_by_label("Clear filters").click();
    harness.run();
    assert_eq!(**harness.state().finds().last().unwrap(), ItemFilter::default());
}

#[test]
fn nothing_found_and_no_items_say_what_to_do() {
    let mut harness = harness(100, [1200.0, 800.0]);
    harness.state_mut().items.filter.search = "nothing ".to_owned();
    harness.run();
    harness.get_by_label("Show all items").click();
    harness.run();
    // Searches are sent with a pause between them.
    harness.state_mut().now.monotonic_ms += 200;
    harness.run_steps(4);
    assert!(harness.query_by_label_contains("Prompt 0:").is_some());

    let mut harness = self::harness(0, [900.0, 600.0]);
    harness.get_by_label("Import…").click();
    harness.run();
    assert!(matches!(harness.state().wanted[..], [Action::Command(Command::ShowImport)]));
}

#[test]
fn a_search_index_that_still_grows_is_told() {
    let mut harness = harness(1_000_000, [1200.0, 800.0]);
    assert!(harness.query_by_label_contains("so far").is_none());
    harness.state_mut().info.search_index.indexed = 340_000;
    harness.run();
    assert!(harness.query_by_label("Search covers 340,000 of 1,000,000 so far").is_some());
}

#[test]
fn a_small_window_keeps_everything_inside() {
    for size in [[900.0, 600.0], [3840.0, 2160.0]] {
        let harness = harness(1_000, size);
        for label in ["Back to judging", "Open", "Clear filters", "Search", "Flagged"] {
            let rect = harness.get_by_label(label).rect();
            let window = egui::Rect::from_min_size(egui::Pos2::ZERO, size.into());
            assert!(window.contains_rect(rect), "{label} is at {rect:?} in a window of {size:?}");
        }
        assert!(harness.get_by_label_contains("Prompt 0:").accesskit_node().is_selected() != Some(true));
    }
}

#[test]
fn a_frame_is_cheap() {
    let mut harness = harness(1_000_000, [1440.0, 1000.0]);
    let mut times = Vec::new();
    for _ in 0..40 {
        harness.key_press(Key::PageDown);
        let began = std::time::Instant::now();
        harness.step();
        times.push(began.elapsed());
    }
    times.sort_unstable();
    eprintln!(
        "a page down: {:?} at the median, {:?} at most, accessibility tree included",
        times[20], times[39]
    );
    assert!(times[20] < std::time::Duration::from_millis(250), "even without optimisation: {:?}", times[20]);
}

#[test]
fn a_rewrite_is_told_with_who_wrote_it_and_of_what() {
    let harness = harness(8, [1200.0, 800.0]);
    let row = harness.get_by_label_contains("Prompt 1:");
    let spoken = row.accesskit_node().label().unwrap_or_default();
    assert!(spoken.contains("rewrote response 2: Short waves are scattered more"), "{spoken}");
}

#[test]
fn the_lead_filters_by_a_models_word_and_takes_it_only_when_asked_twice() {
    let mut harness = harness(50, [1500.0, 800.0]);
    harness.get_by_role_and_label(Role::ComboBox, "What models say").click();
    harness.run();
    harness.get_by_label("A model is sure").click();
    harness.run();
    let filter = (**harness.state().finds().last().unwrap()).clone();
    assert_eq!(filter.belief, Some(BeliefFilter::default()), "the head, from 90 %");
    assert!(harness.state().sent.iter().any(|(purpose, _)| *purpose == Purpose::ItemModels));
    harness.get_by_label_contains("Take the model's word").click();
    harness.run();
    assert!(harness.state().wanted.is_empty(), "said once more before it is done");
    harness.get_by_label_contains("Take it for the open pairs among 50").click();
    harness.run();
    let [Action::Send(Purpose::AcceptLabels, Request::AcceptModelLabels { above, by, of })] =
        &harness.state().wanted[..]
    else {
        panic!("labels, not {:?}", harness.state().wanted)
    };
    assert!((above - 0.9).abs() < 1e-6 && *by == Scorer::Head && **of == filter);
}

#[test]
fn ranks_stand_beside_the_table_once_they_are_wanted() {
    let mut harness = harness(50, [1500.0, 800.0]);
    harness.key_press(Key::Home);
    harness.run();
    let asks = |harness: &Harness<'_, Bench>| {
        harness.state().sent.iter().filter(|(purpose, _)| matches!(purpose, Purpose::ItemRanks(_))).count()
    };
    assert_eq!(asks(&harness), 0, "nothing is asked before it is wanted");
    harness.get_by_label("Ranks").click();
    harness.run();
    harness.state_mut().answer_about_models();
    harness.run();
    assert_eq!(asks(&harness), 1, "of the item under the cursor, once");
    assert!(harness.query_by_label("1. B").is_some(), "the head has the second first");
    assert!(harness.query_by_label("1. A").is_some(), "and the model the first");
    assert_eq!(harness.query_all_by_label("best of 2").count(), 2);
    harness.key_press(Key::ArrowDown);
    harness.run();
    assert_eq!(asks(&harness), 2, "another item, another question");
}
