//! Whether an item of a source holds a medium.

use tiebreak_domain::{ItemId, SourceId};

use crate::Result;
use crate::reader::Reader;
use crate::sql::params;

impl Reader {
    /// Whether an item of a source names a medium. It looks through the source's items, which takes as long as they
    /// are many.
    pub fn holds_medium(&self, source: SourceId, uri: &str) -> Result<bool> {
        // As it stands in the stored JSON, quotes and all; `replace` is there in every database.
        let written = serde_json::to_string(uri)?;
        let mut statement = self.connection().prepare_cached(
            "SELECT id FROM item WHERE source_id = ?1 AND (replace(candidates, ?2, '') <> candidates \
             OR replace(prompt, ?2, '') <> prompt OR replace(coalesce(context, ''), ?2, '') <> coalesce(context, ''))",
        )?;
        let mut rows = statement.stream(params![source.0, written])?;
        while let Some(row) = rows.next()? {
            // A text may say the same.
            if self.item(ItemId(row.get(0)?))?.item.parts().any(|part| part.uri() == Some(uri)) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
