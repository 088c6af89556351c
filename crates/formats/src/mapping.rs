//! Proposes which column of a flat file is what, from names and from the first rows. A proposal only: the
//! person importing sees it, with the rows it gives, and can change it.

mod candidates;
mod kinds;

use serde_json::Value;
use tiebreak_domain::import::{CandidateColumns, ColumnMapping, ContentKind, ContextColumn, ContextContent};
use tiebreak_domain::item::Metadata;

use crate::cell::Cell;
use crate::votes::label_column;

pub(crate) use candidates::kind_of_lists;
pub(crate) use kinds::{ends_as, is_image_uri, kind_of_values};

use candidates::{CHOICES, MODEL_WORDS, Pair, content_score, further, list_of_candidates, pairs};

/// More than any text scores.
const VIDEOS_COME_FIRST: i64 = 1_000_000;

const PROMPTS: [&str; 11] = [
    "prompt",
    "instruction",
    "question",
    "text prompt",
    "query",
    "caption",
    "user_prompt",
    "opening_prompt",
    "problem",
    "task",
    "source_text",
];

const FALLBACK_PROMPTS: [&str; 10] = [
    "context",
    "input",
    "conversation",
    "messages",
    "history",
    "post",
    "article",
    "document",
    "title",
    "description",
];

const IDS: [&str; 11] = [
    "id",
    "uid",
    "uuid",
    "external_id",
    "idx",
    "key",
    "guid",
    "item_id",
    "pair_id",
    "question_id",
    "example_id",
];

const LABELS: [&str; 17] = [
    "label",
    "winner",
    "preference",
    "choice",
    "vote",
    "outcome",
    "preferred",
    "overall",
    "better",
    "verdict",
    "gt_choice",
    "overall_preference",
    "preference_strength",
    "human_preference",
    "label_0",
    "label_a",
    "selected",
];

const VOTE_LISTS: [&str; 5] = ["annotators", "annotations", "votes", "labels", "judgments"];

const ANNOTATORS: [&str; 11] = [
    "annotator",
    "annotator_id",
    "annotator_name",
    "judge",
    "worker",
    "worker_id",
    "rater",
    "labeler",
    "user_hash",
    "user_id",
    "user",
];

/// Columns of pictures that stand beside the prompt.
const CONTEXTS: [&str; 11] = [
    "mask",
    "mask_image",
    "source_image",
    "input_image",
    "reference",
    "reference_image",
    "reference_images",
    "original",
    "condition",
    "image",
    "source",
];

/// Proposes a mapping for rows with these columns.
pub(crate) fn propose(columns: &[String], rows: &[Metadata]) -> ColumnMapping {
    let pairs: Vec<Pair> = pairs(columns);
    let mut mapping = ColumnMapping::default();
    let mut sides = ["a", "b"];
    if let Some(pair) = best(&pairs, rows) {
        sides = pair.sides;
        let kind = kind_of(pair, rows);
        let models =
            pairs.iter().find(|other| other.stem.iter().any(|token| MODEL_WORDS.contains(&token.as_str())));
        let both_models = columns.iter().find(|name| matches!(name.as_str(), "models" | "cmp_key"));
        let further_models = models.map(|models| further(models, columns));
        let model_at = |side: usize| match (models, &further_models) {
            (Some(models), _) if side < 2 => Some(models.columns[side]),
            (_, Some(further)) => further.get(side - 2).copied(),
            _ => None,
        };
        for (side, content) in pair.columns.into_iter().chain(further(pair, columns)).enumerate() {
            let model = model_at(side).or(both_models.map(String::as_str));
            mapping.candidates.push(CandidateColumns {
                content: content.to_owned(),
                kind,
                model: model.filter(|&model| model != content).map(str::to_owned),
            });
        }
    } else if let Some((column, kind)) = list_of_candidates(columns, rows) {
        let model = columns.iter().find(|name| matches!(name.as_str(), "models" | "model_names")).cloned();
        mapping.candidates.push(CandidateColumns { content: column.clone(), kind, model });
    }
    let mut free: Vec<&String> = columns.iter().filter(|name| !is_taken(&mapping, name)).collect();
    let take = |free: &mut Vec<&String>, wanted: &dyn Fn(&str) -> bool| {
        let at = free.iter().position(|name| wanted(&name.to_lowercase()))?;
        Some(free.remove(at).clone())
    };
    mapping.prompt = prompt_columns(&free);
    free.retain(|name| !mapping.prompt.contains(name));
    mapping.id = IDS.iter().find_map(|id| take(&mut free, &|name| name == *id && is_distinct(rows, name)));
    mapping.label = label(&free, rows, sides);
    free.retain(|name| mapping.label.as_ref().is_none_or(|label| label.column != **name));
    mapping.annotator = ANNOTATORS.iter().find_map(|annotator| take(&mut free, &|name| name == *annotator));
    let is_context = |name: &&String| {
        CONTEXTS.contains(&&*name.to_lowercase()) && kind_of_columns(&[name], rows) == ContentKind::Image
    };
    mapping.context = free.iter().copied().filter(is_context).cloned().collect();
    free.retain(|name| !mapping.context.contains(name));
    mapping.context_as = mapping.context.iter().map(|name| (name.clone(), told_by_name(name))).collect();
    mapping.metadata = free.into_iter().cloned().collect();
    mapping
}

/// The pair that does best as content.
fn best<'a, 'b>(pairs: &'a [Pair<'b>], rows: &[Metadata]) -> Option<&'a Pair<'b>> {
    let mut best: Option<(i64, &Pair)> = None;
    for pair in pairs {
        let Some(score) = content_score(pair, rows) else { continue };
        // No text beside videos is what they are judged by.
        let score = score + if kind_of(pair, rows) == ContentKind::Video { VIDEOS_COME_FIRST } else { 0 };
        if best.is_none_or(|(best, _)| score > best) {
            best = Some((score, pair));
        }
    }
    best.map(|(_, pair)| pair)
}

/// The columns of the chosen one and the rejected one, where their names say which is which and no column of votes says
/// it otherwise.
pub(crate) fn pair_of_choice(columns: &[String], rows: &[Metadata]) -> Option<[String; 2]> {
    let pairs = pairs(columns);
    let pair = best(&pairs, rows).filter(|pair| CHOICES.contains(&pair.sides))?;
    let is_free = |name: &&String| !pair.columns.contains(&name.as_str());
    let free: Vec<&String> = columns.iter().filter(is_free).collect();
    label(&free, rows, ["a", "b"]).is_none().then(|| pair.columns.map(str::to_owned))
}

/// The column of what was asked beside such a pair.
pub(crate) fn prompt_beside(columns: &[String], sides: &[String; 2]) -> Option<String> {
    let free: Vec<&String> = columns.iter().filter(|name| !sides.contains(name)).collect();
    prompt_columns(&free).pop()
}

/// What the columns of a pair hold, by how their values end: images among videos are animations.
fn kind_of(pair: &Pair, rows: &[Metadata]) -> ContentKind {
    kind_of_columns(&pair.columns, rows)
}

/// What several columns of one sort hold, by how their values end.
pub(crate) fn kind_of_columns(columns: &[&str], rows: &[Metadata]) -> ContentKind {
    let has_values = |name: &&str| {
        rows.iter().any(|row| row.get(*name).and_then(Value::as_str).is_some_and(|value| !value.is_empty()))
    };
    if !columns.iter().all(has_values) {
        return ContentKind::Text;
    }
    let values = |name: &'_ &str| rows.iter().filter_map(|row| row.get(*name)?.as_str()).collect::<Vec<_>>();
    kind_of_values(columns.iter().flat_map(values))
}

/// What a column of images beside the prompt is, by its name.
fn told_by_name(column: &str) -> ContextColumn {
    let is_mask = column.to_lowercase().contains("mask");
    let content = if is_mask { ContextContent::Mask } else { ContextContent::Image };
    ContextColumn { content: Some(content), title: None }
}

fn is_taken(mapping: &ColumnMapping, name: &str) -> bool {
    mapping
        .candidates
        .iter()
        .any(|candidate| candidate.content == name || candidate.model.as_deref() == Some(name))
}

fn prompt_columns(free: &[&String]) -> Vec<String> {
    let find =
        |wanted: &str| free.iter().find(|name| name.to_lowercase() == wanted).map(|name| (*name).clone());
    let Some(main) = PROMPTS.iter().find_map(|name| find(name)) else {
        return FALLBACK_PROMPTS.iter().find_map(|name| find(name)).into_iter().collect();
    };
    match main.to_lowercase().as_str() {
        "instruction" => [Some(main), find("input")].into_iter().flatten().collect(),
        "question" => [find("context"), Some(main)].into_iter().flatten().collect(),
        _ => vec![main],
    }
}

fn is_distinct(rows: &[Metadata], column: &str) -> bool {
    let values = rows.iter().filter_map(|row| row.iter().find(|(name, _)| name.eq_ignore_ascii_case(column)));
    let mut values: Vec<String> =
        values.map(|(_, value)| value.to_string()).filter(|value| value != "\"\"").collect();
    let count = values.len();
    values.sort();
    values.dedup();
    // A row may well be repeated; a name of a group is repeated much more often.
    count > 0 && values.len() * 10 >= count * 9
}

fn label(
    free: &[&String],
    rows: &[Metadata],
    sides: [&'static str; 2],
) -> Option<tiebreak_domain::import::LabelColumn> {
    let find = |wanted: &&str| free.iter().find(|name| name.to_lowercase() == **wanted).copied();
    // A list of votes says more than the label that sums it up.
    for column in VOTE_LISTS.iter().filter_map(find) {
        let lists: Vec<&Vec<Value>> = rows.iter().filter_map(|row| row.get(column)?.as_array()).collect();
        let votes: Vec<String> = lists
            .iter()
            .flat_map(|list| list.iter())
            .filter_map(|vote| Cell::of_value(vote).into_text())
            .collect();
        if !votes.is_empty()
            && votes.len() == lists.iter().map(|list| list.len()).sum::<usize>()
            && let Some(label) = label_column(column, &votes, sides)
        {
            return Some(label);
        }
    }
    LABELS.iter().filter_map(find).find_map(|column| {
        let values: Vec<&Value> = rows.iter().filter_map(|row| row.get(column)).collect();
        let texts: Vec<String> =
            values.iter().filter_map(|value| Cell::of_value(value).into_text()).collect();
        let has_lists = values.iter().any(|value| value.is_array() || value.is_object());
        if has_lists { None } else { label_column(column, &texts, sides) }
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use serde_json::json;

    fn proposal(row: Value) -> ColumnMapping {
        let Value::Object(row) = row else { panic!("a row is an object") };
        let columns: Vec<String> = row.keys().cloned().collect();
        propose(&columns, &[row])
    }

    fn contents(mapping: &ColumnMapping) -> Vec<&str> {
        mapping.candidates.iter().map(|candidate| candidate.content.as_str()).collect()
    }

    #[test]
    fn pairs_are_found_by_any_kind_of_side() {
        for [first, second] in [
            ["response_a", "response_b"],
            ["response1", "response2"],
            ["answer_0", "answer_1"],
            ["path_A", "path_B"],
            ["A_output", "B_output"],
            ["textLeft", "textRight"],
            ["first answer", "second answer"],
            ["a", "b"],
        ] {
            let mapping = proposal(json!({"prompt":"p", first:"one", second:"two", "fps_a": 1, "fps_b": 2}));
            assert_eq!(contents(&mapping), [first, second]);
            assert_eq!(mapping.prompt, ["prompt"]);
        }
    }

    #[test]
    fn pictures_beside_a_conversation_are_no_candidates() {
        let turns = json!([{ "role": "user", "content": "What is this?" }]);
        let mapping =
            proposal(json!({ "messages": turns, "images": ["1.png"], "completions": ["A cat", "A dog"] }));
        assert_eq!(contents(&mapping), ["completions"]);
        let mapping = proposal(json!({ "conversations": turns, "images": ["1.png", "2.png"] }));
        assert!(mapping.candidates.is_empty(), "{:?}", contents(&mapping));
        let mapping = proposal(json!({ "prompt": "a cat", "images": ["1.png", "2.png"] }));
        assert_eq!(contents(&mapping), ["images"], "of a prompt they were made from");
    }

    #[test]
    fn the_names_of_a_pair_say_which_was_chosen_unless_a_column_does() {
        let sides = |row: Value| {
            let Value::Object(row) = row else { panic!("a row is an object") };
            let columns: Vec<String> = row.keys().cloned().collect();
            pair_of_choice(&columns, &[row])
        };
        let pair = |first: &str, second: &str| Some([first.to_owned(), second.to_owned()]);
        assert_eq!(
            sides(json!({ "prompt": "p", "rejected_response": "no", "chosen_response": "yes" })),
            pair("chosen_response", "rejected_response")
        );
        assert_eq!(
            sides(json!({ "response_win": "a", "response_lose": "b" })),
            pair("response_win", "response_lose")
        );
        assert_eq!(sides(json!({ "response_a": "a", "response_b": "b" })), None);
        let voted = json!({ "img_better": "1.png", "img_worse": "2.png", "winner": "b" });
        assert_eq!(sides(voted), None, "the vote is another column's");
    }

    #[test]
    fn each_column_finds_its_place() {
        let mapping = proposal(json!({
            "uid": "x1", "instruction": "Add", "input": "1", "output_1": "2", "output_2": "3", "model_1": "m", "model_2": "n",
            "winner": "model_b", "judge": "anna", "margin": 2, "language": "English"
        }));
        assert_eq!(mapping.id.as_deref(), Some("uid"));
        assert_eq!(mapping.prompt, ["instruction", "input"]);
        assert_eq!(contents(&mapping), ["output_1", "output_2"]);
        assert_eq!(mapping.candidates[1].model.as_deref(), Some("model_2"));
        assert_eq!(mapping.label.unwrap().column, "winner");
        assert_eq!(mapping.annotator.as_deref(), Some("judge"));
        assert_eq!(mapping.metadata, ["margin", "language"]);
    }

    #[test]
    fn pictures_and_videos_are_told_by_their_endings() {
        let mapping = proposal(
            json!({"caption":"a fox","image_0":"x/1.PNG","image_1":"https://h.org/2.jpg?w=3","image_0_uid":"u","image_1_uid":"v"}),
        );
        assert_eq!(contents(&mapping), ["image_0", "image_1"]);
        assert!(mapping.candidates.iter().all(|candidate| candidate.kind == ContentKind::Image));
        let mapping = proposal(
            json!({"prompt":"p","video_a":"1.mp4","video_b":"2.MOV","answer_a":"words about it","answer_b":"others"}),
        );
        assert_eq!(contents(&mapping), ["video_a", "video_b"]);
        assert!(mapping.candidates.iter().all(|candidate| candidate.kind == ContentKind::Video));
        for (other, kind) in [("1.mp4", ContentKind::Video), ("1.gif", ContentKind::Image)] {
            let mapping = proposal(json!({"prompt":"p","output_a":other,"output_b":"2.gif"}));
            assert!(mapping.candidates.iter().all(|candidate| candidate.kind == kind), "beside {other}");
        }
    }
}
