//! The few pages that the door shows itself, in light and dark. All but that of accounts work without a script.

use http::StatusCode;

use crate::answer::{self, Answer};

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

/// Goes on to the start by itself. Not a redirect: after a click in a mail or a chat, a browser would keep the new
/// cookie to itself on a redirect, and show the visitor as signed out.
pub fn onward() -> Answer {
    page(
        StatusCode::OK,
        "Signed in",
        "<meta http-equiv=\"refresh\" content=\"0;url=/\">",
        "<p><a href=\"/\">Go on to the project</a></p>",
    )
}

/// The page to sign in, for whoever is not.
pub fn to_sign_in() -> Answer {
    let mut answer = answer::bare(StatusCode::SEE_OTHER);
    answer.headers_mut().insert(http::header::LOCATION, http::HeaderValue::from_static("/sign-in"));
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
    fn what_comes_from_elsewhere_is_text() {
        assert_eq!(escaped("<b a=\"x\" c='y'>&"), "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
    }
}
