//! Key scripts in, requests out: the whole interface against a scripted backend, without a window.

use egui::{Event, Key, Modifiers, RawInput, Rect, pos2, vec2};
use tiebreak_domain::project::{Progress, SearchIndex};
use tiebreak_domain::queue::Place;
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, ApiError, Candidate, ErrorCode, Item, ItemId, ItemStatus,
    NewJudgment, Order, Outcome, ProjectInfo, ProjectKey, QueuedItem, Reply, Rubric, SourceId, StoredItem,
    UnixMillis, Verdict,
};

mod asking;
mod background;
mod dialogs;
mod dropping;
mod elsewhere;
mod leaving;
mod looking;
mod menus;
mod merge;
mod playing;
mod questions;
mod second_look;
mod texts;
mod typing;

use super::*;
use crate::backend::{Remote, Scripted};
use crate::command::Command;
use crate::host::Still;
use crate::judge::saving::SavedState;

struct Bench {
    app: App,
    ctx: Context,
    remote: Remote,
    clock: Still,
}

impl Bench {
    /// An open project; every second item has its sides swapped. Judgments are answered as `save` says.
    fn open(save: impl FnMut(&NewJudgment) -> Option<Result<Reply, ApiError>> + Send + 'static) -> Self {
        Self::over(info(), queued, save)
    }

    /// The same over any project and items.
    fn over(
        info: ProjectInfo,
        queued: impl Fn(i64) -> QueuedItem + Send + 'static,
        save: impl FnMut(&NewJudgment) -> Option<Result<Reply, ApiError>> + Send + 'static,
    ) -> Self {
        let mut save = save;
        let (backend, remote) = Scripted::new(move |request| match request {
            Request::LoadSettings => Some(Ok(Reply::Settings(Box::default()))),
            Request::OpenProject { .. } | Request::Project => {
                Some(Ok(Reply::Project(Box::new(info.clone()))))
            }
            Request::Queue(queue) => {
                let from = match queue.place {
                    Place::After(ItemId(id)) => id + 1,
                    Place::At(ItemId(id)) => id,
                    _ => 1,
                };
                let items = from..(from + i64::from(queue.count)).min(51);
                Some(Ok(Reply::Items(items.map(&queued).collect())))
            }
            Request::Submit(judgment) => save(judgment),
            Request::Image(image) if image.uri.starts_with("gone/") => {
                Some(Err(ApiError::new(ErrorCode::NotFound, "the image is missing").at(&image.uri)))
            }
            Request::Image(_) => {
                let rgba: std::sync::Arc<[u8]> = vec![200; 4 * 4 * 2].into();
                let pixels = tiebreak_domain::door::Pixels {
                    width: 4,
                    height: 2,
                    full_width: 400,
                    full_height: 200,
                    rgba,
                };
                Some(Ok(Reply::Image(tiebreak_domain::door::Picture { pixels, may_move: false })))
            }
            // A picture of 400 by 200 is one tile at every level.
            Request::Tile(tile) => {
                let [width, height] = [400_u32, 200].map(|side| side.div_ceil(1 << tile.level));
                let rgba: std::sync::Arc<[u8]> = vec![90; (width * height * 4) as usize].into();
                let pixels =
                    tiebreak_domain::door::Pixels { width, height, full_width: 400, full_height: 200, rgba };
                Some(Ok(Reply::Tile(pixels)))
            }
            Request::Video(_) => Some(Ok(Reply::Video(tiebreak_domain::media::VideoInfo {
                size: [64, 36],
                times_us: (0..50).map(|frame| frame * 40_000).collect(),
                duration_us: 2_000_000,
                has_sound: false,
                codec: "h264".into(),
                remark: None,
            }))),
            Request::ItemScores { .. } => {
                Some(Ok(Reply::ItemScores(vec![tiebreak_domain::reward::ItemScores {
                    scorer: tiebreak_domain::reward::Scorer::Head,
                    name: "head".into(),
                    dimension: "overall".into(),
                    scores: vec![Some(0.1), Some(0.9)],
                }])))
            }
            Request::ItemRoles => Some(Ok(Reply::ItemRoles(Vec::new()))),
            Request::Frames(frames) if frames.medium.uri.starts_with("plays") => {
                Some(Ok(playing::frames(frames)))
            }
            // The test says when, and what is in it; other frames are never there.
            Request::SecondLook(_)
            | Request::StartMerge { .. }
            | Request::Frames(_)
            | Request::OpenSample => None,
            _ => Some(Ok(Reply::Done)),
        });
        Self::on(backend, remote)
    }

    /// With a project open that a backend has.
    fn on(backend: Scripted, remote: Remote) -> Self {
        let clock = Still::default();
        let start = Start { path: Some("p.tiebreak".into()), app_version: "test".into() };
        let app = App::new(Box::new(backend), Box::new(clock.clone()), start);
        let ctx = Context::default();
        theme::install(&ctx);
        let mut bench = Self { app, ctx, remote, clock };
        for _ in 0..5 {
            bench.frame(Vec::new());
        }
        bench
    }

    fn frame(&mut self, events: Vec<Event>) {
        self.output(events).drop_without_applying_deltas();
    }

    /// A frame, and what came of it.
    fn output(&mut self, events: Vec<Event>) -> egui::FullOutput {
        self.clock.pass(16);
        let input = RawInput {
            screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1280.0, 860.0))),
            events,
            focused: true,
            ..RawInput::default()
        };
        let app = &mut self.app;
        self.ctx.run_ui(input, |ui| {
            app.logic(&ui.ctx().clone());
            app.ui(ui);
        })
    }

    /// Presses `2 Enter u 1 Enter`, a frame each; whatever is no key is typed.
    fn keys(&mut self, script: &str) {
        for word in script.split(' ') {
            let Some(chord) = crate::command::Chord::parse(word) else {
                self.frame(vec![Event::Text(word.to_owned())]);
                continue;
            };
            let modifiers = Modifiers {
                ctrl: chord.control,
                command: chord.control,
                shift: chord.shift,
                alt: chord.alt,
                ..Modifiers::NONE
            };
            let press = |pressed| Event::Key {
                key: chord.key,
                physical_key: None,
                pressed,
                repeat: false,
                modifiers,
            };
            self.frame(vec![press(true), press(false)]);
        }
    }

    fn judgments(&self) -> Vec<NewJudgment> {
        let sent = self.remote.sent().into_iter();
        sent.filter_map(
            |(_, request)| if let Request::Submit(judgment) = request { Some(*judgment) } else { None },
        )
        .collect()
    }

    fn shown(&self) -> i64 {
        self.app
            .desk()
            .and_then(|desk| desk.session.current.as_ref())
            .map_or(0, |shown| shown.queued.item.id.0)
    }

    fn saved_state(&self) -> SavedState {
        self.app.desk().map_or(SavedState::Nothing, |desk| desk.session.saving.state())
    }
}

#[expect(clippy::unnecessary_wraps, reason = "an answer, as the bench wants one")]
fn saved(judgment: &NewJudgment) -> Option<Result<Reply, ApiError>> {
    let progress = Progress { judged: judgment.item.0 as u64, skipped: 0, total: 50 };
    Some(Ok(Reply::Saved { judgment: judgment.id, revision: 1, annotator: judgment.annotator, progress }))
}

fn info() -> ProjectInfo {
    ProjectInfo {
        path: "p.tiebreak".into(),
        key: ProjectKey([1; 16]),
        name: "p".into(),
        rubric: Rubric::default(),
        active_items: 50,
        excluded_items: 0,
        deleted_items: 0,
        judgments: 0,
        revisions: 0,
        annotators: vec![Annotator {
            id: AnnotatorId(1),
            key: AnnotatorKey([1; 16]),
            name: "Ada".into(),
            judged: 0,
            skipped: 0,
        }],
        annotator: AnnotatorId(1),
        sources: Vec::new(),
        search_index: SearchIndex::default(),
        is_sample: false,
        created_at: UnixMillis(0),
    }
}

fn queued(id: i64) -> QueuedItem {
    let item = Item {
        prompt: vec![tiebreak_domain::Part::markdown(format!("Question {id}?"))],
        candidates: vec![
            Candidate::markdown(format!("{id} first")),
            Candidate::markdown(format!("{id} second")),
        ],
        ..Item::default()
    };
    QueuedItem {
        item: StoredItem {
            id: ItemId(id),
            key: item.key(),
            source: SourceId(1),
            status: ItemStatus::Active,
            item,
        },
        order: Order::try_from(if id % 2 == 0 { vec![1, 0] } else { vec![0, 1] }).unwrap(),
        acquisition: Acquisition::FILE_ORDER,
        previous: None,
        scores: Vec::new(),
        draft: None,
    }
}

fn outcome(judgment: &NewJudgment) -> Option<Outcome> {
    judgment.verdict.preference().map(|preference| preference.outcome)
}

#[test]
fn a_key_script_with_a_change_of_mind_leaves_one_judgment_for_a() {
    let mut bench = Bench::open(saved);
    bench.keys("2 Enter u 1 Enter");
    let judgments = bench.judgments();
    let outcomes: Vec<_> = judgments.iter().map(outcome).collect();
    assert_eq!(outcomes, [Some(Outcome::B), None, Some(Outcome::A)]);
    assert_eq!(judgments[1].verdict, Verdict::Withdrawn);
    assert!(judgments.iter().all(|judgment| judgment.item == ItemId(1)));
    assert_eq!(bench.shown(), 2);
}

#[test]
fn the_next_item_is_there_in_the_frame_of_the_key() {
    let mut bench = Bench::open(saved);
    for item in 1..=20 {
        assert_eq!(bench.shown(), item);
        bench.keys("1");
        bench.keys("Enter");
    }
    let outcomes: Vec<_> = bench.judgments().iter().filter_map(outcome).collect();
    assert_eq!(
        outcomes[..4],
        [Outcome::A, Outcome::B, Outcome::A, Outcome::B],
        "the left side, whichever candidate it is"
    );
}

#[test]
fn saved_is_not_said_before_it_is() {
    let mut bench = Bench::open(|_| None);
    bench.keys("3 Enter");
    assert_eq!(bench.saved_state(), SavedState::Saving(1));
    assert_eq!(bench.shown(), 2, "the key does not wait for the disk");
    let (ticket, request) =
        bench.remote.sent().into_iter().find(|(_, request)| matches!(request, Request::Submit(_))).unwrap();
    let Request::Submit(judgment) = request else { unreachable!("it was found by that") };
    bench.remote.reply(ticket, saved(&judgment).unwrap());
    bench.frame(Vec::new());
    assert_eq!(bench.saved_state(), SavedState::Saved);
}

#[test]
fn what_could_not_be_stored_is_kept_and_sent_again() {
    let mut is_full = true;
    let mut bench = Bench::open(move |judgment| {
        if std::mem::take(&mut is_full) {
            return Some(Err(ApiError::new(ErrorCode::DiskFull, "the disk is full")));
        }
        saved(judgment)
    });
    bench.keys("1 Enter");
    bench.frame(Vec::new());
    assert_eq!(bench.saved_state(), SavedState::Failed(1));
    bench.app.want(Action::RetrySaving);
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    assert_eq!(bench.saved_state(), SavedState::Saved);
    let judgments = bench.judgments();
    assert_eq!(judgments[0].id, judgments[1].id, "the same judgment, so that it is stored once");
}

#[test]
fn what_could_not_be_stored_is_not_left_behind_unasked() {
    let mut is_full = true;
    let mut bench = Bench::open(move |judgment| {
        if std::mem::take(&mut is_full) {
            return Some(Err(ApiError::new(ErrorCode::DiskFull, "the disk is full")));
        }
        saved(judgment)
    });
    bench.keys("1 Enter");
    bench.frame(Vec::new());
    for leaving in [
        Action::Quit,
        Action::Command(Command::CloseProject),
        Action::Command(Command::OpenSample),
        Action::OpenAny("/other.tiebreak".into()),
    ] {
        bench.app.want(leaving);
        bench.frame(Vec::new());
        assert!(matches!(bench.app.dialog, Some(Dialog::Unsaved(_))), "it asks first");
        assert_eq!(bench.saved_state(), SavedState::Failed(1), "and nothing is lost by being asked");
        bench.app.want(Action::CloseDialog);
    }
    bench.app.want(Action::RetrySaving);
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    bench.app.want(Action::Command(Command::CloseProject));
    bench.frame(Vec::new());
    assert!(bench.app.desk().is_none(), "with everything on the disk there is nothing to ask");
}

#[test]
fn another_name_in_the_settings_leaves_nothing_behind() {
    let mut is_full = true;
    let mut bench = Bench::open(move |judgment| {
        if std::mem::take(&mut is_full) {
            return Some(Err(ApiError::new(ErrorCode::DiskFull, "the disk is full")));
        }
        saved(judgment)
    });
    let place = |bench: &Bench, is_it: fn(&Request) -> bool| {
        bench.remote.sent().iter().position(|(_, request)| is_it(request))
    };
    let sat_down = |request: &Request| matches!(request, Request::SetAnnotator { .. });
    bench.keys("1 Enter");
    bench.frame(Vec::new());
    bench.app.want(Action::SetAnnotator("Grace".into()));
    bench.frame(Vec::new());
    assert_eq!((place(&bench, sat_down), bench.saved_state()), (None, SavedState::Failed(1)));
    bench.app.want(Action::RetrySaving);
    bench.frame(Vec::new());
    bench.frame(Vec::new());
    bench.keys("2");
    bench.app.want(Action::SetAnnotator("Grace".into()));
    bench.frame(Vec::new());
    let kept = place(&bench, |request| matches!(request, Request::SaveDraft { draft: Some(_), .. }));
    assert!(kept.is_some() && kept < place(&bench, sat_down), "what was begun is Ada's");
}

#[test]
fn escape_ends_the_settings_with_the_name_that_was_typed() {
    let mut bench = Bench::open(saved);
    bench.app.want(Action::Command(Command::ShowSettings));
    bench.frame(Vec::new());
    let at = questions::drawing::places(&mut bench, egui::accesskit::Role::TextInput, "Ada")[0].center();
    questions::drawing::click(&mut bench, at);
    bench.keys("Ctrl+A Grace");
    bench.frame(Vec::new());
    bench.keys("Escape");
    bench.frame(Vec::new());
    let sent = bench.remote.sent();
    let seated = Request::SetAnnotator { name: "Grace".into() };
    assert!(sent.iter().any(|(_, request)| *request == seated), "{sent:?}");
    assert!(bench.app.dialog.is_none());
}

#[test]
fn only_a_judged_training_item_is_explained() {
    let mut bench = Bench::open(saved);
    bench.keys("1 Enter");
    let mut judgment = bench.judgments().remove(0);
    assert_eq!(receive::training_request(&judgment), None, "an item like any other");
    judgment.showing.as_mut().unwrap().acquisition.method =
        tiebreak_domain::showing::AcquisitionMethod::Training;
    let (purpose, request) = receive::training_request(&judgment).unwrap();
    assert!(matches!(purpose, Purpose::Training(_)));
    assert_eq!(request, Request::Training { annotator: judgment.annotator, item: judgment.item });
    judgment.verdict = Verdict::Skipped;
    assert_eq!(receive::training_request(&judgment), None, "a skip gives nothing away");
}

#[test]
fn a_response_that_says_nothing_is_said_to_be_empty() {
    let silent = |id: i64| {
        let mut queued = queued(id);
        queued.item.item.candidates[1] = Candidate::markdown(" ");
        queued
    };
    let painted = |bench: &mut Bench| {
        let output = bench.output(Vec::new());
        let words = |shape: &egui::epaint::ClippedShape| match &shape.shape {
            egui::Shape::Text(text) => Some(text.galley.text().to_owned()),
            _ => None,
        };
        let painted: Vec<String> = output.shapes.iter().filter_map(words).collect();
        output.drop_without_applying_deltas();
        painted
    };
    let said = painted(&mut Bench::over(info(), silent, saved));
    let count = said.iter().filter(|words| *words == "Empty response").count();
    assert_eq!(count, 1, "one card of two, and not the prompt: {said:?}");
    let said = painted(&mut Bench::open(saved));
    assert!(!said.iter().any(|words| words == "Empty response"), "who says something is not called empty");
}

#[test]
fn letters_in_a_comment_are_no_commands() {
    let mut bench = Bench::open(saved);
    bench.keys("1 c");
    bench.frame(Vec::new());
    bench.frame(vec![Event::Text("2 both u".into())]);
    bench.keys("2 u");
    bench.keys("Ctrl+Enter");
    let judgments = bench.judgments();
    assert_eq!(judgments.len(), 1);
    assert_eq!(outcome(&judgments[0]), Some(Outcome::A));
    assert!(judgments[0].comment.contains("both"), "{:?}", judgments[0].comment);
}

#[test]
fn a_comment_of_many_lines_leaves_the_answers_where_they_are() {
    let mut bench = Bench::open(saved);
    let next = |bench: &mut Bench| {
        let painted = bench.painted();
        painted.into_iter().find(|(words, _)| words == "Next").expect("the way on is on the screen").1
    };
    bench.keys("c");
    bench.frame(Vec::new());
    let before = next(&mut bench);
    for _ in 0..6 {
        bench.frame(vec![Event::Text("a line\n".into())]);
    }
    bench.frame(Vec::new());
    assert_eq!(next(&mut bench), before);
    let outside: Vec<_> = bench.painted().into_iter().filter(|(_, place)| place.bottom() > 860.0).collect();
    assert!(outside.is_empty(), "nothing hangs below the window: {outside:?}");
}

#[test]
fn what_cannot_be_judged_says_why_by_one_key() {
    let mut bench = Bench::open(saved);
    bench.keys("5");
    bench.frame(Vec::new());
    bench.keys("2");
    bench.keys("Enter");
    let judgment = &bench.judgments()[0];
    let preference = judgment.verdict.preference().unwrap();
    assert_eq!(preference.outcome, Outcome::Unratable);
    assert_eq!(preference.reason.as_deref(), Some("The prompt is unclear"));
}

#[test]
fn a_changed_key_does_what_it_was_changed_to() {
    let mut bench = Bench::open(saved);
    let mut settings = Settings::default();
    settings.keys.insert("skip".into(), "X".into());
    bench.app.want(Action::Settings(Box::new(settings)));
    bench.frame(Vec::new());
    bench.keys("s x");
    let verdicts: Vec<_> = bench.judgments().into_iter().map(|judgment| judgment.verdict).collect();
    assert_eq!(verdicts, [Verdict::Skipped], "the old key means nothing any more");
}
