//! Responses: JSON, errors with a status that fits them, and the headers that every one of them has.

use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER, SET_COOKIE};
use http::{HeaderMap, Response, StatusCode};
use serde::Serialize;
use tiebreak_domain::{ApiError, ErrorCode};

use crate::body::Body;

/// A response.
pub type Answer = Response<Body>;

/// After how many seconds what is away for a while may be back.
const SOON_S: &str = "2";

/// Scripts and styles from here alone, connections to here alone, and no frame around it.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; font-src 'self' data:; \
    connect-src 'self'; worker-src 'self' blob:; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'";

/// A response with a body of some type.
pub fn with(status: StatusCode, content_type: &'static str, body: impl Into<Body>) -> Answer {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}

/// A response without a body.
pub fn bare(status: StatusCode) -> Answer {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// JSON that nobody keeps.
pub fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    let text = serde_json::to_vec(value).expect("keys are strings and the writer is memory");
    let mut response = with(status, "application/json", text);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// An error with a status that fits it.
pub fn error(error: &ApiError) -> Answer {
    let mut answer = json(status_of(error.code), error);
    if error.code == ErrorCode::Unavailable {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static(SOON_S));
    }
    answer
}

/// An error with a status of its own.
pub fn refusal(status: StatusCode, message: &str, hint: &str) -> Answer {
    let code = match status {
        StatusCode::NOT_FOUND => ErrorCode::NotFound,
        StatusCode::UNAUTHORIZED
        | StatusCode::FORBIDDEN
        | StatusCode::MISDIRECTED_REQUEST
        | StatusCode::TOO_MANY_REQUESTS => ErrorCode::Denied,
        _ => ErrorCode::BadRequest,
    };
    json(status, &ApiError::new(code, message).hint(hint))
}

/// An error from before the door was asked, with a status of its own.
pub fn refused(status: StatusCode, error: &ApiError) -> Answer {
    let mut answer = json(status, error);
    harden(answer.headers_mut());
    answer
}

/// The status that says most nearly what a code says.
pub fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::BadInput | ErrorCode::PolicyNeeded => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorCode::BadRequest => StatusCode::BAD_REQUEST,
        ErrorCode::TooNew | ErrorCode::Damaged | ErrorCode::System | ErrorCode::ReadOnly => {
            StatusCode::INTERNAL_SERVER_ERROR
        }
        ErrorCode::AlreadyOpen | ErrorCode::Exists | ErrorCode::Cancelled | ErrorCode::OtherProject => {
            StatusCode::CONFLICT
        }
        ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        ErrorCode::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Denied => StatusCode::FORBIDDEN,
    }
}

/// Puts on what every response has.
pub fn harden(headers: &mut HeaderMap) {
    let mut set = |name: HeaderName, value: &'static str| {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    };
    set(http::header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
    set(http::header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(http::header::X_FRAME_OPTIONS, "DENY");
    // With none at all a browser would hide where our own forms come from, and they would be refused.
    set(http::header::REFERRER_POLICY, "same-origin");
    set(CACHE_CONTROL, "no-store");
    set(HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
}

/// A response that sets a cookie.
pub fn with_cookie(mut answer: Answer, cookie: &str) -> Answer {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        answer.headers_mut().append(SET_COOKIE, cookie);
    }
    answer
}

/// A text without its percent signs; none where that is no UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    percent_encoding::percent_decode_str(text).decode_utf8().ok().map(std::borrow::Cow::into_owned)
}

/// The value of a field of a query, or of a form as browsers send it; the first where it stands twice.
pub fn field(query: &str, name: &str) -> Option<String> {
    fields(query, name).into_iter().next()
}

/// All values of a field.
pub fn fields(query: &str, name: &str) -> Vec<String> {
    let values = query.split('&').filter_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (key == name).then(|| percent_decoded(&value.replace('+', " "))).flatten()
    });
    values.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_away_for_a_while_is_asked_for_again() {
        let answer = error(&ApiError::new(ErrorCode::Unavailable, "the database is away"));
        assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE, "which interfaces wait out");
        assert_eq!(answer.headers()[RETRY_AFTER], SOON_S);
    }

    #[test]
    fn an_error_says_the_same_in_its_status_and_its_body() {
        let answer = error(&ApiError::new(ErrorCode::Denied, "not yours").hint("ask"));
        assert_eq!(answer.status(), StatusCode::FORBIDDEN);
        let Body::Bytes(bytes) = answer.into_body() else { panic!("JSON is in memory") };
        let read: ApiError = serde_json::from_slice(&bytes).expect("readable");
        assert_eq!((read.code, read.message.as_str()), (ErrorCode::Denied, "not yours"));
    }
}
