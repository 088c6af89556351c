//! AVIF, by the `ffmpeg` program where it is installed: there is no decoder of AV1 in Rust that could be trusted with
//! hostile bytes in this process (those there are end the program where they go wrong).
//!
//! The program makes a PNG of the first picture, which is then read like any other. It runs beside us, with a limit of
//! pixels, of bytes and of time; it may open nothing but the file that it is given. Transparency is a picture of its
//! own, which is asked for apart. What the file says of its colours, which old ones do not hand on, is written into the
//! PNG: so the range of PQ and HLG, wide colours and a colour profile are brought to the screen as those of any PNG,
//! and the picture is turned as the file says.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    process::{Child, ExitStatus},
    thread,
    time::{Duration, Instant},
};

use crate::{
    Ffmpeg,
    avif_alpha::{Alpha, code_points},
    avif_facts::Facts,
    limits::Limits,
    opened::turn_for,
    png_chunks,
    png_colours::with_code_points,
    problem::Problem,
};

const LONGEST: Duration = Duration::from_mins(1);
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// A PNG of an AVIF file's first picture.
pub(crate) fn png_of(avif: &[u8], limits: &Limits) -> Result<Vec<u8>, Problem> {
    png_by(Ffmpeg::known().as_ref(), avif, limits)
}

fn png_by(ffmpeg: Option<&Ffmpeg>, avif: &[u8], limits: &Limits) -> Result<Vec<u8>, Problem> {
    let ffmpeg = ffmpeg.ok_or(Problem::NoFfmpeg)?;
    let facts = Facts::of(avif);
    // Given back before the PNG is decoded, which takes one of its own.
    let _turn = turn_for(facts.decoded_bytes());
    let mut png = stored_by(ffmpeg, avif, &facts, limits)?;
    facts.say_in(&mut png, avif);
    Ok(png)
}

/// The picture with its transparency as it is stored.
fn stored_by(ffmpeg: &Ffmpeg, avif: &[u8], facts: &Facts, limits: &Limits) -> Result<Vec<u8>, Problem> {
    let mut colours = picture_by(ffmpeg, avif, limits)?;
    // An ffmpeg that knows nothing of grids shows one of the pictures that they are made of.
    if facts.is_grid && png_chunks::size(&colours) != Some(facts.size) {
        let reason = "it is put together from a grid of pictures, which this ffmpeg does not do";
        return Err(Problem::Undecodable { format: "AVIF", reason: reason.to_owned() });
    }
    if let Some(points) = code_points(avif) {
        with_code_points(&mut colours, points);
    }
    let Some(alpha) = Alpha::of(avif) else { return Ok(colours) };
    let joined = picture_by(ffmpeg, &alpha.as_picture(avif), limits)
        .and_then(|transparency| alpha.joined(&colours, &transparency, limits));
    // Better to be seen whole than not at all.
    Ok(joined.unwrap_or_else(|problem| {
        tracing::warn!(%problem, "the transparency of an AVIF file is left out");
        colours
    }))
}

fn picture_by(ffmpeg: &Ffmpeg, avif: &[u8], limits: &Limits) -> Result<Vec<u8>, Problem> {
    // It looks around in the file, which a pipe does not let it do.
    let mut file = tempfile::Builder::new().suffix(".avif").tempfile().map_err(Problem::from_io)?;
    file.write_all(avif).map_err(Problem::from_io)?;
    let mut made = tempfile::tempfile().map_err(Problem::from_io)?;
    let mut said = tempfile::tempfile().map_err(Problem::from_io)?;
    let most_pixels = (limits.decoded_bytes / 4).min(i32::MAX as u64);
    let mut command = ffmpeg.picture(file.path(), most_pixels);
    command.stdout(made.try_clone().map_err(Problem::from_io)?);
    command.stderr(said.try_clone().map_err(Problem::from_io)?);
    let child = command.spawn().map_err(|error| match error.kind() {
        // It was there a moment ago.
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
    use std::process::Command;

    use super::*;
    use crate::decode_for_screen;

    #[test]
    fn without_ffmpeg_it_is_said_how_to_come_by_it() {
        let problem = png_by(None, b"x", &Limits::default()).unwrap_err();
        assert_eq!(problem.to_string(), "AVIF images are decoded by ffmpeg, which is not installed");
        assert!(problem.hint().unwrap().contains("install it with `"));
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

    /// A grey of PQ in BT.2020, where ffmpeg can write it.
    fn bright() -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.avif");
        let says = ["-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc"];
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", "color=c=0x828282:s=64x48", "-frames:v", "1"])
            .args(["-pix_fmt", "yuv420p10le", "-c:v", "libaom-av1", "-still-picture", "1", "-crf", "5"])
            .args(says)
            .arg(&file)
            .status();
        let written = made.is_ok_and(|status| status.success()).then(|| std::fs::read(file).unwrap())?;
        (code_points(&written)? == [9, 16]).then_some(written)
    }

    #[test]
    fn the_light_of_pq_is_brought_to_the_screen() {
        let Some(avif) = bright() else {
            eprintln!("skipped: there is no ffmpeg that writes AVIF of high range");
            return;
        };
        let pixels = decode_for_screen(&avif, [500, 500], &Limits::default()).unwrap();
        // PQ 0.51 is 101 cd/m², half of white's 203: 0.735 of sRGB's numbers.
        assert!(pixels.rgba[..3].iter().all(|value| value.abs_diff(187) <= 3), "{:?}", &pixels.rgba[..4]);
    }

    /// Red, to the left opaque, to the right clear above and half clear below; where ffmpeg can write it.
    fn half_clear() -> Option<Vec<u8>> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.avif");
        let alpha = "if(lt(X,32),255,if(lt(Y,24),0,128))";
        let source =
            format!("color=c=0xc81e3c:s=64x48,format=rgba,geq=r=r(X\\,Y):g=g(X\\,Y):b=b(X\\,Y):a='{alpha}'");
        let made = Command::new("ffmpeg")
            .args(["-v", "error", "-f", "lavfi", "-i", &source, "-frames:v", "1", "-map", "0", "-map", "0"])
            .args(["-filter:v:0", "format=yuv444p", "-filter:v:1", "alphaextract,format=gray"])
            .args(["-c:v", "libaom-av1", "-still-picture", "1", "-crf", "5"])
            .arg(&file)
            .status();
        let written = made.is_ok_and(|status| status.success()).then(|| std::fs::read(file).unwrap())?;
        Alpha::of(&written).map(|_| written)
    }

    #[test]
    fn what_is_clear_in_the_file_is_clear_on_the_screen() {
        let Some(avif) = half_clear() else {
            eprintln!("skipped: there is no ffmpeg that writes AVIF with transparency");
            return;
        };
        let pixels = decode_for_screen(&avif, [500, 500], &Limits::default()).unwrap();
        let at = |x: usize, y: usize| &pixels.rgba[(y * 64 + x) * 4..][..4];
        let near = |pixel: &[u8], expected: [u8; 4]| {
            pixel.iter().zip(expected).all(|(one, other)| one.abs_diff(other) <= 4)
        };
        assert!(near(at(5, 30), [200, 30, 60, 255]), "{:?}", at(5, 30));
        assert!(near(at(60, 40), [200, 30, 60, 128]), "{:?}", at(60, 40));
        assert!(at(60, 5)[3] <= 4, "{:?}", at(60, 5));
        // Without its transparency it is seen all the same.
        let mut bent = avif.clone();
        let place = bent.windows(4).position(|four| four == b"auxl").unwrap();
        bent[place] = b'q';
        let whole = decode_for_screen(&bent, [500, 500], &Limits::default()).unwrap();
        assert!(near(&whole.rgba[(5 * 64 + 60) * 4..][..4], [200, 30, 60, 255]));
    }
}
