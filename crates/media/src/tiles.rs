//! Tiles of pictures: each picture is decoded once, cut into all tiles of all levels, and kept.
//!
//! Small pyramids are kept in memory and large ones on the disk, each up to a budget of bytes. Where the disk is
//! full or there is none, that is traced, what of the picture fits is kept in memory, and the other tiles are
//! answered by decoding it again. A picture that cannot be decoded is not tried again until its file changes.

use std::{
    io,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use tiebreak_domain::{
    door::Pixels,
    media::{TILE_SIDE, TileRequest},
};

use crate::{
    cache::Cache,
    content_key::{ContentBytes, ContentKey},
    conversion::Colours,
    decode::{pixels_of, resized, scaled, size_within},
    levels::{Levels, PIXEL_BYTES, TilePlace},
    limits::{Limits, TileBudget},
    opened::{Opened, guarded, turn_for, turned},
    problem::Problem,
    pyramid::{Builder, Keep, Pyramid},
    shelf::Shelf,
    single_flight::{SingleFlight, locked},
    streamed::Streamed,
    upright::Upright,
};

/// How many pictures that failed are remembered.
const FAILURES_KEPT: u64 = 256;

/// Which pyramid: a content, brought to a size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PyramidKey {
    content: ContentKey,
    as_size: Option<[u32; 2]>,
}

type Built = Result<Arc<Pyramid>, Problem>;

/// Builds pyramids and keeps them; shared by all threads, which it blocks while it works.
pub(crate) struct Tiles {
    limits: Limits,
    budget: TileBudget,
    /// Where large pyramids are put; if none, where the system puts such files.
    folder: Option<PathBuf>,
    in_memory: Mutex<Cache<PyramidKey, Arc<Pyramid>>>,
    on_disk: Mutex<Cache<PyramidKey, Arc<Pyramid>>>,
    failed: Mutex<Cache<PyramidKey, Problem>>,
    flights: SingleFlight<(PyramidKey, Option<TilePlace>), Built>,
}

impl Tiles {
    pub(crate) fn new(folder: Option<PathBuf>, limits: Limits, budget: TileBudget) -> Self {
        Self {
            limits,
            budget,
            folder,
            in_memory: Mutex::new(Cache::new(budget.memory_bytes)),
            on_disk: Mutex::new(Cache::new(budget.disk_bytes)),
            failed: Mutex::new(Cache::new(FAILURES_KEPT)),
            flights: SingleFlight::new(),
        }
    }

    /// A tile of a content, whose bytes are read only when it has to be decoded.
    pub(crate) fn get(
        &self,
        content: ContentKey,
        request: &TileRequest,
        read: impl Fn(&ContentKey) -> Result<ContentBytes, Problem>,
    ) -> Result<Pixels, Problem> {
        let key = PyramidKey { content, as_size: request.as_size };
        let place = TilePlace { level: request.level, column: request.column, row: request.row };
        if let Some(tile) = self.pyramid(&key, &read)?.tile(place)? {
            return Ok(tile);
        }
        // It is there but was not kept; those who want the same one share the work.
        let flight = (key.clone(), Some(place));
        let pyramid = self.flights.run(flight, || self.built(&key, Some(place), &read(&key.content)?))?;
        pyramid.tile(place)?.ok_or_else(|| Problem::from_io(io::ErrorKind::NotFound.into()))
    }

    /// A picture that cannot be decoded whole, scaled down to fit.
    pub(crate) fn fitted(
        &self,
        content: ContentKey,
        fit: [u32; 2],
        read: impl Fn(&ContentKey) -> Result<ContentBytes, Problem>,
    ) -> Result<Pixels, Problem> {
        let pyramid = self.pyramid(&PyramidKey { content, as_size: None }, &read)?;
        let wanted = size_within(pyramid.size(), fit);
        let level = pyramid.level(pyramid.level_for(wanted))?;
        let level = level.ok_or_else(|| Problem::from_io(io::ErrorKind::StorageFull.into()))?;
        Ok(pixels_of(scaled(level.into(), wanted), pyramid.full()))
    }

    fn pyramid(
        &self,
        key: &PyramidKey,
        read: &impl Fn(&ContentKey) -> Result<ContentBytes, Problem>,
    ) -> Built {
        if let Some(kept) = self.kept(key) {
            return kept;
        }
        self.flights.run((key.clone(), None), || {
            // Another flight may have landed since the look above.
            if let Some(kept) = self.kept(key) {
                return kept;
            }
            let built = read(&key.content).and_then(|bytes| self.built(key, None, &bytes));
            match &built {
                Ok(pyramid) => self.keep(key, pyramid),
                // The fetcher knows how long a failed address rests.
                Err(problem) if problem.is_lasting() && matches!(key.content, ContentKey::File { .. }) => {
                    locked(&self.failed).insert(key.clone(), problem.clone(), 1);
                }
                Err(_) => {}
            }
            built
        })
    }

    fn kept(&self, key: &PyramidKey) -> Option<Built> {
        let find = |key: &PyramidKey| {
            let kept = locked(&self.in_memory).get(key);
            kept.or_else(|| locked(&self.on_disk).get(key))
        };
        let pyramid = find(key).or_else(|| {
            // Brought to the size that it has.
            let own = find(&PyramidKey { as_size: None, ..key.clone() })?;
            (key.as_size == Some(own.size())).then_some(own)
        });
        pyramid.map(Ok).or_else(|| locked(&self.failed).get(key).map(Err))
    }

    fn keep(&self, key: &PyramidKey, pyramid: &Arc<Pyramid>) {
        let as_size = key.as_size.filter(|size| *size != pyramid.full());
        let key = PyramidKey { content: key.content.clone(), as_size };
        let cache = if pyramid.is_spilled() { &self.on_disk } else { &self.in_memory };
        locked(cache).insert(key, Arc::clone(pyramid), pyramid.bytes());
    }

    fn built(&self, key: &PyramidKey, wanted: Option<TilePlace>, bytes: &[u8]) -> Built {
        self.check_size(key.as_size)?;
        guarded(bytes, &self.limits, |format, bytes| {
            let open = || Streamed::open(bytes, format, &self.limits);
            if let Some(streamed) = open()?
                && key.as_size.is_none_or(|size| size == streamed.size)
            {
                let again = || open()?.ok_or(Problem::ChangedMeanwhile);
                return Ok(Arc::new(self.cut_streamed(streamed, &again, wanted)?));
            }
            let opened = Opened::new(bytes, format, &self.limits, Colours::Screen)?;
            let (orientation, conversion) = (opened.orientation, opened.conversion.clone());
            let (stored, full) = (opened.stored, opened.full());
            // Brought to a size, a small picture may become a large one.
            let asked = key.as_size.map_or(0, bytes_of);
            let _turn = turn_for(asked.max(opened.decoded_bytes));
            let picture = opened.picture(stored)?;
            let size = key.as_size.map_or(stored, |size| turned(size, orientation));
            let (picture, conversion) = resized(picture, size, &conversion);
            let upright = Upright { picture, orientation, conversion };
            Ok(Arc::new(self.cut(&upright, full, wanted)))
        })
    }

    fn check_size(&self, as_size: Option<[u32; 2]>) -> Result<(), Problem> {
        let Some([width, height]) = as_size else { return Ok(()) };
        let bytes = bytes_of([width, height]);
        if bytes == 0 || bytes > self.limits.decoded_bytes {
            return Err(Problem::BadSize { width, height });
        }
        Ok(())
    }

    /// All tiles in memory or on the disk; or only the one that is wanted; or, where the disk does not take them, some.
    fn cut(&self, upright: &Upright, full: [u32; 2], wanted: Option<TilePlace>) -> Pyramid {
        let levels = Levels::of(upright.size());
        if wanted.is_some() {
            return in_memory(levels, upright, full, Keep::From { level: usize::MAX, and: wanted });
        }
        if levels.bytes_from(0) <= self.largest_in_memory() {
            return in_memory(levels, upright, full, Keep::All);
        }
        let spilled = Shelf::spilled(levels.tile_count(), self.folder.as_deref())
            .and_then(|shelf| filled(Builder::new(levels.clone(), full, shelf, Keep::All), upright));
        spilled.unwrap_or_else(|error| {
            let bytes = levels.bytes_from(0);
            tracing::warn!(
                %error, bytes,
                "no room on the disk for the tiles of a large picture; it is decoded again for each of them"
            );
            self.partly(upright, full)
        })
    }

    /// The same of a picture that comes in bands; where the disk does not take it, it is read once more.
    fn cut_streamed<'bytes>(
        &self,
        streamed: Streamed<'bytes>,
        again: &dyn Fn() -> Result<Streamed<'bytes>, Problem>,
        wanted: Option<TilePlace>,
    ) -> Result<Pyramid, Problem> {
        let size = streamed.size;
        let levels = Levels::of(size);
        let in_memory = |streamed, keep| {
            let shelf = Shelf::in_memory(levels.tile_count());
            filled_by(Builder::new(levels.clone(), size, shelf, keep), streamed)?.map_err(Problem::from_io)
        };
        if wanted.is_some() {
            return in_memory(streamed, Keep::From { level: usize::MAX, and: wanted });
        }
        if levels.bytes_from(0) <= self.largest_in_memory() {
            return in_memory(streamed, Keep::All);
        }
        let spilled = match Shelf::spilled(levels.tile_count(), self.folder.as_deref()) {
            Ok(shelf) => filled_by(Builder::new(levels.clone(), size, shelf, Keep::All), streamed)?,
            Err(error) => Err(error),
        };
        spilled.or_else(|error| {
            tracing::warn!(%error, "no room on the disk for the tiles of a large picture");
            let fits = |level: &usize| levels.bytes_from(*level) <= self.largest_in_memory();
            let level = (0..levels.sizes().len()).find(fits).unwrap_or(usize::MAX);
            in_memory(again()?, Keep::From { level, and: None })
        })
    }

    /// The tiles of the levels that fit in memory.
    fn partly(&self, upright: &Upright, full: [u32; 2]) -> Pyramid {
        let levels = Levels::of(upright.size());
        let fits = |level: &usize| levels.bytes_from(*level) <= self.largest_in_memory();
        let level = (0..levels.sizes().len()).find(fits).unwrap_or(usize::MAX);
        in_memory(levels, upright, full, Keep::From { level, and: None })
    }

    /// What the tiles of a picture may take in memory: so much that two pictures stay beside one another.
    fn largest_in_memory(&self) -> u64 {
        self.budget.memory_bytes / 2
    }
}

fn in_memory(levels: Levels, upright: &Upright, full: [u32; 2], keep: Keep) -> Pyramid {
    let shelf = Shelf::in_memory(levels.tile_count());
    filled(Builder::new(levels, full, shelf, keep), upright).expect("memory does not fail to be written")
}

fn filled(mut builder: Builder, upright: &Upright) -> io::Result<Pyramid> {
    let height = upright.size()[1];
    for top in (0..height).step_by(TILE_SIDE as usize) {
        builder.push(&upright.band(top, TILE_SIDE.min(height - top)))?;
    }
    Ok(builder.finished())
}

/// A failure of the picture, and within that one of the disk.
fn filled_by(mut builder: Builder, mut streamed: Streamed<'_>) -> Result<io::Result<Pyramid>, Problem> {
    while let Some(rows) = streamed.next_rows()? {
        if let Err(error) = builder.push(&rows) {
            return Ok(Err(error));
        }
    }
    Ok(Ok(builder.finished()))
}

/// What a picture of a size takes, decoded.
fn bytes_of([width, height]: [u32; 2]) -> u64 {
    u64::from(width) * u64::from(height) * PIXEL_BYTES as u64
}

#[cfg(test)]
mod tests;
