//! What an import is asked to do, what it would do, and what it did.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Item, TextFormat};

/// The shapes of data that are understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DataFormat {
    /// TRL preference data, explicit, implicit or conversational: `prompt?`, `chosen`, `rejected`.
    TrlPreference,
    /// Anthropic HH transcripts: `chosen` and `rejected`, turns marked `\n\nHuman:` and `\n\nAssistant:`.
    AnthropicHh,
    /// OpenAI preference fine-tuning: `input`, `preferred_output`, `non_preferred_output`.
    OpenAi,
    /// The PandaLM test set: `instruction`, `input`, `response1`, `response2`, `annotator1`, …
    PandaLm,
    /// HelpSteer2 ratings: `prompt`, `response`, and five attributes; neighbouring rows share a prompt.
    HelpSteer2,
    /// HelpSteer2 preferences: `response_1`, `response_2`, `preference_strength`, `all_preferences_unprocessed`.
    HelpSteer2Preference,
    /// HelpSteer3: `context`, `response1`, `response2`, `overall_preference`, `individual_preference`.
    HelpSteer3,
    /// UltraFeedback: `instruction`, and `completions` with their `annotations`.
    UltraFeedback,
    /// ImageReward test lists: `prompt`, `generations`, `ranking`.
    ImageReward,
    /// Ranking lists: `prompt`, `candidates`, `rankings`.
    Ranking,
    /// CodePrefBench: `instruction`, `choices`, `annotations`.
    CodePrefBench,
    /// RichHF: `filename`, `prompt`, scores, marks, and which words of the prompt the picture misses.
    RichHf,
    /// HPDv2: `file_path` and `human_preference` of a pair, or `image_path` and `rank` of several pictures.
    HpdV2,
    /// HPDv3: `prompt`, `path1`, which is preferred, and `path2`.
    HpdV3,
    /// Chatbot Arena and MT-Bench battles: `conversation_a`, `conversation_b`, `winner`, `judge`.
    Arena,
    /// Chatbot Arena with one column for each winner: `winner_model_a`, `winner_model_b`, `winner_tie`.
    ArenaOneHot,
    /// OpenAI's comparisons of summaries: `info`, `summaries`, `choice`, `worker`.
    SummarizeFromFeedback,
    /// OpenAI's ratings of single summaries: `info`, and `summary` with its `axes`.
    SummarizeAxes,
    /// OpenAssistant's trees of messages: `message_tree_id`, `prompt` with its `replies`.
    Oasst,
    /// VideoAlign: `path_A`, `path_B`, `prompt`, `VQ`, `MQ`, `TA`.
    VideoAlign,
    /// TRL stepwise supervision: `prompt`, `completions`, `labels`.
    Stepwise,
    /// TRL unpaired preference: `prompt`, `completion`, `label`.
    Kto,
    /// PRISM conversations: `conversation_history`, whose turns have several scored replies.
    Prism,
    /// PRISM utterances: a row for each reply, grouped by `interaction_id`.
    PrismUtterances,
    /// PRISM's survey: what its people say of themselves, and nothing to judge.
    PrismSurvey,
    /// PRISM's metadata: what detectors say of its texts. It holds nothing that is taken in.
    PrismMetadata,
    /// Label Studio's tasks: `data`, and `annotations` with their results.
    LabelStudio,
    /// Argilla's records: `fields`, `responses`, `suggestions`; nested, or flattened into columns.
    Argilla,
    /// Prodigy's choices: `options`, `accept`, `answer`.
    Prodigy,
    /// AutoArena: head-to-heads with `winner` A, B or `-`; or the `response` of one model to each `prompt`.
    AutoArena,
    /// Flat rows, by a [`ColumnMapping`].
    Columns,
    /// Tiebreak's own lossless JSONL.
    Tiebreak,
}

impl DataFormat {
    /// Every format.
    pub const ALL: [Self; 32] = [
        Self::TrlPreference,
        Self::AnthropicHh,
        Self::OpenAi,
        Self::PandaLm,
        Self::HelpSteer2,
        Self::HelpSteer2Preference,
        Self::HelpSteer3,
        Self::UltraFeedback,
        Self::ImageReward,
        Self::Ranking,
        Self::CodePrefBench,
        Self::RichHf,
        Self::HpdV2,
        Self::HpdV3,
        Self::Arena,
        Self::ArenaOneHot,
        Self::SummarizeFromFeedback,
        Self::SummarizeAxes,
        Self::Oasst,
        Self::VideoAlign,
        Self::Stepwise,
        Self::Kto,
        Self::Prism,
        Self::PrismUtterances,
        Self::PrismSurvey,
        Self::PrismMetadata,
        Self::LabelStudio,
        Self::Argilla,
        Self::Prodigy,
        Self::AutoArena,
        Self::Columns,
        Self::Tiebreak,
    ];

    /// The word used on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::TrlPreference => "trl",
            Self::AnthropicHh => "hh",
            Self::OpenAi => "openai",
            Self::PandaLm => "pandalm",
            Self::HelpSteer2 => "helpsteer2",
            Self::HelpSteer2Preference => "helpsteer2-preference",
            Self::HelpSteer3 => "helpsteer3",
            Self::UltraFeedback => "ultrafeedback",
            Self::ImageReward => "imagereward",
            Self::Ranking => "ranking",
            Self::CodePrefBench => "codeprefbench",
            Self::RichHf => "richhf",
            Self::HpdV2 => "hpdv2",
            Self::HpdV3 => "hpdv3",
            Self::Arena => "arena",
            Self::ArenaOneHot => "arena-one-hot",
            Self::SummarizeFromFeedback => "summarize-from-feedback",
            Self::SummarizeAxes => "summarize-from-feedback-axes",
            Self::Oasst => "oasst",
            Self::VideoAlign => "videoalign",
            Self::Stepwise => "stepwise",
            Self::Kto => "kto",
            Self::Prism => "prism",
            Self::PrismUtterances => "prism-utterances",
            Self::PrismSurvey => "prism-survey",
            Self::PrismMetadata => "prism-metadata",
            Self::LabelStudio => "label-studio",
            Self::Argilla => "argilla",
            Self::Prodigy => "prodigy",
            Self::AutoArena => "autoarena",
            Self::Columns => "columns",
            Self::Tiebreak => "tiebreak",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::TrlPreference => "TRL preference",
            Self::AnthropicHh => "Anthropic HH transcripts",
            Self::OpenAi => "OpenAI preference fine-tuning",
            Self::PandaLm => "PandaLM",
            Self::HelpSteer2 => "HelpSteer2 ratings",
            Self::HelpSteer2Preference => "HelpSteer2 preferences",
            Self::HelpSteer3 => "HelpSteer3 preferences",
            Self::UltraFeedback => "UltraFeedback",
            Self::ImageReward => "ImageReward rankings",
            Self::Ranking => "Ranking lists",
            Self::CodePrefBench => "CodePrefBench votes",
            Self::RichHf => "RichHF scores and marks",
            Self::HpdV2 => "HPDv2 preferences and ranks",
            Self::HpdV3 => "HPDv3 preferences",
            Self::Arena => "Chatbot Arena and MT-Bench battles",
            Self::ArenaOneHot => "Chatbot Arena, one-hot winners",
            Self::SummarizeFromFeedback => "Summarize from feedback, comparisons",
            Self::SummarizeAxes => "Summarize from feedback, axes",
            Self::Oasst => "OpenAssistant trees",
            Self::VideoAlign => "VideoAlign pairs",
            Self::Stepwise => "Stepwise supervision",
            Self::Kto => "KTO, unpaired",
            Self::Prism => "PRISM conversations",
            Self::PrismUtterances => "PRISM utterances",
            Self::PrismSurvey => "PRISM survey",
            Self::PrismMetadata => "PRISM metadata",
            Self::LabelStudio => "Label Studio tasks",
            Self::Argilla => "Argilla records",
            Self::Prodigy => "Prodigy choices",
            Self::AutoArena => "AutoArena results",
            Self::Columns => "Columns",
            Self::Tiebreak => "Tiebreak, lossless",
        }
    }
}

/// What a column's values are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContentKind {
    /// Text, or a list of messages.
    #[default]
    Text,
    /// Image paths or addresses.
    Image,
    /// Paths of videos, or of folders of numbered pictures.
    Video,
}

/// Where one candidate is found in a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CandidateColumns {
    /// The column of its content.
    pub content: String,
    /// What that content is.
    pub kind: ContentKind,
    /// The column of its model's name.
    pub model: Option<String>,
}

/// Where an existing vote is found in a row, and how it reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LabelColumn {
    /// The column.
    pub column: String,
    /// Values that mean the first candidate.
    pub a: Vec<String>,
    /// Values that mean the second candidate.
    pub b: Vec<String>,
    /// Values that mean a tie.
    pub tie: Vec<String>,
    /// Values that mean both bad.
    pub both_bad: Vec<String>,
}

/// What a column beside the prompt holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContextContent {
    /// A text to hold the candidates against.
    Text,
    /// Images to hold them against: paths or addresses.
    Image,
    /// An image that can be laid over the candidates' images.
    Mask,
}

/// How a column beside the prompt is read, as far as it is said and not told from its values.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct ContextColumn {
    /// What it holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<ContextContent>,
    /// What the annotator reads above it; the column's name if none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// How a flat row becomes an item.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ColumnMapping {
    /// The data's name for the item.
    pub id: Option<String>,
    /// Columns that make up the prompt, joined by blank lines.
    pub prompt: Vec<String>,
    /// Columns of what stands beside the prompt: images to hold the candidates against, masks, texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub context: Vec<String>,
    /// How those are read, by column, where it is said.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub context_as: BTreeMap<String, ContextColumn>,
    /// The candidates, 1 to 12. A single one whose column holds a list gives all elements of the list; several
    /// that name the same column each take their element.
    pub candidates: Vec<CandidateColumns>,
    /// The existing vote.
    pub label: Option<LabelColumn>,
    /// Who gave it; else the plan's past annotator.
    pub annotator: Option<String>,
    /// Columns kept as metadata of the item.
    pub metadata: Vec<String>,
}

/// What to do with votes in the data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabelPolicy {
    /// Leave them out: the items are judged afresh.
    #[default]
    LeaveOut,
    /// Take them in as the judgments of a past annotator of this name.
    TakeIn {
        /// The name; where a row holds several votes, a number follows it.
        annotator: String,
    },
}

/// What an import is asked to do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportPlan {
    /// The file.
    pub path: String,
    /// Its format; recognised by looking if none.
    pub format: Option<DataFormat>,
    /// How its columns are read, if the format is [`DataFormat::Columns`]; proposed by looking if none.
    pub mapping: Option<ColumnMapping>,
    /// How its texts are read.
    pub text_format: TextFormat,
    /// Its votes.
    pub labels: LabelPolicy,
    /// Where relative media paths start; the file's own folder if none.
    pub media_folder: Option<String>,
    /// Whether media at addresses may be fetched when they are shown.
    pub fetches_addresses: bool,
    /// The source's name; the file's if none.
    pub source_name: Option<String>,
    /// Whether an item of more than two candidates becomes an item for every two of them
    /// ([`crate::candidate_pairs`]); votes on all of them become votes on each pair.
    #[serde(default)]
    pub makes_pairs: bool,
}

impl ImportPlan {
    /// Recognise everything, leave votes out.
    pub fn of_file(path: impl Into<String>) -> Self {
        Self { path: path.into(), ..Self::default() }
    }
}

/// A row that could not be taken, or was taken with a doubt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowProblem {
    /// The line in the file, from 1; the row's number where lines mean nothing (a JSON array).
    pub line: u64,
    /// What was wrong, and with which field, in a sentence.
    pub reason: String,
}

/// A column as the wizard shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ColumnPreview {
    /// Its name.
    pub name: String,
    /// The first value that is not empty, at most 120 characters.
    pub example: String,
}

/// What an import would do, from the first rows of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ImportPreview {
    /// What the file is, for people: "JSONL, gzipped".
    pub container: String,
    /// What was recognised, or asked for.
    pub format: DataFormat,
    /// Why it was recognised so, in a sentence.
    pub because: String,
    /// The columns of a flat file.
    pub columns: Vec<ColumnPreview>,
    /// The mapping proposed, or asked for.
    pub mapping: Option<ColumnMapping>,
    /// The first items, at most 20.
    pub items: Vec<Item>,
    /// What was wrong with the first rows.
    pub problems: Vec<RowProblem>,
    /// How many of the first rows were read.
    pub rows_read: u64,
    /// How many of the first items hold votes.
    pub items_with_labels: u64,
    /// The hosts from which media would be fetched.
    pub media_hosts: Vec<String>,
    /// The file's size.
    pub size_bytes: u64,
}

/// How far an import is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProgress {
    /// Rows read.
    pub rows_read: u64,
    /// Items added.
    pub items_added: u64,
    /// Bytes of the file read (compressed ones, if it is compressed).
    pub bytes_read: u64,
    /// Bytes in the file.
    pub bytes_total: u64,
    /// Rows refused.
    pub rows_refused: u64,
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// The source's name.
    pub source: String,
    /// Rows read.
    pub rows_read: u64,
    /// Items added.
    pub items_added: u64,
    /// Items that were there already.
    pub items_known: u64,
    /// Of those, items that were deleted by hand and stay so.
    pub items_deleted_before: u64,
    /// Judgments taken in from votes in the data.
    pub judgments_added: u64,
    /// Labels taken in that the data says a model gave; none of them is among the judgments.
    #[serde(default)]
    pub model_labels_added: u64,
    /// People of whom a survey told something that was not known.
    #[serde(default)]
    pub profiles_added: u64,
    /// Rows refused.
    pub rows_refused: u64,
    /// The first [`MAX_PROBLEMS`] problems.
    pub problems: Vec<RowProblem>,
    /// How long it took.
    pub elapsed_ms: u64,
}

/// The most problems a report lists; all are counted.
pub const MAX_PROBLEMS: usize = 100_000;
