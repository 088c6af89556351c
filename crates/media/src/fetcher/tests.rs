#![allow(clippy::unwrap_used)]

use std::{thread, time::Duration};

use super::{test_server::TestServer, *};

/// Looks like a PNG; what follows is not the fetcher's business.
fn image() -> Vec<u8> {
    [&b"\x89PNG\r\n\x1a\n"[..], &[5; 5000]].concat()
}

fn limits() -> FetchLimits {
    FetchLimits {
        body_bytes: 100_000,
        total: Duration::from_secs(10),
        redirects: 3,
        failure_rest: Duration::from_mins(1),
        ..FetchLimits::default()
    }
}

fn problem_at(path: &str, limits: FetchLimits) -> Problem {
    let server = TestServer::start(image());
    Fetcher::new(None, limits).fetch(&server.at(path), Instant::now()).unwrap_err().problem
}

#[test]
fn an_image_is_fetched_once_and_kept_on_disk() {
    let (server, folder) = (TestServer::start(image()), tempfile::tempdir().unwrap());
    let address = server.at("/image");
    let fetcher = Fetcher::new(Some(folder.path()), limits());
    for _ in 0..2 {
        assert_eq!(*fetcher.fetch(&address, Instant::now()).unwrap(), *image());
    }
    let another = Fetcher::new(Some(folder.path()), limits());
    assert_eq!(*another.fetch(&address, Instant::now()).unwrap(), *image());
    assert_eq!(server.requests(), 1);
    let kept: Vec<_> = std::fs::read_dir(folder.path().join("media")).unwrap().map(Result::unwrap).collect();
    assert_eq!(kept.len(), 1, "no temporary file is left");
    assert_eq!(kept[0].file_name().to_str().unwrap(), blake3::hash(address.as_bytes()).to_hex().as_str());
    std::fs::write(kept[0].path(), b"spoilt").unwrap();
    assert_eq!(*fetcher.fetch(&address, Instant::now()).unwrap(), *image(), "a spoilt copy is fetched anew");
    assert_eq!(server.requests(), 2);
}

#[test]
fn a_cache_folder_that_cannot_be_used_does_not_hide_the_image() {
    let (server, folder) = (TestServer::start(image()), tempfile::tempdir().unwrap());
    let file = folder.path().join("file");
    std::fs::write(&file, b"").unwrap();
    assert!(Fetcher::new(Some(&file), limits()).fetch(&server.at("/image"), Instant::now()).is_ok());
}

#[test]
fn callers_at_the_same_time_share_one_request() {
    let server = TestServer::start(image());
    let fetcher = Fetcher::new(None, limits());
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(fetcher.fetch(&server.at("/slow-start"), Instant::now()).is_ok()));
        }
    });
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_failure_rests_before_it_is_tried_again() {
    let server = TestServer::start(image());
    let (fetcher, start) = (Fetcher::new(None, limits()), Instant::now());
    for (seconds, requests) in [(0, 1), (59, 1), (60, 2), (61, 2)] {
        let error = fetcher.fetch(&server.at("/none"), start + Duration::from_secs(seconds)).unwrap_err();
        assert!(matches!(error.problem, Problem::Status { status: 404 }), "{error}");
        assert_eq!(server.requests(), requests, "after {seconds} s");
    }
    let message = fetcher.fetch(&server.at("/none"), start).unwrap_err().to_string();
    assert_eq!(message, format!("the server answered 404: {}", server.at("/none")));
}

#[test]
fn bodies_have_a_limit_said_or_unsaid() {
    let promised = problem_at("/promises-too-much", limits());
    assert!(matches!(promised, Problem::FileTooLarge { bytes: 0x100_0000_0000, .. }), "{promised}");
    let sent = problem_at("/sends-too-much", limits());
    assert!(matches!(sent, Problem::FileTooLarge { bytes: 100_001..400_000, .. }), "{sent}");
}

#[test]
fn a_server_that_drips_is_left() {
    let start = Instant::now();
    let problem = problem_at("/drips", FetchLimits { total: Duration::from_millis(400), ..limits() });
    assert!(matches!(problem, Problem::TookTooLong { .. }), "{problem}");
    assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());
}

#[test]
fn redirects_are_followed_a_few_times_and_only_on_the_web() {
    let server = TestServer::start(image());
    let fetcher = Fetcher::new(None, limits());
    assert!(fetcher.fetch(&server.at("/moved"), Instant::now()).is_ok());
    let before = server.requests();
    let endless = fetcher.fetch(&server.at("/loop"), Instant::now()).unwrap_err();
    assert!(endless.to_string().starts_with("the server redirects more than 3 times: http"), "{endless}");
    assert_eq!(server.requests() - before, 4, "the first request and three redirects");
    let file = fetcher.fetch(&server.at("/to-file"), Instant::now()).unwrap_err();
    assert!(matches!(file.problem, Problem::Redirect { .. }), "{file:?}");
}

#[test]
fn what_is_no_image_is_refused_whatever_the_server_says() {
    let page = problem_at("/page", limits());
    assert!(matches!(page, Problem::NotAnImage { looks_like: ContentKind::WebPage }), "{page}");
}

#[test]
fn a_connection_that_fails_says_so() {
    let half = problem_at("/half", limits());
    assert!(matches!(half, Problem::Connection { .. }), "{half}");
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for address in [format!("http://{closed}/a.png"), format!("https://{closed}/a.png")] {
        let error = Fetcher::new(None, limits()).fetch(&address, Instant::now()).unwrap_err();
        assert!(matches!(error.problem, Problem::Connection { .. }), "{error:?}");
    }
    let server = TestServer::start(image());
    let plain =
        Fetcher::new(None, limits()).fetch(&server.at("/image").replace("http:", "https:"), Instant::now());
    assert!(matches!(plain.unwrap_err().problem, Problem::Connection { .. }), "TLS is spoken, and expected");
    let no_host = Fetcher::new(None, limits()).fetch("http://", Instant::now()).unwrap_err();
    assert!(matches!(no_host.problem, Problem::BadAddress), "{no_host:?}");
}

/// A fetcher that finds buckets at a server, as those of providers that speak as S3 does are found.
fn of_buckets(server: &TestServer, folder: Option<&Path>, limits: FetchLimits) -> Fetcher {
    Fetcher::new(folder, limits).in_environment(&[
        ("AWS_ENDPOINT", &server.at("")),
        ("AWS_ALLOW_HTTP", "true"),
        ("AWS_ACCESS_KEY_ID", "key"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_REGION", "here"),
    ])
}

#[test]
fn images_come_from_buckets() {
    let server = TestServer::start(image());
    let fetcher = of_buckets(&server, None, limits());
    let now = Instant::now();
    assert_eq!(*fetcher.fetch("s3://bucket/set/an%20image.png", now).unwrap(), *image());
    let problem = |address: &str| fetcher.fetch(address, now).unwrap_err().problem;
    assert!(matches!(problem("s3://bucket/nothing.png"), Problem::Status { status: 404 }));
    assert!(matches!(problem("s3://bucket/secret.png"), Problem::Status { status: 403 }));
    assert!(matches!(problem("s3:///nowhere"), Problem::BadAddress | Problem::Bucket { .. }));
    let little = of_buckets(&server, None, FetchLimits { body_bytes: 1000, ..limits() });
    let problem = little.fetch("s3://bucket/set/an%20image.png", now).unwrap_err().problem;
    assert!(matches!(problem, Problem::FileTooLarge { limit_bytes: 1000, .. }), "{problem}");
}

#[test]
fn a_bucket_is_opened_once_for_all_that_is_in_it() {
    let (server, folder) = (TestServer::start(image()), tempfile::tempdir().unwrap());
    let fetcher = of_buckets(&server, Some(folder.path()), limits());
    let now = Instant::now();
    assert_eq!(fetcher.kept_file("s3://bucket/video.bin"), None, "nothing was fetched yet");
    let file = fetcher.fetch_medium("s3://bucket/video.bin", now).unwrap();
    assert_eq!(fetcher.kept_file("s3://bucket/video.bin"), Some(file));
    assert_eq!(*fetcher.fetch("s3://bucket/set/an%20image.png", now).unwrap(), *image(), "by its own path");
    assert_eq!(fetcher.network().map(Network::open_buckets).ok(), Some(1));
    let _ = fetcher.fetch("s3://other/set/an%20image.png", now);
    assert_eq!(fetcher.network().map(Network::open_buckets).ok(), Some(2), "another is another");
    let page = fetcher.fetch_medium(&server.at("/page"), now).unwrap_err().problem;
    assert!(matches!(page, Problem::NotAnImage { looks_like: ContentKind::WebPage }), "{page}");
}

#[test]
fn files_are_fetched_once_and_the_oldest_go() {
    let (server, folder) = (TestServer::start(image()), tempfile::tempdir().unwrap());
    let limits = FetchLimits { kept_bytes: 102_000, ..limits() };
    let fetcher = of_buckets(&server, Some(folder.path()), limits);
    let (video, now) = ("s3://bucket/video.bin", Instant::now());
    let is_wanted = |kind| matches!(kind, ContentKind::Known(name) if name.contains("video"));
    let file = fetcher.fetch_file(video, is_wanted, now).unwrap();
    assert_eq!(file.metadata().unwrap().len(), 100_004);
    assert_eq!(fetcher.fetch_file(video, is_wanted, now).unwrap(), file);
    assert_eq!(server.requests(), 1);
    let refused = fetcher.fetch_file(&server.at("/page"), is_wanted, now).unwrap_err().problem;
    assert!(matches!(refused, Problem::NotAnImage { looks_like: ContentKind::WebPage }));
    let another = fetcher.fetch_file(&server.at("/image"), |_| true, now).unwrap();
    assert!(another.is_file() && !file.is_file(), "both are more than what is kept");
    let none = Fetcher::new(None, limits).fetch_file(video, is_wanted, now).unwrap_err().problem;
    assert!(matches!(none, Problem::NoCacheFolder));
}

#[test]
fn kept_images_make_room_for_one_another() {
    let (server, folder) = (TestServer::start(image()), tempfile::tempdir().unwrap());
    let length = image().len() as u64;
    let fetcher = Fetcher::new(Some(folder.path()), FetchLimits { kept_bytes: 3 * length, ..limits() });
    for number in 0..12 {
        fetcher.fetch(&server.at(&format!("/image#{number}")), Instant::now()).unwrap();
    }
    let kept = std::fs::read_dir(folder.path().join("media")).unwrap().count();
    assert!((1..=3).contains(&kept), "{kept} of 12, where there is room for three");
}

#[test]
fn only_what_is_said_of_buckets_is_read_from_the_environment() {
    for (name, _) in bucket::environment() {
        assert!(["AWS_", "GOOGLE_", "AZURE_"].iter().any(|start| name.starts_with(start)), "{name}");
    }
}
