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
