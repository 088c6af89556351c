//! The gate: whether a request is meant for this door, whether its browser was tricked into it, and who asks.
//!
//! A page of somebody else can make a browser send requests here, cookies and all. It cannot set a header of its own
//! without being asked first (which is never answered with leave), nor say that it is from here; so with a cookie
//! [`CSRF_HEADER`] is demanded, and an `Origin` that is not ours is refused. A name that an attacker's server
//! resolves to this machine is refused by the `Host` it sends.

use std::net::IpAddr;

use http::header::{AUTHORIZATION, COOKIE, HOST, ORIGIN, RETRY_AFTER};
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};
use tiebreak_domain::UnixMillis;

use crate::answer::{self, Answer};
use crate::attempts::Attempts;

/// A header that no foreign page can send.
pub const CSRF_HEADER: &str = "x-tiebreak";
/// How long a browser keeps the cookie; the project says how long it is worth anything.
const COOKIE_LASTS_S: i64 = 30 * 24 * 60 * 60;
/// How often something wrong may be shown from one network before that has to wait.
const FREE_GUESSES: u32 = 20;
/// How many sign-ins by a provider may be under way from one network: a whole course that begins at the same hour.
const FREE_BEGUN: u32 = 300;

/// From where a request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its address.
    pub address: IpAddr,
    /// Whether nobody between could read along.
    pub is_https: bool,
}

/// Where this door is.
#[derive(Clone, Debug, Default)]
pub struct Place {
    /// Under which address people reach it, without a path: `https://annotate.example.org`.
    pub public_url: Option<String>,
    /// Whether only this machine reaches it.
    pub is_loopback: bool,
    /// Tells this project's cookie from those of others at the same machine.
    pub cookie_suffix: String,
}

/// What somebody shows to come in. Each kind is counted by itself: a program with a token that has expired must keep
/// nobody of its network from signing in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shown {
    /// A program's token.
    Token,
    /// A name and a password.
    Password,
    /// The secret of an invitation, or of the link of the terminal.
    Link,
    /// What a provider sent the browser back with.
    Vouching,
}

/// Who comes in, and who does not.
pub struct Gate {
    place: Place,
    /// What let nobody in, by what was shown, in the order of [`Shown`].
    wrong: [Attempts; 4],
    /// Sign-ins by a provider that were begun: each is kept in the project for a while.
    begun: Attempts,
}

impl Gate {
    /// A gate at a place.
    pub fn new(place: Place) -> Self {
        let wrong = std::array::from_fn(|_| Attempts::with_free(FREE_GUESSES));
        Self { place, wrong, begun: Attempts::with_free(FREE_BEGUN) }
    }

    /// Under which address people reach this door from where the request came, without a path.
    pub(crate) fn base_url(&self, parts: &Parts, peer: Peer) -> String {
        self.place.public_url.clone().unwrap_or_else(|| {
            let scheme = if peer.is_https { "https" } else { "http" };
            format!("{scheme}://{}", host_of(parts).unwrap_or_default())
        })
    }

    /// Refuses whoever guessed too often lately, at what they show.
    pub(crate) fn hasty(&self, shown: Shown, peer: Peer, now: UnixMillis) -> Option<Answer> {
        too_many(self.wrong[shown as usize].wait_s(peer.address, now))
    }

    /// Counts that a sign-in by a provider was begun, and refuses whoever began too many that did not end well.
    pub(crate) fn begin(&self, peer: Peer, now: UnixMillis) -> Option<Answer> {
        let hasty = self.hasty(Shown::Vouching, peer, now);
        let refused = hasty.or_else(|| too_many(self.begun.wait_s(peer.address, now)));
        if refused.is_none() {
            self.begun.note(peer.address, now);
        }
        refused
    }

    /// A sign-in by a provider ended well.
    pub(crate) fn ended_well(&self, peer: Peer) {
        self.begun.forgive(peer.address);
    }

    /// Whether a page from elsewhere had this fetched as a picture or a script, which no person tries.
    pub(crate) fn is_drawn_in(headers: &HeaderMap) -> bool {
        let says = |name: &str, word: &str| headers.get(name).is_some_and(|value| value == word);
        says("sec-fetch-site", "cross-site") && !says("sec-fetch-dest", "document")
    }

    /// Somebody showed something that lets nobody in.
    pub(crate) fn note_failure(&self, shown: Shown, peer: Peer, now: UnixMillis) {
        self.wrong[shown as usize].note(peer.address, now);
    }

    /// The token that a program shows.
    pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
        let value = headers.get(AUTHORIZATION)?.to_str().ok()?;
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// The cookie that signs somebody in, or out where there is no token.
    pub(crate) fn set_cookie(&self, token: Option<&str>, peer: Peer) -> String {
        let name = self.cookie_name(peer.is_https);
        let secure = if peer.is_https { "; Secure" } else { "" };
        let (token, lasts) = token.map_or(("", 0), |token| (token, COOKIE_LASTS_S));
        format!("{name}={token}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Strict{secure}")
    }

    fn cookie_name(&self, is_https: bool) -> String {
        // With this prefix a browser takes it only over TLS, for this host alone.
        let prefix = if is_https { "__Host-" } else { "" };
        format!("{prefix}tiebreak_{}", self.place.cookie_suffix)
    }

    /// The cookie that ties a sign-in by a provider to the browser it was begun in; gone where there is none. It is
    /// sent along when the provider sends the browser back, which a stricter one would not be.
    pub(crate) fn vouching_cookie(&self, state: Option<(&str, u32)>, peer: Peer) -> String {
        let name = self.vouching_name(peer.is_https);
        let secure = if peer.is_https { "; Secure" } else { "" };
        let (state, lasts) = state.unwrap_or(("", 0));
        format!("{name}={state}; Path=/; Max-Age={lasts}; HttpOnly; SameSite=Lax{secure}")
    }

    /// The state that this browser was sent to the provider with.
    pub(crate) fn vouching_state(&self, headers: &HeaderMap, peer: Peer) -> Option<String> {
        let name = self.vouching_name(peer.is_https);
        cookies(headers).find(|(known, _)| *known == name).map(|(_, state)| state.to_owned())
    }

    fn vouching_name(&self, is_https: bool) -> String {
        format!("{}_vouch", self.cookie_name(is_https))
    }

    /// The secret of the cookie that a browser shows. Over TLS that is the one which nobody else could set; one from a
    /// time without it counts for nothing there.
    pub(crate) fn cookie(&self, headers: &HeaderMap, peer: Peer) -> Option<String> {
        let name = self.cookie_name(peer.is_https);
        cookies(headers).find(|(known, _)| *known == name).map(|(_, token)| token.to_owned())
    }

    /// Refuses what is not meant for this door, and what a foreign page made a browser send.
    pub(crate) fn refusal(&self, parts: &Parts, peer: Peer) -> Option<Answer> {
        let host = host_of(parts).unwrap_or_default();
        if !self.is_ours(&host) {
            return Some(answer::refusal(
                StatusCode::MISDIRECTED_REQUEST,
                &format!("this door is not at {host:?}"),
                "use the address that `tiebreak serve` printed, or start it with --public-url",
            ));
        }
        let changes = !matches!(parts.method, Method::GET | Method::HEAD);
        if changes && !self.is_from_here(&parts.headers, &host, peer) {
            return Some(answer::refusal(
                StatusCode::FORBIDDEN,
                "a page from elsewhere sent this",
                "open the address of this project and do it there",
            ));
        }
        None
    }

    /// Whether a request that a cookie signs carries the header that only our own pages send.
    pub(crate) fn has_csrf_header(headers: &HeaderMap) -> bool {
        headers.get(CSRF_HEADER).is_some_and(|value| value == "1")
    }

    fn is_ours(&self, host: &str) -> bool {
        let name = without_port(host);
        if self.public_host().is_some_and(|public| public.eq_ignore_ascii_case(host)) {
            return true;
        }
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        if self.place.is_loopback {
            name.eq_ignore_ascii_case("localhost") || address.is_ok_and(|address| address.is_loopback())
        } else {
            // A name could be an attacker's; a number is nobody's but the machine's.
            name.eq_ignore_ascii_case("localhost") || address.is_ok()
        }
    }

    fn public_host(&self) -> Option<&str> {
        self.place.public_url.as_deref()?.split_once("://").map(|(_, host)| host)
    }

    /// Whether a form was sent by a page of ours: here a browser has to say so, which all of them do.
    pub(crate) fn is_own_form(&self, parts: &Parts, peer: Peer) -> bool {
        let headers = &parts.headers;
        let says = headers.contains_key(ORIGIN) || headers.contains_key("sec-fetch-site");
        says && self.is_from_here(headers, &host_of(parts).unwrap_or_default(), peer)
    }

    fn is_from_here(&self, headers: &HeaderMap, host: &str, peer: Peer) -> bool {
        let is_cross_site =
            headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none");
        if is_cross_site {
            return false;
        }
        let Some(origin) = headers.get(ORIGIN) else { return true };
        let Ok(origin) = origin.to_str() else { return false };
        let scheme = if peer.is_https { "https" } else { "http" };
        origin.eq_ignore_ascii_case(&format!("{scheme}://{host}"))
            || self.place.public_url.as_deref().is_some_and(|public| origin.eq_ignore_ascii_case(public))
    }
}

/// The cookies that a browser shows, by name.
fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let values = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|cookies| cookies.split(';')).filter_map(|pair| pair.trim().split_once('='))
}

/// The host a request is for: the header of HTTP/1, the authority of HTTP/2.
fn host_of(parts: &Parts) -> Option<String> {
    let header = parts.headers.get(HOST).and_then(|host| host.to_str().ok());
    header.map(str::to_owned).or_else(|| parts.uri.authority().map(ToString::to_string))
}

fn without_port(host: &str) -> &str {
    match host.rfind(':') {
        Some(colon)
            if !host[colon..].contains(']')
                && host[colon + 1..].bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            &host[..colon]
        }
        _ => host,
    }
}

/// Refuses for so many seconds.
fn too_many(wait_s: Option<u32>) -> Option<Answer> {
    let wait_s = wait_s?;
    let mut answer = answer::refusal(
        StatusCode::TOO_MANY_REQUESTS,
        "too many attempts came from this address",
        &format!("try again in {wait_s} s"),
    );
    answer.headers_mut().insert(RETRY_AFTER, wait_s.into());
    Some(answer)
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn peer(is_https: bool) -> Peer {
        Peer { address: IpAddr::from([127, 0, 0, 1]), is_https }
    }

    fn parts(method: &str, headers: &[(&str, &str)]) -> Parts {
        let mut request = Request::builder().method(method).uri("/api/v1/call");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).expect("well-formed").into_parts().0
    }

    fn status(gate: &Gate, method: &str, headers: &[(&str, &str)], is_https: bool) -> Option<u16> {
        gate.refusal(&parts(method, headers), peer(is_https)).map(|answer| answer.status().as_u16())
    }

    #[test]
    fn on_loopback_only_names_of_this_machine_are_answered() {
        let gate = Gate::new(Place { is_loopback: true, ..Place::default() });
        for host in ["localhost:7411", "127.0.0.1:7411", "[::1]:7411", "LOCALHOST", "127.0.0.1"] {
            assert_eq!(status(&gate, "GET", &[("host", host)], false), None, "{host}");
        }
        for host in ["evil.example:7411", "127.0.0.1.evil.example", "10.0.0.3:7411", "", "localhost.evil:80"]
        {
            assert_eq!(status(&gate, "GET", &[("host", host)], false), Some(421), "{host}");
        }
        assert_eq!(status(&gate, "GET", &[], false), Some(421), "no host at all");
    }

    #[test]
    fn beyond_loopback_a_name_has_to_be_the_public_one() {
        let public_url = Some("https://annotate.example.org".to_owned());
        let gate = Gate::new(Place { public_url, ..Place::default() });
        assert_eq!(status(&gate, "GET", &[("host", "annotate.example.org")], true), None);
        assert_eq!(status(&gate, "GET", &[("host", "10.0.0.3:7411")], false), None);
        assert_eq!(status(&gate, "GET", &[("host", "evil.example")], false), Some(421));
    }

    #[test]
    fn what_a_foreign_page_sends_is_refused() {
        let gate = Gate::new(Place { is_loopback: true, ..Place::default() });
        let host = ("host", "localhost:7411");
        let post = |headers: &[(&str, &str)]| {
            let mut all = vec![host];
            all.extend_from_slice(headers);
            status(&gate, "POST", &all, false)
        };
        assert_eq!(post(&[]), None, "a program sends no origin");
        assert_eq!(post(&[("origin", "http://localhost:7411")]), None);
        for origin in ["http://evil.example", "null", "https://localhost:7411", "http://localhost:80", ""] {
            assert_eq!(post(&[("origin", origin)]), Some(403), "{origin:?}");
        }
        assert_eq!(post(&[("sec-fetch-site", "cross-site")]), Some(403));
        assert_eq!(post(&[("sec-fetch-site", "same-site")]), Some(403), "another port of this machine");
        assert_eq!(post(&[("sec-fetch-site", "same-origin")]), None);
        let looks = [host, ("origin", "http://evil.example")];
        assert_eq!(
            status(&gate, "GET", &looks, false),
            None,
            "looking changes nothing, and is never readable there"
        );
    }
}
