//! A backend for tests: a function answers, or nothing does until the test says so.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use tiebreak_domain::{ApiError, Event, Reply, Request};

use super::{Backend, Incoming, Ticket};

type Answer = dyn FnMut(&Request) -> Option<Result<Reply, ApiError>> + Send;

/// Answers each request by a function; a request answered with none waits for [`Remote::reply`].
pub struct Scripted {
    shared: Arc<Mutex<Shared>>,
    answer: Box<Answer>,
}

#[derive(Default)]
struct Shared {
    arrived: VecDeque<Incoming>,
    sent: Vec<(Ticket, Request)>,
}

/// The test's hand on a [`Scripted`] backend that the app owns.
#[derive(Clone)]
pub struct Remote(Arc<Mutex<Shared>>);

impl Scripted {
    /// A backend and the hand on it.
    pub fn new(
        answer: impl FnMut(&Request) -> Option<Result<Reply, ApiError>> + Send + 'static,
    ) -> (Self, Remote) {
        let shared = Arc::new(Mutex::new(Shared::default()));
        (Self { shared: Arc::clone(&shared), answer: Box::new(answer) }, Remote(shared))
    }
}

impl Backend for Scripted {
    fn send(&mut self, ticket: Ticket, request: Request) {
        let answer = (self.answer)(&request);
        let mut shared = self.shared.lock().expect("no test panics while it holds the lock");
        shared.sent.push((ticket, request));
        if let Some(answer) = answer {
            shared.arrived.push_back(Incoming::Reply(ticket, answer));
        }
    }

    fn receive(&mut self) -> Option<Incoming> {
        self.shared.lock().expect("no test panics while it holds the lock").arrived.pop_front()
    }
}

impl Remote {
    /// Everything sent so far, oldest first.
    pub fn sent(&self) -> Vec<(Ticket, Request)> {
        self.0.lock().expect("no test panics while it holds the lock").sent.clone()
    }

    /// Answers a request late.
    pub fn reply(&self, ticket: Ticket, reply: Result<Reply, ApiError>) {
        let mut shared = self.0.lock().expect("no test panics while it holds the lock");
        shared.arrived.push_back(Incoming::Reply(ticket, reply));
    }

    /// Lets something happen.
    pub fn event(&self, event: Event) {
        self.0
            .lock()
            .expect("no test panics while it holds the lock")
            .arrived
            .push_back(Incoming::Event(event));
    }
}
