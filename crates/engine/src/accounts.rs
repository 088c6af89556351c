//! Accounts: who comes to a served project over a network, and how they show who they are.
//!
//! All of it is kept in the project, so that several servers of one project agree, and a server that starts again
//! knows everybody. Secrets (cookies, tokens, links) are 256 random bits of which the project has the hash alone.
//!
//! `coming_in` is signing in by password and staying so; `inviting` lets new people in; `tokens` are for programs;
//! `vouched` is signing in by what somebody else says; [`AccountDesk`] is for whoever has the file, served or not.

mod coming_in;
mod desk;
mod inviting;
mod tokens;
mod vouched;

pub use coming_in::{Known, Way};
pub use desk::AccountDesk;
pub use vouched::Begun as BegunVouching;

use tiebreak_domain::account::{AccountInfo, AuditLine};
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, JudgmentId, Role, UnixMillis};
use tiebreak_store::{Account, Audit, SecretHash};

use crate::engine::Engine;
use crate::host::Host;
use crate::seat::Caller;
use crate::session::Session;

/// How many lines of the audit log are shown at most.
const MOST_LINES: u32 = 1_000;

/// What is kept of a secret.
pub(crate) fn hash_of(secret: &str) -> SecretHash {
    *blake3::hash(secret.as_bytes()).as_bytes()
}

/// By what something with a secret is named: no secret itself.
pub(crate) fn id_of(hash: &SecretHash) -> String {
    blake3::Hash::from(*hash).to_hex().to_string()
}

/// 256 random bits as 64 hexadecimal digits.
pub(crate) fn new_secret(host: &Host) -> String {
    let [a, b, c, d] = std::array::from_fn(|_| (host.random)());
    format!("{a:016x}{b:016x}{c:016x}{d:016x}")
}

fn denied(message: &str, hint: &str) -> ApiError {
    ApiError::new(ErrorCode::Denied, message).hint(hint)
}

/// A line for the audit log, now.
pub(crate) fn audit(host: &Host, annotator: Option<AnnotatorId>, what: (&str, &str), address: &str) -> Audit {
    let at = host.now();
    let random = (u128::from((host.random)()) << 64) | u128::from((host.random)());
    Audit {
        id: JudgmentId::new(at, random).0,
        at,
        annotator,
        action: what.0.to_owned(),
        about: what.1.to_owned(),
        address: address.to_owned(),
    }
}

impl Session {
    /// Notes something in the audit log.
    fn note_audit(
        &self,
        annotator: Option<AnnotatorId>,
        what: (&str, &str),
        address: &str,
    ) -> Result<(), ApiError> {
        let line = audit(&self.shared.host, annotator, what, address);
        tracing::info!(action = line.action, about = line.about, address, "accounts");
        self.writer.ask(move |store| Ok(store.audit(&line)?))
    }

    /// What is told of somebody's account.
    fn account_info(&self, annotator: AnnotatorId) -> Result<AccountInfo, ApiError> {
        let reader = self.readers.lend()?;
        let account = reader.account_of(annotator)?;
        let account =
            account.ok_or_else(|| ApiError::new(ErrorCode::NotFound, "there is no such account"))?;
        Ok(info(&account, reader.last_seen()?.get(&annotator)))
    }
}

impl Engine {
    /// Whether anybody owns the open project's accounts yet.
    pub fn has_owner(&self) -> Result<bool, ApiError> {
        let accounts = self.session()?.readers.lend()?.accounts()?;
        Ok(accounts.iter().any(|account| account.role == Role::Owner && !account.is_disabled))
    }

    /// Every account. For leads, who see everybody's names and judgments anyway.
    pub fn accounts(&self, caller: &Caller) -> Result<Vec<AccountInfo>, ApiError> {
        for_lead(caller)?;
        let session = self.session()?;
        let reader = session.readers.lend()?;
        let seen = reader.last_seen()?;
        let accounts = reader.accounts()?;
        Ok(accounts.iter().map(|account| info(account, seen.get(&account.annotator))).collect())
    }

    /// The caller's own account.
    pub fn own_account(&self, caller: &Caller) -> Result<AccountInfo, ApiError> {
        self.session()?.account_info(caller.annotator)
    }

    /// Changes what somebody may do, or shuts them out. For owners, and not about the last owner.
    pub fn change_account(
        &self,
        caller: &Caller,
        annotator: AnnotatorId,
        role: Option<Role>,
        is_disabled: Option<bool>,
        address: &str,
    ) -> Result<AccountInfo, ApiError> {
        for_owner(caller)?;
        let session = self.session()?;
        let accounts = session.readers.lend()?.accounts()?;
        let others_own = accounts
            .iter()
            .any(|other| other.annotator != annotator && other.role == Role::Owner && !other.is_disabled);
        let loses_owner = role.is_some_and(|role| role != Role::Owner) || is_disabled == Some(true);
        let is_owner = accounts.iter().any(|own| own.annotator == annotator && own.role == Role::Owner);
        if is_owner && loses_owner && !others_own {
            return Err(denied("the project would have no owner", "make somebody else an owner first"));
        }
        session.writer.ask(move |store| {
            if let Some(role) = role {
                store.set_account_role(annotator, role)?;
            }
            if let Some(is_disabled) = is_disabled {
                store.set_account_disabled(annotator, is_disabled)?;
            }
            Ok(())
        })?;
        let account = session.account_info(annotator)?;
        if let Some(role) = role {
            let about = format!("{} is {}", account.name, role.word());
            session.note_audit(Some(caller.annotator), ("changed a role", &about), address)?;
        }
        if let Some(is_disabled) = is_disabled {
            let action = if is_disabled { "shut out" } else { "let in again" };
            session.note_audit(Some(caller.annotator), (action, &account.name), address)?;
        }
        Ok(account)
    }

    /// The last lines of the audit log, the latest first. For owners.
    pub fn audit_log(&self, caller: &Caller, count: u32) -> Result<Vec<AuditLine>, ApiError> {
        for_owner(caller)?;
        let lines = self.session()?.readers.lend()?.audits(count.min(MOST_LINES))?;
        let shown = |line: Audit| AuditLine {
            at: line.at,
            annotator: line.annotator,
            action: line.action,
            about: line.about,
            address: line.address,
        };
        Ok(lines.into_iter().map(shown).collect())
    }

    /// The time, as the host has it.
    pub fn now(&self) -> UnixMillis {
        self.shared.host.now()
    }
}

fn info(account: &Account, seen_at: Option<&UnixMillis>) -> AccountInfo {
    AccountInfo {
        annotator: account.annotator,
        name: account.name.clone(),
        role: account.role,
        has_password: account.password.is_some(),
        is_vouched_for: account.subject.is_some(),
        is_disabled: account.is_disabled,
        created_at: account.created_at,
        seen_at: seen_at.copied(),
    }
}

fn for_lead(caller: &Caller) -> Result<(), ApiError> {
    if caller.role.leads() {
        return Ok(());
    }
    Err(denied("this is for whoever leads the study", "ask an owner of the project for that role"))
}

fn for_owner(caller: &Caller) -> Result<(), ApiError> {
    if caller.role == Role::Owner {
        return Ok(());
    }
    Err(denied("this is for an owner of the project", "ask an owner to do it"))
}
