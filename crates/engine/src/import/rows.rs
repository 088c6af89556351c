//! Writes the items of foreign data, and the votes that came with them, in one transaction.

use std::collections::{HashMap, HashSet};

use tiebreak_domain::import::{ImportReport, MAX_PROBLEMS, RowProblem};
use tiebreak_domain::item::Metadata;
use tiebreak_domain::reward::Prediction;
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, Answer, AnswerValue, ApiError, ErrorCode, ItemId, ItemStatus, JudgmentId,
    NewJudgment, Origin, Outcome, Rubric, SourceId, StudySetup, UnixMillis, Verdict,
};
use tiebreak_formats::WITHOUT_VOTE;
use tiebreak_store::{AddedItem, Import, ModelLabel, NewSource, PreparedItem, StoreError};

use crate::import::batch::Vote;
use crate::import::voters::{MAX_NAMELESS, Voters};

/// What every row of one import has in common.
#[derive(Clone)]
pub struct Setting {
    /// The source that is made with the first item that is new. Its media folder is kept back until an item
    /// with media shows up.
    pub source: NewSource,
    /// What the project asks; labels are held against it and carry its version.
    pub rubric: Rubric,
    /// What the study asks of its people; what a survey tells is held against it.
    pub study: StudySetup,
    /// When the import began; labels were recorded then.
    pub started_at: UnixMillis,
    /// Who is known by name already, with their keys.
    pub known_names: HashMap<String, AnnotatorKey>,
    /// Some source of the project, if it has any; what an item that is there already is looked up under.
    pub any_source: Option<SourceId>,
}

/// An import of foreign data under way.
pub struct Rows<'a, 'store> {
    import: &'a mut Import<'store>,
    setting: Setting,
    report: &'a mut ImportReport,
    source: Option<SourceId>,
    with_media: bool,
    annotators: HashMap<AnnotatorKey, AnnotatorId>,
    voters: Voters,
}

impl<'a, 'store> Rows<'a, 'store> {
    /// Nothing written yet.
    pub fn new(import: &'a mut Import<'store>, setting: Setting, report: &'a mut ImportReport) -> Self {
        Self {
            import,
            setting,
            report,
            source: None,
            with_media: false,
            annotators: HashMap::new(),
            voters: Voters::default(),
        }
    }

    /// What was done so far.
    pub fn report(&mut self) -> &mut ImportReport {
        self.report
    }

    /// Writes one item and its votes. A vote that answers nothing of what the project asks is noted as a problem,
    /// and so is one with which somebody contradicts an earlier one of theirs.
    pub fn item(
        &mut self,
        line: u64,
        item: &PreparedItem,
        has_media: bool,
        votes: Vec<Vote>,
    ) -> Result<(), ApiError> {
        let source = match (self.source, self.setting.any_source) {
            (Some(source), _) => source,
            // A file that brings nothing new leaves no source behind.
            (None, Some(any)) if self.import.item_by_key(item.key())?.is_some() => any,
            _ => self.begin_source()?,
        };
        let added = self.import.add_item_prepared(source, item, ItemStatus::Active)?;
        if added.is_new {
            self.report.items_added += 1;
            self.with_media |= has_media;
        } else {
            self.report.items_known += 1;
            self.report.items_deleted_before += u64::from(added.status == ItemStatus::Deleted);
        }
        let mut voted = HashSet::new();
        // Whoever skipped an item and answered it as well has answered it.
        let (skips, votes): (Vec<Vote>, Vec<Vote>) = votes.into_iter().partition(|vote| vote.is_skip);
        for vote in votes {
            let answers = self.setting.rubric.fitted(vote.answers.clone());
            if answers.is_empty() {
                self.note(line, format!("{WITHOUT_VOTE}: it answers no question of the project"));
                continue;
            }
            if vote.is_model {
                self.model_label(line, added.id, &vote.name, &answers)?;
                continue;
            }
            let Some((vote, is_again)) = self.voters.place(added.id, vote, &answers) else {
                let reason = format!("the item has {MAX_NAMELESS} votes of nobody by name already");
                self.note(line, format!("{WITHOUT_VOTE}: {reason}"));
                continue;
            };
            let annotator = self.annotator(vote.annotator, &vote.name)?;
            let is_first = voted.insert(vote.annotator) && added.is_new;
            let before = if is_first { None } else { self.import.label_in_force(annotator, added.id)? };
            let is_contrary = is_again && before.iter().flatten().any(|before| contradicts(before, &answers));
            let answers = self.joined(before, answers);
            let comment =
                if vote.comment.is_empty() { words_left(&vote.answers, &answers) } else { vote.comment };
            let judgment = NewJudgment {
                id: JudgmentId::of_label_answers(added.key, vote.annotator, &answers),
                item: added.id,
                annotator,
                verdict: Verdict::Judged { answers },
                flagged: false,
                comment,
                notes: Vec::new(),
                rubric_version: self.setting.rubric.version,
                showing: None,
                origin: Origin::Label,
                recorded_at: self.setting.started_at,
            };
            let is_new = match self.import.add_judgment(&judgment, None) {
                Ok(is_new) => is_new,
                Err(StoreError::Refused(reason)) => {
                    self.note(line, format!("{WITHOUT_VOTE}: {reason}"));
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            self.report.judgments_added += u64::from(is_new);
            if is_contrary && is_new {
                self.note(
                    line,
                    format!("{:?} voted otherwise on this item before; the last vote counts", vote.name),
                );
            } else if is_contrary {
                let reason = format!("{:?} voted so before, and otherwise since, which counts", vote.name);
                self.note(line, format!("{WITHOUT_VOTE}: {reason}"));
            }
        }
        for skip in skips {
            self.skip(&added, skip)?;
        }
        Ok(())
    }

    /// Writes that somebody went on without an answer, unless they have one.
    fn skip(&mut self, added: &AddedItem, skip: Vote) -> Result<(), ApiError> {
        let Some((skip, _)) = self.voters.place(added.id, skip, &[]) else { return Ok(()) };
        let annotator = self.annotator(skip.annotator, &skip.name)?;
        if self.import.label_in_force(annotator, added.id)?.is_some() {
            return Ok(());
        }
        let judgment = NewJudgment {
            id: JudgmentId::of_label_answers(added.key, skip.annotator, &[]),
            item: added.id,
            annotator,
            verdict: Verdict::Skipped,
            flagged: false,
            comment: skip.comment,
            notes: Vec::new(),
            rubric_version: self.setting.rubric.version,
            showing: None,
            origin: Origin::Label,
            recorded_at: self.setting.started_at,
        };
        let is_new = self.import.add_judgment(&judgment, None)?;
        self.report.judgments_added += u64::from(is_new);
        Ok(())
    }

    /// Keeps what a model said of a pair apart from what people say. An item keeps one such label, the first.
    fn model_label(
        &mut self,
        line: u64,
        item: ItemId,
        name: &str,
        answers: &[Answer],
    ) -> Result<(), ApiError> {
        let said = answers.iter().find_map(|answer| match &answer.value {
            AnswerValue::Preference(preference) if preference.outcome != Outcome::Unratable => {
                Some((answer.question.clone(), preference.outcome))
            }
            _ => None,
        });
        let Some((question, outcome)) = said else {
            let reason = "of a model's label only the better of two, or a tie, is kept";
            self.note(line, format!("{WITHOUT_VOTE}: {reason}"));
            return Ok(());
        };
        let share = |is_so: bool| f64::from(u8::from(is_so));
        let (a, b) = (share(outcome == Outcome::A), share(outcome == Outcome::B));
        let prediction = Prediction { a, tie: 1.0 - a - b, b };
        let label = ModelLabel {
            item,
            scorer: name.to_owned(),
            source: format!("model:{name}"),
            question,
            prediction,
            accepted_at: self.setting.started_at,
        };
        match self.import.model_label_of(item)? {
            None => {
                self.import.add_model_label(&label)?;
                self.report.model_labels_added += 1;
            }
            Some(known) if known == (ModelLabel { accepted_at: known.accepted_at, ..label }) => {}
            Some(known) => {
                let reason = format!("the item has a label of a model already, of {}", known.source);
                self.note(line, format!("{WITHOUT_VOTE}: {reason}"));
            }
        }
        Ok(())
    }

    /// Notes what is wrong with a vote of a row that was taken.
    fn note(&mut self, line: u64, reason: String) {
        note_problem(self.report, RowProblem { line, reason }, false);
    }

    /// Writes what somebody says of themselves. Only past annotators get a profile from a file; whoever sits here
    /// fills it in.
    pub fn profile(&mut self, line: u64, name: &str, told: &Metadata) -> Result<(), ApiError> {
        let key = AnnotatorKey::of_past_annotator(name);
        let is_taken = self.setting.known_names.get(name).is_some_and(|known| *known != key);
        let answers = self.setting.study.fitted(told);
        let refused = if is_taken {
            Some(format!(
                "{name:?} judges in this project, and a profile is filled in by whoever it is about"
            ))
        } else {
            answers.is_empty().then(|| format!("nothing is said of {name:?}; leave the row out"))
        };
        if let Some(reason) = refused {
            note_problem(self.report, RowProblem { line, reason }, true);
            return Ok(());
        }
        let annotator = self.annotator(key, name)?;
        let is_new = self.import.take_profile(annotator, &answers, self.setting.started_at)?;
        self.report.profiles_added += u64::from(is_new);
        Ok(())
    }

    /// The end of the file was reached.
    pub fn finish(self, blake3: &str) -> Result<(), ApiError> {
        if let Some(source) = self.source {
            self.import.set_source_blake3(source, blake3)?;
            if self.with_media
                && let Some(folder) = &self.setting.source.media_folder
            {
                self.import.set_source_media_folder(source, folder)?;
            }
        }
        Ok(())
    }

    /// The answers of a label together with those to other questions that its annotator gave to the item in
    /// other rows or files: votes come criterion by criterion, and one must not take the other out of force.
    fn joined(&self, before: Option<Vec<Answer>>, answers: Vec<Answer>) -> Vec<Answer> {
        let is_answered = |earlier: &Answer| answers.iter().any(|answer| is_on_the_same(answer, earlier));
        let kept: Vec<Answer> =
            before.into_iter().flatten().filter(|earlier| !is_answered(earlier)).collect();
        if kept.is_empty() {
            return answers;
        }
        self.setting.rubric.fitted(answers.into_iter().chain(kept).collect())
    }

    fn begin_source(&mut self) -> Result<SourceId, ApiError> {
        let source = NewSource { media_folder: None, ..self.setting.source.clone() };
        let source = self.import.add_source(&source)?;
        self.source = Some(source);
        Ok(source)
    }

    fn annotator(&mut self, key: AnnotatorKey, name: &str) -> Result<AnnotatorId, ApiError> {
        if let Some(known) = self.annotators.get(&key) {
            return Ok(*known);
        }
        // Votes must not slip into the judgments of somebody who sits here: they would supersede them.
        if self.setting.known_names.get(name).is_some_and(|known| *known != key) {
            return Err(ApiError::new(
                ErrorCode::BadRequest,
                format!("the votes in the data would go to somebody who judges in this project, {name:?}"),
            )
            .hint("choose another name for the past annotator, or leave the votes out"));
        }
        let annotator = self.import.annotator(key, name)?;
        self.annotators.insert(key, annotator);
        Ok(annotator)
    }
}

fn is_on_the_same(one: &Answer, other: &Answer) -> bool {
    one.question == other.question && one.candidate == other.candidate
}

/// Whether any of the answers says something else than an earlier one.
fn contradicts(earlier: &Answer, answers: &[Answer]) -> bool {
    answers.iter().any(|answer| is_on_the_same(answer, earlier) && answer.value != earlier.value)
}

/// The words of a vote for which the project has no question: they are kept as its comment.
fn words_left(given: &[Answer], fitted: &[Answer]) -> String {
    let words = given.iter().filter_map(|answer| match &answer.value {
        AnswerValue::Text(text) if fitted.iter().all(|fitted| fitted.value != answer.value) => {
            Some(text.text.as_str())
        }
        _ => None,
    });
    words.collect::<Vec<_>>().join("\n\n")
}

/// Notes a problem; the list is bounded, the count is not.
pub fn note_problem(report: &mut ImportReport, problem: RowProblem, is_refused: bool) {
    report.rows_refused += u64::from(is_refused);
    if report.problems.len() < MAX_PROBLEMS {
        report.problems.push(problem);
    }
}
