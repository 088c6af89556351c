//! Arms: the groups of an experiment, drawn at random in blocks, so that at any time they are about equally large.

use serde::{Deserialize, Serialize};

use crate::content_hash::ContentHash;

/// The arms that people are drawn into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arms {
    /// Their names, at least two.
    pub names: Vec<String>,
    /// People in a block: each block holds every arm equally often.
    pub block_size: u32,
    /// What the draw goes by: the same seed gives the same arms.
    pub seed: u64,
}

impl Arms {
    /// The arm of the person who joins at a place, counted from 0: permuted blocks, each shuffled by the seed
    /// and its own number.
    pub fn arm_at(&self, place: u32) -> &str {
        let block_size = self.block_size.max(1);
        let (block, inside) = (place / block_size, place % block_size);
        let mut order: Vec<usize> = (0..block_size as usize).map(|index| index % self.names.len()).collect();
        let mut hash = ContentHash::new("tiebreak arms 1");
        hash.field(&self.seed.to_le_bytes()).field(&block.to_le_bytes());
        let bytes = hash.finish();
        let mut state = u64::from_le_bytes(bytes[..8].try_into().expect("eight of sixteen bytes"));
        for last in (1..order.len()).rev() {
            state = crate::assignment::mixed(state.wrapping_add(0x9E37_79B9_7F4A_7C15));
            order.swap(last, ((u128::from(state) * (last as u128 + 1)) >> 64) as usize);
        }
        &self.names[order[inside as usize]]
    }

    pub(super) fn fault(&self) -> Option<String> {
        let mut names: Vec<&str> = self.names.iter().map(|name| name.trim()).collect();
        names.sort_unstable();
        names.dedup();
        if names.len() < 2 || names.len() < self.names.len() || names[0].is_empty() {
            return Some("a study has at least two arms, each with a name of its own".to_owned());
        }
        let count = names.len() as u32;
        (self.block_size == 0 || !self.block_size.is_multiple_of(count) || self.block_size > 10_000)
            .then(|| format!("a block holds every arm equally often: its size is a multiple of {count}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arms(seed: u64) -> Arms {
        Arms { names: vec!["plain".into(), "hints".into(), "scores".into()], block_size: 6, seed }
    }

    #[test]
    fn every_block_holds_every_arm_equally_often_in_an_order_of_its_own() {
        let arms = arms(7);
        let mut orders = std::collections::BTreeSet::new();
        for block in 0..50 {
            let drawn: Vec<&str> = (0..6).map(|inside| arms.arm_at(block * 6 + inside)).collect();
            for name in &arms.names {
                assert_eq!(drawn.iter().filter(|arm| *arm == name).count(), 2, "block {block} is balanced");
            }
            orders.insert(drawn);
        }
        assert!(orders.len() > 20, "blocks are shuffled each for itself, {} orders of 90", orders.len());
    }

    #[test]
    fn the_seed_decides() {
        let drawn = |seed| (0..60).map(|place| arms(seed).arm_at(place).to_owned()).collect::<Vec<_>>();
        assert_eq!(drawn(1), drawn(1), "the same seed draws the same");
        assert_ne!(drawn(1), drawn(2), "another seed draws otherwise");
    }

    #[test]
    fn a_block_that_cannot_be_balanced_is_refused() {
        assert_eq!(arms(1).fault(), None);
        assert!(Arms { block_size: 4, ..arms(1) }.fault().is_some(), "four places for three arms");
        assert!(Arms { names: vec!["one".into()], ..arms(1) }.fault().is_some(), "a single arm");
    }
}
