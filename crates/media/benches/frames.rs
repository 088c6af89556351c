//! Two clips of 1080p at 30 frames a second, decoded at once: through our pipe at the size of a pane, and by ffmpeg
//! alone into nothing. Prints frames a second of each, their ratio, and the memory of ours: pixels held here, and what
//! the decoders took at most where the system tells. Then somebody jumps about in both clips, whose key frames are 250
//! frames apart: how long it takes until both have the frame there, and until they have those before it too.

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use peak_alloc::PeakAlloc;
use tiebreak_media::{Ffmpeg, MediaFolder, VideoLimits, Videos};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

const CLIPS: [&str; 2] = ["a.mp4", "b.mp4"];
const FRAMES: u32 = 300;
/// Half of a wide window.
const PANE: [u32; 2] = [960, 540];
const AT_ONCE: u32 = 8;
/// How often somebody jumps.
const JUMPS: u32 = 40;
/// So many frames around the one on the screen are at hand while a film stands.
const AROUND: u32 = 8;

fn main() {
    let Some(ffmpeg) = Ffmpeg::find() else {
        println!("skipped: there is no ffmpeg");
        return;
    };
    let folder = tempfile::tempdir().expect("there is a folder for a while");
    for (name, seed) in CLIPS.iter().zip(["0", "3"]) {
        make(&ffmpeg, &folder.path().join(name), seed);
    }
    let alone = rate(|name| decode_into_nothing(&ffmpeg, &folder.path().join(name)));
    println!("ffmpeg alone: {alone:.0} frames/s of both clips together, {:.2} x real time", alone / 60.0);
    let media = MediaFolder::new(Some(folder.path().to_owned()), false);
    let videos = Videos::new(VideoLimits::default());
    MEMORY.reset_peak_usage();
    let decoders = AtomicU64::new(0);
    let ours = rate(|name| {
        let mut first = 0;
        while first < FRAMES {
            let frames = videos.frames(&media, name, PANE, first, AT_ONCE).expect("the clip can be decoded");
            assert!(!frames.pictures.is_empty(), "{name} ends at {first}");
            first += frames.pictures.len() as u32;
            decoders.fetch_max(decoders_bytes(), Ordering::Relaxed);
        }
    });
    println!("our pipe at {} x {}: {ours:.0} frames/s, {:.2} x real time", PANE[0], PANE[1], ours / 60.0);
    println!("ratio: {:.2}", ours / alone);
    println!("peak memory here: {:.0} MB", MEMORY.peak_usage_as_mb());
    let decoders = decoders.into_inner();
    if decoders > 0 {
        println!("peak memory of the decoders: {:.0} MB", decoders as f64 / 1e6);
    }
    let [there, around] = jump_about(&videos, &media);
    println!("{JUMPS} jumps in both: the frame there after {there}, those before it after {around}");
}

/// Jumps to places in both clips at once; how long it took, each from the jump on.
fn jump_about(videos: &Videos, media: &MediaFolder) -> [String; 2] {
    let both = |first: u32, count: u32| {
        thread::scope(|scope| {
            for name in CLIPS {
                scope.spawn(move || {
                    videos.frames(media, name, PANE, first, count).expect("the clip can be decoded")
                });
            }
        });
    };
    let mut taken_ms = [Vec::new(), Vec::new()];
    // Steps by a share of the whole that comes round evenly, backwards as often as forwards.
    let mut at = 0;
    for _ in 0..JUMPS {
        at = (at + 137) % (FRAMES - 2 * AROUND);
        let started = Instant::now();
        both(at + AROUND, 1);
        taken_ms[0].push(started.elapsed().as_secs_f64() * 1e3);
        both(at + AROUND, AROUND);
        both(at, AROUND);
        taken_ms[1].push(started.elapsed().as_secs_f64() * 1e3);
    }
    taken_ms.map(|mut taken_ms| {
        taken_ms.sort_by(f64::total_cmp);
        let at = |share: f64| taken_ms[((taken_ms.len() - 1) as f64 * share) as usize];
        format!("{:.0} ms (median; {:.0} at most)", at(0.5), at(1.0))
    })
}

/// Frames a second of all clips together.
fn rate(work: impl Fn(&str) + Sync) -> f64 {
    let started = Instant::now();
    thread::scope(|scope| {
        for name in CLIPS {
            let work = &work;
            scope.spawn(move || work(name));
        }
    });
    f64::from(FRAMES * CLIPS.len() as u32) / started.elapsed().as_secs_f64()
}

fn make(ffmpeg: &Ffmpeg, file: &Path, seed: &str) {
    let pattern = format!("testsrc2=size=1920x1080:rate=30:duration=10,noise=alls=8:allf=t:all_seed={seed}");
    let status = Command::new(&ffmpeg.ffmpeg)
        .args([
            "-v", "error", "-nostdin", "-f", "lavfi", "-i", &pattern, "-c:v", "libx264", "-preset",
            "veryfast",
        ])
        .args(["-crf", "28", "-pix_fmt", "yuv420p"])
        .arg(file)
        .status();
    assert!(status.is_ok_and(|status| status.success()), "ffmpeg has libx264");
}

fn decode_into_nothing(ffmpeg: &Ffmpeg, file: &Path) {
    let status = Command::new(&ffmpeg.ffmpeg)
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(file)
        .args(["-map", "0:V:0", "-f", "null", "-"])
        .stdout(Stdio::null())
        .status();
    assert!(status.is_ok_and(|status| status.success()), "the clip can be decoded");
}

/// What the processes that this one started took at most, together; 0 where the system does not tell.
fn decoders_bytes() -> u64 {
    let own = std::process::id().to_string();
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    let kilobytes = processes.filter_map(|process| {
        let status = std::fs::read_to_string(process.path().join("status")).ok()?;
        let value = |name: &str| status.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        if value("PPid:")? != own {
            return None;
        }
        value("VmHWM:")?.split_whitespace().next()?.parse::<u64>().ok()
    });
    kilobytes.sum::<u64>() * 1024
}
