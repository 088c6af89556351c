//! The blocks of a pool's table: what heads learn from, side by side.

use std::collections::HashMap;

use tiebreak_domain::ApiError;
use tiebreak_domain::learning::{FeatureSource, Learning};
use tiebreak_domain::reward::ModelKey;
use tiebreak_reward::learn::features::{ColumnKind, FeatureTable, embedding, image, text};
use tiebreak_store::{Reader, ScoredModel};

use super::{LEAST_COVERED, MOST_NUMBERS, PoolScorer, Raw};

/// How many numbers describe a picture.
const PICTURE_WIDTH: usize = image::NAMES.len();

/// What models embedded.
#[derive(Default)]
struct Embedded {
    /// What each is called, and its numbers.
    blocks: Vec<(String, FeatureTable)>,
    /// Whether any of them covers a candidate.
    is_covered: Vec<bool>,
}

impl Raw {
    /// The table of all candidates, and what is in it in words.
    pub(super) fn table(
        &self,
        reader: &Reader,
        models: &[ScoredModel],
        scorers: &[PoolScorer],
        learning: &Learning,
        remarks: &mut Vec<String>,
    ) -> Result<(FeatureTable, String), ApiError> {
        let texts: Vec<&str> = self.texts.iter().map(String::as_str).collect();
        let has_text = texts.iter().any(|text| !text.trim().is_empty());
        let Embedded { blocks: embedded, is_covered } = match &learning.features {
            FeatureSource::Automatic => self.embeddings(reader, models, None)?,
            FeatureSource::Embedding(key) => {
                let embedded = self.embeddings(reader, models, Some(key))?;
                if embedded.blocks.is_empty() {
                    remarks.push("the model that was chosen has not embedded these items yet".to_owned());
                }
                embedded
            }
            FeatureSource::BuiltIn | FeatureSource::ColumnsOnly => self.nothing_embedded(),
        };
        let covered = is_covered.iter().filter(|is_covered| **is_covered).count();
        if !embedded.is_empty() && covered < self.texts.len() {
            remarks.push(format!("models have embedded {covered} of {} candidates", self.texts.len()));
        }
        let has_embedding = !embedded.is_empty();
        let (mut words, mut blocks): (Vec<String>, Vec<FeatureTable>) = embedded.into_iter().unzip();
        if learning.features != FeatureSource::ColumnsOnly {
            let is_waiting = |(is_picture, is_covered): (&bool, &bool)| *is_picture && !is_covered;
            let has_pictures = self.is_picture.iter().zip(&is_covered).any(is_waiting);
            if has_pictures {
                if let Some(table) = self.pictures(reader, &is_covered)? {
                    words.push(format!("colour, sharpness and shape of pictures, {PICTURE_WIDTH} numbers"));
                    blocks.push(table);
                } else if !matches!(learning.features, FeatureSource::Embedding(_)) {
                    remarks.push(
                        "the pictures are not described yet: a window does it in the background, and `tiebreak \
                         score` does"
                            .to_owned(),
                    );
                }
            }
            if has_embedding && has_text {
                words.push("style".to_owned());
                blocks.push(text::style_table(&texts));
            } else if blocks.is_empty() || has_text && !has_embedding {
                if !has_text && !has_pictures {
                    remarks.push(
                        "the candidates have no text: let a model with an embedding score them".to_owned(),
                    );
                }
                let built_in = text::table(&texts);
                words.push(format!("style and words, {} numbers", built_in.width()));
                blocks.push(built_in);
            }
        }
        if !learning.columns.is_empty() {
            let columns = FeatureTable::from_values(
                learning.columns.clone(),
                ColumnKind::Feature,
                self.columns.clone(),
            );
            words.push(format!("columns {}", learning.columns.join(", ")));
            blocks.push(columns.expect("every candidate has a number for each column").standardised());
        }
        for scorer in scorers {
            let name = format!("{} {}", scorer.name, scorer.dimension);
            blocks.push(FeatureTable::from_scores(&name, ColumnKind::Scorer, &scorer.scores));
        }
        let mut blocks = blocks.into_iter();
        let first = blocks.next().unwrap_or_else(|| text::table(&texts));
        let table = blocks.fold(first, |table, block| {
            table.joined(&block).expect("every block has a row for each candidate")
        });
        Ok((table, words.join("; ")))
    }

    fn nothing_embedded(&self) -> Embedded {
        Embedded { blocks: Vec::new(), is_covered: vec![false; self.texts.len()] }
    }

    /// The embeddings of the first models that have one for candidates which none before has.
    fn embeddings(
        &self,
        reader: &Reader,
        models: &[ScoredModel],
        only: Option<&ModelKey>,
    ) -> Result<Embedded, ApiError> {
        let Embedded { mut blocks, mut is_covered } = self.nothing_embedded();
        for model in models.iter().filter(|model| only.is_none_or(|key| model.key == *key)) {
            let embedded = self.embedded(reader, &model.key)?;
            let width = embedded.first().map_or(0, |(_, numbers)| numbers.len());
            let news = embedded.iter().filter(|(row, _)| !is_covered[*row as usize]).count();
            let size = self.texts.len() * width;
            if width == 0 || news < LEAST_COVERED || size > MOST_NUMBERS {
                continue;
            }
            // What is missing is no number, and counts as the mean.
            let mut values = vec![f32::NAN; size];
            for (row, numbers) in &embedded {
                let row = *row as usize;
                is_covered[row] = true;
                values[row * width..(row + 1) * width].copy_from_slice(numbers);
            }
            let prompts = if 2 * size > MOST_NUMBERS { None } else { self.prompts(reader, model, width)? };
            if let Ok(table) = embedding::table(width, &values, prompts.as_deref()) {
                let fit = if prompts.is_some() { ", and how it fits the prompt" } else { "" };
                blocks.push((format!("{}, {width} numbers{fit}", model.name), table));
            }
        }
        Ok(Embedded { blocks, is_covered })
    }

    /// What is kept under a key for the rows, each once, all of one width.
    fn embedded(&self, reader: &Reader, key: &ModelKey) -> Result<Vec<(u32, Vec<f32>)>, ApiError> {
        let mut embedded: Vec<(u32, Vec<f32>)> = Vec::new();
        let mut is_taken = vec![false; self.texts.len()];
        reader.each_embedding(key, |item, candidate, numbers| {
            let row = self.rows.get(&(item, candidate));
            if let Some(row) = row.filter(|row| !std::mem::replace(&mut is_taken[**row as usize], true)) {
                embedded.push((*row, numbers.to_vec()));
            }
        })?;
        let width = embedded.first().map_or(0, |(_, numbers)| numbers.len());
        embedded.retain(|(_, numbers)| numbers.len() == width);
        Ok(embedded)
    }

    /// The embedding of each row's prompt by a model; none where it has embedded no prompt.
    fn prompts(
        &self,
        reader: &Reader,
        model: &ScoredModel,
        width: usize,
    ) -> Result<Option<Vec<f32>>, ApiError> {
        let cluster_of_item: HashMap<_, _> = self.items.iter().map(|item| (item.id, item.cluster)).collect();
        let mut of_cluster: HashMap<u32, Vec<f32>> = HashMap::new();
        reader.each_embedding(&model.key.of_prompts(), |item, _, numbers| {
            if let Some(cluster) = cluster_of_item.get(&item).filter(|_| numbers.len() == width) {
                of_cluster.entry(*cluster).or_insert_with(|| numbers.to_vec());
            }
        })?;
        if of_cluster.is_empty() {
            return Ok(None);
        }
        let mut values = vec![f32::NAN; self.texts.len() * width];
        for item in &self.items {
            let Some(numbers) = of_cluster.get(&item.cluster) else { continue };
            for row in &item.rows {
                let row = *row as usize;
                values[row * width..(row + 1) * width].copy_from_slice(numbers);
            }
        }
        Ok(Some(values))
    }

    /// What is built in for pictures, where no model's embedding covers; none where too few are described.
    fn pictures(&self, reader: &Reader, is_covered: &[bool]) -> Result<Option<FeatureTable>, ApiError> {
        let mut described = vec![None; self.texts.len()];
        for (row, numbers) in self.embedded(reader, &ModelKey::built_in_pictures())? {
            if !is_covered[row as usize] {
                described[row as usize] = <[f32; PICTURE_WIDTH]>::try_from(numbers).ok();
            }
        }
        let count = described.iter().flatten().count();
        Ok((count >= LEAST_COVERED).then(|| image::table(&described)))
    }
}
