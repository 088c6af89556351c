//! The files of the interface: from a folder, or from those that were built in.
//!
//! A file `NAME.br` beside `NAME` is sent in its place to whoever reads Brotli, so that nothing large is compressed
//! again for each who comes.

use std::path::PathBuf;

use bytes::Bytes;
use http::StatusCode;
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, ETAG, HeaderMap, HeaderValue, VARY};

use crate::answer::{self, Answer};
use crate::{media, page};

/// Empty where the interface was not built before the program.
static EMBEDDED: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// Where the files of the interface are.
#[derive(Clone, Debug, Default)]
pub struct Site {
    folder: Option<PathBuf>,
}

impl Site {
    /// The files of a folder, or those built in.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Self { folder }
    }

    /// Whether there is an interface at all.
    pub fn is_built(&self) -> bool {
        self.read("index.html").is_some()
    }

    fn read(&self, name: &str) -> Option<Bytes> {
        if name
            .split(['/', '\\'])
            .any(|segment| segment.is_empty() || segment == ".." || segment.contains(':'))
        {
            return None;
        }
        let Some(folder) = &self.folder else {
            let found = EMBEDDED.iter().find(|(known, _)| *known == name);
            return found.map(|(_, bytes)| Bytes::from_static(bytes));
        };
        let folder = folder.canonicalize().ok()?;
        let path = folder.join(name).canonicalize().ok()?;
        path.starts_with(&folder).then(|| std::fs::read(path).ok()).flatten().map(Bytes::from)
    }

    /// Answers with a file; the empty name is the page itself.
    pub fn answer(&self, headers: &HeaderMap, name: &str) -> Answer {
        let name = if name.is_empty() { "index.html" } else { name };
        let reads_brotli = headers
            .get_all(ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|coding| coding.split(';').next().is_some_and(|coding| coding.trim() == "br"));
        let compressed = reads_brotli.then(|| self.read(&format!("{name}.br"))).flatten();
        let is_compressed = compressed.is_some();
        let Some(bytes) = compressed.or_else(|| self.read(name)) else {
            return if name == "index.html" {
                page::not_built()
            } else {
                answer::refusal(StatusCode::NOT_FOUND, "there is no such page", "go back to the start")
            };
        };
        let tag = HeaderValue::from_str(&format!("\"{}\"", &blake3::hash(&bytes).to_hex()[..32]))
            .expect("digits and quotes are fit for a header");
        let mut response = if media::is_known(headers, &tag) {
            answer::bare(StatusCode::NOT_MODIFIED)
        } else {
            answer::with(StatusCode::OK, content_type(name), crate::Body::Bytes(bytes))
        };
        let out = response.headers_mut();
        out.insert(ETAG, tag);
        out.insert(VARY, HeaderValue::from_static("accept-encoding"));
        // The module is named for what is in it; of the others one asks each time, and is told that it is the same.
        let is_named_for_content = name.starts_with("tiebreak-");
        let keeping = if is_named_for_content { "private, max-age=31536000, immutable" } else { "no-cache" };
        out.insert(CACHE_CONTROL, HeaderValue::from_static(keeping));
        if is_compressed {
            out.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
        }
        response
    }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "webmanifest" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "ttf" => "font/ttf",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn files_come_from_the_folder_and_from_nowhere_else() {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join("web");
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(outer.path().join("secret"), "no").unwrap();
        std::fs::write(folder.join("index.html"), "<p>hello").unwrap();
        std::fs::write(folder.join("app.wasm"), "plain").unwrap();
        std::fs::write(folder.join("app.wasm.br"), "small").unwrap();
        let site = Site::new(Some(folder));
        let ask = |name: &str, headers: &[(&'static str, &'static str)]| {
            let mut map = HeaderMap::new();
            for (name, value) in headers {
                map.insert(*name, HeaderValue::from_static(value));
            }
            let (parts, body) = site.answer(&map, name).into_parts();
            (parts.status.as_u16(), parts.headers, body.into_bytes().unwrap())
        };
        assert!(site.is_built());
        assert_eq!(&ask("", &[]).2[..], b"<p>hello");
        let (status, headers, bytes) = ask("app.wasm", &[("accept-encoding", "gzip, br;q=0.9")]);
        assert_eq!(
            (status, &bytes[..], &headers["content-encoding"]),
            (200, &b"small"[..], &"br".parse().unwrap())
        );
        assert_eq!(headers["content-type"], "application/wasm", "which browsers demand");
        assert_eq!(&ask("app.wasm", &[("accept-encoding", "gzip")]).2[..], b"plain");
        for outside in ["../secret", "a/../../secret", "..\\secret", "/etc/passwd", "nothing.js"] {
            assert_eq!(ask(outside, &[]).0, 404, "{outside}");
        }
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink(outer.path().join("secret"), outer.path().join("web/link")).unwrap();
            assert_eq!(ask("link", &[]).0, 404, "through a link");
        }
    }
}
