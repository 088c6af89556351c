//! ImageReward's test lists: a prompt, its pictures, and their ranks, which may repeat (a tie) and skip. A list
//! of ranks for each annotator stands under `rankings`, as Tiebreak's own ranking lists have it.

use std::collections::BTreeMap;

use serde_json::Value;
use tiebreak_domain::answer::Ranking;
use tiebreak_domain::{Answer, AnswerValue, Candidate, Item, Part, TextFormat};

use super::fields::{Columns, whole_number};
use super::{ItemShape, Understood, parts_from_text_cell};
use crate::cell::Cell;
use crate::record::Label;

/// The question that a ranking answers.
pub(crate) const RANKING: &str = "ranking";

/// Reads ImageReward lists.
pub(crate) struct ImageRewardShape {
    columns: Columns,
    text_format: TextFormat,
}

impl ImageRewardShape {
    pub(crate) fn new(all: &[String], text_format: TextFormat) -> Self {
        const KNOWN: &[&str] = &["id", "prompt", "generations", "ranking", "annotator"];
        Self { columns: Columns::new(KNOWN, all), text_format }
    }
}

impl ItemShape for ImageRewardShape {
    fn columns(&self) -> Vec<String> {
        self.columns.names()
    }

    /// Neighbouring rows may hold several annotators' ranks of the same pictures.
    fn joins_rows(&self) -> bool {
        true
    }

    fn understand(&self, cells: Vec<Cell>) -> Result<Understood, String> {
        let mut row = self.columns.row(cells);
        let external_id = row.text("id");
        let prompt = parts_from_text_cell("prompt", row.take("prompt"), self.text_format)?;
        let mut candidates = Vec::new();
        for (index, path) in row.list("generations")?.iter().enumerate() {
            let path = path.as_str().ok_or_else(|| format!("generation {} is no path", index + 1))?;
            candidates.push(Candidate { parts: vec![Part::image(path.trim())], ..Candidate::default() });
        }
        let annotator = row.text("annotator");
        let mut labels = Vec::new();
        let mut doubt = None;
        match row.list("ranking").map(|ranks| ranking_from_ranks(&ranks, candidates.len())) {
            Ok(Ok(ranking)) => {
                let value = AnswerValue::Ranking(ranking);
                let answer = Answer { question: RANKING.to_owned(), candidate: None, value };
                labels.push(Label { annotator, ..Label::of_answers(vec![answer]) });
            }
            Ok(Err(reason)) => doubt = Some(format!("\"ranking\" {reason}")),
            // Items without a ranking are there to be ranked.
            Err(_) => {}
        }
        let item = Item { external_id, prompt, candidates, metadata: row.metadata, ..Item::default() };
        match item.refusal() {
            Some(reason) => Err(reason),
            None => Ok(Understood { item, labels, doubt }),
        }
    }
}

/// Ranks with 1 for the best, equal for ties, as groups; `null` was not placed.
pub(crate) fn ranking_from_ranks(ranks: &[Value], candidates: usize) -> Result<Ranking, String> {
    if ranks.len() != candidates {
        return Err(format!("has {} ranks for {candidates} candidates", ranks.len()));
    }
    let mut groups: BTreeMap<i32, Vec<u8>> = BTreeMap::new();
    for (candidate, rank) in ranks.iter().enumerate().filter(|(_, rank)| !rank.is_null()) {
        let rank = whole_number(rank).ok_or_else(|| format!("has {rank}, expected a whole number"))?;
        groups.entry(rank).or_default().push(candidate as u8);
    }
    if groups.is_empty() {
        return Err("places nothing".to_owned());
    }
    Ok(Ranking { groups: groups.into_values().collect(), worst: None })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::cell::cells_from_json;

    fn understand(line: &str) -> Understood {
        let shape = ImageRewardShape::new(&[], TextFormat::Markdown);
        shape.understand(cells_from_json(line, &shape.columns()).unwrap()).unwrap()
    }

    #[test]
    fn ranks_that_repeat_and_skip_are_groups_in_order() {
        let row = understand(
            r#"{"id":"7","prompt":"a fox","generations":["a.webp","b.webp","c.webp","d.webp"],"ranking":[2,1,5,2]}"#,
        );
        assert_eq!(row.item.candidates[2].parts, [Part::image("c.webp")]);
        let AnswerValue::Ranking(ranking) = &row.labels[0].answers[0].value else { panic!("a ranking") };
        assert_eq!(ranking.groups, [vec![1], vec![0, 3], vec![2]]);
    }

    #[test]
    fn a_ranking_of_the_wrong_length_is_a_doubt() {
        let row = understand(r#"{"prompt":"a fox","generations":["a.webp","b.webp"],"ranking":[1]}"#);
        assert_eq!(
            (row.labels.len(), row.doubt.as_deref()),
            (0, Some("\"ranking\" has 1 ranks for 2 candidates"))
        );
        assert_eq!(
            understand(r#"{"prompt":"p","generations":["a.png","b.png"]}"#).doubt,
            None,
            "nobody ranked it yet"
        );
    }
}
