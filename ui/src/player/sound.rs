//! The sound of the pane that is listened to: asked for in stretches, and what the clock goes by while it is heard.
//!
//! A sound device has a clock of its own. The app's clock follows it, a little in every frame and never backwards,
//! so that the pictures stay with the sound however long it plays.

use tiebreak_domain::media::{MediumRequest, Sound, SoundRequest};
use tiebreak_domain::rubric::Ends;

use super::reel::Reel;
use super::{Player, Wanted};
use crate::host::SoundOut;

/// Samples a second, of every stretch that the engine gives.
const RATE_HZ: u64 = 48_000;
/// How much is asked for at once, as it is heard.
const STRETCH_US: u64 = 1_000_000;
/// With less than this queued, in samples, more is asked for.
const ASKS_BELOW: u64 = RATE_HZ * 3 / 2;
/// Sound is not made slower than this.
const SLOWEST_PERCENT: u16 = 10;
/// Pictures and sound farther apart than this begin anew.
const APART_US: u64 = 250_000;

/// The sound that is played.
#[derive(Debug, Default)]
pub(super) struct Sounding {
    /// The place among the panes of the one that is listened to.
    solo: Option<usize>,
    playing: Option<Stretch>,
    /// Whether the device may still have something of ours.
    is_on: bool,
    problem: Option<String>,
    /// How loud.
    volume: Option<f32>,
}

/// A run of sound without a gap.
#[derive(Clone, Debug, PartialEq)]
struct Stretch {
    medium: MediumRequest,
    speed_percent: u16,
    /// The medium's own time of the first sample that was queued; none until one was.
    from_us: Option<u64>,
    /// Up to where it was asked for, in the medium's own time.
    asked_us: u64,
    /// The medium's own time when it was last looked, if the clock ran then.
    seen_us: Option<u64>,
    on_the_way: Option<SoundRequest>,
}

impl Player {
    /// Whether the sound device is needed.
    pub fn wants_sound(&self) -> bool {
        self.sounding.is_on || self.solo_medium().is_some()
    }

    /// Whether a medium is the one that is listened to.
    pub fn is_solo(&self, medium: &MediumRequest) -> bool {
        self.solo_medium().as_ref() == Some(medium)
    }

    /// Whether a medium can be heard.
    pub fn has_sound(&self, medium: &MediumRequest) -> bool {
        self.reels.get(medium).and_then(Reel::info).is_some_and(|info| info.has_sound)
    }

    /// Listens to a medium, or to nothing where it was listened to before.
    pub fn toggle_solo(&mut self, medium: &MediumRequest) {
        let place = self.panes.iter().position(|pane| pane.medium == *medium);
        self.sounding.solo = if self.sounding.solo == place { None } else { place };
    }

    /// Listens to the next that can be heard; after the last to nothing.
    pub(super) fn next_solo(&mut self) {
        let after = self.sounding.solo.map_or(0, |place| place + 1);
        let can = |place: &usize| self.has_sound(&self.panes[*place].medium);
        self.sounding.solo = (after..self.panes.len()).find(can);
    }

    /// Why nothing can be heard, told once.
    pub fn take_sound_problem(&mut self) -> Option<String> {
        self.sounding.problem.take()
    }

    /// Another item: what was heard is of the one before. The place that is listened to stays.
    pub(super) fn forget_sound(&mut self) {
        self.sounding.playing = None;
    }

    /// A sound arrived, or could not be had.
    pub(super) fn sound_arrived(
        &mut self,
        request: &SoundRequest,
        result: Result<Sound, tiebreak_domain::ApiError>,
    ) {
        let Some(playing) = &mut self.sounding.playing else { return };
        if playing.on_the_way.as_ref() != Some(request) {
            return;
        }
        playing.on_the_way = None;
        match result {
            Ok(sound) => self.arrived_sound = Some((request.clone(), sound)),
            Err(error) => {
                self.sounding.problem = Some(error.message);
                self.sounding.playing = None;
                self.sounding.solo = None;
            }
        }
    }

    /// Feeds the sound device, and lets the clock follow it. Called before [`Player::tick`].
    pub fn tick_sound(&mut self, out: Option<&mut dyn SoundOut>, now_ms: u64) {
        let Some(out) = out else {
            if self.sounding.solo.take().is_some() {
                self.sounding.problem = Some("This machine has no way to make sound".to_owned());
            }
            self.sounding.playing = None;
            self.sounding.is_on = false;
            return;
        };
        let Some(wanted) = self.wanted_sound(now_ms) else {
            self.silence(out);
            return;
        };
        let own_us = self.own_time_us(&wanted, now_ms);
        let is_other = self.sounding.playing.as_ref().is_none_or(|playing| {
            (&playing.medium, playing.speed_percent) != (&wanted.medium, wanted.speed_percent)
        });
        // However short what is looped: where the time goes back, it begins again.
        let seen_us = self.sounding.playing.as_ref().and_then(|playing| playing.seen_us);
        let is_again = self.clock.is_running() && seen_us.is_some_and(|seen_us| own_us < seen_us);
        if is_other || is_again {
            out.stop();
            self.arrived_sound = None;
            self.sounding.playing = Some(wanted);
        }
        self.sounding.is_on = true;
        if self.sounding.volume.is_none() {
            out.set_volume(1.0);
            self.sounding.volume = Some(1.0);
        }
        if let Some(problem) = out.problem() {
            self.sounding.problem = Some(problem);
            self.sounding.solo = None;
            self.silence(out);
            return;
        }
        out.hold(!self.clock.is_running());
        self.queue_arrived(out, own_us);
        self.follow(out, own_us, now_ms);
        self.ask_sound(out, own_us, now_ms);
        let seen_us = self.sounding.playing.as_ref().map(|playing| self.own_time_us(playing, now_ms));
        let is_running = self.clock.is_running();
        if let Some(playing) = &mut self.sounding.playing {
            playing.seen_us = seen_us.filter(|_| is_running);
        }
    }

    fn silence(&mut self, out: &mut dyn SoundOut) {
        if self.sounding.is_on {
            out.stop();
        }
        self.sounding.is_on = false;
        self.sounding.playing = None;
        self.arrived_sound = None;
    }

    /// What is to be heard now: nothing where nobody listens, or where what is listened to is over.
    fn wanted_sound(&self, now_ms: u64) -> Option<Stretch> {
        let medium = self.solo_medium()?;
        let info = self.reels.get(&medium)?.info()?;
        let time_us = self.clock.time_us(now_ms);
        let is_over = time_us >= info.duration_us && self.ends == Ends::Hold || self.clock.is_over(now_ms);
        if !self.clock.is_playing() || is_over {
            return None;
        }
        let pace_percent = self.timeline.pace_percent(info.duration_us);
        let speed_percent = (u64::from(self.clock.speed_percent()) * pace_percent / 100).min(400) as u16;
        // Slower than it can be made it would run ahead of the pictures.
        if speed_percent < SLOWEST_PERCENT {
            return None;
        }
        let own_us = self.timeline.own_us(info.duration_us, time_us);
        Some(Stretch {
            medium,
            speed_percent,
            from_us: None,
            asked_us: own_us,
            seen_us: None,
            on_the_way: None,
        })
    }

    fn solo_medium(&self) -> Option<MediumRequest> {
        let pane = self.panes.get(self.sounding.solo?)?;
        self.has_sound(&pane.medium).then(|| pane.medium.clone())
    }

    fn own_time_us(&self, stretch: &Stretch, now_ms: u64) -> u64 {
        let info = self.reels.get(&stretch.medium).and_then(Reel::info);
        info.map_or(0, |info| self.timeline.own_us(info.duration_us, self.clock.time_us(now_ms)))
    }

    /// Puts what arrived behind what is queued; of the first, what the pictures have passed by is left out.
    fn queue_arrived(&mut self, out: &mut dyn SoundOut, own_us: u64) {
        let Some((request, sound)) = self.arrived_sound.take() else { return };
        let Some(playing) = &mut self.sounding.playing else { return };
        if playing.from_us.is_some() {
            out.queue(&sound);
            return;
        }
        let late_us = own_us.saturating_sub(request.from_us);
        let late = samples_of(late_us, playing.speed_percent) as usize * usize::from(sound.channels.max(1));
        if late < sound.samples.len() {
            playing.from_us = Some(own_us.max(request.from_us));
            out.queue(&Sound { samples: sound.samples[late..].into(), ..sound });
        } else {
            // It came too late: the next is asked for from where the pictures are.
            playing.asked_us = own_us + STRETCH_US / 4;
        }
    }

    /// Brings the clock to what is heard.
    fn follow(&mut self, out: &mut dyn SoundOut, own_us: u64, now_ms: u64) {
        let Some(playing) = &self.sounding.playing else { return };
        let Some(from_us) = playing.from_us else { return };
        let heard_us = from_us + time_of(out.heard(), playing.speed_percent);
        if heard_us.abs_diff(own_us) > APART_US {
            // A jump, or where it begins again.
            out.stop();
            self.sounding.playing = None;
            return;
        }
        if !self.clock.is_running() || out.waiting() == 0 {
            return;
        }
        let pace_percent = self
            .reels
            .get(&playing.medium)
            .and_then(Reel::info)
            .map_or(100, |info| self.timeline.pace_percent(info.duration_us));
        let off_us = (heard_us as i64 - own_us as i64) * 100 / pace_percent.max(1) as i64;
        // Less than the time that passes between two frames, so that the clock never goes back.
        let passed_us = now_ms.saturating_sub(self.ticked_at_ms) * 10 * u64::from(self.clock.speed_percent());
        let most_us = (passed_us / 2) as i64;
        let by_us = (off_us / 8).clamp(-most_us, most_us);
        let time_us = self.clock.time_us(now_ms) as i64 + by_us;
        if by_us != 0 && time_us > self.shown_us as i64 {
            self.clock.seek(time_us as u64, now_ms);
        }
    }

    fn ask_sound(&mut self, out: &dyn SoundOut, own_us: u64, now_ms: u64) {
        let Some(playing) = &mut self.sounding.playing else { return };
        let Some(info) = self.reels.get(&playing.medium).and_then(Reel::info) else { return };
        // Behind the end of what is looped nothing is heard.
        let time_us = self.clock.time_us(now_ms);
        let left_us = self.clock.loop_ahead_us().map(|[_, to_us]| {
            to_us.saturating_sub(time_us) * self.timeline.pace_percent(info.duration_us) / 100
        });
        let end_us = left_us.map_or(info.duration_us, |left_us| (own_us + left_us).min(info.duration_us));
        if playing.on_the_way.is_some() || out.waiting() >= ASKS_BELOW {
            return;
        }
        if playing.from_us.is_none() {
            playing.asked_us = playing.asked_us.max(own_us);
        }
        let length_us = (STRETCH_US * u64::from(playing.speed_percent) / 100)
            .min(end_us.saturating_sub(playing.asked_us));
        if length_us == 0 {
            return;
        }
        let request = SoundRequest {
            medium: playing.medium.clone(),
            from_us: playing.asked_us,
            length_us,
            speed_percent: playing.speed_percent,
        };
        playing.asked_us += length_us;
        playing.on_the_way = Some(request.clone());
        self.wanted.push(Wanted::Sound(request));
    }
}

/// How many samples, of one channel, a medium's own time is heard as.
fn samples_of(own_us: u64, speed_percent: u16) -> u64 {
    own_us * RATE_HZ / 10_000 / u64::from(speed_percent)
}

/// How much of a medium's own time so many samples are.
fn time_of(samples: u64, speed_percent: u16) -> u64 {
    samples * u64::from(speed_percent) * 10_000 / RATE_HZ
}
