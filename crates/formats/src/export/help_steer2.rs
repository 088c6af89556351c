//! HelpSteer2: ratings, one row for each response, rows of one prompt after one another; and preferences, one
//! row for each pair, from −3 (the first response is much better) to 3.
//!
//! Ratings stand under the keys of the rubric's questions about each candidate, as whole numbers: means and
//! medians are rounded. The strength of a pair is the mean of the three judgments that are most alike, rounded
//! (Wang et al. 2024, HelpSteer2-Preference, section 2). Both bad, what cannot be judged, and winners without
//! a strength have no number there, and are left out rather than given one. To what the published files have,
//! each of `all_preferences_unprocessed` adds its `annotator`.

use serde::Serialize;
use serde_json::{Map, Value};
use tiebreak_domain::export::RatingPolicy;
use tiebreak_domain::{AnswerValue, ExportPlan, Judgment, Outcome, Preference, Question};

use super::aggregate::{combined, mean, rounded, three_most_alike};
use super::judged::{Judged, answer_to, rating_of};
use super::output::{ItemOutput, json_line};
use super::policy::{UNANSWERED, UNRATABLE, WAITING};
use super::turns::{prompt_text, response_text};

/// Writes the ratings of one item.
pub(super) fn write_ratings(plan: &ExportPlan, judged: &Judged, output: &mut ItemOutput) {
    for (annotator, judgments) in rated_groups(plan, judged, output) {
        let rows = (0..judged.candidates().len())
            .map(|index| ratings_row(plan.ratings, judged, index, annotator, &judgments))
            .collect();
        output.take(rows, judgments.len() as u64);
    }
}

/// The judgments that rate a candidate: one group for each annotator, or one of all.
pub(super) fn rated_groups<'a>(
    plan: &ExportPlan,
    judged: &Judged<'a>,
    output: &mut ItemOutput,
) -> Vec<(Option<&'a str>, Vec<&'a Judgment>)> {
    let answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    let questions = judged.names.candidate_ratings();
    let is_rated = |judgment: &&Judgment| {
        let candidates = 0..judged.candidates().len();
        questions.iter().any(|question| {
            candidates.clone().any(|index| rating_of(judgment, &question.key, index).is_some())
        })
    };
    let (rated, unrated): (Vec<_>, Vec<_>) = answered.into_iter().partition(is_rated);
    output.leave_out("not rated", unrated.len() as u64);
    match plan.ratings {
        _ if rated.is_empty() => Vec::new(),
        Some(RatingPolicy::Each) => {
            rated.into_iter().map(|one| (judged.names.known_annotator(one), vec![one])).collect()
        }
        None if rated.len() > 1 => {
            output.leave_out(WAITING, rated.len() as u64);
            Vec::new()
        }
        _ => vec![(None, rated)],
    }
}

/// One rating of a candidate from those of several annotators; none where nobody rated it.
pub(super) fn rating_from(
    policy: Option<RatingPolicy>,
    judgments: &[&Judgment],
    question: &str,
    candidate: usize,
) -> Option<f64> {
    let values: Vec<i32> =
        judgments.iter().filter_map(|judgment| rating_of(judgment, question, candidate)).collect();
    combined(policy.unwrap_or(RatingPolicy::Each), &values)
}

fn ratings_row(
    policy: Option<RatingPolicy>,
    judged: &Judged,
    index: usize,
    annotator: Option<&str>,
    judgments: &[&Judgment],
) -> Result<String, String> {
    let mut row = Map::new();
    row.insert("prompt".to_owned(), prompt_text(&judged.item.item.prompt)?.into());
    row.insert("response".to_owned(), response_text(&judged.candidates()[index], index)?.into());
    for question in judged.names.candidate_ratings() {
        let Some(rating) = rating_from(policy, judgments, &question.key, index) else {
            return Err(format!("nobody rated candidate {} by {:?}", index + 1, question.key));
        };
        row.insert(question.key.clone(), rounded(rating).into());
    }
    if let Some(annotator) = annotator {
        row.insert("annotator".to_owned(), annotator.into());
    }
    Ok(Value::Object(row).to_string())
}

#[derive(Serialize)]
struct PreferenceLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    split: Option<&'a str>,
    prompt: String,
    response_1: String,
    response_2: String,
    preference_strength: i64,
    preference_statement: &'static str,
    preference_elaboration: &'a str,
    three_most_similar_preferences: Vec<SimilarPreference<'a>>,
    all_preferences_unprocessed: Vec<UnprocessedPreference<'a>>,
}

#[derive(Serialize)]
struct SimilarPreference<'a> {
    statement: &'static str,
    elaboration: &'a str,
    strength: i32,
}

#[derive(Serialize)]
struct UnprocessedPreference<'a> {
    strength: i32,
    justification: &'a str,
    annotator: &'a str,
}

/// Writes the preference of one pair.
pub(super) fn write_preferences(question: &Question, judged: &Judged, output: &mut ItemOutput) {
    let votes = strengths(question, judged, output);
    if !votes.is_empty() {
        output.take(vec![preference_row(judged, &votes)], votes.len() as u64);
    }
}

fn preference_row(judged: &Judged, votes: &[(i32, &Judgment)]) -> Result<String, String> {
    let strengths: Vec<i32> = votes.iter().map(|(strength, _)| *strength).collect();
    let alike: Vec<&(i32, &Judgment)> =
        three_most_alike(&strengths).into_iter().map(|place| &votes[place]).collect();
    let strength = overall(&strengths);
    let nearest = alike
        .iter()
        .filter(|(_, judgment)| !judged.rationale(judgment).is_empty())
        .min_by_key(|(one, _)| (i64::from(*one) - strength).abs());
    let [response_1, response_2] = responses(judged)?;
    Ok(json_line(&PreferenceLine {
        split: judged.metadata("split"),
        prompt: prompt_text(&judged.item.item.prompt)?,
        response_1,
        response_2,
        preference_strength: strength,
        preference_statement: statement(strength),
        preference_elaboration: nearest.map_or("", |(_, judgment)| judged.rationale(judgment)),
        three_most_similar_preferences: alike
            .iter()
            .map(|(strength, judgment)| SimilarPreference {
                statement: statement(i64::from(*strength)),
                elaboration: judged.rationale(judgment),
                strength: *strength,
            })
            .collect(),
        all_preferences_unprocessed: votes
            .iter()
            .map(|(strength, judgment)| UnprocessedPreference {
                strength: *strength,
                justification: judged.rationale(judgment),
                annotator: judged.names.annotator(judgment),
            })
            .collect(),
    }))
}

/// The mean of the three that are most alike, rounded; 0 of none.
pub(super) fn overall(strengths: &[i32]) -> i64 {
    let alike: Vec<i32> = three_most_alike(strengths).into_iter().map(|place| strengths[place]).collect();
    mean(&alike).map_or(0, rounded)
}

/// The texts of both responses.
pub(super) fn responses(judged: &Judged) -> Result<[String; 2], String> {
    let [first, second] = judged.candidates() else { return Err("the item is no pair".to_owned()) };
    Ok([response_text(first, 0)?, response_text(second, 1)?])
}

/// What each annotator said as a number from −3 to 3, in the order of time.
pub(super) fn strengths<'a>(
    question: &Question,
    judged: &Judged<'a>,
    output: &mut ItemOutput,
) -> Vec<(i32, &'a Judgment)> {
    let mut answered = judged.answered();
    output.leave_out("skipped", (judged.judgments.len() - answered.len()) as u64);
    answered.sort_by_key(|judgment| (judgment.given.recorded_at, judgment.given.id));
    let mut votes = Vec::new();
    for judgment in answered {
        let answer = answer_to(judgment, &question.key, None).map(|answer| &answer.value);
        let strength = match answer {
            Some(AnswerValue::Preference(preference)) => strength_of(preference),
            _ => Err(UNANSWERED),
        };
        match strength {
            Ok(strength) => votes.push((strength, judgment)),
            Err(reason) => output.leave_out(reason, 1),
        }
    }
    votes
}

fn strength_of(preference: &Preference) -> Result<i32, &'static str> {
    let level = preference.strength.map(|strength| i32::from(strength.level()));
    match (preference.outcome, level) {
        (Outcome::A, Some(level)) => Ok(-level),
        (Outcome::B, Some(level)) => Ok(level),
        (Outcome::A | Outcome::B, None) => Err("no strength was given"),
        (Outcome::Tie, _) => Ok(0),
        (Outcome::BothBad, _) => Err("both bad"),
        (Outcome::Unratable, _) => Err(UNRATABLE),
    }
}

fn statement(strength: i64) -> &'static str {
    match strength {
        ..=-3 => "Response 1 is much better than Response 2",
        -2 => "Response 1 is better than Response 2",
        -1 => "Response 1 is slightly better than Response 2",
        0 => "Response 1 is about the same as Response 2",
        1 => "Response 2 is slightly better than Response 1",
        2 => "Response 2 is better than Response 1",
        3.. => "Response 2 is much better than Response 1",
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;
    use serde_json::json;
    use tiebreak_domain::ExportFormat;
    use tiebreak_domain::rubric::{Scope, StrengthSteps, TextPurpose};

    fn preference_names() -> super::super::judged::Names {
        names(vec![
            preference("overall", StrengthSteps::Scale),
            text("why", TextPurpose::Rationale, Scope::Pair),
        ])
    }

    /// Worked by hand: of −3, 2, −2, −3 and −1, the three −3, −2, −3 span 1, every other three more; their
    /// mean is −8/3, the nearest whole number −3.
    #[test]
    fn the_three_most_similar_preferences_by_hand() {
        let judgments: Vec<_> = [(-3, "a"), (2, "b"), (-2, "c"), (-3, ""), (-1, "e")]
            .into_iter()
            .zip(1..)
            .map(|((strength, why), annotator)| {
                let mut answers = vec![prefers("overall", strength)];
                if !why.is_empty() {
                    answers.push(writes("why", None, why));
                }
                judgment(annotator, 2, answers)
            })
            .collect();
        let plan = ExportPlan::new(ExportFormat::HelpSteer2Preference);
        let rows = rows(&plan, &preference_names(), &item(2), &judgments);
        let expected = json!({
            "prompt": "Why?", "response_1": "text 0", "response_2": "text 1",
            "preference_strength": -3,
            "preference_statement": "Response 1 is much better than Response 2",
            "preference_elaboration": "a",
            "three_most_similar_preferences": [
                {"statement": "Response 1 is much better than Response 2", "elaboration": "a", "strength": -3},
                {"statement": "Response 1 is better than Response 2", "elaboration": "c", "strength": -2},
                {"statement": "Response 1 is much better than Response 2", "elaboration": "", "strength": -3},
            ],
            "all_preferences_unprocessed": [
                {"strength": -3, "justification": "a", "annotator": "ada"}, {"strength": 2, "justification": "b", "annotator": "bob"},
                {"strength": -2, "justification": "c", "annotator": "cy"}, {"strength": -3, "justification": "", "annotator": "dee"},
                {"strength": -1, "justification": "e", "annotator": "eve"},
            ],
        });
        assert_eq!(rows, [expected]);
    }

    #[test]
    fn what_has_no_number_gets_none() {
        let judgments = [
            judgment(1, 2, vec![outcome("overall", Outcome::BothBad)]),
            judgment(2, 2, vec![outcome("overall", Outcome::Unratable)]),
            judgment(3, 2, vec![outcome("overall", Outcome::A)]),
            judgment(4, 2, vec![prefers("overall", 1)]),
            judgment(5, 2, vec![]),
        ];
        let plan = ExportPlan::new(ExportFormat::HelpSteer2Preference);
        let output = written(&plan, &preference_names(), &item(2), &judgments);
        let row: Value = serde_json::from_str(&output.lines[0]).unwrap_or_default();
        assert_eq!(row["preference_strength"], 1, "of the one that has a number");
        let reasons: Vec<&str> = output.left_out.iter().map(|(reason, _)| reason.as_str()).collect();
        assert_eq!(reasons, ["skipped", "both bad", "cannot be judged", "no strength was given"]);
    }

    #[test]
    fn ratings_are_one_row_for_each_response_with_rounded_means() {
        let names = names(vec![rating("helpfulness", 0, 4), rating("verbosity", 0, 4)]);
        let judgments: Vec<_> = [([4, 1], [2, 0]), ([3, 1], [2, 1]), ([3, 2], [2, 0])]
            .iter()
            .zip(1..)
            .map(|((helpfulness, verbosity), annotator)| {
                let answers = [rates("helpfulness", helpfulness), rates("verbosity", verbosity)].concat();
                judgment(annotator, 2, answers)
            })
            .collect();
        let mut plan = ExportPlan::new(ExportFormat::HelpSteer2);
        plan.ratings = Some(RatingPolicy::Mean);
        assert_eq!(
            written(&plan, &names, &item(2), &judgments).lines,
            [
                r#"{"prompt":"Why?","response":"text 0","helpfulness":3,"verbosity":2}"#,
                r#"{"prompt":"Why?","response":"text 1","helpfulness":1,"verbosity":0}"#
            ],
            "10/3, 6/3; 4/3, 1/3"
        );
        plan.ratings = Some(RatingPolicy::Each);
        let each = rows(&plan, &names, &item(2), &judgments);
        assert_eq!(
            (each.len(), &each[0]["annotator"], &each[0]["helpfulness"]),
            (6, &json!("ada"), &json!(4))
        );
        plan.ratings = None;
        let open = written(&plan, &names, &item(2), &judgments);
        assert_eq!((open.lines.len(), open.left_out), (0, vec![(WAITING.to_owned(), 3)]));
    }

    #[test]
    fn a_row_without_one_of_its_numbers_is_refused() {
        let names = names(vec![rating("helpfulness", 0, 4), rating("verbosity", 0, 4)]);
        let plan = ExportPlan::new(ExportFormat::HelpSteer2);
        let output = written(&plan, &names, &item(2), &[judgment(1, 2, rates("helpfulness", &[1, 2]))]);
        assert_eq!(output.refused, [(2, "nobody rated candidate 1 by \"verbosity\"".to_owned())]);
    }
}
