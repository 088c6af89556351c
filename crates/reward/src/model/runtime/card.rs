//! The memory of a graphics card: how many sessions, and how long batches, it has room for.
//!
//! Each session on a card holds the weights once more, so that two are the most: one computes while the other copies.

use super::report;

/// The most sessions on a card.
const MOST_SESSIONS: usize = 2;
/// The largest weights of which a card that does not say how much room it has is given two.
const SMALL_BYTES: u64 = 1 << 30;

/// What is free on a card.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardRoom {
    /// Bytes that nobody uses, where the card says.
    free_bytes: Option<u64>,
}

impl CardRoom {
    /// Asks the card as it is now. Of several the one with the most room is looked at.
    pub fn now() -> Self {
        Self { free_bytes: report::free_card_bytes() }
    }

    /// What of it may be used: nine tenths, since whatever else the card does takes some too.
    pub fn usable_bytes(self) -> Option<u64> {
        self.free_bytes.map(|free| free / 10 * 9)
    }

    /// How many sessions it has room for, of so many that are wanted: half of the room is left for what they compute.
    pub fn sessions(self, wanted: usize, weights_bytes: u64) -> usize {
        let most = match self.usable_bytes() {
            Some(usable) if weights_bytes.saturating_mul(2) <= usable / 2 => MOST_SESSIONS,
            None if weights_bytes <= SMALL_BYTES => MOST_SESSIONS,
            _ => 1,
        };
        wanted.clamp(1, most)
    }

    /// The most bytes that each of so many sessions may take for itself; none where the card does not say.
    pub fn bytes_per_session(self, sessions: usize) -> Option<usize> {
        let bytes = self.usable_bytes()? / sessions.max(1) as u64;
        usize::try_from(bytes).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sessions_share_a_card_where_there_is_room_for_both_and_their_batches() {
        let of = |free_bytes| CardRoom { free_bytes };
        let gib = |count: u64| count << 30;
        assert_eq!(of(Some(gib(24))).sessions(4, gib(1)), 2, "never as many as there are cores");
        assert_eq!(of(Some(gib(24))).sessions(1, gib(1)), 1, "nor more than are wanted");
        assert_eq!(of(Some(gib(8))).sessions(4, gib(3)), 1);
        assert_eq!(of(None).sessions(4, 1 << 20), 2);
        assert_eq!(of(None).sessions(4, gib(3)), 1, "a card that does not say is not filled");
        assert_eq!(of(Some(gib(10))).bytes_per_session(2), Some(9 * (gib(10) / 10) as usize / 2));
        assert_eq!(of(None).bytes_per_session(2), None);
    }
}
