//! The engine in the interface's own process.
//!
//! Requests go to lanes, each with its own threads, so that a slow one never stands before a quick one:
//! judgments are stored in the order they were given, and before another project is opened or another annotator sits
//! down; images are decoded beside one another, so are videos, each video's frames in the order they were asked for,
//! and everything else is answered in turn. Nothing here blocks the interface.

mod by_medium;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tiebreak_domain::{ApiError, ErrorCode, Request};
use tiebreak_engine::{Engine, Host};
use tiebreak_ui::backend::{Backend, Incoming, Ticket, keeps_order};
use tiebreak_ui::window::Wake;

use by_medium::ByMedium;

/// How many threads decode images.
const IMAGE_THREADS: usize = 2;
/// How many videos play beside one another. Their threads mostly wait for ffmpeg.
const FRAME_THREADS: usize = 6;
/// How many videos are looked through beside one another.
const VIDEO_THREADS: usize = 2;
/// Frames that fit in so many pixels are for a strip of thumbnails, and wait for what plays.
const THUMBNAIL_SIDE: u32 = 256;

/// A backend whose engine runs on threads of this process. Dropping it stores every judgment that was sent,
/// and closes the project.
pub struct InProcess {
    lanes: Option<Lanes>,
    threads: Vec<JoinHandle<()>>,
    is_closing: Arc<AtomicBool>,
    arrived: Receiver<Incoming>,
}

struct Lanes {
    judgments: Sender<(Ticket, Request)>,
    queue: Sender<(Ticket, Request)>,
    images: Sender<(Ticket, Request)>,
    tiles: Sender<(Ticket, Request)>,
    videos: Sender<(Ticket, Request)>,
    frames: ByMedium,
    thumbnails: Sender<(Ticket, Request)>,
    sounds: Sender<(Ticket, Request)>,
    others: Sender<(Ticket, Request)>,
}

impl InProcess {
    /// Starts the engine; `wake` is called whenever something arrives.
    pub fn start(host: Host, wake: Wake) -> Self {
        let (arrives, arrived) = channel();
        let events = (Mutex::new(arrives.clone()), Arc::clone(&wake));
        let engine = Arc::new(Engine::new(host, move |event| {
            // The interface may be gone already; then nobody waits for the event.
            let _ = events.0.lock().unwrap_or_else(PoisonError::into_inner).send(Incoming::Event(event));
            (events.1)();
        }));
        let mut threads = Vec::new();
        let is_closing = Arc::new(AtomicBool::new(false));
        let mut lane = |name: &str, count: usize| {
            let (sender, receiver) = channel();
            let receiver = Arc::new(Mutex::new(receiver));
            threads.extend((0..count).map(|_| {
                let worker = Worker {
                    receiver: Arc::clone(&receiver),
                    engine: Arc::clone(&engine),
                    arrives: arrives.clone(),
                    wake: Arc::clone(&wake),
                    is_closing: Arc::clone(&is_closing),
                };
                let thread = thread::Builder::new().name(name.to_owned());
                thread
                    .spawn(move || worker.work())
                    .expect("the system gives threads at the start of the program")
            }));
            sender
        };
        let lanes = Lanes {
            judgments: lane("tiebreak-judgments", 1),
            queue: lane("tiebreak-queue", 1),
            images: lane("tiebreak-images", IMAGE_THREADS),
            tiles: lane("tiebreak-tiles", IMAGE_THREADS),
            videos: lane("tiebreak-videos", VIDEO_THREADS),
            frames: ByMedium::new((0..FRAME_THREADS).map(|_| lane("tiebreak-frames", 1)).collect()),
            thumbnails: lane("tiebreak-thumbnails", 1),
            sounds: lane("tiebreak-sounds", 1),
            others: lane("tiebreak-requests", 1),
        };
        Self { lanes: Some(lanes), threads, is_closing, arrived }
    }
}

impl Drop for InProcess {
    fn drop(&mut self) {
        self.is_closing.store(true, Ordering::Relaxed);
        // Without senders the threads end once their lanes are empty; the last of them drops the engine.
        self.lanes = None;
        for thread in self.threads.drain(..) {
            // A thread that panicked has nothing left to do.
            let _ = thread.join();
        }
    }
}

impl Backend for InProcess {
    fn send(&mut self, ticket: Ticket, request: Request) {
        let lanes = self.lanes.as_mut().expect("lanes are taken away only on dropping");
        let lane = match &request {
            ordered if keeps_order(ordered) => &lanes.judgments,
            Request::Queue(_) | Request::Rows { .. } | Request::Cancel(_) => &lanes.queue,
            Request::Image(_) => &lanes.images,
            // The first tile of a large picture waits until all of it is decoded.
            Request::Tile(_) => &lanes.tiles,
            Request::Video(_) => &lanes.videos,
            Request::Frames(frames) if frames.fit.iter().all(|side| *side <= THUMBNAIL_SIDE) => {
                &lanes.thumbnails
            }
            Request::Frames(frames) => lanes.frames.lane_of(&frames.medium),
            Request::Sound(_) => &lanes.sounds,
            _ => &lanes.others,
        };
        lane.send((ticket, request)).expect("a lane's threads end only after its sender is gone");
    }

    fn receive(&mut self) -> Option<Incoming> {
        self.arrived.try_recv().ok()
    }
}

/// A thread of a lane.
struct Worker {
    receiver: Arc<Mutex<Receiver<(Ticket, Request)>>>,
    engine: Arc<Engine>,
    arrives: Sender<Incoming>,
    wake: Wake,
    is_closing: Arc<AtomicBool>,
}

impl Worker {
    fn work(self) {
        loop {
            let next = self.receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
            let Ok((ticket, request)) = next else { return };
            let changes_something =
                matches!(request, Request::Submit(_) | Request::SaveDraft { .. } | Request::SaveSettings(_));
            if self.is_closing.load(Ordering::Relaxed) && !changes_something {
                continue;
            }
            let answer = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| self.engine.call(request)));
            let answer = answer.unwrap_or_else(|_| {
                Err(ApiError::new(ErrorCode::System, "the engine failed inside")
                    .hint("what was saved is safe; please report this"))
            });
            // The interface may be gone already; then nobody waits for the answer.
            let _ = self.arrives.send(Incoming::Reply(ticket, answer));
            (self.wake)();
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;
    use std::time::{Duration, Instant};

    use tiebreak_domain::queue::{Place, QueueRequest};
    use tiebreak_domain::{
        AnnotatorId, Event, ImportPlan, ItemId, JudgmentId, NewJudgment, Origin, Reply, UnixMillis, Verdict,
    };

    use super::*;

    const ITEMS: u8 = 60;

    struct Bench {
        backend: InProcess,
        last: u64,
    }

    impl Bench {
        fn send(&mut self, request: Request) -> Ticket {
            self.last += 1;
            self.backend.send(Ticket(self.last), request);
            Ticket(self.last)
        }

        fn until<T>(&mut self, mut look: impl FnMut(Incoming) -> Option<T>) -> T {
            let began = Instant::now();
            loop {
                if let Some(found) = self.backend.receive().and_then(&mut look) {
                    return found;
                }
                assert!(began.elapsed() < Duration::from_mins(2), "it comes in time");
                thread::sleep(Duration::from_millis(1));
            }
        }

        fn ask(&mut self, request: Request) -> Reply {
            let asked = self.send(request);
            let result = self.until(|incoming| match incoming {
                Incoming::Reply(ticket, result) if ticket == asked => Some(result),
                _ => None,
            });
            result.unwrap()
        }

        fn create(&mut self, folder: &Path, name: &str) -> AnnotatorId {
            let path = folder.join(format!("{name}.tiebreak")).display().to_string();
            match self.ask(Request::CreateProject { path, name: name.to_owned() }) {
                Reply::Project(info) => info.annotator,
                other => panic!("a project, not {other:?}"),
            }
        }
    }

    fn skip(annotator: AnnotatorId, item: ItemId, number: u8) -> Request {
        Request::Submit(Box::new(NewJudgment {
            id: JudgmentId([number; 16]),
            item,
            annotator,
            verdict: Verdict::Skipped,
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: None,
            origin: Origin::Screen,
            recorded_at: UnixMillis(0),
        }))
    }

    #[test]
    fn what_waits_is_stored_before_the_project_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let host = Host {
            settings_file: None,
            data_folder: None,
            cache_folder: None,
            keyring: None,
            ..crate::machine::host()
        };
        let mut bench = Bench { backend: InProcess::start(host, Arc::new(|| {})), last: 0 };
        let annotator = bench.create(folder.path(), "first");
        let row =
            |row| format!("{{\"prompt\":\"{row}\",\"chosen\":\"yes {row}\",\"rejected\":\"no {row}\"}}");
        let data = folder.path().join("pairs.jsonl");
        std::fs::write(&data, (0..ITEMS).map(row).collect::<Vec<_>>().join("\n")).unwrap();
        bench.send(Request::StartImport(ImportPlan::of_file(data.to_str().unwrap())));
        bench.until(|incoming| {
            matches!(incoming, Incoming::Event(Event::ImportEnded(_, Ok(_)))).then_some(())
        });
        let queue =
            QueueRequest { annotator, place: Place::Start, count: u32::from(ITEMS), except: Vec::new() };
        let Reply::Items(items) = bench.ask(Request::Queue(queue)) else { panic!("items") };
        let mut waiting: Vec<Ticket> = (1..=ITEMS)
            .zip(&items)
            .map(|(number, queued)| bench.send(skip(annotator, queued.item.id, number)))
            .collect();
        assert_eq!(waiting.len(), usize::from(ITEMS));
        let other = folder.path().join("other.tiebreak").display().to_string();
        waiting.push(bench.send(Request::CreateProject { path: other, name: "other".into() }));
        for expected in waiting {
            let (ticket, result) = bench.until(|incoming| match incoming {
                Incoming::Reply(ticket, result) => Some((ticket, result)),
                _ => None,
            });
            assert_eq!((ticket, result.is_ok()), (expected, true), "{result:?}");
        }
        let Reply::Project(other) = bench.ask(Request::Project) else { panic!("a project") };
        assert_eq!((other.name.as_str(), other.judgments), ("other", 0));
    }
}
