//! Answers of every kind, items of any number of candidates with what stands beside the prompt, and drafts.

use proptest::prelude::*;
use tiebreak_domain::answer::{Mark, MarkForm, Ranking, Segment, Span, StepVerdict, TextAnswer};
use tiebreak_domain::queue::{Place, QueueRequest};
use tiebreak_domain::rubric::{
    Entry, MarkShape, QuestionKind, RankingForm, Scale, Scope, SpanUnit, StrengthSteps, TextPurpose,
};
use tiebreak_domain::{
    Answer, AnswerValue, Candidate, Context, ContextKind, Draft, Item, ItemId, Note, Outcome, Part,
    Preference, Question, Rubric, Strength, UnixMillis, Verdict,
};
use tiebreak_store::StoreError;

use crate::backend::on_both;
use crate::project::{Project, prefer};

fn note() -> Note {
    Note { candidate: Some(1), part: 0, at_us: u64::MAX, text: "ä \"b\"".into() }
}

fn entries(keys: &[&str]) -> Vec<Entry> {
    keys.iter().map(|&key| Entry { key: key.into(), title: key.into(), group: String::new() }).collect()
}

/// A question of every kind, none of them required.
fn everything() -> Rubric {
    let slider = Scale::Slider { from: -1_000, to: 1_000, ends: Default::default(), is_number_hidden: true };
    let kinds = [
        (
            "preference",
            Scope::Pair,
            QuestionKind::Preference { outcomes: Outcome::all(), strength: StrengthSteps::Optional },
        ),
        ("ranking", Scope::Item, QuestionKind::Ranking { form: RankingForm::WithTies }),
        ("rating", Scope::Candidate, QuestionKind::Rating { scale: slider }),
        ("choice", Scope::Item, QuestionKind::Choice { entries: entries(&["x", "y"]) }),
        ("checklist", Scope::Candidate, QuestionKind::Checklist { entries: entries(&["x", "y"]) }),
        ("text", Scope::Item, QuestionKind::Text { purpose: TextPurpose::Line, with_confidence: true }),
        ("marks", Scope::Candidate, QuestionKind::Marks { shape: MarkShape::Both, labels: entries(&["x"]) }),
        ("spans", Scope::Item, QuestionKind::Spans { unit: SpanUnit::Words, labels: vec![] }),
        ("steps", Scope::Candidate, QuestionKind::Steps),
        ("segments", Scope::Item, QuestionKind::Segments),
    ];
    let questions = kinds
        .into_iter()
        .map(|(key, scope, kind)| Question { required: false, ..Question::new(key, key, scope, kind) })
        .collect();
    Rubric { questions, ..Rubric::default() }
}

fn any_answer() -> impl Strategy<Value = Answer> {
    let number = || (0..=1_000_u32).prop_map(|number| number as f32 / 1_000.0);
    let label = || proptest::option::of(Just("x".to_owned()));
    let strength = proptest::option::of((0..3_usize).prop_map(|index| Strength::ALL[index]));
    let form = prop_oneof![
        number().prop_map(MarkForm::Radius),
        (0..=1_u8).prop_map(|size| MarkForm::Size([0.0, f32::from(size) * 1e-3])),
    ];
    let mark = (0..9_u16, number(), 0..900_u32, form, label()).prop_map(|(part, x, y, form, label)| Mark {
        part,
        x,
        y: y as f32 / 1_000.0,
        form,
        label,
        at_us: None,
    });
    let span = (0..9_u16, 0..9_u32, label()).prop_map(|(part, start, label)| Span {
        part,
        start,
        end: start + 3,
        label,
    });
    let verdict = proptest::option::of((0..3_usize).prop_map(|index| StepVerdict::ALL[index]));
    let value = prop_oneof![
        strength.prop_map(|strength| (
            "preference",
            AnswerValue::Preference(Preference { strength, ..Preference::new(Outcome::B) })
        )),
        Just((
            "preference",
            AnswerValue::Preference(Preference {
                reason: Some("ä\0".into()),
                ..Preference::new(Outcome::Unratable)
            })
        )),
        Just(("ranking", AnswerValue::Ranking(Ranking { groups: vec![vec![1], vec![0]], worst: None }))),
        (-1_000..=1_000).prop_map(|value| ("rating", AnswerValue::Rating(value))),
        Just(("choice", AnswerValue::Choice("y".into()))),
        proptest::collection::vec(Just("x".to_owned()), 0..2)
            .prop_map(|keys| ("checklist", AnswerValue::Checklist(keys))),
        ("\\PC{0,9}", proptest::option::of(0..=100_u8))
            .prop_map(|(text, confidence)| ("text", AnswerValue::Text(TextAnswer { text, confidence }))),
        proptest::collection::vec(mark, 0..3).prop_map(|marks| ("marks", AnswerValue::Marks(marks))),
        proptest::collection::vec(span, 0..3).prop_map(|spans| ("spans", AnswerValue::Spans(spans))),
        proptest::collection::vec(verdict, 0..3).prop_map(|steps| ("steps", AnswerValue::Steps(steps))),
        Just(("segments", AnswerValue::Segments(vec![Segment { first: 0, last: 2, goal: "\"go\"".into() }]))),
    ];
    (value, 0..2_u8).prop_map(|((key, value), candidate)| {
        let is_each = matches!(key, "rating" | "checklist" | "marks" | "steps");
        Answer { question: key.into(), candidate: is_each.then_some(candidate), value }
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    fn every_answer_comes_back_from_judgments_and_drafts(mut answers in proptest::collection::vec(any_answer(), 1..12)) {
        let rubric = everything();
        let place = |answer: &Answer| {
            let question = rubric.questions.iter().position(|question| question.key == answer.question);
            (question, answer.candidate)
        };
        answers.sort_by_key(place);
        answers.dedup_by_key(|answer| place(answer));
        let mut project = Project::with_items(1);
        let ana = project.ana;
        prop_assert_eq!(project.store().set_rubric(&rubric).unwrap(), 2);
        let draft = Draft { answers: answers.clone(), comment: "so far".into(), notes: vec![note()], flagged: true };
        project.store().save_draft(ana, ItemId(1), Some(&draft), UnixMillis(1)).unwrap();
        let reader = project.store().reader().unwrap();
        let request = QueueRequest { annotator: ana, place: Place::Start, count: 1, except: vec![] };
        let queued = reader.queue(&request).unwrap().remove(0);
        prop_assert_eq!(queued.draft, Some(draft), "what was begun is offered again");
        let mut judgment = project.judgment(ana, 1, Verdict::Judged { answers: answers.clone() });
        judgment.rubric_version = 2;
        project.store().submit(&judgment).unwrap();
        let latest = reader.latest(ana, ItemId(1)).unwrap().unwrap();
        prop_assert_eq!(latest.given, judgment);
        prop_assert_eq!(reader.check().unwrap(), Vec::<String>::new());
    }
}

fn a_judgment_has_room_for_thousands_of_answers_and_no_more() {
    let mut project = Project::with_items(2);
    let (ana, many) = (project.ana, 600);
    let question = |index: usize| {
        let kind = QuestionKind::Rating { scale: Scale::YesNo };
        Question::new(&format!("q{index}"), "Is it?", Scope::Candidate, kind)
    };
    let rubric = Rubric { questions: (0..many).map(question).collect(), ..Rubric::default() };
    project.store().set_rubric(&rubric).unwrap();
    let answer = |index: usize| Answer {
        question: format!("q{}", index / 2),
        candidate: Some((index % 2) as u8),
        value: AnswerValue::Rating((index % 3) as i32 % 2),
    };
    let answers: Vec<_> = (0..many * 2).map(answer).collect();
    for item in [1, 2] {
        let mut judgment = project.judgment(ana, item, Verdict::Judged { answers: answers.clone() });
        judgment.rubric_version = 2;
        project.store().submit(&judgment).unwrap();
    }
    let reader = project.store().reader().unwrap();
    for item in [1, 2] {
        let latest = reader.latest(ana, ItemId(item)).unwrap().unwrap();
        assert_eq!(latest.given.verdict.answers(), answers, "each judgment has its own answers, all of them");
    }
}

fn what_is_not_the_whole_answer_is_refused_with_the_question() {
    let mut project = Project::with_items(1);
    let ana = project.ana;
    let rating = |key: &str| {
        let scale = QuestionKind::Rating { scale: Scale::Stars { count: 5 } };
        Question::new(key, &format!("How {key}?"), Scope::Candidate, scale)
    };
    let rubric = Rubric { questions: vec![rating("kind"), rating("true")], ..Rubric::default() };
    project.store().set_rubric(&rubric).unwrap();
    let mut submit = |answers: &[(&str, u8)]| {
        let answers = answers
            .iter()
            .map(|&(question, candidate)| Answer {
                question: question.into(),
                candidate: Some(candidate),
                value: AnswerValue::Rating(3),
            })
            .collect();
        let mut judgment = project.judgment(ana, 1, Verdict::Judged { answers });
        judgment.rubric_version = 2;
        project.store().submit(&judgment)
    };
    let error = submit(&[("kind", 0), ("kind", 1), ("true", 0)]).unwrap_err().to_string();
    assert!(error.contains("How true?"), "it names the question: {error}");
    let all = [("kind", 0), ("kind", 1), ("true", 0), ("true", 1)];
    let error = submit(&[&all[..], &[("true", 2)]].concat()).unwrap_err();
    assert!(matches!(error, StoreError::Refused(_)), "there is no third candidate: {error}");
    assert_eq!(submit(&all).unwrap().revision, 1, "the whole answer is taken");
}

fn a_rubric_that_changes_leaves_the_answers_under_the_one_they_were_given_under() {
    let mut project = Project::with_items(2);
    let ana = project.ana;
    project.say(ana, 1, prefer(Outcome::A));
    let rubric = Rubric { name: "Ours".into(), version: 77, ..everything() };
    assert_eq!(project.store().set_rubric(&rubric).unwrap(), 2, "versions have no gaps");
    assert_eq!(project.store().set_rubric(&rubric).unwrap(), 2, "the same again is no change");
    let reader = project.store().reader().unwrap();
    assert_eq!(reader.project().unwrap().rubric, Rubric { version: 2, ..rubric });
    assert_eq!(reader.rubrics().unwrap().len(), 2, "the first is kept");
    assert_eq!(reader.latest(ana, ItemId(1)).unwrap().unwrap().given.rubric_version, 1);
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
}

fn a_draft_changes_and_goes_with_the_judgment() {
    let mut project = Project::with_items(2);
    let (ana, ben) = (project.ana, project.ben);
    let draft = |comment: &str| Draft { comment: comment.into(), ..Draft::default() };
    let mut save = |who, item, draft: Option<&Draft>| {
        project.store().save_draft(who, ItemId(item), draft, UnixMillis(1))
    };
    save(ana, 1, Some(&draft("one"))).unwrap();
    save(ana, 1, Some(&draft("two"))).unwrap();
    save(ben, 1, Some(&draft("Ben's"))).unwrap();
    save(ana, 2, Some(&draft("gone"))).unwrap();
    save(ana, 2, Some(&Draft::default())).unwrap();
    assert!(matches!(save(ana, 9, Some(&draft("x"))), Err(StoreError::NotFound(_))), "no such item");
    let nobody = tiebreak_domain::AnnotatorId(9);
    assert!(matches!(save(nobody, 1, Some(&draft("x"))), Err(StoreError::NotFound(_))), "no such annotator");
    let drafts = |project: &mut Project| -> Vec<Option<String>> {
        let reader = project.store().reader().unwrap();
        [(ana, 1), (ben, 1), (ana, 2)]
            .map(|(annotator, item)| {
                let place = Place::At(ItemId(item));
                let request = QueueRequest { annotator, place, count: 1, except: vec![] };
                reader.queue(&request).unwrap().remove(0).draft.map(|draft| draft.comment)
            })
            .to_vec()
    };
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(drafts(&mut project), [some("two"), some("Ben's"), None]);
    let mut incomplete = project.judgment(ana, 1, Verdict::Skipped);
    incomplete.rubric_version = 9;
    assert!(project.store().submit(&incomplete).is_err());
    assert_eq!(drafts(&mut project)[0], some("two"), "what was refused takes nothing away");
    project.say(ana, 1, prefer(Outcome::A));
    assert_eq!(drafts(&mut project), [None, some("Ben's"), None]);
}

fn items_keep_what_stands_beside_them_and_any_number_of_candidates() {
    let mut project = Project::with_items(0);
    let candidates =
        |count: usize| (0..count).map(|n| Candidate::markdown(format!("c{n}"))).collect::<Vec<_>>();
    let context = vec![
        Context { title: "The original".into(), parts: vec![Part::markdown("Zebra")], ..Context::default() },
        Context { kind: ContextKind::Mask, parts: vec![Part::image("mask.png")], ..Context::default() },
    ];
    let items: Vec<Item> = [1, 3, 12]
        .into_iter()
        .map(|count| Item { candidates: candidates(count), context: context.clone(), ..Item::default() })
        .collect();
    project.import("n.jsonl", &items);
    let reader = project.store().reader().unwrap();
    for (index, item) in items.iter().enumerate() {
        assert_eq!(&reader.item(ItemId(index as i64 + 1)).unwrap().item, item);
    }
    project.store().index_some(10).unwrap();
    let filter = tiebreak_domain::ItemFilter { search: "zebra".into(), ..Default::default() };
    assert_eq!(reader.find(&filter, None, || true).unwrap().ids.len(), 3, "the search finds the context too");
    assert_eq!(reader.check().unwrap(), Vec::<String>::new());
    assert!(project.home.run("UPDATE item SET context = NULL").is_err(), "content never changes");
}

on_both!(
    every_answer_comes_back_from_judgments_and_drafts,
    a_judgment_has_room_for_thousands_of_answers_and_no_more,
    what_is_not_the_whole_answer_is_refused_with_the_question,
    a_rubric_that_changes_leaves_the_answers_under_the_one_they_were_given_under,
    a_draft_changes_and_goes_with_the_judgment,
    items_keep_what_stands_beside_them_and_any_number_of_candidates,
);
