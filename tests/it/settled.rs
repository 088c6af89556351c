//! The engine in this process, such that whatever was asked for within a frame is here at its end.
//!
//! How quickly this machine works is so no part of what is tested. Who wants to know it takes what is here meanwhile.

use std::collections::{HashMap, VecDeque};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tiebreak::backend::InProcess;
use tiebreak_domain::Request;
use tiebreak_ui::app::{App, Start};
use tiebreak_ui::backend::{Backend, Incoming, Ticket};
use tiebreak_ui::host::Still;
use tiebreak_ui::stage::Stage;

/// How long anything may take before it is given up.
const PATIENCE: Duration = Duration::from_mins(2);

/// The engine, and what it was asked.
struct Asked {
    engine: InProcess,
    open: HashMap<Ticket, Request>,
    arrived: VecDeque<Incoming>,
    /// What was asked since it was last taken.
    requests: Vec<Request>,
    problems: Vec<String>,
}

/// A backend that is waited for.
#[derive(Clone)]
pub struct Settled(Arc<Mutex<Asked>>);

impl Settled {
    fn start() -> Self {
        let host = tiebreak_engine::Host {
            settings_file: None,
            data_folder: None,
            cache_folder: None,
            keyring: None,
            scores_in_background: false,
            ..tiebreak::machine::host()
        };
        Self(Arc::new(Mutex::new(Asked {
            engine: InProcess::start(host, Arc::new(|| {})),
            open: HashMap::new(),
            arrived: VecDeque::new(),
            requests: Vec::new(),
            problems: Vec::new(),
        })))
    }

    /// An app with a project open, and what it asks.
    pub fn open(project: &Path, size: [f32; 2]) -> (Stage, Self) {
        let settled = Self::start();
        let clock = Still::default();
        let start = Start { path: Some(project.display().to_string()), app_version: "test".into() };
        let app = App::new(Box::new(settled.clone()), Box::new(clock.clone()), start);
        (Stage::new(app, clock).sized(size), settled)
    }

    fn lock(&self) -> MutexGuard<'_, Asked> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until everything that was asked for is here.
    pub fn settle(&self) {
        let began = Instant::now();
        while !self.take_in() {
            assert!(began.elapsed() < PATIENCE, "{:?} is not answered", self.lock().open);
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Takes in what is here, waiting for nothing; whether that is everything that was asked for.
    pub fn take_in(&self) -> bool {
        let mut asked = self.lock();
        while let Some(incoming) = asked.engine.receive() {
            if let Incoming::Reply(ticket, result) = &incoming {
                asked.open.remove(ticket);
                if let Err(error) = result {
                    asked.problems.push(error.message.clone());
                }
            }
            asked.arrived.push_back(incoming);
        }
        asked.open.is_empty()
    }

    /// What was asked since this was last taken.
    pub fn take_requests(&self) -> Vec<Request> {
        std::mem::take(&mut self.lock().requests)
    }

    /// What could not be had since this was last taken.
    pub fn take_problems(&self) -> Vec<String> {
        std::mem::take(&mut self.lock().problems)
    }
}

impl Backend for Settled {
    fn send(&mut self, ticket: Ticket, request: Request) {
        let mut asked = self.lock();
        asked.requests.push(request.clone());
        asked.open.insert(ticket, request.clone());
        asked.engine.send(ticket, request);
    }

    fn receive(&mut self) -> Option<Incoming> {
        self.lock().arrived.pop_front()
    }
}
