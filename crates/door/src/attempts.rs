//! Attempts: how often an address showed what lets nobody in. Kept in memory: it slows guessing down, and what an
//! account itself was tried with is in the project.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard};

use tiebreak_domain::UnixMillis;

/// In how many milliseconds one of them is forgotten.
const FORGOTTEN_MS: f64 = 6_000.0;
/// How many addresses are known at most.
const ADDRESSES: usize = 10_000;

/// The attempts of every address.
pub struct Attempts {
    /// How many cost nothing.
    free: f64,
    counts: Mutex<HashMap<IpAddr, Count>>,
}

#[derive(Clone, Copy)]
struct Count {
    /// As many as were at `at`; they fade.
    count: f64,
    at: UnixMillis,
}

impl Count {
    fn now(self, now: UnixMillis) -> f64 {
        let elapsed_ms = now.0.saturating_sub(self.at.0).max(0) as f64;
        (self.count - elapsed_ms / FORGOTTEN_MS).max(0.0)
    }
}

impl Attempts {
    /// No attempts yet, of which so many cost nothing.
    pub fn with_free(free: u32) -> Self {
        Self { free: f64::from(free), counts: Mutex::default() }
    }

    /// One more.
    pub fn note(&self, address: IpAddr, now: UnixMillis) {
        let mut counts = self.counts();
        if counts.len() >= ADDRESSES {
            counts.retain(|_, count| count.now(now) >= 1.0);
            if counts.len() >= ADDRESSES {
                // So many at once are an attack from everywhere, which counting by address does not stop.
                counts.clear();
            }
        }
        let count = counts.entry(network(address)).or_insert(Count { count: 0.0, at: now });
        *count = Count { count: count.now(now) + 1.0, at: now };
    }

    /// One of them ended well, and counts no more.
    pub fn forgive(&self, address: IpAddr) {
        if let Some(count) = self.counts().get_mut(&network(address)) {
            count.count = (count.count - 1.0).max(0.0);
        }
    }

    /// For how many seconds nothing is to be tried; none where something may be.
    pub fn wait_s(&self, address: IpAddr, now: UnixMillis) -> Option<u32> {
        let beyond = self.counts().get(&network(address))?.now(now) - self.free;
        (beyond >= 0.0).then(|| ((beyond + 1.0) * FORGOTTEN_MS / 1000.0).ceil() as u32)
    }

    fn counts(&self) -> MutexGuard<'_, HashMap<IpAddr, Count>> {
        self.counts.lock().expect("counting does not panic")
    }
}

/// One household or lab: an address of version 4, or the first 64 bits of one of version 6, all of which one host has.
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6((address.to_bits() >> 64 << 64).into()),
        address @ IpAddr::V4(_) => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_guesses_too_often_waits_and_nobody_else_does() {
        let attempts = Attempts::with_free(20);
        let (one, other) = (IpAddr::from([1, 2, 3, 4]), IpAddr::from([1, 2, 3, 5]));
        let now = UnixMillis(1_000_000);
        for _ in 0..20 {
            assert_eq!(attempts.wait_s(one, now), None);
            attempts.note(one, now);
        }
        assert_eq!(attempts.wait_s(one, now), Some(6));
        assert_eq!(attempts.wait_s(other, now), None);
        assert_eq!(attempts.wait_s(one, UnixMillis(now.0 + 6_000)), None, "one was forgotten");
        attempts.note(one, UnixMillis(now.0 + 6_000));
        assert!(attempts.wait_s(one, UnixMillis(now.0 + 6_000)).is_some());
    }

    #[test]
    fn addresses_of_one_network_are_one() {
        let attempts = Attempts::with_free(20);
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let now = UnixMillis(0);
        for host in 0..20 {
            attempts.note(address(&format!("2001:db8:1:2::{host:x}")), now);
        }
        assert!(attempts.wait_s(address("2001:db8:1:2:ffff::1"), now).is_some());
        assert_eq!(attempts.wait_s(address("2001:db8:1:3::1"), now), None);
    }
}
