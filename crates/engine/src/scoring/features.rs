//! Features that were computed beforehand: the numbers that a model reads out of the data's columns.

use serde_json::Value;
use tiebreak_domain::{Candidate, Item};
use tiebreak_reward::model::manifest::FeaturesInput;

use crate::columns::value_of;

/// What to do about columns that do not fit.
const REMEDY: &str =
    "mend the data and import it again, or name its columns in [features] of the model's reward.toml";

/// Whether any candidate of an item has one of the columns.
pub fn has_some(input: &FeaturesInput, item: &Item) -> bool {
    let has = |candidate| input.columns.iter().any(|column| value_of(item, candidate, column).is_some());
    item.candidates.iter().any(has)
}

/// The numbers of a candidate, column by column, or what is wrong with them and what to do.
pub fn features(input: &FeaturesInput, item: &Item, candidate: &Candidate) -> Result<Vec<f32>, String> {
    let mut numbers = Vec::with_capacity(input.length);
    for column in &input.columns {
        let value = value_of(item, candidate, column).ok_or_else(|| {
            format!("neither the candidate nor its item has the column {column:?}, which the model reads; {REMEDY}")
        })?;
        match value {
            Value::Array(list) => {
                for one in list {
                    numbers.push(number(column, one)?);
                }
            }
            only => numbers.push(number(column, only)?),
        }
    }
    if numbers.len() == input.length {
        return Ok(numbers);
    }
    let names: Vec<String> = input.columns.iter().map(|column| format!("{column:?}")).collect();
    let (are, holds) = if names.len() == 1 { ("column", "holds") } else { ("columns", "hold together") };
    let (names, found, wanted) = (names.join(", "), numbers.len(), input.length);
    Err(format!("the {are} {names} {holds} {found} numbers, and the model takes {wanted}; {REMEDY}"))
}

fn number(column: &str, value: &Value) -> Result<f32, String> {
    let number = value.as_f64().map(|number| number as f32).filter(|number| number.is_finite());
    number.ok_or_else(|| {
        let found: String = value.to_string().chars().take(40).collect();
        format!("the column {column:?} holds {found} where the model reads a number; {REMEDY}")
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn with(own: &Value, of_item: &Value) -> (Item, Candidate) {
        let metadata = |value: &Value| value.as_object().unwrap().clone();
        let candidate = Candidate { metadata: metadata(own), ..Candidate::markdown("x") };
        (
            Item { candidates: vec![candidate.clone()], metadata: metadata(of_item), ..Item::default() },
            candidate,
        )
    }

    fn input(columns: &[&str], length: usize) -> FeaturesInput {
        let columns = columns.iter().map(|column| (*column).to_owned()).collect();
        FeaturesInput { name: "x".into(), second_name: None, columns, length, is_normalised: false }
    }

    #[test]
    fn numbers_are_the_candidates_own_or_else_its_items_in_the_order_of_the_columns() {
        let (item, candidate) = with(&json!({ "a": [1, 2.5], "b": null }), &json!({ "a": [9, 9], "b": 3 }));
        assert_eq!(features(&input(&["a", "b"], 3), &item, &candidate), Ok(vec![1.0, 2.5, 3.0]));
        assert_eq!(features(&input(&["b", "a"], 3), &item, &candidate), Ok(vec![3.0, 1.0, 2.5]));
        assert!(has_some(&input(&["c", "b"], 2), &item) && !has_some(&input(&["c"], 1), &item));
    }

    #[test]
    fn what_is_wrong_is_told_with_the_column_and_what_to_do() {
        let (item, candidate) = with(&json!({ "a": [1, 2], "t": "high", "h": 1e300 }), &json!({}));
        let said =
            |columns: &[&str], length| features(&input(columns, length), &item, &candidate).unwrap_err();
        for (told, words) in [
            (said(&["b"], 1), "neither the candidate nor its item has the column \"b\""),
            (said(&["t"], 1), "the column \"t\" holds \"high\" where the model reads a number"),
            (said(&["h"], 1), "the column \"h\" holds 1e+300"),
            (said(&["a"], 3), "the column \"a\" holds 2 numbers, and the model takes 3"),
            (said(&["a", "a"], 3), "hold together 4 numbers, and the model takes 3"),
        ] {
            assert!(told.contains(words) && told.ends_with(REMEDY), "{told}");
        }
    }
}
