//! OpenAssistant's trees of messages. Wherever the assistant answered a message more than once there is an item:
//! the way to that message is the prompt, its replies are the candidates.
//!
//! Who ranked them stands in the events of the message (`ranked_message_ids`, the best first); without events
//! the `rank` of the replies is the one ranking, by nobody in particular. An event that is `not_rankable` says
//! that the replies cannot be held against one another. Replies of people (`prompter`) are no candidates.

use std::collections::HashMap;

use serde_json::{Map, Value};
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::rubric::OVERALL;
use tiebreak_domain::{Answer, AnswerValue, Candidate, Item, Part};

use super::continuation::Room;
use super::fields::{self, Columns, whole_number};
use super::image_reward::{RANKING, ranking_from_ranks};
use super::{Meaning, Shape, Understood};
use crate::cell::Cell;
use crate::record::Label;

/// Reads trees.
pub(crate) struct TreesShape {
    columns: Columns,
}

impl TreesShape {
    pub(crate) fn new(all: &[String]) -> Self {
        Self { columns: Columns::new(&["message_tree_id", "prompt"], all) }
    }
}

impl Shape for TreesShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn meanings(&self, cells: Vec<Cell>) -> Vec<Result<Meaning, String>> {
        let mut row = self.columns.row(cells);
        let tree = row.text("message_tree_id");
        let root = match row.take("prompt") {
            Cell::Json(Value::Object(root)) => root,
            Cell::Missing => return vec![Err("\"prompt\" is missing".to_owned())],
            other => return vec![Err(format!("\"prompt\" is {}, expected a message", other.kind()))],
        };
        if let Some(tree) = tree {
            row.metadata.insert("message_tree_id".to_owned(), tree.into());
        }
        let mut walk = Walk { metadata: row.metadata, room: Room::new(), found: Vec::new(), is_full: false };
        walk.visit(&root, &mut Vec::new());
        if walk.found.is_empty() {
            return vec![Err("no message of this tree has several answers to compare".to_owned())];
        }
        walk.found
    }
}

/// A walk through a tree. JSON is at most 127 levels deep when it gets here, and so is the walk.
struct Walk {
    metadata: Map<String, Value>,
    room: Room,
    found: Vec<Result<Meaning, String>>,
    is_full: bool,
}

impl Walk {
    fn visit(&mut self, message: &Map<String, Value>, way: &mut Vec<Part>) {
        let role = if is_assistant(message) { "assistant" } else { "user" };
        way.push(Part::message(role, text(message, "text").unwrap_or_default()));
        let replies = message.get("replies").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let replies: Vec<&Map<String, Value>> = replies.iter().filter_map(Value::as_object).collect();
        let answers: Vec<&Map<String, Value>> = replies
            .iter()
            .copied()
            .filter(|reply| is_assistant(reply) && reply.get("deleted") != Some(&Value::Bool(true)))
            .collect();
        if answers.len() > 1 && !self.is_full {
            let item = self.item(message, &answers, way);
            self.found.push(item.map(Meaning::Item));
        }
        for reply in replies {
            self.visit(reply, way);
        }
        way.pop();
    }

    fn item(
        &mut self,
        message: &Map<String, Value>,
        answers: &[&Map<String, Value>],
        way: &[Part],
    ) -> Result<Understood, String> {
        let candidate = |answer: &&Map<String, Value>| Candidate {
            parts: text(answer, "text").map(|text| Part::message("assistant", text)).into_iter().collect(),
            model: text(answer, "model_name").map(str::to_owned),
            metadata: ["message_id", "lang", "synthetic"]
                .into_iter()
                .filter_map(|name| {
                    Some((name.to_owned(), answer.get(name).filter(|value| !value.is_null())?.clone()))
                })
                .collect(),
        };
        let candidates: Vec<Candidate> = answers.iter().map(candidate).collect();
        let name = text(message, "message_id");
        let place = || name.map_or_else(String::new, |name| format!(", answers to message {name:?}"));
        let parts = way.iter().chain(candidates.iter().flat_map(|candidate| &candidate.parts));
        if let Err(reason) = self.room.take(parts) {
            self.is_full = true;
            return Err(format!("{reason}{}", place()));
        }
        let (labels, doubt) = labels_of(message, answers);
        let item = Item {
            external_id: name.map(str::to_owned),
            prompt: way.to_vec(),
            candidates,
            metadata: self.metadata.clone(),
            ..Item::default()
        };
        match item.refusal() {
            Some(reason) => Err(format!("{reason}{}", place())),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

fn is_assistant(message: &Map<String, Value>) -> bool {
    text(message, "role") == Some("assistant")
}

fn text<'a>(message: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    message.get(name)?.as_str()
}

/// Who ranked the answers and how, and what of that could not be understood.
fn labels_of(message: &Map<String, Value>, answers: &[&Map<String, Value>]) -> (Vec<Label>, Option<String>) {
    let events = message.get("events").and_then(Value::as_object);
    let rankings: Vec<&Value> = events
        .into_iter()
        .flat_map(Map::values)
        .filter_map(Value::as_array)
        .flatten()
        .filter(|event| event.get("type").and_then(Value::as_str) == Some("ranking"))
        .collect();
    let mut labels = Vec::new();
    let mut doubt = None;
    if rankings.is_empty() {
        let ranks: Vec<Value> =
            answers.iter().map(|answer| answer.get("rank").cloned().unwrap_or_default()).collect();
        let is_ranked = ranks.iter().any(|rank| whole_number(rank).is_some());
        match ranking_from_ranks(&ranks, answers.len()) {
            _ if !is_ranked => {}
            Ok(ranking) => labels.push(Label::of_answers(vec![ranked(ranking)])),
            Err(reason) => doubt = Some(format!("\"rank\" {reason}")),
        }
    }
    let places: HashMap<&str, u8> = answers
        .iter()
        .zip(0..)
        .filter_map(|(answer, place)| Some((text(answer, "message_id")?, place)))
        .collect();
    for (number, event) in rankings.into_iter().enumerate() {
        let name = event.get("user_id").and_then(Value::as_str).map(str::to_owned);
        let annotator = Some(name.unwrap_or_else(|| (number + 1).to_string()));
        if event.get("not_rankable") == Some(&Value::Bool(true)) {
            if answers.len() == 2 {
                let answer = fields::preference(OVERALL, fields::unratable("not rankable"));
                labels.push(Label { annotator, ..Label::of_answers(vec![answer]) });
            } else {
                doubt = Some("somebody found that the answers cannot be ranked".to_owned());
            }
            continue;
        }
        match ranking_of(event, &places) {
            Ok(ranking) => labels.push(Label { annotator, ..Label::of_answers(vec![ranked(ranking)]) }),
            Err(reason) => doubt = Some(format!("ranking {} {reason}", number + 1)),
        }
    }
    (labels, doubt)
}

/// The order of an event. Answers that are not in the tree any more leave no gap.
fn ranking_of(event: &Value, places: &HashMap<&str, u8>) -> Result<Ranking, &'static str> {
    let ids = event.get("ranked_message_ids").and_then(Value::as_array);
    let ids = ids.ok_or("has no list of \"ranked_message_ids\"")?;
    let mut groups: Vec<Vec<u8>> = Vec::new();
    for place in ids.iter().filter_map(|id| places.get(id.as_str()?).copied()) {
        if groups.contains(&vec![place]) {
            return Err("names an answer twice");
        }
        groups.push(vec![place]);
    }
    if groups.is_empty() {
        return Err("names none of the answers");
    }
    Ok(Ranking { groups, worst: None })
}

fn ranked(ranking: Ranking) -> Answer {
    Answer { question: RANKING.to_owned(), candidate: None, value: AnswerValue::Ranking(ranking) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;
    use tiebreak_domain::Outcome;

    fn read(line: &str) -> Vec<Result<Understood, String>> {
        let shape = TreesShape::new(&["tree_state".to_owned()]);
        let item = |meaning| match meaning {
            Meaning::Item(item) => item,
            other => panic!("no item: {other:?}"),
        };
        let meanings = shape.meanings(cells_from_json(line, &shape.columns()).unwrap());
        meanings.into_iter().map(|meaning| meaning.map(item)).collect()
    }

    fn reply(id: &str, rank: &str, replies: &str) -> String {
        format!(
            r#"{{"message_id":"{id}","text":"text {id}","role":"assistant","lang":"en","rank":{rank},"replies":[{replies}]}}"#
        )
    }

    fn tree(events: &str, replies: &str) -> String {
        format!(
            r#"{{"message_tree_id":"t","tree_state":"ready_for_export","prompt":{{"message_id":"m0","text":"Hi","role":"prompter","events":{events},"replies":[{replies}]}}}}"#
        )
    }

    #[test]
    fn every_message_with_several_answers_is_an_item() {
        let deeper = format!(
            r#"{{"message_id":"p","text":"Why?","role":"prompter","replies":[{},{}]}}"#,
            reply("c", "null", ""),
            reply("d", "null", "")
        );
        let line = tree("{}", &format!("{},{}", reply("a", "1", &deeper), reply("b", "0", "")));
        let items: Vec<Understood> = read(&line).into_iter().collect::<Result<_, _>>().unwrap();
        let [first, second] = items.as_slice() else { panic!("{items:?}") };
        assert_eq!(first.item.prompt, [Part::message("user", "Hi")]);
        let way = [
            Part::message("user", "Hi"),
            Part::message("assistant", "text a"),
            Part::message("user", "Why?"),
        ];
        assert_eq!(second.item.prompt, way);
        assert_eq!(second.item.external_id.as_deref(), Some("p"));
        assert!(second.labels.is_empty(), "nobody ranked them");
        let expected = ranked(Ranking { groups: vec![vec![1], vec![0]], worst: None });
        assert_eq!(first.labels, [Label::of_answers(vec![expected])], "rank 0 is the best");
        assert_eq!(first.item.metadata["tree_state"], "ready_for_export");
        assert_eq!(first.item.candidates[0].metadata["message_id"], "a");
    }

    #[test]
    fn events_say_who_ranked_and_what_cannot_be_ranked() {
        let event = |rest: &str| format!(r#"{{"type":"ranking","user_id":"u1","ranking":[1,0],{rest}}}"#);
        let replies = format!("{},{}", reply("a", "0", ""), reply("b", "1", ""));
        let events = |rest: &str| {
            format!(r#"{{"rating":[{{"type":"rating","rating":"5"}}],"ranking":[{}]}}"#, event(rest))
        };
        let one = |rest: &str| read(&tree(&events(rest), &replies)).remove(0).unwrap();
        let row = one(r#""ranked_message_ids":["b","a"],"not_rankable":false"#);
        assert_eq!(row.labels[0].annotator.as_deref(), Some("u1"));
        let expected = ranked(Ranking { groups: vec![vec![1], vec![0]], worst: None });
        assert_eq!(row.labels[0].answers, [expected], "what somebody said goes before the rank of all");
        let row = one(r#""ranked_message_ids":["b","a"],"not_rankable":true"#);
        assert_eq!(row.labels[0].preference().unwrap().outcome, Outcome::Unratable);
        assert_eq!(
            one(r#""ranked_message_ids":["b","b"]"#).doubt.unwrap(),
            "ranking 1 names an answer twice"
        );
        assert_eq!(
            one(r#""ranked_message_ids":["z"]"#).doubt.unwrap(),
            "ranking 1 names none of the answers"
        );
    }

    #[test]
    fn a_tree_without_a_choice_and_too_many_answers_are_told() {
        let refused = read(&tree("{}", &reply("a", "0", ""))).remove(0).unwrap_err();
        assert_eq!(refused, "no message of this tree has several answers to compare");
        let many: Vec<String> = (0..13).map(|number| reply(&format!("r{number}"), "null", "")).collect();
        let refused = read(&tree("{}", &many.join(","))).remove(0).unwrap_err();
        assert!(refused.contains("1 to 12") && refused.ends_with("answers to message \"m0\""), "{refused}");
    }
}
