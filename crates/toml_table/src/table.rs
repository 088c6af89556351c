//! A table of a file, key by key: each value of the right type, or a fault at its line.
//!
//! A table remembers which keys were asked for, so that [`Table::finish`] can name the others as unknown.

use std::cell::RefCell;
use std::fmt::Display;
use std::ops::{Range, RangeInclusive};

use tiebreak_domain::spelling;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::fault::Faults;

/// A table while it is read.
#[derive(Debug)]
pub struct Table<'a> {
    /// Where what is wrong is said.
    pub faults: &'a Faults<'a>,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    known: RefCell<Vec<&'static str>>,
}

impl<'a> Table<'a> {
    /// A table that begins at a place of the text, in bytes.
    pub fn new(entries: &'a DeTable<'a>, span: Range<usize>, faults: &'a Faults<'a>) -> Self {
        Self { faults, entries, span, known: RefCell::default() }
    }

    /// The value as it stands; from now on the key is known.
    pub fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.borrow_mut().push(key);
        self.entries.get(key)
    }

    /// Where a key stands; the table's beginning if it does not.
    pub fn place(&self, key: &str) -> Range<usize> {
        self.entries.get_key_value(key).map_or_else(|| self.span.clone(), |(key, _)| key.span())
    }

    /// Whether the key is there.
    pub fn has(&self, key: &str) -> bool {
        self.entries.contains_key(key)
    }

    /// Says that a key is missing.
    pub fn missing(&self, key: &'static str, remedy: &str) {
        self.known.borrow_mut().push(key);
        self.faults.add_gap(&self.span, format!("{key:?} is missing"), format!("write {remedy}"));
    }

    /// A fault at a key.
    pub fn fault(&self, key: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.faults.add_gap(&self.place(key), what, hint);
    }

    /// A text that has to be there, and that is not empty.
    pub fn wanted_text(&self, key: &'static str, example: &str) -> Option<String> {
        if !self.has(key) {
            self.missing(key, &format!("{key} = {example}"));
        }
        let text = self.text(key)?;
        if text.trim().is_empty() {
            self.fault(key, format!("{key:?} is empty"), format!("write {key} = {example}"));
            return None;
        }
        Some(text)
    }

    /// A text.
    pub fn text(&self, key: &'static str) -> Option<String> {
        text(key, self.value(key)?, self.faults)
    }

    /// A whole number within bounds.
    pub fn number<T: Whole>(&self, key: &'static str, bounds: RangeInclusive<T>) -> Option<T> {
        number(key, self.value(key)?, &bounds, self.faults)
    }

    /// A whole number that has to be there.
    pub fn wanted_number<T: Whole>(
        &self,
        key: &'static str,
        bounds: RangeInclusive<T>,
        example: &str,
    ) -> Option<T> {
        if !self.has(key) {
            self.missing(key, &format!("{key} = {example}"));
        }
        self.number(key, bounds)
    }

    /// A list of exactly so many whole numbers within bounds.
    pub fn number_list<T: Whole, const N: usize>(
        &self,
        key: &'static str,
        bounds: RangeInclusive<T>,
    ) -> Option<[T; N]> {
        let list = self.list(key, "numbers")?;
        let numbers: Option<Vec<T>> =
            list.iter().map(|value| number(key, value, &bounds, self.faults)).collect();
        self.exactly(key, numbers?)
    }

    /// A list of numbers, with or without a point.
    pub fn floats(&self, key: &'static str) -> Option<Vec<f32>> {
        self.list(key, "numbers")?.iter().map(|value| float(key, value, self.faults)).collect()
    }

    /// A list of exactly so many numbers.
    pub fn float_list<const N: usize>(&self, key: &'static str) -> Option<[f32; N]> {
        let floats = self.floats(key)?;
        self.exactly(key, floats)
    }

    fn exactly<T, const N: usize>(&self, key: &'static str, values: Vec<T>) -> Option<[T; N]> {
        let count = values.len();
        let array = <[T; N]>::try_from(values).ok();
        if array.is_none() {
            let what = format!("{key:?} has {count} numbers and must have {N}");
            self.fault(key, what, format!("write {N} numbers in [ and ]"));
        }
        array
    }

    fn list(&self, key: &'static str, of: &str) -> Option<&'a [Spanned<DeValue<'a>>]> {
        let value = self.value(key)?;
        if let DeValue::Array(list) = value.get_ref() {
            return Some(list);
        }
        wrong(key, value, &format!("a list of {of} in [ and ]"), self.faults);
        None
    }

    /// True or false.
    pub fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        if let DeValue::Boolean(truth) = value.get_ref() {
            return Some(*truth);
        }
        wrong(key, value, "true or false", self.faults);
        None
    }

    /// A list of texts.
    pub fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        self.list(key, "texts")?.iter().map(|value| text(key, value, self.faults)).collect()
    }

    /// A list of texts; a single text is a list of one.
    pub fn one_or_more_texts(&self, key: &'static str) -> Option<Vec<String>> {
        match self.value(key)?.get_ref() {
            DeValue::String(only) => Some(vec![only.to_string()]),
            _ => self.texts(key),
        }
    }

    /// One of some words.
    pub fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let given = self.text(key)?;
        self.one_of(key, &given, words)
    }

    /// Some of some words.
    pub fn words<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<Vec<T>> {
        self.one_or_more_texts(key)?.iter().map(|given| self.one_of(key, given, words)).collect()
    }

    fn one_of<T: Copy>(&self, key: &str, given: &str, words: &[(&str, T)]) -> Option<T> {
        let found = words.iter().find(|(word, _)| *word == given);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let hint = spelling::hint(given, &known, "it is one of");
            self.fault(key, format!("{given:?} is no value of {key:?}"), hint);
        }
        found.map(|(_, meaning)| *meaning)
    }

    /// One of some words, which has to be there.
    pub fn wanted_word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        if !self.has(key) {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            self.missing(key, &format!("{key} = {}", known.join(" or ")));
        }
        self.word(key, words)
    }

    /// A table within.
    pub fn table(&self, key: &'static str) -> Option<Table<'a>> {
        let value = self.value(key)?;
        self.as_table(key, value)
    }

    /// A table within that has to be there.
    pub fn wanted_table(&self, key: &'static str, why: &str) -> Option<Table<'a>> {
        if !self.has(key) {
            self.missing(key, &format!("a section [{key}], {why}"));
        }
        self.table(key)
    }

    /// A list of tables within.
    pub fn tables(&self, key: &'static str) -> Option<Vec<Table<'a>>> {
        self.list(key, "tables")?.iter().map(|value| self.as_table(key, value)).collect()
    }

    fn as_table(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Table<'a>> {
        if let DeValue::Table(entries) = value.get_ref() {
            let inline = !value.span().is_empty() && value.span().start > self.place(key).end;
            let span = if inline { value.span() } else { self.place(key) };
            return Some(Table::new(entries, span, self.faults));
        }
        wrong(key, value, "a table, as in { key = \"…\" }", self.faults);
        None
    }

    /// Names every key that nobody asked for.
    pub fn finish(&self, whose: &str) {
        let known = self.known.borrow();
        for (key, _) in self.entries {
            if !known.contains(&key.get_ref().as_ref()) {
                let what = format!("{:?} is no key of {whose}", key.get_ref());
                self.faults.add(&key.span(), what, spelling::hint(key.get_ref(), &known, "its keys are"));
            }
        }
    }
}

/// A whole number of a certain size.
pub trait Whole: Copy + PartialOrd + Display + TryFrom<i64> {}

impl<T: Copy + PartialOrd + Display + TryFrom<i64>> Whole for T {}

/// The text that a value is.
pub fn text(key: &str, value: &Spanned<DeValue>, faults: &Faults) -> Option<String> {
    if let DeValue::String(text) = value.get_ref() {
        return Some(text.to_string());
    }
    wrong(key, value, "a text in quotation marks", faults);
    None
}

/// The whole number that a value is, within bounds.
pub fn number<T: Whole>(
    key: &str,
    value: &Spanned<DeValue>,
    bounds: &RangeInclusive<T>,
    faults: &Faults,
) -> Option<T> {
    let Some(integer) = value.get_ref().as_integer() else {
        wrong(key, value, "a whole number", faults);
        return None;
    };
    let number = i64::from_str_radix(integer.as_str(), integer.radix()).ok();
    let number = number.and_then(|number| T::try_from(number).ok()).filter(|number| bounds.contains(number));
    if number.is_none() {
        let what = format!("{key:?} is {}", integer.as_str());
        let hint = format!("write a number from {} to {}", bounds.start(), bounds.end());
        faults.add_gap(&value.span(), what, hint);
    }
    number
}

fn float(key: &str, value: &Spanned<DeValue>, faults: &Faults) -> Option<f32> {
    let number: Option<f32> = match value.get_ref() {
        DeValue::Float(float) => float.as_str().parse().ok(),
        DeValue::Integer(integer) if integer.radix() == 10 => integer.as_str().parse().ok(),
        _ => None,
    };
    let number = number.filter(|number| number.is_finite());
    if number.is_none() {
        wrong(key, value, "a finite number", faults);
    }
    number
}

/// Says that a value is of the wrong type.
pub fn wrong(key: &str, value: &Spanned<DeValue>, expected: &str, faults: &Faults) {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    faults.add_gap(&value.span(), format!("{key:?} is {found}"), format!("write {expected}"));
}
