//! What assignment and second look stand on: who disagrees, which tag is needed, and what was offered to whom.

use tiebreak_domain::answer::TextAnswer;
use tiebreak_domain::rubric::{QuestionKind, Scope, TextPurpose};
use tiebreak_domain::showing::{Acquisition, AcquisitionMethod};
use tiebreak_domain::{
    Answer, AnswerValue, Item, ItemId, NewJudgment, Outcome, Question, Rubric, UnixMillis, Verdict,
};
use tiebreak_store::{Lease, StoredOffer, Wish};

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

fn what_was_offered_is_written_down_for_longer_than_it_is_kept() {
    const DAY: i64 = 24 * 60 * 60 * 1_000;
    let mut project = Project::with_items(4);
    let (ana, ben) = (project.ana, project.ben);
    let store = project.store();
    let lease =
        |item, expires_at| Lease { item: ItemId(item), annotator: ana, expires_at: UnixMillis(expires_at) };
    store.lease(&[lease(1, 10)], UnixMillis(1)).unwrap();
    let wish = |item| [Wish { item: ItemId(item), most: 1 }];
    store.claim(ana, &wish(2), 1, &[], &[], UnixMillis(10), UnixMillis(1)).unwrap();
    // Both ways of keeping an item look which are over.
    store.lease(&[lease(3, 2 * DAY)], UnixMillis(DAY)).unwrap();
    store.claim(ana, &wish(4), 1, &[], &[], UnixMillis(2 * DAY), UnixMillis(DAY)).unwrap();
    let claimed = store.claim(ben, &wish(2), 1, &[], &[], UnixMillis(2 * DAY), UnixMillis(DAY)).unwrap();
    assert_eq!(claimed, [ItemId(2)], "what is over keeps nobody out");
    let reader = store.reader().unwrap();
    let was_offered = |item| reader.was_offered(ana, ItemId(item)).unwrap();
    assert!((1..=4).all(was_offered), "and is not forgotten");
    assert!(!reader.was_offered(ben, ItemId(1)).unwrap());
    drop(reader);
    project.say(ana, 1, prefer(Outcome::A));
    project.say(ana, 1, Verdict::Withdrawn);
    project.store().lease(&[lease(3, 400 * DAY)], UnixMillis(300 * DAY)).unwrap();
    let reader = project.store().reader().unwrap();
    assert!(reader.was_offered(ana, ItemId(1)).unwrap(), "what was taken back was offered once");
    assert!(!reader.was_offered(ana, ItemId(2)).unwrap(), "not for ever");
}

fn the_latest_offer_of_an_item_is_remembered() {
    let mut project = Project::with_items(2);
    let (ana, ben) = (project.ana, project.ben);
    let offer = |annotator, method, score, scores_visible| StoredOffer {
        annotator,
        item: ItemId(1),
        acquisition: Acquisition { method, score, propensity: 0.25 },
        scores_visible,
    };
    let first = offer(ana, AcquisitionMethod::Gold, None, true);
    let second = offer(ana, AcquisitionMethod::GreedyBald, Some(0.5), false);
    project.store().note_offers(&[first, offer(ben, AcquisitionMethod::Repeat, None, false)]).unwrap();
    project.store().note_offers(std::slice::from_ref(&second)).unwrap();
    let reader = project.store().reader().unwrap();
    assert_eq!(reader.offer(ana, ItemId(1)).unwrap(), Some(second));
    let of_ben = reader.offer(ben, ItemId(1)).unwrap().map(|offer| offer.acquisition.method);
    assert_eq!(of_ben, Some(AcquisitionMethod::Repeat), "to each their own");
    assert_eq!(reader.offer(ana, ItemId(2)).unwrap(), None);
}

on_both!(
    the_latest_offer_of_an_item_is_remembered,
    what_people_disagree_on_is_found,
    lines_show_what_was_rewritten_beside_who_judged,
    a_column_says_which_tag_is_needed_whatever_else_metadata_hold,
    what_was_offered_is_written_down_for_longer_than_it_is_kept,
);
