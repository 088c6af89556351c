//! How votes are written in data, and what they mean.

use tiebreak_domain::Outcome;
use tiebreak_domain::import::LabelColumn;

/// Words for the first and the second candidate that are used together.
const SIDES: [(&[&str], &[&str]); 8] = [
    (&["a"], &["b"]),
    (&["model_a", "model a", "modela"], &["model_b", "model b", "modelb"]),
    (&["response_a", "response a"], &["response_b", "response b"]),
    (&["assistant_a", "assistant a"], &["assistant_b", "assistant b"]),
    (&["response_1", "response 1", "response1"], &["response_2", "response 2", "response2"]),
    (&["left"], &["right"]),
    (&["first"], &["second"]),
    (&["true"], &["false"]),
];

const TIES: [&str; 9] =
    ["tie", "same", "equal", "draw", "both", "both_good", "both good", "tie (both good)", "no preference"];

const BOTH_BAD: [&str; 7] =
    ["both_bad", "both bad", "bothbad", "tie (bothbad)", "tie (both bad)", "neither", "none of them"];

/// Values that say nobody voted.
const NO_VOTES: [&str; 8] = ["", "null", "none", "nan", "n/a", "skip", "skipped", "withdrawn"];

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|&word| word.to_owned()).collect()
}

/// Whether a value of a label column says that nobody voted.
pub(crate) fn is_no_vote(value: &str) -> bool {
    NO_VOTES.contains(&value.trim().to_ascii_lowercase().as_str())
}

/// Whether a value says that somebody looked and could not judge, as Tiebreak writes it.
pub(crate) fn is_unratable(value: &str) -> bool {
    value.trim().eq_ignore_ascii_case(Outcome::Unratable.word())
}

/// What a word means that names no winner: a tie, both bad, or that it cannot be judged.
pub(crate) fn outcome_without_winner(word: &str) -> Option<Outcome> {
    let word = word.trim().to_lowercase();
    if TIES.contains(&word.as_str()) {
        Some(Outcome::Tie)
    } else if BOTH_BAD.contains(&word.as_str()) {
        Some(Outcome::BothBad)
    } else {
        is_unratable(&word).then_some(Outcome::Unratable)
    }
}

/// What a value means under a mapping; the name of one of two different models is a vote for it.
pub(crate) fn outcome_from_value(
    label: &LabelColumn,
    value: &str,
    models: [Option<&str>; 2],
) -> Option<Outcome> {
    let lists = [
        (&label.a, Outcome::A),
        (&label.b, Outcome::B),
        (&label.tie, Outcome::Tie),
        (&label.both_bad, Outcome::BothBad),
    ];
    let value = value.trim();
    for (words, outcome) in lists {
        if words.iter().any(|word| is_same_value(word.trim(), value)) {
            return Some(outcome);
        }
    }
    match models {
        [Some(first), Some(second)] if first != second && value == first => Some(Outcome::A),
        [Some(first), Some(second)] if first != second && value == second => Some(Outcome::B),
        _ => None,
    }
}

/// Equal but for the case of letters, or equal as numbers.
fn is_same_value(first: &str, second: &str) -> bool {
    if first.eq_ignore_ascii_case(second) {
        return true;
    }
    let starts_as_number = second.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    starts_as_number
        && matches!((first.parse::<f64>(), second.parse::<f64>()), (Ok(first), Ok(second)) if first == second)
}

/// Guesses how a column's values read, from those that were seen; none if they do not look like votes.
///
/// `sides` are the two tokens by which the candidates' columns differ, as in `response_1`, `response_2`. A
/// column without any vote yet is read by the letters.
pub(crate) fn label_column(column: &str, values: &[String], sides: [&str; 2]) -> Option<LabelColumn> {
    let mut seen: Vec<String> = values.iter().map(|value| value.trim().to_lowercase()).collect();
    seen.sort();
    seen.dedup();
    seen.retain(|value| !is_no_vote(value) && !is_unratable(value));
    let label = |a: Vec<String>, b: Vec<String>, tie: Vec<String>, both_bad: Vec<String>| {
        Some(LabelColumn { column: column.to_owned(), a, b, tie, both_bad })
    };
    if seen.is_empty() {
        return label(owned(&["a"]), owned(&["b"]), owned(&["tie"]), owned(&["both_bad"]));
    }
    let numbers: Option<Vec<f64>> = seen.iter().map(|value| value.parse().ok()).collect();
    if let Some(numbers) = numbers {
        return numeric_label(column, &numbers, sides);
    }
    let is_tie = |value: &String| TIES.contains(&value.as_str());
    let is_both_bad = |value: &String| BOTH_BAD.contains(&value.as_str());
    let decided: Vec<&String> = seen.iter().filter(|value| !is_tie(value) && !is_both_bad(value)).collect();
    let (a, b) = SIDES.iter().find(|(a, b)| {
        decided.iter().all(|value| a.contains(&value.as_str()) || b.contains(&value.as_str()))
    })?;
    let also_seen = |usual: &str, known: fn(&str) -> bool| {
        let mut words = vec![usual.to_owned()];
        words.extend(seen.iter().filter(|value| *value != usual && known(value)).cloned());
        words
    };
    label(
        owned(a),
        owned(b),
        also_seen("tie", |value| TIES.contains(&value)),
        also_seen("both_bad", |value| BOTH_BAD.contains(&value)),
    )
}

fn numeric_label(column: &str, numbers: &[f64], sides: [&str; 2]) -> Option<LabelColumn> {
    let all_in = |allowed: &[f64]| numbers.iter().all(|number| allowed.contains(number));
    let label = |a: &[&str], b: &[&str], tie: &[&str]| {
        let (a, b, tie) = (owned(a), owned(b), owned(tie));
        Some(LabelColumn { column: column.to_owned(), a, b, tie, both_bad: Vec::new() })
    };
    let name = column.to_lowercase();
    if (name.ends_with("_0") || name.ends_with("_a") || name.ends_with("_1")) && all_in(&[0.0, 0.5, 1.0]) {
        // Pick-a-Pic: one column per side, the share of votes it got. `label_1` counts from 1 or mirrors `label_0`.
        let is_second = name.ends_with("_1") && sides[1] == "1";
        return if is_second { label(&["0"], &["1"], &["0.5"]) } else { label(&["1"], &["0"], &["0.5"]) };
    }
    if numbers.iter().any(|&number| number < 0.0) {
        // HelpSteer: below 0 the first is better, above it the second, and how much.
        return all_in(&[-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0])
            .then(|| label(&["-1", "-2", "-3"], &["1", "2", "3"], &["0"]))
            .flatten();
    }
    match numbers {
        // Counted as the columns are; the number behind them is neither.
        _ if all_in(&[0.0, 1.0, 2.0]) && sides == ["0", "1"] => label(&["0"], &["1"], &["2"]),
        // A single number may be the first of two or the last, or a tie. Nothing is guessed: each vote is a doubt that
        // says so, until somebody says what it means. Of columns that count from 1, a 1 is the first.
        [1.0] if sides == ["1", "2"] => label(&["1"], &["2"], &[]),
        [0.0 | 1.0] => label(&[], &[], &[]),
        _ if all_in(&[0.0, 1.0]) => label(&["0"], &["1"], &[]),
        _ if all_in(&[0.0, 1.0, 2.0]) && sides == ["1", "2"] => label(&["1"], &["2"], &["0"]),
        _ if all_in(&[1.0, 2.0]) => label(&["1"], &["2"], &[]),
        // Two ways to count, 0 first or 0 for a tie: again nothing is guessed.
        _ if all_in(&[0.0, 1.0, 2.0]) => label(&[], &[], &[]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn read(values: &[&str], sides: [&str; 2], value: &str) -> Option<Outcome> {
        let values = owned(values);
        outcome_from_value(&label_column("winner", &values, sides)?, value, [None, None])
    }

    #[test]
    fn the_usual_spellings_are_understood() {
        let letters = ["a", "b"];
        assert_eq!(
            read(&["A", "tie"], letters, "B"),
            Some(Outcome::B),
            "one side is enough to know the other"
        );
        assert_eq!(read(&["model_a", "tie (bothbad)"], letters, "tie (bothbad)"), Some(Outcome::BothBad));
        assert_eq!(read(&["model_b", "tie"], letters, "model_a"), Some(Outcome::A));
        assert_eq!(read(&["same", "left"], letters, "same"), Some(Outcome::Tie));
        assert_eq!(read(&["0", "1", "2"], ["1", "2"], "0"), Some(Outcome::Tie), "PandaLM");
        assert_eq!(read(&["0", "1"], letters, "0"), Some(Outcome::A), "an index");
        assert_eq!(read(&["1", "2"], letters, "2.0"), Some(Outcome::B), "equal as numbers");
        assert_eq!(read(&["-1", "0", "3"], letters, "-2"), Some(Outcome::A), "HelpSteer");
        assert_eq!(read(&["good", "bad"], letters, "good"), None, "not votes");
        assert_eq!(read(&["4", "9"], letters, "4"), None, "not votes");
    }

    #[test]
    fn a_number_that_stands_alone_is_not_guessed() {
        let (letters, from_one, from_zero) = (["a", "b"], ["1", "2"], ["0", "1"]);
        assert_eq!(
            read(&["1"], letters, "1"),
            None,
            "the second, counted from 0, or the first, counted from 1"
        );
        assert_eq!(read(&["1"], letters, "0"), None);
        assert!(label_column("winner", &owned(&["1"]), letters).is_some(), "it is a vote, and told of");
        assert_eq!(read(&["0"], from_one, "0"), None, "the first, or a tie");
        assert_eq!(read(&["1"], from_one, "1"), Some(Outcome::A));
        assert_eq!(read(&["1"], from_one, "0"), None, "nothing says what it is");
        assert_eq!(read(&["1"], from_zero, "0"), Some(Outcome::A), "the columns count from 0");
        assert_eq!(read(&["1", "2"], letters, "1"), Some(Outcome::A));
        assert_eq!(read(&["2"], letters, "2"), Some(Outcome::B));
    }

    #[test]
    fn three_numbers_are_counted_as_the_columns_are_or_not_at_all() {
        let from_zero = ["0", "1"];
        // Whatever of it the first rows happen to hold.
        for seen in [&["0", "1", "2"][..], &["0", "2"], &["1", "2"], &["2"], &["1"], &["0", "1"]] {
            let read = |value| read(seen, from_zero, value);
            assert_eq!(
                [read("0"), read("1"), read("2")],
                [Some(Outcome::A), Some(Outcome::B), Some(Outcome::Tie)]
            );
        }
        for value in ["0", "1", "2"] {
            assert_eq!(read(&["0", "1", "2"], ["a", "b"], value), None, "{value}: 0 is the first, or a tie");
        }
        assert!(label_column("winner", &owned(&["0", "1", "2"]), ["a", "b"]).is_some(), "they are votes");
    }

    #[test]
    fn one_column_per_side_reads_as_its_share() {
        let values = owned(&["0", "0.5", "1"]);
        let label = label_column("label_0", &values, ["0", "1"]).unwrap();
        assert_eq!(outcome_from_value(&label, "1.0", [None, None]), Some(Outcome::A));
        assert_eq!(outcome_from_value(&label, "0.5", [None, None]), Some(Outcome::Tie));
    }

    #[test]
    fn the_name_of_a_model_is_a_vote_for_it() {
        let label = label_column("winner", &owned(&[]), ["a", "b"]).unwrap();
        assert_eq!(outcome_from_value(&label, "gpt-4", [Some("vicuna"), Some("gpt-4")]), Some(Outcome::B));
        assert_eq!(outcome_from_value(&label, "gpt-4", [Some("gpt-4"), Some("gpt-4")]), None, "of itself");
    }
}
