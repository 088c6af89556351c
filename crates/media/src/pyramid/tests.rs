#![allow(clippy::unwrap_used)]

use image::{Rgba, RgbaImage};

use super::*;

fn noise(width: u32, height: u32, is_opaque: bool) -> RgbaImage {
    let mut state = 7_u32;
    RgbaImage::from_fn(width, height, |_, _| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [red, green, blue, alpha] = state.to_be_bytes();
        Rgba([red, green, blue, if is_opaque { 255 } else { alpha }])
    })
}

fn built(picture: &RgbaImage, rows_at_once: u32, shelf: impl Fn(usize) -> Shelf) -> Pyramid {
    let size = [picture.width(), picture.height()];
    let levels = Levels::of(size);
    let shelf = shelf(levels.tile_count());
    let mut builder = Builder::new(levels, size, shelf, Keep::All);
    for rows in picture.as_raw().chunks((rows_at_once * size[0]) as usize * PIXEL_BYTES) {
        builder.push(rows).unwrap();
    }
    builder.finished()
}

/// A level put together from its tiles.
fn level(pyramid: &Pyramid, level: u8) -> RgbaImage {
    let [width, height] = pyramid.levels.sizes()[usize::from(level)];
    let mut whole = RgbaImage::new(width, height);
    for row in 0..height.div_ceil(TILE_SIDE) {
        for column in 0..width.div_ceil(TILE_SIDE) {
            let tile = pyramid.tile(TilePlace { level, column, row }).unwrap().unwrap();
            assert_eq!([tile.full_width, tile.full_height], pyramid.full());
            let tile = RgbaImage::from_raw(tile.width, tile.height, tile.rgba.to_vec()).unwrap();
            image::imageops::replace(
                &mut whole,
                &tile,
                i64::from(column * TILE_SIDE),
                i64::from(row * TILE_SIDE),
            );
        }
    }
    whole
}

/// The mean of the pixels of the full picture that a pixel of a level covers, by their alpha, in double precision.
fn reference(picture: &RgbaImage, level: u32, x: u32, y: u32) -> [f64; 4] {
    let side = 1 << level;
    let (mut sums, mut alphas, mut count) = ([0.0; 3], 0.0, 0.0);
    for below in y * side..((y + 1) * side).min(picture.height()) {
        for beside in x * side..((x + 1) * side).min(picture.width()) {
            let [red, green, blue, alpha] = picture.get_pixel(beside, below).0.map(f64::from);
            for (sum, value) in sums.iter_mut().zip([red, green, blue]) {
                *sum += value * alpha;
            }
            alphas += alpha;
            count += 1.0;
        }
    }
    let [red, green, blue] = sums.map(|sum| sum / alphas);
    [red, green, blue, alphas / count]
}

#[test]
fn level_0_is_the_picture_and_the_others_its_means() {
    for (width, height) in [(1300, 1100), (513, 512), (1, 1), (3, 1), (1, 2000), (512, 1024)] {
        let picture = noise(width, height, true);
        let pyramid = built(&picture, 512, Shelf::in_memory);
        assert!(level(&pyramid, 0) == picture, "{width} x {height}: level 0 is the picture, bit by bit");
        // A pixel at an odd edge counts once more at each level; inside all pixels count the same.
        for number in 1..pyramid.levels.sizes().len().min(4) as u8 {
            let [level_width, level_height] = [width, height].map(|side| side >> number);
            let small = level(&pyramid, number);
            let mut drift = 0.0;
            for (x, y) in (0..level_height).flat_map(|y| (0..level_width).map(move |x| (x, y))) {
                let expected = reference(&picture, u32::from(number), x, y);
                let pixel = small.get_pixel(x, y).0.map(f64::from);
                // Rounded once at each level, by at most a half.
                let most = f64::from(number) / 2.0 + 1e-6;
                let is_near = expected.iter().zip(pixel).all(|(one, other)| (one - other).abs() <= most);
                assert!(is_near, "{width} x {height}, level {number}, {x} {y}: {pixel:?} for {expected:?}");
                drift += pixel[0] - expected[0];
            }
            let count = f64::from(level_width * level_height);
            assert!(count < 10_000.0 || (drift / count).abs() < 0.02, "level {number} is brighter or darker");
        }
        let last = pyramid.levels.sizes().len() as u8 - 1;
        assert_eq!(level(&pyramid, last).dimensions(), (1, 1));
    }
}

#[test]
fn a_transparent_picture_has_the_first_level_of_its_means() {
    let picture = noise(700, 600, false);
    let pyramid = built(&picture, 512, Shelf::in_memory);
    let small = level(&pyramid, 1);
    for (x, y, pixel) in small.enumerate_pixels() {
        let expected = reference(&picture, 1, x, y);
        let is_near =
            expected.iter().zip(pixel.0).all(|(one, other)| (one - f64::from(other)).abs() <= 0.5001);
        assert!(is_near || expected[3] == 0.0, "{x} {y}: {pixel:?} for {expected:?}");
    }
}

#[test]
fn it_does_not_matter_how_rows_come_or_where_tiles_lie() {
    let picture = noise(1025, 1537, false);
    let whole = built(&picture, 1537, Shelf::in_memory);
    let by_rows = built(&picture, 100, Shelf::in_memory);
    let spilled = built(&picture, 512, |count| Shelf::spilled(count, None).unwrap());
    assert!(spilled.is_spilled() && !whole.is_spilled());
    for number in 0..whole.levels.sizes().len() as u8 {
        let expected = level(&whole, number);
        assert!(level(&by_rows, number) == expected, "level {number} by rows");
        assert!(level(&spilled, number) == expected, "level {number} from the disk");
    }
}

#[test]
fn a_tile_that_is_not_there_is_told() {
    let pyramid = built(&noise(600, 20, true), 512, Shelf::in_memory);
    let problem = pyramid.tile(TilePlace { level: 0, column: 2, row: 0 }).unwrap_err();
    assert_eq!(problem.to_string(), "a picture of 600 x 20 pixels has no tile in column 2, row 0 of level 0");
    assert!(pyramid.tile(TilePlace { level: 11, column: 0, row: 0 }).is_err());
}
