//! The labeling configuration under which Label Studio shows exported tasks: an object for everything that is shown,
//! and a control for everything that was asked, by the names that the tasks use.

use std::collections::BTreeMap;

use serde_json::Value;
use tiebreak_domain::import::ContentKind;
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scale, StrengthSteps};
use tiebreak_domain::{Outcome, Question, Strength};

use crate::export::judged::Names;
use crate::export::told::{is_of_stars, name_of, names_of};
use crate::mapping::kind_of_values;
use crate::shape::control::{REASON, STRENGTH};
use crate::shape::label_studio::OUTCOME;

/// How many values of each name are looked at.
const VALUES: usize = 50;

/// How much Label Studio takes at a time.
const MOST_TASKS: u64 = 250_000;
const MOST_BYTES: u64 = 50_000_000;

/// Whether anything of the rubric is an order.
pub(in crate::export) fn asks_for_an_order(names: &Names) -> bool {
    names.questions().iter().any(|question| matches!(question.kind, QuestionKind::Ranking { .. }))
}

/// What stands in tasks, by its names.
#[derive(Clone, Debug, Default)]
pub struct Shown {
    names: BTreeMap<String, Values>,
}

#[derive(Clone, Debug, Default)]
struct Values {
    texts: Vec<String>,
    has_messages: bool,
}

impl Shown {
    /// Takes note of what one more task shows.
    pub(in crate::export) fn see(&mut self, line: &str) {
        let Ok(task) = serde_json::from_str::<Value>(line) else { return };
        for (name, value) in task.get("data").and_then(Value::as_object).into_iter().flatten() {
            if name == "id" || name == "items" {
                continue;
            }
            let values = self.names.entry(name.clone()).or_default();
            values.has_messages |= value.is_array();
            if let Some(text) = value.as_str().filter(|_| values.texts.len() < VALUES) {
                values.texts.push(text.to_owned());
            }
        }
    }

    fn candidates(&self) -> usize {
        (0..12).take_while(|index| self.names.contains_key(&name_of(*index))).count()
    }

    fn object(&self, name: &str) -> String {
        let values = &self.names[name];
        // Names of objects have no spaces; the values keep theirs.
        let object = name.replace(' ', "_");
        let (object, value) = (escaped(&object), escaped(name));
        if values.has_messages {
            return format!(
                "  <Paragraphs name=\"{object}\" value=\"${value}\" layout=\"dialogue\" nameKey=\"role\" textKey=\"content\"/>\n"
            );
        }
        let tag = match kind_of_values(values.texts.iter().map(String::as_str)) {
            ContentKind::Text => "Text",
            ContentKind::Image => "Image",
            ContentKind::Video => "Video",
        };
        format!("  <{tag} name=\"{object}\" value=\"${value}\"/>\n")
    }
}

/// The configuration for tasks that show so much and answer these questions.
pub(in crate::export) fn labeling_config(names: &Names, shown: &Shown) -> String {
    let mut text = "<View>\n".to_owned();
    let (candidates, others): (Vec<&String>, Vec<&String>) =
        shown.names.keys().partition(|name| name.len() == 1);
    for name in others.into_iter().chain(candidates) {
        text.push_str(&shown.object(name));
    }
    let count = shown.candidates().max(1);
    if asks_for_an_order(names) {
        text.push_str("  <List name=\"items\" value=\"$items\" title=\"In order\"/>\n");
    }
    for question in names.questions() {
        text.push_str(&format!("  <Header value=\"{}\"/>\n", escaped(&question.title)));
        for (name, candidate) in names_of(question, count) {
            let about = name_of(candidate.unwrap_or_default());
            text.push_str(&control(question, &escaped(&name), &about, count));
        }
    }
    text.push_str("  <TextArea name=\"comment\" toName=\"a\"/>\n</View>\n");
    text
}

fn control(question: &Question, name: &str, about: &str, candidates: usize) -> String {
    let choices = |name: &str, kind: &str, entries: &mut dyn Iterator<Item = (String, String)>| {
        let entry = |(key, title): (String, String)| {
            format!("    <Choice alias=\"{}\" value=\"{}\"/>\n", escaped(&key), escaped(&title))
        };
        let entries = entries.map(entry).collect::<Vec<_>>().concat();
        format!("  <Choices name=\"{name}\" toName=\"{about}\" choice=\"{kind}\">\n{entries}  </Choices>\n")
    };
    let area = |name: &str| format!("  <TextArea name=\"{name}\" toName=\"{about}\"/>\n");
    match &question.kind {
        QuestionKind::Preference { outcomes, strength } => {
            let mut text = format!("  <Pairwise name=\"{name}\" toName=\"a,b\"/>\n");
            let open = outcomes.iter().filter(|outcome| !outcome.is_decided());
            let mut words = open.map(|outcome| (outcome.word().to_owned(), outcome.word().to_owned()));
            text.push_str(&choices(&format!("{name}{OUTCOME}"), "single", &mut words));
            if *strength != StrengthSteps::None {
                let mut words =
                    Strength::ALL.iter().map(|one| (one.word().to_owned(), one.word().to_owned()));
                text.push_str(&choices(&format!("{name}{STRENGTH}"), "single", &mut words));
            }
            if outcomes.contains(&Outcome::Unratable) {
                text.push_str(&area(&format!("{name}{REASON}")));
            }
            text
        }
        QuestionKind::Ranking { form: RankingForm::Strict } => {
            format!("  <Ranker name=\"{name}\" toName=\"items\"/>\n")
        }
        QuestionKind::Ranking { form } => {
            let buckets: Vec<String> = match form {
                RankingForm::WithTies => (1..=candidates).map(|place| place.to_string()).collect(),
                _ => vec!["best".to_owned(), "worst".to_owned()],
            };
            let bucket = |bucket: &String| format!("    <Bucket name=\"{bucket}\" title=\"{bucket}\"/>\n");
            let buckets = buckets.iter().map(bucket).collect::<Vec<_>>().concat();
            format!("  <Ranker name=\"{name}\" toName=\"items\">\n{buckets}  </Ranker>\n")
        }
        QuestionKind::Rating { scale } => {
            let (least, most) = match scale {
                Scale::Points { from, anchors } => (*from, *from + anchors.len() as i32 - 1),
                Scale::Stars { count } => (1, i32::from(*count)),
                Scale::Slider { from, to, .. } => (*from, *to),
                Scale::YesNo => (0, 1),
            };
            if is_of_stars(question) {
                format!("  <Rating name=\"{name}\" toName=\"{about}\" maxRating=\"{most}\"/>\n")
            } else {
                format!("  <Number name=\"{name}\" toName=\"{about}\" min=\"{least}\" max=\"{most}\"/>\n")
            }
        }
        QuestionKind::Choice { entries } => {
            let mut entries = entries.iter().map(|entry| (entry.key.clone(), entry.title.clone()));
            choices(name, "single", &mut entries)
        }
        QuestionKind::Checklist { entries } => {
            let mut entries = entries.iter().map(|entry| (entry.key.clone(), entry.title.clone()));
            choices(name, "multiple", &mut entries)
        }
        QuestionKind::Text { .. } => area(name),
        _ => String::new(),
    }
}

/// What a file of so many tasks and bytes is too large for; none if Label Studio takes it at once.
pub(in crate::export) fn too_large(tasks: u64, bytes: u64) -> Option<String> {
    (tasks > MOST_TASKS || bytes > MOST_BYTES).then(|| {
        format!(
            "Label Studio takes at most {MOST_TASKS} tasks and {} MB at once, and the file has {tasks} and {} MB: part it, or export fewer annotators at a time",
            MOST_BYTES / 1_000_000,
            bytes / 1_000_000
        )
    })
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
