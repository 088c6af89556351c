//! Pictures that are read from the top in bands of rows, because whole they would take more memory than is allowed: of
//! 16 bits a channel, as PNG that is not interlaced, or as TIFF in strips or tiles. Beside a band nothing of them is in
//! memory.

use std::io::Cursor;

use image::{
    DynamicImage, ImageBuffer, ImageDecoder, ImageError, ImageFormat, ImageReader, metadata::Orientation,
};
use tiff::{
    decoder::{Decoder as TiffDecoder, DecodingResult},
    tags::Tag,
};

use crate::{
    conversion::{Colours, Conversion},
    decode_problem::problem_of,
    levels::PIXEL_BYTES,
    limits::Limits,
    problem::Problem,
};

/// What a strip or a row of tiles may take: as much as the decoder hands out at once.
const MOST_BAND_BYTES: u64 = 256 << 20;
/// So many rows of a PNG are converted at once.
const BAND_ROWS: u32 = 64;

/// A picture whose header is read, and whose rows are not.
pub(crate) struct Streamed<'bytes> {
    bands: Bands<'bytes>,
    format: ImageFormat,
    bytes: &'bytes [u8],
    limits: Limits,
    conversion: Conversion,
    /// Width and height.
    pub(crate) size: [u32; 2],
    has_alpha: bool,
    /// How many rows were read.
    read: u32,
}

enum Bands<'bytes> {
    Png(Box<png::Reader<Cursor<&'bytes [u8]>>>),
    Tiff(Box<TiffDecoder<Cursor<&'bytes [u8]>>>),
}

impl<'bytes> Streamed<'bytes> {
    /// A picture that is too large to be decoded whole and not to be shown; none where it is neither, or is none of
    /// those that are read in bands.
    pub(crate) fn open(
        bytes: &'bytes [u8],
        format: ImageFormat,
        limits: &Limits,
    ) -> Result<Option<Self>, Problem> {
        if !matches!(format, ImageFormat::Png | ImageFormat::Tiff) {
            return Ok(None);
        }
        let problem = |error| problem_of(error, format, bytes, limits);
        let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
        let mut allowed = image::Limits::no_limits();
        allowed.max_alloc = Some(limits.decoded_bytes);
        reader.limits(allowed);
        let mut decoder = reader.into_decoder().map_err(problem)?;
        let (width, height) = decoder.dimensions();
        let shown_bytes = u64::from(width) * u64::from(height) * PIXEL_BYTES as u64;
        let is_between = decoder.total_bytes() > limits.decoded_bytes && shown_bytes <= limits.decoded_bytes;
        let has_alpha = match decoder.color_type() {
            image::ColorType::Rgb16 => false,
            image::ColorType::Rgba16 => true,
            _ => return Ok(None),
        };
        let is_upright = decoder.orientation().is_ok_and(|turned| turned == Orientation::NoTransforms);
        if !is_between || !is_upright {
            return Ok(None);
        }
        let conversion = Conversion::of(&mut decoder, format, bytes, Colours::Screen);
        let bands = if format == ImageFormat::Png {
            let mut decoder = png::Decoder::new(Cursor::new(bytes));
            decoder.set_transformations(png::Transformations::EXPAND);
            let reader = decoder.read_info().map_err(|error| problem(unreadable(format, error)))?;
            if reader.info().interlaced {
                return Ok(None);
            }
            Bands::Png(Box::new(reader))
        } else {
            let tiff = TiffDecoder::new(Cursor::new(bytes)).and_then(|mut tiff| {
                let planar = tiff.find_tag_unsigned::<u16>(Tag::PlanarConfiguration)?;
                Ok((tiff, planar.unwrap_or(1)))
            });
            let (tiff, planar) = tiff.map_err(|error| problem(unreadable(format, error)))?;
            let (chunk_width, chunk_height) = tiff.chunk_dimensions();
            let band = u64::from(chunk_height) * u64::from(width.max(chunk_width)) * 8;
            // Channels one after the other, or all of it in one strip, come in no bands.
            if planar != 1 || band > limits.decoded_bytes.min(MOST_BAND_BYTES) {
                return Ok(None);
            }
            Bands::Tiff(Box::new(tiff))
        };
        let size = [width, height];
        Ok(Some(Self { bands, format, bytes, limits: *limits, conversion, size, has_alpha, read: 0 }))
    }

    /// The next whole rows as they are to be seen, four bytes a pixel; none after the last.
    pub(crate) fn next_rows(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        let [width, height] = self.size;
        if self.read >= height {
            return Ok(None);
        }
        let channels = if self.has_alpha { 4 } else { 3 };
        let row_values = width as usize * channels;
        let format = self.format;
        let read = match &mut self.bands {
            Bands::Png(reader) => png_rows(reader, BAND_ROWS.min(height - self.read), row_values),
            Bands::Tiff(decoder) => tiff_rows(decoder, self.read, self.size, channels),
        };
        let values = read.map_err(|error| problem_of(error, format, self.bytes, &self.limits))?;
        let rows = (values.len() / row_values) as u32;
        if rows == 0 || self.read + rows > height {
            let error = unreadable(format, "its rows are not those that its header announces");
            return Err(problem_of(error, format, self.bytes, &self.limits));
        }
        self.read += rows;
        let band: Option<DynamicImage> = if self.has_alpha {
            ImageBuffer::from_raw(width, rows, values).map(DynamicImage::ImageRgba16)
        } else {
            ImageBuffer::from_raw(width, rows, values).map(DynamicImage::ImageRgb16)
        };
        let band = band.expect("the values are those of whole rows");
        Ok(Some(self.conversion.rgba_from(band).into_raw()))
    }
}

fn png_rows(
    reader: &mut png::Reader<Cursor<&[u8]>>,
    rows: u32,
    row_values: usize,
) -> Result<Vec<u16>, ImageError> {
    let mut values = Vec::with_capacity(rows as usize * row_values);
    for _ in 0..rows {
        let row = reader.next_row().map_err(|error| unreadable(ImageFormat::Png, error))?;
        let row = row.ok_or_else(|| unreadable(ImageFormat::Png, "unexpected end of its rows"))?;
        values.extend(row.data().as_chunks::<2>().0.iter().map(|value| u16::from_be_bytes(*value)));
    }
    Ok(values)
}

/// The rows of the strips or tiles that begin in row `top`.
fn tiff_rows(
    decoder: &mut TiffDecoder<Cursor<&[u8]>>,
    top: u32,
    [width, height]: [u32; 2],
    channels: usize,
) -> Result<Vec<u16>, ImageError> {
    let broken = |what: &str| unreadable(ImageFormat::Tiff, what);
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    if chunk_width == 0 || chunk_height == 0 || !top.is_multiple_of(chunk_height) {
        return Err(broken("its strips or tiles have no size"));
    }
    let rows = chunk_height.min(height - top);
    let across = width.div_ceil(chunk_width);
    let row_values = width as usize * channels;
    let mut values = vec![0; rows as usize * row_values];
    for column in 0..across {
        let index = top / chunk_height * across + column;
        let (data_width, data_height) = decoder.chunk_data_dimensions(index);
        let chunk = decoder.read_chunk(index).map_err(|error| unreadable(ImageFormat::Tiff, error))?;
        let DecodingResult::U16(chunk) = chunk else { return Err(broken("its values are not of 16 bits")) };
        let chunk_row = data_width as usize * channels;
        let left = column as usize * chunk_width as usize * channels;
        if data_height < rows || chunk.len() < rows as usize * chunk_row || left + chunk_row > row_values {
            return Err(broken("a strip or tile is smaller than announced"));
        }
        for (row, from) in values.chunks_exact_mut(row_values).zip(chunk.chunks_exact(chunk_row)) {
            row[left..left + chunk_row].copy_from_slice(from);
        }
    }
    Ok(values)
}

fn unreadable(format: ImageFormat, error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> ImageError {
    ImageError::Decoding(image::error::DecodingError::new(format.into(), error))
}
