//! Proposes which column of a flat file is what, from names and from the first rows. A proposal only: the
//! person importing sees it, with the rows it gives, and can change it.

use serde_json::Value;
use tiebreak_domain::import::{CandidateColumns, ColumnMapping, ContentKind};
use tiebreak_domain::item::Metadata;

use crate::cell::Cell;
use crate::votes::label_column;

const IMAGE_ENDINGS: [&str; 9] = ["png", "jpg", "jpeg", "webp", "gif", "bmp", "tif", "tiff", "avif"];
const VIDEO_ENDINGS: [&str; 6] = ["mp4", "webm", "mov", "mkv", "avi", "m4v"];

/// Tokens by which the names of two columns of a pair differ.
const SIDES: [[&str; 2]; 9] = [
    ["a", "b"],
    ["1", "2"],
    ["0", "1"],
    ["left", "right"],
    ["first", "second"],
    ["one", "two"],
    ["chosen", "rejected"],
    ["better", "worse"],
    ["win", "lose"],
];

const CONTENT_WORDS: [&str; 27] = [
    "response",
    "answer",
    "output",
    "completion",
    "candidate",
    "text",
    "summary",
    "reply",
    "generation",
    "image",
    "img",
    "picture",
    "photo",
    "jpg",
    "png",
    "path",
    "file",
    "url",
    "conversation",
    "messages",
    "content",
    "solution",
    "choice",
    "sample",
    "translation",
    "story",
    "option",
];

const MODEL_WORDS: [&str; 6] = ["model", "system", "policy", "generator", "method", "engine"];

const OTHER_WORDS: [&str; 22] = [
    "id",
    "uid",
    "uuid",
    "score",
    "label",
    "rating",
    "rank",
    "name",
    "fps",
    "frames",
    "len",
    "length",
    "tokens",
    "count",
    "time",
    "reward",
    "logprob",
    "width",
    "height",
    "feedback",
    "annotator",
    "winner",
];

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

/// What was proposed, and what could not be.
pub(crate) struct Proposal {
    pub(crate) mapping: ColumnMapping,
    /// Columns of videos, which cannot be judged.
    pub(crate) videos: Vec<String>,
}

/// Whether a value names a picture: a path or an address with the ending of one.
pub(crate) fn is_image_uri(value: &str) -> bool {
    has_ending(value, &IMAGE_ENDINGS)
}

fn has_ending(value: &str, endings: &[&str]) -> bool {
    let value = value.trim();
    if value.len() > 2048 || value.contains('\n') {
        return false;
    }
    let is_address = value.starts_with("http://") || value.starts_with("https://");
    let path = if is_address { value.split(['?', '#']).next().unwrap_or_default() } else { value };
    path.rsplit_once('.').is_some_and(|(stem, ending)| {
        !stem.is_empty() && endings.iter().any(|known| known.eq_ignore_ascii_case(ending))
    })
}

/// Proposes a mapping for rows with these columns.
pub(crate) fn propose(columns: &[String], rows: &[Metadata]) -> Proposal {
    let mut videos = Vec::new();
    let pairs: Vec<Pair> = pairs(columns);
    let mut best: Option<(i64, &Pair)> = None;
    for pair in &pairs {
        if pair.columns.iter().all(|name| all_have_ending(rows, name, &VIDEO_ENDINGS)) {
            videos.extend(pair.columns.iter().map(|&name| name.to_owned()));
            continue;
        }
        let Some(score) = content_score(pair, rows) else { continue };
        if best.is_none_or(|(best, _)| score > best) {
            best = Some((score, pair));
        }
    }
    let mut mapping = ColumnMapping::default();
    let mut sides = ["a", "b"];
    if let Some((_, pair)) = best {
        sides = pair.sides;
        let is_image = pair.columns.iter().all(|name| all_have_ending(rows, name, &IMAGE_ENDINGS));
        let kind = if is_image { ContentKind::Image } else { ContentKind::Text };
        let models =
            pairs.iter().find(|other| other.stem.iter().any(|token| MODEL_WORDS.contains(&token.as_str())));
        let both_models = columns.iter().find(|name| matches!(name.as_str(), "models" | "cmp_key"));
        for side in 0..2 {
            let model = models.map(|models| models.columns[side]).or(both_models.map(String::as_str));
            mapping.candidates.push(CandidateColumns {
                content: pair.columns[side].to_owned(),
                kind,
                model: model.filter(|&model| model != pair.columns[side]).map(str::to_owned),
            });
        }
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
    mapping.metadata = free.into_iter().cloned().collect();
    Proposal { mapping, videos }
}

fn is_taken(mapping: &ColumnMapping, name: &str) -> bool {
    mapping
        .candidates
        .iter()
        .any(|candidate| candidate.content == name || candidate.model.as_deref() == Some(name))
}

struct Pair<'a> {
    columns: [&'a str; 2],
    stem: Vec<String>,
    sides: [&'static str; 2],
}

/// Columns whose names differ by their side only.
fn pairs(columns: &[String]) -> Vec<Pair<'_>> {
    let mut pairs = Vec::new();
    for first in columns {
        let tokens = tokens(first);
        for (at, token) in tokens.iter().enumerate() {
            for sides in SIDES.into_iter().filter(|sides| sides[0] == token) {
                let mut other = tokens.clone();
                sides[1].clone_into(&mut other[at]);
                if let Some(second) = columns.iter().find(|name| self::tokens(name) == other) {
                    let mut stem = tokens.clone();
                    stem.remove(at);
                    pairs.push(Pair { columns: [first, second], stem, sides });
                }
            }
        }
    }
    pairs
}

/// The words and numbers of a name: `responseA`, `response_a` and `Response A` are `response`, `a`.
fn tokens(name: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    let mut before = ' ';
    for character in name.chars() {
        let is_new = !before.is_alphanumeric()
            || (character.is_uppercase() && before.is_lowercase())
            || (character.is_numeric() != before.is_numeric());
        if character.is_alphanumeric() {
            if is_new || tokens.is_empty() {
                tokens.push(String::new());
            }
            if let Some(token) = tokens.last_mut() {
                token.extend(character.to_lowercase());
            }
        }
        before = character;
    }
    tokens
}

/// How well a pair of columns would do as content; none if it would not at all.
fn content_score(pair: &Pair, rows: &[Metadata]) -> Option<i64> {
    let has = |words: &[&str]| {
        pair.stem.iter().any(|token| {
            words.contains(&token.as_str())
                || token.strip_suffix('s').is_some_and(|singular| words.contains(&singular))
        })
    };
    if has(&MODEL_WORDS) || has(&OTHER_WORDS) {
        return None;
    }
    let mut length = 0;
    let (mut count, mut others) = (0, 0);
    for row in rows {
        for name in pair.columns {
            match row.get(name) {
                Some(Value::String(text)) => length += text.len().min(4_000),
                Some(Value::Array(list)) if list.iter().all(Value::is_object) => length += 2_000,
                Some(Value::Array(_) | Value::Object(_)) => {
                    others += 1;
                    continue;
                }
                _ => continue,
            }
            count += 1;
        }
    }
    // Real data has numbers, booleans and now and then a broken row among its texts, so a pair is refused only
    // if it is mostly something else.
    if count == 0 || others > count {
        return None;
    }
    let mean = i64::try_from(length / count).unwrap_or(i64::MAX);
    Some(mean + if has(&CONTENT_WORDS) { 100_000 } else { 0 })
}

fn all_have_ending(rows: &[Metadata], column: &str, endings: &[&str]) -> bool {
    let mut values =
        rows.iter().filter_map(|row| row.get(column)?.as_str()).filter(|value| !value.is_empty()).peekable();
    values.peek().is_some() && values.all(|value| has_ending(value, endings))
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
        propose(&columns, &[row]).mapping
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
    fn pictures_are_told_by_their_endings_and_videos_are_left_alone() {
        let mapping = proposal(
            json!({"caption":"a fox","image_0":"x/1.PNG","image_1":"https://h.org/2.jpg?w=3","image_0_uid":"u","image_1_uid":"v"}),
        );
        assert_eq!(contents(&mapping), ["image_0", "image_1"]);
        assert!(mapping.candidates.iter().all(|candidate| candidate.kind == ContentKind::Image));
        assert!(contents(&proposal(json!({"prompt":"p","video_a":"1.mp4","video_b":"2.mp4"}))).is_empty());
    }

    #[test]
    fn names_fall_into_words() {
        assert_eq!(tokens("responseA"), ["response", "a"]);
        assert_eq!(tokens("num_frames_10B"), ["num", "frames", "10", "b"]);
    }
}
