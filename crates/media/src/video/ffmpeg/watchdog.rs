//! Kills a process that says nothing for too long while somebody waits for it: a read of a pipe has no end of its own.
//!
//! One thread looks after all processes, once a second while there are any.

use std::{
    process::{Child, ExitStatus},
    sync::{
        Arc, Condvar, Mutex, Weak,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{single_flight::locked, video::problem::VideoProblem};

/// How often it looks.
const EVERY: Duration = Duration::from_secs(1);
/// How long it takes until it is looked whether a process has ended, at first and at the most.
const ENDS: [Duration; 2] = [Duration::from_micros(200), Duration::from_millis(20)];

/// A process that somebody may wait for.
#[derive(Debug)]
pub(super) struct Watched {
    child: Mutex<Child>,
    /// When it is killed; none while nobody waits.
    until: Mutex<Option<Instant>>,
    is_killed: AtomicBool,
}

/// All of them.
static WATCHED: Mutex<Vec<Weak<Watched>>> = Mutex::new(Vec::new());
static HAS_MORE: Condvar = Condvar::new();

impl Watched {
    /// Looks after a process from now on.
    pub fn new(child: Child) -> Result<Arc<Self>, VideoProblem> {
        let watched =
            Self { child: Mutex::new(child), until: Mutex::new(None), is_killed: AtomicBool::new(false) };
        let watched = Arc::new(watched);
        wake()?;
        locked(&WATCHED).push(Arc::downgrade(&watched));
        HAS_MORE.notify_one();
        Ok(watched)
    }

    /// Does something that only goes on when the process does, for which it has so long.
    pub fn while_waiting<Made>(
        &self,
        patience: Duration,
        work: impl FnOnce() -> Made,
    ) -> Result<Made, VideoProblem> {
        *locked(&self.until) = Instant::now().checked_add(patience);
        let made = work();
        *locked(&self.until) = None;
        if self.is_killed.load(SeqCst) {
            return Err(VideoProblem::TookTooLong { seconds: patience.as_secs() });
        }
        Ok(made)
    }

    /// Waits for its end.
    pub fn ended(&self) -> Option<ExitStatus> {
        let mut pause = ENDS[0];
        loop {
            match locked(&self.child).try_wait() {
                Ok(None) => {}
                Ok(status) => return status,
                Err(_) => return None,
            }
            // Not under the lock: whoever kills it needs that.
            thread::sleep(pause);
            pause = (pause * 2).min(ENDS[1]);
        }
    }

    /// Ends it.
    pub fn kill(&self) {
        let mut child = locked(&self.child);
        // It may have ended already.
        let _ = child.kill();
        let _ = child.wait();
    }

    fn kill_if_due(&self, now: Instant) {
        if locked(&self.until).is_some_and(|until| until <= now) {
            tracing::warn!("ffmpeg did not answer and is ended");
            self.is_killed.store(true, SeqCst);
            self.kill();
        }
    }
}

/// Starts the thread that looks, once.
fn wake() -> Result<(), VideoProblem> {
    static IS_AWAKE: Mutex<bool> = Mutex::new(false);
    let mut is_awake = locked(&IS_AWAKE);
    if !*is_awake {
        let watch = thread::Builder::new().name("tiebreak-watchdog".to_owned());
        watch.spawn(look_after_all).map_err(VideoProblem::not_run)?;
        *is_awake = true;
    }
    Ok(())
}

fn look_after_all() {
    loop {
        let mut watched = locked(&WATCHED);
        while watched.is_empty() {
            watched = HAS_MORE.wait(watched).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        let alive: Vec<_> = watched.iter().filter_map(Weak::upgrade).collect();
        watched.retain(|one| one.strong_count() > 0);
        drop(watched);
        let now = Instant::now();
        for one in alive {
            one.kill_if_due(now);
        }
        thread::sleep(EVERY);
    }
}
