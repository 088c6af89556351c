//! Accounts over HTTP, as JSON: signing in and out, invitations, roles, tokens, and the audit log.

use http::request::Parts;
use http::{Method, StatusCode};
use serde::Deserialize;
use tiebreak_domain::account::{InvitationMade, Password};
use tiebreak_domain::{ApiError, Role, Scope};
use tiebreak_engine::Known;

use crate::admission::{Entered, needs_csrf_header};
use crate::answer::{self, Answer, field};
use crate::call;
use crate::door::{Door, only};
use crate::gate::{Peer, Shown};
use crate::route::AccountRoute;
use crate::vouching::BEGIN_PATH;

/// How many days an invitation works where nothing is said.
pub(crate) const INVITATION_DAYS: u32 = 7;
/// How many days a token works where nothing is said.
pub(crate) const TOKEN_DAYS: u32 = 30;
/// How many lines of the audit log are told where nothing is said.
const AUDIT_LINES: u32 = 200;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignIn {
    name: String,
    password: Password,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Join {
    invitation: String,
    #[serde(default)]
    name: String,
    password: Password,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangePassword {
    #[serde(default)]
    current: Option<Password>,
    new: Password,
    #[serde(default)]
    ends_tokens: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChangeAccount {
    #[serde(default)]
    role: Option<Role>,
    #[serde(default)]
    is_disabled: Option<bool>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Invite {
    role: Role,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MakeToken {
    #[serde(default)]
    name: String,
    scopes: Vec<Scope>,
    #[serde(default)]
    days: Option<u32>,
}

/// Refuses methods that an address does not take.
pub(crate) fn check_method(route: &AccountRoute, parts: &Parts) -> Result<(), Answer> {
    let methods: &[Method] = match route {
        AccountRoute::SignIn
        | AccountRoute::SignOut
        | AccountRoute::Join
        | AccountRoute::Password
        | AccountRoute::Tie
        | AccountRoute::One(_) => &[Method::POST],
        AccountRoute::All | AccountRoute::Audit => &[Method::GET],
        AccountRoute::Invitations | AccountRoute::Tokens => &[Method::GET, Method::POST],
        AccountRoute::Invitation(_) | AccountRoute::Token(_) => &[Method::DELETE],
    };
    only(parts, methods)
}

impl Door {
    /// Answers what is asked about accounts.
    pub(crate) fn account(
        &self,
        route: AccountRoute,
        parts: &Parts,
        body: &[u8],
        peer: Peer,
    ) -> Result<Answer, Answer> {
        let Some(gate) = &self.gate else {
            return Err(answer::refusal(
                StatusCode::NOT_FOUND,
                "nobody has an account at the machine itself",
                "serve the project for that: tiebreak serve",
            ));
        };
        let address = peer.address.to_string();
        let refused = |error: ApiError| answer::error(&error);
        let engine = &self.engine;
        match route {
            AccountRoute::SignIn => {
                let form: SignIn = Self::own_json(parts, body)?;
                let secret = self.let_in(Shown::Password, peer, |address| {
                    engine.sign_in(&form.name, &form.password, address)
                })?;
                self.entered(Entered::Me, &secret, peer)
            }
            AccountRoute::Join => {
                let form: Join = Self::own_json(parts, body)?;
                let secret = self.let_in(Shown::Link, peer, |address| {
                    engine.join(&form.invitation, &form.name, &form.password, address)
                })?;
                self.entered(Entered::Me, &secret, peer)
            }
            AccountRoute::SignOut => {
                self.admit(parts, peer)?;
                if let Some(secret) = gate.cookie(&parts.headers, peer) {
                    engine.sign_out(&secret, &address).map_err(refused)?;
                }
                let done = answer::bare(StatusCode::NO_CONTENT);
                Ok(answer::with_cookie(done, &gate.set_cookie(None, peer)))
            }
            AccountRoute::Password => {
                let known = self.person(parts, peer)?;
                let form: ChangePassword = call::json(&parts.headers, body).map_err(refused)?;
                let secret = self.let_in(Shown::Password, peer, |address| {
                    engine.change_password(
                        &known,
                        form.current.as_ref(),
                        &form.new,
                        form.ends_tokens,
                        address,
                    )
                })?;
                self.entered(Entered::Me, &secret, peer)
            }
            AccountRoute::Tie => {
                let known = self.person(parts, peer)?;
                if self.provider.is_none() {
                    return Err(answer::refusal(
                        StatusCode::NOT_FOUND,
                        "no provider is set up here",
                        "serve the project with --oidc-issuer",
                    ));
                }
                let secret = engine.offer_tie(&known, &address).map_err(refused)?;
                let to = format!("{BEGIN_PATH}?invitation={secret}");
                Ok(answer::json(StatusCode::CREATED, &serde_json::json!({ "path": to })))
            }
            AccountRoute::All => {
                let known = self.manager(parts, peer)?;
                Ok(answer::json(StatusCode::OK, &engine.accounts(&known.caller).map_err(refused)?))
            }
            AccountRoute::One(annotator) => {
                let known = self.manager(parts, peer)?;
                let form: ChangeAccount = call::json(&parts.headers, body).map_err(refused)?;
                let changed =
                    engine.change_account(&known.caller, annotator, form.role, form.is_disabled, &address);
                Ok(answer::json(StatusCode::OK, &changed.map_err(refused)?))
            }
            AccountRoute::Invitations if parts.method == Method::GET => {
                let known = self.manager(parts, peer)?;
                Ok(answer::json(StatusCode::OK, &engine.invitations(&known.caller).map_err(refused)?))
            }
            AccountRoute::Invitations => {
                let known = self.manager(parts, peer)?;
                let form: Invite = call::json(&parts.headers, body).map_err(refused)?;
                let days = form.days.unwrap_or(INVITATION_DAYS);
                let invited = engine.invite(&known.caller, form.role, form.name.as_deref(), days, &address);
                let (secret, invitation) = invited.map_err(refused)?;
                let made = InvitationMade {
                    id: invitation.id,
                    link: format!("{}/join?invitation={secret}", gate.base_url(parts, peer)),
                    role: invitation.role,
                    name: invitation.name,
                    expires_at: invitation.expires_at,
                };
                Ok(answer::json(StatusCode::CREATED, &made))
            }
            AccountRoute::Invitation(id) => {
                let known = self.manager(parts, peer)?;
                engine.withdraw_invitation(&known.caller, &id, &address).map_err(refused)?;
                Ok(answer::bare(StatusCode::NO_CONTENT))
            }
            AccountRoute::Tokens if parts.method == Method::GET => {
                let known = self.manager(parts, peer)?;
                Ok(answer::json(StatusCode::OK, &engine.tokens(&known.caller).map_err(refused)?))
            }
            AccountRoute::Tokens => {
                let known = self.manager(parts, peer)?;
                let form: MakeToken = call::json(&parts.headers, body).map_err(refused)?;
                let days = form.days.unwrap_or(TOKEN_DAYS);
                let made = engine.make_token(&known.caller, &form.name, &form.scopes, days, &address);
                Ok(answer::json(StatusCode::CREATED, &made.map_err(refused)?))
            }
            AccountRoute::Token(id) => {
                let known = self.manager(parts, peer)?;
                engine.revoke_token(&known.caller, &id, &address).map_err(refused)?;
                Ok(answer::bare(StatusCode::NO_CONTENT))
            }
            AccountRoute::Audit => {
                let known = self.manager(parts, peer)?;
                let count = field(parts.uri.query().unwrap_or_default(), "count");
                let count = count.and_then(|count| count.parse().ok()).unwrap_or(AUDIT_LINES);
                Ok(answer::json(StatusCode::OK, &engine.audit_log(&known.caller, count).map_err(refused)?))
            }
        }
    }

    /// JSON that a page of ours, or a program, sent before anybody was signed in.
    fn own_json<T: serde::de::DeserializeOwned>(parts: &Parts, body: &[u8]) -> Result<T, Answer> {
        needs_csrf_header(parts)?;
        call::json(&parts.headers, body).map_err(|error| answer::error(&error))
    }

    /// Somebody in a browser: a token does not change who has which password.
    fn person(&self, parts: &Parts, peer: Peer) -> Result<Known, Answer> {
        let known = self.known(parts, peer)?;
        if known.is_person() {
            return Ok(known);
        }
        Err(answer::refusal(StatusCode::FORBIDDEN, "a token cannot do this", "sign in with a browser"))
    }

    /// Somebody in a browser, or a program that may do everything.
    fn manager(&self, parts: &Parts, peer: Peer) -> Result<Known, Answer> {
        let known = self.known(parts, peer)?;
        if known.has_scope(Scope::Admin) {
            return Ok(known);
        }
        Err(answer::refusal(
            StatusCode::FORBIDDEN,
            "this token may not do this",
            "make one with the scope admin",
        ))
    }
}
