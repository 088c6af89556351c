//! One thread that drives the network for callers who block.
//!
//! It exists from the first fetch on, so that a project without addresses never pays for it.

use std::{future::Future, io, thread};

use tokio::{
    runtime::{Builder, Handle},
    sync::oneshot,
};

/// The thread; it ends when this is dropped.
pub(crate) struct NetworkThread {
    handle: Handle,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl NetworkThread {
    pub(crate) fn start() -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel();
        let drive = move || {
            // Both a message and a dropped sender mean the end.
            let _ = runtime.block_on(stopped);
        };
        let thread = thread::Builder::new().name("tiebreak-fetch".to_owned()).spawn(drive)?;
        Ok(Self { handle, stop: Some(stop), thread: Some(thread) })
    }

    /// Waits for the future; must not be called from within a tokio runtime.
    pub(crate) fn wait_for<Work: Future>(&self, work: Work) -> Work::Output {
        self.handle.block_on(work)
    }
}

impl Drop for NetworkThread {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has said so itself.
            let _ = thread.join();
        }
    }
}
