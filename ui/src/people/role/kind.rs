//! The roles that an item can have besides being judged.

use tiebreak_domain::{Answer, ItemRole};

use crate::command::Command;

/// What an item whose answer is known is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleKind {
    /// To be learned from.
    Training,
    /// To measure by, unannounced.
    Gold,
    /// To see whether anybody is looking.
    Attention,
}

impl RoleKind {
    /// Every one, in the order of the control.
    pub const ALL: [Self; 3] = [Self::Training, Self::Gold, Self::Attention];

    /// What people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Training => "Training item",
            Self::Gold => "Gold item",
            Self::Attention => "Attention check",
        }
    }

    /// What becomes of an item that is one.
    pub(super) fn does(self) -> &'static str {
        match self {
            Self::Training => "Comes before everything else, and is explained once it was judged",
            Self::Gold => "Comes unannounced among the others, and shows how well its annotator judges",
            Self::Attention => "Comes unannounced; whoever reads it knows the answer",
        }
    }

    /// What the button says that makes an item one.
    pub(super) fn makes(self) -> &'static str {
        match self {
            Self::Training => "Use as training item",
            Self::Gold => "Use as gold item",
            Self::Attention => "Use as attention check",
        }
    }

    /// What is said when it was done.
    pub(super) fn made(self, count: usize) -> &'static str {
        match (self, count) {
            (Self::Training, 0 | 1) => "A training item from now on",
            (Self::Training, _) => "Training items from now on",
            (Self::Gold, 0 | 1) => "A gold item from now on",
            (Self::Gold, _) => "Gold items from now on",
            (Self::Attention, 0 | 1) => "An attention check from now on",
            (Self::Attention, _) => "Attention checks from now on",
        }
    }

    /// Which one a role is; none for an item that is to be judged.
    pub(super) fn of(role: &ItemRole) -> Option<Self> {
        match role {
            ItemRole::Normal => None,
            ItemRole::Training { .. } => Some(Self::Training),
            ItemRole::Gold { .. } => Some(Self::Gold),
            ItemRole::Attention { .. } => Some(Self::Attention),
        }
    }

    /// Which one a command makes.
    pub fn of_command(command: Command) -> Option<Self> {
        match command {
            Command::UseAsTraining => Some(Self::Training),
            Command::UseAsGold => Some(Self::Gold),
            Command::UseAsAttention => Some(Self::Attention),
            _ => None,
        }
    }

    /// The role itself. Only training explains itself.
    pub(super) fn role(self, expected: Vec<Answer>, explanation: &str) -> ItemRole {
        match self {
            Self::Training => ItemRole::Training { expected, explanation: explanation.trim().to_owned() },
            Self::Gold => ItemRole::Gold { expected },
            Self::Attention => ItemRole::Attention { expected },
        }
    }
}
