//! Language feedback: a pair, and in words what is wrong with the rejected response.
//!
//! Such rows train a model that turns a response into a better one, or one that says what is wrong (Zhou et al.
//! 2024, Sequence to Sequence Reward Modeling: Improving RLHF by Language Feedback). The critique is that of
//! whoever the row stands for: of the rejected response, else of the whole; several are parted by blank lines,
//! and it is empty where nobody wrote one.

use serde::Serialize;
use tiebreak_domain::AnnotatorId;
use tiebreak_domain::rubric::TextPurpose;

use super::judged::Judged;
use super::output::json_line;
use super::preference::{Membership, PreferenceRow, check};
use super::turns::{bare_text, prompt_text};

#[derive(Serialize)]
struct Line<'a> {
    prompt: String,
    chosen: String,
    rejected: String,
    critique: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    annotator: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    weight: Option<f64>,
}

/// What some annotators said is wrong with a candidate.
pub(super) fn critique(judged: &Judged, rejected: usize, voters: &[AnnotatorId]) -> String {
    let of_voter = |voter: &AnnotatorId| {
        let judgment = judged.judgments.iter().find(|judgment| judgment.given.annotator == *voter)?;
        let words = |candidate| judged.words(judgment, TextPurpose::Critique, candidate);
        words(Some(rejected as u8)).or_else(|| words(None))
    };
    let words: Vec<&str> = voters.iter().filter_map(of_voter).collect();
    words.join("\n\n")
}

/// The row as one line, or why it is not valid.
pub(super) fn line(
    row: &PreferenceRow,
    critique: &str,
    group: Option<&Membership>,
) -> Result<String, String> {
    check(row)?;
    let prompt = prompt_text(row.prompt)?;
    let chosen = bare_text(&row.chosen.parts, "assistant", "the chosen side")?;
    let rejected = bare_text(&row.rejected.parts, "assistant", "the rejected side")?;
    if chosen == rejected {
        return Err("chosen and rejected are the same".to_owned());
    }
    Ok(json_line(&Line {
        prompt,
        chosen,
        rejected,
        critique,
        annotator: row.annotator,
        id: row.external_id,
        group_id: group.map(|group| group.id.as_str()),
        weight: group.and_then(|group| group.weight),
    }))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use tiebreak_domain::export::{RewritePolicy, SeveralPolicy};
    use tiebreak_domain::rubric::{Scope, StrengthSteps};
    use tiebreak_domain::{ExportFormat, ExportPlan, Outcome};

    fn asked() -> super::super::judged::Names {
        names(vec![
            preference("overall", StrengthSteps::None),
            text("critique", TextPurpose::Critique, Scope::Candidate),
            text("correction", TextPurpose::Rewrite, Scope::Candidate),
        ])
    }

    fn plan(several: SeveralPolicy) -> ExportPlan {
        ExportPlan {
            several: Some(several),
            rewrites: Some(RewritePolicy::Chosen),
            ..ExportPlan::new(ExportFormat::LanguageFeedback)
        }
    }

    #[test]
    fn the_critique_is_that_of_the_rejected_response() {
        let answers = vec![
            outcome("overall", Outcome::B),
            writes("critique", Some(0), "No reason is given."),
            writes("critique", Some(1), "Too long."),
            writes("correction", Some(1), "short"),
        ];
        let output = written(&plan(SeveralPolicy::Each), &asked(), &item(2), &[judgment(1, 2, answers)]);
        assert_eq!(
            output.lines,
            [
                r#"{"prompt":"Why?","chosen":"text 1","rejected":"text 0","critique":"No reason is given.","annotator":"ada","id":"q1"}"#,
                r#"{"prompt":"Why?","chosen":"short","rejected":"text 1","critique":"Too long.","annotator":"ada","id":"q1"}"#,
            ]
        );
    }

    #[test]
    fn those_who_agree_criticise_together_and_the_outvoted_do_not() {
        let said = |annotator, outvoted, words: &str| {
            let mut answers = vec![outcome("overall", outvoted)];
            if !words.is_empty() {
                answers.push(writes("critique", Some(0), words));
            }
            judgment(annotator, 2, answers)
        };
        let judgments =
            [said(1, Outcome::B, "Wrong."), said(2, Outcome::A, "Fine."), said(3, Outcome::B, "Vague.")];
        let rows = rows(&plan(SeveralPolicy::Majority), &asked(), &item(2), &judgments);
        assert_eq!(rows[0]["critique"], "Wrong.\n\nVague.");
        let silent = [said(1, Outcome::B, "")];
        let rows = self::rows(&plan(SeveralPolicy::Each), &asked(), &item(2), &silent);
        assert_eq!(rows[0]["critique"], "", "nobody wrote one");
    }
}
