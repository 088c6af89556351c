//! Keys that switch when they are tapped, and only for as long as they are held when they are held.

/// Held at least so long, a key lets go of what it switched when it is let go itself.
const HELD_MS: u64 = 300;

/// Such a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spring {
    pressed_at_ms: Option<u64>,
}

/// What became of a pressed key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Release {
    /// It was tapped.
    Tapped,
    /// It was held.
    Held,
}

impl Spring {
    /// The key went down; says whether it was up before, since a held key repeats.
    pub fn press(&mut self, now_ms: u64) -> bool {
        let is_new = self.pressed_at_ms.is_none();
        self.pressed_at_ms.get_or_insert(now_ms);
        is_new
    }

    /// Whether it was pressed and not let go since.
    pub fn is_pressed(self) -> bool {
        self.pressed_at_ms.is_some()
    }

    /// Told in every frame whether the key is down; says what it was when it went up.
    pub fn tick(&mut self, is_down: bool, now_ms: u64) -> Option<Release> {
        let at_ms = self.pressed_at_ms.filter(|_| !is_down)?;
        self.pressed_at_ms = None;
        Some(if now_ms.saturating_sub(at_ms) < HELD_MS { Release::Tapped } else { Release::Held })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_is_told_from_a_hold_whatever_repeats() {
        let mut spring = Spring::default();
        assert!(spring.press(0));
        assert_eq!(spring.tick(true, 100), None);
        assert!(!spring.press(120), "a repeated press is none");
        assert_eq!(spring.tick(false, 150), Some(Release::Tapped));
        assert_eq!(spring.tick(false, 160), None);
        spring.press(1_000);
        assert_eq!(spring.tick(true, 1_400), None);
        assert_eq!(spring.tick(false, 1_500), Some(Release::Held));
    }
}
