//! Stories of the store through its door, in one binary.
#![allow(clippy::unwrap_used)]

mod accounts;
mod answering;
mod assigning;
mod backend;
mod carrying;
mod check;
mod files;
mod finding;
mod importing;
mod judging;
mod late_goodbye;
mod merging;
mod project;
mod queueing;
mod scoring;
mod sharing;
mod upgrading;
mod watching;
