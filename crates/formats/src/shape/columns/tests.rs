//! Flat rows: lists and columns of candidates, context, votes.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::cell::cells_from_json;
use crate::mapping::propose;
use tiebreak_domain::Outcome;
use tiebreak_domain::import::ContextColumn;

fn understand(line: &str) -> Result<Understood, String> {
    let row: tiebreak_domain::item::Metadata = serde_json::from_str(line).unwrap();
    let columns: Vec<String> = row.keys().cloned().collect();
    let shape = ColumnsShape::new(propose(&columns, &[row]), TextFormat::Markdown).unwrap();
    shape.understand(cells_from_json(line, &shape.columns()).unwrap())
}

#[test]
fn a_row_of_votes_and_one_name_for_both_models() {
    let row = understand(
        r#"{"id":"p0","prompt":"Q","response_a":"x","response_b":"y","label":"b","annotators":["b","tie","a"],"models":"m_n","source":"s"}"#,
    )
    .unwrap();
    let votes: Vec<_> = row
        .labels
        .iter()
        .map(|label| (label.annotator.as_deref(), label.preference().unwrap().outcome))
        .collect();
    assert_eq!(votes, [(Some("1"), Outcome::B), (Some("2"), Outcome::Tie), (Some("3"), Outcome::A)]);
    assert_eq!(row.item.candidates[0].model.as_deref(), Some("m"));
    assert_eq!(row.item.metadata.keys().collect::<Vec<_>>(), ["label", "source"]);
}

#[test]
fn conversations_without_a_prompt_share_their_beginning() {
    let row = understand(
        r#"{"conversation_a":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Hello"}],
            "conversation_b":[{"role":"user","content":"Hi"},{"role":"assistant","content":"No"}],"winner":"tie (bothbad)"}"#,
    )
    .unwrap();
    assert_eq!(row.item.prompt, [Part::message("user", "Hi")]);
    assert_eq!(row.item.candidates[1].parts, [Part::message("assistant", "No")]);
    assert_eq!(row.labels[0].preference().unwrap().outcome, Outcome::BothBad);
}

#[test]
fn a_strange_vote_is_a_doubt_and_not_a_refusal() {
    let mapping = ColumnMapping {
        candidates: ["x", "y"]
            .map(|content| tiebreak_domain::import::CandidateColumns {
                content: content.into(),
                kind: ContentKind::Text,
                model: None,
            })
            .to_vec(),
        label: Some(LabelColumn { column: "v".into(), a: vec!["A".into()], ..LabelColumn::default() }),
        ..ColumnMapping::default()
    };
    let shape = ColumnsShape::new(mapping, TextFormat::Plain).unwrap();
    let cells = cells_from_json(r#"{"x":"1","y":"2","v":"maybe"}"#, &shape.columns).unwrap();
    let row = shape.understand(cells).unwrap();
    assert!(row.labels.is_empty());
    assert_eq!(row.doubt.unwrap(), "\"v\" is no vote that the mapping knows: \"maybe\"");
    let gone = shape.understand(cells_from_json(r#"{"x":"1"}"#, &shape.columns).unwrap());
    assert_eq!(gone.unwrap_err(), "\"y\" is missing");
}

fn understand_by(candidates: &[&str], context: &[&str], line: &str) -> Result<Understood, String> {
    let column = |content: &&str| CandidateColumns {
        content: (*content).to_owned(),
        kind: ContentKind::Text,
        model: Some("models".to_owned()),
    };
    let mapping = ColumnMapping {
        candidates: candidates.iter().map(column).collect(),
        context: context.iter().map(|name| (*name).to_owned()).collect(),
        prompt: vec!["prompt".to_owned()],
        ..ColumnMapping::default()
    };
    let shape = ColumnsShape::new(mapping, TextFormat::Markdown)?;
    shape.understand(cells_from_json(line, &shape.columns()).unwrap())
}

#[test]
fn a_list_gives_all_its_elements() {
    let line = r#"{"prompt":"p","answers":["x",{"answer":"y","model":"own"},"z"],"models":["m","n","o"]}"#;
    let row = understand_by(&["answers"], &[], line).unwrap();
    let texts: Vec<_> = row.item.candidates.iter().map(Candidate::text).collect();
    assert_eq!(texts, ["x", "y", "z"]);
    let models: Vec<_> =
        row.item.candidates.iter().map(|candidate| candidate.model.as_deref().unwrap()).collect();
    assert_eq!(models, ["m", "own", "o"], "what an element says of itself goes first");
    let table = r#"{"prompt":"p","answers":"[\"x\",\"y\"]"}"#;
    let said = understand_by(&["answers"], &[], table).unwrap();
    assert_eq!(said.item.candidates.len(), 1, "a text that is a list in JSON is one answer");
    assert_eq!(said.item.candidates[0].text(), r#"["x","y"]"#);
    let thirteen =
        format!(r#"{{"prompt":"p","answers":{:?}}}"#, (0..13).map(|n| n.to_string()).collect::<Vec<_>>());
    let refused = understand_by(&["answers"], &[], &thirteen).unwrap_err();
    assert_eq!(refused, "an item has 1 to 12 candidates, this has 13");
}

#[test]
fn any_number_of_columns_are_candidates_in_their_order() {
    let line = r#"{"prompt":"p","a":"x","b":"y","c":"z"}"#;
    assert_eq!(understand_by(&["c", "a", "b"], &[], line).unwrap().item.candidates[0].text(), "z");
    assert_eq!(understand_by(&["a"], &[], line).unwrap().item.candidates.len(), 1, "one to be rated");
    let gone = understand_by(&["a", "b", "d"], &[], line).unwrap_err();
    assert_eq!(gone, "\"d\" is missing");
    let blank = r#"{"prompt":"p","a":"","b":"y","c":" "}"#;
    assert!(understand_by(&["a", "b"], &[], blank).unwrap().item.candidates[0].is_empty_response());
    let ragged = understand_by(&["a", "b", "c"], &[], blank).unwrap_err();
    assert_eq!(ragged, "\"c\" is empty", "of the third of a pair nobody knows that it ever was");
    assert!(understand_by(&[], &[], line).unwrap_err().starts_with("it names 0 candidates"));
}

#[test]
fn what_stands_beside_the_prompt_is_context() {
    let line = r#"{"prompt":"p","a":"x","b":"y","source":"s.png","object_mask":"m.png","brief":"Be kind","note":""}"#;
    let row = understand_by(&["a", "b"], &["source", "object_mask", "brief", "note"], line).unwrap();
    let kinds: Vec<_> =
        row.item.context.iter().map(|context| (context.kind, context.title.as_str())).collect();
    let expected = [
        (ContextKind::Reference, "source"),
        (ContextKind::Mask, "object_mask"),
        (ContextKind::Reference, "brief"),
    ];
    assert_eq!(kinds, expected, "an empty column is none");
    assert_eq!(row.item.context[0].parts, [Part::image("s.png")]);
    assert_eq!(row.item.context[2].parts, [Part::markdown("Be kind")]);
}

#[test]
fn what_is_said_of_a_column_beside_the_prompt_goes_before_how_it_looks() {
    let column = |content, title: Option<&str>| ContextColumn { content, title: title.map(str::to_owned) };
    let mapping = ColumnMapping {
        candidates: ["a", "b"]
            .map(|content| CandidateColumns {
                content: content.to_owned(),
                kind: ContentKind::Text,
                model: None,
            })
            .to_vec(),
        context: ["area", "shot", "name"].map(str::to_owned).to_vec(),
        context_as: [
            ("area", column(Some(ContextContent::Mask), None)),
            ("shot", column(Some(ContextContent::Image), Some("The room"))),
            ("name", column(Some(ContextContent::Text), Some(""))),
        ]
        .map(|(name, column)| (name.to_owned(), column))
        .into(),
        ..ColumnMapping::default()
    };
    let shape = ColumnsShape::new(mapping, TextFormat::Plain).unwrap();
    let line = r#"{"a":"x","b":"y","area":"img?id=1","shot":"img?id=2","name":"fox.png"}"#;
    let row = shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap();
    let read: Vec<_> = row.item.context.iter().map(|context| (context.kind, &*context.title)).collect();
    let expected =
        [(ContextKind::Mask, "area"), (ContextKind::Reference, "The room"), (ContextKind::Reference, "")];
    assert_eq!(read, expected, "a title may be left empty");
    assert_eq!(row.item.context[1].parts, [Part::image("img?id=2")], "an address without an ending");
    assert_eq!(row.item.context[2].parts, [Part::plain("fox.png")], "a name is no picture");
}

#[test]
fn rows_of_many_columns_are_proposed_as_they_are() {
    let row = understand(r#"{"prompt":"p","response_1":"x","response_2":"y","response_3":"z","model_1":"k","model_2":"l","model_3":"m","mask":"m.png"}"#)
        .unwrap();
    assert_eq!(row.item.candidates.len(), 3);
    assert_eq!(row.item.candidates[2].model.as_deref(), Some("m"));
    assert_eq!(row.item.context[0].kind, ContextKind::Mask);
    let row = understand(r#"{"prompt":"p","candidates":["x","y","z"],"models":["k","l","m"]}"#).unwrap();
    assert_eq!(row.item.candidates[1].model.as_deref(), Some("l"));
}

#[test]
fn a_column_of_lists_in_a_table_holds_candidates() {
    let only = CandidateColumns { content: "answers".into(), kind: ContentKind::Text, model: None };
    let mapping = ColumnMapping { candidates: vec![only], ..ColumnMapping::default() };
    let row = |text: &str| Metadata::from_iter([("answers".to_owned(), Value::from(text))]);
    let candidates = |rows: &[Metadata]| {
        let shape = ColumnsShape::new(mapping.clone(), TextFormat::Plain).unwrap().of_table(rows);
        shape.understand(vec![Cell::Text(r#"["x","y"]"#.into())]).unwrap().item.candidates.len()
    };
    assert_eq!(candidates(&[row(r#"["x","y"]"#), row(r#"["z"]"#), row("")]), 2);
    assert_eq!(candidates(&[row(r#"["x","y"]"#), row("I say z")]), 1, "what one says by chance");
}

#[test]
fn candidates_without_a_models_column_have_no_model() {
    let models = |named: [Option<&str>; 3]| {
        let column = |(content, model): (&str, Option<&str>)| CandidateColumns {
            content: content.to_owned(),
            kind: ContentKind::Text,
            model: model.map(str::to_owned),
        };
        let mapping = ColumnMapping {
            candidates: ["a", "b", "c"].into_iter().zip(named).map(column).collect(),
            ..ColumnMapping::default()
        };
        let shape = ColumnsShape::new(mapping, TextFormat::Plain).unwrap();
        let line = r#"{"a":"x","b":"y","c":"z","one":"m","all":["k","l"]}"#;
        let row = shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap();
        row.item.candidates.into_iter().map(|candidate| candidate.model).collect::<Vec<_>>()
    };
    let owned = |names: [Option<&str>; 3]| names.map(|name| name.map(str::to_owned)).to_vec();
    assert_eq!(models([Some("one"), None, None]), owned([Some("m"), None, None]));
    assert_eq!(models([None, Some("all"), Some("all")]), owned([None, Some("k"), Some("l")]));
    assert_eq!(models([Some("one"); 3]), owned([Some("m"); 3]), "one name for all");
}

#[test]
fn who_could_not_judge_said_so() {
    let row = understand(
        r#"{"prompt":"p","candidate_a":"x","candidate_b":"y","annotator":"ann","outcome":"unratable","reason":"in Greek"}"#,
    )
    .unwrap();
    let said = row.labels[0].preference().unwrap();
    assert_eq!((said.outcome, said.reason.as_deref()), (Outcome::Unratable, Some("in Greek")));
    assert_eq!(row.labels[0].annotator.as_deref(), Some("ann"));
    let skipped =
        understand(r#"{"prompt":"p","candidate_a":"x","candidate_b":"y","outcome":"skipped"}"#).unwrap();
    assert!(skipped.labels.is_empty() && skipped.doubt.is_none());
}
