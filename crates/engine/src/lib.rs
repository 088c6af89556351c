//! The engine: projects, imports, the queue, judgments, searches and exports behind one door.
//!
//! [`Engine::call`] answers a [`tiebreak_domain::Request`]; what happens on its own is told as
//! [`tiebreak_domain::Event`]s. The engine is synchronous: one named thread writes, callers read on their
//! own threads, imports and exports have threads of their own. It joins what formats, store and media do and
//! knows nothing of windows.
//!
//! Start at [`Engine`]; `session` is an open project, `writer` the thread that owns its file.

mod accounts;
mod columns;
mod engine;
mod export;
mod failure;
mod held_media;
mod host;
mod import;
mod jobs;
mod keyring;
mod learning;
mod media_place;
mod merge;
mod models;
mod moving;
mod numbers;
mod offer;
mod pairs;
mod people;
mod permission;
mod programs;
mod project_file;
mod readers;
mod rubric;
mod sample;
mod scoring;
mod seat;
mod session;
mod settings_file;
mod sharing;
pub mod simulation;
mod views;
mod visible;
mod writer;

pub use accounts::{AccountDesk, BegunVouching, Known, Way};
pub use engine::{Engine, MediumFile};
pub use host::Host;
pub use jobs::CancelFlag;
pub use keyring::Keyring;
pub use moving::{
    MovedTable, absolute_place, is_in_database, move_project, name_of_place, project_exists,
    remove_empty_project, shown_place,
};
pub use project_file::ProjectFile;
pub use seat::Caller;
pub use tiebreak_store::Vouching;
