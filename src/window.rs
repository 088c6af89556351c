//! Opens the interface in a native window, with the engine in this process.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Instant;

use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_engine::{absolute_place, is_in_database, shown_place};
use tiebreak_ui::app::Start;
use tiebreak_ui::backend::Backend;
use tiebreak_ui::host::{Host, Now, Pick, SoundOut};
use tiebreak_ui::window::Wake;

use crate::backend::InProcess;
use crate::machine;
use crate::sound::Speaker;

/// Shows the window, with a project or a data file in it if one is named, and returns when it is closed.
pub fn open(file: Option<PathBuf>) -> Result<(), ApiError> {
    // Whoever built it has no `tiebreak` by that name.
    let program = std::env::current_exe().unwrap_or_else(|_| PathBuf::from("tiebreak"));
    let browser = instead_in_a_browser(file.as_deref(), &program, tiebreak_door::Site::default().is_built());
    if !has_display(|name| std::env::var_os(name)) {
        return Err(ApiError::new(ErrorCode::System, "there is no display here for a window").hint(browser));
    }
    let path = file.map(|file| absolute_place(Path::new(""), &file).display().to_string());
    // Code is coloured by grammars that take a second to load; the first text shall not wait for them.
    let warm_up = thread::Builder::new().name("tiebreak-grammars".to_owned());
    let warm_up = warm_up.spawn(|| while tiebreak_ui::document::warm_up_some() {});
    drop(warm_up);
    let start = Start { path, app_version: env!("CARGO_PKG_VERSION").to_owned() };
    tiebreak_ui::window::open(start, |wake| {
        let host = tiebreak_engine::Host { scores_in_background: true, ..machine::host() };
        let backend: Box<dyn Backend> = Box::new(InProcess::start(host, Wake::clone(&wake)));
        let host: Box<dyn Host> = Box::new(Machine::new(wake));
        (backend, host)
    })
    .map_err(|error| ApiError::new(ErrorCode::System, error.to_string()).hint(browser))
}

/// Whether the system says where windows go. Elsewhere than on Linux and its kin there is always a place.
fn has_display(variable: impl Fn(&str) -> Option<OsString>) -> bool {
    let is_told = |name| variable(name).is_some_and(|value| !value.is_empty());
    cfg!(any(target_os = "macos", windows))
        || ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET"].into_iter().any(is_told)
}

/// What to do where no window opens: the commands, ready to be typed.
fn instead_in_a_browser(file: Option<&Path>, program: &Path, is_built: bool) -> String {
    let program = quoted(&program.display().to_string());
    let is_project =
        |file: &&Path| is_in_database(file) || file.extension().is_some_and(|ending| ending == "tiebreak");
    let mut commands = Vec::new();
    if !is_built {
        commands.push("tools/build-web.sh".to_owned());
    }
    let project = if let Some(project) = file.filter(is_project) {
        quoted(&shown_place(project))
    } else {
        commands.push(format!("{program} sample"));
        "sample.tiebreak".to_owned()
    };
    let web = if is_built { "" } else { " --web assets/web" };
    commands.push(format!("{program} serve {project}{web}"));
    format!("open it in a browser instead: {}", commands.join(" && "))
}

/// As a shell takes it for one word.
fn quoted(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./".contains(&byte);
    if word.bytes().all(is_plain) && !word.is_empty() {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// The machine as the interface sees it.
struct Machine {
    started: Instant,
    picks: Sender<(Pick, String)>,
    picked: Receiver<(Pick, String)>,
    wake: Wake,
    speaker: Option<Speaker>,
}

impl Machine {
    fn new(wake: Wake) -> Self {
        let (picks, picked) = channel();
        Self { started: Instant::now(), picks, picked, wake, speaker: None }
    }
}

impl Host for Machine {
    fn now(&self) -> Now {
        Now {
            unix: machine::now(),
            monotonic_ms: self.started.elapsed().as_millis() as u64,
            utc_offset_minutes: chrono::Local::now().offset().local_minus_utc() / 60,
        }
    }

    fn random(&mut self) -> u128 {
        rand::random()
    }

    fn has_dialogs(&self) -> bool {
        true
    }

    fn open_dialog(&mut self, pick: Pick, suggested: &str) {
        let (picks, wake) = (self.picks.clone(), Wake::clone(&self.wake));
        let dialog = rfd::FileDialog::new();
        let dialog = if suggested.is_empty() { dialog } else { dialog.set_file_name(suggested) };
        let dialog = match pick {
            Pick::OpenProject => {
                dialog.add_filter("Tiebreak projects", &["tiebreak"]).add_filter("All files", &["*"])
            }
            Pick::NewProject => dialog.add_filter("Tiebreak projects", &["tiebreak"]),
            Pick::ImportFile => dialog
                .add_filter("Data", &["jsonl", "json", "csv", "tsv", "gz"])
                .add_filter("All files", &["*"]),
            Pick::OpenRubric => dialog.add_filter("Rubrics", &["toml"]).add_filter("All files", &["*"]),
            Pick::SaveRubric => dialog.add_filter("Rubrics", &["toml"]),
            Pick::ReportFile => dialog.add_filter("Pages", &["html"]),
            Pick::MediaFolder | Pick::ModelFolder | Pick::ExportFile | Pick::ImportReport => dialog,
        };
        let spawned = thread::Builder::new().name("tiebreak-dialog".to_owned()).spawn(move || {
            let path = match pick {
                Pick::OpenProject | Pick::ImportFile | Pick::OpenRubric => dialog.pick_file(),
                Pick::MediaFolder | Pick::ModelFolder => dialog.pick_folder(),
                Pick::NewProject
                | Pick::ExportFile
                | Pick::ImportReport
                | Pick::ReportFile
                | Pick::SaveRubric => dialog.save_file(),
            };
            if let Some(path) = path {
                // The interface may be gone already; then nobody waits for the path.
                let _ = picks.send((pick, path.display().to_string()));
                wake();
            }
        });
        if let Err(error) = spawned {
            tracing::error!(%error, "no thread for a file dialog");
        }
    }

    fn picked(&mut self) -> Option<(Pick, String)> {
        self.picked.try_recv().ok()
    }

    fn documents_folder(&self) -> String {
        let folders = directories::UserDirs::new();
        let folder = folders.as_ref().map(|folders| folders.document_dir().unwrap_or(folders.home_dir()));
        folder.map(|folder| folder.display().to_string()).unwrap_or_default()
    }

    fn sound(&mut self) -> Option<&mut dyn SoundOut> {
        Some(self.speaker.get_or_insert_with(Speaker::start))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_window_opens_the_command_to_type_is_told() {
        let program = Path::new("/home/a b/tiebreak");
        let says = |file: &str| instead_in_a_browser(Some(Path::new(file)), program, true);
        let ours = "open it in a browser instead: '/home/a b/tiebreak'";
        assert_eq!(says("a b's.tiebreak"), format!("{ours} serve 'a b'\\''s.tiebreak'"));
        assert_eq!(says("/data/study.tiebreak"), format!("{ours} serve /data/study.tiebreak"));
        let sample = format!("{ours} sample && '/home/a b/tiebreak' serve sample.tiebreak");
        assert_eq!(
            says("postgres://ana:s3cret@db.lab/work#pairs"),
            format!("{ours} serve 'postgres://ana@db.lab:5432/work#pairs'"),
            "without the password"
        );
        assert_eq!(says("pairs.jsonl"), sample, "data is no project");
        assert_eq!(instead_in_a_browser(None, program, true), sample);
        assert_eq!(
            instead_in_a_browser(Some(Path::new("p.tiebreak")), Path::new("target/release/tiebreak"), false),
            "open it in a browser instead: tools/build-web.sh && target/release/tiebreak serve p.tiebreak --web assets/web",
            "where the interface was not built into the program"
        );
    }

    #[cfg(not(any(target_os = "macos", windows)))]
    #[test]
    fn a_display_is_where_the_system_names_one() {
        let with = |named: &'static str, value: &'static str| {
            has_display(move |name| (name == named).then(|| OsString::from(value)))
        };
        assert!(with("DISPLAY", ":0") && with("WAYLAND_DISPLAY", "wayland-0"));
        assert!(!with("DISPLAY", ""), "named and empty");
        assert!(!has_display(|_| None));
    }
}
