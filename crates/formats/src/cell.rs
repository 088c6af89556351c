//! One value of a row, and how a row of JSON is read into just the values that are wanted.
//!
//! Keys that nobody wants are skipped without being built, and texts without escapes are borrowed from the
//! line: that is what makes reading fast.

use std::borrow::Cow;
use std::fmt;

use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Number, Value};

/// One value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) enum Cell<'a> {
    /// The row does not have it, or has null.
    #[default]
    Missing,
    /// Text.
    Text(Cow<'a, str>),
    /// True or false.
    Bool(bool),
    /// A number.
    Number(Number),
    /// A list or an object.
    Json(Value),
}

impl<'a> Cell<'a> {
    /// What a value of JSON is.
    pub(crate) fn of_value(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Missing,
            Value::Bool(truth) => Self::Bool(*truth),
            Value::Number(number) => Self::Number(number.clone()),
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(_) | Value::Object(_) => Self::Json(value.clone()),
        }
    }

    /// The value as one text; none for lists, objects and what is missing.
    pub(crate) fn text(&self) -> Option<Cow<'_, str>> {
        match self {
            Self::Missing | Self::Json(_) => None,
            Self::Text(text) => Some(Cow::Borrowed(text)),
            Self::Bool(truth) => Some(Cow::Borrowed(if *truth { "true" } else { "false" })),
            Self::Number(number) => Some(Cow::Owned(number.to_string())),
        }
    }

    /// The same, without copying what it owns.
    pub(crate) fn into_text(self) -> Option<String> {
        match self {
            Self::Text(text) => Some(text.into_owned()),
            other => other.text().map(Cow::into_owned),
        }
    }

    /// The value for metadata; none if it is missing or empty.
    pub(crate) fn into_value(self) -> Option<Value> {
        match self {
            Self::Missing => None,
            Self::Text(text) if text.is_empty() => None,
            Self::Text(text) => Some(Value::String(text.into_owned())),
            Self::Bool(truth) => Some(Value::Bool(truth)),
            Self::Number(number) => Some(Value::Number(number)),
            Self::Json(value) => Some(value),
        }
    }

    /// Whether there is nothing in it.
    pub(crate) fn is_empty(&self) -> bool {
        match self {
            Self::Missing => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Json(Value::Array(list)) => list.is_empty(),
            Self::Bool(_) | Self::Number(_) | Self::Json(_) => false,
        }
    }

    /// What kind of value it is, with its article.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Missing => "nothing",
            Self::Text(_) => "a text",
            Self::Bool(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Json(Value::Array(_)) => "a list",
            Self::Json(_) => "an object",
        }
    }
}

/// Reads the values of the wanted keys from one JSON object, in the order of `names`.
pub(crate) fn cells_from_json<'a>(
    line: &'a str,
    names: &[String],
) -> Result<Vec<Cell<'a>>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(line);
    let cells = RowSeed { names }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(cells)
}

struct RowSeed<'n> {
    names: &'n [String],
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = Vec<Cell<'de>>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = Vec<Cell<'de>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut cells = vec![Cell::Missing; self.names.len()];
        // Rows mostly have their keys in one order, so the search starts behind the key found last.
        let mut next = 0;
        while let Some(found) = map.next_key_seed(KeySeed { names: self.names, next })? {
            if let Some(index) = found {
                cells[index] = map.next_value()?;
                next = index + 1;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(cells)
    }
}

struct KeySeed<'n> {
    names: &'n [String],
    next: usize,
}

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed<'_> {
    type Value = Option<usize>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let next = self.next.min(self.names.len());
        let is_key = |name: &String| name == key;
        let behind = self.names[next..].iter().position(is_key).map(|index| index + next);
        Ok(behind.or_else(|| self.names[..next].iter().position(is_key)))
    }
}

impl<'de> Deserialize<'de> for Cell<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(CellVisitor)
    }
}

struct CellVisitor;

impl<'de> Visitor<'de> for CellVisitor {
    type Value = Cell<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Cell::Missing)
    }

    fn visit_bool<E>(self, truth: bool) -> Result<Self::Value, E> {
        Ok(Cell::Bool(truth))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Cell::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Cell::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Number::from_f64(number).map_or(Cell::Missing, Cell::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cell::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cell::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Cell::Json)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(object)).map(Cell::Json)
    }
}

/// Why a row is no JSON object, in a sentence.
pub(crate) fn reason_of_json_error(line: &str, error: &serde_json::Error) -> String {
    let column = error.column();
    let message = error.to_string();
    if message.starts_with("recursion limit exceeded") {
        return "the JSON is nested deeper than 127 levels".to_owned();
    }
    if let Some((key, literal)) = number_that_is_none(line) {
        return format!("{key:?} is {literal}, which JSON does not have; write null, or leave it out");
    }
    match (error.classify(), line.trim_start().bytes().next()) {
        (serde_json::error::Category::Data, Some(b'[')) => "the row is a list, expected an object".to_owned(),
        (serde_json::error::Category::Data, _) => "the row is a single value, expected an object".to_owned(),
        (serde_json::error::Category::Eof, _) => "the JSON ends in the middle of the row".to_owned(),
        _ => {
            let what = message.split(" at line ").next().unwrap_or_default();
            format!("the row is not valid JSON at byte {column}: {what}")
        }
    }
}

/// The first `NaN` or `Infinity` that stands where a value should, with the key before it.
fn number_that_is_none(line: &str) -> Option<(&str, &'static str)> {
    let bytes = line.as_bytes();
    let mut key = "";
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'"' => {
                let from = at + 1;
                at = from;
                while at < bytes.len() && bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                if line.get(at + 1..).is_some_and(|rest| rest.trim_start().starts_with(':')) {
                    key = line.get(from..at).unwrap_or_default();
                }
            }
            b'N' if bytes[at..].starts_with(b"NaN") => return Some((key, "NaN")),
            b'I' if bytes[at..].starts_with(b"Infinity") => {
                let is_negative = at > 0 && bytes[at - 1] == b'-';
                return Some((key, if is_negative { "-Infinity" } else { "Infinity" }));
            }
            _ => {}
        }
        at += 1;
    }
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn reason(line: &str) -> String {
        let names = ["a".to_owned()];
        reason_of_json_error(line, &cells_from_json(line, &names).unwrap_err())
    }

    #[test]
    fn only_wanted_keys_are_read_in_the_wanted_order() {
        let names = ["b", "a", "gone"].map(str::to_owned);
        let cells = cells_from_json(r#"{"a":"x\n","skipped":[1,{"deep":2}],"b":true}"#, &names).unwrap();
        assert_eq!(cells, [Cell::Bool(true), Cell::Text("x\n".into()), Cell::Missing]);
        assert!(matches!(
            cells_from_json(r#"{"a":"plain"}"#, &names).unwrap()[1],
            Cell::Text(Cow::Borrowed("plain"))
        ));
    }

    #[test]
    fn what_is_wrong_with_a_row_is_said_plainly() {
        assert_eq!(reason("[1]"), "the row is a list, expected an object");
        assert_eq!(reason("3"), "the row is a single value, expected an object");
        assert_eq!(reason(r#"{"a":"#), "the JSON ends in the middle of the row");
        assert_eq!(
            reason(r#"{"t":"NaN \" NaN","a": NaN}"#),
            "\"a\" is NaN, which JSON does not have; write null, or leave it out"
        );
        assert!(reason(r#"{"a":-Infinity}"#).starts_with("\"a\" is -Infinity"));
        assert!(
            reason("{\"a\" 1}").starts_with("the row is not valid JSON at byte 6: expected `:`"),
            "{}",
            reason("{\"a\" 1}")
        );
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
        assert_eq!(reason(&deep), "the JSON is nested deeper than 127 levels");
    }
}
