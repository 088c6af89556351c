//! The engine in the interface's own process.
//!
//! Requests go to lanes, each with its own threads, so that a slow one never stands before a quick one:
//! judgments are stored in the order they were given, images are decoded beside one another, and everything
//! else is answered in turn. Nothing here blocks the interface.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use tiebreak_domain::{ApiError, ErrorCode, Request};
use tiebreak_engine::{Engine, Host};
use tiebreak_ui::backend::{Backend, Incoming, Ticket};
use tiebreak_ui::window::Wake;

/// How many threads decode images.
const IMAGE_THREADS: usize = 2;

/// A backend whose engine runs on threads of this process.
pub struct InProcess {
    judgments: Sender<(Ticket, Request)>,
    queue: Sender<(Ticket, Request)>,
    images: Sender<(Ticket, Request)>,
    others: Sender<(Ticket, Request)>,
    arrived: Receiver<Incoming>,
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
        let lane = |name: &str, threads: usize| lane(name, threads, &engine, &arrives, &wake);
        Self {
            judgments: lane("tiebreak-judgments", 1),
            queue: lane("tiebreak-queue", 1),
            images: lane("tiebreak-images", IMAGE_THREADS),
            others: lane("tiebreak-requests", 1),
            arrived,
        }
    }
}

impl Backend for InProcess {
    fn send(&mut self, ticket: Ticket, request: Request) {
        let lane = match &request {
            Request::Submit(_) => &self.judgments,
            Request::Queue(_) | Request::Rows { .. } | Request::Cancel(_) => &self.queue,
            Request::Image(_) => &self.images,
            _ => &self.others,
        };
        lane.send((ticket, request)).expect("a lane's threads end only after its sender is gone");
    }

    fn receive(&mut self) -> Option<Incoming> {
        self.arrived.try_recv().ok()
    }
}

fn lane(
    name: &str,
    threads: usize,
    engine: &Arc<Engine>,
    arrives: &Sender<Incoming>,
    wake: &Wake,
) -> Sender<(Ticket, Request)> {
    let (sender, receiver) = channel::<(Ticket, Request)>();
    let receiver = Arc::new(Mutex::new(receiver));
    for _ in 0..threads {
        let (engine, arrives, wake) = (Arc::clone(engine), arrives.clone(), Arc::clone(wake));
        let receiver = Arc::clone(&receiver);
        thread::Builder::new()
            .name(name.to_owned())
            .spawn(move || {
                loop {
                    let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                    let Ok((ticket, request)) = next else { return };
                    let answer =
                        std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| engine.call(request)));
                    let answer = answer.unwrap_or_else(|_| {
                        Err(ApiError::new(ErrorCode::System, "the engine failed inside")
                            .hint("what was saved is safe; please report this"))
                    });
                    if arrives.send(Incoming::Reply(ticket, answer)).is_err() {
                        return;
                    }
                    wake();
                }
            })
            .expect("the system gives threads at the start of the program");
    }
    sender
}
