//! Videos through the door: what moves without ffmpeg, and what is refused.

use tiebreak_domain::media::{FramesRequest, MediumRequest, SoundRequest};
use tiebreak_domain::{ErrorCode, Reply, Request};

use crate::world::World;

/// Two frames of 2 x 1 pixels, 50 ms of black and 70 ms of white, written by hand.
const GIF: &[u8] = b"GIF89a\x02\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\
    \x21\xf9\x04\0\x05\0\0\0\x2c\0\0\0\0\x02\0\x01\0\0\x02\x02\x04\x0a\0\
    \x21\xf9\x04\0\x07\0\0\0\x2c\0\0\0\0\x02\0\x01\0\0\x02\x02\x4c\x0a\0\x3b";

fn with_videos() -> (World, impl Fn(&str) -> MediumRequest) {
    let world = World::new();
    world.create("p.tiebreak");
    std::fs::create_dir(world.path("media")).unwrap();
    world.write("secret.gif", GIF);
    world.write("media/a.gif", GIF);
    world.write("media/page.mp4", "<html><body>404</body></html>");
    world.write(
        "media/pairs.csv",
        "path_A,path_B,prompt,VQ,MQ,TA,fps_A,fps_B\na.gif,b.mp4,a cat,A,B,same,8,8\n",
    );
    let report = world.import(&world.text("media/pairs.csv"));
    assert_eq!((report.items_added, report.rows_refused), (1, 0), "{report:?}");
    let source = world.info().sources[0].id;
    (world, move |uri: &str| MediumRequest { source, uri: uri.into() })
}

#[test]
fn a_gif_says_its_times_and_gives_its_frames_by_index() {
    let (world, medium) = with_videos();
    let Reply::Video(info) = world.engine.call(Request::Video(medium("a.gif"))).unwrap() else { panic!() };
    assert_eq!((info.size, &*info.times_us, info.duration_us), ([2, 1], &[0, 50_000][..], 120_000));
    assert!(!info.has_sound && info.codec == "gif");
    let frames = |first, count| {
        let request =
            FramesRequest { medium: medium("a.gif"), fit: [640, 640], first, count, is_exact: false };
        let Reply::Frames(frames) = world.engine.call(Request::Frames(request)).unwrap() else { panic!() };
        frames.pictures.iter().map(|pixels| pixels.rgba[0]).collect::<Vec<_>>()
    };
    assert_eq!(frames(1, 1), [255], "black comes before it, and is not given for it");
    assert_eq!(frames(0, 9), [0, 255], "fewer where it ends");
    assert!(frames(2, 1).is_empty() && frames(u32::MAX, u32::MAX).is_empty());
    let sound = SoundRequest { medium: medium("a.gif"), from_us: 0, length_us: 50_000, speed_percent: 100 };
    let Reply::Sound(sound) = world.engine.call(Request::Sound(sound)).unwrap() else { panic!() };
    assert_eq!(
        (sound.rate_hz, sound.channels, sound.samples.len()),
        (48_000, 2, 4800),
        "silence as long as asked"
    );
}

#[test]
fn what_cannot_be_shown_says_why() {
    let (world, medium) = with_videos();
    let cases = [
        ("../secret.gif", ErrorCode::BadRequest, "the path leads outside the media folder"),
        ("b.mp4", ErrorCode::NotFound, "the video is missing"),
        ("page.mp4", ErrorCode::BadInput, "this is no video but a web page"),
        ("https://example.org/a.mp4", ErrorCode::BadRequest, "the video is on the network"),
    ];
    for (uri, code, words) in cases {
        let error = world.refused(Request::Video(medium(uri)));
        assert!(error.code == code && error.message.starts_with(words), "{error:?}");
        assert!(error.place.as_deref() == Some(uri) && !error.message.contains(uri), "{error:?}");
        assert!(error.hint.is_some(), "what to do is missing: {error:?}");
    }
}
