//! One open project: its writer thread, its readers, its searches, and who sits here.

mod seated;
mod telling;

use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tiebreak_domain::filter::ItemFilter;
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::settings::RecentProject;
use tiebreak_domain::{
    Annotator, AnnotatorId, ApiError, Draft, ErrorCode, Event, ItemId, ItemStatus, NewJudgment, Origin,
    ProjectInfo, ProjectKey, QueuedItem, Reply, Rubric, Verdict,
};
use tiebreak_media::MediaFolder;
use tiebreak_store::{NewProject, ProjectPlace, Store};

use self::seated::Seated;
use crate::engine::Shared;
use crate::export::target::is_same_place;
use crate::held_media::HeldMedia;
use crate::learning::LearningDesk;
use crate::media_place::media_folder;
use crate::offer::{offered, offered_for};
use crate::people::{JudgmentNote, Offer, PeopleState};
use crate::readers::Readers;
use crate::scoring::{self, in_sight::InSight};
use crate::seat::Seat;
use crate::sharing::Sharing;
use crate::views::Views;
use crate::writer::Writer;

/// How long closing waits for readers.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many items somebody who calls is offered at a time: more than any screen fetches ahead.
const MOST_OFFERED: u32 = 64;
/// How many items of a plan are as good as on the screen.
const PLANNED_IN_SIGHT: usize = 8;
/// How many items are looked at to say what a project holds.
const LOOKED_AT: usize = 12;

/// An open project.
pub struct Session {
    /// Where it is.
    pub place: ProjectPlace,
    /// Everything that changes it.
    pub writer: Writer,
    /// Everything that reads it.
    pub readers: Readers,
    /// What was found in it.
    pub views: Views,
    /// What its people are asked, and what they are at.
    pub people: PeopleState,
    /// Media that whoever calls over a network may see.
    pub held_media: HeldMedia,
    /// What other processes change.
    sharing: Mutex<Option<Sharing>>,
    /// What is learned from votes.
    pub learning: LearningDesk,
    /// What somebody looks at or is about to, which models score first.
    pub in_sight: InSight,
    /// Whether models score it.
    pub(crate) is_scoring: AtomicBool,
    /// Whether its pictures are being described.
    pub(crate) is_describing: AtomicBool,
    /// Whether they are to be looked at once more.
    pub(crate) wants_description: AtomicBool,
    pub(crate) shared: Arc<Shared>,
    seated: Mutex<Seated>,
}

impl Session {
    /// Takes over an opened store, and seats the annotator whom the settings name.
    pub fn start(mut store: Store, shared: Arc<Shared>) -> Result<Arc<Self>, ApiError> {
        let place = store.place().clone();
        let name = shared.annotator_name();
        let annotator = store.annotator(shared.host.new_annotator_key(), &name)?;
        // Heard from before anything is read that others may change.
        let sharing = Sharing::begin(&store)?;
        let readers = Readers::of_store(&store)?;
        let NewProject { key, rubric, .. } = readers.lend()?.project()?;
        let rubric = Arc::new(rubric);
        let events = Arc::clone(&shared);
        let people = PeopleState::load(&*readers.lend()?)?;
        let writer = Writer::start(store, move |index| events.emit(Event::SearchIndex(index)))?;
        let is_locked = readers.lend()?.pin_state(annotator)?.record.is_some();
        let seated = Mutex::new(Seated { annotator, name, is_locked, rubric, key });
        let session = Arc::new(Self {
            place,
            writer,
            readers,
            views: Views::default(),
            people,
            held_media: HeldMedia::default(),
            sharing: Mutex::new(None),
            learning: LearningDesk::new(),
            in_sight: InSight::default(),
            is_scoring: AtomicBool::new(false),
            is_describing: AtomicBool::new(false),
            wants_description: AtomicBool::new(false),
            shared,
            seated,
        });
        if let Some(mut sharing) = sharing {
            sharing.look(&session)?;
            *session.sharing.lock().expect("following is begun and ended once") = Some(sharing);
        }
        session.learn_anew()?;
        Ok(session)
    }

    /// Tells whoever listens.
    pub fn emit(&self, event: Event) {
        self.shared.emit(event);
    }

    /// The project as it is now, for whoever asks.
    pub fn info(&self, seat: &Seat) -> Result<ProjectInfo, ApiError> {
        let info = self.readers.lend()?.info(seat.annotator)?;
        if !info.search_index.is_complete() {
            self.writer.tell_index_again();
        }
        Ok(info)
    }

    /// Seats an annotator, whom [`Session::switch_annotator`] found fit to sit there.
    pub(crate) fn sit_down(&self, name: &str) -> Result<ProjectInfo, ApiError> {
        let name = name.to_owned();
        let annotator = self.add_annotator(name.clone())?;
        let mut seated = self.seated.lock().expect("seats do not panic");
        seated.annotator = annotator;
        seated.name = name;
        seated.is_locked = false;
        drop(seated);
        self.info(&self.seat())
    }

    /// After an import, a merge or a change of the rubric: the rubric and the people may be others.
    pub fn refresh(self: &Arc<Self>) -> Result<(), ApiError> {
        let project = self.readers.lend()?.project()?;
        let before = self.seated();
        let (annotator, name) = (before.annotator, &before.name);
        // A project that became another has other people, under numbers that were somebody else's.
        let is_there = |known: &Annotator| known.id == annotator && known.name == *name;
        let is_seated = self.readers.lend()?.annotators()?.iter().any(is_there);
        let annotator = if is_seated { annotator } else { self.add_annotator(name.clone())? };
        self.seated.lock().expect("seats do not panic").refresh(&before, annotator, project);
        self.reload_plan()?;
        self.learn_anew()?;
        self.score_in_background();
        self.tell_project()
    }

    /// Lets every model that fits score what has no score yet, where the study wants that and nothing is at it. Where
    /// it learns and does not want that, pictures are described without any model all the same.
    pub fn score_in_background(self: &Arc<Self>) {
        let learning = self.learning_rules().filter(|_| self.shared.host.scores_in_background);
        let Some(learning) = learning else { return };
        if !learning.scores_in_background {
            scoring::pictures::start(&self.shared, self);
            return;
        }
        if self.is_scoring.load(Ordering::Acquire) {
            return;
        }
        if let Err(error) = scoring::start(&self.shared, self, &[], false) {
            tracing::warn!(%error, "scoring in the background could not start");
        }
    }

    /// Items to judge.
    pub fn queue(&self, seat: &Seat, request: &QueueRequest) -> Result<Vec<QueuedItem>, ApiError> {
        // Whoever calls over a network is not offered the whole project at once, with a lease on all of it.
        let most = if seat.is_called() { MOST_OFFERED } else { u32::MAX };
        let request = &QueueRequest { count: request.count.min(most), ..request.clone() };
        let offered = self.offers(seat, request)?;
        if seat.is_bound_to_offers() {
            self.note_offers(request.annotator, &offered)?;
        }
        let planned = self.learning.ahead(request.annotator, PLANNED_IN_SIGHT);
        self.in_sight.note(offered.iter().map(|offer| offer.item.id).chain(planned));
        Ok(offered)
    }

    fn offers(&self, seat: &Seat, request: &QueueRequest) -> Result<Vec<QueuedItem>, ApiError> {
        self.may_be_offered(seat, request.annotator)?;
        let rubric = self.seated().rubric;
        let random = &self.shared.host.random;
        if let Some(offers) = self.choose(request)? {
            let reader = self.readers.lend()?;
            return offers
                .into_iter()
                .map(|Offer { item, acquisition }| {
                    let queued = reader.queued(request.annotator, item)?;
                    let mut offered = offered_for(queued, acquisition, &rubric, || random());
                    offered.scores = self.scores_before_the_vote(&reader, request.annotator, item)?;
                    Ok(offered)
                })
                .collect();
        }
        if let Place::At(item) = request.place {
            self.refuse_items_of_others(seat, item)?;
        }
        let mut items = self.readers.lend()?.queue(request)?;
        if seat.is_bound_to_offers() {
            items.retain(|queued| self.refuse_items_of_others(seat, queued.item.id).is_ok());
        }
        let reader = self.readers.lend()?;
        let offers = items.into_iter().map(|queued| {
            let item = queued.item.id;
            let verdict = queued.previous.as_ref().map(|judgment| &judgment.given.verdict);
            let has_voted = matches!(verdict, Some(Verdict::Judged { .. }));
            let mut offered = offered(queued, request.place, &rubric, || random());
            // Whoever comes back to an item that they skipped finds it as it was.
            if !has_voted {
                offered.scores = self.scores_before_the_vote(&reader, request.annotator, item)?;
            }
            Ok(offered)
        });
        offers.collect()
    }

    /// Stores a judgment.
    pub fn submit(&self, seat: &Seat, mut judgment: NewJudgment) -> Result<Reply, ApiError> {
        self.may_submit(seat, &judgment)?;
        self.refuse_items_of_others(seat, judgment.item)?;
        self.restore_offer(seat, &mut judgment)?;
        self.note_lot(&mut judgment);
        let (id, annotator, item) = (judgment.id, judgment.annotator, judgment.item);
        let note = JudgmentNote::from(&judgment);
        let vote = judgment.clone();
        // Whatever a model says of it, the review itself is kept.
        let surprise = self.surprise(&judgment).unwrap_or_else(|error| {
            tracing::warn!(%error, "what a review says of a model could not be noted");
            None
        });
        let submitted = self.writer.ask(move |store| Ok(store.submit_review(&judgment, surprise)?))?;
        // What was said again stands beside the log, and teaches nothing.
        if submitted.is_in_log {
            self.note_vote(vote, submitted.revision);
        }
        // The judgment is on the disk: what cannot be noted here must not make it look lost.
        if let Err(error) = self.note_judgment(item, &note) {
            tracing::warn!(%error, "what a judgment means for the work of others could not be noted");
        }
        Ok(Reply::Saved {
            judgment: id,
            revision: submitted.revision,
            annotator,
            progress: submitted.progress,
        })
    }

    /// Notes of a second look that its item was drawn by lot, and how likely that was.
    fn note_lot(&self, judgment: &mut NewJudgment) {
        if judgment.origin == Origin::Review
            && let Some(showing) = &mut judgment.showing
            && let Some(drawn) = self.learning.lot().acquisition(judgment.item)
        {
            showing.acquisition = drawn;
        }
    }

    /// Keeps what was begun and not submitted, or forgets it.
    pub fn save_draft(
        &self,
        seat: &Seat,
        annotator: AnnotatorId,
        item: ItemId,
        draft: Option<Draft>,
    ) -> Result<Reply, ApiError> {
        self.refuse_items_of_others(seat, item)?;
        let saved_at = self.shared.host.now();
        self.writer.ask(move |store| Ok(store.save_draft(annotator, item, draft.as_ref(), saved_at)?))?;
        Ok(Reply::Done)
    }

    /// Asks something else from now on. Refuses what cannot be asked.
    pub fn set_rubric(self: &Arc<Self>, seat: &Seat, rubric: Rubric) -> Result<ProjectInfo, ApiError> {
        if let Some(fault) = rubric.faults().into_iter().next() {
            let question = fault.question.and_then(|index| rubric.questions.get(index));
            let place =
                question.map_or_else(String::new, |question| format!("question {:?}: ", question.key));
            return Err(ApiError::new(ErrorCode::BadInput, format!("{place}{}", fault.what)).hint(fault.hint));
        }
        self.writer.ask(move |store| Ok(store.set_rubric(&rubric)?))?;
        self.refresh()?;
        self.info(seat)
    }

    /// Excludes, deletes or brings back items.
    pub fn set_status(self: &Arc<Self>, changes: Vec<(ItemId, ItemStatus)>) -> Result<Reply, ApiError> {
        let before = self.writer.ask(move |store| Ok(store.set_status(&changes)?))?;
        // Votes on what is out of play teach nothing, and what comes back may be asked again.
        if self.learning_rules().is_some() {
            self.learn_anew()?;
        }
        self.tell_project()?;
        Ok(Reply::StatusesBefore(before))
    }

    /// Where the images of a source are.
    pub fn media_folder(&self, source: tiebreak_domain::SourceId) -> Result<MediaFolder, ApiError> {
        let source = self.readers.lend()?.source(source)?;
        let folder = media_folder(&self.place, source.media_folder.as_deref(), source.fetches_addresses);
        Ok(match self.seated().rubric.video.pictures_per_second {
            Some(rate) => folder.at_rate(rate),
            None => folder,
        })
    }

    /// How the project stands, for the list of projects opened before.
    pub fn recent(&self) -> Result<RecentProject, ApiError> {
        let info = self.info(&self.seat())?;
        let reader = self.readers.lend()?;
        let (mut looked_at, mut with_media, mut with_text_only) = (0, 0, 0);
        reader.each_item(|item| {
            let has_media = item
                .item
                .candidates
                .iter()
                .flat_map(|candidate| &candidate.parts)
                .any(|part| part.uri().is_some());
            if has_media {
                with_media += 1;
            } else {
                with_text_only += 1;
            }
            looked_at += 1;
            if looked_at < LOOKED_AT { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        })?;
        let content = match (with_text_only, with_media) {
            (0, 0) => "",
            (_, 0) => "texts",
            (0, _) => "images",
            _ => "texts and images",
        };
        let flagged = ItemFilter { flagged: true, annotator: Some(info.annotator), ..ItemFilter::default() };
        let flagged = reader.find(&flagged, None, || true)?.ids.len();
        let judged = info.current_annotator().map_or(0, |annotator| annotator.judged);
        Ok(RecentProject {
            path: match self.place.file() {
                Some(path) => path.to_string_lossy().into_owned(),
                None => self.place.to_string(),
            },
            name: info.name,
            content: content.to_owned(),
            judged,
            total: info.active_items,
            flagged,
            opened_at: self.shared.host.now(),
        })
    }

    /// Whether this is the project in that place.
    pub fn is_at(&self, place: &ProjectPlace) -> bool {
        is_same_place(&self.place, place)
    }

    /// Stops searches, learning and readers, lets the writer finish, and releases the file.
    pub fn close(&self) {
        let sharing = self.sharing.lock().expect("following is begun and ended once").take();
        drop(sharing);
        self.views.close();
        self.learning.stop();
        self.readers.close(PATIENCE);
        self.writer.stop();
    }

    fn add_annotator(&self, name: String) -> Result<AnnotatorId, ApiError> {
        let key = self.shared.host.new_annotator_key();
        self.writer.ask(move |store| Ok(store.annotator(key, &name)?))
    }

    /// The seat at this machine.
    pub(crate) fn seat(&self) -> Seat {
        let seated = self.seated.lock().expect("seats do not panic");
        Seat::here(seated.annotator, seated.is_locked)
    }

    /// The PIN of the seat at this machine was given.
    pub(crate) fn unlock(&self) {
        self.seated.lock().expect("seats do not panic").is_locked = false;
    }

    /// Tells that the project's numbers are others.
    fn tell_project(&self) -> Result<(), ApiError> {
        self.emit(Event::ProjectChanged(Box::new(self.info(&self.seat())?)));
        Ok(())
    }

    /// Which project it is.
    pub(crate) fn key(&self) -> ProjectKey {
        self.seated.lock().expect("seats do not panic").key
    }

    /// What is asked.
    pub(crate) fn rubric(&self) -> Arc<Rubric> {
        self.seated().rubric
    }

    fn seated(&self) -> Seated {
        self.seated.lock().expect("seats do not panic").clone()
    }
}
