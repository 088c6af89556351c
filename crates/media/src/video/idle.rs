//! A thread that ends decoders which nobody asks any more, so that a window left open holds no processes.

use std::{
    sync::{
        Weak,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread,
    time::Instant,
};

use super::videos::{Running, SMALL_IDLE};

/// The thread; it ends when this is dropped.
pub(crate) struct IdleWatch {
    _until_dropped: Sender<()>,
}

impl IdleWatch {
    /// Looks now and then.
    pub fn new(running: Weak<Running>) -> Self {
        let (until_dropped, dropped) = channel::<()>();
        let spawned = thread::Builder::new().name("tiebreak-idle".to_owned()).spawn(move || {
            while dropped.recv_timeout(SMALL_IDLE) == Err(RecvTimeoutError::Timeout) {
                let Some(running) = running.upgrade() else { return };
                running.end_idle(Instant::now());
            }
        });
        if let Err(error) = spawned {
            tracing::warn!(%error, "idle decoders are kept until they are needed for others");
        }
        Self { _until_dropped: until_dropped }
    }
}
