//! A picture of grey values as PNG (ISO/IEC 15948): one byte a pixel, no filter, no interlacing.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

const SIGNATURE: [u8; 8] = [0x89, b'P', b'N', b'G', 0x0D, 0x0A, 0x1A, 0x0A];
/// Eight bits, grey, and the only methods of compression, filter and interlacing that are needed.
const FORMAT: [u8; 5] = [8, 0, 0, 0, 0];

/// The bytes of a picture, given its pixels row by row from the top left.
pub(super) fn png_from_grey(width: u32, height: u32, pixels: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    let rows = pixels.chunks_exact(width as usize).take(height as usize);
    let written = rows.into_iter().try_for_each(|row| {
        encoder.write_all(&[0])?;
        encoder.write_all(row)
    });
    let data = written.and_then(|()| encoder.finish()).expect("writing to memory cannot fail");
    let mut header = Vec::with_capacity(13);
    header.extend_from_slice(&width.to_be_bytes());
    header.extend_from_slice(&height.to_be_bytes());
    header.extend_from_slice(&FORMAT);
    let mut png = SIGNATURE.to_vec();
    chunk(&mut png, *b"IHDR", &header);
    chunk(&mut png, *b"IDAT", &data);
    chunk(&mut png, *b"IEND", &[]);
    png
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], data: &[u8]) {
    let mut sum = Crc::new();
    sum.update(&kind);
    sum.update(data);
    png.extend_from_slice(&(data.len() as u32).to_be_bytes());
    png.extend_from_slice(&kind);
    png.extend_from_slice(data);
    png.extend_from_slice(&sum.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::io::Read;

    #[test]
    fn the_pixels_are_in_it_and_its_sums_are_right() {
        let png = png_from_grey(2, 2, &[0, 64, 128, 255]);
        assert_eq!(png[..8], SIGNATURE);
        assert_eq!(
            png[8..33],
            *b"\x00\x00\x00\x0dIHDR\x00\x00\x00\x02\x00\x00\x00\x02\x08\x00\x00\x00\x00\x57\xdd\x52\xf8",
            "the sum of this header is known from other programs' pictures of 2 by 2 grey pixels"
        );
        let length = u32::from_be_bytes(png[33..37].try_into().unwrap()) as usize;
        let mut rows = Vec::new();
        flate2::read::ZlibDecoder::new(&png[41..41 + length]).read_to_end(&mut rows).unwrap();
        assert_eq!(rows, [0, 0, 64, 0, 128, 255], "each row begins with its filter, none");
        assert_eq!(png[png.len() - 12..], *b"\0\0\0\0IEND\xae\x42\x60\x82");
    }
}
