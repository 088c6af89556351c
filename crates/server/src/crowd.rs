//! How many connections are open from where: one address cannot take all that there are.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tiebreak_door::network;

/// The connections that are open, by where they came from.
#[derive(Clone, Debug)]
pub struct Crowd {
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
    most: usize,
}

/// A connection among those that are open, until it is dropped.
#[derive(Debug)]
pub struct Place {
    crowd: Crowd,
    network: IpAddr,
}

impl Crowd {
    /// As many as `most` from one network.
    pub fn new(most: usize) -> Self {
        Self { open: Arc::default(), most }
    }

    /// A place for a connection; none where as many as may be are open from there.
    pub fn enter(&self, from: IpAddr) -> Option<Place> {
        let network = network(from);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(network).or_default();
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Place { crowd: self.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.crowd.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.network) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_network_takes_only_its_share_and_gives_places_back() {
        let crowd = Crowd::new(2);
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        let first = crowd.enter(address("10.0.0.9"));
        let second = crowd.enter(address("::ffff:10.0.0.9"));
        assert!(first.is_some() && second.is_some());
        assert!(crowd.enter(address("10.0.0.9")).is_none(), "its share is taken");
        assert!(crowd.enter(address("10.0.0.8")).is_some(), "others have theirs");
        drop(first);
        assert!(crowd.enter(address("10.0.0.9")).is_some(), "a place was given back");

        let six = [crowd.enter(address("2001:db8::1")), crowd.enter(address("2001:db8::2"))];
        assert!(six.iter().all(Option::is_some));
        assert!(crowd.enter(address("2001:db8::3")).is_none(), "one host has all of them");
        assert!(crowd.enter(address("2001:db8:0:1::1")).is_some());
        drop((second, six));
        assert!(crowd.open.lock().expect("nobody panicked").is_empty(), "nothing is remembered of who went");
    }
}
