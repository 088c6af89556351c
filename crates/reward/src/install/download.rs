//! One file from a server: watched, resumed where it was cut off, and never longer than allowed.
//!
//! What came so far lies in a `.part` file with, beside it, what the server called this version of the file, so
//! that the rest is asked for with `Range` and `If-Range` (RFC 9110, sections 13.1.5 and 14.2). A server that has
//! another version by then, or knows no ranges, sends the whole again.

use std::fs::{self, OpenOptions};
use std::future::Future;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{self, HeaderMap};
use reqwest::{Client, Response, StatusCode, Url, redirect};
use tokio::time::timeout;

use super::error::{InstallError, Reason, innermost};
use super::network::{LeadsInside, Resolver};
use super::pace::Pace;
use super::redirect::objection;
use super::{InstallLimits, place};

/// How often it is asked whether to stop.
const TICK: Duration = Duration::from_millis(50);
/// As much gained makes up for an earlier cut.
const GAIN_BYTES: u64 = 1024 * 1024;

/// What all downloads of an install share.
pub(super) struct Line<'l> {
    pub(super) client: Client,
    pub(super) limits: &'l InstallLimits,
    pub(super) is_cancelled: &'l dyn Fn() -> bool,
}

impl<'l> Line<'l> {
    /// For a download that begins at an address.
    pub(super) fn new(
        asked: &Url,
        limits: &'l InstallLimits,
        is_cancelled: &'l dyn Fn() -> bool,
    ) -> Result<Self, Reason> {
        // An error says that the program has chosen another provider, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let most = limits.redirects;
        let policy = redirect::Policy::custom(move |attempt| {
            match objection(attempt.previous(), attempt.url(), most) {
                Some(why) => attempt.error(why),
                None => attempt.follow(),
            }
        });
        let client = Client::builder()
            .user_agent(concat!("tiebreak/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .redirect(policy)
            .dns_resolver(Arc::new(Resolver::new(asked)))
            .referer(false)
            .build()
            .map_err(|error| Reason::NoClient { message: innermost(&error) })?;
        Ok(Self { client, limits, is_cancelled })
    }

    /// A small text, such as a manifest.
    pub(super) async fn text(&self, url: &Url) -> Result<String, InstallError> {
        let failed = |reason| InstallError::new(url.as_str(), reason);
        let mut response = self.send(self.client.get(url.clone())).await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            return Err(failed(refusal(response.status())));
        }
        let (mut bytes, mut pace) = (Vec::new(), Pace::new(self.limits));
        while let Some(chunk) = self.chunk(&mut response, &mut pace).await.map_err(failed)? {
            bytes.extend_from_slice(&chunk);
            if bytes.len() > crate::model::manifest::MAX_BYTES {
                return Err(failed(Reason::NotText));
            }
        }
        place::manifest_text(bytes.as_slice(), url.as_str())
    }

    /// Brings a file into a part file, taking it up again where it was cut off. `told` hears how many bytes are
    /// here and how many there will be.
    pub(super) async fn file(
        &self,
        url: &Url,
        part: &Part,
        limit_bytes: u64,
        told: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<(), InstallError> {
        let mut resumptions = self.limits.resumptions;
        loop {
            let before = part.bytes();
            let Err(error) = self.attempt(url, part, limit_bytes, told).await else { return Ok(()) };
            if part.bytes().saturating_sub(before) >= GAIN_BYTES {
                resumptions = self.limits.resumptions;
            }
            if !error.reason.is_passing() || resumptions == 0 {
                return Err(error);
            }
            resumptions -= 1;
            tracing::info!(%error, bytes = part.bytes(), "a download was cut off and is taken up again");
            let pause = tokio::time::sleep(self.limits.pause);
            // The pause may be longer than a server is allowed to be silent.
            let patience = self.limits.pause + self.limits.stall;
            self.patiently(pause, patience)
                .await
                .map_err(|reason| InstallError::new(url.as_str(), reason))?;
        }
    }

    async fn attempt(
        &self,
        url: &Url,
        part: &Part,
        limit_bytes: u64,
        told: &mut dyn FnMut(u64, Option<u64>),
    ) -> Result<(), InstallError> {
        let failed = |reason| InstallError::new(url.as_str(), reason);
        let mut request = self.client.get(url.clone()).header(header::ACCEPT_ENCODING, "identity");
        let version = part.version().filter(|_| part.bytes() > 0);
        if let Some(version) = &version {
            request = request
                .header(header::RANGE, format!("bytes={}-", part.bytes()))
                .header(header::IF_RANGE, version);
        }
        let mut response = self.send(request).await.map_err(failed)?;
        let mut bytes = part.bytes();
        let promised = match response.status() {
            StatusCode::OK => {
                bytes = 0;
                part.begin(version_of(response.headers()).as_deref())?;
                response.content_length()
            }
            StatusCode::PARTIAL_CONTENT if version.is_some() => match range_of(response.headers()) {
                Some((Some(start), total)) if start == bytes => total,
                _ => {
                    part.forget();
                    let message = "the server sent another part of the file than was asked for".to_owned();
                    return Err(failed(Reason::Connection { message }));
                }
            },
            StatusCode::RANGE_NOT_SATISFIABLE if version.is_some() => {
                if range_of(response.headers()) == Some((None, Some(bytes))) {
                    // It was cut off behind its last byte.
                    return Ok(());
                }
                part.forget();
                let message = "the file on the server is shorter than what came so far".to_owned();
                return Err(failed(Reason::Connection { message }));
            }
            status => return Err(failed(refusal(status))),
        };
        let too_large = |part: &Part| {
            part.forget();
            failed(Reason::TooLarge { limit_bytes: self.limits.total_bytes })
        };
        if promised.is_some_and(|promised| promised > limit_bytes) {
            return Err(too_large(part));
        }
        let mut file = OpenOptions::new()
            .append(true)
            .create(true)
            .open(&part.path)
            .map_err(|error| InstallError::disk(&part.path, error))?;
        told(bytes, promised);
        let mut pace = Pace::new(self.limits);
        while let Some(chunk) = self.chunk(&mut response, &mut pace).await.map_err(failed)? {
            bytes += chunk.len() as u64;
            if bytes > limit_bytes {
                return Err(too_large(part));
            }
            file.write_all(&chunk).map_err(|error| InstallError::disk(&part.path, error))?;
            told(bytes, promised);
        }
        file.sync_all().map_err(|error| InstallError::disk(&part.path, error))?;
        match promised {
            Some(promised) if promised != bytes => {
                part.forget();
                Err(failed(Reason::WrongLength { promised, received: bytes }))
            }
            _ => Ok(()),
        }
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Result<Response, Reason> {
        // The connection has a limit of its own, which may be longer.
        let patience = self.limits.stall.max(self.limits.connect);
        self.patiently(request.send(), patience).await?.map_err(reason_of)
    }

    async fn chunk(&self, response: &mut Response, pace: &mut Pace) -> Result<Option<Vec<u8>>, Reason> {
        let chunk = self.patiently(response.chunk(), self.limits.stall).await?.map_err(reason_of)?;
        if let Some(chunk) = &chunk {
            pace.note(chunk.len())?;
        }
        Ok(chunk.map(Vec::from))
    }

    /// Waits, but not longer than allowed, and not when somebody says stop.
    async fn patiently<Work: Future>(&self, work: Work, limit: Duration) -> Result<Work::Output, Reason> {
        let mut work = pin!(work);
        let begin = tokio::time::Instant::now();
        loop {
            if (self.is_cancelled)() {
                return Err(Reason::Cancelled);
            }
            if let Ok(output) = timeout(TICK, &mut work).await {
                return Ok(output);
            }
            if begin.elapsed() >= limit {
                return Err(Reason::Stalled { limit });
            }
        }
    }
}

/// What came of a file so far.
pub(super) struct Part {
    /// Its bytes.
    pub(super) path: PathBuf,
    /// What the server called this version of it.
    version_path: PathBuf,
}

impl Part {
    pub(super) fn new(folder: &Path, name: &str) -> Self {
        Self {
            path: folder.join(format!("{name}.part")),
            version_path: folder.join(format!("{name}.version")),
        }
    }

    fn bytes(&self) -> u64 {
        fs::metadata(&self.path).map_or(0, |metadata| metadata.len())
    }

    /// Nothing if the rest cannot be asked for.
    fn version(&self) -> Option<String> {
        fs::read_to_string(&self.version_path).ok().filter(|version| !version.is_empty())
    }

    /// An empty part of a version of the file.
    fn begin(&self, version: Option<&str>) -> Result<(), InstallError> {
        // In this order, so that no bytes ever pass for those of a later version.
        let disk = |error| InstallError::disk(&self.path, error);
        fs::write(&self.version_path, "").map_err(disk)?;
        fs::write(&self.path, b"").map_err(disk)?;
        fs::write(&self.version_path, version.unwrap_or_default()).map_err(disk)
    }

    pub(super) fn forget(&self) {
        // What cannot be removed is overwritten by the next download, or fails there.
        let _ = fs::remove_file(&self.version_path);
        let _ = fs::remove_file(&self.path);
    }
}

/// A validator that holds for parts: a strong entity tag, or else the date of the last change.
fn version_of(headers: &HeaderMap) -> Option<String> {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    text(header::ETAG).filter(|tag| tag.starts_with('"')).or_else(|| text(header::LAST_MODIFIED))
}

/// `Content-Range`: where the part starts, and how long the whole is.
fn range_of(headers: &HeaderMap) -> Option<(Option<u64>, Option<u64>)> {
    let text = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    let (range, total) = text.strip_prefix("bytes ")?.split_once('/')?;
    let start = range.split_once('-').and_then(|(start, _)| start.parse().ok());
    Some((start, total.parse().ok()))
}

fn refusal(status: StatusCode) -> Reason {
    if status.is_redirection() {
        return Reason::Redirect { why: "the server redirects to nowhere".to_owned() };
    }
    Reason::Status { status: status.as_u16() }
}

fn reason_of(error: reqwest::Error) -> Reason {
    let message = innermost(&error);
    if error.is_redirect() || leads_inside(&error) {
        Reason::Redirect { why: message }
    } else {
        Reason::Connection { message }
    }
}

fn leads_inside(error: &reqwest::Error) -> bool {
    let mut next: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = next {
        if error.is::<LeadsInside>() {
            return true;
        }
        next = error.source();
    }
    false
}
