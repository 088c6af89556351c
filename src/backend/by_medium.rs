//! Lanes of one thread each, among which videos are dealt out: what is asked of one video is answered in order, and
//! videos that play together are decoded beside one another.

use std::sync::mpsc::Sender;

use tiebreak_domain::Request;
use tiebreak_domain::media::MediumRequest;
use tiebreak_ui::backend::Ticket;

/// The lanes, and which video each serves.
pub struct ByMedium {
    lanes: Vec<Lane>,
    /// Counts asks; the smallest is the longest ago.
    clock: u64,
}

struct Lane {
    sender: Sender<(Ticket, Request)>,
    serves: Option<MediumRequest>,
    used: u64,
}

impl ByMedium {
    /// At least one.
    pub fn new(senders: Vec<Sender<(Ticket, Request)>>) -> Self {
        let lanes = senders.into_iter().map(|sender| Lane { sender, serves: None, used: 0 }).collect();
        Self { lanes, clock: 0 }
    }

    /// The lane that serves a video, or else the one that was asked the longest ago.
    pub fn lane_of(&mut self, medium: &MediumRequest) -> &Sender<(Ticket, Request)> {
        self.clock += 1;
        let serving = self.lanes.iter().position(|lane| lane.serves.as_ref() == Some(medium));
        let oldest = || (0..self.lanes.len()).min_by_key(|lane| self.lanes[*lane].used);
        let lane = serving.or_else(oldest).expect("there is at least one");
        let lane = &mut self.lanes[lane];
        if lane.serves.as_ref() != Some(medium) {
            lane.serves = Some(medium.clone());
        }
        lane.used = self.clock;
        &lane.sender
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use tiebreak_domain::SourceId;

    use super::*;

    fn medium(uri: &str) -> MediumRequest {
        MediumRequest { source: SourceId(1), uri: uri.into() }
    }

    /// Which lane each of these goes to.
    fn dealt(lanes: usize, uris: &[&str]) -> Vec<usize> {
        let (senders, receivers): (Vec<_>, Vec<Receiver<(Ticket, Request)>>) =
            (0..lanes).map(|_| channel()).unzip();
        let mut by_medium = ByMedium::new(senders);
        let sent = uris.iter().map(|uri| {
            let sender = by_medium.lane_of(&medium(uri));
            sender.send((Ticket(0), Request::Study)).expect("the receivers are here");
            receivers.iter().position(|lane| lane.try_recv().is_ok()).expect("it went to one of them")
        });
        sent.collect()
    }

    #[test]
    fn a_video_keeps_its_lane_and_a_new_one_takes_the_idlest() {
        assert_eq!(dealt(3, &["a", "b", "a", "b", "c", "a"]), [0, 1, 0, 1, 2, 0]);
        assert_eq!(dealt(2, &["a", "b", "b", "a", "c", "a", "b"]), [0, 1, 1, 0, 1, 0, 1]);
    }
}
