//! The program `tiebreak`: a window for judging pairs, and a command line for everything around it.
//!
//! `cli` reads the arguments and runs a command through the engine's door; `window` opens the interface;
//! `machine` says where this machine keeps settings and data, what time it is, and who sits here; `sound` is where
//! the sound of videos goes.

pub mod backend;
pub mod cli;
pub mod sound;
pub mod window;

pub use tiebreak_machine as machine;
