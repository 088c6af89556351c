//! The judge screen: what is on it ([`session`]), and how it is painted ([`screen`]).
//!
//! [`Session`] knows no widget, so that every rule of judging is tested without a window; the screen reads it
//! and hands back commands.

pub mod answer_bar;
mod card;
pub mod draft;
pub(crate) mod failed_pane;
pub mod grid;
pub mod history;
pub mod image_pane;
pub mod looks;
pub mod outbox;
mod over_card;
pub mod pace;
pub mod pane;
pub mod panel;
pub mod prompt;
pub mod question;
pub mod saving;
pub mod screen;
pub mod session;
pub mod sheet;
pub mod top_bar;

pub use outbox::{Outbox, Purpose};
pub use session::Session;
