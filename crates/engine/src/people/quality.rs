//! What is known of the people who judge, and what a training item says.

use tiebreak_domain::assignment::do_disagree;
use tiebreak_domain::quality::{AnnotatorQuality, QualityReport, Score, TrainingResult};
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, ItemId, ItemRole, Reply, Verdict};

use crate::seat::Seat;
use crate::session::Session;

impl Session {
    /// What is known of everyone.
    pub fn quality(&self, seat: &Seat) -> Result<Reply, ApiError> {
        self.for_lead(seat)?;
        let plan = self.people.plan();
        let reader = self.readers.open()?;
        let repeats = reader.repeats(None, None)?;
        let mut report = QualityReport::default();
        for annotator in reader.annotators()?.into_iter().filter(|annotator| !annotator.is_past()) {
            let none = Score::default();
            let mut known = AnnotatorQuality {
                annotator: annotator.id,
                training: none,
                gold: none,
                attention: none,
                repeats: none,
            };
            for (&item, role) in &plan.roles {
                let Some(first) = reader.first_judged(annotator.id, ItemId(i64::from(item)))? else {
                    continue;
                };
                let score = match role {
                    ItemRole::Normal => continue,
                    ItemRole::Training { .. } => &mut known.training,
                    ItemRole::Gold { .. } => &mut known.gold,
                    ItemRole::Attention { .. } => &mut known.attention,
                };
                score.add(plan.is_as_expected(item, first.given.verdict.answers()));
            }
            for repeat in repeats.iter().filter(|repeat| repeat.given.annotator == annotator.id) {
                let Some(original) = reader.judgment(repeat.repeat_of)? else { continue };
                let verdicts = [&original.given.verdict, &repeat.given.verdict];
                if verdicts.iter().all(|verdict| matches!(verdict, Verdict::Judged { .. })) {
                    known.repeats.add(!do_disagree(verdicts, plan.disagreement_above()));
                }
            }
            let scores = [known.training, known.gold, known.attention, known.repeats];
            if scores.iter().any(|score| score.total > 0) {
                report.annotators.push(known);
            }
        }
        Ok(Reply::Quality(Box::new(report)))
    }

    /// What a training item says to an annotator who has judged it.
    pub fn training(&self, annotator: AnnotatorId, item: ItemId) -> Result<Reply, ApiError> {
        let reader = self.readers.lend()?;
        let ItemRole::Training { expected, explanation } = reader.item_role(item)? else {
            return Err(ApiError::new(ErrorCode::BadRequest, "this is no training item"));
        };
        let Some(first) = reader.first_judged(annotator, item)? else {
            return Err(ApiError::new(ErrorCode::Denied, "a training item is explained once it was judged"));
        };
        let is_as_expected =
            tiebreak_domain::quality::is_as_expected(&expected, first.given.verdict.answers());
        Ok(Reply::Training(Box::new(TrainingResult { is_as_expected, expected, explanation })))
    }
}
