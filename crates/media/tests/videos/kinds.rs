//! Videos of every kind that a data set may hold, made by ffmpeg: what is right in them is shown right, and what is
//! wrong is said. Skips, saying so, where there is no ffmpeg.

use std::fs;
use std::path::Path;
use std::process::Command;

use tiebreak_domain::media::VideoInfo;
use tiebreak_media::{Ffmpeg, MediaFolder, VideoError, VideoLimits, VideoProblem, Videos};

use crate::clips::{ffmpeg, made};

struct Bench {
    ffmpeg: Ffmpeg,
    folder: tempfile::TempDir,
    media: MediaFolder,
    videos: Videos,
}

impl Bench {
    fn new() -> Option<Self> {
        let ffmpeg = ffmpeg()?;
        let folder = tempfile::tempdir().unwrap();
        let media = MediaFolder::new(Some(folder.path().to_owned()), false);
        // Nothing is kept, so that every seek is one.
        let videos = Videos::new(VideoLimits { kept_bytes: 0, ..VideoLimits::default() });
        Some(Self { ffmpeg, folder, media, videos })
    }

    fn made(&self, name: &str, pattern: &str, options: &[&str]) -> Option<()> {
        made(&self.ffmpeg, &self.folder.path().join(name), pattern, options)
    }

    fn info(&self, name: &str) -> VideoInfo {
        self.videos.info(&self.media, name).unwrap_or_else(|error| panic!("{error}"))
    }

    fn refused(&self, name: &str) -> VideoError {
        let info = self.videos.info(&self.media, name);
        let error = info.and_then(|info| {
            let count = info.times_us.len() as u32;
            self.videos.frames(&self.media, name, [64, 64], 0, count).map(|_| ())
        });
        let error = error.expect_err(name);
        assert!(error.problem.hint().is_some(), "what to do is missing: {error}");
        error
    }

    fn picture(&self, name: &str, index: u32, fit: [u32; 2]) -> tiebreak_domain::door::Pixels {
        let frames = self.videos.frames(&self.media, name, fit, index, 1).unwrap_or_else(|it| panic!("{it}"));
        frames.pictures[0].clone()
    }

    /// Times are those that ffprobe decodes, and every frame is the same however it is reached.
    fn holds(&self, name: &str) -> VideoInfo {
        let info = self.info(name);
        let by_frames = times_by_decoding(&self.ffmpeg, &self.folder.path().join(name));
        assert_eq!(*info.times_us, by_frames, "times of {name}");
        let count = info.times_us.len() as u32;
        let in_order: Vec<_> = (0..count).map(|index| self.picture(name, index, [64, 64]).rgba).collect();
        for step in [7, 11, 23] {
            for index in (0..count).map(|at| at * step % count).take(12) {
                assert_eq!(
                    self.picture(name, index, [64, 64]).rgba,
                    in_order[index as usize],
                    "{name} at {index}"
                );
            }
        }
        info
    }
}

fn times_by_decoding(ffmpeg: &Ffmpeg, file: &Path) -> Vec<u64> {
    let output = Command::new(&ffmpeg.ffprobe)
        .args(["-v", "quiet", "-select_streams", "V:0", "-show_entries"])
        .args(["frame=best_effort_timestamp,pkt_duration:stream=time_base", "-of", "compact", "-i"])
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = |line: &str, name: &str| {
        line.split('|').find_map(|field| field.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
    };
    let unit = text.lines().find_map(|line| value(line, "time_base")).unwrap();
    let (numerator, denominator) = unit.split_once('/').unwrap();
    let unit = numerator.parse::<f64>().unwrap() / denominator.parse::<f64>().unwrap();
    let mut stamps: Vec<i64> = Vec::new();
    let mut lasts = 1;
    for line in text.lines() {
        let Some(stamp) = value(line, "best_effort_timestamp") else { continue };
        // The last of an AVI has no time of its own.
        stamps.push(stamp.parse().unwrap_or_else(|_| stamps[stamps.len() - 1] + lasts));
        lasts = value(line, "pkt_duration").and_then(|lasts| lasts.parse().ok()).unwrap_or(1);
    }
    stamps.iter().map(|stamp| ((stamp - stamps[0]) as f64 * unit * 1e6).round() as u64).collect()
}

const PATTERN: &str = "testsrc2=size=96x64:rate=25:duration=2";

#[test]
fn codecs_and_containers_have_the_frames_of_their_stamps() {
    let Some(bench) = Bench::new() else { return };
    let kinds: [(&str, &[&str]); 11] = [
        ("h264.mp4", &["-c:v", "libx264", "-g", "12", "-bf", "3"]),
        ("open.mp4", &["-c:v", "libx264", "-g", "10", "-bf", "3", "-x264-params", "open-gop=1"]),
        ("refresh.mp4", &["-c:v", "libx264", "-g", "15", "-x264-params", "intra-refresh=1"]),
        ("h264.ts", &["-c:v", "libx264", "-g", "12", "-bf", "2"]),
        ("h265.mkv", &["-c:v", "libx265", "-x265-params", "keyint=12:log-level=none"]),
        (
            "vp8.webm",
            &["-c:v", "libvpx", "-g", "12", "-auto-alt-ref", "1", "-lag-in-frames", "10", "-b:v", "200k"],
        ),
        ("vp9.webm", &["-c:v", "libvpx-vp9", "-g", "12", "-auto-alt-ref", "1", "-lag-in-frames", "10"]),
        ("av1.mp4", &["-c:v", "libaom-av1", "-g", "12", "-cpu-used", "8"]),
        ("mpeg4.avi", &["-c:v", "mpeg4", "-g", "12", "-bf", "2"]),
        ("mpeg2.mpg", &["-c:v", "mpeg2video", "-g", "12", "-bf", "2"]),
        ("mjpeg.mov", &["-c:v", "mjpeg"]),
    ];
    for (name, options) in kinds {
        if bench.made(name, PATTERN, options).is_some() {
            let info = bench.holds(name);
            assert_eq!((info.times_us.len(), info.size, info.has_sound), (50, [96, 64], false), "{name}");
            assert!((1_960_000..=2_040_000).contains(&info.duration_us), "{name} lasts {}", info.duration_us);
        }
    }
}

#[test]
fn times_of_a_variable_rate_a_late_start_and_an_edit_are_those_of_the_frames() {
    let Some(bench) = Bench::new() else { return };
    let uneven = [
        "-vf",
        "settb=1/1000,setpts='(N*N/100+N)*40'",
        "-vsync",
        "vfr",
        "-enc_time_base",
        "1:1000",
        "-c:v",
        "mpeg4",
    ];
    bench.made("uneven.mp4", "testsrc2=size=96x64:rate=25:duration=1", &uneven).unwrap();
    let info = bench.holds("uneven.mp4");
    assert!(info.times_us[24] - info.times_us[23] > info.times_us[1] - info.times_us[0] + 10_000, "{info:?}");
    let late = ["-c:v", "mpeg4", "-output_ts_offset", "3.2"];
    for name in ["late.mkv", "late.ts", "late.mp4"] {
        bench.made(name, PATTERN, &late).unwrap();
        assert_eq!(bench.holds(name).times_us[..2], [0, 40_000], "{name}");
    }
    let plain = ["-c:v", "mpeg4", "-g", "20"];
    bench.made("plain.mp4", PATTERN, &plain).unwrap();
    // A copy from the middle of a group of pictures has frames that only an edit list leaves out.
    let cut = Command::new(&bench.ffmpeg.ffmpeg)
        .args(["-v", "error", "-nostdin", "-ss", "0.5", "-i"])
        .arg(bench.folder.path().join("plain.mp4"))
        .args(["-c", "copy"])
        .arg(bench.folder.path().join("cut.mp4"))
        .status()
        .unwrap();
    assert!(cut.success());
    bench.holds("cut.mp4");
}

#[test]
fn sizes_are_upright_square_and_odd() {
    let Some(bench) = Bench::new() else { return };
    bench.made("plain.mp4", PATTERN, &["-c:v", "mpeg4"]).unwrap();
    let turned = Command::new(&bench.ffmpeg.ffmpeg)
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(bench.folder.path().join("plain.mp4"))
        .args(["-c", "copy", "-metadata:s:v", "rotate=90"])
        .arg(bench.folder.path().join("turned.mp4"))
        .status()
        .unwrap();
    assert!(turned.success());
    let upright = bench.info("turned.mp4").size;
    let picture = bench.picture("turned.mp4", 3, [4096, 4096]);
    assert_eq!([picture.width, picture.height], upright);
    // From version 7 on ffmpeg writes no rotation that way.
    if upright == [64, 96] {
        let plain = bench.picture("plain.mp4", 3, [4096, 4096]);
        let pixel =
            |of: &tiebreak_domain::door::Pixels, x: u32, y: u32| of.rgba[((y * of.width + x) * 4) as usize];
        let differs = (0..96).filter(|x| pixel(&plain, *x, 8).abs_diff(pixel(&picture, 55, *x)) > 24).count();
        let mirrored =
            (0..96).filter(|x| pixel(&plain, *x, 8).abs_diff(pixel(&picture, 8, 95 - *x)) > 24).count();
        assert!(differs.min(mirrored) < 8, "the first lines became a column: {differs} or {mirrored} differ");
    }
    bench
        .made("wide.mkv", "testsrc2=size=72x58:rate=5:duration=1", &["-c:v", "mpeg4", "-vf", "setsar=16/15"])
        .unwrap();
    assert_eq!(bench.info("wide.mkv").size, [77, 58]);
    let picture = bench.picture("wide.mkv", 1, [4096, 4096]);
    assert_eq!([picture.width, picture.height, picture.full_width], [77, 58, 77]);
    bench
        .made(
            "odd.mkv",
            "testsrc2=size=96x64:rate=5:duration=1,scale=95:63",
            &["-c:v", "ffv1", "-pix_fmt", "yuv444p"],
        )
        .unwrap();
    assert_eq!(bench.holds("odd.mkv").size, [95, 63]);
    let small = bench.picture("odd.mkv", 0, [40, 40]);
    assert_eq!([small.width, small.height, small.full_height], [40, 27, 63]);
}

/// One colour, coded so, and what is seen of it in the middle.
fn seen(bench: &Bench, name: &str, colour: &str, size: &str, options: &[&str]) -> Option<[u8; 3]> {
    let pattern = format!("color=c={colour}:size={size}:rate=5:duration=1,format=gbrp");
    bench.made(name, &pattern, options)?;
    let picture = bench.picture(name, 2, [64, 64]);
    let at = (picture.rgba.len() / 8 * 4 + 4 * picture.width as usize / 2).min(picture.rgba.len() - 4);
    Some([picture.rgba[at], picture.rgba[at + 1], picture.rgba[at + 2]])
}

fn is_near(seen: [u8; 3], meant: [u8; 3], by: u8) -> bool {
    seen.iter().zip(meant).all(|(seen, meant)| seen.abs_diff(meant) <= by)
}

#[test]
fn colours_are_those_that_were_coded() {
    let Some(bench) = Bench::new() else { return };
    let meant = [200, 60, 30];
    let scale = |matrix: &str, range: &str| {
        format!("scale=out_color_matrix={matrix}:out_range={range}:flags=accurate_rnd,format=yuv444p")
    };
    let cases = [
        ("tagged709.mkv", "bt709", "tv", "64x64", Some("bt709")),
        ("tagged601.mkv", "bt601", "tv", "1280x720", Some("smpte170m")),
        ("full.mkv", "bt601", "pc", "64x64", Some("smpte170m")),
        ("small.mkv", "bt601", "tv", "64x64", None),
        ("large.mkv", "bt709", "tv", "1280x720", None),
    ];
    for (name, matrix, range, size, tag) in cases {
        let filter = scale(matrix, range);
        let mut options = vec!["-vf", &filter, "-c:v", "ffv1", "-color_range", range];
        if let Some(tag) = tag {
            options.extend(["-colorspace", tag]);
        }
        let seen = seen(&bench, name, "0xC83C1E", size, &options).unwrap();
        assert!(is_near(seen, meant, 3), "{name}: {seen:?}");
    }
}

/// How much blue there is in a row of a film in which one sample of it, which stands for two pixels, is high.
fn blues(bench: &Bench, name: &str, form: &str, options: &[&str]) -> Option<Vec<u8>> {
    let pattern = format!(
        "nullsrc=size=64x64:rate=5:duration=1,format={form},geq=lum=128:cb='if(eq(X\\,8)\\,192\\,128)':cr=128"
    );
    let coded = [&["-c:v", "libx264", "-qp", "0", "-preset", "ultrafast"][..], options].concat();
    bench.made(name, &pattern, &coded)?;
    let picture = bench.picture(name, 2, [64, 64]);
    Some(picture.rgba[32 * 64 * 4..33 * 64 * 4].chunks_exact(4).map(|pixel| pixel[2]).collect())
}

#[test]
fn colours_stored_for_several_pixels_lie_where_the_file_says() {
    let Some(bench) = Bench::new() else { return };
    for (name, form) in [("quarter.mkv", "yuv420p"), ("half.mkv", "yuv422p")] {
        let Some(blues) = blues(&bench, name, form, &[]) else { return };
        assert!(
            blues[16] > blues[17] + 10 && blues[15].abs_diff(blues[17]) <= 1,
            "{name}: {:?}",
            &blues[13..21]
        );
    }
    let middle = ["-x264-params", "chromaloc=1"];
    let Some(blues) = blues(&bench, "middle.mkv", "yuv420p", &middle) else { return };
    assert!(blues[16].abs_diff(blues[17]) <= 1 && blues[16] > blues[15] + 10, "{:?}", &blues[13..21]);
    let Some(blues) = self::blues(&bench, "all.mkv", "yuv444p", &[]) else { return };
    assert!(blues[8] > blues[7] + 50 && blues[7] == blues[9], "{:?}", &blues[5..12]);
}

#[test]
fn what_shines_through_is_kept() {
    let Some(bench) = Bench::new() else { return };
    let pattern = "color=c=0xC83C1E@0.5:size=64x64:rate=5:duration=1,format=rgba";
    for (name, options) in [("clear.mov", ["-c:v", "png"]), ("clear.mkv", ["-c:v", "ffv1"])] {
        let form: &[&str] = if name == "clear.mkv" { &["-pix_fmt", "yuva444p"] } else { &[] };
        bench.made(name, pattern, &[&options[..], form].concat()).unwrap();
        let picture = bench.picture(name, 0, [64, 64]);
        let [red, green, blue, alpha] = picture.rgba[..4] else { panic!("a picture has a pixel") };
        assert!(
            is_near([red, green, blue], [200, 60, 30], 3) && alpha.abs_diff(127) <= 1,
            "{name}: {:?}",
            &picture.rgba[..4]
        );
    }
}

#[test]
fn ten_bits_and_high_dynamic_range_come_to_the_screen() {
    let Some(bench) = Bench::new() else { return };
    let deep = ["-c:v", "libx265", "-pix_fmt", "yuv420p10le", "-x265-params", "log-level=none"];
    if let Some(seen) = seen(&bench, "deep.mkv", "0x808080", "64x64", &deep) {
        assert!(is_near(seen, [128; 3], 3), "{seen:?}");
    }
    if !bench.ffmpeg.maps_tones {
        eprintln!("skipped: this ffmpeg maps no tones");
        return;
    }
    // White of 203 cd/m² is signal 0.58 in PQ: shown without mapping it would be a dull grey.
    let bright = [
        "-c:v",
        "libx265",
        "-pix_fmt",
        "yuv420p10le",
        "-x265-params",
        "log-level=none",
        "-color_trc",
        "smpte2084",
        "-color_primaries",
        "bt2020",
        "-colorspace",
        "bt2020nc",
    ];
    if let Some(seen) = seen(&bench, "bright.mkv", "0x949494", "64x64", &bright) {
        assert!(seen.iter().all(|channel| *channel > 170), "{seen:?}");
        assert!(seen[0].abs_diff(seen[2]) < 6, "grey stays grey: {seen:?}");
    }
}

#[test]
fn names_are_names_and_nothing_else() {
    let Some(bench) = Bench::new() else { return };
    let names = [
        "a, b  c.mp4",
        "it's \"it\".mp4",
        "-i.mp4",
        "concat:a|b.mp4",
        "%04d.mp4",
        "ünï 猫.mp4",
        "[0:v];null.mp4",
    ];
    for name in names {
        bench.made("plain.mp4", PATTERN, &["-c:v", "mpeg4"]).unwrap();
        fs::rename(bench.folder.path().join("plain.mp4"), bench.folder.path().join(name)).unwrap();
        let asked = bench.videos.frames(&bench.media, name, [64, 64], 0, 2);
        assert_eq!(asked.unwrap().pictures.len(), 2, "{name}");
    }
    let outside = bench.refused("../plain.mp4");
    assert!(outside.to_string().starts_with("the path leads outside the media folder"), "{outside}");
    assert!(matches!(bench.refused("http://127.0.0.1/a.mp4").problem, VideoProblem::File(_)));
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt;
        let strange = bench.folder.path().join(std::ffi::OsStr::from_bytes(b"caf\xE9"));
        fs::create_dir(&strange).unwrap();
        made(&bench.ffmpeg, &strange.join("a.mp4"), PATTERN, &["-c:v", "mpeg4"]).unwrap();
        let media = MediaFolder::new(Some(strange), false);
        let frames = bench.videos.frames(&media, "a.mp4", [64, 64], 30, 1).unwrap();
        assert_eq!(frames.pictures.len(), 1, "a folder whose name is no UTF-8");
    }
}

#[test]
fn what_is_broken_says_so() {
    let Some(bench) = Bench::new() else { return };
    bench.made("whole.mp4", PATTERN, &["-c:v", "mpeg4"]).unwrap();
    bench.made("quick.mp4", PATTERN, &["-c:v", "mpeg4", "-movflags", "+faststart"]).unwrap();
    let whole = fs::read(bench.folder.path().join("whole.mp4")).unwrap();
    let quick = fs::read(bench.folder.path().join("quick.mp4")).unwrap();
    let write = |name: &str, bytes: &[u8]| fs::write(bench.folder.path().join(name), bytes).unwrap();
    write("cut.mp4", &whole[..whole.len() / 2]);
    write("short.mp4", &quick[..quick.len() * 2 / 3]);
    write("empty.mp4", b"");
    write("page.mp4", b"<!doctype html><html><body>404</body></html>");
    write(
        "noise.mp4",
        &(0..5000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect::<Vec<_>>(),
    );
    write("list.mp4", b"ffconcat version 1.0\nfile whole.mp4\n");
    write("stream.m3u8", b"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nwhole.mp4\n#EXT-X-ENDLIST\n");
    bench.made("sound.mp4", "sine=duration=1", &["-c:a", "aac"]).unwrap();
    let empty_track = ["-t", "0", "-c:v", "mjpeg", "-movflags", "empty_moov"];
    bench.made("frameless.mp4", PATTERN, &empty_track).unwrap();
    let cases = [
        ("cut.mp4", "the video cannot be read (moov atom not found): cut.mp4"),
        ("empty.mp4", "this is no video but an empty file: empty.mp4"),
        ("page.mp4", "this is no video but a web page: page.mp4"),
        ("list.mp4", "this is no video but text: list.mp4"),
        ("stream.m3u8", "this is no video but text: stream.m3u8"),
        ("noise.mp4", "the video cannot be read ("),
        ("frameless.mp4", "there is no frame in this video: frameless.mp4"),
        ("sound.mp4", "there is sound but no picture in this file: sound.mp4"),
        ("none.mp4", "the video is missing: none.mp4"),
    ];
    for (name, words) in cases {
        let error = bench.refused(name);
        assert!(error.to_string().starts_with(words), "{error}");
    }
    let short = bench.info("short.mp4");
    assert!(
        (1..50).contains(&short.times_us.len()),
        "what is there is played: {} frames",
        short.times_us.len()
    );
    bench.picture("short.mp4", short.times_us.len() as u32 - 1, [64, 64]);
    let limits = VideoLimits { pixels: 64 * 64, ..VideoLimits::default() };
    let huge = Videos::new(limits).info(&bench.media, "whole.mp4").unwrap_err();
    assert!(matches!(huge.problem, VideoProblem::TooLarge { width: 96, height: 64, .. }), "{huge}");
    let few = VideoLimits { frames: 10, ..VideoLimits::default() };
    let many = Videos::new(few).info(&bench.media, "whole.mp4").unwrap_err();
    assert!(matches!(many.problem, VideoProblem::TooManyFrames { limit: 10 }), "{many}");
    let none = Videos::without_ffmpeg(VideoLimits::default()).info(&bench.media, "whole.mp4").unwrap_err();
    assert!(matches!(none.problem, VideoProblem::NoFfmpeg), "{none}");
}

#[test]
fn a_title_says_nothing_of_the_picture() {
    let Some(bench) = Bench::new() else { return };
    let title = ["-c:v", "mpeg4", "-metadata:s:v", "title=x|width=8|height=8|codec_type=audio"];
    bench.made("titled.mkv", PATTERN, &title).unwrap();
    assert_eq!(bench.info("titled.mkv").size, [96, 64]);
    assert_eq!(bench.videos.frames(&bench.media, "titled.mkv", [96, 64], 0, 1).unwrap().pictures.len(), 1);
}

/// How much louder than nothing each tenth of a second is.
fn loudness(samples: &[f32]) -> Vec<f32> {
    let tenth = 2 * 4800;
    samples
        .chunks(tenth)
        .map(|part| part.iter().map(|it| it.abs()).sum::<f32>() / part.len() as f32)
        .collect()
}

#[test]
fn sound_is_cut_at_the_sample_and_joins() {
    let Some(bench) = Bench::new() else { return };
    // A tone that begins after a second.
    let tone = "sine=frequency=500:sample_rate=44100:duration=3,volume='if(lt(t,1),0,1)':eval=frame[out0];testsrc2=size=64x64:rate=25:duration=3[out1]";
    bench.made("tone.mkv", tone, &["-c:v", "mpeg4", "-c:a", "pcm_s16le"]).unwrap();
    assert!(bench.info("tone.mkv").has_sound);
    let sound = |from_us, length_us, speed| {
        bench.videos.sound(&bench.media, "tone.mkv", from_us, length_us, speed).unwrap().samples
    };
    let whole = sound(0, 4_000_000, 100);
    assert_eq!(whole.len(), 2 * 4 * 48_000, "a stretch past the end is as long as asked");
    let loud: Vec<_> = loudness(&whole).iter().map(|it| *it > 0.01).collect();
    let expected: Vec<_> = (0..40).map(|tenth| (10..30).contains(&tenth)).collect();
    assert_eq!(loud, expected);
    let apart: Vec<f32> = (0..12).flat_map(|step| sound(step * 333_333, 333_333, 100).to_vec()).collect();
    let off = apart.iter().zip(whole.iter()).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-4, "stretches asked one by one are the whole, off by {off}");
    let sought = sound(1_500_000, 100_000, 100);
    let off = sought.iter().zip(&whole[2 * 72_000..]).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    assert!(off < 1e-3, "a stretch from the middle is the same samples, off by {off}");
    let slow = sound(0, 3_000_000, 50);
    assert_eq!(slow.len(), 2 * 6 * 48_000);
    let starts = loudness(&slow).iter().position(|it| *it > 0.01).unwrap();
    assert!((19..=21).contains(&starts), "at half the speed the tone begins after two seconds: {starts}");
    bench.made("silent.mp4", PATTERN, &["-c:v", "mpeg4"]).unwrap();
    let silence = bench.videos.sound(&bench.media, "silent.mp4", 0, 1_000_000, 100).unwrap();
    assert!(silence.samples.len() == 96_000 && silence.samples.iter().all(|it| *it == 0.0));
}
