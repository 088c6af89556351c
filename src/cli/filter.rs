//! Filters of items as the command line has them: words like `state=open source=rows.jsonl sure=0.9 by=head`.
//!
//! Whatever is not such a word is looked for in the texts. Names of sources, annotators and models are those that the
//! project and `tiebreak models list` have; one with spaces stands in quotes, `annotator="Ada L."`, and what is wholly
//! in quotes is searched for as it is.

use tiebreak_domain::filter::{BeliefFilter, BeliefKind, ItemState};
use tiebreak_domain::reward::Scorer;
use tiebreak_domain::{ApiError, ErrorCode, ItemFilter, ItemStatus, Outcome, ProjectInfo, spelling};

use crate::cli::desk::Desk;
use crate::cli::models;

/// What the help says of an option that takes one.
pub const HELP: &str = "Which items, by words apart by spaces: state=open|judged|skipped, status=active|excluded|deleted, \
    outcome=a|b|tie|both_bad|unratable, flagged, source=NAME, annotator=NAME, and by a model's word: \
    sure=0.9, unsure=0.9 or contradicted=0.8, each with by=head, by=MODEL, or several models together: \
    by=ensemble_mean|ensemble_worst_case|ensemble_uncertainty_weighted; a NAME with spaces stands in \
    double quotes, source=\"first batch.jsonl\"; any other word is searched for";

/// Reads them.
pub fn from_words(desk: &Desk, info: &ProjectInfo, words: &str) -> Result<ItemFilter, ApiError> {
    let mut filter = ItemFilter::default();
    let mut search: Vec<String> = Vec::new();
    let mut by = None;
    for word in split(words)? {
        let Some((key, value)) = word.key_and_value() else {
            if word.text == "flagged" && word.quoted_from.is_none() {
                filter.flagged = true;
            } else {
                search.push(word.text);
            }
            continue;
        };
        match key {
            "state" => {
                let states = [
                    ("any", ItemState::Any),
                    ("open", ItemState::Open),
                    ("judged", ItemState::Judged),
                    ("skipped", ItemState::Skipped),
                ];
                filter.state = chosen(key, value, &states)?;
            }
            "status" => {
                let statuses = [
                    ("active", ItemStatus::Active),
                    ("excluded", ItemStatus::Excluded),
                    ("deleted", ItemStatus::Deleted),
                ];
                filter.status = Some(chosen(key, value, &statuses)?);
            }
            "outcome" => {
                filter.outcome =
                    Some(chosen(key, value, &Outcome::ALL.map(|outcome| (outcome.word(), outcome)))?);
            }
            "source" => {
                let sources: Vec<_> =
                    info.sources.iter().map(|source| (source.name.as_str(), source.id)).collect();
                filter.source = Some(chosen(key, value, &sources)?);
            }
            "annotator" => {
                let names: Vec<_> =
                    info.annotators.iter().map(|annotator| (annotator.name.as_str(), annotator.id)).collect();
                filter.annotator = Some(chosen(key, value, &names)?);
            }
            "by" => by = Some(models::voice(desk, value)?),
            _ => {
                let kinds = BeliefKind::ALL.map(|kind| (kind.word(), kind));
                let known: Vec<(&str, Option<BeliefKind>)> =
                    ["state", "status", "outcome", "source", "annotator", "by"]
                        .map(|word| (word, None))
                        .into_iter()
                        .chain(kinds.map(|(word, kind)| (word, Some(kind))))
                        .collect();
                let Some(kind) = chosen("a filter", key, &known)? else { continue };
                filter.belief = Some(BeliefFilter { kind, by: Scorer::Head, percent: percent(key, value)? });
            }
        }
    }
    match (&mut filter.belief, by) {
        (Some(belief), Some(by)) => belief.by = by,
        (None, Some(_)) => {
            return Err(ApiError::new(ErrorCode::BadRequest, "by= says whose word, and not which")
                .hint("say sure=0.9, unsure=0.9 or contradicted=0.8 too"));
        }
        _ => {}
    }
    filter.search = search.join(" ");
    Ok(filter)
}

/// A word, without its quotes.
#[derive(Debug, Default, PartialEq)]
struct Word {
    text: String,
    /// Where the first quote stood.
    quoted_from: Option<usize>,
}

impl Word {
    /// What stands before the first `=` and after it; none where that is inside quotes.
    fn key_and_value(&self) -> Option<(&str, &str)> {
        let place = self.text.find('=')?;
        let is_plain = self.quoted_from.is_none_or(|quote| place < quote);
        is_plain.then(|| (&self.text[..place], &self.text[place + 1..]))
    }
}

/// Words apart by spaces, except within double quotes. A backslash takes a quote or a backslash as it is.
fn split(words: &str) -> Result<Vec<Word>, ApiError> {
    let mut split = Vec::new();
    let mut word: Option<Word> = None;
    let mut is_quoted = false;
    let mut letters = words.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter.is_whitespace() && !is_quoted {
            split.extend(word.take());
            continue;
        }
        let word = word.get_or_insert_default();
        match letter {
            '"' => {
                is_quoted = !is_quoted;
                word.quoted_from.get_or_insert(word.text.len());
            }
            '\\' => word.text.push(letters.next_if(|next| matches!(next, '"' | '\\')).unwrap_or(letter)),
            letter => word.text.push(letter),
        }
    }
    if is_quoted {
        return Err(ApiError::new(ErrorCode::BadRequest, format!("a quote is not closed in {words}"))
            .hint("write a quote that is meant as itself as \\\""));
    }
    split.extend(word);
    Ok(split)
}

fn chosen<T: Copy>(key: &str, value: &str, known: &[(&str, T)]) -> Result<T, ApiError> {
    known.iter().find(|(word, _)| *word == value).map(|(_, meaning)| *meaning).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        ApiError::new(ErrorCode::BadRequest, format!("{key} cannot be {value:?}"))
            .hint(spelling::hint(value, &words, "there is"))
    })
}

/// `0.9` as 90.
fn percent(key: &str, value: &str) -> Result<u8, ApiError> {
    let share = value.parse::<f64>().ok().filter(|share| (0.5..=0.99).contains(share));
    share.map(|share| (share * 100.0).round() as u8).ok_or_else(|| {
        ApiError::new(ErrorCode::BadRequest, format!("{key} begins between 0.5 and 0.99, not at {value:?}"))
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn names_with_spaces_stand_in_quotes() {
        let words =
            split("state=open  source=\"first batch.jsonl\" annotator=\"Ada \\\"A\\\" L\" memory").unwrap();
        let pairs: Vec<_> = words.iter().map(Word::key_and_value).collect();
        let expected =
            [("state", "open"), ("source", "first batch.jsonl"), ("annotator", "Ada \"A\" L")].map(Some);
        assert_eq!(pairs[..3], expected);
        assert_eq!((pairs[3], words[3].text.as_str()), (None, "memory"));
        let searched = split("\"a = b\" \"flagged\"").unwrap();
        assert_eq!(searched[0].text, "a = b");
        assert!(searched[0].key_and_value().is_none(), "what is in quotes is no key");
        assert!(searched[1].quoted_from.is_some(), "and no word of its own meaning");
        assert_eq!(split("C:\\data").unwrap()[0].text, "C:\\data", "a lone backslash is one");
        assert!(split("source=\"open").unwrap_err().message.contains("not closed"));
    }
}
