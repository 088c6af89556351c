#![allow(clippy::unwrap_used)]
use super::*;
use crate::cell::cells_from_json;
use tiebreak_domain::Outcome;

fn read(line: &str) -> Vec<Result<Understood, String>> {
    let shape = ConversationsShape::new(&["conversation_type".to_owned()]);
    let meanings = shape.meanings(cells_from_json(line, &shape.columns()).unwrap());
    let item = |meaning| match meaning {
        Meaning::Item(item) => item,
        other => panic!("no item: {other:?}"),
    };
    meanings.into_iter().map(|meaning| meaning.map(item)).collect()
}

const TWO_TURNS: &str = r#"{"conversation_id":"c1","user_id":"u1","conversation_type":"unguided","conversation_history":[
    {"turn":0,"role":"user","content":"Is war right?"},
    {"turn":0,"role":"model","content":"No","model_name":"m","model_provider":"p","score":81,"if_chosen":true},
    {"turn":0,"role":"model","content":"Yes","model_name":"n","score":3,"if_chosen":false},
    {"turn":0,"role":"model","content":"Perhaps","model_name":"o","score":40,"if_chosen":false},
    {"turn":1,"role":"user","content":"Why?"},
    {"turn":1,"role":"model","content":"Harm","model_name":"m","score":50,"if_chosen":false},
    {"turn":1,"role":"model","content":"Law","model_name":"m","score":60,"if_chosen":true}],
    "performance_attributes":{"fluency":90,"safety":null},"choice_attributes":{"values":75},"open_feedback":"clear"}"#;

#[test]
fn every_turn_is_an_item_with_the_conversation_before_it() {
    let items: Vec<Understood> = read(TWO_TURNS).into_iter().collect::<Result<_, _>>().unwrap();
    let [first, second] = items.as_slice() else { panic!("two turns: {items:?}") };
    assert_eq!(first.item.prompt, [Part::message("user", "Is war right?")]);
    assert_eq!((first.item.candidates.len(), second.item.candidates.len()), (3, 2));
    let so_far = [
        Part::message("user", "Is war right?"),
        Part::message("assistant", "No"),
        Part::message("user", "Why?"),
    ];
    assert_eq!(second.item.prompt, so_far, "it went on with what was chosen");
    let names: Vec<_> = items.iter().filter_map(|one| one.item.external_id.as_deref()).collect();
    assert_eq!(names, ["c1", "c1:1"]);
    assert_eq!(second.item.metadata["conversation_id"], "c1");
    assert_eq!((&first.item.metadata["turn"], &second.item.metadata["turn"]), (&0.into(), &1.into()));
    assert_eq!(first.item.metadata["conversation_type"], "unguided");
}

#[test]
fn what_was_said_of_the_whole_stands_with_its_last_item() {
    let items: Vec<Understood> = read(TWO_TURNS).into_iter().collect::<Result<_, _>>().unwrap();
    assert_eq!(items[0].labels[0].annotator.as_deref(), Some("u1"));
    let scores: Vec<_> = items[0].labels[0].answers.iter().filter_map(|one| one.value.rating()).collect();
    assert_eq!(scores, [81, 3, 40]);
    let expected = [
        fields::rating("score", Some(0), 50),
        fields::rating("score", Some(1), 60),
        fields::preference("overall", tiebreak_domain::Preference::new(Outcome::B)),
        fields::rating("performance_fluency", None, 90),
        fields::rating("choice_values", None, 75),
        fields::text("open_feedback", None, "clear"),
    ];
    assert_eq!(items[1].labels[0].answers, expected);
}

#[test]
fn a_turn_that_cannot_follow_is_left_out_and_says_why() {
    let line = TWO_TURNS.replace("true", "false").replace("\"score\":3,", "\"score\":81,");
    let read = read(&line);
    assert!(read[0].is_ok(), "the first turn stands by itself");
    let refused = read[1].as_ref().unwrap_err();
    assert!(refused.starts_with("turn 1 is left out") && refused.contains("if_chosen"), "{refused}");
    let silent = self::read(&TWO_TURNS.replace("\"Law\"", "\" \""));
    assert!(silent[1].as_ref().unwrap().item.candidates[1].is_empty_response(), "a reply that says nothing");
    let missing = TWO_TURNS.replace("\"content\":\"Law\",", "");
    let read = self::read(&missing);
    assert_eq!(read[1].as_ref().unwrap_err(), "turn 1 is left out: candidate 2 is empty");
    let label = &read[0].as_ref().unwrap().labels[0];
    assert!(label.answers.iter().any(|answer| answer.question == "open_feedback"), "the last that is left");
}

#[test]
fn replies_that_nobody_scored_are_the_conversation_and_no_item() {
    let line = r#"{"conversation_id":"c1","conversation_history":[
        {"turn":0,"role":"user","content":"a"},{"turn":0,"role":"model","content":"b"},
        {"turn":1,"role":"user","content":"c"},{"turn":1,"role":"model","content":"d"},{"turn":1,"role":"model","content":"e"}]}"#;
    let read = read(line);
    assert_eq!(read.len(), 1);
    assert_eq!(read[0].as_ref().unwrap().item.prompt.len(), 3);
    let nothing = self::read(
        r#"{"conversation_id":"c1","conversation_history":[{"turn":0,"role":"user","content":"a"}]}"#,
    );
    assert_eq!(nothing[0].as_ref().unwrap_err(), "\"conversation_history\" holds no reply to judge");
}
