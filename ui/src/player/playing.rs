//! A frame of the app passes: which frame of each video is shown, what was seen, and what is asked for next.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use egui::{ColorImage, Context, TextureOptions};
use tiebreak_domain::door::Pixels;
use tiebreak_domain::media::VideoInfo;
use tiebreak_domain::rubric::Ends;
use tiebreak_domain::watched::FASTEST_PERCENT;

use super::reel::{Known, Reel};
use super::seen::Seen;
use super::timeline::Timeline;
use super::{AHEAD_BYTES, BUDGET_BYTES, Player, Shown, Wanted};
use crate::pixel_form::is_movement_coarse;

/// A clock that nobody looked at for so long, in milliseconds, stood still: the window was away, or the machine
/// asleep.
const AWAY_MS: u64 = 1_000;
/// After so many milliseconds of waiting it is said.
pub(super) const SAID_AFTER_MS: u64 = 150;
/// For so many milliseconds after a jump another may follow; then exact frames are asked for.
const REST_MS: u64 = 60;
/// With so many frames in hand what waited goes on.
const GOES_ON_WITH: u32 = 6;
/// Around the frame on the screen so many are kept at hand while the clock stands, for steps.
const AROUND: u32 = 8;

impl Player {
    /// Lets time pass. `is_in_front` says whether the window is.
    pub fn tick(&mut self, ctx: &Context, now_ms: u64, is_in_front: bool) {
        let before_ms = std::mem::replace(&mut self.ticked_at_ms, now_ms);
        self.frame_number += 1;
        self.is_movement_coarse = is_movement_coarse(ctx);
        self.size_reels();
        if !self.panes.iter().any(|pane| self.reels.contains_key(&pane.medium)) {
            self.ask_ahead();
            return;
        }
        let durations = self.panes.iter().filter(|pane| self.is_playable(pane));
        let durations = durations.filter_map(|pane| self.reels.get(&pane.medium)?.info());
        self.timeline = Timeline::new(self.ends, durations.map(|info| info.duration_us));
        self.clock.set_length(self.timeline.length_us(), now_ms);
        if self.clock.is_running() && now_ms.saturating_sub(before_ms) > AWAY_MS {
            self.clock.seek(self.shown_us, now_ms);
            self.counted_us = None;
        }
        self.go(ctx, now_ms);
        self.count(now_ms, is_in_front);
        self.ask(now_ms);
        self.wake(ctx, now_ms);
    }

    /// Whether it has waited long enough to say so.
    pub fn says_it_waits(&self, now_ms: u64) -> bool {
        self.waiting_since_ms.is_some_and(|since_ms| now_ms >= since_ms + SAID_AFTER_MS)
    }

    /// The time of the clock that is on the screen.
    pub fn shown_us(&self) -> u64 {
        self.shown_us
    }

    /// Has every reel decode for the largest size its pictures were painted in.
    fn size_reels(&mut self) {
        if !self.asked.is_empty() {
            self.pixels = [0.0, 0.0];
        }
        for (medium, pixels) in self.asked.drain() {
            self.pixels = [0, 1].map(|side| self.pixels[side].max(pixels[side]));
            if let Some(reel) = self.reels.get_mut(&medium) {
                reel.set_pixels(pixels);
            }
        }
    }

    /// Was painted in the latest frame, or there was none yet.
    pub(super) fn is_in_view(&self, pane: &super::Pane) -> bool {
        pane.painted_in + 1 >= self.frame_number && pane.painted_in > 0
    }

    fn go(&mut self, ctx: &Context, now_ms: u64) {
        let is_any_in_view = self.panes.iter().any(|pane| self.is_in_view(pane));
        let time_us = self.clock.time_us(now_ms);
        if self.clock.is_running() {
            if is_any_in_view && self.is_ready(time_us, 1) {
                self.present(ctx, time_us);
                self.waiting_since_ms = None;
            } else {
                self.clock.hold(self.shown_us, now_ms);
                self.waiting_since_ms.get_or_insert(now_ms);
            }
            return;
        }
        if is_any_in_view && self.is_ready(time_us, 1) {
            self.present(ctx, time_us);
            if !self.clock.is_held() {
                self.waiting_since_ms = None;
            } else if self.is_ready(time_us, GOES_ON_WITH) {
                self.waiting_since_ms = None;
                self.clock.release(now_ms);
            }
        } else {
            self.waiting_since_ms.get_or_insert(now_ms);
            if self.sought_at_ms.is_some() {
                self.show_small(ctx, time_us);
            }
        }
    }

    /// Whether every pane in view has the frame of this time, and so many of those that follow.
    fn is_ready(&self, time_us: u64, frames: u32) -> bool {
        self.panes.iter().filter(|pane| self.is_in_view(pane)).all(|pane| {
            let Some(reel) = self.reels.get(&pane.medium) else { return true };
            match reel.known() {
                Known::Coming => pane.may_be_still,
                Known::Failed(_) => true,
                Known::Info(_) if pane.may_be_still && !reel.moves() => true,
                Known::Info(info) => {
                    let most = frames.min(reel.capacity(self.share_bytes()) / 2).max(1);
                    let coming = self.coming(info, time_us);
                    coming.into_iter().flatten().take(most as usize).all(|frame| reel.has(frame))
                }
            }
        })
    }

    /// Puts the frames of a time into the panes.
    fn present(&mut self, ctx: &Context, time_us: u64) {
        self.shown_us = time_us;
        self.sought_at_ms = None;
        for index in 0..self.panes.len() {
            let pane = &self.panes[index];
            let Some(reel) = self.reels.get(&pane.medium) else { continue };
            let Some(info) = reel.info().filter(|_| !reel.is_sound()) else { continue };
            let frame = self.timeline.frame_at(info, time_us);
            let is_there = pane.shown.as_ref().is_some_and(|shown| shown.frame == frame && !shown.is_small);
            // Of another size, or come once more without loss.
            let is_other = || {
                let pixels = (reel.frame(frame), pane.shown.as_ref());
                matches!(pixels, (Some(new), Some(old)) if !Arc::ptr_eq(&new.rgba, &old.pixels.rgba))
            };
            let is_other_look = pane.is_sharp != pane.is_put_sharp;
            if (!is_there || is_other_look || is_other())
                && let Some(pixels) = reel.frame(frame).cloned()
            {
                self.put(ctx, index, Shown { frame, pixels, is_small: false });
            }
        }
    }

    /// Puts the nearest small pictures of a time into the panes whose frames are not here.
    fn show_small(&mut self, ctx: &Context, time_us: u64) {
        for index in 0..self.panes.len() {
            let pane = &self.panes[index];
            let Some(reel) = self.reels.get(&pane.medium) else { continue };
            let Some(info) = reel.info() else { continue };
            let frame = self.timeline.frame_at(info, time_us);
            let shown = match reel.frame(frame) {
                Some(pixels) => Shown { frame, pixels: pixels.clone(), is_small: false },
                None => match reel.thumb_near(frame) {
                    Some((frame, pixels)) => Shown { frame, pixels: pixels.clone(), is_small: true },
                    None => continue,
                },
            };
            let is_there = pane
                .shown
                .as_ref()
                .is_some_and(|before| before.frame == shown.frame && before.is_small == shown.is_small);
            if !is_there {
                self.put(ctx, index, shown);
            }
        }
    }

    fn put(&mut self, ctx: &Context, index: usize, shown: Shown) {
        let pane = &mut self.panes[index];
        let image = image_from_pixels(&shown.pixels);
        let options = if pane.is_sharp { TextureOptions::NEAREST } else { TextureOptions::LINEAR };
        match &mut pane.texture {
            Some(texture) => texture.set(image, options),
            None => pane.texture = Some(ctx.load_texture("video", image, options)),
        }
        pane.is_put_sharp = pane.is_sharp;
        pane.shown = Some(shown);
    }

    /// Notes which frames were seen.
    fn count(&mut self, now_ms: u64, is_in_front: bool) {
        let Some(item) = self.item else { return };
        let is_still = !self.clock.is_playing();
        let is_slow = self.clock.speed_percent() <= FASTEST_PERCENT;
        let is_shown = self.waiting_since_ms.is_none();
        if !is_in_front || !is_shown || !(is_slow || is_still || self.clock.is_over(now_ms)) {
            self.counted_us = None;
            return;
        }
        let to_us = self.shown_us;
        let loop_us = self.clock.loop_us();
        let is_onward = |from_us: &u64| *from_us <= to_us || loop_us.is_some();
        let from_us = self.counted_us.filter(is_onward).unwrap_or(to_us);
        self.counted_us = Some(to_us);
        for pane in &self.panes {
            let Some(info) = self.reels.get(&pane.medium).and_then(Reel::info) else { continue };
            // Painted below the fold or under another layer it plays, and nobody sees it.
            if !self.is_in_view(pane) || pane.looked_at_in != pane.painted_in {
                continue;
            }
            let frame = |time_us| self.timeline.frame_at(info, time_us);
            let key = (item, pane.medium.clone());
            let seen = self.seen.entry(key).or_insert_with(|| Seen::new(info));
            match loop_us {
                Some([loop_from_us, loop_to_us]) if to_us < from_us => {
                    seen.saw(frame(from_us), frame(loop_to_us - 1));
                    seen.saw(frame(loop_from_us), frame(to_us));
                }
                _ => seen.saw(frame(from_us), frame(to_us)),
            }
        }
    }

    /// Which frames of a video come next, in the order they will be shown.
    fn coming(&self, info: &VideoInfo, time_us: u64) -> Vec<Range<u32>> {
        let first = self.timeline.frame_at(info, time_us);
        let count = info.times_us.len() as u32;
        if self.ends == Ends::Loop && info.duration_us < self.timeline.length_us() {
            return vec![first..count, 0..first];
        }
        let loop_us = self.clock.loop_ahead_us();
        let last = match loop_us {
            Some([_, to_us]) => self.timeline.frame_at(info, to_us - 1).max(first),
            None => count.saturating_sub(1),
        };
        let mut runs: Vec<_> = std::iter::once(first..last + 1).collect();
        if let Some([from_us, _]) = loop_us {
            runs.push(self.timeline.frame_at(info, from_us)..first);
        }
        if !self.clock.is_playing() {
            let near = first..(first + AROUND).min(last + 1);
            runs = vec![near.clone(), first.saturating_sub(AROUND)..first, near.end..last + 1];
        }
        runs
    }

    /// How much memory the frames of one pane may take.
    fn share_bytes(&self) -> u64 {
        let moving = self.panes.iter().filter(|pane| self.is_playable(pane)).count() as u64;
        (BUDGET_BYTES - AHEAD_BYTES) / moving.max(1)
    }

    /// Asks for the frames that come next; for small pictures and for the next item when those are here.
    fn ask(&mut self, now_ms: u64) {
        let time_us = self.clock.time_us(now_ms);
        let is_resting = self.sought_at_ms.is_none_or(|at_ms| now_ms >= at_ms + REST_MS);
        if self.is_dragged && !is_resting {
            return;
        }
        let share_bytes = self.share_bytes();
        let mut is_comfortable = true;
        for index in 0..self.panes.len() {
            let pane = &self.panes[index];
            let (medium, may_be_still) = (pane.medium.clone(), pane.may_be_still);
            let Some(reel) = self.reels.get(&medium) else { continue };
            let Some(info) = reel.info().filter(|_| !may_be_still || reel.moves()) else {
                is_comfortable &= !matches!(reel.known(), Known::Coming);
                continue;
            };
            let coming = self.coming(info, time_us);
            let Some(reel) = self.reels.get_mut(&medium) else { continue };
            let requests = reel.plan(&coming, share_bytes);
            is_comfortable &= requests.is_empty() && !reel.is_waiting();
            self.wanted.extend(requests.into_iter().map(Wanted::Frames));
        }
        if self.is_movement_coarse && !self.clock.is_playing() {
            for index in 0..self.panes.len() {
                let Some(reel) = self.reels.get_mut(&self.panes[index].medium) else { continue };
                let Some(frame) = reel.info().map(|info| self.timeline.frame_at(info, time_us)) else {
                    continue;
                };
                self.wanted.extend(reel.plan_exact(frame).map(Wanted::Frames));
            }
        }
        if is_comfortable {
            let thumb = self.panes.iter().find_map(|pane| self.reels.get_mut(&pane.medium)?.plan_thumb());
            self.wanted.extend(thumb.map(Wanted::Frames));
            self.ask_ahead();
        }
    }

    /// Asks for the first frames of the next item.
    fn ask_ahead(&mut self) {
        if self.pixels == [0.0, 0.0] {
            return;
        }
        let mut room = AHEAD_BYTES;
        for medium in &self.ahead {
            let Some(reel) = self.reels.get_mut(medium).filter(|reel| !reel.is_sound()) else { continue };
            if self.panes.iter().any(|pane| pane.medium == *medium) || !reel.moves() {
                continue;
            }
            reel.set_pixels(self.pixels);
            let count = reel.info().map_or(0, |info| info.times_us.len() as u32);
            // No more than a chunk of each; the rest is asked for when it is on the screen.
            let bytes = (AHEAD_BYTES / 3).max(2 * reel.frame_bytes());
            if bytes > room {
                return;
            }
            room -= bytes;
            let first = count.min(reel.capacity(bytes));
            let requests = reel.plan(std::slice::from_ref(&(0..first)), bytes);
            self.wanted.extend(requests.into_iter().map(Wanted::Frames));
        }
    }

    /// Wakes the window when the next frame is due.
    fn wake(&self, ctx: &Context, now_ms: u64) {
        if let Some(since_ms) = self.waiting_since_ms {
            let said_ms = since_ms + SAID_AFTER_MS;
            if now_ms < said_ms {
                ctx.request_repaint_after(Duration::from_millis(said_ms - now_ms));
            }
        }
        if let Some(at_ms) = self.sought_at_ms.filter(|_| self.is_dragged) {
            ctx.request_repaint_after(Duration::from_millis((at_ms + REST_MS).saturating_sub(now_ms)));
        }
        if !self.clock.is_running() || self.clock.is_over(now_ms) {
            return;
        }
        let time_us = self.clock.time_us(now_ms);
        let next_us = self.panes.iter().filter_map(|pane| {
            let info = self.reels.get(&pane.medium)?.info()?;
            self.timeline.next_change_us(info, time_us)
        });
        let end_us = self.clock.loop_ahead_us().map_or(self.clock.length_us(), |[_, to_us]| to_us);
        let due_us = next_us.chain([end_us]).filter(|due_us| *due_us > time_us).min();
        let wait_us = due_us.map_or(0, |due_us| due_us - time_us);
        let wait_us = wait_us * 100 / u64::from(self.clock.speed_percent());
        // A long frame moves the scrub bar in between.
        ctx.request_repaint_after(Duration::from_micros(wait_us.min(100_000)));
    }
}

pub(super) fn image_from_pixels(pixels: &Pixels) -> ColorImage {
    let size = [pixels.width as usize, pixels.height as usize];
    let is_opaque = pixels.rgba.chunks_exact(4).all(|pixel| pixel[3] == u8::MAX);
    if is_opaque {
        ColorImage::from_rgba_premultiplied(size, &pixels.rgba)
    } else {
        ColorImage::from_rgba_unmultiplied(size, &pixels.rgba)
    }
}
