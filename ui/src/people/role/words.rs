//! Expected answers in words, for an item that is not on the screen: its letters follow from an order alone.

use tiebreak_domain::rubric::Slot;
use tiebreak_domain::showing::Acquisition;
use tiebreak_domain::{
    Answer, Candidate, Draft, Item, ItemId, ItemKey, ItemStatus, Order, QueuedItem, Rubric, SourceId,
    StoredItem,
};

use crate::judge::question::Asked;
use crate::second_look::words;

/// Each expected answer as its question and what was expected, by the letters of `order`.
pub(crate) fn expected_words(expected: &[Answer], rubric: &Rubric, order: Order) -> Vec<(String, String)> {
    let queued = stand_in(order);
    let draft = Draft::default();
    let asked = Asked { rubric, queued: &queued, draft: &draft };
    let words = expected.iter().map(|answer| {
        let question = rubric.questions.iter().position(|question| question.key == answer.question);
        let name = question.map_or_else(
            || answer.question.clone(),
            |question| asked.name(Slot { question, candidate: answer.candidate }),
        );
        let kind = question.map(|index| &rubric.questions[index].kind);
        (name, words::answer(&answer.value, kind, &asked))
    });
    words.collect()
}

fn stand_in(order: Order) -> QueuedItem {
    let item = Item { candidates: vec![Candidate::default(); order.len()], ..Item::default() };
    QueuedItem {
        item: StoredItem {
            id: ItemId(0),
            key: ItemKey([0; 16]),
            source: SourceId(0),
            status: ItemStatus::Active,
            item,
        },
        order,
        acquisition: Acquisition::CHOSEN,
        previous: None,
        scores: Vec::new(),
        draft: None,
    }
}
