//! What a pool takes in.

use tiebreak_domain::Part;

use super::*;

/// Every pair of so many answers to one question.
fn pairs(question: usize, answers: usize) -> Vec<Item> {
    let answer = |number: usize| Candidate::markdown(format!("Answer {number} to {question}"));
    let pair = |one: usize, other: usize| Item {
        prompt: vec![Part::markdown(format!("Question {question}?"))],
        candidates: vec![answer(one), answer(other)],
        ..Item::default()
    };
    (0..answers).flat_map(|one| (one + 1..answers).map(move |other| pair(one, other))).collect()
}

#[test]
fn candidates_that_pairs_share_take_room_once() {
    let mut different = Different::default();
    for item in (0..30).flat_map(|question| pairs(question, 8)) {
        different.add(&item, &[]);
    }
    assert_eq!((different.items, different.candidates.len(), different.one_in()), (30 * 28, 30 * 8, 1));
    let of = |candidates: u64, items: u64| {
        let key = |number: u64| {
            let mut key = [0; 16];
            key[..8].copy_from_slice(&number.to_le_bytes());
            key
        };
        Different { candidates: (0..candidates).map(key).collect(), items }.one_in()
    };
    assert_eq!(of(100_000, 1_000_000), 1, "a million pairs of a hundred thousand candidates are all planned");
    assert_eq!(of(400_000, 200_000), 3, "of too many candidates a third of the prompts");
    assert_eq!(of(1_000, 5_000_000), 3, "and of too many items too");
}

#[test]
fn what_is_taken_of_too_many_are_whole_prompts() {
    let items: Vec<Vec<Item>> = (0..300).map(|question| pairs(question, 4)).collect();
    let taken = items.iter().filter(|of_prompt| of_prompt.iter().any(|item| is_taken(item, 3)));
    assert!(taken.clone().all(|of_prompt| of_prompt.iter().all(|item| is_taken(item, 3))));
    assert!((70..130).contains(&taken.count()), "about a third");
    assert!(items.iter().flatten().all(|item| is_taken(item, 1)));
}
