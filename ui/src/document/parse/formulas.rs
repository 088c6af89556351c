//! Formulas on their way from Markdown into running text and blocks.
//!
//! They were masked before Markdown was read ([`super::tex`]); here each takes the place of its mask, drawn where it
//! can be laid out, and as it was written, with its fault, where not.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use super::Builder;
use crate::document::block::Content;
use crate::document::formula::Formula;
use crate::document::inline::{InlineStyle, Inlines};
use crate::document::tex::Found;
use crate::document::traced::Traced;

impl Builder<'_> {
    /// The formulas that stand in `range`.
    pub(super) fn formulas_in(&self, range: &Range<usize>) -> Range<usize> {
        let first = self.formulas.partition_point(|formula| formula.range.end <= range.start);
        let end = self.formulas.partition_point(|formula| formula.range.start < range.end);
        first..end.max(first)
    }

    /// What stands in `range` of the source, where that is shown as it is written.
    pub(super) fn unmasked<'t>(&self, text: &'t str, range: &Range<usize>) -> Cow<'t, str> {
        let there = self.source.get(range.clone()).filter(|there| there.len() == text.len());
        match there.filter(|_| !self.formulas_in(range).is_empty()) {
            Some(there) => there.to_owned().into(),
            None => text.into(),
        }
    }

    /// Pushes words, and the formulas that begin within them.
    pub(super) fn push_with_formulas(&mut self, text: &str, range: Range<usize>) {
        let formulas = self.formulas_in(&range);
        if formulas.is_empty() || text.len() != range.len() {
            return self.push(text, range);
        }
        let mut start = range.start;
        for index in formulas {
            let formula = self.formulas[index].clone();
            if formula.range.start >= range.start {
                self.push_between(start..formula.range.start);
                self.push_formula(&formula);
            }
            start = formula.range.end;
        }
        self.push_between(start..range.end);
    }

    pub(super) fn push_between(&mut self, range: Range<usize>) {
        let Some(mut text) = self.source.get(range.clone()).filter(|text| !text.is_empty()) else { return };
        if self.words.is_none() && self.image.is_none() {
            text = text.trim_start();
        }
        self.push(text, range.end - text.len()..range.end);
    }

    pub(super) fn push_formula(&mut self, found: &Found) {
        let written = &self.source[found.range.clone()];
        if let Some(image) = &mut self.image {
            image.description.push_str(written);
            return;
        }
        // In a heading or a cell there is no room for what stands by itself.
        let is_display = found.is_display && self.heading.is_none() && self.table.is_none();
        let source = self.characters.range(&found.range);
        let style = self.style();
        let made = Formula::new(written, &found.tex(self.source), is_display);
        if is_display {
            self.end_words();
        }
        let words = self.words.get_or_insert_default();
        let is_shown = made.is_ok();
        match made {
            Ok(formula) => words.push_drawn(Arc::new(formula), style, source),
            Err(fault) => {
                let style =
                    InlineStyle { is_code: true, fault: Some(words.add_fault(&fault.to_string())), ..style };
                words.push_from(written.trim(), style, source);
            }
        }
        if !is_display {
            return;
        }
        if is_shown {
            let words = self.words.take().unwrap_or_default();
            self.add(Content::Formula(words));
        } else {
            self.end_words();
        }
    }

    /// Shows a block of code in the language `math` as a formula. Gives whether it is one.
    pub(super) fn add_block_of_math(&mut self, language: &str, code: &Traced) -> bool {
        let Some(source) = code.origins.whole().filter(|_| language == "math") else { return false };
        let Ok(formula) = Formula::new(&code.text, &code.text, true) else { return false };
        let mut words = Inlines::default();
        words.push_drawn(Arc::new(formula), InlineStyle::default(), source);
        self.add(Content::Formula(words));
        true
    }
}
