//! The door on a socket: HTTP/1 and HTTP/2 on a port, in front of [`tiebreak_door::Door`].
//!
//! The only place with an asynchronous runtime on this side of the house. It reads requests within limits of size
//! and time, lets each wait in its lane for a thread, since the engine blocks, and sends what the door answers.
//!
//! Start at [`Server`].
#![allow(
    clippy::result_large_err,
    clippy::large_enum_variant,
    reason = "a refusal is an answer like any other, and made once for each request"
)]

mod crowd;
mod events;
mod handler;
mod in_memory;
mod lanes;
mod listen;
mod outgoing;
mod peers;
mod progress;
mod provider;
mod room;
mod streams;
mod upload;
mod vouching;

pub use listen::{Server, Stop};
pub use provider::{Provider, ProviderSettings};
