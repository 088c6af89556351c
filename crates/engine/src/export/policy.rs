//! From the judgments of one item to its training rows, by the policies of a plan.
//!
//! Pure: no file, no format, no project. The order of the steps is fixed. Skips and what cannot be judged
//! are left out; several judgments become one or stay several; then ties, both bad and strength are looked
//! at. A majority is found before weak judgments are left out, so that leaving out weak votes never turns a
//! majority round.

use std::collections::BTreeSet;

use tiebreak_domain::export::{
    BothBadPolicy, ExportCounts, PolicyCounts, PolicyQuestion, SeveralPolicy, StrengthPolicy, TiePolicy,
};
use tiebreak_domain::{AnnotatorId, ExportPlan, Judgment, Outcome, Preference, Strength};

/// One training row, by candidate index.
#[derive(Clone, Debug, PartialEq)]
pub struct PairRow {
    /// The candidate that won.
    pub chosen: usize,
    /// The candidate that lost.
    pub rejected: usize,
    /// How much better, if the plan writes that.
    pub margin: Option<f64>,
    /// Who said so, if every judgment has its own row.
    pub annotator: Option<AnnotatorId>,
}

/// Rows that stand or fall together, and how many judgments they stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct RowGroup {
    /// One row, or two where a tie is written in both directions.
    pub rows: Vec<PairRow>,
    /// The judgments they stand for.
    pub judgments: u64,
}

/// What must be asked before this plan can be carried out on a project that holds so much.
pub fn unanswered(plan: &ExportPlan, holds: &PolicyCounts) -> Vec<PolicyQuestion> {
    if !plan.format.is_preference() {
        return Vec::new();
    }
    let both_bad_as_ties = holds.both_bad > 0 && plan.both_bad == Some(BothBadPolicy::AsTie);
    let mut questions = Vec::new();
    if plan.ties.is_none() && (holds.ties > 0 || both_bad_as_ties) {
        questions.push(PolicyQuestion::Ties);
    }
    if plan.both_bad.is_none() && holds.both_bad > 0 {
        questions.push(PolicyQuestion::BothBad);
    }
    if plan.strength.is_none() && holds.with_strength > 0 {
        questions.push(PolicyQuestion::Strength);
    }
    if plan.several.is_none() && holds.items_with_several > 0 {
        questions.push(PolicyQuestion::Several);
    }
    questions
}

/// Counts judgments that were left out.
pub fn leave_out(counts: &mut ExportCounts, reason: &str, judgments: u64) {
    if judgments == 0 {
        return;
    }
    match counts.left_out.iter_mut().find(|(known, _)| known == reason) {
        Some((_, count)) => *count += judgments,
        None => counts.left_out.push((reason.to_owned(), judgments)),
    }
}

/// The rows of one item, from its judgments in force; what is left out is counted in `counts`.
pub fn rows_of_item(plan: &ExportPlan, judgments: &[Judgment], counts: &mut ExportCounts) -> Vec<RowGroup> {
    let votes: Vec<Vote<'_>> = judgments
        .iter()
        .filter_map(|judgment| Some(Vote { judgment, preference: judgment.given.verdict.preference()? }))
        .collect();
    leave_out(counts, "skipped", (judgments.len() - votes.len()) as u64);
    if votes.is_empty() {
        return Vec::new();
    }
    match plan.several {
        Some(SeveralPolicy::Each) => {
            votes.iter().filter_map(|vote| group(plan, &[*vote], Some(vote.annotator()), counts)).collect()
        }
        Some(SeveralPolicy::Latest) => {
            let latest =
                votes.iter().max_by_key(|vote| (vote.judgment.given.recorded_at, vote.judgment.given.id));
            leave_out(counts, "an earlier judgment of the item", votes.len() as u64 - 1);
            latest.and_then(|vote| group(plan, &[*vote], None, counts)).into_iter().collect()
        }
        Some(policy @ (SeveralPolicy::Majority | SeveralPolicy::Unanimous)) => {
            agreed(plan, policy, &votes, counts).into_iter().collect()
        }
        None if votes.len() == 1 => group(plan, &votes, None, counts).into_iter().collect(),
        None => {
            leave_out(counts, WAITING, votes.len() as u64);
            Vec::new()
        }
    }
}

const WAITING: &str = "waiting for a policy";
const UNRATABLE: &str = "cannot be judged";

#[derive(Clone, Copy)]
struct Vote<'a> {
    judgment: &'a Judgment,
    preference: &'a Preference,
}

impl Vote<'_> {
    fn annotator(&self) -> AnnotatorId {
        self.judgment.given.annotator
    }
}

/// The votes that agree, if the policy finds enough of them.
fn agreed(
    plan: &ExportPlan,
    policy: SeveralPolicy,
    votes: &[Vote<'_>],
    counts: &mut ExportCounts,
) -> Option<RowGroup> {
    let able: Vec<Vote<'_>> =
        votes.iter().copied().filter(|vote| vote.preference.outcome != Outcome::Unratable).collect();
    leave_out(counts, UNRATABLE, (votes.len() - able.len()) as u64);
    let outcomes: BTreeSet<Outcome> = able.iter().map(|vote| vote.preference.outcome).collect();
    let is_enough = |outcome: Outcome| {
        let agreeing = able.iter().filter(|vote| vote.preference.outcome == outcome).count();
        if policy == SeveralPolicy::Unanimous { agreeing == able.len() } else { agreeing * 2 > able.len() }
    };
    let Some(outcome) = outcomes.into_iter().find(|outcome| is_enough(*outcome)) else {
        let reason = if policy == SeveralPolicy::Unanimous { "not unanimous" } else { "no majority" };
        leave_out(counts, reason, able.len() as u64);
        return None;
    };
    let agreeing: Vec<Vote<'_>> =
        able.iter().copied().filter(|vote| vote.preference.outcome == outcome).collect();
    leave_out(counts, "outvoted", (able.len() - agreeing.len()) as u64);
    group(plan, &agreeing, None, counts)
}

/// The rows of votes that all say the same.
fn group(
    plan: &ExportPlan,
    votes: &[Vote<'_>],
    annotator: Option<AnnotatorId>,
    counts: &mut ExportCounts,
) -> Option<RowGroup> {
    let judgments = votes.len() as u64;
    let (left_out_as, rows) = match (votes.first()?.preference.outcome, plan.both_bad) {
        (Outcome::A, _) => return decided_group(plan, votes, [0, 1], annotator, counts),
        (Outcome::B, _) => return decided_group(plan, votes, [1, 0], annotator, counts),
        (Outcome::Unratable, _) => (UNRATABLE, Vec::new()),
        (Outcome::BothBad, None) => (WAITING, Vec::new()),
        (Outcome::BothBad, Some(BothBadPolicy::Drop)) => ("both bad", Vec::new()),
        (Outcome::BothBad, Some(BothBadPolicy::AsTie)) => level_rows(plan, "both bad", annotator),
        (Outcome::Tie, _) => level_rows(plan, "tie", annotator),
    };
    if rows.is_empty() {
        leave_out(counts, left_out_as, judgments);
        return None;
    }
    Some(RowGroup { rows, judgments })
}

/// The rows of a pair in which neither won; none, and why, where the plan drops or has not asked.
fn level_rows<'a>(
    plan: &ExportPlan,
    what: &'a str,
    annotator: Option<AnnotatorId>,
) -> (&'a str, Vec<PairRow>) {
    let row = |chosen, rejected, margin| PairRow { chosen, rejected, margin, annotator };
    match plan.ties {
        None => (WAITING, Vec::new()),
        Some(TiePolicy::Drop) => (what, Vec::new()),
        Some(TiePolicy::MarginZero) => (what, vec![row(0, 1, Some(0.0))]),
        Some(TiePolicy::BothDirections) => {
            let margin = matches!(plan.strength, Some(StrengthPolicy::Margin { .. })).then_some(0.0);
            (what, vec![row(0, 1, margin), row(1, 0, margin)])
        }
    }
}

/// The row of votes for the same candidate.
fn decided_group(
    plan: &ExportPlan,
    votes: &[Vote<'_>],
    [chosen, rejected]: [usize; 2],
    annotator: Option<AnnotatorId>,
    counts: &mut ExportCounts,
) -> Option<RowGroup> {
    let all = votes.len() as u64;
    let is_strong_enough = |strength: &Option<Strength>| match plan.strength {
        Some(StrengthPolicy::DropBelow { weakest, keep_unset }) => {
            strength.map_or(keep_unset, |strength| strength >= weakest)
        }
        Some(StrengthPolicy::Ignore | StrengthPolicy::Margin { .. }) | None => true,
    };
    let strengths: Vec<Option<Strength>> =
        votes.iter().map(|vote| vote.preference.strength).filter(is_strong_enough).collect();
    if plan.strength.is_none() && strengths.iter().any(Option::is_some) {
        leave_out(counts, WAITING, all);
        return None;
    }
    leave_out(counts, "too weak", all - strengths.len() as u64);
    if strengths.is_empty() {
        return None;
    }
    let margin = match plan.strength {
        Some(StrengthPolicy::Margin { unset }) => Some(mean_margin(&strengths, unset)),
        _ => None,
    };
    Some(RowGroup {
        judgments: strengths.len() as u64,
        rows: vec![PairRow { chosen, rejected, margin, annotator }],
    })
}

/// The mean of what agreeing judgments say; a single one's own margin.
fn mean_margin(strengths: &[Option<Strength>], unset: f64) -> f64 {
    let sum: f64 =
        strengths.iter().map(|strength| strength.map_or(unset, |known| f64::from(known.level()))).sum();
    sum / strengths.len() as f64
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::{ExportFormat, ItemId, JudgmentId, NewJudgment, Origin, UnixMillis, Verdict};

    /// One judgment per word, by annotators 1, 2, 3, … at times 1, 2, 3, …: `a`, `b~` slightly, `b!` much,
    /// `tie`, `bad`, `un`, `skip`.
    fn judgments(words: &str) -> Vec<Judgment> {
        let verdict = |word: &str| {
            let preference = |outcome, strength| {
                let reason = (outcome == Outcome::Unratable).then(|| "no idea".to_owned());
                Verdict::overall(Preference { outcome, strength, reason })
            };
            match word {
                "a" => preference(Outcome::A, None),
                "a~" => preference(Outcome::A, Some(Strength::Slightly)),
                "a!" => preference(Outcome::A, Some(Strength::Much)),
                "b" => preference(Outcome::B, None),
                "b~" => preference(Outcome::B, Some(Strength::Slightly)),
                "b!" => preference(Outcome::B, Some(Strength::Much)),
                "tie" => preference(Outcome::Tie, None),
                "bad" => preference(Outcome::BothBad, None),
                "un" => preference(Outcome::Unratable, None),
                "skip" => Verdict::Skipped,
                other => panic!("no such word: {other}"),
            }
        };
        words
            .split_whitespace()
            .enumerate()
            .map(|(index, word)| Judgment {
                given: NewJudgment {
                    id: JudgmentId([index as u8; 16]),
                    item: ItemId(1),
                    annotator: AnnotatorId(index as i64 + 1),
                    verdict: verdict(word),
                    flagged: false,
                    comment: String::new(),
                    rubric_version: 1,
                    showing: None,
                    origin: Origin::Screen,
                    recorded_at: UnixMillis(index as i64 + 1),
                },
                revision: 1,
                supersedes: None,
            })
            .collect()
    }

    /// Rows as `a>b`, with `@margin` and `/annotator` where there are any; then what was left out, and the
    /// number of judgments the rows stand for.
    fn told(plan: &ExportPlan, words: &str) -> String {
        let mut counts = ExportCounts::default();
        let groups = rows_of_item(plan, &judgments(words), &mut counts);
        let all = groups.iter().map(|group| group.judgments).sum::<u64>();
        let left_out: u64 = counts.left_out.iter().map(|(_, count)| count).sum();
        assert_eq!(
            all + left_out,
            words.split_whitespace().count() as u64,
            "every judgment is accounted for: {words}"
        );
        let mut told: Vec<String> = groups
            .iter()
            .flat_map(|group| &group.rows)
            .map(|row| {
                let letter = |index| if index == 0 { 'a' } else { 'b' };
                let margin = row.margin.map(|margin| format!("@{margin}")).unwrap_or_default();
                let annotator = row.annotator.map(|id| format!("/{id}")).unwrap_or_default();
                format!("{}>{}{margin}{annotator}", letter(row.chosen), letter(row.rejected))
            })
            .collect();
        told.extend(counts.left_out.iter().map(|(reason, count)| format!("{count} {reason}")));
        told.push(format!("={all}"));
        told.join(", ")
    }

    fn plan(change: impl FnOnce(&mut ExportPlan)) -> ExportPlan {
        let mut plan = ExportPlan {
            ties: Some(TiePolicy::Drop),
            both_bad: Some(BothBadPolicy::Drop),
            strength: Some(StrengthPolicy::Ignore),
            several: Some(SeveralPolicy::Each),
            ..ExportPlan::new(ExportFormat::TrlExplicit)
        };
        change(&mut plan);
        plan
    }

    #[test]
    fn ties_and_both_bad_go_as_said() {
        let drop_both = plan(|_| {});
        let zero = plan(|plan| plan.ties = Some(TiePolicy::MarginZero));
        let both_ways = plan(|plan| plan.ties = Some(TiePolicy::BothDirections));
        let as_tie = |ties| {
            plan(|plan| {
                plan.ties = Some(ties);
                plan.both_bad = Some(BothBadPolicy::AsTie);
            })
        };
        let with_margins = plan(|plan| {
            plan.ties = Some(TiePolicy::BothDirections);
            plan.strength = Some(StrengthPolicy::Margin { unset: 1.0 });
        });
        for (plan, words, expected) in [
            (&drop_both, "a", "a>b/1, =1"),
            (&drop_both, "b", "b>a/1, =1"),
            (&drop_both, "tie", "1 tie, =0"),
            (&drop_both, "bad", "1 both bad, =0"),
            (&drop_both, "un", "1 cannot be judged, =0"),
            (&drop_both, "skip", "1 skipped, =0"),
            (&zero, "tie", "a>b@0/1, =1"),
            (&zero, "bad", "1 both bad, =0"),
            (&both_ways, "tie", "a>b/1, b>a/1, =1"),
            (&with_margins, "tie", "a>b@0/1, b>a@0/1, =1"),
            (&as_tie(TiePolicy::Drop), "bad", "1 both bad, =0"),
            (&as_tie(TiePolicy::MarginZero), "bad", "a>b@0/1, =1"),
            (&as_tie(TiePolicy::BothDirections), "bad", "a>b/1, b>a/1, =1"),
        ] {
            assert_eq!(told(plan, words), expected, "{words} by {plan:?}");
        }
    }

    #[test]
    fn strength_goes_as_said() {
        let margin = plan(|plan| plan.strength = Some(StrengthPolicy::Margin { unset: 0.5 }));
        let drop_below = |keep_unset| {
            let weakest = Strength::Clearly;
            plan(|plan| plan.strength = Some(StrengthPolicy::DropBelow { weakest, keep_unset }))
        };
        for (plan, words, expected) in [
            (&plan(|_| {}), "b!", "b>a/1, =1"),
            (&margin, "a~", "a>b@1/1, =1"),
            (&margin, "b!", "b>a@3/1, =1"),
            (&margin, "b", "b>a@0.5/1, =1"),
            (&drop_below(true), "a~ a a!", "a>b/2, a>b/3, 1 too weak, =2"),
            (&drop_below(false), "a~ a a!", "a>b/3, 2 too weak, =1"),
        ] {
            assert_eq!(told(plan, words), expected, "{words} by {plan:?}");
        }
    }

    #[test]
    fn several_judgments_go_as_said() {
        let several = |policy| plan(|plan| plan.several = Some(policy));
        let (each, majority) = (several(SeveralPolicy::Each), several(SeveralPolicy::Majority));
        let (unanimous, latest) = (several(SeveralPolicy::Unanimous), several(SeveralPolicy::Latest));
        for (plan, words, expected) in [
            (&each, "a b skip tie", "a>b/1, b>a/2, 1 skipped, 1 tie, =2"),
            (&majority, "a a b", "a>b, 1 outvoted, =2"),
            (&majority, "a b", "2 no majority, =0"),
            (&majority, "a un un", "a>b, 2 cannot be judged, =1"),
            (&majority, "tie tie a", "1 outvoted, 2 tie, =0"),
            (&majority, "a a b tie", "4 no majority, =0"),
            (&majority, "un", "1 cannot be judged, =0"),
            (&majority, "skip b", "b>a, 1 skipped, =1"),
            (&unanimous, "b b b", "b>a, =3"),
            (&unanimous, "b b a", "3 not unanimous, =0"),
            (&unanimous, "b un b", "b>a, 1 cannot be judged, =2"),
            (&latest, "a b", "b>a, 1 an earlier judgment of the item, =1"),
            (&latest, "a un", "1 an earlier judgment of the item, 1 cannot be judged, =0"),
        ] {
            assert_eq!(told(plan, words), expected, "{words} by {plan:?}");
        }
    }

    #[test]
    fn a_majority_is_found_before_weak_votes_go() {
        let drop_weak = plan(|plan| {
            plan.several = Some(SeveralPolicy::Majority);
            plan.strength = Some(StrengthPolicy::DropBelow { weakest: Strength::Clearly, keep_unset: false });
        });
        assert_eq!(
            told(&drop_weak, "a~ a~ b!"),
            "1 outvoted, 2 too weak, =0",
            "one strong vote wins nothing"
        );
        assert_eq!(told(&drop_weak, "a~ a! b!"), "a>b, 1 outvoted, 1 too weak, =1");
        let mean = plan(|plan| {
            plan.several = Some(SeveralPolicy::Majority);
            plan.strength = Some(StrengthPolicy::Margin { unset: 1.0 });
        });
        assert_eq!(told(&mean, "a~ a! b"), "a>b@2, 1 outvoted, =2", "the mean of 1 and 3");
    }

    #[test]
    fn what_was_not_asked_waits() {
        let open = ExportPlan::new(ExportFormat::TrlExplicit);
        for (words, expected) in [
            ("a", "a>b, =1"),
            ("a~", "1 waiting for a policy, =0"),
            ("tie", "1 waiting for a policy, =0"),
            ("bad", "1 waiting for a policy, =0"),
            ("a a", "2 waiting for a policy, =0"),
            ("a skip", "a>b, 1 skipped, =1"),
        ] {
            assert_eq!(told(&open, words), expected, "{words}");
        }
    }

    #[test]
    fn only_what_the_project_holds_is_asked() {
        let open = ExportPlan::new(ExportFormat::AnthropicHh);
        assert_eq!(unanswered(&open, &PolicyCounts::default()), vec![]);
        let holds = PolicyCounts { ties: 0, both_bad: 2, with_strength: 1, items_with_several: 1 };
        use PolicyQuestion::{BothBad, Several, Strength, Ties};
        assert_eq!(unanswered(&open, &holds), vec![BothBad, Strength, Several]);
        let as_tie = ExportPlan { both_bad: Some(BothBadPolicy::AsTie), ..open };
        assert_eq!(
            unanswered(&as_tie, &holds),
            vec![Ties, Strength, Several],
            "both bad need the ties' policy"
        );
        assert_eq!(unanswered(&ExportPlan::new(ExportFormat::Csv), &holds), vec![], "a CSV drops nothing");
    }
}
