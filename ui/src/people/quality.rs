//! How people do, for the lead: items whose answer is known, and items that came twice; and which items those
//! are, to be changed or taken back ([`KnownAnswers`]).
//!
//! A share is never shown without what it is a share of, and none is shown of nothing.

use egui::{Grid, Ui};
use tiebreak_domain::person::People;
use tiebreak_domain::quality::{AnnotatorQuality, QualityReport, Score};
use tiebreak_domain::{ApiError, Reply, Request};

use super::role::KnownAnswers;
use super::{Heard, Purpose, error_ui, people_of, send};
use crate::app::Action;
use crate::desk::Desk;
use crate::form;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, caption_ui, text_ui};

/// The dialog.
#[derive(Debug, Default)]
pub struct QualityDialog {
    is_asked: bool,
    people: Option<People>,
    report: Option<QualityReport>,
    known: KnownAnswers,
    error: Option<ApiError>,
}

const COLUMNS: [&str; 6] = ["Name", "Judged", "Gold", "Attention", "Training", "Same again"];

impl QualityDialog {
    /// The engine answered.
    pub fn reply(&mut self, purpose: Purpose, result: Result<Reply, ApiError>) -> Heard {
        match (purpose, result) {
            (Purpose::Everyone, Ok(reply)) => self.people = people_of(reply),
            (Purpose::Quality, Ok(Reply::Quality(report))) => self.report = Some(*report),
            (purpose, Ok(reply)) => self.known.reply(purpose, reply),
            (_, Err(error)) => self.error = Some(error),
        }
        Heard::Stays
    }

    /// Paints it.
    pub fn ui(&mut self, ui: &mut Ui, desk: Option<&Desk>, wanted: &mut Vec<Action>) {
        let Some(desk) = desk else { return };
        if !std::mem::replace(&mut self.is_asked, true) {
            wanted.push(send(Purpose::Quality, Request::Quality));
            wanted.push(send(Purpose::ItemRoles, Request::ItemRoles));
            wanted.push(send(Purpose::Everyone, Request::People));
        }
        let response = Dialog::new("quality", "How people do").width(820.0).show(
            ui.ctx(),
            self,
            |ui, state| {
                state.body_ui(ui);
                if state.error.is_none() {
                    state.known.ui(ui, &desk.info, wanted);
                }
            },
            |ui, _| ui.add(ActionButton::new("Done").primary().key("Escape")).clicked(),
        );
        if response.footer || response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }

    fn body_ui(&self, ui: &mut Ui) {
        if let Some(error) = &self.error {
            error_ui(ui, error);
            return;
        }
        let rows = self.rows();
        if rows.is_empty() {
            let words = if self.report.is_some() { "Nobody has judged yet" } else { "Counting…" };
            text_ui(ui, words, Ink::Second, Face::Regular, text::BODY);
            return;
        }
        Grid::new("quality").num_columns(COLUMNS.len()).spacing([space::HUGE, space::SMALL]).show(ui, |ui| {
            for column in COLUMNS {
                caption_ui(ui, column);
            }
            ui.end_row();
            for row in rows {
                for (index, cell) in row.into_iter().enumerate() {
                    let face = if index == 0 { Face::Medium } else { Face::Figures };
                    let ink = if cell == NOTHING { Ink::Third } else { Ink::First };
                    text_ui(ui, cell, ink, face, text::BODY);
                }
                ui.end_row();
            }
        });
        ui.add_space(space::MEDIUM);
        form::note_ui(
            ui,
            "Gold, attention and training count the first judgment of each item against its known answer. Same \
             again: repeats that said what the first judgment said.",
        );
    }

    /// A row for everyone who has judged anything.
    fn rows(&self) -> Vec<[String; 6]> {
        let (Some(people), Some(report)) = (&self.people, &self.report) else { return Vec::new() };
        let of = |annotator| report.annotators.iter().find(|known| known.annotator == annotator);
        let people = people.people.iter().filter(|person| {
            !person.annotator.is_past() && (person.annotator.judged > 0 || of(person.annotator.id).is_some())
        });
        people
            .map(|person| {
                let known = of(person.annotator.id);
                let said = |pick: fn(&AnnotatorQuality) -> Score| {
                    known.map_or_else(|| NOTHING.to_owned(), |known| score_words(pick(known)))
                };
                [
                    person.annotator.name.clone(),
                    form::number(person.annotator.judged),
                    said(|known| known.gold),
                    said(|known| known.attention),
                    said(|known| known.training),
                    said(|known| known.repeats),
                ]
            })
            .collect()
    }
}

const NOTHING: &str = "–";

/// `9 of 10, 90 %`; a dash of nothing.
pub(super) fn score_words(score: Score) -> String {
    if score.total == 0 {
        return NOTHING.to_owned();
    }
    // Rounded down, so that only all of them are 100 %.
    let percent = score.right * 100 / score.total;
    format!("{} of {}, {percent} %", form::number(score.right), form::number(score.total))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_said_with_its_count_and_never_of_nothing() {
        assert_eq!(score_words(Score { right: 9, total: 10 }), "9 of 10, 90 %");
        assert_eq!(score_words(Score { right: 0, total: 0 }), "–", "no share of nothing");
        assert_eq!(score_words(Score { right: 999, total: 1000 }), "999 of 1,000, 99 %", "not quite all");
    }
}
