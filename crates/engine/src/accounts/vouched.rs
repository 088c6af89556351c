//! Vouched for: signing in by what an OpenID provider says. The door speaks with the provider; here is what was sent
//! along, and who it is that came back.

use tiebreak_domain::account::name_refusal;
use tiebreak_domain::{ApiError, UnixMillis};
use tiebreak_store::{Invitation, Vouching};

use super::{Known, denied, hash_of, new_secret};
use crate::engine::Engine;

/// How long somebody has at the provider.
const LASTS_MS: i64 = 10 * 60 * 1000;

/// What is sent along to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begun {
    /// Comes back with the browser.
    pub state: String,
    /// Comes back in the identity.
    pub nonce: String,
    /// Shows that whoever redeems the code is who asked for it.
    pub verifier: String,
}

impl Engine {
    /// Begins a sign-in by a provider, to accept an invitation where one is brought.
    pub fn begin_vouching(&self, invitation: Option<&str>) -> Result<Begun, ApiError> {
        let session = self.session()?;
        let host = &session.shared.host;
        let begun = Begun { state: new_secret(host), nonce: new_secret(host), verifier: new_secret(host) };
        let now = host.now();
        let vouching = Vouching {
            nonce: begun.nonce.clone(),
            verifier: begun.verifier.clone(),
            invitation: invitation.map(hash_of),
            expires_at: UnixMillis(now.0 + LASTS_MS),
        };
        let hash = hash_of(&begun.state);
        session.writer.ask(move |store| Ok(store.begin_vouching(&hash, &vouching, now)?))?;
        Ok(begun)
    }

    /// Offers somebody who is signed in that the provider vouches for them from now on: the secret of an invitation
    /// that they follow to the provider, once and soon. It is no way to a new password.
    pub fn offer_tie(&self, known: &Known, address: &str) -> Result<String, ApiError> {
        let session = self.session()?;
        let host = &session.shared.host;
        let (secret, now) = (new_secret(host), host.now());
        let hash = hash_of(&secret);
        let invitation = Invitation {
            role: known.caller.role,
            name: Some(known.name.clone()),
            is_sign_in: true,
            created_at: now,
            expires_at: UnixMillis(now.0 + LASTS_MS),
            used_at: None,
        };
        session.writer.ask(move |store| Ok(store.add_invitation(&hash, &invitation)?))?;
        let about = known.name.as_str();
        session.note_audit(Some(known.caller.annotator), ("went to tie a provider", about), address)?;
        Ok(secret)
    }

    /// What was sent along with a state, once.
    pub fn resume_vouching(&self, state: &str) -> Result<Vouching, ApiError> {
        let session = self.session()?;
        let (hash, now) = (hash_of(state), session.shared.host.now());
        let found = session.writer.ask(move |store| Ok(store.end_vouching(&hash, now)?))?;
        found.ok_or_else(|| denied("this sign-in was not begun here, or took too long", "begin again"))
    }

    /// Signs in whoever the provider vouches for: somebody known, or whoever accepts an invitation by it. The secret
    /// for the cookie.
    pub fn vouched(
        &self,
        vouching: &Vouching,
        subject: &str,
        name: &str,
        address: &str,
    ) -> Result<String, ApiError> {
        let session = self.session()?;
        if let Some(account) = session.readers.lend()?.account_of_subject(subject)? {
            if account.is_disabled {
                return Err(denied("this account is shut out", "ask an owner of the project"));
            }
            let followed = match vouching.invitation {
                Some(hash) => session.readers.lend()?.invitation(&hash)?,
                None => None,
            };
            let is_of_another = |tying: &Invitation| {
                tying.is_sign_in && tying.name.as_ref().is_some_and(|name| *name != account.name)
            };
            if followed.as_ref().is_some_and(is_of_another) {
                return Err(denied(
                    "the provider vouches for another account here already",
                    "sign in at the provider as somebody else, or use that account",
                ));
            }
            return session.begin_sign_in(
                account.annotator,
                "signed in by a provider",
                &account.name,
                address,
            );
        }
        let Some(invitation) = vouching.invitation else {
            session.note_audit(None, ("vouched for and unknown", name), address)?;
            return Err(denied(
                "nobody here knows you yet",
                "follow an invitation first, and sign in from there",
            ));
        };
        let name = if name_refusal(name).is_some() { "Somebody" } else { name.trim() };
        self.join_by_hash(invitation, name, None, Some(subject), address)
    }
}
