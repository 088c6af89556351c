//! How fast a download is: one that only just never stops would hold a place, a file and a thread for ever.

use std::time::Duration;

use tokio::time::Instant;

use super::InstallLimits;
use super::error::Reason;

/// What came since the last look.
pub(super) struct Pace {
    window: Duration,
    least_bytes: u64,
    since: Instant,
    bytes: u64,
}

impl Pace {
    pub(super) fn new(limits: &InstallLimits) -> Self {
        Self { window: limits.pace, least_bytes: limits.pace_bytes, since: Instant::now(), bytes: 0 }
    }

    /// Something came; an error where that was too little for the time it took.
    pub(super) fn note(&mut self, bytes: usize) -> Result<(), Reason> {
        self.bytes += bytes as u64;
        if self.since.elapsed() < self.window {
            return Ok(());
        }
        if self.bytes < self.least_bytes {
            return Err(Reason::TooSlow { bytes: self.bytes, window: self.window });
        }
        (self.since, self.bytes) = (Instant::now(), 0);
        Ok(())
    }
}
