//! One person's conversation as lines: the whole, its utterances, and its texts.

use serde::Serialize;
use serde_json::{Map, Value, json};
use tiebreak_domain::AnnotatorId;

use super::super::output::json_line;
use super::{Given, Open, Turn};

#[derive(Serialize)]
struct Conversation<'a> {
    conversation_id: &'a str,
    user_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_type: Option<&'a str>,
    opening_prompt: &'a str,
    conversation_turns: usize,
    conversation_history: Vec<Said<'a>>,
    performance_attributes: Map<String, Value>,
    choice_attributes: Map<String, Value>,
    open_feedback: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    timing_duration_s: Option<f64>,
}

#[derive(Serialize)]
struct Said<'a> {
    turn: usize,
    role: &'static str,
    content: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(flatten)]
    model: Option<Model<'a>>,
}

#[derive(Clone, Copy, Serialize)]
struct Model<'a> {
    model_provider: Option<&'a str>,
    model_name: Option<&'a str>,
    score: Option<i32>,
    if_chosen: bool,
    within_turn_id: usize,
}

#[derive(Serialize)]
struct Utterance<'a> {
    utterance_id: String,
    interaction_id: String,
    conversation_id: &'a str,
    user_id: &'a str,
    turn: usize,
    within_turn_id: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    conversation_type: Option<&'a str>,
    user_prompt: &'a str,
    model_response: &'a str,
    model_name: Option<&'a str>,
    model_provider: Option<&'a str>,
    score: Option<i32>,
    if_chosen: bool,
}

/// The metadata of a text, which is told by the ids that it has: conversation, interaction, utterance.
pub(super) fn metadata(
    column: &str,
    user_id: &Value,
    [conversation, interaction, utterance]: [Option<&str>; 3],
    language: Option<&Value>,
) -> String {
    json!({
        "column_id": column, "user_id": user_id, "conversation_id": conversation,
        "interaction_id": interaction, "utterance_id": utterance, "pii_flag": null,
        "pii_manual_flag": null, "language_flag": language, "en_flag": null, "moderation_flag": null,
    })
    .to_string()
}

/// What one person said of one conversation.
pub(super) struct Written<'a> {
    open: &'a Open,
    user_id: &'a str,
    id: String,
    /// Whether nobody else judged this conversation, so that the names it came with are still its own.
    is_alone: bool,
    turns: Vec<(&'a Turn, &'a Given)>,
}

impl<'a> Written<'a> {
    pub(super) fn new(open: &'a Open, person: AnnotatorId, user_id: &'a str, is_alone: bool) -> Self {
        let given = |turn: &'a Turn| Some((turn, turn.given.iter().find(|given| given.annotator == person)?));
        let turns: Vec<(&Turn, &Given)> = open.turns.iter().filter_map(given).collect();
        let id = match (&open.id, turns.last()) {
            (Some(id), _) if is_alone => id.clone(),
            (Some(id), _) => format!("{id}-{user_id}"),
            (None, Some((_, given))) => given.judgment.clone(),
            (None, None) => String::new(),
        };
        Self { open, user_id, id, is_alone, turns }
    }

    pub(super) fn judgments(&self) -> u64 {
        self.turns.len() as u64
    }

    /// All that was said up to the last message that this person judged replies to.
    fn asked(&self) -> &'a [(&'static str, String)] {
        self.turns.last().map_or(&[], |(turn, _)| turn.asked.as_slice())
    }

    /// The reply that the conversation went on with; of the last turn the best, if one is.
    fn chosen(&self, turn: &Turn, given: &Given) -> Option<usize> {
        let next = self.asked().get(turn.asked.len()).map(|(_, text)| text);
        if let Some(next) = next {
            let best = |index: &usize| (given.scores[*index], std::cmp::Reverse(*index));
            let said = (0..turn.replies.len()).filter(|index| turn.replies[*index].text == *next);
            return said.max_by_key(best);
        }
        let best = given.scores.iter().flatten().max()?;
        let mut all = (0..given.scores.len()).filter(|index| given.scores[*index].as_ref() == Some(best));
        all.next().filter(|_| all.next().is_none())
    }

    fn models(&self, turn: &'a Turn, given: &'a Given) -> impl Iterator<Item = Model<'a>> + use<'a> {
        let chosen = self.chosen(turn, given);
        turn.replies.iter().zip(&given.scores).enumerate().map(move |(index, (reply, score))| Model {
            model_provider: reply.provider.as_deref(),
            model_name: reply.model.as_deref(),
            score: *score,
            if_chosen: chosen == Some(index),
            within_turn_id: index,
        })
    }

    fn history(&self) -> Vec<Said<'a>> {
        let mut history = Vec::new();
        let mut number = 0;
        for (role, content) in self.asked() {
            let judged = self.turns.iter().find(|(turn, _)| turn.number == number);
            if *role == "user" {
                history.push(Said { turn: number, role, content, model: None });
                if let Some((turn, given)) = judged {
                    let models = self.models(turn, given).zip(&turn.replies);
                    history.extend(models.map(|(model, reply)| Said {
                        turn: number,
                        role: "model",
                        content: &reply.text,
                        model: Some(model),
                    }));
                }
            } else {
                // Who scored the replies has them already, the one it went on with among them.
                if judged.is_none() {
                    history.push(Said { turn: number, role, content, model: None });
                }
                number += 1;
            }
        }
        history
    }

    /// The line of the conversation.
    pub(super) fn conversation(&self) -> String {
        let together = |of: fn(&Given) -> &Map<String, Value>| {
            let all = self.turns.iter().flat_map(|(_, given)| of(given));
            all.map(|(name, value)| (name.clone(), value.clone())).collect()
        };
        let feedback = self.turns.iter().rev().find(|(_, given)| !given.feedback.is_empty());
        let seconds: Vec<f64> = self.turns.iter().filter_map(|(_, given)| given.seconds).collect();
        json_line(&Conversation {
            conversation_id: &self.id,
            user_id: self.user_id,
            conversation_type: self.open.conversation_type.as_deref(),
            opening_prompt: self.asked().first().map_or("", |(_, text)| text.as_str()),
            conversation_turns: self.asked().iter().filter(|(role, _)| *role == "user").count(),
            conversation_history: self.history(),
            performance_attributes: together(|given| &given.performance),
            choice_attributes: together(|given| &given.choice),
            open_feedback: feedback.map_or("", |(_, given)| given.feedback.as_str()),
            timing_duration_s: (!seconds.is_empty()).then(|| seconds.iter().sum()),
        })
    }

    fn interaction_id(&self, turn: &Turn) -> String {
        // Data that names its utterances names the items by their interactions.
        let has_own = turn.replies.iter().all(|reply| reply.utterance_id.is_some()) && self.is_alone;
        let own = turn.external_id.clone().filter(|_| has_own);
        own.unwrap_or_else(|| format!("{}-{}", self.id, turn.number))
    }

    fn utterance_id(&self, turn: &Turn, index: usize) -> String {
        let own = turn.replies[index].utterance_id.clone().filter(|_| self.is_alone);
        own.unwrap_or_else(|| format!("{}-{}-{index}", self.id, turn.number))
    }

    /// The lines of its utterances.
    pub(super) fn utterances(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for (turn, given) in &self.turns {
            for (model, reply) in self.models(turn, given).zip(&turn.replies) {
                lines.push(json_line(&Utterance {
                    utterance_id: self.utterance_id(turn, model.within_turn_id),
                    interaction_id: self.interaction_id(turn),
                    conversation_id: &self.id,
                    user_id: self.user_id,
                    turn: turn.number,
                    within_turn_id: model.within_turn_id,
                    conversation_type: self.open.conversation_type.as_deref(),
                    user_prompt: turn.asked.last().map_or("", |(_, text)| text.as_str()),
                    model_response: &reply.text,
                    model_name: model.model_name,
                    model_provider: model.model_provider,
                    score: model.score,
                    if_chosen: model.if_chosen,
                }));
            }
        }
        lines
    }

    /// The lines of its texts.
    pub(super) fn metadata(&self) -> Vec<String> {
        let user_id = Value::from(self.user_id);
        let id = Some(self.id.as_str());
        let line = |column: &str, interaction: Option<&str>, utterance: Option<&str>| {
            metadata(column, &user_id, [id, interaction, utterance], self.open.language.as_ref())
        };
        let mut lines = Vec::new();
        for (turn, _) in &self.turns {
            let interaction = self.interaction_id(turn);
            lines.push(line("user_prompt", Some(&interaction), None));
            lines.extend((0..turn.replies.len()).map(|index| {
                line("model_response", Some(&interaction), Some(&self.utterance_id(turn, index)))
            }));
        }
        if self.turns.iter().any(|(_, given)| !given.feedback.is_empty()) {
            lines.push(line("open_feedback", None, None));
        }
        lines
    }
}
