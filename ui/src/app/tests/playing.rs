//! Videos on the judge screen: how they are looked at, and what of them was seen.

use tiebreak_domain::Part;
use tiebreak_domain::door::Pixels;
use tiebreak_domain::media::{Frames, FramesRequest};
use tiebreak_domain::watched::Watched;

use super::*;

/// Grey frames of videos of fifty.
pub(super) fn frames(request: &FramesRequest) -> Reply {
    let rgba: std::sync::Arc<[u8]> = vec![120; 64 * 36 * 4].into();
    let picture = Pixels { width: 64, height: 36, full_width: 64, full_height: 36, rgba };
    let count = request.count.min(50_u32.saturating_sub(request.first));
    Reply::Frames(Frames { first: request.first, pictures: vec![picture; count as usize] })
}

/// Two videos of two seconds.
fn videos(id: i64) -> QueuedItem {
    let mut queued = queued(id);
    for (index, candidate) in queued.item.item.candidates.iter_mut().enumerate() {
        candidate.parts = vec![Part::Video { uri: format!("plays-{id}-{index}.mp4") }];
    }
    queued.order = Order::as_given(2);
    queued
}

/// What was seen of a pair after `keys` and so many milliseconds of playing.
fn watched(keys: &str, ms: u64) -> Vec<Watched> {
    let mut bench = Bench::over(info(), videos, saved);
    bench.keys("Space Home");
    if !keys.is_empty() {
        bench.keys(keys);
    }
    bench.keys("Space");
    (0..ms / 16).for_each(|_| bench.frame(Vec::new()));
    bench.keys("1 Enter");
    bench.judgments().remove(0).showing.expect("what was shown").watched
}

#[test]
fn seen_is_only_what_the_mode_shows() {
    assert_eq!(watched("", 2_400), [Watched::ToEnd; 2], "side by side");
    assert_eq!(watched("Y", 2_400), [Watched::ToEnd; 2], "parted by a line");
    assert_eq!(watched("D", 2_400), [Watched::Partly; 2], "a difference shows neither");
    assert_eq!(watched("X", 2_400), [Watched::Partly; 2], "half of each in turn");
}
