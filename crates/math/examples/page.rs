//! Draws a page of formulas, one a line of the file named first, to the PNG named second, to be looked at.
//!
//! `cargo run -p tiebreak-math --example page -- crates/math/tests/data/formulas.txt page.png [inline] [points]`

use std::time::Instant;

use image::{Rgba, RgbaImage};
use tiebreak_math::{Laid, Picture, Style, lay_out};

const WIDTH: u32 = 900;
const MARGIN: f32 = 12.0;
const PIXELS_PER_POINT: f32 = 1.0;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [source, target, rest @ ..] = arguments.as_slice() else {
        return Err("name a file and a PNG".into());
    };
    let style = if rest.iter().any(|word| word == "inline") { Style::Inline } else { Style::Display };
    let size = rest.iter().find_map(|word| word.parse().ok()).unwrap_or(20.0);
    let text = std::fs::read_to_string(source)?;
    let begun = Instant::now();
    let laid: Vec<Laid> = text
        .lines()
        .filter_map(|tex| lay_out(tex, style, size).map_err(|fault| eprintln!("{tex}: {fault}")).ok())
        .collect();
    println!("{} formulas laid out in {:?}", laid.len(), begun.elapsed());
    let begun = Instant::now();
    let pictures: Vec<Option<Picture>> =
        laid.iter().map(|laid| Picture::of(laid, PIXELS_PER_POINT, [20, 20, 20, 255])).collect();
    println!("and drawn in {:?}", begun.elapsed());
    let height: f32 = laid.iter().map(|laid| laid.height + laid.depth + MARGIN).sum();
    let mut page = RgbaImage::from_pixel(WIDTH, (height + MARGIN) as u32, Rgba([255, 255, 255, 255]));
    let mut y = MARGIN;
    for (laid, picture) in laid.iter().zip(&pictures) {
        let baseline = (y + laid.height).round() as i64;
        y += laid.height + laid.depth + MARGIN;
        let Some(picture) = picture else { continue };
        for (index, pixel) in picture.pixels.chunks_exact(4).enumerate() {
            let (column, row) = ((index % picture.width) as i64, (index / picture.width) as i64);
            let x = MARGIN as i64 + i64::from(picture.left) + column;
            let y = baseline + i64::from(picture.top) + row;
            if x < 0 || y < 0 || x >= i64::from(page.width()) || y >= i64::from(page.height()) {
                continue;
            }
            let under = page.get_pixel_mut(x as u32, y as u32);
            let through = 255 - u16::from(pixel[3]);
            for (below, above) in under.0.iter_mut().zip(pixel).take(3) {
                *below = (u16::from(*below) * through / 255) as u8 + above;
            }
        }
    }
    page.save(target)?;
    Ok(())
}
