//! The one entry: an image as the data names it, decoded for a place on the screen, or for a model.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Instant,
};

use tiebreak_domain::{
    door::{Picture, Pixels},
    media::TileRequest,
};

use crate::{
    cache::Cache,
    content_key::{ContentBytes, ContentKey},
    content_kind::may_move,
    conversion::Colours,
    decode::{decode, decode_for_screen, read_file},
    error::MediaError,
    fetcher::Fetcher,
    folder::MediaFolder,
    limits::{FetchLimits, Limits, TileBudget},
    problem::Problem,
    single_flight::{SingleFlight, locked},
    tiles::Tiles,
};

/// Finds, fetches, decodes and keeps images; shared by all threads, which it blocks while it works.
pub struct Images {
    limits: Limits,
    fetcher: Arc<Fetcher>,
    cache: Mutex<Cache<ImageKey, Picture>>,
    flights: SingleFlight<ImageKey, Result<Picture, Problem>>,
    tiles: Tiles,
}

/// Which decoded image: a content at a size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct ImageKey {
    content: ContentKey,
    /// The size it was to fit in.
    fit: [u32; 2],
    colours: Colours,
}

impl Images {
    /// Keeps fetched images in `media/` below the cache folder, where there is one, and decoded images up
    /// to a budget in bytes. Tiles have a budget of their own.
    pub fn new(cache_folder: Option<PathBuf>, budget_bytes: usize) -> Self {
        let (limits, fetch_limits) = (Limits::default(), FetchLimits::default());
        Self::with_limits(cache_folder, budget_bytes, TileBudget::default(), limits, fetch_limits)
    }

    /// The same with other limits.
    pub fn with_limits(
        cache_folder: Option<PathBuf>,
        budget_bytes: usize,
        tile_budget: TileBudget,
        limits: Limits,
        fetch_limits: FetchLimits,
    ) -> Self {
        Self {
            limits,
            fetcher: Arc::new(Fetcher::new(cache_folder.as_deref(), fetch_limits)),
            cache: Mutex::new(Cache::new(budget_bytes as u64)),
            flights: SingleFlight::new(),
            tiles: Tiles::new(cache_folder, limits, tile_budget),
        }
    }

    /// What fetches, for others who fetch.
    pub fn fetcher(&self) -> Arc<Fetcher> {
        Arc::clone(&self.fetcher)
    }

    /// The image at a uri as the data has it, upright, scaled down to `fit` (width and height in pixels),
    /// never up, in the colours that people are to see: brought to sRGB by the file's colour profile. A file that
    /// was changed meanwhile is read anew.
    pub fn get(&self, folder: &MediaFolder, uri: &str, fit: [u32; 2]) -> Result<Pixels, MediaError> {
        Ok(self.picture(folder, uri, fit)?.pixels)
    }

    /// The same, with whether its file may be an animation.
    pub fn picture(&self, folder: &MediaFolder, uri: &str, fit: [u32; 2]) -> Result<Picture, MediaError> {
        self.found(folder, uri, fit, Colours::Screen)
    }

    /// The same for a model: the file's own numbers, since models were trained on numbers that nobody converted.
    pub fn get_as_stored(
        &self,
        folder: &MediaFolder,
        uri: &str,
        fit: [u32; 2],
    ) -> Result<Pixels, MediaError> {
        Ok(self.found(folder, uri, fit, Colours::AsStored)?.pixels)
    }

    /// A tile of an image, in the colours that people are to see. The first tile of a picture waits until all of it
    /// is decoded and cut; the others are there then. Level 0 of a picture that is not brought to another size is
    /// its own pixels, bit by bit.
    pub fn tile(&self, folder: &MediaFolder, request: &TileRequest) -> Result<Pixels, MediaError> {
        let located = folder.locate(&request.uri)?;
        let tile = |content: ContentKey| {
            let tile = self.tiles.get(content.clone(), request, |content| self.bytes(content));
            tile.inspect_err(|problem| self.reject(&content, problem))
        };
        ContentKey::of(located).and_then(tile).map_err(|problem| MediaError::new(&request.uri, problem))
    }

    #[cfg(test)]
    pub(crate) fn tiles(&self) -> &Tiles {
        &self.tiles
    }

    fn found(
        &self,
        folder: &MediaFolder,
        uri: &str,
        fit: [u32; 2],
        colours: Colours,
    ) -> Result<Picture, MediaError> {
        let located = folder.locate(uri)?;
        ContentKey::of(located)
            .and_then(|content| self.decoded_once(ImageKey { content, fit, colours }))
            .map_err(|problem| MediaError::new(uri, problem))
    }

    fn decoded_once(&self, key: ImageKey) -> Result<Picture, Problem> {
        if let Some(picture) = self.kept(&key) {
            return Ok(picture);
        }
        self.flights.run(key.clone(), || {
            // Another flight may have landed since the look above.
            if let Some(picture) = self.kept(&key) {
                return Ok(picture);
            }
            let picture = self.decoded(&key)?;
            let bytes = picture.pixels.rgba.len() as u64;
            locked(&self.cache).insert(key, picture.clone(), bytes);
            Ok(picture)
        })
    }

    fn kept(&self, key: &ImageKey) -> Option<Picture> {
        locked(&self.cache).get(key)
    }

    fn decoded(&self, key: &ImageKey) -> Result<Picture, Problem> {
        let bytes = self.bytes(&key.content)?;
        let may_move = may_move(&bytes);
        let decoded = match key.colours {
            Colours::AsStored => decode(&bytes, key.fit, &self.limits),
            Colours::Screen => match decode_for_screen(&bytes, key.fit, &self.limits) {
                // It may be one that is read in bands; if not, that says the same.
                Err(Problem::TooLarge { .. }) => {
                    drop(bytes);
                    self.tiles.fitted(key.content.clone(), key.fit, |content| self.bytes(content))
                }
                decoded => decoded,
            },
        };
        let picture = decoded.map(|pixels| Picture { pixels, may_move });
        picture.inspect_err(|problem| self.reject(&key.content, problem))
    }

    /// A fetched image that turned out to be useless is not kept.
    fn reject(&self, content: &ContentKey, problem: &Problem) {
        if let (ContentKey::Address(address), true) = (content, problem.is_lasting()) {
            self.fetcher.reject(address, problem.clone(), Instant::now());
        }
    }

    /// The bytes of a content, as it was when the key was made.
    fn bytes(&self, content: &ContentKey) -> Result<ContentBytes, Problem> {
        match content {
            ContentKey::File { path, .. } => {
                let bytes = read_file(path, &self.limits)?;
                if content.is_unchanged() {
                    Ok(ContentBytes::Read(bytes))
                } else {
                    Err(Problem::ChangedMeanwhile)
                }
            }
            ContentKey::Address(address) => {
                let fetched = self.fetcher.fetch(address, Instant::now());
                fetched.map(ContentBytes::Fetched).map_err(|error| error.problem)
            }
        }
    }
}

#[cfg(test)]
mod tests;
