//! The app: what is open, and the frame.
//!
//! A frame is two halves. [`App::logic`] receives what the engine sent, turns keys into commands and carries
//! out everything that was asked for; [`App::ui`] only paints, and whatever a button asks for is put on the
//! list of [`Action`]s for the next `logic`. Keys are carried out before painting, so that the item after a
//! submitted one is on the screen in the very frame of the key press.

pub mod action;
mod carry_out;
pub mod dialog;
mod keys;
mod models;
pub mod notice;
mod project;
mod receive;
pub mod tickets;
mod use_as;

use std::collections::VecDeque;

use egui::Context;
use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::{ApiError, ErrorCode, Request, Settings};

pub use self::action::{Action, AfterOpening};
use self::dialog::Dialog;
use self::notice::Notices;
use self::tickets::{Purpose, Tickets};
use crate::backend::{Backend, Network};
use crate::command::Keymap;
use crate::desk::Desk;
use crate::host::Host;
use crate::models::ModelWork;
use crate::theme;

/// The whole interface.
pub struct App {
    backend: Box<dyn Backend>,
    host: Box<dyn Host>,
    tickets: Tickets,
    actions: VecDeque<Action>,
    /// What came in the last frame after a key that opened a field, for that field.
    held_events: Vec<egui::Event>,
    /// The text field that had the keys at the end of the latest frame.
    field: Option<egui::Id>,
    settings: Settings,
    is_settings_loaded: bool,
    keymap: Keymap,
    desk: Option<Box<Desk>>,
    /// The desk of the project that is open until another is; nobody judges at it meanwhile.
    left: Option<Box<Desk>>,
    dialog: Option<Dialog>,
    notices: Notices,
    models: ModelWork,
    network: Network,
    is_opening: Option<String>,
    search_index: Option<SearchIndex>,
    app_version: String,
    session: u64,
    shown_title: String,
    is_quitting: bool,
}

/// What the app is told at its start.
#[derive(Clone, Debug, Default)]
pub struct Start {
    /// A project or a data file to open.
    pub path: Option<String>,
    /// The program's version.
    pub app_version: String,
}

impl App {
    /// An app that loads its settings first, and then opens what it was told to.
    pub fn new(backend: Box<dyn Backend>, mut host: Box<dyn Host>, start: Start) -> Self {
        let session = host.random() as u64;
        let settings = Settings::default();
        let mut app = Self {
            backend,
            host,
            tickets: Tickets::default(),
            actions: VecDeque::new(),
            held_events: Vec::new(),
            field: None,
            keymap: Keymap::new(&settings.keys),
            settings,
            is_settings_loaded: false,
            desk: None,
            left: None,
            dialog: None,
            notices: Notices::default(),
            models: ModelWork::default(),
            network: Network::default(),
            is_opening: None,
            search_index: None,
            app_version: start.app_version,
            session,
            shown_title: String::new(),
            is_quitting: false,
        };
        app.send(Purpose::Settings, Request::LoadSettings);
        if let Some(path) = start.path {
            app.actions.push_back(Action::OpenAny(path));
        }
        app
    }

    /// Goes on in the project that the engine has open, as where several share one.
    pub fn join(&mut self) {
        self.is_opening = Some("the project".to_owned());
        self.send(Purpose::Open(AfterOpening::default()), Request::Project);
    }

    /// The half of the frame that changes things.
    pub fn logic(&mut self, ctx: &Context) {
        self.receive_all(ctx);
        self.hold_the_window(ctx);
        self.take_dropped_files(ctx);
        while let Some((pick, path)) = self.host.picked() {
            self.actions.push_back(Action::Picked(pick, path));
        }
        while let Some(problem) = self.host.problem() {
            self.notices.error(&ApiError::new(ErrorCode::System, problem));
        }
        self.take_keys(ctx);
        self.carry_out_all(ctx);
        self.tick(ctx);
        self.title(ctx);
    }

    /// The half of the frame that paints.
    pub fn ui(&mut self, ui: &mut egui::Ui) {
        let mut wanted = Vec::new();
        let scene = Scene {
            settings: &self.settings,
            keymap: &self.keymap,
            notices: &self.notices,
            models: &self.models,
            network: &self.network,
            has_dialogs: self.host.has_dialogs(),
            knows_files: self.host.knows_files(),
            is_opening: self.is_opening.as_deref(),
            now: self.host.now(),
        };
        match &mut self.desk {
            Some(desk) => desk.ui(ui, &scene, &mut wanted),
            None if scene.knows_files => crate::start::start_ui(ui, &scene, &mut wanted),
            None => crate::start::elsewhere_ui(ui, &scene),
        }
        if let Some(dialog) = &mut self.dialog {
            dialog.ui(ui, &scene, self.desk.as_deref_mut(), &mut wanted);
        }
        if let Some(desk) = &self.desk {
            crate::start::drop_overlay_ui(ui, Some(&desk.info.name));
        }
        notice::notices_ui(ui, &scene, &mut wanted);
        if !wanted.is_empty() {
            ui.ctx().request_repaint();
            self.actions.extend(wanted);
        }
        if let Some(desk) = &mut self.desk {
            desk.prepare_ahead(ui, &self.settings);
        }
        self.note_field(ui.ctx());
    }

    /// Puts an action on the list, as a button does.
    pub fn want(&mut self, action: Action) {
        self.actions.push_back(action);
    }

    /// What is open, for tests and the host.
    pub fn desk(&self) -> Option<&Desk> {
        self.desk.as_deref()
    }

    /// Other fonts are there: what was laid out is laid out again.
    pub fn fonts_changed(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.documents = crate::document::DocumentCache::default();
        }
    }

    /// How the network to the engine stands, for the host.
    pub fn network(&self) -> &Network {
        &self.network
    }

    /// Whether judgments could not be stored and live in this window only.
    pub fn has_refused_judgments(&self) -> bool {
        self.desk.as_ref().is_some_and(|desk| desk.has_refused_judgments())
    }

    /// Whether a window that is to be closed may go: what was given and begun is stored, or whoever sits here let it
    /// go.
    pub fn may_close(&self) -> bool {
        self.is_quitting || !(self.has_refused_judgments() || self.tickets.has_judging())
    }

    /// Whether whoever sits here was asked about the judgments that live in this window only, and lets them go.
    pub fn is_quitting(&self) -> bool {
        self.is_quitting
    }

    /// Keeps the window open while judgments live in it only. Those on their way are stored as it closes.
    fn hold_the_window(&mut self, ctx: &Context) {
        let is_asked = ctx.input(|input| input.viewport().close_requested());
        if is_asked && !self.is_quitting && self.has_refused_judgments() {
            ctx.send_viewport_cmd(egui::ViewportCommand::CancelClose);
            self.actions.push_back(Action::Quit);
        }
    }

    fn send(&mut self, purpose: Purpose, request: Request) {
        if matches!(purpose, Purpose::Open(_)) {
            self.search_index = None;
        }
        let ticket = self.tickets.issue(purpose);
        self.backend.send(ticket, request);
    }

    fn tick(&mut self, ctx: &Context) {
        let now = self.host.now();
        self.notices.tick(now.monotonic_ms, ctx);
        let is_busy = self.dialog.is_some() || ctx.text_edit_focused() || self.opens_field();
        if let Some(desk) = &mut self.desk {
            if is_busy {
                // Nothing submits itself behind a dialog, or while something is said of it.
                desk.session.submits_at_ms = None;
            }
            let moment = Desk::moment(ctx, now, self.host.random());
            if desk.player.wants_sound() {
                desk.player.tick_sound(self.host.sound(), now.monotonic_ms);
            }
            desk.tick(&moment, ctx);
            if let Some(problem) = desk.player.take_sound_problem() {
                self.notices.info(problem);
            }
        }
        self.flush_desk();
    }

    /// Sends what was begun at the desk, before the project or whoever sits there is another.
    fn settle_desk(&mut self) {
        if let Some(desk) = &mut self.desk {
            desk.keep_drafts_now();
        }
        self.flush_desk();
    }

    /// Opens another project. What is judged until it is open would come after it, so that the desk is put away.
    fn open(&mut self, what: String, then: AfterOpening, request: Request) {
        self.settle_desk();
        self.left = self.desk.take().or(self.left.take());
        self.is_opening = Some(what);
        self.send(Purpose::Open(then), request);
    }

    /// Sends what the desk wants sent.
    fn flush_desk(&mut self) {
        let Some(desk) = &mut self.desk else { return };
        let requests = desk.take_requests();
        for (purpose, request) in requests {
            self.send(purpose, request);
        }
    }

    fn title(&mut self, ctx: &Context) {
        let title =
            self.desk.as_ref().map_or("Tiebreak".to_owned(), |desk| format!("{} – Tiebreak", desk.info.name));
        if title != self.shown_title {
            ctx.send_viewport_cmd(egui::ViewportCommand::Title(title.clone()));
            self.host.title(&title);
            self.shown_title = title;
        }
    }

    fn take_dropped_files(&mut self, ctx: &Context) {
        let dropped: Vec<String> = ctx.input(|input| {
            input.raw.dropped_files.iter().map(|file| file.path().display().to_string()).collect()
        });
        let Some(path) = dropped.into_iter().next() else { return };
        if self.dialog.as_ref().is_some_and(Dialog::holds_changes) {
            self.notices.info("Save or close what is open here first, and drop the file again");
        } else {
            self.actions.push_back(Action::OpenAny(path));
        }
    }

    fn apply_settings(&mut self, ctx: &Context) {
        self.keymap = Keymap::new(&self.settings.keys);
        theme::set_choice(ctx, self.settings.theme);
        if let Some(desk) = &mut self.desk {
            desk.session.setup.idle_after_ms = u64::from(self.settings.idle_after_s) * 1000;
        }
    }
}

/// What every screen may read while it paints.
pub struct Scene<'a> {
    /// The settings of this machine.
    pub settings: &'a Settings,
    /// The keys.
    pub keymap: &'a Keymap,
    /// What there is to tell.
    pub notices: &'a Notices,
    /// What models are at.
    pub models: &'a ModelWork,
    /// How the network to the engine stands, where there is one.
    pub network: &'a Network,
    /// Whether the system has file dialogs.
    pub has_dialogs: bool,
    /// Whether paths of the engine's machine mean something to whoever sits here.
    pub knows_files: bool,
    /// The project being opened, if one is.
    pub is_opening: Option<&'a str>,
    /// The time.
    pub now: crate::host::Now,
}

#[cfg(test)]
mod tests;
