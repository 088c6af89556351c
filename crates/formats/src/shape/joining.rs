//! Rows that are one item: neighbours that share prompt, name and context, where a format spreads an item's
//! candidates, or an item's annotators, over several rows.

use tiebreak_domain::Answer;
use tiebreak_domain::item::MAX_CANDIDATES;

use super::Understood;
use crate::record::Label;

/// Joins a row to the one before it; gives it back if it is an item of its own.
///
/// A candidate that is there already is not doubled, and its votes go to it. The votes of one annotator become
/// one, but where both rows answer the same question: nobody's are then votes of two people, and somebody's a
/// change of mind, and both are kept. Metadata is the first row's.
pub(crate) fn join(before: &mut Understood, mut next: Understood) -> Option<Understood> {
    let (first, second) = (&mut before.item, &mut next.item);
    let is_same = first.prompt == second.prompt
        && !first.prompt.is_empty()
        && first.external_id == second.external_id
        && first.context == second.context;
    if !is_same {
        return Some(next);
    }
    let mut places = Vec::new();
    let mut added = 0;
    for candidate in &second.candidates {
        let known = first
            .candidates
            .iter()
            .position(|known| known.parts == candidate.parts && known.model == candidate.model);
        places.push(known.unwrap_or_else(|| {
            added += 1;
            first.candidates.len() + added - 1
        }));
    }
    // A row with several candidates is whole: another such row of the same prompt is another item.
    if first.candidates.len() + added > MAX_CANDIDATES || (added > 0 && second.candidates.len() > 1) {
        return Some(next);
    }
    let is_about_all = |label: &Label| label.answers.iter().any(|answer| answer.candidate.is_none());
    // An answer about all candidates would be about others if some came in, or stood in another order.
    let is_moved = places.iter().enumerate().any(|(here, there)| here != *there);
    let is_other = next.labels.iter().any(is_about_all) && (added > 0 || is_moved);
    if is_other || (added > 0 && before.labels.iter().any(is_about_all)) {
        return Some(next);
    }
    for (candidate, place) in std::mem::take(&mut second.candidates).into_iter().zip(&places) {
        if *place >= first.candidates.len() {
            first.candidates.push(candidate);
        }
    }
    for mut label in next.labels {
        for answer in &mut label.answers {
            answer.candidate = answer.candidate.map(|index| places[usize::from(index)] as u8);
        }
        add(&mut before.labels, label);
    }
    before.doubt = before.doubt.take().or(next.doubt);
    None
}

/// Adds a vote to the first of the same annotator that answers none of its questions; else to the end.
fn add(labels: &mut Vec<Label>, mut label: Label) {
    if label.is_skip {
        labels.push(label);
        return;
    }
    let is_same =
        |one: &Answer, other: &Answer| one.question == other.question && one.candidate == other.candidate;
    if label.annotator.is_some()
        && let Some(last) = labels.iter().rfind(|known| known.annotator == label.annotator)
    {
        // Somebody who says the same again says nothing new.
        label.answers.retain(|answer| !last.answers.contains(answer));
    }
    if label.answers.is_empty() {
        return;
    }
    let is_free = |known: &&mut Label| {
        known.annotator == label.annotator
            && known.is_model == label.is_model
            && !known.is_skip
            && label.answers.iter().all(|answer| known.answers.iter().all(|there| !is_same(there, answer)))
    };
    match labels.iter_mut().find(is_free) {
        None => labels.push(label),
        Some(known) => {
            known.answers.append(&mut label.answers);
            if known.comment.is_empty() {
                known.comment = label.comment;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fields::rating;
    use super::*;
    use tiebreak_domain::{Candidate, Item, Outcome, Part, Preference};

    fn row(prompt: &str, response: &str, annotator: &str, value: i32) -> Understood {
        let item = Item {
            prompt: vec![Part::markdown(prompt)],
            candidates: vec![Candidate::markdown(response)],
            ..Item::default()
        };
        let answers = vec![rating("q", Some(0), value)];
        let labels = vec![Label { annotator: Some(annotator.into()), ..Label::of_answers(answers) }];
        Understood { item, labels, doubt: None }
    }

    #[test]
    fn neighbours_of_one_prompt_are_one_item() {
        let mut first = row("p", "x", "ann", 1);
        assert!(join(&mut first, row("p", "y", "ann", 2)).is_none());
        assert!(join(&mut first, row("p", "y", "bob", 3)).is_none(), "another's vote on the same response");
        assert_eq!(first.item.candidates.len(), 2, "no candidate is doubled");
        assert_eq!(first.labels[0].answers, [rating("q", Some(0), 1), rating("q", Some(1), 2)]);
        assert_eq!(first.labels[1].answers, [rating("q", Some(1), 3)]);
        assert!(join(&mut first, row("another", "z", "ann", 2)).is_some());
    }

    #[test]
    fn a_vote_on_the_same_pair_the_other_way_round_is_no_vote_on_this_one() {
        let pair = |texts: [&str; 2], annotator: &str| {
            let preference = super::super::fields::preference("overall", Preference::new(Outcome::A));
            let label = Label { annotator: Some(annotator.into()), ..Label::of_answers(vec![preference]) };
            let item = Item {
                prompt: vec![Part::markdown("p")],
                candidates: texts.map(Candidate::markdown).to_vec(),
                ..Item::default()
            };
            Understood { item, labels: vec![label], doubt: None }
        };
        let mut first = pair(["x", "y"], "ann");
        assert!(join(&mut first, pair(["x", "y"], "bob")).is_none());
        assert!(join(&mut first, pair(["y", "x"], "cy")).is_some(), "A means y here");
        assert_eq!(first.labels.len(), 2);
    }

    #[test]
    fn contrary_votes_of_neighbours_are_both_kept() {
        let nameless = |value| {
            let mut row = row("p", "x", "", value);
            row.labels[0].annotator = None;
            row
        };
        let mut first = nameless(1);
        assert!(join(&mut first, nameless(0)).is_none());
        assert!(join(&mut first, nameless(1)).is_none());
        let values = |row: &Understood| {
            row.labels.iter().map(|label| label.answers[0].value.rating()).collect::<Vec<_>>()
        };
        assert_eq!(values(&first), [Some(1), Some(0), Some(1)], "three people");
        let mut first = row("p", "x", "ann", 1);
        for value in [1, 0, 1] {
            assert!(join(&mut first, row("p", "x", "ann", value)).is_none());
        }
        assert_eq!(values(&first), [Some(1), Some(0), Some(1)], "somebody in two minds");
    }

    #[test]
    fn who_skipped_and_voted_later_has_said_two_things() {
        let mut first = row("p", "x", "ann", 1);
        first.labels = vec![Label::skip(Some("ann".into()))];
        assert!(join(&mut first, row("p", "x", "ann", 2)).is_none());
        let said: Vec<_> = first.labels.iter().map(|label| (label.is_skip, label.answers.len())).collect();
        assert_eq!(said, [(true, 0), (false, 1)], "a skip holds no answers");
    }

    #[test]
    fn an_item_has_at_most_twelve_candidates() {
        let mut first = row("p", "0", "ann", 1);
        let left: Vec<_> =
            (1..14).filter_map(|n| join(&mut first, row("p", &n.to_string(), "ann", 1))).collect();
        assert_eq!((first.item.candidates.len(), left.len()), (12, 2), "the others are items of their own");
    }
}
