//! The whole interface of Tiebreak: one code base, native and wasm.
//!
//! Screens read state and send [`command::Command`]s; only [`app::App`] changes anything, and it reaches the
//! engine only through a [`backend::Backend`]. Nothing here waits for a disk, a network, a decoder or a
//! model: a request is sent, what is known is drawn, and the reply is shown when it arrives.
//!
//! Start at [`app`] for the frame, at [`judge`] for the screen where the work is done, and at [`theme`] for
//! every colour and size.

pub mod app;
pub mod backend;
pub mod command;
pub mod compare;
pub mod compare_text;
pub mod desk;
pub mod document;
pub mod export_dialog;
mod form;
pub mod host;
pub mod images;
pub mod import_wizard;
pub mod items;
pub mod judge;
pub mod merge;
pub mod models;
pub mod new_project;
pub mod people;
pub mod pixel_form;
pub mod player;
pub mod rubric_editor;
pub mod second_look;
pub mod stage;
pub mod start;
pub mod theme;
#[cfg(target_arch = "wasm32")]
pub mod web;
pub mod widget;
#[cfg(not(target_arch = "wasm32"))]
pub mod window;
