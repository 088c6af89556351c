//! Heads over items in memory, for the tests of learning.

use tiebreak_domain::answer::Ranking;
use tiebreak_domain::reward::{ModelKey, Scorer};
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scope};
use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::{
    AnnotatorId, Answer, AnswerValue, Candidate, Item, ItemId, Judgment, JudgmentId, NewJudgment, Order,
    Origin, Outcome, Part, Preference, Question, Rubric, Showing, UnixMillis, Verdict,
};

use super::learned::Learned;
use super::pool::{Pool, PoolScorer};

/// Items 1, 2, … of so many answers, each to a prompt of its own; the later an answer, the longer and politer.
pub fn items(count: i64, candidates: usize) -> Vec<(ItemId, Item)> {
    let answer = |number: i64, place: usize| {
        let care = " please, and with some care".repeat(2 * place);
        Candidate::markdown(format!("Answer {number}{care}"))
    };
    let item = |number: i64| Item {
        prompt: vec![Part::markdown(format!("Question {number}?"))],
        candidates: (0..candidates).map(|place| answer(number, place)).collect(),
        ..Item::default()
    };
    (1..=count).map(|number| (ItemId(number), item(number))).collect()
}

/// Heads over some items that have seen no vote.
pub fn learned(items: &[(ItemId, Item)], rubric: &Rubric) -> Learned {
    Learned::new(Pool::of_items(items), rubric, 1).expect("the rubric compares candidates")
}

/// A rubric that asks for an order of the candidates.
pub fn rankings() -> Rubric {
    let kind = QuestionKind::Ranking { form: RankingForm::WithTies };
    Rubric { questions: vec![Question::new("order", "Order", Scope::Item, kind)], ..Rubric::default() }
}

/// The candidates in an order, from the best.
pub fn ranked(order: &[u8]) -> Verdict {
    let groups = order.iter().map(|candidate| vec![*candidate]).collect();
    let value = AnswerValue::Ranking(Ranking { groups, worst: None });
    Verdict::Judged { answers: vec![Answer { question: "order".into(), candidate: None, value }] }
}

/// A preference over all.
pub fn preferred(outcome: Outcome) -> Verdict {
    Verdict::overall(Preference::new(outcome))
}

/// The first judgment of somebody on an item, of this number.
pub fn judgment(
    number: i64,
    annotator: i64,
    item: i64,
    verdict: Verdict,
    method: AcquisitionMethod,
) -> Judgment {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&number.to_be_bytes());
    let showing = Showing {
        order: Order::as_given(2),
        models_visible: false,
        scores_visible: false,
        shown_at: UnixMillis(number),
        first_input_at: None,
        submitted_at: UnixMillis(number),
        active_ms: 0,
        idle_ms: 0,
        utc_offset_minutes: 0,
        app_version: "9.9.9".to_owned(),
        session: 1,
        acquisition: Acquisition { method, score: None, propensity: 1.0 },
        window: [0.0, 0.0, 1.0],
        watched: Vec::new(),
    };
    let given = NewJudgment {
        id: JudgmentId(id),
        item: ItemId(item),
        annotator: AnnotatorId(annotator),
        verdict,
        flagged: false,
        comment: String::new(),
        notes: Vec::new(),
        rubric_version: 1,
        showing: Some(showing),
        origin: Origin::Screen,
        recorded_at: UnixMillis(number),
    };
    Judgment { given, revision: 1, supersedes: None }
}

/// A model that scores one thing, with these scores and in these deviations.
pub fn scorer(dimension: &str, scores: &[f32]) -> PoolScorer {
    PoolScorer {
        scorer: Scorer::Model(ModelKey("a model".into())),
        name: "a model".into(),
        dimension: dimension.into(),
        scores: scores.to_vec(),
        member: scores.to_vec(),
    }
}
