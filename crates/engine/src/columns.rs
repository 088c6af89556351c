//! Columns of the data: what a row said beside its content, of a candidate or of the item as a whole.

use serde_json::Value;
use tiebreak_domain::{Candidate, Item};

/// What a column holds for a candidate: its own value, or else its item's. Nothing where the data has none.
pub fn value_of<'a>(item: &'a Item, candidate: &'a Candidate, column: &str) -> Option<&'a Value> {
    let is_there = |value: &&'a Value| !value.is_null();
    let own = candidate.metadata.get(column).filter(is_there);
    own.or_else(|| item.metadata.get(column).filter(is_there))
}

/// The numbers that some columns hold for a candidate, one each; not a number where one holds none.
pub fn numbers_of(item: &Item, candidate: &Candidate, columns: &[String]) -> Vec<f32> {
    let number = |column: &String| {
        let value = value_of(item, candidate, column);
        value.and_then(Value::as_f64).map_or(f32::NAN, |value| value as f32)
    };
    columns.iter().map(number).collect()
}
