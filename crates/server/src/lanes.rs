//! Lanes: how many requests of a kind are answered at a time, and how many may wait.
//!
//! The engine blocks, so each answer needs a thread. A lane has so many; who finds none free waits, and where too
//! many wait already the server says that it is busy instead of letting everybody wait for ever.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tiebreak_door::Lane;
use tokio::sync::Semaphore;

/// How many may wait in one lane.
const MOST_WAITING: usize = 2_000;

/// The lanes of one server.
#[derive(Clone)]
pub struct Lanes(Arc<[(Lane, Turns)]>);

struct Turns {
    free: Arc<Semaphore>,
    waiting: AtomicUsize,
}

/// Too many wait already.
#[derive(Debug)]
pub struct Busy;

impl Lanes {
    /// Lanes with as many threads as suit their work.
    pub fn new() -> Self {
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let lane = |lane| {
            let threads = threads_of(lane, cores);
            (lane, Turns { free: Arc::new(Semaphore::new(threads)), waiting: AtomicUsize::new(0) })
        };
        Self(Lane::ALL.map(lane).into())
    }

    /// All their threads together, and some for what is read while it is sent.
    pub fn threads(cores: usize) -> usize {
        Lane::ALL.iter().map(|lane| threads_of(*lane, cores)).sum::<usize>() + 16
    }

    /// Does blocking work once it is its turn.
    pub async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let turns = &self.0.iter().find(|(known, _)| *known == lane).expect("every lane has turns").1;
        let turn = if let Ok(turn) = Arc::clone(&turns.free).try_acquire_owned() {
            turn
        } else {
            if turns.waiting.fetch_add(1, Ordering::Relaxed) >= MOST_WAITING {
                turns.waiting.fetch_sub(1, Ordering::Relaxed);
                return Err(Busy);
            }
            let _waiting = Waiting(&turns.waiting);
            Arc::clone(&turns.free).acquire_owned().await.expect("turns are never closed")
        };
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop(turn);
            done
        });
        done.await.map_err(|error| {
            tracing::error!(%error, "an answer broke off");
            Busy
        })
    }
}

/// Counts whoever waits, also where they go away meanwhile.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

fn threads_of(lane: Lane, cores: usize) -> usize {
    match lane {
        Lane::Quick => 4,
        // They wait for the disk together, and one thread writes for all of them.
        Lane::Judging => 16,
        Lane::Pictures | Lane::Others => cores.max(2),
        // They mostly wait for ffmpeg.
        Lane::Playing => 6,
        Lane::Looking | Lane::Long => 2,
        // Nothing is done there: whoever waits for events has no thread.
        Lane::Waiting => 1,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    #[test]
    fn what_is_slow_does_not_stand_before_what_is_quick() {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime");
        runtime.block_on(async {
            let lanes = Lanes::new();
            let (ends, ended) = channel::<()>();
            let ended = Arc::new(std::sync::Mutex::new(ended));
            let slow: Vec<_> = (0..8)
                .map(|_| {
                    let (lanes, ended) = (lanes.clone(), Arc::clone(&ended));
                    tokio::spawn(async move {
                        lanes
                            .run(Lane::Looking, move || {
                                // An error says that it may end, which is all that is waited for.
                                let _ = ended.lock().expect("held one by one").recv();
                            })
                            .await
                    })
                })
                .collect();
            assert_eq!(
                lanes.run(Lane::Judging, || 5).await.expect("not busy"),
                5,
                "though another lane is full"
            );
            drop(ends);
            for slow in slow {
                slow.await.expect("no panic").expect("all of them had a turn");
            }
        });
    }
}
