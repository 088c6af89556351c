//! Clients that are slow, or send too much: they cost a connection for a while, and nobody else anything.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::client::read;
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
