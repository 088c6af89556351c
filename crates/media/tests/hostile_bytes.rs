//! Bytes made to break decoders: none panics, and none makes the program allocate beyond the limits.
//!
//! A binary of its own, because it counts every allocation of the process.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat};
use peak_alloc::PeakAlloc;
use proptest::prelude::*;
use tiebreak_media::{Limits, decode};

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

const LIMITS: Limits = Limits { file_bytes: 1 << 20, decoded_bytes: 1 << 20 };
/// The picture, its premultiplied copy, its RGBA, and a decoder's tables; but never what a header alone
/// asks for.
const MOST_BYTES: usize = 12 << 20;
/// The TIFF decoder reads its first tags before it can be told limits: its own are 256 MiB for a tag's
/// values and as much for their bytes, which is within the default limits.
const MOST_BYTES_OF_TIFF: usize = MOST_BYTES + (512 << 20);
const FORMATS: [ImageFormat; 8] = [
    ImageFormat::Png,
    ImageFormat::Jpeg,
    ImageFormat::Gif,
    ImageFormat::WebP,
    ImageFormat::Bmp,
    ImageFormat::Tiff,
    ImageFormat::Hdr,
    ImageFormat::OpenExr,
];

fn real(format: ImageFormat) -> Vec<u8> {
    let picture =
        image::RgbImage::from_fn(37, 29, |x, y| image::Rgb([(x * 7) as u8, (y * 9) as u8, (x * y) as u8]));
    let mut bytes = Cursor::new(Vec::new());
    let is_light = matches!(format, ImageFormat::Hdr | ImageFormat::OpenExr);
    let picture = DynamicImage::from(picture);
    let picture = if is_light { picture.into_rgb32f().into() } else { picture };
    picture.write_to(&mut bytes, format).expect("a small picture is written to memory");
    bytes.into_inner()
}

fn check(bytes: &[u8], fit: [u32; 2]) -> Result<(), TestCaseError> {
    ALLOCATED.reset_peak_usage();
    let before = ALLOCATED.current_usage();
    let result = decode(bytes, fit, &LIMITS);
    let most = ALLOCATED.peak_usage().saturating_sub(before);
    let is_tiff = ["II", "MM"].iter().any(|start| bytes.starts_with(start.as_bytes()));
    let allowed = if is_tiff { MOST_BYTES_OF_TIFF } else { MOST_BYTES };
    prop_assert!(most < allowed, "{most} bytes for {result:?}");
    if let Ok(pixels) = result {
        prop_assert_eq!(pixels.rgba.len(), (pixels.width * pixels.height * 4) as usize);
        prop_assert!(pixels.width <= fit[0].max(1) && pixels.height <= fit[1].max(1));
    }
    Ok(())
}

// One test only: others beside it would be counted too.
#[test]
fn hostile_bytes_neither_panic_nor_fill_the_memory() {
    let originals = FORMATS.map(real);
    let mutation = (0..FORMATS.len(), any::<(prop::sample::Index, bool)>());
    let strikes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<bool>()), 0..6);
    let random = prop::collection::vec(any::<u8>(), 0..300);
    let fits = prop::sample::select(vec![[0, 0], [16, 16], [5000, 3], [5000, 5000]]);
    let mut runner = prop::test_runner::TestRunner::new(ProptestConfig {
        cases: 3000,
        failure_persistence: None,
        ..ProptestConfig::default()
    });
    runner
        .run(&(mutation, strikes, random, fits), |((format, (cut, is_cut)), strikes, random, fit)| {
            let mut bytes = originals[format].clone();
            for (at, value, is_in_header) in strikes {
                let reach = if is_in_header { bytes.len().min(64) } else { bytes.len() };
                let at = at.index(reach);
                bytes[at] = value;
            }
            if is_cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            check(&bytes, fit)?;
            check(&random, fit)?;
            let start = bytes.len().min(24);
            check(&[&bytes[..start], &random].concat(), fit)
        })
        .unwrap_or_else(|failure| panic!("{failure}"));
}
