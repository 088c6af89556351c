//! The foot of a dialog of several steps: the button that goes on, the others, and what is missing.

use egui::Ui;

use super::line_ui;
use crate::theme::font::Face;
use crate::theme::text;
use crate::widget::{ActionButton, Ink};

/// Width of the button that goes on, so that it stands still whatever it says.
const PRIMARY: f32 = 132.0;

/// A button of the foot and what it means.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FootButton<'a, B> {
    label: &'a str,
    key: &'a str,
    is_enabled: bool,
    means: B,
}

impl<'a, B> FootButton<'a, B> {
    /// A button that can be pressed.
    pub(crate) fn new(label: &'a str, means: B) -> Self {
        Self { label, key: "", is_enabled: true, means }
    }

    /// With its key.
    pub(crate) fn key(mut self, key: &'a str) -> Self {
        self.key = key;
        self
    }

    /// Whether it can be pressed now.
    pub(crate) fn enabled(mut self, is_enabled: bool) -> Self {
        self.is_enabled = is_enabled;
        self
    }
}

/// Paints them from right to left, the first as the one that goes on; says what was pressed.
pub(crate) fn foot_ui<B: Copy>(ui: &mut Ui, buttons: &[FootButton<'_, B>], says: &str) -> Option<B> {
    let mut pressed = None;
    for (index, FootButton { label, key, is_enabled, means }) in buttons.iter().enumerate() {
        let button = ActionButton::new(label).key(key).enabled(*is_enabled);
        let button = if index == 0 { button.primary().min_width(PRIMARY) } else { button };
        if ui.add(button).clicked() {
            pressed = Some(*means);
        }
    }
    foot_note_ui(ui, says);
    pressed
}

/// What stands beside the buttons of a foot: one line in the room they leave, all of it under the pointer.
pub(crate) fn foot_note_ui(ui: &mut Ui, says: &str) {
    line_ui(ui, says, Ink::Second, Face::Regular, text::SMALL);
}
