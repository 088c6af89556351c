//! Admission: who asks, by the cookie or the token that they show, and letting somebody in by a secret.

use http::request::Parts;
use http::{Method, StatusCode};
use tiebreak_domain::{ApiError, ErrorCode, Scope};
use tiebreak_engine::Known;

use crate::answer::{self, Answer};
use crate::door::{Door, hardened};
use crate::gate::{Gate, Peer, Shown};
use crate::page::{self, Destination};
use crate::route::{AccountRoute, Route};

/// Where somebody goes who came in.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Entered {
    /// To what was wanted, by a page.
    Onward(Destination),
    /// Nowhere: they are told who they are.
    Me,
}

/// Who sends a body, as far as it says how much of it is read.
pub enum Asker {
    /// Somebody with a cookie or a token that lets them in.
    Known,
    /// Anybody, who asks for what anybody may.
    Stranger,
    /// Somebody who is refused whatever they send.
    Refused(Box<Answer>),
}

impl Door {
    /// Who sends a body, before any of it is read: a cookie or a token that lets nobody in earns nothing.
    pub fn asker(&self, parts: &Parts, peer: Peer) -> Asker {
        let refused = |answer| Asker::Refused(Box::new(hardened(answer)));
        let Some(gate) = &self.gate else { return Asker::Known };
        if let Some(refusal) = self.refusal(parts, peer) {
            return refused(refusal);
        }
        let shows = Gate::bearer(&parts.headers).is_some() || gate.cookie(&parts.headers, peer).is_some();
        let lets_anybody_ask = matches!(
            Route::of(parts.uri.path()),
            Route::SignInPage | Route::JoinPage | Route::Account(AccountRoute::SignIn | AccountRoute::Join)
        );
        if !shows || lets_anybody_ask {
            return Asker::Stranger;
        }
        self.known(parts, peer).map_or_else(refused, |_| Asker::Known)
    }

    /// Who asks; nobody in particular at the machine itself.
    pub(crate) fn admit(&self, parts: &Parts, peer: Peer) -> Result<Option<Known>, Answer> {
        if self.gate.is_none() { Ok(None) } else { self.known(parts, peer).map(Some) }
    }

    /// Who asks, by the token or the cookie that they show.
    pub(crate) fn known(&self, parts: &Parts, peer: Peer) -> Result<Known, Answer> {
        if let Some(token) = Gate::bearer(&parts.headers) {
            // Looked up first: whoever guesses from the same address must not keep out who has a token.
            let known = self.engine.known_by_token(token).map_err(|error| answer::error(&error))?;
            return known.ok_or_else(|| self.not_known(peer));
        }
        let known = self.cookie_holder(parts, peer)?.ok_or_else(|| {
            answer::refusal(StatusCode::UNAUTHORIZED, "nobody is signed in", "sign in at /sign-in")
        })?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            needs_csrf_header(parts)?;
        }
        Ok(known)
    }

    /// Refuses a token that is nobody's.
    fn not_known(&self, peer: Peer) -> Answer {
        let now = self.engine.now();
        let hasty = self.gate.as_ref().and_then(|gate| gate.hasty(Shown::Token, peer, now));
        hasty.unwrap_or_else(|| {
            if let Some(gate) = &self.gate {
                gate.note_failure(Shown::Token, peer, now);
            }
            answer::refusal(
                StatusCode::UNAUTHORIZED,
                "this token lets nobody in",
                "it was taken back, has expired, or is of another project",
            )
        })
    }

    /// Whoever may look at what is judged, and hear what happens.
    pub(crate) fn admit_judge(&self, parts: &Parts, peer: Peer) -> Result<Option<Known>, Answer> {
        let known = self.admit(parts, peer)?;
        if known.as_ref().is_none_or(|known| known.has_scope(Scope::Judge)) {
            return Ok(known);
        }
        Err(answer::refusal(
            StatusCode::FORBIDDEN,
            "this token may not do this",
            "make one with the scope judge",
        ))
    }

    /// Who has the cookie that was sent.
    pub(crate) fn cookie_holder(&self, parts: &Parts, peer: Peer) -> Result<Option<Known>, Answer> {
        let cookie = self.gate.as_ref().and_then(|gate| gate.cookie(&parts.headers, peer));
        let Some(cookie) = cookie else { return Ok(None) };
        self.engine.known_by_cookie(&cookie).map_err(|error| answer::error(&error))
    }

    /// Lets somebody in by a secret, unless too many wrong ones of its kind came from their address.
    pub(crate) fn let_in<T>(
        &self,
        shown: Shown,
        peer: Peer,
        try_it: impl FnOnce(&str) -> Result<T, ApiError>,
    ) -> Result<T, Answer> {
        if let Some(answer) = self.hasty(shown, peer) {
            return Err(answer);
        }
        try_it(&peer.address.to_string()).map_err(|error| {
            self.note_failure(shown, &error, peer);
            answer::error(&error)
        })
    }

    /// Refuses whoever guessed too often lately, at what they show.
    pub(crate) fn hasty(&self, shown: Shown, peer: Peer) -> Option<Answer> {
        self.gate.as_ref()?.hasty(shown, peer, self.engine.now())
    }

    /// Counts what was wrong, and not what failed for another reason.
    pub(crate) fn note_failure(&self, shown: Shown, error: &ApiError, peer: Peer) {
        if let Some(gate) = self.gate.as_ref().filter(|_| error.code == ErrorCode::Denied) {
            gate.note_failure(shown, peer, self.engine.now());
        }
    }

    /// Somebody came in, who gets a cookie.
    pub(crate) fn entered(&self, to: Entered, secret: &str, peer: Peer) -> Result<Answer, Answer> {
        let answer = match to {
            Entered::Onward(to) => page::onward(to),
            Entered::Me => {
                let refused = |error: ApiError| answer::error(&error);
                let known = self.engine.known_by_cookie(secret).map_err(refused)?;
                answer::json(StatusCode::OK, &self.me(known.as_ref()).map_err(refused)?)
            }
        };
        Ok(match &self.gate {
            Some(gate) => answer::with_cookie(answer, &gate.set_cookie(Some(secret), peer)),
            None => answer,
        })
    }
}

/// Refuses what a foreign page could have made a browser send.
pub(crate) fn needs_csrf_header(parts: &Parts) -> Result<(), Answer> {
    if Gate::has_csrf_header(&parts.headers) {
        return Ok(());
    }
    Err(answer::refusal(
        StatusCode::FORBIDDEN,
        "this needs the header X-Tiebreak: 1",
        "programs sign in with a token instead",
    ))
}
