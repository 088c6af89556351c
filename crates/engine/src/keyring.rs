//! The system's keyring, where tokens for the servers of models are kept: by the address of the server, so that no
//! other server is ever sent one, whatever a manifest says.
//!
//! Which keyring it is, is the host's affair. A token stands in no project, no log and no message. The environment
//! goes before the keyring, for machines that have none.

use std::sync::Arc;

use tiebreak_domain::reward::{ModelKey, ServerToken};
use tiebreak_domain::{ApiError, ErrorCode, Reply};
use tiebreak_reward::remote::Secret;

use crate::engine::Engine;
use crate::host::Host;
use crate::models::shelf;
use crate::scoring::TOKEN_VARIABLE;

/// A place for secrets outside of any project. A failure is a sentence, which holds nothing of a secret.
pub trait Keyring: Send + Sync {
    /// The token for a server, if there is one.
    fn token(&self, server: &str) -> Result<Option<String>, String>;

    /// Keeps a token for a server, in place of an earlier one.
    fn keep(&self, server: &str, token: &str) -> Result<(), String>;

    /// Forgets the token for a server; whether there was one.
    fn forget(&self, server: &str) -> Result<bool, String>;
}

/// A token, or why there may be one that could not be had.
pub(crate) struct Found {
    pub(crate) token: Option<Secret>,
    pub(crate) problem: Option<String>,
}

/// The token for a server: from the environment, or else from the keyring.
pub(crate) fn token_for(host: &Host, server: &str) -> Found {
    let of_environment = std::env::var(TOKEN_VARIABLE).ok().and_then(|token| Secret::new(&token));
    if of_environment.is_some() {
        return Found { token: of_environment, problem: None };
    }
    match host.keyring.as_ref().map(|keyring| keyring.token(server)) {
        Some(Ok(token)) => Found { token: token.and_then(|token| Secret::new(&token)), problem: None },
        Some(Err(problem)) => Found { token: None, problem: Some(problem) },
        None => Found { token: None, problem: None },
    }
}

impl Engine {
    /// Keeps the token for the server of a model.
    pub(crate) fn keep_token(&self, model: &ModelKey, token: &ServerToken) -> Result<Reply, ApiError> {
        let (server, keyring) = self.server_and_keyring(model)?;
        let token = token.0.trim();
        if Secret::new(token).is_none() {
            let message = "a token is one word of letters, digits and signs";
            return Err(ApiError::new(ErrorCode::BadInput, message)
                .hint("copy it again from where the server's owner gave it to you"));
        }
        keyring.keep(&server, token).map_err(|problem| failed("keep the token in", &problem))?;
        Ok(Reply::Done)
    }

    /// Forgets the token for the server of a model.
    pub(crate) fn forget_token(&self, model: &ModelKey) -> Result<Reply, ApiError> {
        let (server, keyring) = self.server_and_keyring(model)?;
        if keyring.forget(&server).map_err(|problem| failed("forget the token in", &problem))? {
            return Ok(Reply::Done);
        }
        Err(ApiError::new(ErrorCode::NotFound, format!("the keyring has no token for {server}"))
            .hint(format!("one in {TOKEN_VARIABLE} goes with the environment")))
    }

    fn server_and_keyring(&self, key: &ModelKey) -> Result<(String, Arc<dyn Keyring>), ApiError> {
        let shelf = shelf(&self.shared.host)?;
        let model = shelf
            .iter()
            .find(|model| model.key == *key)
            .ok_or_else(|| ApiError::new(ErrorCode::NotFound, format!("there is no model {key}")))?;
        let server = model.manifest.as_ref().ok().and_then(|manifest| manifest.remote.as_ref());
        let server = server.ok_or_else(|| {
            ApiError::new(ErrorCode::BadRequest, "this model runs here and needs no token")
                .hint("only a model whose reward.toml has a section [remote] has a server")
        })?;
        let keyring = self.shared.host.keyring.clone();
        let keyring = keyring.ok_or_else(|| failed("use", "there is none on this machine"))?;
        Ok((server.address.clone(), keyring))
    }
}

fn failed(what: &str, problem: &str) -> ApiError {
    ApiError::new(ErrorCode::System, format!("cannot {what} the system's keyring: {problem}"))
        .hint(format!("start or unlock the keyring, or give the token in {TOKEN_VARIABLE} instead"))
}
