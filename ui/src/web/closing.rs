//! Closing the window around the page, where it is the desktop bundle's: what was begun is put away first.

use std::cell::Cell;
use std::rc::Rc;

use egui::{Context, RawInput, ViewportEvent};
use wasm_bindgen::closure::Closure;

use super::page;
use crate::app::App;

/// Whether the window is to be closed, and how far that is.
pub struct Closing {
    is_asked: Rc<Cell<bool>>,
    is_under_way: bool,
}

impl Closing {
    /// Listens for it.
    pub fn start(ctx: &Context) -> Self {
        let is_asked = Rc::new(Cell::new(false));
        let (asked, wakes) = (Rc::clone(&is_asked), ctx.clone());
        let closing = Closure::<dyn FnMut()>::new(move || {
            asked.set(true);
            wakes.request_repaint();
        });
        page::on_closing(&closing);
        // It is called as long as the page lives.
        closing.forget();
        Self { is_asked, is_under_way: false }
    }

    /// Tells the interface, as a native window would.
    pub fn tell(&mut self, input: &mut RawInput) {
        if self.is_asked.take() {
            self.is_under_way = true;
            input.viewports.entry(input.viewport_id).or_default().events.push(ViewportEvent::Close);
        }
    }

    /// Closes the window as soon as nothing is lost by it; while judgments live in it alone, whoever sits here is
    /// asked.
    pub fn tick(&mut self, app: &App) {
        if !self.is_under_way && !app.is_quitting() {
            return;
        }
        if app.may_close() {
            self.is_under_way = false;
            page::close();
        } else if app.has_refused_judgments() {
            self.is_under_way = false;
            page::stays_open();
        }
    }
}
