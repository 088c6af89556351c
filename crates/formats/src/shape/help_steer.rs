//! HelpSteer2 and HelpSteer3.
//!
//! HelpSteer2 ratings have a response to each row, and neighbours that share a prompt are one item; its file of
//! single annotators has a list in each attribute. Preferences go from −3 (the first is much better) to 3, and
//! other values say that neither is valid. Each annotator's own preference counts where it is there, else the
//! one that sums them up.

use serde_json::Value;
use tiebreak_domain::{Candidate, Item, Part, TextFormat};

use super::fields::{self, Columns, Row, whole_number};
use super::{ItemShape, Understood, parts_from_text_cell, refusal, response_from_cell};
use crate::cell::Cell;
use crate::record::Label;

const ATTRIBUTES: [&str; 5] = ["helpfulness", "correctness", "coherence", "complexity", "verbosity"];

/// Reads HelpSteer2 ratings.
pub(crate) struct RatingsShape {
    columns: Columns,
    text_format: TextFormat,
}

impl RatingsShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &[
            "prompt",
            "response",
            "helpfulness",
            "correctness",
            "coherence",
            "complexity",
            "verbosity",
            "annotator",
        ];
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

impl ItemShape for RatingsShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let prompt = prompt(&mut row, "prompt", self.text_format)?;
        let response = response_from_cell("response", row.take("response"), self.text_format)?;
        let annotator = row.text("annotator");
        let mut labels: Vec<Label> = Vec::new();
        let mut doubt = None;
        for attribute in ATTRIBUTES {
            let cell = row.take(attribute);
            let list = match &cell {
                Cell::Json(Value::Array(list)) => list.clone(),
                _ => cell.clone().into_value().into_iter().collect(),
            };
            let is_list = matches!(cell, Cell::Json(_));
            for (index, value) in list.iter().enumerate().filter(|(_, value)| !fields::is_absent(value)) {
                let Some(value) = whole_number(value) else {
                    doubt = Some(format!("{attribute:?} is {value}, expected a whole number"));
                    continue;
                };
                let name = if is_list { Some((index + 1).to_string()) } else { annotator.clone() };
                let place = labels.iter().position(|label| label.annotator == name).unwrap_or_else(|| {
                    labels.push(Label { annotator: name, ..Label::default() });
                    labels.len() - 1
                });
                labels[place].answers.push(fields::rating(attribute, Some(0), value));
            }
        }
        let candidates = vec![Candidate { parts: response, ..Candidate::default() }];
        let item = Item { prompt, candidates, metadata: row.metadata, ..Item::default() };
        match item.refusal() {
            Some(_) => Err("\"response\" is empty".to_owned()),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// Reads preferences over two responses.
pub(crate) struct PreferenceShape {
    columns: Columns,
    text_format: TextFormat,
    names: Names,
}

/// How the two files call the same things.
struct Names {
    prompt: &'static str,
    responses: [&'static str; 2],
    strength: &'static str,
    words: &'static str,
    each: &'static str,
    each_strength: &'static str,
    each_words: &'static str,
}

impl PreferenceShape {
    pub(crate) fn help_steer_2(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &[
            "prompt",
            "response_1",
            "response_2",
            "preference_strength",
            "preference_elaboration",
            "all_preferences_unprocessed",
            "preference_statement",
            "three_most_similar_preferences",
        ];
        let names = Names {
            prompt: "prompt",
            responses: ["response_1", "response_2"],
            strength: "preference_strength",
            words: "preference_elaboration",
            each: "all_preferences_unprocessed",
            each_strength: "strength",
            each_words: "justification",
        };
        Self { columns: Columns::new(KNOWN, all), text_format, names }
    }

    pub(crate) fn help_steer_3(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] =
            &["context", "response1", "response2", "overall_preference", "individual_preference"];
        let names = Names {
            prompt: "context",
            responses: ["response1", "response2"],
            strength: "overall_preference",
            words: "",
            each: "individual_preference",
            each_strength: "score",
            each_words: "reasoning",
        };
        Self { columns: Columns::new(KNOWN, all), text_format, names }
    }

    fn labels(&self, row: &mut Row) -> (Vec<Label>, Option<String>) {
        let names = &self.names;
        let overall = row.take(names.strength).into_value();
        let words = row.text(names.words).unwrap_or_default();
        let each = row.list(names.each).unwrap_or_default();
        let mut labels = Vec::new();
        let mut doubt = None;
        for (index, given) in each.iter().enumerate() {
            let words = |name: &str| given.get(name).and_then(Value::as_str).unwrap_or_default();
            let strength = given.get(names.each_strength).unwrap_or(&Value::Null);
            if fields::is_absent(strength) {
                continue;
            }
            let Some(steps) = whole_number(strength) else {
                doubt = Some(format!("{:?} has {strength}, expected a whole number", names.each));
                continue;
            };
            let mut answers = fields::steps_and_words(steps, words(names.each_words));
            for (candidate, name) in ["feedback1", "feedback2"].into_iter().enumerate() {
                if !words(name).is_empty() {
                    answers.push(fields::text("feedback", Some(candidate as u8), words(name)));
                }
            }
            let name = given.get("annotator").and_then(Value::as_str).map(str::to_owned);
            let annotator = Some(name.unwrap_or_else(|| (index + 1).to_string()));
            labels.push(Label { annotator, ..Label::of_answers(answers) });
        }
        if let (true, Some(overall)) = (labels.is_empty() && doubt.is_none(), overall) {
            match whole_number(&overall) {
                Some(steps) => labels.push(Label::of_answers(fields::steps_and_words(steps, &words))),
                None if fields::is_absent(&overall) => {}
                None => doubt = Some(format!("{:?} is {overall}, expected a whole number", names.strength)),
            }
        }
        (labels, doubt)
    }
}

impl ItemShape for PreferenceShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let prompt = prompt(&mut row, self.names.prompt, self.text_format)?;
        let mut candidates = Vec::new();
        for name in self.names.responses {
            let parts = response_from_cell(name, row.take(name), self.text_format)?;
            candidates.push(Candidate { parts, ..Candidate::default() });
        }
        let (labels, doubt) = self.labels(&mut row);
        let item = Item { prompt, candidates, metadata: row.metadata, ..Item::default() };
        match refusal(&item, self.names.responses) {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// A text, a list of messages, or turns that are marked as HelpSteer2 marks them: the user begins, a mark ends a
/// turn and names who speaks next.
fn prompt(row: &mut Row, name: &str, format: TextFormat) -> Result<Vec<Part>, String> {
    const MARK: &str = "<extra_id_1>";
    let cell = row.take(name);
    let Cell::Text(text) = &cell else { return parts_from_text_cell(name, cell, format) };
    if !text.contains(MARK) {
        return parts_from_text_cell(name, cell, format);
    }
    let mut turns = text.split(MARK);
    let mut parts = vec![Part::message("user", turns.next().unwrap_or_default().trim())];
    for turn in turns {
        let (role, words) = turn.split_once('\n').unwrap_or((turn, ""));
        let role = match role.trim().to_ascii_lowercase().as_str() {
            "user" => "user".to_owned(),
            "assistant" => "assistant".to_owned(),
            _ => role.trim().to_owned(),
        };
        // The last mark only says who speaks now.
        if !words.trim().is_empty() {
            parts.push(Part::message(role, words.trim()));
        }
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;
    use tiebreak_domain::{AnswerValue, Outcome, Strength};

    fn understand(shape: &dyn ItemShape, line: &str) -> Result<Understood, String> {
        shape.understand(cells_from_json(line, &shape.columns()).unwrap())
    }

    #[test]
    fn every_annotators_preference_is_a_vote_of_their_own() {
        let shape = PreferenceShape::help_steer_2(&["split".to_owned()], TextFormat::Markdown);
        let row = understand(
            &shape,
            r#"{"split":"train","prompt":"Hi<extra_id_1>Assistant\nHello<extra_id_1>User\nAnd?<extra_id_1>Assistant\n",
                "response_1":"x","response_2":"y","preference_strength":-2,"preference_elaboration":"sum",
                "all_preferences_unprocessed":[{"strength":-3,"justification":"clear"},{"strength":-100,"justification":""}]}"#,
        )
        .unwrap();
        let said =
            [Part::message("user", "Hi"), Part::message("assistant", "Hello"), Part::message("user", "And?")];
        assert_eq!(row.item.prompt, said);
        assert_eq!(row.labels.len(), 2, "and none that sums them up");
        let first = row.labels[0].preference().unwrap();
        assert_eq!((first.outcome, first.strength), (Outcome::A, Some(Strength::Much)));
        assert_eq!(row.labels[0].answers[1], fields::text(fields::RATIONALE, None, "clear"));
        assert_eq!(row.labels[1].preference().unwrap().outcome, Outcome::Unratable, "never a number");
        assert_eq!(row.item.metadata["split"], "train");
    }

    #[test]
    fn without_single_votes_the_one_that_sums_them_up_counts() {
        let shape = PreferenceShape::help_steer_2(&[], TextFormat::Markdown);
        let line = r#"{"prompt":"p","response_1":"x","response_2":"y","preference_strength":1,"preference_elaboration":"sum"}"#;
        let row = understand(&shape, line).unwrap();
        assert_eq!(row.labels.len(), 1);
        assert_eq!(row.labels[0].annotator, None);
        assert_eq!(row.labels[0].preference().unwrap().strength, Some(Strength::Slightly));
        let row = understand(&shape, &line.replace(":1,", ":1.5,")).unwrap();
        assert_eq!(row.labels, [], "a mean is nobody's vote");
        assert_eq!(row.doubt.unwrap(), "\"preference_strength\" is 1.5, expected a whole number");
    }

    #[test]
    fn feedback_belongs_to_its_response() {
        let shape = PreferenceShape::help_steer_3(&["domain".to_owned()], TextFormat::Markdown);
        let row = understand(
            &shape,
            r#"{"domain":"code","context":[{"role":"user","content":"sort"}],"response1":"x","response2":"y","overall_preference":-1,
                "individual_preference":[{"score":2,"reasoning":"shorter","feedback1":"good","feedback2":"mutates"}]}"#,
        )
        .unwrap();
        let answers = &row.labels[0].answers;
        assert_eq!(row.labels[0].preference().unwrap().outcome, Outcome::B, "the single vote, not the sum");
        assert_eq!(answers[2], fields::text("feedback", Some(0), "good"));
        assert_eq!(answers[3], fields::text("feedback", Some(1), "mutates"));
    }

    #[test]
    fn lists_of_ratings_are_those_of_several_annotators() {
        let shape = RatingsShape::new(&[], TextFormat::Markdown);
        let row = understand(
            &shape,
            r#"{"prompt":"p","response":"x","helpfulness":[4,2],"correctness":[3,1],"coherence":[4,4],"complexity":[1,1],"verbosity":[1,null]}"#,
        )
        .unwrap();
        assert_eq!(row.labels.len(), 2);
        assert_eq!(row.labels[1].annotator.as_deref(), Some("2"));
        assert_eq!(row.labels[1].answers.len(), 4, "what is null was not given");
        assert_eq!(row.labels[1].answers[0].value, AnswerValue::Rating(2));
        assert_eq!(row.labels[1].answers[0].candidate, Some(0));
    }
}
