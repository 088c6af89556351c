//! Media as they are: with ranges, so that players can seek, and with a tag, so that nothing is sent twice.
//!
//! The engine says where a medium is, and that it lies in the folder of its source. Only types that a browser shows
//! without running anything are shown; all else, SVG and HTML among it, is handed over as a download.

use std::fs::File;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use http::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_RANGE, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    ETAG, HeaderMap, HeaderValue, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use http::{Method, StatusCode};
use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_engine::MediumFile;

use crate::answer::{self, Answer};
use crate::body::Body;
use crate::range::{self, Range};

const DOWNLOAD: &str = "application/octet-stream";

/// Answers with a file.
pub fn answer(method: &Method, headers: &HeaderMap, path: &Path) -> Result<Answer, ApiError> {
    answer_medium(method, headers, &MediumFile { path: path.to_owned(), address: None })
}

/// Answers with a medium. What was fetched from an address is known by that: when its file was last touched says
/// nothing of it, and its name nothing of its type.
pub fn answer_medium(method: &Method, headers: &HeaderMap, medium: &MediumFile) -> Result<Answer, ApiError> {
    let failed = |error: std::io::Error| {
        ApiError::new(ErrorCode::System, format!("the medium cannot be read: {error}"))
            .hint("look at the media folder of the source")
    };
    let mut file = File::open(&medium.path).map_err(failed)?;
    let facts = file.metadata().map_err(failed)?;
    let modified = facts.modified().ok().filter(|_| medium.address.is_none());
    let tag = match &medium.address {
        Some(address) => tag_of_fetched(facts.len(), address),
        None => tag(facts.len(), modified),
    };
    let content_type = content_type(&name_of(medium));
    let mut response = if is_known(headers, &tag) {
        answer::bare(StatusCode::NOT_MODIFIED)
    } else {
        let asked = headers.get(RANGE).filter(|_| headers.get(IF_RANGE).is_none_or(|known| *known == tag));
        let length = facts.len();
        let (status, first, count) = match range::parse(asked, length) {
            Range::Whole => (StatusCode::OK, 0, length),
            Range::Part(first, last) => (StatusCode::PARTIAL_CONTENT, first, last - first + 1),
            Range::Beyond => (StatusCode::RANGE_NOT_SATISFIABLE, 0, 0),
        };
        file.seek(SeekFrom::Start(first)).map_err(failed)?;
        let body = if count == 0 || method == Method::HEAD {
            Body::empty()
        } else {
            Body::File { file, length: count, folder: None }
        };
        let mut response = answer::with(status, content_type, body);
        let stretch = match status {
            StatusCode::PARTIAL_CONTENT => Some(format!("bytes {first}-{}/{length}", first + count - 1)),
            StatusCode::RANGE_NOT_SATISFIABLE => Some(format!("bytes */{length}")),
            _ => None,
        };
        if let Some(stretch) = stretch.and_then(|stretch| HeaderValue::from_str(&stretch).ok()) {
            response.headers_mut().insert(CONTENT_RANGE, stretch);
        }
        response
    };
    let out = response.headers_mut();
    out.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    out.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    // Whoever opens it by itself opens something that may run nothing and load nothing.
    out.insert(
        CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox; frame-ancestors 'none'"),
    );
    if content_type == DOWNLOAD {
        out.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    }
    if let Some(modified) = modified
        && let Ok(date) = HeaderValue::from_str(&httpdate::fmt_http_date(modified))
    {
        out.insert(LAST_MODIFIED, date);
    }
    out.insert(ETAG, tag);
    Ok(response)
}

/// Answers with a file that the engine wrote, to be kept and not shown.
pub fn download(method: &Method, headers: &HeaderMap, path: &Path) -> Result<Answer, ApiError> {
    let mut response = answer(method, headers, path)?;
    let out = response.headers_mut();
    out.insert(CONTENT_DISPOSITION, HeaderValue::from_static("attachment"));
    out.insert(CONTENT_TYPE, HeaderValue::from_static(DOWNLOAD));
    Ok(response)
}

/// Tells one state of a file from another.
pub fn stamp(medium: &MediumFile) -> Option<(u64, Option<SystemTime>)> {
    let facts = std::fs::metadata(&medium.path).ok()?;
    Some((facts.len(), facts.modified().ok().filter(|_| medium.address.is_none())))
}

/// What a medium is called where it comes from.
fn name_of(medium: &MediumFile) -> PathBuf {
    match &medium.address {
        Some(address) => PathBuf::from(address.split(['?', '#']).next().unwrap_or_default()),
        None => medium.path.clone(),
    }
}

/// Whether the client has the body with this tag.
pub fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let tag = tag.to_str().unwrap_or_default().trim_start_matches("W/");
    let mut known = known.flat_map(|tags| tags.split(',')).map(|known| known.trim().trim_start_matches("W/"));
    known.any(|known| known == tag || known == "*")
}

fn tag(length: u64, modified: Option<SystemTime>) -> HeaderValue {
    let since = modified.and_then(|modified| modified.duration_since(SystemTime::UNIX_EPOCH).ok());
    let text = format!("\"{length:x}-{:x}\"", since.map_or(0, |since| since.as_nanos()));
    HeaderValue::from_str(&text).expect("digits and quotes are fit for a header")
}

fn tag_of_fetched(length: u64, address: &str) -> HeaderValue {
    // The same in every process that serves the project.
    let mut hash = DefaultHasher::new();
    address.hash(&mut hash);
    let text = format!("\"{length:x}-at-{:x}\"", hash.finish());
    HeaderValue::from_str(&text).expect("digits and quotes are fit for a header")
}

/// The type by the name's ending, of what a browser shows and does not run.
fn content_type(path: &Path) -> &'static str {
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match ending.as_str() {
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "gif" => "image/gif",
        "avif" => "image/avif",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "ogv" => "video/ogg",
        "wav" => "audio/wav",
        "mp3" => "audio/mpeg",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "m4a" => "audio/mp4",
        _ => DOWNLOAD,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn file(name: &str) -> (tempfile::TempDir, std::path::PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, (0..100).collect::<Vec<u8>>()).unwrap();
        (folder, path)
    }

    fn ask(path: &Path, headers: &[(&'static str, &str)]) -> (u16, HeaderMap, Vec<u8>) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.insert(*name, HeaderValue::from_str(value).unwrap());
        }
        let (parts, body) = answer(&Method::GET, &map, path).unwrap().into_parts();
        (parts.status.as_u16(), parts.headers, body.into_bytes().unwrap().to_vec())
    }

    #[test]
    fn a_stretch_is_sent_from_where_it_begins() {
        let (_folder, path) = file("a.mp4");
        let (status, headers, bytes) = ask(&path, &[("range", "bytes=10-19")]);
        assert_eq!((status, bytes), (206, (10..20).collect()));
        assert_eq!(headers["content-range"], "bytes 10-19/100");
        assert_eq!(ask(&path, &[("range", "bytes=100-")]).0, 416);
        assert_eq!(ask(&path, &[]).2.len(), 100);
        let other = ask(&path, &[("range", "bytes=10-19"), ("if-range", "\"another\"")]);
        assert_eq!((other.0, other.2.len()), (200, 100), "of another state of the file nothing is of use");
    }

    #[test]
    fn what_is_known_is_not_sent_again() {
        let (_folder, path) = file("a.png");
        let tag = ask(&path, &[]).1["etag"].to_str().unwrap().to_owned();
        let (status, headers, bytes) = ask(&path, &[("if-none-match", &tag)]);
        assert_eq!((status, bytes.len()), (304, 0));
        assert_eq!(headers["etag"], tag.as_str());
        std::fs::write(&path, b"other").unwrap();
        assert_eq!(ask(&path, &[("if-none-match", &tag)]).0, 200);
    }

    #[test]
    fn what_was_fetched_is_known_by_its_address() {
        let (_folder, path) = file("0123456789abcdef");
        let medium = MediumFile { path: path.clone(), address: Some("https://host/a.mp4?key=x.html".into()) };
        let ask = |headers: &HeaderMap| answer_medium(&Method::GET, headers, &medium).unwrap();
        let first = ask(&HeaderMap::new());
        assert_eq!(first.headers()[CONTENT_TYPE], "video/mp4", "by what the data calls it");
        assert!(first.headers().get(LAST_MODIFIED).is_none(), "it says when it was last used here");
        File::options().append(true).open(&path).unwrap().set_modified(SystemTime::UNIX_EPOCH).unwrap();
        let mut known = HeaderMap::new();
        known.insert(IF_NONE_MATCH, first.headers()[ETAG].clone());
        assert_eq!(ask(&known).status(), 304, "it was used, and is what it was");
        known.clear();
        known.insert(RANGE, HeaderValue::from_static("bytes=10-19"));
        assert_eq!(ask(&known).status(), 206);
    }

    #[test]
    fn what_a_browser_would_run_is_a_download() {
        for name in ["a.svg", "a.html", "a.xml", "a.js", "a.pdf", "a"] {
            let (_folder, path) = file(name);
            let (_, headers, _) = ask(&path, &[]);
            assert_eq!(headers["content-type"], DOWNLOAD, "{name}");
            assert_eq!(headers["content-disposition"], "attachment", "{name}");
        }
        let (_folder, path) = file("a.PNG");
        let (_, headers, _) = ask(&path, &[]);
        assert_eq!(
            (&headers["content-type"], headers.get("content-disposition")),
            (&"image/png".parse().unwrap(), None)
        );
    }
}
