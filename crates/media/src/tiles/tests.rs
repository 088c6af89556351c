#![allow(clippy::unwrap_used)]

use std::{
    fs,
    io::Cursor,
    path::Path,
    sync::{
        Barrier,
        atomic::{AtomicU32, Ordering},
    },
    thread,
};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use tiebreak_domain::SourceId;

use super::*;
use crate::{FetchLimits, Images, MediaFolder};

fn request(uri: &str, level: u8, column: u32, row: u32) -> TileRequest {
    TileRequest { source: SourceId(1), uri: uri.into(), as_size: None, level, column, row }
}

fn encoded(picture: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    picture.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn noise(width: u32, height: u32) -> RgbImage {
    let mut state = 1_u32;
    RgbImage::from_fn(width, height, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        Rgb([(x / 9) as u8, (y / 7) as u8, (state >> 24) as u8])
    })
}

fn images(folder: &Path, budget: TileBudget) -> (Images, MediaFolder) {
    let images = Images::with_limits(
        Some(folder.join("cache")),
        1_000_000,
        budget,
        Limits::default(),
        FetchLimits::default(),
    );
    (images, MediaFolder::new(Some(folder.to_owned()), false))
}

fn assert_is_part(tile: &Pixels, whole: &RgbaImage, column: u32, row: u32) {
    let part = image::imageops::crop_imm(whole, column * TILE_SIDE, row * TILE_SIDE, tile.width, tile.height);
    assert!(part.to_image().as_raw()[..] == tile.rgba[..], "tile {column} {row} is not the picture's");
}

#[test]
fn level_0_is_what_the_image_crate_decodes_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = images(folder.path(), TileBudget::default());
    let clear = RgbaImage::from_fn(700, 530, |x, y| Rgba([x as u8, y as u8, (x ^ y) as u8, (x * y) as u8]));
    let wide = DynamicImage::from(noise(700, 530)).into_rgba16();
    let files = [
        ("a.png", encoded(clear.clone(), ImageFormat::Png)),
        ("deep.png", encoded(wide.clone(), ImageFormat::Png)),
        ("deep.tif", encoded(wide, ImageFormat::Tiff)),
        ("a.jpg", encoded(noise(700, 530), ImageFormat::Jpeg)),
        ("a.webp", encoded(clear, ImageFormat::WebP)),
        ("a.gif", encoded(noise(700, 530), ImageFormat::Gif)),
        ("a.bmp", encoded(noise(700, 530), ImageFormat::Bmp)),
        ("grey.png", encoded(DynamicImage::from(noise(700, 530)).into_luma8(), ImageFormat::Png)),
    ];
    for (name, bytes) in files {
        fs::write(folder.path().join(name), &bytes).unwrap();
        let whole = image::load_from_memory(&bytes).unwrap().into_rgba8();
        for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
            let tile = images.tile(&media, &request(name, 0, column, row)).unwrap();
            assert_eq!([tile.full_width, tile.full_height], [700, 530], "{name}");
            assert_is_part(&tile, &whole, column, row);
        }
    }
}

#[test]
fn a_camera_held_sideways_is_upright_in_its_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = images(folder.path(), TileBudget::default());
    let jpeg = encoded(noise(900, 600), ImageFormat::Jpeg);
    let exif = b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0";
    let length = (exif.len() as u16 + 2).to_be_bytes();
    let turned = [&jpeg[..2], &[0xFF, 0xE1], &length, &exif[..], &jpeg[2..]].concat();
    fs::write(folder.path().join("a.jpg"), turned).unwrap();
    let whole = image::load_from_memory(&jpeg).unwrap().rotate90().into_rgba8();
    for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let tile = images.tile(&media, &request("a.jpg", 0, column, row)).unwrap();
        assert_eq!([tile.full_width, tile.full_height], [600, 900]);
        assert_is_part(&tile, &whole, column, row);
    }
    let resized = TileRequest { as_size: Some([300, 450]), ..request("a.jpg", 0, 0, 0) };
    let tile = images.tile(&media, &resized).unwrap();
    assert_eq!([tile.width, tile.height, tile.full_width, tile.full_height], [300, 450, 600, 900]);
}

#[test]
fn a_picture_is_brought_to_a_size_before_it_is_cut() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = images(folder.path(), TileBudget::default());
    let picture = noise(400, 300);
    fs::write(folder.path().join("a.png"), encoded(picture.clone(), ImageFormat::Png)).unwrap();
    let tile = |as_size, level, column| {
        images.tile(&media, &TileRequest { as_size, ..request("a.png", level, column, 0) })
    };
    let large = tile(Some([800, 600]), 0, 1).unwrap();
    assert_eq!([large.width, large.height, large.full_width, large.full_height], [288, 512, 400, 300]);
    let source = DynamicImage::from(picture.clone());
    let mut expected = DynamicImage::new(800, 600, source.color());
    let lanczos = fast_image_resize::ResizeOptions::new();
    fast_image_resize::Resizer::new().resize(&source, &mut expected, &lanczos).unwrap();
    assert_is_part(&large, &expected.into_rgba8(), 1, 0);
    let own = tile(Some([400, 300]), 0, 0).unwrap();
    assert_is_part(&own, &source.into_rgba8(), 0, 0);
    let plain = tile(None, 0, 0).unwrap();
    assert!(Arc::ptr_eq(&own.rgba, &plain.rgba), "its own size is no other size");
    for size in [[0, 5], [5, 0], [60_000, 60_000]] {
        let error = tile(Some(size), 0, 0).unwrap_err();
        assert!(matches!(error.problem, Problem::BadSize { .. }), "{error}");
    }
}

fn small_budget(memory_bytes: u64) -> TileBudget {
    TileBudget { memory_bytes, disk_bytes: 100_000_000 }
}

#[test]
fn large_pictures_go_to_the_disk_and_come_back_bit_by_bit() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = images(folder.path(), small_budget(1_000_000));
    let picture = noise(1100, 700);
    fs::write(folder.path().join("a.png"), encoded(picture.clone(), ImageFormat::Png)).unwrap();
    let whole = DynamicImage::from(picture).into_rgba8();
    for (column, row) in [(2, 1), (0, 0), (1, 1)] {
        assert_is_part(&images.tile(&media, &request("a.png", 0, column, row)).unwrap(), &whole, column, row);
    }
    let tiles = images.tiles();
    assert_eq!(locked(&tiles.in_memory).held_bytes(), 0);
    assert!(locked(&tiles.on_disk).held_bytes() > 1100 * 700 * 4);
    assert_eq!(fs::read_dir(folder.path().join("cache")).unwrap().count(), 0, "files without a name");
}

#[test]
fn without_a_disk_tiles_are_still_answered() {
    let folder = tempfile::tempdir().unwrap();
    let (whole_images, media) = images(folder.path(), TileBudget::default());
    fs::write(folder.path().join("a.png"), encoded(noise(1100, 700), ImageFormat::Png)).unwrap();
    let tiles = Tiles::new(None, Limits::default(), small_budget(2_200_000));
    let reads = AtomicU32::new(0);
    let bytes = fs::read(folder.path().join("a.png")).unwrap();
    let read = |_: &ContentKey| {
        reads.fetch_add(1, Ordering::SeqCst);
        Ok(ContentBytes::Read(bytes.clone()))
    };
    let path = folder.path().join("a.png");
    let key = PyramidKey { content: ContentKey::File { path, modified: None, bytes: 0 }, as_size: None };
    // As if the disk had been full: only what fits in memory is kept.
    let upright = Upright {
        picture: image::load_from_memory(&bytes).unwrap(),
        orientation: image::metadata::Orientation::NoTransforms,
        conversion: crate::conversion::Conversion::AsIs,
    };
    let partial = tiles.partly(&upright, [1100, 700]);
    tiles.keep(&key, &Arc::new(partial));
    for (level, column, row, reads_after) in [(1, 0, 0, 0), (2, 0, 0, 0), (0, 2, 1, 1), (0, 0, 0, 2)] {
        let tile = tiles.get(key.content.clone(), &request("a.png", level, column, row), read).unwrap();
        let expected = whole_images.tile(&media, &request("a.png", level, column, row)).unwrap();
        assert!(tile == expected, "level {level}, {column} {row}");
        assert_eq!(reads.load(Ordering::SeqCst), reads_after, "level {level}, {column} {row}");
    }
}

#[test]
fn twenty_tiles_at_once_decode_once() {
    let tiles = Tiles::new(None, Limits::default(), TileBudget::default());
    let bytes = encoded(noise(2100, 1700), ImageFormat::Png);
    let reads = AtomicU32::new(0);
    let read = |_: &ContentKey| {
        reads.fetch_add(1, Ordering::SeqCst);
        Ok(ContentBytes::Read(bytes.clone()))
    };
    let content = ContentKey::File { path: "a.png".into(), modified: None, bytes: 1 };
    let start = Barrier::new(20);
    thread::scope(|scope| {
        for number in 0..20 {
            let (content, start, read, tiles) = (content.clone(), &start, &read, &tiles);
            scope.spawn(move || {
                start.wait();
                tiles.get(content, &request("a.png", 0, number % 5, number / 5), read).unwrap();
            });
        }
    });
    assert_eq!(reads.load(Ordering::SeqCst), 1, "the others waited");
}

#[test]
fn a_changed_file_is_another_picture_and_a_broken_one_is_tried_once() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = images(folder.path(), TileBudget::default());
    let file = folder.path().join("a.png");
    fs::write(&file, encoded(RgbImage::from_pixel(20, 20, Rgb([3; 3])), ImageFormat::Png)).unwrap();
    assert_eq!(images.tile(&media, &request("a.png", 0, 0, 0)).unwrap().rgba[0], 3);
    fs::write(&file, encoded(RgbImage::from_pixel(21, 20, Rgb([9; 3])), ImageFormat::Png)).unwrap();
    let tile = images.tile(&media, &request("a.png", 0, 0, 0)).unwrap();
    assert_eq!((tile.rgba[0], tile.full_width), (9, 21));

    let whole = encoded(noise(80, 80), ImageFormat::Png);
    fs::write(&file, &whole[..whole.len() / 2]).unwrap();
    for _ in 0..2 {
        let error = images.tile(&media, &request("a.png", 0, 0, 0)).unwrap_err();
        assert!(matches!(error.problem, Problem::Truncated { .. }), "{error}");
        assert!(error.to_string().ends_with(": a.png"), "{error}");
    }
    assert_eq!(locked(&images.tiles().failed).held_bytes(), 1, "it is remembered");
    fs::write(&file, whole).unwrap();
    assert_eq!(images.tile(&media, &request("a.png", 0, 0, 0)).unwrap().full_width, 80);
}

#[test]
fn the_budget_of_memory_holds() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = images(folder.path(), small_budget(600_000));
    for number in 0..6 {
        let name = format!("{number}.png");
        fs::write(folder.path().join(&name), encoded(noise(230, 230), ImageFormat::Png)).unwrap();
        images.tile(&media, &request(&name, 0, 0, 0)).unwrap();
        let held = locked(&images.tiles().in_memory).held_bytes();
        assert!(held <= 600_000 && held > 200_000, "{held}");
    }
}

#[test]
fn odd_sizes_have_tiles() {
    let folder = tempfile::tempdir().unwrap();
    let (images, media) = images(folder.path(), TileBudget::default());
    for (width, height) in [(1, 1), (3, 1), (1, 10_000), (10_000, 1), (513, 511)] {
        let picture = noise(width, height);
        fs::write(folder.path().join("a.png"), encoded(picture.clone(), ImageFormat::Png)).unwrap();
        let levels = Levels::of([width, height]);
        for (level, size) in levels.sizes().iter().enumerate() {
            let [columns, rows] = crate::levels::grid(*size);
            let last = request("a.png", level as u8, columns - 1, rows - 1);
            let tile = images.tile(&media, &last).unwrap();
            assert_eq!(tile.rgba.len(), (tile.width * tile.height * 4) as usize);
        }
        let beyond = images.tile(&media, &request("a.png", levels.sizes().len() as u8, 0, 0)).unwrap_err();
        assert!(matches!(beyond.problem, Problem::NoSuchTile { .. }), "{beyond}");
    }
}

#[test]
fn what_is_too_large_to_be_decoded_whole_comes_in_bands() {
    let folder = tempfile::tempdir().unwrap();
    let media = MediaFolder::new(Some(folder.path().to_owned()), false);
    let clear = RgbaImage::from_fn(700, 530, |x, y| Rgba([x as u8, y as u8, (x ^ y) as u8, (x * y) as u8]));
    let deep = DynamicImage::from(noise(700, 530)).into_rgb16();
    let deep_clear = DynamicImage::from(clear).into_rgba16();
    let files = [
        ("deep.png", encoded(deep.clone(), ImageFormat::Png)),
        ("clear.png", encoded(deep_clear, ImageFormat::Png)),
        ("deep.tif", encoded(deep, ImageFormat::Tiff)),
    ];
    // Four bytes a pixel are allowed, and these have six or eight.
    let limits = Limits { decoded_bytes: 700 * 530 * 4, ..Limits::default() };
    for memory_bytes in [TileBudget::default().memory_bytes, 1_000_000] {
        let budget = TileBudget { memory_bytes, ..TileBudget::default() };
        let cache = Some(folder.path().join("cache"));
        let images = Images::with_limits(cache, 8_000_000, budget, limits, FetchLimits::default());
        for (name, bytes) in &files {
            fs::write(folder.path().join(name), bytes).unwrap();
            let whole = image::load_from_memory(bytes).unwrap().into_rgba8();
            for (column, row) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
                let tile = images.tile(&media, &request(name, 0, column, row)).unwrap();
                assert_is_part(&tile, &whole, column, row);
            }
            let fitted = images.get(&media, name, [1000, 1000]).unwrap();
            assert!(fitted.rgba[..] == whole.as_raw()[..], "{name} is not the picture");
            let small = images.get(&media, name, [100, 100]).unwrap();
            assert_eq!([small.width, small.height, small.full_width], [100, 76, 700], "{name}");
        }
        fs::write(folder.path().join("wide.bmp"), encoded(noise(1000, 600), ImageFormat::Bmp)).unwrap();
        let refused = images.get(&media, "wide.bmp", [100, 100]).unwrap_err();
        assert!(matches!(refused.problem, Problem::TooLarge { .. }), "{refused}");
        let cut = &files[0].1[..files[0].1.len() / 2];
        fs::write(folder.path().join("cut.png"), cut).unwrap();
        assert!(images.get(&media, "cut.png", [100, 100]).is_err());
    }
}
