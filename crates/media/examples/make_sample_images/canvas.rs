//! A picture in linear light, painted by a function of the place or stroke by stroke, and its encoding.
//!
//! Places have x to the right, y up, and -1 to 1 along the shorter side.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;

use image::codecs::jpeg::JpegEncoder;
use image::{ImageError, ImageFormat, RgbImage};

use crate::noise::hash;
use crate::vector::Vec3;

const THREADS: usize = 4;

/// Rows of colours in linear light.
#[derive(Clone)]
pub struct Canvas {
    pub width: usize,
    pub height: usize,
    pub pixels: Vec<Vec3>,
}

impl Canvas {
    /// One colour everywhere.
    pub fn plain(width: usize, height: usize, colour: Vec3) -> Self {
        Self { width, height, pixels: vec![colour; width * height] }
    }

    /// The mean of `side` x `side` looks at `colour_at` in each pixel.
    pub fn paint(
        width: usize,
        height: usize,
        side: usize,
        colour_at: impl Fn(f32, f32) -> Vec3 + Sync,
    ) -> Self {
        let mut canvas = Self::plain(width, height, Vec3::default());
        let short = width.min(height) as f32;
        let rows_each = height.div_ceil(THREADS);
        let colour_at = &colour_at;
        std::thread::scope(|scope| {
            for (band, rows) in canvas.pixels.chunks_mut(rows_each * width).enumerate() {
                let paint_band = move || {
                    for (index, pixel) in rows.iter_mut().enumerate() {
                        let (column, row) = (index % width, index / width + band * rows_each);
                        let mut sum = Vec3::default();
                        for look in 0..side * side {
                            let step = 1.0 / side as f32;
                            let x = column as f32 + ((look % side) as f32 + 0.5) * step;
                            let y = row as f32 + ((look / side) as f32 + 0.5) * step;
                            sum = sum
                                + colour_at(
                                    (2.0 * x - width as f32) / short,
                                    (height as f32 - 2.0 * y) / short,
                                );
                        }
                        *pixel = sum * (1.0 / (side * side) as f32);
                    }
                };
                std::thread::Builder::new()
                    .name(format!("paint {band}"))
                    .spawn_scoped(scope, paint_band)
                    .expect("a few threads can be had");
            }
        });
        canvas
    }

    /// Every pixel through `change`, which is told the column and the row.
    pub fn changed(mut self, change: impl Fn(usize, usize, Vec3) -> Vec3) -> Self {
        for (index, pixel) in self.pixels.iter_mut().enumerate() {
            *pixel = change(index % self.width, index / self.width, *pixel);
        }
        self
    }

    /// Half as wide and high, each pixel the mean of four.
    pub fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut small = Self::plain(width, height, Vec3::default());
        for (index, pixel) in small.pixels.iter_mut().enumerate() {
            let corner = (index / width * 2) * self.width + index % width * 2;
            *pixel = (self.pixels[corner]
                + self.pixels[corner + 1]
                + self.pixels[corner + self.width]
                + self.pixels[corner + self.width + 1])
                * 0.25;
        }
        small
    }

    /// Lays `colour` over a disc; places and the radius in pixels.
    pub fn disc(&mut self, x: f32, y: f32, radius: f32, colour: Vec3, opacity: f32) {
        let reach = radius + 1.0;
        let columns = (x - reach).max(0.0) as usize..((x + reach).max(0.0) as usize + 1).min(self.width);
        for row in (y - reach).max(0.0) as usize..((y + reach).max(0.0) as usize + 1).min(self.height) {
            for column in columns.clone() {
                let away = (column as f32 + 0.5 - x).hypot(row as f32 + 0.5 - y);
                let cover = (radius + 0.5 - away).clamp(0.0, 1.0) * opacity;
                let pixel = &mut self.pixels[row * self.width + column];
                *pixel = pixel.mixed(colour, cover);
            }
        }
    }

    /// A tapering stroke; places and radii in pixels.
    pub fn stroke(&mut self, from: [f32; 2], to: [f32; 2], radii: [f32; 2], colour: Vec3) {
        let length = (to[0] - from[0]).hypot(to[1] - from[1]);
        let steps = (length / (radii[0].min(radii[1]) * 0.5).max(0.4)).ceil().max(1.0);
        for step in 0..=steps as usize {
            let t = step as f32 / steps;
            let radius = radii[0] + (radii[1] - radii[0]) * t;
            let (x, y) = (from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t);
            self.disc(x, y, radius, colour, 1.0);
        }
    }

    /// Fills a convex polygon, corners in pixels, with a colour for each pixel.
    pub fn polygon(&mut self, corners: &[[f32; 2]], colour_at: impl Fn(f32, f32) -> Vec3) {
        let low = corners.iter().map(|corner| corner[1]).fold(f32::MAX, f32::min).max(0.0) as usize;
        let high = corners.iter().map(|corner| corner[1]).fold(0.0, f32::max).ceil() as usize;
        for row in low..high.min(self.height) {
            let y = row as f32 + 0.5;
            let (mut left, mut right) = (f32::MAX, f32::MIN);
            for (index, from) in corners.iter().enumerate() {
                let to = corners[(index + 1) % corners.len()];
                if (from[1] <= y) != (to[1] <= y) {
                    let x = from[0] + (to[0] - from[0]) * (y - from[1]) / (to[1] - from[1]);
                    left = left.min(x);
                    right = right.max(x);
                }
            }
            let first = (left - 0.5).ceil().max(0.0) as usize;
            let end = ((right - 0.5).ceil().max(0.0) as usize).min(self.width);
            for column in first..end {
                self.pixels[row * self.width + column] = colour_at(column as f32 + 0.5, y);
            }
        }
    }

    /// Writes it as sRGB; JPEG with this quality, or PNG where `quality` is none.
    pub fn save(&self, path: &Path, quality: Option<u8>) -> Result<(), ImageError> {
        let mut picture = RgbImage::new(self.width as u32, self.height as u32);
        for (column, row, pixel) in picture.enumerate_pixels_mut() {
            let colour = self.pixels[row as usize * self.width + column as usize];
            // Half a level of noise, so that slow gradients do not band.
            let grain = if quality.is_some() { hash(column as i32, row as i32, 9) } else { 0.5 };
            let level = |light: f32| (light.clamp(0.0, 1.0).powf(1.0 / 2.2) * 255.0 + grain).min(255.0) as u8;
            pixel.0 = [level(colour.x), level(colour.y), level(colour.z)];
        }
        match quality {
            None => picture.save_with_format(path, ImageFormat::Png),
            Some(quality) => JpegEncoder::new_with_quality(BufWriter::new(File::create(path)?), quality)
                .encode_image(&picture),
        }
    }
}
