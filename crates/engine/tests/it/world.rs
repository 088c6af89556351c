//! An engine in a folder of its own, with a clock and randomness that a test can know.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use tiebreak_domain::export::{ExportReport, SeveralPolicy, StrengthPolicy, TiePolicy};
use tiebreak_domain::import::{ImportReport, LabelPolicy};
use tiebreak_domain::learning::LearningState;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::reward::{ItemScores, ModelKey, ModelPlace};
use tiebreak_domain::{
    AnnotatorId, ApiError, Event, ExportFormat, ExportPlan, ImportPlan, ItemId, JobId, JudgmentId,
    NewJudgment, Origin, Outcome, Preference, ProjectInfo, QueuedItem, Reply, Request, Showing, UnixMillis,
    Verdict,
};
use tiebreak_engine::{Engine, Host, Keyring};

/// Tokens by server, or why there is no keyring.
#[derive(Default)]
pub struct Kept {
    pub tokens: Mutex<HashMap<String, String>>,
    pub problem: Mutex<Option<String>>,
}

impl Kept {
    fn tokens(&self) -> Result<MutexGuard<'_, HashMap<String, String>>, String> {
        self.problem.lock().unwrap().clone().map_or_else(|| Ok(self.tokens.lock().unwrap()), Err)
    }
}

impl Keyring for Kept {
    fn token(&self, server: &str) -> Result<Option<String>, String> {
        Ok(self.tokens()?.get(server).cloned())
    }

    fn keep(&self, server: &str, token: &str) -> Result<(), String> {
        self.tokens()?.insert(server.to_owned(), token.to_owned());
        Ok(())
    }

    fn forget(&self, server: &str) -> Result<bool, String> {
        Ok(self.tokens()?.remove(server).is_some())
    }
}

/// An engine and its folder.
pub struct World {
    pub folder: Arc<tempfile::TempDir>,
    pub engine: Engine,
    pub events: Receiver<Event>,
    /// What stands for the system's keyring.
    pub keyring: Arc<Kept>,
    clock: Arc<AtomicI64>,
    random: Arc<AtomicU64>,
}

/// Waits until the worker has got so far.
pub fn until<T>(mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(started.elapsed() < Duration::from_mins(3), "the worker comes to it in time");
        std::thread::sleep(Duration::from_millis(20));
    }
}

impl World {
    /// What is told of an item to the lead, who need not have judged.
    pub fn told_lead(&self, item: i64) -> Vec<ItemScores> {
        let annotator = self.info().annotator;
        self.engine.call(Request::SetLead { annotator, is_lead: true }).unwrap();
        match self.engine.call(Request::ItemScores { annotator, item: ItemId(item) }).unwrap() {
            Reply::ItemScores(scores) => scores,
            other => panic!("expected scores, found {other:?}"),
        }
    }

    /// Adds a model of texts that runs on a server.
    pub fn add_remote_model(&self, address: &str) -> ModelKey {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../reward/tests/data");
        let tokenizer = std::fs::read(data.join("tokenizer.json")).unwrap();
        let folder = self.path("remote");
        std::fs::create_dir(&folder).unwrap();
        let manifest = format!(
            "format = 1\nname = \"Far\"\nversion = \"1\"\nlicence = \"MIT\"\ndescription = \"For a test\"\n\
             task = \"score\"\nprecision = \"fp32\"\ninput = \"text\"\n\
             [text]\nfirst = \"{{response}}\"\nmax_tokens = 8\npad_id = 0\nids = \"ids\"\n\
             [score]\nname = \"score\"\ndimensions = [\"overall\"]\n\
             [remote]\naddress = \"{address}\"\nmodel = \"far\"\n\
             [files]\nmodel = {{ path = \"m.onnx\", blake3 = \"{}\" }}\n\
             tokenizer = {{ path = \"tokenizer.json\", blake3 = \"{}\" }}\n",
            "0".repeat(64),
            blake3::hash(&tokenizer).to_hex()
        );
        std::fs::write(folder.join("tokenizer.json"), tokenizer).unwrap();
        std::fs::write(folder.join("reward.toml"), manifest).unwrap();
        let job = self.start(Request::AddModel(ModelPlace::Folder(folder.to_string_lossy().into_owned())));
        self.wait(|event| match event {
            Event::InstallEnded(of, result) if of == job => Some(result.unwrap().key),
            _ => None,
        })
    }

    /// How learning stands.
    pub fn learning_state(&self) -> LearningState {
        match self.engine.call(Request::Learning).unwrap() {
            Reply::Learning(state) => *state,
            other => panic!("expected the state, found {other:?}"),
        }
    }

    pub fn new() -> Self {
        Self::watching_the_clock(|| {})
    }

    /// A world in which something happens whenever the engine looks at the clock.
    pub fn watching_the_clock(look: impl Fn() + Send + Sync + 'static) -> Self {
        Self::in_folder(Arc::new(tempfile::tempdir().unwrap()), 0, false, look)
    }

    /// A world in which things go on in the background, as in a window.
    pub fn in_background() -> Self {
        Self::in_folder(Arc::new(tempfile::tempdir().unwrap()), 0, true, || {})
    }

    /// A second program on the same machine.
    pub fn beside(&self) -> Self {
        Self::in_folder(Arc::clone(&self.folder), 1 << 40, false, || {})
    }

    fn in_folder(
        folder: Arc<tempfile::TempDir>,
        seed: u64,
        scores_in_background: bool,
        look: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        let clock = Arc::new(AtomicI64::new(1_700_000_000_000));
        let random = Arc::new(AtomicU64::new(seed));
        let keyring = Arc::<Kept>::default();
        let host = Host {
            settings_file: Some(folder.path().join("settings.toml")),
            data_folder: Some(folder.path().join("data")),
            cache_folder: None,
            clock: {
                let clock = Arc::clone(&clock);
                Arc::new(move || {
                    look();
                    UnixMillis(clock.fetch_add(1, Ordering::Relaxed))
                })
            },
            random: {
                let random = Arc::clone(&random);
                Arc::new(move || {
                    // splitmix64
                    let mut z = random.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
                    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
                    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
                    z ^ (z >> 31)
                })
            },
            keyring: Some(Arc::clone(&keyring) as Arc<dyn Keyring>),
            app_version: "9.9.9".to_owned(),
            user_name: "Ada".to_owned(),
            scores_in_background,
        };
        let (sender, events) = channel();
        let engine = Engine::new(host, move |event| drop(sender.send(event)));
        Self { folder, engine, events, keyring, clock, random }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).to_string_lossy().into_owned()
    }

    pub fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
        std::fs::write(self.path(name), content).unwrap();
        self.text(name)
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn create(&self, name: &str) -> ProjectInfo {
        self.project(Request::CreateProject { path: self.text(name), name: "Trial".into() })
    }

    pub fn project(&self, request: Request) -> ProjectInfo {
        match self.engine.call(request).unwrap() {
            Reply::Project(info) => *info,
            other => panic!("expected a project, found {other:?}"),
        }
    }

    pub fn info(&self) -> ProjectInfo {
        self.project(Request::Project)
    }

    pub fn refused(&self, request: Request) -> ApiError {
        match self.engine.call(request) {
            Ok(reply) => panic!("expected an error, found {reply:?}"),
            Err(error) => error,
        }
    }

    pub fn start(&self, request: Request) -> JobId {
        match self.engine.call(request).unwrap() {
            Reply::Started(job) => job,
            other => panic!("expected a job, found {other:?}"),
        }
    }

    /// The next event that `wanted` knows what to do with.
    pub fn wait<T>(&self, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
        loop {
            let event = self.events.recv_timeout(Duration::from_secs(30)).expect("an event comes in time");
            if let Some(found) = wanted(event) {
                return found;
            }
        }
    }

    pub fn import_ended(&self, job: JobId) -> Result<ImportReport, ApiError> {
        self.wait(|event| match event {
            Event::ImportEnded(ended, result) if ended == job => Some(result.map(|report| *report)),
            _ => None,
        })
    }

    pub fn try_import(&self, plan: ImportPlan) -> Result<ImportReport, ApiError> {
        match self.engine.call(Request::StartImport(plan))? {
            Reply::Started(job) => self.import_ended(job),
            other => panic!("expected a job, found {other:?}"),
        }
    }

    pub fn import(&self, path: &str) -> ImportReport {
        self.try_import(ImportPlan::of_file(path)).unwrap()
    }

    pub fn import_with_labels(&self, path: &str, annotator: &str) -> ImportReport {
        let labels = LabelPolicy::TakeIn { annotator: annotator.into() };
        self.try_import(ImportPlan { labels, ..ImportPlan::of_file(path) }).unwrap()
    }

    pub fn try_export(&self, plan: ExportPlan, name: &str) -> Result<ExportReport, ApiError> {
        let request = Request::StartExport { plan, path: self.text(name), replace: false };
        let job = match self.engine.call(request)? {
            Reply::Started(job) => job,
            other => panic!("expected a job, found {other:?}"),
        };
        self.wait(|event| match event {
            Event::ExportEnded(ended, result) if ended == job => Some(result.map(|report| *report)),
            _ => None,
        })
    }

    /// Exports with every policy answered, and gives back what was written.
    pub fn export(&self, format: ExportFormat, name: &str) -> String {
        self.try_export(answered(format), name).unwrap();
        self.read(name)
    }

    pub fn queue(&self, place: Place, count: u32) -> Vec<QueuedItem> {
        let request = QueueRequest { annotator: self.info().annotator, place, count, except: vec![] };
        match self.engine.call(Request::Queue(request)).unwrap() {
            Reply::Items(items) => items,
            other => panic!("expected items, found {other:?}"),
        }
    }

    pub fn judgment(&self, item: &QueuedItem, verdict: Verdict) -> NewJudgment {
        let recorded_at = UnixMillis(self.clock.fetch_add(1, Ordering::Relaxed));
        let random = u128::from(self.random.fetch_add(1, Ordering::Relaxed)) << 8;
        NewJudgment {
            id: JudgmentId::new(recorded_at, random),
            item: item.item.id,
            annotator: self.info().annotator,
            verdict,
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: Some(Showing {
                order: item.order.clone(),
                models_visible: false,
                scores_visible: false,
                shown_at: recorded_at,
                first_input_at: None,
                submitted_at: recorded_at,
                active_ms: 10,
                idle_ms: 0,
                utc_offset_minutes: 60,
                app_version: "9.9.9".into(),
                session: u64::MAX,
                acquisition: item.acquisition.clone(),
                window: [900.0, 600.0, 1.5],
                watched: Vec::new(),
            }),
            origin: Origin::Screen,
            recorded_at,
        }
    }

    /// Lets time pass.
    pub fn advance(&self, milliseconds: i64) {
        self.clock.fetch_add(milliseconds, Ordering::Relaxed);
    }

    /// Submits, and gives back the revision.
    pub fn submit(&self, judgment: NewJudgment) -> u32 {
        match self.engine.call(Request::Submit(Box::new(judgment))).unwrap() {
            Reply::Saved { revision, .. } => revision,
            other => panic!("expected saved, found {other:?}"),
        }
    }

    /// Judges the first open item.
    pub fn judge_next(&self, outcome: Outcome) -> QueuedItem {
        let item = self.queue(Place::Start, 1).remove(0);
        self.submit(self.judgment(&item, Verdict::overall(preference(outcome))));
        item
    }

    pub fn check(&self) -> Vec<String> {
        match self.engine.call(Request::Check).unwrap() {
            Reply::Checked(problems) => problems,
            other => panic!("expected a check, found {other:?}"),
        }
    }

    /// Sits somebody down.
    pub fn seat(&self, name: &str) -> AnnotatorId {
        self.project(Request::SetAnnotator { name: name.into() }).annotator
    }
}

pub fn preference(outcome: Outcome) -> Preference {
    let reason = (outcome == Outcome::Unratable).then(|| "no idea".to_owned());
    Preference { reason, ..Preference::new(outcome) }
}

pub fn answered(format: ExportFormat) -> ExportPlan {
    ExportPlan {
        ties: Some(TiePolicy::Drop),
        both_bad: Some(tiebreak_domain::export::BothBadPolicy::Drop),
        strength: Some(StrengthPolicy::Ignore),
        several: Some(SeveralPolicy::Each),
        ..ExportPlan::new(format)
    }
}

/// So many TRL rows; the chosen answer is the first candidate.
pub fn trl_rows(count: usize) -> String {
    (1..=count)
        .map(|n| format!("{{\"prompt\":\"Question {n}?\",\"chosen\":\"Good answer {n}\",\"rejected\":\"Bad answer {n}\"}}\n"))
        .collect()
}
