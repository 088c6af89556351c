//! A table of a manifest, key by key: each value of the right type, or a fault at its line.
//!
//! A table remembers which keys were asked for, so that [`Table::finish`] can name the others as unknown.

use std::cell::RefCell;
use std::ops::{Range, RangeInclusive};

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

    /// The value as it stands; from now on the key is known.
    fn value(&self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
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
    pub(super) fn missing(&self, key: &'static str, remedy: &str) {
        self.known.borrow_mut().push(key);
        self.faults.add(&self.span, format!("{key:?} is missing"), format!("write {remedy}"));
    }

    /// A fault at a key.
    pub(super) fn fault(&self, key: &str, what: impl Into<String>, hint: impl Into<String>) {
        self.faults.add(&self.place(key), what, hint);
    }

    /// A text that is not empty.
    pub(super) fn wanted_text(&self, key: &'static str, example: &str) -> Option<String> {
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

    pub(super) fn text(&self, key: &'static str) -> Option<String> {
        text(key, self.value(key)?, self.faults)
    }

    /// A whole number within bounds.
    pub(super) fn number(&self, key: &'static str, bounds: RangeInclusive<usize>) -> Option<usize> {
        number(key, self.value(key)?, &bounds, self.faults)
    }

    pub(super) fn wanted_number(
        &self,
        key: &'static str,
        bounds: RangeInclusive<usize>,
        example: &str,
    ) -> Option<usize> {
        if !self.has(key) {
            self.missing(key, &format!("{key} = {example}"));
        }
        self.number(key, bounds)
    }

    /// A list of exactly so many whole numbers within bounds.
    pub(super) fn number_list<const N: usize>(
        &self,
        key: &'static str,
        bounds: RangeInclusive<usize>,
    ) -> Option<[usize; N]> {
        let list = self.list(key, "numbers")?;
        let numbers: Option<Vec<usize>> =
            list.iter().map(|value| number(key, value, &bounds, self.faults)).collect();
        self.exactly(key, numbers?)
    }

    /// A list of numbers, with or without a point.
    pub(super) fn floats(&self, key: &'static str) -> Option<Vec<f32>> {
        self.list(key, "numbers")?.iter().map(|value| float(key, value, self.faults)).collect()
    }

    /// A list of exactly so many numbers.
    pub(super) fn float_list<const N: usize>(&self, key: &'static str) -> Option<[f32; N]> {
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

    pub(super) fn flag(&self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        if let DeValue::Boolean(truth) = value.get_ref() {
            return Some(*truth);
        }
        wrong(key, value, "true or false", self.faults);
        None
    }

    pub(super) fn texts(&self, key: &'static str) -> Option<Vec<String>> {
        self.list(key, "texts")?.iter().map(|value| text(key, value, self.faults)).collect()
    }

    /// One of some words.
    pub(super) fn word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        let given = self.text(key)?;
        let found = words.iter().find(|(word, _)| *word == given);
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let hint = spelling::hint(&given, &known, "it is one of");
            self.fault(key, format!("{given:?} is no value of {key:?}"), hint);
        }
        found.map(|(_, meaning)| *meaning)
    }

    pub(super) fn wanted_word<T: Copy>(&self, key: &'static str, words: &[(&str, T)]) -> Option<T> {
        if !self.has(key) {
            let known: Vec<String> = words.iter().map(|(word, _)| format!("{word:?}")).collect();
            self.missing(key, &format!("{key} = {}", known.join(" or ")));
        }
        self.word(key, words)
    }

    /// A table within.
    pub(super) fn table(&self, key: &'static str) -> Option<Table<'a>> {
        let value = self.value(key)?;
        self.as_table(key, value)
    }

    pub(super) fn wanted_table(&self, key: &'static str, why: &str) -> Option<Table<'a>> {
        if !self.has(key) {
            self.missing(key, &format!("a section [{key}], {why}"));
        }
        self.table(key)
    }

    /// A list of tables within.
    pub(super) fn tables(&self, key: &'static str) -> Option<Vec<Table<'a>>> {
        self.list(key, "tables")?.iter().map(|value| self.as_table(key, value)).collect()
    }

    fn as_table(&self, key: &str, value: &'a Spanned<DeValue<'a>>) -> Option<Table<'a>> {
        if let DeValue::Table(entries) = value.get_ref() {
            let inline = !value.span().is_empty() && value.span().start > self.place(key).end;
            let span = if inline { value.span() } else { self.place(key) };
            return Some(Table::new(entries, span, self.faults));
        }
        wrong(key, value, "a table, as in { path = \"…\", blake3 = \"…\" }", self.faults);
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

fn text(key: &str, value: &Spanned<DeValue>, faults: &Faults) -> Option<String> {
    if let DeValue::String(text) = value.get_ref() {
        return Some(text.to_string());
    }
    wrong(key, value, "a text in quotation marks", faults);
    None
}

fn number(
    key: &str,
    value: &Spanned<DeValue>,
    bounds: &RangeInclusive<usize>,
    faults: &Faults,
) -> Option<usize> {
    let Some(integer) = value.get_ref().as_integer() else {
        wrong(key, value, "a whole number", faults);
        return None;
    };
    let number = usize::from_str_radix(integer.as_str(), integer.radix()).ok();
    let number = number.filter(|number| bounds.contains(number));
    if number.is_none() {
        let what = format!("{key:?} is {}", integer.as_str());
        faults.add(
            &value.span(),
            what,
            format!("write a number from {} to {}", bounds.start(), bounds.end()),
        );
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
fn wrong(key: &str, value: &Spanned<DeValue>, expected: &str, faults: &Faults) {
    let found = match value.get_ref() {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    };
    faults.add(&value.span(), format!("{key:?} is {found}"), format!("write {expected}"));
}
