//! A remote scorer: a model on a server that speaks the Open Inference Protocol, version 2, over HTTP (Triton,
//! KServe, OpenVINO Model Server, …).
//!
//! The model is described by the same manifest as one that runs here, with a `[remote]` table. [`RemoteModel::open`]
//! asks whether the server is ready and whether its model is the one that the manifest describes;
//! [`RemoteModel::run`] sends batches, a bounded number at once. What is sent are tokens and pixels of candidates,
//! and only to the address in the manifest, which the user gave. A token comes as a [`Secret`], which is never
//! printed.

mod client;
mod error;
mod metadata;
mod retry;
mod secret;
mod session;
mod tensor;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;

pub use error::RemoteError;
pub use retry::Retries;
pub use secret::Secret;
pub use session::{IsCancelled, RemoteSession};
pub use tensor::{Numbers, Tensor};

use crate::model::Manifest;
use client::Client;
use metadata::Expected;

/// How patient a client is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Patience {
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// From a request to the last byte of its answer.
    pub answer: Duration,
    /// What is tried again, and when.
    pub retries: Retries,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), answer: Duration::from_mins(2), retries: Retries::default() }
    }
}

/// A model on a server, found to be the one that its manifest describes. Shared by threads.
pub struct RemoteModel {
    client: Arc<Client>,
    outputs: Arc<[String]>,
    in_flight: Arc<Semaphore>,
    runtime: tokio::runtime::Runtime,
}

impl RemoteModel {
    /// Connects, and holds what the server says of its model against the manifest. `jitter` gives numbers from 0 to
    /// 1, by which pauses are spread; when `is_cancelled` says true, it hangs up. Blocks; must not be called from
    /// within a tokio runtime.
    ///
    /// # Errors
    /// If the manifest names no server, the server is not ready, its model is another one, or somebody said stop.
    pub fn open(
        manifest: &Manifest,
        token: Option<&Secret>,
        patience: Patience,
        jitter: impl Fn() -> f64 + Send + Sync + 'static,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Self, RemoteError> {
        let server = manifest.remote.as_ref().ok_or(RemoteError::NoServer)?;
        let expected = Expected::of(manifest);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| RemoteError::NoClient { message: error.to_string() })?;
        let mut client = Client::new(server, token, patience, Box::new(jitter))?;
        runtime.block_on(unless_cancelled(client.check(&expected), is_cancelled))?;
        Ok(Self {
            client: client.into(),
            outputs: expected.outputs.into_iter().map(|output| output.name).collect(),
            in_flight: Semaphore::new(server.batches_in_flight).into(),
            runtime,
        })
    }

    /// The outputs that each batch gives, in order: scores, then the embedding, where the manifest names them.
    pub fn outputs(&self) -> &[String] {
        &self.outputs
    }

    /// Runs batches; what comes back is in the order of the batches, and within one in the order of
    /// [`Self::outputs`]. So many are with the server at once as the manifest says, over all threads. When
    /// `is_cancelled` says true, those that have not come back are given up. Blocks; must not be called from within
    /// a tokio runtime.
    pub fn run(
        &self,
        batches: Vec<Vec<Tensor>>,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Vec<Result<Vec<Tensor>, RemoteError>> {
        let mut results: Vec<_> = batches.iter().map(|_| Err(RemoteError::Cancelled)).collect();
        self.runtime.block_on(async {
            let mut tasks = JoinSet::new();
            for (place, batch) in batches.into_iter().enumerate() {
                let (client, outputs) = (self.client.clone(), self.outputs.clone());
                let in_flight = self.in_flight.clone();
                tasks.spawn(async move {
                    let _permit = in_flight.acquire().await.expect("the semaphore is never closed");
                    (place, client.infer(&batch, &outputs).await)
                });
            }
            while !tasks.is_empty() {
                if is_cancelled() {
                    // Hangs up, here and now.
                    tasks.shutdown().await;
                    break;
                }
                match tokio::time::timeout(TICK, tasks.join_next()).await {
                    Ok(Some(Ok((place, result)))) => results[place] = result,
                    Ok(Some(Err(error))) => {
                        if let Ok(panic) = error.try_into_panic() {
                            std::panic::resume_unwind(panic);
                        }
                    }
                    Ok(None) | Err(_) => {}
                }
            }
        });
        results
    }
}

/// What comes of some work, unless somebody says stop first; then it is let go of.
async fn unless_cancelled<T>(
    work: impl Future<Output = Result<T, RemoteError>>,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<T, RemoteError> {
    let mut work = std::pin::pin!(work);
    while !is_cancelled() {
        if let Ok(done) = tokio::time::timeout(TICK, &mut work).await {
            return done;
        }
    }
    Err(RemoteError::Cancelled)
}

/// How often it is asked whether to stop.
const TICK: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests;
