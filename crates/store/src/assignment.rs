//! What assignment and second look stand on: which items need a tag, on which people disagree, which were
//! reviewed, and where a merge found two minds.

use std::collections::BTreeMap;

use roaring::RoaringBitmap;
use tiebreak_domain::assignment::do_disagree;
use tiebreak_domain::merge::MergeConflict;
use tiebreak_domain::{AnnotatorId, ItemId, Judgment, Origin, Verdict};

use crate::reader::Reader;
use crate::sql::{Connection, params};
use crate::{Result, item};

/// Lists what a merge found.
pub(crate) fn add_conflicts(connection: &Connection, conflicts: &[MergeConflict]) -> Result<()> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO merge_conflict (item_id, annotator_id) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
    )?;
    for conflict in conflicts {
        statement.execute(params![conflict.item.0, conflict.annotator.0])?;
    }
    Ok(())
}

impl Reader {
    /// The items that need a tag, by tag: those whose metadata have a text, or a list of texts, in a column.
    pub fn items_by_tag(&self, column: &str) -> Result<BTreeMap<String, RoaringBitmap>> {
        let connection = self.connection();
        let mut statement = connection.prepare(connection.dialect().items_with_metadata())?;
        // As it is written in metadata: they are read only where it is.
        let mut rows = statement.stream([serde_json::to_string(column)?])?;
        let mut tags: BTreeMap<String, RoaringBitmap> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let item: u32 = row.get(0)?;
            let mut metadata: serde_json::Map<String, serde_json::Value> = item::json(row, 1)?;
            let needed = match metadata.remove(column) {
                Some(serde_json::Value::String(tag)) => vec![tag],
                Some(serde_json::Value::Array(tags)) => {
                    tags.into_iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect()
                }
                _ => Vec::new(),
            };
            for tag in needed.into_iter().filter(|tag| !tag.is_empty()) {
                tags.entry(tag).or_default().insert(item);
            }
        }
        Ok(tags)
    }

    /// What is in force of an item, by annotator; withdrawn judgments are not.
    pub fn in_force(&self, item: ItemId) -> Result<Vec<Judgment>> {
        let verdicts =
            u32::try_from(item.0).map_or_else(|_| Vec::new(), |bit| self.facets().read().verdicts(bit));
        let mut judgments = Vec::with_capacity(verdicts.len());
        for verdict in verdicts {
            let latest = self.latest(verdict.annotator, item)?;
            judgments.extend(latest.filter(|judgment| judgment.given.verdict != Verdict::Withdrawn));
        }
        Ok(judgments)
    }

    /// Whether people disagree on an item by more than is allowed, reviews aside.
    pub fn is_disputed(&self, item: ItemId, above: u32) -> Result<bool> {
        let judgments = self.in_force(item)?;
        let verdicts = judgments
            .iter()
            .filter(|judgment| judgment.given.origin != Origin::Review)
            .map(|judgment| &judgment.given.verdict);
        Ok(do_disagree(verdicts, above))
    }

    /// The active items on which people disagree by more than is allowed. Looks at every item that two have judged.
    pub fn disputed(&self, above: u32) -> Result<RoaringBitmap> {
        let by_two = self.facets().read().judged_by_several(&[]);
        let mut disputed = RoaringBitmap::new();
        for item in by_two {
            if self.is_disputed(ItemId(i64::from(item)), above)? {
                disputed.insert(item);
            }
        }
        Ok(disputed)
    }

    /// The items with a review in force.
    pub fn reviewed(&self) -> Result<RoaringBitmap> {
        let mut statement = self.connection().prepare_cached(
            "SELECT j.item_id FROM review r JOIN judgment j ON j.number = r.judgment \
             JOIN latest l ON l.annotator_id = j.annotator_id AND l.item_id = j.item_id \
             WHERE l.judgment = r.judgment AND j.verdict = 'judged'",
        )?;
        let items = statement.query_map((), |row| row.get::<u32>(0))?;
        items.collect()
    }

    /// Who judged which item in two copies that were merged.
    pub fn merge_conflicts(&self) -> Result<Vec<MergeConflict>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT item_id, annotator_id FROM merge_conflict ORDER BY item_id, annotator_id",
        )?;
        let conflicts = statement.query_map((), |row| {
            Ok(MergeConflict { item: ItemId(row.get(0)?), annotator: AnnotatorId(row.get(1)?) })
        })?;
        conflicts.collect()
    }
}
