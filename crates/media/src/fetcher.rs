//! Images at http(s) addresses: fetched once, kept on disk, within limits.
//!
//! What a server says of its content is not believed: the bytes must look like an image or they are
//! refused. A failure is remembered for a while, so that a screen which asks again at every frame does not
//! hammer a server. Whether fetching is allowed at all is for [`crate::MediaFolder`] to say.

use std::{
    collections::HashMap,
    error::Error,
    fs,
    io::{self, Write},
    panic::{AssertUnwindSafe, catch_unwind},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock},
    time::Instant,
};

use reqwest::{Client, Url, header, redirect};

use crate::{
    content_kind::ContentKind,
    decode::read_file,
    error::MediaError,
    limits::{FetchLimits, Limits},
    network_thread::NetworkThread,
    opened::panic_message,
    problem::Problem,
    single_flight::{SingleFlight, locked},
};

type Fetched = Result<Arc<[u8]>, Problem>;

/// Fetches images; shared by all threads.
pub struct Fetcher {
    /// Where fetched images lie, by the BLAKE3 of their address; none keeps nothing on disk.
    folder: Option<PathBuf>,
    limits: FetchLimits,
    network: OnceLock<Result<Network, String>>,
    flights: SingleFlight<String, Fetched>,
    failures: Mutex<HashMap<String, (Instant, Problem)>>,
}

struct Network {
    client: Client,
    thread: NetworkThread,
}

impl Fetcher {
    /// A fetcher that keeps what it fetched in `media/` below the cache folder; nothing is opened yet.
    pub fn new(cache_folder: Option<&Path>, limits: FetchLimits) -> Self {
        Self {
            folder: cache_folder.map(|folder| folder.join("media")),
            limits,
            network: OnceLock::new(),
            flights: SingleFlight::new(),
            failures: Mutex::new(HashMap::new()),
        }
    }

    /// The bytes of an image, from disk or from its server. Blocks for at most the limits' total time;
    /// must not be called from within a tokio runtime. `now` is only compared with that of other calls.
    pub fn fetch(&self, address: &str, now: Instant) -> Result<Arc<[u8]>, MediaError> {
        let fetch = || self.flights.run(address.to_owned(), || self.fetch_alone(address, now));
        catch_unwind(AssertUnwindSafe(fetch))
            .unwrap_or_else(|panic| Err(Problem::NoClient { message: panic_message(panic.as_ref()) }))
            .map_err(|problem| MediaError::new(address, problem))
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
        if let Some((failed_at, problem)) = locked(&self.failures).get(address)
            && now.saturating_duration_since(*failed_at) < self.limits.failure_rest
        {
            return Err(problem.clone());
        }
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
        let bytes = read_file(&self.file_of(address)?, &limits).ok()?;
        ContentKind::of(&bytes).is_image().then(|| bytes.into())
    }

    /// Written aside and renamed, so that nobody ever reads half an image.
    fn keep(&self, address: &str, bytes: &[u8]) -> io::Result<()> {
        let (Some(folder), Some(file)) = (&self.folder, self.file_of(address)) else { return Ok(()) };
        fs::create_dir_all(folder)?;
        let mut aside = tempfile::NamedTempFile::new_in(folder)?;
        aside.write_all(bytes)?;
        aside.persist(file)?;
        Ok(())
    }

    fn download(&self, address: &str) -> Result<Vec<u8>, Problem> {
        let url = Url::parse(address).map_err(|_| Problem::BadAddress)?;
        let network = self.network.get_or_init(|| Network::start(&self.limits));
        let network = network.as_ref().map_err(|message| Problem::NoClient { message: message.clone() })?;
        let limit = self.limits.total;
        let body_bytes = self.limits.body_bytes;
        let whole = async {
            let body = body_of(&network.client, url, body_bytes);
            tokio::time::timeout(limit, body).await.unwrap_or(Err(Problem::TookTooLong { limit }))
        };
        let bytes = network.thread.wait_for(whole)?;
        match ContentKind::of(&bytes) {
            kind if kind.is_image() => Ok(bytes),
            looks_like => Err(Problem::NotAnImage { looks_like }),
        }
    }
}

impl Network {
    fn start(limits: &FetchLimits) -> Result<Self, String> {
        // An error says that the program has chosen another provider, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let most = limits.redirects;
        let policy = redirect::Policy::custom(move |attempt| {
            if attempt.previous().len() > most {
                attempt.error(format!("the server redirects more than {most} times"))
            } else if matches!(attempt.url().scheme(), "http" | "https") {
                attempt.follow()
            } else {
                let scheme = attempt.url().scheme().to_owned();
                attempt.error(format!("the server redirects to a \"{scheme}:\" address"))
            }
        });
        let client = Client::builder()
            .user_agent(concat!("tiebreak/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits.connect)
            .redirect(policy)
            // Where the images are listed is nobody's business.
            .referer(false)
            .build()
            .map_err(|error| innermost(&error))?;
        let thread = NetworkThread::start().map_err(|error| error.to_string())?;
        Ok(Self { client, thread })
    }
}

async fn body_of(client: &Client, url: Url, limit_bytes: u64) -> Result<Vec<u8>, Problem> {
    let request = client.get(url).header(header::ACCEPT, "image/*,*/*;q=0.5");
    let mut response = request.send().await.map_err(problem_of)?;
    if response.status().is_redirection() {
        let why = "the server redirects to something that is no http or https address".to_owned();
        return Err(Problem::Redirect { why });
    }
    if !response.status().is_success() {
        return Err(Problem::Status { status: response.status().as_u16() });
    }
    let promised = response.content_length().unwrap_or(0);
    if promised > limit_bytes {
        return Err(Problem::FileTooLarge { bytes: promised, limit_bytes });
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(problem_of)? {
        let bytes = (body.len() + chunk.len()) as u64;
        if bytes > limit_bytes {
            return Err(Problem::FileTooLarge { bytes, limit_bytes });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn problem_of(error: reqwest::Error) -> Problem {
    let why = innermost(&error);
    if error.is_redirect() {
        Problem::Redirect { why }
    } else {
        // The address is said by the error around this one.
        Problem::Connection { message: why, source: Arc::new(error.without_url()) }
    }
}

fn innermost(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}

#[cfg(test)]
mod test_server;
#[cfg(test)]
pub(crate) use test_server::TestServer;
#[cfg(test)]
mod tests;
