//! HelpSteer3: a pair with what each annotator said of it, from −3 (the first response is much better) to 3.
//!
//! `overall_preference` is, as in HelpSteer2, the mean of the three judgments that are most alike, rounded. To
//! what the published files have, each individual preference adds its `annotator`.

use serde::Serialize;
use serde_json::Value;
use tiebreak_domain::rubric::TextPurpose;
use tiebreak_domain::{Judgment, Part, Question};

use super::help_steer2::{overall, responses, strengths};
use super::judged::Judged;
use super::output::{ItemOutput, json_line};
use super::turns::{check_end, check_turns, messages, turns};

#[derive(Serialize)]
struct Line<'a> {
    domain: Option<&'a str>,
    language: Option<&'a str>,
    context: Value,
    response1: String,
    response2: String,
    overall_preference: i64,
    individual_preference: Vec<Individual<'a>>,
}

#[derive(Serialize)]
struct Individual<'a> {
    score: i32,
    reasoning: &'a str,
    feedback1: &'a str,
    feedback2: &'a str,
    annotator: &'a str,
}

/// Writes the row of one pair.
pub(super) fn write(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let votes = strengths(question, judged, output);
    if !votes.is_empty() {
        output.take(vec![row(judged, &votes)], votes.len() as u64);
    }
}

fn row(judged: &Judged, votes: &[(i32, &Judgment)]) -> Result<String, String> {
    let [response1, response2] = responses(judged)?;
    let scores: Vec<i32> = votes.iter().map(|(score, _)| *score).collect();
    Ok(json_line(&Line {
        domain: judged.metadata("domain"),
        language: judged.metadata("language"),
        context: context(&judged.item.item.prompt)?,
        response1,
        response2,
        overall_preference: overall(&scores),
        individual_preference: votes
            .iter()
            .map(|(score, judgment)| Individual {
                score: *score,
                reasoning: judged.rationale(judgment),
                feedback1: feedback(judged, judgment, 0),
                feedback2: feedback(judged, judgment, 1),
                annotator: judged.names.annotator(judgment),
            })
            .collect(),
    }))
}

/// What was said of one response: a critique, or else a rationale.
fn feedback<'a>(judged: &Judged<'a>, judgment: &'a Judgment, candidate: u8) -> &'a str {
    [TextPurpose::Critique, TextPurpose::Rationale]
        .into_iter()
        .find_map(|purpose| judged.words(judgment, purpose, Some(candidate)))
        .unwrap_or_default()
}

fn context(prompt: &[Part]) -> Result<Value, String> {
    if prompt.iter().any(|part| part.uri().is_some()) {
        return Err("the prompt holds a medium, and this format knows texts only".to_owned());
    }
    let turns = turns(prompt, "user");
    check_turns(&turns, "the prompt")?;
    check_end(&turns, "user", "the prompt")?;
    Ok(messages(&turns))
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use serde_json::json;
    use tiebreak_domain::rubric::{Scope, StrengthSteps};
    use tiebreak_domain::{ExportFormat, ExportPlan};

    #[test]
    fn every_annotator_has_a_score_and_words() {
        let names = names(vec![
            preference("overall", StrengthSteps::Scale),
            text("why", TextPurpose::Rationale, Scope::Pair),
            text("feedback", TextPurpose::Critique, Scope::Candidate),
        ]);
        let judgments = [
            judgment(2, 2, vec![prefers("overall", 0)]),
            judgment(
                1,
                2,
                vec![
                    prefers("overall", -1),
                    writes("why", None, "shorter"),
                    writes("feedback", Some(0), "good"),
                    writes("feedback", Some(1), "mutates"),
                ],
            ),
        ];
        let mut item = item(2);
        item.item.metadata.insert("domain".into(), "code".into());
        let rows = rows(&ExportPlan::new(ExportFormat::HelpSteer3), &names, &item, &judgments);
        let expected = json!({
            "domain": "code", "language": null, "context": [{"role": "user", "content": "Why?"}],
            "response1": "text 0", "response2": "text 1", "overall_preference": 0,
            "individual_preference": [
                {"score": -1, "reasoning": "shorter", "feedback1": "good", "feedback2": "mutates", "annotator": "ada"},
                {"score": 0, "reasoning": "", "feedback1": "", "feedback2": "", "annotator": "bob"},
            ],
        });
        assert_eq!(rows, [expected], "in the order of time; the mean -1/2 rounds to the even 0");
    }
}
