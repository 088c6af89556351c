//! Everything a project holds, line by line, in the one order that every project with the same content has.
//!
//! Annotators stand in the order of their keys, and only those who said something: who merely opened the
//! project is not part of its content.
//!
//! Others may judge and import meanwhile. What refers to something that came after its part of the file was
//! written is left out, so that the file always holds together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use tiebreak_domain::{AnnotatorId, AnnotatorKey, ApiError, ItemKey, Judgment, Source, SourceId, StoredItem};
use tiebreak_formats::{
    AnnotatorRecord, ItemRecord, JudgmentRecord, LOSSLESS_VERSION, LosslessRecord, ProjectRecord,
    SourceRecord,
};
use tiebreak_store::Reader;

/// Hands over every record, until `emit` says to stop.
pub fn each_record(
    reader: &Reader,
    mut emit: impl FnMut(LosslessRecord) -> ControlFlow<()>,
) -> Result<(), ApiError> {
    let project = reader.project()?;
    let mut rubrics = reader.rubrics()?;
    rubrics.remove(&project.rubric.version);
    let record = ProjectRecord {
        tiebreak: LOSSLESS_VERSION,
        key: project.key,
        name: project.name,
        created_at: project.created_at,
        rubric: project.rubric,
        other_rubrics: rubrics.into_values().collect(),
        is_sample: project.is_sample,
    };
    if emit(LosslessRecord::Project(record)).is_break() {
        return Ok(());
    }
    let sources = reader.sources()?;
    let source_names: HashMap<SourceId, String> =
        sources.iter().map(|source| (source.id, source.name.clone())).collect();
    for source in sources {
        if emit(LosslessRecord::Source(source_record(source))).is_break() {
            return Ok(());
        }
    }
    let mut spoke = HashSet::new();
    reader.each_judgment(|_, judgment| {
        spoke.insert(judgment.given.annotator);
        ControlFlow::Continue(())
    })?;
    let annotators = reader.annotators()?;
    let keys: HashMap<AnnotatorId, AnnotatorKey> =
        annotators.iter().map(|annotator| (annotator.id, annotator.key)).collect();
    let by_key: BTreeMap<AnnotatorKey, String> = annotators
        .into_iter()
        .filter(|annotator| spoke.contains(&annotator.id))
        .map(|annotator| (annotator.key, annotator.name))
        .collect();
    for (key, name) in by_key {
        if emit(LosslessRecord::Annotator(AnnotatorRecord { key, name })).is_break() {
            return Ok(());
        }
    }
    let mut is_stopped = false;
    let mut last_item = None;
    reader.each_item(|item| {
        let Some(source) = source_names.get(&item.source) else { return ControlFlow::Continue(()) };
        // They come in the order of their numbers.
        last_item = Some(item.id);
        let flow = emit(LosslessRecord::Item(item_record(item, source)));
        is_stopped = flow.is_break();
        flow
    })?;
    if is_stopped {
        return Ok(());
    }
    reader.each_judgment(|item, judgment| {
        let annotator = keys.get(&judgment.given.annotator);
        let Some(annotator) = annotator.filter(|_| spoke.contains(&judgment.given.annotator)) else {
            return ControlFlow::Continue(());
        };
        if Some(judgment.given.item) > last_item {
            return ControlFlow::Continue(());
        }
        emit(LosslessRecord::Judgment(judgment_record(item, judgment, *annotator)))
    })?;
    Ok(())
}

fn source_record(source: Source) -> SourceRecord {
    SourceRecord {
        name: source.name,
        media_folder: source.media_folder,
        fetches_addresses: source.fetches_addresses,
        blake3: source.blake3,
        imported_at: source.imported_at,
    }
}

fn item_record(stored: StoredItem, source: &str) -> ItemRecord {
    ItemRecord { key: stored.key, source: source.to_owned(), status: stored.status, item: stored.item }
}

fn judgment_record(item: ItemKey, judgment: Judgment, annotator: AnnotatorKey) -> JudgmentRecord {
    let given = judgment.given;
    JudgmentRecord {
        id: given.id,
        item,
        annotator,
        revision: judgment.revision,
        supersedes: judgment.supersedes,
        verdict: given.verdict,
        flagged: given.flagged,
        comment: given.comment,
        rubric_version: given.rubric_version,
        showing: given.showing,
        origin: given.origin,
        recorded_at: given.recorded_at,
    }
}
