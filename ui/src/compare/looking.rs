//! How somebody looks at an item: the mode, the zoom, and what each mode has besides.
//!
//! The mode and its settings are kept from item to item; zoom and what is compared begin anew with each item,
//! unless the zoom is locked. The state knows no widget: keys come in as [`Command`]s, the mouse through
//! [`super::pane`] and [`super::over`].

use egui::{Pos2, Rect, TextureOptions, Vec2, vec2};
use tiebreak_domain::item::MAX_CANDIDATES;

use super::difference::{Map, Sight};
use super::differences::Differences;
use super::layer::{Alignment, Layer, vector};
use super::spring::{Release, Spring};
use super::surface::Checkerboard;
use super::zoom::{STEP, Zoom};
use crate::command::Command;

/// How layers are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Each candidate in its own pane.
    #[default]
    SideBySide,
    /// Two on one another, parted by a line.
    Wipe,
    /// Two in turn at the same place.
    Flicker,
    /// What differs between two.
    Difference,
    /// Two on one another, the upper one half seen through.
    Onion,
}

impl Mode {
    /// Every mode with the command that chooses it.
    pub const ALL: [(Self, Command); 5] = [
        (Self::SideBySide, Command::SideBySide),
        (Self::Wipe, Command::Wipe),
        (Self::Flicker, Command::Flicker),
        (Self::Difference, Command::Difference),
        (Self::Onion, Command::Onion),
    ];
}

/// Changes a second that flickering can have.
pub const RATES: [f32; 5] = [0.5, 1.0, 2.0, 4.0, 8.0];
/// What a difference can be multiplied by.
pub const GAINS: [u8; 6] = [1, 2, 4, 8, 16, 32];
/// One step of a key of the line or of the opacity.
const SHARE_STEP: f32 = 0.05;
/// What is parted off or seen through further is not looked at.
const LEAST_SHARE: f32 = 0.2;
/// One step of a key that moves the picture, as a share of the pane.
const PAN_STEP: f32 = 0.12;
/// The same of a page.
const PAGE_STEP: f32 = 0.85;

/// The pane that keys are meant for, as it was last painted.
#[derive(Clone, Copy, Debug)]
struct Seen {
    pane: Rect,
    size: [u32; 2],
}

/// The state.
#[derive(Debug)]
pub struct Looking {
    /// How layers are shown.
    pub mode: Mode,
    /// Whether all panes have one zoom.
    pub is_linked: bool,
    /// Whether the next item begins with the zoom of this one.
    pub is_locked: bool,
    /// Whether magnified pixels are sampled smoothly.
    pub is_smooth: bool,
    /// How pictures of different size are laid on one another.
    pub alignment: Alignment,
    /// Where the line of the wipe stands, as a share of the pane's width.
    pub line: f32,
    /// How much of the second is seen in the onion skin.
    pub opacity: f32,
    /// Changes a second of flickering; one of [`RATES`].
    pub rate: f32,
    /// How a difference is seen.
    pub sight: Sight,
    /// Whether the loupe is at hand.
    pub has_loupe: bool,
    /// Where the pointer is, in fractions of the pictures, or pixel on pixel of the ground that they lie on.
    pub pointer: Option<Pos2>,
    /// Differences that were made.
    pub differences: Differences,
    /// What stands behind what shines through.
    pub checkerboard: Checkerboard,
    shared: Zoom,
    own: [Zoom; MAX_CANDIDATES],
    touched: usize,
    seen: Option<Seen>,
    pair: [usize; 2],
    flicker_key: Spring,
    mode_before: Mode,
    loupe_key: Spring,
    had_loupe: bool,
    percent: Option<f32>,
}

impl Default for Looking {
    fn default() -> Self {
        Self {
            mode: Mode::SideBySide,
            is_linked: true,
            is_locked: false,
            is_smooth: false,
            alignment: Alignment::Fit,
            line: 0.5,
            opacity: 0.5,
            rate: 2.0,
            sight: Sight { gain: 4, map: Map::Absolute },
            has_loupe: false,
            pointer: None,
            differences: Differences::default(),
            checkerboard: Checkerboard::default(),
            shared: Zoom::default(),
            own: [Zoom::default(); MAX_CANDIDATES],
            touched: 0,
            seen: None,
            pair: [0, 1],
            flicker_key: Spring::default(),
            mode_before: Mode::SideBySide,
            loupe_key: Spring::default(),
            had_loupe: false,
            percent: None,
        }
    }
}

impl Looking {
    /// Another item came to the screen.
    pub fn begin(&mut self) {
        if !self.is_locked {
            self.shared = Zoom::default();
            self.own = [Zoom::default(); MAX_CANDIDATES];
        }
        self.touched = 0;
        self.pair = [0, 1];
        self.seen = None;
        self.percent = None;
        self.pointer = None;
        self.differences.clear();
    }

    /// Other pictures of the same item are looked at.
    pub fn begin_anew(&mut self) {
        self.shared = Zoom::default();
        self.own = [Zoom::default(); MAX_CANDIDATES];
        self.seen = None;
        self.differences.clear();
    }

    /// Links the panes, or unlinks them; all begin with the zoom that is in view.
    pub fn link(&mut self, is_linked: bool) {
        if self.is_linked != is_linked {
            self.is_linked = is_linked;
            if is_linked {
                self.shared = self.own[self.touched];
            } else {
                self.own = [self.shared; MAX_CANDIDATES];
            }
        }
    }

    /// The zoom of a pane.
    pub fn zoom(&self, index: usize) -> Zoom {
        if self.is_shared(index) { self.shared } else { self.own[index] }
    }

    /// The same, to be changed.
    pub fn zoom_mut(&mut self, index: usize) -> &mut Zoom {
        if self.is_shared(index) {
            &mut self.shared
        } else {
            self.touched = index;
            &mut self.own[index]
        }
    }

    fn is_shared(&self, index: usize) -> bool {
        self.is_linked || self.mode != Mode::SideBySide || index >= MAX_CANDIDATES
    }

    /// The two layers that are laid on one another, of so many.
    pub fn pair(&self, count: usize) -> [usize; 2] {
        if self.pair.iter().all(|index| *index < count) { self.pair } else { [0, 1] }
    }

    /// Chooses a layer to be laid on the other; if it is one of the two already, they change places.
    pub fn choose(&mut self, which: usize, index: usize) {
        if self.pair[1 - which] == index {
            self.pair.swap(0, 1);
        } else {
            self.pair[which] = index;
        }
    }

    /// Goes to the next two of so many layers: every layer with every later one.
    fn next_pair(&mut self, count: usize) {
        let [one, other] = self.pair(count);
        let (one, other) = (one.min(other), one.max(other));
        self.pair = if other + 1 < count {
            [one, other + 1]
        } else if one + 2 < count {
            [one + 1, one + 2]
        } else {
            [0, 1]
        };
    }

    /// A pane was painted: keys are meant for it, if they are meant for it at all.
    pub fn seen(&mut self, index: usize, pane: Rect, size: [u32; 2], percent: f32) {
        if self.is_shared(index) || index == self.touched || self.seen.is_none() {
            self.seen = Some(Seen { pane, size });
            self.percent = Some(percent);
        }
    }

    /// Screen pixels for a hundred of the picture's; none before a picture was painted.
    pub fn percent(&self) -> Option<f32> {
        self.percent
    }

    /// Whether the pane that keys are meant for shows its picture fitted.
    pub fn is_fit(&self) -> bool {
        self.zoom(self.touched).is_fit()
    }

    /// Told in every frame which of its keys are down.
    pub fn tick(&mut self, is_flicker_down: bool, is_loupe_down: bool, now_ms: u64) {
        match self.flicker_key.tick(is_flicker_down, now_ms) {
            // Held: what it was before, which may be flickering.
            Some(Release::Held) => self.mode = self.mode_before,
            Some(Release::Tapped) if self.mode_before == Mode::Flicker => self.mode = Mode::SideBySide,
            Some(Release::Tapped) | None => {}
        }
        match self.loupe_key.tick(is_loupe_down, now_ms) {
            Some(Release::Held) => self.has_loupe = self.had_loupe,
            Some(Release::Tapped) if self.had_loupe => self.has_loupe = false,
            Some(Release::Tapped) | None => {}
        }
    }

    /// Which of the two is shown while flickering, and for how many milliseconds more; held, the key shows the
    /// second for as long as it is held.
    pub fn flicker(&self, now_ms: u64) -> (usize, Option<u64>) {
        if self.flicker_key.is_pressed() {
            return (1, None);
        }
        let period_ms = (1_000.0 / self.rate).max(1.0) as u64;
        ((now_ms / period_ms % 2) as usize, Some(period_ms - now_ms % period_ms))
    }

    /// Whether so much of one of the two that are laid on one another is shown that it is looked at. A difference
    /// shows neither.
    pub fn shows(&self, which: usize, now_ms: u64) -> bool {
        let share = match self.mode {
            Mode::SideBySide => 1.0,
            Mode::Wipe => [self.line, 1.0 - self.line][which],
            Mode::Onion => [1.0 - self.opacity, self.opacity][which],
            Mode::Flicker => f32::from(u8::from(self.flicker(now_ms).0 == which)),
            Mode::Difference => 0.0,
        };
        share >= LEAST_SHARE
    }

    /// Says what a difference is sampled with, from how it is magnified.
    pub fn options(&self, scale: f32) -> TextureOptions {
        if scale >= 2.0 && !self.is_smooth { TextureOptions::NEAREST } else { TextureOptions::LINEAR }
    }

    /// Goes back to the panes; says whether there was anything to go back from.
    pub fn leave(&mut self) -> bool {
        let is_elsewhere = self.mode != Mode::SideBySide || self.has_loupe;
        self.mode = Mode::SideBySide;
        self.has_loupe = false;
        is_elsewhere
    }

    /// Takes a command; `layers` are those on the screen. Says whether it meant anything.
    pub fn command(
        &mut self,
        command: Command,
        layers: &[Layer],
        pixels_per_point: f32,
        now_ms: u64,
    ) -> bool {
        match command {
            Command::SideBySide => self.mode = Mode::SideBySide,
            Command::Wipe => self.toggle(Mode::Wipe),
            Command::Difference => self.toggle(Mode::Difference),
            Command::Onion => self.toggle(Mode::Onion),
            Command::Flicker => {
                if self.flicker_key.press(now_ms) {
                    self.mode_before = self.mode;
                    self.mode = Mode::Flicker;
                }
            }
            Command::Loupe => {
                if self.loupe_key.press(now_ms) {
                    self.had_loupe = self.has_loupe;
                    self.has_loupe = true;
                }
            }
            Command::NextPair => self.next_pair(layers.len()),
            Command::CompareLess => self.change(-1),
            Command::CompareMore => self.change(1),
            Command::ToggleFalseColor => {
                self.sight.map = match self.sight.map {
                    Map::Absolute => Map::FalseColor,
                    Map::FalseColor => Map::Absolute,
                };
            }
            Command::ToggleAlignment => {
                self.alignment = match self.alignment {
                    Alignment::Fit => Alignment::Pixel,
                    Alignment::Pixel => Alignment::Fit,
                };
            }
            Command::ToggleSmooth => self.is_smooth = !self.is_smooth,
            Command::LockZoom => self.is_locked = !self.is_locked,
            _ => return self.zoom_command(command, pixels_per_point),
        }
        true
    }

    fn zoom_command(&mut self, command: Command, pixels_per_point: f32) -> bool {
        let Some(Seen { pane, size }) = self.seen else { return false };
        let (size, middle) = (vector(size), pane.center());
        let touched = self.touched;
        let zoom = self.zoom_mut(touched);
        let by = match command {
            Command::PanLeft => vec2(PAN_STEP, 0.0),
            Command::PanRight => vec2(-PAN_STEP, 0.0),
            Command::PanUp | Command::ScrollUp => vec2(0.0, PAN_STEP),
            Command::PanDown | Command::ScrollDown => vec2(0.0, -PAN_STEP),
            Command::PageUp => vec2(0.0, PAGE_STEP),
            Command::PageDown => vec2(0.0, -PAGE_STEP),
            Command::ZoomIn | Command::ZoomOut | Command::ZoomFit | Command::ZoomActual => Vec2::ZERO,
            _ => return false,
        };
        match command {
            Command::ZoomIn => zoom.by(STEP, middle, pane, size),
            Command::ZoomOut => zoom.by(1.0 / STEP, middle, pane, size),
            Command::ZoomFit => *zoom = Zoom::default(),
            Command::ZoomActual => zoom.actual(middle, pane, size, pixels_per_point),
            _ => zoom.pan(by * pane.size(), pane, size),
        }
        true
    }

    fn toggle(&mut self, mode: Mode) {
        self.mode = if self.mode == mode { Mode::SideBySide } else { mode };
    }

    /// One step less or more of what the mode has: where the line stands, how fast, how strong, how opaque.
    pub fn change(&mut self, by: i8) {
        let share = f32::from(by) * SHARE_STEP;
        match self.mode {
            Mode::SideBySide => {}
            Mode::Wipe => self.line = (self.line + share).clamp(0.0, 1.0),
            Mode::Onion => self.opacity = (self.opacity + share).clamp(0.0, 1.0),
            Mode::Flicker => self.rate = stepped(&RATES, self.rate, by),
            Mode::Difference => self.sight.gain = stepped(&GAINS, self.sight.gain, by),
        }
    }
}

/// The value one place before or after another in a list.
fn stepped<T: Copy + PartialEq>(values: &[T], value: T, by: i8) -> T {
    let at = values.iter().position(|candidate| *candidate == value).unwrap_or(0);
    values[at.saturating_add_signed(isize::from(by)).min(values.len() - 1)]
}

#[cfg(test)]
mod tests;
