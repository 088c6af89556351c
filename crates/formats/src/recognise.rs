//! Recognises what the rows of a file mean, by looking at the first of them.

use serde_json::Value;
use tiebreak_domain::import::ColumnMapping;
use tiebreak_domain::item::Metadata;
use tiebreak_domain::{DataFormat, ImportPlan};

use crate::FormatError;
use crate::mapping::{pair_of_choice, propose};
use crate::rows::{Advance, Rows};
use crate::shape::arena::ArenaShape;
use crate::shape::argilla::{ArgillaShape, is_record};
use crate::shape::auto_arena::{AutoArenaShape, is_auto_arena};
use crate::shape::battle::BattleShape;
use crate::shape::code_pref_bench::CodePrefBenchShape;
use crate::shape::columns::ColumnsShape;
use crate::shape::help_steer::{PreferenceShape, RatingsShape};
use crate::shape::hh::{HhShape, is_transcript};
use crate::shape::hpd::{HpdV2Shape, HpdV3Shape};
use crate::shape::image_reward::ImageRewardShape;
use crate::shape::kto::KtoShape;
use crate::shape::label_studio::{LabelStudioShape, is_task};
use crate::shape::oasst::TreesShape;
use crate::shape::openai::OpenAiShape;
use crate::shape::pandalm::{PandaLmShape, annotator_number};
use crate::shape::prism::ConversationsShape;
use crate::shape::prism_utterances::UtterancesShape;
use crate::shape::prodigy::{ProdigyShape, is_choice};
use crate::shape::ranking_list::RankingListShape;
use crate::shape::rich_hf::RichHfShape;
use crate::shape::stepwise::StepwiseShape;
use crate::shape::summaries::{AxesShape, ComparisonsShape};
use crate::shape::survey::SurveyShape;
use crate::shape::trl::TrlShape;
use crate::shape::ultra_feedback::UltraFeedbackShape;
use crate::shape::video_align::VideoAlignShape;
use crate::shape::{ItemShape, Shape};

/// How many rows are looked at, and how many bytes at most.
const ROWS: usize = 50;
const BYTES: usize = 4 * 1024 * 1024;

/// What was recognised.
pub(crate) struct Recognised {
    pub(crate) format: DataFormat,
    /// Why, in a sentence.
    pub(crate) because: String,
    /// Every column that the first rows have, in their order.
    pub(crate) columns: Vec<String>,
    /// The first rows that could be read.
    pub(crate) rows: Vec<Metadata>,
    /// Whether they are those of a table, whose values are texts.
    is_table: bool,
    /// How columns are read, if the format is [`DataFormat::Columns`].
    pub(crate) mapping: Option<ColumnMapping>,
}

/// Looks at the first rows of a file; what the plan says goes before what is seen.
pub(crate) fn recognise(plan: &ImportPlan) -> Result<Recognised, FormatError> {
    let (columns, rows, is_table) = first_rows(&plan.path)?;
    let (format, because) = match (plan.format, &plan.mapping) {
        (Some(format), _) => (format, "This format was asked for".to_owned()),
        (None, Some(_)) => (DataFormat::Columns, "A column mapping was given".to_owned()),
        (None, None) => format_of_rows(&columns, &rows, is_table),
    };
    let mut recognised = Recognised { format, because, columns, rows, is_table, mapping: None };
    if format == DataFormat::Columns {
        let mapping = propose(&recognised.columns, &recognised.rows);
        if plan.mapping.is_none() && plan.format.is_none() {
            recognised.because = because_of_mapping(&mapping);
        }
        recognised.mapping = Some(plan.mapping.clone().unwrap_or(mapping));
    }
    Ok(recognised)
}

impl Recognised {
    /// What reads the rows; none for the lossless format.
    pub(crate) fn shape(&self, plan: &ImportPlan) -> Result<Option<Box<dyn Shape>>, FormatError> {
        if self.rows.is_empty() && plan.mapping.is_none() && self.format != DataFormat::Tiebreak {
            return Ok(Some(Box::new(NoShape)));
        }
        let (columns, text) = (self.columns.as_slice(), plan.text_format);
        Ok(match self.format {
            DataFormat::Tiebreak => None,
            DataFormat::AnthropicHh => Some(Box::new(HhShape::new(columns, &self.rows))),
            DataFormat::TrlPreference => Some(Box::new(TrlShape::new(columns, &self.rows, text))),
            DataFormat::OpenAi => Some(Box::new(OpenAiShape::new(columns))),
            DataFormat::PandaLm => Some(Box::new(PandaLmShape::new(columns, text))),
            DataFormat::HelpSteer2 => Some(Box::new(RatingsShape::new(columns, text))),
            DataFormat::HelpSteer2Preference => Some(Box::new(PreferenceShape::help_steer_2(columns, text))),
            DataFormat::HelpSteer3 => Some(Box::new(PreferenceShape::help_steer_3(columns, text))),
            DataFormat::UltraFeedback => Some(Box::new(UltraFeedbackShape::new(columns, text))),
            DataFormat::ImageReward => Some(Box::new(ImageRewardShape::new(columns, text))),
            DataFormat::Ranking => Some(Box::new(RankingListShape::new(columns, &self.rows, text))),
            DataFormat::CodePrefBench => Some(Box::new(CodePrefBenchShape::new(columns, text))),
            DataFormat::RichHf => Some(Box::new(RichHfShape::new(columns, text))),
            DataFormat::HpdV2 => Some(Box::new(HpdV2Shape::new(columns, text))),
            DataFormat::HpdV3 => Some(Box::new(HpdV3Shape::new(columns, text))),
            DataFormat::Arena => Some(Box::new(BattleShape::new(columns))),
            DataFormat::ArenaOneHot => Some(Box::new(ArenaShape::new(columns))),
            DataFormat::SummarizeFromFeedback => Some(Box::new(ComparisonsShape::new(columns, text))),
            DataFormat::SummarizeAxes => Some(Box::new(AxesShape::new(columns, text))),
            DataFormat::Oasst => Some(Box::new(TreesShape::new(columns))),
            DataFormat::VideoAlign => Some(Box::new(VideoAlignShape::new(columns, text))),
            DataFormat::Stepwise => Some(Box::new(StepwiseShape::new(columns, &self.rows, text))),
            DataFormat::Kto => Some(Box::new(KtoShape::new(columns, text))),
            DataFormat::Prism => Some(Box::new(ConversationsShape::new(columns))),
            DataFormat::PrismUtterances => Some(Box::new(UtterancesShape::new(columns, text))),
            DataFormat::PrismSurvey => Some(Box::new(SurveyShape::new(columns))),
            DataFormat::PrismMetadata => {
                return Err(FormatError::NothingToJudge { path: plan.path.clone() });
            }
            DataFormat::Prodigy => Some(Box::new(ProdigyShape::new(columns, text))),
            DataFormat::AutoArena => Some(Box::new(AutoArenaShape::new(columns, &plan.path, text))),
            DataFormat::LabelStudio => {
                let shape = LabelStudioShape::new(&self.rows, plan.mapping.as_ref(), text);
                Some(Box::new(mapped(shape, plan)?))
            }
            DataFormat::Argilla => {
                let shape = ArgillaShape::new(columns, &self.rows, plan.mapping.as_ref(), text);
                Some(Box::new(mapped(shape, plan)?))
            }
            DataFormat::Columns => {
                let mapping = self.mapping.clone().unwrap_or_default();
                if mapping.candidates.is_empty() {
                    return Err(FormatError::MappingNeeded { path: plan.path.clone() });
                }
                let shape = ColumnsShape::new(mapping, plan.text_format)
                    .map_err(|reason| FormatError::Mapping { path: plan.path.clone(), reason })?;
                Some(Box::new(if self.is_table { shape.of_table(&self.rows) } else { shape }))
            }
        })
    }
}

/// A shape that goes by what its first rows show; somebody has to say what of it are the candidates where they do not.
fn mapped<S>(shape: Result<Option<S>, String>, plan: &ImportPlan) -> Result<S, FormatError> {
    let path = || plan.path.clone();
    let shape = shape.map_err(|reason| FormatError::Mapping { path: path(), reason })?;
    shape.ok_or_else(|| FormatError::MappingNeeded { path: path() })
}

/// Stands in where no row among the first could be read: the rows say themselves what is wrong with them.
struct NoShape;

impl ItemShape for NoShape {
    fn columns(&self) -> Vec<String> {
        Vec::new()
    }

    fn understand(&self, _: Vec<crate::cell::Cell>) -> Result<crate::shape::Understood, String> {
        Err("none of the first rows could be read, so what this one means is not known".to_owned())
    }
}

/// The columns, the rows that could be read, and whether they are those of a table.
fn first_rows(path: &str) -> Result<(Vec<String>, Vec<Metadata>, bool), FormatError> {
    let mut rows = Rows::open(path)?;
    let mut columns: Vec<String> = rows.header().map(<[String]>::to_vec).unwrap_or_default();
    let mut found = Vec::new();
    let mut bytes = 0;
    while found.len() < ROWS && bytes < BYTES {
        match rows.advance() {
            Ok(Advance::Row) => {
                bytes += rows.row_bytes() + 1;
                let Ok(object) = rows.object() else { continue };
                for name in object.keys() {
                    if !columns.contains(name) && columns.len() < 1_000 {
                        columns.push(name.clone());
                    }
                }
                found.push(object);
            }
            Ok(Advance::Bad(_)) => bytes += 1024,
            Ok(Advance::End) if rows.rows() == 0 => return Err(FormatError::Empty { path: path.to_owned() }),
            Ok(Advance::End) => break,
            // The import will come to the break again, after the rows before it.
            Err(_) if rows.rows() > 0 => break,
            Err(error) => return Err(error),
        }
    }
    Ok((columns, found, !rows.is_json()))
}

fn format_of_rows(columns: &[String], rows: &[Metadata], is_table: bool) -> (DataFormat, String) {
    let has = |name: &str| columns.iter().any(|column| column == name);
    let in_most = |test: &dyn Fn(&Metadata) -> bool| {
        !rows.is_empty() && rows.iter().filter(|row| test(row)).count() * 10 >= rows.len() * 9
    };
    if rows
        .first()
        .is_some_and(|row| row.contains_key("tiebreak") && row.get("record") == Some(&"project".into()))
    {
        return (DataFormat::Tiebreak, "The first line is a project record of Tiebreak".to_owned());
    }
    if let Some((format, because)) = format_of_tool(columns, rows, is_table, in_most) {
        return (format, because.to_owned());
    }
    let text = |row: &Metadata, name: &str| row.get(name).and_then(Value::as_str).map(str::to_owned);
    if in_most(&|row| {
        ["chosen", "rejected"].iter().all(|name| text(row, name).is_some_and(|text| is_transcript(&text)))
    }) {
        let because =
            "Each row has `chosen` and `rejected`, and both are transcripts marked Human: and Assistant:";
        return (DataFormat::AnthropicHh, because.to_owned());
    }
    if in_most(&|row| row.contains_key("chosen") && row.contains_key("rejected")) {
        let are_lists = in_most(&|row| {
            ["chosen", "rejected"].iter().all(|name| row.get(*name).is_some_and(|value| !value.is_string()))
        });
        let content = if are_lists { "messages" } else { "texts" };
        let prompt = if has("prompt") {
            "with a `prompt` of its own"
        } else {
            "the prompt being what both begin with"
        };
        return (
            DataFormat::TrlPreference,
            format!("Each row has `chosen` and `rejected` as {content}, {prompt}"),
        );
    }
    let is_pandalm = ["instruction", "response1", "response2"].iter().all(|name| has(name))
        && columns.iter().any(|name| annotator_number(name).is_some());
    if is_pandalm {
        let because = "Each row has `instruction`, `response1`, `response2` and votes in `annotator1` and on";
        return (DataFormat::PandaLm, because.to_owned());
    }
    if RichHfShape::fits(columns) {
        let because = "Each row has a `filename` and marks on it or words of its prompt that it misses";
        return (DataFormat::RichHf, because.to_owned());
    }
    if let Some((format, by)) = format_of_columns(columns, rows) {
        let by: Vec<String> = by.iter().map(|name| format!("`{name}`")).collect();
        return (format, format!("Each row has {}", by.join(", ")));
    }
    if let Some([chosen, rejected]) = pair_of_choice(columns, rows) {
        let because =
            format!("Each row has `{chosen}` and `{rejected}`, whose names say which was preferred");
        return (DataFormat::TrlPreference, because);
    }
    (DataFormat::Columns, String::new())
}

/// The formats of annotation tools, which keep what was said apart from what was shown.
fn format_of_tool(
    columns: &[String],
    rows: &[Metadata],
    is_table: bool,
    in_most: impl Fn(&dyn Fn(&Metadata) -> bool) -> bool,
) -> Option<(DataFormat, &'static str)> {
    if is_table {
        let because = "The table has the columns of AutoArena, which knows the winners A, B and -";
        return is_auto_arena(columns, rows).then_some((DataFormat::AutoArena, because));
    }
    if in_most(&is_task) {
        return Some((
            DataFormat::LabelStudio,
            "Each row is a task: `data`, and `annotations` or `predictions`",
        ));
    }
    if in_most(&is_record) {
        return Some((
            DataFormat::Argilla,
            "Each row is a record: fields, with responses or suggestions by question",
        ));
    }
    in_most(&is_choice)
        .then_some((DataFormat::Prodigy, "Each row has `options` with ids, and which were accepted"))
}

/// The formats that the names of their columns give away, with those names.
fn format_of_columns(columns: &[String], rows: &[Metadata]) -> Option<(DataFormat, &'static [&'static str])> {
    const NAMES: [(DataFormat, &[&str]); 23] = [
        (DataFormat::OpenAi, &["input", "preferred_output", "non_preferred_output"]),
        (DataFormat::HelpSteer2, &["prompt", "response", "helpfulness", "correctness", "coherence"]),
        (DataFormat::HelpSteer2Preference, &["response_1", "response_2", "preference_strength"]),
        (DataFormat::HelpSteer3, &["context", "response1", "response2", "overall_preference"]),
        (DataFormat::UltraFeedback, &["instruction", "completions"]),
        (DataFormat::ImageReward, &["prompt", "generations", "ranking"]),
        (DataFormat::Ranking, &["prompt", "candidates", "rankings"]),
        (DataFormat::CodePrefBench, &["instruction", "choices", "annotations"]),
        (DataFormat::HpdV2, &["prompt", "file_path", "human_preference"]),
        (DataFormat::HpdV2, &["prompt", "image_path", "rank"]),
        (DataFormat::HpdV3, &["prompt", "path1", "path2"]),
        (DataFormat::Arena, &["conversation_a", "conversation_b", "winner"]),
        (DataFormat::SummarizeFromFeedback, &["info", "summaries", "choice"]),
        (DataFormat::SummarizeAxes, &["info", "summary", "worker"]),
        (DataFormat::Oasst, &["message_tree_id", "prompt"]),
        (DataFormat::ArenaOneHot, &["response_a", "response_b", "winner_model_a", "winner_model_b"]),
        (DataFormat::VideoAlign, &["path_A", "path_B", "VQ", "MQ", "TA"]),
        (DataFormat::Stepwise, &["prompt", "completions", "labels"]),
        (DataFormat::Kto, &["prompt", "completion", "label"]),
        (DataFormat::Prism, &["conversation_id", "conversation_history"]),
        (DataFormat::PrismUtterances, &["interaction_id", "user_prompt", "model_response", "score"]),
        (DataFormat::PrismMetadata, &["column_id", "user_id", "pii_flag", "moderation_flag"]),
        (DataFormat::PrismSurvey, &["user_id", "stated_prefs"]),
    ];
    let has = |name: &str| columns.iter().any(|column| column == name);
    let is_mostly = |name: &str, test: fn(&Value) -> bool| {
        let meant = rows.iter().filter(|row| row.get(name).is_some_and(test));
        !rows.is_empty() && meant.count() * 10 >= rows.len() * 9
    };
    NAMES.into_iter().find(|(format, names)| {
        let list = match format {
            DataFormat::UltraFeedback | DataFormat::Stepwise => Some("completions"),
            DataFormat::ImageReward => Some("generations"),
            DataFormat::Ranking => Some("candidates"),
            DataFormat::CodePrefBench => Some("choices"),
            DataFormat::Prism => Some("conversation_history"),
            DataFormat::SummarizeFromFeedback => Some("summaries"),
            _ => None,
        };
        let object = match format {
            DataFormat::OpenAi => Some("input"),
            DataFormat::SummarizeAxes => Some("summary"),
            DataFormat::Oasst => Some("prompt"),
            _ => None,
        };
        names.iter().all(|name| has(name))
            && list.is_none_or(|name| is_mostly(name, Value::is_array))
            && object.is_none_or(|name| is_mostly(name, Value::is_object))
    })
}

fn because_of_mapping(mapping: &ColumnMapping) -> String {
    match mapping.candidates.as_slice() {
        [only] => format!("The lists in the column `{}` look like candidates", only.content),
        [first, second] => {
            format!("The columns `{}` and `{}` look like a pair of candidates", first.content, second.content)
        }
        [first, .., last] => {
            format!("The columns `{}` to `{}` look like candidates", first.content, last.content)
        }
        _ => "No two columns look like a pair of candidates: say which are".to_owned(),
    }
}
