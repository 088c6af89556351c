//! Chords: a key with its modifiers, as settings write it and buttons show it.

use std::fmt;

use egui::{Key, Modifiers};

/// One key press. `Ctrl` means the command key on a Mac.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// With the control key, or the command key on a Mac.
    pub control: bool,
    /// With the alt key.
    pub alt: bool,
    /// With the shift key.
    pub shift: bool,
    /// The key.
    pub key: Key,
}

impl Chord {
    /// Reads `Ctrl+Shift+Z`, `Enter`, `1`, `?`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut chord = Self { control: false, alt: false, shift: false, key: Key::Enter };
        let mut rest = text.trim();
        while let Some((modifier, after)) = rest.split_once('+').filter(|(_, after)| !after.is_empty()) {
            match modifier.trim().to_ascii_lowercase().as_str() {
                "ctrl" | "cmd" | "command" => chord.control = true,
                "alt" => chord.alt = true,
                "shift" => chord.shift = true,
                _ => return None,
            }
            rest = after.trim();
        }
        chord.key = match rest {
            "?" => Key::Questionmark,
            "ArrowLeft" => Key::ArrowLeft,
            "ArrowRight" => Key::ArrowRight,
            "ArrowUp" => Key::ArrowUp,
            "ArrowDown" => Key::ArrowDown,
            _ => Key::from_name(rest).or_else(|| Key::from_name(&rest.to_ascii_uppercase()))?,
        };
        Some(chord)
    }

    /// The chord of a pressed key.
    ///
    /// Shift is dropped where the key's character already says it (`?`, `+`), since layouts differ in what
    /// needs it.
    pub fn from_press(key: Key, modifiers: Modifiers) -> Self {
        let says_shift = matches!(
            key,
            Key::Questionmark
                | Key::Plus
                | Key::Colon
                | Key::Pipe
                | Key::Exclamationmark
                | Key::OpenCurlyBracket
                | Key::CloseCurlyBracket
        );
        Self {
            control: modifiers.command || modifiers.ctrl,
            alt: modifiers.alt,
            shift: modifiers.shift && !says_shift,
            key,
        }
    }

    fn with_modifiers(self, key: &str) -> String {
        let mut text = String::new();
        for (is_held, name) in [(self.control, "Ctrl+"), (self.alt, "Alt+"), (self.shift, "Shift+")] {
            if is_held {
                text.push_str(name);
            }
        }
        text + key
    }
}

impl fmt::Display for Chord {
    /// The form that [`Chord::parse`] reads.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = match self.key {
            Key::Questionmark => "?",
            Key::ArrowLeft => "ArrowLeft",
            Key::ArrowRight => "ArrowRight",
            Key::ArrowUp => "ArrowUp",
            Key::ArrowDown => "ArrowDown",
            key => key.name(),
        };
        formatter.write_str(&self.with_modifiers(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::Command;

    #[test]
    fn every_built_in_key_is_one_and_survives_its_text() {
        for command in Command::ALL {
            for text in command.built_in_keys() {
                let chord = Chord::parse(text).unwrap_or_else(|| panic!("{text:?} of {command:?} is no key"));
                assert_eq!(Chord::parse(&chord.to_string()), Some(chord), "{text:?}");
            }
        }
    }

    #[test]
    fn modifiers_are_read_in_any_case_and_nonsense_is_refused() {
        let expected = Chord { control: true, alt: false, shift: true, key: Key::Z };
        assert_eq!(Chord::parse("ctrl+Shift+z"), Some(expected));
        assert_eq!(Chord::parse("Hyper+Z"), None);
        assert_eq!(Chord::parse(""), None);
    }

    #[test]
    fn a_question_mark_needs_no_shift() {
        let pressed = Chord::from_press(Key::Questionmark, Modifiers::SHIFT);
        assert_eq!(Some(pressed), Chord::parse("?"));
    }
}
