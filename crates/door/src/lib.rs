//! The door over HTTP: what a browser, a web view or a program asks, answered by the engine.
//!
//! Nothing here knows a socket. [`Door::answer`] takes a whole request and gives a whole response, and serves the
//! custom scheme of a web view as well as a server; [`Door::begin`] says in which [`Lane`] a request is to be
//! answered, so that a slow one never stands before a quick one; [`Hub`] keeps what happens on its own, for streams
//! and for long polls.
//!
//! Start at [`Door`]; `route` is the list of everything that can be asked, `gate` says what is meant for this door.
#![recursion_limit = "256"]
#![allow(
    clippy::result_large_err,
    clippy::large_enum_variant,
    reason = "a refusal is an answer like any other, and made once for each request"
)]

mod account;
mod accounts_page;
mod admission;
mod answer;
mod attempts;
mod body;
mod call;
mod door;
mod events;
mod files;
mod fonts;
mod gate;
mod lane;
mod media;
mod open_api;
mod page;
mod pixels;
mod programs;
mod range;
mod route;
pub mod scheme;
mod sign_in;
mod site;
mod vouching;

pub use admission::Asker;
pub use answer::refused as refusal;
pub use attempts::network;
pub use body::Body;
pub use door::{Begun, Door, Listener, Work};
pub use events::{Hub, Poll};
pub use gate::{Gate, Peer, Place};
pub use lane::Lane;
pub use programs::Upload;
pub use route::Route;
pub use site::Site;
pub use tiebreak_engine::Known;
pub use vouching::{BACK_PATH, BEGIN_PATH, Returned};
