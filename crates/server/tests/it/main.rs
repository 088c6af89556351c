//! Stories of a served project, told over a real socket, in one binary.
#![allow(clippy::unwrap_used)]

mod accounts_page;
mod attacks;
mod client;
mod coming_in;
mod described;
mod http2;
mod judging;
mod media;
mod slow;
mod transport;
mod vouching;
mod world;
