//! The kinds of data that axolotl trains on, by the `type` that its configuration calls them.
//!
//! Many say the same with other names of their columns, since axolotl has one for each published data set that it was
//! made for. Of those that put a chat format around bare texts (`chatml.*`) there is a twin for Llama 3 (`llama3.*`)
//! with the same columns.

use serde::{Deserialize, Serialize};

/// A `type` of axolotl's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxolotlType {
    /// `messages`, `chosen` and `rejected` as one message each; any chat template.
    ChatTemplate,
    /// `instruction`, `chosen_response`, `rejected_response`.
    Argilla,
    /// Whole conversations in `chosen` and `rejected`.
    ArgillaChat,
    /// `input`, `chosen`, `rejected`.
    Icr,
    /// `question`, `chosen`, `rejected`.
    Intel,
    /// `prompt`, `chosen`, `rejected`.
    PromptPairs,
    /// `prompt`, and whole conversations in `chosen` and `rejected`.
    Ultra,
    /// `prompt` and ranked `answers`.
    Nectar,
    /// Whole conversations in `chosen` and `rejected`, for ORPO.
    Orpo,
    /// `prompt`, `completion`, `label`, for KTO.
    Kto,
    /// `input`, `chosen`, `rejected`, for a reward model.
    RewardModel,
    /// `prompt`, `completions`, `labels`, for a process reward model.
    Stepwise,
}

impl AxolotlType {
    /// What a configuration calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::ChatTemplate => "chat_template.default",
            Self::Argilla => "chatml.argilla",
            Self::ArgillaChat => "chatml.argilla_chat",
            Self::Icr => "chatml.icr",
            Self::Intel => "chatml.intel",
            Self::PromptPairs => "chatml.prompt_pairs",
            // Of unpaired rows, with other columns.
            Self::Ultra | Self::Kto => "chatml.ultra",
            Self::Nectar => "zephyr.nectar",
            Self::Orpo => "chat_template.argilla",
            Self::RewardModel => "bradley_terry.chat_template",
            Self::Stepwise => "stepwise_supervised",
        }
    }

    /// The name of the twin for Llama 3, which has the same columns.
    pub fn llama3(self) -> Option<String> {
        self.name().strip_prefix("chatml.").map(|kind| format!("llama3.{kind}"))
    }

    /// Whether its rows are made of chosen and rejected.
    pub(super) fn is_preference(self) -> bool {
        !matches!(self, Self::Nectar | Self::Kto | Self::Stepwise)
    }
}
