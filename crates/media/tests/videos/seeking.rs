//! Frames by index, held against one decoding from start to end and against ffprobe's own list of frames.
//!
//! Needs ffmpeg, and for real videos the data beside the repository; skips, saying so, where they are missing.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use tiebreak_domain::media::VideoInfo;
use tiebreak_media::{Ffmpeg, MediaFolder, VideoLimits, Videos};

use crate::clips::{ffmpeg, real_videos};

const FIT: [u32; 2] = [96, 96];

/// What ffprobe says of every frame, in microseconds behind the first: by decoding, not by packets.
fn times_by_ffprobe(ffmpeg: &Ffmpeg, file: &Path) -> Vec<u64> {
    let output = Command::new(&ffmpeg.ffprobe)
        .args(["-v", "error", "-select_streams", "V:0", "-show_entries"])
        .args(["frame=best_effort_timestamp:stream=time_base", "-of", "compact", "-i"])
        .arg(file)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    let value = |line: &str, name: &str| {
        line.split('|').find_map(|field| field.strip_prefix(name)?.strip_prefix('=').map(str::to_owned))
    };
    let unit = text.lines().find_map(|line| value(line, "time_base")).unwrap();
    let (numerator, denominator) = unit.split_once('/').unwrap();
    let unit = numerator.parse::<f64>().unwrap() / denominator.parse::<f64>().unwrap();
    let stamps = text.lines().filter_map(|line| value(line, "best_effort_timestamp"));
    let stamps: Vec<i64> = stamps.map(|stamp| stamp.parse().unwrap()).collect();
    stamps.iter().map(|stamp| ((stamp - stamps[0]) as f64 * unit * 1e6).round() as u64).collect()
}

/// A hash of every frame of a video, decoded from start to end by other means: ffmpeg alone, at its size.
fn hashes_in_order(videos: &Videos, folder: &MediaFolder, uri: &str, info: &VideoInfo) -> Vec<blake3::Hash> {
    let mut hashes = Vec::new();
    while hashes.len() < info.times_us.len() {
        let frames = videos.frames(folder, uri, FIT, hashes.len() as u32, 32).unwrap();
        assert!(!frames.pictures.is_empty(), "{uri} ends at {}", hashes.len());
        hashes.extend(frames.pictures.iter().map(|pixels| blake3::hash(&pixels.rgba)));
    }
    hashes
}

fn hashes_by_ffmpeg(
    ffmpeg: &Ffmpeg,
    file: &Path,
    [width, height]: [u32; 2],
    lines: u32,
) -> Vec<blake3::Hash> {
    let matrix = if lines >= 720 { "bt709" } else { "bt601" };
    let scale = format!(
        "scale=w={width}:h={height}:flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix={matrix}:in_h_chr_pos=0,\
         format=gbrp,format=rgba"
    );
    let output = Command::new(&ffmpeg.ffmpeg)
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(file)
        .args(["-map", "0:V:0", "-vf", &scale])
        .args(["-vsync", "passthrough", "-f", "rawvideo", "pipe:1"])
        .output()
        .unwrap();
    output.stdout.chunks_exact(width as usize * height as usize * 4).map(blake3::hash).collect()
}

/// Seeks at random, and says how many times the frame was not the one of the index.
fn wrong_of(seeks: u32, names: &[PathBuf], folder: &Path) -> u32 {
    let ffmpeg = ffmpeg().unwrap();
    let media = MediaFolder::new(Some(folder.to_owned()), false);
    // Nothing is kept, so that every seek is one.
    let videos = Videos::new(VideoLimits { kept_bytes: 0, ..VideoLimits::default() });
    let mut known: HashMap<&PathBuf, (VideoInfo, Vec<blake3::Hash>)> = HashMap::new();
    let mut random = StdRng::seed_from_u64(5);
    let mut wrong = 0;
    for _ in 0..seeks {
        let name = &names[random.random_range(0..names.len())];
        let uri = name.to_str().unwrap();
        let (info, hashes) = known.entry(name).or_insert_with(|| {
            let info = videos.info(&media, uri).unwrap();
            let file = folder.join(name);
            assert_eq!(*info.times_us, times_by_ffprobe(&ffmpeg, &file), "times of {uri}");
            let size = videos.frames(&media, uri, FIT, 0, 1).unwrap();
            let size = [size.pictures[0].width, size.pictures[0].height];
            let hashes = hashes_by_ffmpeg(&ffmpeg, &file, size, info.size[0].min(info.size[1]));
            assert_eq!(hashes, hashes_in_order(&videos, &media, uri, &info), "frames of {uri}, in order");
            (info, hashes)
        });
        let time_us = random.random_range(0..info.duration_us);
        let index = info.frame_at(time_us);
        let end_us = info.times_us.get(index as usize + 1).copied().unwrap_or(info.duration_us);
        assert!((info.times_us[index as usize]..end_us).contains(&time_us), "{uri} at {time_us}");
        let frames = videos.frames(&media, uri, FIT, index, 1).unwrap();
        wrong += u32::from(blake3::hash(&frames.pictures[0].rgba) != hashes[index as usize]);
    }
    wrong
}

/// All of it is `TIEBREAK_TEST_SEEKS=10000 cargo test -p tiebreak-media --test videos random`.
#[test]
fn random_seeks_find_the_frame_whose_time_covers_the_clock() {
    let Some((folder, names)) = real_videos() else { return };
    let seeks = std::env::var("TIEBREAK_TEST_SEEKS").ok().and_then(|seeks| seeks.parse().ok()).unwrap_or(40);
    assert_eq!(wrong_of(seeks, &names, &folder), 0, "of {seeks} seeks");
}
