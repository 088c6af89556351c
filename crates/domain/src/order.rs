//! The order of the candidates on the screen, and back.

use serde::{Deserialize, Serialize};

use crate::Outcome;

/// Which candidate stands where: `order.candidate_at(0)` is the one on the left, under the letter A.
///
/// Drawn anew for each showing, stored with the judgment, and undone before anything is stored or exported.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct Order(Vec<u8>);

impl Order {
    /// The data's own order.
    pub fn as_given(candidates: usize) -> Self {
        Self((0..candidates as u8).collect())
    }

    /// A uniformly random order (Fisher–Yates; `random` yields uniform 64-bit numbers).
    pub fn shuffled(candidates: usize, mut random: impl FnMut() -> u64) -> Self {
        let mut order = Self::as_given(candidates);
        for last in (1..candidates).rev() {
            let other = ((u128::from(random()) * (last as u128 + 1)) >> 64) as usize;
            order.0.swap(last, other);
        }
        order
    }

    /// The other way round: of a pair, the sides exchanged.
    pub fn reversed(&self) -> Self {
        Self(self.0.iter().rev().copied().collect())
    }

    /// The candidate at a position on the screen.
    pub fn candidate_at(&self, position: usize) -> usize {
        usize::from(self.0[position])
    }

    /// How many candidates are shown.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing is shown.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Candidate indices, left to right.
    pub fn indices(&self) -> &[u8] {
        &self.0
    }

    /// The stored outcome for one given on the screen of a pair (`A` = the left side); its own inverse.
    pub fn outcome_from_screen(&self, on_screen: Outcome) -> Outcome {
        if self.0.first() == Some(&1) { on_screen.swapped() } else { on_screen }
    }

    /// The outcome as the screen of a pair says it (`A` = the left side).
    pub fn screen_from_outcome(&self, outcome: Outcome) -> Outcome {
        self.outcome_from_screen(outcome)
    }
}

impl TryFrom<Vec<u8>> for Order {
    type Error = String;

    fn try_from(order: Vec<u8>) -> Result<Self, String> {
        let mut sorted = order.clone();
        sorted.sort_unstable();
        if sorted.iter().enumerate().all(|(index, &candidate)| usize::from(candidate) == index) {
            Ok(Self(order))
        } else {
            Err(format!("an order names each candidate once, this is {order:?}"))
        }
    }
}

impl From<Order> for Vec<u8> {
    fn from(order: Order) -> Self {
        order.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swapped_pair_swaps_only_the_sides() {
        let swapped = Order::try_from(vec![1, 0]).expect("a permutation");
        assert_eq!(swapped.outcome_from_screen(Outcome::A), Outcome::B);
        assert_eq!(swapped.outcome_from_screen(Outcome::Tie), Outcome::Tie);
        for outcome in Outcome::ALL {
            assert_eq!(swapped.outcome_from_screen(swapped.screen_from_outcome(outcome)), outcome);
        }
    }

    #[test]
    fn both_orders_come_up_equally_often() {
        let mut state = 0u64;
        let mut random = || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        let swapped = (0..10_000).filter(|_| Order::shuffled(2, &mut random).candidate_at(0) == 1).count();
        assert!((4_800..5_200).contains(&swapped), "{swapped} of 10,000 swapped");
    }

    #[test]
    fn only_permutations_are_orders() {
        assert!(Order::try_from(vec![0, 0]).is_err());
        assert!(Order::try_from(vec![1, 2]).is_err());
    }
}
