//! One merge: another copy of the open project, brought in by the writer thread in one transaction.

use std::sync::Arc;

use tiebreak_domain::merge::MergeReport;
use tiebreak_domain::{ApiError, ErrorCode, Event, JobId, Source};
use tiebreak_media::is_address;
use tiebreak_store::ProjectPlace;

use crate::engine::Shared;
use crate::export::target::is_same_place;
use crate::failure;
use crate::jobs::CancelFlag;
use crate::media_place::{folder_from_stored, stored_from_folder};
use crate::project_file;
use crate::session::Session;

/// Starts a merge into the open project. A file that cannot be opened is refused at once. Media folders that stand in
/// it are taken where it is a copy on this machine (`is_from_here`) and not one that somebody sent.
pub fn start(
    shared: &Arc<Shared>,
    session: &Arc<Session>,
    place: &ProjectPlace,
    is_from_here: bool,
) -> Result<JobId, ApiError> {
    if is_same_place(&session.place, place) {
        return Err(ApiError::new(ErrorCode::BadRequest, "a project cannot be merged into itself")
            .hint("choose the other copy"));
    }
    let other = project_file::reader(place)?;
    let (shared, session) = (Arc::clone(shared), Arc::clone(session));
    let jobs = Arc::clone(&shared.jobs);
    let on_panic = {
        let shared = Arc::clone(&shared);
        move |job| shared.emit(Event::MergeEnded(job, Err(failure::broke_off("merge"))))
    };
    let work = move |job: JobId, cancel: &CancelFlag| {
        let cancel = cancel.clone();
        let own = session.place.clone();
        let ended = session.writer.ask(move |store| {
            let media = |source: &Source| {
                let folder = source.media_folder.as_deref().filter(|_| is_from_here);
                let folder = folder.map(|stored| media_folder(&own, other.place(), stored));
                (folder, is_from_here && source.fetches_addresses)
            };
            let merged = store.merge(&other, media, || !cancel.is_set())?;
            merged.ok_or_else(|| failure::cancelled("merge"))
        });
        if ended.is_ok()
            && let Err(error) = session.refresh()
        {
            tracing::warn!(%error, "the project's numbers could not be read after the merge");
        }
        shared.emit(Event::MergeEnded(job, ended.map(Box::<MergeReport>::new)));
    };
    jobs.start("tiebreak-merge", work, on_panic)
}

/// What is stored here for a media folder that the other copy stores.
fn media_folder(own: &ProjectPlace, other: &ProjectPlace, stored: &str) -> String {
    if is_address(stored) {
        return stored.to_owned();
    }
    stored_from_folder(own, &folder_from_stored(other, stored))
}
