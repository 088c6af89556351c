//! The line below the questions: what the values of the active one mean, or its help once that was asked for.
//! It keeps its height, so that nothing moves with it.

use egui::Ui;
use tiebreak_domain::rubric::{QuestionKind, RankingForm, Scale};

use crate::judge::question::{Asked, rating};
use crate::judge::sheet::Sheet;
use crate::theme::font::Face;
use crate::theme::text;
use crate::widget::{Ink, text_ui};

/// Its height in points, where a line holds so many characters: as many lines as the longest help or list of
/// names may take.
pub(super) fn height(asked: &Asked<'_>, line: usize) -> f32 {
    let most = asked.rubric.questions.iter().map(|question| {
        let told = names(&question.kind).map_or(0, |told| told.chars().count());
        told.max(question.help.chars().count())
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

/// What the values of a scale are called, `1 poor · 2 fair · 3 good`, or what its keys do where no button says
/// so.
fn names(kind: &QuestionKind) -> Option<String> {
    match kind {
        QuestionKind::Rating { scale: scale @ Scale::Points { anchors, .. } } => {
            if anchors.iter().all(|anchor| anchor.trim().is_empty()) {
                return None;
            }
            let points = rating::points(scale).into_iter();
            let named = points.filter(|point| point.name != point.value.to_string());
            Some(
                named
                    .map(|point| format!("{} {}", point.value, point.name))
                    .collect::<Vec<_>>()
                    .join("  ·  "),
            )
        }
        QuestionKind::Rating { scale: Scale::Slider { .. } } => {
            Some("0 to 9 go to a tenth  ·  ← → by one  ·  Home and End to the ends".to_owned())
        }
        QuestionKind::Ranking { form: RankingForm::WithTies } => {
            Some("1 2 3… in order, best first  ·  = ties with the one before  ·  ⌫ takes back".to_owned())
        }
        QuestionKind::Ranking { form: RankingForm::Strict } => {
            Some("1 2 3… in order, best first  ·  ⌫ takes back".to_owned())
        }
        _ => None,
    }
}
