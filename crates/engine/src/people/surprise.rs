//! Surprises: votes that a model held for unlikely, and what a second look decided of them. They are kept with the
//! review, because a model that has learned from it is surprised no more.

use tiebreak_domain::{ApiError, NewJudgment, Origin};
use tiebreak_store::Surprise;

use crate::session::Session;

impl Session {
    /// What a review says of a vote that a model holds for unlikely; nothing where no model does, where either says
    /// nothing of the pair in question, or where the review is by whoever gave the vote.
    pub(crate) fn surprise(&self, review: &NewJudgment) -> Result<Option<Surprise>, ApiError> {
        if review.origin != Origin::Review {
            return Ok(None);
        }
        let rubric = self.rubric();
        // The first that another person's vote is about: an item may have several.
        for flag in self.learning.flags_of(review.item) {
            let Some(vote) = self.readers.lend()?.judgment(flag.judgment)? else { continue };
            let is_borne_out =
                flag.is_borne_out(&rubric, &vote.given.verdict, review.annotator, &review.verdict);
            if let Some(model_was_wrong) = is_borne_out {
                return Ok(Some(Surprise { vote: flag.judgment, model_was_wrong }));
            }
        }
        Ok(None)
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
