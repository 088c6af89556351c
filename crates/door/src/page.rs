//! The few pages that the door shows itself, in light and dark. All but that of accounts work without a script.

use http::StatusCode;

use crate::answer::{self, Answer, field};

/// What the pages are made of besides HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageFile {
    /// How they look.
    Style,
    /// What the page of accounts does.
    AccountsScript,
}

impl PageFile {
    /// Answers with it. Anybody may have it: there is nothing of the project in it.
    pub fn answer(self) -> Answer {
        let (content_type, text) = match self {
            Self::Style => ("text/css; charset=utf-8", include_str!("../page/door.css")),
            Self::AccountsScript => ("text/javascript; charset=utf-8", include_str!("../page/accounts.js")),
        };
        answer::with(StatusCode::OK, content_type, text.as_bytes().to_vec())
    }
}

/// A page with one thing in its middle. `head` and `body` are HTML; whatever came from elsewhere has gone through
/// [`escaped`].
pub fn page(status: StatusCode, title: &str, head: &str, body: &str) -> Answer {
    let body = format!("<main><h1>{}</h1>{body}</main>", escaped(title));
    document(status, "single", title, head, &body)
}

/// A page as wide as there is room, with a body of its own: HTML, as of [`page`].
pub fn wide(title: &str, head: &str, body: &str) -> Answer {
    document(StatusCode::OK, "wide", title, head, body)
}

fn document(status: StatusCode, class: &str, title: &str, head: &str, body: &str) -> Answer {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\"><title>{} · Tiebreak</title>\
         <link rel=\"icon\" href=\"/icon.png\">\
         <link rel=\"stylesheet\" href=\"/door.css\">{head}</head><body class=\"{class}\">{body}</body></html>",
        escaped(title)
    );
    answer::with(status, "text/html; charset=utf-8", html.into_bytes())
}

/// Text as it stands in HTML, in and out of attributes.
pub fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

/// There is no interface to show.
pub fn not_built() -> Answer {
    page(
        StatusCode::OK,
        "The browser interface was not built",
        "",
        "<p>This program was built without it; everything under <code>/api/v1/</code> works.</p>\
         <p>Build it with <code>tools/build-web.sh</code> and build the program again, or start it with \
         <code>tiebreak serve --web FOLDER</code> where the interface lies in a folder.</p>",
    )
}

/// What somebody wanted to see who had to sign in first: a word of ours, never an address that a link could bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Destination {
    /// The project.
    #[default]
    Project,
    /// The page of accounts.
    Accounts,
}

impl Destination {
    /// What a query or a form names; the project where it names nothing that is here.
    pub fn named(fields: &str) -> Self {
        match field(fields, "to").as_deref() {
            Some("accounts") => Self::Accounts,
            _ => Self::Project,
        }
    }

    /// How a form names it.
    pub fn input(self) -> &'static str {
        match self {
            Self::Project => "",
            Self::Accounts => "<input type=\"hidden\" name=\"to\" value=\"accounts\">",
        }
    }
}

/// Goes on by itself. Not a redirect: after a click in a mail or a chat, a browser would keep the new cookie to itself
/// on a redirect, and show the visitor as signed out.
pub fn onward(to: Destination) -> Answer {
    let (address, words) = match to {
        Destination::Project => ("/", "Go on to the project"),
        Destination::Accounts => ("/accounts", "Go on to the accounts"),
    };
    page(
        StatusCode::OK,
        "Signed in",
        &format!("<meta http-equiv=\"refresh\" content=\"0;url={address}\">"),
        &format!("<p><a href=\"{address}\">{words}</a></p>"),
    )
}

/// The page to sign in, for whoever is not.
pub fn to_sign_in(then: Destination) -> Answer {
    let address = match then {
        Destination::Project => "/sign-in",
        Destination::Accounts => "/sign-in?to=accounts",
    };
    let mut answer = answer::bare(StatusCode::SEE_OTHER);
    answer.headers_mut().insert(http::header::LOCATION, http::HeaderValue::from_static(address));
    answer
}

/// A link that lets nobody in any more.
pub fn link_used() -> Answer {
    page(
        StatusCode::FORBIDDEN,
        "This link does not work any more",
        "",
        "<p>It works once, and for some time. Ask whoever sent it for another, or <a href=\"/sign-in\">sign in</a>.</p>",
    )
}

/// Why nobody came in by a provider.
pub fn not_vouched(why: &str) -> Answer {
    let body = format!(
        "<p>{}.</p><p><a href=\"/sign-in\">Sign in</a></p>",
        escaped(why.trim_end_matches(['.', ' ']))
    );
    page(StatusCode::FORBIDDEN, "You could not be signed in", "", &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_what_is_shown_after_signing_in_but_no_address() {
        assert_eq!(Destination::named("name=Ada&to=accounts"), Destination::Accounts);
        for fields in ["", "name=Ada", "to=", "to=%2Faccounts", "to=https%3A%2F%2Felsewhere.example"] {
            assert_eq!(Destination::named(fields), Destination::Project, "{fields}");
        }
    }

    #[test]
    fn what_comes_from_elsewhere_is_text() {
        assert_eq!(escaped("<b a=\"x\" c='y'>&"), "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
    }
}
