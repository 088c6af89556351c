//! One question of a rubric file.

use tiebreak_domain::rubric::{
    Condition, Entry, MarkShape, QuestionKind, RankingForm, Scale, Scope, SpanUnit, StrengthSteps,
    TextPurpose,
};
use tiebreak_domain::{Outcome, Question};
use tiebreak_toml_table::{Table, number, text, wrong};
use toml::Spanned;
use toml::de::DeValue;

use super::toml_text::key_from_title;

/// Numbers whose bounds the domain knows.
pub(super) const ANY: std::ops::RangeInclusive<i32> = i32::MIN..=i32::MAX;

pub(super) const KINDS: [(&str, &str); 10] = [
    ("preference", "preference"),
    ("ranking", "ranking"),
    ("rating", "rating"),
    ("choice", "choice"),
    ("checklist", "checklist"),
    ("text", "text"),
    ("marks", "marks"),
    ("spans", "spans"),
    ("steps", "steps"),
    ("segments", "segments"),
];
pub(super) const SCOPES: [(&str, Scope); 3] =
    [("item", Scope::Item), ("candidate", Scope::Candidate), ("pair", Scope::Pair)];
pub(super) const STRENGTHS: [(&str, StrengthSteps); 3] =
    [("none", StrengthSteps::None), ("optional", StrengthSteps::Optional), ("scale", StrengthSteps::Scale)];
pub(super) const FORMS: [(&str, RankingForm); 4] = [
    ("with_ties", RankingForm::WithTies),
    ("strict", RankingForm::Strict),
    ("best", RankingForm::Best),
    ("best_worst", RankingForm::BestWorst),
];
pub(super) const PURPOSES: [(&str, TextPurpose); 4] = [
    ("rationale", TextPurpose::Rationale),
    ("critique", TextPurpose::Critique),
    ("rewrite", TextPurpose::Rewrite),
    ("line", TextPurpose::Line),
];
pub(super) const SHAPES: [(&str, MarkShape); 3] =
    [("points", MarkShape::Points), ("boxes", MarkShape::Boxes), ("both", MarkShape::Both)];
pub(super) const UNITS: [(&str, SpanUnit); 2] =
    [("characters", SpanUnit::Characters), ("words", SpanUnit::Words)];
const SCALES: [(&str, &str); 4] =
    [("points", "points"), ("stars", "stars"), ("slider", "slider"), ("yes_no", "yes_no")];

/// Reads one question; none if a part of it could not be read.
pub(super) fn read(table: &Table) -> Option<Question> {
    let key = table.wanted_text("key", "\"helpfulness\", the question's name in files");
    let title = table.wanted_text("title", "\"…\", what the annotator reads");
    let help = table.text("help").unwrap_or_default();
    let group = table.text("group").unwrap_or_default();
    let required = table.flag("required").unwrap_or(true);
    let types = table.one_or_more_texts("types").unwrap_or_default();
    let when = table.table("when").and_then(|when| condition(&when));
    let given_scope = table.word("scope", &SCOPES);
    if !table.has("kind") {
        table.missing(
            "kind",
            "kind = \"preference\", \"ranking\", \"rating\", \"choice\", \"checklist\", \"text\", …",
        );
        return None;
    }
    let word = table.word("kind", &KINDS)?;
    let kind = kind(word, table);
    table.finish(&format!("a {word} question"));
    let kind = kind?;
    let scope = given_scope.unwrap_or_else(|| usual_scope(&kind));
    Some(Question { key: key?, title: title?, help, group, scope, required, when, types, kind })
}

/// What a question is about where its file does not say.
pub(super) fn usual_scope(kind: &QuestionKind) -> Scope {
    match kind {
        QuestionKind::Preference { .. } => Scope::Pair,
        QuestionKind::Rating { .. }
        | QuestionKind::Marks { .. }
        | QuestionKind::Spans { .. }
        | QuestionKind::Steps
        | QuestionKind::Text { purpose: TextPurpose::Critique | TextPurpose::Rewrite, .. } => {
            Scope::Candidate
        }
        QuestionKind::Ranking { .. }
        | QuestionKind::Choice { .. }
        | QuestionKind::Checklist { .. }
        | QuestionKind::Text { .. }
        | QuestionKind::Segments => Scope::Item,
    }
}

fn kind(word: &str, table: &Table) -> Option<QuestionKind> {
    Some(match word {
        "preference" => {
            let outcomes = Outcome::ALL.map(|outcome| (outcome.word(), outcome));
            QuestionKind::Preference {
                outcomes: table.words("outcomes", &outcomes).unwrap_or_else(Outcome::all),
                strength: table.word("strength", &STRENGTHS).unwrap_or_default(),
            }
        }
        "ranking" => {
            QuestionKind::Ranking { form: table.word("form", &FORMS).unwrap_or(RankingForm::WithTies) }
        }
        "rating" => QuestionKind::Rating { scale: scale(table)? },
        "choice" => QuestionKind::Choice { entries: entries(table, "entries").unwrap_or_default() },
        "checklist" => QuestionKind::Checklist { entries: entries(table, "entries").unwrap_or_default() },
        "text" => QuestionKind::Text {
            purpose: table.word("purpose", &PURPOSES).unwrap_or(TextPurpose::Rationale),
            with_confidence: table.flag("with_confidence").unwrap_or_default(),
        },
        "marks" => QuestionKind::Marks {
            shape: table.word("shape", &SHAPES).unwrap_or(MarkShape::Both),
            labels: entries(table, "labels").unwrap_or_default(),
        },
        "spans" => QuestionKind::Spans {
            unit: table.word("unit", &UNITS).unwrap_or(SpanUnit::Words),
            labels: entries(table, "labels").unwrap_or_default(),
        },
        "steps" => QuestionKind::Steps,
        _ => QuestionKind::Segments,
    })
}

fn scale(table: &Table) -> Option<Scale> {
    if !table.has("scale") {
        table.missing("scale", "scale = \"points\", \"stars\", \"slider\" or \"yes_no\"");
        return None;
    }
    Some(match table.word("scale", &SCALES)? {
        "points" => {
            let from = table.number("from", ANY).unwrap_or(1);
            Scale::Points { from, anchors: anchors(table)? }
        }
        "stars" => {
            let count = table.number("stars", ANY).unwrap_or(5);
            Scale::Stars { count: u8::try_from(count.clamp(0, 255)).unwrap_or_default() }
        }
        "slider" => Scale::Slider {
            from: table.number("from", ANY).unwrap_or(0),
            to: table.number("to", ANY).unwrap_or(100),
            ends: ends(table)?,
            is_number_hidden: table.flag("number_hidden").unwrap_or_default(),
        },
        _ => Scale::YesNo,
    })
}

/// The names of the points. `points` says how many there are: alone, they have no names; with `anchors`, it
/// holds the list to its length.
fn anchors(table: &Table) -> Option<Vec<String>> {
    let points = table.number("points", ANY);
    let Some(anchors) = table.one_or_more_texts("anchors") else {
        let Some(points) = points else {
            if !table.has("anchors") && !table.has("points") {
                table.missing(
                    "anchors",
                    "anchors = [\"…\", \"…\"], a name for each point, or points = 5 without names",
                );
            }
            return None;
        };
        // Room for one more than the rules allow, so that they see it.
        return Some(vec![String::new(); usize::try_from(points.clamp(0, 1_000)).unwrap_or_default()]);
    };
    if let Some(points) = points
        && usize::try_from(points) != Ok(anchors.len())
    {
        table.faults.add(
            &table.place("anchors"),
            format!("anchors names {} points, and points = {points}", anchors.len()),
            format!("write {points} names (\"\" for a point without one), or leave points out"),
        );
    }
    Some(anchors)
}

fn ends(table: &Table) -> Option<[String; 2]> {
    let Some(ends) = table.one_or_more_texts("ends") else {
        return (!table.has("ends")).then(Default::default);
    };
    let count = ends.len();
    let ends = <[String; 2]>::try_from(ends).ok();
    if ends.is_none() {
        let what = format!("ends names {count} ends, and a slider has 2");
        table.faults.add_gap(&table.place("ends"), what, "write ends = [\"…\", \"…\"]");
    }
    ends
}

/// A list of texts and of tables with a title, and perhaps a key and a group.
fn entries(table: &Table, key: &'static str) -> Option<Vec<Entry>> {
    let value = table.value(key)?;
    let DeValue::Array(list) = value.get_ref() else {
        wrong(key, value, "a list of texts, or of tables as in { key = \"…\", title = \"…\" }", table.faults);
        return None;
    };
    list.iter().map(|value| entry(key, value, table)).collect()
}

fn entry(key: &'static str, value: &Spanned<DeValue>, table: &Table) -> Option<Entry> {
    let DeValue::Table(fields) = value.get_ref() else {
        let title = text(key, value, table.faults)?;
        return Some(Entry { key: key_from_title(&title), title, group: String::new() });
    };
    let fields = Table::new(fields, value.span(), table.faults);
    let title = fields.wanted_text("title", "\"…\", what the annotator reads");
    let key = fields.text("key");
    let group = fields.text("group").unwrap_or_default();
    fields.finish("an entry");
    let title = title?;
    Some(Entry { key: key.unwrap_or_else(|| key_from_title(&title)), title, group })
}

fn condition(table: &Table) -> Option<Condition> {
    let question = table.wanted_text("question", "\"…\", the key of an earlier question");
    let at_least = table.number("at_least", ANY);
    let at_most = table.number("at_most", ANY);
    let is = words(table);
    table.finish("a condition");
    Some(Condition { question: question?, is: is?, at_least, at_most })
}

/// Words and whole numbers; a single one is a list of one.
fn words(table: &Table) -> Option<Vec<String>> {
    let Some(value) = table.value("is") else { return Some(Vec::new()) };
    let list = match value.get_ref() {
        DeValue::Array(list) => list.iter().collect(),
        _ => vec![value],
    };
    let word = |value: &Spanned<DeValue>| match value.get_ref() {
        DeValue::Integer(_) => number("is", value, &ANY, table.faults).map(|number| number.to_string()),
        _ => text("is", value, table.faults),
    };
    list.into_iter().map(word).collect()
}

/// In a condition on a yes/no question, `yes` and `no` are its 1 and 0.
pub(super) fn turn_words_into_numbers(questions: &mut [Question]) {
    let is_yes_no = |question: &Question| question.kind == QuestionKind::Rating { scale: Scale::YesNo };
    let keys: Vec<String> = questions
        .iter()
        .filter(|question| is_yes_no(question))
        .map(|question| question.key.clone())
        .collect();
    for when in questions.iter_mut().filter_map(|question| question.when.as_mut()) {
        if keys.contains(&when.question) {
            for word in &mut when.is {
                match word.as_str() {
                    "yes" => "1".clone_into(word),
                    "no" => "0".clone_into(word),
                    _ => {}
                }
            }
        }
    }
}
