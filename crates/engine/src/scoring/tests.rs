use std::path::Path;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};

use tiebreak_domain::assignment::mixed;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::{ImportPlan, Request as Call, UnixMillis};
use tiebreak_reward::model::manifest::Input;
use tiebreak_reward::model::runtime::{InputTensor, Numbers, OutputTensor};
use tiebreak_reward::model::{OpenedModel, Provider, RuntimeKind, Session as ModelSession};

use super::*;
use crate::engine::Engine;
use crate::host::Host;

/// What happens in the sessions of a model that only seems to be one.
struct Stage {
    /// The token ids of each row, batch by batch, trial runs left out.
    ran: Mutex<Vec<Vec<Vec<i32>>>>,
    /// Called within each batch, with its number.
    during: Box<dyn Fn(usize) + Send + Sync>,
}

struct Staged {
    stage: Arc<Stage>,
}

impl ModelSession for Staged {
    fn run(&mut self, inputs: &[InputTensor], _: &[&str]) -> Result<Vec<OutputTensor>, String> {
        let [rows, length] = inputs[0].shape[..] else { panic!("ids have two axes") };
        let Numbers::Whole(ids) = &inputs[0].numbers else { panic!("ids are whole") };
        let number = {
            let mut ran = self.stage.ran.lock().unwrap();
            ran.push(ids.chunks(length).map(<[i32]>::to_vec).collect());
            ran.len()
        };
        (self.stage.during)(number);
        let score = OutputTensor { shape: vec![rows, 1], numbers: vec![length as f32; rows] };
        let embedding = OutputTensor { shape: vec![rows, 128], numbers: vec![1.0; rows * 128] };
        Ok(vec![score, embedding])
    }

    fn kind(&self) -> RuntimeKind {
        RuntimeKind::Rten
    }

    fn provider(&self) -> Provider {
        Provider::Cpu
    }
}

pub(crate) fn engine(folder: &Path) -> (Engine, Receiver<Event>) {
    let random = std::sync::atomic::AtomicU64::new(1);
    let host = Host {
        settings_file: None,
        data_folder: Some(folder.join("data")),
        cache_folder: None,
        clock: Arc::new(|| UnixMillis(1_700_000_000_000)),
        random: Arc::new(move || mixed(random.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed))),
        keyring: None,
        app_version: "9.9.9".to_owned(),
        user_name: "Ada".to_owned(),
        scores_in_background: false,
    };
    let (sender, events) = channel();
    (Engine::new(host, move |event| drop(sender.send(event))), events)
}

/// Two answers to each of some questions; the later the row, the longer they are.
pub(crate) fn with_rows(engine: &Engine, events: &Receiver<Event>, folder: &Path, count: usize) {
    let mut rows = String::new();
    for n in 1..=count {
        let words = "and so on ".repeat(n);
        rows.push_str(&format!(
            "{{\"prompt\":\"Q {n}?\",\"response_a\":\"Yes {n} {words}\",\"response_b\":\"No {n} {words}\"}}\n"
        ));
    }
    std::fs::write(folder.join("rows.jsonl"), rows).unwrap();
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    engine.call(Call::CreateProject { path: path("p.tiebreak"), name: "Trial".into() }).unwrap();
    engine.call(Call::StartImport(ImportPlan::of_file(path("rows.jsonl")))).unwrap();
    while !matches!(events.recv_timeout(Duration::from_mins(1)).unwrap(), Event::ImportEnded(_, Ok(_))) {}
}

/// The small model's folder and manifest, with sessions of a stage.
fn staged(session: &Session, stage: &Arc<Stage>, sessions: usize) -> (ShelvedModel, OpenedModel) {
    let reads_text = |model: &ShelvedModel| {
        model.manifest.as_ref().is_ok_and(|manifest| matches!(manifest.input, Input::Text(_)))
    };
    let model = shelf(&session.shared.host).unwrap().into_iter().find(reads_text).unwrap();
    let manifest = model.manifest.clone().unwrap();
    let fakes = (0..sessions).map(|_| Box::new(Staged { stage: Arc::clone(stage) }) as Box<dyn ModelSession>);
    let opened = RewardModel::open_remote(&model.folder, manifest, fakes.collect()).unwrap();
    stage.ran.lock().unwrap().clear();
    (model, opened)
}

#[test]
fn what_is_on_the_screen_is_scored_before_all_else_and_counted_once() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, events) = engine(folder.path());
    with_rows(&engine, &events, folder.path(), 20);
    let session = engine.session().unwrap();
    let (screen_is_run, is_run): (Sender<()>, Receiver<()>) = channel();
    let is_run = Mutex::new(is_run);
    let asked: Arc<Mutex<Option<ItemId>>> = Arc::default();
    let stage = Arc::new(Stage {
        ran: Mutex::default(),
        during: {
            let (session, asked) = (Arc::downgrade(&session), Arc::clone(&asked));
            let is_open = std::sync::atomic::AtomicBool::new(false);
            Box::new(move |number| {
                // The trial runs come before the project is scored.
                if !is_open.load(Ordering::SeqCst) {
                    is_open.store(number == 2, Ordering::SeqCst);
                } else if number == 1 {
                    // In the midst of the first batch, somebody sits down before the shortest item, which would
                    // be the last; and this batch does not end before that one is scored.
                    let session = session.upgrade().unwrap();
                    let seat = session.seat();
                    let annotator = seat.annotator;
                    let request = QueueRequest { annotator, place: Place::Start, count: 1, except: vec![] };
                    *asked.lock().unwrap() = Some(session.queue(&seat, &request).unwrap()[0].item.id);
                    is_run
                        .lock()
                        .unwrap()
                        .recv_timeout(Duration::from_mins(1))
                        .expect("it is scored meanwhile");
                } else if number == 2 {
                    screen_is_run.send(()).unwrap();
                }
            })
        },
    });
    let (model, opened) = staged(&session, &stage, 2);
    let manifest = model.manifest.clone().unwrap();
    let options = ScorerOptions { batch_tokens: Some(1), ..ScorerOptions::default() };
    let scorer = Scorer::start(opened, options).unwrap();
    scorer.set_bulk_sessions(1);
    let tokens = Arc::clone(scorer.model());
    let cancel = CancelFlag::default();
    let mut run = Run::new(&session.shared, &session, JobId(1), &cancel);
    let mut work = run.work(scorer, &model, &manifest, 40).unwrap();
    let items = (1..=20).collect();
    run.score_items(&mut work, &manifest, &items).unwrap();
    let report = run.report();
    assert_eq!((report.scored, report.known, report.refused_count), (40, 0, 0), "each once: {report:?}");
    let item = asked.lock().unwrap().expect("an item was asked for");
    let stored = session.readers.lend().unwrap().item(item).unwrap();
    let of_item: Vec<Vec<i32>> = (0..2)
        .map(|candidate| {
            let request =
                inputs::request(&session, &run.sources, stored.source, &stored.item, &manifest, candidate);
            let ids = tokens.tokens(&request.unwrap()).unwrap().unwrap().ids;
            ids.into_iter().map(|id| id as i32).collect()
        })
        .collect();
    let ran = stage.ran.lock().unwrap();
    assert!(!of_item.contains(&ran[0][0]), "the first batch is of the longest");
    assert!(of_item.contains(&ran[1][0]), "and the next is what is on the screen");
    let rows = ran.iter().flatten().count();
    assert!((40..=42).contains(&rows), "what was ready when it came in sight may run twice: {rows}");
    let stored = session.readers.lend().unwrap().score_count(&model.key).unwrap();
    assert_eq!(stored, 40, "all of it is stored");
}

#[test]
fn what_was_said_of_an_equal_input_in_an_earlier_run_is_not_asked_again() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, events) = engine(folder.path());
    with_rows(&engine, &events, folder.path(), 6);
    let session = engine.session().unwrap();
    let stage = Arc::new(Stage { ran: Mutex::default(), during: Box::new(|_| {}) });
    let score = |items: std::ops::RangeInclusive<u32>| {
        let (model, opened) = staged(&session, &stage, 1);
        let manifest = model.manifest.clone().unwrap();
        let scorer = Scorer::start(opened, ScorerOptions::default()).unwrap();
        stage.ran.lock().unwrap().clear();
        let cancel = CancelFlag::default();
        let mut run = Run::new(&session.shared, &session, JobId(1), &cancel);
        let mut work = run.work(scorer, &model, &manifest, 12).unwrap();
        run.score_items(&mut work, &manifest, &items.collect()).unwrap();
        let ran = stage.ran.lock().unwrap().iter().flatten().count();
        (model.key, run.report(), ran)
    };
    let (key, first, ran) = score(1..=6);
    assert_eq!((first.scored, ran), (12, 12));
    // The same answers in other items, the other way round.
    let rows = std::fs::read_to_string(folder.path().join("rows.jsonl")).unwrap();
    let turned = rows
        .replace("response_a", "other")
        .replace("response_b", "response_a")
        .replace("other", "response_b");
    let path = folder.path().join("turned.jsonl");
    std::fs::write(&path, turned).unwrap();
    engine.call(Call::StartImport(ImportPlan::of_file(path.to_string_lossy().into_owned()))).unwrap();
    while !matches!(events.recv_timeout(Duration::from_mins(1)).unwrap(), Event::ImportEnded(_, Ok(_))) {}
    let (_, second, ran) = score(7..=12);
    assert_eq!((second.scored, second.known, ran), (0, 12, 0), "{second:?}");
    let reader = session.readers.lend().unwrap();
    assert_eq!(reader.score_count(&key).unwrap(), 24, "it is stored for them too");
    let [before, after] = [(1, 0), (7, 1)]
        .map(|(item, candidate)| reader.score_of(&key, ItemId(item), candidate).unwrap().unwrap());
    assert_eq!((before.scores, before.embedding), (after.scores, after.embedding), "embedding and all");
}

#[test]
fn a_model_that_reads_responses_alone_embeds_each_prompt_once_and_heads_learn_whether_they_fit() {
    let folder = tempfile::tempdir().unwrap();
    let (engine, events) = engine(folder.path());
    with_rows(&engine, &events, folder.path(), 6);
    // A seventh item of a prompt that is there already.
    let row = "{\"prompt\":\"Q 3?\",\"response_a\":\"Perhaps\",\"response_b\":\"Never\"}\n";
    let path = folder.path().join("more.jsonl");
    std::fs::write(&path, row).unwrap();
    engine.call(Call::StartImport(ImportPlan::of_file(path.to_string_lossy().into_owned()))).unwrap();
    while !matches!(events.recv_timeout(Duration::from_mins(1)).unwrap(), Event::ImportEnded(_, Ok(_))) {}
    let session = engine.session().unwrap();
    let stage = Arc::new(Stage { ran: Mutex::default(), during: Box::new(|_| {}) });
    let run = |manifest: &Manifest| {
        let (model, opened) = staged(&session, &stage, 1);
        let scorer = Scorer::start(opened, ScorerOptions::default()).unwrap();
        let cancel = CancelFlag::default();
        let mut run = Run::new(&session.shared, &session, JobId(1), &cancel);
        let mut work = run.work(scorer, &model, manifest, 14).unwrap();
        let items = (1..=7).collect();
        run.score_items(&mut work, manifest, &items).unwrap();
        stage.ran.lock().unwrap().clear();
        run.embed_prompts(&mut work, manifest, &items).unwrap();
        (model.key, stage.ran.lock().unwrap().iter().flatten().count())
    };
    let told_what_is_asked = staged(&session, &stage, 1).0.manifest.unwrap();
    let (key, ran) = run(&told_what_is_asked);
    let pool = |session: &Session| {
        let reader = session.readers.lend().unwrap();
        let learning = tiebreak_domain::learning::Learning::default();
        crate::learning::pool::Pool::read_without_scorers(&reader, &learning).unwrap().unwrap()
    };
    assert_eq!(ran, 0, "whoever is told the prompt has no use for it alone");
    assert!(!pool(&session).features.contains("fits the prompt"));
    let mut alone = told_what_is_asked;
    let Input::Text(text) = &mut alone.input else { panic!("it reads texts") };
    text.first = tiebreak_reward::model::manifest::TextTemplate::read("{response}").unwrap();
    text.second = None;
    assert_eq!(run(&alone).1, 6, "seven items have six prompts");
    assert_eq!(run(&alone).1, 0, "which are known from then on");
    let reader = session.readers.lend().unwrap();
    assert_eq!(reader.score_count(&key.of_prompts()).unwrap(), 7, "kept for each item");
    assert_eq!(reader.score_count(&key).unwrap(), 14, "and apart from what it says of responses");
    assert_eq!(reader.scored_models().unwrap().len(), 1, "it is one model");
    let pool = pool(&session);
    assert!(pool.features.contains("128 numbers, and how it fits the prompt"), "{}", pool.features);
    let products = pool.table.columns().iter().filter(|column| column.name.starts_with("prompt ⊙ response"));
    assert_eq!(products.count(), 128);
}
mod pairwise;
