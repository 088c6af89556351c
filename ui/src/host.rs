//! What the interface asks of the machine it runs on, besides the engine: the time, chance, and the system's
//! file dialogs. Passed in, so that every test is exact.

use tiebreak_domain::UnixMillis;
use tiebreak_domain::media::Sound;

/// The time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Now {
    /// By the wall.
    pub unix: UnixMillis,
    /// Milliseconds since some start; never goes back.
    pub monotonic_ms: u64,
    /// Minutes to add to UTC for local time.
    pub utc_offset_minutes: i32,
}

/// What a file dialog is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Pick {
    /// A project to open.
    OpenProject,
    /// Where a new project shall be.
    NewProject,
    /// Data to import.
    ImportFile,
    /// The folder of an import's media.
    MediaFolder,
    /// Where an export shall be.
    ExportFile,
    /// Where an import's problems shall be listed.
    ImportReport,
    /// The folder of a reward model.
    ModelFolder,
    /// Where a report of models shall be.
    ReportFile,
    /// A rubric file to open.
    OpenRubric,
    /// Where a rubric shall be written.
    SaveRubric,
}

/// Sound going out of the machine, as [`Sound`] of the door has it: 48,000 samples a second, left and right.
///
/// What is queued is heard in order, without a gap. Samples are counted since the last [`SoundOut::stop`], for both
/// channels as one; nothing here blocks.
pub trait SoundOut {
    /// Puts a stretch behind what is queued.
    fn queue(&mut self, sound: &Sound);

    /// How many samples were heard: what a clock that keeps pictures with the sound goes by. It never goes back, and
    /// stands still while held, or while nothing is queued.
    fn heard(&self) -> u64;

    /// How many samples are queued and not yet heard.
    fn waiting(&self) -> u64;

    /// Holds, or goes on; what is queued stays.
    fn hold(&mut self, is_held: bool);

    /// Forgets what is queued, and counts from 0 again.
    fn stop(&mut self);

    /// From 0 to 1.
    fn set_volume(&mut self, volume: f32);

    /// Why nothing can be heard, if so: a sentence for the screen, without a full stop.
    fn problem(&self) -> Option<String>;
}

/// The machine.
pub trait Host {
    /// The time.
    fn now(&self) -> Now;

    /// 128 random bits.
    fn random(&mut self) -> u128;

    /// Whether the system has file dialogs; paths can be typed everywhere.
    fn has_dialogs(&self) -> bool;

    /// Opens a file dialog; `suggested` is a file name.
    fn open_dialog(&mut self, pick: Pick, suggested: &str);

    /// A path that was picked in a dialog, if one was.
    fn picked(&mut self) -> Option<(Pick, String)>;

    /// Why a file could not be picked, if one could not: a sentence without a full stop.
    fn problem(&mut self) -> Option<String> {
        None
    }

    /// Where new files are suggested to go: a folder.
    fn documents_folder(&self) -> String;

    /// Whether paths mean something: whether the engine runs on the machine that whoever sits here can see.
    fn knows_files(&self) -> bool {
        true
    }

    /// What is open has this title now, for hosts whose window has no title of its own.
    fn title(&mut self, _title: &str) {}

    /// Where sound goes; none where there is no way to make any.
    fn sound(&mut self) -> Option<&mut dyn SoundOut> {
        None
    }
}

/// A machine for tests: time stands still until it is moved, chance counts up, nobody picks a file.
#[derive(Clone, Debug, Default)]
pub struct Still {
    /// The time.
    pub now: std::sync::Arc<std::sync::Mutex<Now>>,
    /// The last random number.
    pub count: u128,
    /// Whether the engine runs on another machine.
    pub is_elsewhere: bool,
    /// Why a file could not be picked.
    pub problem: Option<String>,
}

impl Still {
    /// Lets time pass.
    pub fn pass(&self, ms: u64) {
        let mut now = self.now.lock().expect("no test panics while it holds the lock");
        now.monotonic_ms += ms;
        now.unix.0 += ms as i64;
    }
}

impl Host for Still {
    fn now(&self) -> Now {
        *self.now.lock().expect("no test panics while it holds the lock")
    }

    fn random(&mut self) -> u128 {
        self.count += 1;
        self.count
    }

    fn has_dialogs(&self) -> bool {
        false
    }

    fn open_dialog(&mut self, _pick: Pick, _suggested: &str) {}

    fn picked(&mut self) -> Option<(Pick, String)> {
        None
    }

    fn problem(&mut self) -> Option<String> {
        self.problem.take()
    }

    fn documents_folder(&self) -> String {
        "documents".to_owned()
    }

    fn knows_files(&self) -> bool {
        !self.is_elsewhere
    }
}
