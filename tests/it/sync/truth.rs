//! What a film shows at a time, by ffprobe and ffmpeg alone: held against what is in its pane.

use std::collections::HashMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tiebreak_domain::door::Pixels;

/// Of so many places of a picture the colour is compared, across and down.
const PLACES: [u32; 2] = [64, 36];
/// From so many lines on, colours that say nothing are those of high definition.
const HIGH_DEFINITION_LINES: u32 = 720;

/// The colours at some places of a frame.
type Colours = Vec<u8>;

/// A film that was decoded from its first frame to its last.
pub struct Truth {
    file: PathBuf,
    size: [u32; 2],
    /// When each frame appears, in microseconds behind the first, by ffprobe.
    pub times_us: Vec<u64>,
    /// What each frame looks like, by the size it is brought to.
    frames: HashMap<[u32; 2], Vec<Colours>>,
}

impl Truth {
    /// Asks ffprobe for the time of every decoded frame.
    pub fn of(file: &Path) -> Self {
        let probe = |entries: &str| {
            let mut command = Command::new("ffprobe");
            command.args(["-v", "error", "-select_streams", "v:0", "-show_entries", entries]);
            let output = command.args(["-of", "csv=p=0"]).arg(file).output().expect("ffprobe runs");
            assert!(output.status.success(), "{}: {output:?}", file.display());
            String::from_utf8(output.stdout).expect("ffprobe writes numbers")
        };
        let field =
            |line: &str, place: usize| line.trim().split(',').nth(place).unwrap_or_default().to_owned();
        let stamps: Vec<i64> = probe("frame=best_effort_timestamp_time")
            .lines()
            .filter(|line| !line.is_empty())
            .map(|line| micros(&field(line, 0)))
            .collect();
        let times_us = stamps.iter().map(|stamp| (stamp - stamps[0]) as u64).collect();
        let stream = probe("stream=width,height");
        let size = [0, 1].map(|place| field(&stream, place).parse().expect("a film has a size"));
        Self { file: file.to_owned(), size, times_us, frames: HashMap::new() }
    }

    /// The index of the last frame that has appeared at a time.
    pub fn covering(&self, time_us: u64) -> u32 {
        let mut found = 0;
        for (index, appears_us) in self.times_us.iter().enumerate() {
            if *appears_us <= time_us {
                found = index;
            }
        }
        found as u32
    }

    /// Which frame a picture is of: the expected one, if no other is more like it.
    pub fn nearest(&mut self, pixels: &Pixels, expected: u32) -> u32 {
        let size = [pixels.width, pixels.height];
        let frames = self.frames.entry(size).or_insert_with(|| decoded(&self.file, self.size, size));
        assert_eq!(frames.len(), self.times_us.len(), "each frame of {} has a time", self.file.display());
        let seen = colours(&pixels.rgba, size);
        let off = |frame: &Colours| -> u32 {
            frame.iter().zip(&seen).map(|(one, other)| u32::from(one.abs_diff(*other)).pow(2)).sum()
        };
        let mut nearest = expected;
        let mut least = off(&frames[expected as usize]);
        for (index, frame) in frames.iter().enumerate() {
            let off = off(frame);
            if off < least {
                (nearest, least) = (index as u32, off);
            }
        }
        nearest
    }
}

/// Seconds with six decimals.
fn micros(seconds: &str) -> i64 {
    let seconds: f64 = seconds.parse().expect("ffprobe writes seconds");
    (seconds * 1e6).round() as i64
}

/// All frames of a film, one after the other, brought to a size as the app has it done: so that they are its pictures
/// bit by bit, and frames can be told from one another between which hardly anything moves.
fn decoded(film: &Path, full: [u32; 2], size: [u32; 2]) -> Vec<Colours> {
    let matrix = if full[0].min(full[1]) >= HIGH_DEFINITION_LINES { "bt709" } else { "bt601" };
    let [width, height] = size;
    let scale = format!(
        "scale={width}:{height}:flags=bicubic+accurate_rnd+full_chroma_int:in_color_matrix={matrix}:in_h_chr_pos=0,\
         format=gbrp,format=rgba"
    );
    let mut child = Command::new("ffmpeg")
        .args(["-v", "error", "-nostdin", "-i"])
        .arg(film)
        .args(["-map", "0:V:0", "-fps_mode", "passthrough", "-vf", &scale, "-f", "rawvideo", "pipe:1"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("ffmpeg runs");
    let mut output = child.stdout.take().expect("it was asked for");
    let mut frame = vec![0; width as usize * height as usize * 4];
    let mut frames = Vec::new();
    while output.read_exact(&mut frame).is_ok() {
        frames.push(colours(&frame, size));
    }
    assert!(child.wait().is_ok_and(|status| status.success()), "{} can be decoded", film.display());
    frames
}

fn colours(rgba: &[u8], [width, height]: [u32; 2]) -> Colours {
    let mut colours = Vec::with_capacity((PLACES[0] * PLACES[1] * 3) as usize);
    for row in 0..PLACES[1] {
        for column in 0..PLACES[0] {
            let (x, y) = (column * width / PLACES[0], row * height / PLACES[1]);
            let at = (y * width + x) as usize * 4;
            colours.extend_from_slice(&rgba[at..at + 3]);
        }
    }
    colours
}
