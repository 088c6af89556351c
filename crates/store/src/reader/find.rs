//! The items browser: which items a filter finds, and the lines that show them.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use tiebreak_domain::filter::{ItemRow, ROW_TEXT_CHARS, RowRewrite};
use tiebreak_domain::{Derived, ItemFilter, ItemId, Part, Rubric, SourceId};

use super::Reader;
use crate::facets::bit;
use crate::item::{self, status_from_word, text};
use crate::search::{self, file_name};
use crate::sql::{Dialect, params};
use crate::{Result, StoreError};

/// How many hits of a search are taken between two questions whether to go on.
const HITS_PER_QUESTION: usize = 256;

/// A part of what a filter finds.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Item ids.
    pub ids: RoaringBitmap,
    /// Go on after this item; none when nothing more can be found.
    pub next: Option<ItemId>,
}

impl Reader {
    /// What a filter finds behind `after`, in the order of item ids, until `go_on` says no.
    ///
    /// Without a search text the answer is whole at once and `go_on` is not asked; with one it is asked every
    /// few hundred hits, so that the first part can be shown while the rest is looked for from
    /// [`Found::next`] on. Items that are not in the search index yet are not found by a text.
    pub fn find(
        &self,
        filter: &ItemFilter,
        after: Option<ItemId>,
        go_on: impl FnMut() -> bool,
    ) -> Result<Found> {
        self.find_within(filter, None, after, go_on)
    }

    /// The same among some items only: what models say of items is for others to know.
    pub fn find_within(
        &self,
        filter: &ItemFilter,
        within: Option<&RoaringBitmap>,
        after: Option<ItemId>,
        mut go_on: impl FnMut() -> bool,
    ) -> Result<Found> {
        let mut matching = self.facets.read().matching(filter);
        if let Some(within) = within {
            matching &= within;
        }
        let after = after.map_or(Ok(0), bit)?;
        if after > 0 {
            matching.remove_range(..=after);
        }
        let Some(query) = search::query_from_text(&filter.search) else {
            return Ok(Found { ids: matching, next: None });
        };
        let Some(last) = matching.max() else {
            return Ok(Found { ids: matching, next: None });
        };
        let mut ids = RoaringBitmap::new();
        let dialect = self.connection.dialect();
        let Some(text) = query.text(dialect) else {
            return Ok(Found { ids, next: None });
        };
        let looks_for_phrases = dialect == Dialect::Postgres && query.has_phrases();
        let mut statement = self.connection.prepare_cached(dialect.search())?;
        let mut rows = statement.stream(params![text, i64::from(after) + 1, last])?;
        let mut hits = 0;
        while let Some(row) = rows.next()? {
            let hit: u32 = row.get(0)?;
            let is_found = matching.contains(hit)
                && (!looks_for_phrases
                    || query.is_in(&item::read(&self.connection, ItemId(i64::from(hit)))?.item));
            if is_found {
                ids.insert(hit);
            }
            hits += 1;
            if hits % HITS_PER_QUESTION == 0 && !go_on() {
                return Ok(Found { ids, next: Some(ItemId(i64::from(hit))) });
            }
        }
        Ok(Found { ids, next: None })
    }

    /// The lines of some items, in the order asked.
    pub fn rows(&self, ids: &[ItemId]) -> Result<Vec<ItemRow>> {
        let mut statement = self.connection.prepare_cached(&format!("{} WHERE id = ?1", item::SELECT))?;
        let deriving = self.deriving_rubrics()?;
        ids.iter()
            .map(|&id| {
                let mut rows = statement.query([id.0])?;
                let row = rows.next()?.ok_or_else(|| StoreError::NotFound(format!("item {id}")))?;
                let candidates = item::candidates(row, 6)?;
                let verdicts = self.facets.read().verdicts(bit(id)?);
                Ok(ItemRow {
                    id,
                    external_id: row.get(4)?,
                    prompt: line_from_parts(&item::parts(row, 5)?),
                    candidates: candidates
                        .iter()
                        .map(|candidate| line_from_parts(&candidate.parts))
                        .collect(),
                    source: SourceId(row.get(2)?),
                    status: status_from_word(text(row, 3)?)?,
                    verdicts,
                    rewrites: self.row_rewrites(&deriving, id)?,
                })
            })
            .collect()
    }
}

impl Reader {
    /// What was rewritten of an item, where its rubrics ask for that.
    fn row_rewrites(&self, deriving: &BTreeMap<u32, Rubric>, id: ItemId) -> Result<Vec<RowRewrite>> {
        if deriving.is_empty() {
            return Ok(Vec::new());
        }
        let derived = self.derived_under(deriving, id, &self.in_force(id)?)?;
        let rewrite = |derived: Derived| RowRewrite {
            annotator: derived.lineage.annotator,
            original: derived.lineage.original,
            text: line_from_parts(&derived.candidate.parts),
        };
        Ok(derived.into_iter().map(rewrite).collect())
    }
}

/// The start of some parts on one line: runs of white space are one space, a medium is its file name.
fn line_from_parts(parts: &[Part]) -> String {
    let words = parts
        .iter()
        .flat_map(|part| part.text().unwrap_or_default().split_whitespace().chain(part.uri().map(file_name)));
    let mut line = String::new();
    let mut room = ROW_TEXT_CHARS;
    for word in words {
        if !line.is_empty() {
            line.push(' ');
            room -= 1;
        }
        for character in word.chars() {
            if room <= 1 {
                line.push('…');
                return line;
            }
            line.push(character);
            room -= 1;
        }
        if room <= 2 {
            line.push('…');
            return line;
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_short_and_one() {
        let parts = [Part::markdown("# Red\n\n apples"), Part::image("some/folder/tree.png")];
        assert_eq!(line_from_parts(&parts), "# Red apples tree.png");
        assert_eq!(line_from_parts(&[]), "");
        for word_length in 1..200 {
            let long = [Part::plain(format!("{} ", "ä".repeat(word_length)).repeat(300))];
            let line = line_from_parts(&long);
            assert!(line.chars().count() <= ROW_TEXT_CHARS, "{} characters", line.chars().count());
            assert!(line.ends_with('…'), "it says that there is more");
        }
    }
}
