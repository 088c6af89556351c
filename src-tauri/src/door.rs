//! The engine's door behind the scheme `tiebreak:`.
//!
//! The page has another origin than the scheme, so that every answer says whom it is for; nobody else can ask, as the
//! scheme exists in this program's own view only.

use std::sync::Arc;

use tauri::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CONTENT_TYPE, HeaderValue, ORIGIN};
use tauri::http::{Method, Request, Response, StatusCode};
use tiebreak_door::{Door, Peer};

/// Where the page comes from, by system.
const PAGES: [&str; 3] = ["tauri://localhost", "http://tauri.localhost", "https://tauri.localhost"];

/// Answers a request of the page.
pub fn answer(door: &Arc<Door>, mut request: Request<Vec<u8>>) -> Response<Vec<u8>> {
    let origin = request.headers().get(ORIGIN).and_then(|origin| origin.to_str().ok());
    // Some web views do not say where a request of their own scheme comes from.
    let page = origin.map_or(Some(PAGES[usize::from(cfg!(windows))]), |origin| {
        PAGES.into_iter().find(|page| *page == origin)
    });
    let mut response = if page.is_none() {
        bare(StatusCode::FORBIDDEN)
    } else {
        if request.method() == Method::POST {
            // Sent as text, for which a web view asks no leave first.
            request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let (parts, body) = door.answer(request, Peer::local()).into_parts();
        match body.into_bytes() {
            Ok(bytes) => Response::from_parts(parts, bytes.into()),
            Err(_) => bare(StatusCode::INTERNAL_SERVER_ERROR),
        }
    };
    if let Some(page) = page {
        response.headers_mut().insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static(page));
    }
    response
}

fn bare(status: StatusCode) -> Response<Vec<u8>> {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}
