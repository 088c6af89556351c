//! The one entry: what is known of a video, its frames by index, its sound by the sample.
//!
//! What was looked through is kept by the file and its time of change. A reel with its decoder is kept for every
//! video at every size that is asked for, the least recently used of which goes when there are too many or nobody
//! has asked for a while. Asks for one reel wait for one another; different reels work beside one another.

use std::{
    collections::HashMap,
    fs::File,
    io::Read,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, TryLockError},
    time::{Duration, Instant},
};

use tiebreak_domain::{
    door::Pixels,
    media::{Frames, Sound, VideoInfo},
};

use super::{
    animation::Animation,
    ffmpeg::{Ffmpeg, Film},
    footage::{Footage, is_small},
    frame_cache::FrameCache,
    idle::IdleWatch,
    problem::{VideoError, VideoProblem},
    reel::Reel,
    sequence::{Naming, Sequence},
    sound::{SoundRun, Stretch},
};
use crate::{
    ContentKind, Fetcher, Limits, Located, MediaError, MediaFolder, Problem,
    content_key::ContentKey,
    decode::read_file,
    single_flight::{SingleFlight, locked},
};

/// How many videos' times are kept.
const KEPT_FOOTAGE: usize = 256;
/// How many decoders are kept ready: six panes, and their thumbnails.
const KEPT_REELS: usize = 12;
/// How many are while each of them is being asked: of a server that several look at at once.
const MOST_REELS: usize = 8 * KEPT_REELS;
/// How many of sound.
const KEPT_SOUNDS: usize = 2;
/// The same while each is being listened to.
const MOST_SOUNDS: usize = 8 * KEPT_SOUNDS;
/// Who asked so lately is at it still.
const AT_IT: Duration = Duration::from_secs(3);
/// After how long a decoder that nobody asks ends.
pub(crate) const IDLE: Duration = Duration::from_secs(15);
/// After how long one does whose pictures are small: as a rule all of them were had.
pub(crate) const SMALL_IDLE: Duration = Duration::from_secs(2);
/// The most frames of one reply; who wants more asks again.
const MOST_FRAMES: u32 = 64;
/// Enough to tell what a file is.
const LOOK_BYTES: u64 = 4096;

/// What one video may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoLimits {
    /// Most frames.
    pub frames: usize,
    /// Most pixels of a frame.
    pub pixels: u64,
    /// How long it may take to look through one.
    pub looking: Duration,
    /// Of pictures that are frames.
    pub pictures: Limits,
    /// Bytes of decoded frames that are kept.
    pub kept_bytes: usize,
}

impl Default for VideoLimits {
    /// Two million frames (18 hours at 30 a second) of up to 8192 x 8192 pixels; 96 MiB are kept.
    fn default() -> Self {
        Self {
            frames: 2_000_000,
            pixels: 8192 * 8192,
            looking: Duration::from_mins(2),
            pictures: Limits::default(),
            kept_bytes: 96 * 1024 * 1024,
        }
    }
}

/// Finds and decodes videos; shared by all threads, which it blocks while it works.
pub struct Videos {
    limits: VideoLimits,
    /// By what videos at addresses are fetched; none refuses them.
    fetcher: Option<Arc<Fetcher>>,
    /// Whether ffmpeg may be used where there is one.
    has_ffmpeg: bool,
    footage: Mutex<Recent<FootageKey, Opened>>,
    flights: SingleFlight<FootageKey, Result<Opened, VideoProblem>>,
    cache: Mutex<FrameCache>,
    running: Arc<Running>,
    _watch: IdleWatch,
}

/// Decoders at work.
pub(crate) struct Running {
    reels: Mutex<Recent<ReelKey, Arc<Mutex<Reel>>>>,
    sounds: Mutex<Recent<SoundKey, Arc<Mutex<Sounding>>>>,
}

/// The number of a video, and the size it is to fit in.
type ReelKey = (u64, [u32; 2]);
/// The number of a video, and its speed in hundredths.
type SoundKey = (u64, u16);

#[derive(Default)]
struct Sounding {
    run: Option<SoundRun>,
    used: Option<Instant>,
}

/// What of a folder is one video.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum FootageKey {
    File(ContentKey),
    Sequence { folder: PathBuf, naming: Naming, per_second: u16, modified: Option<std::time::SystemTime> },
}

#[derive(Clone)]
struct Opened {
    number: u64,
    footage: Arc<dyn Footage>,
    film: Option<Arc<Film>>,
}

impl Videos {
    /// Nothing is looked for or started yet.
    pub fn new(limits: VideoLimits) -> Self {
        Self::with_tools(limits, true)
    }

    /// As if there were no ffmpeg on this machine.
    pub fn without_ffmpeg(limits: VideoLimits) -> Self {
        Self::with_tools(limits, false)
    }

    fn with_tools(limits: VideoLimits, has_ffmpeg: bool) -> Self {
        let running = Arc::new(Running {
            reels: Mutex::new(Recent::growing(KEPT_REELS, MOST_REELS)),
            sounds: Mutex::new(Recent::growing(KEPT_SOUNDS, MOST_SOUNDS)),
        });
        Self {
            limits,
            fetcher: None,
            has_ffmpeg,
            footage: Mutex::new(Recent::new(KEPT_FOOTAGE)),
            flights: SingleFlight::new(),
            cache: Mutex::new(FrameCache::new(limits.kept_bytes)),
            _watch: IdleWatch::new(Arc::downgrade(&running)),
            running,
        }
    }

    /// Fetches videos at addresses, whole, before they are looked through.
    pub fn fetching_by(self, fetcher: Arc<Fetcher>) -> Self {
        Self { fetcher: Some(fetcher), ..self }
    }

    /// The ffmpeg that is used, looked for if none was found yet.
    pub fn ffmpeg(&self) -> Option<Ffmpeg> {
        if self.has_ffmpeg { Ffmpeg::known() } else { None }
    }

    /// What is known of a video before any frame is decoded.
    pub fn info(&self, folder: &MediaFolder, uri: &str) -> Result<VideoInfo, VideoError> {
        Ok(self.opened(folder, uri)?.footage.timeline().info())
    }

    /// Frames by index, scaled down to `fit` (width and height in pixels), never up; fewer where the video ends.
    pub fn frames(
        &self,
        folder: &MediaFolder,
        uri: &str,
        fit: [u32; 2],
        first: u32,
        count: u32,
    ) -> Result<Frames, VideoError> {
        let opened = self.opened(folder, uri)?;
        let end = first.saturating_add(count.min(MOST_FRAMES)).min(opened.footage.timeline().count());
        let pictures = (first..end).map(|index| self.frame(&opened, fit, index));
        let pictures = pictures.collect::<Result<_, _>>().map_err(|problem| at(uri, problem))?;
        Ok(Frames { first, pictures })
    }

    /// A stretch of sound, as long as asked: silence where there is none.
    pub fn sound(
        &self,
        folder: &MediaFolder,
        uri: &str,
        from_us: u64,
        length_us: u64,
        speed_percent: u16,
    ) -> Result<Sound, VideoError> {
        let stretch = Stretch::new(from_us, length_us, speed_percent);
        let opened = self.opened(folder, uri)?;
        let film = opened.film.filter(|film| film.has_sound() && stretch.is_heard());
        let Some(film) = film else { return Ok(stretch.silence()) };
        let key = (opened.number, stretch.speed_percent);
        let sounding = locked(&self.running.sounds).get_or_insert_with(key, Arc::default);
        let mut sounding = locked(&sounding);
        sounding.used = Some(Instant::now());
        stretch.read(&film, &mut sounding.run).map_err(|problem| at(uri, problem))
    }

    fn frame(&self, opened: &Opened, fit: [u32; 2], index: u32) -> Result<Pixels, VideoProblem> {
        // What was decoded outlives the decoder.
        let number = opened.number;
        if let Some(pixels) = locked(&self.cache).get((number, fit, index)) {
            return Ok(pixels);
        }
        let new = || Arc::new(Mutex::new(Reel::new(Arc::clone(&opened.footage), fit, Instant::now())));
        let reel = locked(&self.running.reels).get_or_insert_with((number, fit), new);
        let mut reel = locked(&reel);
        reel.used = Instant::now();
        // Whoever had the reel before may have passed it.
        if let Some(pixels) = locked(&self.cache).get((number, fit, index)) {
            return Ok(pixels);
        }
        reel.frame(index, &mut |index, pixels| {
            locked(&self.cache).insert((number, fit, index), pixels.clone());
        })
    }

    fn opened(&self, folder: &MediaFolder, uri: &str) -> Result<Opened, VideoError> {
        let key = key_of(self.fetcher.as_deref(), folder, uri)?;
        if let Some(opened) = locked(&self.footage).get(&key) {
            return Ok(opened);
        }
        let opened = self.flights.run(key.clone(), || self.open(&key));
        let opened = opened.map_err(|problem| at(uri, problem))?;
        Ok(locked(&self.footage).get_or_insert_with(key, || opened))
    }

    fn open(&self, key: &FootageKey) -> Result<Opened, VideoProblem> {
        let number = fresh_number();
        let path = match key {
            FootageKey::Sequence { folder, naming, per_second, .. } => {
                let footage = Arc::new(Sequence::open(folder, naming, *per_second, &self.limits)?);
                return Ok(Opened { number, footage, film: None });
            }
            FootageKey::File(ContentKey::File { path, .. }) => path,
            FootageKey::File(ContentKey::Address(_)) => return Err(VideoProblem::Address),
        };
        match kind_of(path)? {
            ContentKind::Image(format) => {
                let bytes = read_file(path, &self.limits.pictures)?;
                let footage = Arc::new(Animation::open(bytes, format, &self.limits)?);
                Ok(Opened { number, footage, film: None })
            }
            looks_like if is_hopeless(looks_like) => Err(VideoProblem::NotAVideo { looks_like }),
            _ => {
                let ffmpeg = self.ffmpeg().ok_or(VideoProblem::NoFfmpeg)?;
                let film = Arc::new(Film::open(&ffmpeg, path, &self.limits)?);
                Ok(Opened { number, footage: Arc::clone(&film) as Arc<dyn Footage>, film: Some(film) })
            }
        }
    }
}

impl Running {
    /// Ends what nobody has asked for a while; tells whether anything is left.
    pub fn end_idle(&self, now: Instant) {
        let is_idle = |used: Instant| now.saturating_duration_since(used) >= IDLE;
        let reels: Vec<_> =
            locked(&self.reels).iter().map(|((_, fit), reel)| (*fit, Arc::clone(reel))).collect();
        for (fit, reel) in reels {
            let idle = if is_small(fit) { SMALL_IDLE } else { IDLE };
            if let Some(mut reel) = try_locked(&reel)
                && now.saturating_duration_since(reel.used) >= idle
            {
                reel.stop();
            }
        }
        let sounds: Vec<_> = locked(&self.sounds).iter().map(|(_, sounding)| Arc::clone(sounding)).collect();
        for sounding in sounds {
            if let Some(mut sounding) = try_locked(&sounding)
                && sounding.used.is_some_and(is_idle)
            {
                sounding.run = None;
            }
        }
    }
}

/// What somebody is at is not idle.
fn try_locked<Value>(mutex: &Mutex<Value>) -> Option<MutexGuard<'_, Value>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

fn at(uri: &str, problem: VideoProblem) -> VideoError {
    VideoError { place: MediaError::new(uri, Problem::NotFound).place, problem }
}

fn fresh_number() -> u64 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(1);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

fn key_of(fetcher: Option<&Fetcher>, folder: &MediaFolder, uri: &str) -> Result<FootageKey, VideoError> {
    let of_file =
        |located| ContentKey::of(located).map(FootageKey::File).map_err(|problem| at(uri, problem.into()));
    let not_found = match folder.locate(uri) {
        Ok(located @ Located::File(_)) => return of_file(located),
        Ok(Located::Address(address)) => {
            let fetcher = fetcher.ok_or_else(|| at(uri, VideoProblem::Address))?;
            let fetched = fetcher.fetch_file(&address, |kind| !is_hopeless(kind), Instant::now());
            return match fetched {
                Ok(file) => of_file(Located::File(file)),
                Err(MediaError { problem: Problem::NotAnImage { looks_like }, .. }) => {
                    Err(at(uri, VideoProblem::NotAVideo { looks_like }))
                }
                Err(error) => Err(at(uri, error.problem.into())),
            };
        }
        Err(error) => error,
    };
    let sequence = |path: PathBuf, naming| {
        let modified = path.metadata().and_then(|metadata| metadata.modified()).ok();
        let per_second = folder.pictures_per_second();
        FootageKey::Sequence { folder: path, naming, per_second, modified }
    };
    match &not_found.problem {
        Problem::NotAFile => Ok(sequence(folder.locate_folder(uri)?, Naming::Numbered)),
        Problem::NotFound => {
            let (parent, name) = uri.rsplit_once(['/', '\\']).unwrap_or((".", uri));
            match Naming::of_pattern(name) {
                Some(naming) => Ok(sequence(folder.locate_folder(parent)?, naming)),
                None => Err(not_found.into()),
            }
        }
        _ => Err(not_found.into()),
    }
}

fn kind_of(path: &Path) -> Result<ContentKind, Problem> {
    let mut start = Vec::new();
    let file = File::open(path).map_err(Problem::from_io)?;
    file.take(LOOK_BYTES).read_to_end(&mut start).map_err(Problem::from_io)?;
    Ok(ContentKind::of(&start))
}

/// Whether ffmpeg need not be asked.
fn is_hopeless(kind: ContentKind) -> bool {
    match kind {
        ContentKind::Empty
        | ContentKind::WebPage
        | ContentKind::GitLfsPointer
        | ContentKind::Text
        | ContentKind::OtherImage(_) => true,
        ContentKind::Known(name) => !name.contains("video"),
        ContentKind::Image(_) | ContentKind::Avif | ContentKind::Unknown => false,
    }
}

/// Values by key, the least recently used of which go when there are too many.
struct Recent<Key, Value> {
    most: usize,
    /// How many there may be while each was used just now.
    most_at_it: usize,
    clock: u64,
    values: HashMap<Key, Held<Value>>,
}

struct Held<Value> {
    /// Tells the order in which they were used.
    used: u64,
    used_at: Instant,
    value: Value,
}

impl<Key: Clone + Eq + std::hash::Hash, Value: Clone> Recent<Key, Value> {
    fn new(most: usize) -> Self {
        Self::growing(most, most)
    }

    fn growing(most: usize, most_at_it: usize) -> Self {
        Self { most, most_at_it, clock: 0, values: HashMap::new() }
    }

    fn get(&mut self, key: &Key) -> Option<Value> {
        self.clock += 1;
        let held = self.values.get_mut(key)?;
        (held.used, held.used_at) = (self.clock, Instant::now());
        Some(held.value.clone())
    }

    fn get_or_insert_with(&mut self, key: Key, make: impl FnOnce() -> Value) -> Value {
        if let Some(value) = self.get(&key) {
            return value;
        }
        let now = Instant::now();
        while self.values.len() >= self.most {
            let Some((oldest, held)) = self.values.iter().min_by_key(|(_, held)| held.used) else { break };
            let is_at_it = now.saturating_duration_since(held.used_at) < AT_IT;
            if is_at_it && self.values.len() < self.most_at_it {
                break;
            }
            let oldest = oldest.clone();
            self.values.remove(&oldest);
        }
        let value = make();
        self.values.insert(key, Held { used: self.clock, used_at: now, value: value.clone() });
        value
    }

    fn iter(&self) -> impl Iterator<Item = (&Key, &Value)> {
        self.values.iter().map(|(key, held)| (key, &held.value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_being_used_stays_up_to_a_bound() {
        let mut recent = Recent::growing(2, 4);
        for number in 0..10 {
            recent.get_or_insert_with(number, || number);
        }
        assert_eq!(recent.values.len(), 4, "all were used just now");
        assert!(recent.get(&9).is_some() && recent.get(&5).is_none());
        let long_ago = Instant::now().checked_sub(2 * AT_IT).expect("the machine runs longer");
        recent.values.values_mut().for_each(|held| held.used_at = long_ago);
        recent.get_or_insert_with(10, || 10);
        assert_eq!(recent.values.len(), 2, "nobody is at the others");
        assert!(recent.get(&9).is_some(), "used last");
    }
}
