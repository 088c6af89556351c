//! Everything a project holds, line by line, in the one order that every project with the same content has.
//!
//! Annotators stand in the order of their keys, and only those who said something or of whom something is known:
//! who merely opened the project is not part of its content. PINs, leases and drafts are left behind.
//!
//! Others may judge and import meanwhile. What refers to something that came after its part of the file was
//! written is left out, so that the file always holds together.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::ControlFlow;

use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, ApiError, ItemId, ItemKey, Judgment, Source, SourceId, StoredItem,
};
use tiebreak_formats::{
    AnnotatorRecord, ConflictRecord, ItemRecord, JudgmentRecord, LOSSLESS_VERSION, LosslessRecord,
    ModelLabelRecord, PersonRecord, ProjectRecord, RepeatRecord, RoleRecord, SourceRecord, StudyRecord,
    SurpriseRecord,
};
use tiebreak_store::{KnownPerson, Reader, Repeat};

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
    for (study, set_at) in reader.studies()? {
        if emit(LosslessRecord::Study(StudyRecord { set_at, study })).is_break() {
            return Ok(());
        }
    }
    let sources = reader.sources()?;
    let source_names: HashMap<SourceId, String> =
        sources.iter().map(|source| (source.id, source.name.clone())).collect();
    for source in sources {
        if emit(LosslessRecord::Source(source_record(source))).is_break() {
            return Ok(());
        }
    }
    // Before the judgments that they are held against are read, so that those are there.
    let last_repeat = reader.last_repeat()?;
    let conflicts = reader.merge_conflicts()?;
    let mut known = reader.known_people()?;
    let mut spoke: HashSet<AnnotatorId> = known.keys().copied().collect();
    reader.each_judgment(|_, judgment| {
        spoke.insert(judgment.given.annotator);
        ControlFlow::Continue(())
    })?;
    let annotators = reader.annotators()?;
    let keys: HashMap<AnnotatorId, AnnotatorKey> =
        annotators.iter().map(|annotator| (annotator.id, annotator.key)).collect();
    let by_key: BTreeMap<AnnotatorKey, AnnotatorRecord> = annotators
        .into_iter()
        .filter(|annotator| spoke.contains(&annotator.id))
        .map(|annotator| {
            let person = known.remove(&annotator.id).map(person_record).unwrap_or_default();
            (annotator.key, AnnotatorRecord { key: annotator.key, name: annotator.name, person })
        })
        .collect();
    for record in by_key.into_values() {
        if emit(LosslessRecord::Annotator(record)).is_break() {
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
    for (item, role) in reader.item_roles()? {
        if Some(item) > last_item {
            break;
        }
        let record = RoleRecord { item: reader.item(item)?.key, role };
        if emit(LosslessRecord::Role(record)).is_break() {
            return Ok(());
        }
    }
    let whose = |annotator: AnnotatorId, item: ItemId| {
        keys.get(&annotator).copied().filter(|_| spoke.contains(&annotator) && Some(item) <= last_item)
    };
    // A review that is appended while this is written may be told without what it says of a model.
    let surprises = reader.surprises_of_reviews()?;
    reader.each_judgment(|item, judgment| {
        let surprise = surprises.get(&judgment.given.id).map(|surprise| SurpriseRecord {
            vote: surprise.vote,
            model_was_wrong: surprise.model_was_wrong,
        });
        let Some(annotator) = whose(judgment.given.annotator, judgment.given.item) else {
            return ControlFlow::Continue(());
        };
        let record = JudgmentRecord { surprise, ..judgment_record(item, judgment, annotator) };
        let flow = emit(LosslessRecord::Judgment(record));
        is_stopped = flow.is_break();
        flow
    })?;
    if is_stopped {
        return Ok(());
    }
    let mut repeats = Vec::new();
    reader.each_repeat(last_repeat, |repeat| {
        repeats.extend(whose(repeat.given.annotator, repeat.given.item).map(|annotator| (annotator, repeat)));
        ControlFlow::Continue(())
    })?;
    for (annotator, repeat) in repeats {
        let item = reader.item(repeat.given.item)?.key;
        if emit(LosslessRecord::Repeat(repeat_record(item, repeat, annotator))).is_break() {
            return Ok(());
        }
    }
    let mut found = Vec::new();
    for conflict in conflicts {
        if let Some(annotator) = whose(conflict.annotator, conflict.item) {
            found.push((conflict.item, annotator));
        }
    }
    // Annotators have other numbers in every copy, and the same keys.
    found.sort_unstable();
    for (item, annotator) in found {
        let record = ConflictRecord { item: reader.item(item)?.key, annotator };
        if emit(LosslessRecord::Conflict(record)).is_break() {
            return Ok(());
        }
    }
    for label in reader.model_labels()? {
        if Some(label.item) > last_item {
            break;
        }
        let record = ModelLabelRecord {
            item: reader.item(label.item)?.key,
            scorer: label.scorer,
            source: label.source,
            question: label.question,
            prediction: label.prediction,
            accepted_at: label.accepted_at,
        };
        if emit(LosslessRecord::ModelLabel(record)).is_break() {
            return Ok(());
        }
    }
    Ok(())
}

fn person_record(known: KnownPerson) -> PersonRecord {
    let (arm, arm_place) = known.arm.unzip();
    PersonRecord {
        is_lead: known.is_lead,
        tags: known.tags,
        consented_at: known.consented_at,
        consented_version: known.consented_version,
        arm,
        arm_place,
        profile: known.profile,
    }
}

fn repeat_record(item: ItemKey, repeat: Repeat, annotator: AnnotatorKey) -> RepeatRecord {
    let given = repeat.given;
    RepeatRecord {
        id: given.id,
        item,
        annotator,
        repeat_of: repeat.repeat_of,
        verdict: given.verdict,
        flagged: given.flagged,
        comment: given.comment,
        notes: given.notes,
        rubric_version: given.rubric_version,
        showing: given.showing,
        origin: given.origin,
        recorded_at: given.recorded_at,
    }
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
        notes: given.notes,
        rubric_version: given.rubric_version,
        showing: given.showing,
        origin: given.origin,
        recorded_at: given.recorded_at,
        surprise: None,
    }
}
