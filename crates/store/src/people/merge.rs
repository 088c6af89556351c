//! Merging people: what another copy knows of those who said something there, and is not known here.
//!
//! What is known here stays. Repeats come by their id, and what merges found there comes too; roles of items, tags,
//! consent and profile answers come where there are none here. The study, PINs, leads and leases stay in their copy:
//! how work is shared out here is for whoever leads it here. An arm comes where a person has none here, with a place
//! after all others.

use std::collections::{BTreeMap, HashMap};

use tiebreak_domain::merge::MergeConflict;
use tiebreak_domain::{AnnotatorId, ItemId, JudgmentId, NewJudgment};

use super::ensure;
use crate::sql::{Connection, params};
use crate::{Result, assignment, item, repeat};

/// Takes in what the other copy knows; `annotators`, `items` and `versions` say who, what and which rubric is which
/// here, items by the other's number with 0 where there is none.
pub(crate) fn merge(
    own: &Connection,
    other: &Connection,
    annotators: &HashMap<AnnotatorId, AnnotatorId>,
    items: &[u32],
    versions: &BTreeMap<u32, u32>,
) -> Result<()> {
    let mut people: Vec<(AnnotatorId, AnnotatorId)> =
        annotators.iter().map(|(&theirs, &own)| (theirs, own)).collect();
    // In the order of the other copy, so that arms get their places in the same order at any time.
    people.sort_unstable();
    for (theirs, here) in people {
        person(own, other, theirs, here)?;
    }
    repeats(own, other, annotators, items, versions)?;
    conflicts(own, other, annotators, items)?;
    roles(own, other, items)
}

fn person(own: &Connection, other: &Connection, theirs: AnnotatorId, here: AnnotatorId) -> Result<()> {
    let mut statement = other.prepare_cached(
        "SELECT tags, consented_at, consented_version, arm FROM person WHERE annotator_id = ?1",
    )?;
    let mut rows = statement.query([theirs.0])?;
    if let Some(row) = rows.next()? {
        ensure(own, here)?;
        own.prepare_cached(
            "UPDATE person SET tags = CASE WHEN tags = '[]' THEN ?2 ELSE tags END, \
             consented_version = CASE WHEN consented_at IS NULL THEN ?4 ELSE consented_version END, \
             consented_at = coalesce(consented_at, ?3), \
             arm_place = CASE WHEN arm IS NULL AND ?5 IS NOT NULL \
                 THEN (SELECT coalesce(max(arm_place) + 1, 0) FROM person) ELSE arm_place END, \
             arm = coalesce(arm, ?5) WHERE annotator_id = ?1",
        )?
        .execute(params![
            here.0,
            row.get::<String>(0)?,
            row.get::<Option<i64>>(1)?,
            row.get::<Option<u32>>(2)?,
            row.get::<Option<String>>(3)?,
        ])?;
    }
    let mut statement = other
        .prepare_cached("SELECT field, value, answered_at FROM profile_answer WHERE annotator_id = ?1")?;
    let mut rows = statement.query([theirs.0])?;
    while let Some(row) = rows.next()? {
        own.prepare_cached(
            "INSERT INTO profile_answer (annotator_id, field, value, answered_at) \
             VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            here.0,
            row.get::<String>(0)?,
            row.get::<String>(1)?,
            row.get::<i64>(2)?
        ])?;
    }
    Ok(())
}

fn repeats(
    own: &Connection,
    other: &Connection,
    annotators: &HashMap<AnnotatorId, AnnotatorId>,
    items: &[u32],
    versions: &BTreeMap<u32, u32>,
) -> Result<()> {
    let mut statement = other.prepare(
        "SELECT annotator_id, item_id, repeat_of, body FROM repeat_judgment ORDER BY recorded_at, id",
    )?;
    let mut rows = statement.stream(())?;
    while let Some(row) = rows.next()? {
        let annotator = annotators.get(&AnnotatorId(row.get(0)?));
        let (Some(&annotator), Some(item)) = (annotator, own_item(items, row.get(1)?)) else { continue };
        let mut given: NewJudgment = item::json(row, 3)?;
        if repeat::is_known(own, given.id)? {
            continue;
        }
        given.annotator = annotator;
        given.item = ItemId(i64::from(item));
        given.rubric_version = versions.get(&given.rubric_version).copied().unwrap_or(given.rubric_version);
        repeat::append(own, &given, JudgmentId(row.get(2)?))?;
    }
    Ok(())
}

/// What merges into the other copy found is as true here.
fn conflicts(
    own: &Connection,
    other: &Connection,
    annotators: &HashMap<AnnotatorId, AnnotatorId>,
    items: &[u32],
) -> Result<()> {
    let mut statement = other.prepare("SELECT annotator_id, item_id FROM merge_conflict")?;
    let mut rows = statement.query(())?;
    let mut conflicts = Vec::new();
    while let Some(row) = rows.next()? {
        let annotator = annotators.get(&AnnotatorId(row.get(0)?));
        let (Some(&annotator), Some(item)) = (annotator, own_item(items, row.get(1)?)) else { continue };
        conflicts.push(MergeConflict { item: ItemId(i64::from(item)), annotator });
    }
    assignment::add_conflicts(own, &conflicts)
}

fn roles(own: &Connection, other: &Connection, items: &[u32]) -> Result<()> {
    let mut statement = other.prepare("SELECT item_id, role, body FROM item_role")?;
    let mut insert = own
        .prepare("INSERT INTO item_role (item_id, role, body) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
    let mut rows = statement.query(())?;
    while let Some(row) = rows.next()? {
        let Some(item) = own_item(items, row.get(0)?) else { continue };
        insert.execute(params![item, row.get::<String>(1)?, row.get::<String>(2)?])?;
    }
    Ok(())
}

fn own_item(items: &[u32], theirs: i64) -> Option<u32> {
    let item = usize::try_from(theirs).ok().and_then(|number| items.get(number));
    item.copied().filter(|&item| item > 0)
}
