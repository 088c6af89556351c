//! Models on servers: the same manifest, and nothing is sent anywhere but to the address that it names.

use std::path::Path;
use std::sync::Arc;

use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_reward::model::manifest::{Manifest, RemoteServer};
use tiebreak_reward::model::{OpenedModel, RewardModel};
use tiebreak_reward::remote::{Patience, RemoteModel, RemoteSession, Secret};

use crate::host::Host;

/// The variable that a server's token is taken from.
pub const TOKEN_VARIABLE: &str = "TIEBREAK_SCORER_TOKEN";

/// Connects to a model's server; a session for each batch that may be in flight.
pub fn open(
    host: &Host,
    folder: &Path,
    manifest: &Manifest,
    server: &RemoteServer,
) -> Result<OpenedModel, ApiError> {
    let token = token();
    let random = Arc::clone(&host.random);
    let jitter = move || (random() >> 11) as f64 / (1_u64 << 53) as f64;
    let remote = RemoteModel::open(manifest, token.as_ref(), Patience::default(), jitter)
        .map_err(|error| ApiError::new(ErrorCode::System, error.to_string()).hint(error.hint()))?;
    let sessions = RemoteSession::several(&Arc::new(remote), server.batches_in_flight);
    RewardModel::open_remote(folder, manifest.clone(), sessions)
        .map_err(|error| ApiError::new(ErrorCode::BadInput, error.to_string()).hint(error.hint()))
}

/// The token for a server, from the environment.
fn token() -> Option<Secret> {
    std::env::var(TOKEN_VARIABLE).ok().and_then(|token| Secret::new(&token))
}
