//! AVIF, by the `ffmpeg` program where it is installed: there is no decoder of AV1 in Rust that could be trusted with
//! hostile bytes in this process (those there are end the program where they go wrong).
//!
//! The program makes a PNG of the first picture, which is then read like any other. It runs beside us, with a limit
//! of pixels, of bytes and of time; it may open nothing but the file that it is given. What it does not hand on is not
//! seen: transparency, and the range of PQ and HLG.

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    process::{Child, Command, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::{limits::Limits, problem::Problem};

const LONGEST: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A PNG of an AVIF file's first picture.
pub(crate) fn png_of(avif: &[u8], limits: &Limits) -> Result<Vec<u8>, Problem> {
    png_by(OsStr::new("ffmpeg"), avif, limits)
}

fn png_by(program: &OsStr, avif: &[u8], limits: &Limits) -> Result<Vec<u8>, Problem> {
    // It looks around in the file, which a pipe does not let it do.
    let mut file = tempfile::Builder::new().suffix(".avif").tempfile().map_err(Problem::from_io)?;
    file.write_all(avif).map_err(Problem::from_io)?;
    let mut made = tempfile::tempfile().map_err(Problem::from_io)?;
    let mut said = tempfile::tempfile().map_err(Problem::from_io)?;
    let most_pixels = (limits.decoded_bytes / 4).min(i32::MAX as u64);
    let mut command = Command::new(program);
    command.args(["-v", "error", "-nostdin", "-protocol_whitelist", "file,pipe", "-max_pixels"]);
    command.arg(most_pixels.to_string()).arg("-i").arg(file.path());
    command.args(["-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1"]);
    command.stdin(Stdio::null());
    command.stdout(made.try_clone().map_err(Problem::from_io)?);
    command.stderr(said.try_clone().map_err(Problem::from_io)?);
    let child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Problem::NoFfmpeg,
        _ => Problem::from_io(error),
    })?;
    let status = finished(child, &made, limits)?;
    let png = all_of(&mut made, limits.file_bytes).map_err(Problem::from_io)?;
    if status.success() && !png.is_empty() {
        return Ok(png);
    }
    let said = all_of(&mut said, 4096).map_err(Problem::from_io)?;
    let said = String::from_utf8_lossy(&said);
    // The last line says what came of it; its beginning names our own file.
    let reason = said.lines().last().and_then(|line| line.rsplit(": ").next()).unwrap_or("no reason given");
    Err(Problem::Undecodable { format: "AVIF", reason: reason.trim().to_owned() })
}

fn finished(mut child: Child, made: &File, limits: &Limits) -> Result<ExitStatus, Problem> {
    let started = Instant::now();
    loop {
        if let Some(status) = child.try_wait().map_err(Problem::from_io)? {
            return Ok(status);
        }
        let is_too_large = made.metadata().is_ok_and(|metadata| metadata.len() > limits.file_bytes);
        if is_too_large || started.elapsed() > LONGEST {
            // It may have ended meanwhile; either way nobody waits for it any more.
            let _ = child.kill();
            let _ = child.wait();
            let reason =
                if is_too_large { "the picture is too large" } else { "it took longer than a minute" };
            return Err(Problem::Undecodable { format: "AVIF", reason: reason.to_owned() });
        }
        thread::sleep(LOOK_EVERY);
    }
}

fn all_of(file: &mut File, most_bytes: u64) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(0))?;
    let mut bytes = Vec::new();
    file.take(most_bytes).read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::decode_for_screen;

    #[test]
    fn without_ffmpeg_it_is_said_how_to_come_by_it() {
        let missing = OsStr::new("there-is-no-such-program-here");
        let problem = png_by(missing, b"x", &Limits::default()).unwrap_err();
        assert_eq!(problem.to_string(), "AVIF images are decoded by ffmpeg, which is not installed");
        assert!(problem.hint().unwrap().contains("install ffmpeg"));
    }

    /// An AVIF of bars, where ffmpeg is there and can write one.
    fn made() -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.avif");
        let source = "smptebars=size=96x64";
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", "-c:v", "libaom-av1"])
            .args(["-still-picture", "1", "-crf", "5"])
            .arg(&file)
            .status();
        made.is_ok_and(|status| status.success()).then(|| std::fs::read(file).unwrap())
    }

    #[test]
    fn bars_are_bars_and_a_cut_off_file_is_told() {
        let Some(avif) = made() else {
            eprintln!("skipped: there is no ffmpeg that writes AVIF");
            return;
        };
        let pixels = decode_for_screen(&avif, [500, 500], &Limits::default()).unwrap();
        assert_eq!([pixels.width, pixels.height], [96, 64]);
        let at = |x: usize| &pixels.rgba[(10 * 96 + x) * 4..][..4];
        // The first bar is grey, the last blue (SMPTE EG 1).
        let near = |pixel: &[u8], expected: [u8; 4]| {
            pixel.iter().zip(expected).all(|(one, other)| one.abs_diff(other) <= 12)
        };
        assert!(
            near(at(5), [191, 191, 191, 255]) && near(at(90), [0, 0, 191, 255]),
            "{:?} {:?}",
            at(5),
            at(90)
        );
        let cut = decode_for_screen(&avif[..avif.len() / 3], [500, 500], &Limits::default()).unwrap_err();
        assert!(matches!(&cut, Problem::Undecodable { reason, .. } if !reason.contains('/')), "{cut}");
        let small = Limits { decoded_bytes: 1000, ..Limits::default() };
        assert!(decode_for_screen(&avif, [500, 500], &small).is_err(), "96 x 64 is more than 1000 bytes");
    }
}
