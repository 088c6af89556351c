//! Features of images without any model: colour, contrast, sharpness and shape, from pixels that are given.
//!
//! Coarse by design: enough for a head to learn "sharper" or "more colourful" before an embedding model is there.

use super::{ColumnKind, FeatureTable};

/// Names of [`features`]' columns, in its order.
pub const NAMES: [&str; 15] = [
    "mean red",
    "mean green",
    "mean blue",
    "deviation red",
    "deviation green",
    "deviation blue",
    "mean luminance",
    "contrast",
    "log sharpness",
    "colourfulness",
    "mean saturation",
    "dark share",
    "bright share",
    "log aspect ratio",
    "log pixels",
];

/// Pixels of 8-bit RGB, row by row.
#[derive(Clone, Copy, Debug)]
pub struct Pixels<'a> {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Three bytes per pixel.
    pub rgb: &'a [u8],
    /// Width and height before it was scaled down, by which its shape and its number of pixels go.
    pub full_size: [usize; 2],
}

/// The features of an image, channels from 0 to 1; none where the bytes are not `3 · width · height`.
///
/// Contrast is the deviation of luminance (Rec. 709 weights), sharpness the variance of its Laplacian
/// (Pech-Pacheco et al. 2000, ICPR), colourfulness that of Hasler and Süsstrunk (2003, SPIE 5007).
pub fn features(pixels: Pixels<'_>) -> Option<[f32; 15]> {
    let Pixels { width, height, rgb, full_size } = pixels;
    if width == 0 || height == 0 || rgb.len() != 3 * width * height || full_size.contains(&0) {
        return None;
    }
    let [full_width, full_height] = full_size.map(|side| side as f64);
    let count = (width * height) as f64;
    let channels =
        rgb.chunks_exact(3).map(|pixel| [0, 1, 2].map(|channel| f64::from(pixel[channel]) / 255.0));
    let mut moments = [Moments::default(); 5];
    let (mut luminance, mut saturation, mut dark, mut bright) =
        (Vec::with_capacity(width * height), 0.0, 0, 0);
    for [red, green, blue] in channels {
        let light = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
        let values = [red, green, blue, red - green, f64::midpoint(red, green) - blue];
        for (moment, value) in moments.iter_mut().zip(values) {
            moment.add(value);
        }
        let highest = red.max(green).max(blue);
        saturation += if highest > 0.0 { (highest - red.min(green).min(blue)) / highest } else { 0.0 };
        dark += usize::from(light < 0.1);
        bright += usize::from(light > 0.9);
        luminance.push(light);
    }
    let mut light = Moments::default();
    for value in &luminance {
        light.add(*value);
    }
    let mut edges = Moments::default();
    for row in 1..height.saturating_sub(1) {
        for column in 1..width.saturating_sub(1) {
            let at = row * width + column;
            let around =
                luminance[at - 1] + luminance[at + 1] + luminance[at - width] + luminance[at + width];
            edges.add(around - 4.0 * luminance[at]);
        }
    }
    let [red, green, blue, red_green, yellow_blue] = moments;
    let spread = red_green.deviation().hypot(yellow_blue.deviation());
    let colourfulness = spread + 0.3 * red_green.mean().hypot(yellow_blue.mean());
    Some(
        [
            red.mean(),
            green.mean(),
            blue.mean(),
            red.deviation(),
            green.deviation(),
            blue.deviation(),
            light.mean(),
            light.deviation(),
            (1e-6 + edges.deviation().powi(2)).ln(),
            colourfulness,
            saturation / count,
            dark as f64 / count,
            bright as f64 / count,
            (full_width / full_height).ln(),
            (full_width * full_height).ln(),
        ]
        .map(|value| value as f32),
    )
}

/// The features of every image of the pool, standardised. An image that could not be read counts as the mean.
pub fn table(images: &[Option<[f32; 15]>]) -> FeatureTable {
    let values = images.iter().flat_map(|image| image.unwrap_or([f32::NAN; 15])).collect();
    let names = NAMES.iter().map(|name| (*name).to_owned()).collect();
    FeatureTable::from_values(names, ColumnKind::Feature, values)
        .expect("a row has one value per name")
        .standardised()
}

#[derive(Clone, Copy, Debug, Default)]
struct Moments {
    count: f64,
    sum: f64,
    squares: f64,
}

impl Moments {
    fn add(&mut self, value: f64) {
        self.count += 1.0;
        self.sum += value;
        self.squares += value * value;
    }

    fn mean(self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }

    fn deviation(self) -> f64 {
        if self.count > 0.0 { (self.squares / self.count - self.mean().powi(2)).max(0.0).sqrt() } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(width: usize, height: usize, colour: impl Fn(usize, usize) -> [u8; 3]) -> [f32; 15] {
        let rgb = (0..width * height).flat_map(|at| colour(at % width, at / width)).collect::<Vec<_>>();
        features(Pixels { width, height, rgb: &rgb, full_size: [width, height] }).unwrap()
    }

    #[test]
    fn grey_is_dull_and_checks_are_sharp() {
        let grey = of(8, 4, |_, _| [128; 3]);
        assert!(grey[7].abs() < 1e-6 && grey[9].abs() < 1e-6, "no contrast, no colour");
        assert!((grey[13] - 2.0_f32.ln()).abs() < 1e-6, "twice as wide as high");
        let checks = of(8, 8, |x, y| [if (x + y) % 2 == 0 { 255 } else { 0 }; 3]);
        let ramp = of(8, 8, |x, _| [(x * 36) as u8; 3]);
        assert!(checks[8] > ramp[8] + 3.0, "checks are sharper than a ramp");
        assert!((ramp[8] - 1e-6_f32.ln()).abs() < 0.1, "a ramp has no edge at all");
        assert!((checks[12] - 0.5).abs() < 1e-6, "half is bright");
        let red = of(8, 8, |x, _| if x < 4 { [255, 0, 0] } else { [0, 0, 255] });
        assert!(red[9] > 0.5 && red[10] > 0.9, "pure colours are colourful");
    }

    #[test]
    fn bytes_that_do_not_fit_are_refused_and_count_as_the_mean() {
        let pixels = Pixels { width: 2, height: 2, rgb: &[0; 11], full_size: [2, 2] };
        assert_eq!(features(pixels), None);
        let small = Pixels { width: 2, height: 1, rgb: &[9; 6], full_size: [400, 100] };
        let scaled = features(small).unwrap();
        assert!((scaled[13] - 4.0_f32.ln()).abs() < 1e-6, "the shape is the whole picture's");
        assert!((scaled[14] - 40_000.0_f32.ln()).abs() < 1e-5, "and so is the number of pixels");
        let table = table(&[Some(of(4, 4, |_, _| [10; 3])), None, Some(of(4, 4, |_, _| [200; 3]))]);
        assert!(table.row(1).iter().all(|value| *value == 0.0));
    }
}
