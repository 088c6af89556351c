//! What goes over the wire, and what comes back: the bodies of the door over HTTP, read into the door's words.

use tiebreak_domain::{ApiError, ErrorCode, Event, ProjectKey, Reply, Request};

/// The network and the browser's memory.
pub trait Wire {
    /// Begins a call; its answer comes by [`Self::arrived`] under this number. Where it is about a project, the server
    /// refuses it if another one is open there.
    fn call(&mut self, number: u64, request: &Request, project: Option<ProjectKey>);

    /// The next thing that arrived, if anything did.
    fn arrived(&mut self) -> Option<Arrived>;

    /// Milliseconds since some start; never goes back.
    fn now_ms(&self) -> u64;

    /// Wakes the interface after so long, even if nothing arrives.
    fn wake_after(&mut self, ms: u64);

    /// Everything that the browser keeps, by name.
    fn kept(&self) -> Vec<(String, String)>;

    /// Keeps a text in the browser; says whether there was room.
    fn keep(&mut self, name: &str, text: &str) -> bool;

    /// Forgets a text.
    fn forget(&mut self, name: &str);

    /// Brings a file that the engine wrote to whoever sits here.
    fn fetch_file(&mut self, name: &str);

    /// Says that nobody is signed in any more. [`Arrived::SignedIn`] may follow, or another page comes.
    fn ask_to_sign_in(&mut self);
}

/// What a wire brings.
#[derive(Debug)]
pub enum Arrived {
    /// The answer to a call.
    Answer {
        /// Which call.
        call: u64,
        /// What came of it.
        answer: Answer,
    },
    /// Something that happened on its own.
    Event(Box<Event>),
    /// Events may have been missed while the network was away.
    EventsMissed,
    /// Somebody has signed in.
    SignedIn,
    /// The browser says that the network is back.
    Online,
}

/// What came of a call.
#[derive(Debug)]
pub enum Answer {
    /// The engine answered.
    Reply(Box<Result<Reply, ApiError>>),
    /// Somebody must sign in first.
    SignIn,
    /// The server asks for patience.
    Later {
        /// For so long.
        after_ms: u64,
    },
    /// The network or the server is away.
    Lost,
}

impl Answer {
    /// The engine's answer.
    pub fn reply(result: Result<Reply, ApiError>) -> Self {
        Self::Reply(Box::new(result))
    }

    /// An answer that makes no sense.
    pub fn unreadable(error: impl std::fmt::Display) -> Self {
        let message = format!("the server's answer cannot be read: {error}");
        Self::reply(Err(ApiError::new(ErrorCode::System, message).hint("load the page again")))
    }
}

/// What a status means where no reply of the engine comes with it; none where one does.
fn answer_without_reply(status: u16, retry_after_s: Option<u64>) -> Option<Answer> {
    match status {
        401 => Some(Answer::SignIn),
        429 => Some(Answer::Later { after_ms: retry_after_s.unwrap_or(1).clamp(1, 60) * 1000 }),
        // Of a server that stops, or of what stands before it.
        0 | 502..=504 => Some(Answer::Lost),
        _ => None,
    }
}

/// The answer to a call of the door.
pub fn answer_from_json(status: u16, retry_after_s: Option<u64>, body: &str) -> Answer {
    if let Some(answer) = answer_without_reply(status, retry_after_s) {
        return answer;
    }
    if status == 200 {
        return serde_json::from_str(body).map_or_else(Answer::unreadable, |reply| Answer::reply(Ok(reply)));
    }
    let error = serde_json::from_str(body).unwrap_or_else(|_| {
        let words = body.trim().lines().next().unwrap_or_default();
        ApiError::new(ErrorCode::System, format!("the server refused this with status {status}: {words}"))
    });
    Answer::reply(Err(error))
}
