//! How the interface reaches the engine.
//!
//! One trait, so that the same interface runs with the engine in its own process, behind a window's IPC, or
//! across a network. [`Scripted`] answers from a test's hand.

use tiebreak_domain::{ApiError, Event, Reply, Request};

pub use self::scripted::{Remote, Scripted};

pub mod http;
mod scripted;

/// Tells replies apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ticket(pub u64);

/// What comes from the engine.
#[derive(Clone, Debug, PartialEq)]
pub enum Incoming {
    /// The answer to a request.
    Reply(Ticket, Result<Reply, ApiError>),
    /// Something that happened on its own.
    Event(Event),
    /// The network went away, came back, or holds another number of judgments up.
    Network(Network),
    /// Something was refused that nobody here waits for any more.
    Refused(ApiError),
}

/// How the network between the interface and the engine stands, where there is one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Network {
    /// Whether nothing gets through.
    pub is_away: bool,
    /// Whether somebody must sign in before anything goes on.
    pub needs_sign_in: bool,
    /// Whether what waits cannot be kept for the next page.
    pub cannot_keep: bool,
    /// How many judgments were given and are not acknowledged.
    pub waiting_judgments: usize,
}

impl Network {
    /// Whether judgments that were given cannot get through now.
    pub fn holds_up(&self) -> bool {
        self.waiting_judgments > 0 && (self.is_away || self.needs_sign_in)
    }

    /// What there is to say of it: what is the matter, and what will be done; nothing where all is well.
    pub fn words(&self) -> Option<(String, &'static str)> {
        let waiting = match self.waiting_judgments {
            0 => String::new(),
            1 => "1 judgment waits".to_owned(),
            count => format!("{count} judgments wait"),
        };
        let kept = if self.cannot_keep {
            "This browser has no room to keep them: leave this page open"
        } else {
            "They are kept in this browser, and sent as soon as the server can be reached again"
        };
        match (self.is_away, self.needs_sign_in, self.waiting_judgments) {
            (_, true, 0) => Some(("Sign in to go on".to_owned(), "")),
            (_, true, _) => Some((format!("{waiting} until you sign in again"), kept)),
            (true, _, 0) => Some(("The server cannot be reached".to_owned(), "It is tried again and again")),
            (true, _, _) => Some((format!("{waiting} for the network"), kept)),
            _ => None,
        }
    }
}

/// Whether a request keeps its order among all that do: judgments and drafts, and whatever says which project is open,
/// what it asks and who sits there. A draft must not overtake the judgment that it became, nor may another project or
/// another annotator overtake a judgment that waits.
pub fn keeps_order(request: &Request) -> bool {
    matches!(
        request,
        Request::Submit(_)
            | Request::SaveDraft { .. }
            | Request::LoadSettings
            | Request::SaveSettings(_)
            | Request::OpenSample
            | Request::OpenProject { .. }
            | Request::CreateProject { .. }
            | Request::CloseProject
            | Request::Project
            | Request::SetRubric(_)
            | Request::SetAnnotator { .. }
            | Request::SwitchAnnotator { .. }
    )
}

/// A way to the engine.
///
/// Requests of one kind are carried out in the order they were sent; replies of different kinds may overtake
/// one another. Whoever implements this wakes the interface (`egui::Context::request_repaint`) when
/// something arrives.
pub trait Backend {
    /// Sends a request; returns at once.
    fn send(&mut self, ticket: Ticket, request: Request);

    /// The next thing that arrived, if anything did; returns at once.
    fn receive(&mut self) -> Option<Incoming>;
}
