//! What spoils a picture: the faults that people learn to look for.

use crate::canvas::Canvas;
use crate::noise::hash;
use crate::vector::{Vec3, vec3};

impl Canvas {
    /// Filmic shoulder and a darker rim.
    pub fn finished(self, exposure: f32, vignette: f32) -> Self {
        let (width, height) = (self.width as f32, self.height as f32);
        self.changed(|column, row, colour| {
            let x = (column as f32 + 0.5) / width * 2.0 - 1.0;
            let y = (row as f32 + 0.5) / height * 2.0 - 1.0;
            let rim = 1.0 - vignette * (x * x + y * y) * 0.5;
            (colour * (exposure * rim)).map(|light| {
                let light = light.max(0.0);
                light * (2.51 * light + 0.03) / (light * (2.43 * light + 0.59) + 0.14)
            })
        })
    }

    /// As few levels in each channel as this.
    pub fn banded(self, levels: f32) -> Self {
        self.changed(|_, _, colour| {
            colour.map(|light| ((light.clamp(0.0, 1.0).powf(1.0 / 2.2) * levels).round() / levels).powf(2.2))
        })
    }

    /// Coloured grain.
    pub fn noisy(self, strength: f32) -> Self {
        self.changed(|column, row, colour| {
            let grain = |seed| hash(column as i32, row as i32, seed) - 0.5;
            let light = 0.15 + colour.luminance().max(0.0).sqrt();
            colour + vec3(grain(1), grain(2), grain(3)) * (strength * light)
        })
    }

    /// A blur that leaves outlines of strong contrast, as heavy noise reduction does.
    pub fn smoothed(self, radius: usize) -> Self {
        let mut result = self.clone();
        for row in 0..self.height {
            for column in 0..self.width {
                let here = self.pixels[row * self.width + column];
                let (mut sum, mut weights) = (Vec3::default(), 0.0);
                for y in row.saturating_sub(radius)..(row + radius + 1).min(self.height) {
                    for x in column.saturating_sub(radius)..(column + radius + 1).min(self.width) {
                        let there = self.pixels[y * self.width + x];
                        let away = (there - here).length() / (0.06 + here.length() * 0.4);
                        let weight = (-away * away).exp();
                        sum = sum + there * weight;
                        weights += weight;
                    }
                }
                result.pixels[row * self.width + column] = sum * (1.0 / weights);
            }
        }
        result
    }

    /// More (above 1) or less colour.
    pub fn saturated(self, factor: f32) -> Self {
        self.changed(|_, _, colour| {
            let grey = vec3(1.0, 1.0, 1.0) * colour.luminance();
            (grey + (colour - grey) * factor).map(|light| light.max(0.0))
        })
    }
}
