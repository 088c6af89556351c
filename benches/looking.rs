//! What looking around costs: `cargo bench --bench looking`.
//!
//! A pair of 8192×8192 pictures is zoomed into and panned, side by side and as their difference. Measured is the
//! CPU time of the thread in each frame, layout, tessellation and the making of textures included; tiles are
//! answered at once, so that every frame has as many to take in as it may. No graphics card is involved. Told is also
//! what the process took at the most up to then; where the system does not say, 0.

use std::sync::Arc;

use cpu_time::ThreadTime;
use egui::{Event, Key, Modifiers, RawInput, Rect, pos2, vec2};
use tiebreak_domain::door::{Picture, Pixels};
use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, Candidate, Item, ItemId, ItemStatus, Order, Part, ProjectInfo,
    ProjectKey, QueuedItem, Reply, Request, Rubric, SourceId, StoredItem, UnixMillis,
};
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::backend::Scripted;
use tiebreak_ui::host::Still;
use tiebreak_ui::theme;

const WINDOW: [f32; 2] = [1440.0, 900.0];
const SIDE: u32 = 8192;

fn main() {
    for (name, mode) in [("side by side", None), ("wipe", Some(Key::Y)), ("difference", Some(Key::D))] {
        let mut costs_ms = run(mode);
        costs_ms.sort_by(f64::total_cmp);
        let at = |share: f64| costs_ms[((costs_ms.len() - 1) as f64 * share) as usize];
        println!(
            "{SIDE}x{SIDE} pair, {name}: {} frames: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms of CPU; \
             {:.0} MB at most",
            costs_ms.len(),
            at(0.5),
            at(0.99),
            at(1.0),
            most_bytes() as f64 / 1e6
        );
    }
}

/// The most memory that this process took so far.
fn most_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) * 1024
}

fn run(mode: Option<Key>) -> Vec<f64> {
    let pixels: Arc<[u8]> =
        (0..2048_u32 * 2048).flat_map(|pixel| [(pixel >> 3) as u8, (pixel >> 13) as u8, 90, 255]).collect();
    let tile: Arc<[u8]> = pixels[..512 * 512 * 4].into();
    let (backend, _remote) = Scripted::new(move |request| Some(Ok(answer(request, &pixels, &tile))));
    let still = Still::default();
    let clock = still.clone();
    let start = Start { path: Some("bench.tiebreak".into()), app_version: "bench".into() };
    let mut app = App::new(Box::new(backend), Box::new(still), start);
    let ctx = egui::Context::default();
    theme::install(&ctx);
    for _ in 0..30 {
        frame(&ctx, &mut app, &clock, Vec::new());
    }
    if let Some(mode) = mode {
        frame(&ctx, &mut app, &clock, press(mode, Modifiers::NONE));
    }
    frame(&ctx, &mut app, &clock, vec![Event::PointerMoved(pos2(420.0, 400.0))]);
    let mut costs_ms = Vec::new();
    // In by a little each frame, a walk at that depth, and further in; then out again.
    for _ in 0..3 {
        for step in 0..60 {
            costs_ms.push(frame(
                &ctx,
                &mut app,
                &clock,
                vec![Event::Zoom(if step < 30 { 1.05 } else { 1.0 })],
            ));
        }
        for direction in [Key::ArrowRight, Key::ArrowDown, Key::ArrowLeft, Key::ArrowUp] {
            for step in 0..40 {
                let events = if step % 4 == 0 { press(direction, Modifiers::SHIFT) } else { Vec::new() };
                costs_ms.push(frame(&ctx, &mut app, &clock, events));
            }
        }
    }
    for _ in 0..100 {
        costs_ms.push(frame(&ctx, &mut app, &clock, vec![Event::Zoom(0.95)]));
    }
    costs_ms
}

fn press(key: Key, modifiers: Modifiers) -> Vec<Event> {
    [true, false]
        .map(|pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers })
        .to_vec()
}

fn frame(ctx: &egui::Context, app: &mut App, clock: &Still, events: Vec<Event>) -> f64 {
    clock.pass(16);
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(WINDOW[0], WINDOW[1]))),
        events,
        focused: true,
        ..RawInput::default()
    };
    let started = ThreadTime::now();
    let mut output = ctx.run_ui(input, |ui| {
        app.logic(&ui.ctx().clone());
        app.ui(ui);
    });
    let shapes = std::mem::take(&mut output.shapes);
    let meshes = ctx.tessellate(shapes, output.pixels_per_point);
    let cost_ms = started.elapsed().as_secs_f64() * 1000.0;
    assert!(!meshes.is_empty(), "something was painted");
    output.drop_without_applying_deltas();
    cost_ms
}

fn answer(request: &Request, pixels: &Arc<[u8]>, tile: &Arc<[u8]>) -> Reply {
    let whole = |width, height, rgba| Pixels { width, height, full_width: SIDE, full_height: SIDE, rgba };
    match request {
        Request::LoadSettings => Reply::Settings(Box::default()),
        Request::OpenProject { .. } | Request::Project => Reply::Project(Box::new(info())),
        Request::Queue(_) => Reply::Items(vec![queued()]),
        Request::Image(image) => {
            let side = image.fit[0].min(image.fit[1]).min(2048);
            let pixels = whole(side, side, pixels[..(side * side * 4) as usize].into());
            Reply::Image(Picture { pixels, may_move: false })
        }
        // Every level of a picture of this size is whole tiles.
        Request::Tile(_) => Reply::Tile(whole(512, 512, Arc::clone(tile))),
        _ => Reply::Done,
    }
}

fn info() -> ProjectInfo {
    let annotator = Annotator {
        id: AnnotatorId(1),
        key: AnnotatorKey([1; 16]),
        name: "Ada".into(),
        judged: 0,
        skipped: 0,
    };
    ProjectInfo {
        path: "bench.tiebreak".into(),
        key: ProjectKey([2; 16]),
        name: "bench".into(),
        rubric: Rubric::default(),
        active_items: 1,
        excluded_items: 0,
        deleted_items: 0,
        judgments: 0,
        revisions: 0,
        annotators: vec![annotator],
        annotator: AnnotatorId(1),
        sources: Vec::new(),
        search_index: SearchIndex::default(),
        is_sample: false,
        created_at: UnixMillis(0),
    }
}

fn queued() -> QueuedItem {
    let image =
        |side: &str| Candidate { parts: vec![Part::image(format!("{side}.png"))], ..Candidate::default() };
    let item = Item {
        prompt: vec![Part::markdown("A map")],
        candidates: vec![image("a"), image("b")],
        ..Item::default()
    };
    QueuedItem {
        item: StoredItem {
            id: ItemId(1),
            key: item.key(),
            source: SourceId(1),
            status: ItemStatus::Active,
            item,
        },
        order: Order::as_given(2),
        acquisition: Acquisition::FILE_ORDER,
        previous: None,
        scores: Vec::new(),
        draft: None,
    }
}
