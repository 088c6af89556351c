//! Profiles: what people say of themselves, their arms and tags, and who may see it.

use tiebreak_domain::person::People;
use tiebreak_domain::study::ProfileValue;
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Person, Reply};

use super::needs_pin;
use crate::seat::Seat;
use crate::session::Session;

impl Session {
    /// Keeps what a person says of themselves.
    pub fn save_profile(
        &self,
        seat: &Seat,
        annotator: AnnotatorId,
        answers: Vec<(String, Option<ProfileValue>)>,
        consents: Option<bool>,
    ) -> Result<Reply, ApiError> {
        if seat.is_locked() {
            return Err(needs_pin());
        }
        if annotator != seat.annotator {
            return Err(ApiError::new(ErrorCode::Denied, "a profile is filled in by whoever it is about")
                .hint("switch to that annotator first"));
        }
        let study = self.study();
        for (key, value) in &answers {
            let Some(field) = study.field(key) else {
                return Err(ApiError::new(ErrorCode::BadInput, format!("the study has no field {key:?}")));
            };
            if let Some(refusal) = value.as_ref().and_then(|value| field.refusal(value)) {
                return Err(ApiError::new(ErrorCode::BadInput, refusal));
            }
        }
        let now = self.shared.host.now();
        self.writer.ask(move |store| Ok(store.save_profile(annotator, &answers, consents, now)?))?;
        self.draw_arm(seat, annotator)?;
        let person = self.readers.lend()?.person(annotator)?;
        Ok(Reply::Person(Box::new(self.with_training(person)?)))
    }

    /// Draws the arm of a person who has done all that comes first.
    pub(super) fn draw_arm(&self, seat: &Seat, annotator: AnnotatorId) -> Result<(), ApiError> {
        let study = self.study();
        if study.arms.is_none() || seat.is_locked() {
            return Ok(());
        }
        let person = self.readers.lend()?.person(annotator)?;
        if person.arm.is_none() && !person.annotator.is_past() && person.to_do_first(&study).is_none() {
            self.writer.ask(move |store| Ok(store.draw_arm(annotator)?))?;
        }
        Ok(())
    }

    /// Says which skills and which seniority a person has.
    pub fn set_tags(
        &self,
        seat: &Seat,
        annotator: AnnotatorId,
        mut tags: Vec<String>,
    ) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        let offered = self.study().tags;
        if let Some(unknown) = tags.iter().find(|tag| !offered.contains(tag)) {
            return Err(ApiError::new(ErrorCode::BadInput, format!("the study has no tag {unknown:?}")));
        }
        tags.sort_by_key(|tag| offered.iter().position(|known| known == tag));
        tags.dedup();
        self.writer.ask(move |store| Ok(store.set_tags(annotator, &tags)?))?;
        self.everyone(seat)
    }

    /// Makes somebody lead the study, or not.
    pub fn set_lead(&self, seat: &Seat, annotator: AnnotatorId, is_lead: bool) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        self.writer.ask(move |store| Ok(store.set_lead(annotator, is_lead)?))?;
        self.everyone(seat)
    }

    /// Everyone, and how far they are. What people say of themselves, and how they do, is for themselves and the
    /// lead.
    pub fn everyone(&self, seat: &Seat) -> Result<Reply, ApiError> {
        let study = self.study();
        let seated = seat.annotator;
        let needs_pin = seat.is_locked();
        let hides_others = self.is_for_lead_alone(seat)?;
        let people = self.readers.lend()?.people()?;
        let own = people.iter().find(|person| person.annotator.id == seated);
        let to_do_first = own.and_then(|person| person.to_do_first(&study));
        let seen = |person: Person| {
            let is_own = person.annotator.id == seated && !needs_pin;
            if is_own || !hides_others && !needs_pin {
                self.with_training(person)
            } else {
                Ok(Person {
                    profile: Vec::new(),
                    arm: None,
                    consented_at: None,
                    consented_version: None,
                    ..person
                })
            }
        };
        let people = people.into_iter().map(seen).collect::<Result<_, _>>()?;
        Ok(Reply::People(Box::new(People { people, seated, needs_pin, to_do_first })))
    }

    fn with_training(&self, person: Person) -> Result<Person, ApiError> {
        let training = self.people.plan().training_of(&*self.readers.lend()?, person.annotator.id)?;
        Ok(Person { training, ..person })
    }
}
