//! The policies: what becomes of what a training row cannot say. Each is unset until somebody chooses, down
//! to the number that stands for a strength nobody gave.

use egui::Ui;
use tiebreak_domain::export::{
    BothBadPolicy, PolicyCounts, PolicyQuestion, SeveralPolicy, StrengthPolicy, TiePolicy,
};
use tiebreak_domain::{ExportFormat, ExportPlan, Strength};

use crate::form;
use crate::theme::font::Face;
use crate::theme::text;
use crate::widget::{Ink, Segmented, text_field_ui, text_ui};

/// What has been answered, by the place of the option.
#[derive(Clone, Debug, Default)]
pub(super) struct Policies {
    ties: Option<usize>,
    both_bad: Option<usize>,
    strength: Option<usize>,
    weakest: Option<usize>,
    keeps_unset: Option<usize>,
    unset_margin: String,
    several: Option<usize>,
}

const TIES: [(TiePolicy, &str, &str); 3] = [
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
];

const BOTH_BAD: [(BothBadPolicy, &str, &str); 2] = [
    (BothBadPolicy::Drop, "Leave them out", "Neither was acceptable, so neither is taught"),
    (BothBadPolicy::AsTie, "Treat them as ties", "As said for ties"),
];

const STRENGTH: [(&str, &str); 3] = [
    ("Do not write it", "Every decided pair counts the same"),
    ("Leave weak ones out", "Judgments below a strength are not written"),
    ("Write it as margin", "Slightly is 1, clearly 2, much 3"),
];

const SEVERAL: [(SeveralPolicy, &str, &str); 4] = [
    (SeveralPolicy::Each, "One row for each", "With the name of the annotator"),
    (SeveralPolicy::Majority, "The majority", "What more than half said; items without one are left out"),
    (SeveralPolicy::Unanimous, "Only if all agree", "Items on which somebody differs are left out"),
    (SeveralPolicy::Latest, "The latest", "Earlier judgments of the item are left out"),
];

const STRENGTHS: [Strength; 3] = [Strength::Slightly, Strength::Clearly, Strength::Much];

/// What a question is about, inside a sentence.
pub(super) fn words(question: PolicyQuestion) -> &'static str {
    match question {
        PolicyQuestion::Ties => "ties",
        PolicyQuestion::BothBad => "pairs where both are bad",
        PolicyQuestion::Strength => "strength",
        PolicyQuestion::Several => "several judgments of one item",
    }
}

impl Policies {
    /// Puts what is answered into a plan.
    pub(super) fn fill(&self, plan: &mut ExportPlan) {
        plan.ties = self.ties.map(|chosen| TIES[chosen].0);
        plan.both_bad = self.both_bad.map(|chosen| BOTH_BAD[chosen].0);
        plan.several = self.several.map(|chosen| SEVERAL[chosen].0);
        plan.strength = self.strength();
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
    pub(super) fn questions(&self, format: ExportFormat, holds: &PolicyCounts) -> Vec<PolicyQuestion> {
        if !format.is_preference() {
            return Vec::new();
        }
        let is_both_bad_a_tie = self.both_bad.map(|chosen| BOTH_BAD[chosen].0) == Some(BothBadPolicy::AsTie);
        let has_ties = holds.ties > 0 || (holds.both_bad > 0 && is_both_bad_a_tie);
        let asked = [
            (holds.both_bad > 0, PolicyQuestion::BothBad),
            (has_ties, PolicyQuestion::Ties),
            (holds.with_strength > 0, PolicyQuestion::Strength),
            (holds.items_with_several > 0, PolicyQuestion::Several),
        ];
        asked.into_iter().filter(|(is_asked, _)| *is_asked).map(|(_, question)| question).collect()
    }

    /// Which of them wait for their answer.
    pub(super) fn unanswered(&self, format: ExportFormat, holds: &PolicyCounts) -> Vec<PolicyQuestion> {
        let is_answered = |question: &PolicyQuestion| match question {
            PolicyQuestion::Ties => self.ties.is_some(),
            PolicyQuestion::BothBad => self.both_bad.is_some(),
            PolicyQuestion::Strength => self.strength().is_some(),
            PolicyQuestion::Several => self.several.is_some(),
        };
        self.questions(format, holds).into_iter().filter(|question| !is_answered(question)).collect()
    }

    /// Asks what must be asked.
    pub(super) fn policies_ui(&mut self, ui: &mut Ui, format: ExportFormat, holds: &PolicyCounts) {
        let unanswered = self.unanswered(format, holds);
        for question in self.questions(format, holds) {
            let is_open = unanswered.contains(&question);
            form::section_ui(ui, ("policy", question), |ui| {
                ui.horizontal(|ui| {
                    text_ui(ui, title(question, holds), Ink::First, Face::SemiBold, text::BODY);
                    if is_open {
                        text_ui(ui, "→ choose one", Ink::Accent, Face::Medium, text::SMALL);
                    }
                });
                self.question_ui(ui, question);
            });
        }
    }

    fn question_ui(&mut self, ui: &mut Ui, question: PolicyQuestion) {
        match question {
            PolicyQuestion::Ties => {
                let options = TIES.map(|(_, title, sentence)| (title, sentence));
                form::options_ui(ui, "Ties", &options, &mut self.ties);
            }
            PolicyQuestion::BothBad => {
                let options = BOTH_BAD.map(|(_, title, sentence)| (title, sentence));
                form::options_ui(ui, "Both bad", &options, &mut self.both_bad);
            }
            PolicyQuestion::Several => {
                let options = SEVERAL.map(|(_, title, sentence)| (title, sentence));
                form::options_ui(ui, "Several judgments", &options, &mut self.several);
            }
            PolicyQuestion::Strength => {
                form::options_ui(ui, "Strength", &STRENGTH, &mut self.strength);
                match self.strength {
                    Some(1) => self.weak_ui(ui),
                    Some(2) => {
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
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_project_holds_is_asked_and_nothing_has_an_answer_at_first() {
        let policies = Policies::default();
        let holds = PolicyCounts { both_bad: 2, ..PolicyCounts::default() };
        assert_eq!(policies.unanswered(ExportFormat::TrlExplicit, &holds), [PolicyQuestion::BothBad]);
        assert_eq!(policies.unanswered(ExportFormat::Csv, &holds), [], "a CSV says everything");
        let as_ties = Policies { both_bad: Some(1), ..policies };
        assert_eq!(as_ties.unanswered(ExportFormat::AnthropicHh, &holds), [PolicyQuestion::Ties]);
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
