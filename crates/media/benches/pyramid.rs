//! What a large picture costs: until it is first seen, until its first tile, tiles a second, and bytes at the most; and
//! the same of a pair that is asked for at once.
//!
//! `cargo bench -p tiebreak-media --bench pyramid -- [side]`, with the side in pixels (8192 if not said; 16384 is the
//! largest that is decoded). The picture is made here, of soft shapes with grain, and written as JPEG, PNG and lossless
//! WebP.

use std::{io::Cursor, path::Path, time::Instant};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use peak_alloc::PeakAlloc;
use tiebreak_domain::{
    SourceId,
    media::{TILE_SIDE, TileRequest},
};
use tiebreak_media::{Images, MediaFolder};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

/// The picture fitted into a window of this size is the first full view.
const WINDOW: [u32; 2] = [1600, 1000];
const MIB: f64 = 1024.0 * 1024.0;

fn main() {
    let side = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(8192);
    let folder = tempfile::tempdir().expect("a folder for the pictures");
    println!("{side} x {side} pixels");
    for (format, name) in
        [(ImageFormat::Jpeg, "a.jpg"), (ImageFormat::Png, "a.png"), (ImageFormat::WebP, "a.webp")]
    {
        let mut bytes = Cursor::new(Vec::new());
        picture(side).write_to(&mut bytes, format).expect("the picture is encoded");
        std::fs::write(folder.path().join(name), bytes.get_ref()).expect("the picture is written");
        let other = name.replace('a', "b");
        std::fs::write(folder.path().join(&other), bytes.into_inner()).expect("the picture is written");
        measure(folder.path(), name, side);
        measure_pair(folder.path(), [name, &other]);
    }
}

fn picture(side: u32) -> DynamicImage {
    let mut state = 1_u32;
    RgbImage::from_fn(side, side, |x, y| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let grain = (state >> 29) as u8;
        Rgb([(x / 37) as u8, (y / 29) as u8, ((x + y) / 53) as u8].map(|base| base.saturating_add(grain)))
    })
    .into()
}

fn measure(folder: &Path, name: &str, side: u32) {
    let images = Images::new(Some(folder.join("cache")), 96 << 20);
    let media = MediaFolder::new(Some(folder.to_owned()), false);
    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    let peak = || ALLOCATED.peak_usage().saturating_sub(before) as f64 / MIB;

    let started = Instant::now();
    images.get(&media, name, WINDOW).expect("the picture fits a window");
    let (view_s, view_peak) = (started.elapsed().as_secs_f64(), peak());

    let tile = |level, column, row| {
        let request =
            TileRequest { source: SourceId(1), uri: name.into(), as_size: None, level, column, row };
        images.tile(&media, &request).expect("the picture has tiles")
    };
    ALLOCATED.reset_peak_usage();
    let started = Instant::now();
    tile(0, 0, 0);
    let (first_s, first_peak) = (started.elapsed().as_secs_f64(), peak());

    let columns = side.div_ceil(TILE_SIDE);
    let started = Instant::now();
    for row in 0..columns {
        (0..columns).for_each(|column| drop(tile(0, column, row)));
    }
    let tiles_a_second = f64::from(columns * columns) / started.elapsed().as_secs_f64();
    let held = ALLOCATED.current_usage().saturating_sub(before) as f64 / MIB;
    println!(
        "{name}: first view {view_s:.2} s ({view_peak:.0} MiB at the most), first tile {first_s:.2} s \
         ({first_peak:.0} MiB), then {tiles_a_second:.0} tiles/s, {held:.0} MiB held"
    );
}

/// Both pictures of a pair at once, as a pair that comes on the screen asks for them.
fn measure_pair(folder: &Path, names: [&str; 2]) {
    let images = Images::new(Some(folder.join("cache of pairs")), 96 << 20);
    let media = MediaFolder::new(Some(folder.to_owned()), false);
    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    let at_once = |work: &(dyn Fn(&str) + Sync)| {
        let started = Instant::now();
        std::thread::scope(|scope| {
            for name in names {
                scope.spawn(move || work(name));
            }
        });
        started.elapsed().as_secs_f64()
    };
    let view_s = at_once(&|name| drop(images.get(&media, name, WINDOW).expect("the picture fits a window")));
    let first_s = at_once(&|name| {
        let (source, uri) = (SourceId(1), name.into());
        let request = TileRequest { source, uri, as_size: None, level: 0, column: 0, row: 0 };
        drop(images.tile(&media, &request).expect("the picture has tiles"));
    });
    let peak = ALLOCATED.peak_usage().saturating_sub(before) as f64 / MIB;
    println!(
        "{} and {} at once: first views {view_s:.2} s, first tiles {first_s:.2} s, {peak:.0} MiB at the most",
        names[0], names[1]
    );
}
