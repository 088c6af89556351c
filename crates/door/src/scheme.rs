//! The door behind the custom scheme of a web view.
//!
//! The page has another origin than the scheme, so that every answer says whom it is for; nobody else can ask, as the
//! scheme exists in the program's own view only. Such an answer is wholly in memory, so that of a long file only a
//! stretch is given at a time, which is what players ask for anyway.

use bytes::Bytes;
use http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, ORIGIN, RANGE};
use http::{HeaderValue, Method, Request, Response, StatusCode};

use crate::door::Door;
use crate::gate::Peer;

/// Where the page comes from, by system: web views on Windows have no schemes of their own, only addresses.
const PAGES: [&str; 3] = ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"];
/// The most bytes of a stretch whose end was not said.
const STRETCH: u64 = 8 << 20;

/// Answers a request of the page of the desktop bundle.
pub fn answer(door: &Door, mut request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let origin = request.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok());
    // Some web views do not say where a request of their own scheme comes from.
    let page = origin.map_or(Some(PAGES[usize::from(cfg!(windows))]), |origin| {
        PAGES.into_iter().find(|page| *page == origin)
    });
    let Some(page) = page else { return bare(StatusCode::FORBIDDEN) };
    if request.method() == Method::POST {
        // Sent as text, for which a web view asks no leave first.
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(range) = request.headers().get(RANGE).and_then(ended) {
        request.headers_mut().insert(RANGE, range);
    }
    let (parts, body) = door.answer(request, Peer::local()).into_parts();
    let mut response = match body.into_bytes() {
        Ok(bytes) => Response::from_parts(parts, Bytes::into(bytes)),
        Err(_) => bare(StatusCode::INTERNAL_SERVER_ERROR),
    };
    response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(page));
    response
}

/// A range up to the end, ended sooner; nothing where it says itself how long it is.
fn ended(range: &HeaderValue) -> Option<HeaderValue> {
    let first: u64 = range.to_str().ok()?.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok()?;
    HeaderValue::try_from(format!("bytes={first}-{}", first.checked_add(STRETCH - 1)?)).ok()
}

fn bare(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_without_an_end_is_ended() {
        let ended = |text: &'static str| {
            ended(&HeaderValue::from_static(text)).map(|range| range.to_str().expect("text").to_owned())
        };
        assert_eq!(ended("bytes=0-").as_deref(), Some("bytes=0-8388607"));
        assert_eq!(ended("bytes=10-").as_deref(), Some("bytes=10-8388617"));
        for kept in ["bytes=0-99", "bytes=-5", "bytes=a-", "items=0-", "bytes=18446744073709551615-"] {
            assert_eq!(ended(kept), None, "{kept} stays as it is");
        }
    }
}
