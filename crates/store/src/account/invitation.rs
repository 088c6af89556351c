//! Invitations: links that let one person in, once, however often and from wherever they are followed.

use tiebreak_domain::{AnnotatorId, AnnotatorKey, Role, UnixMillis};

use super::{NewAccount, SecretHash, insert, role_from, set_password, shut_out_others};
use crate::change::Change;
use crate::reader::Reader;
use crate::sql::{Connection, Row, params};
use crate::store::Store;
use crate::{PinRecord, Result, StoreError, project};

/// A link that lets one person in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// As what.
    pub role: Role,
    /// Under which name; none where they choose it.
    pub name: Option<String>,
    /// Whether it signs in at once, without a password.
    pub is_sign_in: bool,
    /// When it was made.
    pub created_at: UnixMillis,
    /// Until when it works.
    pub expires_at: UnixMillis,
    /// When it was used; none if it was not.
    pub used_at: Option<UnixMillis>,
}

impl Invitation {
    /// Whether it still lets somebody in.
    pub fn is_open(&self, now: UnixMillis) -> bool {
        self.used_at.is_none() && self.expires_at > now
    }
}

/// Somebody who follows an invitation.
#[derive(Clone, Copy, Debug)]
pub struct Joining<'a> {
    /// The key of the annotator, should there be a new one.
    pub key: AnnotatorKey,
    /// The name they chose, which counts where the invitation has none.
    pub name: &'a str,
    /// Their password, if they have one.
    pub password: Option<PinRecord>,
    /// Who vouches for them, if somebody does.
    pub subject: Option<&'a str>,
}

/// Keeps an invitation.
pub(super) fn keep(connection: &Connection, hash: &SecretHash, invitation: &Invitation) -> Result<()> {
    connection
        .prepare_cached(
            "INSERT INTO invitation (hash, role, name, is_sign_in, created_at, expires_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        )?
        .execute(params![
            hash,
            invitation.role.word(),
            invitation.name,
            i64::from(invitation.is_sign_in),
            invitation.created_at.0,
            invitation.expires_at.0,
        ])?;
    Ok(())
}

impl Store {
    /// Keeps an invitation.
    pub fn add_invitation(&mut self, hash: &SecretHash, invitation: &Invitation) -> Result<()> {
        self.change(|connection| keep(connection, hash, invitation))
    }

    /// Keeps the link of a terminal, in the place of those before it that nobody followed.
    pub fn offer_sign_in(&mut self, hash: &SecretHash, invitation: &Invitation) -> Result<()> {
        self.change(|connection| {
            // Links that last otherwise are others': somebody is on the way to a provider.
            connection.execute(
                "DELETE FROM invitation WHERE is_sign_in = 1 AND used_at IS NULL AND expires_at - created_at = ?1",
                [invitation.expires_at.0 - invitation.created_at.0],
            )?;
            keep(connection, hash, invitation)
        })
    }

    /// Takes an invitation back; whether it was there and open.
    pub fn withdraw_invitation(&mut self, hash: &SecretHash) -> Result<bool> {
        let count = self.change(|connection| {
            connection.execute("DELETE FROM invitation WHERE hash = ?1 AND used_at IS NULL", params![hash])
        })?;
        Ok(count > 0)
    }

    /// Lets whoever follows an invitation in, with an account of their own; none where it lets nobody in any more.
    /// All or nothing, and of two who follow it at once one comes in.
    ///
    /// A name that the invitation gives may be that of an annotator who has judged here without an account. One that
    /// is chosen is refused where anybody has it: whoever had it before is somebody else. One that a provider gave,
    /// which cannot be chosen again, gets a number in that case. An invitation that names
    /// somebody who had an account already when it was made is their way back: they choose a new password, and whatever
    /// signed in as them before does so no more, tokens included; or somebody vouches for them from now on. They keep
    /// their role.
    pub fn join(
        &mut self,
        hash: &SecretHash,
        joining: &Joining<'_>,
        now: UnixMillis,
    ) -> Result<Option<AnnotatorId>> {
        let joined = self.change(|connection| {
            let Some(invitation) = use_up(connection, hash, now)? else { return Ok(None) };
            let name = match &invitation.name {
                Some(name) => name.clone(),
                None => name_of_their_own(connection, joining)?,
            };
            let name = name.as_str();
            let (annotator, is_new) = project::annotator(connection, joining.key, name)?;
            if let Some(made_at) = account_made_at(connection, annotator)? {
                let is_way_back = invitation.name.is_some() && made_at < invitation.created_at;
                match (joining.subject, &joining.password) {
                    (Some(subject), _) if is_way_back || invitation.is_sign_in => {
                        tie(connection, annotator, subject)?;
                        if !invitation.is_sign_in {
                            shut_out_others(connection, annotator)?;
                        }
                    }
                    _ if invitation.is_sign_in => {}
                    (None, Some(password)) if is_way_back => {
                        // Whoever had the old one may have made tokens with it.
                        set_password(connection, annotator, password, true)?;
                    }
                    _ => return Err(StoreError::Refused(format!("{name:?} has an account already"))),
                }
            } else {
                let account = NewAccount {
                    annotator,
                    role: invitation.role,
                    password: joining.password,
                    subject: joining.subject,
                    created_at: now,
                };
                insert(connection, &account)?;
            }
            Ok(Some((annotator, is_new)))
        })?;
        if joined.is_some_and(|(_, is_new)| is_new) {
            self.tell(&[Change::People]);
        }
        Ok(joined.map(|(annotator, _)| annotator))
    }
}

/// From now on somebody vouches for an account; whoever did before does so no more.
fn tie(connection: &Connection, annotator: AnnotatorId, subject: &str) -> Result<()> {
    let sql = "UPDATE account SET subject = ?2 WHERE annotator_id = ?1";
    connection.execute(sql, params![annotator.0, subject])?;
    Ok(())
}

/// The name under which somebody joins who was not given one.
fn name_of_their_own(connection: &Connection, joining: &Joining<'_>) -> Result<String> {
    if annotator_named(connection, joining.name)?.is_none() {
        return Ok(joining.name.to_owned());
    }
    if joining.subject.is_some() {
        for number in 2..=999 {
            let name = format!("{} {number}", joining.name);
            if annotator_named(connection, &name)?.is_none() {
                return Ok(name);
            }
        }
    }
    Err(StoreError::Refused(format!("somebody here is called {:?} already", joining.name)))
}

/// Marks an invitation as used; none where it was used or has expired.
fn use_up(connection: &Connection, hash: &SecretHash, now: UnixMillis) -> Result<Option<Invitation>> {
    let count = connection
        .prepare_cached(
            "UPDATE invitation SET used_at = ?2 WHERE hash = ?1 AND used_at IS NULL AND expires_at > ?2",
        )?
        .execute(params![hash, now.0])?;
    if count == 0 { Ok(None) } else { find(connection, hash) }
}

fn find(connection: &Connection, hash: &SecretHash) -> Result<Option<Invitation>> {
    let mut statement = connection.prepare_cached(
        "SELECT role, name, is_sign_in, created_at, expires_at, used_at FROM invitation WHERE hash = ?1",
    )?;
    let mut rows = statement.query([hash])?;
    rows.next()?.map(invitation_from).transpose()
}

fn invitation_from(row: &Row<'_>) -> Result<Invitation> {
    Ok(Invitation {
        role: role_from(&row.get::<String>(0)?)?,
        name: row.get(1)?,
        is_sign_in: row.get(2)?,
        created_at: UnixMillis(row.get(3)?),
        expires_at: UnixMillis(row.get(4)?),
        used_at: row.get::<Option<i64>>(5)?.map(UnixMillis),
    })
}

fn account_made_at(connection: &Connection, annotator: AnnotatorId) -> Result<Option<UnixMillis>> {
    let mut statement =
        connection.prepare_cached("SELECT created_at FROM account WHERE annotator_id = ?1")?;
    let mut rows = statement.query([annotator.0])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?.map(UnixMillis))
}

fn annotator_named(connection: &Connection, name: &str) -> Result<Option<AnnotatorId>> {
    let mut statement = connection.prepare_cached("SELECT id FROM annotator WHERE name = ?1")?;
    let mut rows = statement.query([name])?;
    Ok(rows.next()?.map(|row| row.get(0)).transpose()?.map(AnnotatorId))
}

impl Reader {
    /// An invitation, whether it still works or not.
    pub fn invitation(&self, hash: &SecretHash) -> Result<Option<Invitation>> {
        find(self.connection(), hash)
    }
    /// The invitations that still let somebody in, the newest first, each with the hash of its secret. The links of
    /// terminals, which sign in at once, are not among them: nobody was invited by those.
    pub fn open_invitations(&self, now: UnixMillis) -> Result<Vec<(SecretHash, Invitation)>> {
        let mut statement = self.connection().prepare_cached(
            "SELECT role, name, is_sign_in, created_at, expires_at, used_at, hash FROM invitation \
             WHERE used_at IS NULL AND expires_at > ?1 AND is_sign_in = 0 ORDER BY created_at DESC, hash",
        )?;
        let mut rows = statement.query([now.0])?;
        let mut invitations = Vec::new();
        while let Some(row) = rows.next()? {
            invitations.push((row.get(6)?, invitation_from(row)?));
        }
        Ok(invitations)
    }
}
