//! The content of a picture or video: which it is, and what it looks like in numbers.

use std::time::SystemTime;

use tiebreak_domain::door::Pixels;
use tiebreak_domain::{ApiError, Candidate, ErrorCode};
use tiebreak_media::{Located, MediaError, MediaFolder};
use tiebreak_reward::learn::features::image;

use super::super::inputs::{self, Sources, only_image, only_video};
use super::super::work::InputHash;

/// The size within which pictures are decoded: all that these features tell is told by so many pixels.
const FIT: [u32; 2] = [128, 128];

/// A picture or video as it lies on the disk now.
pub struct Content<'c> {
    uri: &'c str,
    is_video: bool,
    /// Whether it lies on this machine.
    is_file: bool,
    /// Another when the file is.
    pub key: InputHash,
}

/// Why there are no features of it.
pub struct Fault {
    pub reason: String,
    /// Whether it may be read another time although nothing of it has changed.
    pub may_pass: bool,
}

impl<'c> Content<'c> {
    /// What is there now.
    pub fn of(folder: &MediaFolder, candidate: &'c Candidate) -> Self {
        let image = only_image(candidate);
        let uri = image.or(only_video(candidate)).unwrap_or_default();
        let located = if image.is_some() { folder.locate(uri).ok() } else { located_video(folder, uri) };
        let mut hash = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            hash.update(&(bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        add(if image.is_some() { b"picture" } else { b"video" });
        match &located {
            Some(Located::File(path)) => {
                add(path.as_os_str().as_encoded_bytes());
                let metadata = path.metadata().ok();
                let changed = metadata.as_ref().and_then(|metadata| metadata.modified().ok());
                let since = changed.and_then(|changed| changed.duration_since(SystemTime::UNIX_EPOCH).ok());
                add(&since.map_or(0, |since| since.as_nanos()).to_le_bytes());
                add(&metadata.map_or(0, |metadata| metadata.len()).to_le_bytes());
            }
            Some(Located::Address(address)) => add(address.as_bytes()),
            None => {
                add(b"not there");
                add(uri.as_bytes());
            }
        }
        let mut key = [0; 16];
        key.copy_from_slice(&hash.finalize().as_bytes()[..16]);
        let is_file = !matches!(located, Some(Located::Address(_)));
        Self { uri, is_video: image.is_none(), is_file, key }
    }

    /// What it looks like, in numbers.
    pub fn features(&self, sources: &Sources, folder: &MediaFolder) -> Result<[f32; 15], Fault> {
        let pixels = if self.is_video {
            sources
                .middle_frame(folder, self.uri, FIT)
                .map_err(|error| (inputs::with_hint(&error), error.into()))
        } else {
            let said = |error: MediaError| (error.to_string(), ApiError::from(error));
            sources.picture(folder, self.uri, FIT).map_err(said)
        };
        let pixels = pixels.map_err(|(reason, error)| {
            // What the machine refuses or lacks now, it may give or have another time.
            let is_lasting = self.is_file && error.code != ErrorCode::System;
            Fault { reason, may_pass: !is_lasting }
        })?;
        features_of(&pixels).ok_or_else(|| {
            let reason = format!("the picture has no pixel: {}", self.uri);
            Fault { reason, may_pass: false }
        })
    }
}

/// A video is a file, or a folder of pictures.
fn located_video(folder: &MediaFolder, uri: &str) -> Option<Located> {
    let file = folder.locate(uri).ok();
    file.or_else(|| folder.locate_folder(uri).ok().map(Located::File))
}

fn features_of(pixels: &Pixels) -> Option<[f32; 15]> {
    let small = inputs::opaque(pixels);
    image::features(image::Pixels {
        width: small.width as usize,
        height: small.height as usize,
        rgb: &small.pixels,
        full_size: [pixels.full_width as usize, pixels.full_height as usize],
    })
}
