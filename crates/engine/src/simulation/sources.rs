//! Where a grid's numbers come from: the model whose embedding heads learn from, and the scores that stand in as a
//! prior.
//!
//! Both are named as people call the models. A name that no model here has is refused with the names there are, so
//! that a grid never runs on something else than it says.

use std::ops::ControlFlow;

use serde::Deserialize;
use tiebreak_domain::learning::FeatureSource;
use tiebreak_domain::spelling;
use tiebreak_domain::{ApiError, ErrorCode, Part};
use tiebreak_reward::learn::acquire::Policy;
use tiebreak_reward::learn::ensemble::Member;
use tiebreak_reward::learn::features::{FeatureTable, text};
use tiebreak_store::Reader;

use super::Grid;
use crate::learning::pool::{Pool, PoolScorer};

/// How a grid begins the name of the model whose embedding is taken.
const EMBEDDING: &str = "embedding:";
/// The lengths of texts in place of a model.
const LENGTH: &str = "length";

/// What heads learn from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Features {
    /// The embeddings that models gave this project, the first one first, else what is built in.
    #[default]
    Automatic,
    /// Style and hashed words.
    BuiltIn,
    /// The embedding of the model of this name.
    Embedding(String),
}

impl TryFrom<String> for Features {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        match word.as_str() {
            "automatic" => Ok(Self::Automatic),
            "built_in" => Ok(Self::BuiltIn),
            _ => match word.strip_prefix(EMBEDDING).map(str::trim).filter(|name| !name.is_empty()) {
                Some(name) => Ok(Self::Embedding(name.to_owned())),
                None => Err(format!("features are automatic, built_in or {EMBEDDING}NAME, not {word:?}")),
            },
        }
    }
}

/// What is read from the project.
pub fn feature_source(reader: &Reader, features: &Features) -> Result<FeatureSource, ApiError> {
    let name = match features {
        Features::Automatic => return Ok(FeatureSource::Automatic),
        Features::BuiltIn => return Ok(FeatureSource::BuiltIn),
        Features::Embedding(name) => name,
    };
    let mut names = Vec::new();
    for model in reader.scored_models()? {
        let mut has_embedding = false;
        reader.each_embedding(&model.key, |_, _, _| has_embedding = true)?;
        if has_embedding && model.name == *name {
            return Ok(FeatureSource::Embedding(model.key));
        }
        if has_embedding {
            names.push(model.name);
        }
    }
    Err(no_such_model(name, "has embedded", names))
}

/// The scores that stand in as a prior, and whose they are: of the model that is named, of the first, or lengths.
pub fn scorer(pool: &Pool, grid: &Grid) -> Result<(Vec<f32>, String), ApiError> {
    let lengths = || (pool.lengths.iter().map(|length| (1.0 + length).ln()).collect(), LENGTH.to_owned());
    let named = |scorer: &PoolScorer| {
        // What has no score counts as the mean.
        let known = scorer.member.iter().map(|score| if score.is_finite() { *score } else { 0.0 });
        (known.collect(), in_full(scorer))
    };
    match grid.scorer.as_deref() {
        Some(LENGTH) => Ok(lengths()),
        Some(name) => {
            // A model with several dimensions is named with the one that is meant, or else the first is.
            let found = pool.scorers.iter().find(|scorer| scorer.name == name || in_full(scorer) == name);
            found.map(named).ok_or_else(|| {
                let mut names: Vec<String> = pool.scorers.iter().map(|scorer| scorer.name.clone()).collect();
                names.push(LENGTH.to_owned());
                no_such_model(name, "has scored", names)
            })
        }
        None => Ok(pool.scorers.first().map_or_else(lengths, named)),
    }
}

/// The models' scores, standardised, which a grid that holds models against each other needs.
pub fn members(pool: &Pool, grid: &Grid) -> Result<Vec<Member>, ApiError> {
    if grid.policies.contains(&Policy::ModelAgainstModel) && pool.scorers.is_empty() {
        let what = format!(
            "{} needs a model that has scored this project, and none has",
            Policy::ModelAgainstModel.word()
        );
        return Err(ApiError::new(ErrorCode::BadRequest, what)
            .hint("let a model score it first by `tiebreak score`, or leave the policy out of the grid"));
    }
    Ok(pool.scorers.iter().map(|scorer| scorer.member.clone()).collect())
}

/// What the words of each prompt are as numbers, by cluster, where a grid spreads over prompts.
pub fn prompts(reader: &Reader, pool: &Pool, grid: &Grid) -> Result<Option<FeatureTable>, ApiError> {
    if !grid.policies.contains(&Policy::PromptSpread) {
        return Ok(None);
    }
    let clusters = pool.items.iter().map(|item| item.cluster as usize + 1).max().unwrap_or(0);
    let mut texts = vec![String::new(); clusters];
    reader.each_item(|stored| {
        if let Some(item) = pool.item(stored.id) {
            let words: Vec<&str> = stored.item.prompt.iter().filter_map(Part::text).collect();
            texts[item.cluster as usize] = words.join("\n");
        }
        ControlFlow::Continue(())
    })?;
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    Ok(Some(text::table(&texts)))
}

fn in_full(scorer: &PoolScorer) -> String {
    format!("{} {}", scorer.name, scorer.dimension)
}

fn no_such_model(name: &str, did: &str, mut names: Vec<String>) -> ApiError {
    names.dedup();
    let known: Vec<&str> = names.iter().map(String::as_str).collect();
    let error = ApiError::new(
        ErrorCode::NotFound,
        format!("no model that {did} this project is named {name:?}; there is {}", said(&known)),
    );
    if known.is_empty() {
        return error.hint("let a model score it first by `tiebreak score`");
    }
    error.hint(spelling::hint(name, &known, "the grid may name"))
}

fn said(names: &[&str]) -> String {
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_words_or_a_model() {
        let read = |word: &str| Features::try_from(word.to_owned());
        assert_eq!(read("automatic"), Ok(Features::Automatic));
        assert_eq!(read("built_in"), Ok(Features::BuiltIn));
        assert_eq!(read("embedding: MiniLM L6"), Ok(Features::Embedding("MiniLM L6".to_owned())));
        for wrong in ["embedding:", "MiniLM L6", "Automatic"] {
            assert!(read(wrong).unwrap_err().contains("embedding:NAME"), "{wrong} says what there may be");
        }
    }

    #[test]
    fn a_name_nobody_has_is_refused_with_the_names_there_are() {
        let error = no_such_model("MiniLM", "has embedded", vec!["MiniLM L6".into(), "Own".into()]);
        assert!(error.message.contains("there is MiniLM L6, Own"), "{}", error.message);
        assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("MiniLM L6")), "{:?}", error.hint);
        let none = no_such_model("MiniLM", "has embedded", Vec::new());
        assert!(none.message.ends_with("there is none"), "{}", none.message);
    }
}
