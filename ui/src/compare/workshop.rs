//! Makes large differences beside the interface, one after the other. In a browser there is no thread for it: there
//! each is made where it is asked for.

use std::collections::HashSet;
use std::hash::Hash;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use egui::{Context, Rect};
use tiebreak_domain::door::Pixels;

use super::difference::{Difference, Lying, Sight, difference};

/// What a difference is made of: two pieces, each with where it lies.
pub(super) type Pieces = [(Pixels, Rect); 2];

/// What is to be made.
struct Job<Key> {
    key: Key,
    pieces: Pieces,
    sight: Sight,
    ctx: Context,
}

/// What was made; none where the pieces do not meet.
pub(super) struct Done<Key> {
    pub key: Key,
    pub pieces: Pieces,
    pub difference: Option<Difference>,
}

/// The workshop. Nothing is asked of it again before it is done.
pub(super) struct Workshop<Spot, Key> {
    jobs: Option<Sender<Job<Key>>>,
    done: Option<Receiver<Done<Key>>>,
    waiting: HashSet<Spot>,
}

impl<Spot, Key> Default for Workshop<Spot, Key> {
    fn default() -> Self {
        Self { jobs: None, done: None, waiting: HashSet::new() }
    }
}

impl<Spot: Eq + Hash, Key: Send + 'static> Workshop<Spot, Key> {
    /// Has something made for a spot, unless something is being made for that; the window is woken when it is done.
    /// Gives whether there is a workshop at all.
    pub fn order(&mut self, ctx: &Context, spot: Spot, key: Key, pieces: Pieces, sight: Sight) -> bool {
        if self.jobs.is_none() {
            let Some((jobs, done)) = opened() else { return false };
            (self.jobs, self.done) = (Some(jobs), Some(done));
        }
        if let Some(jobs) = self.jobs.as_ref().filter(|_| self.waiting.insert(spot)) {
            // Whoever made them is gone: then nothing arrives, and what was there before stays.
            let _ = jobs.send(Job { key, pieces, sight, ctx: ctx.clone() });
        }
        true
    }

    /// What was made since.
    pub fn collect(&mut self, spot_of: impl Fn(&Key) -> Spot) -> Vec<Done<Key>> {
        let done: Vec<_> = self.done.iter().flat_map(Receiver::try_iter).collect();
        for done in &done {
            self.waiting.remove(&spot_of(&done.key));
        }
        done
    }

    /// Whether something is being made.
    #[cfg(test)]
    pub fn is_at_work(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Nothing that is being made is wanted any more.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

/// Where orders go, and where what was made comes from.
type Hatch<Key> = (Sender<Job<Key>>, Receiver<Done<Key>>);

fn opened<Key: Send + 'static>() -> Option<Hatch<Key>> {
    if cfg!(target_arch = "wasm32") {
        return None;
    }
    let ((orders, jobs), (sends, done)) = (channel::<Job<Key>>(), channel());
    let hands = thread::Builder::new().name("tiebreak-differences".to_owned());
    let work = move || {
        for Job { key, pieces, sight, ctx } in jobs {
            let [one, other] = pieces.each_ref().map(|(pixels, place)| Lying { pixels, place: *place });
            let made = difference(one, other, sight);
            if sends.send(Done { key, pieces, difference: made }).is_err() {
                return;
            }
            ctx.request_repaint();
        }
    };
    match hands.spawn(work) {
        Ok(_) => Some((orders, done)),
        Err(error) => {
            tracing::warn!(%error, "differences are made in the frame that asks for them");
            None
        }
    }
}
