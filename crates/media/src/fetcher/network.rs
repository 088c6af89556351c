//! The network: web servers and buckets, read in chunks within limits.

use std::{
    collections::HashMap,
    error::Error,
    io,
    sync::{Arc, Mutex},
    time::Duration,
};

use object_store::{ObjectStore, ObjectStoreExt, path::Path};
use reqwest::{Client, Response, Url, header, redirect};

use super::bucket;
use crate::{
    address::is_in_bucket, limits::FetchLimits, network_thread::NetworkThread, problem::Problem,
    single_flight::locked,
};

/// The client and the thread that drives it.
pub(super) struct Network {
    client: Client,
    thread: NetworkThread,
    /// What the environment says of buckets.
    environment: Vec<(String, String)>,
    /// Buckets that were read from, by scheme and name: each has connections and signs in once.
    buckets: Mutex<HashMap<String, Arc<dyn ObjectStore>>>,
}

/// The most buckets that are known at a time.
const BUCKETS: usize = 64;

/// What is being read.
enum Body {
    Web(Response),
    Bucket(object_store::GetResult),
}

impl Network {
    pub(super) fn start(limits: &FetchLimits, environment: Vec<(String, String)>) -> Result<Self, String> {
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
        Ok(Self { client, thread, environment, buckets: Mutex::default() })
    }

    /// Reads what is at an address, at most so many bytes in at most so much time, chunk by chunk.
    pub(super) fn read(
        &self,
        address: &str,
        limit_bytes: u64,
        limit: Duration,
        mut take: impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), Problem> {
        let url = Url::parse(address).map_err(|_| Problem::BadAddress)?;
        let whole = async {
            let body = if is_in_bucket(address) {
                let (store, path) = self.bucket(&url)?;
                open_bucket(&*store, &path, limit_bytes).await?
            } else {
                self.open_web(url, limit_bytes).await?
            };
            body.read(limit_bytes, &mut take).await
        };
        let in_time = async { tokio::time::timeout(limit, whole).await };
        self.thread.wait_for(in_time).unwrap_or(Err(Problem::TookTooLong { limit }))
    }

    /// The bucket of an address, opened once, and the path in it.
    fn bucket(&self, url: &Url) -> Result<(Arc<dyn ObjectStore>, Path), Problem> {
        // What comes before the path: the container and the account stand there too, where a provider has them.
        let host = url.host_str().unwrap_or_default();
        let name = format!("{}://{}@{host}:{:?}", url.scheme(), url.username(), url.port());
        let known = locked(&self.buckets).get(&name).map(Arc::clone);
        if let Some(store) = known {
            return Ok((store, bucket::path_in(url)?));
        }
        let (store, path) = bucket::opened(url, &self.environment)?;
        let store: Arc<dyn ObjectStore> = Arc::from(store);
        let mut buckets = locked(&self.buckets);
        if buckets.len() >= BUCKETS {
            buckets.clear();
        }
        buckets.insert(name, Arc::clone(&store));
        Ok((store, path))
    }

    /// How many buckets are open.
    #[cfg(test)]
    pub(super) fn open_buckets(&self) -> usize {
        locked(&self.buckets).len()
    }

    async fn open_web(&self, url: Url, limit_bytes: u64) -> Result<Body, Problem> {
        let request = self.client.get(url).header(header::ACCEPT, "image/*,video/*,*/*;q=0.5");
        let response = request.send().await.map_err(problem_of)?;
        if response.status().is_redirection() {
            let why = "the server redirects to something that is no http or https address".to_owned();
            return Err(Problem::Redirect { why });
        }
        if !response.status().is_success() {
            return Err(Problem::Status { status: response.status().as_u16() });
        }
        promised(response.content_length().unwrap_or(0), limit_bytes)?;
        Ok(Body::Web(response))
    }
}

async fn open_bucket(store: &dyn ObjectStore, path: &Path, limit_bytes: u64) -> Result<Body, Problem> {
    let found = store.get(path).await.map_err(bucket::problem_of)?;
    promised(found.meta.size, limit_bytes)?;
    Ok(Body::Bucket(found))
}

impl Body {
    async fn read(
        self,
        limit_bytes: u64,
        take: &mut impl FnMut(&[u8]) -> io::Result<()>,
    ) -> Result<(), Problem> {
        let mut bytes = 0;
        let mut take = |chunk: &[u8]| {
            bytes += chunk.len() as u64;
            promised(bytes, limit_bytes)?;
            take(chunk).map_err(|error| Problem::Unkept { source: Arc::new(error) })
        };
        match self {
            Self::Web(mut response) => {
                while let Some(chunk) = response.chunk().await.map_err(problem_of)? {
                    take(&chunk)?;
                }
            }
            Self::Bucket(found) => {
                let mut chunks = found.into_stream();
                while let Some(chunk) = bucket::next(&mut chunks).await {
                    take(&chunk.map_err(bucket::problem_of)?)?;
                }
            }
        }
        Ok(())
    }
}

fn promised(bytes: u64, limit_bytes: u64) -> Result<(), Problem> {
    if bytes > limit_bytes { Err(Problem::FileTooLarge { bytes, limit_bytes }) } else { Ok(()) }
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

/// The deepest reason of an error.
pub(super) fn innermost(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
