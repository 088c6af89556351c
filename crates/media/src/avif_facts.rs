//! What an AVIF file says of its picture besides the colours' code points: its size, how it is turned and mirrored, its
//! colour profile, and whether it is put together from others. All of it is distrusted: what does not hold together
//! says nothing.

use std::ops::Range;

use crate::{
    avif_alpha::{Part, Reader, children, inside_of_meta, primary, properties},
    png_chunks,
};

/// What is said of the primary item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    /// Width and height before it is turned; zero where they are not said.
    pub(crate) size: [u32; 2],
    /// How it is brought upright, in the words of EXIF; 1 is as it is.
    exif_orientation: u8,
    /// Where its colour profile is.
    profile: Option<Range<usize>>,
    /// Whether it is a grid of other items.
    pub(crate) is_grid: bool,
}

impl Facts {
    /// Of a file; nothing where it says nothing.
    pub(crate) fn of(avif: &[u8]) -> Self {
        Self::said(avif).unwrap_or_else(|| Self { exif_orientation: 1, ..Self::default() })
    }

    fn said(avif: &[u8]) -> Option<Self> {
        let inside = inside_of_meta(avif)?;
        let part = |kind: &[u8; 4]| inside.iter().find(|part| part.kind == *kind);
        let (item, _) = primary(avif, part(b"pitm")?)?;
        let mut turning = Turning::default();
        let mut facts = Self::default();
        let said = properties(avif, part(b"iprp")?)?;
        // Turned and mirrored in the order in which they are said.
        for (_, part) in said.iter().filter(|(of, _)| *of == item) {
            let mut reader = Reader::new(avif, part);
            match &part.kind {
                b"ispe" => {
                    reader.version()?;
                    facts.size = [reader.number::<4>()?, reader.number::<4>()?];
                }
                // Against the clock.
                b"irot" => turning.turn(4 - (reader.number::<1>()? & 3) as u8),
                b"imir" => turning.mirror(reader.number::<1>()? & 1 == 1),
                b"colr" if is_profile(&mut reader) => {
                    facts.profile = Some(part.body.start + 4..part.body.end)
                }
                _ => {}
            }
        }
        facts.exif_orientation = turning.exif();
        facts.is_grid = part(b"iinf").and_then(|iinf| kind_of(avif, iinf, item)) == Some(*b"grid");
        Some(facts)
    }

    /// What decoding takes, in bytes, about: ffmpeg holds a picture of up to 16 bits a channel.
    pub(crate) fn decoded_bytes(&self) -> u64 {
        u64::from(self.size[0]).saturating_mul(u64::from(self.size[1])).saturating_mul(8)
    }

    /// Has a PNG of the picture as it is stored say how it is turned, and what its colours are.
    pub(crate) fn say_in(&self, png: &mut Vec<u8>, avif: &[u8]) {
        // The file's own EXIF block counts for nothing where pictures are turned by properties.
        png_chunks::remove(png, *b"eXIf");
        if self.exif_orientation > 1 {
            png_chunks::insert(png, *b"eXIf", &exif(self.exif_orientation));
        }
        let profile = self.profile.clone().and_then(|profile| avif.get(profile));
        if let Some(profile) = profile.filter(|_| !png_chunks::has(png, *b"iCCP")) {
            png_chunks::insert(png, *b"iCCP", &[b"AVIF\0\0", &png_chunks::stored(profile)[..]].concat());
        }
    }
}

/// Quarters of a turn by the clock, after it was mirrored left to right or was not.
#[derive(Clone, Copy, Default)]
struct Turning {
    is_mirrored: bool,
    quarters: u8,
}

impl Turning {
    fn turn(&mut self, quarters: u8) {
        self.quarters = (self.quarters + quarters) % 4;
    }

    /// Left to right, or else top to bottom.
    fn mirror(&mut self, is_left_to_right: bool) {
        self.is_mirrored = !self.is_mirrored;
        self.quarters = (4 - self.quarters) % 4;
        self.turn(if is_left_to_right { 0 } else { 2 });
    }

    fn exif(self) -> u8 {
        let by_quarters = if self.is_mirrored { [2, 7, 4, 5] } else { [1, 6, 3, 8] };
        by_quarters[usize::from(self.quarters)]
    }
}

fn is_profile(reader: &mut Reader<'_>) -> bool {
    let kind = reader.number::<4>().map(u32::to_be_bytes);
    kind.is_some_and(|kind| [*b"prof", *b"rICC"].contains(&kind))
}

/// What an item is: `av01`, `grid`, …
fn kind_of(avif: &[u8], iinf: &Part, item: u32) -> Option<[u8; 4]> {
    let mut reader = Reader::new(avif, iinf);
    let (version, _) = reader.version()?;
    reader.id(version > 0)?;
    children(avif, reader.at..iinf.body.end).find_map(|part| {
        let mut reader = Reader::new(avif, &part);
        let (version, _) = reader.version()?;
        let is_it = part.kind == *b"infe" && reader.id(version > 2)? == item;
        reader.number::<2>()?;
        let kind = reader.number::<4>()?.to_be_bytes();
        (is_it && version >= 2).then_some(kind)
    })
}

/// An EXIF block that says an orientation and nothing else.
fn exif(orientation: u8) -> [u8; 26] {
    let mut block = *b"MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\0\0\0\0\0\0\0";
    block[19] = orientation;
    block
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use image::{ImageFormat, Rgb, RgbImage};

    use super::*;
    use crate::{Limits, decode_for_screen};

    fn part(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes(), &kind[..], body].concat()
    }

    /// The boxes of a file with one item of a kind, of which these are the properties.
    fn file(kind: [u8; 4], properties: &[([u8; 4], &[u8])]) -> Vec<u8> {
        let boxes: Vec<u8> = properties.iter().flat_map(|(kind, body)| part(*kind, body)).collect();
        let count = properties.len() as u8;
        let of_item: Vec<u8> = [0, 1, count].into_iter().chain(1..=count).collect();
        let association = [&[0; 4][..], &[0, 0, 0, 1], &of_item].concat();
        let infe = part(*b"infe", &[&[2, 0, 0, 0, 0, 1, 0, 0][..], &kind, b"\0"].concat());
        let meta = [
            vec![0; 4],
            part(*b"pitm", &[0, 0, 0, 0, 0, 1]),
            part(*b"iinf", &[&[0, 0, 0, 0, 0, 1][..], &infe].concat()),
            part(*b"iprp", &[part(*b"ipco", &boxes), part(*b"ipma", &association)].concat()),
        ];
        [part(*b"ftyp", b"avif"), part(*b"meta", &meta.concat())].concat()
    }

    fn png() -> Vec<u8> {
        let picture =
            RgbImage::from_fn(2, 1, |x, _| if x == 0 { Rgb([255, 0, 0]) } else { Rgb([0, 0, 255]) });
        let mut png = std::io::Cursor::new(Vec::new());
        picture.write_to(&mut png, ImageFormat::Png).unwrap();
        png.into_inner()
    }

    #[test]
    fn a_picture_is_turned_as_the_file_says() {
        let (red, blue) = ([255, 0, 0, 255], [0, 0, 255, 255]);
        let shown = |properties: &[([u8; 4], &[u8])]| {
            let avif = file(*b"av01", properties);
            let mut png = png();
            Facts::of(&avif).say_in(&mut png, &avif);
            let pixels = decode_for_screen(&png, [9, 9], &Limits::default()).unwrap();
            (pixels.width, pixels.rgba[..4].to_vec())
        };
        assert_eq!(shown(&[]), (2, red.to_vec()));
        assert_eq!(
            shown(&[(*b"irot", &[1])]),
            (1, blue.to_vec()),
            "against the clock, what was right is above"
        );
        assert_eq!(shown(&[(*b"irot", &[3])]), (1, red.to_vec()));
        assert_eq!(shown(&[(*b"imir", &[1])]), (2, blue.to_vec()), "left to right");
        assert_eq!(shown(&[(*b"imir", &[0])]), (2, red.to_vec()), "top to bottom");
        assert_eq!(shown(&[(*b"irot", &[1]), (*b"imir", &[0])]), (1, red.to_vec()), "one after the other");
        assert_eq!(shown(&[(*b"imir", &[1]), (*b"irot", &[1])]), (1, red.to_vec()));
    }

    #[test]
    fn a_profile_is_handed_on_and_a_grid_is_known() {
        let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
        let said = [&b"prof"[..], &profile].concat();
        let avif = file(*b"grid", &[(*b"ispe", &[0, 0, 0, 0, 0, 0, 2, 0, 0, 0, 1, 0]), (*b"colr", &said)]);
        let facts = Facts::of(&avif);
        assert_eq!((facts.size, facts.is_grid, facts.decoded_bytes()), ([512, 256], true, 512 * 256 * 8));
        let mut png = png();
        facts.say_in(&mut png, &avif);
        let pixels = decode_for_screen(&png, [9, 9], &Limits::default()).unwrap();
        assert_eq!(pixels.rgba[0], 255);
        let half = RgbImage::from_pixel(1, 1, Rgb([0, 200, 0]));
        let mut green = std::io::Cursor::new(Vec::new());
        half.write_to(&mut green, ImageFormat::Png).unwrap();
        let mut green = green.into_inner();
        facts.say_in(&mut green, &avif);
        let pixels = decode_for_screen(&green, [9, 9], &Limits::default()).unwrap();
        assert!(pixels.rgba[1] > 200, "the green of P3 is more than that of sRGB: {:?}", &pixels.rgba[..4]);
    }

    #[test]
    fn a_file_that_does_not_hold_together_says_nothing_that_breaks() {
        let whole = file(*b"grid", &[(*b"irot", &[1]), (*b"colr", b"prof1234")]);
        for length in 0..whole.len() {
            Facts::of(&whole[..length]);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bent = whole.clone();
                bent[at] = value;
                Facts::of(&bent).say_in(&mut png(), &bent);
            }
        }
    }
}
