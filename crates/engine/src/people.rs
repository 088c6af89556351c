//! The people of an open project: the study that is asked of them, their seats and PINs, profiles, and lead.
//!
//! [`PeopleState`] is what a session keeps in memory for them. `plan` is the study made ready for the queue,
//! `choice` picks what is offered under it, `seats` says who may sit where; `quality` and `second_look` are what
//! the lead asks. A lead without a PIN leads nothing: anybody can sit down in that seat.

mod choice;
pub(crate) mod offers;
pub(crate) mod pin;
mod plan;
mod pools;
mod profile;
mod quality;
mod reach;
mod seats;
mod second_look;
mod surprise;
mod templates;
mod work;

use std::sync::{Arc, Mutex, RwLock};

use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, ItemId, ItemRole, NewJudgment, Reply, StudySetup};
use tiebreak_store::Reader;

use crate::seat::Seat;
use crate::session::Session;

pub use choice::Offer;
pub use templates::templates;
pub use work::JudgmentNote;

use plan::Plan;
use work::Work;

/// What a session keeps in memory for its people.
pub struct PeopleState {
    plan: RwLock<Arc<Plan>>,
    work: Mutex<Work>,
    /// Held while a PIN is tried, so that nobody tries two at a time.
    pub(crate) pins: Mutex<()>,
}

impl PeopleState {
    /// What a project says of its people.
    pub fn load(reader: &Reader) -> Result<Self, ApiError> {
        let plan = Plan::load(reader)?;
        let work = Work::load(reader, &plan)?;
        Ok(Self { plan: RwLock::new(Arc::new(plan)), work: Mutex::new(work), pins: Mutex::new(()) })
    }

    fn plan(&self) -> Arc<Plan> {
        Arc::clone(&self.plan.read().expect("a plan is exchanged whole"))
    }
}

impl Session {
    /// Reads anew what the queue stands on: after an import, a merge, or a change of the study or of a role.
    pub fn reload_plan(&self) -> Result<(), ApiError> {
        let reader = self.readers.open()?;
        let plan = Plan::load(&reader)?;
        let reloaded = Work::load(&reader, &plan)?;
        let now = self.shared.host.now();
        let mut work = self.people.work.lock().expect("the work is never left half-changed");
        work.take_over(reloaded, now);
        *self.people.plan.write().expect("a plan is exchanged whole") = Arc::new(plan);
        Ok(())
    }

    /// The same where another process changed something: most of the time it is no more than who there is.
    pub(crate) fn reload_plan_of_others(&self) -> Result<(), ApiError> {
        let plan = Plan::load(&*self.readers.lend()?)?;
        if plan.study.assignment != self.people.plan().study.assignment {
            return self.reload_plan();
        }
        *self.people.plan.write().expect("a plan is exchanged whole") = Arc::new(plan);
        Ok(())
    }

    /// The study in force.
    pub fn study(&self) -> StudySetup {
        self.people.plan().study.clone()
    }

    /// Sets the study up anew.
    pub fn set_study(self: &Arc<Self>, seat: &Seat, study: StudySetup) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        if let Some(refusal) = study.refusal() {
            return Err(ApiError::new(ErrorCode::BadInput, refusal));
        }
        let now = self.shared.host.now();
        let learned_by = self.learning_rules();
        let set = self.writer.ask(move |store| Ok(store.set_study(&study, now)?))?;
        self.reload_plan()?;
        if set.learning != learned_by {
            self.learn_anew()?;
            self.score_in_background();
        }
        self.draw_arm(seat, seat.annotator)?;
        Ok(Reply::Study(Box::new(set)))
    }

    /// Says what an item is for.
    pub fn set_item_role(&self, seat: &Seat, item: ItemId, role: ItemRole) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        if let Some(refusal) = role.refusal(&self.rubric()) {
            return Err(ApiError::new(ErrorCode::BadInput, refusal));
        }
        self.writer.ask(move |store| Ok(store.set_item_role(item, &role)?))?;
        self.reload_plan()?;
        Ok(Reply::Done)
    }

    /// Every item that is not for judging.
    pub fn item_roles(&self, seat: &Seat) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        Ok(Reply::ItemRoles(self.readers.lend()?.item_roles()?))
    }

    /// Refuses to offer anything before the PIN, the consent and what the study asks first.
    pub fn may_be_offered(&self, seat: &Seat, annotator: AnnotatorId) -> Result<(), ApiError> {
        if seat.is_locked() && annotator == seat.annotator {
            return Err(needs_pin());
        }
        let plan = self.people.plan();
        let study = &plan.study;
        if study.consent.trim().is_empty() && study.profile.iter().all(|field| !field.required) {
            return Ok(());
        }
        match self.readers.lend()?.person(annotator)?.to_do_first(study) {
            Some(first) => {
                Err(ApiError::new(ErrorCode::Denied, first).hint("fill in the profile of the study"))
            }
            None => Ok(()),
        }
    }

    /// Refuses judgments that whoever sits here must not give.
    pub fn may_submit(&self, seat: &Seat, judgment: &NewJudgment) -> Result<(), ApiError> {
        if seat.is_locked() && judgment.annotator == seat.annotator {
            return Err(needs_pin());
        }
        if judgment.origin == tiebreak_domain::Origin::Review {
            self.for_lead(seat)?;
        }
        // A label of a data file need not be whole; whoever judges here and now is asked all that the rubric asks.
        if judgment.origin == tiebreak_domain::Origin::Label && seat.is_called() {
            return Err(ApiError::new(ErrorCode::Denied, "labels of data come in by an import")
                .hint("send them to /api/v1/items with the items that they are about"));
        }
        Ok(())
    }
}

fn needs_pin() -> ApiError {
    ApiError::new(ErrorCode::Denied, "this seat is kept by a PIN")
        .hint("give the PIN, or switch to another annotator")
}
