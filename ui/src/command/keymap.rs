//! The keymap: which chord means which command, with the user's changes laid over the built-in keys.

use std::collections::BTreeMap;

use super::{Chord, Command, Scope};

/// Chords and commands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    entries: Vec<(Command, Vec<Chord>)>,
}

/// One chord that would mean two commands at once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clash {
    /// The chord.
    pub chord: Chord,
    /// The command that has it.
    pub first: Command,
    /// The command that has it too.
    pub second: Command,
}

impl Keymap {
    /// The built-in keys with a settings file's changes: command to chord, empty for none. Changes that name
    /// no command or no key are passed over.
    pub fn new(changes: &BTreeMap<String, String>) -> Self {
        let entries = Command::ALL
            .iter()
            .map(|&command| {
                let built_in =
                    || command.built_in_keys().iter().filter_map(|key| Chord::parse(key)).collect();
                let chords = match changes.get(command.id()) {
                    Some(text) if text.trim().is_empty() => Vec::new(),
                    Some(text) => Chord::parse(text).map_or_else(built_in, |chord| vec![chord]),
                    None => built_in(),
                };
                (command, chords)
            })
            .collect();
        Self { entries }
    }

    /// The chords of a command; the first is on its button.
    pub fn chords(&self, command: Command) -> &[Chord] {
        self.entries
            .iter()
            .find(|(candidate, _)| *candidate == command)
            .map_or(&[], |(_, chords)| chords.as_slice())
    }

    /// The key on a command's button, as [`Chord`] writes it; empty if it has none.
    pub fn key(&self, command: Command) -> String {
        self.chords(command).first().map(ToString::to_string).unwrap_or_default()
    }

    /// What a chord means where these scopes are in force, the first of them first.
    pub fn command(&self, chord: Chord, scopes: &[Scope]) -> Option<Command> {
        scopes.iter().find_map(|scope| {
            self.entries
                .iter()
                .find(|(command, chords)| command.scope() == *scope && chords.contains(&chord))
                .map(|(command, _)| *command)
        })
    }

    /// Every chord that means two commands at once.
    pub fn clashes(&self) -> Vec<Clash> {
        let mut clashes = Vec::new();
        for (index, (first, first_chords)) in self.entries.iter().enumerate() {
            for (second, second_chords) in &self.entries[index + 1..] {
                if first.scope().overlaps(second.scope()) {
                    clashes.extend(
                        first_chords
                            .iter()
                            .filter(|chord| second_chords.contains(chord))
                            .map(|&chord| Clash { chord, first: *first, second: *second }),
                    );
                }
            }
        }
        clashes
    }

    /// The command that already has this chord where `command` would want it.
    pub fn holder(&self, chord: Chord, command: Command) -> Option<Command> {
        self.entries
            .iter()
            .find(|(other, chords)| {
                *other != command && other.scope().overlaps(command.scope()) && chords.contains(&chord)
            })
            .map(|(other, _)| *other)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_keys_do_not_clash() {
        assert_eq!(Keymap::new(&BTreeMap::new()).clashes(), []);
    }

    #[test]
    fn a_change_replaces_all_keys_of_its_command_and_clashes_are_found() {
        let changes =
            BTreeMap::from([("skip".to_owned(), "1".to_owned()), ("flag".to_owned(), String::new())]);
        let keymap = Keymap::new(&changes);
        let one = Chord::parse("1").expect("a key");
        assert_eq!(keymap.chords(Command::Skip), [one]);
        assert_eq!(keymap.chords(Command::Flag), [], "an empty change takes the key away");
        let clashes = keymap.clashes();
        assert_eq!(clashes, [Clash { chord: one, first: Command::ChooseA, second: Command::Skip }]);
        assert_eq!(keymap.holder(one, Command::Flag), Some(Command::ChooseA));
    }

    #[test]
    fn the_screen_in_front_is_asked_first() {
        let keymap = Keymap::new(&BTreeMap::new());
        let undo = Chord::parse("Ctrl+Z").expect("a key");
        assert_eq!(
            keymap.command(undo, &[Scope::Items, Scope::Project, Scope::Anywhere]),
            Some(Command::UndoStatus)
        );
        assert_eq!(
            keymap.command(undo, &[Scope::Judge, Scope::Project, Scope::Anywhere]),
            Some(Command::Undo)
        );
    }
}
