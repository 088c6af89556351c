//! A decoded picture read as it is to be seen, in bands of rows from the top: turned upright, in 8-bit sRGB.
//!
//! Only the band is turned and converted, so that beside the decoded picture there is never a second one.

use image::{DynamicImage, metadata::Orientation};

use crate::{conversion::Conversion, opened::turned};

/// A picture as it is stored, and how it is to be seen.
pub(crate) struct Upright {
    pub(crate) picture: DynamicImage,
    pub(crate) orientation: Orientation,
    pub(crate) conversion: Conversion,
}

impl Upright {
    /// Width and height as it is to be seen.
    pub(crate) fn size(&self) -> [u32; 2] {
        turned([self.picture.width(), self.picture.height()], self.orientation)
    }

    /// RGBA of some rows.
    pub(crate) fn band(&self, top: u32, rows: u32) -> Vec<u8> {
        let (width, height) = (self.picture.width(), self.picture.height());
        let [left, upper, band_width, band_height] = match self.orientation {
            Orientation::NoTransforms | Orientation::FlipHorizontal => [0, top, width, rows],
            Orientation::Rotate180 | Orientation::FlipVertical => [0, height - top - rows, width, rows],
            Orientation::Rotate90 | Orientation::Rotate90FlipH => [top, 0, rows, height],
            Orientation::Rotate270 | Orientation::Rotate270FlipH => [width - top - rows, 0, rows, height],
        };
        let mut band = self.picture.crop_imm(left, upper, band_width, band_height);
        band.apply_orientation(self.orientation);
        self.conversion.rgba_from(band).into_raw()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use image::{Rgb, RgbImage};

    use super::*;

    #[test]
    fn bands_are_the_rows_of_the_turned_picture() {
        let picture = DynamicImage::from(RgbImage::from_fn(7, 5, |x, y| {
            Rgb([x as u8 * 30, y as u8 * 40, (x * y) as u8])
        }));
        for orientation in (1..=8).map(|exif| Orientation::from_exif(exif).unwrap()) {
            let mut whole = picture.clone();
            whole.apply_orientation(orientation);
            let upright = Upright { picture: picture.clone(), orientation, conversion: Conversion::AsIs };
            let [width, height] = upright.size();
            assert_eq!([width, height], [whole.width(), whole.height()], "{orientation:?}");
            let bands = [(0, 2), (2, 2), (4, height - 4)].map(|(top, rows)| upright.band(top, rows));
            assert_eq!(bands.concat(), whole.into_rgba8().into_raw(), "{orientation:?}");
        }
    }
}
