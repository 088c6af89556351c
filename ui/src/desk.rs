//! The desk: an open project, with the judging session, the items browser, the images and the long work
//! that belong to it.

use egui::Context;
use tiebreak_domain::answer::Mark;
use tiebreak_domain::door::{ImageRequest, Picture};
use tiebreak_domain::export::{ExportProgress, ExportReport};
use tiebreak_domain::import::{ImportProgress, ImportReport};
use tiebreak_domain::media::MediumRequest;
use tiebreak_domain::person::People;
use tiebreak_domain::project::Progress;
use tiebreak_domain::rubric::Slot;
use tiebreak_domain::{
    AnswerValue, ApiError, ItemId, JobId, Note, Origin, ProjectInfo, Request, Settings, StoredItem,
};

use crate::app::tickets::Purpose;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::compare_text::has_texts;
use crate::document::{DocumentCache, lent_fonts};
use crate::host::Now;
use crate::images::Images;
use crate::items::ItemsBrowser;
use crate::judge::question::Change;
use crate::judge::screen::JudgeScreen;
use crate::judge::session::{Moment, Setup};
use crate::judge::{Outbox, Session};
use crate::merge::MergeJob;
use crate::people;
use crate::player::Player;
use crate::second_look::{Seats, SecondLookDesk, session_number};

/// What of the project is in front.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// The judge screen.
    #[default]
    Judge,
    /// The items browser.
    Items,
    /// The second look: the judge screen beside a list, in a session of its own.
    SecondLook,
}

impl View {
    /// Whether an item is judged on it.
    pub fn judges(self) -> bool {
        matches!(self, Self::Judge | Self::SecondLook)
    }
}

/// Long work and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Job<P, R> {
    /// It was asked for, and its number is not known yet.
    Starting,
    /// It goes on.
    Running(JobId, P),
    /// It ended.
    Ended(JobId, Result<Box<R>, ApiError>),
}

impl<P: Default, R> Job<P, R> {
    /// The engine took the work on, or refused it. A short job's progress or end may have come before this.
    pub fn started(slot: &mut Option<Self>, result: Result<JobId, ApiError>) {
        if matches!(slot, None | Some(Self::Starting)) || result.is_err() {
            *slot = Some(match result {
                Ok(job) => Self::Running(job, P::default()),
                Err(error) => Self::Ended(JobId(0), Err(error)),
            });
        }
    }
}

/// An open project.
pub struct Desk {
    /// The project as the engine last described it.
    pub info: ProjectInfo,
    /// Which session this is: replies for an older one are passed over.
    pub session_number: u64,
    /// The judging session.
    pub session: Session,
    /// Everyone, as far as whoever sits here may know; none until it was told.
    pub people: Option<People>,
    /// What is in front.
    pub view: View,
    /// The items browser.
    pub items: ItemsBrowser,
    /// What the judge screen remembers between frames.
    pub judge_screen: JudgeScreen,
    /// The latest import.
    pub import: Option<Job<ImportProgress, ImportReport>>,
    /// The second look.
    pub second_look: SecondLookDesk,
    /// The session that waits while the other is in front.
    pub seats: Seats,
    /// The latest merge.
    pub merge: Option<MergeJob>,
    /// The latest export.
    pub export: Option<Job<ExportProgress, ExportReport>>,
    /// Decoded images.
    pub images: Images,
    /// What plays.
    pub player: Player,
    /// Laid-out texts.
    pub documents: DocumentCache,
    /// What the session wants sent.
    pub outbox: Outbox,
    requests: Vec<(Purpose, Request)>,
}

impl Desk {
    /// A desk for a project that was just opened; its first items are asked for at once.
    pub fn new(info: ProjectInfo, settings: &Settings, session: u64, app_version: &str) -> Self {
        let setup = setup_from_info(&info, settings, session, app_version);
        let mut desk = Self {
            session: Session::new(setup),
            info,
            session_number: session_number(),
            people: None,
            view: View::Judge,
            items: ItemsBrowser::default(),
            judge_screen: JudgeScreen::default(),
            second_look: SecondLookDesk::default(),
            seats: Seats::default(),
            merge: None,
            import: None,
            export: None,
            images: Images::default(),
            player: Player::default(),
            documents: DocumentCache::default(),
            outbox: Outbox::new(),
            requests: Vec::new(),
        };
        desk.session.fill(&mut desk.outbox);
        desk.ask_who_is_here();
        desk
    }

    /// The project's numbers changed; another annotator begins another session.
    pub fn update(&mut self, info: ProjectInfo, settings: &Settings) {
        let is_other_annotator = info.annotator != self.info.annotator;
        let has_more = info.active_items > self.info.active_items;
        self.info = info;
        if is_other_annotator {
            self.end_review();
            let setup = setup_from_info(
                &self.info,
                settings,
                self.session.setup.session,
                &self.session.setup.app_version,
            );
            self.session = Session::new(setup);
            self.session_number = session_number();
            self.session.fill(&mut self.outbox);
            self.ask_who_is_here();
        } else {
            let progress = progress_from_info(&self.info);
            let waiting = self.seats.waiting.as_mut().map(|seat| (&mut seat.session, &mut seat.outbox));
            for (session, outbox) in std::iter::once((&mut self.session, &mut self.outbox)).chain(waiting) {
                session.progress = progress;
                session.set_rubric(self.info.rubric.clone());
                if has_more {
                    session.items_changed(outbox);
                }
            }
        }
    }

    /// Whether whoever sits here may do what is for the lead. The engine has the last word.
    pub fn may_lead(&self) -> bool {
        self.people.as_ref().is_none_or(people::may_lead)
    }

    /// Whoever sits here was told what models say of an item.
    pub fn reveal(&mut self, item: ItemId) {
        self.session.reveal(item);
        if let Some(seat) = &mut self.seats.waiting {
            seat.session.reveal(item);
        }
    }

    fn ask_who_is_here(&mut self) {
        self.people = None;
        self.requests.push((Purpose::People(people::Purpose::Standing), Request::People));
    }

    /// What a session needs to know of this moment.
    pub fn moment(ctx: &Context, now: Now, random: u128) -> Moment {
        let size = ctx.content_rect().size();
        Moment { now, random, window: [size.x, size.y, ctx.pixels_per_point()] }
    }

    /// Lets time pass: grace, focus, images wanted.
    pub fn tick(&mut self, moment: &Moment, ctx: &Context) {
        self.session.focus(moment.now, ctx.input(|input| input.focused));
        if self.session.tick(moment, &mut self.outbox) {
            ctx.request_repaint();
        }
        if ctx.input(|input| input.viewport().close_requested()) {
            self.keep_drafts_now();
        }
        for due_ms in [self.session.submits_at_ms, self.session.keeps_draft_at_ms()].into_iter().flatten() {
            let wait_ms = due_ms.saturating_sub(moment.now.monotonic_ms);
            ctx.request_repaint_after(std::time::Duration::from_millis(wait_ms));
        }
        self.tick_player(moment, ctx);
        self.requests.extend(
            self.images
                .take_wanted()
                .into_iter()
                .map(|image| (Purpose::Image(image.clone()), Request::Image(image))),
        );
        let tiles = self.images.take_wanted_tiles().into_iter();
        self.requests.extend(tiles.map(|tile| (Purpose::Tile(tile.clone()), Request::Tile(tile))));
        self.items.requests(&mut self.requests);
        self.second_look.requests(&mut self.requests);
    }

    /// Lets what plays go on, and keeps with the item how much of it was seen.
    fn tick_player(&mut self, moment: &Moment, ctx: &Context) {
        let now_ms = moment.now.monotonic_ms;
        let rules = self.session.setup.rubric.video;
        self.player.show(self.session.current.as_ref().map(|shown| &shown.queued), rules, now_ms);
        self.player.prepare(self.session.ahead());
        self.player.tick(ctx, now_ms, ctx.input(|input| input.focused));
        if let Some(shown) = &mut self.session.current {
            shown.watched = self.player.watched(&shown.queued);
        }
        let wanted = self.player.take_wanted().into_iter();
        self.requests.extend(wanted.map(|wanted| {
            let request = wanted.request();
            (Purpose::Media(wanted), request)
        }));
    }

    /// The item that is judged on what is in front.
    fn judged_item(&self) -> Option<&StoredItem> {
        let shown = self.session.current.as_ref().filter(|_| self.view.judges())?;
        Some(&shown.queued.item)
    }

    /// Whether a field was opened that gets the keys when it is painted.
    pub fn opens_field(&self) -> bool {
        let opens = |item: &StoredItem| {
            self.judge_screen.opens_comment()
                || (self.judge_screen.texts.finding.wants_focus() && has_texts(&item.item))
                || (self.player.opens_field() && self.player.has_anything())
        };
        self.judged_item().is_some_and(opens)
    }

    /// Opens the comment of the item on the screen.
    pub fn comment(&mut self) {
        if let Some(item) = self.judged_item().map(|item| item.id) {
            self.session.submits_at_ms = None;
            self.judge_screen.open_comment(item);
        }
    }

    /// Opens the find bar, or goes through what is found, where the item on the screen has texts.
    pub fn find(&mut self, command: Command) {
        if self.judged_item().is_some_and(|item| has_texts(&item.item)) {
            self.session.submits_at_ms = None;
            self.judge_screen.command(command);
        }
    }

    /// Begins a note on this moment, or goes to one.
    pub fn note(&mut self, command: Command, now_ms: u64) {
        let Some(shown) = &self.session.current else { return };
        let (queued, notes) = (&shown.queued, &shown.draft.notes);
        match command {
            Command::NoteHere => {
                self.session.submits_at_ms = None;
                let active = shown.sheet.active_slot().filter(|_| !self.session.is_plain());
                self.player.begin_note(queued, notes, active.and_then(|slot| slot.candidate), now_ms);
            }
            Command::NextNote => self.player.go_to_note(queued, notes, true, now_ms),
            Command::PreviousNote => self.player.go_to_note(queued, notes, false, now_ms),
            _ => {}
        }
    }

    /// The line for a note on an item was left, with these notes if any are to be kept.
    pub fn set_notes(&mut self, item: ItemId, notes: Option<Vec<Note>>) {
        let Some(shown) = self.session.current.as_mut().filter(|shown| shown.queued.item.id == item) else {
            return;
        };
        self.player.writing = None;
        if let Some(notes) = notes {
            shown.draft.notes = notes;
            self.session.submits_at_ms = None;
        }
    }

    /// Keeps the note that is being written, as when its item is about to be left.
    pub fn keep_note(&mut self) {
        let Some(shown) = &mut self.session.current else { return };
        if let Some(notes) = self.player.take_written(shown.queued.item.id, &shown.draft.notes) {
            shown.draft.notes = notes;
        }
    }

    /// A change of marks with the moment of every mark that was drawn now; choosing a mark goes to its moment.
    pub fn at_this_moment(&mut self, slot: Slot, change: Change, now_ms: u64) -> Change {
        let Some(shown) = &self.session.current else { return change };
        let item = &shown.queued.item.item;
        let parts = match slot.candidate {
            Some(candidate) => item.candidates.get(usize::from(candidate)).map(|candidate| &candidate.parts),
            None => Some(&item.prompt),
        };
        let Some(parts) = parts else { return change };
        let player = &mut self.player;
        let stamped = |mut marks: Vec<Mark>| {
            for mark in marks.iter_mut().filter(|mark| mark.at_us.is_none()) {
                let part = parts.get(usize::from(mark.part));
                mark.at_us = part.and_then(|part| player.moment_of(&shown.queued, part));
            }
            AnswerValue::Marks(marks)
        };
        match change {
            Change::Set(AnswerValue::Marks(marks)) => Change::Set(stamped(marks)),
            Change::Done(AnswerValue::Marks(marks)) => Change::Done(stamped(marks)),
            Change::At(index) => {
                let question = self.session.setup.rubric.questions.get(slot.question);
                let value = question.and_then(|asked| shown.draft.value(&asked.key, slot.candidate));
                if let Some(AnswerValue::Marks(marks)) = value
                    && let Some(mark) = marks.get(index)
                    && let (Some(at_us), Some(part)) = (mark.at_us, parts.get(usize::from(mark.part)))
                    && !player.is_on_screen(&shown.queued, part, at_us)
                {
                    player.go_to_moment(&shown.queued, part, at_us, now_ms);
                }
                change
            }
            other => other,
        }
    }

    /// Everything that is to be sent.
    pub fn take_requests(&mut self) -> Vec<(Purpose, Request)> {
        let mut requests = self.take_session_requests();
        requests.append(&mut self.requests);
        requests
    }

    /// A screen's request was sent: long work that it asks for is starting.
    pub fn sent(&mut self, purpose: &Purpose) {
        match purpose {
            Purpose::StartImport => self.import = Some(Job::Starting),
            Purpose::StartExport => self.export = Some(Job::Starting),
            Purpose::StartMerge => self.merge = Some(Job::Starting),
            _ => {}
        }
    }

    /// An image arrived, or could not be had.
    pub fn image_arrived(&mut self, request: ImageRequest, image: Result<Picture, ApiError>) {
        if image.as_ref().is_ok_and(|picture| picture.may_move) {
            self.player.may_move(MediumRequest { source: request.source, uri: request.uri.clone() });
        }
        self.images.arrived(request, image.map(|picture| picture.pixels));
    }

    /// Paints the project.
    pub fn ui(&mut self, ui: &mut egui::Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        self.documents.hide(ui.ctx(), self.session.setup.rubric.anonymise.as_ref());
        match self.view {
            View::Judge => crate::judge::screen::judge_ui(ui, scene, self, wanted),
            View::Items => crate::items::items_ui(ui, scene, self, wanted),
            View::SecondLook => crate::second_look::second_look_ui(ui, scene, self, wanted),
        }
    }

    /// Lays out texts and fetches images of the items that come next, a little each frame, so that nothing
    /// is left to do when they are shown.
    pub fn prepare_ahead(&mut self, ui: &mut egui::Ui, settings: &Settings) {
        if self.view.judges() {
            crate::judge::screen::prepare_ahead(ui, self, settings);
        }
        self.images.upload_some(ui.ctx());
    }
}

fn progress_from_info(info: &ProjectInfo) -> Progress {
    let annotator = info.current_annotator();
    Progress {
        judged: annotator.map_or(0, |annotator| annotator.judged),
        skipped: annotator.map_or(0, |annotator| annotator.skipped),
        total: info.active_items,
    }
}

fn setup_from_info(info: &ProjectInfo, settings: &Settings, session: u64, app_version: &str) -> Setup {
    // Natively the system is asked for fonts.
    if cfg!(target_arch = "wasm32") {
        lent_fonts::look_at_rubric(&info.rubric);
    }
    Setup {
        annotator: info.annotator,
        rubric: info.rubric.clone(),
        progress: progress_from_info(info),
        session,
        app_version: app_version.to_owned(),
        idle_after_ms: u64::from(settings.idle_after_s) * 1000,
        origin: Origin::Screen,
    }
}
