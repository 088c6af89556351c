//! The native window: eframe holds it, [`App`] is what is in it. The only file that knows eframe.

use egui::{ViewportBuilder, vec2};

use crate::app::{App, Start};
use crate::backend::Backend;
use crate::host::Host;
use crate::theme;

/// Why no window came up.
#[derive(Debug)]
pub struct NoWindow(String);

impl std::fmt::Display for NoWindow {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "no window could be opened: {}", self.0)
    }
}

impl std::error::Error for NoWindow {}

/// Wakes the interface; may be called from any thread.
pub type Wake = std::sync::Arc<dyn Fn() + Send + Sync>;

/// Opens the window and returns when it is closed.
///
/// `connect` is called once the window is there, with what wakes it, and gives the way to the engine.
pub fn open(
    start: Start,
    connect: impl FnOnce(Wake) -> (Box<dyn Backend>, Box<dyn Host>) + 'static,
) -> Result<(), NoWindow> {
    let viewport = ViewportBuilder::default()
        .with_title("Tiebreak")
        .with_app_id("tiebreak")
        .with_inner_size(vec2(1280.0, 860.0))
        .with_min_inner_size(vec2(900.0, 600.0))
        .with_icon(icon())
        .with_drag_and_drop(true);
    let options = eframe::NativeOptions { viewport, ..eframe::NativeOptions::default() };
    let create = Box::new(move |creation: &eframe::CreationContext<'_>| {
        theme::install(&creation.egui_ctx);
        let ctx = creation.egui_ctx.clone();
        let (backend, host) = connect(std::sync::Arc::new(move || ctx.request_repaint()));
        Ok(Box::new(Frame(App::new(backend, host, start))) as Box<dyn eframe::App>)
    });
    eframe::run_native("Tiebreak", options, create).map_err(|error| NoWindow(error.to_string()))
}

struct Frame(App);

impl eframe::App for Frame {
    fn logic(&mut self, ctx: &egui::Context, _frame: &mut eframe::Frame) {
        self.0.logic(ctx);
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut eframe::Frame) {
        self.0.ui(ui);
    }
}

/// Two cards, one of them chosen: 64 × 64 pixels.
fn icon() -> egui::IconData {
    const SIDE: usize = 64;
    let mut rgba = vec![0; SIDE * SIDE * 4];
    for (index, pixel) in rgba.chunks_exact_mut(4).enumerate() {
        let (x, y) = (index % SIDE, index / SIDE);
        let is_card = |left: usize| (left..left + 26).contains(&x) && (12..52).contains(&y);
        let accent = theme::LIGHT.accent;
        let second = theme::LIGHT.ink_second;
        let color = if is_card(4) { Some(accent) } else { is_card(34).then_some(second) };
        if let Some(color) = color {
            pixel.copy_from_slice(&color.to_array());
        }
    }
    egui::IconData { rgba, width: SIDE as u32, height: SIDE as u32 }
}
