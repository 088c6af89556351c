//! Disagreement: whether what people said of one item differs by more than a study allows.

use crate::{Answer, AnswerValue, Verdict};

/// Whether any two of these disagree: another outcome or another entry to the same question, or ratings of the
/// same thing that differ by more than `above`. What only one of them answered is no disagreement, nor are words,
/// marks and rankings, of which no two are alike.
pub fn do_disagree<'a>(verdicts: impl IntoIterator<Item = &'a Verdict>, above: u32) -> bool {
    let mut seen: Vec<&Answer> = Vec::new();
    for verdict in verdicts {
        let answers = verdict.answers();
        let disagrees = answers.iter().any(|answer| {
            seen.iter()
                .filter(|other| other.question == answer.question && other.candidate == answer.candidate)
                .any(|other| differ(&answer.value, &other.value, above))
        });
        if disagrees {
            return true;
        }
        seen.extend(answers);
    }
    false
}

fn differ(one: &AnswerValue, other: &AnswerValue, above: u32) -> bool {
    match (one, other) {
        (AnswerValue::Preference(one), AnswerValue::Preference(other)) => one.outcome != other.outcome,
        (AnswerValue::Choice(one), AnswerValue::Choice(other)) => one != other,
        (AnswerValue::Rating(one), AnswerValue::Rating(other)) => one.abs_diff(*other) > above,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Outcome, Preference};

    fn overall(outcome: Outcome) -> Verdict {
        Verdict::overall(Preference::new(outcome))
    }

    fn ratings(values: &[i32]) -> Verdict {
        let answer = |(index, &value): (usize, &i32)| Answer {
            question: "quality".into(),
            candidate: Some(index as u8),
            value: AnswerValue::Rating(value),
        };
        Verdict::Judged { answers: values.iter().enumerate().map(answer).collect() }
    }

    #[test]
    fn another_outcome_disagrees_and_the_same_does_not() {
        assert!(!do_disagree([&overall(Outcome::A), &overall(Outcome::A)], 0));
        assert!(do_disagree([&overall(Outcome::A), &overall(Outcome::A), &overall(Outcome::Tie)], 9));
    }

    #[test]
    fn ratings_disagree_beyond_what_is_allowed_and_candidate_by_candidate() {
        assert!(!do_disagree([&ratings(&[3, 1]), &ratings(&[4, 1])], 1), "a difference of one is allowed");
        assert!(do_disagree([&ratings(&[3, 1]), &ratings(&[5, 1])], 1), "a difference of two is not");
        assert!(!do_disagree([&ratings(&[1, 5]), &ratings(&[1])], 0), "the second was rated once");
        assert!(do_disagree([&ratings(&[i32::MIN]), &ratings(&[i32::MAX])], 5), "no overflow");
    }

    #[test]
    fn skips_say_nothing() {
        assert!(!do_disagree([&overall(Outcome::A), &Verdict::Skipped, &Verdict::Withdrawn], 0));
    }
}
