//! Which frames are asked for, held and let go of, without a window.

// What is held is a list of stretches, often of one.
#![allow(clippy::single_range_in_vec_init)]

use tiebreak_domain::SourceId;

use super::*;

const SIDE: [u32; 2] = [512, 256];
const FRAME_BYTES: u64 = 512 * 256 * 4;

fn reel(frames: u64) -> Reel {
    let medium = MediumRequest { source: SourceId(1), uri: "a.mp4".into() };
    let mut reel = Reel::new(medium, false);
    reel.told(Ok(VideoInfo {
        size: SIDE,
        times_us: (0..frames).map(|frame| frame * 40_000).collect(),
        duration_us: frames * 40_000,
        has_sound: false,
        codec: "h264".into(),
        remark: None,
    }));
    reel.set_pixels([2000.0, 2000.0]);
    reel
}

fn picture() -> Pixels {
    let [width, height] = SIDE;
    let rgba = vec![128; (width * height * 4) as usize].into();
    Pixels { width, height, full_width: width, full_height: height, rgba }
}

fn answer(reel: &mut Reel, request: &FramesRequest) {
    let pictures = vec![picture(); request.count as usize];
    reel.arrived(request, Ok(Frames { first: request.first, pictures }));
}

#[test]
fn no_more_is_held_than_the_budget_however_long_it_plays() {
    let mut reel = reel(5_000);
    let budget_bytes = 40 * FRAME_BYTES;
    let mut most_held = 0;
    for at in 0..4_900 {
        let requests = reel.plan(&[at..5_000], budget_bytes);
        for request in &requests {
            assert!(u64::from(request.count) * FRAME_BYTES <= CHUNK_BYTES, "chunks are small");
            answer(&mut reel, request);
        }
        most_held = most_held.max(reel.held_bytes());
        assert!(reel.has(at), "frame {at} is here when it is its turn");
        assert_eq!(
            reel.held_bytes(),
            reel.frames.values().map(|pixels| pixels.rgba.len() as u64).sum::<u64>()
        );
    }
    assert!(most_held <= budget_bytes, "{most_held} of {budget_bytes}");
    assert!(most_held >= budget_bytes / 2, "and the budget is used: {most_held}");
}

#[test]
fn a_video_that_fits_is_decoded_once() {
    let mut reel = reel(30);
    let mut asked = 0;
    for _ in 0..50 {
        for at in 0..30 {
            let requests = reel.plan(&[at..30, 0..at], 64 * FRAME_BYTES);
            for request in &requests {
                asked += request.count;
                answer(&mut reel, request);
            }
        }
    }
    assert_eq!(asked, 30, "every frame once, though it looped fifty times");
}

#[test]
fn where_it_will_begin_again_is_asked_for_before_it_does() {
    let mut reel = reel(100);
    let requests = reel.plan(&[98..100, 10..90], 20 * FRAME_BYTES);
    let asked: Vec<_> = requests.iter().map(|request| (request.first, request.count)).collect();
    assert_eq!(asked, [(98, 2), (10, 16)]);
}

#[test]
fn frames_of_another_size_and_frames_nobody_waits_for_are_passed_over() {
    let mut reel = reel(100);
    let requests = reel.plan(&[0..100], 64 * FRAME_BYTES);
    reel.set_pixels([200.0, 100.0]);
    answer(&mut reel, &requests[0]);
    assert_eq!(reel.held_bytes(), 0, "they were asked for at another size");
    let smaller = reel.plan(&[0..100], 64 * FRAME_BYTES);
    assert!(smaller[0].fit[0] < SIDE[0], "{:?}", smaller[0]);
    reel.set_pixels([210.0, 101.0]);
    assert!(reel.is_waiting(), "a little more or less is the same size");
}

#[test]
fn fewer_frames_than_promised_are_not_waited_for() {
    let mut reel = reel(10);
    let request = reel.plan(&[0..10], 64 * FRAME_BYTES).remove(0);
    let pictures = vec![picture(); 7];
    reel.arrived(&request, Ok(Frames { first: 0, pictures }));
    assert!((0..10).all(|frame| reel.has(frame)));
    assert!(reel.frame(6).is_some() && reel.frame(7).is_none());
    assert_eq!(reel.plan(&[0..10], 64 * FRAME_BYTES), [], "nor asked for again");
}

#[test]
fn small_pictures_come_from_what_was_played_or_are_asked_for_one_by_one() {
    let mut reel = reel(240);
    let request = reel.plan_thumb().expect("there are none yet");
    assert_eq!((request.first, request.count, request.fit), (5, 1, THUMB_FIT));
    assert_eq!(reel.plan_thumb(), None, "one at a time");
    answer(&mut reel, &request);
    assert_eq!(reel.thumb_near(200).map(|(frame, _)| frame), Some(5));
    let chunk = reel.plan(&[190..240], 64 * FRAME_BYTES).remove(0);
    answer(&mut reel, &chunk);
    let (frame, thumb) = reel.thumb_near(200).expect("from what was played");
    assert_eq!(frame, 195);
    assert_eq!((thumb.width, thumb.height, thumb.rgba[0]), (192, 96, 128));
    let mut asked = 1;
    while let Some(request) = reel.plan_thumb() {
        answer(&mut reel, &request);
        asked += 1;
    }
    assert!((20..=23).contains(&asked), "what was played is not asked for: {asked}");
}

#[test]
fn a_file_without_a_picture_says_so() {
    let mut reel = reel(3);
    reel.told(Ok(VideoInfo {
        size: [0, 0],
        times_us: [].into(),
        duration_us: 0,
        has_sound: true,
        codec: String::new(),
        remark: None,
    }));
    assert!(matches!(reel.known(), Known::Failed(error) if error.hint.is_some()));
    assert!(reel.retry() && !reel.retry(), "it is asked for again, once");
}

fn refuse(reel: &mut Reel, request: &FramesRequest) {
    reel.arrived(request, Err(ApiError::new(tiebreak_domain::ErrorCode::BadInput, "a frame is broken")));
}

#[test]
fn one_bad_frame_takes_no_other_with_it() {
    let mut reel = reel(40);
    let mut asked = 0;
    for _ in 0..60 {
        for request in reel.plan(&[0..40], 64 * FRAME_BYTES) {
            asked += 1;
            let is_bad = (request.first..request.first + request.count).contains(&3);
            if is_bad { refuse(&mut reel, &request) } else { answer(&mut reel, &request) }
        }
    }
    assert!(matches!(reel.known(), Known::Info(_)), "it plays");
    assert!((0..40).all(|frame| reel.has(frame)), "nothing is waited for");
    let lacking: Vec<u32> = (0..40).filter(|frame| reel.frame(*frame).is_none()).collect();
    assert_eq!(lacking, [3]);
    assert_eq!(asked, 3 + 16, "three chunks, and the frames of one of them one by one");
}

#[test]
fn what_passes_is_tried_once_more_and_what_does_not_is_told() {
    let mut reel = reel(10);
    let request = reel.plan(&[0..10], 64 * FRAME_BYTES).remove(0);
    refuse(&mut reel, &request);
    assert!(matches!(reel.known(), Known::Info(_)) && !reel.has(0), "it is not given up at once");
    for _ in 0..12 {
        for request in reel.plan(&[0..10], 64 * FRAME_BYTES) {
            answer(&mut reel, &request);
        }
    }
    assert!((0..10).all(|frame| reel.frame(frame).is_some()), "the machine had no room for a moment");
    for frames in [3, 600] {
        let mut broken = self::reel(frames);
        let mut asked = 0;
        while let [request, ..] = &broken.plan(&[0..frames as u32], 640 * FRAME_BYTES)[..] {
            asked += 1;
            refuse(&mut broken, request);
            if matches!(broken.known(), Known::Failed(_)) {
                break;
            }
            broken.on_the_way.clear();
        }
        assert!(matches!(broken.known(), Known::Failed(_)), "nothing of it can be had");
        assert!(asked <= MOST_FAILURES, "{asked} requests");
    }
}
