//! The few pages that the door shows itself: they work without a script, in light and dark.

use http::StatusCode;

use crate::answer::{self, Answer};

const STYLE: &str = ":root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}\
    body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1rem;box-sizing:border-box}\
    main{max-width:26rem;width:100%}h1{font-size:1.4rem;margin:0 0 1rem}\
    label{display:block;margin:0 0 .25rem;font-weight:600}\
    input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;margin:0 0 1rem;border:1px solid GrayText;border-radius:.4rem}\
    button,.button{font:inherit;padding:.5rem 1rem;border-radius:.4rem;border:1px solid GrayText;cursor:pointer}\
    code{background:color-mix(in srgb,CanvasText 10%,Canvas);padding:.1rem .3rem;border-radius:.2rem}\
    .notice{border-left:.25rem solid;padding:.25rem .75rem;margin:0 0 1rem}\
    :focus-visible{outline:3px solid Highlight;outline-offset:2px}";

/// A page. `body` is HTML; whatever came from elsewhere has gone through [`escaped`].
pub fn page(status: StatusCode, title: &str, head: &str, body: &str) -> Answer {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{title} · Tiebreak</title>\
         {head}<style>{STYLE}</style></head><body><main><h1>{title}</h1>{body}</main></body></html>"
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_from_elsewhere_is_text() {
        assert_eq!(escaped("<b a=\"x\" c='y'>&"), "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
    }
}
