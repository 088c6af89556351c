//! Requests of the engine's door, as JSON or for bytes.

use http::StatusCode;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue};
use tiebreak_domain::{ApiError, ErrorCode, ProjectKey, Request};

use crate::answer::{self, Answer, field};
use crate::lane::Lane;
use crate::pixels::{self, Coding};

/// The lane of a call. It is told from the first word alone: nobody who is not signed in has anything read.
pub fn lane(body: &[u8]) -> Lane {
    let start = String::from_utf8_lossy(&body[..body.len().min(64)]).into_owned();
    let word = start.split('"').nth(1).unwrap_or_default();
    match word {
        "submit" | "save_draft" | "queue" | "rows" => Lane::Judging,
        "video" => Lane::Looking,
        _ => Lane::Others,
    }
}

/// Reads JSON, which no form of a foreign page can send.
pub fn json<T: serde::de::DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, ApiError> {
    let is_json = headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(';').next().is_some_and(|kind| kind.trim() == "application/json"));
    if !is_json {
        return Err(ApiError::new(ErrorCode::BadRequest, "this takes JSON")
            .hint("send the header content-type: application/json"));
    }
    serde_json::from_slice(body)
        .map_err(|error| ApiError::new(ErrorCode::BadRequest, format!("the request cannot be read: {error}")))
}

/// Names the project that a call is meant for.
pub const PROJECT_HEADER: &str = "x-tiebreak-project";

/// The project that a call is meant for, where it says so.
pub fn project(headers: &HeaderMap) -> Result<Option<ProjectKey>, ApiError> {
    let Some(value) = headers.get(PROJECT_HEADER) else { return Ok(None) };
    let key = value.to_str().ok().and_then(|text| text.parse().ok());
    key.map(Some).ok_or_else(|| {
        ApiError::new(ErrorCode::BadRequest, "the header x-tiebreak-project names no project")
            .hint("send the key that /api/v1/project tells")
    })
}

/// Reads the request of a call.
pub fn request(headers: &HeaderMap, body: &[u8]) -> Result<Request, ApiError> {
    let request: Request = json(headers, body)?;
    if pixels::medium_of(&request).is_some() {
        return Err(ApiError::new(ErrorCode::BadRequest, "pictures, frames and sound are no JSON")
            .hint("ask for them at /api/v1/pixels"));
    }
    Ok(request)
}

/// What is asked for at the address for bytes.
pub struct Wanted {
    /// What the engine is asked.
    pub request: Request,
    /// As what pictures are sent.
    pub coding: Coding,
}

/// Reads the query of the address for bytes.
pub fn wanted(query: &str) -> Result<Wanted, ApiError> {
    let bad = |message: String| ApiError::new(ErrorCode::BadRequest, message);
    let coding = field(query, "as");
    let coding =
        Coding::of(coding.as_deref()).ok_or_else(|| bad("`as` is raw, png, flat or jpeg".to_owned()))?;
    let text = field(query, "r").ok_or_else(|| bad("`r` is missing, the request as JSON".to_owned()))?;
    let request: Request =
        serde_json::from_str(&text).map_err(|error| bad(format!("the request cannot be read: {error}")))?;
    if pixels::medium_of(&request).is_none() {
        return Err(bad("only image, tile, frames and sound are asked for here".to_owned())
            .hint("send everything else to /api/v1/call"));
    }
    Ok(Wanted { request, coding })
}

impl Wanted {
    /// Tells what would be sent now from what was sent before, as far as the file's state tells it.
    pub fn tag(&self, stamp: &str) -> HeaderValue {
        let request = serde_json::to_string(&self.request).expect("keys are strings");
        let hash = blake3::hash(format!("{request}\n{:?}\n{stamp}", self.coding).as_bytes()).to_hex();
        HeaderValue::from_str(&format!("\"{}\"", &hash[..32]))
            .expect("digits and quotes are fit for a header")
    }
}

/// The response with bytes; without them where they are known.
pub fn bytes(tag: HeaderValue, bytes: Option<Vec<u8>>) -> Answer {
    let mut response = match bytes {
        Some(bytes) => answer::with(StatusCode::OK, "application/octet-stream", bytes),
        None => answer::bare(StatusCode::NOT_MODIFIED),
    };
    response.headers_mut().insert(ETAG, tag);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=600"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_json_is_a_call() {
        let with = |kind: &'static str, body: &[u8]| {
            let mut headers = HeaderMap::new();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
            request(&headers, body)
        };
        assert_eq!(with("application/json; charset=utf-8", b"\"project\""), Ok(Request::Project));
        assert!(with("text/plain", b"\"project\"").is_err(), "a form of a foreign page can send that");
        assert!(with("application/json", b"{\"nothing\":1}").is_err());
        assert!(request(&HeaderMap::new(), b"\"project\"").is_err());
        let image = br#"{"image":{"source":1,"uri":"a.png","fit":[1,1]}}"#;
        assert!(
            with("application/json", image).is_err_and(|error| error.hint.is_some()),
            "asked for elsewhere"
        );
    }

    #[test]
    fn judgments_have_a_lane_of_their_own() {
        assert_eq!(lane(b" {\"submit\": {}}"), Lane::Judging);
        assert_eq!(lane(b"\"project\""), Lane::Others);
        assert_eq!(lane(b"{\"video\":{\"uri\":\"submit\"}}"), Lane::Looking);
        assert_eq!(lane(b"\xff\xff"), Lane::Others);
        assert_eq!(lane(b""), Lane::Others);
        let draft = Request::SaveDraft {
            annotator: tiebreak_domain::AnnotatorId(1),
            item: tiebreak_domain::ItemId(1),
            draft: None,
        };
        let json = serde_json::to_vec(&draft).expect("serialisable");
        assert_eq!(lane(&json), Lane::Judging, "the words are those that requests are written with");
    }

    #[test]
    fn bytes_are_asked_for_by_a_request_in_the_query() {
        let query = "as=png&r=%7B%22image%22%3A%7B%22source%22%3A1%2C%22uri%22%3A%22a+b.png%22%2C%22fit%22%3A%5B1%2C1%5D%7D%7D";
        let read = wanted(query).expect("well-formed");
        assert_eq!(read.coding, Coding::Png);
        assert_eq!(pixels::medium_of(&read.request).map(|(_, uri)| uri), Some("a b.png"));
        assert_ne!(read.tag("1"), read.tag("2"), "another state of the file");
        assert!(wanted("r=%22project%22").is_err());
        assert!(wanted("as=gif&r=%22project%22").is_err());
        assert!(wanted("").is_err());
    }
}
