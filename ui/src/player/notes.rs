//! Notes on moments: where one is put, the line that is typed, and the ticks on the scrub bar.

use tiebreak_domain::media::MediumRequest;
use tiebreak_domain::{ItemId, Note, Part, QueuedItem};

use super::reel::Reel;
use super::{Player, medium_of};

/// A note that is being written.
#[derive(Clone, Debug, PartialEq)]
pub struct Writing {
    /// The note, with the words so far.
    pub note: Note,
    /// Its place among the item's notes, if it was there before.
    pub index: Option<usize>,
    /// Whether the field is to get the keys now.
    pub wants_focus: bool,
}

impl Writing {
    /// The notes with what was written: put in, changed, or taken away where an old one has no words left.
    pub fn put_into(&self, notes: &[Note]) -> Vec<Note> {
        let mut notes = notes.to_vec();
        let note = Note { text: self.note.text.trim().to_owned(), ..self.note.clone() };
        match self.index.filter(|index| *index < notes.len()) {
            Some(index) if note.text.is_empty() => drop(notes.remove(index)),
            Some(index) => notes[index] = note,
            None => notes.push(note),
        }
        notes
    }
}

/// A note as the scrub bar shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Tick {
    /// Its place among the item's notes.
    pub index: usize,
    /// Its moment, by the clock.
    pub time_us: u64,
}

impl Player {
    /// Stops, and begins a note on this moment: of the pane under the pointer, else of the candidate that has the
    /// keys, else of the first that plays. On a frame that has a note already, that one is written on.
    pub fn begin_note(&mut self, queued: &QueuedItem, notes: &[Note], active: Option<u8>, now_ms: u64) {
        let places = places(queued);
        let is_hovered = |medium: &MediumRequest| self.hovered.as_ref() == Some(medium);
        let chosen = places
            .iter()
            .find(|(_, _, medium)| is_hovered(medium))
            .or_else(|| places.iter().find(|(candidate, ..)| active.is_some() && *candidate == active))
            .or_else(|| {
                places.iter().find(|(candidate, _, medium)| candidate.is_some() && self.info_of(medium))
            })
            .or_else(|| places.iter().find(|(.., medium)| self.info_of(medium)));
        let Some((candidate, part, medium)) = chosen.cloned() else { return };
        let Some(info) = self.reels.get(&medium).and_then(Reel::info) else { return };
        let own_us = self.timeline.own_us(info.duration_us, self.clock.time_us(now_ms));
        let frame = info.frame_at(own_us);
        let is_here = |note: &Note| {
            note.candidate == candidate && note.part == part && info.frame_at(note.at_us) == frame
        };
        let index = notes.iter().position(is_here);
        let fresh = Note { candidate, part, at_us: info.times_us[frame as usize], text: String::new() };
        let note = index.map_or(fresh, |index| notes[index].clone());
        self.clock.pause(now_ms);
        self.writing = Some(Writing { note, index, wants_focus: true });
    }

    /// Ends the line in which a note on an item is typed; gives the item's notes with it, if it has words.
    pub fn take_written(&mut self, item: ItemId, notes: &[Note]) -> Option<Vec<Note>> {
        let writing = self.writing.take()?;
        let has_words = !writing.note.text.trim().is_empty();
        (has_words && self.item == Some(item)).then(|| writing.put_into(notes))
    }

    /// Whether a note's field was opened that gets the keys when it is painted.
    pub fn opens_field(&self) -> bool {
        self.writing.as_ref().is_some_and(|writing| writing.wants_focus)
    }

    /// The notes of an item as ticks on the bar, in the order of their moments.
    pub fn ticks(&self, queued: &QueuedItem, notes: &[Note]) -> Vec<Tick> {
        let mut ticks: Vec<Tick> = notes
            .iter()
            .enumerate()
            .filter_map(|(index, note)| {
                let medium = medium_of(queued.item.source, note.part_of(&queued.item.item)?)?;
                let info = self.reels.get(&medium)?.info()?;
                Some(Tick { index, time_us: self.timeline.clock_us(info.duration_us, note.at_us) })
            })
            .collect();
        ticks.sort_by_key(|tick| tick.time_us);
        ticks
    }

    /// Goes to the next or the previous note, and stands there.
    pub fn go_to_note(&mut self, queued: &QueuedItem, notes: &[Note], is_forth: bool, now_ms: u64) {
        let time_us = self.clock.time_us(now_ms);
        let mut ticks = self.ticks(queued, notes).into_iter();
        let found = if is_forth {
            ticks.find(|tick| tick.time_us > time_us)
        } else {
            ticks.rfind(|tick| tick.time_us < time_us)
        };
        if let Some(tick) = found {
            self.clock.pause(now_ms);
            self.seek(tick.time_us, now_ms);
        }
    }

    /// Goes to a moment of a part's own time, and stands there.
    pub fn go_to_moment(&mut self, queued: &QueuedItem, part: &Part, at_us: u64, now_ms: u64) {
        let medium = medium_of(queued.item.source, part);
        let Some(info) = medium.and_then(|medium| self.reels.get(&medium)?.info().cloned()) else { return };
        let time_us = self.timeline.clock_us(info.duration_us, at_us);
        self.clock.pause(now_ms);
        self.seek(time_us, now_ms);
    }

    /// When the frame on the screen of a part appears, in its own time; none where it does not play.
    pub fn moment_of(&self, queued: &QueuedItem, part: &Part) -> Option<u64> {
        let medium = medium_of(queued.item.source, part).filter(|_| self.plays(queued.item.source, part))?;
        let info = self.reels.get(&medium)?.info()?;
        let frame = self.timeline.frame_at(info, self.shown_us);
        info.times_us.get(frame as usize).copied()
    }

    /// Whether a moment is on the frame that a part shows.
    pub fn is_on_screen(&self, queued: &QueuedItem, part: &Part, at_us: u64) -> bool {
        let Some(medium) = medium_of(queued.item.source, part) else { return true };
        let Some(info) = self.reels.get(&medium).and_then(Reel::info) else { return true };
        info.frame_at(at_us) == self.timeline.frame_at(info, self.shown_us)
    }

    fn info_of(&self, medium: &MediumRequest) -> bool {
        self.reels.get(medium).is_some_and(|reel| reel.info().is_some())
    }
}

/// Everything in an item that a note can be about, candidates in the order of the screen.
fn places(queued: &QueuedItem) -> Vec<(Option<u8>, u16, MediumRequest)> {
    let item = &queued.item.item;
    let candidates = queued.order.indices().iter().filter_map(|index| {
        let candidate = item.candidates.get(usize::from(*index))?;
        Some((Some(*index), candidate.parts.as_slice()))
    });
    let all = std::iter::once((None, item.prompt.as_slice())).chain(candidates);
    all.flat_map(|(candidate, parts)| {
        let playing =
            parts.iter().enumerate().filter(|(_, part)| part.always_plays() || part.may_be_animated());
        playing.filter_map(move |(index, part)| {
            Some((candidate, index as u16, medium_of(queued.item.source, part)?))
        })
    })
    .collect()
}
