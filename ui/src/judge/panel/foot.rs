//! What else can be done with an item, below its questions: comment, flag, pass by, undo, and go on.

use egui::{Align, Layout, Ui, vec2};

use crate::app::{Action, Scene};
use crate::command::{Chord, Command};
use crate::judge::Session;
use crate::judge::answer_bar::{comment_ui, unseen_words};
use crate::judge::question::{self, Asked};
use crate::judge::screen::JudgeScreen;
use crate::judge::sheet::{Sheet, StopPart};
use crate::theme::font::Face;
use crate::theme::{control, space, text};
use crate::widget::{ActionButton, Ink, text_ui};

pub(super) fn foot_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    session: &Session,
    judge_screen: &mut JudgeScreen,
    asked: &Asked<'_>,
    sheet: &Sheet,
    wanted: &mut Vec<Action>,
) {
    ui.spacing_mut().item_spacing = vec2(space::TINY, space::SMALL);
    let row = vec2(ui.available_width(), control::HEIGHT);
    ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
        let has_comment = !asked.draft.comment.trim().is_empty();
        for (command, is_set, is_enabled) in [
            (Command::Comment, has_comment, true),
            (Command::Flag, asked.draft.flagged, true),
            (Command::Skip, false, true),
            (Command::Undo, false, session.history.can_undo()),
        ] {
            let key = scene.keymap.key(command);
            let key = Some(key.as_str()).filter(|key| !is_taken(key, scene, asked, sheet));
            let button = ActionButton::new(command.label()).key_maybe(key).small().min_width(76.0);
            let button = if is_set { button.choice(true) } else { button.quiet() };
            if ui.add(button.enabled(is_enabled).help(command.help())).clicked() {
                wanted.push(Action::Command(command));
            }
        }
    });
    ui.allocate_ui_with_layout(row, Layout::left_to_right(Align::Center), |ui| {
        if judge_screen.is_comment_open {
            comment_ui(ui, scene, session, judge_screen, wanted);
            return;
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let key = scene.keymap.key(Command::Submit);
            let button = ActionButton::new("Next").primary().key(&key).enabled(session.can_submit());
            if ui.add(button).clicked() {
                wanted.push(Action::Command(Command::Submit));
            }
            ui.add_space(space::SMALL);
            hint_ui(ui, scene, session, judge_screen, asked);
        });
    });
}

/// What is missing, once somebody wanted to go on; else how far it is.
fn hint_ui(ui: &mut Ui, scene: &Scene<'_>, session: &Session, judge_screen: &JudgeScreen, asked: &Asked<'_>) {
    let missing = session.missing();
    if judge_screen.is_nudging(scene.now.monotonic_ms) {
        let says = match (missing, session.unseen()) {
            (Some(slot), _) => {
                let name: String = asked.name(slot).chars().take(30).collect();
                format!("Missing: {name}")
            }
            (None, Some(position)) => unseen_words(position),
            (None, None) => "Answer something first, or skip".to_owned(),
        };
        text_ui(ui, says, Ink::LookAgain, Face::Medium, text::SMALL);
        return;
    }
    let open = asked.open_slots();
    let answered = open.iter().filter(|slot| asked.is_complete(**slot)).count();
    let says = format!("{answered} of {}", open.len());
    text_ui(ui, says, Ink::Third, Face::Figures, text::SMALL);
}

/// Whether the active question has this key for itself.
fn is_taken(key: &str, scene: &Scene<'_>, asked: &Asked<'_>, sheet: &Sheet) -> bool {
    let (Some(stop), Some(chord)) = (sheet.active(), Chord::parse(key)) else { return false };
    let is_text =
        matches!(asked.question(stop.slot).kind, tiebreak_domain::rubric::QuestionKind::Text { .. });
    if is_text && stop.part == StopPart::Answer {
        return !chord.control;
    }
    question::key(chord, stop, asked, &mut sheet.cursor.clone(), scene.keymap).is_some()
}
