//! The quiet bars between the prompt and the candidates: what texts are held against, what they share, and the
//! find bar. They are there only while there is something to say.

use egui::text::{CCursor, CCursorRange};
use egui::{Align, Event, Id, Key, Layout, Margin, Rect, Role, TextEdit, Ui, UiBuilder, WidgetInfo, vec2};

use super::{Against, Side, TextCompare};
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::judge::question::letter_at;
use crate::judge::top_bar::grouped;
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{ActionButton, Ink, as_read_ui, text_ui};

/// From this width on, in points, there is room for what can be done by keys as well.
const WIDE: f32 = 860.0;

/// The field of the find bar, so that keys can be sent to it.
pub fn find_id() -> Id {
    Id::unique("find in texts")
}

/// The buttons that turn the modes on, for beside the prompt's title.
pub fn buttons_ui(ui: &mut Ui, scene: &Scene<'_>, texts: &TextCompare, wanted: &mut Vec<Action>) {
    if !texts.is_of_texts() || ui.available_width() < WIDE / 2.0 {
        return;
    }
    let mut button = |command: Command, is_on: bool| {
        let key = scene.keymap.key(command);
        let button = ActionButton::new(command.label()).small().key(&key).help(command.help());
        let button = if is_on { button.choice(true) } else { button.quiet() };
        if ui.add(button).clicked() {
            wanted.push(Action::Command(command));
        }
    };
    button(Command::Find, texts.finding.is_open());
    if !texts.options().is_empty() {
        button(Command::Difference, texts.is_difference_on);
    }
}

/// Paints the bars at the top of `room`; says how high they are.
pub fn bar_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, room: Rect, wanted: &mut Vec<Action>) -> f32 {
    let texts = &mut desk.judge_screen.texts;
    if !texts.is_of_texts() {
        return 0.0;
    }
    let mut height = 0.0;
    let mut row = |ui: &mut Ui, paint: &mut dyn FnMut(&mut Ui)| {
        let place =
            Rect::from_min_size(room.min + vec2(0.0, height), vec2(room.width(), control::SMALL_HEIGHT));
        let layout = Layout::left_to_right(Align::Center);
        ui.scope_builder(UiBuilder::new().max_rect(place).layout(layout), |ui| {
            ui.set_clip_rect(place.expand(space::TINY).intersect(ui.clip_rect()));
            paint(ui);
        });
        height += control::SMALL_HEIGHT + space::SMALL;
    };
    let ends = texts.ends();
    let has_difference = texts.is_difference_on && !texts.options().is_empty();
    if has_difference || ends.first + ends.last > 0 {
        row(ui, &mut |ui| {
            if has_difference {
                difference_ui(ui, scene, texts, wanted);
            }
            if ends.first + ends.last > 0 {
                ends_ui(ui, scene, texts, wanted);
            }
        });
    }
    if texts.finding.is_open() {
        row(ui, &mut |ui| find_ui(ui, scene, texts, wanted));
    }
    height
}

fn difference_ui(ui: &mut Ui, scene: &Scene<'_>, texts: &mut TextCompare, wanted: &mut Vec<Action>) {
    let options = texts.options();
    let against = texts.against();
    if options.len() > 1 {
        text_ui(ui, "Against", Ink::Third, Face::Regular, text::SMALL);
    }
    for option in &options {
        let label = texts.label(*option);
        let button = ui.add(ActionButton::new(&label).small().choice(*option == against));
        let name = format!("Difference against {label}");
        button.widget_info(|| WidgetInfo::selected(Role::Button, true, *option == against, &name));
        if button.clicked() {
            texts.set_against(*option);
        }
    }
    let is_by_lines = texts.is_by_lines();
    let key = scene.keymap.key(Command::DifferenceLines);
    let button = ActionButton::new(Command::DifferenceLines.label()).small().key(&key);
    if ui.add(button.choice(is_by_lines).help(Command::DifferenceLines.help())).clicked() {
        wanted.push(Action::Command(Command::DifferenceLines));
    }
    let is_wide = ui.available_width() > WIDE / 2.0;
    if options.len() > 1 && is_wide {
        let key = scene.keymap.key(Command::DifferenceAgainst);
        let next =
            ActionButton::new("Next").quiet().small().key(&key).help(Command::DifferenceAgainst.help());
        if ui.add(next).clicked() {
            wanted.push(Action::Command(Command::DifferenceAgainst));
        }
    }
    let base = against.side();
    let alone = texts.alone_count(base);
    let says = if texts.shows_same_rows() {
        "Barred lines differ, underlined words within them".to_owned()
    } else if texts.shows_lines() {
        "Barred lines differ; those with a minus it lacks".to_owned()
    } else if texts.are_strangers() {
        "Hardly a word in common, so nothing is marked".to_owned()
    } else {
        match (alone, base) {
            (None, _) => "Comparing…".to_owned(),
            (Some(_), Side::Candidate(_)) => "Underlined words stand on one side only".to_owned(),
            (Some(0), _) => "Every word of it is in a candidate".to_owned(),
            (Some(words), _) => format!("{} of its words are in no candidate", grouped(u64::from(words))),
        }
    };
    if is_wide {
        text_ui(ui, says, Ink::Second, Face::Regular, text::SMALL);
    }
}

fn ends_ui(ui: &mut Ui, scene: &Scene<'_>, texts: &TextCompare, wanted: &mut Vec<Action>) {
    let ends = texts.counted_ends();
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let key = scene.keymap.key(Command::FoldSame);
        let label = if texts.is_folded { "Unfold the same" } else { "Fold the same" };
        let button = ActionButton::new(label).quiet().small().key(&key).help(Command::FoldSame.help());
        if ui.add(button).clicked() {
            wanted.push(Action::Command(Command::FoldSame));
        }
        let words = |words: u32| grouped(u64::from(words));
        let says = match (ends.first, ends.last) {
            (first, 0) => format!("The first {} words are the same", words(first)),
            (0, last) => format!("The last {} words are the same", words(last)),
            (first, last) => {
                format!("The first {} and the last {} words are the same", words(first), words(last))
            }
        };
        if ui.available_width() > WIDE / 3.0 {
            text_ui(ui, says, Ink::Second, Face::Regular, text::SMALL);
        }
    });
}

fn find_ui(ui: &mut Ui, scene: &Scene<'_>, texts: &mut TextCompare, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let width = (ui.available_width() * 0.3).clamp(140.0, 320.0);
    let hint = egui::RichText::new("Find in all").color(palette.ink_third);
    let edit = TextEdit::singleline(&mut texts.finding.sought.words)
        .id(find_id())
        .font(Face::Regular.at(text::BODY))
        .hint_text(hint)
        .desired_width(width)
        .margin(Margin::symmetric(space::MEDIUM as i8 - 2, 5));
    // Enter leaves a field by itself, and is to go on here.
    let entered = ui.input(|input| {
        input.events.iter().find_map(|event| match event {
            Event::Key { key: Key::Enter, pressed: true, modifiers, .. } if !modifiers.command => {
                Some(*modifiers)
            }
            _ => None,
        })
    });
    let had_focus = ui.memory(|memory| memory.has_focus(find_id()));
    let field = ui.add(edit);
    field.widget_info(|| WidgetInfo::labeled(Role::TextInput, true, "Find in all"));
    as_read_ui(ui, &field, &texts.finding.sought.words);
    if let (true, Some(modifiers)) = (had_focus, entered) {
        wanted.push(Action::Command(if modifiers.shift { Command::FindPrevious } else { Command::FindNext }));
        field.request_focus();
    }
    if texts.finding.takes_focus() {
        field.request_focus();
        let mut state = TextEdit::load_state(ui.ctx(), find_id()).unwrap_or_default();
        let end = CCursor::new(texts.finding.sought.words.chars().count());
        state.cursor.set_char_range(Some(CCursorRange::two(CCursor::default(), end)));
        state.store(ui.ctx(), find_id());
    }
    let sought = &mut texts.finding.sought;
    for (label, name, is_on) in
        [("Aa", "Match case", &mut sought.is_case_told), ("Whole words", "Whole words", &mut sought.is_whole)]
    {
        let button = ui.add(ActionButton::new(label).small().choice(*is_on).help(name));
        button.widget_info(|| WidgetInfo::selected(Role::Button, true, *is_on, name));
        if button.clicked() {
            *is_on = !*is_on;
        }
    }
    let (at, total) = texts.finding.place();
    let has_words = !texts.finding.sought.words.trim().is_empty();
    let says = match (total, has_words) {
        (_, false) => String::new(),
        (0, true) => "Not found".to_owned(),
        (total, true) => {
            format!("{} of {}", grouped(at as u64), grouped(total as u64))
        }
    };
    text_ui(ui, says, Ink::First, Face::Figures, text::SMALL);
    if has_words && ui.available_width() > WIDE / 2.0 {
        text_ui(ui, texts.counts(), Ink::Third, Face::Figures, text::SMALL);
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if ui.add(ActionButton::new("Close").quiet().small().key("Escape")).clicked() {
            texts.finding.close();
        }
        for command in [Command::FindNext, Command::FindPrevious] {
            let key = scene.keymap.key(command);
            let label = if command == Command::FindNext { "Next" } else { "Before" };
            let button = ActionButton::new(label).quiet().small().key(&key).enabled(total > 0);
            if ui.add(button.help(command.help())).clicked() {
                wanted.push(Action::Command(command));
            }
        }
    });
}

impl TextCompare {
    /// What candidates are held against, in a word.
    fn label(&self, against: Against) -> String {
        match against {
            Against::Candidate(_) if self.count() == 2 => "each other".to_owned(),
            Against::Candidate(candidate) => self.letter(candidate),
            Against::Reference => "reference".to_owned(),
            Against::Prompt => "prompt".to_owned(),
        }
    }

    fn letter(&self, candidate: usize) -> String {
        let position = self.order.iter().position(|at| *at == candidate);
        letter_at(position.unwrap_or(candidate)).to_string()
    }

    /// How often what is sought stands on each side: `A 3 · B 1 · prompt 2`.
    fn counts(&self) -> String {
        let candidates = self.order.iter().map(|candidate| (self.letter(*candidate), *candidate));
        let count = self.count();
        let beside = [("prompt".to_owned(), count), ("reference".to_owned(), count + 1)];
        let beside = beside.into_iter().filter(|(_, side)| self.finding.count(*side) > 0);
        let said = candidates
            .chain(beside)
            .map(|(name, side)| format!("{name} {}", grouped(self.finding.count(side) as u64)));
        said.collect::<Vec<_>>().join(" · ")
    }
}
