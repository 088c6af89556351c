//! The policies: what becomes of what a training row cannot say. Each is unset until somebody chooses, down
//! to the number that stands for a strength nobody gave.

use egui::Ui;
use tiebreak_domain::export::{
    BothBadPolicy, ExportPreview, NWayPolicy, NeutralSteps, PolicyCounts, PolicyQuestion, RatingPolicy,
    RewritePolicy, SeveralPolicy, StrengthPolicy, TiePolicy,
};
use tiebreak_domain::{ExportFormat, ExportPlan, Strength};

use crate::form;
use crate::theme::font::Face;
use crate::theme::text;
use crate::widget::{Ink, Segmented, text_field_ui, text_ui};

/// What has been answered.
#[derive(Clone, Debug, Default)]
pub(super) struct Policies {
    ties: Option<TiePolicy>,
    both_bad: Option<BothBadPolicy>,
    strength: Option<usize>,
    weakest: Option<usize>,
    keeps_unset: Option<usize>,
    unset_margin: String,
    several: Option<SeveralPolicy>,
    question: Option<String>,
    n_way: Option<NWayPolicy>,
    ratings: Option<RatingPolicy>,
    neutral_steps: Option<NeutralSteps>,
    rewrites: Option<RewritePolicy>,
}

/// An answer, its title and a sentence on it.
type Options<T> = [(T, &'static str, &'static str)];

const TIES: &Options<TiePolicy> = &[
    (TiePolicy::Drop, "Leave ties out", "Only decided pairs are written"),
    (
        TiePolicy::MarginZero,
        "Write with margin 0",
        "One row, the first candidate as chosen, for losses that know a margin",
    ),
    (
        TiePolicy::BothDirections,
        "Write both directions",
        "Two rows, each candidate chosen once, so that they cancel out",
    ),
    (TiePolicy::BothChosen, "Both are desirable", "Each candidate with the label true"),
    (TiePolicy::BothRejected, "Neither is desirable", "Each candidate with the label false"),
];

const BOTH_BAD: &Options<BothBadPolicy> = &[
    (BothBadPolicy::Drop, "Leave them out", "Neither was acceptable, so neither is taught"),
    (BothBadPolicy::AsTie, "Treat them as ties", "As said for ties"),
    (BothBadPolicy::BothRejected, "Neither is desirable", "Each candidate with the label false"),
];

const STRENGTH: [(&str, &str); 3] = [
    ("Do not write it", "Every decided pair counts the same"),
    ("Leave weak ones out", "Judgments below a strength are not written"),
    ("Write it as margin", "Slightly is 1, clearly 2, much 3"),
];

const SEVERAL: &Options<SeveralPolicy> = &[
    (SeveralPolicy::Each, "One row for each", "With the name of the annotator"),
    (SeveralPolicy::Majority, "The majority", "What more than half said; items without one are left out"),
    (SeveralPolicy::Unanimous, "Only if all agree", "Items on which somebody differs are left out"),
    (SeveralPolicy::Latest, "The latest", "Earlier judgments of the item are left out"),
];

const N_WAY: &Options<NWayPolicy> = &[
    (NWayPolicy::BestWorst, "Best against worst", "One pair of each item"),
    (NWayPolicy::Adjacent, "Each against the next", "One pair less than there are candidates"),
    (NWayPolicy::AllPairs, "Every two", "Each pair with a weight, so that long lists do not count more"),
];

const RATINGS: &Options<RatingPolicy> = &[
    (RatingPolicy::Each, "One row for each", "With the name of the annotator"),
    (RatingPolicy::Mean, "The mean", "Rounded where the format knows whole numbers only"),
    (RatingPolicy::Median, "The median", "Rounded where the format knows whole numbers only"),
];

const NEUTRAL_STEPS: &Options<NeutralSteps> = &[
    (NeutralSteps::Right, "Neutral is right", "Such steps do no harm"),
    (NeutralSteps::Wrong, "Neutral is wrong", "Such steps do not lead on"),
];

const REWRITES: &Options<RewritePolicy> = &[
    (RewritePolicy::Drop, "Leave rewrites out", "Only the responses in the data are written"),
    (
        RewritePolicy::Chosen,
        "Rewrite over original",
        "One row more for each, the rewrite chosen over the response that it was made of",
    ),
];

const STRENGTHS: [Strength; 3] = [Strength::Slightly, Strength::Clearly, Strength::Much];

impl Policies {
    /// Puts what is answered and asked of the plan's format into it.
    pub(super) fn fill(&self, plan: &mut ExportPlan) {
        let format = plan.format;
        let asks = |question| format.asks().contains(&question);
        plan.ties = self.ties(format).filter(|_| asks(PolicyQuestion::Ties));
        plan.both_bad = self.both_bad(format).filter(|_| asks(PolicyQuestion::BothBad));
        plan.several = self.several.filter(|_| asks(PolicyQuestion::Several));
        plan.strength = self.strength_for(format).filter(|_| asks(PolicyQuestion::Strength));
        plan.question = self.question.clone().filter(|_| asks(PolicyQuestion::Question));
        plan.n_way = self.n_way(format).filter(|_| asks(PolicyQuestion::NWay));
        plan.ratings = self.ratings.filter(|_| asks(PolicyQuestion::Ratings));
        plan.neutral_steps = self.neutral_steps.filter(|_| asks(PolicyQuestion::NeutralSteps));
        plan.rewrites = self.rewrites.filter(|_| asks(PolicyQuestion::Rewrites));
    }

    /// Another format may not know the question that was chosen for the one before.
    pub(super) fn forget_question(&mut self) {
        self.question = None;
    }

    fn ties(&self, format: ExportFormat) -> Option<TiePolicy> {
        self.ties.filter(|policy| format.tie_policies().contains(policy))
    }

    fn both_bad(&self, format: ExportFormat) -> Option<BothBadPolicy> {
        self.both_bad.filter(|policy| format.both_bad_policies().contains(policy))
    }

    fn n_way(&self, format: ExportFormat) -> Option<NWayPolicy> {
        self.n_way.filter(|policy| format.n_way_policies().contains(policy))
    }

    fn strength_for(&self, format: ExportFormat) -> Option<StrengthPolicy> {
        self.strength()
            .filter(|policy| format.has_margin() || !matches!(policy, StrengthPolicy::Margin { .. }))
    }

    fn strength(&self) -> Option<StrengthPolicy> {
        match self.strength? {
            0 => Some(StrengthPolicy::Ignore),
            1 => Some(StrengthPolicy::DropBelow {
                weakest: STRENGTHS[self.weakest?],
                keep_unset: self.keeps_unset? == 0,
            }),
            _ => {
                let unset = self.unset_margin.trim().replace(',', ".").parse::<f64>().ok()?;
                unset.is_finite().then_some(StrengthPolicy::Margin { unset })
            }
        }
    }

    /// What must be asked of this project for this format.
    pub(super) fn questions(&self, format: ExportFormat, preview: &ExportPreview) -> Vec<PolicyQuestion> {
        let holds = &preview.holds;
        let is_both_bad_a_tie = self.both_bad(format) == Some(BothBadPolicy::AsTie);
        let is_asked = |question: &&PolicyQuestion| match question {
            PolicyQuestion::BothBad => holds.both_bad > 0,
            PolicyQuestion::Ties => {
                let has_ties = holds.ties > 0 || (holds.both_bad > 0 && is_both_bad_a_tie);
                has_ties && !format.tie_policies().is_empty()
            }
            PolicyQuestion::Strength => holds.with_strength > 0,
            PolicyQuestion::Several => holds.items_with_several > 0,
            PolicyQuestion::Question => !preview.questions.is_empty(),
            PolicyQuestion::NWay => holds.items_n_way > 0,
            PolicyQuestion::Ratings => holds.items_with_several_ratings > 0,
            PolicyQuestion::NeutralSteps => holds.neutral_steps > 0,
            PolicyQuestion::Rewrites => holds.rewrites > 0,
        };
        format.asks().iter().filter(is_asked).copied().collect()
    }

    /// Which of them wait for their answer.
    pub(super) fn unanswered(&self, format: ExportFormat, preview: &ExportPreview) -> Vec<PolicyQuestion> {
        let is_answered = |question: &PolicyQuestion| match question {
            PolicyQuestion::Ties => self.ties(format).is_some(),
            PolicyQuestion::BothBad => self.both_bad(format).is_some(),
            PolicyQuestion::Strength => self.strength_for(format).is_some(),
            PolicyQuestion::Several => self.several.is_some(),
            PolicyQuestion::Question => self.question.is_some(),
            PolicyQuestion::NWay => self.n_way(format).is_some(),
            PolicyQuestion::Ratings => self.ratings.is_some(),
            PolicyQuestion::NeutralSteps => self.neutral_steps.is_some(),
            PolicyQuestion::Rewrites => self.rewrites.is_some(),
        };
        self.questions(format, preview).into_iter().filter(|question| !is_answered(question)).collect()
    }

    /// Asks what must be asked.
    pub(super) fn policies_ui(&mut self, ui: &mut Ui, format: ExportFormat, preview: &ExportPreview) {
        let unanswered = self.unanswered(format, preview);
        for question in self.questions(format, preview) {
            let is_open = unanswered.contains(&question);
            form::section_ui(ui, ("policy", question), |ui| {
                ui.horizontal(|ui| {
                    text_ui(ui, title(question, &preview.holds), Ink::First, Face::SemiBold, text::BODY);
                    if is_open {
                        text_ui(ui, "→ choose one", Ink::Accent, Face::Medium, text::SMALL);
                    }
                });
                self.question_ui(ui, question, format, preview);
            });
        }
    }

    fn question_ui(
        &mut self,
        ui: &mut Ui,
        question: PolicyQuestion,
        format: ExportFormat,
        preview: &ExportPreview,
    ) {
        match question {
            PolicyQuestion::Ties => {
                choice_ui(ui, "Ties", TIES, |policy| format.tie_policies().contains(policy), &mut self.ties);
            }
            PolicyQuestion::BothBad => {
                let is_offered = |policy: &BothBadPolicy| format.both_bad_policies().contains(policy);
                choice_ui(ui, "Both bad", BOTH_BAD, is_offered, &mut self.both_bad);
            }
            PolicyQuestion::Several => {
                choice_ui(ui, "Several judgments", SEVERAL, |_| true, &mut self.several);
            }
            PolicyQuestion::NWay => {
                let is_offered = |policy: &NWayPolicy| format.n_way_policies().contains(policy);
                choice_ui(ui, "Pairs", N_WAY, is_offered, &mut self.n_way);
            }
            PolicyQuestion::Ratings => choice_ui(ui, "Ratings", RATINGS, |_| true, &mut self.ratings),
            PolicyQuestion::NeutralSteps => {
                choice_ui(ui, "Neutral steps", NEUTRAL_STEPS, |_| true, &mut self.neutral_steps);
            }
            PolicyQuestion::Rewrites => choice_ui(ui, "Rewrites", REWRITES, |_| true, &mut self.rewrites),
            PolicyQuestion::Question => {
                let offered: Vec<(&str, &str)> =
                    preview.questions.iter().map(|one| (one.title.as_str(), one.key.as_str())).collect();
                let mut place = offered.iter().position(|(_, key)| self.question.as_deref() == Some(*key));
                if form::options_ui(ui, "Question", &offered, &mut place) {
                    self.question = place.map(|place| offered[place].1.to_owned());
                }
            }
            PolicyQuestion::Strength => {
                let offered = if format.has_margin() { &STRENGTH[..] } else { &STRENGTH[..2] };
                form::options_ui(ui, "Strength", offered, &mut self.strength);
                match self.strength {
                    Some(1) => self.weak_ui(ui),
                    Some(2) if format.has_margin() => {
                        text_field_ui(
                            ui,
                            "Margin where no strength was chosen",
                            &mut self.unset_margin,
                            "a number, such as 1",
                        );
                    }
                    _ => {}
                }
            }
        }
    }

    fn weak_ui(&mut self, ui: &mut Ui) {
        form::row_ui(ui, "Weakest kept", |ui| {
            let control = Segmented::new("Weakest kept").keep_one();
            control.option("slightly").option("clearly").option("much").show(ui, &mut self.weakest);
        });
        form::row_ui(ui, "Without strength", |ui| {
            let control = Segmented::new("Judgments without a strength").keep_one();
            control.option("Keep").option("Leave out").show(ui, &mut self.keeps_unset);
        });
    }
}

/// One of the options that the format offers.
fn choice_ui<T: Copy + PartialEq>(
    ui: &mut Ui,
    name: &str,
    options: &Options<T>,
    is_offered: impl Fn(&T) -> bool,
    chosen: &mut Option<T>,
) {
    let offered: Vec<_> = options.iter().filter(|(policy, ..)| is_offered(policy)).collect();
    let words: Vec<(&str, &str)> = offered.iter().map(|(_, title, sentence)| (*title, *sentence)).collect();
    let mut place = offered.iter().position(|(policy, ..)| Some(*policy) == *chosen);
    if form::options_ui(ui, name, &words, &mut place) {
        *chosen = place.map(|place| offered[place].0);
    }
}

fn title(question: PolicyQuestion, holds: &PolicyCounts) -> String {
    match question {
        PolicyQuestion::Ties if holds.ties == 0 => "Ties".to_owned(),
        PolicyQuestion::Ties => form::counted(holds.ties, "tie", "ties"),
        PolicyQuestion::BothBad => {
            format!("{} where both are bad", form::counted(holds.both_bad, "judgment", "judgments"))
        }
        PolicyQuestion::Strength => {
            format!("{} with a strength", form::counted(holds.with_strength, "judgment", "judgments"))
        }
        PolicyQuestion::Several => {
            format!("{} with several judgments", form::counted(holds.items_with_several, "item", "items"))
        }
        PolicyQuestion::Question => "Which question's answers are written".to_owned(),
        PolicyQuestion::NWay => {
            format!("{} with more than two candidates", form::counted(holds.items_n_way, "item", "items"))
        }
        PolicyQuestion::Ratings => {
            let items = form::counted(holds.items_with_several_ratings, "item", "items");
            format!("{items} rated by several annotators")
        }
        PolicyQuestion::NeutralSteps => {
            format!("{} with neutral steps", form::counted(holds.neutral_steps, "judgment", "judgments"))
        }
        PolicyQuestion::Rewrites => {
            format!("{} with rewrites", form::counted(holds.rewrites, "judgment", "judgments"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holding(holds: PolicyCounts) -> ExportPreview {
        ExportPreview {
            rows: Vec::new(),
            counts: tiebreak_domain::export::ExportCounts::default(),
            problems: Vec::new(),
            unanswered: Vec::new(),
            holds,
            questions: Vec::new(),
        }
    }

    #[test]
    fn an_answer_that_a_format_cannot_follow_is_none() {
        let holds = holding(PolicyCounts { ties: 1, with_strength: 1, ..PolicyCounts::default() });
        let policies = Policies {
            ties: Some(TiePolicy::BothChosen),
            strength: Some(2),
            unset_margin: "1".to_owned(),
            ..Policies::default()
        };
        assert_eq!(
            policies.unanswered(ExportFormat::Kto, &holds),
            [PolicyQuestion::Strength],
            "it has no margin"
        );
        assert_eq!(policies.unanswered(ExportFormat::TrlExplicit, &holds), [PolicyQuestion::Ties]);
        let mut plan = ExportPlan::new(ExportFormat::TrlExplicit);
        policies.fill(&mut plan);
        assert_eq!(plan.ties, None, "no label in a pair");
    }

    #[test]
    fn only_what_the_project_holds_is_asked_and_nothing_has_an_answer_at_first() {
        let policies = Policies::default();
        let holds = holding(PolicyCounts { both_bad: 2, ..PolicyCounts::default() });
        assert_eq!(policies.unanswered(ExportFormat::TrlExplicit, &holds), [PolicyQuestion::BothBad]);
        assert_eq!(policies.unanswered(ExportFormat::Csv, &holds), [], "a CSV says everything");
        let as_ties = Policies { both_bad: Some(BothBadPolicy::AsTie), ..policies };
        assert_eq!(as_ties.unanswered(ExportFormat::AnthropicHh, &holds), [PolicyQuestion::Ties]);
    }

    #[test]
    fn rewrites_are_asked_of_pairs_and_have_no_answer_at_first() {
        let mut policies = Policies::default();
        let holds = holding(PolicyCounts { rewrites: 1, ..PolicyCounts::default() });
        assert_eq!(policies.unanswered(ExportFormat::OpenAi, &holds), [PolicyQuestion::Rewrites]);
        assert_eq!(policies.unanswered(ExportFormat::Answers, &holds), [], "it says everything");
        policies.rewrites = Some(RewritePolicy::Chosen);
        let mut plan = ExportPlan::new(ExportFormat::OpenAi);
        policies.fill(&mut plan);
        assert_eq!(plan.rewrites, Some(RewritePolicy::Chosen));
    }

    #[test]
    fn every_two_is_offered_only_where_a_row_can_say_its_weight() {
        let policies = Policies { n_way: Some(NWayPolicy::AllPairs), ..Policies::default() };
        let holds = holding(PolicyCounts { items_n_way: 1, ..PolicyCounts::default() });
        assert_eq!(policies.unanswered(ExportFormat::OpenAi, &holds), [PolicyQuestion::NWay]);
        assert_eq!(policies.unanswered(ExportFormat::LlamaFactory, &holds), []);
    }

    #[test]
    fn strength_is_answered_when_all_of_it_is() {
        let mut policies = Policies { strength: Some(1), weakest: Some(1), ..Policies::default() };
        assert_eq!(policies.strength(), None, "whether those without stay is not said");
        policies.keeps_unset = Some(1);
        let expected = StrengthPolicy::DropBelow { weakest: Strength::Clearly, keep_unset: false };
        assert_eq!(policies.strength(), Some(expected));
        policies.strength = Some(2);
        assert_eq!(policies.strength(), None, "no margin is assumed");
        policies.unset_margin = " 0,5".to_owned();
        assert_eq!(policies.strength(), Some(StrengthPolicy::Margin { unset: 0.5 }));
        policies.unset_margin = "NaN".to_owned();
        assert_eq!(policies.strength(), None);
    }
}
