//! Columns that look like candidates: pairs whose names differ by their side, what goes on where a pair begins,
//! and single columns that hold lists.

use serde_json::Value;
use tiebreak_domain::import::ContentKind;
use tiebreak_domain::item::{MAX_CANDIDATES, Metadata};

use super::kind_of_values;

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

/// Those that say which one was preferred.
pub(super) const CHOICES: [[&str; 2]; 3] = [["chosen", "rejected"], ["better", "worse"], ["win", "lose"]];

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

pub(super) const MODEL_WORDS: [&str; 6] = ["model", "system", "policy", "generator", "method", "engine"];

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

/// Columns that hold a list of all candidates.
const CANDIDATE_LISTS: [&str; 9] = [
    "candidates",
    "responses",
    "answers",
    "completions",
    "outputs",
    "generations",
    "images",
    "candidate_list",
    "choices",
];

/// Columns that hold what was said so far.
const CONVERSATIONS: [&str; 4] = ["messages", "conversation", "conversations", "history"];

pub(super) struct Pair<'a> {
    /// Their names.
    pub(super) columns: [&'a str; 2],
    /// The words that both names have.
    pub(super) stem: Vec<String>,
    /// The words by which they differ.
    pub(super) sides: [&'static str; 2],
}

/// Columns whose names differ by their side only.
pub(super) fn pairs(columns: &[String]) -> Vec<Pair<'_>> {
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

/// The columns that go on where a pair begins: `response_3`, `response_4`, … behind `response_1`, `response_2`.
pub(super) fn further<'a>(pair: &Pair, columns: &'a [String]) -> Vec<&'a str> {
    let first = tokens(pair.columns[0]);
    let Some(at) = first.iter().position(|token| token == pair.sides[0]) else { return Vec::new() };
    let next: Box<dyn Fn(usize) -> String> = match pair.sides {
        ["a", "b"] => Box::new(|index| char::from(b'a' + index as u8).to_string()),
        ["0", "1"] => Box::new(|index| index.to_string()),
        ["1", "2"] => Box::new(|index| (index + 1).to_string()),
        _ => return Vec::new(),
    };
    let column = |index: usize| {
        let mut wanted = first.clone();
        wanted[at] = next(index);
        columns.iter().find(|name| tokens(name) == wanted).map(String::as_str)
    };
    (2..MAX_CANDIDATES).map_while(column).collect()
}

/// A column whose lists are candidates: of texts, of conversations, or of objects with a text each.
pub(super) fn list_of_candidates<'a>(
    columns: &'a [String],
    rows: &[Metadata],
) -> Option<(&'a String, ContentKind)> {
    let lists = |name: &&String| {
        let lists: Vec<&Vec<Value>> = rows.iter().filter_map(|row| row.get(*name)?.as_array()).collect();
        let is_content = |value: &Value| {
            let is_message = value.get("role").is_some() || value.get("from").is_some();
            value.is_string() || value.is_array() || (value.is_object() && !is_message)
        };
        !lists.is_empty() && lists.iter().all(|list| !list.is_empty() && list.iter().all(is_content))
    };
    // Pictures beside a conversation are what it is about.
    let has_conversation = columns.iter().any(|name| CONVERSATIONS.contains(&name.to_lowercase().as_str()));
    let find = |wanted: &&str| {
        if *wanted == "images" && has_conversation {
            return None;
        }
        columns.iter().find(|name| name.to_lowercase() == **wanted).filter(|name| lists(name))
    };
    let column = CANDIDATE_LISTS.iter().find_map(find)?;
    Some((column, kind_of_lists(column, rows)))
}

/// What the lists of a column hold: media where every element is the way to one.
pub(crate) fn kind_of_lists(column: &str, rows: &[Metadata]) -> ContentKind {
    let elements = || rows.iter().filter_map(|row| row.get(column)?.as_array()).flatten();
    if elements().all(Value::is_string) {
        kind_of_values(elements().filter_map(Value::as_str))
    } else {
        ContentKind::Text
    }
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
pub(super) fn content_score(pair: &Pair, rows: &[Metadata]) -> Option<i64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(tokens("responseA"), ["response", "a"]);
        assert_eq!(tokens("num_frames_10B"), ["num", "frames", "10", "b"]);
    }
}
