//! Media at addresses, of web servers and of buckets: fetched once, kept on disk, within limits.
//!
//! What a server says of its content is not believed: the bytes must look like what is wanted or they are
//! refused. A failure is remembered for a while, so that a screen which asks again at every frame does not
//! hammer a server. Whether fetching is allowed at all is for [`crate::MediaFolder`] to say.

mod bucket;
mod network;

use std::{
    collections::HashMap,
    fs,
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use tempfile::NamedTempFile;

use self::network::Network;
use crate::{
    content_kind::ContentKind,
    decode::read_file,
    error::MediaError,
    limits::{FetchLimits, Limits},
    opened::panic_message,
    problem::Problem,
    single_flight::{SingleFlight, locked},
};

type Fetched = Result<Arc<[u8]>, Problem>;

/// The folder of fetched media is tidied whenever images of this part of what it may hold have come.
const PRUNED_EVERY: u64 = 64;
/// Enough to tell what a file is.
const LOOK_BYTES: usize = 4096;

/// Fetches media; shared by all threads.
pub struct Fetcher {
    /// Where fetched media lie, by the BLAKE3 of their address; none keeps nothing on disk.
    folder: Option<PathBuf>,
    limits: FetchLimits,
    /// What the environment says of buckets.
    environment: Vec<(String, String)>,
    network: OnceLock<Result<Network, String>>,
    flights: SingleFlight<String, Fetched>,
    file_flights: SingleFlight<String, Result<PathBuf, Problem>>,
    failures: Mutex<HashMap<String, (Instant, Problem)>>,
    /// Bytes of images that were kept since the folder was last tidied.
    kept_since: AtomicU64,
}

impl Fetcher {
    /// A fetcher that keeps what it fetched in `media/` below the cache folder; nothing is opened yet.
    pub fn new(cache_folder: Option<&Path>, limits: FetchLimits) -> Self {
        Self {
            folder: cache_folder.map(|folder| folder.join("media")),
            limits,
            environment: bucket::environment(),
            network: OnceLock::new(),
            flights: SingleFlight::new(),
            file_flights: SingleFlight::new(),
            failures: Mutex::new(HashMap::new()),
            kept_since: AtomicU64::new(0),
        }
    }

    #[cfg(test)]
    fn in_environment(self, environment: &[(&str, &str)]) -> Self {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Self { environment: environment.iter().map(owned).collect(), ..self }
    }

    /// The bytes of an image, from disk or from its server. Blocks for at most the limits' total time;
    /// must not be called from within a tokio runtime. `now` is only compared with that of other calls.
    pub fn fetch(&self, address: &str, now: Instant) -> Result<Arc<[u8]>, MediaError> {
        let fetch = || self.flights.run(address.to_owned(), || self.fetch_alone(address, now));
        catch_unwind(AssertUnwindSafe(fetch))
            .unwrap_or_else(|panic| Err(Problem::NoClient { message: panic_message(panic.as_ref()) }))
            .map_err(|problem| MediaError::new(address, problem))
    }

    /// The file that holds what is at an address, for media that are read piece by piece; they may be larger than
    /// [`Fetcher::fetch`] allows. `is_wanted` looks at its beginning. Blocks for as long as it takes, within the
    /// limits.
    pub fn fetch_file(
        &self,
        address: &str,
        is_wanted: impl Fn(ContentKind) -> bool,
        now: Instant,
    ) -> Result<PathBuf, MediaError> {
        let fetch = || {
            self.file_flights.run(address.to_owned(), || {
                self.rested(address, now)?;
                let kept = self.file_of(address).ok_or(Problem::NoCacheFolder)?;
                if kept.is_file() {
                    touch(&kept);
                    return Ok(kept);
                }
                self.download_file(address, &is_wanted)
                    .inspect_err(|problem| self.remember(address, problem.clone(), now))
            })
        };
        catch_unwind(AssertUnwindSafe(fetch))
            .unwrap_or_else(|panic| Err(Problem::NoClient { message: panic_message(panic.as_ref()) }))
            .map_err(|problem| MediaError::new(address, problem))
    }

    /// The file that holds what is at an address, be it an image, a video or a sound, as [`Fetcher::fetch_file`] does.
    pub fn fetch_medium(&self, address: &str, now: Instant) -> Result<PathBuf, MediaError> {
        self.fetch_file(address, ContentKind::may_be_medium, now)
    }

    /// The file that holds what is at an address, if it was fetched and is still there; waits for nothing.
    pub fn kept_file(&self, address: &str) -> Option<PathBuf> {
        self.file_of(address).filter(|file| file.is_file())
    }

    /// Forgets an image whose bytes turned out to be useless; the address rests like any other failure.
    pub fn reject(&self, address: &str, problem: Problem, now: Instant) {
        if let Some(file) = self.file_of(address) {
            // What is not there any more need not be removed.
            let _ = fs::remove_file(file);
        }
        self.remember(address, problem, now);
    }

    fn fetch_alone(&self, address: &str, now: Instant) -> Fetched {
        self.rested(address, now)?;
        if let Some(bytes) = self.kept(address) {
            return Ok(bytes);
        }
        let bytes =
            self.download(address).inspect_err(|problem| self.remember(address, problem.clone(), now))?;
        if let Err(error) = self.keep(address, &bytes) {
            // The image itself is here and can be shown.
            tracing::warn!(%error, "a fetched image could not be kept in the cache folder");
        }
        Ok(bytes.into())
    }

    /// Refuses what failed a short while ago.
    fn rested(&self, address: &str, now: Instant) -> Result<(), Problem> {
        match locked(&self.failures).get(address) {
            Some((failed_at, problem))
                if now.saturating_duration_since(*failed_at) < self.limits.failure_rest =>
            {
                Err(problem.clone())
            }
            _ => Ok(()),
        }
    }

    fn remember(&self, address: &str, problem: Problem, now: Instant) {
        let mut failures = locked(&self.failures);
        let rest = self.limits.failure_rest;
        failures.retain(|_, (failed_at, _)| now.saturating_duration_since(*failed_at) < rest);
        failures.insert(address.to_owned(), (now, problem));
    }

    fn file_of(&self, address: &str) -> Option<PathBuf> {
        let name = blake3::hash(address.as_bytes()).to_hex();
        self.folder.as_ref().map(|folder| folder.join(name.as_str()))
    }

    fn kept(&self, address: &str) -> Option<Arc<[u8]>> {
        let limits = Limits { file_bytes: self.limits.body_bytes, ..Limits::default() };
        let file = self.file_of(address)?;
        let bytes = read_file(&file, &limits).ok()?;
        let is_image = ContentKind::of(&bytes).is_image();
        if is_image {
            touch(&file);
        }
        is_image.then(|| bytes.into())
    }

    /// Written aside and renamed, so that nobody ever reads half an image.
    fn keep(&self, address: &str, bytes: &[u8]) -> io::Result<()> {
        let (Some(folder), Some(file)) = (&self.folder, self.file_of(address)) else { return Ok(()) };
        fs::create_dir_all(folder)?;
        let mut aside = NamedTempFile::new_in(folder)?;
        aside.write_all(bytes)?;
        aside.persist(&file)?;
        // Now and then: to look through a folder of many takes longer than to write one.
        let kept = self.kept_since.fetch_add(bytes.len() as u64, Ordering::Relaxed) + bytes.len() as u64;
        if kept > self.limits.kept_bytes / PRUNED_EVERY {
            self.kept_since.store(0, Ordering::Relaxed);
            prune(folder, self.limits.kept_bytes, &file)?;
        }
        Ok(())
    }

    fn network(&self) -> Result<&Network, Problem> {
        let network = self.network.get_or_init(|| Network::start(&self.limits, self.environment.clone()));
        network.as_ref().map_err(|message| Problem::NoClient { message: message.clone() })
    }

    fn download(&self, address: &str) -> Result<Vec<u8>, Problem> {
        let mut bytes = Vec::new();
        self.network()?.read(address, self.limits.body_bytes, self.limits.total, |chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        })?;
        match ContentKind::of(&bytes) {
            kind if kind.is_image() => Ok(bytes),
            looks_like => Err(Problem::NotAnImage { looks_like }),
        }
    }

    fn download_file(
        &self,
        address: &str,
        is_wanted: &dyn Fn(ContentKind) -> bool,
    ) -> Result<PathBuf, Problem> {
        let unkept = |error: io::Error| Problem::Unkept { source: Arc::new(error) };
        let (Some(folder), Some(file)) = (&self.folder, self.file_of(address)) else {
            return Err(Problem::NoCacheFolder);
        };
        fs::create_dir_all(folder).map_err(unkept)?;
        let mut aside = NamedTempFile::new_in(folder).map_err(unkept)?;
        let mut start = Vec::new();
        self.network()?.read(address, self.limits.file_bytes, self.limits.file_total, |chunk| {
            start.extend_from_slice(&chunk[..chunk.len().min(LOOK_BYTES - start.len())]);
            aside.write_all(chunk)
        })?;
        match ContentKind::of(&start) {
            kind if is_wanted(kind) => {}
            looks_like => return Err(Problem::NotAnImage { looks_like }),
        }
        aside.persist(&file).map_err(|error| unkept(error.error))?;
        if let Err(error) = prune(folder, self.limits.kept_bytes, &file) {
            tracing::warn!(%error, "the cache folder of fetched media could not be tidied");
        }
        Ok(file)
    }
}

/// Says that a kept file was used, so that it goes last. The time goes to the file system, which has its own clock.
#[allow(clippy::disallowed_methods)]
fn touch(file: &Path) {
    let opened = fs::File::options().append(true).open(file);
    if let Err(error) = opened.and_then(|file| file.set_modified(SystemTime::now())) {
        tracing::debug!(%error, "a fetched file goes earlier than it should");
    }
}

/// Removes what was not used for longest, until the rest fits; never what was fetched just now.
fn prune(folder: &Path, most_bytes: u64, newest: &Path) -> io::Result<()> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        if metadata.is_file() && entry.path() != newest {
            let age = metadata.modified()?.elapsed().unwrap_or(Duration::ZERO);
            kept.push((age, metadata.len(), entry.path()));
        }
    }
    kept.sort();
    let mut bytes = newest.metadata()?.len();
    for (_, size, path) in kept {
        bytes = bytes.saturating_add(size);
        if bytes > most_bytes {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod bucket_stories;
#[cfg(test)]
mod test_server;
#[cfg(test)]
pub(crate) use test_server::TestServer;
#[cfg(test)]
mod tests;
