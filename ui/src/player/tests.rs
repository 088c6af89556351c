//! The player against a hand-held clock: what is on the screen, what was seen, and what is asked for.

use egui::Context;
use tiebreak_domain::door::Pixels;
use tiebreak_domain::media::{Frames, VideoInfo};
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{Candidate, ItemStatus, Order, StoredItem};

use super::*;
use crate::command::Command;

mod panes;
mod sound;

/// A bench with an item of videos; the engine answers at once, or not until it is told.
struct Bench {
    ctx: Context,
    player: Player,
    queued: QueuedItem,
    videos: HashMap<String, Result<VideoInfo, ApiError>>,
    waiting: Vec<Wanted>,
    is_stalled: bool,
    is_in_front: bool,
    now_ms: u64,
    asked: Vec<FramesRequest>,
    most_held: u64,
}

fn video(frames: u64, per_second: u64) -> VideoInfo {
    sized(frames, per_second, [64, 36])
}

fn sized(frames: u64, per_second: u64, size: [u32; 2]) -> VideoInfo {
    let at = |frame: u64| frame * 1_000_000 / per_second;
    VideoInfo {
        size,
        times_us: (0..frames).map(at).collect(),
        duration_us: at(frames),
        has_sound: false,
        codec: "h264".into(),
        remark: None,
    }
}

fn item(id: i64, uris: &[&str]) -> QueuedItem {
    let candidates = uris.iter().map(|uri| {
        let part = if uri.ends_with("wav") {
            Part::Audio { uri: (*uri).to_owned() }
        } else if uri.ends_with("gif") || uri.ends_with("png") {
            Part::image(*uri)
        } else {
            Part::Video { uri: (*uri).to_owned() }
        };
        Candidate { parts: vec![part], ..Candidate::default() }
    });
    let item = Item { candidates: candidates.collect(), ..Item::default() };
    QueuedItem {
        order: Order::as_given(item.candidates.len()),
        item: StoredItem {
            id: ItemId(id),
            key: item.key(),
            source: SourceId(1),
            status: ItemStatus::Active,
            item,
        },
        previous: None,
        acquisition: Acquisition::FILE_ORDER,
        draft: None,
        scores: Vec::new(),
    }
}

impl Bench {
    fn new(ends: Ends, videos: &[(&str, VideoInfo)]) -> Self {
        let videos = videos.iter().map(|(uri, info)| ((*uri).to_owned(), Ok(info.clone())));
        Self::of(ends, videos.collect())
    }

    fn of(ends: Ends, videos: Vec<(String, Result<VideoInfo, ApiError>)>) -> Self {
        let uris: Vec<&str> = videos.iter().map(|(uri, _)| uri.as_str()).collect();
        let queued = item(1, &uris);
        let mut bench = Self {
            ctx: Context::default(),
            player: Player::default(),
            queued,
            videos: videos.into_iter().collect(),
            waiting: Vec::new(),
            is_stalled: false,
            is_in_front: true,
            now_ms: 1_000,
            asked: Vec::new(),
            most_held: 0,
        };
        bench.player.show(Some(&bench.queued), VideoRules { ends, ..VideoRules::default() }, bench.now_ms);
        bench.settle();
        bench
    }

    fn media(&self) -> Vec<MediumRequest> {
        media(SourceId(1), &self.queued.item.item).into_iter().map(|(medium, _)| medium).collect()
    }

    /// A frame of the app, so many milliseconds after the one before.
    fn frame(&mut self, ms: u64) {
        self.now_ms += ms;
        self.player.tick(&self.ctx, self.now_ms, self.is_in_front);
        for medium in self.media() {
            self.player.painted(&medium);
            self.player.looked_at(&medium);
            let pixels = self.player.known(&medium).and_then(|known| match known {
                Known::Info(info) => Some(info.size.map(|side| side as f32)),
                _ => None,
            });
            if let Some(pixels) = pixels {
                self.player.set_pixels(&medium, pixels);
            }
        }
        self.waiting.extend(self.player.take_wanted());
        if !self.is_stalled {
            self.answer_all();
        }
        self.most_held = self.most_held.max(self.player.held_bytes());
    }

    fn answer_all(&mut self) {
        for wanted in std::mem::take(&mut self.waiting) {
            let reply = match &wanted {
                Wanted::Info(medium) => self.videos[&medium.uri].clone().map(Reply::Video),
                Wanted::Sound(request) => Ok(Reply::Sound(sound::numbered(request))),
                Wanted::Frames(request) => {
                    self.asked.push(request.clone());
                    let info = self.videos[&request.medium.uri].clone().expect("frames of what plays");
                    let (fit, size) = (request.fit.map(f64::from), info.size.map(f64::from));
                    let scale = (fit[0] / size[0]).min(fit[1] / size[1]).min(1.0);
                    let [width, height] = size.map(|side| (side * scale).ceil() as u32);
                    let rgba: std::sync::Arc<[u8]> = vec![255; (width * height * 4) as usize].into();
                    let picture =
                        Pixels { width, height, full_width: info.size[0], full_height: info.size[1], rgba };
                    let end = (request.first + request.count).min(info.times_us.len() as u32);
                    let pictures = vec![picture; (end - request.first) as usize];
                    Ok(Reply::Frames(Frames { first: request.first, pictures }))
                }
            };
            self.player.heard(&wanted, reply);
        }
    }

    /// Frames in which no time passes, until everything that was asked for is here.
    fn settle(&mut self) {
        for _ in 0..8 {
            self.frame(0);
        }
    }

    fn command(&mut self, command: Command) {
        self.player.command(command, self.now_ms);
    }

    fn time_us(&self) -> u64 {
        self.player.clock().time_us(self.now_ms)
    }

    fn shown(&self) -> Vec<Option<u32>> {
        self.media().iter().map(|medium| self.player.shown_frame(medium)).collect()
    }

    /// The frames that cover the time on the screen, by the videos' own tables.
    fn covering(&self) -> Vec<Option<u32>> {
        let frame = |medium: &MediumRequest| {
            let info = self.videos[&medium.uri].as_ref().ok()?;
            let own_us = self.player.timeline().own_us(info.duration_us, self.player.shown_us());
            Some(info.times_us.iter().rposition(|at_us| *at_us <= own_us).expect("frame 0 is at 0") as u32)
        };
        self.media().iter().map(frame).collect()
    }

    fn watched(&self) -> Vec<Watched> {
        self.player.watched(&self.queued)
    }
}

#[test]
fn a_pair_plays_at_once_and_every_pane_shows_the_frame_that_covers_the_clock() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(81, 16)), ("b.mp4", video(150, 30))]);
    assert!(bench.player.clock().is_running(), "it plays as soon as it can");
    for _ in 0..400 {
        bench.frame(16);
        assert_eq!(bench.shown(), bench.covering());
    }
    assert!(bench.player.clock().is_over(bench.now_ms));
    assert_eq!(bench.shown(), [Some(80), Some(149)]);
    bench.command(Command::PlayPause);
    bench.frame(16);
    assert!(bench.time_us() < 100_000, "what is over begins again");
}

#[test]
fn ten_minutes_of_playing_drift_by_nothing() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(15_000, 25)), ("b.mp4", video(18_000, 30))]);
    bench.frame(16);
    let (began_ms, from_us) = (bench.now_ms, bench.time_us());
    for frame in 0..9_000_u64 {
        bench.frame(60 + frame % 13);
    }
    let passed_us = (bench.now_ms - began_ms) * 1_000;
    let off_us = bench.player.shown_us().abs_diff((from_us + passed_us).min(600_000_000));
    assert!(off_us <= 33_333, "{off_us} µs after ten minutes");
    assert!(bench.most_held <= BUDGET_BYTES);
}

#[test]
fn a_missing_frame_holds_all_panes_together_and_says_so_after_a_while() {
    let mut bench =
        Bench::new(Ends::Hold, &[("a.mp4", sized(900, 30, [640, 360])), ("b.mp4", video(900, 30))]);
    for _ in 0..10 {
        bench.frame(16);
    }
    bench.is_stalled = true;
    for _ in 0..1_000 {
        bench.frame(16);
        assert_eq!(bench.shown(), bench.covering(), "no pane runs ahead of another");
        if bench.player.clock().is_held() {
            break;
        }
    }
    assert!(bench.player.clock().is_held());
    let stood_us = bench.time_us();
    assert!(!bench.player.says_it_waits(bench.now_ms), "not from the first moment");
    bench.frame(150);
    assert!(bench.player.says_it_waits(bench.now_ms));
    bench.frame(500);
    assert_eq!(bench.time_us(), stood_us, "the clock waits");
    bench.is_stalled = false;
    bench.settle();
    bench.frame(40);
    assert!(bench.player.clock().is_running() && bench.time_us() > stood_us);
    assert!(!bench.player.says_it_waits(bench.now_ms));
}

#[test]
fn memory_is_bounded_whatever_plays() {
    // So many that twelve of them would take four times the budget.
    let large = sized(4_000, 30, [320, 180]);
    for count in [2_usize, 6, 12] {
        let names: Vec<String> = (0..count).map(|index| format!("{index}.mp4")).collect();
        let videos: Vec<_> = names.iter().map(|name| (name.as_str(), large.clone())).collect();
        let mut bench = Bench::new(Ends::Hold, &videos);
        for _ in 0..40 {
            bench.frame(99);
        }
        assert!(bench.most_held <= BUDGET_BYTES, "{count} panes: {}", bench.most_held);
        assert!(bench.time_us() > 3_000_000, "and it played: {}", bench.time_us());
    }
}

#[test]
fn textures_are_used_again() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(60, 30)), ("b.mp4", video(60, 30))]);
    let ids = |bench: &Bench| -> Vec<_> {
        bench
            .media()
            .iter()
            .filter_map(|medium| Some(bench.player.visual(medium)?.pieces[0].texture.id()))
            .collect()
    };
    let before = ids(&bench);
    for _ in 0..60 {
        bench.frame(16);
    }
    assert_eq!(ids(&bench), before);
    assert_eq!(before.len(), 2);
}

#[test]
fn steps_follow_the_finest_pane_and_the_others_show_what_covers_the_clock() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(40, 10)), ("b.mp4", video(100, 25))]);
    bench.command(Command::ToStart);
    bench.command(Command::FrameForth);
    bench.settle();
    assert_eq!((bench.time_us(), bench.shown()), (40_000, vec![Some(0), Some(1)]));
    for _ in 0..2 {
        bench.command(Command::FrameForth);
        bench.settle();
    }
    assert_eq!(bench.shown(), [Some(1), Some(3)]);
    bench.command(Command::FrameBack);
    bench.settle();
    assert_eq!(bench.shown(), [Some(0), Some(2)]);
    assert!(!bench.player.clock().is_playing(), "a step stops it");
}

#[test]
fn a_jump_shows_a_small_picture_first_and_the_exact_frame_when_it_is_here() {
    let mut bench =
        Bench::new(Ends::Hold, &[("a.mp4", sized(3_000, 30, [640, 360])), ("b.mp4", video(60, 30))]);
    bench.command(Command::PlayPause);
    for _ in 0..80 {
        bench.frame(20);
    }
    bench.is_stalled = true;
    bench.player.drag_to(60_000_000, bench.now_ms);
    bench.frame(1);
    let medium = &bench.media()[0];
    assert_eq!(bench.player.shown_frame(medium), None, "what is shown is not exact");
    let small = bench.player.visual(medium).expect("a small picture").pieces[0].pixels.width;
    assert!(small <= 192, "{small} pixels wide");
    assert_eq!(bench.waiting, [], "while the pointer is on its way nothing is decoded");
    bench.frame(100);
    assert!(!bench.waiting.is_empty(), "it rests");
    bench.is_stalled = false;
    bench.settle();
    assert_eq!(bench.shown(), [Some(1_800), Some(59)]);
}

#[test]
fn every_rule_for_different_lengths_is_kept_and_said() {
    let videos = [("a.mp4", video(20, 10)), ("b.mp4", video(50, 10))];
    for (ends, shown) in [(Ends::Hold, 19), (Ends::Loop, 10), (Ends::Stretch, 12)] {
        let mut bench = Bench::new(ends, &videos);
        bench.player.seek(3_050_000, bench.now_ms);
        bench.settle();
        assert_eq!(bench.shown(), [Some(shown), Some(30)], "{ends:?}");
        let ending = bench.player.timeline().ending(2_000_000, bench.player.shown_us());
        let says = ending.map(pane::ending_words).expect("it is said");
        let expected = match ends {
            Ends::Hold => "Ended, holding last frame",
            Ends::Loop => "Ended, playing again (2)",
            Ends::Stretch => "0.40× stretched",
        };
        assert_eq!(says, expected);
    }
}

#[test]
fn a_range_is_looped_and_its_beginning_is_there_before_it_is_needed() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(300, 30)), ("b.mp4", video(300, 30))]);
    bench.player.seek(2_000_000, bench.now_ms);
    bench.command(Command::LoopFrom);
    bench.player.seek(3_000_000, bench.now_ms);
    bench.command(Command::LoopTo);
    bench.settle();
    let mut waited = 0;
    for _ in 0..400 {
        bench.frame(16);
        waited += usize::from(bench.player.clock().is_held());
        assert!((2_000_000..3_000_000).contains(&bench.player.shown_us()), "{}", bench.player.shown_us());
        assert_eq!(bench.shown(), bench.covering());
    }
    assert_eq!(waited, 0, "it never stands still at the seam");
    bench.command(Command::ToggleLoop);
    assert_eq!(bench.player.clock().loop_us(), None);
}

#[test]
fn seen_to_its_end_is_every_frame_at_no_more_than_twice_its_speed() {
    let videos = [("a.mp4", video(60, 30)), ("b.mp4", video(90, 30))];
    let mut bench = Bench::new(Ends::Hold, &videos);
    for _ in 0..130 {
        bench.frame(16);
    }
    assert_eq!(bench.watched(), [Watched::ToEnd, Watched::Partly], "two seconds of three");
    for _ in 0..70 {
        bench.frame(16);
    }
    assert_eq!(bench.watched(), [Watched::ToEnd, Watched::ToEnd]);

    let mut hasty = Bench::new(Ends::Hold, &videos);
    for _ in 0..3 {
        hasty.command(Command::Faster);
    }
    hasty.player.clock.set_speed(300, hasty.now_ms);
    for _ in 0..130 {
        hasty.frame(16);
    }
    assert!(hasty.player.clock().is_over(hasty.now_ms));
    assert_eq!(hasty.watched(), [Watched::Partly, Watched::Partly], "three times as fast is not seen");

    let mut jumping = Bench::new(Ends::Hold, &videos);
    jumping.frame(16);
    jumping.command(Command::ToEnd);
    jumping.settle();
    assert_eq!(jumping.watched(), [Watched::Partly, Watched::Partly], "what was jumped over was not seen");

    let mut away = Bench::new(Ends::Hold, &videos);
    away.is_in_front = false;
    for _ in 0..200 {
        away.frame(16);
    }
    assert_eq!(away.watched(), [Watched::Partly, Watched::Partly], "nobody looked");
}

#[test]
fn looking_frame_by_frame_is_seeing() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(6, 10)), ("b.mp4", video(6, 10))]);
    bench.command(Command::PlayPause);
    bench.command(Command::ToStart);
    bench.settle();
    for _ in 0..4 {
        bench.command(Command::FrameForth);
        bench.settle();
    }
    assert_eq!(bench.watched(), [Watched::Partly; 2]);
    bench.command(Command::FrameForth);
    bench.settle();
    assert_eq!(bench.watched(), [Watched::ToEnd; 2]);
}

#[test]
fn what_was_seen_is_remembered_when_an_item_is_come_back_to() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(10, 30)), ("b.mp4", video(10, 30))]);
    for _ in 0..40 {
        bench.frame(16);
    }
    assert_eq!(bench.watched(), [Watched::ToEnd; 2]);
    let first = bench.queued.clone();
    bench.queued = item(2, &["a.mp4", "b.mp4"]);
    bench.player.show(Some(&bench.queued), VideoRules::default(), bench.now_ms);
    assert_eq!(bench.watched(), [Watched::Partly; 2], "another item with the same videos is another item");
    bench.queued = first;
    bench.player.show(Some(&bench.queued), VideoRules::default(), bench.now_ms);
    bench.settle();
    assert_eq!(bench.watched(), [Watched::ToEnd; 2]);
}

#[test]
fn a_bad_file_says_so_and_the_others_play() {
    let gone = ApiError::new(ErrorCode::NotFound, "no ffmpeg was found").hint("install ffmpeg");
    let mut bench =
        Bench::of(Ends::Hold, vec![("a.mp4".into(), Err(gone)), ("b.mp4".into(), Ok(video(30, 30)))]);
    for _ in 0..80 {
        bench.frame(16);
    }
    assert!(
        matches!(bench.player.known(&bench.media()[0]), Some(Known::Failed(error)) if error.hint.is_some())
    );
    assert_eq!(bench.shown(), [None, Some(29)]);
    assert_eq!(bench.watched(), [Watched::Broken, Watched::ToEnd]);
    bench.videos.insert("a.mp4".into(), Ok(video(30, 30)));
    bench.player.retry();
    bench.settle();
    assert!(matches!(bench.player.known(&bench.media()[0]), Some(Known::Info(_))), "asked for again");
}

#[test]
fn an_animation_plays_and_a_still_image_does_not() {
    let mut bench = Bench::new(Ends::Hold, &[("moves.gif", video(8, 10)), ("still.gif", video(1, 10))]);
    let parts: Vec<Part> = bench.queued.item.item.parts().cloned().collect();
    let plays: Vec<bool> = parts.iter().map(|part| bench.player.plays(SourceId(1), part)).collect();
    assert_eq!(plays, [true, false]);
    assert!(bench.player.has_anything());
    for _ in 0..80 {
        bench.frame(16);
    }
    assert_eq!(bench.watched(), [Watched::ToEnd, Watched::Still]);
}

#[test]
fn sounds_have_a_clock_too() {
    let sound = VideoInfo { size: [0, 0], times_us: [].into(), has_sound: true, ..video(30, 10) };
    let mut bench = Bench::new(Ends::Hold, &[("a.wav", sound.clone()), ("b.wav", sound)]);
    assert!(bench.player.clock().is_running());
    for _ in 0..100 {
        bench.frame(16);
    }
    assert_eq!(bench.watched(), [Watched::Partly; 2]);
    for _ in 0..100 {
        bench.frame(16);
    }
    assert_eq!(bench.watched(), [Watched::ToEnd; 2]);
    assert_eq!(bench.asked, [], "there are no frames of it");
}

#[test]
fn the_next_item_is_ready_before_it_is_asked_for() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(30, 30)), ("b.mp4", video(30, 30))]);
    for name in ["c.mp4", "d.mp4", "e.mp4"] {
        bench.videos.insert(name.into(), Ok(video(30, 30)));
    }
    let next = [item(2, &["c.mp4", "d.mp4"]), item(3, &["e.mp4", "c.mp4"])];
    bench.player.prepare(next.iter());
    for _ in 0..80 {
        bench.frame(16);
    }
    bench.queued = next[0].clone();
    bench.is_stalled = true;
    bench.player.show(Some(&next[0]), VideoRules::default(), bench.now_ms);
    bench.frame(0);
    bench.frame(16);
    assert_eq!(bench.shown(), [Some(0), Some(0)], "with nothing more from the engine");
    assert!(bench.player.clock().is_running());
}

#[test]
fn a_window_that_was_away_goes_on_where_it_was() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(300, 30)), ("b.mp4", video(300, 30))]);
    bench.frame(16);
    let before_us = bench.time_us();
    bench.frame(60_000);
    assert!(bench.time_us() - before_us < 50_000, "nobody saw that minute");
}
