//! Clients that are slow, or send too much: they cost a connection for a while, and nobody else anything.

use std::io::{ErrorKind, Read, Write};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::read;
use crate::http2::{Http2, Kind};
use crate::world::World;

#[test]
fn who_never_ends_a_head_is_cut_off_while_others_are_served() {
    let world = World::new();
    let owner = world.owner();
    let mut slow: Vec<_> = (0..100)
        .map(|_| {
            let mut stream = world.client.connect();
            stream.write_all(b"GET /api/v1/me HTTP/1.1\r\nhost: localhost\r\nx-slow: ").unwrap();
            stream
        })
        .collect();
    assert_eq!(owner.get("/api/v1/me").status, 200, "while a hundred dawdle");
    let begun = Instant::now();
    let mut rest = Vec::new();
    slow[0].set_read_timeout(Some(Duration::from_secs(40))).unwrap();
    let ended = slow[0].read_to_end(&mut rest);
    assert!(
        ended.is_ok() && begun.elapsed() < Duration::from_secs(30),
        "{ended:?} after {:?}",
        begun.elapsed()
    );
}

#[test]
fn who_says_nothing_or_half_a_word_is_cut_off() {
    let world = World::new();
    let mut silent: Vec<_> = ["", "PRI", "PRI * HTTP/2.0\r\n"]
        .into_iter()
        .map(|word| {
            let mut stream = world.client.connect();
            stream.write_all(word.as_bytes()).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(40))).unwrap();
            stream
        })
        .collect();
    let begun = Instant::now();
    for stream in &mut silent {
        let ended = stream.read(&mut [0; 16]);
        let is_cut = matches!(&ended, Ok(0))
            || ended.as_ref().is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionReset);
        assert!(is_cut && begun.elapsed() < Duration::from_secs(30), "{ended:?} after {:?}", begun.elapsed());
    }
}

#[test]
fn of_whoever_shows_nothing_no_more_is_read_than_a_form() {
    let world = World::new();
    let owner = world.owner();
    let long = "x".repeat(200_000);
    let call = json!({ "read_rubric": { "text": long } });
    assert_eq!(world.client.call(&call).status, 413);
    assert_ne!(owner.call(&call).status, 413);
}

#[test]
fn a_forged_cookie_or_token_earns_no_room() {
    let world = World::new();
    let owner = world.owner();
    let shows = |name: &str, value: &str, path: &str| {
        let mut stream = world.client.connect();
        let head = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\n{name}: {value}\r\nx-tiebreak: 1\r\nconnection: close\r\n\
             content-length: 8000000\r\n\r\n{{",
            world.client.address
        );
        stream.write_all(head.as_bytes()).unwrap();
        // None of the rest is sent: whoever waited for it would answer that it came too slowly.
        read(&mut stream).status
    };
    assert_eq!(shows("authorization", "Bearer x", "/api/v1/call"), 401);
    assert_eq!(shows("cookie", "tiebreak_0123=x", "/api/v1/call"), 401);
    assert_eq!(shows("cookie", "tiebreak_0123=x", "/api/v1/sign-in"), 413, "a form is a form");
    let own = owner.headers.iter().find(|(name, _)| name == "cookie").unwrap().1.clone();
    assert_eq!(shows("cookie", &own, "/api/v1/call"), 408, "of whoever is known it is read");
}

#[test]
fn strangers_who_dawdle_keep_nobody_waiting() {
    let world = World::new();
    let owner = world.owner();
    // More than their room holds of one network: each takes a piece for its first byte, and sends no other.
    let dawdling: Vec<_> = (0..200)
        .map(|_| {
            let mut stream = world.client.connect();
            let head = format!(
                "POST /api/v1/sign-in HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000\r\n\r\nx",
                world.client.address
            );
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    let rubric = "x".repeat(200_000);
    for _ in 0..3 {
        let read = owner.call(&json!({ "read_rubric": { "text": rubric } }));
        assert!(![408, 503].contains(&read.status), "{}", read.text());
    }
    let first = &dawdling[0];
    first.set_nonblocking(true).unwrap();
    let waits = first.peek(&mut [0]).map_err(|error| error.kind());
    assert_eq!(waits, Err(ErrorKind::WouldBlock), "nobody had to wait until they were given up");
    first.set_nonblocking(false).unwrap();
    for mut stream in dawdling.into_iter().step_by(50) {
        assert!([408, 503].contains(&read(&mut stream).status), "none of them is waited for");
    }
}

#[test]
fn who_takes_nothing_of_an_answer_is_cut_off() {
    let world = World::new();
    let owner = world.owner();
    world.import_media();
    // Longer than what two sockets hold between them.
    std::fs::write(world.media_folder().join("clip.mp4"), vec![7; 64 * 1024 * 1024]).unwrap();
    let mut stream = owner.connect();
    let cookie = &owner.headers.iter().find(|(name, _)| name == "cookie").unwrap().1;
    let head = format!(
        "GET /api/v1/media/2/clip.mp4 HTTP/1.1\r\nhost: {}\r\ncookie: {cookie}\r\n\r\n",
        world.client.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    // Nothing is read. That the connection has ended is told to whoever writes on.
    let begun = Instant::now();
    while stream.write_all(b"x").is_ok() {
        assert!(begun.elapsed() < Duration::from_mins(2), "it is kept for ever");
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(owner.get("/api/v1/me").status, 200);
}

#[test]
fn who_makes_no_room_for_one_answer_loses_that_one_and_keeps_the_others() {
    let world = World::new();
    let owner = world.owner();
    world.import_media();
    std::fs::write(world.media_folder().join("clip.mp4"), vec![7; 1024 * 1024]).unwrap();
    let mut client = Http2::connect(&owner);
    client.get(1, "/api/v1/media/2/clip.mp4");
    client.get(3, "/api/v1/events");
    // The first answer never gets more room than it had; pings are answered all the while.
    let begun = Instant::now();
    let cut = loop {
        assert!(begun.elapsed() < Duration::from_mins(2), "it is kept for ever");
        let frame = client.frame();
        assert_ne!((frame.kind, frame.stream), (Kind::GOODBYE, 0), "the connection is kept");
        if frame.kind == Kind::RESET {
            break frame.stream;
        }
    };
    assert_eq!(cut, 1, "and not whoever waits for something to happen");
    client.get(5, "/api/v1/me");
    let answered = std::iter::repeat_with(|| client.frame()).find(|frame| frame.stream == 5).unwrap();
    assert_eq!(answered.kind, Kind::HEAD, "another answer comes on the same connection");
}

#[test]
fn a_body_that_pauses_is_given_up() {
    let world = World::new();
    let mut stream = world.client.connect();
    let head = format!(
        "POST /api/v1/call HTTP/1.1\r\nhost: {}\r\ncontent-length: 1000\r\n\r\nx",
        world.client.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(read(&mut stream).status, 408);
}

#[test]
fn what_is_too_large_is_refused_before_it_is_read() {
    let world = World::new();
    let owner = world.owner();
    let mut stream = owner.connect();
    let head = format!(
        "POST /api/v1/call HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: 900000000\r\n\r\n",
        world.client.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(read(&mut stream).status, 413, "announced");
    let mut stream = owner.connect();
    let head = format!(
        "POST /api/v1/call HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n",
        world.client.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    let chunk = [b"100000\r\n".as_slice(), &vec![b'x'; 0x0010_0000], b"\r\n"].concat();
    for _ in 0..12 {
        if stream.write_all(&chunk).is_err() {
            break;
        }
    }
    let refused = read(&mut stream);
    assert!(refused.status == 413 || refused.status == 0, "unannounced: {}", refused.head);
    assert_eq!(owner.call(&json!("project")).status, 200);
    let long = owner.get(&format!("/{}", "x".repeat(200_000)));
    assert!(
        long.status == 414 || long.status == 431 || long.status == 0,
        "an endless address: {}",
        long.status
    );
}
