//! The rubric editor: the text of a rubric file at the left, what it asks at the right.
//!
//! The text is read by the engine a moment after each change; a fault is marked at its line with what is wrong
//! and how to mend it, and the picture keeps to the last text that could be read. A template is edited on the
//! way to a new project ([`crate::new_project`]); the rubric of an open project by [`RubricDialog`]. Either can be
//! saved as a file, and a file opened in its place.

mod dialog;
mod fault_line;
mod file_bar;
mod text_pane;
mod toml_colors;

#[cfg(test)]
mod tests;

use std::time::Duration;

use egui::{Key, Rect, Stroke, Ui, UiBuilder, pos2, vec2};
use tiebreak_domain::{ApiError, Reply, Request, Template};

pub use self::dialog::RubricDialog;
use self::fault_line::FaultLine;
use self::file_bar::{Doing, FileBar, FileWish};
use crate::app::tickets;
use crate::app::{Action, Scene};
use crate::command::Chord;
use crate::form;
use crate::host::Pick;
use crate::new_project::about;
use crate::theme::font::Face;
use crate::theme::{self, HAIRLINE, space, text};
use crate::widget::{Ink, text_ui};

/// How long nothing is typed before the text is read, in milliseconds.
pub const DEBOUNCE_MS: u64 = 250;
/// Width from which the preview stands beside the text.
const BESIDE: f32 = 820.0;

/// What the interface asks the engine about rubrics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// The templates for the gallery.
    Templates,
    /// A template's text.
    Text(u64),
    /// Whether a text can be read; the number is the text's.
    Read(u64),
    /// A file's text; the number is that of the request.
    Open(u64),
    /// A text was written to a file; likewise.
    Save(u64),
    /// Asking this from now on.
    Set,
}

/// A request about rubrics, on its way to the engine.
pub fn send(purpose: Purpose, request: Request) -> Action {
    Action::Send(tickets::Purpose::Rubric(purpose), request)
}

/// Height of an editor in this window.
pub fn height(ctx: &egui::Context) -> f32 {
    (ctx.content_rect().height() - 220.0).clamp(160.0, 860.0)
}

/// A rubric being written.
#[derive(Debug)]
pub struct RubricEditor {
    text: String,
    /// The text as it was before anybody changed it.
    original: String,
    /// What the text said when it could last be read.
    template: Template,
    reading: Reading,
    /// Number of the latest request; answers to older ones are passed over.
    number: u64,
    error: Option<ApiError>,
    is_wanted: bool,
    is_warned: bool,
    is_text_focused: bool,
    wants_focus: bool,
    goes_to_line: Option<usize>,
    file: FileBar,
    /// Number of the latest request about a file.
    file_number: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reading {
    /// The text itself is not there yet, nor asked for.
    NoText,
    /// The text was asked for.
    WaitsForText,
    /// It was changed then.
    Changed {
        /// When; none if it is to be read at once.
        at_ms: Option<u64>,
    },
    /// It is being read.
    Waits,
    /// It says what `template` holds.
    Sound,
    /// It cannot be read, or the engine refused it: `error` says why.
    Faulty,
}

impl RubricEditor {
    /// An editor for a template; files are suggested in `folder`.
    pub fn new(template: Template, folder: &str) -> Self {
        let folder = match folder.trim_end_matches(['/', '\\']) {
            "" => String::new(),
            _ if folder.ends_with(['/', '\\']) => folder.to_owned(),
            bare => format!("{bare}/"),
        };
        Self {
            text: String::new(),
            original: String::new(),
            template,
            reading: Reading::NoText,
            number: 0,
            error: None,
            is_wanted: false,
            is_warned: false,
            is_text_focused: false,
            wants_focus: true,
            goes_to_line: None,
            file: FileBar::new(folder),
            file_number: 0,
        }
    }

    /// A key that is about the file; says whether it meant anything.
    pub fn file_key(&mut self, chord: Chord) -> bool {
        let doing = match chord.key {
            Key::O => Doing::Open,
            Key::S => Doing::Save,
            _ => return false,
        };
        let is_meant = chord.control && !chord.alt && !chord.shift;
        if is_meant {
            self.file.unfold(doing, about::name(&self.template));
        }
        is_meant
    }

    /// A file was picked in a dialog of the system.
    pub fn picked(&mut self, pick: Pick, path: String) {
        if matches!(pick, Pick::OpenRubric | Pick::SaveRubric) {
            self.file.picked(path);
        }
    }

    /// The text as it stands.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What is wrong with the text, if it was read and anything is.
    pub fn error(&self) -> Option<&ApiError> {
        self.error.as_ref()
    }

    /// Whether it is worth a try to use it.
    pub fn can_be_wanted(&self) -> bool {
        !matches!(self.reading, Reading::NoText | Reading::WaitsForText | Reading::Faulty)
    }

    /// Whether the text is another than it was.
    pub fn is_changed(&self) -> bool {
        self.text != self.original
    }

    /// Whether Escape was pressed once over changes.
    pub fn is_warned(&self) -> bool {
        self.is_warned
    }

    /// The rubric is to be used as soon as its text was read.
    pub fn want(&mut self) {
        if self.can_be_wanted() {
            self.is_wanted = true;
            if let Reading::Changed { at_ms } = &mut self.reading {
                *at_ms = None;
            }
        }
    }

    /// The rubric, once it was wanted and its text could be read.
    pub fn take_wanted(&mut self) -> Option<Template> {
        let is_ready = self.is_wanted && self.reading == Reading::Sound;
        if is_ready || self.reading == Reading::Faulty {
            self.is_wanted = false;
        }
        is_ready.then(|| self.template.clone())
    }

    /// Escape was pressed: first it leaves the text, then it warns of changes, then it closes.
    pub fn may_close(&mut self) -> bool {
        !self.file.fold() && !std::mem::take(&mut self.is_text_focused) && self.may_leave()
    }

    /// Whether there is nothing to lose, or this was said already.
    pub fn may_leave(&mut self) -> bool {
        let is_changed = self.is_changed();
        let closes = !is_changed || self.is_warned;
        self.is_warned = is_changed;
        closes
    }

    /// The engine refused the rubric, although its text could be read.
    pub fn refused(&mut self, error: ApiError) {
        self.error = Some(error);
        self.reading = Reading::Faulty;
    }

    /// The engine answered.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) {
        match (purpose, result) {
            (Purpose::Text(number) | Purpose::Read(number), _) if number != self.number => {}
            (Purpose::Text(_), Ok(Reply::Text(text))) => {
                self.original.clone_from(&text);
                self.text = text;
                self.reading = Reading::Changed { at_ms: None };
            }
            (Purpose::Read(_), Ok(Reply::Template(template))) => {
                // The text does not say the file's name.
                let id = std::mem::take(&mut self.template.id);
                self.template = Template { id, ..*template };
                self.error = None;
                self.reading = Reading::Sound;
            }
            (Purpose::Text(_) | Purpose::Read(_), Err(error)) => self.refused(error),
            (Purpose::Open(number) | Purpose::Save(number), _) if number != self.file_number => {}
            (Purpose::Open(_), Ok(Reply::Text(text))) => {
                self.text = text;
                self.template.id.clear();
                self.reading = Reading::Changed { at_ms: None };
                self.file.done(Doing::Open);
            }
            (Purpose::Save(_), Ok(_)) => self.file.done(Doing::Save),
            (Purpose::Open(_) | Purpose::Save(_), Err(error)) => self.file.refused(error),
            _ => {}
        }
    }

    /// Paints it, and asks the engine what is to be asked.
    pub fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, height: f32, wanted: &mut Vec<Action>) {
        let top = ui.cursor().top();
        let wish = self.file.ui(ui, scene, about::name(&self.template), wanted);
        if let Some(wish) = wish {
            self.ask_about_file(wish, scene.now.monotonic_ms, wanted);
        }
        ui.add_space(space::SMALL);
        let height = (height - (ui.cursor().top() - top)).max(120.0);
        let width = ui.available_width();
        let top_left = ui.cursor().min;
        let is_beside = width >= BESIDE;
        let text_width = if is_beside { (width * 0.56).floor() } else { width };
        let text_height = if is_beside { height } else { (height * 0.6).floor() };
        let text_rect = Rect::from_min_size(top_left, vec2(text_width, text_height));
        let is_changed = ui
            .scope_builder(UiBuilder::new().max_rect(text_rect).id_salt("rubric text"), |ui| {
                self.text_ui(ui, text_height)
            })
            .inner;
        if is_changed {
            self.reading = Reading::Changed { at_ms: Some(scene.now.monotonic_ms) };
            self.is_warned = false;
            self.file.forget_done();
        }
        let preview = if is_beside {
            let left = top_left.x + text_width + space::LARGE;
            Rect::from_min_max(pos2(left, top_left.y), top_left + vec2(width, height))
        } else {
            let top = top_left.y + text_height + space::SMALL;
            Rect::from_min_max(pos2(top_left.x, top), top_left + vec2(width, height))
        };
        if is_beside {
            let line = Stroke::new(HAIRLINE, theme::palette(ui).line);
            ui.painter().vline(preview.left() - space::SMALL, preview.y_range(), line);
        }
        ui.scope_builder(UiBuilder::new().max_rect(preview).id_salt("rubric preview"), |ui| {
            form::column_ui(ui, "preview", preview.height(), |ui| {
                about::picture_ui(ui, &self.template);
                about::facts_ui(ui, &self.template);
                about::questions_ui(ui, &self.template);
            });
        });
        self.ask(ui, scene.now.monotonic_ms, wanted);
    }

    fn ask_about_file(&mut self, wish: FileWish, now_ms: u64, wanted: &mut Vec<Action>) {
        self.file_number = (self.file_number + 1).max(now_ms);
        let FileWish { doing, path, replaces } = wish;
        wanted.push(match doing {
            Doing::Open => send(Purpose::Open(self.file_number), Request::OpenRubric { path }),
            Doing::Save => {
                let request = Request::SaveRubric { path, text: self.text.clone(), replace: replaces };
                send(Purpose::Save(self.file_number), request)
            }
        });
    }

    /// Sends what is due.
    fn ask(&mut self, ui: &Ui, now_ms: u64, wanted: &mut Vec<Action>) {
        let request = match self.reading {
            Reading::NoText => {
                self.reading = Reading::WaitsForText;
                Request::WriteRubric(Box::new(self.template.clone()))
            }
            Reading::Changed { at_ms } => {
                let due_ms = at_ms.map_or(now_ms, |at_ms| at_ms + DEBOUNCE_MS);
                if due_ms > now_ms {
                    ui.ctx().request_repaint_after(Duration::from_millis(due_ms - now_ms));
                    return;
                }
                self.reading = Reading::Waits;
                Request::ReadRubric { text: self.text.clone() }
            }
            _ => return,
        };
        // Never a number that an earlier editor used: its answers may still be under way.
        self.number = (self.number + 1).max(now_ms);
        let purpose = match request {
            Request::WriteRubric(_) => Purpose::Text(self.number),
            _ => Purpose::Read(self.number),
        };
        wanted.push(send(purpose, request));
    }

    /// The fault and its line, as long as the text is the one it was found in.
    fn fault(&self) -> Option<FaultLine<'_>> {
        let error = self.error.as_ref()?;
        Some(FaultLine::of(&error.message))
    }

    /// One line on how the text stands.
    fn state_ui(&self, ui: &mut Ui) {
        let (words, ink) = match self.reading {
            Reading::NoText | Reading::WaitsForText => ("Writing the text…", Ink::Third),
            Reading::Changed { .. } | Reading::Waits => ("Reading…", Ink::Third),
            Reading::Sound => ("✓ This can be asked", Ink::Saved),
            Reading::Faulty => ("This cannot be asked yet", Ink::Loss),
        };
        text_ui(ui, words, ink, Face::Medium, text::SMALL);
    }
}
