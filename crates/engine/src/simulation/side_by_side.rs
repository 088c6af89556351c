//! Work that does not depend on each other, on every core.

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use tiebreak_domain::ApiError;

use crate::jobs::CancelFlag;

/// Whom a simulation tells how many runs of how many are done, and who may stop it.
pub(super) struct Progress<'a> {
    pub done: AtomicUsize,
    pub total: usize,
    pub cancel: &'a CancelFlag,
    pub tell: &'a (dyn Fn(usize, usize) + Sync),
}

/// What `run` says of 0, 1, … `count - 1`, in their order.
pub(super) fn side_by_side<T: Send>(
    count: usize,
    progress: &Progress<'_>,
    run: impl Fn(usize) -> T + Sync,
) -> Result<Vec<T>, ApiError> {
    let next = AtomicUsize::new(0);
    let found: Mutex<Vec<Option<T>>> = Mutex::new(std::iter::repeat_with(|| None).take(count).collect());
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for number in 0..threads.min(count) {
            let work = || {
                loop {
                    let place = next.fetch_add(1, Ordering::Relaxed);
                    if place >= count || progress.cancel.is_set() {
                        return;
                    }
                    let of_place = run(place);
                    found.lock().expect("a run that panics holds nothing")[place] = Some(of_place);
                    (progress.tell)(progress.done.fetch_add(1, Ordering::Relaxed) + 1, progress.total);
                }
            };
            let thread = std::thread::Builder::new().name(format!("simulate-{number}"));
            if let Err(error) = thread.spawn_scoped(scope, work) {
                tracing::warn!(%error, "a thread of the simulation could not start");
            }
        }
    });
    let found: Option<Vec<T>> =
        found.into_inner().expect("a run that panics holds nothing").into_iter().collect();
    found.ok_or_else(|| crate::failure::cancelled("simulation"))
}
