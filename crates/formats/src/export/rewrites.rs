//! Rewritten responses as pairs: the rewrite chosen over the response that it was made of.
//!
//! A rewrite is one annotator's own words, so there is nothing for a majority to agree on: every rewrite of a
//! judgment that is looked at has its pair, whatever became of the judgment's other answers. Only where the
//! latest judgment is wanted, its rewrites are the only ones. A rewrite of the whole of several candidates was
//! made of none of them, and has no pair.

use tiebreak_domain::export::{NWayPolicy, RewritePolicy, SeveralPolicy, StrengthPolicy};
use tiebreak_domain::rubric::QuestionKind;
use tiebreak_domain::{AnnotatorId, Candidate, Derived, ExportPlan, Judgment, Question};

use super::judged::Judged;
use super::output::ItemOutput;
use super::policy::{UNANSWERED, WAITING};

/// A rewrite and the response that it was made of.
pub(super) struct Rewrite {
    /// The rewrite.
    pub(super) candidate: Candidate,
    /// The place of the response.
    pub(super) original: usize,
    /// Whose it is.
    pub(super) by: AnnotatorId,
    /// Whether that is written.
    pub(super) names_annotator: bool,
    /// How much better it is, if the plan writes that: nobody chose a strength.
    pub(super) margin: Option<f64>,
    /// How much it weighs, if the plan writes that: it stands in one pair.
    pub(super) weight: Option<f64>,
}

/// Whether pairs are made of the rewrites that answer this question, and of nothing else.
pub(super) fn is_of_rewrites(question: &Question) -> bool {
    matches!(&question.kind, QuestionKind::Text { purpose, .. } if purpose.makes_a_candidate())
}

/// The rewrites of one item that have pairs, judgment by judgment; what is left out is counted. Where the question
/// asks for rewrites, they are all that is written, and stand for their judgments.
fn rewrites(
    plan: &ExportPlan,
    question: &Question,
    judged: &Judged,
    output: &mut ItemOutput,
) -> Vec<Vec<Rewrite>> {
    let is_of_rewrites = is_of_rewrites(question);
    let answered = judged.answered();
    if is_of_rewrites {
        output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    }
    let is_meant = |derived: &Derived| !is_of_rewrites || derived.lineage.question == question.key;
    let said: Vec<(&Judgment, Vec<Derived>)> = answered
        .iter()
        .map(|judgment| (*judgment, judged.derived(judgment).into_iter().filter(is_meant).collect()))
        .collect();
    let latest = answered.iter().map(|judgment| (judgment.given.recorded_at, judgment.given.id)).max();
    let mut rewrites = Vec::new();
    for (judgment, derived) in said {
        let given = &judgment.given;
        let is_earlier =
            plan.several == Some(SeveralPolicy::Latest) && Some((given.recorded_at, given.id)) != latest;
        let is_waiting = plan.several.is_none() && answered.len() > 1;
        let left_out = match plan.rewrites {
            _ if derived.is_empty() => Some(UNANSWERED),
            _ if is_earlier => Some("an earlier judgment of the item"),
            None => Some(WAITING),
            Some(_) if is_waiting => Some(WAITING),
            Some(RewritePolicy::Drop) => Some("rewrites are left out"),
            Some(RewritePolicy::Chosen) if derived.iter().all(|one| one.lineage.original.is_none()) => {
                Some("a rewrite of the whole item has no pair")
            }
            Some(RewritePolicy::Chosen) => None,
        };
        if is_of_rewrites && let Some(reason) = left_out {
            output.leave_out(reason, 1);
        }
        let mut of_judgment = Vec::new();
        for one in derived {
            match one.lineage.original.filter(|_| left_out.is_none()) {
                Some(original) => of_judgment.push(Rewrite {
                    candidate: one.candidate,
                    original: usize::from(original),
                    by: given.annotator,
                    names_annotator: plan.several == Some(SeveralPolicy::Each),
                    margin: margin(plan),
                    weight: (plan.n_way == Some(NWayPolicy::AllPairs)).then_some(1.0),
                }),
                None => output.rewrites_left_out += 1,
            }
        }
        rewrites.push(of_judgment);
    }
    rewrites
}

/// Writes the rows of every rewrite: each row's line or why it is not valid, and its label where rows have such.
pub(super) fn write(
    plan: &ExportPlan,
    question: &Question,
    judged: &Judged,
    output: &mut ItemOutput,
    mut rows: impl FnMut(&Rewrite) -> Vec<(Result<String, String>, Option<bool>)>,
) {
    for of_judgment in rewrites(plan, question, judged, output) {
        // Where answers are written beside them, the judgment was counted with those.
        let mut judgments = u64::from(is_of_rewrites(question));
        for rewrite in of_judgment {
            let (lines, labels): (Vec<_>, Vec<_>) = rows(&rewrite).into_iter().unzip();
            if lines.iter().any(Result::is_err) {
                output.rewrites_left_out += 1;
                output.take(lines, 0);
                continue;
            }
            output.rewrites += 1;
            output.voters.insert(rewrite.by);
            output.take(lines, std::mem::take(&mut judgments));
            for label in labels.into_iter().flatten() {
                output.labels[usize::from(!label)] += 1;
            }
        }
    }
}

fn margin(plan: &ExportPlan) -> Option<f64> {
    match plan.strength {
        Some(StrengthPolicy::Margin { unset }) if plan.format.has_margin() => Some(unset),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::judged::Names;
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::export::TiePolicy;
    use tiebreak_domain::rubric::{RankingForm, Scope, StrengthSteps, TextPurpose};
    use tiebreak_domain::{ExportFormat, Outcome};

    fn asked() -> Names {
        names(vec![
            preference("overall", StrengthSteps::Optional),
            text("better", TextPurpose::Rewrite, Scope::Candidate),
        ])
    }

    fn plan(format: ExportFormat, rewrites: RewritePolicy) -> ExportPlan {
        ExportPlan {
            ties: Some(TiePolicy::Drop),
            several: Some(SeveralPolicy::Each),
            strength: Some(StrengthPolicy::Ignore),
            rewrites: Some(rewrites),
            ..ExportPlan::new(format)
        }
    }

    /// The pairs of an output: chosen and rejected, as the format has them.
    fn pairs(output: &ItemOutput, [chosen, rejected]: [&str; 2]) -> Vec<[String; 2]> {
        let row = |line: &String| {
            let row: serde_json::Value = serde_json::from_str(line).expect("a row");
            [chosen, rejected]
                .map(|path| row.pointer(path).and_then(|text| text.as_str()).expect(path).to_owned())
        };
        output.lines.iter().map(row).collect()
    }

    #[test]
    fn every_format_of_pairs_has_the_rewrite_over_its_original() {
        let said =
            [judgment(1, 2, vec![outcome("overall", Outcome::B), writes("better", Some(1), "text 2")])];
        for (format, paths) in [
            (ExportFormat::TrlExplicit, ["/chosen", "/rejected"]),
            (ExportFormat::TrlImplicit, ["/chosen", "/rejected"]),
            (ExportFormat::TrlConversational, ["/chosen/0/content", "/rejected/0/content"]),
            (ExportFormat::AnthropicHh, ["/chosen", "/rejected"]),
            (ExportFormat::OpenAi, ["/preferred_output/0/content", "/non_preferred_output/0/content"]),
            (ExportFormat::LlamaFactory, ["/chosen/value", "/rejected/value"]),
            (ExportFormat::LanguageFeedback, ["/chosen", "/rejected"]),
        ] {
            let word = format.word();
            let output = written(&plan(format, RewritePolicy::Chosen), &asked(), &item(2), &said);
            let pairs = pairs(&output, paths);
            assert!(pairs[0][0].ends_with("text 1") && pairs[0][1].ends_with("text 0"), "{word}: {pairs:?}");
            assert!(pairs[1][0].ends_with("text 2") && pairs[1][1].ends_with("text 1"), "{word}: {pairs:?}");
            assert_eq!((output.rewrites, output.rewrites_left_out, output.judgments), (1, 0, 1), "{word}");
            let without = written(&plan(format, RewritePolicy::Drop), &asked(), &item(2), &said);
            assert_eq!(
                (without.lines.len(), without.rewrites, without.rewrites_left_out),
                (1, 0, 1),
                "{word}"
            );
        }
    }

    #[test]
    fn a_rewrite_has_its_pair_whatever_became_of_the_vote() {
        let tie = judgment(1, 2, vec![outcome("overall", Outcome::Tie), writes("better", Some(0), "x")]);
        let output = written(
            &plan(ExportFormat::TrlExplicit, RewritePolicy::Chosen),
            &asked(),
            &item(2),
            std::slice::from_ref(&tie),
        );
        assert_eq!(output.left_out, [("tie".to_owned(), 1)], "the vote is left out");
        assert_eq!(pairs(&output, ["/chosen", "/rejected"]), [["x", "text 0"]]);
        let open = ExportPlan { rewrites: None, ..plan(ExportFormat::TrlExplicit, RewritePolicy::Drop) };
        let output = written(&open, &asked(), &item(2), &[tie]);
        assert_eq!((output.lines.len(), output.rewrites_left_out), (0, 1), "nothing is assumed");
    }

    #[test]
    fn only_the_latest_judgments_rewrites_are_written_where_it_alone_counts() {
        let said = [1, 2].map(|who| {
            let words = format!("by {who}");
            judgment(who, 2, vec![outcome("overall", Outcome::A), writes("better", Some(0), &words)])
        });
        let with = |several| ExportPlan {
            several: Some(several),
            strength: Some(StrengthPolicy::Margin { unset: 0.5 }),
            ..plan(ExportFormat::TrlExplicit, RewritePolicy::Chosen)
        };
        let chosen = |several| -> Vec<(String, Option<f64>)> {
            rows(&with(several), &asked(), &item(2), &said)
                .iter()
                .map(|row| (row["chosen"].as_str().unwrap_or_default().to_owned(), row["margin"].as_f64()))
                .collect()
        };
        let row = |chosen: &str| (chosen.to_owned(), Some(0.5));
        assert_eq!(chosen(SeveralPolicy::Latest), [row("text 0"), row("by 2")]);
        assert_eq!(chosen(SeveralPolicy::Majority), [row("text 0"), row("by 1"), row("by 2")]);
    }

    #[test]
    fn a_rewrite_is_desirable_and_its_original_is_not_called_two_things() {
        let plan = plan(ExportFormat::Kto, RewritePolicy::Chosen);
        let labels = |answers| -> Vec<String> {
            let output = written(&plan, &asked(), &item(2), &[judgment(1, 2, answers)]);
            let labels = output.labels[0] + output.labels[1];
            assert_eq!(labels, output.lines.len() as u64, "every row is counted in the balance");
            output
                .lines
                .iter()
                .map(|line| {
                    let row: serde_json::Value = serde_json::from_str(line).expect("a row");
                    format!("{} {}", row["completion"].as_str().unwrap_or_default(), row["label"])
                })
                .collect()
        };
        assert_eq!(
            labels(vec![outcome("overall", Outcome::B), writes("better", Some(1), "x")]),
            ["text 1 true", "text 0 false", "x true"],
            "the original won its pair"
        );
        assert_eq!(
            labels(vec![outcome("overall", Outcome::Tie), writes("better", Some(1), "x")]),
            ["x true", "text 1 false"],
            "nothing else is said of the original"
        );
    }

    #[test]
    fn rewrites_alone_make_pairs_and_stand_for_their_judgments() {
        let names = names(vec![text("better", TextPurpose::Rewrite, Scope::Candidate)]);
        let plan = plan(ExportFormat::TrlExplicit, RewritePolicy::Chosen);
        let said = [
            judgment(1, 1, vec![writes("better", Some(0), "x")]),
            judgment(2, 1, vec![]),
            judgment(3, 1, vec![writes("better", Some(0), "text 0")]),
        ];
        let output = written(&plan, &names, &item(1), &said);
        assert_eq!(pairs(&output, ["/chosen", "/rejected"]), [["x", "text 0"]]);
        assert_eq!(output.judgments, 1);
        let left_out = [("skipped".to_owned(), 1), (UNANSWERED.to_owned(), 1)];
        assert_eq!(output.left_out, left_out, "what was left as it was is no rewrite");
        let dropped = ExportPlan { rewrites: Some(RewritePolicy::Drop), ..plan };
        assert_eq!(written(&dropped, &names, &item(1), &said[..1]).judgments, 0);
    }

    #[test]
    fn beside_pairs_of_many_a_rewrite_names_its_item_and_weighs_as_a_pair() {
        let names = names(vec![
            ranking("order", RankingForm::WithTies),
            text("better", TextPurpose::Rewrite, Scope::Candidate),
        ]);
        let plan = ExportPlan {
            n_way: Some(NWayPolicy::AllPairs),
            ..plan(ExportFormat::TrlExplicit, RewritePolicy::Chosen)
        };
        let said =
            [judgment(1, 3, vec![ranks("order", &[&[2], &[0], &[1]]), writes("better", Some(0), "x")])];
        let rows = rows(&plan, &names, &item(3), &said);
        assert_eq!((rows.len(), &rows[3]["chosen"], &rows[3]["weight"]), (4, &"x".into(), &1.0.into()));
        assert_eq!(rows[3]["group_id"], rows[0]["group_id"]);
    }
}
