//! Surprises: votes that a model held for unlikely, and what a second look decided of them. They are kept with the review,
//! because a model that has learned from it is surprised no more.

use tiebreak_domain::{ApiError, NewJudgment, Origin};
use tiebreak_store::Surprise;

use crate::session::Session;

impl Session {
    /// What a review says of a vote that a model holds for unlikely; nothing where no model does, or where either says
    /// no preference.
    pub(crate) fn surprise(&self, review: &NewJudgment) -> Result<Option<Surprise>, ApiError> {
        if review.origin != Origin::Review {
            return Ok(None);
        }
        let flags = self.learning.flags();
        let of_item = flags.iter().filter(|flag| flag.item == review.item);
        let mut of_answer =
            of_item.filter_map(|flag| Some((flag, review.verdict.preference_on(&flag.question)?)));
        let Some((flag, decided)) = of_answer.next() else { return Ok(None) };
        let vote = self.readers.lend()?.judgment(flag.judgment)?;
        let said = vote.as_ref().and_then(|vote| vote.given.verdict.preference_on(&flag.question));
        let agrees = said.map(|said| said.outcome == decided.outcome);
        Ok(agrees.map(|model_was_wrong| Surprise { vote: flag.judgment, model_was_wrong }))
    }

    /// What second looks decided of such votes, in a sentence; nothing where there was none.
    pub(crate) fn surprise_remark(&self) -> Result<Option<String>, ApiError> {
        let surprises = self.readers.lend()?.surprises()?;
        let wrong = surprises.iter().filter(|known| known.surprise.model_was_wrong).count();
        let right = surprises.len() - wrong;
        Ok((!surprises.is_empty()).then(|| {
            format!(
                "of the votes that a model held for unlikely and somebody looked at again, it was wrong about {wrong}, \
                 which are pairs to train on, and right about {right}"
            )
        }))
    }
}
