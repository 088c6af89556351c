//! What of a project a model can score, and how much of it at a time.

use tiebreak_domain::{ApiError, ItemId, ItemStatus};
use tiebreak_reward::model::manifest::{Input, Manifest, Task};
use tiebreak_store::Reader;

use super::{MOST_LOOKED_AT, features, inputs};

/// Candidates whose inputs are in memory at a time. Of so many, nearly all of what the model computes is no padding.
const WINDOW: usize = 2_048;
/// Pictures are large: fewer of them.
const PICTURE_WINDOW: usize = 64;

/// How many candidates of a project a model could score; of a large project, about how many.
pub fn scorable(reader: &Reader, manifest: &Manifest) -> Result<u64, ApiError> {
    let active = reader.facets().read().with_status(ItemStatus::Active).clone();
    let stride = active.len().div_ceil(MOST_LOOKED_AT).max(1);
    let mut count = 0;
    let features = manifest.input.features();
    let mut has_features = features.is_none();
    for item in active.iter().step_by(stride as usize) {
        let stored = reader.item(ItemId(i64::from(item)))?;
        let readable = inputs::is_readable(manifest, &stored.item);
        has_features =
            has_features || features.is_some_and(|features| features::has_some(features, &stored.item));
        count += match manifest.task {
            Task::Pairwise => {
                u64::from(readable.len() == 2 && readable.iter().all(|is_readable| *is_readable))
            }
            _ => readable.into_iter().filter(|is_readable| *is_readable).count() as u64,
        };
    }
    Ok(if has_features { count * stride } else { 0 })
}

/// Says that a model finds nothing in a project that it could read.
pub fn nothing_for(manifest: &Manifest) -> String {
    let lacks = match &manifest.input {
        Input::Text(_) => "a text".to_owned(),
        Input::Image(_) | Input::ImageText(..) => "a picture".to_owned(),
        Input::Video(..) | Input::VideoText(..) => "a video".to_owned(),
        Input::Features(features) => {
            let columns: Vec<String> = features.columns.iter().map(|column| format!("{column:?}")).collect();
            format!("a column {}", columns.join(" or "))
        }
    };
    let who = if manifest.task == Task::Pairwise {
        "no two candidates of an item have"
    } else {
        "no candidate has"
    };
    format!("{} scored nothing: {who} {lacks}", manifest.name)
}

/// How many candidates' inputs are in memory at a time.
pub fn window_of(manifest: &Manifest) -> usize {
    match (manifest.input.image(), manifest.input.video()) {
        (_, Some(video)) => (PICTURE_WINDOW / video.frames).max(1),
        (Some(_), None) => PICTURE_WINDOW,
        (None, None) => WINDOW,
    }
}

/// How many sessions go through the project: all, but for one that keeps what is on a screen from waiting where
/// somebody sits before one and the machine has no core to spare.
pub fn bulk_sessions(sessions: usize, cores: usize, is_watched: bool) -> usize {
    let kept = usize::from(is_watched && sessions >= cores);
    sessions.saturating_sub(kept).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_kept_for_the_interface_only_where_there_is_one_and_no_core_to_spare() {
        assert_eq!(bulk_sessions(2, 2, true), 1);
        assert_eq!(bulk_sessions(4, 4, true), 3);
        assert_eq!(bulk_sessions(4, 16, true), 4, "the interface has cores of its own");
        assert_eq!(bulk_sessions(2, 2, false), 2, "a command idles none");
        assert_eq!(bulk_sessions(1, 1, true), 1, "and something always works");
    }
}
