//! Every judgment as a row of CSV (RFC 4180), with all that belongs to it.
//!
//! Texts stand as they are: a field is quoted where it must be, and nothing is put in front of a leading `=`
//! or `+`, since that would change the data. Whoever opens the file in a spreadsheet should import its
//! columns as text. Conversations are JSON lists of messages, as the importer reads them.

use serde_json::{Value, json};
use tiebreak_domain::{Candidate, Judgment, Note, Outcome, Part, StoredItem, UnixMillis, Verdict, Watched};

use super::judged::Judged;
use super::output::ItemOutput;
use crate::message::message_json;

/// One judgment with all that belongs to it.
#[derive(Clone, Copy, Debug)]
pub struct CsvRow<'a> {
    /// The item.
    pub item: &'a StoredItem,
    /// The name of the file it came from.
    pub source: &'a str,
    /// The judgment, of any verdict.
    pub judgment: &'a Judgment,
    /// The name of who gave it.
    pub annotator: &'a str,
    /// Of a review that looked into a vote that a model held for unlikely, whether the model was wrong: that pair is
    /// one to train on.
    pub model_was_wrong: Option<bool>,
}

const COLUMNS: [&str; 36] = [
    "item_key",
    "external_id",
    "source",
    "prompt",
    "candidate_a",
    "candidate_b",
    "model_a",
    "model_b",
    "annotator",
    "verdict",
    "outcome",
    "strength",
    "reason",
    "comment",
    "flagged",
    "judgment_id",
    "revision",
    "supersedes",
    "rubric_version",
    "origin",
    "recorded_at",
    "left_candidate",
    "models_visible",
    "shown_at",
    "first_input_at",
    "submitted_at",
    "active_ms",
    "idle_ms",
    "acquisition",
    "propensity",
    "session",
    "app_version",
    "watched",
    "notes",
    "model_was_wrong",
    "more_candidates",
];

/// The names of the columns as one line, without its end.
pub fn csv_header() -> String {
    COLUMNS.join(",")
}

/// Writes the judgments of one item.
pub(super) fn write(judged: &Judged, output: &mut ItemOutput) {
    for judgment in judged.judgments {
        let annotator = judged.names.annotator(judgment);
        let model_was_wrong = judged.names.models_wrong.get(&judgment.given.id).copied();
        let row = CsvRow { item: judged.item, source: judged.source, judgment, annotator, model_was_wrong };
        output.take(vec![Ok(csv_line(&row))], 1);
    }
}

/// One row as it stands in the file, without its last line end. Times are milliseconds since 1970 in UTC;
/// `left_candidate` says which candidate stood on the left: `a` or `b`.
pub fn csv_line(row: &CsvRow) -> String {
    let item = &row.item.item;
    let given = &row.judgment.given;
    let preference = given.verdict.preference();
    let showing = given.showing.as_ref();
    let candidate = |side: usize| item.candidates.get(side);
    let content =
        |side: usize| candidate(side).map(|candidate| field_from_parts(&candidate.parts)).unwrap_or_default();
    let model =
        |side: usize| candidate(side).and_then(|candidate| candidate.model.clone()).unwrap_or_default();
    let time = |time: Option<UnixMillis>| time.map(|time| time.0.to_string()).unwrap_or_default();
    let left_candidate = showing.map_or("", |showing| showing.order.outcome_from_screen(Outcome::A).word());
    let verdict = match given.verdict {
        Verdict::Judged { .. } => "judged",
        Verdict::Skipped => "skipped",
        Verdict::Withdrawn => "withdrawn",
    };
    let fields: [String; COLUMNS.len()] = [
        row.item.key.to_string(),
        item.external_id.clone().unwrap_or_default(),
        row.source.to_owned(),
        field_from_parts(&item.prompt),
        content(0),
        content(1),
        model(0),
        model(1),
        row.annotator.to_owned(),
        verdict.to_owned(),
        preference.map_or("", |preference| preference.outcome.word()).to_owned(),
        preference
            .and_then(|preference| preference.strength)
            .map_or("", |strength| strength.word())
            .to_owned(),
        preference.and_then(|preference| preference.reason.clone()).unwrap_or_default(),
        given.comment.clone(),
        given.flagged.to_string(),
        given.id.to_string(),
        row.judgment.revision.to_string(),
        row.judgment.supersedes.map(|before| before.to_string()).unwrap_or_default(),
        given.rubric_version.to_string(),
        word_of(&given.origin),
        given.recorded_at.0.to_string(),
        left_candidate.to_owned(),
        showing.map(|showing| showing.models_visible.to_string()).unwrap_or_default(),
        time(showing.map(|showing| showing.shown_at)),
        time(showing.and_then(|showing| showing.first_input_at)),
        time(showing.map(|showing| showing.submitted_at)),
        showing.map(|showing| showing.active_ms.to_string()).unwrap_or_default(),
        showing.map(|showing| showing.idle_ms.to_string()).unwrap_or_default(),
        showing.map(|showing| word_of(&showing.acquisition.method)).unwrap_or_default(),
        showing.map(|showing| showing.acquisition.propensity.to_string()).unwrap_or_default(),
        showing.map(|showing| showing.session.to_string()).unwrap_or_default(),
        showing.map(|showing| showing.app_version.clone()).unwrap_or_default(),
        showing.map(|showing| watched_words(&showing.watched, None)).unwrap_or_default(),
        notes_json(&given.notes),
        row.model_was_wrong.map(|was_wrong| was_wrong.to_string()).unwrap_or_default(),
        more_candidates(&item.candidates),
    ];
    fields.map(|field| quoted(&field)).join(",")
}

/// The candidates behind the first two, as a JSON list with the content and the model of each; nothing of a pair.
fn more_candidates(candidates: &[Candidate]) -> String {
    let more = candidates
        .iter()
        .skip(2)
        .map(|candidate| json!({ "content": field_from_parts(&candidate.parts), "model": candidate.model }));
    let more: Vec<Value> = more.collect();
    if more.is_empty() { String::new() } else { Value::Array(more).to_string() }
}

/// How much was seen of one candidate, or of each in the data's order; nothing where nothing plays.
pub(super) fn watched_words(watched: &[Watched], candidate: Option<usize>) -> String {
    match candidate {
        Some(candidate) => {
            watched.get(candidate).map(|watched| watched.word().to_owned()).unwrap_or_default()
        }
        None => watched.iter().map(|watched| watched.word()).collect::<Vec<_>>().join(" "),
    }
}

/// Notes on moments as JSON; nothing where there is none.
pub(super) fn notes_json(notes: &[Note]) -> String {
    if notes.is_empty() {
        return String::new();
    }
    serde_json::to_string(notes).expect("keys are strings and the writer is memory")
}

/// The word by which a plain choice is written in files.
fn word_of(choice: &impl serde::Serialize) -> String {
    match serde_json::to_value(choice) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// Texts and addresses as they stand; as soon as there is a message, a JSON list of messages.
fn field_from_parts(parts: &[Part]) -> String {
    let is_conversation = parts.iter().any(|part| matches!(part, Part::Message { .. }));
    if !is_conversation {
        return parts.iter().filter_map(|part| part.text().or(part.uri())).collect::<Vec<_>>().join("\n\n");
    }
    let messages: Value = parts
        .iter()
        .map(|part| match part {
            Part::Message { role, text } => message_json(role, text),
            other => message_json("user", other.text().or(other.uri()).unwrap_or_default()),
        })
        .collect();
    messages.to_string()
}

pub(super) fn quoted(field: &str) -> String {
    let is_plain = !field.contains([',', '"', '\n', '\r']) && field.trim() == field;
    if is_plain { field.to_owned() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::showing::Acquisition;
    use tiebreak_domain::{
        AnnotatorId, Item, ItemId, ItemKey, ItemStatus, JudgmentId, NewJudgment, Order, Origin, Preference,
        Showing, SourceId,
    };

    #[test]
    fn a_judgment_is_one_row_with_its_showing() {
        let item = StoredItem {
            id: ItemId(1),
            key: ItemKey([1; 16]),
            source: SourceId(1),
            status: ItemStatus::Active,
            item: Item {
                external_id: Some("x,1".into()),
                prompt: vec![Part::message("user", "Say \"hi\"")],
                candidates: vec![Candidate::markdown("=1+1"), Candidate::markdown("two\nlines")],
                ..Item::default()
            },
        };
        let showing = Showing {
            order: Order::try_from(vec![1, 0]).expect("a permutation"),
            models_visible: false,
            scores_visible: false,
            shown_at: UnixMillis(1_000),
            first_input_at: None,
            submitted_at: UnixMillis(2_000),
            active_ms: 900,
            idle_ms: 100,
            utc_offset_minutes: 60,
            app_version: "0.1.0".into(),
            session: 7,
            acquisition: Acquisition::FILE_ORDER,
            window: [900.0, 600.0, 1.0],
            watched: vec![Watched::ToEnd, Watched::Partly],
        };
        let judgment = Judgment {
            given: NewJudgment {
                id: JudgmentId([2; 16]),
                item: ItemId(1),
                annotator: AnnotatorId(1),
                verdict: Verdict::overall(Preference::new(Outcome::BothBad)),
                flagged: true,
                comment: " neither".into(),
                notes: vec![Note { candidate: Some(1), part: 0, at_us: 40_000, text: "blurs".into() }],
                rubric_version: 1,
                showing: Some(showing),
                origin: Origin::Screen,
                recorded_at: UnixMillis(2_001),
            },
            revision: 1,
            supersedes: None,
        };
        let line = csv_line(&CsvRow {
            item: &item,
            source: "s",
            judgment: &judgment,
            annotator: "anna",
            model_was_wrong: Some(true),
        });
        assert_eq!(
            line,
            format!(
                "{},\"x,1\",s,\"[{{\"\"role\"\":\"\"user\"\",\"\"content\"\":\"\"Say \\\"\"hi\\\"\"\"\"}}]\",=1+1,\"two\nlines\",,,anna,\
                 judged,both_bad,,,\" neither\",true,{},1,,1,screen,2001,b,false,1000,,2000,900,100,file_order,1,7,0.1.0,to_end partly,\
                 \"[{{\"\"candidate\"\":1,\"\"part\"\":0,\"\"at_us\"\":40000,\"\"text\"\":\"\"blurs\"\"}}]\",true,",
                "01".repeat(16),
                "02".repeat(16)
            )
        );
    }

    #[test]
    fn candidates_behind_a_pair_stand_in_one_column() {
        let candidates = ["x", "y", "z", "w"].map(Candidate::markdown).to_vec();
        let more = more_candidates(&candidates);
        assert_eq!(more, r#"[{"content":"z","model":null},{"content":"w","model":null}]"#);
        assert_eq!(more_candidates(&["x", "y"].map(Candidate::markdown)), "", "a pair has none");
        assert_eq!(csv_header().split(',').count(), COLUMNS.len());
    }
}
