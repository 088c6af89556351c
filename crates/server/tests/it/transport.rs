//! How answers travel: packed where that helps, over HTTP/2 where a proxy speaks it.

use std::io::{Read, Write};

use serde_json::json;

use crate::world::World;

#[test]
fn texts_are_packed_for_whom_that_reads_it_and_pixels_are_not() {
    let world = World::new();
    world.import_media();
    let owner = world.owner();
    let plain = owner.get("/api/v1/openapi.json");
    assert_eq!(plain.header("content-encoding"), None);
    for coding in ["gzip", "br"] {
        let packed = owner.with("accept-encoding", coding).get("/api/v1/openapi.json");
        assert_eq!(packed.header("content-encoding"), Some(coding));
        assert!(packed.body.len() < plain.body.len() / 3, "{coding}: {}", packed.body.len());
    }
    let clip = owner.with("accept-encoding", "gzip, br").get("/api/v1/media/2/clip.mp4");
    assert_eq!(clip.header("content-encoding"), None, "a video is packed already");
    assert_eq!(clip.body.len(), 100);
}

#[test]
fn a_proxy_may_speak_http_2_without_tls() {
    let world = World::new();
    let mut stream = world.client.connect();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").unwrap();
    // An empty frame of settings: length 0, type 4, no flags, stream 0.
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).unwrap();
    let mut head = [0; 9];
    stream.read_exact(&mut head).unwrap();
    assert_eq!(head[3], 4, "the server answers with its own settings: {head:?}");
}

#[test]
fn a_file_that_is_too_large_is_refused_before_it_comes() {
    let world = World::new();
    let owner = world.owner();
    let program = world.program(&owner, &["items:write"]);
    let mut stream = program.connect();
    let (_, token) = program.headers.iter().find(|(name, _)| name == "authorization").unwrap();
    let head = format!(
        "POST /api/v1/items HTTP/1.1\r\nhost: {}\r\nauthorization: {token}\r\nconnection: close\r\n\
         content-length: 2000000000\r\n\r\n",
        program.address
    );
    stream.write_all(head.as_bytes()).unwrap();
    assert_eq!(crate::client::read(&mut stream).status, 413);
    let taken = program.send(
        "POST",
        "/api/v1/items?name=x",
        b"{\"prompt\":\"p\",\"chosen\":\"a\",\"rejected\":\"b\"}\n",
    );
    assert_eq!((taken.status, taken.json()["items_added"].clone()), (200, json!(1)), "{}", taken.text());
    let nonsense = program.send("POST", "/api/v1/items", b"no data at all");
    assert_eq!(nonsense.status, 422, "{}", nonsense.text());
    assert!(!nonsense.text().contains("tiebreak-served"), "no path of the machine: {}", nonsense.text());
}
