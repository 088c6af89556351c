//! Panes as they are painted: in which sizes, how often in a frame, and whether somebody could see them.

use std::sync::{Arc, Mutex};

use egui::{RawInput, Rect, pos2, vec2};

use super::pane::{LINE_HEIGHT, Playing};
use super::*;
use crate::judge::question::marks::Canvas;

/// A window of 800 by 600 points.
const WINDOW: Rect = Rect { min: pos2(0.0, 0.0), max: pos2(800.0, 600.0) };

fn place(top: f32, size: [f32; 2]) -> Rect {
    Rect::from_min_size(pos2(10.0, top), vec2(size[0], size[1] + LINE_HEIGHT))
}

impl Bench {
    /// A frame of the app in which every video is painted at each of these places; what was asked for is here
    /// after it.
    fn paint(&mut self, ms: u64, places: &[Rect]) {
        self.now_ms += ms;
        self.player.tick(&self.ctx, self.now_ms, self.is_in_front);
        let (media, now_ms, player) = (self.media(), self.now_ms, &mut self.player);
        let input = RawInput { screen_rect: Some(WINDOW), ..RawInput::default() };
        let output = self.ctx.run_ui(input, |ui| {
            for (medium, (index, place)) in
                media.iter().flat_map(|medium| places.iter().enumerate().map(move |place| (medium, place)))
            {
                let name = format!("{} {index}", medium.uri);
                Playing { medium, name: &name, now_ms }.ui(ui, player, *place, &mut Canvas::default());
            }
        });
        output.drop_without_applying_deltas();
        self.waiting.extend(self.player.take_wanted());
        self.answer_all();
    }

    fn width(&self) -> u32 {
        self.player.visual(&self.media()[0]).expect("a frame").pieces[0].pixels.width
    }
}

#[test]
fn what_is_painted_small_and_large_at_once_plays_and_is_decoded_for_the_large_one() {
    let (small, large) = (place(0.0, [160.0, 90.0]), place(140.0, [640.0, 360.0]));
    for places in [[small, large], [large, small]] {
        let mut bench = Bench::new(Ends::Hold, &[("a.mp4", sized(90, 30, [640, 360]))]);
        bench.command(Command::ToStart);
        for _ in 0..60 {
            bench.paint(16, &places);
        }
        assert!(bench.time_us() > 700_000, "it plays: {}", bench.time_us());
        assert_eq!(bench.width(), 640);
        let asked = bench.asked.iter().filter(|asked| asked.fit != reel::THUMB_FIT).count();
        assert!(asked < 12, "each frame is asked for once: {asked}");
        for _ in 0..8 {
            bench.paint(16, &[small]);
        }
        assert!(bench.width() < 640, "and smaller again when the large one is gone: {}", bench.width());
    }
}

#[test]
fn what_nobody_could_see_was_not_seen() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(30, 30))]);
    let (in_view, at_the_edge) = (place(0.0, [640.0, 360.0]), place(440.0, [640.0, 360.0]));
    for below in [at_the_edge, place(700.0, [640.0, 360.0])] {
        bench.command(Command::ToStart);
        for _ in 0..80 {
            bench.paint(16, &[below]);
        }
        assert!(bench.player.clock().is_over(bench.now_ms), "it played");
        assert_eq!(bench.watched(), [Watched::Partly]);
        let share = bench.player.seen.values().next().map_or(0.0, Seen::share);
        assert!(share < 0.1, "{share} of it, {below:?}");
        bench.command(Command::PlayPause);
    }
    for _ in 0..80 {
        bench.paint(16, &[at_the_edge, in_view]);
    }
    assert_eq!(bench.watched(), [Watched::ToEnd], "seen in one of two places it is seen");
}

#[test]
fn past_a_range_it_plays_to_the_end_and_the_window_sleeps() {
    let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(30, 30))]);
    for (at_us, command) in [(200_000, Command::LoopFrom), (500_000, Command::LoopTo)] {
        bench.player.seek(at_us, bench.now_ms);
        bench.command(command);
    }
    bench.player.seek(800_000, bench.now_ms);
    for _ in 0..30 {
        bench.frame(16);
    }
    assert_eq!(bench.time_us(), 1_000_000);
    let woken = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&woken);
    bench.ctx.set_request_repaint_callback(move |info| sink.lock().unwrap().push(info.delay));
    for _ in 0..5 {
        bench.frame(16);
    }
    assert_eq!(*woken.lock().unwrap(), [], "nothing moves any more");
    bench.command(Command::PlayPause);
    bench.frame(16);
    assert!(bench.time_us() < 200_000, "and then it begins again");
}

#[test]
fn a_frame_that_stands_is_asked_for_once_more_where_movement_loses_something() {
    for is_coarse in [false, true] {
        let mut bench = Bench::new(Ends::Hold, &[("a.mp4", video(30, 30))]);
        crate::pixel_form::set_coarse_movement(&bench.ctx, is_coarse);
        for _ in 0..20 {
            bench.frame(16);
        }
        assert!(bench.asked.iter().all(|asked| !asked.is_exact), "what moves is not waited for");
        bench.command(Command::PlayPause);
        for _ in 0..20 {
            bench.frame(16);
        }
        let frame = bench.player.shown_frame(&bench.media()[0]).expect("a frame");
        let exact: Vec<_> = bench.asked.iter().filter(|asked| asked.is_exact).collect();
        let expected = if is_coarse { vec![(frame, 1)] } else { Vec::new() };
        assert_eq!(exact.iter().map(|asked| (asked.first, asked.count)).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn an_image_plays_once_its_file_says_that_it_may_whatever_it_is_called() {
    let mut bench = Bench::new(Ends::Hold, &[("moves.png", video(8, 10)), ("still.png", video(1, 10))]);
    let part = bench.queued.item.item.parts().next().expect("two candidates").clone();
    assert!(!bench.player.has_anything());
    assert_eq!(bench.watched(), [Watched::Still; 2]);
    for medium in bench.media() {
        assert!(bench.player.known(&medium).is_none(), "nobody asks what a picture is that plays");
    }
    bench.player.may_move(bench.media()[0].clone());
    bench.settle();
    assert!(bench.player.plays(SourceId(1), &part) && bench.player.clock().is_running());
    for _ in 0..60 {
        bench.frame(16);
    }
    assert_eq!((bench.shown()[0], bench.watched()), (Some(7), vec![Watched::ToEnd, Watched::Still]));
    // What comes next may be known to move before it is on the screen.
    let next = item(2, &["next.png"]);
    bench.videos.insert("next.png".into(), Ok(video(8, 10)));
    let medium = MediumRequest { source: SourceId(1), uri: "next.png".into() };
    bench.player.may_move(medium.clone());
    bench.player.prepare(std::iter::once(&next));
    bench.settle();
    assert!(matches!(bench.player.known(&medium), Some(Known::Info(_))));
}
