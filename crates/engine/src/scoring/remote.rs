//! Models on servers: the same manifest, and nothing is sent anywhere but to the address that it names.

use std::path::Path;
use std::sync::Arc;

use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_reward::model::manifest::{Manifest, RemoteServer};
use tiebreak_reward::model::{OpenedModel, RewardModel};
use tiebreak_reward::remote::{IsCancelled, Patience, RemoteError, RemoteModel, RemoteSession};

use crate::host::Host;
use crate::jobs::CancelFlag;
use crate::keyring::{Found, token_for};

/// The variable that a server's token is taken from, before any keyring is asked.
pub const TOKEN_VARIABLE: &str = "TIEBREAK_SCORER_TOKEN";

/// Connects to a model's server; a session for each batch that may be in flight. When the job is cancelled, it hangs
/// up, whatever the server is at.
pub fn open(
    host: &Host,
    folder: &Path,
    manifest: &Manifest,
    server: &RemoteServer,
    cancel: &CancelFlag,
) -> Result<OpenedModel, ApiError> {
    let Found { token, problem } = token_for(host, &server.address);
    let random = Arc::clone(&host.random);
    let jitter = move || (random() >> 11) as f64 / (1_u64 << 53) as f64;
    let is_cancelled: IsCancelled = {
        let cancel = cancel.clone();
        Arc::new(move || cancel.is_set())
    };
    let remote = RemoteModel::open(manifest, token.as_ref(), Patience::default(), jitter, &*is_cancelled)
        .map_err(|error| {
            let mut hint = error.hint().to_owned();
            if let (RemoteError::Refused { .. }, Some(problem)) = (&error, problem) {
                hint = format!("{hint}; the system's keyring could not be asked: {problem}");
            }
            ApiError::new(ErrorCode::System, error.to_string()).hint(hint)
        })?;
    let sessions = RemoteSession::several(&Arc::new(remote), server.batches_in_flight, &is_cancelled);
    RewardModel::open_remote(folder, manifest.clone(), sessions)
        .map_err(|error| ApiError::new(ErrorCode::BadInput, error.to_string()).hint(error.hint()))
}
