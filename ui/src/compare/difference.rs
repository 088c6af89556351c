//! The difference of two pieces of picture, pixel by pixel: a pure function of pixels in memory, so that it is
//! the same for tiles, whole pictures and frames of videos.
//!
//! It is made in the first piece's pixels. Where the other's pixels lie on them it is exact; where they do not,
//! the other is sampled between its pixels. What shines through is part of it: colours are compared as they
//! are over black, and a difference of alpha counts as one of every colour.

use egui::{Color32, Pos2, Rect, vec2};
use tiebreak_domain::door::Pixels;

use super::false_color::RAMP;

/// How a difference is painted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Map {
    /// The difference of each of red, green and blue.
    #[default]
    Absolute,
    /// The largest of the three as a colour of a ramp.
    FalseColor,
}

/// What a difference is seen through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Sight {
    /// What it is multiplied by, at most 32.
    pub gain: u8,
    /// How it is painted.
    pub map: Map,
}

/// A piece of picture and where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Lying<'a> {
    /// Its pixels.
    pub pixels: &'a Pixels,
    /// Where they lie, in pixels of the common ground.
    pub place: Rect,
}

/// A difference that was made.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// Width and height.
    pub size: [usize; 2],
    /// Where it lies, on the same ground.
    pub place: Rect,
    /// The colours, rows from the top.
    pub colors: Vec<Color32>,
}

/// Pixels closer than this share of one lie on one another.
const NEAR: f32 = 0.02;

/// The difference of two pieces where both are; none where they do not meet.
pub fn difference(one: Lying<'_>, other: Lying<'_>, sight: Sight) -> Option<Difference> {
    let meet = one.place.intersect(other.place);
    if !meet.is_positive() {
        return None;
    }
    let step = pixel_size(one);
    let first = ((meet.min - one.place.min) / step + vec2(NEAR, NEAR)).floor();
    let end = ((meet.max - one.place.min) / step - vec2(NEAR, NEAR)).ceil();
    let end =
        [(end.x as usize).min(one.pixels.width as usize), (end.y as usize).min(one.pixels.height as usize)];
    let first = [first.x as usize, first.y as usize];
    let (width, height) = (end[0].checked_sub(first[0])?, end[1].checked_sub(first[1])?);
    if width == 0 || height == 0 {
        return None;
    }
    let corner = one.place.min + vec2(first[0] as f32, first[1] as f32) * step;
    let sampled = Sampled::new(other, corner, step, width);
    let mut rows = Rows::new(width);
    let mut colors = Vec::with_capacity(width * height);
    for row in 0..height {
        let start = ((first[1] + row) * one.pixels.width as usize + first[0]) * 4;
        let own = &one.pixels.rgba[start..start + width * 4];
        sampled.row(row, &mut rows.other);
        rows.push_differences(own, sight, &mut colors);
    }
    let size = vec2(width as f32, height as f32) * step;
    Some(Difference { size: [width, height], place: Rect::from_min_size(corner, size), colors })
}

/// How large a pixel is on the ground.
fn pixel_size(lying: Lying<'_>) -> egui::Vec2 {
    vec2(
        lying.place.width() / lying.pixels.width.max(1) as f32,
        lying.place.height() / lying.pixels.height.max(1) as f32,
    )
}

/// Rows of the other piece in the first one's pixels.
struct Sampled<'a> {
    pixels: &'a Pixels,
    /// For each column the left of two pixels and the share of the right one, in 256ths.
    columns: Vec<(usize, u16)>,
    /// The first column, where the columns lie on the other's.
    exact: Option<usize>,
    top: f32,
    step: f32,
}

impl<'a> Sampled<'a> {
    fn new(other: Lying<'a>, corner: Pos2, step: egui::Vec2, width: usize) -> Self {
        let own = pixel_size(other);
        let from = (corner - other.place.min) / own;
        let step = step / own;
        let (left, top) = (from.x + step.x / 2.0 - 0.5, from.y + step.y / 2.0 - 0.5);
        let last = other.pixels.width.saturating_sub(1) as usize;
        let columns = (0..width).map(|column| between(left + column as f32 * step.x, last)).collect();
        let is_exact = (step.x - 1.0).abs() * width as f32 <= NEAR && (left - left.round()).abs() <= NEAR;
        let exact =
            Some(left.round().max(0.0) as usize).filter(|first| is_exact && first + width <= last + 1);
        Self { pixels: other.pixels, columns, exact, top, step: step.y }
    }

    fn row(&self, row: usize, into: &mut [u8]) {
        let last = self.pixels.height.saturating_sub(1) as usize;
        let (upper, share) = between(self.top + row as f32 * self.step, last);
        let line = |row: usize| {
            let width = self.pixels.width as usize * 4;
            &self.pixels.rgba[row * width..(row + 1) * width]
        };
        let above = line(upper);
        match self.exact {
            Some(first) if share == 0 => into.copy_from_slice(&above[first * 4..first * 4 + into.len()]),
            _ => {
                let below = line((upper + 1).min(last));
                for (pixel, (left, right_share)) in into.chunks_exact_mut(4).zip(&self.columns) {
                    let right = (left + 1).min(self.pixels.width as usize - 1) * 4;
                    let left = left * 4;
                    for channel in 0..4 {
                        let upper = mixed(above[left + channel], above[right + channel], *right_share);
                        let lower = mixed(below[left + channel], below[right + channel], *right_share);
                        pixel[channel] =
                            ((upper * (256 - u32::from(share)) + lower * u32::from(share) + 32_768) >> 16)
                                as u8;
                    }
                }
            }
        }
    }
}

/// The lower of the two pixels around a place and the share of the upper one in 256ths.
fn between(at: f32, last: usize) -> (usize, u16) {
    let at = at.clamp(0.0, last as f32);
    let near = at.round();
    if (at - near).abs() <= NEAR {
        return (near as usize, 0);
    }
    (at as usize, (at.fract() * 256.0) as u16)
}

fn mixed(one: u8, other: u8, share: u16) -> u32 {
    u32::from(one) * (256 - u32::from(share)) + u32::from(other) * u32::from(share)
}

/// Room for one row at a time.
struct Rows {
    other: Vec<u8>,
    own: Vec<u8>,
    difference: Vec<u8>,
}

impl Rows {
    fn new(width: usize) -> Self {
        let room = || vec![0; width * 4];
        Self { other: room(), own: room(), difference: room() }
    }

    fn push_differences(&mut self, own: &[u8], sight: Sight, into: &mut Vec<Color32>) {
        let is_opaque = is_opaque(own) && is_opaque(&self.other);
        let own = if is_opaque {
            own
        } else {
            self.own.copy_from_slice(own);
            over_black(&mut self.own);
            over_black(&mut self.other);
            &self.own
        };
        let gain = u16::from(sight.gain.min(32));
        for ((difference, one), other) in self.difference.iter_mut().zip(own).zip(&self.other) {
            *difference = (u16::from(one.abs_diff(*other)) * gain).min(255) as u8;
        }
        let ramp = &*RAMP;
        let pixels = self.difference.chunks_exact(4).map(|pixel| [pixel[0], pixel[1], pixel[2], pixel[3]]);
        let with_alpha = |[red, green, blue, alpha]: [u8; 4]| {
            if is_opaque { [red, green, blue] } else { [red.max(alpha), green.max(alpha), blue.max(alpha)] }
        };
        match sight.map {
            Map::Absolute => into.extend(
                pixels
                    .map(with_alpha)
                    .map(|[red, green, blue]| Color32::from_rgba_premultiplied(red, green, blue, u8::MAX)),
            ),
            Map::FalseColor => into.extend(
                pixels.map(with_alpha).map(|[red, green, blue]| ramp[usize::from(red.max(green).max(blue))]),
            ),
        }
    }
}

fn is_opaque(row: &[u8]) -> bool {
    row.chunks_exact(4).fold(u8::MAX, |least, pixel| least & pixel[3]) == u8::MAX
}

fn over_black(row: &mut [u8]) {
    for pixel in row.chunks_exact_mut(4) {
        let alpha = u16::from(pixel[3]);
        for channel in &mut pixel[..3] {
            *channel = ((u16::from(*channel) * alpha + 127) / 255) as u8;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pixels(width: u32, height: u32, rgba: impl Fn(u32, u32) -> [u8; 4]) -> Pixels {
        let rgba: Vec<u8> =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| rgba(x, y)).collect();
        Pixels { width, height, full_width: width, full_height: height, rgba: rgba.into() }
    }

    fn at(x: f32, y: f32, width: f32, height: f32) -> Rect {
        Rect::from_min_size(egui::pos2(x, y), vec2(width, height))
    }

    const PLAIN: Sight = Sight { gain: 1, map: Map::Absolute };

    fn color(red: u8, green: u8, blue: u8) -> Color32 {
        Color32::from_rgba_premultiplied(red, green, blue, 255)
    }

    #[test]
    fn equal_sizes_differ_pixel_by_pixel_and_are_amplified() {
        let one = pixels(3, 2, |x, y| [10 * x as u8, 100, y as u8, 255]);
        let other = pixels(3, 2, |_, _| [10, 90, 0, 255]);
        let place = at(0.0, 0.0, 3.0, 2.0);
        let pair = (Lying { pixels: &one, place }, Lying { pixels: &other, place });
        let plain = difference(pair.0, pair.1, PLAIN).unwrap();
        assert_eq!(plain.size, [3, 2]);
        assert_eq!(plain.colors[..3], [color(10, 10, 0), color(0, 10, 0), color(10, 10, 0)]);
        assert_eq!(plain.colors[3], color(10, 10, 1));
        let amplified = difference(pair.0, pair.1, Sight { gain: 32, ..PLAIN }).unwrap();
        assert_eq!(amplified.colors[3], color(255, 255, 32), "held at the brightest");
        let ramp = difference(pair.0, pair.1, Sight { gain: 2, map: Map::FalseColor }).unwrap();
        assert_eq!(ramp.colors[0], RAMP[20]);
    }

    #[test]
    fn only_where_both_are_and_from_the_same_pixel() {
        let one = pixels(4, 4, |x, y| [(x * 10 + y) as u8, 0, 0, 255]);
        let place = at(0.0, 0.0, 4.0, 4.0);
        let shifted = at(2.0, 1.0, 4.0, 4.0);
        let made =
            difference(Lying { pixels: &one, place }, Lying { pixels: &one, place: shifted }, PLAIN).unwrap();
        assert_eq!((made.size, made.place), ([2, 3], at(2.0, 1.0, 2.0, 3.0)));
        assert!(made.colors.iter().all(|color| color.r() == 21), "{:?}", made.colors);
        let beside = at(4.0, 0.0, 4.0, 4.0);
        assert_eq!(
            difference(Lying { pixels: &one, place }, Lying { pixels: &one, place: beside }, PLAIN),
            None
        );
    }

    #[test]
    fn a_copy_of_half_the_size_of_something_even_does_not_differ() {
        let ramp = |side: u32| pixels(side, side, move |x, _| [(x * (256 / side)) as u8, 9, 9, 255]);
        let place = at(0.0, 0.0, 64.0, 64.0);
        let (one, half) = (ramp(64), ramp(32));
        let made = difference(Lying { pixels: &one, place }, Lying { pixels: &half, place }, PLAIN).unwrap();
        assert_eq!(made.size, [64, 64]);
        let inside = made.colors.iter().enumerate().filter(|(index, _)| (1..63).contains(&(index % 64)));
        // Pixel centres of the half lie between two of the whole.
        assert!(inside.clone().all(|(_, color)| color.r() <= 3 && color.g() == 0), "{:?}", made.colors);
    }

    #[test]
    fn what_shines_through_is_a_difference_too() {
        let one = pixels(1, 1, |_, _| [200, 100, 50, 0]);
        let clear = pixels(1, 1, |_, _| [0, 0, 0, 0]);
        let black = pixels(1, 1, |_, _| [0, 0, 0, 255]);
        let place = at(0.0, 0.0, 1.0, 1.0);
        let of = |one, other| {
            difference(Lying { pixels: one, place }, Lying { pixels: other, place }, PLAIN).unwrap().colors[0]
        };
        assert_eq!(of(&one, &clear), color(0, 0, 0), "two that cannot be seen are the same");
        assert_eq!(of(&clear, &black), color(255, 255, 255));
    }
}
