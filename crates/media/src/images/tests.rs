#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Cursor,
    path::Path,
    sync::{Arc, Barrier},
    thread,
};

use image::{ImageFormat, Rgb, RgbImage};

use super::*;
use crate::fetcher::TestServer;

const FIT: [u32; 2] = [50, 50];

fn png(width: u32, shade: u8) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(width, 100, Rgb([shade; 3])).write_to(&mut bytes, ImageFormat::Png).unwrap();
    bytes.into_inner()
}

fn made(folder: &Path) -> (Images, MediaFolder) {
    let images = Images::new(Some(folder.join("cache")), 1_000_000);
    (images, MediaFolder::new(Some(folder.to_owned()), true))
}

#[test]
fn an_image_is_decoded_once_until_it_changes() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = made(folder.path());
    fs::write(folder.path().join("a.png"), png(100, 1)).unwrap();
    let first = images.get(&media, "a.png", FIT).unwrap();
    let second = images.get(&media, "./a.png", FIT).unwrap();
    assert!(Arc::ptr_eq(&first.rgba, &second.rgba), "one file under two names");
    let smaller = images.get(&media, "a.png", [25, 25]).unwrap();
    assert_eq!([first.width, smaller.width, smaller.full_width], [50, 25, 100]);
    fs::write(folder.path().join("a.png"), png(200, 9)).unwrap();
    assert_eq!(images.get(&media, "a.png", FIT).unwrap().rgba[0], 9, "the file was changed");
    fs::remove_file(folder.path().join("a.png")).unwrap();
    let gone = images.get(&media, "a.png", FIT).unwrap_err();
    assert_eq!(gone.to_string(), "the image is missing: a.png");
}

#[test]
fn eight_threads_get_the_same_pixels() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = made(folder.path());
    fs::write(folder.path().join("a.png"), png(2000, 1)).unwrap();
    let start = Barrier::new(8);
    let get = || {
        start.wait();
        images.get(&media, "a.png", FIT).unwrap()
    };
    let all: Vec<Pixels> = thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(get)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    assert!(all.iter().all(|pixels| Arc::ptr_eq(&pixels.rgba, &all[0].rgba)), "decoded once");
}

#[test]
fn images_at_addresses_need_leave() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = made(folder.path());
    let server = TestServer::start(png(100, 3));
    let closed = MediaFolder::new(Some(folder.path().to_owned()), false);
    assert!(matches!(
        images.get(&closed, &server.at("/image"), FIT).unwrap_err().problem,
        Problem::AddressesOff
    ));
    assert_eq!(server.requests(), 0);
    for fit in [FIT, [20, 20]] {
        assert_eq!(images.get(&media, &server.at("/image"), fit).unwrap().width, fit[0]);
    }
    assert_eq!(server.requests(), 1);
}

#[test]
fn a_fetched_image_that_is_damaged_is_not_kept() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = made(folder.path());
    let damaged = png(100, 3)[..60].to_vec();
    let server = TestServer::start(damaged);
    for _ in 0..2 {
        let error = images.get(&media, &server.at("/image"), FIT).unwrap_err();
        assert!(matches!(error.problem, Problem::Truncated { .. }), "{error:?}");
    }
    assert_eq!(server.requests(), 1, "the failure rests");
    assert_eq!(fs::read_dir(folder.path().join("cache/media")).unwrap().count(), 0);
}

/// A file of these frames, each a WebP of one picture of its own, shown for a tenth of a second (RFC 9649, 2.7).
fn moving_webp(width: u32, stills: &[Vec<u8>]) -> Vec<u8> {
    let chunk = |kind: &[u8; 4], body: &[u8]| [&kind[..], &(body.len() as u32).to_le_bytes(), body].concat();
    let three = |number: u32| number.to_le_bytes()[..3].to_vec();
    let size = [three(width - 1), three(99)].concat();
    let mut body = chunk(b"VP8X", &[&[2, 0, 0, 0][..], &size].concat());
    body.extend(chunk(b"ANIM", &[0; 6]));
    for still in stills {
        let head = [three(0), three(0), size.clone(), three(100), vec![0]].concat();
        body.extend(chunk(b"ANMF", &[&head, &still[12..]].concat()));
    }
    [&b"RIFF"[..], &(body.len() as u32 + 4).to_le_bytes(), b"WEBP", &body].concat()
}

#[test]
fn an_animation_is_known_by_what_is_in_it_and_not_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = made(folder.path());
    let coded = |shade: u8, format| {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(20, 100, Rgb([shade; 3])).write_to(&mut bytes, format).unwrap();
        bytes.into_inner()
    };
    let webps = [90, 200].map(|shade| coded(shade, ImageFormat::WebP));
    let mut gif = Vec::new();
    let frame = |shade| image::Frame::new(image::RgbaImage::from_pixel(20, 100, image::Rgba([shade; 4])));
    image::codecs::gif::GifEncoder::new(&mut gif).encode_frames([frame(255), frame(254)]).unwrap();
    let mut apng = Vec::new();
    let mut encoder = png::Encoder::new(&mut apng, 20, 100);
    encoder.set_animated(2, 0).unwrap();
    let mut writer = encoder.write_header().unwrap();
    (0..2).for_each(|shade| writer.write_image_data(&[shade; 2000]).unwrap());
    writer.finish().unwrap();
    let videos = crate::Videos::without_ffmpeg(crate::VideoLimits::default());
    for (name, bytes, frames) in [
        ("gif.jpg", gif, 2),
        ("webp.png", moving_webp(20, &webps), 2),
        ("no name at all", moving_webp(20, &webps), 2),
        ("apng.png", apng, 2),
        ("still.gif", png(20, 1), 1),
        ("still.webp", webps[0].clone(), 1),
        ("still.apng", coded(3, ImageFormat::Jpeg), 1),
    ] {
        fs::write(folder.path().join(name), bytes).unwrap();
        assert_eq!(images.picture(&media, name, FIT).unwrap().may_move, frames > 1, "{name}");
        assert_eq!(videos.info(&media, name).unwrap().times_us.len(), frames, "{name}");
    }
}
