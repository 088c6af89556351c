//! What plays on the judge screen: videos, animations and sounds, all by one [`Clock`].
//!
//! The [`Player`] belongs to the item on the screen. In `logic` it is told the time ([`Player::tick`]): it puts
//! the frame that covers the clock into every pane's texture, notes what was seen, and asks for the frames that
//! come next. Painting only reads it and hands back commands. A frame that is not here stops nothing but the
//! clock, for all panes together.
//!
//! Start at [`clock`] and [`timeline`], which are pure; [`reel`] holds frames within a budget.

pub mod clock;
mod command;
mod icon;
pub mod notes;
pub mod pane;
mod playing;
pub mod reel;
pub mod seen;
mod sound;
pub mod timeline;
pub mod transport;

use std::collections::{HashMap, HashSet};

use egui::TextureHandle;
use tiebreak_domain::door::Pixels;
use tiebreak_domain::media::{FramesRequest, MediumRequest, Sound, SoundRequest};
use tiebreak_domain::rubric::{Ends, VideoRules};
use tiebreak_domain::{
    ApiError, ErrorCode, Item, ItemId, Part, QueuedItem, Reply, Request, SourceId, Watched,
};

use self::clock::Clock;
use self::notes::Writing;
use self::reel::{Known, Reel};
use self::seen::Seen;
use self::sound::Sounding;
use self::timeline::Timeline;
use crate::compare::{Piece, Visual, Wanted as Layered};

/// How much memory the frames of all panes may take together. Each is with the graphics card once more while
/// it is on the screen.
pub const BUDGET_BYTES: u64 = 160 << 20;
/// How much of it the first frames of the next item may take.
const AHEAD_BYTES: u64 = 24 << 20;
/// For so many items the frames seen are remembered.
const REMEMBERED: usize = 256;

/// Something to be asked of the engine.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Wanted {
    /// What a video is.
    Info(MediumRequest),
    /// Frames of it.
    Frames(FramesRequest),
    /// A stretch of its sound.
    Sound(SoundRequest),
}

impl Wanted {
    /// The request.
    pub fn request(&self) -> Request {
        match self {
            Self::Info(medium) => Request::Video(medium.clone()),
            Self::Frames(frames) => Request::Frames(frames.clone()),
            Self::Sound(sound) => Request::Sound(sound.clone()),
        }
    }
}

/// One thing that plays.
pub struct Pane {
    medium: MediumRequest,
    /// Whether it may turn out to be a still picture.
    may_be_still: bool,
    texture: Option<TextureHandle>,
    shown: Option<Shown>,
    painted_in: u64,
    /// When it was painted where somebody could see it.
    looked_at_in: u64,
    /// Whether its pixels are shown as they are.
    is_sharp: bool,
    /// Whether they were when its texture was filled.
    is_put_sharp: bool,
}

/// What is in a pane's texture.
struct Shown {
    frame: u32,
    pixels: Pixels,
    /// Whether it is a small picture that stands in for a frame on its way.
    is_small: bool,
}

/// The player.
#[derive(Default)]
pub struct Player {
    clock: Clock,
    timeline: Timeline,
    ends: Ends,
    item: Option<ItemId>,
    panes: Vec<Pane>,
    reels: HashMap<MediumRequest, Reel>,
    /// Images that may play, by what their files say; others are still, whatever they are called.
    may_move: HashSet<MediumRequest>,
    seen: HashMap<(ItemId, MediumRequest), Seen>,
    wanted: Vec<Wanted>,
    ahead: Vec<MediumRequest>,
    /// The largest that each was painted since the last tick, in pixels of the screen.
    asked: HashMap<MediumRequest, [f32; 2]>,
    /// The largest of them all, for what comes next.
    pixels: [f32; 2],
    frame_number: u64,
    ticked_at_ms: u64,
    /// The time of the clock that the panes show.
    shown_us: u64,
    /// Up to which time of the clock what was played counts as seen; none after a jump.
    counted_us: Option<u64>,
    waiting_since_ms: Option<u64>,
    sought_at_ms: Option<u64>,
    is_dragged: bool,
    /// Whether frames that move come with loss.
    is_movement_coarse: bool,
    must_be_seen: bool,
    hovered: Option<MediumRequest>,
    /// The note that is being written.
    pub writing: Option<Writing>,
    sounding: Sounding,
    arrived_sound: Option<(SoundRequest, Sound)>,
    thumbs: HashMap<(MediumRequest, u32), TextureHandle>,
}

impl Player {
    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The item's lengths.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// Whether anything on the screen plays.
    pub fn has_anything(&self) -> bool {
        self.panes.iter().any(|pane| self.is_playable(pane))
    }

    /// What the engine is to be asked.
    pub fn take_wanted(&mut self) -> Vec<Wanted> {
        std::mem::take(&mut self.wanted)
    }

    /// An item comes on the screen, or goes. What plays in it begins at once; speed and looping stay as they were.
    pub fn show(&mut self, queued: Option<&QueuedItem>, rules: VideoRules, now_ms: u64) {
        let ends = rules.ends;
        self.must_be_seen = rules.must_be_seen;
        let item = queued.map(|queued| queued.item.id);
        if self.item == item && self.ends == ends {
            return;
        }
        let (speed_percent, loops) = (self.clock.speed_percent(), self.clock.loops());
        self.clock = Clock::default();
        self.clock.set_speed(speed_percent, now_ms);
        self.clock.set_loops(loops, now_ms);
        self.clock.play(now_ms);
        self.clock.hold(0, now_ms);
        self.item = item;
        self.ends = ends;
        self.timeline = Timeline::default();
        self.thumbs.clear();
        self.shown_us = 0;
        self.counted_us = None;
        self.waiting_since_ms = Some(now_ms);
        self.sought_at_ms = None;
        self.is_dragged = false;
        self.hovered = None;
        self.writing = None;
        self.forget_sound();
        let mut textures: Vec<TextureHandle> = self.panes.drain(..).filter_map(|pane| pane.texture).collect();
        for (medium, part) in queued.map(media_in_order).unwrap_or_default() {
            self.reel_of(&medium, part);
            if self.panes.iter().all(|pane| pane.medium != medium) {
                let may_be_still = !part.always_plays();
                let texture = if may_be_still { None } else { textures.pop() };
                self.panes.push(Pane {
                    medium,
                    may_be_still,
                    texture,
                    shown: None,
                    painted_in: 0,
                    looked_at_in: 0,
                    is_sharp: false,
                    is_put_sharp: false,
                });
            }
        }
        if self.seen.len() > REMEMBERED {
            self.seen.retain(|(of, _), _| Some(*of) == item);
        }
        self.forget_others();
    }

    /// The items that come next, nearest first: what their videos are is asked now, and their first frames as
    /// soon as those on the screen have what they need.
    pub fn prepare<'a>(&mut self, ahead: impl Iterator<Item = &'a QueuedItem>) {
        self.ahead.clear();
        let mut nearest = true;
        for queued in ahead {
            for (medium, part) in media(queued.item.source, &queued.item.item) {
                // Frames only of the very next, and knowledge of all.
                if self.reel_of(&medium, part) && (nearest || self.ahead.len() < 64) {
                    self.ahead.push(medium);
                }
            }
            nearest = false;
        }
        self.forget_others();
    }

    /// The file of an image says that it may be an animation.
    pub fn may_move(&mut self, medium: MediumRequest) {
        if self.pane(&medium).is_some() {
            self.reel(&medium, false);
        }
        self.may_move.insert(medium);
    }

    /// An answer to what was wanted came.
    pub fn heard(&mut self, wanted: &Wanted, result: Result<Reply, ApiError>) {
        let unexpected = |reply: Reply| {
            ApiError::new(ErrorCode::System, format!("the engine answered something else: {reply:?}"))
        };
        match wanted {
            Wanted::Info(medium) => {
                let info = result.and_then(|reply| match reply {
                    Reply::Video(info) => Ok(info),
                    other => Err(unexpected(other)),
                });
                if let Some(reel) = self.reels.get_mut(medium) {
                    reel.told(info);
                }
            }
            Wanted::Frames(request) => {
                let frames = result.and_then(|reply| match reply {
                    Reply::Frames(frames) => Ok(frames),
                    other => Err(unexpected(other)),
                });
                if let Some(reel) = self.reels.get_mut(&request.medium) {
                    reel.arrived(request, frames);
                }
            }
            Wanted::Sound(request) => {
                let sound = result.and_then(|reply| match reply {
                    Reply::Sound(sound) => Ok(sound),
                    other => Err(unexpected(other)),
                });
                self.sound_arrived(request, sound);
            }
        }
    }

    /// Asks again for what could not be had.
    pub fn retry(&mut self) {
        for (medium, reel) in &mut self.reels {
            if reel.retry() {
                self.wanted.push(Wanted::Info(medium.clone()));
            }
        }
    }

    /// How much of each candidate was seen, in the data's order.
    pub fn watched(&self, queued: &QueuedItem) -> Vec<Watched> {
        let candidates = queued.item.item.candidates.iter();
        candidates
            .map(|candidate| {
                let mut watched = Watched::Still;
                for (medium, part) in playing_parts(queued.item.source, &candidate.parts) {
                    let here = match self.reels.get(&medium).map(Reel::known) {
                        Some(Known::Info(info)) if part.always_plays() || info.times_us.len() > 1 => {
                            let seen = self.seen.get(&(queued.item.id, medium));
                            if seen.is_some_and(Seen::is_to_end) { Watched::ToEnd } else { Watched::Partly }
                        }
                        Some(Known::Failed(_)) if part.always_plays() => Watched::Broken,
                        _ if part.always_plays() => Watched::Partly,
                        _ => Watched::Still,
                    };
                    watched = match (watched, here) {
                        (Watched::Partly, _) | (_, Watched::Partly) => Watched::Partly,
                        (Watched::Broken, _) | (_, Watched::Broken) => Watched::Broken,
                        (Watched::ToEnd, _) | (_, Watched::ToEnd) => Watched::ToEnd,
                        (Watched::Still, Watched::Still) => Watched::Still,
                    };
                }
                watched
            })
            .collect()
    }

    /// How much memory frames take now.
    pub fn held_bytes(&self) -> u64 {
        self.reels.values().map(Reel::held_bytes).sum()
    }

    /// What is known of a medium that is on the screen.
    pub fn known(&self, medium: &MediumRequest) -> Option<&Known> {
        self.reels.get(medium).map(Reel::known)
    }

    /// The frame that a medium's pane shows, exactly; none while a small picture stands in for it.
    pub fn shown_frame(&self, medium: &MediumRequest) -> Option<u32> {
        let shown = self.pane(medium)?.shown.as_ref()?;
        (!shown.is_small).then_some(shown.frame)
    }

    /// What a medium's pane shows, as pieces of picture.
    pub fn visual(&self, medium: &MediumRequest) -> Option<Visual> {
        let pane = self.pane(medium)?;
        let full_size = self.reels.get(medium)?.info()?.size;
        let (texture, shown) = (pane.texture.as_ref()?, pane.shown.as_ref()?);
        let size = egui::vec2(full_size[0] as f32, full_size[1] as f32);
        let piece = Piece {
            texture: texture.clone(),
            place: egui::Rect::from_min_size(egui::Pos2::ZERO, size),
            pixels: shown.pixels.clone(),
        };
        Some(Visual { full_size, pieces: vec![piece], is_moving: true })
    }

    /// The same brought to the size that is wanted; how large it is seen decides at which size it is decoded.
    pub fn visual_as(&mut self, medium: &MediumRequest, wanted: &Layered) -> Option<Visual> {
        self.painted(medium);
        let full_size = self.reels.get(medium)?.info()?.size;
        let size = wanted.as_size.unwrap_or(full_size);
        self.set_pixels(medium, size.map(|side| side as f32 * wanted.scale));
        let mut visual = self.visual(medium)?;
        if size != full_size {
            visual.full_size = size;
            for piece in &mut visual.pieces {
                piece.place =
                    egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(size[0] as f32, size[1] as f32));
            }
        }
        let is_sharp = wanted.options == egui::TextureOptions::NEAREST;
        if let Some(pane) = self.panes.iter_mut().find(|pane| pane.medium == *medium) {
            pane.is_sharp = is_sharp;
        }
        Some(visual)
    }

    /// So much of a pane was in view that what it showed counts as seen.
    pub(crate) fn looked_at(&mut self, medium: &MediumRequest) {
        let frame_number = self.frame_number;
        if let Some(pane) = self.panes.iter_mut().find(|pane| pane.medium == *medium) {
            pane.looked_at_in = frame_number;
        }
    }

    /// Whether something may shine through a medium's frames.
    pub fn has_alpha(&self, medium: &MediumRequest) -> bool {
        self.pane(medium).is_some_and(|pane| pane.may_be_still)
    }

    /// Whether a part is shown by the player: a video or a sound always, an image once it is known to move.
    pub fn plays(&self, source: SourceId, part: &Part) -> bool {
        part.always_plays()
            || part.may_be_animated()
                && medium_of(source, part).is_some_and(|medium| {
                    self.pane(&medium).is_some() && self.reels.get(&medium).is_some_and(Reel::moves)
                })
    }

    /// How much of a medium was seen, from 0 to 1, where the study demands that all of it is.
    pub fn share_seen(&self, medium: &MediumRequest) -> Option<f32> {
        let item = self.item.filter(|_| self.must_be_seen)?;
        Some(self.seen.get(&(item, medium.clone())).map_or(0.0, Seen::share))
    }

    /// Whether a medium is a sound and nothing else.
    pub fn is_sound(&self, medium: &MediumRequest) -> bool {
        self.reels.get(medium).is_some_and(Reel::is_sound)
    }

    /// A pane was painted.
    pub(crate) fn painted(&mut self, medium: &MediumRequest) {
        let frame_number = self.frame_number;
        if let Some(pane) = self.panes.iter_mut().find(|pane| pane.medium == *medium) {
            pane.painted_in = frame_number;
        }
    }

    /// Whether the pointer is on a pane.
    pub(crate) fn set_hovered(&mut self, medium: &MediumRequest, is_hovered: bool) {
        if is_hovered {
            self.hovered = Some(medium.clone());
        } else if self.hovered.as_ref() == Some(medium) {
            self.hovered = None;
        }
    }

    /// A medium's whole picture stands on so many pixels of the screen. Painted more than once in a frame, as
    /// under a loupe or beside a prompt, it is decoded for the largest, from the next tick on.
    pub(crate) fn set_pixels(&mut self, medium: &MediumRequest, pixels: [f32; 2]) {
        match self.asked.get_mut(medium) {
            Some(largest) => *largest = [0, 1].map(|side| largest[side].max(pixels[side])),
            None => drop(self.asked.insert(medium.clone(), pixels)),
        }
    }

    /// Small pictures of what the panes show at a time, each with how wide it is for its height.
    pub(crate) fn thumbs_at(
        &mut self,
        ctx: &egui::Context,
        time_us: u64,
        most: usize,
    ) -> Vec<(egui::TextureId, f32)> {
        let Self { panes, reels, thumbs, timeline, .. } = self;
        let pictures = panes.iter().filter_map(|pane| {
            let reel = reels.get(&pane.medium).filter(|reel| reel.moves())?;
            let info = reel.info()?;
            let (frame, pixels) = reel.thumb_near(timeline.frame_at(info, time_us))?;
            let texture = thumbs.entry((pane.medium.clone(), frame)).or_insert_with(|| {
                let image = playing::image_from_pixels(pixels);
                ctx.load_texture("small picture", image, egui::TextureOptions::LINEAR)
            });
            Some((texture.id(), pixels.width as f32 / pixels.height.max(1) as f32))
        });
        pictures.take(most).collect()
    }

    fn pane(&self, medium: &MediumRequest) -> Option<&Pane> {
        self.panes.iter().find(|pane| pane.medium == *medium)
    }

    fn is_playable(&self, pane: &Pane) -> bool {
        let Some(reel) = self.reels.get(&pane.medium) else { return false };
        if pane.may_be_still { reel.moves() } else { reel.info().is_some() }
    }

    /// Has a reel for a part that plays, or may as far as is known; whether there is one.
    fn reel_of(&mut self, medium: &MediumRequest, part: &Part) -> bool {
        let may_play = part.always_plays() || part.is_called_animation() || self.may_move.contains(medium);
        if may_play {
            self.reel(medium, matches!(part, Part::Audio { .. }));
        }
        may_play
    }

    fn reel(&mut self, medium: &MediumRequest, is_sound: bool) {
        if !self.reels.contains_key(medium) {
            self.reels.insert(medium.clone(), Reel::new(medium.clone(), is_sound));
            self.wanted.push(Wanted::Info(medium.clone()));
        }
    }

    fn forget_others(&mut self) {
        let (panes, ahead) = (&self.panes, &self.ahead);
        self.reels
            .retain(|medium, _| panes.iter().any(|pane| pane.medium == *medium) || ahead.contains(medium));
    }
}

/// The medium of a part.
pub fn medium_of(source: SourceId, part: &Part) -> Option<MediumRequest> {
    part.uri().map(|uri| MediumRequest { source, uri: uri.to_owned() })
}

/// Everything in an item that plays, or may.
fn media(source: SourceId, item: &Item) -> Vec<(MediumRequest, &Part)> {
    item.parts().filter_map(|part| playing_part(source, part)).collect()
}

/// The same, with the candidates in the order of the screen.
fn media_in_order(queued: &QueuedItem) -> Vec<(MediumRequest, &Part)> {
    let (source, item) = (queued.item.source, &queued.item.item);
    let context = item.context.iter().flat_map(|context| &context.parts);
    let candidates =
        queued.order.indices().iter().filter_map(|index| item.candidates.get(usize::from(*index)));
    let parts = item.prompt.iter().chain(context).chain(candidates.flat_map(|candidate| &candidate.parts));
    parts.filter_map(|part| playing_part(source, part)).collect()
}

fn playing_parts(source: SourceId, parts: &[Part]) -> impl Iterator<Item = (MediumRequest, &Part)> {
    parts.iter().filter_map(move |part| playing_part(source, part))
}

fn playing_part(source: SourceId, part: &Part) -> Option<(MediumRequest, &Part)> {
    (part.always_plays() || part.may_be_animated()).then(|| Some((medium_of(source, part)?, part))).flatten()
}

#[cfg(test)]
mod tests;
