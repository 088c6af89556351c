//! Which frames of a video were on the screen: what [`tiebreak_domain::watched`] says of it.

use tiebreak_domain::media::VideoInfo;

/// The frames of one video that were seen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    frames: Vec<bool>,
    unseen: usize,
}

impl Seen {
    /// None of them yet.
    pub fn new(info: &VideoInfo) -> Self {
        Self { frames: vec![false; info.times_us.len()], unseen: info.times_us.len() }
    }

    /// Whether all were.
    pub fn is_to_end(&self) -> bool {
        self.unseen == 0 && !self.frames.is_empty()
    }

    /// How much of it was seen, from 0 to 1.
    pub fn share(&self) -> f32 {
        1.0 - self.unseen as f32 / self.frames.len().max(1) as f32
    }

    /// The frames from one to another were on the screen, one after the other; past the last comes the first.
    pub fn saw(&mut self, from: u32, to: u32) {
        if from <= to {
            self.mark(from, to);
        } else {
            self.mark(from, u32::MAX);
            self.mark(0, to);
        }
    }

    fn mark(&mut self, from: u32, to: u32) {
        let end = (to as usize).saturating_add(1).min(self.frames.len());
        for frame in self.frames.get_mut(from as usize..end).unwrap_or_default() {
            self.unseen -= usize::from(!*frame);
            *frame = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_frames_make_the_end_in_any_order() {
        let info = VideoInfo {
            size: [2, 2],
            times_us: (0..10).collect(),
            duration_us: 10,
            has_sound: false,
            codec: "gif".into(),
            remark: None,
        };
        let mut seen = Seen::new(&info);
        seen.saw(8, 1);
        assert!((seen.share() - 0.4).abs() < 1e-6, "round the end: 8, 9, 0, 1");
        seen.saw(3, 99);
        assert!(!seen.is_to_end(), "2 was jumped over");
        seen.saw(2, 2);
        assert!(seen.is_to_end());
        assert!(!Seen::default().is_to_end(), "nothing was seen of what is not known");
    }
}
