//! Media and pixels: what is in the media folder, in stretches, and nothing else.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::json;
use tiebreak_domain::{Event, ImportPlan, Request};

use crate::client::percent_encoded;
use crate::world::{World, plan_of_images};

#[test]
fn media_come_in_stretches_with_a_tag() {
    let world = World::new();
    world.import_media();
    let owner = world.owner();
    let whole = owner.get("/api/v1/media/2/clip.mp4");
    assert_eq!((whole.status, whole.body.len()), (200, 100), "{}", whole.text());
    assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(whole.header("content-type"), Some("video/mp4"));
    let part = owner.with("range", "bytes=10-19").get("/api/v1/media/2/clip.mp4");
    assert_eq!((part.status, part.body), (206, (10..20).collect()));
    let tag = whole.header("etag").unwrap();
    assert_eq!(owner.with("if-none-match", tag).get("/api/v1/media/2/clip.mp4").status, 304);
    assert_eq!(world.client.get("/api/v1/media/2/clip.mp4").status, 401, "for whoever takes part");
}

#[test]
fn what_lies_at_an_address_is_fetched_once_and_comes_in_stretches_too() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/clip.mp4?of=1", listener.local_addr().unwrap());
    let asked = Arc::new(AtomicU32::new(0));
    let counts = Arc::clone(&asked);
    let serves = move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            counts.fetch_add(1, Ordering::SeqCst);
            let _ = stream.read(&mut [0; 4096]).unwrap();
            let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 100\r\nconnection: close\r\n\r\n";
            stream.write_all(&[head.as_bytes(), &(0..100).collect::<Vec<u8>>()].concat()).unwrap();
        }
    };
    std::thread::Builder::new().name("web".into()).spawn(serves).unwrap();
    let world = World::new();
    let row = json!({ "prompt": "a clip", "one": address, "other": format!("{address}&other") });
    let file = world.folder.path().join("addresses.jsonl");
    std::fs::write(&file, row.to_string()).unwrap();
    let plan = ImportPlan { fetches_addresses: true, ..plan_of_images(&file) };
    world.engine.call(Request::StartImport(plan)).unwrap();
    world.until(|event| matches!(event, Event::ImportEnded(_, Ok(_))));
    let owner = world.owner();
    let path = format!("/api/v1/media/2/{}", percent_encoded(&address));
    let whole = owner.get(&path);
    assert_eq!((whole.status, whole.body.len()), (200, 100), "{}", whole.text());
    assert_eq!(whole.header("content-type"), Some("video/mp4"), "by what the data calls it");
    let part = owner.with("range", "bytes=10-19").get(&path);
    assert_eq!((part.status, part.body), (206, (10..20).collect()));
    let tag = whole.header("etag").unwrap();
    assert_eq!(owner.with("if-none-match", tag).get(&path).status, 304);
    assert_eq!(asked.load(Ordering::SeqCst), 1, "it was fetched once");
    let elsewhere = format!("/api/v1/media/2/{}", percent_encoded("http://127.0.0.1:9/other.mp4"));
    assert_eq!(owner.get(&elsewhere).status, 404, "what no item holds is fetched for nobody");
}

#[test]
fn a_browser_runs_nothing_of_the_media() {
    let world = World::new();
    world.import_media();
    let svg = world.owner().get("/api/v1/media/2/page.svg");
    assert_eq!(svg.status, 200);
    assert_eq!(svg.header("content-disposition"), Some("attachment"));
    assert_eq!(svg.header("content-type"), Some("application/octet-stream"));
    assert!(svg.header("content-security-policy").unwrap().contains("sandbox"));
}

#[test]
fn nothing_outside_the_media_folder_is_handed_over() {
    let world = World::new();
    world.import_media();
    let owner = world.owner();
    let outside = world.folder.path().join("secret.txt");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, world.media_folder().join("link.txt")).unwrap();
    let absolute = outside.to_str().unwrap().replace('/', "%2F");
    // Items may name what they like: it is the folder that keeps them in.
    let named =
        ["../secret.txt", "..\\secret.txt", "link.txt", "/etc/passwd", "inner", outside.to_str().unwrap()];
    let rows = named.map(|uri| json!({ "prompt": uri, "one": uri, "other": "clip.mp4" }).to_string());
    let file = world.media_folder().join("more.jsonl");
    std::fs::write(&file, rows.join("\n")).unwrap();
    world.engine.call(Request::StartImport(plan_of_images(&file))).unwrap();
    world.until(|event| matches!(event, Event::ImportEnded(_, Ok(report)) if report.items_added == 6));
    for uri in ["..%2Fsecret.txt", "..%5Csecret.txt", "link.txt", "%2Fetc%2Fpasswd", "inner", &absolute] {
        let answer = owner.get(&format!("/api/v1/media/3/{uri}"));
        assert!(answer.status >= 400 && !answer.text().contains("a secret"), "{uri}: {}", answer.text());
        assert!(
            !answer.text().contains("no item"),
            "{uri} is held, and refused by the folder: {}",
            answer.text()
        );
    }
    for uri in [
        "../secret.txt",
        "..%2Fsecret.txt",
        "%2e%2e%2Fsecret.txt",
        "%252e%252e%252Fsecret.txt",
        "inner/../../secret.txt",
        "inner%2F..%2F..%2Fsecret.txt",
        "..%5Csecret.txt",
        "..%255Csecret.txt",
        "link.txt",
        "clip.mp4%00.png",
        "%2Fetc%2Fpasswd",
        "file:%2F%2F%2Fetc%2Fpasswd",
        "http:%2F%2F169.254.169.254%2Flatest%2Fmeta-data",
        "",
        ".",
        "inner",
        &absolute,
    ] {
        let answer = owner.get(&format!("/api/v1/media/2/{uri}"));
        assert!(answer.status >= 400, "{uri}: {} {}", answer.status, answer.text());
        assert!(!answer.text().contains("a secret"), "{uri}");
        let r = json!({ "image": { "source": 2, "uri": uri, "fit": [9, 9] } }).to_string();
        let r = percent_encoded(&r);
        let pixels = owner.get(&format!("/api/v1/pixels?r={r}"));
        assert!(pixels.status >= 400, "{uri} as pixels");
    }
    assert_eq!(owner.get("/api/v1/media/99/clip.mp4").status, 404, "no such source");
}

#[test]
fn what_no_item_holds_is_not_handed_over() {
    let world = World::new();
    world.import_media();
    std::fs::write(world.media_folder().join("other.png"), "x").unwrap();
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    assert!(
        world.folder.path().join("study.tiebreak").is_file(),
        "the project lies in the folder of source 1"
    );
    for path in
        ["1/pairs.jsonl", "1/study.tiebreak", "1/study.tiebreak-wal", "2/pictures.jsonl", "2/other.png"]
    {
        for client in [&owner, &ana] {
            let answer = client.get(&format!("/api/v1/media/{path}"));
            assert_eq!(answer.status, 404, "{path}: {}", answer.text());
        }
    }
    let pixels = |uri: &str| {
        let r = percent_encoded(&json!({ "image": { "source": 2, "uri": uri, "fit": [9, 9] } }).to_string());
        ana.get(&format!("/api/v1/pixels?r={r}")).text()
    };
    assert!(pixels("other.png").contains("no item"), "{}", pixels("other.png"));
    assert!(!pixels("good.png").contains("no item"), "{}", pixels("good.png"));
    let of_another = ana.get("/api/v1/media/1/clip.mp4");
    assert_eq!(of_another.status, 404, "held by items of another source");
}

#[test]
fn files_that_somebody_sends_name_no_folders_of_this_machine() {
    let theirs = World::new();
    theirs.import_media();
    let secrets = theirs.media_folder();
    let archive = theirs.owner().get("/api/v1/judgments?format=tiebreak");
    assert_eq!(archive.status, 200, "{}", archive.text());
    let folder = secrets.canonicalize().unwrap();
    // As the exporting machine has it: a folder that is there on the other one too.
    let archive =
        archive.text().replace("\"media_folder\":\"media\"", &format!("\"media_folder\":{}", json!(folder)));
    assert!(archive.contains(folder.to_str().unwrap()), "{archive}");
    let archive = archive.replace("\"fetches_addresses\":false", "\"fetches_addresses\":true");
    let world = World::new();
    let owner = world.owner();
    let lead = world.join(&owner, "lead", "Lea");
    let brought = lead.send("POST", "/api/v1/items?name=a.jsonl", archive.as_bytes());
    assert_eq!(brought.status, 200, "{}", brought.text());
    let sources = world.info().sources;
    assert!(sources.len() > 1, "the items came: {}", brought.text());
    for source in &sources[1..] {
        assert_eq!((source.media_folder.as_deref(), source.fetches_addresses), (None, false), "{source:?}");
        let medium = lead.get(&format!("/api/v1/media/{}/clip.mp4", source.id.0));
        assert!(medium.status >= 400, "{}: {}", medium.status, medium.text());
    }
    let rows = b"{\"prompt\":\"mine\",\"image_a\":\"x.png\",\"image_b\":\"y.png\"}";
    assert_eq!(lead.send("POST", "/api/v1/items?name=b.jsonl", rows).status, 200);
    let last = world.info().sources.pop().unwrap();
    assert_eq!(last.media_folder, None, "what was sent lay in a folder that is gone");
}
