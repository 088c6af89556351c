//! What would be lost if something else took an open dialog's place.

use super::Dialog;

impl Dialog {
    /// Whether it holds what somebody said and nothing has kept yet.
    pub fn holds_changes(&self) -> bool {
        match self {
            Self::New(wizard) => wizard.is_changed(),
            Self::Rubric(dialog) => dialog.is_changed(),
            Self::Settings(dialog) => dialog.is_changed(),
            Self::Unratable(dialog) => dialog.is_changed(),
            Self::Import(wizard) => wizard.is_changed(),
            Self::Export(dialog) => dialog.is_changed(),
            Self::Profile(dialog) => dialog.is_changed(),
            Self::Study(dialog) => dialog.is_changed(),
            Self::Role(dialog) => dialog.is_changed(),
            Self::Open(_)
            | Self::Palette(_)
            | Self::Keys(_)
            | Self::Unsaved(_)
            | Self::Explained(_)
            | Self::Merge(_)
            | Self::Seats(_)
            | Self::Quality(_)
            | Self::Models(_)
            | Self::Queue(_)
            | Self::Report(_)
            | Self::Pairs => false,
        }
    }
}
