//! Scrolling the candidates of an item: together by what they share, and to what was found.

use super::JudgeScreen;
use crate::compare_text::Overlay;
use crate::compare_text::scroll_map::Viewed;
use tiebreak_domain::item::MAX_CANDIDATES;

/// What was found is brought to this share of the window's height.
const REVEALED_AT: f32 = 0.3;

impl JudgeScreen {
    /// Scrolls all candidates, so that what they share stays side by side where they are linked.
    pub(super) fn scroll(&mut self, by: f32, is_linked: bool) {
        if by == 0.0 {
            return;
        }
        let longest = self.texts.longest().filter(|_| is_linked && self.enlarged.is_none());
        if let Some(longest) = longest
            && self.texts.is_linked_by_content()
        {
            self.scroll_one(longest, by);
            self.scroll_others(longest, by);
        } else {
            (0..MAX_CANDIDATES).for_each(|position| self.scroll_one(position, by));
        }
    }

    /// Scrolls one, to its end and no further: what is beyond would swing back.
    fn scroll_one(&mut self, position: usize, by: f32) {
        let most = self.texts.most_offset(position).unwrap_or(f32::INFINITY);
        self.offsets[position] = (self.offsets[position] + by).clamp(0.0, most);
    }

    /// Lets the other candidates follow one that was scrolled by so much.
    pub(in crate::judge) fn scroll_others(&mut self, position: usize, by: f32) {
        for other in (0..self.count).filter(|other| *other != position) {
            match self.texts.linked_offset(position, self.offsets[position], other) {
                Some(offset) => self.offsets[other] = offset,
                // A candidate that is at its end stays there while the other goes on.
                None => self.scroll_one(other, by),
            }
        }
    }

    /// Brings into view what was found in the candidate at a place, whose content begins at the height `top`.
    /// Gives whether anything moves.
    pub(in crate::judge) fn reveal(
        &mut self,
        position: usize,
        overlay: &Overlay,
        top: f32,
        viewed: Viewed,
        is_linked: bool,
    ) -> bool {
        if overlay.reveal.is_none() {
            return false;
        }
        if overlay.hides_revealed() {
            self.texts.is_folded = false;
            return true;
        }
        let Some(rect) = overlay.revealed else { return false };
        self.texts.finding.revealed();
        let (begins, ends) = (rect.top() - top - viewed.offset, rect.bottom() - top - viewed.offset);
        let margin = rect.height().min(viewed.view / 4.0);
        if begins >= margin && ends <= viewed.view - margin {
            return false;
        }
        let most = (viewed.height - viewed.view).max(0.0);
        let after = (rect.top() - top - viewed.view * REVEALED_AT).clamp(0.0, most);
        self.offsets[position] = after;
        if is_linked {
            self.scroll_others(position, after - viewed.offset);
        }
        true
    }
}
