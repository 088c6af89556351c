//! The account desk: inviting and making tokens at the machine that has the file, while it is served or not.

use std::path::Path;

use tiebreak_domain::account::TokenMade;
use tiebreak_domain::{ApiError, ErrorCode, Role, Scope, UnixMillis};
use tiebreak_store::{AccountBook, ProjectPlace, Store, StoreError};

use super::inviting::invitation;
use super::tokens::{new_token, new_token_secret, token_info};
use super::{audit, hash_of, new_secret};
use crate::host::Host;
use crate::seat::Caller;

/// How the audit log names this machine.
const HERE: &str = "this machine";

/// The accounts of a project.
pub struct AccountDesk {
    book: AccountBook,
    host: Host,
}

impl AccountDesk {
    /// Opens the accounts of a project, which may be open elsewhere.
    pub fn open(path: &Path, host: Host) -> Result<Self, ApiError> {
        let place = ProjectPlace::from_path(path)?;
        let book = match AccountBook::open(&place) {
            Err(StoreError::TooOld(_)) => {
                // Opening it for once brings it up to date.
                Store::open(&place)?.close()?;
                AccountBook::open(&place)?
            }
            other => other?,
        };
        Ok(Self { book, host })
    }

    /// Invites somebody: the secret of the link, and until when it works.
    pub fn invite(
        &mut self,
        role: Role,
        name: Option<&str>,
        days: u32,
    ) -> Result<(String, UnixMillis), ApiError> {
        let invited = invitation(role, name, days, self.host.now())?;
        let secret = new_secret(&self.host);
        let about = format!("{} {}", role.word(), name.unwrap_or("of any name"));
        let noted = audit(&self.host, None, ("invited", &about), HERE);
        self.book.invite(&hash_of(&secret), &invited, &noted)?;
        Ok((secret, invited.expires_at))
    }

    /// Makes a token that acts as somebody, who becomes an owner where the name is new here.
    pub fn make_token(
        &mut self,
        annotator_name: &str,
        name: &str,
        scopes: &[Scope],
        days: u32,
    ) -> Result<TokenMade, ApiError> {
        let annotator_name = annotator_name.trim();
        if let Some(refusal) = tiebreak_domain::account::name_refusal(annotator_name) {
            return Err(ApiError::new(ErrorCode::BadInput, refusal));
        }
        let now = self.host.now();
        let (annotator, role) = self.book.owner(self.host.new_annotator_key(), annotator_name, now)?;
        let token = new_token(&Caller { annotator, role }, name, scopes, days, now)?;
        let secret = new_token_secret(&self.host);
        let hash = hash_of(&secret);
        let noted = audit(&self.host, Some(annotator), ("made a token", name), HERE);
        self.book.add_token(&hash, &token, &noted)?;
        Ok(TokenMade { token: secret, info: token_info(&hash, &token) })
    }
}
