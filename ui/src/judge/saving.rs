//! What is on the disk and what is not yet; the word "saved" comes from here.

use tiebreak_domain::{ApiError, ItemId, JudgmentId, NewJudgment};

/// Judgments that were submitted and not yet acknowledged.
#[derive(Clone, Debug, Default)]
pub struct Saving {
    on_their_way: Vec<Pending>,
    refused: Vec<Pending>,
    count: u64,
    error: Option<ApiError>,
    saved_any: bool,
}

/// A judgment with its place among all that were given.
#[derive(Clone, Debug)]
struct Pending {
    number: u64,
    judgment: NewJudgment,
}

/// What the screen may say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SavedState {
    /// Nothing was submitted yet.
    Nothing,
    /// Everything submitted is on the disk.
    Saved,
    /// So many judgments are on their way.
    Saving(usize),
    /// So many judgments could not be stored.
    Failed(usize),
}

impl SavedState {
    /// What may be said of two sessions together.
    pub fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Failed(one), Self::Failed(other)) => Self::Failed(one + other),
            (Self::Failed(count), _) | (_, Self::Failed(count)) => Self::Failed(count),
            (Self::Saving(one), Self::Saving(other)) => Self::Saving(one + other),
            (Self::Saving(count), _) | (_, Self::Saving(count)) => Self::Saving(count),
            (Self::Saved, _) | (_, Self::Saved) => Self::Saved,
            (Self::Nothing, Self::Nothing) => Self::Nothing,
        }
    }
}

impl Saving {
    /// A judgment was sent.
    pub fn sent(&mut self, judgment: NewJudgment) {
        self.count += 1;
        self.on_their_way.push(Pending { number: self.count, judgment });
    }

    /// A judgment that was sent and not acknowledged.
    pub fn pending(&self, id: JudgmentId) -> Option<&NewJudgment> {
        self.on_their_way.iter().map(|pending| &pending.judgment).find(|judgment| judgment.id == id)
    }

    /// A judgment is on the disk; says which item it is about. What was refused before it of the same item is
    /// forgotten: sent again, it would be the last word.
    pub fn acknowledged(&mut self, id: JudgmentId) -> Option<ItemId> {
        let place = self.on_their_way.iter().position(|pending| pending.judgment.id == id);
        let stored = place.map(|place| self.on_their_way.remove(place));
        if let Some(stored) = &stored {
            self.refused
                .retain(|older| older.judgment.item != stored.judgment.item || older.number > stored.number);
        }
        self.saved_any = true;
        if self.refused.is_empty() {
            self.error = None;
        }
        stored.map(|stored| stored.judgment.item)
    }

    /// A judgment could not be stored; it is kept, to be sent again.
    pub fn failed(&mut self, id: JudgmentId, error: ApiError) {
        if let Some(place) = self.on_their_way.iter().position(|pending| pending.judgment.id == id) {
            self.refused.push(self.on_their_way.remove(place));
        }
        self.error = Some(error);
    }

    /// What could not be stored, of one item or of all, is on its way again: gives it, oldest first.
    pub fn again(&mut self, item: Option<ItemId>) -> Vec<NewJudgment> {
        let is_of_it = |pending: &Pending| item.is_none_or(|item| pending.judgment.item == item);
        let (mut again, refused) =
            std::mem::take(&mut self.refused).into_iter().partition::<Vec<_>, _>(is_of_it);
        self.refused = refused;
        if self.refused.is_empty() {
            self.error = None;
        }
        again.sort_by_key(|pending| pending.number);
        self.on_their_way.extend(again.iter().cloned());
        again.into_iter().map(|pending| pending.judgment).collect()
    }

    /// Why the last one could not be stored.
    pub fn error(&self) -> Option<&ApiError> {
        self.error.as_ref()
    }

    /// What the screen may say.
    pub fn state(&self) -> SavedState {
        if !self.refused.is_empty() {
            SavedState::Failed(self.refused.len())
        } else if !self.on_their_way.is_empty() {
            SavedState::Saving(self.on_their_way.len())
        } else if self.saved_any {
            SavedState::Saved
        } else {
            SavedState::Nothing
        }
    }

    /// Items whose latest word is not on the disk.
    pub fn items(&self) -> impl Iterator<Item = ItemId> {
        self.on_their_way.iter().chain(&self.refused).map(|pending| pending.judgment.item)
    }
}
