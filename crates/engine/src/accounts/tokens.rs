//! Tokens: what programs sign in with.

use tiebreak_domain::account::{MOST_TOKEN_DAYS, TokenInfo, TokenMade};
use tiebreak_domain::{ApiError, ErrorCode, Role, Scope, UnixMillis};
use tiebreak_store::{NewToken, SecretHash, StoredToken};

use super::{denied, hash_of, id_of, new_secret};
use crate::engine::Engine;
use crate::seat::Caller;

/// Tokens begin with this, so that scanners for leaked secrets can be told of them.
const PREFIX: &str = "tiebreak_";

/// A token as it will be kept, from now on for so many days.
pub(super) fn new_token(
    caller: &Caller,
    name: &str,
    scopes: &[Scope],
    days: u32,
    now: UnixMillis,
) -> Result<NewToken, ApiError> {
    let bad = |message: String| ApiError::new(ErrorCode::BadInput, message);
    let mut scopes = scopes.to_vec();
    scopes.sort_unstable();
    scopes.dedup();
    if scopes.is_empty() {
        return Err(bad("a token without a scope may do nothing".to_owned())
            .hint("scopes are items:write, judgments:read, judge and admin"));
    }
    if days == 0 || days > MOST_TOKEN_DAYS {
        return Err(bad(format!("a token works for 1 to {MOST_TOKEN_DAYS} days, not {days}")));
    }
    if name.chars().count() > 100 || name.chars().any(char::is_control) {
        return Err(bad("a token's name is one line of at most 100 characters".to_owned()));
    }
    if !caller.role.leads() && scopes.iter().any(|scope| *scope != Scope::Judge) {
        return Err(denied(
            "an annotator's token may judge and nothing else",
            "ask an owner for another role",
        ));
    }
    Ok(NewToken {
        annotator: caller.annotator,
        name: name.trim().to_owned(),
        scopes,
        created_at: now,
        expires_at: UnixMillis(now.0 + i64::from(days) * 24 * 60 * 60 * 1000),
    })
}

/// What is told of a token.
pub(super) fn token_info(hash: &SecretHash, token: &NewToken) -> TokenInfo {
    TokenInfo {
        id: id_of(hash),
        name: token.name.clone(),
        annotator: token.annotator,
        scopes: token.scopes.clone(),
        expires_at: token.expires_at,
    }
}

pub(super) fn new_token_secret(host: &crate::host::Host) -> String {
    format!("{PREFIX}{}", new_secret(host))
}

impl Engine {
    /// Makes a token that acts as the caller.
    pub fn make_token(
        &self,
        caller: &Caller,
        name: &str,
        scopes: &[Scope],
        days: u32,
        address: &str,
    ) -> Result<TokenMade, ApiError> {
        let session = self.session()?;
        let host = &session.shared.host;
        let token = new_token(caller, name, scopes, days, host.now())?;
        let secret = new_token_secret(host);
        let (hash, kept) = (hash_of(&secret), token.clone());
        session.writer.ask(move |store| Ok(store.add_token(&hash, &kept)?))?;
        session.note_audit(Some(caller.annotator), ("made a token", &token.name), address)?;
        Ok(TokenMade { token: secret, info: token_info(&hash, &token) })
    }

    /// The caller's tokens; an owner sees everybody's.
    pub fn tokens(&self, caller: &Caller) -> Result<Vec<TokenInfo>, ApiError> {
        let tokens = self.session()?.readers.lend()?.tokens()?;
        let shown = tokens.iter().filter(|stored| is_of(stored, caller));
        Ok(shown.map(|stored| token_info(&stored.hash, &stored.token)).collect())
    }

    /// Takes a token back, by its id.
    pub fn revoke_token(&self, caller: &Caller, id: &str, address: &str) -> Result<(), ApiError> {
        let session = self.session()?;
        let tokens = session.readers.lend()?.tokens()?;
        let own = tokens.iter().filter(|stored| is_of(stored, caller));
        let mut own = own.map(|stored| (stored.hash, token_info(&stored.hash, &stored.token)));
        let found = own.find(|(_, info)| info.id == id);
        let (hash, info) =
            found.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "there is no such token"))?;
        session.writer.ask(move |store| Ok(store.revoke_token(&hash)?))?;
        session.note_audit(Some(caller.annotator), ("took a token back", &info.name), address)
    }
}

fn is_of(stored: &StoredToken, caller: &Caller) -> bool {
    stored.token.annotator == caller.annotator || caller.role == Role::Owner
}
