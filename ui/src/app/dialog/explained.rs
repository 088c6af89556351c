//! What a training item says once it was judged: whether the answers were as expected, which were, and why.

use egui::Ui;
use tiebreak_domain::quality::TrainingResult;
use tiebreak_domain::{Order, Rubric};

use crate::app::{Action, Scene};
use crate::document::DocumentCache;
use crate::people::markdown_ui;
use crate::people::role::expected_words;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, text_ui};

/// What there is to read.
#[derive(Debug)]
pub struct Explained {
    title: &'static str,
    /// A question, and what was expected.
    expected: Vec<(String, String)>,
    explanation: String,
    documents: DocumentCache,
}

impl Explained {
    pub(super) fn new(result: &TrainingResult, rubric: &Rubric, order: Order) -> Self {
        Self {
            title: if result.is_as_expected { "As expected" } else { "Something else was expected" },
            // The item is off the screen by now; its letters follow from the order alone.
            expected: expected_words(&result.expected, rubric, order),
            explanation: result.explanation.clone(),
            documents: DocumentCache::default(),
        }
    }

    pub(super) fn ui(&mut self, ui: &mut Ui, scene: &Scene<'_>, wanted: &mut Vec<Action>) {
        let response = Dialog::new("explained", self.title).width(520.0).show(
            ui.ctx(),
            self,
            |ui, state| {
                ui.spacing_mut().item_spacing.y = space::SMALL;
                for (question, answer) in &state.expected {
                    text_ui(ui, question, Ink::Second, Face::Regular, text::SMALL);
                    text_ui(ui, answer, Ink::First, Face::SemiBold, text::BODY);
                }
                if !state.explanation.is_empty() {
                    ui.add_space(space::SMALL);
                    markdown_ui(ui, &mut state.documents, &state.explanation, scene.settings.text_size);
                }
            },
            |ui, _| ui.add(ActionButton::new("Go on").key("Esc").primary()).clicked(),
        );
        if response.footer || response.should_close {
            wanted.push(Action::CloseDialog);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tiebreak_domain::{Answer, AnswerValue, Outcome, Preference};

    #[test]
    fn what_was_expected_is_said_by_the_letters_of_the_screen() {
        let rubric = Rubric::default();
        let expected = vec![Answer {
            question: rubric.questions[0].key.clone(),
            candidate: None,
            value: AnswerValue::Preference(Preference::new(Outcome::A)),
        }];
        let result = TrainingResult { is_as_expected: false, expected, explanation: "It counts.".into() };
        let said = |order: Vec<u8>| {
            let explained = Explained::new(&result, &rubric, Order::try_from(order).expect("a permutation"));
            explained.expected[0].1.clone()
        };
        assert_eq!(said(vec![0, 1]), "A");
        assert_eq!(said(vec![1, 0]), "B", "the first candidate stood on the right");
    }
}
