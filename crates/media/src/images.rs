//! The one entry: an image as the data names it, decoded for a place on the screen.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Instant,
};

use tiebreak_domain::door::Pixels;

use crate::{
    decode::{decode, read_file},
    error::MediaError,
    fetcher::Fetcher,
    folder::{Located, MediaFolder},
    image_cache::{ContentKey, ImageCache, ImageKey},
    limits::{FetchLimits, Limits},
    problem::Problem,
    single_flight::{SingleFlight, locked},
};

/// Finds, fetches, decodes and keeps images; shared by all threads, which it blocks while it works.
pub struct Images {
    limits: Limits,
    fetcher: Fetcher,
    cache: Mutex<ImageCache>,
    flights: SingleFlight<ImageKey, Result<Pixels, Problem>>,
}

impl Images {
    /// Keeps fetched images in `media/` below the cache folder, where there is one, and decoded images up
    /// to a budget in bytes.
    pub fn new(cache_folder: Option<PathBuf>, budget_bytes: usize) -> Self {
        Self::with_limits(cache_folder, budget_bytes, Limits::default(), FetchLimits::default())
    }

    /// The same with other limits.
    pub fn with_limits(
        cache_folder: Option<PathBuf>,
        budget_bytes: usize,
        limits: Limits,
        fetch_limits: FetchLimits,
    ) -> Self {
        Self {
            limits,
            fetcher: Fetcher::new(cache_folder.as_deref(), fetch_limits),
            cache: Mutex::new(ImageCache::new(budget_bytes)),
            flights: SingleFlight::new(),
        }
    }

    /// The image at a uri as the data has it, upright, scaled down to `fit` (width and height in pixels),
    /// never up. A file that was changed meanwhile is read anew.
    pub fn get(&self, folder: &MediaFolder, uri: &str, fit: [u32; 2]) -> Result<Pixels, MediaError> {
        let located = folder.locate(uri)?;
        self.located(located, fit).map_err(|problem| MediaError::new(uri, problem))
    }

    fn located(&self, located: Located, fit: [u32; 2]) -> Result<Pixels, Problem> {
        let key = ImageKey { content: content_key(located)?, fit };
        if let Some(pixels) = self.kept(&key) {
            return Ok(pixels);
        }
        self.flights.run(key.clone(), || {
            // Another flight may have landed since the look above.
            if let Some(pixels) = self.kept(&key) {
                return Ok(pixels);
            }
            let pixels = self.decoded(&key)?;
            locked(&self.cache).insert(key, pixels.clone());
            Ok(pixels)
        })
    }

    fn kept(&self, key: &ImageKey) -> Option<Pixels> {
        locked(&self.cache).get(key)
    }

    fn decoded(&self, key: &ImageKey) -> Result<Pixels, Problem> {
        match &key.content {
            ContentKey::File { path, .. } => decode(&read_file(path, &self.limits)?, key.fit, &self.limits),
            ContentKey::Address(address) => {
                let now = Instant::now();
                let bytes: Arc<[u8]> = self.fetcher.fetch(address, now).map_err(|error| error.problem)?;
                decode(&bytes, key.fit, &self.limits)
                    .inspect_err(|problem| self.fetcher.reject(address, problem.clone(), now))
            }
        }
    }
}

pub(crate) fn content_key(located: Located) -> Result<ContentKey, Problem> {
    Ok(match located {
        Located::File(path) => {
            let metadata = path.metadata().map_err(Problem::from_io)?;
            ContentKey::File { path, modified: metadata.modified().ok(), bytes: metadata.len() }
        }
        Located::Address(address) => ContentKey::Address(address),
    })
}

#[cfg(test)]
mod tests;
