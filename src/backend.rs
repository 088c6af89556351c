//! The engine in the interface's own process.
//!
//! Requests go to lanes, each with its own threads, so that a slow one never stands before a quick one:
//! judgments are stored in the order they were given, images are decoded beside one another, so are videos, each
//! video's frames in the order they were asked for, and everything else is answered in turn. Nothing here blocks the
//! interface.

mod by_medium;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tiebreak_domain::{ApiError, ErrorCode, Request};
use tiebreak_engine::{Engine, Host};
use tiebreak_ui::backend::{Backend, Incoming, Ticket};
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
            // A draft must not overtake the judgment that it became, nor come after it.
            Request::Submit(_) | Request::SaveDraft { .. } => &lanes.judgments,
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
