//! The project's own rows: its name and rubrics, its people, its sources.

use std::collections::{BTreeMap, BTreeSet};

use tiebreak_domain::project::SearchIndex;
use tiebreak_domain::{
    Annotator, AnnotatorId, AnnotatorKey, ItemStatus, ProjectInfo, ProjectKey, Rubric, Source, SourceId,
    UnixMillis,
};

use crate::facets::SharedFacets;
use crate::place::ProjectPlace;
use crate::sql::{Connection, OptionalExtension, Row, params};
use crate::{Result, StoreError, item};

/// What a project is made of before anything is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewProject {
    /// Its identity in every copy.
    pub key: ProjectKey,
    /// What people call it.
    pub name: String,
    /// When it was made.
    pub created_at: UnixMillis,
    /// What it asks.
    pub rubric: Rubric,
    /// Whether it is the sample.
    pub is_sample: bool,
}

/// A file about to be imported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewSource {
    /// What people call it.
    pub name: String,
    /// Where its relative media paths are looked up.
    pub media_folder: Option<String>,
    /// Whether media at addresses may be fetched.
    pub fetches_addresses: bool,
    /// BLAKE3 of the file's bytes in hexadecimal; empty until the end of the file was read.
    pub blake3: String,
    /// When it is imported.
    pub imported_at: UnixMillis,
}

/// Whether a database has a schema.
pub(crate) fn has_schema(connection: &Connection, schema: &str) -> Result<bool> {
    connection.prepare("SELECT 1 FROM information_schema.schemata WHERE schema_name = ?1")?.exists([schema])
}

/// Writes the project's row, or writes over it.
pub(crate) fn write(connection: &Connection, project: &NewProject) -> Result<()> {
    insert_rubric(connection, &project.rubric, project.rubric.version)?;
    connection.execute(
        "INSERT INTO project (id, key, name, created_at, is_sample, rubric_version) \
         VALUES (1, ?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET key = excluded.key, \
         name = excluded.name, created_at = excluded.created_at, is_sample = excluded.is_sample, \
         rubric_version = excluded.rubric_version",
        params![project.key.0, project.name, project.created_at.0, project.is_sample, project.rubric.version],
    )?;
    Ok(())
}

/// Makes an empty project another, with what that asked at other times: refused once it holds items or judgments.
pub(crate) fn adopt(connection: &Connection, project: &NewProject, other_rubrics: &[Rubric]) -> Result<()> {
    let is_empty: bool = connection.query_row(
        "SELECT NOT EXISTS (SELECT 1 FROM item) AND NOT EXISTS (SELECT 1 FROM judgment)",
        (),
        |row| row.get(0),
    )?;
    if !is_empty {
        return Err(StoreError::Refused("only an empty project can become another".to_owned()));
    }
    // Whoever opened the empty project has said nothing in it, and must not take the name of somebody in the one it
    // becomes. Whoever has an account stays: they would not come in any more, and nobody could let them in again. What
    // they were drawn into was an arm of another study.
    connection.execute("DELETE FROM annotator WHERE id NOT IN (SELECT annotator_id FROM account)", ())?;
    connection.execute("UPDATE person SET arm = NULL, arm_place = NULL WHERE arm IS NOT NULL", ())?;
    connection.execute("DELETE FROM project", ())?;
    connection.execute("DELETE FROM rubric", ())?;
    write(connection, project)?;
    let mut versions = BTreeSet::from([project.rubric.version]);
    for rubric in other_rubrics {
        if !versions.insert(rubric.version) {
            let version = rubric.version;
            return Err(StoreError::Refused(format!("the project has two rubrics of version {version}")));
        }
        insert_rubric(connection, rubric, rubric.version)?;
    }
    Ok(())
}

/// The project as it was made.
pub(crate) fn read(connection: &Connection) -> Result<NewProject> {
    let mut statement = connection.prepare_cached(
        "SELECT p.key, p.name, p.created_at, p.is_sample, r.body \
         FROM project p JOIN rubric r ON r.version = p.rubric_version",
    )?;
    let mut rows = statement.query(())?;
    let row =
        rows.next()?.ok_or_else(|| StoreError::Damaged("the project has no name and rubric".to_owned()))?;
    Ok(NewProject {
        key: ProjectKey(row.get(0)?),
        name: row.get(1)?,
        created_at: UnixMillis(row.get(2)?),
        rubric: item::json(row, 4)?,
        is_sample: row.get(3)?,
    })
}

/// Every rubric ever asked, by version.
pub(crate) fn rubrics(connection: &Connection) -> Result<BTreeMap<u32, Rubric>> {
    let mut statement = connection.prepare("SELECT version, body FROM rubric")?;
    let mut rows = statement.query(())?;
    let mut rubrics = BTreeMap::new();
    while let Some(row) = rows.next()? {
        rubrics.insert(row.get(0)?, item::json(row, 1)?);
    }
    Ok(rubrics)
}

/// Makes a rubric the one that is asked, as the version after the highest, unless it is asked already.
pub(crate) fn set_rubric(connection: &Connection, rubric: &Rubric) -> Result<u32> {
    let asked = read(connection)?.rubric;
    if is_same_but_version(&asked, rubric) {
        return Ok(asked.version);
    }
    let highest: u32 = connection.query_row("SELECT max(version) FROM rubric", (), |row| row.get(0))?;
    let version = highest
        .checked_add(1)
        .ok_or_else(|| StoreError::Refused("the project has no room for another rubric".to_owned()))?;
    insert_rubric(connection, rubric, version)?;
    connection.execute("UPDATE project SET rubric_version = ?1", [version])?;
    Ok(version)
}

/// The version under which a rubric of another copy is known here, and whether it was added for that: its own
/// version, where that is the same here or free; else any at which it is known; else the one after the highest.
pub(crate) fn take_rubric(
    connection: &Connection,
    known: &mut BTreeMap<u32, Rubric>,
    rubric: &Rubric,
) -> Result<(u32, bool)> {
    if known.get(&rubric.version).is_some_and(|known| is_same_but_version(known, rubric)) {
        return Ok((rubric.version, false));
    }
    let mut version = rubric.version;
    if known.contains_key(&version) {
        if let Some((&elsewhere, _)) = known.iter().find(|(_, known)| is_same_but_version(known, rubric)) {
            return Ok((elsewhere, false));
        }
        let highest = known.keys().next_back().copied().unwrap_or_default();
        version = highest
            .checked_add(1)
            .ok_or_else(|| StoreError::Refused("the project has no room for another rubric".to_owned()))?;
    }
    let rubric = insert_rubric(connection, rubric, version)?;
    known.insert(version, rubric);
    Ok((version, true))
}

fn insert_rubric(connection: &Connection, rubric: &Rubric, version: u32) -> Result<Rubric> {
    let rubric = Rubric { version, ..rubric.clone() };
    let mut statement = connection.prepare_cached("INSERT INTO rubric (version, body) VALUES (?1, ?2)")?;
    statement.execute(params![version, serde_json::to_string(&rubric)?])?;
    Ok(rubric)
}

fn is_same_but_version(one: &Rubric, other: &Rubric) -> bool {
    *one == Rubric { version: one.version, ..other.clone() }
}

/// Whether there is such an annotator.
pub(crate) fn has_annotator(connection: &Connection, annotator: AnnotatorId) -> Result<bool> {
    connection.prepare_cached("SELECT 1 FROM annotator WHERE id = ?1")?.exists([annotator.0])
}

/// Finds an annotator by key, else by name, else adds one, and says whether it did.
pub(crate) fn annotator(
    connection: &Connection,
    key: AnnotatorKey,
    name: &str,
) -> Result<(AnnotatorId, bool)> {
    let mut statement = connection.prepare_cached(
        "SELECT id FROM annotator WHERE key = ?1 OR name = ?2 ORDER BY key = ?1 DESC LIMIT 1",
    )?;
    let found: Option<i64> = statement.query_row(params![key.0, name], |row| row.get(0)).optional()?;
    if let Some(id) = found {
        return Ok((AnnotatorId(id), false));
    }
    let mut statement =
        connection.prepare_insert("INSERT INTO annotator (key, name) VALUES (?1, ?2)", "id")?;
    Ok((AnnotatorId(statement.insert(params![key.0, name])?), true))
}

/// Who an annotator is: key and name.
pub(crate) fn annotator_of(connection: &Connection, id: AnnotatorId) -> Result<(AnnotatorKey, String)> {
    let mut statement = connection.prepare_cached("SELECT key, name FROM annotator WHERE id = ?1")?;
    let found = statement.query_row([id.0], |row| Ok((AnnotatorKey(row.get(0)?), row.get(1)?))).optional()?;
    found.ok_or_else(|| StoreError::NotFound(format!("annotator {id}")))
}

/// The annotator with a key.
pub(crate) fn annotator_with_key(connection: &Connection, key: AnnotatorKey) -> Result<Option<AnnotatorId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM annotator WHERE key = ?1")?;
    statement.query_row([key.0], |row| row.get(0).map(AnnotatorId)).optional()
}

/// What everyone is called.
pub(crate) fn annotator_names(connection: &Connection) -> Result<BTreeSet<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM annotator")?;
    let names = statement.query_map((), |row| row.get(0))?;
    names.collect()
}

/// Everyone, oldest first.
pub(crate) fn annotators(connection: &Connection, facets: &SharedFacets) -> Result<Vec<Annotator>> {
    let mut statement = connection.prepare_cached("SELECT id, key, name FROM annotator ORDER BY id")?;
    let annotators = statement.query_map((), |row| {
        Ok(Annotator {
            id: AnnotatorId(row.get(0)?),
            key: AnnotatorKey(row.get(1)?),
            name: row.get(2)?,
            judged: 0,
            skipped: 0,
        })
    })?;
    let mut annotators = annotators.collect::<Result<Vec<_>>>()?;
    // Only now: the sets are not held while a server is waited for.
    let facets = facets.read();
    for annotator in &mut annotators {
        if let Some(sets) = facets.annotator(annotator.id) {
            (annotator.judged, annotator.skipped) = (sets.judged.len(), sets.skipped.len());
        }
    }
    Ok(annotators)
}

const SELECT_SOURCE: &str =
    "SELECT id, name, media_folder, fetches_addresses, blake3, imported_at FROM source ";

fn source_from_row(row: &Row<'_>) -> Result<Source> {
    Ok(Source {
        id: SourceId(row.get(0)?),
        name: row.get(1)?,
        media_folder: row.get(2)?,
        fetches_addresses: row.get(3)?,
        blake3: row.get(4)?,
        imported_at: UnixMillis(row.get(5)?),
    })
}

/// Every source, oldest first.
pub(crate) fn sources(connection: &Connection) -> Result<Vec<Source>> {
    let mut statement = connection.prepare_cached(&format!("{SELECT_SOURCE} ORDER BY id"))?;
    let sources = statement.query_map((), source_from_row)?;
    sources.collect()
}

/// One source.
pub(crate) fn source(connection: &Connection, id: SourceId) -> Result<Source> {
    let mut statement = connection.prepare_cached(&format!("{SELECT_SOURCE} WHERE id = ?1"))?;
    let found = statement.query_row([id.0], source_from_row).optional()?;
    found.ok_or_else(|| StoreError::NotFound(format!("source {id}")))
}

/// Takes up a source of the same name and media folder, or adds one, numbered if the name is taken.
pub(crate) fn add_source(connection: &Connection, source: &NewSource) -> Result<SourceId> {
    let mut name = source.name.clone();
    for number in 2.. {
        let mut statement = connection.prepare_cached(&format!("{SELECT_SOURCE} WHERE name = ?1"))?;
        match statement.query_row([&name], source_from_row).optional()? {
            Some(found) if found.media_folder == source.media_folder => return Ok(found.id),
            Some(_) => name = format!("{} ({number})", source.name),
            None => break,
        }
    }
    let mut statement = connection.prepare_insert(
        "INSERT INTO source (name, media_folder, fetches_addresses, blake3, imported_at) \
         VALUES (?1, ?2, ?3, ?4, ?5)",
        "id",
    )?;
    let id = statement.insert(params![
        name,
        source.media_folder,
        source.fetches_addresses,
        source.blake3,
        source.imported_at.0
    ])?;
    Ok(SourceId(id))
}

/// How the search index stands.
pub(crate) fn search_index(connection: &Connection) -> Result<SearchIndex> {
    let mut statement = connection.prepare_cached(
        "SELECT indexed_through, (SELECT coalesce(max(id), 0) FROM item) FROM search_progress",
    )?;
    let (indexed, total) = statement.query_row((), |row| Ok((row.get::<i64>(0)?, row.get::<i64>(1)?)))?;
    Ok(SearchIndex { indexed: indexed as u64, total: total as u64 })
}

/// All that the interface knows of the project.
pub(crate) fn info(
    connection: &Connection,
    facets: &SharedFacets,
    place: &ProjectPlace,
    annotator: AnnotatorId,
) -> Result<ProjectInfo> {
    let project = read(connection)?;
    let revisions: i64 = connection.query_row(connection.dialect().revisions(), (), |row| row.get(0))?;
    let annotators = annotators(connection, facets)?;
    let sources = sources(connection)?;
    let search_index = search_index(connection)?;
    // Only now: the sets are not held while a server is waited for.
    let facets = facets.read();
    Ok(ProjectInfo {
        path: place.to_string(),
        key: project.key,
        name: project.name,
        rubric: project.rubric,
        active_items: facets.with_status(ItemStatus::Active).len(),
        excluded_items: facets.with_status(ItemStatus::Excluded).len(),
        deleted_items: facets.with_status(ItemStatus::Deleted).len(),
        judgments: facets.judgments_in_force(),
        revisions: revisions as u64,
        annotators,
        annotator,
        sources,
        search_index,
        is_sample: project.is_sample,
        created_at: project.created_at,
    })
}
