//! The pages to sign in and to follow an invitation: plain forms, which work without a script.

use http::request::Parts;
use http::{Method, StatusCode};
use tiebreak_domain::ApiError;
use tiebreak_domain::account::{Password, SHORTEST_PASSWORD};

use crate::admission::Entered;
use crate::answer::{self, Answer, field};
use crate::door::Door;
use crate::gate::{Gate, Peer, Shown};
use crate::page::{self, Destination, escaped};
use crate::vouching::BEGIN_PATH;

impl Door {
    /// The link that the terminal shows once.
    pub(crate) fn enter(&self, parts: &Parts, peer: Peer) -> Result<Answer, Answer> {
        if Gate::is_drawn_in(&parts.headers) {
            return Err(page::link_used());
        }
        let token = field(parts.uri.query().unwrap_or_default(), "token").unwrap_or_default();
        let secret = self.let_in(Shown::Link, peer, |address| self.engine.enter(&token, address));
        match secret {
            Ok(secret) => self.entered(Entered::Onward(Destination::Project), &secret, peer),
            Err(answer) if answer.status() == StatusCode::FORBIDDEN => Err(page::link_used()),
            Err(answer) => Err(answer),
        }
    }

    /// The page to sign in, or the form that it sent.
    pub(crate) fn sign_in_page(&self, parts: &Parts, body: &[u8], peer: Peer) -> Result<Answer, Answer> {
        if parts.method != Method::POST {
            let to = Destination::named(parts.uri.query().unwrap_or_default());
            return Ok(self.sign_in_form(StatusCode::OK, to, "", None));
        }
        let form = self.own_form(parts, body, peer)?;
        let (to, name) = (Destination::named(&form), field(&form, "name").unwrap_or_default());
        let password = Password(field(&form, "password").unwrap_or_default());
        if let Some(answer) = self.hasty(Shown::Password, peer) {
            return Err(answer);
        }
        match self.engine.sign_in(&name, &password, &peer.address.to_string()) {
            Ok(secret) => self.entered(Entered::Onward(to), &secret, peer),
            Err(error) => {
                self.note_failure(Shown::Password, &error, peer);
                Ok(self.sign_in_form(answer::status_of(error.code), to, &name, Some(&error)))
            }
        }
    }

    /// The page of an invitation, or the form that it sent.
    pub(crate) fn join_page(&self, parts: &Parts, body: &[u8], peer: Peer) -> Result<Answer, Answer> {
        if Gate::is_drawn_in(&parts.headers) {
            return Err(page::link_used());
        }
        if let Some(answer) = self.hasty(Shown::Link, peer) {
            return Err(answer);
        }
        let is_sent = parts.method == Method::POST;
        let form = if is_sent { self.own_form(parts, body, peer)? } else { String::new() };
        let query = parts.uri.query().unwrap_or_default();
        let secret = field(if is_sent { &form } else { query }, "invitation").unwrap_or_default();
        let found = self.engine.invitation(&secret).map_err(|error| answer::error(&error))?;
        let Some(found) = found.filter(|found| !found.is_sign_in) else {
            if let Some(gate) = &self.gate {
                gate.note_failure(Shown::Link, peer, self.engine.now());
            }
            return Err(page::link_used());
        };
        let fixed = found.name.as_deref();
        if !is_sent {
            return Ok(self.join_form(StatusCode::OK, &secret, fixed, "", None));
        }
        let name = field(&form, "name").unwrap_or_default();
        let password = Password(field(&form, "password").unwrap_or_default());
        match self.engine.join(&secret, &name, &password, &peer.address.to_string()) {
            Ok(cookie) => self.entered(Entered::Onward(Destination::Project), &cookie, peer),
            Err(error) => {
                Ok(self.join_form(answer::status_of(error.code), &secret, fixed, &name, Some(&error)))
            }
        }
    }

    fn own_form(&self, parts: &Parts, body: &[u8], peer: Peer) -> Result<String, Answer> {
        let is_own = self.gate.as_ref().is_none_or(|gate| gate.is_own_form(parts, peer));
        if !is_own {
            return Err(answer::refusal(
                StatusCode::FORBIDDEN,
                "this form was not sent by a page from here",
                "open the page and fill it in there",
            ));
        }
        Ok(String::from_utf8_lossy(body).into_owned())
    }

    fn sign_in_form(
        &self,
        status: StatusCode,
        to: Destination,
        name: &str,
        error: Option<&ApiError>,
    ) -> Answer {
        let body = format!(
            "{}<form method=\"post\" action=\"/sign-in\">{}\
             <label for=\"name\">Name</label>\
             <input id=\"name\" name=\"name\" autocomplete=\"username\" required autofocus value=\"{}\">\
             <label for=\"password\">Password</label>\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"current-password\" required>\
             <button>Sign in</button></form>{}\
             <p>No account yet? Whoever runs this project can send you an invitation.</p>",
            notice(error),
            to.input(),
            escaped(name),
            self.provider_button(None),
        );
        page::page(status, "Sign in", "", &body)
    }

    fn join_form(
        &self,
        status: StatusCode,
        secret: &str,
        fixed: Option<&str>,
        name: &str,
        error: Option<&ApiError>,
    ) -> Answer {
        let name = match fixed {
            Some(name) => format!(
                "<p>You take part as <strong>{0}</strong>.</p>\
                 <input type=\"hidden\" name=\"name\" autocomplete=\"username\" value=\"{0}\">",
                escaped(name)
            ),
            None => format!(
                "<label for=\"name\">Your name here</label>\
                 <input id=\"name\" name=\"name\" autocomplete=\"username\" required autofocus maxlength=\"100\" \
                 value=\"{}\">",
                escaped(name)
            ),
        };
        let body = format!(
            "{}<form method=\"post\" action=\"/join\">\
             <input type=\"hidden\" name=\"invitation\" value=\"{}\">{name}\
             <label for=\"password\">Choose a password, of {SHORTEST_PASSWORD} characters or more</label>\
             <input id=\"password\" name=\"password\" type=\"password\" autocomplete=\"new-password\" required \
             minlength=\"{SHORTEST_PASSWORD}\" maxlength=\"256\">\
             <button>Take part</button></form>{}",
            notice(error),
            escaped(secret),
            self.provider_button(Some(secret)),
        );
        page::page(status, "You are invited", "", &body)
    }

    /// Signing in by an OpenID provider, where one is set up.
    fn provider_button(&self, invitation: Option<&str>) -> String {
        let Some(provider) = &self.provider else { return String::new() };
        let query = invitation.map_or_else(String::new, |secret| format!("?invitation={}", escaped(secret)));
        format!(
            "<p><a class=\"button\" href=\"{BEGIN_PATH}{query}\">Sign in with {}</a></p>",
            escaped(provider)
        )
    }
}

fn notice(error: Option<&ApiError>) -> String {
    let Some(error) = error else { return String::new() };
    let hint =
        error.hint.as_deref().map_or_else(String::new, |hint| format!("<br>{}", escaped(&sentence(hint))));
    format!("<p class=\"notice\" role=\"alert\">{}{hint}</p>", escaped(&sentence(&error.message)))
}

/// The engine's words begin in lower case.
fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}
