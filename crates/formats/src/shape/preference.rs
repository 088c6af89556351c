//! Pairs that come as chosen and rejected.
//!
//! The first candidate must not always be the better one: whoever sees the data, a model above all, would
//! learn the place instead of the content. So the two are put in the order of their hashes, under the prompt
//! so that a text that often loses does not always stand on one side. Nothing but content decides, so reading
//! the file again gives the same item, and so does a file in which someone else chose the other one: that is
//! one item with two votes, and not two items.

use tiebreak_domain::content_hash::ContentHash;
use tiebreak_domain::{Candidate, Outcome, Part};

/// The two in their canonical order, and which of them was chosen.
pub(crate) fn pair_from_choice(
    prompt: &[Part],
    chosen: Candidate,
    rejected: Candidate,
) -> (Vec<Candidate>, Outcome) {
    if hash(prompt, &chosen) <= hash(prompt, &rejected) {
        (vec![chosen, rejected], Outcome::A)
    } else {
        (vec![rejected, chosen], Outcome::B)
    }
}

fn hash(prompt: &[Part], candidate: &Candidate) -> [u8; 16] {
    let mut hash = ContentHash::new("tiebreak pair order 1");
    for part in prompt.iter().chain(&candidate.parts) {
        hash.field(part.text().or(part.uri()).unwrap_or_default().as_bytes());
    }
    hash.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_says_nothing_about_the_choice() {
        let mut first = 0;
        for number in 0..2_000 {
            let (good, bad) = (format!("good {number}"), format!("bad {number}"));
            let (pair, outcome) =
                pair_from_choice(&[], Candidate::markdown(&*good), Candidate::markdown(&*bad));
            let (other_pair, other_outcome) =
                pair_from_choice(&[], Candidate::markdown(&*bad), Candidate::markdown(&*good));
            assert_eq!(pair, other_pair, "the choice does not change the item");
            assert_eq!(outcome, other_outcome.swapped(), "it changes the vote");
            first += usize::from(outcome == Outcome::A);
        }
        assert!((900..1_100).contains(&first), "{first} of 2,000 have the chosen one first");
    }

    #[test]
    fn a_text_that_always_loses_stands_on_both_sides() {
        let first = (0..2_000).filter(|number| {
            let prompt = [Part::markdown(format!("question {number}"))];
            let answer = Candidate::markdown(format!("answer {number}"));
            pair_from_choice(&prompt, answer, Candidate::markdown("I do not know.")).1 == Outcome::A
        });
        let first = first.count();
        assert!((900..1_100).contains(&first), "{first} of 2,000 have the chosen one first");
    }
}
