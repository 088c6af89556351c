//! The browser as the machine that the interface runs on: time, chance, file dialogs, sound.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::rc::Rc;

use egui::Context;
use tiebreak_domain::UnixMillis;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;

use super::page;
use super::speaker::Speaker;
use crate::host::{Host, Now, Pick, SoundOut};

type Picked = Rc<RefCell<VecDeque<(Pick, String)>>>;

/// The machine.
pub struct Machine {
    ctx: Context,
    picked: Picked,
    problems: Rc<RefCell<VecDeque<String>>>,
    speaker: Option<Speaker>,
}

impl Machine {
    /// The machine that this page is shown on.
    pub fn start(ctx: Context) -> Self {
        let picked = Picked::default();
        let (opened, wakes) = (Rc::clone(&picked), ctx.clone());
        let on_opened = Closure::<dyn FnMut(String)>::new(move |path: String| {
            opened.borrow_mut().push_back((Pick::OpenProject, path));
            wakes.request_repaint();
        });
        page::on_opened(&on_opened);
        // It is called as long as the page lives.
        on_opened.forget();
        Self { ctx, picked, problems: Rc::default(), speaker: None }
    }
}

/// Milliseconds since the page was begun.
pub fn monotonic_ms() -> u64 {
    let performance = web_sys::window().and_then(|window| window.performance());
    performance.map_or(0.0, |performance| performance.now()) as u64
}

impl Host for Machine {
    fn now(&self) -> Now {
        Now {
            unix: UnixMillis(js_sys::Date::now() as i64),
            monotonic_ms: monotonic_ms(),
            // JavaScript says how far UTC is ahead of here.
            utc_offset_minutes: -(js_sys::Date::new_0().get_timezone_offset() as i32),
        }
    }

    fn random(&mut self) -> u128 {
        let mut bytes = [0; 16];
        let crypto = web_sys::window().and_then(|window| window.crypto().ok());
        let filled = crypto.map(|crypto| crypto.get_random_values_with_u8_array(&mut bytes));
        assert!(matches!(filled, Some(Ok(_))), "every browser with WebGL has random numbers");
        u128::from_le_bytes(bytes)
    }

    fn has_dialogs(&self) -> bool {
        true
    }

    fn open_dialog(&mut self, pick: Pick, suggested: &str) {
        let kind = match pick {
            Pick::OpenProject => "open_project",
            Pick::NewProject => "new_project",
            Pick::ImportFile => "import_file",
            Pick::MediaFolder => "media_folder",
            Pick::ExportFile => "export_file",
            Pick::ImportReport => "import_report",
            Pick::ModelFolder => "model_folder",
            Pick::ReportFile => "report_file",
            Pick::OpenRubric => "open_rubric",
            Pick::SaveRubric => "save_rubric",
        };
        let (picked, ctx, suggested) = (Rc::clone(&self.picked), self.ctx.clone(), suggested.to_owned());
        let problems = Rc::clone(&self.problems);
        wasm_bindgen_futures::spawn_local(async move {
            match page::pick(kind, &suggested).await {
                Ok(path) => {
                    if let Some(path) = path.as_string() {
                        picked.borrow_mut().push_back((pick, path));
                        ctx.request_repaint();
                    }
                }
                Err(error) => {
                    let words = error.dyn_ref::<js_sys::Error>().map(|error| String::from(error.message()));
                    let words = words.or_else(|| error.as_string()).unwrap_or_else(|| format!("{error:?}"));
                    problems.borrow_mut().push_back(words);
                    ctx.request_repaint();
                }
            }
        });
    }

    fn picked(&mut self) -> Option<(Pick, String)> {
        self.picked.borrow_mut().pop_front()
    }

    fn problem(&mut self) -> Option<String> {
        self.problems.borrow_mut().pop_front()
    }

    fn documents_folder(&self) -> String {
        page::documents_folder()
    }

    fn knows_files(&self) -> bool {
        page::knows_files()
    }

    fn title(&mut self, title: &str) {
        if let Some(document) = web_sys::window().and_then(|window| window.document()) {
            document.set_title(title);
        }
    }

    fn sound(&mut self) -> Option<&mut dyn SoundOut> {
        let speaker = self.speaker.get_or_insert_with(Speaker::start);
        Some(speaker)
    }
}
