//! Coming in: by a password, and afterwards by the cookie or the token that shows who it is.

use tiebreak_domain::account::Password;
use tiebreak_domain::person::pin_wait_ms;
use tiebreak_domain::{AnnotatorId, ApiError, Pin, Scope, UnixMillis};
use tiebreak_store::{Account, PinRecord};

use super::{denied, hash_of, new_secret};
use crate::engine::Engine;
use crate::people::pin;
use crate::seat::Caller;
use crate::session::Session;

/// How long somebody stays signed in at most.
const LASTS_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// After how long without a request they are signed out.
const IDLE_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// So much of a name that nobody has is noted.
const LONGEST_NAME_NOTED: usize = 100;
/// How exactly it is known when a sign-in was last used.
const SEEN_EVERY_MS: i64 = 10 * 60 * 1000;

/// Whoever came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// What they may do, as whom.
    pub caller: Caller,
    /// What they are called.
    pub name: String,
    /// Until when.
    pub until: UnixMillis,
    /// How they came.
    pub way: Way,
}

/// How somebody came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// By a browser's cookie.
    Cookie,
    /// By a token, which may so much.
    Token(Vec<Scope>),
}

impl Known {
    /// Whether it is a person at a browser.
    pub fn is_person(&self) -> bool {
        self.way == Way::Cookie
    }

    /// Whether something of a scope may be done: everything by a person, and by a token what it was made for.
    pub fn has_scope(&self, scope: Scope) -> bool {
        match &self.way {
            Way::Cookie => true,
            Way::Token(scopes) => scopes.contains(&scope) || scopes.contains(&Scope::Admin),
        }
    }
}

/// What is stored of a password.
pub(super) fn record(password: &Password, salt: [u8; 16]) -> Result<PinRecord, ApiError> {
    pin::record(&Pin(password.0.clone()), salt)
}

fn is_right(password: &Password, record: &PinRecord) -> Result<bool, ApiError> {
    pin::is_right(&Pin(password.0.clone()), record)
}

impl Engine {
    /// Signs somebody in by name and password: the secret for the cookie.
    pub fn sign_in(&self, name: &str, password: &Password, address: &str) -> Result<String, ApiError> {
        let session = self.session()?;
        // One at a time: a guess costs memory, and nobody tries two at once.
        let _turn = session.people.pins.lock().expect("trying a password does not panic");
        let account = session.readers.lend()?.account_named(name.trim())?;
        let account = account.filter(|account| !account.is_disabled);
        let Some((account, record)) = account.and_then(|account| Some((account.clone(), account.password?)))
        else {
            // As long as for a name that there is: which names there are is nobody's business.
            record_of_nobody(password)?;
            // The log is kept for ever: what anybody may write into it is short.
            let begin: String = name.trim().chars().take(LONGEST_NAME_NOTED).collect();
            session.note_audit(None, ("wrong name", &begin), address)?;
            return Err(wrong());
        };
        if session.refuse_hasty(&account).is_err() {
            // In the words for any wrong password: that a name is locked would say that there is such a name.
            record_of_nobody(password)?;
            return Err(wrong());
        }
        if !is_right(password, &record)? {
            let (annotator, now) = (account.annotator, session.shared.host.now());
            session.writer.ask(move |store| Ok(store.note_password_attempt(annotator, Some(now))?))?;
            session.note_audit(Some(annotator), ("wrong password", &account.name), address)?;
            return Err(wrong());
        }
        if account.wrong > 0 {
            let annotator = account.annotator;
            session.writer.ask(move |store| Ok(store.note_password_attempt(annotator, None)?))?;
        }
        session.begin_sign_in(account.annotator, "signed in", &account.name, address)
    }

    /// Changes one's own password, which ends all one's sign-ins, and one's tokens where that is wanted: the secret for
    /// a new sign-in.
    pub fn change_password(
        &self,
        known: &Known,
        current: Option<&Password>,
        new: &Password,
        ends_tokens: bool,
        address: &str,
    ) -> Result<String, ApiError> {
        let session = self.session()?;
        let annotator = known.caller.annotator;
        let _turn = session.people.pins.lock().expect("trying a password does not panic");
        let account = session.readers.lend()?.account_of(annotator)?;
        let account = account.ok_or_else(|| denied("there is no such account", "sign in again"))?;
        if let Some(refusal) = new.refusal(&account.name) {
            return Err(ApiError::new(tiebreak_domain::ErrorCode::BadInput, refusal).hint("choose another"));
        }
        if let Some(record) = &account.password {
            session.refuse_hasty(&account)?;
            let is_right = current.map(|current| is_right(current, record)).transpose()?.unwrap_or(false);
            if !is_right {
                let now = session.shared.host.now();
                session.writer.ask(move |store| Ok(store.note_password_attempt(annotator, Some(now))?))?;
                session.note_audit(Some(annotator), ("wrong password", &account.name), address)?;
                return Err(denied("the password so far is wrong", "give the one that you sign in with"));
            }
        }
        let record = record(new, session.shared.host.new_salt())?;
        session.writer.ask(move |store| Ok(store.set_password(annotator, &record, ends_tokens)?))?;
        let action =
            if ends_tokens { "changed the password, which ended tokens" } else { "changed the password" };
        session.begin_sign_in(annotator, action, &account.name, address)
    }

    /// Ends the sign-in of a cookie.
    pub fn sign_out(&self, secret: &str, address: &str) -> Result<(), ApiError> {
        let session = self.session()?;
        let hash = hash_of(secret);
        let Some(signed_in) = session.readers.lend()?.signed_in(&hash)? else { return Ok(()) };
        session.writer.ask(move |store| Ok(store.sign_out(&hash)?))?;
        session.note_audit(Some(signed_in.annotator), ("signed out", &signed_in.name), address)
    }

    /// Who has this cookie; none where nobody has, any more.
    pub fn known_by_cookie(&self, secret: &str) -> Result<Option<Known>, ApiError> {
        let session = self.session()?;
        let hash = hash_of(secret);
        let now = session.shared.host.now();
        let signed_in = session.readers.lend()?.signed_in(&hash)?;
        let is_fresh = |at: UnixMillis| at.0 + IDLE_MS > now.0;
        let Some(signed_in) = signed_in.filter(|found| found.expires_at > now && is_fresh(found.seen_at))
        else {
            return Ok(None);
        };
        if now.0 - signed_in.seen_at.0 > SEEN_EVERY_MS {
            // Nobody waits for it.
            session.writer.send(move |store| Ok(store.note_seen(&hash, now)?))?;
        }
        let caller = Caller { annotator: signed_in.annotator, role: signed_in.role };
        Ok(Some(Known { caller, name: signed_in.name, until: signed_in.expires_at, way: Way::Cookie }))
    }

    /// Whose token this is; none where it is nobody's, any more.
    pub fn known_by_token(&self, secret: &str) -> Result<Option<Known>, ApiError> {
        let session = self.session()?;
        let now = session.shared.host.now();
        let found = session.readers.lend()?.token(&hash_of(secret))?;
        Ok(found.filter(|found| found.token.expires_at > now).map(|found| Known {
            caller: Caller { annotator: found.token.annotator, role: found.role },
            name: found.annotator_name,
            until: found.token.expires_at,
            way: Way::Token(found.token.scopes),
        }))
    }
}

impl Session {
    /// Signs a browser in: the secret for its cookie.
    pub(super) fn begin_sign_in(
        &self,
        annotator: AnnotatorId,
        action: &str,
        name: &str,
        address: &str,
    ) -> Result<String, ApiError> {
        let secret = new_secret(&self.shared.host);
        let hash = hash_of(&secret);
        let now = self.shared.host.now();
        let until = UnixMillis(now.0 + LASTS_MS);
        self.writer.ask(move |store| Ok(store.sign_in(&hash, annotator, now, until)?))?;
        self.note_audit(Some(annotator), (action, name), address)?;
        Ok(secret)
    }

    /// Refuses any password while too many wrong ones are too short ago.
    fn refuse_hasty(&self, account: &Account) -> Result<(), ApiError> {
        // A clock that was set back must not lock an account for longer than it was meant to be.
        let since_ms = self.shared.host.now().0.abs_diff(account.wrong_at.0);
        let wait_ms = pin_wait_ms(account.wrong);
        if account.wrong == 0 || since_ms >= wait_ms {
            return Ok(());
        }
        let seconds = (wait_ms - since_ms).div_ceil(1000);
        Err(denied("too many wrong passwords were given", &format!("try again in {seconds} s")))
    }
}

fn wrong() -> ApiError {
    denied(
        "the name or the password is wrong",
        "after several wrong passwords a name has to wait some minutes; an owner of the project can invite you again",
    )
}

fn record_of_nobody(password: &Password) -> Result<(), ApiError> {
    record(password, [0; 16]).map(drop)
}
