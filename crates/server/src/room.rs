//! Room for the bodies of requests while they are read: in pieces, of which one network holds no more than its share.
//!
//! Whoever is known and whoever is not have rooms of their own: strangers that send slowly wait for each other alone.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use tiebreak_door::network;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The bytes of a piece.
pub const PIECE: usize = 64 * 1024;
/// The pieces for everybody who is known.
const OF_THE_KNOWN: usize = 4_096;
/// The pieces for everybody else, whose bodies are forms.
const OF_STRANGERS: usize = 512;
/// One network holds at most one in so many of them.
const SHARES: usize = 4;
/// From so many networks on, those that hold nothing any more are forgotten.
const NETWORKS: usize = 1_024;

/// The rooms of one server.
#[derive(Clone, Debug)]
pub struct Rooms {
    /// For bodies of whoever is known.
    pub known: Room,
    /// For bodies of anybody else.
    pub strangers: Room,
}

/// Room for so many pieces.
#[derive(Clone, Debug)]
pub struct Room {
    free: Arc<Semaphore>,
    share: usize,
    of_networks: Arc<Mutex<HashMap<IpAddr, Weak<Semaphore>>>>,
}

/// The share of one network.
#[derive(Clone, Debug)]
pub struct Share {
    own: Arc<Semaphore>,
    all: Arc<Semaphore>,
}

/// A piece that is held until it is dropped.
#[derive(Debug)]
pub struct Piece {
    _own: OwnedSemaphorePermit,
    _all: OwnedSemaphorePermit,
}

impl Rooms {
    /// Rooms in which nothing is.
    pub fn new() -> Self {
        Self { known: Room::new(OF_THE_KNOWN), strangers: Room::new(OF_STRANGERS) }
    }
}

impl Room {
    fn new(pieces: usize) -> Self {
        Self { free: Arc::new(Semaphore::new(pieces)), share: pieces / SHARES, of_networks: Arc::default() }
    }

    /// What the network of an address may hold.
    pub fn share_of(&self, address: IpAddr) -> Share {
        let mut networks = self.of_networks.lock().unwrap_or_else(PoisonError::into_inner);
        if networks.len() >= NETWORKS {
            networks.retain(|_, share| share.strong_count() > 0);
        }
        let known = networks.entry(network(address)).or_default();
        let own = known.upgrade().unwrap_or_else(|| {
            let own = Arc::new(Semaphore::new(self.share));
            *known = Arc::downgrade(&own);
            own
        });
        Share { own, all: Arc::clone(&self.free) }
    }
}

impl Share {
    /// A piece, once one is free; none where that takes longer than somebody has patience.
    pub async fn piece(&self, patience: Duration) -> Option<Piece> {
        let both = async {
            let own = Arc::clone(&self.own).acquire_owned().await.expect("shares are never closed");
            let all = Arc::clone(&self.all).acquire_owned().await.expect("rooms are never closed");
            Piece { _own: own, _all: all }
        };
        tokio::time::timeout(patience, both).await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_holds_its_share_and_no_more() {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(async {
            let room = Room::new(8);
            let address = |text: &str| text.parse::<IpAddr>().expect("an address");
            let greedy = room.share_of(address("10.0.0.9"));
            let soon = Duration::ZERO;
            let held = [greedy.piece(soon).await, greedy.piece(soon).await];
            assert!(held.iter().all(Option::is_some));
            let same = room.share_of(address("::ffff:10.0.0.9"));
            assert!(same.piece(soon).await.is_none(), "its share is taken, by whatever name it comes");
            assert!(room.share_of(address("10.0.0.8")).piece(soon).await.is_some(), "others have theirs");
            drop(held);
            assert!(same.piece(soon).await.is_some(), "what was given back is to be had");
        });
    }

    #[test]
    fn networks_that_hold_nothing_are_forgotten() {
        let room = Room::new(8);
        for number in 0..2 * NETWORKS as u32 {
            drop(room.share_of(IpAddr::V4(number.into())));
        }
        let known = room.of_networks.lock().expect("nobody panicked").len();
        assert!(known <= NETWORKS, "{known} are remembered");
    }
}
