//! The interface in a page: eframe holds the canvas, [`App`] is what is in it. Besides `window.rs` the only file
//! that knows eframe.
//!
//! The page's own script (`web/page.js`) says through [`page`] where the engine is and what the surroundings can do;
//! a browser and the desktop bundle differ there and nowhere else.

mod closing;
mod decode;
mod fonts;
mod machine;
mod page;
mod speaker;
mod wire;

use tiebreak_domain::ItemId;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use web_sys::HtmlCanvasElement;

use self::closing::Closing;
use self::fonts::LentFonts;
use self::machine::Machine;
use self::wire::BrowserWire;
use crate::app::{App, Start};
use crate::backend::Network;
use crate::backend::http::Http;
use crate::theme;

/// Starts the interface in the page's canvas.
pub fn start() {
    wasm_bindgen_futures::spawn_local(async {
        let create = Box::new(|creation: &eframe::CreationContext<'_>| {
            theme::install(&creation.egui_ctx);
            let wire = BrowserWire::start(creation.egui_ctx.clone());
            let backend = Box::new(Http::new(wire, page::keeps_settings()));
            let host = Box::new(Machine::start(creation.egui_ctx.clone()));
            let path = page::opened_file();
            let joins = path.is_none();
            let start = Start { path, app_version: env!("CARGO_PKG_VERSION").to_owned() };
            let mut app = App::new(backend, host, start);
            if joins {
                app.join();
            }
            crate::pixel_form::set_coarse_movement(
                &creation.egui_ctx,
                page::picture_form() == crate::pixel_form::MIXED,
            );
            Ok(Box::new(Frame {
                app,
                shown: None,
                network: Network::default(),
                fonts: LentFonts::default(),
                is_started: false,
                closing: Closing::start(&creation.egui_ctx),
            }) as Box<dyn eframe::App>)
        });
        let outcome = match canvas() {
            Some(canvas) => {
                eframe::WebRunner::new().start(canvas, eframe::WebOptions::default(), create).await
            }
            None => Err(JsValue::from_str("the page has no canvas")),
        };
        if let Err(error) = outcome {
            page::failed(&error.as_string().unwrap_or_else(|| format!("{error:?}")));
        }
    });
}

fn canvas() -> Option<HtmlCanvasElement> {
    web_sys::window()?.document()?.get_element_by_id("canvas")?.dyn_into().ok()
}

/// The app, and what the page is told of it.
struct Frame {
    app: App,
    shown: Option<ItemId>,
    network: Network,
    fonts: LentFonts,
    is_started: bool,
    closing: Closing,
}

impl eframe::App for Frame {
    fn raw_input_hook(&mut self, _ctx: &egui::Context, input: &mut egui::RawInput) {
        self.closing.tell(input);
    }

    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        if self.fonts.tick(ctx) {
            self.app.fonts_changed();
        }
        self.app.logic(ctx);
        self.closing.tick(&self.app);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.app.ui(ui);
        if !self.is_started {
            self.is_started = true;
            page::started();
        }
        let desk = self.app.desk();
        let shown = desk.and_then(|desk| desk.session.current.as_ref()).map(|shown| shown.queued.item.id);
        if shown != self.shown {
            self.shown = shown;
            page::shows(&shown.map(|item| item.to_string()).unwrap_or_default());
        }
        let mut network = self.app.network().clone();
        network.waiting_judgments =
            desk.map_or(0, |desk| desk.session.saving.items().count()).max(network.waiting_judgments);
        if network != self.network {
            page::waits(network.waiting_judgments as u32, network.is_away, network.cannot_keep);
            self.network = network;
        }
    }
}
