//! Labels of models in exports: rows apart from people's judgments, each with the model as its `source`.
//!
//! They are read only where a plan asks for them. Where both are written, what people said of an item stands alone.

use std::collections::{BTreeSet, HashMap};

use tiebreak_domain::answer::Ranking;
use tiebreak_domain::export::LabelChoice;
use tiebreak_domain::filter::ItemState;
use tiebreak_domain::quality::ItemRole;
use tiebreak_domain::reward::Prediction;
use tiebreak_domain::rubric::QuestionKind;
use tiebreak_domain::{
    AnnotatorId, AnnotatorKey, Answer, AnswerValue, ApiError, ExportFormat, ExportPlan, ItemFilter, ItemId,
    ItemStatus, Judgment, JudgmentId, NewJudgment, Origin, Outcome, Preference, StoredItem, UnixMillis,
    Verdict,
};
use tiebreak_formats::export::judged::Names;
use tiebreak_formats::export::output::ItemOutput;
use tiebreak_formats::export::questions::question_of_plan;
use tiebreak_store::Reader;

/// What rows of people's judgments have as their source, where models' stand beside them.
pub const PEOPLE: &str = "people";
/// Why a label of a model is left out that answers something else.
pub const OTHER_QUESTION: &str = "a model's label on another question";
/// A label of a model, and whether it is written.
pub struct Labelled {
    /// The item.
    pub item: ItemId,
    /// Whoever said it: `model:NAME@PRECISION`.
    pub source: String,
    /// Why it is not written.
    pub left_out: Option<&'static str>,
    question: String,
    said: Prediction,
    accepted_at: UnixMillis,
}

/// Puts the models whose labels a project holds among the names, under numbers below 0, which no annotator has.
pub fn name_models(reader: &Reader, names: &mut Names) -> Result<(), ApiError> {
    let sources: BTreeSet<String> = reader.model_labels()?.into_iter().map(|label| label.source).collect();
    let numbered = sources.into_iter().zip(1..).map(|(source, number)| (AnnotatorId(-number), source));
    names.annotators.extend(numbered);
    Ok(())
}

/// The labels that a plan asks for, in the order of the items.
pub fn to_write(reader: &Reader, plan: &ExportPlan) -> Result<Vec<Labelled>, ApiError> {
    if !plan.labels.has_models() || plan.format == ExportFormat::Tiebreak {
        return Ok(Vec::new());
    }
    let roles: HashMap<ItemId, ItemRole> = reader.item_roles()?.into_iter().collect();
    let labels = reader.model_labels()?;
    let shared = reader.facets();
    let facets = shared.read();
    let judged = facets.matching(&ItemFilter { state: ItemState::Judged, ..ItemFilter::default() });
    let labels = labels.into_iter().map(|label| {
        let place = label.item.0 as u32;
        let left_out = if !facets.with_status(ItemStatus::Active).contains(place) {
            Some("a model's label on an item that takes no part")
        } else if roles.contains_key(&label.item) {
            Some("a model's label on an item whose answers are known")
        } else if plan.labels == LabelChoice::BothMarked && judged.contains(place) {
            Some("a model's label where people judged")
        } else {
            None
        };
        Labelled {
            item: label.item,
            source: label.source,
            left_out,
            question: label.question,
            said: label.prediction,
            accepted_at: label.accepted_at,
        }
    });
    Ok(labels.collect())
}

impl Labelled {
    /// The label as formats take what was said; none where it answers another question than the plan's.
    pub fn judgment(&self, item: &StoredItem, plan: &ExportPlan, names: &Names) -> Option<Judgment> {
        let question = question_of_plan(plan, names).filter(|question| question.key == self.question)?;
        let outcome = self.said.likeliest();
        let value = match question.kind {
            QuestionKind::Preference { .. } => AnswerValue::Preference(Preference::new(outcome)),
            QuestionKind::Ranking { .. } => {
                let groups = match outcome {
                    Outcome::A => vec![vec![0], vec![1]],
                    Outcome::B => vec![vec![1], vec![0]],
                    _ => vec![vec![0, 1]],
                };
                AnswerValue::Ranking(Ranking { groups, worst: None })
            }
            _ => return None,
        };
        let answers = vec![Answer { question: self.question.clone(), candidate: None, value }];
        let given = NewJudgment {
            id: JudgmentId::of_label_answers(
                item.key,
                AnnotatorKey::of_past_annotator(&self.source),
                &answers,
            ),
            item: item.id,
            annotator: names
                .annotators
                .iter()
                .find(|(id, name)| id.0 < 0 && **name == self.source)
                .map(|(id, _)| *id)?,
            verdict: Verdict::Judged { answers },
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: names.rubrics.keys().next_back().copied().unwrap_or(1),
            showing: None,
            origin: Origin::Label,
            recorded_at: self.accepted_at,
        };
        Some(Judgment { given, revision: 1, supersedes: None })
    }
}

/// Says in every row whose word it is. Rows are objects of JSON.
pub fn mark(output: &mut ItemOutput, source: &str) {
    let source = serde_json::to_string(source).expect("a text is JSON");
    for line in &mut output.lines {
        if let Some(open) = line.strip_suffix('}') {
            *line = format!("{open},\"source\":{source}}}");
        }
    }
}
