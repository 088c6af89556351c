//! How items came to be offered, for people who call over a network and only judge. They are not told: which answer is
//! known, what was offered before and what a model holds an item for would lead them. So it is kept here when an item
//! is offered, and given back to the judgment when that comes. This process remembers it, and the project has it
//! written down for another one ([`Reader::offer`](tiebreak_store::Reader::offer)).

use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, ItemId, NewJudgment, QueuedItem, Verdict};
use tiebreak_store::StoredOffer;

use crate::seat::Seat;
use crate::session::Session;

/// What somebody who only judges is told of how an item came to be offered: that they went there themselves, or that
/// it is for training, which is no secret.
pub(crate) fn told(acquisition: &Acquisition) -> Acquisition {
    match acquisition.method {
        AcquisitionMethod::Chosen => Acquisition::CHOSEN,
        AcquisitionMethod::Training => {
            Acquisition { method: AcquisitionMethod::Training, ..Acquisition::FILE_ORDER }
        }
        _ => Acquisition::FILE_ORDER,
    }
}

/// What is known of a judgment besides what it brought along.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The latest offer of its item to its annotator.
    offer: Option<Acquisition>,
    /// How the item came about when the annotator last said something of it.
    before: Option<Acquisition>,
    /// Whether they said anything of it.
    has_said: bool,
    /// Whether they said something of it when it was offered again.
    was_repeated: bool,
    /// What the item is for, where its answer is known.
    role: Option<AcquisitionMethod>,
}

impl Known {
    /// Whether the item was offered again unannounced, and nothing was said of it since.
    fn is_to_be_repeated(&self) -> bool {
        let is_repeat = |offer: &Acquisition| offer.method == AcquisitionMethod::Repeat;
        self.offer.as_ref().is_some_and(is_repeat) && !self.was_repeated
    }

    /// How the item of a judgment came about. Where no offer is known, nothing that the judgment brought along is
    /// believed but that the annotator went there.
    fn acquisition(self, brought: AcquisitionMethod, is_said_again: bool) -> Acquisition {
        let is_chosen = brought == AcquisitionMethod::Chosen;
        let offer = match self.offer {
            Some(offer) if offer.method == AcquisitionMethod::Repeat => {
                if !self.was_repeated && !is_said_again {
                    return offer;
                }
                // From now on it is an item like any other; what belongs to the repeat, the project knows.
                None
            }
            offer => offer,
        };
        if is_chosen && (self.has_said || offer.is_none()) {
            return Acquisition::CHOSEN;
        }
        let of_role = self.role.map(|method| Acquisition { method, ..Acquisition::FILE_ORDER });
        offer.or(self.before).or(of_role).unwrap_or(Acquisition::FILE_ORDER)
    }
}

impl Session {
    /// Takes note of what somebody was offered, and how it came about.
    pub(crate) fn note_offers(&self, annotator: AnnotatorId, offered: &[QueuedItem]) -> Result<(), ApiError> {
        let mut work = self.people.work.lock().expect("the work is never left half-changed");
        work.note_offers(annotator, offered.iter().map(|offer| offer.item.id));
        let mut written = Vec::new();
        // Whoever goes back to an item was offered it as before.
        let new = offered.iter().filter(|offer| offer.acquisition.method != AcquisitionMethod::Chosen);
        for queued in new {
            let before = work.offer(annotator, queued.item.id);
            let offer = StoredOffer {
                annotator,
                item: queued.item.id,
                acquisition: queued.acquisition.clone(),
                scores_visible: !queued.scores.is_empty() || before.is_some_and(|offer| offer.scores_visible),
            };
            let is_plain = offer.acquisition == Acquisition::FILE_ORDER && !offer.scores_visible;
            let is_known = before.is_some();
            if before == Some(&offer) {
                continue;
            }
            work.keep_offer(offer.clone());
            if !is_plain || is_known {
                written.push(offer);
            }
        }
        drop(work);
        self.write_offers(written)
    }

    /// An annotator who only judges was told what models say of an item.
    pub(crate) fn note_told(&self, annotator: AnnotatorId, item: ItemId) -> Result<(), ApiError> {
        let known = self.offer(annotator, item)?;
        let offer = if let Some(known) = known {
            StoredOffer { scores_visible: true, ..known }
        } else {
            let before = self.readers.lend()?.latest(annotator, item)?;
            let showing = before.and_then(|judgment| judgment.given.showing);
            let acquisition = showing.map_or(Acquisition::FILE_ORDER, |showing| showing.acquisition);
            StoredOffer { annotator, item, acquisition, scores_visible: true }
        };
        self.people.work.lock().expect("the work is never left half-changed").keep_offer(offer.clone());
        self.write_offers(vec![offer])
    }

    /// Gives a judgment how its item came to be offered, which whoever gave it was not told. Refuses one that would be
    /// spared that by not saying what was shown.
    pub(crate) fn restore_offer(&self, seat: &Seat, judgment: &mut NewJudgment) -> Result<(), ApiError> {
        if !seat.is_bound_to_offers() {
            return Ok(());
        }
        let (annotator, item) = (judgment.annotator, judgment.item);
        let Some(showing) = &mut judgment.showing else { return self.refuse_without_showing(judgment) };
        // A judgment that was given is not refused because this could not be read.
        let offer = self.offer(annotator, item).unwrap_or_else(|error| {
            tracing::warn!(%error, "how an item came to be offered could not be read");
            None
        });
        showing.scores_visible |= offer.as_ref().is_some_and(|offer| offer.scores_visible);
        let is_said_again = showing.submitted_at != judgment.recorded_at;
        let known = self.known(annotator, item, offer).unwrap_or_else(|error| {
            tracing::warn!(%error, "what was said of an item before could not be read");
            Known::default()
        });
        showing.acquisition = known.acquisition(showing.acquisition.method, is_said_again);
        Ok(())
    }

    /// Refuses a judgment from the screen that does not say what was there, be it the first of its item or one that was
    /// asked for again. What takes a judgment back has no showing, nor has what brings back one that had none.
    fn refuse_without_showing(&self, judgment: &NewJudgment) -> Result<(), ApiError> {
        if judgment.verdict == Verdict::Withdrawn {
            return Ok(());
        }
        let (annotator, item) = (judgment.annotator, judgment.item);
        let known = self.known(annotator, item, self.offer(annotator, item)?)?;
        if known.has_said && !known.is_to_be_repeated() {
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::BadRequest, "a judgment from the screen says what was shown")
            .hint("send its `showing`: the order of the candidates as they were offered, and when"))
    }

    fn known(
        &self,
        annotator: AnnotatorId,
        item: ItemId,
        offer: Option<StoredOffer>,
    ) -> Result<Known, ApiError> {
        let reader = self.readers.lend()?;
        let said = reader.latest(annotator, item)?;
        let plan = self.people.plan();
        let is_in = |items: &roaring::RoaringBitmap| items.contains(item.0 as u32);
        let role = [
            (&plan.training, AcquisitionMethod::Training),
            (&plan.gold, AcquisitionMethod::Gold),
            (&plan.attention, AcquisitionMethod::Attention),
        ];
        Ok(Known {
            offer: offer.map(|offer| offer.acquisition),
            has_said: said.is_some(),
            before: said.and_then(|judgment| judgment.given.showing).map(|showing| showing.acquisition),
            was_repeated: reader.was_repeated(annotator, item)?,
            role: role.into_iter().find(|(items, _)| is_in(items)).map(|(_, method)| method),
        })
    }

    fn offer(&self, annotator: AnnotatorId, item: ItemId) -> Result<Option<StoredOffer>, ApiError> {
        let work = self.people.work.lock().expect("the work is never left half-changed");
        if let Some(offer) = work.offer(annotator, item) {
            return Ok(Some(offer.clone()));
        }
        drop(work);
        Ok(self.readers.lend()?.offer(annotator, item)?)
    }

    /// Whoever asks need not wait for the disk: what is in memory is what judgments are given.
    fn write_offers(&self, offers: Vec<StoredOffer>) -> Result<(), ApiError> {
        if !offers.is_empty() {
            self.writer.send(move |store| Ok(store.note_offers(&offers)?))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acquisition(method: AcquisitionMethod) -> Acquisition {
        Acquisition { method, score: Some(0.3), propensity: 0.25 }
    }

    #[test]
    fn an_offer_is_given_back_and_nothing_else_is_believed() {
        use AcquisitionMethod::{Audit, Chosen, FileOrder, Gold, GreedyBald, Repeat};
        let offered = |method| Known { offer: Some(acquisition(method)), ..Known::default() };
        assert_eq!(offered(GreedyBald).acquisition(FileOrder, false), acquisition(GreedyBald));
        assert_eq!(
            offered(GreedyBald).acquisition(Audit, false),
            acquisition(GreedyBald),
            "whatever it says"
        );
        assert_eq!(
            offered(Gold).acquisition(Chosen, false),
            acquisition(Gold),
            "passed by, and gone back to"
        );
        let said = |known: Known| Known { has_said: true, ..known };
        assert_eq!(said(offered(Gold)).acquisition(Chosen, false), Acquisition::CHOSEN, "a change of mind");
        assert_eq!(said(offered(Repeat)).acquisition(Chosen, false), acquisition(Repeat));
        let repeated = || Known { was_repeated: true, ..said(offered(Repeat)) };
        assert_eq!(repeated().acquisition(Chosen, false), Acquisition::CHOSEN);
        assert_eq!(said(offered(Repeat)).acquisition(FileOrder, true), Acquisition::FILE_ORDER);
        let unknown = |brought| Known::default().acquisition(brought, false);
        assert_eq!(unknown(Audit), Acquisition::FILE_ORDER, "nobody offered it so");
        assert_eq!(unknown(Chosen), Acquisition::CHOSEN);
        let before = Known { before: Some(acquisition(Audit)), has_said: true, ..Known::default() };
        assert_eq!(before.acquisition(FileOrder, true), acquisition(Audit));
        let known_answer = Known { role: Some(Gold), ..Known::default() };
        assert_eq!(known_answer.acquisition(FileOrder, false).method, Gold);
    }

    #[test]
    fn whoever_only_judges_is_told_of_training_and_of_where_they_went() {
        for method in AcquisitionMethod::ALL {
            let told = told(&acquisition(method));
            assert_eq!((told.score, told.propensity.to_bits()), (None, 1.0_f64.to_bits()), "{method:?}");
            let is_open = matches!(method, AcquisitionMethod::Training | AcquisitionMethod::Chosen);
            assert_eq!(told.method, if is_open { method } else { AcquisitionMethod::FileOrder });
        }
    }
}
