//! Columns of a flat file, said on the command line; what is not said stays as the file suggests.

use tiebreak_domain::import::{CandidateColumns, ColumnMapping, ContentKind, ContextContent, LabelColumn};

/// How a flat file becomes pairs.
#[derive(clap::Args)]
#[command(next_help_heading = "Columns of a flat file")]
pub struct Columns {
    /// A column of the prompt; may be repeated
    #[arg(long = "prompt", value_name = "COLUMN")]
    prompt: Vec<String>,
    /// A column of what stands beside the prompt, a reference text or image; may be repeated
    #[arg(long = "context", value_name = "COLUMN")]
    context: Vec<String>,
    /// A column of masks that can be laid over an image; may be repeated
    #[arg(long = "mask", value_name = "COLUMN")]
    masks: Vec<String>,
    /// The column of a candidate; given twice
    #[arg(long = "candidate", value_name = "COLUMN")]
    candidates: Vec<String>,
    /// The candidates are image paths or addresses
    #[arg(long)]
    image: bool,
    /// The candidates are paths of videos, or of folders of numbered pictures
    #[arg(long, conflicts_with = "image")]
    video: bool,
    /// The column of a candidate's model; given once for each candidate, in their order
    #[arg(long = "model", value_name = "COLUMN")]
    models: Vec<String>,
    /// The column of the data's own name for an item
    #[arg(long, value_name = "COLUMN")]
    id: Option<String>,
    /// The column of an existing vote
    #[arg(long, value_name = "COLUMN")]
    label: Option<String>,
    /// A value of that column that means the first candidate; may be repeated
    #[arg(long, value_name = "VALUE", requires = "label")]
    label_a: Vec<String>,
    /// … the second candidate
    #[arg(long, value_name = "VALUE", requires = "label")]
    label_b: Vec<String>,
    /// … a tie
    #[arg(long, value_name = "VALUE", requires = "label")]
    label_tie: Vec<String>,
    /// … that both are bad
    #[arg(long, value_name = "VALUE", requires = "label")]
    label_both_bad: Vec<String>,
    /// A column kept as metadata; may be repeated
    #[arg(long = "metadata", value_name = "COLUMN")]
    metadata: Vec<String>,
}

impl Columns {
    /// Whether any column is named.
    pub fn says_something(&self) -> bool {
        !self.prompt.is_empty()
            || !self.context.is_empty()
            || !self.masks.is_empty()
            || !self.candidates.is_empty()
            || self.image
            || self.video
            || !self.models.is_empty()
            || self.id.is_some()
            || self.label.is_some()
            || !self.metadata.is_empty()
    }

    /// Whether both candidates are named, so that nothing need be proposed.
    pub fn names_candidates(&self) -> bool {
        self.candidates.len() == 2
    }

    /// The proposed mapping with what was said in its place.
    pub fn mapping(&self, proposed: ColumnMapping) -> ColumnMapping {
        let mut mapping = proposed;
        if !self.candidates.is_empty() {
            mapping.candidates = self
                .candidates
                .iter()
                .map(|content| CandidateColumns {
                    content: content.clone(),
                    kind: ContentKind::Text,
                    model: None,
                })
                .collect();
        }
        for (index, candidate) in mapping.candidates.iter_mut().enumerate() {
            if self.image {
                candidate.kind = ContentKind::Image;
            }
            if self.video {
                candidate.kind = ContentKind::Video;
            }
            if let Some(model) = self.models.get(index) {
                candidate.model = Some(model.clone());
            }
        }
        if !self.prompt.is_empty() {
            mapping.prompt.clone_from(&self.prompt);
        }
        // A column that was said to be a candidate is no longer a prompt that was only proposed.
        if self.prompt.is_empty() {
            mapping.prompt.retain(|column| !self.candidates.contains(column));
        }
        if !self.context.is_empty() {
            mapping.context.clone_from(&self.context);
        }
        for mask in &self.masks {
            if !mapping.context.contains(mask) {
                mapping.context.push(mask.clone());
            }
            mapping.context_as.entry(mask.clone()).or_default().content = Some(ContextContent::Mask);
        }
        mapping.context_as.retain(|column, _| mapping.context.contains(column));
        // What was said to stand beside the prompt is neither prompt nor a note, as it was only proposed to be.
        let is_beside = |column: &String| self.context.contains(column) || self.masks.contains(column);
        if self.prompt.is_empty() {
            mapping.prompt.retain(|column| !is_beside(column));
        }
        mapping.metadata.retain(|column| !is_beside(column));
        if let Some(id) = &self.id {
            mapping.id = Some(id.clone());
        }
        if let Some(column) = &self.label {
            mapping.label = Some(self.label_column(column, mapping.label.take()));
        }
        if !self.metadata.is_empty() {
            mapping.metadata.clone_from(&self.metadata);
        }
        mapping
    }

    fn label_column(&self, column: &str, proposed: Option<LabelColumn>) -> LabelColumn {
        let usual = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let proposed = proposed.filter(|label| label.column == column).unwrap_or_else(|| LabelColumn {
            column: column.to_owned(),
            a: usual(&["a", "A", "1", "first", "left", "model_a"]),
            b: usual(&["b", "B", "2", "second", "right", "model_b"]),
            tie: usual(&["tie", "Tie", "same", "equal", "0"]),
            both_bad: usual(&["both_bad", "both bad", "tie (bothbad)", "neither"]),
        });
        let said = |values: &[String], proposed: Vec<String>| {
            if values.is_empty() { proposed } else { values.to_vec() }
        };
        LabelColumn {
            column: proposed.column,
            a: said(&self.label_a, proposed.a),
            b: said(&self.label_b, proposed.b),
            tie: said(&self.label_tie, proposed.tie),
            both_bad: said(&self.label_both_bad, proposed.both_bad),
        }
    }
}

/// A mapping as the options that would say it.
pub fn described(mapping: &ColumnMapping) -> String {
    let mut options = Vec::new();
    let mut say = |option: &str, column: &str| options.push(format!("{option} {column:?}"));
    if let Some(id) = &mapping.id {
        say("--id", id);
    }
    for prompt in &mapping.prompt {
        say("--prompt", prompt);
    }
    for context in &mapping.context {
        let content = mapping.context_as.get(context).and_then(|said| said.content);
        say(if content == Some(ContextContent::Mask) { "--mask" } else { "--context" }, context);
    }
    for candidate in &mapping.candidates {
        say("--candidate", &candidate.content);
    }
    for model in mapping.candidates.iter().filter_map(|candidate| candidate.model.as_ref()) {
        say("--model", model);
    }
    if let Some(label) = &mapping.label {
        say("--label", &label.column);
    }
    if mapping.candidates.iter().any(|candidate| candidate.kind == ContentKind::Image) {
        options.push("--image".to_owned());
    }
    if mapping.candidates.iter().any(|candidate| candidate.kind == ContentKind::Video) {
        options.push("--video".to_owned());
    }
    format!("columns: {}", options.join(" "))
}
