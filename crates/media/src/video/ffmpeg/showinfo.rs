//! Reads what ffmpeg's `showinfo` filter says of every frame that passes it: its timestamp.
//!
//! The filter is the last before the pixels leave, so that the n-th line belongs to the n-th picture in the pipe.

use crate::video::timeline::micros;

/// What the filter is called in a chain; without checksums, which cost as much as the scaling.
pub(crate) const SHOWINFO: &str = "showinfo=checksum=0";

/// What a line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// The unit of the timestamps that follow: numerator and denominator of a second.
    Unit([i64; 2]),
    /// A frame, and its timestamp if it has one.
    Frame(Option<i64>),
}

/// Reads a line that is the filter's; none if it is not, or says something else.
pub(crate) fn shown_in(line: &str) -> Option<Shown> {
    let said = &line[line.find("Parsed_showinfo")?..];
    if let Some(at) = said.find("config in time_base:") {
        let unit = said[at..].split(':').nth(1)?.trim();
        let (numerator, denominator) = unit.split(',').next()?.split_once('/')?;
        return Some(Shown::Unit([numerator.parse().ok()?, denominator.parse().ok()?]));
    }
    let frame = &said[said.find("] n:").or_else(|| said.find(" n:"))?..];
    let stamp = frame[frame.find(" pts:")? + 5..].split_whitespace().next()?;
    Some(Shown::Frame(stamp.parse().ok()))
}

/// A timestamp in microseconds behind that of the first frame.
pub(crate) fn micros_after(stamp: i64, unit: [i64; 2], first: i64, first_unit: [i64; 2]) -> i64 {
    if unit == first_unit {
        return micros(stamp.saturating_sub(first), unit);
    }
    micros(stamp, unit).saturating_sub(micros(first, first_unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_several_versions_are_read() {
        let frame =
            "[Parsed_showinfo_2 @ 0x564a] [info] n:   1 pts:  25088 pts_time:2.04167 pos:   574012 fmt:rgba";
        assert_eq!(shown_in(frame), Some(Shown::Frame(Some(25_088))));
        let newer =
            "[Parsed_showinfo_0 @ 0x1] [info] n:1234 pts:-1024 pts_time:-0.08 duration:    512 fmt:rgba";
        assert_eq!(shown_in(newer), Some(Shown::Frame(Some(-1024))));
        let none = "[Parsed_showinfo_0 @ 0x1] [info] n:   0 pts:   NOPTS pts_time:NOPTS   pos: 1";
        assert_eq!(shown_in(none), Some(Shown::Frame(None)));
        let unit = "[Parsed_showinfo_2 @ 0x564a] [info] config in time_base: 1/12288, frame_rate: 24/1";
        assert_eq!(shown_in(unit), Some(Shown::Unit([1, 12_288])));
        let colour =
            "[Parsed_showinfo_2 @ 0x5] [info] color_range:pc color_space:gbr color_primaries:unknown";
        assert_eq!(shown_in(colour), None);
        assert_eq!(shown_in("[h264 @ 0x5] [error] n: 1 pts: 5"), None, "it is not the filter's");
    }

    #[test]
    fn another_unit_is_brought_to_the_same_scale() {
        assert_eq!(micros_after(1512, [1, 1000], 512, [1, 1000]), 1_000_000);
        assert_eq!(micros_after(1_512_000, [1, 1_000_000], 512, [1, 1000]), 1_000_000);
    }
}
