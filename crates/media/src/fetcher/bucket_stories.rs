//! The same stories at every kind of bucket, told to servers that speak as Amazon's, Microsoft's and Google's do. Each
//! is told where a variable holds the address of one with a bucket `tiebreak` (as `./check.sh buckets` starts them).

#![allow(clippy::unwrap_used)]

use super::*;

/// Names that each provider signs and writes in an address in its own way.
const NAMES: [&str; 3] = ["set/an image.png", "set/50% ü+#?&=.png", "deep/er/日本 (1)'~.png"];

/// A kind of bucket.
struct Provider {
    /// Holds the address of a server.
    variable: &'static str,
    /// Before the paths in the bucket.
    root: &'static str,
    /// What the environment says, with the server's address.
    environment: fn(&str) -> Vec<(&'static str, String)>,
    /// What the environment says of somebody who may not read; a server that lets everybody in has none.
    refused: Option<(&'static str, &'static str)>,
    /// What says that the bucket is public, where the server has one that is.
    public: Option<&'static str>,
}

const PROVIDERS: [Provider; 3] = [
    Provider {
        variable: "TIEBREAK_TEST_S3",
        root: "s3://tiebreak",
        environment: |server| {
            vec![
                ("AWS_ENDPOINT", server.to_owned()),
                ("AWS_ALLOW_HTTP", "true".into()),
                ("AWS_ACCESS_KEY_ID", "S3RVER".into()),
                ("AWS_SECRET_ACCESS_KEY", "S3RVER".into()),
                ("AWS_REGION", "us-east-1".into()),
            ]
        },
        // The server knows keys by their names and does not compute signatures.
        refused: Some(("AWS_ACCESS_KEY_ID", "other")),
        public: None,
    },
    Provider {
        variable: "TIEBREAK_TEST_AZURE",
        root: "az://tiebreak",
        environment: |server| {
            vec![
                ("AZURE_STORAGE_ENDPOINT", format!("{server}/tiebreak")),
                ("AZURE_ALLOW_HTTP", "true".into()),
                ("AZURE_STORAGE_ACCOUNT_NAME", "tiebreak".into()),
                ("AZURE_STORAGE_ACCOUNT_KEY", "dGllYnJlYWs=".into()),
            ]
        },
        refused: Some(("AZURE_STORAGE_ACCOUNT_KEY", "b3RoZXI=")),
        public: None,
    },
    Provider {
        variable: "TIEBREAK_TEST_GCS",
        root: "gs://tiebreak",
        environment: |server| {
            vec![
                ("GOOGLE_BASE_URL", server.to_owned()),
                ("GOOGLE_ALLOW_HTTP", "true".into()),
                ("GOOGLE_BEARER_TOKEN", "token".into()),
            ]
        },
        refused: None,
        public: Some("GOOGLE_SKIP_SIGNATURE"),
    },
];

/// Tells a story to each provider of which there is a server.
fn told(story: impl Fn(&Provider, &str)) {
    for provider in &PROVIDERS {
        match std::env::var(provider.variable).ok().filter(|server| !server.is_empty()) {
            Some(server) => story(provider, &server),
            None => eprintln!("skipped: {} names no server", provider.variable),
        }
    }
}

/// A fetcher to which the environment says this.
fn fetcher_with(said: &[(&str, String)], folder: &Path, limits: FetchLimits) -> Fetcher {
    let said: Vec<_> = said.iter().map(|(name, value)| (*name, value.as_str())).collect();
    Fetcher::new(Some(folder), limits).in_environment(&said)
}

impl Provider {
    fn fetcher(&self, server: &str, folder: &Path, limits: FetchLimits) -> Fetcher {
        fetcher_with(&(self.environment)(server), folder, limits)
    }

    /// The address of an object.
    fn address(&self, name: &str) -> String {
        let mut url = reqwest::Url::parse(self.root).unwrap();
        url.path_segments_mut().unwrap().extend(name.split('/'));
        url.to_string()
    }

    /// Puts an object where the program will look for it, in words of its own.
    fn put(&self, server: &str, name: &str, bytes: &[u8]) {
        let said = (self.environment)(server);
        let said: Vec<_> = said.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        let url = reqwest::Url::parse(&self.address(name)).unwrap();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        if url.scheme() == "gs" {
            // The server takes none by the interface through which the program reads.
            let mut url = reqwest::Url::parse(&format!("{server}/upload/storage/v1/b/tiebreak/o")).unwrap();
            url.query_pairs_mut().append_pair("uploadType", "media").append_pair("name", name);
            let sent = reqwest::Client::new().post(url).body(bytes.to_vec()).send();
            assert!(runtime.block_on(sent).unwrap().status().is_success());
            return;
        }
        let (store, path) = bucket::opened(&url, &said).unwrap();
        runtime.block_on(object_store::ObjectStoreExt::put(&*store, &path, bytes.to_vec().into())).unwrap();
    }
}

/// Looks like a PNG; what follows is not the fetcher's business.
fn image(name: &str) -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], name.as_bytes(), &[5; 5000]].concat()
}

#[test]
fn an_image_comes_whole_whatever_it_is_called() {
    told(|provider, server| {
        let folder = tempfile::tempdir().unwrap();
        let fetcher = provider.fetcher(server, folder.path(), FetchLimits::default());
        for name in NAMES {
            provider.put(server, name, &image(name));
            let address = provider.address(name);
            let fetched = fetcher.fetch(&address, Instant::now()).unwrap_or_else(|error| panic!("{error:?}"));
            assert_eq!(*fetched, *image(name), "{address}");
        }
    });
}

#[test]
fn a_long_film_is_kept_in_a_file_byte_for_byte() {
    told(|provider, server| {
        let folder = tempfile::tempdir().unwrap();
        let fetcher = provider.fetcher(server, folder.path(), FetchLimits::default());
        let film: Vec<u8> =
            b"\x1A\x45\xDF\xA3".iter().copied().chain((0..=250).cycle().take(9_000_000)).collect();
        provider.put(server, "film.webm", &film);
        let file = fetcher.fetch_medium(&provider.address("film.webm"), Instant::now()).unwrap();
        assert!(fs::read(file).unwrap() == film, "{}", provider.root);
        let little = FetchLimits { file_bytes: 1_000_000, ..FetchLimits::default() };
        let other = tempfile::tempdir().unwrap();
        let little = provider.fetcher(server, other.path(), little);
        let problem =
            little.fetch_medium(&provider.address("film.webm"), Instant::now()).unwrap_err().problem;
        assert!(matches!(problem, Problem::FileTooLarge { bytes: 9_000_004, .. }), "{problem:?}");
    });
}

#[test]
fn what_is_not_there_and_what_may_not_be_read_is_told_apart() {
    told(|provider, server| {
        let folder = tempfile::tempdir().unwrap();
        let fetcher = provider.fetcher(server, folder.path(), FetchLimits::default());
        provider.put(server, NAMES[0], &image(NAMES[0]));
        let problem = |fetcher: &Fetcher, address: &str| {
            fetcher.fetch(address, Instant::now()).expect_err(address).problem
        };
        let missing = problem(&fetcher, &provider.address("nothing.png"));
        assert!(matches!(missing, Problem::Status { status: 404 }), "{missing:?}");
        let elsewhere = provider.address(NAMES[0]).replace("://tiebreak", "://nowhere");
        let missing = problem(&fetcher, &elsewhere);
        assert!(matches!(missing, Problem::Status { status: 404 }), "no such bucket: {missing:?}");
        if let Some((name, wrong)) = provider.refused {
            let mut said = (provider.environment)(server);
            said.retain(|(said, _)| *said != name);
            said.push((name, wrong.to_owned()));
            let stranger = fetcher_with(&said, folder.path(), FetchLimits::default());
            let refused = problem(&stranger, &provider.address(NAMES[0]));
            assert!(matches!(refused, Problem::Status { status: 401 | 403 }), "{refused:?}");
        }
    });
}

#[test]
fn a_public_bucket_is_read_by_whoever_says_that_it_is_public() {
    told(|provider, server| {
        let Some(variable) = provider.public else { return };
        let folder = tempfile::tempdir().unwrap();
        provider.put(server, NAMES[0], &image(NAMES[0]));
        let mut said = (provider.environment)(server);
        said.retain(|(name, _)| name.ends_with("URL") || name.ends_with("HTTP"));
        said.push((variable, "true".to_owned()));
        let fetcher = fetcher_with(&said, folder.path(), FetchLimits::default());
        let fetched = fetcher.fetch(&provider.address(NAMES[0]), Instant::now()).unwrap();
        assert_eq!(*fetched, *image(NAMES[0]));
    });
}

/// Needs no server.
#[test]
fn a_server_that_is_away_is_told_within_the_time() {
    let folder = tempfile::tempdir().unwrap();
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let limits = FetchLimits { total: Duration::from_secs(20), ..FetchLimits::default() };
    for provider in &PROVIDERS {
        let fetcher = provider.fetcher(&format!("http://{closed}"), folder.path(), limits);
        let problem = fetcher.fetch(&provider.address("a.png"), Instant::now()).unwrap_err().problem;
        let is_told = match &problem {
            Problem::Bucket { message, .. } => message.contains("refused") && !message.contains("://"),
            other => matches!(other, Problem::TookTooLong { .. }),
        };
        assert!(is_told, "{}: {problem:?}", provider.root);
    }
}

/// Needs no server.
#[test]
fn what_is_no_key_is_told_as_that_and_without_a_word_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let [_, azure, google] = &PROVIDERS;
    let words = |provider: &Provider, said: &[(&'static str, &str)]| {
        let said: Vec<_> = said.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let fetcher = fetcher_with(&said, folder.path(), FetchLimits::default());
        fetcher.fetch(&provider.address("a.png"), Instant::now()).unwrap_err().to_string()
    };
    let nowhere = words(google, &[("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json")]);
    assert!(nowhere.contains("/nowhere/key.json"), "which file is meant: {nowhere}");
    let nonsense = words(google, &[("GOOGLE_SERVICE_ACCOUNT_KEY", "s3cret")]);
    assert!(nonsense.contains("service account") && !nonsense.contains("s3cret"), "{nonsense}");
    let nonsense =
        words(azure, &[("AZURE_STORAGE_ACCOUNT_NAME", "a"), ("AZURE_STORAGE_ACCOUNT_KEY", "no key: s3cret")]);
    assert!(nonsense.contains("Access Key") && !nonsense.contains("s3cret"), "{nonsense}");
}
