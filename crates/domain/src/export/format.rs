//! The formats that are written, and what each of them has to be told.

use serde::{Deserialize, Serialize};

use super::{AxolotlType, BothBadPolicy, NWayPolicy, PolicyQuestion, TiePolicy};

/// Formats that are listed together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FormatFamily {
    /// What trainers read.
    Training,
    /// What axolotl reads, type by type.
    Axolotl,
    /// What published data sets look like.
    DataSet,
    /// What other annotation tools read.
    Tool,
    /// What holds everything.
    Everything,
}

impl FormatFamily {
    /// Every family, in the order in which they are listed.
    pub const ALL: [Self; 5] = [Self::Training, Self::Axolotl, Self::DataSet, Self::Tool, Self::Everything];

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Training => "Format for training",
            Self::Axolotl => "Format for training with axolotl",
            Self::DataSet => "Format of a published data set",
            Self::Tool => "Format of another tool",
            Self::Everything => "Format with everything",
        }
    }
}

/// The formats that are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// TRL preference with `prompt`, `chosen`, `rejected` as texts.
    TrlExplicit,
    /// TRL preference with `chosen` and `rejected` only, the prompt in both.
    TrlImplicit,
    /// TRL preference with `prompt`, `chosen`, `rejected` as messages.
    TrlConversational,
    /// Anthropic HH transcripts.
    AnthropicHh,
    /// OpenAI preference fine-tuning.
    OpenAi,
    /// LLaMA-Factory ranking data in ShareGPT form, with its entry for `dataset_info.json`.
    LlamaFactory,
    /// Language feedback: prompt, chosen, rejected, and what is wrong with the rejected in words.
    LanguageFeedback,
    /// Unpaired rows of prompt, completion and label, for KTO.
    Kto,
    /// UnifiedReward's pairs of pictures, the preferred one as `jpg_0`.
    UnifiedReward,
    /// UnifiedReward's pairs of videos, as its training on videos and VideoDPO read them.
    VideoDpo,
    /// The types of axolotl, with the part of a configuration that names them.
    Axolotl(AxolotlType),
    /// HelpSteer2's ratings, one row for each response.
    HelpSteer2,
    /// HelpSteer2's preferences, one row for each pair.
    HelpSteer2Preference,
    /// HelpSteer3's preferences.
    HelpSteer3,
    /// UltraFeedback: the candidates of a prompt with their ratings.
    UltraFeedback,
    /// The candidates of a prompt and each annotator's ranks.
    Ranking,
    /// ImageReward: generations and their ranking.
    ImageReward,
    /// RichHF: scores and points on images, with heat maps as pictures.
    RichHf,
    /// HPDv2: pictures of a prompt with everyone's ranks.
    HpdV2,
    /// HPDv3: the preferred picture and the other one.
    HpdV3,
    /// Pick-a-Pic's pairs of pictures, with their paths for the bytes.
    PickAPic,
    /// PRISM: conversations, with utterances, survey and metadata beside them.
    Prism,
    /// Chatbot Arena battles.
    Arena,
    /// Chatbot Arena battles as CSV with one column for each winner.
    ArenaOneHot,
    /// CodePrefBench: pairs of code with every annotator's vote.
    CodePrefBench,
    /// Steps of a solution with labels, as process supervision in TRL reads them.
    Stepwise,
    /// VideoAlign: three verdicts on a pair of videos, as CSV.
    VideoAlign,
    /// Winner and loser by task and criterion.
    Criteria,
    /// Label Studio: tasks with everyone's annotations, and the labeling configuration that shows them.
    LabelStudio,
    /// Argilla: records with everyone's responses.
    Argilla,
    /// Prodigy's choice interface: a task and one annotator's choice.
    Prodigy,
    /// AutoArena's head-to-heads, as CSV.
    AutoArena,
    /// One row per answer, every answer of every judgment.
    Answers,
    /// One row per judgment, every outcome, with times and sides.
    Csv,
    /// Everything, losslessly.
    Tiebreak,
}

impl ExportFormat {
    /// Every format.
    pub const ALL: [Self; 46] = [
        Self::TrlExplicit,
        Self::TrlImplicit,
        Self::TrlConversational,
        Self::AnthropicHh,
        Self::OpenAi,
        Self::LlamaFactory,
        Self::LanguageFeedback,
        Self::Kto,
        Self::UnifiedReward,
        Self::VideoDpo,
        Self::Axolotl(AxolotlType::ChatTemplate),
        Self::Axolotl(AxolotlType::Argilla),
        Self::Axolotl(AxolotlType::ArgillaChat),
        Self::Axolotl(AxolotlType::Icr),
        Self::Axolotl(AxolotlType::Intel),
        Self::Axolotl(AxolotlType::PromptPairs),
        Self::Axolotl(AxolotlType::Ultra),
        Self::Axolotl(AxolotlType::Nectar),
        Self::Axolotl(AxolotlType::Orpo),
        Self::Axolotl(AxolotlType::Kto),
        Self::Axolotl(AxolotlType::RewardModel),
        Self::Axolotl(AxolotlType::Stepwise),
        Self::HelpSteer2,
        Self::HelpSteer2Preference,
        Self::HelpSteer3,
        Self::UltraFeedback,
        Self::Ranking,
        Self::ImageReward,
        Self::RichHf,
        Self::HpdV2,
        Self::HpdV3,
        Self::PickAPic,
        Self::Prism,
        Self::Arena,
        Self::ArenaOneHot,
        Self::CodePrefBench,
        Self::Stepwise,
        Self::VideoAlign,
        Self::Criteria,
        Self::LabelStudio,
        Self::Argilla,
        Self::Prodigy,
        Self::AutoArena,
        Self::Answers,
        Self::Csv,
        Self::Tiebreak,
    ];

    /// The word used on the command line and in manifests.
    pub fn word(self) -> &'static str {
        match self {
            Self::TrlExplicit => "trl-explicit",
            Self::TrlImplicit => "trl-implicit",
            Self::TrlConversational => "trl-conversational",
            Self::AnthropicHh => "hh",
            Self::OpenAi => "openai",
            Self::LlamaFactory => "llama-factory",
            Self::LanguageFeedback => "language-feedback",
            Self::Kto => "kto",
            Self::UnifiedReward => "unified-reward",
            Self::VideoDpo => "video-dpo",
            Self::Axolotl(AxolotlType::ChatTemplate) => "axolotl",
            Self::Axolotl(AxolotlType::Argilla) => "axolotl-argilla",
            Self::Axolotl(AxolotlType::ArgillaChat) => "axolotl-argilla-chat",
            Self::Axolotl(AxolotlType::Icr) => "axolotl-icr",
            Self::Axolotl(AxolotlType::Intel) => "axolotl-intel",
            Self::Axolotl(AxolotlType::PromptPairs) => "axolotl-prompt-pairs",
            Self::Axolotl(AxolotlType::Ultra) => "axolotl-ultra",
            Self::Axolotl(AxolotlType::Nectar) => "axolotl-nectar",
            Self::Axolotl(AxolotlType::Orpo) => "axolotl-orpo",
            Self::Axolotl(AxolotlType::Kto) => "axolotl-kto",
            Self::Axolotl(AxolotlType::RewardModel) => "axolotl-reward-model",
            Self::Axolotl(AxolotlType::Stepwise) => "axolotl-stepwise",
            Self::HelpSteer2 => "helpsteer2",
            Self::HelpSteer2Preference => "helpsteer2-preference",
            Self::HelpSteer3 => "helpsteer3",
            Self::UltraFeedback => "ultrafeedback",
            Self::Ranking => "ranking",
            Self::ImageReward => "imagereward",
            Self::RichHf => "richhf",
            Self::HpdV2 => "hpdv2",
            Self::HpdV3 => "hpdv3",
            Self::PickAPic => "pick-a-pic",
            Self::Prism => "prism",
            Self::Arena => "arena",
            Self::ArenaOneHot => "arena-one-hot",
            Self::CodePrefBench => "codeprefbench",
            Self::Stepwise => "stepwise",
            Self::VideoAlign => "videoalign",
            Self::Criteria => "criteria",
            Self::LabelStudio => "label-studio",
            Self::Argilla => "argilla",
            Self::Prodigy => "prodigy",
            Self::AutoArena => "autoarena",
            Self::Answers => "answers",
            Self::Csv => "csv",
            Self::Tiebreak => "tiebreak",
        }
    }

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::TrlExplicit => "TRL preference, explicit prompt",
            Self::TrlImplicit => "TRL preference, implicit prompt",
            Self::TrlConversational => "TRL preference, conversational",
            Self::AnthropicHh => "Anthropic HH transcripts",
            Self::OpenAi => "OpenAI preference fine-tuning",
            Self::LlamaFactory => "LLaMA-Factory ranking",
            Self::LanguageFeedback => "Language feedback",
            Self::Kto => "KTO, unpaired",
            Self::UnifiedReward => "UnifiedReward pairs of pictures",
            Self::VideoDpo => "UnifiedReward and VideoDPO pairs of videos",
            Self::Axolotl(AxolotlType::ChatTemplate) => "axolotl, chat_template.default",
            Self::Axolotl(AxolotlType::Argilla) => "axolotl, chatml.argilla",
            Self::Axolotl(AxolotlType::ArgillaChat) => "axolotl, chatml.argilla_chat",
            Self::Axolotl(AxolotlType::Icr) => "axolotl, chatml.icr",
            Self::Axolotl(AxolotlType::Intel) => "axolotl, chatml.intel",
            Self::Axolotl(AxolotlType::PromptPairs) => "axolotl, chatml.prompt_pairs",
            Self::Axolotl(AxolotlType::Ultra) => "axolotl, chatml.ultra",
            Self::Axolotl(AxolotlType::Nectar) => "axolotl, zephyr.nectar",
            Self::Axolotl(AxolotlType::Orpo) => "axolotl, ORPO chat_template.argilla",
            Self::Axolotl(AxolotlType::Kto) => "axolotl, KTO chatml.ultra",
            Self::Axolotl(AxolotlType::RewardModel) => "axolotl, bradley_terry.chat_template",
            Self::Axolotl(AxolotlType::Stepwise) => "axolotl, stepwise_supervised",
            Self::HelpSteer2 => "HelpSteer2 ratings",
            Self::HelpSteer2Preference => "HelpSteer2 preferences",
            Self::HelpSteer3 => "HelpSteer3 preferences",
            Self::UltraFeedback => "UltraFeedback ratings",
            Self::Ranking => "Ranking lists",
            Self::ImageReward => "ImageReward rankings",
            Self::RichHf => "RichHF scores and heat maps",
            Self::HpdV2 => "HPDv2 ranks",
            Self::HpdV3 => "HPDv3 preferences",
            Self::PickAPic => "Pick-a-Pic preferences",
            Self::Prism => "PRISM conversations",
            Self::Arena => "Chatbot Arena battles",
            Self::ArenaOneHot => "Chatbot Arena, one-hot winners",
            Self::CodePrefBench => "CodePrefBench votes",
            Self::Stepwise => "TRL stepwise supervision",
            Self::VideoAlign => "VideoAlign CSV",
            Self::Criteria => "Winner and loser by criterion",
            Self::LabelStudio => "Label Studio tasks",
            Self::Argilla => "Argilla records",
            Self::Prodigy => "Prodigy choices",
            Self::AutoArena => "AutoArena head-to-heads",
            Self::Answers => "CSV, every answer",
            Self::Csv => "CSV, every judgment",
            Self::Tiebreak => "Tiebreak, lossless",
        }
    }

    /// The format that a word of the command line names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.word() == word)
    }

    /// The name its file ends in.
    pub fn extension(self) -> &'static str {
        if self.is_table() {
            "csv"
        } else if self.is_array() {
            "json"
        } else {
            "jsonl"
        }
    }

    /// Whether its rows stand in one JSON array, since whoever reads it knows no lines.
    pub fn is_array(self) -> bool {
        matches!(self, Self::LabelStudio | Self::UnifiedReward | Self::VideoDpo)
    }

    /// Where it is listed.
    pub fn family(self) -> FormatFamily {
        match self {
            Self::Axolotl(_) => FormatFamily::Axolotl,
            Self::LabelStudio | Self::Argilla | Self::Prodigy | Self::AutoArena => FormatFamily::Tool,
            Self::Answers | Self::Csv | Self::Tiebreak => FormatFamily::Everything,
            Self::Kto | Self::UnifiedReward | Self::VideoDpo => FormatFamily::Training,
            format if format.is_preference() => FormatFamily::Training,
            _ => FormatFamily::DataSet,
        }
    }

    /// Whether its file is a table with a line of column names.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Answers | Self::VideoAlign | Self::ArenaOneHot | Self::AutoArena)
    }

    /// Whether it is made of chosen and rejected.
    pub fn is_preference(self) -> bool {
        if let Self::Axolotl(kind) = self {
            return kind.is_preference();
        }
        matches!(
            self,
            Self::TrlExplicit
                | Self::TrlImplicit
                | Self::TrlConversational
                | Self::AnthropicHh
                | Self::OpenAi
                | Self::LlamaFactory
                | Self::LanguageFeedback
        )
    }

    /// Whether its rows are made of pairs of which one won: [`Self::is_preference`], KTO, which takes those
    /// pairs apart, and what names their pictures or videos.
    pub fn is_of_pairs(self) -> bool {
        self.is_preference() || self.is_unpaired() || self.is_of_paths()
    }

    /// Whether it takes pairs apart into completions that are desirable or not.
    pub fn is_unpaired(self) -> bool {
        matches!(self, Self::Kto | Self::Axolotl(AxolotlType::Kto))
    }

    /// Whether its pairs are the paths of their media.
    pub fn is_of_paths(self) -> bool {
        matches!(self, Self::HpdV3 | Self::UnifiedReward | Self::VideoDpo)
    }

    /// Whether its rows can say that a model is their source.
    pub fn can_name_a_source(self) -> bool {
        self.is_of_pairs() && self != Self::OpenAi
    }

    /// Whether its rows can carry a `margin`.
    pub fn has_margin(self) -> bool {
        self.is_preference()
            && !matches!(self, Self::OpenAi | Self::LlamaFactory | Self::LanguageFeedback | Self::Axolotl(_))
    }

    /// What it may have to be told, in the order in which it is asked; what a project does not hold is not
    /// asked of it.
    pub fn asks(self) -> &'static [PolicyQuestion] {
        use PolicyQuestion::{
            BothBad, NWay, NeutralSteps, Question, Ratings, Rewrites, Several, Strength, Ties,
        };
        match self {
            format if format.is_of_pairs() => &[Question, BothBad, Ties, Strength, NWay, Several, Rewrites],
            Self::HelpSteer2 | Self::UltraFeedback | Self::RichHf => &[Ratings],
            Self::HelpSteer2Preference
            | Self::HelpSteer3
            | Self::Ranking
            | Self::HpdV2
            | Self::Prism
            | Self::Arena
            | Self::ArenaOneHot
            | Self::CodePrefBench
            | Self::Prodigy
            | Self::PickAPic
            | Self::AutoArena => &[Question],
            Self::ImageReward | Self::Axolotl(AxolotlType::Nectar) => &[Question, Several],
            Self::Stepwise | Self::Axolotl(AxolotlType::Stepwise) => &[Question, NeutralSteps, Several],
            Self::VideoAlign => &[BothBad, Several, Ratings],
            Self::Criteria => &[NWay],
            _ => &[],
        }
    }

    /// What it can make of ties.
    pub fn tie_policies(self) -> &'static [TiePolicy] {
        match self {
            format if format.is_unpaired() => {
                &[TiePolicy::Drop, TiePolicy::BothChosen, TiePolicy::BothRejected]
            }
            format if format.has_margin() => {
                &[TiePolicy::Drop, TiePolicy::MarginZero, TiePolicy::BothDirections]
            }
            format if format.is_preference() => &[TiePolicy::Drop, TiePolicy::BothDirections],
            format if format.is_of_paths() => &[TiePolicy::Drop],
            _ => &[],
        }
    }

    /// What it can make of pairs in which both are bad.
    pub fn both_bad_policies(self) -> &'static [BothBadPolicy] {
        match self {
            format if format.is_unpaired() => {
                &[BothBadPolicy::Drop, BothBadPolicy::AsTie, BothBadPolicy::BothRejected]
            }
            Self::VideoAlign => &[BothBadPolicy::Drop, BothBadPolicy::AsTie],
            format if format.is_preference() || format.is_of_paths() => {
                &[BothBadPolicy::Drop, BothBadPolicy::AsTie]
            }
            _ => &[],
        }
    }

    /// Which pairs it can make of more than two candidates: every two only where a row can say how much it weighs, or
    /// a candidate has one row in any case.
    pub fn n_way_policies(self) -> &'static [NWayPolicy] {
        match self {
            Self::OpenAi => &[NWayPolicy::BestWorst, NWayPolicy::Adjacent],
            _ => &[NWayPolicy::BestWorst, NWayPolicy::Adjacent, NWayPolicy::AllPairs],
        }
    }

    /// Whether its rows can be parted into those to train on and those to test with.
    pub fn can_be_split(self) -> bool {
        !matches!(self, Self::Prism | Self::Csv | Self::Answers | Self::Tiebreak)
    }
}
