//! What a study takes of a profile that was filled in elsewhere: a survey in a file, which has names of its own
//! and nests them.
//!
//! A value under `a` and in it `b` belongs to the field `a_b`; PRISM's places of birth and residence stand under
//! `location`, and its words on religion and ethnicity under `self_described`. A value that its field cannot
//! hold, or that no field asks for, is kept as it was said: nothing of a survey is lost because the project asks
//! otherwise.

use serde_json::Value;

use super::{ProfileField, ProfileKind, ProfileValue, StudySetup};
use crate::item::Metadata;
use crate::rubric::Entry;

impl StudySetup {
    /// A profile by the keys of this study, in the order of the data; what is empty is left out.
    pub fn fitted(&self, told: &Metadata) -> Vec<(String, ProfileValue)> {
        let mut fitted = Vec::new();
        for (name, value) in told {
            match value {
                Value::Object(inner) => self.fit_nested(name, inner, &mut fitted),
                _ => fitted.extend(self.fit(name.clone(), value)),
            }
        }
        fitted
    }

    fn fit_nested(&self, name: &str, inner: &Metadata, fitted: &mut Vec<(String, ProfileValue)>) {
        let entries = self.field(name).and_then(|field| match &field.kind {
            ProfileKind::Choices { entries } => Some(entries),
            _ => None,
        });
        let is_entry =
            |key: &str| entries.is_some_and(|entries| entries.iter().any(|entry| entry.key == *key));
        if let Some(entries) = entries {
            let is_chosen = |entry: &&Entry| inner.get(&entry.key).is_some_and(is_yes);
            let chosen = entries.iter().filter(is_chosen).map(|entry| entry.key.clone());
            fitted.push((name.to_owned(), ProfileValue::Choices(chosen.collect())));
        }
        for (key, value) in inner.iter().filter(|(key, _)| !is_entry(key)) {
            let whole = format!("{name}_{key}");
            let other = match (name, key.as_str()) {
                ("location", key) => Some(key),
                (name, "self_described") => Some(name),
                _ => None,
            };
            let is_known = |key: &&str| self.field(key).is_some();
            let key = match other.filter(is_known) {
                Some(other) if self.field(&whole).is_none() => other.to_owned(),
                _ => whole,
            };
            fitted.extend(self.fit(key, value));
        }
    }

    fn fit(&self, key: String, value: &Value) -> Option<(String, ProfileValue)> {
        let said = as_said(value)?;
        let field = self.field(&key);
        let meant = field.and_then(|field| meant(field, value)).filter(|meant| {
            // A place beyond the slider is what was said all the same, as a number.
            field.is_some_and(|field| field.refusal(meant).is_none())
        });
        Some((key, meant.unwrap_or(said)))
    }
}

/// The value as it stands; none if there is nothing.
fn as_said(value: &Value) -> Option<ProfileValue> {
    match value {
        Value::Null => None,
        Value::String(text) if text.trim().is_empty() => None,
        Value::String(text) => Some(ProfileValue::Text(text.clone())),
        Value::Number(number) => number.as_f64().map(ProfileValue::Number),
        other => Some(ProfileValue::Text(other.to_string())),
    }
}

/// The value as an answer to a field.
fn meant(field: &ProfileField, value: &Value) -> Option<ProfileValue> {
    let number = || value.as_f64().or_else(|| value.as_str()?.trim().parse().ok());
    match &field.kind {
        ProfileKind::Text => match value {
            Value::String(text) => Some(ProfileValue::Text(text.clone())),
            other => Some(ProfileValue::Text(other.to_string())),
        },
        ProfileKind::Number { .. } => number().map(ProfileValue::Number),
        ProfileKind::Slider { .. } => {
            let number = number().filter(|number| number.fract() == 0.0 && number.abs() < 1e9)?;
            Some(ProfileValue::Slider(number as i32))
        }
        ProfileKind::Choice { entries } => entry(entries, value.as_str()?).map(ProfileValue::Choice),
        ProfileKind::Choices { entries } => {
            let chosen = value.as_array()?.iter().map(|one| entry(entries, one.as_str()?));
            chosen.collect::<Option<_>>().map(ProfileValue::Choices)
        }
    }
}

/// The entry that words name: by its key, by its title, or by beginning with its key, the longest if several do.
fn entry(entries: &[Entry], words: &str) -> Option<String> {
    let words = plain(words);
    let is_named = |entry: &&Entry| plain(&entry.key) == words || plain(&entry.title) == words;
    let begins = |entry: &&Entry| {
        words.strip_prefix(plain(&entry.key).as_str()).is_some_and(|rest| rest.starts_with('_'))
    };
    let longest = || entries.iter().filter(begins).max_by_key(|entry| entry.key.len());
    entries.iter().find(is_named).or_else(longest).map(|entry| entry.key.clone())
}

/// Lower case, with one underscore for whatever separates words.
fn plain(words: &str) -> String {
    let lower = words.trim().to_lowercase();
    let words = lower.split(|one: char| one.is_whitespace() || matches!(one, '_' | ',' | '/'));
    words.filter(|word| !word.is_empty()).collect::<Vec<_>>().join("_")
}

fn is_yes(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64().is_some_and(|number| number > 0.0),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn study() -> StudySetup {
        let entries = |keys: &[&str]| {
            let entry =
                |key: &&str| Entry { key: (*key).into(), title: key.to_uppercase(), ..Entry::default() };
            keys.iter().map(entry).collect::<Vec<_>>()
        };
        let field = |key: &str, kind| ProfileField::new(key, key, kind);
        let ends = || (String::new(), String::new());
        let (low_title, high_title) = ends();
        let slider = ProfileKind::Slider { lowest: 0, highest: 100, low_title, high_title };
        StudySetup {
            profile: vec![
                field("age", ProfileKind::Choice { entries: entries(&["18-24", "25-34", "25-34_old"]) }),
                field("stated_prefs_values", slider),
                field("lm_usecases", ProfileKind::Choices { entries: entries(&["games", "research"]) }),
                field("religion", ProfileKind::Text),
                field("birth_country", ProfileKind::Text),
            ],
            ..StudySetup::default()
        }
    }

    fn fitted(told: Value) -> Vec<(String, ProfileValue)> {
        study().fitted(told.as_object().expect("an object"))
    }

    fn one(told: Value) -> (String, ProfileValue) {
        let mut all = fitted(told);
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    #[test]
    fn nested_names_find_their_fields() {
        let text = |key: &str, words: &str| (key.to_owned(), ProfileValue::Text(words.into()));
        assert_eq!(one(json!({"religion": {"self_described": "none"}})), text("religion", "none"));
        assert_eq!(one(json!({"location": {"birth_country": "Chad"}})), text("birth_country", "Chad"));
        let slider = ("stated_prefs_values".to_owned(), ProfileValue::Slider(50));
        assert_eq!(one(json!({"stated_prefs": {"values": 50.0}})), slider);
        assert_eq!(one(json!({"location": {"special": "x"}})), text("location_special", "x"), "not asked");
        let usecases = fitted(json!({"lm_usecases": {"research": 1, "games": 0, "other_text": "sums"}}));
        let chosen = ("lm_usecases".to_owned(), ProfileValue::Choices(vec!["research".into()]));
        assert_eq!(usecases, [chosen, text("lm_usecases_other_text", "sums")]);
    }

    #[test]
    fn words_find_their_entry_or_stay_words() {
        let age = |words: &str| one(json!({ "age": words })).1;
        let choice = |key: &str| ProfileValue::Choice(key.into());
        assert_eq!(age("18-24"), choice("18-24"));
        assert_eq!(age("18-24 years old"), choice("18-24"));
        assert_eq!(age("25-34 old indeed"), choice("25-34_old"), "the longest that fits");
        assert_eq!(age("18-245"), ProfileValue::Text("18-245".into()), "a word is not cut");
        assert_eq!(age("Prefer not to say"), ProfileValue::Text("Prefer not to say".into()));
    }

    #[test]
    fn what_no_field_can_hold_is_kept_as_it_was_said() {
        let beyond = one(json!({"stated_prefs": {"values": 101}}));
        assert_eq!(beyond.1, ProfileValue::Number(101.0));
        assert_eq!(one(json!({"survey_only": false})).1, ProfileValue::Text("false".into()));
        assert_eq!(fitted(json!({"age": null, "religion": " "})), [], "nothing was said");
    }
}
