//! What other annotation tools export, from a file: how it is recognised, what it becomes, who said what.

use serde_json::json;
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::import::{CandidateColumns, ColumnMapping, ContentKind};
use tiebreak_domain::{Answer, AnswerValue, DataFormat, ErrorCode, ImportPlan, Outcome, Part};
use tiebreak_formats::{Label, Reader, preview};

use crate::files::{Read, file, read, read_plan};

/// Reads rows that must be recognised as a format.
fn read_as(format: DataFormat, name: &str, text: impl AsRef<[u8]>) -> Read {
    let data = file(name, text);
    let seen = preview(&ImportPlan::of_file(&data.path)).unwrap();
    assert_eq!(seen.format, format, "{}", seen.because);
    assert_eq!(Reader::open(&ImportPlan::of_file(&data.path)).unwrap().format(), format);
    read(&data.path)
}

fn whole(read: &Read) {
    assert!(read.error.is_none() && read.problems.is_empty(), "{read:?}");
}

fn outcomes(labels: &[Label]) -> Vec<(Option<&str>, Option<Outcome>)> {
    let outcome = |label: &Label| label.preference().map(|preference| preference.outcome);
    labels.iter().map(|label| (label.annotator.as_deref(), outcome(label))).collect()
}

fn answer<'a>(label: &'a Label, question: &str) -> Vec<(Option<u8>, &'a AnswerValue)> {
    let is_meant = |answer: &&'a Answer| answer.question == question;
    label.answers.iter().filter(is_meant).map(|answer| (answer.candidate, &answer.value)).collect()
}

fn order(groups: &[&[u8]]) -> AnswerValue {
    let groups = groups.iter().map(|group| group.to_vec()).collect();
    AnswerValue::Ranking(Ranking { groups, worst: None })
}

fn result(kind: &str, from: &str, to: &str, value: serde_json::Value) -> serde_json::Value {
    json!({ "id": from, "from_name": from, "to_name": to, "type": kind, "value": value })
}

fn task(id: u32, annotations: serde_json::Value) -> serde_json::Value {
    json!({
        "id": id,
        "data": { "prompt": format!("Hi {id}"), "a": "Hello", "b": "No", "lang": "en" },
        "annotations": annotations,
        "predictions": [],
    })
}

#[test]
fn label_studio_annotators_have_their_own_votes_and_skips() {
    let left = result("pairwise", "comparison", "comparison", json!({ "selected": "left" }));
    let right = result("pairwise", "comparison", "comparison", json!({ "selected": "right" }));
    let rows = json!([
        task(
            1,
            json!([
                { "id": 9, "completed_by": 2, "was_cancelled": false, "result": [
                    left,
                    result("ranker", "rank", "list", json!({ "ranker": { "rank": ["b", "a"] } })),
                    result("rating", "helpful_a", "a", json!({ "rating": 4 })),
                    result("rating", "helpful_b", "b", json!({ "rating": 1.0 })),
                    result("textarea", "why", "a", json!({ "text": ["clear", "short"] })),
                ]},
                { "id": 10, "completed_by": { "id": 3, "email": "bob@example.org" }, "result": [right] },
                { "id": 11, "completed_by": 4, "was_cancelled": true, "result": [left] },
            ])
        ),
        task(2, json!([])),
    ]);
    for text in [rows.to_string(), serde_json::to_string_pretty(&rows).unwrap()] {
        let read = read_as(DataFormat::LabelStudio, "project-1.json", text);
        whole(&read);
        let (_, item, labels) = &read.items[0];
        assert_eq!((item.external_id.as_deref(), item.prompt_text().as_str()), (Some("1"), "Hi 1"));
        assert_eq!(
            item.candidates.iter().map(tiebreak_domain::Candidate::text).collect::<Vec<_>>(),
            ["Hello", "No"]
        );
        assert_eq!(item.metadata["lang"], "en", "what is shown besides is kept");
        let said =
            [(Some("2"), Some(Outcome::A)), (Some("bob@example.org"), Some(Outcome::B)), (Some("4"), None)];
        assert_eq!(outcomes(labels), said);
        assert_eq!(labels.iter().map(|label| label.is_skip).collect::<Vec<_>>(), [false, false, true]);
        assert_eq!(labels[2].answers, [], "who cancelled has answered nothing");
        assert_eq!(answer(&labels[0], "ranking"), [(None, &order(&[&[1], &[0]]))], "beside a comparison");
        let ratings = [(Some(0), &AnswerValue::Rating(4)), (Some(1), &AnswerValue::Rating(1))];
        assert_eq!(answer(&labels[0], "helpful"), ratings);
        let [(None, AnswerValue::Text(why))] = answer(&labels[0], "rationale")[..] else {
            panic!("{labels:?}")
        };
        assert_eq!(why.text, "clear\n\nshort");
        assert!(read.items[1].2.is_empty(), "nobody annotated it yet");
    }
}

#[test]
fn one_label_studio_task_is_a_file_too_and_no_list_of_annotations() {
    let row = task(1, json!([{ "result": [] }])).to_string();
    let read = read_as(DataFormat::LabelStudio, "one.json", &row);
    whole(&read);
    assert_eq!((read.items.len(), read.items[0].2.len()), (1, 0));
    let pretty = serde_json::to_string_pretty(&task(1, json!([{ "result": [] }]))).unwrap();
    whole(&read_as(DataFormat::LabelStudio, "one.json", pretty));
}

#[test]
fn label_studio_orders_are_dicts_lists_or_buckets() {
    let list = json!([
        { "id": "x", "title": "Blog", "body": "First" },
        { "id": "y", "body": "Second" },
        { "id": "z", "body": "Third" },
    ]);
    let ranked = |ranker: serde_json::Value| {
        let result = result("ranker", "rank", "results", json!({ "ranker": ranker }));
        let annotation = json!([{ "completed_by": 1, "result": [result] }]);
        json!({ "id": 1, "data": { "query": "Sort", "items": list }, "annotations": annotation }).to_string()
    };
    for (ranker, expected) in [
        (json!({ "rank": ["z", "x", "y"] }), order(&[&[2], &[0], &[1]])),
        (json!(["z", "x", "y"]), order(&[&[2], &[0], &[1]])),
        (json!({ "2": ["x"], "_": [], "1": ["z", "y"] }), order(&[&[2, 1], &[0]])),
        (
            json!({ "best": ["y"], "worst": ["x"] }),
            AnswerValue::Ranking(Ranking { groups: vec![vec![1]], worst: Some(0) }),
        ),
    ] {
        let read = read_as(DataFormat::LabelStudio, "tasks.json", ranked(ranker));
        whole(&read);
        let (_, item, labels) = &read.items[0];
        assert_eq!((item.candidates.len(), item.candidates[2].text().as_str()), (3, "Third"));
        assert_eq!(item.candidates[0].metadata["title"], "Blog");
        assert_eq!(answer(&labels[0], "ranking"), [(None, &expected)]);
    }
    for (ranker, wrong) in [
        (
            json!({ "good": ["x"], "bad": ["y"] }),
            "sorts into good, bad, and which of them is better is not said",
        ),
        (json!(["x", "w"]), "ranks \"w\", which is none of x, y, z"),
        (json!(["x", "x"]), "ranks \"x\" twice"),
        (json!(7), "ranks a number, expected a list"),
        (json!([]), "places nothing"),
    ] {
        let read = read_as(DataFormat::LabelStudio, "tasks.json", ranked(ranker));
        assert_eq!((read.items.len(), read.problems.len()), (1, 1), "the item is not lost");
        let reason = &read.problems[0].reason;
        assert!(
            reason.starts_with("taken without its vote: \"rank\"") && reason.ends_with(wrong),
            "{reason}"
        );
    }
}

#[test]
fn label_studio_choices_are_votes_where_they_read_as_some() {
    let voted = |name: &str, value: &str| {
        let result = result("choices", name, "a", json!({ "choices": [value] }));
        json!({ "completed_by": 1, "result": [result] })
    };
    let rows: Vec<String> = [("A", "formal"), ("Tie", "casual"), ("Both bad", "formal")]
        .iter()
        .zip(1..)
        .map(|((vote, tone), id)| task(id, json!([voted("winner", vote), voted("tone", tone)])).to_string())
        .collect();
    let read = read_as(DataFormat::LabelStudio, "tasks.jsonl", rows.join("\n"));
    whole(&read);
    let said: Vec<_> = read.items.iter().map(|(_, _, labels)| outcomes(labels)[0].1).collect();
    assert_eq!(said, [Some(Outcome::A), Some(Outcome::Tie), Some(Outcome::BothBad)]);
    assert_eq!(answer(&read.items[0].2[0], "overall").len(), 1, "the only comparison has no better name");
    let tones = answer(&read.items[0].2[1], "tone");
    assert_eq!(tones[0].1, &AnswerValue::Choice("formal".into()), "labels stay labels");
}

#[test]
fn label_studio_names_are_kept_where_several_questions_compare() {
    let results =
        ["style", "preference"].map(|name| result("pairwise", name, name, json!({ "selected": "right" })));
    let read = read_as(
        DataFormat::LabelStudio,
        "tasks.json",
        task(1, json!([{ "completed_by": 1, "result": results }])).to_string(),
    );
    whole(&read);
    let names: Vec<_> = read.items[0].2[0].answers.iter().map(|answer| answer.question.as_str()).collect();
    assert_eq!(names, ["style", "preference"]);
}

#[test]
fn label_studio_predictions_are_labels_of_models_or_nothing() {
    let mut row = task(1, json!([]));
    let said = result("pairwise", "comparison", "comparison", json!({ "selected": "left" }));
    row["predictions"] = json!([
        9687,
        { "model_version": "rm-1", "score": 0.81, "result": [said] },
        { "model_version": "rm-2", "result": [result("rating", "q", "a", json!({ "rating": 3 }))] },
        { "model_version": "rm-3", "result": [result("pairwise", "q", "q", json!({ "selected": "none" }))] },
    ]);
    let read = read_as(DataFormat::LabelStudio, "tasks.json", row.to_string());
    whole(&read);
    let labels = &read.items[0].2;
    assert_eq!(outcomes(labels), [(Some("rm-1"), Some(Outcome::A))]);
    assert!(labels[0].is_model, "and no judgment of a person");
}

#[test]
fn bad_label_studio_rows_say_what_is_wrong_and_lose_nothing_else() {
    let bad = |kind: &str, value: serde_json::Value| {
        let good = result("textarea", "why", "a", json!({ "text": ["clear"] }));
        let results = [result(kind, "q", "a", value), good];
        task(2, json!([{ "completed_by": 1, "result": results }]))
    };
    let rows = [
        task(1, json!([])),
        bad("pairwise", json!({ "selected": "middle" })),
        bad("rating", json!({ "rating": 3.5 })),
        bad("polygonlabels", json!({})),
        json!({ "id": 5, "data": "none", "annotations": [] }),
        json!({ "id": 6, "data": { "prompt": "x", "a": "same", "b": "same" }, "annotations": [] }),
        task(7, json!([5])),
    ];
    let text: Vec<String> = [rows.to_vec(), (8..60).map(|id| task(id, json!([]))).collect()]
        .concat()
        .iter()
        .map(ToString::to_string)
        .collect();
    let read = read_as(DataFormat::LabelStudio, "tasks.jsonl", text.join("\n"));
    let told: Vec<_> = read.problems.iter().map(|problem| (problem.line, problem.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (2, "taken without its vote: \"q\" selected \"middle\", expected left or right"),
            (3, "taken without its vote: \"q\" is 3.5, expected a whole number"),
            (4, "taken without its vote: \"q\" is a result of the type \"polygonlabels\", which is not read"),
            (5, "\"data\" is a text, expected an object"),
            (6, "\"a\" and \"b\" are the same"),
            (7, "taken without its vote: an annotation is a number, expected an object"),
        ]
    );
    assert_eq!(read.items.len(), 57);
    assert_eq!(read.items[1].2[0].answers.len(), 1, "the words of the same annotation are taken");
}

#[test]
fn what_is_judged_in_a_task_can_be_said_where_it_is_not_seen() {
    let row = json!({ "id": 1, "data": { "page": "Hi", "one": 1, "foo": "Hello", "bar": "No" }, "annotations": [] });
    let data = file("tasks.json", format!("[{row}]"));
    let error = read(&data.path).error.expect("nothing looks like a pair");
    assert_eq!(tiebreak_domain::ApiError::from(error).code, ErrorCode::BadInput);
    let candidate =
        |content: &str| CandidateColumns { content: content.into(), kind: ContentKind::Text, model: None };
    let mapping = ColumnMapping {
        prompt: vec!["page".into()],
        candidates: vec![candidate("foo"), candidate("bar")],
        ..ColumnMapping::default()
    };
    let plan = ImportPlan {
        format: Some(DataFormat::LabelStudio),
        mapping: Some(mapping),
        ..ImportPlan::of_file(&data.path)
    };
    let read = read_plan(&plan);
    whole(&read);
    assert_eq!(read.items[0].1.candidates[1].text(), "No");
    assert_eq!(read.items[0].1.metadata["one"], 1, "what nobody named is kept");
}

fn record(responses: serde_json::Value) -> serde_json::Value {
    json!({
        "id": "r1",
        "fields": { "prompt": "Hi", "a": "Hello", "b": "No" },
        "metadata": { "src": "x" },
        "suggestions": { "pref": { "value": ["a", "b"], "score": 0.8, "agent": "rm-1" } },
        "responses": responses,
        "vectors": {},
    })
}

#[test]
fn argilla_ranks_that_are_equal_are_a_tie() {
    let ranked =
        |ranks: [u32; 2]| json!([{ "value": "b", "rank": ranks[1] }, { "value": "a", "rank": ranks[0] }]);
    let rows = json!([record(json!({
        "pref": [
            { "value": ranked([1, 1]), "user_id": "u1" },
            { "value": ranked([1, 2]), "user_id": "u2" },
            { "value": ranked([2, 1]), "user_id": "u3", "status": "draft" },
        ],
        "quality_a": [{ "value": 4, "user_id": "u1" }],
        "why": [{ "value": "It greets.", "user_id": "u1" }],
        "tags": [{ "value": ["kind", "short"], "user_id": "u2" }],
    }))]);
    let read = read_as(DataFormat::Argilla, "records.json", rows.to_string());
    whole(&read);
    let (_, item, labels) = &read.items[0];
    assert_eq!((item.external_id.as_deref(), item.metadata["src"].as_str()), (Some("r1"), Some("x")));
    let said =
        [(Some("u1"), Some(Outcome::Tie)), (Some("u2"), Some(Outcome::A)), (Some("rm-1"), Some(Outcome::A))];
    assert_eq!(outcomes(labels), said, "a draft is nobody's answer");
    assert!(labels[2].is_model);
    assert_eq!(answer(&labels[0], "quality"), [(Some(0), &AnswerValue::Rating(4))]);
    assert_eq!(answer(&labels[0], "rationale").len(), 1, "in the same vote of the same person");
    let tags = AnswerValue::Checklist(vec!["kind".into(), "short".into()]);
    assert_eq!(answer(&labels[1], "tags"), [(None, &tags)]);
}

#[test]
fn an_argilla_export_that_lost_its_ranks_is_told_of_once() {
    let row = record(json!({ "pref": [{ "value": ["b", "a"], "user_id": "u1" }] })).to_string();
    let read = read_as(DataFormat::Argilla, "records.jsonl", format!("{row}\n{row}\n"));
    assert_eq!(outcomes(&read.items[0].2)[0], (Some("u1"), Some(Outcome::B)), "the vote is taken");
    assert_eq!(read.problems.len(), 1, "of two rows: {:?}", read.problems);
    let reason = &read.problems[0].reason;
    assert!(reason.starts_with("taken with a doubt: rankings have no ranks"), "{reason}");
}

#[test]
fn flat_argilla_columns_are_read_as_the_nested_ones() {
    let flat = json!({
        "id": "r1", "status": "completed", "_server_id": "s", "prompt": "Hi", "a": "Hello", "b": "No",
        "metadata.src": "x",
        "pref.responses": [
            [{ "value": "a", "rank": 1 }, { "value": "b", "rank": 2 }],
            [{ "value": "a", "rank": 1 }, { "value": "b", "rank": 1 }],
            null,
        ],
        "pref.responses.users": ["u1", "u2", "u3"],
        "pref.responses.status": ["submitted", "submitted", "discarded"],
        "pref.suggestion": null, "pref.suggestion.score": null, "pref.suggestion.agent": null,
    });
    let read = read_as(DataFormat::Argilla, "train.jsonl", flat.to_string());
    whole(&read);
    let (_, item, labels) = &read.items[0];
    assert_eq!((item.candidates.len(), &item.metadata["src"]), (2, &json!("x")));
    assert!(item.metadata.len() == 1, "what was said is no metadata: {:?}", item.metadata);
    let said = [(Some("u1"), Some(Outcome::A)), (Some("u2"), Some(Outcome::Tie)), (Some("u3"), None)];
    assert_eq!(outcomes(labels), said);
    assert!(labels[2].is_skip, "what was discarded was skipped");
    let older = json!({
        "prompt": "Hi", "a": "Hello", "b": "No", "pref.response.u1": "b", "pref.suggestion": "a",
        "pref.suggestion.score": 0.9, "pref.suggestion.agent": "rm-1",
    });
    let read = read_as(DataFormat::Argilla, "train.jsonl", older.to_string());
    whole(&read);
    let said = [(Some("u1"), Some(Outcome::B)), (Some("rm-1"), Some(Outcome::A))];
    assert_eq!(outcomes(&read.items[0].2), said);
}

#[test]
fn bad_argilla_rows_say_what_is_wrong() {
    let rows = [
        record(json!({ "pref": [{ "value": [{ "value": "c", "rank": 1 }], "user_id": "u1" }] })),
        record(json!({ "quality": [{ "value": 1.5, "user_id": "u1" }] })),
        json!({ "id": "x", "fields": [], "responses": {}, "suggestions": {} }),
    ];
    let good: Vec<_> = (0..40).map(|_| record(json!({}))).collect();
    let text: Vec<String> = rows.iter().chain(&good).map(ToString::to_string).collect();
    let read = read_as(DataFormat::Argilla, "records.jsonl", text.join("\n"));
    let told: Vec<_> = read.problems.iter().map(|problem| problem.reason.as_str()).collect();
    assert!(
        told.contains(&"taken without its vote: \"pref\" ranks \"c\", which is none of a, b"),
        "{told:?}"
    );
    assert!(
        told.contains(&"taken without its vote: \"quality\" is 1.5, expected a whole number"),
        "{told:?}"
    );
    assert!(told.contains(&"\"fields\" is missing or no object, so there is nothing to judge"), "{told:?}");
    assert_eq!(read.items.len(), 42);
}

fn choice(accept: serde_json::Value, answer: &str, who: &str) -> String {
    json!({
        "text": "Hi",
        "options": [{ "id": "A", "text": "Hello" }, { "id": "B", "text": "No" }, { "id": "tie", "text": "Tie" }],
        "accept": accept, "answer": answer, "_input_hash": 1, "_task_hash": 2,
        "_session_id": format!("demo-{who}"), "_view_id": "choice",
    })
    .to_string()
}

#[test]
fn prodigy_options_are_candidates_or_outcomes() {
    let rows = [
        choice(json!(["A"]), "accept", "anna"),
        choice(json!(["tie"]), "accept", "bob"),
        choice(json!([]), "ignore", "cy"),
        choice(json!([]), "reject", "dee"),
        choice(json!(["A", "B"]), "accept", "eve"),
    ];
    let read = read_as(DataFormat::Prodigy, "choices.jsonl", rows.join("\n"));
    whole(&read);
    assert_eq!(read.items.len(), 1, "the same task, seen by five");
    let (_, item, labels) = &read.items[0];
    assert_eq!((item.candidates.len(), item.prompt_text().as_str()), (2, "Hi"));
    let said = [
        (Some("demo-anna"), Some(Outcome::A)),
        (Some("demo-bob"), Some(Outcome::Tie)),
        (Some("demo-cy"), None),
        (Some("demo-dee"), Some(Outcome::Unratable)),
        (Some("demo-eve"), Some(Outcome::Tie)),
    ];
    assert_eq!(outcomes(labels), said);
    assert!(labels[2].is_skip);
    whole(&read_as(DataFormat::Prodigy, "one.jsonl", &rows[0]));
}

#[test]
fn prodigy_shows_pictures_and_more_than_two() {
    let row = json!({
        "text": "a fox",
        "options": [{ "id": 1, "image": "1.png" }, { "id": 2, "image": "2.png" }, { "id": 3, "image": "3.png" }],
        "accept": [3], "answer": "accept",
    });
    let read = read_as(DataFormat::Prodigy, "choices.jsonl", row.to_string());
    whole(&read);
    let (_, item, labels) = &read.items[0];
    assert_eq!(item.candidates[2].parts, [Part::image("3.png")]);
    assert_eq!(answer(&labels[0], "ranking"), [(None, &order(&[&[2]]))], "the best of three");
}

#[test]
fn bad_prodigy_rows_say_what_is_wrong() {
    let rows = [
        choice(json!(["C"]), "accept", "anna"),
        choice(json!("A"), "accept", "anna"),
        choice(json!(["A"]), "maybe", "anna"),
        choice(json!([]), "accept", "anna"),
        choice(json!(["A", "tie"]), "accept", "anna"),
        choice(json!(["A"]), "accept", "anna").replace("\"text\":\"No\"", "\"note\":\"No\""),
    ];
    let read = read_as(DataFormat::Prodigy, "choices.jsonl", rows.join("\n"));
    let told: Vec<_> = read.problems.iter().map(|problem| problem.reason.as_str()).collect();
    let vote = "taken without its vote: ";
    assert!(told.contains(&format!("{vote}\"C\" was chosen, which is no option").as_str()), "{told:?}");
    assert!(told.iter().any(|reason| reason.ends_with("the option \"B\" shows nothing")), "{told:?}");
}

#[test]
fn auto_arena_has_its_own_words_for_winners() {
    let text = "prompt,model_a,model_b,response_a,response_b,judge,winner\n\
        \"Hi, you\",gpt-4,vicuna,Hello,No,Human,A\n\
        \"Hi, you\",gpt-4,vicuna,Hello,No,gpt-4o,-\n\
        Why?,gpt-4,vicuna,Since,No,Human,B\n";
    let read = read_as(DataFormat::AutoArena, "gpt-4.csv", text);
    whole(&read);
    assert_eq!(read.items.len(), 2, "a pair and its judges");
    let (_, item, labels) = &read.items[0];
    assert_eq!(item.candidates[1].model.as_deref(), Some("vicuna"));
    let said = [(Some("Human"), Some(Outcome::A)), (Some("gpt-4o"), Some(Outcome::Tie))];
    assert_eq!(outcomes(labels), said);
    assert_eq!(labels.iter().map(|label| label.is_model).collect::<Vec<_>>(), [false, true]);
    let other = text.replace(",A\n", ",model_a\n").replace(",B\n", ",model_b\n").replace(",-\n", ",tie\n");
    let data = file("battles.csv", other);
    assert_eq!(preview(&ImportPlan::of_file(&data.path)).unwrap().format, DataFormat::Columns);
}

#[test]
fn auto_arena_answers_are_those_of_the_model_that_the_file_is_named_after() {
    let read = read_as(DataFormat::AutoArena, "gpt-4.csv", "prompt,response\nHi,Hello\nWhy?,Since\n");
    whole(&read);
    let (_, item, labels) = &read.items[1];
    assert_eq!((item.candidates.len(), item.candidates[0].model.as_deref()), (1, Some("gpt-4")));
    assert!(labels.is_empty());
    let bad = "prompt,model_a,model_b,response_a,response_b,judge,winner\nHi,m,n,x,y,Human,C\n";
    let data = file("x.csv", bad);
    let plan = ImportPlan { format: Some(DataFormat::AutoArena), ..ImportPlan::of_file(&data.path) };
    let read = read_plan(&plan);
    assert_eq!(read.problems[0].reason, "taken without its vote: \"winner\" is \"C\", expected A, B or -");
}

#[test]
fn rows_of_other_formats_are_not_those_of_a_tool() {
    for (row, format) in [
        (
            json!({ "prompt": "p", "chosen": "x", "rejected": "y", "annotations": [] }),
            DataFormat::TrlPreference,
        ),
        (
            json!({ "instruction": "p", "choices": ["x", "y"], "annotations": ["codeA"] }),
            DataFormat::CodePrefBench,
        ),
        (
            json!({ "prompt": "p", "responses": ["x", "y"], "data": 3, "annotations": ["a"] }),
            DataFormat::Columns,
        ),
        (
            json!({ "question": "p", "options": ["x", "y"], "answer": "x", "response_a": "x", "response_b": "y" }),
            DataFormat::Columns,
        ),
        (json!({ "fields": { "a": 1 }, "response_a": "x", "response_b": "y" }), DataFormat::Columns),
    ] {
        let data = file("rows.jsonl", row.to_string());
        let seen = preview(&ImportPlan::of_file(&data.path)).unwrap();
        assert_eq!(seen.format, format, "{row}: {}", seen.because);
    }
}
