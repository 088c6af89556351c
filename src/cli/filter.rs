//! Filters of items as the command line has them: words like `state=open source=rows.jsonl sure=0.9 by=head`.
//!
//! Whatever is not such a word is looked for in the texts. Names of sources, annotators and models are those that the
//! project and `tiebreak models list` have.

use tiebreak_domain::filter::{BeliefFilter, BeliefKind, ItemState};
use tiebreak_domain::reward::Scorer;
use tiebreak_domain::{ApiError, ErrorCode, ItemFilter, ItemStatus, Outcome, ProjectInfo, spelling};

use crate::cli::desk::Desk;
use crate::cli::models;

/// What the help says of an option that takes one.
pub const HELP: &str = "Which items, by words apart by spaces: state=open|judged|skipped, status=active|excluded|deleted, \
    outcome=a|b|tie|both_bad|unratable, flagged, source=NAME, annotator=NAME, and by a model's word: \
    sure=0.9, unsure=0.9 or contradicted=0.8, each with by=head or by=MODEL; any other word is searched for";

/// Reads them.
pub fn from_words(desk: &Desk, info: &ProjectInfo, words: &str) -> Result<ItemFilter, ApiError> {
    let mut filter = ItemFilter::default();
    let mut search: Vec<&str> = Vec::new();
    let mut by = None;
    for word in words.split_whitespace() {
        let Some((key, value)) = word.split_once('=') else {
            if word == "flagged" {
                filter.flagged = true;
            } else {
                search.push(word);
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
            "by" if value == "head" => by = Some(Scorer::Head),
            "by" => by = Some(Scorer::Model(models::named(desk, value)?)),
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
