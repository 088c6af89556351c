//! Which questions a format can be made of.
//!
//! A format that takes several kinds of question prefers some: pairs are made of a preference where one is
//! asked, else of a ranking, else of a rating of the candidates, else of rewritten responses alone.

use super::{AxolotlType, ExportFormat, PolicyQuestion};
use crate::Question;
use crate::rubric::{QuestionKind, RankingForm, Scale, Scope};

/// The keys of the questions that VideoAlign knows.
pub const VIDEO_DIMENSIONS: [&str; 3] = ["vq", "mq", "ta"];

impl ExportFormat {
    /// How much it would rather be made of this question than of another: 0 first; none if it cannot be. Of
    /// formats that are made of one question only.
    pub fn rank_of(self, question: &Question) -> Option<u8> {
        let is_of_candidates = question.scope == Scope::Candidate;
        match (&question.kind, self) {
            (
                QuestionKind::Preference { .. },
                Self::HelpSteer2Preference
                | Self::HelpSteer3
                | Self::Arena
                | Self::ArenaOneHot
                | Self::CodePrefBench
                | Self::Prodigy
                | Self::PickAPic
                | Self::AutoArena,
            )
            | (
                QuestionKind::Ranking { .. },
                Self::Ranking | Self::ImageReward | Self::HpdV2 | Self::Axolotl(AxolotlType::Nectar),
            )
            | (QuestionKind::Steps, Self::Stepwise | Self::Axolotl(AxolotlType::Stepwise)) => Some(0),
            (QuestionKind::Rating { .. }, Self::Prism) if is_of_candidates => Some(0),
            (
                QuestionKind::Rating { .. },
                Self::Ranking | Self::ImageReward | Self::HpdV2 | Self::Axolotl(AxolotlType::Nectar),
            ) if is_of_candidates => Some(1),
            (
                QuestionKind::Preference { .. },
                Self::Ranking | Self::HpdV2 | Self::Axolotl(AxolotlType::Nectar),
            ) => Some(2),
            // Best and worst of several are a choice of one; of the order behind it the interface knows nothing.
            (QuestionKind::Ranking { form: RankingForm::Best }, Self::Prodigy) => Some(1),
            (QuestionKind::Rating { scale: Scale::YesNo }, format)
                if format.is_unpaired() && is_of_candidates =>
            {
                Some(2)
            }
            (QuestionKind::Preference { .. }, format) if format.is_of_pairs() => Some(0),
            (QuestionKind::Ranking { .. }, format) if format.is_of_pairs() => Some(1),
            (QuestionKind::Rating { .. }, format) if format.is_of_pairs() && is_of_candidates => Some(3),
            // Pairs of a rewrite and its original; the answers to nothing else.
            (QuestionKind::Text { purpose, .. }, format) if purpose.makes_a_candidate() => {
                format.is_of_pairs().then_some(4)
            }
            _ => None,
        }
    }

    /// Whether anything of a rubric with these questions can be said in it.
    pub fn fits<'a>(self, questions: impl IntoIterator<Item = &'a Question>) -> bool {
        let mut questions = questions.into_iter();
        if self.asks().contains(&PolicyQuestion::Question) {
            return questions.any(|question| self.rank_of(question).is_some());
        }
        questions.any(|question| {
            let is_of_candidates = question.scope == Scope::Candidate;
            match (self, &question.kind) {
                (Self::HelpSteer2 | Self::UltraFeedback | Self::RichHf, QuestionKind::Rating { .. })
                | (Self::RichHf, QuestionKind::Marks { .. }) => is_of_candidates,
                (Self::VideoAlign, QuestionKind::Preference { .. }) => {
                    VIDEO_DIMENSIONS.contains(&question.key.as_str())
                }
                (Self::Criteria, QuestionKind::Preference { .. } | QuestionKind::Ranking { .. })
                | (
                    Self::LabelStudio | Self::Argilla,
                    QuestionKind::Preference { .. }
                    | QuestionKind::Ranking { .. }
                    | QuestionKind::Rating { .. }
                    | QuestionKind::Choice { .. }
                    | QuestionKind::Checklist { .. }
                    | QuestionKind::Text { .. },
                )
                | (Self::Answers | Self::Csv | Self::Tiebreak, _) => true,
                _ => false,
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rubric;

    #[test]
    fn a_plain_comparison_fits_what_is_made_of_preferences() {
        let rubric = Rubric::default();
        let fits = |format: ExportFormat| format.fits(&rubric.questions);
        assert!(fits(ExportFormat::TrlExplicit) && fits(ExportFormat::Arena) && fits(ExportFormat::Criteria));
        for format in [
            ExportFormat::HelpSteer2,
            ExportFormat::ImageReward,
            ExportFormat::Prism,
            ExportFormat::RichHf,
            ExportFormat::Stepwise,
            ExportFormat::VideoAlign,
        ] {
            assert!(!fits(format), "{} needs what was never asked", format.word());
        }
        for format in [ExportFormat::Answers, ExportFormat::Csv, ExportFormat::Tiebreak] {
            assert!(fits(format), "{} says everything", format.word());
        }
    }
}
