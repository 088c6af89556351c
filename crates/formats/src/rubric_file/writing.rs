//! Writes a template as a rubric file: the keys always in one order, and what is usual left out, so that two
//! files differ where the rubrics do.

use std::fmt::Write as _;

use tiebreak_domain::rubric::{Condition, Ends, Entry, QuestionKind, Scale};
use tiebreak_domain::{Question, Rubric, Template};

use super::question::{FORMS, PURPOSES, SCOPES, SHAPES, STRENGTHS, UNITS};
use super::toml_text::{key_from_title, list, quoted, texts};

/// The text of a template's file. The id is left to the file's name.
pub fn write(template: &Template) -> String {
    let rubric = &template.rubric;
    let mut file = Text(String::new());
    file.text("name", &rubric.name);
    file.text("about", &template.about);
    file.text("collects", &template.collects);
    file.text("paper", &template.paper);
    file.value("media", &quoted(&template.media));
    file.list("exports", &template.exports);
    let count = template.candidates;
    file.value(
        "candidates",
        &if count.least == count.most {
            count.least.to_string()
        } else {
            format!("[{}, {}]", count.least, count.most)
        },
    );
    file.value("unratable_reasons", &texts(&rubric.unratable_reasons));
    if rubric.models_visible {
        file.value("models_visible", "true");
    }
    if let Some(column) = &rubric.type_column {
        file.value("type_column", &quoted(column));
    }
    file.list("shown_metadata", &rubric.shown_metadata);
    if rubric.version != 1 {
        file.value("version", &rubric.version.to_string());
    }
    // A table ends the keys of the file itself, and comes after all of them.
    if !rubric.video.is_usual() {
        file.0.push_str("\n[video]\n");
        file.word("ends", rubric.video.ends, &Ends::WORDS);
        file.flag("must_be_seen", rubric.video.must_be_seen);
        if let Some(rate) = rubric.video.pictures_per_second {
            file.value("pictures_per_second", &rate.to_string());
        }
    }
    if let Some(anonymise) = &rubric.anonymise {
        file.0.push_str("\n[anonymise]\n");
        file.list("words", &anonymise.words);
        file.flag("known_names", anonymise.known_names);
        file.flag("in_prompt", anonymise.in_prompt);
    }
    for question in &rubric.questions {
        file.question(question, rubric);
    }
    file.0
}

struct Text(String);

impl Text {
    fn value(&mut self, key: &str, value: &str) {
        // Writing to a text cannot fail.
        let _ = writeln!(self.0, "{key} = {value}");
    }

    fn text(&mut self, key: &str, text: &str) {
        if !text.is_empty() {
            self.value(key, &quoted(text));
        }
    }

    fn list(&mut self, key: &str, list: &[String]) {
        if !list.is_empty() {
            self.value(key, &texts(list));
        }
    }

    fn flag(&mut self, key: &str, is_set: bool) {
        if is_set {
            self.value(key, "true");
        }
    }

    fn word<T: PartialEq + Copy>(&mut self, key: &str, value: T, words: &[(&str, T)]) {
        if let Some((word, _)) = words.iter().find(|(_, meaning)| *meaning == value) {
            self.value(key, &quoted(word));
        }
    }

    fn entries(&mut self, key: &str, entries: &[Entry]) {
        self.value(key, &list(&entries.iter().map(entry).collect::<Vec<_>>()));
    }

    fn question(&mut self, question: &Question, rubric: &Rubric) {
        self.0.push_str("\n[[question]]\n");
        self.value("key", &quoted(&question.key));
        self.value("title", &quoted(&question.title));
        self.text("help", &question.help);
        self.text("group", &question.group);
        self.value("kind", &quoted(question.kind.word()));
        self.word("scope", question.scope, &SCOPES);
        match &question.kind {
            QuestionKind::Preference { outcomes, strength } => {
                let words: Vec<String> = outcomes.iter().map(|outcome| outcome.word().to_owned()).collect();
                self.value("outcomes", &texts(&words));
                self.word("strength", *strength, &STRENGTHS);
            }
            QuestionKind::Ranking { form } => self.word("form", *form, &FORMS),
            QuestionKind::Rating { scale } => self.scale(scale),
            QuestionKind::Choice { entries } | QuestionKind::Checklist { entries } => {
                self.entries("entries", entries);
            }
            QuestionKind::Text { purpose, with_confidence } => {
                self.word("purpose", *purpose, &PURPOSES);
                self.flag("with_confidence", *with_confidence);
            }
            QuestionKind::Marks { shape, labels } => {
                self.word("shape", *shape, &SHAPES);
                self.entries("labels", labels);
            }
            QuestionKind::Spans { unit, labels } => {
                self.word("unit", *unit, &UNITS);
                self.entries("labels", labels);
            }
            QuestionKind::Steps | QuestionKind::Segments => {}
        }
        if !question.required {
            self.value("required", "false");
        }
        self.list("types", &question.types);
        if let Some(when) = &question.when {
            self.value("when", &condition(when, rubric));
        }
    }

    fn scale(&mut self, scale: &Scale) {
        match scale {
            Scale::Points { from, anchors } => {
                self.value("scale", "\"points\"");
                self.value("from", &from.to_string());
                if anchors.iter().all(String::is_empty) {
                    self.value("points", &anchors.len().to_string());
                } else {
                    self.value("anchors", &texts(anchors));
                }
            }
            Scale::Stars { count } => {
                self.value("scale", "\"stars\"");
                self.value("stars", &count.to_string());
            }
            Scale::Slider { from, to, ends, is_number_hidden } => {
                self.value("scale", "\"slider\"");
                self.value("from", &from.to_string());
                self.value("to", &to.to_string());
                if ends.iter().any(|end| !end.is_empty()) {
                    self.value("ends", &texts(ends));
                }
                self.flag("number_hidden", *is_number_hidden);
            }
            Scale::YesNo => self.value("scale", "\"yes_no\""),
        }
    }
}

fn entry(entry: &Entry) -> String {
    let is_key_usual = entry.key == key_from_title(&entry.title);
    if is_key_usual && entry.group.is_empty() {
        return quoted(&entry.title);
    }
    let fields = [
        ("key", &entry.key, !is_key_usual),
        ("title", &entry.title, true),
        ("group", &entry.group, !entry.group.is_empty()),
    ];
    let fields = fields.iter().filter(|(.., is_written)| *is_written);
    let fields: Vec<String> = fields.map(|(key, text, _)| format!("{key} = {}", quoted(text))).collect();
    format!("{{ {} }}", fields.join(", "))
}

fn condition(when: &Condition, rubric: &Rubric) -> String {
    let scale = rubric.question(&when.question).and_then(|question| match &question.kind {
        QuestionKind::Rating { scale } => Some(scale),
        _ => None,
    });
    let word = |word: &String| match (scale, word.as_str()) {
        (Some(Scale::YesNo), "1") => quoted("yes"),
        (Some(Scale::YesNo), "0") => quoted("no"),
        (Some(_), word) if word.parse::<i32>().is_ok_and(|number| number.to_string() == word) => {
            word.to_owned()
        }
        (_, word) => quoted(word),
    };
    let mut fields = vec![format!("question = {}", quoted(&when.question))];
    if !when.is.is_empty() {
        fields.push(format!("is = [{}]", when.is.iter().map(word).collect::<Vec<_>>().join(", ")));
    }
    fields.extend(when.at_least.map(|least| format!("at_least = {least}")));
    fields.extend(when.at_most.map(|most| format!("at_most = {most}")));
    format!("{{ {} }}", fields.join(", "))
}
