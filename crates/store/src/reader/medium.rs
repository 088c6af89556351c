//! Whether an item of a source holds a medium.

use tiebreak_domain::SourceId;

use crate::Result;
use crate::reader::Reader;
use crate::sql::params;

impl Reader {
    /// Whether an item of a source names a medium. It looks through the source's items, which takes as long as they
    /// are many.
    pub fn holds_medium(&self, source: SourceId, uri: &str) -> Result<bool> {
        // As it stands in the stored JSON, quotes and all. Neither database needs an operator of its own for this.
        let written = serde_json::to_string(uri)?;
        let mut statement = self.connection().prepare_cached(
            "SELECT EXISTS (SELECT 1 FROM item WHERE source_id = ?1 AND (replace(candidates, ?2, '') <> candidates \
             OR replace(prompt, ?2, '') <> prompt OR replace(coalesce(metadata, ''), ?2, '') <> coalesce(metadata, '')))",
        )?;
        statement.query_row(params![source.0, written], |row| row.get(0))
    }
}
