//! What bytes are, by looking at them: names and servers' words are not trusted.

use std::fmt;

use image::ImageFormat;

use crate::png_chunks;

/// What some bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentKind {
    /// An image that can be decoded.
    Image(ImageFormat),
    /// An image that another program can decode.
    Avif,
    /// An image that cannot: its format's name.
    OtherImage(&'static str),
    /// A web page.
    WebPage,
    /// A pointer that Git LFS left instead of the file.
    GitLfsPointer,
    /// Nothing.
    Empty,
    /// Something known: "a PDF document".
    Known(&'static str),
    /// Text of some kind.
    Text,
    /// None of these.
    Unknown,
}

/// First bytes and what they are; those of images that can be decoded are known to the `image` crate.
const SIGNATURES: [(&[u8], ContentKind); 16] = [
    (b"\xFF\x0A", ContentKind::OtherImage("JPEG XL")),
    (b"\0\0\0\x0CJXL \r\n\x87\n", ContentKind::OtherImage("JPEG XL")),
    (b"\0\0\0\x0CjP  \r\n\x87\n", ContentKind::OtherImage("JPEG 2000")),
    (b"8BPS", ContentKind::OtherImage("Photoshop")),
    (b"\0\0\x01\0", ContentKind::OtherImage("ICO")),
    (b"qoif", ContentKind::OtherImage("QOI")),
    (b"DDS ", ContentKind::OtherImage("DDS")),
    (b"farbfeld", ContentKind::OtherImage("farbfeld")),
    (b"version https://git-lfs", ContentKind::GitLfsPointer),
    (b"%PDF-", ContentKind::Known("a PDF document")),
    (b"PK\x03\x04", ContentKind::Known("a ZIP archive")),
    (b"\x1F\x8B", ContentKind::Known("gzip data")),
    (b"\x1A\x45\xDF\xA3", ContentKind::Known("a Matroska or WebM video")),
    (b"SQLite format 3\0", ContentKind::Known("an SQLite database")),
    (b"\x7FELF", ContentKind::Known("a program")),
    (b"PAR1", ContentKind::Known("a Parquet file")),
];

impl ContentKind {
    /// Looks at the first bytes (a few hundred suffice).
    pub fn of(bytes: &[u8]) -> Self {
        if bytes.is_empty() {
            return Self::Empty;
        }
        match image::guess_format(bytes) {
            Ok(format) if format.reading_enabled() => return Self::Image(format),
            _ => {}
        }
        if let Some((_, kind)) = SIGNATURES.iter().find(|(start, _)| bytes.starts_with(start)) {
            return *kind;
        }
        media_container(bytes).or_else(|| markup(bytes)).unwrap_or(Self::Unknown)
    }

    /// Whether it may be an image, a video or a sound, as far as its first bytes tell.
    pub fn may_be_medium(self) -> bool {
        match self {
            Self::Image(_) | Self::Avif | Self::OtherImage(_) | Self::Unknown => true,
            Self::Known(name) => name.contains("video") || name.contains("sound") || name.contains("audio"),
            Self::WebPage | Self::GitLfsPointer | Self::Empty | Self::Text => false,
        }
    }

    /// Whether it is an image, decodable or not.
    pub fn is_image(self) -> bool {
        matches!(self, Self::Image(_) | Self::Avif | Self::OtherImage(_))
    }
}

/// ISO base media files: the brand after `ftyp` says which.
fn media_container(bytes: &[u8]) -> Option<ContentKind> {
    if bytes.get(4..8)? != b"ftyp" {
        return None;
    }
    Some(match bytes.get(8..12)? {
        b"avif" | b"avis" => ContentKind::Avif,
        b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => {
            // The general brands say "a HEIF of some codec": look on for the codec among those it lists.
            let listed = &bytes[8..bytes.len().min(64)];
            let is_avif = listed.chunks_exact(4).any(|brand| brand == b"avif");
            if is_avif { ContentKind::Avif } else { ContentKind::OtherImage("HEIC") }
        }
        _ => ContentKind::Known("an MP4 video"),
    })
}

/// Whether the bytes of an image say that there may be more frames than one: a GIF says no more.
pub(crate) fn may_move(bytes: &[u8]) -> bool {
    match ContentKind::of(bytes) {
        ContentKind::Image(ImageFormat::Gif) => true,
        // The control chunk of an animation (PNG, third edition, 11.3.6.1).
        ContentKind::Image(ImageFormat::Png) => png_chunks::has(bytes, *b"acTL"),
        // A bit of the extended header (RFC 9649, 2.7.1).
        ContentKind::Image(ImageFormat::WebP) => {
            bytes.get(12..16) == Some(b"VP8X") && bytes.get(20).is_some_and(|flags| flags & 2 != 0)
        }
        ContentKind::Avif => bytes.get(8..12) == Some(b"avis"),
        _ => false,
    }
}

fn markup(bytes: &[u8]) -> Option<ContentKind> {
    let start = &bytes[..bytes.len().min(1024)];
    // A character may be cut at the end of the look.
    let text = match std::str::from_utf8(start) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => {
            std::str::from_utf8(&start[..error.valid_up_to()]).ok()?
        }
        Err(_) => return None,
    };
    if text.chars().any(|next| next.is_control() && !next.is_whitespace()) {
        return None;
    }
    let text = text.trim_start_matches('\u{FEFF}').trim_start().to_ascii_lowercase();
    let is_svg = text.starts_with("<svg")
        || (text.starts_with("<?xml") || text.starts_with("<!--") || text.starts_with("<!doctype svg"))
            && text.contains("<svg");
    Some(if is_svg {
        ContentKind::OtherImage("SVG")
    } else if text.starts_with("<!doctype html") || text.starts_with("<html") || text.contains("<body") {
        ContentKind::WebPage
    } else if text.starts_with(['{', '[']) {
        ContentKind::Known("JSON")
    } else if text.starts_with("<?xml") {
        ContentKind::Known("XML")
    } else {
        ContentKind::Text
    })
}

/// "PNG", "JPEG", … for messages.
pub(crate) fn format_name(format: ImageFormat) -> &'static str {
    match format {
        ImageFormat::Png => "PNG",
        ImageFormat::Jpeg => "JPEG",
        ImageFormat::Gif => "GIF",
        ImageFormat::WebP => "WebP",
        ImageFormat::Tiff => "TIFF",
        ImageFormat::Bmp => "BMP",
        ImageFormat::Hdr => "Radiance HDR",
        ImageFormat::OpenExr => "OpenEXR",
        _ => "image",
    }
}

impl fmt::Display for ContentKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Image(format) => format_name(*format),
            Self::OtherImage(name) | Self::Known(name) => name,
            Self::Avif => "AVIF",
            Self::WebPage => "a web page",
            Self::GitLfsPointer => "a pointer of Git LFS",
            Self::Empty => "an empty file",
            Self::Text => "text",
            Self::Unknown => "unknown data",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_picture_is_named() {
        for (bytes, name) in [
            (&b""[..], "an empty file"),
            (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf", "AVIF"),
            (b"\0\0\0\x1cftypmif1\0\0\0\0avifmif1miaf", "AVIF"),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
            (b"\0\0\0\x18ftypisom\0\0\0\0isom", "an MP4 video"),
            (b"\xEF\xBB\xBF<?xml version='1.0'?>\n<svg xmlns=", "SVG"),
            (b"  <SVG width='1'/>", "SVG"),
            (b"\n<!DOCTYPE html><html><svg>", "a web page"),
            (b"{\"error\": 3}", "JSON"),
            (b"not found", "text"),
            (
                "grüße, aber mitten im Zeichen abgeschnitten: ü"
                    .as_bytes()
                    .split_last()
                    .map_or(b"", |(_, rest)| rest),
                "text",
            ),
            (b"version https://git-lfs.github.com/spec/v1\noid", "a pointer of Git LFS"),
            (b"\x01\x02\x03\x04", "unknown data"),
            (b"\xFF\x0A\x00", "JPEG XL"),
            (b"II*\0\x08\0\0\0", "TIFF"),
            (b"\xFF\xD8\xFF\xE0", "JPEG"),
        ] {
            assert_eq!(ContentKind::of(bytes).to_string(), name, "{bytes:?}");
        }
    }
}
