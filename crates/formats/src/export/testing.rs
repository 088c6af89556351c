//! Items and judgments as the interface makes them, for tests.
#![allow(clippy::unwrap_used)]

use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::{Entry, RankingForm, Scale, Scope, StrengthSteps, TextPurpose};
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::*;

use super::judged::{Judged, Names};
use super::output::ItemOutput;

pub fn item(candidates: usize) -> StoredItem {
    let candidates = (0..candidates).map(|index| Candidate::markdown(format!("text {index}"))).collect();
    stored(Item { prompt: vec![Part::markdown("Why?")], candidates, ..Item::default() })
}

/// Candidates of one medium each.
pub fn media_item(prompt: &str, media: Vec<Part>) -> StoredItem {
    let candidates =
        media.into_iter().map(|part| Candidate { parts: vec![part], ..Candidate::default() }).collect();
    stored(Item { prompt: vec![Part::markdown(prompt)], candidates, ..Item::default() })
}

pub fn stored(item: Item) -> StoredItem {
    StoredItem {
        id: ItemId(1),
        key: ItemKey([1; 16]),
        source: SourceId(1),
        status: ItemStatus::Active,
        item: Item { external_id: item.external_id.or(Some("q1".into())), ..item },
    }
}

/// The judgment of annotator 1, 2, 3 …, at time 1,000, 2,000, 3,000 …
pub fn judgment(annotator: i64, candidates: usize, answers: Vec<Answer>) -> Judgment {
    let verdict = if answers.is_empty() { Verdict::Skipped } else { Verdict::Judged { answers } };
    let mut order: Vec<u8> = (0..candidates as u8).collect();
    order.reverse();
    Judgment {
        given: NewJudgment {
            id: JudgmentId([annotator as u8; 16]),
            item: ItemId(1),
            annotator: AnnotatorId(annotator),
            verdict,
            flagged: false,
            comment: String::new(),
            notes: Vec::new(),
            rubric_version: 1,
            showing: Some(Showing {
                order: Order::try_from(order).unwrap(),
                models_visible: false,
                scores_visible: false,
                shown_at: UnixMillis(annotator * 1_000 - 900),
                first_input_at: None,
                submitted_at: UnixMillis(annotator * 1_000),
                active_ms: 800,
                idle_ms: 100,
                utc_offset_minutes: 0,
                app_version: "0.1.0".into(),
                session: 7,
                acquisition: Acquisition::FILE_ORDER,
                window: [900.0, 600.0, 1.0],
                watched: Vec::new(),
            }),
            origin: Origin::Screen,
            recorded_at: UnixMillis(annotator * 1_000),
        },
        revision: 1,
        supersedes: None,
    }
}

pub fn names(questions: Vec<Question>) -> Names {
    let annotators = ["ada", "bob", "cy", "dee", "eve"];
    let numbered = || (1..).map(AnnotatorId).zip(annotators);
    Names {
        annotators: numbered().map(|(id, name)| (id, name.to_owned())).collect(),
        hashes: numbered().map(|(id, name)| (id, format!("hash of {name}"))).collect(),
        rubrics: [(1, Rubric { questions, ..Rubric::default() })].into(),
        ..Names::default()
    }
}

/// Holds the judgments against the rubric as the engine does, and writes them.
pub fn written(plan: &ExportPlan, names: &Names, item: &StoredItem, judgments: &[Judgment]) -> ItemOutput {
    for judgment in judgments {
        assert_eq!(judgment.given.verdict.refusal(&names.rubrics[&1]), None, "it could have been submitted");
    }
    let output = written_items(plan, names, &[(item.clone(), judgments.to_vec())]);
    let left_out: u64 = output.left_out.iter().map(|(_, count)| count).sum();
    if output.refused.is_empty() {
        assert_eq!(output.judgments + left_out, judgments.len() as u64, "all are accounted for: {output:?}");
    }
    output
}

/// Writes items one after another, to the end.
pub fn written_items(plan: &ExportPlan, names: &Names, items: &[(StoredItem, Vec<Judgment>)]) -> ItemOutput {
    let mut writing = super::Writing::default();
    let mut all = ItemOutput::default();
    let judged = items.iter().map(|(item, judgments)| Judged { item, source: "data", judgments, names });
    let mut outputs: Vec<ItemOutput> = judged.map(|judged| writing.item(plan, &judged)).collect();
    outputs.push(writing.finish(plan, names));
    for output in outputs {
        all.lines.extend(output.lines);
        output.beside.into_iter().for_each(|(file, lines)| all.beside.entry(file).or_default().extend(lines));
        all.pictures.extend(output.pictures);
        all.judgments += output.judgments;
        output.left_out.iter().for_each(|(reason, count)| all.leave_out(reason, *count));
        all.refused.extend(output.refused);
        all.rewrites += output.rewrites;
        all.rewrites_left_out += output.rewrites_left_out;
        all.labels.iter_mut().zip(output.labels).for_each(|(all, more)| *all += more);
    }
    all
}

/// Written without anything refused; each line as JSON.
pub fn rows(
    plan: &ExportPlan,
    names: &Names,
    item: &StoredItem,
    judgments: &[Judgment],
) -> Vec<serde_json::Value> {
    let output = written(plan, names, item, judgments);
    assert_eq!(output.refused, [], "nothing is refused");
    output.lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

pub fn preference(key: &str, strength: StrengthSteps) -> Question {
    let kind = rubric::QuestionKind::Preference { outcomes: Outcome::all(), strength };
    Question::new(key, key, Scope::Pair, kind)
}

pub fn rating(key: &str, lowest: i32, highest: i32) -> Question {
    let anchors = (lowest..=highest).map(|value| value.to_string()).collect();
    let scale = Scale::Points { from: lowest, anchors };
    Question::new(key, key, Scope::Candidate, rubric::QuestionKind::Rating { scale })
}

pub fn ranking(key: &str, form: RankingForm) -> Question {
    Question::new(key, key, Scope::Item, rubric::QuestionKind::Ranking { form })
}

pub fn text(key: &str, purpose: TextPurpose, scope: Scope) -> Question {
    let kind = rubric::QuestionKind::Text { purpose, with_confidence: false };
    Question { required: false, ..Question::new(key, key, scope, kind) }
}

pub fn entries(keys: &[&str]) -> Vec<Entry> {
    keys.iter().map(|key| Entry { key: (*key).into(), title: (*key).into(), group: String::new() }).collect()
}

pub fn said(question: &str, candidate: Option<u8>, value: AnswerValue) -> Answer {
    Answer { question: question.into(), candidate, value }
}

/// By −3 to 3, negative for A.
pub fn prefers(question: &str, strength: i32) -> Answer {
    let outcome = match strength {
        ..0 => Outcome::A,
        0 => Outcome::Tie,
        _ => Outcome::B,
    };
    let strength = Strength::ALL.into_iter().find(|one| i32::from(one.level()) == strength.abs());
    said(question, None, AnswerValue::Preference(Preference { strength, ..Preference::new(outcome) }))
}

pub fn outcome(question: &str, outcome: Outcome) -> Answer {
    let reason = (outcome == Outcome::Unratable).then(|| "no idea".to_owned());
    said(question, None, AnswerValue::Preference(Preference { reason, ..Preference::new(outcome) }))
}

pub fn rates(question: &str, values: &[i32]) -> Vec<Answer> {
    let answer =
        |(index, value): (usize, &i32)| said(question, Some(index as u8), AnswerValue::Rating(*value));
    values.iter().enumerate().map(answer).collect()
}

pub fn ranks(question: &str, groups: &[&[u8]]) -> Answer {
    let groups = groups.iter().map(|group| group.to_vec()).collect();
    said(question, None, AnswerValue::Ranking(Ranking { groups, worst: None }))
}

pub fn writes(question: &str, candidate: Option<u8>, words: &str) -> Answer {
    let words = tiebreak_domain::answer::TextAnswer { text: words.into(), confidence: None };
    said(question, candidate, AnswerValue::Text(words))
}
