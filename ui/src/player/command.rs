//! What keys and buttons make of the player.

use super::Player;
use super::reel::Reel;
use crate::command::Command;

/// How far a jump goes.
const JUMP_US: u64 = 1_000_000;

impl Player {
    /// Carries out a command, if it is one of the player's.
    pub fn command(&mut self, command: Command, now_ms: u64) {
        let time_us = self.clock.time_us(now_ms);
        match command {
            Command::PlayPause if self.clock.is_playing() && !self.clock.is_over(now_ms) => {
                self.clock.pause(now_ms);
            }
            Command::PlayPause => {
                if self.clock.is_over(now_ms) {
                    self.jumped(now_ms);
                }
                self.clock.play(now_ms);
            }
            Command::FrameForth => self.step(true, now_ms),
            Command::FrameBack => self.step(false, now_ms),
            Command::JumpForth => self.seek(time_us + JUMP_US, now_ms),
            Command::JumpBack => self.seek(time_us.saturating_sub(JUMP_US), now_ms),
            Command::ToStart => self.seek(0, now_ms),
            Command::ToEnd => self.seek(self.clock.length_us(), now_ms),
            Command::Faster => self.clock.step_speed(true, now_ms),
            Command::Slower => self.clock.step_speed(false, now_ms),
            Command::UsualSpeed => self.clock.set_speed(super::clock::USUAL_PERCENT, now_ms),
            Command::NextSound => self.next_solo(),
            Command::ToggleLoop => {
                let loops = !self.clock.loops();
                self.clock.set_loops(loops, now_ms);
                if !loops {
                    self.clock.set_range(None, now_ms);
                } else if self.clock.is_playing() && time_us >= self.clock.length_us() {
                    self.seek(0, now_ms);
                }
            }
            Command::LoopFrom => {
                let to_us = self.clock.range_us().map_or(self.clock.length_us(), |[_, to_us]| to_us);
                let to_us = if to_us > time_us { to_us } else { self.clock.length_us() };
                self.set_range([time_us, to_us], now_ms);
            }
            Command::LoopTo => {
                let from_us = self.clock.range_us().map_or(0, |[from_us, _]| from_us);
                let from_us = if from_us < time_us { from_us } else { 0 };
                self.set_range([from_us, time_us], now_ms);
                if self.clock.is_playing() {
                    self.seek(from_us, now_ms);
                }
            }
            _ => {}
        }
    }

    /// Goes to a time of the clock.
    pub fn seek(&mut self, time_us: u64, now_ms: u64) {
        self.clock.seek(time_us, now_ms);
        self.jumped(now_ms);
    }

    /// Goes to a time while the pointer is still on its way: exact frames are asked for when it rests.
    pub fn drag_to(&mut self, time_us: u64, now_ms: u64) {
        self.is_dragged = true;
        if self.clock.time_us(now_ms) != time_us {
            self.seek(time_us, now_ms);
        }
    }

    /// The pointer let go.
    pub fn drag_ended(&mut self) {
        self.is_dragged = false;
    }

    /// Loops a stretch of time.
    pub fn set_range(&mut self, range_us: [u64; 2], now_ms: u64) {
        self.clock.set_range(Some(range_us), now_ms);
        self.clock.set_loops(true, now_ms);
    }

    /// Goes a frame on or back, by the pane whose frames change most often, and stands there.
    fn step(&mut self, is_forth: bool, now_ms: u64) {
        self.clock.pause(now_ms);
        let time_us = self.clock.time_us(now_ms);
        let infos = self.panes.iter().filter(|pane| self.is_playable(pane));
        let infos = infos.filter_map(|pane| self.reels.get(&pane.medium).and_then(Reel::info));
        // By the clock, so that a video that is slowed down counts as it is seen.
        let finest = infos.max_by_key(|info| {
            let pace_percent = self.timeline.pace_percent(info.duration_us);
            info.times_us.len() as u64 * 1_000_000 * pace_percent / info.duration_us.max(1)
        });
        let Some(info) = finest else { return };
        let to_us = if is_forth {
            self.timeline.next_change_us(info, time_us)
        } else {
            self.timeline.previous_change_us(info, time_us)
        };
        if let Some(to_us) = to_us {
            self.clock.seek(to_us, now_ms);
            self.jumped(now_ms);
        }
    }

    fn jumped(&mut self, now_ms: u64) {
        self.counted_us = None;
        self.sought_at_ms = Some(now_ms);
        if self.clock.is_playing() {
            // It goes on as soon as every pane is there.
            self.clock.hold(self.clock.time_us(now_ms), now_ms);
        }
    }
}
