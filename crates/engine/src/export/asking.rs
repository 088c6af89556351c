//! What an export must be told before it can begin: which question, and the policies on what the project holds.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::ControlFlow;

use tiebreak_domain::export::{ExportQuestion, PolicyCounts, PolicyQuestion};
use tiebreak_domain::quality::ItemRole;
use tiebreak_domain::{ApiError, ErrorCode, ExportFormat, ExportPlan, ItemId, Outcome, Rubric, SourceId};
use tiebreak_formats::export::judged::{Judged, Names};
use tiebreak_formats::export::{policy, questions, refusal};
use tiebreak_store::Reader;

use crate::export::{identity, model_labels, split};

/// What a plan meets in a project.
pub struct Asking {
    /// Who is who, and what was asked.
    pub names: Names,
    /// The files that items came from.
    pub sources: HashMap<SourceId, String>,
    /// The items that are not there to be judged only.
    pub roles: HashMap<ItemId, ItemRole>,
    /// How much of the project each policy is about.
    pub holds: PolicyCounts,
    /// The questions among which one must be chosen.
    pub questions: Vec<ExportQuestion>,
    /// What the plan leaves open.
    pub unanswered: Vec<PolicyQuestion>,
}

impl Asking {
    /// Looks at the project. Fails where the plan names a question that does not fit its format, or none does.
    pub fn new(reader: &Reader, plan: &ExportPlan) -> Result<Self, ApiError> {
        let mut asking = Self::for_writing(reader, plan)?;
        asking.holds = holds(reader, plan, &asking.names)?;
        let labels = reader.model_labels()?;
        asking.holds.model_labels = labels.len() as u64;
        if plan.labels.has_models() {
            let ties = labels.iter().filter(|label| label.prediction.likeliest() == Outcome::Tie);
            asking.holds.ties += ties.count() as u64;
        }
        let choice = questions::to_choose(plan.format, &asking.names);
        asking.unanswered = policy::unanswered(plan, &asking.holds, !choice.is_empty());
        asking.questions = choice
            .into_iter()
            .map(|question| ExportQuestion { key: question.key.clone(), title: question.title.clone() })
            .collect();
        Ok(asking)
    }

    /// The same without what the policies are about, for a plan that was asked before.
    pub fn for_writing(reader: &Reader, plan: &ExportPlan) -> Result<Self, ApiError> {
        if plan.labels.has_models()
            && plan.format != ExportFormat::Tiebreak
            && !plan.format.can_name_a_source()
        {
            let message = format!("{} has no place that says a row is a model's word", plan.format.title());
            return Err(ApiError::new(ErrorCode::BadRequest, message)
                .hint("write people's judgments alone, or choose a format of pairs such as TRL's"));
        }
        identity::refuse_nobody(plan)?;
        split::refuse(plan)?;
        let surprises = reader.surprises_of_reviews()?.into_iter();
        let mut names = Names {
            rubrics: rubrics_in_use(reader)?,
            models_wrong: surprises.map(|(review, surprise)| (review, surprise.model_was_wrong)).collect(),
            ..Names::default()
        };
        identity::call(&mut names, plan, reader.project()?.key, reader.annotators()?);
        if plan.labels.has_models() {
            model_labels::name_models(reader, &mut names)?;
        }
        if let Some((message, hint)) = refusal(plan, &names) {
            return Err(ApiError::new(ErrorCode::BadRequest, message).hint(hint));
        }
        Ok(Self {
            names,
            sources: reader.sources()?.into_iter().map(|source| (source.id, source.name)).collect(),
            roles: reader.item_roles()?.into_iter().collect(),
            holds: PolicyCounts::default(),
            questions: Vec::new(),
            unanswered: Vec::new(),
        })
    }

    /// Looks up what people say of themselves.
    pub fn tell_profiles(&mut self, reader: &Reader) -> Result<(), ApiError> {
        self.names.study = reader.study()?;
        let people = reader.people()?.into_iter();
        self.names.profiles = people.map(|person| (person.annotator.id, person.profile)).collect();
        Ok(())
    }

    /// Refuses a plan that leaves a needed policy open.
    pub fn refuse_open(&self) -> Result<(), ApiError> {
        if self.unanswered.is_empty() {
            return Ok(());
        }
        let words: Vec<&str> = self.unanswered.iter().map(|question| question.words()).collect();
        Err(ApiError::new(
            ErrorCode::PolicyNeeded,
            format!("the export must be told what becomes of {}", words.join(", ")),
        )
        .hint("choose a policy for each; nothing about them is assumed"))
    }
}

/// The rubrics that judgments in force were given under, or what is asked now if there are none: a rubric that
/// was changed before anybody answered it offers no choice.
fn rubrics_in_use(reader: &Reader) -> Result<BTreeMap<u32, Rubric>, ApiError> {
    let mut rubrics = reader.rubrics()?;
    if rubrics.len() < 2 {
        return Ok(rubrics);
    }
    let mut used = BTreeSet::new();
    reader.each_judged_item(&[], |_, judgments| {
        used.extend(judgments.iter().map(|judgment| judgment.given.rubric_version));
        if used.len() == rubrics.len() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if used.is_empty() {
        used.insert(reader.project()?.rubric.version);
    }
    rubrics.retain(|version, _| used.contains(version));
    Ok(rubrics)
}

/// How much of the project each policy is about. Plain comparisons are counted by the reader at once; for other
/// rubrics every judged item is looked at.
fn holds(reader: &Reader, plan: &ExportPlan, names: &Names) -> Result<PolicyCounts, ApiError> {
    let is_plain = names.rubrics.values().all(Rubric::is_plain_comparison);
    if is_plain && plan.format.is_of_pairs() || plan.format.asks().is_empty() {
        return Ok(reader.policy_counts(&plan.annotators)?);
    }
    let mut counts = PolicyCounts::default();
    let question = questions::question_of_plan(plan, names);
    reader.each_judged_item(&plan.annotators, |item, judgments| {
        let judged = Judged { item: &item, source: "", judgments: &judgments, names };
        policy::count_policies(plan, question, &judged, &mut counts);
        ControlFlow::Continue(())
    })?;
    Ok(counts)
}
