//! The top of a rubric file, and the rules that hold for the whole of it.

use tiebreak_domain::item::MAX_CANDIDATES;
use tiebreak_domain::rubric::{Anonymise, CandidateCount, Ends, RubricFault, Scope, VideoRules};
use tiebreak_domain::{Question, Rubric, Template};
use tiebreak_toml_table::{Faults, Table, number, wrong};
use toml::de::DeValue;

use super::question;

const MEDIA: [(&str, &str); 4] =
    [("text", "text"), ("image", "image"), ("video", "video"), ("audio", "audio")];

/// Reads a whole file; none if a part of it could not be read.
pub(super) fn read(top: &Table) -> Option<Template> {
    let faults = top.faults;
    let plain = Rubric::default();
    let media = if top.has("media") {
        top.word("media", &MEDIA)
    } else {
        top.wanted_text("media", "\"text\", \"image\", \"video\" or \"audio\"");
        None
    };
    let candidates = candidates(top);
    let mut rubric = Rubric {
        version: top.number("version", 1..=u32::MAX).unwrap_or(1),
        name: top.text("name").unwrap_or_default(),
        questions: Vec::new(),
        unratable_reasons: top.one_or_more_texts("unratable_reasons").unwrap_or(plain.unratable_reasons),
        models_visible: top.flag("models_visible").unwrap_or_default(),
        type_column: top.text("type_column"),
        shown_metadata: top.one_or_more_texts("shown_metadata").unwrap_or_default(),
        video: video(top),
        anonymise: top.table("anonymise").map(|table| anonymise(&table)),
    };
    let about = top.text("about").unwrap_or_default();
    let collects = top.text("collects").unwrap_or_default();
    let paper = top.text("paper").unwrap_or_default();
    let exports = top.one_or_more_texts("exports").unwrap_or_default();
    let tables = question_tables(top);
    top.finish("a rubric file");

    let read: Vec<Option<Question>> = tables.iter().map(question::read).collect();
    if faults.has_gap() {
        return None;
    }
    rubric.questions = read.into_iter().collect::<Option<_>>()?;
    question::turn_words_into_numbers(&mut rubric.questions);
    for fault in rubric.faults() {
        add(&fault, top, &tables, faults);
    }
    let candidates = candidates?;
    check_candidates(&rubric, candidates, &tables, faults);
    let media = media?.to_owned();
    Some(Template { id: String::new(), about, collects, paper, media, exports, candidates, rubric })
}

/// What is hidden of texts.
fn anonymise(table: &Table) -> Anonymise {
    let anonymise = Anonymise {
        words: table.one_or_more_texts("words").unwrap_or_default(),
        known_names: table.flag("known_names").unwrap_or_default(),
        in_prompt: table.flag("in_prompt").unwrap_or_default(),
    };
    table.finish("[anonymise]");
    anonymise
}

fn question_tables<'a>(top: &Table<'a>) -> Vec<Table<'a>> {
    let Some(value) = top.value("question") else { return Vec::new() };
    let DeValue::Array(list) = value.get_ref() else {
        let what = "\"question\" is not a list of tables";
        top.faults.add_gap(
            &top.place("question"),
            what,
            "begin each question with [[question]], in two brackets",
        );
        return Vec::new();
    };
    let mut tables = Vec::new();
    for value in list {
        match value.get_ref() {
            DeValue::Table(entries) => tables.push(Table::new(entries, value.span(), top.faults)),
            _ => wrong("question", value, "a table, begun with [[question]]", top.faults),
        }
    }
    tables
}

/// `[video]`: the rules for what plays.
fn video(top: &Table) -> VideoRules {
    let Some(value) = top.value("video") else { return VideoRules::default() };
    let DeValue::Table(entries) = value.get_ref() else {
        wrong("video", value, "a table, begun with [video]", top.faults);
        return VideoRules::default();
    };
    let table = Table::new(entries, value.span(), top.faults);
    let rules = VideoRules {
        ends: table.word("ends", &Ends::WORDS).unwrap_or_default(),
        must_be_seen: table.flag("must_be_seen").unwrap_or_default(),
        pictures_per_second: table.number("pictures_per_second", 1..=240),
    };
    table.finish("[video]");
    rules
}

/// `2`, or `[1, 12]`.
fn candidates(top: &Table) -> Option<CandidateCount> {
    let Some(value) = top.value("candidates") else {
        top.missing("candidates", "candidates = 2, or [1, 12] for any number from 1 to 12");
        return None;
    };
    let ends = match value.get_ref() {
        DeValue::Integer(_) => {
            number("candidates", value, &question::ANY, top.faults).map(|only| [only, only])
        }
        DeValue::Array(list) if list.len() == 2 => {
            let mut ends = list.iter().map(|end| number("candidates", end, &question::ANY, top.faults));
            ends.next().flatten().zip(ends.next().flatten()).map(|(least, most)| [least, most])
        }
        _ => {
            wrong("candidates", value, "a whole number, or a list of the least and the most", top.faults);
            None
        }
    }?;
    let [least, most] = ends.map(|end| u8::try_from(end).unwrap_or_default());
    if least == 0 || least > most || usize::from(most) > MAX_CANDIDATES {
        let what = format!("{} to {} candidates are not possible", ends[0], ends[1]);
        top.faults.add_gap(&value.span(), what, format!("an item has 1 to {MAX_CANDIDATES} candidates"));
        return None;
    }
    Some(CandidateCount { least, most })
}

/// Says a fault of the rubric at the line it comes from.
fn add(fault: &RubricFault, top: &Table, tables: &[Table], faults: &Faults) {
    let Some(table) = fault.question.and_then(|index| tables.get(index)) else {
        let hidden = top.table("anonymise").filter(|_| fault.field == "anonymise");
        let place = hidden.map_or(0..0, |hidden| hidden.place("words"));
        return faults.add(&place, &*fault.what, &*fault.hint);
    };
    let field = match fault.field {
        "entries" if table.has("labels") => "labels",
        "anchors" if table.has("points") && !table.has("anchors") => "points",
        field => field,
    };
    faults.add(&table.place(field), &*fault.what, &*fault.hint);
}

fn check_candidates(rubric: &Rubric, count: CandidateCount, tables: &[Table], faults: &Faults) {
    for (question, table) in rubric.questions.iter().zip(tables) {
        if question.scope == Scope::Pair && !(count.least..=count.most).contains(&2) {
            let what = format!("{:?} asks of pairs, and no item of this study is one", question.key);
            faults.add(&table.place("kind"), what, "write candidates = 2, or ask for a ranking");
        }
    }
}
