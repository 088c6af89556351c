//! A table of a rubric file, key by key: each value of the right type, or a fault at its line.
//!
//! A table remembers which keys were asked for, so that [`Table::finish`] can name the others as unknown.

use std::cell::RefCell;
use std::ops::Range;

use tiebreak_domain::spelling;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::fault::Faults;

/// A table while it is read.
pub(super) struct Table<'a> {
    pub(super) faults: &'a Faults<'a>,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Table<'a> {
    pub(super) fn new(entries: &'a DeTable<'a>, span: Range<usize>, faults: &'a Faults<'a>) -> Self {
        Self { faults, entries, span, known: RefCell::default() }
    }

    /// The value as it stands.
    pub(super) fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.borrow_mut().push(key);
        self.entries.get(key)
    }

    /// Where a key stands; the table's beginning if it does not.
    pub(super) fn place(&self, key: &str) -> Range<usize> {
        self.entries.get_key_value(key).map_or_else(|| self.span.clone(), |(key, _)| key.span())
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Says that a key is missing.
    pub(super) fn missing(&self, key: &str, example: &str) {
        self.faults.add_gap(&self.span, format!("{key:?} is missing"), format!("write {key} = {example}"));
    }

    pub(super) fn wanted_text(&self, key: &'static str, example: &str) -> Option<String> {
        if !self.has(key) {
            self.value(key);
            self.missing(key, example);
        }
        self.text(key)
    }

    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        text(key, self.value(key)?, self.faults)
    }

    pub(super) fn number(&self, key: &'static str) -> Option<i32> {
        number(key, self.value(key)?, self.faults)
    }

    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        if let DeValue::Boolean(truth) = value.get_ref() {
            return Some(*truth);
        }
        wrong(key, value, "true or false", self.faults);
        None
    }

    /// A list of texts; a single text is a list of one.
    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        let value = self.value(key)?;
        match value.get_ref() {
            DeValue::String(only) => Some(vec![only.to_string()]),
            DeValue::Array(list) => list.iter().map(|value| text(key, value, self.faults)).collect(),
            _ => {
                wrong(key, value, "a list of texts", self.faults);
                None
            }
        }
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let given = self.text(key)?;
        let place = self.entries.get(key).map_or_else(|| self.span.clone(), Spanned::span);
        word(key, &given, words, &place, self.faults)
    }

    /// Some of some words.
    pub(super) fn words<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<Vec<T>> {
        let place = self.place(key);
        let given = self.texts(key)?;
        given.iter().map(|given| word(key, given, words, &place, self.faults)).collect()
    }

    /// A table within.
    pub(super) fn table(&self, key: &'static str) -> Option<Table<'a>> {
        let value = self.value(key)?;
        if let DeValue::Table(entries) = value.get_ref() {
            return Some(Table::new(entries, self.place(key), self.faults));
        }
        wrong(key, value, "a table, as in { question = \"…\" }", self.faults);
        None
    }

    /// Names every key that nobody asked for.
    pub(super) fn finish(&self, whose: &str) {
        let known = self.known.borrow();
        for (key, _) in self.entries {
            if !known.contains(&key.get_ref().as_ref()) {
                let what = format!("{:?} is no key of {whose}", key.get_ref());
                self.faults.add(&key.span(), what, spelling::hint(key.get_ref(), &known, "its keys are"));
            }
        }
    }
}

fn word<T: Copy>(
    key: &str,
    given: &str,
    words: &[(&str, T)],
    place: &Range<usize>,
    faults: &Faults,
) -> Option<T> {
    let found = words.iter().find(|(word, _)| *word == given);
    if found.is_none() {
        let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
        faults.add_gap(
            place,
            format!("{given:?} is no value of {key:?}"),
            spelling::hint(given, &known, "it is one of"),
        );
    }
    found.map(|(_, meaning)| *meaning)
}

pub(super) fn text(key: &str, value: &Spanned<DeValue>, faults: &Faults) -> Option<String> {
    if let DeValue::String(text) = value.get_ref() {
        return Some(text.to_string());
    }
    wrong(key, value, "a text in quotation marks", faults);
    None
}

pub(super) fn number(key: &str, value: &Spanned<DeValue>, faults: &Faults) -> Option<i32> {
    let number = value
        .get_ref()
        .as_integer()
        .and_then(|number| i32::from_str_radix(number.as_str(), number.radix()).ok());
    if number.is_none() {
        wrong(key, value, "a whole number", faults);
    }
    number
}

/// Says that a value is of the wrong type.
pub(super) fn wrong(key: &str, value: &Spanned<DeValue>, expected: &str, faults: &Faults) {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    faults.add_gap(&value.span(), format!("{key:?} is {found}"), format!("it must be {expected}"));
}
