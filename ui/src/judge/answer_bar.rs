//! The bar of answers: outcomes, strength, and what else can be done with an item, each with its key.

use egui::{Align, Layout, Margin, Panel, Rect, Ui, UiBuilder, vec2};
use tiebreak_domain::rubric::{QuestionKind, StrengthSteps};
use tiebreak_domain::{Outcome, Strength};

use super::Session;
use super::question::letter_at;
use super::screen::JudgeScreen;
use crate::app::{Action, Scene};
use crate::command::Command;
use crate::desk::Desk;
use crate::theme::font::Face;
use crate::theme::{self, control, space, text};
use crate::widget::{ActionButton, Ink, Segmented, as_read_ui, text_ui};

const OUTCOMES: [(Outcome, Command); 5] = [
    (Outcome::A, Command::ChooseA),
    (Outcome::B, Command::ChooseB),
    (Outcome::Tie, Command::ChooseTie),
    (Outcome::BothBad, Command::ChooseBothBad),
    (Outcome::Unratable, Command::ChooseUnratable),
];
const STRENGTHS: [Command; 3] = [Command::Slightly, Command::Clearly, Command::Much];

/// Below this width the title stands aside and the strength moves to the second row.
const NARROW: f32 = 1120.0;
/// Below this width only those of the other buttons stay that belong to the item; all have their keys.
const TIGHT: f32 = 840.0;

/// Paints it.
pub fn answer_bar_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &mut Desk, wanted: &mut Vec<Action>) {
    let palette = theme::palette(ui);
    let frame = egui::Frame::new()
        .fill(palette.panel)
        .inner_margin(Margin::symmetric(space::EDGE as i8, space::MEDIUM as i8));
    let height = 2.0 * control::HEIGHT + space::SMALL + 2.0 * space::MEDIUM;
    Panel::bottom("answers").exact_size(height).frame(frame).show(ui, |ui| {
        let is_narrow = ui.available_width() < NARROW;
        ui.spacing_mut().item_spacing = vec2(space::SMALL, space::SMALL);
        let (first, second) = rows(ui.max_rect());
        ui.scope_builder(
            UiBuilder::new().max_rect(first).layout(Layout::left_to_right(Align::Center)),
            |ui| {
                outcomes_ui(ui, scene, desk, is_narrow, wanted);
            },
        );
        ui.scope_builder(
            UiBuilder::new().max_rect(second).layout(Layout::left_to_right(Align::Center)),
            |ui| {
                if desk.judge_screen.is_comment_open {
                    comment_ui(ui, scene, &desk.session, &mut desk.judge_screen, wanted);
                } else {
                    others_ui(ui, scene, desk, is_narrow, wanted);
                }
            },
        );
    });
}

fn rows(room: Rect) -> (Rect, Rect) {
    let first = Rect::from_min_size(room.min, vec2(room.width(), control::HEIGHT));
    (first, first.translate(vec2(0.0, control::HEIGHT + space::SMALL)))
}

fn outcomes_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, is_narrow: bool, wanted: &mut Vec<Action>) {
    let question = desk.info.rubric.questions.first();
    if !is_narrow {
        let title = question.map_or("", |question| question.title.as_str());
        ui.scope(|ui| {
            ui.set_width(TITLE_WIDTH);
            text_ui(ui, title, Ink::Second, Face::Regular, text::SMALL);
        });
    }
    let chosen = desk.session.outcome_on_screen();
    for (outcome, command) in OUTCOMES {
        let key = scene.keymap.key(command);
        let button = ActionButton::new(command.label())
            .key(&key)
            .choice(chosen == Some(outcome))
            .enabled(desk.session.current.is_some());
        if ui.add(button).clicked() {
            wanted.push(Action::Command(command));
        }
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if is_narrow {
            hint_ui(ui, scene, desk);
        } else {
            strength_ui(ui, scene, desk, wanted);
        }
    });
}

/// What Enter waits for, or that it is not needed.
fn hint_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk) {
    if desk.judge_screen.is_nudging(scene.now.monotonic_ms) {
        let says = desk.session.unseen().map_or_else(|| "Choose first".to_owned(), unseen_words);
        text_ui(ui, says, Ink::LookAgain, Face::Medium, text::SMALL);
    } else if desk.session.submits_at_ms.is_some() {
        text_ui(ui, "Going on…", Ink::Third, Face::Regular, text::SMALL);
    }
}

/// What is to be done before an item can be left whose candidate at a place was not seen to its end.
pub(super) fn unseen_words(position: usize) -> String {
    format!("Watch {} to its end first", letter_at(position))
}

const TITLE_WIDTH: f32 = 130.0;

fn strength_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let asks = desk.session.plain_question().is_some_and(|question| {
        matches!(question.kind, QuestionKind::Preference { strength: StrengthSteps::Optional, .. })
    });
    if !asks {
        return;
    }
    let said = desk.session.plain_preference();
    let before = said
        .and_then(|said| said.strength)
        .and_then(|strength| Strength::ALL.iter().position(|candidate| *candidate == strength));
    let mut chosen = before;
    let keys = STRENGTHS.map(|command| scene.keymap.key(command));
    let mut control =
        Segmented::new("How much better?").enabled(said.is_some_and(|said| said.outcome.is_decided()));
    for (command, key) in STRENGTHS.iter().zip(&keys) {
        control = control.option_with_key(command.label(), key);
    }
    control.show(ui, &mut chosen);
    if chosen != before
        && let Some(command) = chosen.or(before).map(|index| STRENGTHS[index])
    {
        wanted.push(Action::Command(command));
    }
}

fn others_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, is_narrow: bool, wanted: &mut Vec<Action>) {
    if !is_narrow {
        ui.add_space(TITLE_WIDTH + space::SMALL);
    }
    let draft = desk.session.current.as_ref().map(|shown| &shown.draft);
    let has_item = draft.is_some();
    let is_set = |command| match command {
        Command::Comment => draft.is_some_and(|draft| !draft.comment.trim().is_empty()),
        Command::Flag => draft.is_some_and(|draft| draft.flagged),
        _ => false,
    };
    let others = [
        (Command::Comment, has_item),
        (Command::Flag, has_item),
        (Command::Skip, has_item),
        (Command::Undo, desk.session.history.can_undo()),
        (Command::ShowKeys, true),
    ];
    let (shown, width) = match is_narrow {
        true if ui.available_width() < TIGHT => (3, 0.0),
        true => (others.len(), 84.0),
        false => (others.len(), 92.0),
    };
    if width == 0.0 {
        ui.spacing_mut().item_spacing.x = space::TINY;
    }
    for (command, is_enabled) in others.into_iter().take(shown) {
        // A button that is set changes its look and keeps its size.
        let key = scene.keymap.key(command);
        let button =
            ActionButton::new(command.label()).key(&key).small().min_width(width).enabled(is_enabled);
        let button = if is_set(command) { button.choice(true) } else { button.quiet() };
        if ui.add(button.help(command.help())).clicked() {
            wanted.push(Action::Command(command));
        }
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = space::SMALL;
        next_ui(ui, scene, desk, wanted);
        if is_narrow {
            strength_ui(ui, scene, desk, wanted);
        } else {
            hint_ui(ui, scene, desk);
        }
    });
}

fn next_ui(ui: &mut Ui, scene: &Scene<'_>, desk: &Desk, wanted: &mut Vec<Action>) {
    let key = scene.keymap.key(Command::Submit);
    let button = ActionButton::new("Next").primary().key(&key).enabled(desk.session.can_submit());
    if ui.add(button).clicked() {
        wanted.push(Action::Command(Command::Submit));
    }
}

/// The comment field, and the way on.
pub(super) fn comment_ui(
    ui: &mut Ui,
    scene: &Scene<'_>,
    session: &Session,
    judge_screen: &mut JudgeScreen,
    wanted: &mut Vec<Action>,
) {
    let palette = theme::palette(ui);
    let Some(shown) = &session.current else { return };
    let mut comment = shown.draft.comment.clone();
    let width = ui.available_width() - 130.0;
    let hint =
        egui::RichText::new("Why? Esc goes back to the keys, Ctrl+Enter goes on").color(palette.ink_third);
    let edit = egui::TextEdit::multiline(&mut comment)
        .id_salt(("comment", shown.queued.item.id))
        .font(Face::Regular.at(text::BODY))
        .hint_text(hint)
        .desired_rows(1)
        .margin(Margin::symmetric(space::MEDIUM as i8, space::SMALL as i8));
    let room = Rect::from_min_size(ui.max_rect().min, vec2(width, control::HEIGHT));
    let field = ui
        .scope_builder(UiBuilder::new().max_rect(room).layout(Layout::top_down(Align::Min)), |ui| {
            // Several lines scroll in the height of one, so that the bar keeps its size.
            let area = egui::ScrollArea::vertical()
                .max_height(control::HEIGHT)
                .min_scrolled_height(control::HEIGHT)
                .id_salt("comment scroll");
            area.show(ui, |ui| ui.add_sized(vec2(width, control::HEIGHT), edit)).inner
        })
        .inner;
    field.widget_info(|| egui::WidgetInfo::labeled(egui::Role::TextInput, true, "Comment"));
    as_read_ui(ui, &field, &comment);
    if judge_screen.takes_focus() {
        field.request_focus();
    } else if field.lost_focus() {
        wanted.push(Action::LeaveComment);
    }
    if comment != shown.draft.comment {
        wanted.push(Action::SetComment(comment));
    }
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let is_ready = session.can_submit();
        let key = scene.keymap.key(Command::Submit);
        if ui.add(ActionButton::new("Next").primary().key(&key).enabled(is_ready)).clicked() {
            wanted.push(Action::Command(Command::Submit));
        }
    });
}
