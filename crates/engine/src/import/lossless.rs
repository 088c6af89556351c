//! Writes a lossless file: into an empty project as it was, into any other as an addition.
//!
//! An empty project takes over the file's key, name, rubric, study, people and time of making, and afterwards exports
//! the same bytes. Whoever has an account there keeps it; another person of that name in the file gets a number. A
//! project that holds something keeps what it is and says, its study and its leads among that, and gains the items,
//! judgments and knowledge of people that it lacks; a judgment that supersedes another waits until that one is there,
//! so that the last word stays the last.

use std::collections::{HashMap, HashSet};

use tiebreak_domain::import::{ImportReport, RowProblem};
use tiebreak_domain::merge::MergeConflict;
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, ApiError, ItemKey, ItemStatus, JudgmentId, NewJudgment, Rubric, SourceId,
    UnixMillis,
};
use tiebreak_formats::{
    AnnotatorRecord, JudgmentRecord, LosslessRecord, RepeatRecord, SourceRecord, SurpriseRecord,
};
use tiebreak_store::{Import, KnownPerson, ModelLabel, NewProject, NewSource, StoreError, Surprise};

use crate::import::rows::note_problem;

/// A lossless import under way.
pub struct Lossless<'a, 'store> {
    import: &'a mut Import<'store>,
    report: &'a mut ImportReport,
    /// Whether the project was empty and becomes what the file says.
    adopts: bool,
    /// What the project asks, where it keeps to that.
    asks: Option<Rubric>,
    /// The project's sources before, by name and hash.
    known_sources: HashMap<(String, String), SourceId>,
    /// The names of sources that are taken.
    taken_names: HashSet<String>,
    /// Where the media of every source are, if the plan says so.
    media: MediaOfSources,
    known_people: HashSet<AnnotatorKey>,
    taken_people: HashSet<String>,
    described: HashMap<String, SourceRecord>,
    sources: HashMap<String, SourceId>,
    annotators: HashMap<AnnotatorKey, AnnotatorId>,
    seen: HashSet<JudgmentId>,
    waiting: HashMap<JudgmentId, Vec<(u64, JudgmentRecord)>>,
    /// The file's rubrics, where the project has its own.
    rubrics: HashMap<u32, Rubric>,
    /// The project's versions of those that judgments were given under.
    versions: HashMap<u32, u32>,
    /// The project's versions of the file's studies.
    studies: HashMap<u32, u32>,
    started_at: UnixMillis,
}

/// What a lossless import needs to know of the project before it begins.
#[derive(Clone, Default)]
pub struct Before {
    /// Whether it holds neither items nor judgments.
    pub is_empty: bool,
    /// Its sources.
    pub sources: Vec<tiebreak_domain::Source>,
    /// Its people; where it is empty those who have an account, since others have said nothing yet.
    pub annotators: Vec<tiebreak_domain::Annotator>,
    /// What it asks; an empty project takes over what the file asks.
    pub rubric: Rubric,
}

/// Where media of the file's sources are.
pub struct MediaOfSources {
    /// The folder that was chosen for all of them.
    pub folder: Option<String>,
    /// Whether it was chosen to fetch from addresses.
    pub fetches_addresses: bool,
    /// Whether what the file says of it counts: it may name any folder of this machine.
    pub are_as_written: bool,
}

impl<'a, 'store> Lossless<'a, 'store> {
    /// Nothing written yet.
    pub fn new(
        import: &'a mut Import<'store>,
        before: &Before,
        media: MediaOfSources,
        started_at: UnixMillis,
        report: &'a mut ImportReport,
    ) -> Self {
        let known_sources = before
            .sources
            .iter()
            .map(|source| ((source.name.clone(), source.blake3.clone()), source.id))
            .collect();
        let taken_names = before.sources.iter().map(|source| source.name.clone()).collect();
        Self {
            import,
            report,
            adopts: before.is_empty,
            asks: (!before.is_empty).then(|| before.rubric.clone()),
            known_sources,
            taken_names,
            media,
            known_people: before.annotators.iter().map(|annotator| annotator.key).collect(),
            taken_people: before.annotators.iter().map(|annotator| annotator.name.clone()).collect(),
            described: HashMap::new(),
            sources: HashMap::new(),
            annotators: HashMap::new(),
            seen: HashSet::new(),
            waiting: HashMap::new(),
            rubrics: HashMap::new(),
            versions: HashMap::new(),
            studies: HashMap::new(),
            started_at,
        }
    }

    /// What was done so far.
    pub fn report(&mut self) -> &mut ImportReport {
        self.report
    }

    /// Writes one record; one that does not fit is noted as a problem of that line.
    pub fn record(&mut self, line: u64, record: LosslessRecord) -> Result<(), ApiError> {
        match record {
            LosslessRecord::Project(project) if self.adopts => {
                let adopted = NewProject {
                    key: project.key,
                    name: project.name,
                    created_at: project.created_at,
                    rubric: project.rubric,
                    is_sample: project.is_sample,
                };
                self.import.adopt(&adopted, &project.other_rubrics)?;
            }
            LosslessRecord::Project(project) => {
                let rubrics = project.other_rubrics.into_iter().chain([project.rubric]);
                self.rubrics = rubrics.map(|rubric| (rubric.version, rubric)).collect();
            }
            LosslessRecord::Source(source) => {
                let name = source.name.clone();
                self.described.insert(name.clone(), source);
                if self.adopts {
                    self.source(&name)?;
                }
            }
            LosslessRecord::Study(record) if self.adopts => {
                let version = record.study.version;
                match self.import.take_study(&record.study, record.set_at) {
                    Ok(own) => drop(self.studies.insert(version, own)),
                    Err(error) => return self.refuse(line, error),
                }
            }
            LosslessRecord::Study(_) => {}
            LosslessRecord::Annotator(record) => self.annotator(record)?,
            LosslessRecord::Role(record) => match self.item(record.item)? {
                Some(item) => self.import.take_role(item, &record.role)?,
                None => self.note_stranger(line, "role", record.item),
            },
            LosslessRecord::Repeat(record) => self.repeat(line, record)?,
            LosslessRecord::Conflict(record) => {
                let item = self.item(record.item)?;
                let annotator = self.annotators.get(&record.annotator).copied();
                match (item, annotator) {
                    (Some(item), Some(annotator)) => {
                        self.import.add_conflict(MergeConflict { item, annotator })?;
                    }
                    _ => self.note_stranger(line, "finding of a merge", record.item),
                }
            }
            LosslessRecord::ModelLabel(record) => match self.item(record.item)? {
                Some(item) => self.import.add_model_label(&ModelLabel {
                    item,
                    scorer: record.scorer,
                    source: record.source,
                    question: record.question,
                    prediction: record.prediction,
                    accepted_at: record.accepted_at,
                })?,
                None => self.note_stranger(line, "label of a model", record.item),
            },
            LosslessRecord::Item(record) => {
                let asks = self.asks.as_ref();
                let unasked = || asks.and_then(|rubric| rubric.refusal_of(&record.item));
                if let Some(reason) = record.item.refusal().or_else(unasked) {
                    note_problem(self.report, RowProblem { line, reason }, true);
                    return Ok(());
                }
                let known = self.import.item_by_key(record.key)?.is_some();
                let source = match self.known_sources.values().next() {
                    Some(any) if known => *any,
                    _ => self.source(&record.source)?,
                };
                let added = self.import.add_item_with_status(source, &record.item, record.status)?;
                if added.is_new {
                    self.report.items_added += 1;
                } else {
                    self.report.items_known += 1;
                    self.report.items_deleted_before += u64::from(added.status == ItemStatus::Deleted);
                }
            }
            LosslessRecord::Judgment(record) => self.judgment(line, record)?,
        }
        Ok(())
    }

    /// The end of the file was reached.
    pub fn finish(mut self) -> Result<(), ApiError> {
        // What is left supersedes something that the file does not hold.
        let mut left: Vec<_> = self.waiting.drain().flat_map(|(_, records)| records).collect();
        left.sort_by_key(|(line, record)| (record.revision, *line));
        for (line, record) in left {
            self.store(line, record)?;
        }
        Ok(())
    }

    fn source(&mut self, name: &str) -> Result<SourceId, ApiError> {
        if let Some(source) = self.sources.get(name) {
            return Ok(*source);
        }
        let record = self.described.get(name);
        let blake3 = record.map(|record| record.blake3.clone()).unwrap_or_default();
        let known = self.known_sources.get(&(name.to_owned(), blake3.clone())).copied();
        let source = if let Some(known) = known {
            known
        } else {
            let written = record.filter(|_| self.media.are_as_written);
            let folder = self.media.folder.clone();
            self.import.add_source(&NewSource {
                name: unique_name(name, &mut self.taken_names),
                media_folder: folder.or_else(|| written.and_then(|record| record.media_folder.clone())),
                fetches_addresses: written
                    .map_or(self.media.fetches_addresses, |record| record.fetches_addresses),
                blake3,
                imported_at: record.map_or(self.started_at, |record| record.imported_at),
            })?
        };
        self.sources.insert(name.to_owned(), source);
        Ok(source)
    }

    fn judgment(&mut self, line: u64, record: JudgmentRecord) -> Result<(), ApiError> {
        if !self.adopts
            && let Some(earlier) = record.supersedes.filter(|earlier| !self.seen.contains(earlier))
        {
            self.waiting.entry(earlier).or_default().push((line, record));
            return Ok(());
        }
        let mut ready = vec![(line, record)];
        while let Some((line, record)) = ready.pop() {
            let id = record.id;
            self.store(line, record)?;
            self.seen.insert(id);
            ready.extend(self.waiting.remove(&id).unwrap_or_default());
        }
        Ok(())
    }

    fn store(&mut self, line: u64, record: JudgmentRecord) -> Result<(), ApiError> {
        let Some(item) = self.item(record.item)? else {
            self.note_stranger(line, "judgment", record.item);
            return Ok(());
        };
        let Some(annotator) = self.annotators.get(&record.annotator).copied() else {
            self.note_nobody(line, record.annotator);
            return Ok(());
        };
        let given = self.adopts.then_some((record.revision, record.supersedes));
        let judgment = NewJudgment {
            id: record.id,
            item,
            annotator,
            verdict: record.verdict,
            flagged: record.flagged,
            comment: record.comment,
            notes: record.notes,
            rubric_version: self.version(record.rubric_version)?,
            showing: record.showing,
            origin: record.origin,
            recorded_at: record.recorded_at,
        };
        match self.import.add_judgment(&judgment, given) {
            Ok(is_new) => self.report.judgments_added += u64::from(is_new),
            Err(error) => return self.refuse(line, error),
        }
        if let Some(SurpriseRecord { vote, model_was_wrong }) = record.surprise {
            self.import.add_surprise(judgment.id, Surprise { vote, model_was_wrong })?;
        }
        Ok(())
    }

    fn repeat(&mut self, line: u64, record: RepeatRecord) -> Result<(), ApiError> {
        let Some(item) = self.item(record.item)? else {
            self.note_stranger(line, "repeat", record.item);
            return Ok(());
        };
        let Some(annotator) = self.annotators.get(&record.annotator).copied() else {
            self.note_nobody(line, record.annotator);
            return Ok(());
        };
        let judgment = NewJudgment {
            id: record.id,
            item,
            annotator,
            verdict: record.verdict,
            flagged: record.flagged,
            comment: record.comment,
            notes: record.notes,
            rubric_version: self.version(record.rubric_version)?,
            showing: record.showing,
            origin: record.origin,
            recorded_at: record.recorded_at,
        };
        match self.import.add_repeat(&judgment, record.repeat_of) {
            Ok(is_new) => self.report.judgments_added += u64::from(is_new),
            Err(error) => return self.refuse(line, error),
        }
        Ok(())
    }

    fn annotator(&mut self, record: AnnotatorRecord) -> Result<(), ApiError> {
        // Two people of one name stay two people.
        let is_known = self.known_people.contains(&record.key);
        let name = if is_known { record.name } else { unique_name(&record.name, &mut self.taken_people) };
        let id = self.import.annotator(record.key, &name)?;
        self.annotators.insert(record.key, id);
        let person = record.person;
        let consented_version = person.consented_version;
        let known = KnownPerson {
            is_lead: person.is_lead,
            tags: person.tags,
            consented_at: person.consented_at,
            consented_version: consented_version
                .map(|version| self.studies.get(&version).copied().unwrap_or(version)),
            arm: person.arm.zip(person.arm_place),
            profile: person.profile,
        };
        Ok(self.import.take_person(id, &known, self.adopts)?)
    }

    /// Notes what cannot be stored, as a problem of its line; what else failed ends the import.
    fn refuse(&mut self, line: u64, error: StoreError) -> Result<(), ApiError> {
        match error {
            StoreError::Refused(reason) => {
                note_problem(self.report, RowProblem { line, reason }, true);
                Ok(())
            }
            error => Err(error.into()),
        }
    }

    fn note_stranger(&mut self, line: u64, what: &str, item: ItemKey) {
        let reason = format!("the {what} is about an item that the file does not hold, {item}");
        note_problem(self.report, RowProblem { line, reason }, true);
    }

    fn note_nobody(&mut self, line: u64, annotator: AnnotatorKey) {
        let reason = format!("the judgment is by an annotator that the file does not hold, {annotator}");
        note_problem(self.report, RowProblem { line, reason }, true);
    }

    /// The project's version of a rubric of the file.
    fn version(&mut self, version: u32) -> Result<u32, ApiError> {
        if let Some(own) = self.versions.get(&version) {
            return Ok(*own);
        }
        let own = match self.rubrics.get(&version) {
            Some(rubric) => self.import.take_rubric(rubric)?.0,
            None => version,
        };
        self.versions.insert(version, own);
        Ok(own)
    }

    fn item(&mut self, key: ItemKey) -> Result<Option<tiebreak_domain::ItemId>, ApiError> {
        Ok(self.import.item_by_key(key)?)
    }
}

/// The name, or the name with the first number that is free: "file", "file (2)", …
pub fn unique_name(name: &str, taken: &mut HashSet<String>) -> String {
    let mut unique = name.to_owned();
    let mut number = 2;
    while !taken.insert(unique.clone()) {
        unique = format!("{name} ({number})");
        number += 1;
    }
    unique
}
