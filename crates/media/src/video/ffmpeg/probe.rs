//! Looks through a file with ffprobe: what is in it, and when each frame appears.
//!
//! The times come from the timestamps of packets where every packet is known to become one frame: that needs no
//! decoding. Where it is not known (a codec with packets that show nothing, stamps that are missing or not in
//! order), every frame is decoded once and asked for its time.

use std::{collections::HashMap, path::Path, time::Duration};

use super::{Ffmpeg, Piped, Said, is_among, unreadable};
use crate::video::{
    problem::VideoProblem,
    timeline::{Stamp, Timeline},
    videos::VideoLimits,
};

/// Containers that give every packet its timestamp.
const STAMPED_CONTAINERS: &str = "mov,mp4,matroska,webm";
/// Codecs of which every packet is one frame that is shown.
const FRAME_A_PACKET: &str = "h264,hevc,av1,vp9,mjpeg,prores,ffv1,png";
/// What is asked of streams and of what holds them: no titles and no other words of whoever made the file.
const ENTRIES: &str = "stream=index,codec_type,codec_name,width,height,sample_aspect_ratio,time_base,pix_fmt,\
                       color_space,color_transfer,color_primaries,color_range,chroma_location:\
                       stream_disposition=attached_pic:\
                       stream_side_data=rotation:stream_tags=rotate:format=format_name,start_time";
/// Pixels of stranger shapes than this are taken for a mistake.
const STRANGEST_PIXEL: f64 = 16.0;

/// What is known of a file's video.
#[derive(Clone, Debug)]
pub(crate) struct Probed {
    pub timeline: Timeline,
    /// The number of the video's stream.
    pub stream: u32,
    /// The number of the sound's.
    pub sound: Option<u32>,
    /// The stamp of the first frame.
    pub first: i64,
    /// In which unit stamps are.
    pub unit: [i64; 2],
    /// Where the file begins by its own account, in seconds; seeking counts from there.
    pub begins_s: f64,
    pub colour: Colour,
}

/// What the file says of its colours; empty where it says nothing.
#[derive(Clone, Debug, Default)]
pub(crate) struct Colour {
    pub matrix: String,
    pub transfer: String,
    pub primaries: String,
    pub range: String,
    /// Where those that are stored for several pixels at once lie among them.
    pub place: String,
    /// In which form a decoder gives pixels, as ffmpeg calls it.
    pub form: String,
    /// How often the picture is turned clockwise by a right angle: 0 to 3.
    pub quarter_turns: i64,
}

impl Colour {
    /// Whether they are of high dynamic range: PQ or HLG.
    pub fn is_bright(&self) -> bool {
        matches!(self.transfer.as_str(), "smpte2084" | "arib-std-b67")
    }

    /// Whether they are red, green and blue in the file already.
    pub fn is_rgb(&self) -> bool {
        ["rgb", "bgr", "gbr", "argb", "abgr", "pal8", "0rgb", "0bgr"]
            .iter()
            .any(|start| self.form.starts_with(start))
    }

    /// Whether something may shine through them.
    pub fn has_alpha(&self) -> bool {
        ["yuva", "ya", "argb", "rgba", "abgr", "bgra", "gbrap", "pal8"]
            .iter()
            .any(|start| self.form.starts_with(start))
    }
}

/// A line of ffprobe's: its section, and values by name.
type Section = HashMap<String, String>;

/// Looks at a file.
pub(crate) fn probe(ffmpeg: &Ffmpeg, file: &Path, limits: &VideoLimits) -> Result<Probed, VideoProblem> {
    let (streams, container) = streams(ffmpeg, file)?;
    let is = |stream: &Section, kind: &str| text(stream, "codec_type") == kind;
    let is_picture =
        |stream: &&Section| is(stream, "video") && text(stream, "disposition:attached_pic") != "1";
    let sound = streams.iter().find(|stream| is(stream, "audio")).and_then(|stream| number(stream, "index"));
    let Some(video) = streams.iter().find(is_picture) else {
        return Err(if sound.is_some() {
            VideoProblem::NoPicture
        } else {
            unreadable(Some("no video in it".into()))
        });
    };
    let stream = number(video, "index").unwrap_or(0);
    let size = size_of(video, limits)?;
    let unit = ratio(text(video, "time_base"), '/').unwrap_or([1, 1_000_000]);
    let codec = text(video, "codec_name").to_owned();
    let is_stamped =
        text(&container, "format_name").split(',').any(|name| is_among(STAMPED_CONTAINERS, name))
            && is_among(FRAME_A_PACKET, &codec);
    let from_packets = if is_stamped { stamps(ffmpeg, file, stream, Source::Packets, limits)? } else { None };
    let stamps = match from_packets {
        Some(stamps) => stamps,
        None => stamps(ffmpeg, file, stream, Source::Frames, limits)?.unwrap_or_default(),
    };
    let (timeline, first) = Timeline::of_stamps(stamps, unit);
    if timeline.count() == 0 {
        return Err(VideoProblem::NoFrames);
    }
    Ok(Probed {
        timeline: Timeline { size, has_sound: sound.is_some(), codec, ..timeline },
        stream,
        sound,
        first,
        unit,
        begins_s: text(&container, "start_time").parse().unwrap_or(0.0),
        colour: Colour {
            matrix: known(video, "color_space"),
            transfer: known(video, "color_transfer"),
            primaries: known(video, "color_primaries"),
            range: known(video, "color_range"),
            place: known(video, "chroma_location"),
            form: text(video, "pix_fmt").to_owned(),
            quarter_turns: quarter_turns(video),
        },
    })
}

/// The streams, and what holds them.
fn streams(ffmpeg: &Ffmpeg, file: &Path) -> Result<(Vec<Section>, Section), VideoProblem> {
    let mut command = ffmpeg.look_at(file);
    command.args(["-show_entries", ENTRIES]);
    let mut streams = Vec::new();
    let mut container = Section::new();
    let said = each_line(command, Duration::from_secs(30), &mut |line| {
        let (name, section) = section_of(line);
        match name.as_str() {
            "stream" => streams.push(section),
            "format" => container = section,
            _ => {}
        }
        true
    })?;
    if streams.is_empty() { Err(unreadable(said.reason())) } else { Ok((streams, container)) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Source {
    Packets,
    Frames,
}

/// The stamps of all frames that are shown; none if packets do not tell.
fn stamps(
    ffmpeg: &Ffmpeg,
    file: &Path,
    stream: u32,
    source: Source,
    limits: &VideoLimits,
) -> Result<Option<Vec<Stamp>>, VideoProblem> {
    let mut command = ffmpeg.look_at(file);
    let entries = match source {
        Source::Packets => "packet=pts,duration,flags",
        Source::Frames => "frame=best_effort_timestamp,pkt_duration,duration,key_frame",
    };
    command.args(["-select_streams", &stream.to_string(), "-show_entries", entries]);
    let mut stamps: Vec<Stamp> = Vec::new();
    let (mut tells, mut is_too_many) = (true, false);
    let said = each_line(command, limits.looking, &mut |line| {
        let (name, section) = section_of(line);
        let stamp = match (name.as_str(), source) {
            ("packet", Source::Packets) => {
                let flags = text(&section, "flags");
                // An edit of the file leaves it out.
                if flags.contains('D') {
                    return true;
                }
                let appears: Option<i64> = parsed(&section, "pts");
                tells &= appears.is_some() && !flags.contains('C');
                appears.map(|appears| Stamp {
                    appears,
                    lasts: parsed(&section, "duration").unwrap_or(0),
                    is_key: flags.contains('K'),
                })
            }
            ("frame", Source::Frames) => {
                let lasts =
                    parsed(&section, "duration").or_else(|| parsed(&section, "pkt_duration")).unwrap_or(0);
                // What the container gives no time comes when the one before is over.
                let after =
                    |before: &Stamp| (before.lasts > 0).then(|| before.appears.saturating_add(before.lasts));
                let appears = parsed(&section, "best_effort_timestamp").or_else(|| after(stamps.last()?));
                let is_key = text(&section, "key_frame") == "1";
                appears.map(|appears| Stamp { appears, lasts, is_key })
            }
            _ => None,
        };
        stamps.extend(stamp);
        is_too_many = stamps.len() > limits.frames;
        tells && !is_too_many
    })?;
    if is_too_many {
        return Err(VideoProblem::TooManyFrames { limit: limits.frames });
    }
    let starts_well = stamps.first().is_some_and(|first| first.is_key);
    if source == Source::Packets && !(tells && starts_well && said.reason().is_none()) {
        return Ok(None);
    }
    Ok(Some(stamps))
}

/// Reads lines while `wants_more`, and kills what takes too long.
fn each_line(
    command: std::process::Command,
    patience: Duration,
    wants_more: &mut dyn FnMut(&str) -> bool,
) -> Result<Said, VideoProblem> {
    let mut piped = Piped::start(command)?;
    let is_whole = piped.each_line(patience, wants_more)?;
    if is_whole { Ok(piped.end().1) } else { Ok(Said::default()) }
}

/// The section of a line, and its values. A backslash makes the sign behind it one of a value, so that no value ends
/// a field; the first of two of a name is believed.
fn section_of(line: &str) -> (String, Section) {
    let mut fields = vec![String::new()];
    let mut signs = line.trim_end_matches(['\n', '\r']).chars();
    while let Some(sign) = signs.next() {
        match sign {
            '|' => fields.push(String::new()),
            '\\' => fields.last_mut().expect("there is one").extend(signs.next()),
            sign => fields.last_mut().expect("there is one").push(sign),
        }
    }
    let mut fields = fields.into_iter();
    let name = fields.next().unwrap_or_default();
    let mut section = Section::new();
    for field in fields {
        if let Some((name, value)) = field.split_once('=') {
            section.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
    }
    (name, section)
}

fn text<'a>(section: &'a Section, name: &str) -> &'a str {
    section.get(name).map_or("", String::as_str)
}

fn parsed<Value: std::str::FromStr>(section: &Section, name: &str) -> Option<Value> {
    section.get(name)?.parse().ok()
}

fn number(section: &Section, name: &str) -> Option<u32> {
    parsed(section, name)
}

fn known(section: &Section, name: &str) -> String {
    let value = text(section, name);
    if matches!(value, "unknown" | "N/A" | "reserved" | "unspecified") {
        String::new()
    } else {
        value.to_owned()
    }
}

fn ratio(value: &str, between: char) -> Option<[i64; 2]> {
    let (numerator, denominator) = value.split_once(between)?;
    let ratio = [numerator.parse().ok()?, denominator.parse().ok()?];
    (ratio[0] > 0 && ratio[1] > 0).then_some(ratio)
}

/// How often a picture is turned clockwise by a right angle before it is shown: 0 to 3.
fn quarter_turns(stream: &Section) -> i64 {
    let degrees = |end: &str| {
        let found = stream.iter().find(|(name, _)| name.ends_with(end));
        found.and_then(|(_, value)| value.parse::<f64>().ok())
    };
    // The matrix turns against the clock, what older containers say with it.
    let clockwise = degrees("rotation").map(|degrees| -degrees).or_else(|| degrees("tag:rotate"));
    ((clockwise.unwrap_or(0.0) / 90.0).round() as i64).rem_euclid(4)
}

/// Upright, with square pixels.
fn size_of(stream: &Section, limits: &VideoLimits) -> Result<[u32; 2], VideoProblem> {
    let side = |name: &str| number(stream, name).unwrap_or(0);
    let (width, height) = (side("width"), side("height"));
    if width == 0 || height == 0 {
        return Err(unreadable(Some("its size is not known".into())));
    }
    let pixel = ratio(text(stream, "sample_aspect_ratio"), ':').map_or(1.0, |[x, y]| x as f64 / y as f64);
    let is_strange = !(1.0 / STRANGEST_PIXEL..=STRANGEST_PIXEL).contains(&pixel);
    let wide = if is_strange { width } else { ((f64::from(width) * pixel).round() as u32).max(1) };
    if u64::from(wide.max(width)) * u64::from(height) > limits.pixels {
        return Err(VideoProblem::TooLarge { width, height, limit_pixels: limits.pixels });
    }
    Ok(if quarter_turns(stream) % 2 == 0 { [wide, height] } else { [height, wide] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size(line: &str) -> Result<[u32; 2], VideoProblem> {
        size_of(&section_of(line).1, &VideoLimits::default())
    }

    #[test]
    fn what_a_title_says_is_no_size() {
        let (name, section) = section_of(r"stream|width=64|tag:title=a\\|width=8\|height=9|height=48");
        assert_eq!(
            (name.as_str(), text(&section, "width"), text(&section, "height")),
            ("stream", "64", "48")
        );
        let (_, section) = section_of(r"stream|tag:title=x\|width=8|codec_type=video");
        assert_eq!((text(&section, "tag:title"), text(&section, "width")), ("x|width=8", ""));
    }

    #[test]
    fn matrices_turn_against_the_clock_and_tags_with_it() {
        let turns = |line: &str| quarter_turns(&section_of(line).1);
        assert_eq!(turns("stream|side_datum/display_matrix:rotation=-90|tag:rotate=90"), 1);
        assert_eq!((turns("stream|tag:rotate=270"), turns("stream|rotation=90")), (3, 3));
        assert_eq!((turns("stream|rotation=-180"), turns("stream|width=64")), (2, 0));
    }

    #[test]
    fn sizes_are_upright_with_square_pixels() {
        let sizes = [
            ("stream|width=720|height=576|sample_aspect_ratio=16:15", [768, 576]),
            ("stream|width=720|height=480|sample_aspect_ratio=8:9", [640, 480]),
            ("stream|width=64|height=48|sample_aspect_ratio=0:1", [64, 48]),
            (
                "stream|width=64|height=48|sample_aspect_ratio=N/A|side_datum/display_matrix:rotation=-90",
                [48, 64],
            ),
            ("stream|width=64|height=48|rotation=180", [64, 48]),
            ("stream|width=64|height=48|sample_aspect_ratio=2:1|rotation=90", [48, 128]),
            ("stream|width=64|height=48|sample_aspect_ratio=1000:1", [64, 48]),
        ];
        for (line, expected) in sizes {
            assert_eq!(size(line).ok(), Some(expected), "{line}");
        }
        assert!(matches!(size("stream|width=60000|height=60000"), Err(VideoProblem::TooLarge { .. })));
        assert!(matches!(size("stream|codec_name=h264"), Err(VideoProblem::Unreadable { .. })));
    }
}
