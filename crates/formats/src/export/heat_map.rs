//! Marks on a picture as a map of grey values: white where every annotator marked, black where nobody did.
//!
//! A point stands for the disc of its radius, a box for its inside; one annotator's marks overlap without
//! adding up, and several annotators' maps are averaged (Liang et al. 2024, RichHF, section 3).

use tiebreak_domain::answer::{Mark, MarkForm};

use super::png::png_from_grey;

/// The longer side of a map, as in RichHF-18K.
const SIDE: u32 = 512;

/// A map as PNG, from the marks of each annotator. The map covers the whole picture and has its proportions
/// where `size` is known; else it is square, and discs are drawn as though the picture were.
pub(super) fn heat_map(size: Option<[u32; 2]>, annotators: &[Vec<&Mark>]) -> Vec<u8> {
    let [width, height] = map_size(size);
    let mut sums = vec![0u32; (width * height) as usize];
    for marks in annotators {
        let mut marked = vec![false; sums.len()];
        for mark in marks {
            draw(&mut marked, [width, height], mark);
        }
        for (sum, is_marked) in sums.iter_mut().zip(marked) {
            *sum += u32::from(is_marked);
        }
    }
    let most = annotators.len().max(1) as u32;
    let pixels: Vec<u8> = sums.into_iter().map(|sum| ((sum * 255 + most / 2) / most) as u8).collect();
    png_from_grey(width, height, &pixels)
}

fn map_size(size: Option<[u32; 2]>) -> [u32; 2] {
    match size {
        Some([width, height]) if width > 0 && height > 0 => {
            let longer = f64::from(width.max(height));
            [width, height].map(|side| ((f64::from(side) / longer * f64::from(SIDE)).round() as u32).max(1))
        }
        _ => [SIDE, SIDE],
    }
}

fn draw(marked: &mut [bool], [width, height]: [u32; 2], mark: &Mark) {
    let (across, down) = (width as f32, height as f32);
    let (left, top, right, bottom) = match mark.form {
        // The radius is a fraction of the width, in both directions.
        MarkForm::Radius(radius) => {
            let tall = radius * across / down;
            (mark.x - radius, mark.y - tall, mark.x + radius, mark.y + tall)
        }
        MarkForm::Size([wide, tall]) => (mark.x, mark.y, mark.x + wide, mark.y + tall),
    };
    let pixels = |from: f32, to: f32, count: f32| {
        let last = (to * count).ceil().clamp(0.0, count);
        (from * count).floor().clamp(0.0, count) as usize..last as usize
    };
    for row in pixels(top, bottom, down) {
        for column in pixels(left, right, across) {
            let (x, y) = ((column as f32 + 0.5) / across, (row as f32 + 0.5) / down);
            let is_inside = match mark.form {
                MarkForm::Radius(radius) => {
                    let (dx, dy) = (x - mark.x, (y - mark.y) * down / across);
                    dx * dx + dy * dy <= radius * radius
                }
                MarkForm::Size(_) => (left..right).contains(&x) && (top..bottom).contains(&y),
            };
            if is_inside {
                marked[row * width as usize + column] = true;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    /// Width, height, and the pixels.
    fn decoded(png: &[u8]) -> (usize, usize, Vec<u8>) {
        let number = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().unwrap()) as usize;
        let (width, height, length) = (number(16), number(20), number(33));
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(&png[41..41 + length]).read_to_end(&mut rows).unwrap();
        let pixels = rows.chunks(width + 1).flat_map(|row| row[1..].to_vec()).collect();
        (width, height, pixels)
    }

    fn point(x: f32, y: f32, radius: f32) -> Mark {
        Mark { part: 0, x, y, form: MarkForm::Radius(radius), label: None, at_us: None }
    }

    #[test]
    fn a_point_is_a_disc_of_its_radius_where_it_lies() {
        let mark = point(0.25, 0.5, 0.1);
        let (width, height, pixels) = decoded(&heat_map(Some([1_000, 500]), &[vec![&mark]]));
        assert_eq!((width, height), (512, 256), "the picture's proportions");
        let at = |x: f32, y: f32| pixels[(y * 256.0) as usize * 512 + (x * 512.0) as usize];
        assert_eq!((at(0.25, 0.5), at(0.34, 0.5), at(0.36, 0.5)), (255, 255, 0), "across");
        assert_eq!(
            (at(0.25, 0.69), at(0.25, 0.71)),
            (255, 0),
            "a tenth of the width is a fifth of the height"
        );
        let area = pixels.iter().filter(|pixel| **pixel > 0).count() as f64;
        let expected = std::f64::consts::PI * 51.2 * 51.2;
        assert!((area / expected - 1.0).abs() < 0.01, "{area} pixels, a disc has {expected}");
    }

    #[test]
    fn several_annotators_are_averaged_and_one_never_counts_twice() {
        let whole =
            Mark { part: 0, x: 0.0, y: 0.0, form: MarkForm::Size([1.0, 1.0]), label: None, at_us: None };
        let half =
            Mark { part: 0, x: 0.0, y: 0.0, form: MarkForm::Size([0.5, 1.0]), label: None, at_us: None };
        let (_, _, pixels) = decoded(&heat_map(None, &[vec![&whole, &half], vec![&half], vec![]]));
        assert_eq!(pixels[0], 170, "two of three");
        assert_eq!(pixels[511], 85, "one of three");
    }
}
