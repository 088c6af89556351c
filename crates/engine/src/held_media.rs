//! Media that items hold. Whoever calls over a network sees those and no other file of a media folder, be it the data
//! file that lies there or the project itself; and this machine fetches no address for them that is not in the data.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Mutex, MutexGuard};

use tiebreak_domain::media::MediumRequest;
use tiebreak_domain::{ApiError, ErrorCode, Item, Reply, Request, SourceId};

use crate::seat::Seat;
use crate::session::Session;

/// The most media that are remembered; after so many it begins anew.
const MOST: usize = 4_000_000;

/// Media that are known to be held by items of a project.
#[derive(Default)]
pub struct HeldMedia {
    known: Mutex<HashSet<u64>>,
    /// Keeps what is remembered from being guessed.
    keys: RandomState,
    /// One at a time looks through the items: whoever asks for what is not there must not keep everybody busy.
    looking: Mutex<()>,
}

impl HeldMedia {
    fn name(&self, source: SourceId, uri: &str) -> u64 {
        self.keys.hash_one((source.0, uri))
    }

    fn is_known(&self, source: SourceId, uri: &str) -> bool {
        self.known().contains(&self.name(source, uri))
    }

    fn note(&self, source: SourceId, uri: &str) {
        let mut known = self.known();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(self.name(source, uri));
    }

    fn note_item(&self, source: SourceId, item: &Item) {
        item.parts().filter_map(|part| part.uri()).for_each(|uri| self.note(source, uri));
    }

    fn known(&self) -> MutexGuard<'_, HashSet<u64>> {
        self.known.lock().expect("what is remembered is changed whole")
    }
}

impl Session {
    /// Remembers the media of items that somebody is given: they ask for these next.
    pub(crate) fn note_media_of(&self, reply: &Reply) {
        if let Reply::Items(items) = reply {
            for queued in items {
                self.held_media.note_item(queued.item.source, &queued.item.item);
            }
        }
    }

    /// Refuses whoever calls over a network a medium that no item of the source holds.
    pub(crate) fn refuse_media_of_nobody(&self, seat: &Seat, request: &Request) -> Result<(), ApiError> {
        match request {
            Request::Image(image) => self.refuse_medium_of_nobody(seat, image.source, &image.uri),
            Request::Tile(tile) => self.refuse_medium_of_nobody(seat, tile.source, &tile.uri),
            Request::Video(MediumRequest { source, uri }) => self.refuse_medium_of_nobody(seat, *source, uri),
            Request::Frames(frames) => {
                self.refuse_medium_of_nobody(seat, frames.medium.source, &frames.medium.uri)
            }
            Request::Sound(sound) => {
                self.refuse_medium_of_nobody(seat, sound.medium.source, &sound.medium.uri)
            }
            _ => Ok(()),
        }
    }

    /// As [`Session::refuse_media_of_nobody`], of one medium.
    pub(crate) fn refuse_medium_of_nobody(
        &self,
        seat: &Seat,
        source: SourceId,
        uri: &str,
    ) -> Result<(), ApiError> {
        if !seat.is_called() || self.held_media.is_known(source, uri) {
            return Ok(());
        }
        let _turn = self.held_media.looking.lock().expect("looking changes nothing that could break");
        if self.held_media.is_known(source, uri) || self.readers.lend()?.holds_medium(source, uri)? {
            self.held_media.note(source, uri);
            return Ok(());
        }
        Err(ApiError::new(ErrorCode::NotFound, "no item of this source holds this medium")
            .hint("ask for media as the items name them")
            .at(uri))
    }
}
