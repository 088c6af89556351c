//! Images through the door: what is missing, broken, hostile or outside is refused by name.

use std::io::Write;

use tiebreak_domain::door::ImageRequest;
use tiebreak_domain::media::TileRequest;
use tiebreak_domain::{ApiError, ErrorCode, Reply, Request};

use crate::world::World;

/// A project with one pair of images, in a folder beside which lies a file that is nobody's business.
fn with_images() -> World {
    let world = World::new();
    world.create("p.tiebreak");
    std::fs::create_dir(world.path("media")).unwrap();
    world.write("secret.png", png(4, 4));
    world.write("media/good.png", png(4, 4));
    world.write(
        "media/pairs.jsonl",
        "{\"prompt\":\"a cat\",\"image_a\":\"good.png\",\"image_b\":\"none.png\"}\n",
    );
    let report = world.import(&world.text("media/pairs.jsonl"));
    assert_eq!((report.items_added, report.rows_refused), (1, 0), "{report:?}");
    world
}

fn request(world: &World, uri: &str) -> Request {
    let source = world.info().sources[0].id;
    Request::Image(ImageRequest { source, uri: uri.into(), fit: [640, 640] })
}

fn refused(world: &World, uri: &str) -> ApiError {
    let error = world.refused(request(world, uri));
    assert!(error.hint.is_some(), "what to do is missing: {error:?}");
    error
}

fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut checked = kind.to_vec();
    checked.extend_from_slice(data);
    let mut crc = flate2::Crc::new();
    crc.update(&checked);
    let mut chunk = (data.len() as u32).to_be_bytes().to_vec();
    chunk.extend_from_slice(&checked);
    chunk.extend_from_slice(&crc.sum().to_be_bytes());
    chunk
}

/// A grey picture of zeros, written by hand. Of a large one only the first rows are there.
fn png(width: u32, height: u32) -> Vec<u8> {
    let mut header = [width.to_be_bytes(), height.to_be_bytes()].concat();
    header.extend_from_slice(&[8, 0, 0, 0, 0]);
    let mut packed = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    for _ in 0..height.min(1_000) {
        packed.write_all(&vec![0; width as usize + 1]).unwrap();
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    file.extend(chunk(*b"IHDR", &header));
    file.extend(chunk(*b"IDAT", &packed.finish().unwrap()));
    file.extend(chunk(*b"IEND", &[]));
    file
}

#[test]
fn a_picture_of_forty_thousand_pixels_is_refused_before_it_is_decoded() {
    let world = with_images();
    let bomb = png(40_000, 40_000);
    assert!(bomb.len() < 200_000, "a small file, {} bytes", bomb.len());
    world.write("media/bomb.png", bomb);
    let error = refused(&world, "bomb.png");
    assert_eq!(error.code, ErrorCode::BadInput);
    assert!(
        error.message.contains("too large (40000 x 40000 pixels")
            && error.place.as_deref() == Some("bomb.png"),
        "{error:?}"
    );
    let good = world.engine.call(request(&world, "good.png")).unwrap();
    assert!(
        matches!(good, Reply::Image(picture) if (picture.pixels.width, picture.pixels.height) == (4, 4)),
        "the next one shows"
    );
}

#[test]
fn tiles_come_through_the_door_and_their_failures_are_told() {
    let world = with_images();
    let source = world.info().sources[0].id;
    world.write("media/wide.png", png(1100, 30));
    let tile = |uri: &str, level, column| {
        let uri = uri.to_owned();
        Request::Tile(TileRequest { source, uri, as_size: None, level, column, row: 0 })
    };
    for (level, column, size) in [(0, 0, (512, 30)), (0, 2, (76, 30)), (1, 1, (38, 15))] {
        match world.engine.call(tile("wide.png", level, column)).unwrap() {
            Reply::Tile(pixels) => {
                assert_eq!((pixels.width, pixels.height), size, "level {level}, column {column}");
                assert_eq!((pixels.full_width, pixels.full_height), (1100, 30));
            }
            other => panic!("no tile but {other:?}"),
        }
    }
    assert_eq!(world.refused(tile("wide.png", 0, 3)).code, ErrorCode::BadRequest);
    assert_eq!(world.refused(tile("none.png", 0, 0)).code, ErrorCode::NotFound);
    assert_eq!(world.refused(tile("../secret.png", 0, 0)).code, ErrorCode::BadRequest);
}

#[test]
fn what_is_missing_or_broken_is_told_apart() {
    let world = with_images();
    world.write("media/cut.png", &png(64, 64)[..50]);
    world.write("media/page.png", "<!doctype html><html></html>");
    world.write("media/empty.png", "");
    for (uri, code, words) in [
        ("none.png", ErrorCode::NotFound, "the image is missing"),
        ("cut.png", ErrorCode::BadInput, "cut"),
        ("page.png", ErrorCode::BadInput, "this is no image but a web page"),
        ("empty.png", ErrorCode::BadInput, "this is no image but an empty file"),
    ] {
        let error = refused(&world, uri);
        assert_eq!(error.code, code, "{error:?}");
        assert!(error.message.contains(words) && !error.message.contains(uri), "{words}: {error:?}");
        assert_eq!(error.place.as_deref(), Some(uri));
    }
}

#[test]
fn no_path_leads_out_of_the_media_folder() {
    let world = with_images();
    let outside = world.text("secret.png");
    for uri in ["../secret.png", "sub/../../secret.png", outside.as_str(), "/etc/passwd"] {
        let error = refused(&world, uri);
        assert_eq!(error.code, ErrorCode::BadRequest, "{error:?}");
        assert!(error.message.starts_with("the path leads outside the media folder"), "{error:?}");
    }
    assert!(refused(&world, "file:///etc/passwd").message.contains("cannot be an image's path"));
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(world.path("secret.png"), world.path("media/link.png")).unwrap();
        let error = refused(&world, "link.png");
        assert!(error.message.starts_with("the path leads outside"), "a link is followed first: {error:?}");
    }
}
