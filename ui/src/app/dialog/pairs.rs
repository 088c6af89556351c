//! Asking items of more than two candidates pair by pair: what becomes of them, said before it is done.

use egui::Ui;
use tiebreak_domain::candidate_pairs::PairsMade;
use tiebreak_domain::{ItemFilter, Request};

use crate::app::Action;
use crate::app::tickets::Purpose;
use crate::form::counted;
use crate::theme::font::Face;
use crate::theme::{space, text};
use crate::widget::{ActionButton, Dialog, Ink, text_ui};

/// Paints it.
pub(super) fn pairs_ui(ui: &mut Ui, wanted: &mut Vec<Action>) {
    let response = Dialog::new("pairs", "Ask pair by pair").width(480.0).show(
        ui.ctx(),
        &mut (),
        |ui, ()| {
            ui.spacing_mut().item_spacing.y = space::SMALL;
            let words = "Of every item with more than two candidates, every two become an item of their own, and the \
                         queue chooses which two to show.";
            text_ui(ui, words, Ink::First, Face::Regular, text::BODY);
            let rest = "The whole is excluded, and can be included again. What somebody judged or skipped as a whole \
                        stays as it is. Doing it again adds nothing.";
            text_ui(ui, rest, Ink::Second, Face::Regular, text::SMALL);
        },
        |ui, ()| {
            let makes = ui.add(ActionButton::new("Make the pairs").primary()).clicked();
            let closes = ui.add(ActionButton::new("Cancel").key("Escape")).clicked();
            (makes, closes)
        },
    );
    let (makes, closes) = response.footer;
    if makes {
        wanted.push(Action::Send(Purpose::MakePairs, Request::MakePairs(ItemFilter::default())));
    }
    if makes || closes || response.should_close {
        wanted.push(Action::CloseDialog);
    }
}

/// What came of it, in a sentence.
pub fn made_words(made: &PairsMade) -> String {
    if made.items == 0 && made.items_judged == 0 && made.items_kept == 0 {
        return "No item has more than two candidates".to_owned();
    }
    let items = counted(made.items, "item", "items");
    let mut words = format!("{} added of {items}", counted(made.pairs_added, "pair", "pairs"));
    if made.pairs_known > 0 {
        words.push_str(&format!(", {} known before", counted(made.pairs_known, "pair", "pairs")));
    }
    let kept = made.items_judged + made.items_kept;
    if kept > 0 {
        words.push_str(&format!("; {} as before", counted(kept, "item stays", "items stay")));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_and_what_was_left_are_told() {
        let made = PairsMade { items: 2, pairs_added: 12, items_judged: 1, ..PairsMade::default() };
        assert_eq!(made_words(&made), "12 pairs added of 2 items; 1 item stays as before");
        assert_eq!(made_words(&PairsMade::default()), "No item has more than two candidates");
    }
}
