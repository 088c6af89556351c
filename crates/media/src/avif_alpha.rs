//! Transparency of AVIF: a picture of its own in the file, which ffmpeg does not hand on.
//!
//! An AVIF file is a list of items of which one is primary. An item that says of itself that it is alpha points at the
//! item it belongs to. In a copy of the file in which it is primary, ffmpeg decodes it like any picture; what comes out
//! is joined with the colours. All of the file is distrusted: what does not hold together has no transparency.

use std::{io::Cursor, ops::Range};

use image::{
    DynamicImage, ImageBuffer, ImageEncoder, ImageError, ImageFormat, ImageReader, Pixel as _, Rgba,
    codecs::png::{CompressionType, FilterType, PngEncoder},
};

use crate::{decode_problem::problem_of, limits::Limits, problem::Problem};

/// What an item says of itself that is alpha: as AVIF has it, and as HEIF's older writers have it.
const ALPHA: [&[u8]; 2] = [b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1"];
/// Chunks of a PNG that say what its numbers mean.
const OF_COLOURS: [&[u8; 4]; 5] = [b"iCCP", b"sRGB", b"cICP", b"gAMA", b"cHRM"];
/// The signature of a PNG and its first chunk.
const PNG_START: usize = 33;

/// Where the transparency of a file is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Alpha {
    /// Where the file names its primary item.
    primary_at: Range<usize>,
    /// The item to be named there.
    item: u32,
    /// Whether colours were multiplied by it.
    is_premultiplied: bool,
}

impl Alpha {
    /// The transparency of the primary item; none where there is none.
    pub(crate) fn of(avif: &[u8]) -> Option<Self> {
        let inside = inside_of_meta(avif)?;
        let part = |kind: &[u8; 4]| inside.iter().find(|part| part.kind == *kind);
        let (primary_item, primary_at) = primary(avif, part(b"pitm")?)?;
        let references = references(avif, part(b"iref")?)?;
        let alpha_items = alpha_items(avif, part(b"iprp")?)?;
        let belongs = |reference: &&Reference| {
            reference.kind == *b"auxl"
                && reference.to.contains(&primary_item)
                && alpha_items.contains(&reference.from)
        };
        let item = references.iter().find(belongs)?.from;
        let is_premultiplied = references.iter().any(|reference| {
            reference.kind == *b"prem" && reference.from == primary_item && reference.to.contains(&item)
        });
        Some(Self { primary_at, item, is_premultiplied })
    }

    /// The file with its transparency in the place of its picture.
    pub(crate) fn as_picture(&self, avif: &[u8]) -> Vec<u8> {
        let mut turned = avif.to_vec();
        let item = self.item.to_be_bytes();
        turned[self.primary_at.clone()].copy_from_slice(&item[4 - self.primary_at.len()..]);
        turned
    }

    /// Two PNGs, of the colours and of the transparency, joined to one; what is said of the colours stays.
    pub(crate) fn joined(&self, colours: &[u8], alpha: &[u8], limits: &Limits) -> Result<Vec<u8>, Problem> {
        let (picture, alpha) = (decoded(colours, limits)?, decoded(alpha, limits)?);
        if (picture.width(), picture.height()) != (alpha.width(), alpha.height()) {
            let reason = "its transparency has another size than its picture";
            return Err(Problem::Undecodable { format: "AVIF", reason: reason.to_owned() });
        }
        let is_deep = picture.color().bytes_per_pixel() > picture.color().channel_count();
        let joined: DynamicImage = if is_deep {
            self.over(picture.into_rgba16(), alpha.into_luma16().into_raw(), u16::MAX).into()
        } else {
            self.over(picture.into_rgba8(), alpha.into_luma8().into_raw(), u8::MAX).into()
        };
        let mut png = Vec::new();
        let encoder = PngEncoder::new_with_quality(&mut png, CompressionType::Fast, FilterType::Sub);
        let (width, height) = (joined.width(), joined.height());
        encoder
            .write_image(joined.as_bytes(), width, height, joined.color().into())
            .map_err(|error| undecodable(&error))?;
        let of_colours: Vec<u8> = chunks_of_colours(colours).flatten().copied().collect();
        png.splice(PNG_START..PNG_START, of_colours);
        Ok(png)
    }

    fn over<Value>(
        &self,
        mut picture: ImageBuffer<Rgba<Value>, Vec<Value>>,
        alpha: Vec<Value>,
        full: Value,
    ) -> ImageBuffer<Rgba<Value>, Vec<Value>>
    where
        Rgba<Value>: image::Pixel<Subpixel = Value>,
        Value: image::Primitive + Into<u64> + TryFrom<u64>,
    {
        for (pixel, alpha) in picture.pixels_mut().zip(alpha) {
            if self.is_premultiplied {
                let (full, alpha): (u64, u64) = (full.into(), alpha.into());
                pixel.apply_without_alpha(|value| {
                    let value: u64 = value.into();
                    let plain = (value * full + alpha / 2).checked_div(alpha).unwrap_or(0).min(full);
                    Value::try_from(plain).unwrap_or(Value::DEFAULT_MAX_VALUE)
                });
            }
            pixel.0[3] = alpha;
        }
        picture
    }
}

fn decoded(png: &[u8], limits: &Limits) -> Result<DynamicImage, Problem> {
    let mut reader = ImageReader::with_format(Cursor::new(png), ImageFormat::Png);
    let mut allowed = image::Limits::no_limits();
    allowed.max_alloc = Some(limits.decoded_bytes);
    reader.limits(allowed);
    reader.decode().map_err(|error| problem_of(error, ImageFormat::Png, png, limits))
}

fn undecodable(error: &ImageError) -> Problem {
    Problem::Undecodable { format: "AVIF", reason: error.to_string() }
}

/// The chunks of a PNG that say what its colours mean, each whole.
fn chunks_of_colours(png: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = png.get(8..).unwrap_or_default();
    std::iter::from_fn(move || {
        let head = rest.first_chunk::<8>()?;
        let length = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let (chunk, after) = rest.split_at_checked(length.checked_add(12)?)?;
        rest = after;
        Some(chunk)
    })
    .take_while(|chunk| &chunk[4..8] != b"IDAT")
    .filter(|chunk| OF_COLOURS.iter().any(|kind| chunk[4..8] == kind[..]))
}

/// The code points of the colours of the primary item: primaries and how numbers stand for light (ITU-T H.273); none
/// where the file does not say them.
pub(crate) fn code_points(avif: &[u8]) -> Option<[u8; 2]> {
    let inside = inside_of_meta(avif)?;
    let part = |kind: &[u8; 4]| inside.iter().find(|part| part.kind == *kind);
    let (primary_item, _) = primary(avif, part(b"pitm")?)?;
    let said = properties(avif, part(b"iprp")?)?;
    said.iter().filter(|(item, part)| *item == primary_item && part.kind == *b"colr").find_map(|(_, part)| {
        let mut reader = Reader::new(avif, part);
        let is_of_code_points = reader.number::<4>()? == u32::from_be_bytes(*b"nclx");
        let points = [reader.number::<2>()?, reader.number::<2>()?];
        let [Ok(primaries), Ok(transfer)] = points.map(u8::try_from) else { return None };
        is_of_code_points.then_some([primaries, transfer])
    })
}

/// The boxes that say which item is what.
pub(crate) fn inside_of_meta(avif: &[u8]) -> Option<Vec<Part>> {
    let meta = children(avif, 0..avif.len()).find(|part| part.kind == *b"meta")?;
    // A version and flags come first.
    Some(children(avif, meta.body.start.checked_add(4)?..meta.body.end).collect())
}

/// The primary item, and where the file names it.
pub(crate) fn primary(avif: &[u8], pitm: &Part) -> Option<(u32, Range<usize>)> {
    let mut reader = Reader::new(avif, pitm);
    let (is_long, _) = reader.version()?;
    let start = reader.at;
    let item = reader.id(is_long > 0)?;
    Some((item, start..reader.at))
}

/// A box of the file, and where its body is.
#[derive(Clone)]
pub(crate) struct Part {
    pub(crate) kind: [u8; 4],
    pub(crate) body: Range<usize>,
}

/// The boxes within a range, as far as they hold together.
pub(crate) fn children(file: &[u8], range: Range<usize>) -> impl Iterator<Item = Part> {
    let mut at = range.start;
    let end = range.end.min(file.len());
    std::iter::from_fn(move || {
        let head = file.get(at..end)?.first_chunk::<8>()?;
        let (length, kind) = head.split_first_chunk::<4>()?;
        let mut body = at + 8;
        let length = match u32::from_be_bytes(*length) {
            0 => end - at,
            1 => {
                let long = file.get(body..end)?.first_chunk::<8>()?;
                body += 8;
                usize::try_from(u64::from_be_bytes(*long)).ok()?
            }
            length => length as usize,
        };
        let stop = at.checked_add(length).filter(|stop| *stop >= body && *stop <= end)?;
        at = stop;
        Some(Part { kind: [kind[0], kind[1], kind[2], kind[3]], body: body..stop })
    })
}

/// One item points at others.
struct Reference {
    kind: [u8; 4],
    from: u32,
    to: Vec<u32>,
}

fn references(file: &[u8], iref: &Part) -> Option<Vec<Reference>> {
    let mut reader = Reader::new(file, iref);
    let (version, _) = reader.version()?;
    let of_part = |part: Part| {
        let mut reader = Reader::new(file, &part);
        let from = reader.id(version > 0)?;
        let count = reader.number::<2>()?;
        let to = (0..count).map(|_| reader.id(version > 0)).collect::<Option<_>>()?;
        Some(Reference { kind: part.kind, from, to })
    };
    Some(children(file, reader.at..iref.body.end).map_while(of_part).collect())
}

/// The items that say that they are alpha.
fn alpha_items(file: &[u8], iprp: &Part) -> Option<Vec<u32>> {
    let is_alpha = |part: &Part| {
        let words = file.get(part.body.start + 4..part.body.end).unwrap_or_default();
        let words = words.split(|byte| *byte == 0).next().unwrap_or_default();
        part.kind == *b"auxC" && ALPHA.contains(&words)
    };
    let said = properties(file, iprp)?;
    Some(said.into_iter().filter(|(_, part)| is_alpha(part)).map(|(item, _)| item).collect())
}

/// What items say of themselves: the items, and what each says.
pub(crate) fn properties(file: &[u8], iprp: &Part) -> Option<Vec<(u32, Part)>> {
    let inside: Vec<Part> = children(file, iprp.body.clone()).collect();
    let part = |kind: &[u8; 4]| inside.iter().find(|part| part.kind == *kind);
    let properties: Vec<Part> = children(file, part(b"ipco")?.body.clone()).collect();
    let mut reader = Reader::new(file, part(b"ipma")?);
    let (version, flags) = reader.version()?;
    let mut items = Vec::new();
    for _ in 0..reader.number::<4>()? {
        let item = reader.id(version > 0)?;
        for _ in 0..reader.number::<1>()? {
            let property =
                if flags & 1 == 1 { reader.number::<2>()? & 0x7fff } else { reader.number::<1>()? & 0x7f };
            // They are counted from 1; 0 is none.
            let index = (property as usize).checked_sub(1);
            items.extend(index.and_then(|index| Some((item, properties.get(index)?.clone()))));
        }
    }
    Some(items)
}

/// Numbers of a box, one after the other.
pub(crate) struct Reader<'file> {
    file: &'file [u8],
    pub(crate) at: usize,
    end: usize,
}

impl<'file> Reader<'file> {
    pub(crate) fn new(file: &'file [u8], part: &Part) -> Self {
        Self { file, at: part.body.start, end: part.body.end }
    }

    pub(crate) fn number<const BYTES: usize>(&mut self) -> Option<u32> {
        let bytes = self.file.get(self.at..self.end)?.first_chunk::<BYTES>()?;
        self.at += BYTES;
        Some(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    pub(crate) fn version(&mut self) -> Option<(u32, u32)> {
        Some((self.number::<1>()?, self.number::<3>()?))
    }

    pub(crate) fn id(&mut self, is_long: bool) -> Option<u32> {
        if is_long { self.number::<4>() } else { self.number::<2>() }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn part(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
        [&(body.len() as u32 + 8).to_be_bytes(), &kind[..], body].concat()
    }

    /// The boxes that say which item is what, of two items: 1 is the picture and 2 is said to be `words`.
    fn file(words: &[u8], more: &[u8]) -> Vec<u8> {
        let properties = part(
            *b"ipco",
            &[part(*b"ispe", &[0; 12]), part(*b"auxC", &[&[0; 4], words, b"\0"].concat())].concat(),
        );
        let association = [&[0; 4][..], &[0, 0, 0, 2], &[0, 1, 1, 1], &[0, 2, 2, 1, 0x82]].concat();
        let meta = [
            vec![0; 4],
            part(*b"pitm", &[0, 0, 0, 0, 0, 1]),
            part(*b"iref", &[&[0; 4], &part(*b"auxl", &[0, 2, 0, 1, 0, 1])[..], more].concat()),
            part(*b"iprp", &[properties, part(*b"ipma", &association)].concat()),
        ];
        [part(*b"ftyp", b"avif"), part(*b"meta", &meta.concat())].concat()
    }

    #[test]
    fn the_item_that_says_that_it_is_alpha_is_named_in_the_place_of_the_picture() {
        let plain = file(ALPHA[0], &[]);
        let alpha = Alpha::of(&plain).unwrap();
        assert!((alpha.item, alpha.is_premultiplied) == (2, false));
        let turned = alpha.as_picture(&plain);
        let changed: Vec<usize> = (0..plain.len()).filter(|at| plain[*at] != turned[*at]).collect();
        assert_eq!((changed.len(), turned[changed[0]]), (1, 2), "one byte");
        let premultiplied = Alpha::of(&file(ALPHA[1], &part(*b"prem", &[0, 1, 0, 1, 0, 2]))).unwrap();
        assert!(premultiplied.is_premultiplied);
        assert_eq!(Alpha::of(&file(b"urn:mpeg:hevc:2015:auxid:2", &[])), None, "that is depth");
    }

    #[test]
    fn a_file_that_does_not_hold_together_has_none() {
        let whole = file(ALPHA[0], &[]);
        for length in 0..whole.len() {
            Alpha::of(&whole[..length]);
        }
        for at in 0..whole.len() {
            for value in [0, 1, 0x7f, 0xff] {
                let mut bent = whole.clone();
                bent[at] = value;
                if let Some(alpha) = Alpha::of(&bent) {
                    assert_eq!(alpha.as_picture(&bent).len(), bent.len());
                }
            }
        }
    }

    #[test]
    fn colours_that_were_multiplied_are_divided() {
        let alpha = |is_premultiplied| Alpha { primary_at: 0..2, item: 2, is_premultiplied };
        let picture = ImageBuffer::from_raw(2, 1, vec![100_u8, 50, 0, 255, 9, 9, 9, 255]).unwrap();
        let plain = alpha(false).over(picture.clone(), vec![128, 0], 255);
        assert_eq!(plain.into_raw(), [100, 50, 0, 128, 9, 9, 9, 0]);
        let divided = alpha(true).over(picture, vec![128, 0], 255);
        assert_eq!(divided.into_raw(), [199, 100, 0, 128, 0, 0, 0, 0]);
    }
}
