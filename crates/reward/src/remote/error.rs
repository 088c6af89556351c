//! What went wrong with a server, in words, and what to do about each.

use std::time::Duration;

/// A failure of a remote scorer.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RemoteError {
    /// The manifest has no `[remote]`.
    #[error("the manifest names no server")]
    NoServer,
    /// This machine cannot connect at all.
    #[error("this machine cannot connect ({message})")]
    NoClient {
        /// Why.
        message: String,
    },
    /// A token would be sent where everybody on the way can read it.
    #[error("the token would be sent unencrypted to {address}")]
    OpenLine {
        /// The server's address.
        address: String,
    },
    /// The server or the model is not ready.
    #[error("the server has not loaded the model, or is not ready: {model}")]
    NotReady {
        /// The model's name on the server.
        model: String,
    },
    /// The model on the server is not the one that the manifest describes.
    #[error("the model on the server is not the one in the manifest: {what}")]
    OtherModel {
        /// What differs.
        what: String,
    },
    /// The server refuses the token, or wants one.
    #[error("the server refuses this client ({status})")]
    Refused {
        /// 401 or 403.
        status: u16,
    },
    /// The server answered with an error.
    #[error("the server answered {status}: {message}")]
    Status {
        /// The HTTP status code.
        status: u16,
        /// What it said, cut short.
        message: String,
    },
    /// The server asks for a longer pause than is allowed.
    #[error("the server asks to be left alone for {pause:?}")]
    Busy {
        /// `Retry-After`.
        pause: Duration,
    },
    /// The connection failed.
    #[error("the connection to the server failed ({message})")]
    Connection {
        /// The innermost reason.
        message: String,
    },
    /// The answer is not what the protocol says.
    #[error("the server's answer cannot be understood: {what}")]
    BadAnswer {
        /// What is wrong.
        what: String,
    },
    /// Somebody said stop.
    #[error("the batch was cancelled")]
    Cancelled,
}

impl RemoteError {
    /// What to do about it: a sentence without a full stop.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoServer => "write a section [remote] with address and model",
            Self::NoClient { .. } => "install the system's root certificates",
            Self::OpenLine { .. } => {
                "use an https address; only this machine itself may have a token over http"
            }
            Self::NotReady { .. } => "wait until the server has loaded it, or check the model's name",
            Self::OtherModel { .. } => "check the model's name and version, or mend the manifest",
            Self::Refused { .. } => {
                "give the token that the server's owner gave you: in the window, by `tiebreak models token`, or in \
                 TIEBREAK_SCORER_TOKEN"
            }
            Self::Status { .. } | Self::BadAnswer { .. } => "look into the server's log",
            Self::Busy { .. } => "try again later, or lower batches_in_flight",
            Self::Connection { .. } => "check the address and that the server is running",
            Self::Cancelled => "start it again",
        }
    }
}
