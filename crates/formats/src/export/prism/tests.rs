#![allow(clippy::unwrap_used)]
use super::super::testing::*;
use super::*;
use serde_json::json;
use tiebreak_domain::rubric::{Scale, TextPurpose};
use tiebreak_domain::{ExportFormat, ExportPlan, Part};

#[test]
fn a_judgment_is_a_conversation_with_utterances() {
    let slider = |key: &str, scope: Scope| {
        let ends = [String::new(), String::new()];
        let scale = Scale::Slider { from: 0, to: 100, ends, is_number_hidden: true };
        Question { required: false, ..Question::new(key, key, scope, QuestionKind::Rating { scale }) }
    };
    let names = names(vec![
        slider("score", Scope::Candidate),
        slider("performance_fluency", Scope::Item),
        slider("choice_values", Scope::Item),
        text("open_feedback", TextPurpose::Critique, Scope::Item),
    ]);
    let mut item = item(2);
    item.item.prompt = vec![
        Part::message("user", "Is war ever right?"),
        Part::message("assistant", "Hard to say."),
        Part::message("user", "Try."),
    ];
    item.item.candidates[0].model = Some("m".into());
    item.item.metadata.insert("conversation_type".into(), "values guided".into());
    let answers = [
        rates("score", &[81, 40]),
        vec![
            said("performance_fluency", None, AnswerValue::Rating(90)),
            said("choice_values", None, AnswerValue::Rating(75)),
            writes("open_feedback", None, "clear"),
        ],
    ]
    .concat();
    let plan = ExportPlan::new(ExportFormat::Prism);
    let output =
        written(&plan, &names, &item, &[judgment(1, 2, answers), judgment(2, 2, rates("score", &[5, 5]))]);
    let id = "01".repeat(16);
    let expected = json!({
        "conversation_id": id, "user_id": "ada", "conversation_type": "values guided",
        "opening_prompt": "Is war ever right?", "conversation_turns": 2,
        "conversation_history": [
            {"turn": 0, "role": "user", "content": "Is war ever right?"},
            {"turn": 0, "role": "model", "content": "Hard to say."},
            {"turn": 1, "role": "user", "content": "Try."},
            {"turn": 1, "role": "model", "content": "text 0", "model_provider": null, "model_name": "m",
             "score": 81, "if_chosen": true, "within_turn_id": 0},
            {"turn": 1, "role": "model", "content": "text 1", "model_provider": null, "model_name": null,
             "score": 40, "if_chosen": false, "within_turn_id": 1},
        ],
        "performance_attributes": {"fluency": 90}, "choice_attributes": {"values": 75},
        "open_feedback": "clear", "timing_duration_s": 0.9,
    });
    let read = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    assert_eq!(read(&output.lines[0]), expected);
    let utterances = &output.beside[UTTERANCES];
    assert_eq!(utterances.len(), 4);
    let utterance = read(&utterances[1]);
    assert_eq!(utterance["utterance_id"], format!("{id}-1-1"));
    assert_eq!((&utterance["user_prompt"], &utterance["score"]), (&json!("Try."), &json!(40)));
    let chosen = |line: &String| read(line)["if_chosen"] == true;
    assert!(!utterances[2..].iter().any(chosen), "of two equal scores none is the choice");
}

/// Two turns of a conversation, judged by as many people as there are scores.
fn two_turns(people: &[[[i32; 2]; 2]]) -> ItemOutput {
    let names = names(vec![rating("score", 1, 100)]);
    let mut first = item(2);
    first.item.prompt = vec![Part::message("user", "Hi")];
    let mut second = item(2);
    second.item.prompt =
        vec![Part::message("user", "Hi"), Part::message("assistant", "text 1"), Part::message("user", "So?")];
    for one in [&mut first, &mut second] {
        one.item.metadata.insert("conversation_id".into(), "c7".into());
        one.item.metadata.insert("language".into(), "en".into());
    }
    second.item.candidates.reverse();
    let given = |turn: usize| -> Vec<Judgment> {
        let scores = people.iter().zip(1..);
        scores.map(|(scores, who)| judgment(who, 2, rates("score", &scores[turn]))).collect()
    };
    let items = [(first, given(0)), (second, given(1)), (item(2), given(0))];
    written_items(&ExportPlan::new(ExportFormat::Prism), &names, &items)
}

fn read(lines: &[String]) -> Vec<Value> {
    lines.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn turns_that_follow_one_another_are_one_conversation_again() {
    let output = two_turns(&[[[60, 60], [7, 90]]]);
    let conversations = read(&output.lines);
    assert_eq!(conversations.len(), 2, "the third item is no turn of it: {conversations:?}");
    assert_eq!(conversations[0]["conversation_id"], "c7");
    assert_eq!(conversations[0]["conversation_turns"], 2);
    let said: Vec<_> = conversations[0]["conversation_history"]
        .as_array()
        .unwrap()
        .iter()
        .map(|said| {
            (said["turn"].as_u64().unwrap(), said["content"].as_str().unwrap(), said["if_chosen"].as_bool())
        })
        .collect();
    let expected = [
        (0, "Hi", None),
        (0, "text 0", Some(false)),
        (0, "text 1", Some(true)),
        (1, "So?", None),
        (1, "text 1", Some(false)),
        (1, "text 0", Some(true)),
    ];
    assert_eq!(said, expected, "of two equal scores the one that the conversation went on with was chosen");
    assert_eq!(output.judgments, 3);
    assert_eq!(conversations[0]["timing_duration_s"], 1.8, "both turns");
}

#[test]
fn everyone_has_a_conversation_and_a_line_in_the_survey() {
    let output = two_turns(&[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]);
    let ids: Vec<_> = read(&output.lines).iter().map(|line| line["conversation_id"].clone()).collect();
    assert_eq!(ids[..2], ["c7-ada", "c7-bob"], "names that nobody else has");
    let survey = read(&output.beside[SURVEY]);
    let people: Vec<_> =
        survey.iter().map(|line| (&line["user_id"], &line["num_completed_conversations"])).collect();
    assert_eq!(people, [(&json!("ada"), &json!(2)), (&json!("bob"), &json!(2))]);
    assert_eq!(output.beside[UTTERANCES].len(), 12);
}

#[test]
fn the_metadata_names_every_text_and_leaves_open_what_was_not_looked_at() {
    let output = two_turns(&[[[60, 61], [7, 90]]]);
    let metadata = read(&output.beside[METADATA]);
    let columns: Vec<_> = metadata.iter().map(|line| line["column_id"].as_str().unwrap()).collect();
    let turn = ["user_prompt", "model_response", "model_response"];
    assert_eq!(columns, [turn, turn, turn].concat());
    assert_eq!((&metadata[1]["language_flag"], &metadata[1]["pii_flag"]), (&json!("en"), &Value::Null));
    let utterances = read(&output.beside[UTTERANCES]);
    assert_eq!(metadata[1]["utterance_id"], utterances[0]["utterance_id"]);
    assert_eq!(metadata[3]["interaction_id"], utterances[2]["interaction_id"]);
}
