//! Inviting: links that let one person in, once, and what they become then.

use tiebreak_domain::account::{InvitationInfo, MOST_INVITATION_DAYS, Password, name_refusal};
use tiebreak_domain::{ApiError, ErrorCode, Role, UnixMillis};
use tiebreak_store::{Invitation, Joining, SecretHash};

use super::coming_in::record;
use super::{denied, for_lead, hash_of, id_of, new_secret};
use crate::engine::Engine;
use crate::seat::Caller;
use crate::session::Session;

/// How long the link of a terminal works.
const LINK_LASTS_MS: i64 = 60 * 60 * 1000;

/// An invitation of somebody, from now on for so many days.
pub(super) fn invitation(
    role: Role,
    name: Option<&str>,
    days: u32,
    now: UnixMillis,
) -> Result<Invitation, ApiError> {
    let bad = |message: String| ApiError::new(ErrorCode::BadInput, message);
    if let Some(refusal) = name.and_then(name_refusal) {
        return Err(bad(refusal));
    }
    if days == 0 || days > MOST_INVITATION_DAYS {
        return Err(bad(format!("an invitation works for 1 to {MOST_INVITATION_DAYS} days, not {days}")));
    }
    Ok(Invitation {
        role,
        name: name.map(|name| name.trim().to_owned()),
        is_sign_in: false,
        created_at: now,
        expires_at: UnixMillis(now.0 + i64::from(days) * 24 * 60 * 60 * 1000),
        used_at: None,
    })
}

/// Leads invite annotators, owners anybody.
fn may_invite(caller: &Caller, role: Role) -> bool {
    caller.role == Role::Owner || caller.role.leads() && role == Role::Annotator
}

/// What the audit log says of an invitation.
fn about(invitation: &Invitation) -> String {
    format!("{} {}", invitation.role.word(), invitation.name.as_deref().unwrap_or("of any name"))
}

/// What is told of an invitation later.
fn invitation_info((hash, invitation): (SecretHash, Invitation)) -> InvitationInfo {
    InvitationInfo {
        id: id_of(&hash),
        role: invitation.role,
        name: invitation.name,
        created_at: invitation.created_at,
        expires_at: invitation.expires_at,
    }
}

impl Session {
    /// The invitations that the caller may make and that nobody has followed yet.
    fn open_invitations(&self, caller: &Caller) -> Result<Vec<(SecretHash, Invitation)>, ApiError> {
        let mut open = self.readers.lend()?.open_invitations(self.shared.host.now())?;
        open.retain(|(_, invitation)| may_invite(caller, invitation.role));
        Ok(open)
    }
}

impl Engine {
    /// Invites somebody: the secret of the link, and what is told of it later. Leads invite annotators, owners anybody.
    /// Who has an account is invited back by owners alone: whoever follows that link chooses a new password.
    pub fn invite(
        &self,
        caller: &Caller,
        role: Role,
        name: Option<&str>,
        days: u32,
        address: &str,
    ) -> Result<(String, InvitationInfo), ApiError> {
        if !may_invite(caller, role) {
            return Err(denied("leads invite annotators, and owners anybody", "ask an owner to do it"));
        }
        let session = self.session()?;
        let invitation = invitation(role, name, days, session.shared.host.now())?;
        if let Some(name) = invitation.name.as_deref().filter(|_| caller.role != Role::Owner)
            && session.readers.lend()?.account_named(name)?.is_some()
        {
            return Err(denied(
                &format!("{name:?} has an account already"),
                "ask an owner for a link by which they choose a new password",
            ));
        }
        let secret = new_secret(&session.shared.host);
        let (hash, kept) = (hash_of(&secret), invitation.clone());
        session.writer.ask(move |store| Ok(store.add_invitation(&hash, &kept)?))?;
        session.note_audit(Some(caller.annotator), ("invited", &about(&invitation)), address)?;
        Ok((secret, invitation_info((hash, invitation))))
    }

    /// The invitations that the caller may make and that nobody has followed yet, the newest first.
    pub fn invitations(&self, caller: &Caller) -> Result<Vec<InvitationInfo>, ApiError> {
        for_lead(caller)?;
        let open = self.session()?.open_invitations(caller)?;
        Ok(open.into_iter().map(invitation_info).collect())
    }

    /// Withdraws an invitation that the caller may make, by its id: its link lets nobody in any more.
    pub fn withdraw_invitation(&self, caller: &Caller, id: &str, address: &str) -> Result<(), ApiError> {
        let session = self.session()?;
        let mut open = session.open_invitations(caller)?.into_iter();
        let gone = || {
            ApiError::new(ErrorCode::NotFound, "there is no such invitation")
                .hint("it was followed, was withdrawn, or has expired")
        };
        let (hash, invitation) = open.find(|(hash, _)| id_of(hash) == id).ok_or_else(gone)?;
        if !session.writer.ask(move |store| Ok(store.withdraw_invitation(&hash)?))? {
            return Err(gone());
        }
        session.note_audit(Some(caller.annotator), ("withdrew an invitation", &about(&invitation)), address)
    }

    /// The secret of a link that signs whoever sits at this machine in as owner, once and within the hour. It is for
    /// whoever has the file, and can read all of it anyway. Links of before that nobody followed end: they may stand in
    /// a log.
    pub fn offer_owner_link(&self) -> Result<String, ApiError> {
        let session = self.session()?;
        let seat = session.seat();
        let now = session.shared.host.now();
        let annotators = session.readers.lend()?.annotators()?;
        let name = annotators.into_iter().find(|known| known.id == seat.annotator).map(|known| known.name);
        let invitation = Invitation {
            role: Role::Owner,
            name,
            is_sign_in: true,
            created_at: now,
            expires_at: UnixMillis(now.0 + LINK_LASTS_MS),
            used_at: None,
        };
        let secret = new_secret(&session.shared.host);
        let hash = hash_of(&secret);
        session.writer.ask(move |store| Ok(store.offer_sign_in(&hash, &invitation)?))?;
        Ok(secret)
    }

    /// What a link is about; none where it lets nobody in, any more.
    pub fn invitation(&self, secret: &str) -> Result<Option<Invitation>, ApiError> {
        let session = self.session()?;
        let found = session.readers.lend()?.invitation(&hash_of(secret))?;
        let now = session.shared.host.now();
        Ok(found.filter(|found| found.is_open(now)))
    }

    /// Signs in whoever brings the link of the terminal: the secret for the cookie.
    pub fn enter(&self, secret: &str, address: &str) -> Result<String, ApiError> {
        let found = self.invitation(secret)?.filter(|found| found.is_sign_in);
        if found.is_none() {
            return self.refuse_link(address);
        }
        self.join_as(secret, "", None, None, address)
    }

    /// Lets whoever brings an invitation in, under a name and with a password: the secret for the cookie.
    pub fn join(
        &self,
        secret: &str,
        name: &str,
        password: &Password,
        address: &str,
    ) -> Result<String, ApiError> {
        let Some(found) = self.invitation(secret)?.filter(|found| !found.is_sign_in) else {
            return self.refuse_link(address);
        };
        let bad = |message: String| ApiError::new(ErrorCode::BadInput, message).hint("choose another");
        let name = found.name.as_deref().unwrap_or(name).trim().to_owned();
        if let Some(refusal) = name_refusal(&name) {
            return Err(bad(refusal));
        }
        if let Some(refusal) = password.refusal(&name) {
            return Err(bad(refusal));
        }
        self.join_as(secret, &name, Some(password), None, address)
    }

    pub(super) fn join_as(
        &self,
        secret: &str,
        name: &str,
        password: Option<&Password>,
        subject: Option<&str>,
        address: &str,
    ) -> Result<String, ApiError> {
        let hash = hash_of(secret);
        self.join_by_hash(hash, name, password, subject, address)
    }

    pub(super) fn join_by_hash(
        &self,
        hash: [u8; 32],
        name: &str,
        password: Option<&Password>,
        subject: Option<&str>,
        address: &str,
    ) -> Result<String, ApiError> {
        let session = self.session()?;
        let host = &session.shared.host;
        let password = password.map(|password| record(password, host.new_salt())).transpose()?;
        let (key, now) = (host.new_annotator_key(), host.now());
        let (chosen, vouched) = (name.to_owned(), subject.map(str::to_owned));
        let joined = session.writer.ask(move |store| {
            let joining = Joining { key, name: &chosen, password, subject: vouched.as_deref() };
            Ok(store.join(&hash, &joining, now)?)
        })?;
        let Some(annotator) = joined else { return self.refuse_link(address) };
        let account = session.readers.lend()?.account_of(annotator)?;
        let account = account.filter(|account| !account.is_disabled);
        let account =
            account.ok_or_else(|| denied("this account is shut out", "ask an owner of the project"))?;
        session.begin_sign_in(annotator, "came by a link", &account.name, address)
    }

    fn refuse_link<T>(&self, address: &str) -> Result<T, ApiError> {
        self.session()?.note_audit(None, ("brought a dead link", ""), address)?;
        Err(denied("this link lets nobody in any more", "it works once and for some time: ask for another"))
    }
}
