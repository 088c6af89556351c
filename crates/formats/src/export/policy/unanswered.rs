//! What must be asked before a plan can be carried out: the policies on what the project holds.

use tiebreak_domain::answer::StepVerdict;
use tiebreak_domain::export::{AxolotlType, BothBadPolicy, PolicyCounts, PolicyQuestion};
use tiebreak_domain::rubric::QuestionKind;
use tiebreak_domain::{AnswerValue, ExportFormat, ExportPlan, Judgment, Outcome, Question};

use super::many::n_way_policy;
use super::{both_bad_policy, strength_policy};
use crate::export::judged::{Judged, rating_of};
use crate::export::standing::{Standing, standing_of};
use crate::export::videoalign;

/// What must be asked before this plan can be carried out on a project that holds so much. `must_choose` says
/// whether several of its questions fit the format.
pub fn unanswered(plan: &ExportPlan, holds: &PolicyCounts, must_choose: bool) -> Vec<PolicyQuestion> {
    let ties = plan.ties.filter(|policy| plan.format.tie_policies().contains(policy));
    let both_bad = both_bad_policy(plan);
    let both_bad_as_ties = holds.both_bad > 0 && both_bad == Some(BothBadPolicy::AsTie);
    let is_open = |question: &&PolicyQuestion| match question {
        PolicyQuestion::Ties => ties.is_none() && (holds.ties > 0 || both_bad_as_ties),
        PolicyQuestion::BothBad => both_bad.is_none() && holds.both_bad > 0,
        PolicyQuestion::Strength => strength_policy(plan).is_none() && holds.with_strength > 0,
        PolicyQuestion::Several => plan.several.is_none() && holds.items_with_several > 0,
        PolicyQuestion::Question => plan.question.is_none() && must_choose,
        PolicyQuestion::NWay => n_way_policy(plan).is_none() && holds.items_n_way > 0,
        PolicyQuestion::Ratings => plan.ratings.is_none() && holds.items_with_several_ratings > 0,
        PolicyQuestion::Rewrites => plan.rewrites.is_none() && holds.rewrites > 0,
        PolicyQuestion::NeutralSteps => plan.neutral_steps.is_none() && holds.neutral_steps > 0,
    };
    plan.format.asks().iter().filter(is_open).copied().collect()
}

/// Adds what one item holds that a policy is about. Without a question, only what goes for every question.
pub fn count_policies(
    plan: &ExportPlan,
    question: Option<&Question>,
    judged: &Judged,
    counts: &mut PolicyCounts,
) {
    let answered = judged.answered();
    let candidates = judged.candidates().len();
    counts.items_with_several += u64::from(answered.len() > 1);
    let ratings = judged.names.candidate_ratings();
    let is_rated = |judgment: &&&Judgment| {
        let has = |key: &str| (0..candidates).any(|index| rating_of(judgment, key, index).is_some());
        ratings.iter().any(|rating| has(&rating.key))
    };
    counts.items_with_several_ratings += u64::from(answered.iter().filter(is_rated).count() > 1);
    match plan.format {
        ExportFormat::Criteria => {
            let is_ranked = answered.iter().any(|judgment| {
                let answers = judgment.given.verdict.answers();
                answers.iter().any(|answer| matches!(answer.value, AnswerValue::Ranking(_)))
            });
            counts.items_n_way += u64::from(candidates > 2 && is_ranked);
        }
        ExportFormat::VideoAlign => {
            for judgment in answered {
                counts.both_bad += u64::from(videoalign::has_both_bad(judgment));
            }
        }
        format if format.is_of_pairs() => {
            let has_rewrite = |judgment: &&&Judgment| !judged.derived(judgment).is_empty();
            counts.rewrites += answered.iter().filter(has_rewrite).count() as u64;
            let standings: Vec<Standing> = question
                .into_iter()
                .filter(|question| !is_labelled(format, question))
                .flat_map(|question| {
                    answered.iter().filter_map(move |judgment| standing_of(judgment, question, candidates))
                })
                .collect();
            counts.items_n_way += u64::from(candidates > 2 && !standings.is_empty());
            for standing in &standings {
                count_standing(standing, candidates, counts);
            }
        }
        ExportFormat::Stepwise | ExportFormat::Axolotl(AxolotlType::Stepwise) => {
            let neutral = answered.iter().filter(|judgment| has_neutral_step(judgment)).count();
            counts.neutral_steps += neutral as u64;
        }
        _ => {}
    }
}

/// Whether each candidate has a label of its own, so that no pairs are made.
pub(in crate::export) fn is_labelled(format: ExportFormat, question: &Question) -> bool {
    use tiebreak_domain::rubric::Scale;
    format.is_unpaired() && matches!(question.kind, QuestionKind::Rating { scale: Scale::YesNo })
}

fn count_standing(standing: &Standing, candidates: usize, counts: &mut PolicyCounts) {
    let mut pairs =
        (0..candidates).flat_map(|first| (first + 1..candidates).map(move |second| (first, second)));
    let is_tie = |(first, second)| {
        standing.between(first, second).is_some_and(|preference| preference.outcome == Outcome::Tie)
    };
    counts.ties += u64::from(pairs.any(is_tie));
    if let Standing::Pair(preference) = standing {
        counts.both_bad += u64::from(preference.outcome == Outcome::BothBad);
        counts.with_strength += u64::from(preference.strength.is_some());
    }
}

fn has_neutral_step(judgment: &Judgment) -> bool {
    judgment.given.verdict.answers().iter().any(|answer| {
        matches!(&answer.value, AnswerValue::Steps(steps) if steps.contains(&Some(StepVerdict::Neutral)))
    })
}
