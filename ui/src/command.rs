//! Every action a user can take, with its label, its help and its keys.
//!
//! Menus, buttons, the command palette, the key listener and the list of keys all come from this one enum, so
//! that an action cannot be in one and missing in another.

pub mod chord;
pub mod keymap;

pub use chord::Chord;
pub use keymap::Keymap;

/// Where a command means something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// On every screen.
    Anywhere,
    /// Wherever a project is open.
    Project,
    /// On the judge screen.
    Judge,
    /// On the judge screen, where there is something to look at closely; elsewhere they change nothing.
    Looking,
    /// On the judge screen while the item on it has videos, animations or sounds; asked before [`Self::Reading`].
    Playing,
    /// On the judge screen, for what is read or looked at.
    Reading,
    /// In the items browser.
    Items,
    /// During a second look, where the commands of the judge screen mean something too.
    SecondLook,
    /// Where items are chosen: in the items browser and during a second look.
    KnownAnswers,
}

impl Scope {
    /// Whether one key could mean both of two commands.
    pub fn overlaps(self, other: Self) -> bool {
        self == other
            || self == Self::Anywhere
            || other == Self::Anywhere
            || (self == Self::Project || other == Self::Project)
            || self == Self::KnownAnswers
            || other == Self::KnownAnswers
            || (self.judges() && other.judges() && !self.yields(other))
    }

    /// Whether it is in force where an item is judged.
    fn judges(self) -> bool {
        matches!(self, Self::Judge | Self::Looking | Self::Playing | Self::Reading | Self::SecondLook)
    }

    /// Whether one of the two steps back where the other is in force: Space plays where something plays, and
    /// scrolls elsewhere.
    fn yields(self, other: Self) -> bool {
        matches!((self, other), (Self::Playing, Self::Reading) | (Self::Reading, Self::Playing))
    }

    /// What the list of keys calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Anywhere => "Everywhere",
            Self::Project => "In a project",
            Self::Judge => "Judging",
            Self::Looking => "Looking closely",
            Self::Playing => "Videos and sounds",
            Self::Reading => "Scrolling",
            Self::Items => "Items",
            Self::SecondLook => "Second look",
            Self::KnownAnswers => "Items and second look",
        }
    }

    /// Every scope.
    pub const ALL: [Self; 9] = [
        Self::Judge,
        Self::Looking,
        Self::Playing,
        Self::Reading,
        Self::Items,
        Self::SecondLook,
        Self::KnownAnswers,
        Self::Project,
        Self::Anywhere,
    ];
}

macro_rules! commands {
    ($($name:ident { $id:literal, $label:literal, $help:literal, $scope:ident, $keys:expr })+) => {
        /// An action.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Command {$(
            #[doc = $help]
            $name,
        )+}

        impl Command {
            /// Every command, in the order of the list of keys.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// Its name in the settings file.
            pub fn id(self) -> &'static str {
                match self { $(Self::$name => $id),+ }
            }

            /// What buttons and menus call it.
            pub fn label(self) -> &'static str {
                match self { $(Self::$name => $label),+ }
            }

            /// What it does, in a sentence.
            pub fn help(self) -> &'static str {
                match self { $(Self::$name => $help),+ }
            }

            /// Where it means something.
            pub fn scope(self) -> Scope {
                match self { $(Self::$name => Scope::$scope),+ }
            }

            /// Its built-in keys; the first is on its button.
            pub fn built_in_keys(self) -> &'static [&'static str] {
                match self { $(Self::$name => &$keys),+ }
            }
        }
    };
}

commands! {
    ChooseA { "choose_a", "A", "Say that A, on the left or on top, is better", Judge, ["1", "A"] }
    ChooseB { "choose_b", "B", "Say that B, on the right or below, is better", Judge, ["2", "B"] }
    ChooseTie { "choose_tie", "Tie, both good", "Say that both are equally good", Judge, ["3", "T"] }
    ChooseBothBad { "choose_both_bad", "Both bad", "Say that neither is acceptable", Judge, ["4"] }
    ChooseUnratable { "choose_unratable", "Cannot judge…", "Say that it cannot be judged, and why", Judge, ["5"] }
    Slightly { "slightly", "slightly", "Say that it is better by a hair; once more to take it back", Judge, ["Q"] }
    Clearly { "clearly", "clearly", "Say that it is plainly better; once more to take it back", Judge, ["W"] }
    Much { "much", "much", "Say that it is better by far; once more to take it back", Judge, ["E"] }
    Submit { "submit", "Next", "Save the judgment and go to the next item", Judge, ["Enter", "Ctrl+Enter"] }
    Comment { "comment", "Comment", "Write a comment; Esc goes back to the keys", Judge, ["C"] }
    Flag { "flag", "Flag", "Ask for a second look at this item", Judge, ["F"] }
    Skip { "skip", "Skip", "Pass this item by; it can be taken up again later", Judge, ["S"] }
    Undo { "undo", "Undo", "Take the last judgment or skip back and return to its item", Judge, ["U", "Ctrl+Z"] }
    Redo { "redo", "Redo", "Give again what was taken back", Judge, ["Shift+U", "Ctrl+Shift+Z", "Ctrl+Y"] }
    Back { "back", "Back", "Go to the item before, without judging", Judge, ["ArrowLeft", "Alt+ArrowLeft"] }
    Forth { "forth", "Forth", "Go to the item after, without judging", Judge, ["ArrowRight", "Alt+ArrowRight"] }
    ScrollDown { "scroll_down", "Scroll down", "Scroll the candidates down", Judge, ["ArrowDown", "J"] }
    ScrollUp { "scroll_up", "Scroll up", "Scroll the candidates up", Judge, ["ArrowUp", "K"] }
    PageDown { "page_down", "Page down", "Scroll the candidates a page down", Reading, ["Space", "PageDown"] }
    PageUp { "page_up", "Page up", "Scroll the candidates a page up", Reading, ["Shift+Space", "PageUp"] }
    ToggleLinked { "toggle_linked", "Linked scrolling", "Scroll and zoom the candidates together, or each alone", Judge, ["L"] }
    TogglePrompt { "toggle_prompt", "Fold prompt", "Fold the prompt to one line, or unfold it", Judge, ["P"] }
    ToggleAutoAdvance { "toggle_auto_advance", "Auto-advance", "Submit as soon as an outcome is chosen, after a moment of grace", Judge, ["G"] }
    ZoomIn { "zoom_in", "Zoom in", "Enlarge the images", Looking, ["Plus", "Equals"] }
    ZoomOut { "zoom_out", "Zoom out", "Make the images smaller", Looking, ["Minus"] }
    ZoomFit { "zoom_fit", "Fit", "Fit the images to the window", Looking, ["0"] }
    ZoomActual { "zoom_actual", "Actual pixels", "Show one image pixel on one screen pixel", Looking, ["9"] }
    PanLeft { "pan_left", "Move left", "Show what lies further left in a zoomed image", Looking, ["Shift+ArrowLeft"] }
    PanRight { "pan_right", "Move right", "Show what lies further right in a zoomed image", Looking, ["Shift+ArrowRight"] }
    PanUp { "pan_up", "Move up", "Show what lies further up in a zoomed image", Looking, ["Shift+ArrowUp"] }
    PanDown { "pan_down", "Move down", "Show what lies further down in a zoomed image", Looking, ["Shift+ArrowDown"] }
    LockZoom { "lock_zoom", "Zoom locked", "Begin the next item with the zoom of this one, or anew", Looking, ["Shift+L"] }
    ToggleSmooth { "toggle_smooth", "Smooth", "Smooth the pixels of enlarged images, or show them as they are", Looking, [] }
    SideBySide { "side_by_side", "Side by side", "Show each candidate in its own pane; Esc does it too", Looking, [] }
    Wipe { "wipe", "Wipe", "Lay one image on the other, parted by a line that is dragged; once more for side by side", Looking, ["Y"] }
    Flicker { "flicker", "Flicker", "Show both images in turn; held, the key shows the other one", Looking, ["X"] }
    Onion { "onion", "Onion", "Show one image through the other", Looking, ["Shift+Y"] }
    CompareLess { "compare_less", "Less", "Move the line left, flicker more slowly, amplify or cover less", Looking, ["OpenBracket", "Ctrl+ArrowLeft"] }
    CompareMore { "compare_more", "More", "Move the line right, flicker faster, amplify or cover more", Looking, ["CloseBracket", "Ctrl+ArrowRight"] }
    ToggleFalseColor { "toggle_false_color", "False colour", "Show how large a difference is by a colour, or the difference itself", Looking, ["Shift+Z"] }
    ToggleAlignment { "toggle_alignment", "Pixel on pixel", "Lay images of different size pixel on pixel, or brought to one size", Looking, ["Shift+S"] }
    NextPair { "next_pair", "Next two", "Compare the next two candidates, or a candidate with the reference", Looking, ["Shift+X"] }
    Loupe { "loupe", "Loupe", "Enlarge what is under the pointer in every image; held or tapped", Looking, ["N"] }
    NextQuestion { "next_question", "Next question", "Go to the next answer of this item", Judge, ["Tab"] }
    PreviousQuestion { "previous_question", "Previous question", "Go to the answer before", Judge, ["Shift+Tab"] }
    ClearAnswer { "clear_answer", "Clear answer", "Take back the answer that the keys are at", Judge, ["Backspace"] }
    QuestionHelp { "question_help", "Help", "Show what the active question means, or hide it", Judge, ["H"] }
    Enlarge { "enlarge", "Enlarge", "Show one candidate large, or all of them again", Judge, ["V"] }
    EnlargeNext { "enlarge_next", "Enlarge next", "Show the next candidate large", Judge, ["Shift+V"] }
    ToggleMask { "toggle_mask", "Mask", "Lay the mask over the images, or take it off", Judge, ["M"] }
    PlayPause { "play_pause", "Play", "Play the videos, or stop them where they are", Playing, ["Space"] }
    FrameForth { "frame_forth", "Next frame", "Stop, and go one frame on", Playing, ["Period"] }
    FrameBack { "frame_back", "Previous frame", "Stop, and go one frame back", Playing, ["Comma"] }
    JumpForth { "jump_forth", "Jump on", "Go a second on", Playing, ["Shift+Period"] }
    JumpBack { "jump_back", "Jump back", "Go a second back", Playing, ["Shift+Comma"] }
    ToStart { "to_start", "Beginning", "Go to the beginning", Playing, ["Home"] }
    ToEnd { "to_end", "End", "Go to the end", Playing, ["End"] }
    Faster { "faster", "Faster", "Play faster", Playing, ["Ctrl+ArrowUp"] }
    Slower { "slower", "Slower", "Play slower", Playing, ["Ctrl+ArrowDown"] }
    UsualSpeed { "usual_speed", "Usual speed", "Play as fast as it was recorded", Playing, ["Shift+R"] }
    ToggleLoop { "toggle_loop", "Loop", "Play again and again, or once; without a range from now on", Playing, ["Shift+P"] }
    LoopFrom { "loop_from", "Loop from here", "Begin the range that is looped here", Playing, ["Shift+Home"] }
    LoopTo { "loop_to", "Loop to here", "End the range that is looped here", Playing, ["Shift+End"] }
    NextSound { "next_sound", "Sound", "Listen to the next candidate that can be heard, and after the last to none", Playing, ["Shift+M"] }
    NoteHere { "note_here", "Note here", "Stop, and note something about this moment of what is under the pointer or has the keys", Playing, ["Shift+C"] }
    NextNote { "next_note", "Next note", "Go to the next moment with a note", Playing, ["Shift+J"] }
    PreviousNote { "previous_note", "Previous note", "Go to the moment with a note before", Playing, ["Shift+K"] }
    Difference { "difference", "Difference", "Show what differs between the candidates, or no longer", Judge, ["D"] }
    DifferenceAgainst { "difference_against", "Difference to…", "Hold the candidates against another one, the reference or the prompt", Judge, ["Shift+D"] }
    DifferenceLines { "difference_lines", "By lines", "Hold lines against lines, or words against words", Judge, ["Shift+W"] }
    FoldSame { "fold_same", "Fold what is the same", "Fold the words that all candidates begin and end with, or unfold them", Judge, ["Z"] }
    Find { "find", "Find", "Find words in the prompt and in all candidates", Judge, ["Ctrl+F"] }
    FindNext { "find_next", "Next place", "Go to the next place where it was found", Judge, ["F3"] }
    FindPrevious { "find_previous", "Place before", "Go to the place before where it was found", Judge, ["Shift+F3"] }
    Exclude { "exclude", "Exclude", "Leave the chosen items out of the queue and of exports, or take them in again", Items, ["X"] }
    Delete { "delete", "Delete", "Take the chosen items out of the project; can be undone", Items, ["Delete"] }
    UndoStatus { "undo_status", "Undo", "Take the last exclusion or deletion back", Items, ["Ctrl+Z", "U"] }
    FocusSearch { "focus_search", "Search", "Go to the search field", Items, ["Slash", "Ctrl+F"] }
    ShowJudge { "show_judge", "Judge", "Go to the judge screen", Project, ["Ctrl+1"] }
    ShowItems { "show_items", "Items…", "See, search and filter all items", Project, ["Ctrl+2", "I"] }
    ToggleSaid { "toggle_said", "What was said", "Show what everyone said of this item, or hide it", SecondLook, ["O"] }
    ToggleNames { "toggle_names", "Who said it", "Show who said what of this item, or hide it", SecondLook, ["Shift+O"] }
    KeepAnswer { "keep_answer", "Keep my answer", "Decide as you answered before, and go to the next item", SecondLook, ["R"] }
    UseAsTraining { "use_as_training", "Use as training item…", "Teach by it: say which answers are expected, and why", KnownAnswers, ["Shift+T"] }
    UseAsGold { "use_as_gold", "Use as gold item…", "Measure others by it: say which answers are expected", KnownAnswers, ["Shift+G"] }
    UseAsAttention { "use_as_attention", "Use as attention check…", "See by it whether anybody is looking: say which answers are expected", KnownAnswers, ["Shift+A"] }
    UseAsOrdinary { "use_as_ordinary", "Use as ordinary item", "Have it judged again as any other item", KnownAnswers, ["Shift+N"] }
    ShowSecondLook { "show_second_look", "Second look", "Go through the items that are flagged or disputed", Project, ["Ctrl+3"] }
    ShowMerge { "show_merge", "Merge a copy…", "Bring in what others judged in their copies of this project", Project, ["Ctrl+M"] }
    ShowImport { "show_import", "Import…", "Bring data into this project", Project, ["Ctrl+I"] }
    MakePairs { "make_pairs", "Ask pair by pair…", "Make an item of every two candidates, so that the queue chooses which two to show", Project, [] }
    ShowExport { "show_export", "Export…", "Write training data", Project, ["Ctrl+E"] }
    ShowRubric { "show_rubric", "Rubric…", "See and change what this project asks", Project, ["Ctrl+R"] }
    ShowSeats { "show_seats", "Who judges…", "Let somebody else judge, or keep your seat by a PIN", Project, ["Ctrl+U"] }
    ShowAccounts { "show_accounts", "Accounts…", "See who takes part, invite people, and change your password", Anywhere, [] }
    ShowProfile { "show_profile", "About you…", "See and change what this study asks about you", Project, ["Ctrl+B"] }
    ShowStudy { "show_study", "Study…", "Set up what is asked of people, and who judges what", Project, ["Ctrl+Shift+S"] }
    ShowQuality { "show_quality", "Quality…", "See how people do on known answers and repeats", Project, ["Ctrl+L"] }
    ShowModels { "show_models", "Models…", "See, add and remove reward models, and let them score", Anywhere, ["Ctrl+J"] }
    ShowQueue { "show_queue", "What comes next…", "Choose by what the next item is chosen, and see why it is next", Project, ["Ctrl+D"] }
    ShowReport { "show_report", "Models against people…", "See how far models agree with the people, and how honest they are", Project, ["Ctrl+H"] }
    CloseProject { "close_project", "Close project", "Go back to the start screen", Project, ["Ctrl+W"] }
    Palette { "palette", "Commands…", "Find any command by name", Anywhere, ["Ctrl+K", "Ctrl+P"] }
    ShowKeys { "show_keys", "Keys", "List all keys, and change them", Anywhere, ["?", "F1"] }
    ShowSettings { "show_settings", "Settings…", "Change theme, text size, pace and who you are", Anywhere, ["Ctrl+Comma"] }
    TextLarger { "text_larger", "Larger text", "Make the text larger", Anywhere, ["Ctrl+Plus", "Ctrl+Equals"] }
    TextSmaller { "text_smaller", "Smaller text", "Make the text smaller", Anywhere, ["Ctrl+Minus"] }
    TextReset { "text_reset", "Usual text size", "Set the text back to its usual size", Anywhere, ["Ctrl+0"] }
    ToggleTheme { "toggle_theme", "Light or dark", "Change between the light and the dark theme", Anywhere, ["Ctrl+T"] }
    OpenProject { "open_project", "Open…", "Open a project file", Anywhere, ["Ctrl+O"] }
    NewProject { "new_project", "New project…", "Make a project and bring in data", Anywhere, ["Ctrl+N"] }
    OpenSample { "open_sample", "Try the sample", "Open the sample project", Anywhere, [] }
}

impl Command {
    /// Whether it answers the one question of a plain comparison, and means nothing where others are asked.
    pub fn is_of_plain_comparison(self) -> bool {
        matches!(
            self,
            Self::ChooseA
                | Self::ChooseB
                | Self::ChooseTie
                | Self::ChooseBothBad
                | Self::ChooseUnratable
                | Self::Slightly
                | Self::Clearly
                | Self::Much
        )
    }

    /// Whether another item may be in front after it, or none.
    pub fn may_leave_the_item(self) -> bool {
        matches!(
            self,
            Self::Submit
                | Self::Skip
                | Self::Back
                | Self::Forth
                | Self::Undo
                | Self::Redo
                | Self::KeepAnswer
                | Self::ShowJudge
                | Self::ShowItems
                | Self::ShowSecondLook
        )
    }

    /// Whether it is about what is on the engine's machine and who sits there, which means nothing to somebody
    /// elsewhere.
    fn needs_machine(self) -> bool {
        matches!(
            self,
            Self::OpenSample
                | Self::OpenProject
                | Self::NewProject
                | Self::CloseProject
                | Self::ShowModels
                | Self::ShowSeats
        )
    }

    /// Whether it means anything where whoever sits here is: at the engine's machine, or elsewhere, where people have
    /// accounts.
    pub fn is_offered(self, knows_files: bool) -> bool {
        if knows_files { self != Self::ShowAccounts } else { !self.needs_machine() }
    }

    /// The command with this name in the settings file.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|command| command.id() == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seats_are_at_the_machine_and_accounts_are_elsewhere() {
        for (command, here, elsewhere) in [
            (Command::ShowSeats, true, false),
            (Command::ShowAccounts, false, true),
            (Command::OpenProject, true, false),
            (Command::Submit, true, true),
        ] {
            assert_eq!(
                [command.is_offered(true), command.is_offered(false)],
                [here, elsewhere],
                "{command:?}"
            );
        }
    }

    #[test]
    fn names_in_the_settings_file_are_unique() {
        for command in Command::ALL {
            assert_eq!(Command::from_id(command.id()), Some(*command));
            assert!(!command.help().ends_with('.'), "one sentence, no full stop: {:?}", command.help());
        }
    }
}
