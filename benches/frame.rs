//! What the frame of a key press costs: `cargo bench --bench frame`.
//!
//! A person chooses and presses Enter; the frame of that press must hold the next item, complete. Measured
//! is its layout and tessellation, in CPU time of the thread (so that a busy machine changes little), for
//! pairs of 4,000-character Markdown texts and of 2048×2048 images; and, for twelve candidates of 4,000
//! characters that are each rated, every frame in which a key answers. No graphics card is involved; that the
//! images were uploaded before the press is asserted.
//!
//! Of pairs of 100,000-character texts that are held against each other, prose and code, every frame is measured: from
//! the press that shows them until all that differs is marked.

use std::sync::Arc;

use cpu_time::ThreadTime;
use egui::{Event, Key, Modifiers, RawInput, Rect, pos2, vec2};
use tiebreak_domain::door::{Picture, Pixels};
use tiebreak_domain::project::{Progress, SearchIndex};
use tiebreak_domain::queue::Place;
use tiebreak_domain::rubric::{QuestionKind, Scale, Scope};
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, Candidate, Item, ItemId, ItemStatus, Order, Part, ProjectInfo,
    ProjectKey, Question, QueuedItem, Reply, Request, Rubric, SourceId, StoredItem, UnixMillis,
};
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::backend::Scripted;
use tiebreak_ui::host::Still;
use tiebreak_ui::theme;

const ITEMS: i64 = 300;
const WINDOW: [f32; 2] = [1440.0, 900.0];

/// What is judged, and by which keys.
#[derive(Clone, Copy)]
struct Load {
    name: &'static str,
    rubric: fn() -> Rubric,
    item: fn(i64) -> Item,
    /// How often the key that answers is pressed for one item.
    answers: usize,
    /// Which frames are measured beside that of the press.
    also: Also,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Also {
    Nothing,
    /// Those of the keys that answer.
    Answers,
    /// All, with differences marked.
    Comparing,
}

/// Of long texts so many pairs are enough, and so many frames until nothing is left to be done.
const LONG_ITEMS: i64 = 20;
const LONG_FRAMES: usize = 180;

const LOADS: [Load; 5] = [
    Load {
        name: "4,000-character Markdown pairs",
        rubric: Rubric::default,
        item: markdown,
        answers: 1,
        also: Also::Nothing,
    },
    Load {
        name: "2048x2048 image pairs",
        rubric: Rubric::default,
        item: images,
        answers: 1,
        also: Also::Nothing,
    },
    Load {
        name: "12 candidates of 4,000 characters",
        rubric: quality,
        item: twelve,
        answers: 12,
        also: Also::Answers,
    },
    Load {
        name: "100,000-character prose, compared",
        rubric: Rubric::default,
        item: long_prose,
        answers: 1,
        also: Also::Comparing,
    },
    Load {
        name: "100,000-character code, compared",
        rubric: Rubric::default,
        item: long_code,
        answers: 1,
        also: Also::Comparing,
    },
];

fn main() {
    for load in LOADS {
        let mut costs_ms = run(load);
        costs_ms.sort_by(f64::total_cmp);
        let at = |share: f64| costs_ms[((costs_ms.len() - 1) as f64 * share) as usize];
        let which = if load.also == Also::Comparing { "every frame" } else { "frame of the key press" };
        println!(
            "{}: {which}, {} of them: p50 {:.2} ms, p99 {:.2} ms, max {:.2} ms of CPU",
            load.name,
            costs_ms.len(),
            at(0.5),
            at(0.99),
            at(1.0)
        );
    }
}

fn run(load: Load) -> Vec<f64> {
    let pixels: Arc<[u8]> =
        (0..2048_u32 * 2048).flat_map(|pixel| [(pixel >> 3) as u8, (pixel >> 13) as u8, 90, 255]).collect();
    let (backend, _remote) = Scripted::new(move |request| Some(Ok(answer(request, load, &pixels)?)));
    let still = Still::default();
    let clock = still.clone();
    let start = Start { path: Some("bench.tiebreak".into()), app_version: "bench".into() };
    let mut app = App::new(Box::new(backend), Box::new(still), start);
    let ctx = egui::Context::default();
    theme::install(&ctx);
    while tiebreak_ui::document::warm_up_some() {}
    for _ in 0..60 {
        frame(&ctx, &mut app, &clock, &[]);
    }
    let is_comparing = load.also == Also::Comparing;
    if is_comparing {
        frame(&ctx, &mut app, &clock, &[Key::D]);
    }
    let mut costs_ms = Vec::new();
    let (items, frames) = if is_comparing { (LONG_ITEMS, LONG_FRAMES) } else { (ITEMS, 12) };
    for number in 1..items {
        assert_eq!(shown(&app), number, "the next item is on the screen");
        for _ in 0..load.answers {
            let (cost_ms, _) = frame(&ctx, &mut app, &clock, &[Key::Num1]);
            costs_ms.extend((load.also != Also::Nothing).then_some(cost_ms));
        }
        // A person takes a second; that is sixty frames in which the next items are made ready.
        for _ in 0..frames {
            let (cost_ms, _) = frame(&ctx, &mut app, &clock, &[]);
            costs_ms.extend(is_comparing.then_some(cost_ms));
        }
        if is_comparing {
            assert!(is_marked(&app), "differences are marked by now");
        }
        let (cost_ms, uploads) = frame(&ctx, &mut app, &clock, &[Key::Enter]);
        assert_eq!(uploads, 0, "images were uploaded before they were asked for");
        costs_ms.push(cost_ms);
    }
    costs_ms
}

/// One rating for each candidate.
fn quality() -> Rubric {
    let kind = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
    Rubric {
        questions: vec![Question::new("quality", "Quality", Scope::Candidate, kind)],
        ..Rubric::default()
    }
}

/// Twelve answers to one question.
fn twelve(id: i64) -> Item {
    let candidates = (0..6).flat_map(|other| markdown(id * 6 + other).candidates).collect();
    Item { candidates, ..markdown(id) }
}

/// One frame with these keys; its cost and how many images had to be uploaded in it.
fn frame(ctx: &egui::Context, app: &mut App, clock: &Still, keys: &[Key]) -> (f64, usize) {
    clock.pass(16);
    let event = |key: Key, pressed| Event::Key {
        key,
        physical_key: None,
        pressed,
        repeat: false,
        modifiers: Modifiers::NONE,
    };
    let input = RawInput {
        screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(WINDOW[0], WINDOW[1]))),
        events: keys.iter().flat_map(|key| [event(*key, true), event(*key, false)]).collect(),
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
    // Letters are drawn as they come up, in egui's texture and in those of the texts; all else is images.
    let textures = ctx.tex_manager();
    let is_letters = |id| textures.read().meta(id).is_some_and(|meta| meta.name == "letters of texts");
    let is_image = |id| id != egui::TextureId::default() && !is_letters(id);
    let uploads = output.textures_delta.set.iter().filter(|(id, _)| is_image(**id)).count();
    output.drop_without_applying_deltas();
    (cost_ms, uploads)
}

fn shown(app: &App) -> i64 {
    app.desk().and_then(|desk| desk.session.current.as_ref()).map_or(0, |shown| shown.queued.item.id.0)
}

fn answer(request: &Request, load: Load, pixels: &Arc<[u8]>) -> Option<Reply> {
    Some(match request {
        Request::LoadSettings => Reply::Settings(Box::default()),
        Request::OpenProject { .. } | Request::Project => Reply::Project(Box::new(info((load.rubric)()))),
        Request::Queue(queue) => {
            let after = queue.except.iter().map(|item| item.0).max().unwrap_or(0);
            let from = match queue.place {
                Place::Start => 1,
                Place::After(ItemId(id)) => id.max(after) + 1,
                _ => return None,
            };
            Reply::Items(
                (from..from + i64::from(queue.count)).map(|id| queued(id, (load.item)(id))).collect(),
            )
        }
        Request::Submit(judgment) => Reply::Saved {
            judgment: judgment.id,
            revision: 1,
            annotator: judgment.annotator,
            progress: Progress { judged: judgment.item.0 as u64, skipped: 0, total: ITEMS as u64 },
        },
        Request::Image(image) => {
            let side = image.fit[0].min(image.fit[1]).min(2048);
            let rgba: Arc<[u8]> = pixels[..(side * side * 4) as usize].into();
            let pixels = Pixels { width: side, height: side, full_width: 2048, full_height: 2048, rgba };
            Reply::Image(Picture { pixels, may_move: false })
        }
        _ => Reply::Done,
    })
}

fn info(rubric: Rubric) -> ProjectInfo {
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
        rubric,
        active_items: ITEMS as u64,
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

fn queued(id: i64, item: Item) -> QueuedItem {
    let order = Order::as_given(item.candidates.len());
    QueuedItem {
        item: StoredItem {
            id: ItemId(id),
            key: item.key(),
            source: SourceId(1),
            status: ItemStatus::Active,
            item,
        },
        order,
        acquisition: Acquisition::FILE_ORDER,
        previous: None,
        scores: Vec::new(),
        draft: None,
    }
}

/// Headings, lists, code and a table; other words in each item, so that no cache helps.
fn markdown(id: i64) -> Item {
    let text = |side: &str| {
        let mut text = format!(
            "# Answer {id}{side}\n\nRead it **line by line**, in case {id}, and count as you go.\n\n"
        );
        let mut paragraph = 0;
        while text.len() < 4_000 {
            paragraph += 1;
            text.push_str(&match paragraph % 4 {
                0 => format!("```python\ndef count_{id}(path):\n    with open(path) as file:\n        return sum(1 for _ in file)  # {side}{paragraph}\n```\n\n"),
                1 => format!("- **Time**: one pass of {id}\n- *Memory*: about {paragraph} bytes for each word\n- A risk: `line_{paragraph}` without breaks\n\n"),
                2 => format!("Memory then depends on the number of *different* words, not on the size of file {id}; number {paragraph} of {side} goes on for a while so that lines wrap more than once in a column of this width.\n\n"),
                _ => format!("| way {id} | cost |\n|---|---:|\n| read | {paragraph} |\n| map | {id} |\n\n"),
            });
        }
        text.truncate(4_000);
        text
    };
    Item {
        prompt: vec![Part::markdown(format!(
            "My function number {id} reads a whole file into memory. Show me a better one."
        ))],
        candidates: vec![Candidate::markdown(text("a")), Candidate::markdown(text("b"))],
        ..Item::default()
    }
}

/// Whether all that differs is known.
fn is_marked(app: &App) -> bool {
    let Some(desk) = app.desk() else { return false };
    let texts = &desk.judge_screen.texts;
    texts.shows_lines() || texts.alone_count(tiebreak_ui::compare_text::Side::Candidate(0)).is_some()
}

/// Long texts of one origin: paragraphs that are the same, that differ in a few words, and that only one has.
fn long_prose(id: i64) -> Item {
    let text = |side: i64| {
        let mut text = format!("# Report {id}\n\n");
        let mut paragraph = 0;
        while text.len() < 100_000 {
            paragraph += 1;
            let word = |place: i64| WORDS[((paragraph * 7 + place * 3 + id) % 16) as usize];
            let sentence: String = (0..60).flat_map(|place| [word(place), " "]).collect();
            match (paragraph + id) % 5 {
                0 if side == 1 => {
                    text.push_str(&format!("Only here, in {id}, at {paragraph}: **{sentence}**.\n\n"))
                }
                1 => text.push_str(&format!(
                    "{sentence}, said the {} of {paragraph}; {sentence}.\n\n",
                    word(side * 5)
                )),
                2 => text.push_str(&format!("- {sentence}\n- {} and *{}*\n\n", word(side + 1), word(2))),
                _ => text.push_str(&format!("{paragraph}. {sentence} {sentence}\n\n")),
            }
        }
        text.truncate(100_000);
        text
    };
    compared(text)
}

const WORDS: [&str; 16] = [
    "memory", "line", "counter", "file", "reads", "slowly", "because", "garden", "winter", "answer", "model",
    "wrong", "careful", "token", "window", "river",
];

/// A long program of which one side changed some lines, added some and took some away.
fn long_code(id: i64) -> Item {
    let text = |side: i64| {
        let mut text = String::from("```python\n");
        let mut number = 0;
        while text.len() < 99_000 {
            number += 1;
            let name = WORDS[((number + id) % 16) as usize];
            if number % 9 == 0 && side == 1 {
                text.push_str(&format!("# Only here: {name} {number}\n"));
            }
            let count = if number % 4 == 0 { number + side } else { number };
            text.push_str(&format!(
                "def {name}_{number}(path, limit={count}):\n    with open(path) as file:\n        return sum(1 for line in file if len(line) < limit)  # {id}\n\n"
            ));
        }
        text.push_str("```\n");
        text
    };
    compared(text)
}

fn compared(text: impl Fn(i64) -> String) -> Item {
    Item {
        prompt: vec![Part::markdown("Which one?")],
        candidates: vec![Candidate::markdown(text(0)), Candidate::markdown(text(1))],
        ..Item::default()
    }
}

fn images(id: i64) -> Item {
    let image = |side: &str| Candidate {
        parts: vec![Part::image(format!("{id}-{side}.png"))],
        ..Candidate::default()
    };
    Item {
        prompt: vec![Part::markdown(format!("A fox, number {id}"))],
        candidates: vec![image("a"), image("b")],
        ..Item::default()
    }
}
