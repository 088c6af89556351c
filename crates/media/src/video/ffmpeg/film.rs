//! A file that ffmpeg decodes: runs through its frames, scaled and brought to sRGB by ffmpeg itself.
//!
//! A run that begins in the middle lets ffmpeg seek to the key frame before and drop what lies between; every frame
//! still says its own timestamp. Colours without a word on their matrix are taken as players take them: from 720
//! lines on as BT.709, else as BT.601.

use std::iter::repeat_n;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use tiebreak_domain::{door::Pixels, media::VideoRemark};

use super::{
    Ffmpeg, MOST_THREADS, Piped,
    probe::{Colour, Probed, probe},
    process::LONGEST_SILENCE,
    showinfo::{SHOWINFO, Shown, micros_after},
    unreadable,
};
use crate::{
    decode::size_within,
    video::{
        footage::{Footage, Run, Taken, is_small},
        problem::VideoProblem,
        sound::{SOUND_RATE_HZ, tempo},
        timeline::Timeline,
        videos::VideoLimits,
    },
};

/// From so many lines on, colours that say nothing are those of high definition.
const HIGH_DEFINITION_LINES: u32 = 720;

/// The slowest decoder that is waited for: twelve frames of 1920 x 1080 a second.
const PIXELS_A_MS: u64 = 25_000;

/// So long before a stretch its sound is decoded: a decoder needs what came before.
const RUN_UP_S: f64 = 0.25;
/// Up to here sound is decoded from the start: that takes a moment, and where a container's times are coarse
/// (Matroska's are milliseconds) only counting from the start meets the sample.
const COUNTED_S: f64 = 120.0;

/// A file that ffmpeg decodes.
#[derive(Debug)]
pub(crate) struct Film {
    ffmpeg: Ffmpeg,
    file: PathBuf,
    probed: Probed,
}

impl Film {
    /// Looks through a file.
    pub fn open(ffmpeg: &Ffmpeg, file: &Path, limits: &VideoLimits) -> Result<Self, VideoProblem> {
        let mut probed = probe(ffmpeg, file, limits)?;
        if probed.colour.is_bright() && !ffmpeg.maps_tones {
            probed.timeline.remark = Some(VideoRemark::RangeNotMapped);
        }
        Ok(Self { ffmpeg: ffmpeg.clone(), file: file.to_owned(), probed })
    }

    /// Where to seek for a frame, in seconds as ffmpeg counts them; none for the start.
    fn seek_to(&self, index: u32) -> Option<f64> {
        let times_us = &self.probed.timeline.times_us;
        let at_us = times_us[index as usize];
        let before_us = times_us[(index as usize).checked_sub(1)?];
        // Between the two, so that no rounding makes it the wrong one; but a key frame is sought by its own time.
        let is_key = self.probed.timeline.key_before(index) == index;
        let sought_us = if is_key { at_us } else { u64::midpoint(at_us, before_us) };
        Some(self.first_s() + sought_us as f64 / 1e6 - self.probed.begins_s)
    }

    /// Whether there is sound.
    pub fn has_sound(&self) -> bool {
        self.probed.sound.is_some()
    }

    /// Samples from a time on, at a speed; see [`SOUND_RATE_HZ`]. Where the sound begins later than the pictures it is
    /// preceded by silence.
    pub fn sound_from(&self, from_us: u64, speed_percent: u16) -> Result<Piped, VideoProblem> {
        let from_s = self.first_s() + from_us as f64 / 1e6;
        let begins_s = self.probed.begins_s;
        let is_counted = from_s - begins_s <= COUNTED_S;
        let run_up_s = if is_counted { begins_s.min(from_s) } else { from_s - RUN_UP_S };
        let sought_s = run_up_s - begins_s;
        let sample = |at_s: f64| (at_s * f64::from(SOUND_RATE_HZ)).round() as i64;
        let mut command = self.ffmpeg.decode(&self.file, (!is_counted).then_some(sought_s), 1);
        let stream = self.probed.sound.unwrap_or_default();
        command.args(["-map", &format!("0:{stream}"), "-vn", "-sn", "-dn"]);
        command.args([
            "-af",
            &format!(
                "aresample={SOUND_RATE_HZ}:async=1:min_hard_comp=0.02:first_pts={},\
                 aformat=sample_fmts=flt:channel_layouts=stereo,\
                 atrim=start_pts={},asetpts=PTS-STARTPTS{}",
                sample(run_up_s),
                sample(from_s),
                tempo(speed_percent)
            ),
        ]);
        command.args(["-f", "f32le", "pipe:1"]);
        Piped::start(command)
    }

    fn first_s(&self) -> f64 {
        let [numerator, denominator] = self.probed.unit;
        self.probed.first as f64 * numerator as f64 / denominator as f64
    }

    /// Whether red, green and blue come one after the other, a picture of each. They take ffmpeg a third of the time
    /// that pixels take it, with as much care.
    fn is_in_planes(&self) -> bool {
        let colour = &self.probed.colour;
        !colour.is_rgb() && !colour.has_alpha()
    }

    /// What turns a decoded frame into pixels of this size.
    fn filters(&self, [width, height]: [u32; 2]) -> String {
        let colour = &self.probed.colour;
        let Colour { matrix, transfer, primaries, range, .. } = colour;
        let form = if self.is_in_planes() { "gbrp" } else { "rgba" };
        if colour.is_bright() && self.ffmpeg.maps_tones {
            let or =
                |value: &str, usual: &str| if value.is_empty() { usual.to_owned() } else { value.to_owned() };
            let (primaries, matrix) = (or(primaries, "bt2020"), or(matrix, "bt2020nc"));
            return format!(
                "zscale=w={width}:h={height}:tin={transfer}:pin={primaries}:min={matrix}:t=linear:npl=203,\
                 format=gbrpf32le,zscale=p=bt709,tonemap=mobius:desat=0,\
                 zscale=t=iec61966-2-1:m=gbr:r=full,format=gbrp,format={form},{SHOWINFO}"
            );
        }
        let mut scale = format!("scale=w={width}:h={height}:flags=bicubic+accurate_rnd+full_chroma_int");
        if !colour.is_rgb() {
            if matrix.is_empty() {
                let lines = self.probed.timeline.size[0].min(self.probed.timeline.size[1]);
                let usual = if lines >= HIGH_DEFINITION_LINES { "bt709" } else { "bt601" };
                scale.push_str(&format!(":in_color_matrix={usual}"));
            }
            if matches!(range.as_str(), "pc" | "jpeg" | "full") {
                scale.push_str(":in_range=pc");
            }
            scale.push_str(&chroma_place(colour));
        }
        format!("{scale},format={form},{SHOWINFO}")
    }
}

/// Where ffmpeg is to look for the colours of two or four pixels, in 256ths of a pixel from the first of them: beside
/// the left ones, as nearly all codecs have it and players take it where a file says nothing. ffmpeg itself would take
/// them to be in the middle. They are turned with the picture.
fn chroma_place(colour: &Colour) -> String {
    const BESIDE: i32 = 0;
    const BETWEEN: i32 = 128;
    let other = |place: Option<i32>| place.map(|place| 2 * BETWEEN - place);
    let across = Some(if colour.place == "center" { BETWEEN } else { BESIDE });
    let down = Some(if colour.place == "topleft" { BESIDE } else { BETWEEN });
    let (across, down) = match colour.form.as_str() {
        form if form.contains("420") => (across, down),
        form if form.contains("422") => (across, None),
        _ => return String::new(),
    };
    let (across, down) = match colour.quarter_turns {
        1 => (other(down), across),
        2 => (other(across), other(down)),
        3 => (down, other(across)),
        _ => (across, down),
    };
    let said =
        |name: &str, place: Option<i32>| place.map_or(String::new(), |place| format!(":{name}={place}"));
    said("in_h_chr_pos", across) + &said("in_v_chr_pos", down)
}

impl Footage for Film {
    fn timeline(&self) -> &Timeline {
        &self.probed.timeline
    }

    fn run_from(&self, index: u32, fit: [u32; 2]) -> Result<Box<dyn Run>, VideoProblem> {
        let full = self.probed.timeline.size;
        let size = size_within(full, fit);
        let threads = if is_small(fit) { 1 } else { MOST_THREADS };
        let planes = self.is_in_planes().then(|| vec![0; size[0] as usize * size[1] as usize * 3]);
        let passed_over = index - self.probed.timeline.key_before(index);
        let mut command = self.ffmpeg.decode(&self.file, self.seek_to(index), threads);
        command.args(["-map", &format!("0:{}", self.probed.stream), "-an", "-sn", "-dn"]);
        command.args(["-vf", &self.filters(size)]);
        command.args(self.ffmpeg.one_for_one());
        command.args(["-f", "rawvideo", "pipe:1"]);
        Ok(Box::new(FilmRun {
            piped: Piped::start_patiently(command, patience(passed_over, full))?,
            planes,
            size,
            full,
            first: self.probed.first,
            unit: self.probed.unit,
            shown_unit: self.probed.unit,
            has_taken: index > 0,
            last_us: i64::MIN,
        }))
    }
}

/// How long a decoder may be silent that decodes so many frames of a size before the first that is wanted: it says
/// nothing of them.
fn patience(passed_over: u32, [width, height]: [u32; 2]) -> Duration {
    let pixels = u64::from(passed_over) * u64::from(width) * u64::from(height);
    LONGEST_SILENCE + Duration::from_millis(pixels / PIXELS_A_MS)
}

/// Writes pixels whose green, blue and red are pictures one after the other.
fn interleave(planes: &[u8], rgba: &mut [u8]) {
    let (green, rest) = planes.split_at(planes.len() / 3);
    let (blue, red) = rest.split_at(green.len());
    for (((pixel, red), green), blue) in rgba.chunks_exact_mut(4).zip(red).zip(green).zip(blue) {
        pixel.copy_from_slice(&[*red, *green, *blue, u8::MAX]);
    }
}

/// A decoder at work.
struct FilmRun {
    piped: Piped,
    /// Where the planes of a frame are read; none where it comes as pixels.
    planes: Option<Vec<u8>>,
    size: [u32; 2],
    full: [u32; 2],
    first: i64,
    unit: [i64; 2],
    /// The unit in which the decoder shows stamps.
    shown_unit: [i64; 2],
    /// Whether that nothing comes can be the end and no failure.
    has_taken: bool,
    last_us: i64,
}

impl FilmRun {
    fn picture(&mut self) -> Result<Option<Pixels>, VideoProblem> {
        let [width, height] = self.size;
        let mut rgba: Arc<[u8]> = repeat_n(u8::MAX, width as usize * height as usize * 4).collect();
        let pixels = Arc::make_mut(&mut rgba);
        let buffer = self.planes.as_deref_mut().unwrap_or(&mut *pixels);
        if self.piped.read(buffer)? < buffer.len() {
            let (is_well, said) = self.piped.end();
            if self.has_taken || is_well && said.reason().is_none() {
                return Ok(None);
            }
            return Err(unreadable(said.reason()));
        }
        self.has_taken = true;
        if let Some(planes) = &self.planes {
            interleave(planes, pixels);
        }
        let [full_width, full_height] = self.full;
        Ok(Some(Pixels { width, height, full_width, full_height, rgba }))
    }

    /// When the picture that was just read appears; none where the decoder does not know.
    fn stamp(&mut self) -> Result<Option<i64>, VideoProblem> {
        loop {
            match self.piped.next_shown()? {
                Some(Shown::Unit(unit)) => self.shown_unit = unit,
                Some(Shown::Frame(stamp)) => {
                    return Ok(stamp.map(|stamp| micros_after(stamp, self.shown_unit, self.first, self.unit)));
                }
                None => return Err(unreadable(Some("ffmpeg gave a picture without its time".into()))),
            }
        }
    }
}

impl Run for FilmRun {
    fn take(&mut self) -> Result<Option<Taken>, VideoProblem> {
        loop {
            let Some(pixels) = self.picture()? else { return Ok(None) };
            // What has no time, or the same again, is on no screen.
            if let Some(at_us) = self.stamp()?
                && at_us > self.last_us
            {
                self.last_us = at_us;
                return Ok(Some(Taken { at_us, pixels }));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_decodes_many_frames_before_the_first_is_waited_for() {
        assert_eq!(patience(0, [1920, 1080]), LONGEST_SILENCE);
        // Ten minutes of one group of pictures, at 30 a second.
        let long = patience(18_000, [1920, 1080]);
        assert!((24..26).contains(&(long.as_secs() / 60)), "{long:?}");
        assert!(
            patience(100, [640, 360]) < LONGEST_SILENCE + Duration::from_secs(1),
            "{:?}",
            patience(100, [640, 360])
        );
    }

    #[test]
    fn colours_of_several_pixels_turn_with_the_picture() {
        let place = |form: &str, place: &str, quarter_turns| {
            let (place, form) = (place.to_owned(), form.to_owned());
            chroma_place(&Colour { place, form, quarter_turns, ..Colour::default() })
        };
        let at = |across: i32, down: i32| format!(":in_h_chr_pos={across}:in_v_chr_pos={down}");
        let turned = [at(0, 128), at(128, 0), at(256, 128), at(128, 256)];
        assert_eq!([0, 1, 2, 3].map(|turns| place("yuv420p", "left", turns)), turned);
        let turned = [at(0, 0), at(256, 0), at(256, 256), at(0, 256)];
        assert_eq!([0, 1, 2, 3].map(|turns| place("yuv420p10le", "topleft", turns)), turned);
        assert_eq!(place("yuvj420p", "center", 0), at(128, 128));
        assert_eq!(
            (place("yuv422p", "", 0), place("yuv422p", "", 1)),
            (":in_h_chr_pos=0".into(), ":in_v_chr_pos=0".into())
        );
        assert_eq!(place("yuv444p", "left", 0), "");
    }

    #[test]
    fn the_curves_of_high_range_are_known() {
        let of = |transfer: &str| Colour { transfer: transfer.into(), ..Colour::default() }.is_bright();
        assert!(of("smpte2084") && of("arib-std-b67") && !of("bt709"));
    }
}
