use super::*;

#[test]
fn an_address_is_downloaded() {
    let (_home, models) = models();
    let source = Source::new("m", 300_000);
    let server = server(&source, "", |_, _, _| {});
    let mut heard = Vec::new();
    let mut hear = |progress: &InstallProgress| heard.push(progress.clone());
    let mut watch = Watch { progress: &mut hear, is_cancelled: &|| false, try_out: &|_, _| Ok(()) };
    let done = from_address(&models, &server.at("/m/reward.toml"), &limits(), &mut watch).unwrap();
    assert_eq!(fs::read(done.folder.join("onnx/model.onnx")).unwrap(), source.model);
    assert_eq!(installed(&models).unwrap().len(), 1);
    assert!(heard.iter().any(|one| one.bytes_done == 300_000 && one.bytes == Some(300_000)));
    let left = fs::read_dir(models.join(place::INCOMING)).unwrap().count();
    assert_eq!(left, 0, "nothing is left of the download");
    assert!(address(&models, &server.at("/m/reward.toml")).unwrap().was_there, "and nothing is loaded twice");
    assert_eq!(server.asked().len(), 4, "three files, and the manifest again");
}

#[test]
fn a_download_goes_on_where_it_was_cut() {
    let (_home, models) = models();
    let source = Source::new("m", 300_000);
    let server = server(&source, MODEL, |source, asked, stream| match asked.range_start() {
        None => answer_of_length(stream, "200 OK", "ETag: \"v1\"\r\n", &source.model[..100_000], 300_000),
        Some(_) => source.serve(asked, stream),
    });
    let done = address(&models, &server.at("/m/reward.toml")).unwrap();
    assert_eq!(fs::read(done.folder.join("onnx/model.onnx")).unwrap(), source.model);
    let asked: Vec<Asked> = server.asked().into_iter().filter(|asked| asked.path == MODEL).collect();
    assert_eq!(asked.len(), 2);
    assert!(asked[1].range_start().is_some_and(|start| start > 0), "the rest was asked for: {:?}", asked[1]);
    assert_eq!(asked[1].headers["if-range"], "\"v1\"", "and only of the same version");
}

#[test]
fn a_download_goes_on_in_a_later_install() {
    let (_home, models) = models();
    let source = Source::new("m", 300_000);
    let is_cut = Arc::new(AtomicBool::new(true));
    let cut = is_cut.clone();
    let server = server(&source, MODEL, move |source, asked, stream| {
        if cut.load(Ordering::SeqCst) {
            let start = asked.range_start().unwrap_or(0);
            let status = if start == 0 { "200 OK" } else { "503 Service Unavailable" };
            answer_of_length(stream, status, "ETag: \"v1\"\r\n", &source.model[..1000], 300_000);
        } else {
            source.serve(asked, stream);
        }
    });
    let at = server.at("/m/reward.toml");
    assert!(matches!(reason(address(&models, &at)), Reason::Status { status: 503 }));
    assert_nothing_there(&models);
    is_cut.store(false, Ordering::SeqCst);
    address(&models, &at).unwrap();
    let last = server.asked().into_iter().rfind(|asked| asked.path == MODEL).unwrap();
    assert_eq!(last.range_start(), Some(1000), "what came before was kept");
}

#[test]
fn a_file_that_changed_meanwhile_is_loaded_anew() {
    let (_home, models) = models();
    let source = Source::new("m", 3000);
    let server = server(&source, MODEL, |source, asked, stream| {
        if asked.range_start().is_some() {
            // As a server does whose file is not the one of `If-Range` any more.
            answer(stream, "200 OK", "ETag: \"v2\"\r\n", &source.model);
        } else {
            answer_of_length(stream, "200 OK", "ETag: \"v1\"\r\n", &[7; 1000], 3000);
        }
    });
    let done = address(&models, &server.at("/m/reward.toml")).unwrap();
    assert_eq!(fs::read(done.folder.join("onnx/model.onnx")).unwrap(), source.model);
}

#[test]
fn a_part_that_was_not_asked_for_is_not_believed() {
    let (_home, models) = models();
    let source = Source::new("m", 3000);
    let server = server(&source, MODEL, |source, asked, stream| match (asked.range_start(), asked.before) {
        (Some(_), _) => {
            let range = "Content-Range: bytes 5-2999/3000\r\n";
            answer(stream, "206 Partial Content", range, &source.model[5..]);
        }
        // The manifest was first, and this is the first time: the part that came is of no use, so it starts over.
        (None, 1) => answer_of_length(stream, "200 OK", "ETag: \"v1\"\r\n", &source.model[..1000], 3000),
        (None, _) => source.serve(asked, stream),
    });
    let done = address(&models, &server.at("/m/reward.toml")).unwrap();
    assert_eq!(fs::read(done.folder.join("onnx/model.onnx")).unwrap(), source.model);
}

#[test]
fn a_server_that_lies_is_refused() {
    let source = Source::new("m", 3000);
    let reason_of = |bad: fn(&Source, &Asked, &mut TcpStream)| {
        let (_home, models) = models();
        let server = server(&source, MODEL, bad);
        let reason = reason(address(&models, &server.at("/m/reward.toml")));
        assert_nothing_there(&models);
        (reason, server.asked().iter().filter(|asked| asked.path == MODEL).count())
    };
    let (reason, times) = reason_of(|_, _, stream| answer(stream, "200 OK", "", &[7; 3000]));
    assert!(matches!(reason, Reason::WrongHash { .. }), "{reason}");
    assert_eq!(times, 1, "the same wrong file would come again");
    let (reason, times) = reason_of(|_, _, stream| answer_of_length(stream, "200 OK", "", b"x", 1 << 40));
    assert!(matches!(reason, Reason::TooLarge { .. }), "a promise is enough: {reason}");
    assert_eq!(times, 1);
    let (reason, _) = reason_of(|_, _, stream| {
        use std::io::Write as _;
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[7; 8192]).is_ok() {}
    });
    assert!(matches!(reason, Reason::TooLarge { .. }), "without an end: {reason}");
    let (reason, times) = reason_of(|source, asked, stream| {
        let start = asked.range_start().unwrap_or(0);
        if start == 0 {
            return answer_of_length(stream, "200 OK", "ETag: \"v1\"\r\n", &source.model[..2000], 3000);
        }
        let range = format!("Content-Range: bytes {start}-2999/4000\r\n");
        answer(stream, "206 Partial Content", &range, &source.model[start..]);
    });
    assert!(matches!(reason, Reason::WrongLength { promised: 4000, received: 3000 }), "{reason}");
    assert_eq!(times, 2);
    let (reason, times) = reason_of(|source, _, stream| {
        answer_of_length(stream, "200 OK", "", &source.model, 3001);
    });
    assert!(matches!(reason, Reason::Connection { .. }), "one byte never comes: {reason}");
    assert_eq!(times, 3, "it was given the chance to mend it");
    let (reason, _) = reason_of(|source, _, stream| {
        answer_of_length(stream, "200 OK", "", &source.model, 2999);
    });
    assert!(matches!(reason, Reason::WrongHash { .. }), "one byte is cut off: {reason}");
}

#[test]
fn redirects_are_followed_and_end() {
    let (_home, models) = models();
    let source = Source::new("m", 3000);
    let moved = server(&source, MODEL, |_, _, stream| {
        answer(stream, "302 Found", "Location: /m/tokenizer.json\r\n", b"");
    });
    let result = reason(address(&models, &moved.at("/m/reward.toml")));
    assert!(matches!(result, Reason::WrongHash { .. }), "it was followed, to the wrong file: {result}");
    let circle = server(&source, MODEL, |_, asked, stream| {
        answer(stream, "302 Found", &format!("Location: {}\r\n", asked.path), b"");
    });
    let result = reason(address(&models, &circle.at("/m/reward.toml")));
    assert!(matches!(&result, Reason::Redirect { why } if why.contains("more than 5")), "{result}");
    let file = server(&source, MODEL, |_, _, stream| {
        answer(stream, "302 Found", "Location: file:///etc/passwd\r\n", b"");
    });
    let result = reason(address(&models, &file.at("/m/reward.toml")));
    assert!(matches!(result, Reason::Redirect { .. }), "{result}");
    assert_nothing_there(&models);
}

#[test]
fn a_server_that_stalls_is_given_up_on() {
    let source = Source::new("m", 3000);
    for promised in [0, 1000] {
        let (_home, models) = models();
        let server = server(&source, MODEL, move |source, _, stream| {
            if promised > 0 {
                answer_of_length(stream, "200 OK", "", &source.model[..promised], 3000);
            }
            thread::park();
        });
        let soon = Duration::from_millis(400);
        let limits = InstallLimits { resumptions: 0, connect: soon, stall: soon, ..limits() };
        let mut watch = Watch { progress: &mut |_| {}, is_cancelled: &|| false, try_out: &|_, _| Ok(()) };
        let result = from_address(&models, &server.at("/m/reward.toml"), &limits, &mut watch);
        assert!(matches!(reason(result), Reason::Stalled { .. }), "after {promised} bytes");
        assert_nothing_there(&models);
    }
}

#[test]
fn a_cancel_ends_even_a_silent_server() {
    let (_home, models) = models();
    let source = Source::new("m", 3000);
    let is_asked = Arc::new(AtomicBool::new(false));
    let asked = is_asked.clone();
    let server = server(&source, MODEL, move |_, _, _| {
        asked.store(true, Ordering::SeqCst);
        thread::park();
    });
    let limits = InstallLimits { stall: Duration::from_hours(1), ..limits() };
    let mut watch = Watch {
        progress: &mut |_| {},
        is_cancelled: &|| is_asked.load(Ordering::SeqCst),
        try_out: &|_, _| Ok(()),
    };
    let result = from_address(&models, &server.at("/m/reward.toml"), &limits, &mut watch);
    assert!(matches!(reason(result), Reason::Cancelled));
    assert_nothing_there(&models);
}

#[test]
fn one_download_runs_once_at_a_time() {
    let (_home, models) = models();
    let source = Source::new("m", 3000);
    let second = Arc::new(std::sync::Mutex::new(None));
    let slot = second.clone();
    let inner = models.clone();
    let server = server(&source, MODEL, move |source, asked, stream| {
        let at = format!("http://{}/m/reward.toml", stream.local_addr().unwrap());
        // While the first download waits for this very answer, another begins.
        *slot.lock().unwrap() = Some(address(&inner, &at));
        source.serve(asked, stream);
    });
    address(&models, &server.at("/m/reward.toml")).unwrap();
    let second = second.lock().unwrap().take().unwrap();
    assert!(matches!(reason(second), Reason::InProgress));
}

#[test]
fn addresses_and_answers_that_are_no_model_are_refused() {
    let (_home, models) = models();
    let source = Source::new("m", 3000);
    for bad in ["", "reward.toml", "ftp://a.org/reward.toml", "http://a.org/", "http://u:p@a.org/reward.toml"]
    {
        assert!(matches!(reason(address(&models, bad)), Reason::BadAddress), "{bad}");
    }
    let server = server(&source, "/m/page.toml", |_, _, stream| {
        answer(stream, "200 OK", "", b"<!doctype html><p>sign in");
    });
    let result = reason(address(&models, &server.at("/m/page.toml")));
    assert!(matches!(result, Reason::Manifest { .. }), "{result}");
    assert!(matches!(reason(address(&models, &server.at("/none.toml"))), Reason::Status { status: 404 }));
    assert_eq!(server.asked().len(), 2, "what is not there is asked for once");
    fs::write(&models, "a file").unwrap();
    assert!(matches!(reason(address(&models, &server.at("/m/reward.toml"))), Reason::Disk { .. }));
}

#[test]
fn a_model_of_20_gb_is_refused_by_its_promise_where_it_would_not_fit_into_memory() {
    let (_home, models) = models();
    let source = Source::new("m", 3000);
    let server = server(&source, MODEL, |_, _, stream| {
        answer_of_length(stream, "200 OK", "", b"", 20_000_000_000);
    });
    // A machine of 16 GB, of which a model may take half.
    let limits = InstallLimits { resumptions: 0, ..InstallLimits::for_memory(8_000_000_000) };
    let mut watch = Watch { progress: &mut |_| {}, is_cancelled: &|| false, try_out: &|_, _| Ok(()) };
    let reason = reason(from_address(&models, &server.at("/m/reward.toml"), &limits, &mut watch));
    assert!(matches!(reason, Reason::TooLarge { limit_bytes: 4_000_000_000 }), "{reason}");
    assert_nothing_there(&models);
    assert_eq!(
        InstallLimits::for_memory(1 << 40),
        InstallLimits::default(),
        "a large machine has the usual limit"
    );
}

#[test]
fn a_server_that_drips_is_given_up_on() {
    let source = Source::new("m", 3000);
    for drips_at in [MODEL, "/m/reward.toml"] {
        let (_home, models) = models();
        let server = server(&source, drips_at, |_, _, stream| {
            use std::io::Write as _;
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 3000\r\n\r\n");
            // Never silent, and never done.
            while stream.write_all(b"x").is_ok() {
                thread::sleep(Duration::from_millis(20));
            }
        });
        let limits = InstallLimits {
            resumptions: 0,
            pace: Duration::from_millis(200),
            pace_bytes: 1_000_000,
            ..limits()
        };
        let mut watch = Watch { progress: &mut |_| {}, is_cancelled: &|| false, try_out: &|_, _| Ok(()) };
        let result = from_address(&models, &server.at("/m/reward.toml"), &limits, &mut watch);
        assert!(matches!(reason(result), Reason::TooSlow { .. }), "{drips_at}");
        assert_nothing_there(&models);
    }
}
