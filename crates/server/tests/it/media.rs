//! Media and pixels: what is in the media folder, in stretches, and nothing else.

use serde_json::json;

use crate::client::percent_encoded;
use crate::world::World;

#[test]
fn media_come_in_stretches_with_a_tag() {
    let world = World::new();
    world.import_media();
    let owner = world.owner();
    let whole = owner.get("/api/v1/media/2/clip.mp4");
    assert_eq!((whole.status, whole.body.len()), (200, 100));
    assert_eq!(whole.header("x-content-type-options"), Some("nosniff"));
    assert_eq!(whole.header("content-type"), Some("video/mp4"));
    let part = owner.with("range", "bytes=10-19").get("/api/v1/media/2/clip.mp4");
    assert_eq!((part.status, part.body), (206, (10..20).collect()));
    let tag = whole.header("etag").unwrap();
    assert_eq!(owner.with("if-none-match", tag).get("/api/v1/media/2/clip.mp4").status, 304);
    assert_eq!(world.client.get("/api/v1/media/2/clip.mp4").status, 401, "for whoever takes part");
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
