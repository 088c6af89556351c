//! The interface as a module for browsers: what a page calls. Everything is in `tiebreak_ui::web`; elsewhere than
//! in a browser this crate is empty.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen::prelude::wasm_bindgen;

/// Starts the interface in the page's canvas; called once the module is loaded.
#[wasm_bindgen(start)]
pub fn start() {
    tiebreak_ui::web::start();
}
