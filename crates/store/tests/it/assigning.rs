//! What assignment and second look stand on: who disagrees, and which tag is needed.

use tiebreak_domain::answer::TextAnswer;
use tiebreak_domain::rubric::{QuestionKind, Scope, TextPurpose};
use tiebreak_domain::{Answer, AnswerValue, Item, ItemId, NewJudgment, Outcome, Question, Rubric, Verdict};

use crate::backend::on_both;
use crate::project::{Project, pair, prefer};

fn what_people_disagree_on_is_found() {
    let mut project = Project::with_items(4);
    let (ana, ben) = (project.ana, project.ben);
    for (annotator, item, outcome) in [
        (ana, 1, Outcome::A),
        (ben, 1, Outcome::B),
        (ana, 2, Outcome::A),
        (ben, 2, Outcome::A),
        (ana, 3, Outcome::A),
    ] {
        project.say(annotator, item, prefer(outcome));
    }
    let reader = project.store().reader().unwrap();
    assert_eq!(reader.disputed(0).unwrap().iter().collect::<Vec<_>>(), [1]);
}

fn lines_show_what_was_rewritten_beside_who_judged() {
    let mut project = Project::with_items(1);
    let ana = project.ana;
    let kind = QuestionKind::Text { purpose: TextPurpose::Rewrite, with_confidence: false };
    let questions = vec![Question::new("better", "Better", Scope::Candidate, kind)];
    let version = project.store().set_rubric(&Rubric { questions, ..Rubric::default() }).unwrap();
    let answer = |candidate, text: &str| Answer {
        question: "better".into(),
        candidate: Some(candidate),
        value: AnswerValue::Text(TextAnswer { text: text.into(), confidence: None }),
    };
    let answers = vec![answer(0, "First answer to 1"), answer(1, "Better by far")];
    let judgment = project.judgment(ana, 1, Verdict::Judged { answers });
    project.store().submit(&NewJudgment { rubric_version: version, ..judgment }).unwrap();
    let rows = project.store().reader().unwrap().rows(&[ItemId(1)]).unwrap();
    assert_eq!(rows[0].verdicts.len(), 1);
    assert_eq!(rows[0].rewrites.len(), 1, "what was left as it was is none");
    assert_eq!(rows[0].rewrites[0].text, "Better by far");
}

fn a_column_says_which_tag_is_needed_whatever_else_metadata_hold() {
    let mut project = Project::with_items(0);
    let with = |number: usize, metadata: serde_json::Value| Item {
        metadata: serde_json::from_value(metadata).unwrap(),
        ..pair(number)
    };
    project.import(
        "rows.jsonl",
        &[
            with(1, serde_json::json!({ "field \"x\"": "law", "note": "a \u{0} in a text" })),
            with(2, serde_json::json!({ "\u{0}": [1], "field \"x\"": ["law", "medicine \u{0}", 7, ""] })),
            with(3, serde_json::json!({ "note": "the field \"x\" is elsewhere" })),
            with(4, serde_json::json!({ "field \"x\"": 4 })),
            with(5, serde_json::json!({ "nested": { "field \"x\"": "law" } })),
            pair(6),
        ],
    );
    let tags = project.store().reader().unwrap().items_by_tag("field \"x\"").unwrap();
    let tags: Vec<(&str, Vec<u32>)> =
        tags.iter().map(|(tag, items)| (tag.as_str(), items.iter().collect())).collect();
    assert_eq!(tags, [("law", vec![1, 2]), ("medicine \u{0}", vec![2])]);
}

on_both!(
    what_people_disagree_on_is_found,
    lines_show_what_was_rewritten_beside_who_judged,
    a_column_says_which_tag_is_needed_whatever_else_metadata_hold,
);
