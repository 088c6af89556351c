//! The line below the questions: what the values of the active one mean, or its help once that was asked for.
//! It keeps its height, so that nothing moves with it.

use egui::Ui;
use tiebreak_domain::rubric::{QuestionKind, Scale};

use crate::judge::question::{Asked, rating};
use crate::judge::sheet::Sheet;
use crate::theme::font::Face;
use crate::theme::text;
use crate::widget::{Ink, text_ui};

/// Its height in points, where a line holds so many characters: as many lines as the longest help or list of
/// names may take.
pub(super) fn height(asked: &Asked<'_>, line: usize) -> f32 {
    let most = asked.rubric.questions.iter().map(|question| {
        let anchors = match &question.kind {
            QuestionKind::Rating { scale: Scale::Points { anchors, .. } } => {
                anchors.iter().map(|anchor| anchor.chars().count() + 5).sum()
            }
            _ => 0,
        };
        anchors.max(question.help.chars().count())
    });
    let lines = most.max().unwrap_or(0).div_ceil(line).min(7);
    lines as f32 * 19.0
}

pub(super) fn legend_ui(ui: &mut Ui, asked: &Asked<'_>, sheet: &Sheet, is_help_open: bool) {
    let Some(slot) = sheet.active_slot() else { return };
    let question = asked.question(slot);
    let names = names(&question.kind);
    let help = || question.help.clone();
    let words = match (is_help_open, names) {
        (true, _) if question.help.is_empty() => "There is no help for this question".to_owned(),
        (true, _) => help(),
        (false, names) => names.unwrap_or_else(help),
    };
    if !words.is_empty() {
        text_ui(ui, words, Ink::Second, Face::Regular, text::SMALL);
    }
}

/// What the values of a scale are called: `1 poor · 2 fair · 3 good`.
fn names(kind: &QuestionKind) -> Option<String> {
    let QuestionKind::Rating { scale: scale @ Scale::Points { anchors, .. } } = kind else { return None };
    if anchors.iter().all(|anchor| anchor.trim().is_empty()) {
        return None;
    }
    let named = rating::points(scale).into_iter().filter(|point| point.name != point.value.to_string());
    Some(named.map(|point| format!("{} {}", point.value, point.name)).collect::<Vec<_>>().join("  ·  "))
}
