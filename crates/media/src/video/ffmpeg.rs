//! The ffmpeg executable: where it is, which it is, and how it is called so that a file cannot make it read others.
//!
//! It is looked for where `TIEBREAK_FFMPEG` says, beside this program, on the path and in common places. Names of
//! files are passed behind `file:`, so that none is read as an option or a protocol, and only containers that hold
//! their media themselves are let in: no playlists, no lists of files.

mod film;
mod probe;
mod process;
mod showinfo;
mod watchdog;

use std::{
    env,
    ffi::{OsStr, OsString},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    sync::Mutex,
    thread::available_parallelism,
    time::Duration,
};

pub(crate) use film::Film;
pub(crate) use process::{Piped, Said};

use super::problem::VideoProblem;
use crate::single_flight::locked;

/// The variable that names ffmpeg, or the folder it is in.
const VARIABLE: &str = "TIEBREAK_FFMPEG";
/// The oldest version whose options are used.
const OLDEST: [u32; 2] = [4, 3];
/// Containers that hold their media themselves.
const CONTAINERS: &str = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,h264,hevc,obu,ivf,flv,ogg,\
                          asf,mxf,nut,wav,mp3,flac,aac,gif,apng,y4m,yuv4mpegpipe,dv,rm,w64,aiff,opus";
/// Who does not say in this time which version it is hangs.
const ANSWERS_WITHIN: Duration = Duration::from_secs(10);
/// More threads for one video help little and cost memory.
pub(crate) const MOST_THREADS: usize = 4;

#[cfg(target_os = "macos")]
const COMMON_PLACES: &[&str] = &["/opt/homebrew/bin", "/usr/local/bin", "/opt/local/bin"];
#[cfg(windows)]
const COMMON_PLACES: &[&str] = &[
    r"C:\ffmpeg\bin",
    r"C:\Program Files\ffmpeg\bin",
    r"C:\ProgramData\chocolatey\bin",
    r"C:\Program Files\WinGet\Links",
];
#[cfg(not(any(target_os = "macos", windows)))]
const COMMON_PLACES: &[&str] = &[
    "/usr/bin",
    "/usr/local/bin",
    "/snap/bin",
    "/var/lib/flatpak/exports/bin",
    "/run/current-system/sw/bin",
    "/home/linuxbrew/.linuxbrew/bin",
];

/// An ffmpeg that was found and answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ffmpeg {
    /// The executable that decodes.
    pub ffmpeg: PathBuf,
    /// The executable that looks.
    pub ffprobe: PathBuf,
    /// As it says: "7.1.1-1ubuntu1".
    pub version: String,
    /// Major and minor, where the version is a number; a build from the sources is taken for new.
    number: Option<[u32; 2]>,
    /// Whether it can bring high dynamic range to the screen's.
    pub maps_tones: bool,
}

impl Ffmpeg {
    /// Looks in all places; the first that answers is it.
    pub fn find() -> Option<Self> {
        folders().into_iter().find_map(|folder| Self::in_folder(&folder))
    }

    /// The one that was found, looked for again until it is: it may be installed while the program runs.
    pub fn known() -> Option<Self> {
        static FOUND: Mutex<Option<Ffmpeg>> = Mutex::new(None);
        let mut found = locked(&FOUND);
        if found.is_none() {
            *found = Self::find();
        }
        found.clone()
    }

    /// How ffmpeg is installed on this system: a sentence without a full stop.
    pub fn how_to_install() -> String {
        let on_path = |name: &str| {
            let path = env::var_os("PATH").unwrap_or_default();
            env::split_paths(&path).any(|folder| folder.join(executable(name)).is_file())
        };
        let found = INSTALLERS.iter().find(|(program, _)| on_path(program)).or(INSTALLERS.first());
        let command = found.map_or("", |(_, command)| command);
        format!(
            "install it with `{command}`, or name where it is in the variable {VARIABLE}; version {}.{} or newer is needed",
            OLDEST[0], OLDEST[1]
        )
    }

    fn in_folder(folder: &Path) -> Option<Self> {
        let ffmpeg = folder.join(executable("ffmpeg"));
        let ffprobe = folder.join(executable("ffprobe"));
        if !ffmpeg.is_file() || !ffprobe.is_file() {
            return None;
        }
        let said = output(&ffmpeg, &["-hide_banner", "-version"], ANSWERS_WITHIN)?;
        let version = version_of(&said)?.to_owned();
        let number = number_of(&version);
        if number.is_some_and(|number| number < OLDEST) {
            tracing::warn!(path = %ffmpeg.display(), version, "this ffmpeg is too old");
            return None;
        }
        let filters = output(&ffmpeg, &["-hide_banner", "-filters"], ANSWERS_WITHIN).unwrap_or_default();
        let has = |name: &str| filters.lines().any(|line| line.split_whitespace().nth(1) == Some(name));
        Some(Self { ffmpeg, ffprobe, version, number, maps_tones: has("zscale") && has("tonemap") })
    }

    /// ffprobe, told to read one file and no other; what is asked comes behind.
    pub(crate) fn look_at(&self, file: &Path) -> Command {
        let mut command = quiet(&self.ffprobe);
        command.args(["-hide_banner", "-v", "level+error", "-of", "compact"]);
        fenced(&mut command).arg("-i").arg(file_url(file));
        command
    }

    /// ffmpeg, told to read one file and no other; options of the output come behind. Each of its threads holds frames.
    pub(crate) fn decode(&self, file: &Path, seek: Option<f64>, most_threads: usize) -> Command {
        let mut command = quiet(&self.ffmpeg);
        command.args(["-hide_banner", "-nostdin", "-nostats", "-loglevel", "level+info"]);
        let threads = available_parallelism().map_or(1, usize::from).min(most_threads);
        command.args(["-threads", &threads.to_string(), "-copyts"]);
        match seek {
            Some(seconds) => command.args(["-ss", &format!("{seconds:.6}")]),
            // Else what lies before the announced beginning would be cut off.
            None => command.arg("-noaccurate_seek"),
        };
        fenced(&mut command).arg("-i").arg(file_url(file));
        command
    }

    /// ffmpeg, told to write the first picture of one file as a PNG, if it has no more pixels than these.
    pub(crate) fn picture(&self, file: &Path, most_pixels: u64) -> Command {
        let mut command = quiet(&self.ffmpeg);
        // Turned it is afterwards, by what the file says: only newer versions read that.
        command.args(["-v", "error", "-nostdin", "-noautorotate", "-max_pixels", &most_pixels.to_string()]);
        fenced(&mut command).arg("-i").arg(file_url(file));
        command.args(["-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1"]);
        command
    }

    /// The option by which every frame is written once, whatever its time.
    pub(crate) fn one_for_one(&self) -> [&'static str; 2] {
        let is_old = self.number.is_some_and(|number| number < [5, 1]);
        [if is_old { "-vsync" } else { "-fps_mode" }, "passthrough"]
    }
}

fn folders() -> Vec<PathBuf> {
    let mut folders = Vec::new();
    if let Some(named) = env::var_os(VARIABLE).filter(|named| !named.is_empty()) {
        let named = PathBuf::from(named);
        let is_file = named.is_file();
        folders.push(if is_file { named.parent().map(Path::to_owned).unwrap_or_default() } else { named });
    }
    if let Ok(program) = env::current_exe() {
        folders.extend(program.parent().map(Path::to_owned));
    }
    if let Some(path) = env::var_os("PATH") {
        // A relative folder on the path would be another one for every working folder.
        folders.extend(env::split_paths(&path).filter(|folder| folder.is_absolute()));
    }
    folders.extend(COMMON_PLACES.iter().map(PathBuf::from));
    folders
}

fn executable(name: &str) -> String {
    format!("{name}{}", env::consts::EXE_SUFFIX)
}

/// `file:` and the path as it is: what follows is not read as an option, a protocol or a pattern.
fn file_url(file: &Path) -> OsString {
    let mut url = OsString::from("file:");
    url.push(file);
    url
}

/// Options of an input that keep it from opening anything else.
fn fenced(command: &mut Command) -> &mut Command {
    command.args(["-protocol_whitelist", "file", "-format_whitelist", CONTAINERS])
}

fn quiet(program: &Path) -> Command {
    let mut command = Command::new(program);
    command.stdin(Stdio::null());
    // A report would be written into the working folder.
    command.env_remove("FFREPORT");
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt;
        const CREATE_NO_WINDOW: u32 = 0x0800_0000;
        command.creation_flags(CREATE_NO_WINDOW);
    }
    command
}

/// What a program says, if it ends well and in time.
fn output(program: &Path, arguments: &[&str], patience: Duration) -> Option<String> {
    let mut command = quiet(program);
    command.args(arguments);
    let mut piped = Piped::start_patiently(command, patience).ok()?;
    let mut said = String::new();
    let listened = piped.each_line(patience, &mut |line| {
        said.push_str(line);
        true
    });
    if let Err(problem) = listened {
        tracing::warn!(%problem, program = %program.display(), "this program is not used");
        return None;
    }
    piped.end().0.then_some(said)
}

fn version_of(said: &str) -> Option<&str> {
    said.lines().next()?.strip_prefix("ffmpeg version ")?.split_whitespace().next()
}

fn number_of(version: &str) -> Option<[u32; 2]> {
    let mut parts = version.trim_start_matches('n').split(|next: char| !next.is_ascii_digit());
    let major = parts.next()?.parse().ok()?;
    Some([major, parts.next().and_then(|minor| minor.parse().ok()).unwrap_or(0)])
}

#[cfg(target_os = "macos")]
const INSTALLERS: &[(&str, &str)] = &[("brew", "brew install ffmpeg"), ("port", "sudo port install ffmpeg")];
#[cfg(windows)]
const INSTALLERS: &[(&str, &str)] = &[
    ("winget", "winget install Gyan.FFmpeg"),
    ("choco", "choco install ffmpeg"),
    ("scoop", "scoop install ffmpeg"),
];
#[cfg(not(any(target_os = "macos", windows)))]
const INSTALLERS: &[(&str, &str)] = &[
    ("apt-get", "sudo apt install ffmpeg"),
    ("dnf", "sudo dnf install ffmpeg-free"),
    ("pacman", "sudo pacman -S ffmpeg"),
    ("zypper", "sudo zypper install ffmpeg"),
    ("apk", "sudo apk add ffmpeg"),
    ("nix-env", "nix-env -iA nixpkgs.ffmpeg"),
    ("brew", "brew install ffmpeg"),
];

/// Whether a word is one of a comma-separated list.
pub(crate) fn is_among(list: &str, word: impl AsRef<OsStr>) -> bool {
    list.split(',').any(|known| OsStr::new(known) == word.as_ref())
}

/// What went wrong, by what ffmpeg said last.
pub(crate) fn unreadable(said: Option<String>) -> VideoProblem {
    let message = said.unwrap_or_else(|| "ffmpeg says nothing about it".to_owned());
    VideoProblem::Unreadable { message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_they_are_written() {
        let said =
            "ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026 the FFmpeg developers\nbuilt with gcc";
        assert_eq!(version_of(said), Some("5.1.9-0+deb12u1"));
        let numbers = ["5.1.9-0+deb12u1", "n7.1", "4.3", "8", "N-109542-g1bf2b2d", "2024-01-01-git-x"];
        let numbers = numbers.map(number_of);
        assert_eq!(numbers[..4], [Some([5, 1]), Some([7, 1]), Some([4, 3]), Some([8, 0])]);
        assert_eq!(numbers[4], None, "a build from the sources is new");
        assert!(numbers[5] >= Some(OLDEST), "so is one that is called by its day");
    }

    #[cfg(unix)]
    #[test]
    fn a_program_that_hangs_is_not_waited_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let says = |script: &str| {
            let program = folder.path().join("program");
            std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).expect("it is written");
            output(Path::new("/bin/sh"), &[program.to_str().expect("a name")], Duration::from_millis(300))
        };
        assert_eq!(says("echo ffmpeg version 7.1"), Some("ffmpeg version 7.1\n".to_owned()));
        assert_eq!(says("echo ffmpeg version 7.1; exec sleep 60"), None);
        assert_eq!(says("exit 1"), None);
    }

    #[test]
    fn a_name_is_never_an_option_or_a_protocol() {
        for name in ["-i", "concat:a|b", "http://a/b", "%04d.png"] {
            assert_eq!(file_url(Path::new(name)), OsString::from(format!("file:{name}")));
        }
        assert!(
            !is_among(CONTAINERS, "hls") && !is_among(CONTAINERS, "concat") && is_among(CONTAINERS, "mp4")
        );
    }
}
