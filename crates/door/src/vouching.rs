//! Signing in by an OpenID provider, as far as it is no conversation with the provider: what begins it, what has to
//! come back with the browser, and who comes in then.

use http::HeaderValue;
use http::StatusCode;
use http::header::{LOCATION, SET_COOKIE};
use http::request::Parts;
use tiebreak_domain::ApiError;
use tiebreak_engine::{BegunVouching, Vouching};

use crate::admission::Entered;
use crate::answer::{self, Answer, field};
use crate::door::{Door, hardened};
use crate::gate::{Gate, Peer, Shown};
use crate::page::{self, Destination};

/// Where a sign-in by a provider begins.
pub const BEGIN_PATH: &str = "/vouch";
/// Where the provider sends the browser back to.
pub const BACK_PATH: &str = "/vouch/back";
/// How long somebody has at the provider.
const LASTS_S: u32 = 10 * 60;

/// What came back from the provider.
#[derive(Debug)]
pub struct Returned {
    /// To be redeemed at the provider.
    pub code: String,
    /// What was sent along.
    pub vouching: Vouching,
}

impl Door {
    /// Begins a sign-in by a provider: what is sent along, and the cookie that ties it to this browser.
    pub fn begin_vouching(&self, parts: &Parts, peer: Peer) -> Result<(BegunVouching, HeaderValue), Answer> {
        if let Some(refusal) = self.refusal(parts, peer) {
            return Err(hardened(refusal));
        }
        let refused = |error: ApiError| hardened(answer::error(&error));
        let Some(gate) = &self.gate else { return Err(hardened(page::onward(Destination::Project))) };
        if let Some(hasty) = gate.begin(peer, self.engine.now()) {
            return Err(hardened(hasty));
        }
        let invitation = field(parts.uri.query().unwrap_or_default(), "invitation");
        let begun = self.engine.begin_vouching(invitation.as_deref()).map_err(refused)?;
        let cookie = gate.vouching_cookie(Some((&begun.state, LASTS_S)), peer);
        let cookie = HeaderValue::from_str(&cookie).expect("hexadecimal digits are fit for a header");
        Ok((begun, cookie))
    }

    /// Sends the browser to the provider.
    pub fn onward_to(address: &str, cookie: HeaderValue) -> Answer {
        let mut answer = answer::bare(StatusCode::SEE_OTHER);
        match HeaderValue::from_str(address) {
            Ok(address) => answer.headers_mut().insert(LOCATION, address),
            Err(_) => return hardened(page::not_vouched("the provider's address makes no sense")),
        };
        answer.headers_mut().insert(SET_COOKIE, cookie);
        hardened(answer)
    }

    /// Takes what came back, once, and from the browser that went there.
    pub fn end_vouching(&self, parts: &Parts, peer: Peer) -> Result<Returned, Answer> {
        if let Some(refusal) = self.refusal(parts, peer) {
            return Err(hardened(refusal));
        }
        let query = parts.uri.query().unwrap_or_default();
        let state = field(query, "state").unwrap_or_default();
        let gate = self.gate.as_ref().ok_or_else(|| hardened(page::onward(Destination::Project)))?;
        let is_same_browser = gate.vouching_state(&parts.headers, peer).is_some_and(|sent| sent == state);
        if state.is_empty() || !is_same_browser {
            if !Gate::is_drawn_in(&parts.headers) {
                gate.note_failure(Shown::Vouching, peer, self.engine.now());
            }
            return Err(hardened(page::not_vouched("this sign-in was not begun in this browser")));
        }
        let vouching = self.engine.resume_vouching(&state);
        let vouching = vouching.map_err(|error| hardened(page::not_vouched(&error.message)))?;
        if let Some(error) = field(query, "error") {
            let why = field(query, "error_description").unwrap_or(error);
            return Err(hardened(page::not_vouched(&format!("the provider said no: {why}"))));
        }
        let code = field(query, "code").unwrap_or_default();
        Ok(Returned { code, vouching })
    }

    /// Lets in whom the provider vouches for.
    pub fn vouched(&self, vouching: &Vouching, subject: &str, name: &str, peer: Peer) -> Answer {
        let entered = self.engine.vouched(vouching, subject, name, &peer.address.to_string());
        let entered = entered.map_err(|error| {
            self.note_failure(Shown::Vouching, &error, peer);
            page::not_vouched(&format!("{}. {}", error.message, error.hint.unwrap_or_default()))
        });
        let mut answer =
            entered.and_then(|secret| self.entered(Entered::Onward(Destination::Project), &secret, peer));
        if let (Ok(_), Some(gate)) = (&answer, &self.gate) {
            gate.ended_well(peer);
        }
        if let (Ok(answer), Some(gate)) = (&mut answer, &self.gate)
            && let Ok(gone) = HeaderValue::from_str(&gate.vouching_cookie(None, peer))
        {
            answer.headers_mut().append(SET_COOKIE, gone);
        }
        hardened(answer.unwrap_or_else(|refused| refused))
    }

    /// Says why nobody came in by the provider.
    pub fn not_vouched(why: &str) -> Answer {
        hardened(page::not_vouched(why))
    }
}
