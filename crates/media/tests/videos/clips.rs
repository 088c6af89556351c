//! Videos to test with: real ones where they are, and small ones that ffmpeg makes.

use std::path::{Path, PathBuf};
use std::process::Command;

use tiebreak_media::Ffmpeg;

/// The ffmpeg of this machine; says so where there is none.
pub fn ffmpeg() -> Option<Ffmpeg> {
    let found = Ffmpeg::find();
    if found.is_none() {
        eprintln!("skipped: there is no ffmpeg");
    }
    found
}

/// The folder of real videos, and their names in it; says so where they are missing.
pub fn real_videos() -> Option<(PathBuf, Vec<PathBuf>)> {
    ffmpeg()?;
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data/videos"));
    let Ok(folder) = folder.canonicalize() else {
        eprintln!("skipped: there is no {}", folder.display());
        return None;
    };
    let mut names = Vec::new();
    collect(&folder, &folder, &mut names);
    names.sort();
    assert!(names.len() >= 18, "{} videos", names.len());
    Some((folder, names))
}

fn collect(below: &Path, folder: &Path, names: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(below).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, folder, names);
        } else if path.extension().is_some_and(|ending| ending == "mp4") {
            names.push(path.strip_prefix(folder).unwrap().to_owned());
        }
    }
}

/// Makes a video with ffmpeg out of its test pattern; what is behind `-i` comes from `options`. None if this ffmpeg
/// has no such encoder.
pub fn made(ffmpeg: &Ffmpeg, file: &Path, pattern: &str, options: &[&str]) -> Option<()> {
    let output = Command::new(&ffmpeg.ffmpeg)
        .args(["-v", "error", "-nostdin", "-y", "-f", "lavfi", "-i", pattern])
        .args(options)
        .arg({
            let mut url = std::ffi::OsString::from("file:");
            url.push(file);
            url
        })
        .output()
        .unwrap();
    if output.status.success() {
        return Some(());
    }
    eprintln!("skipped {}: {}", file.display(), String::from_utf8_lossy(&output.stderr));
    None
}
