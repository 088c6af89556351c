//! One video on its way to the screen: what is known of it, and the frames that are here.
//!
//! A reel asks for frames in chunks of a few megabytes, holds no more of them than its share of the budget, and
//! drops those farthest from what comes next. It knows no clock: it is told which frames come next.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use tiebreak_domain::ApiError;
use tiebreak_domain::door::Pixels;
use tiebreak_domain::media::{Frames, FramesRequest, MediumRequest, VideoInfo};

/// How large a chunk is, about; small enough that a jump does not wait long for what was asked before it.
const CHUNK_BYTES: u64 = 8 << 20;
/// How many chunks are on their way at once, so that the decoder is never idle.
const CHUNKS_AT_ONCE: usize = 2;
/// More than this many frames are never asked for at once, however small they are.
const MOST_FRAMES: u32 = 32;
/// No more than this many frames are looked ahead, however small they are.
const MOST_AHEAD: u32 = 96;
/// Sizes asked for are rounded up to this many pixels, so that resizing a window decodes little anew.
const FIT_STEP: u32 = 128;
/// The size of the pictures under which one finds a place.
pub const THUMB_FIT: [u32; 2] = [192, 108];
/// How many of them there are, spread over all of it.
const THUMBS: u64 = 24;

/// After so many failures with no frame in between, a video of which no frame was ever had cannot be played, and of
/// any other no frame is tried by itself any more.
const MOST_FAILURES: u32 = 12;

/// What stands for a frame in a sound.
const SOUND_SLOT_US: u64 = 100_000;

/// What is known of a video.
#[derive(Clone, Debug, PartialEq)]
pub enum Known {
    /// It was asked for.
    Coming,
    /// This.
    Info(VideoInfo),
    /// It cannot be played.
    Failed(ApiError),
}

/// A video's frames.
#[derive(Debug)]
pub struct Reel {
    medium: MediumRequest,
    is_sound: bool,
    known: Known,
    fit: [u32; 2],
    frames: BTreeMap<u32, Pixels>,
    held_bytes: u64,
    /// Frames that the decoder passed over or could not have: what was shown before stays for them.
    absent: BTreeSet<u32>,
    /// Frames of chunks that could not be had: each is asked for once more by itself.
    doubtful: BTreeSet<u32>,
    /// Frames that are here and came with those that were played, perhaps with loss.
    played: BTreeSet<u32>,
    /// How often in a row nothing could be had.
    failures: u32,
    /// Whether a frame was ever had.
    has_had_any: bool,
    on_the_way: Vec<Range<u32>>,
    thumbs: BTreeMap<u32, Pixels>,
    thumb_on_the_way: Option<u32>,
}

impl Reel {
    /// A reel of which nothing is known yet.
    pub fn new(medium: MediumRequest, is_sound: bool) -> Self {
        Self {
            medium,
            is_sound,
            known: Known::Coming,
            fit: [0, 0],
            frames: BTreeMap::new(),
            held_bytes: 0,
            absent: BTreeSet::new(),
            doubtful: BTreeSet::new(),
            played: BTreeSet::new(),
            failures: 0,
            has_had_any: false,
            on_the_way: Vec::new(),
            thumbs: BTreeMap::new(),
            thumb_on_the_way: None,
        }
    }

    /// What is known of the video.
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// What the video is, once that is known.
    pub fn info(&self) -> Option<&VideoInfo> {
        if let Known::Info(info) = &self.known { Some(info) } else { None }
    }

    /// Whether it is a sound and nothing else.
    pub fn is_sound(&self) -> bool {
        self.is_sound
    }

    /// Whether it moves: more than one frame.
    pub fn moves(&self) -> bool {
        self.info().is_some_and(|info| info.times_us.len() > 1)
    }

    /// A frame, if it is here.
    pub fn frame(&self, index: u32) -> Option<&Pixels> {
        self.frames.get(&index)
    }

    /// Whether nothing more is to be waited for to show a frame.
    pub fn has(&self, index: u32) -> bool {
        self.is_sound || self.frames.contains_key(&index) || self.absent.contains(&index)
    }

    /// How much memory its frames take.
    pub fn held_bytes(&self) -> u64 {
        self.held_bytes
    }

    /// Whether frames are on their way.
    pub fn is_waiting(&self) -> bool {
        !self.on_the_way.is_empty() || self.thumb_on_the_way.is_some()
    }

    /// The small picture nearest to a frame, and which frame it is of.
    pub fn thumb_near(&self, index: u32) -> Option<(u32, &Pixels)> {
        let is_there = |(_, pixels): &(&u32, &Pixels)| pixels.width > 0;
        let after = self.thumbs.range(index..).find(is_there);
        let before = self.thumbs.range(..index).rfind(is_there);
        let nearest = [before, after].into_iter().flatten().min_by_key(|(frame, _)| frame.abs_diff(index))?;
        Some((*nearest.0, nearest.1))
    }

    /// What the video is was told, or could not be.
    pub fn told(&mut self, result: Result<VideoInfo, ApiError>) {
        self.known = match result {
            Ok(info) if self.is_sound => Known::Info(sound_info(info)),
            Ok(info) if info.times_us.is_empty() || info.size.contains(&0) => Known::Failed(
                ApiError::new(
                    tiebreak_domain::ErrorCode::BadInput,
                    "the file has no picture that could be shown",
                )
                .hint("see whether another program plays it; the item can be judged or skipped all the same")
                .at(&self.medium.uri),
            ),
            Ok(info) => Known::Info(info),
            Err(error) => Known::Failed(error),
        };
    }

    /// Asks again for what could not be had.
    pub fn retry(&mut self) -> bool {
        let is_failed = matches!(self.known, Known::Failed(_));
        if is_failed {
            *self = Self::new(self.medium.clone(), self.is_sound);
        }
        is_failed
    }

    /// Says how many pixels it is shown on. Frames of another size are dropped where they would look coarse, or
    /// take more than twice the memory they need.
    pub fn set_pixels(&mut self, pixels: [f32; 2]) {
        let Some(info) = self.info() else { return };
        let wanted = [0, 1].map(|side| {
            let rounded = (pixels[side].max(1.0) as u32).div_ceil(FIT_STEP) * FIT_STEP;
            rounded.min(info.size[side].max(1))
        });
        let area = |size: [u32; 2]| u64::from(size[0]) * u64::from(size[1]);
        let (is, want) = (area(self.fitted(self.fit)), area(self.fitted(wanted)));
        if is < want || is > want * 5 / 2 {
            self.fit = wanted;
            self.frames.clear();
            self.absent.clear();
            self.doubtful.clear();
            self.played.clear();
            self.held_bytes = 0;
            self.on_the_way.clear();
        }
    }

    /// Whether it was said how large it is shown.
    pub fn has_size(&self) -> bool {
        self.fit != [0, 0]
    }

    /// The size of a frame that is brought to fit.
    fn fitted(&self, fit: [u32; 2]) -> [u32; 2] {
        let Some(info) = self.info() else { return [0, 0] };
        let ratio = |side: usize| f64::from(fit[side]) / f64::from(info.size[side]);
        let scale = ratio(0).min(ratio(1)).min(1.0);
        info.size.map(|side| (f64::from(side) * scale).ceil() as u32)
    }

    /// How much memory a frame takes, about.
    pub fn frame_bytes(&self) -> u64 {
        let [width, height] = self.fitted(self.fit);
        (u64::from(width) * u64::from(height) * 4).max(1)
    }

    /// How many frames fit into so much memory; two at the least, or nothing would ever play.
    pub fn capacity(&self, budget_bytes: u64) -> u32 {
        (budget_bytes / self.frame_bytes()).clamp(2, 100_000) as u32
    }

    fn chunk(&self) -> u32 {
        (CHUNK_BYTES / self.frame_bytes()).clamp(1, u64::from(MOST_FRAMES)) as u32
    }

    /// Asks for the first of the frames that come next and are not here, and drops what there is no room for.
    /// `next` are runs of frames in the order they will be shown; at most as many are held as fit into the budget.
    pub fn plan(&mut self, next: &[Range<u32>], budget_bytes: u64) -> Vec<FramesRequest> {
        if !self.has_size() || self.is_sound {
            return Vec::new();
        }
        let mut room = self.capacity(budget_bytes).min(MOST_AHEAD);
        let mut wanted: Vec<Range<u32>> = Vec::new();
        for run in next {
            let length = (run.end.saturating_sub(run.start)).min(room);
            room -= length;
            if length > 0 {
                wanted.push(run.start..run.start + length);
            }
        }
        self.drop_some(&wanted, budget_bytes);
        let mut requests = Vec::new();
        for run in &wanted {
            let mut at = run.start;
            while at < run.end && self.on_the_way.len() < CHUNKS_AT_ONCE {
                if self.has(at) || self.is_on_the_way(at) {
                    at += 1;
                    continue;
                }
                let chunk = if self.doubtful.contains(&at) { 1 } else { self.chunk() };
                let most = run.end.min(at + chunk);
                let is_other = |frame: &u32| {
                    self.has(*frame)
                        || self.is_on_the_way(*frame)
                        || *frame > at && self.doubtful.contains(frame)
                };
                let end = (at..most).find(is_other).unwrap_or(most);
                self.on_the_way.push(at..end);
                requests.push(FramesRequest {
                    medium: self.medium.clone(),
                    fit: self.fit,
                    first: at,
                    count: end - at,
                    is_exact: false,
                });
                at = end;
            }
        }
        requests
    }

    /// Asks once more for a frame that is looked at and came with those that were played.
    pub fn plan_exact(&mut self, frame: u32) -> Option<FramesRequest> {
        let is_wanted =
            self.played.contains(&frame) && self.frames.contains_key(&frame) && !self.is_on_the_way(frame);
        is_wanted.then(|| {
            self.played.remove(&frame);
            self.on_the_way.push(frame..frame + 1);
            let (medium, fit) = (self.medium.clone(), self.fit);
            FramesRequest { medium, fit, first: frame, count: 1, is_exact: true }
        })
    }

    fn is_on_the_way(&self, frame: u32) -> bool {
        self.on_the_way.iter().any(|run| run.contains(&frame))
    }

    /// Drops frames that do not come next until the rest, with all that is on its way, has room.
    fn drop_some(&mut self, wanted: &[Range<u32>], budget_bytes: u64) {
        let first = wanted.first().map_or(0, |run| run.start);
        let coming: u64 = self.on_the_way.iter().map(|run| u64::from(run.end - run.start)).sum();
        let lacking: u64 = wanted
            .iter()
            .flat_map(Clone::clone)
            .filter(|frame| !self.has(*frame) && !self.is_on_the_way(*frame))
            .count() as u64;
        let room =
            (lacking.min(u64::from(self.chunk()) * CHUNKS_AT_ONCE as u64) + coming) * self.frame_bytes();
        let most_bytes = budget_bytes.saturating_sub(room);
        while self.held_bytes > most_bytes {
            let is_wanted = |frame: u32| wanted.iter().any(|run| run.contains(&frame));
            // What was shown longest ago goes first, and of what is far ahead the farthest.
            let farthest = self
                .frames
                .keys()
                .copied()
                .filter(|frame| !is_wanted(*frame))
                .max_by_key(|frame| frame.abs_diff(first));
            let Some(pixels) = farthest.and_then(|frame| self.frames.remove(&frame)) else { return };
            self.held_bytes -= pixels.rgba.len() as u64;
        }
    }

    /// The next small picture to ask for; one at a time.
    pub fn plan_thumb(&mut self) -> Option<FramesRequest> {
        if self.thumb_on_the_way.is_some() || self.is_sound {
            return None;
        }
        let frame = self.thumb_frames()?.into_iter().find(|frame| !self.thumbs.contains_key(frame))?;
        self.thumb_on_the_way = Some(frame);
        Some(FramesRequest {
            medium: self.medium.clone(),
            fit: THUMB_FIT,
            first: frame,
            count: 1,
            is_exact: false,
        })
    }

    /// The frames of which there are small pictures, coarse to fine: what is asked for first is spread widest.
    fn thumb_frames(&self) -> Option<Vec<u32>> {
        let info = self.info()?;
        let at = |slot: u64| info.frame_at(info.duration_us * (2 * slot + 1) / (2 * THUMBS));
        let order = [4, 2, 1].into_iter().flat_map(|step| (0..THUMBS).step_by(step));
        let mut frames: Vec<u32> = Vec::new();
        for frame in order.map(at) {
            if !frames.contains(&frame) {
                frames.push(frame);
            }
        }
        Some(frames)
    }

    /// Frames arrived, or could not be had.
    pub fn arrived(&mut self, request: &FramesRequest, result: Result<Frames, ApiError>) {
        if request.fit == THUMB_FIT && self.thumb_on_the_way == Some(request.first) {
            self.thumb_on_the_way = None;
            // A place without a small picture is found without one.
            let picture = result.ok().and_then(|frames| frames.pictures.into_iter().next());
            self.thumbs.insert(request.first, picture.unwrap_or_else(nothing));
            return;
        }
        let run = request.first..request.first + request.count;
        let Some(place) = self.on_the_way.iter().position(|other| *other == run) else { return };
        if request.fit != self.fit {
            return;
        }
        self.on_the_way.swap_remove(place);
        if request.is_exact && result.is_err() {
            // What was played stays.
            return;
        }
        let frames = match result {
            Ok(frames) => frames,
            Err(error) => return self.failed(run, error),
        };
        self.failures = 0;
        self.has_had_any |= !frames.pictures.is_empty();
        self.doubtful.retain(|frame| !run.contains(frame));
        let thumbs = self.thumb_frames().unwrap_or_default();
        let mut lacking = run.clone();
        for (index, pixels) in (frames.first..).zip(frames.pictures) {
            lacking.start = lacking.start.max(index + 1);
            if thumbs.contains(&index) {
                self.thumbs.entry(index).or_insert_with(|| small(&pixels));
            }
            self.held_bytes += pixels.rgba.len() as u64;
            if request.is_exact {
                self.played.remove(&index);
            } else {
                self.played.insert(index);
            }
            if let Some(before) = self.frames.insert(index, pixels) {
                self.held_bytes -= before.rgba.len() as u64;
            }
        }
        // The decoder found fewer frames than the file's table promised.
        self.absent.extend(lacking);
    }
}

impl Reel {
    /// Frames could not be had: one of them may be broken, or the machine had no room for a moment. One bad frame is
    /// no reason to show none.
    fn failed(&mut self, run: Range<u32>, error: ApiError) {
        self.failures += 1;
        let is_last_try = self.failures >= MOST_FAILURES;
        let is_tried_by_itself = run.len() == 1 && self.doubtful.contains(&run.start);
        if is_tried_by_itself || is_last_try {
            tracing::warn!(%error, "frames {run:?} of {:?} could not be had", self.medium.uri);
            self.doubtful.retain(|frame| !run.contains(frame));
            self.absent.extend(run);
        } else {
            self.doubtful.extend(run);
        }
        let is_all_absent = || self.info().is_some_and(|info| self.absent.len() >= info.times_us.len());
        if !self.has_had_any && (is_last_try || is_all_absent()) {
            self.known = Known::Failed(error);
        }
    }
}

/// A sound has no frames; every tenth of a second stands for one.
fn sound_info(info: VideoInfo) -> VideoInfo {
    let slots = info.duration_us.div_ceil(SOUND_SLOT_US).max(1);
    VideoInfo { times_us: (0..slots).map(|slot| slot * SOUND_SLOT_US).collect(), has_sound: true, ..info }
}

fn nothing() -> Pixels {
    Pixels { width: 0, height: 0, full_width: 0, full_height: 0, rgba: Vec::new().into() }
}

/// A picture brought down to [`THUMB_FIT`] by taking the mean of four of the pixels that fall on each.
fn small(pixels: &Pixels) -> Pixels {
    let scale =
        (THUMB_FIT[0] as f32 / pixels.width as f32).min(THUMB_FIT[1] as f32 / pixels.height as f32).min(1.0);
    let side = |side: u32| ((side as f32 * scale) as u32).max(1);
    let (width, height) = (side(pixels.width), side(pixels.height));
    let mut rgba = Vec::with_capacity((width * height * 4) as usize);
    // In quarters of a small pixel, so that both samples lie inside it.
    let at = |place: u32, quarter: u32, of: u32, all: u32| {
        ((u64::from(4 * place + quarter) * u64::from(all)) / u64::from(4 * of)).min(u64::from(all) - 1)
            as usize
    };
    for row in 0..height {
        for column in 0..width {
            let mut sum = [0_u32; 4];
            for down in [1, 3] {
                for right in [1, 3] {
                    let (x, y) =
                        (at(column, right, width, pixels.width), at(row, down, height, pixels.height));
                    let place = (y * pixels.width as usize + x) * 4;
                    for (channel, value) in sum.iter_mut().zip(&pixels.rgba[place..place + 4]) {
                        *channel += u32::from(*value);
                    }
                }
            }
            rgba.extend(sum.map(|channel| (channel / 4) as u8));
        }
    }
    Pixels {
        width,
        height,
        full_width: pixels.full_width,
        full_height: pixels.full_height,
        rgba: rgba.into(),
    }
}

#[cfg(test)]
mod tests;
