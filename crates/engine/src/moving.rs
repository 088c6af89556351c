//! Projects as wholes: carried to another place, looked for, and named without their passwords.

use std::path::{Path, PathBuf};

use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_store::{ProjectPlace, StoreError, carry};

use crate::export::target::is_same_place;
use crate::failure;
use crate::jobs::CancelFlag;

/// How many rows of which table were carried.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct MovedTable {
    /// Its name.
    pub name: String,
    /// How many rows it has.
    pub rows: u64,
    /// BLAKE3 of its content, the same here and there.
    pub blake3: String,
}

/// Carries a project from a file into a database, back, or from one database into another; refuses to replace one. The
/// place that it came from stays as it was. `on_rows` hears how many rows have gone.
pub fn move_project(
    from: &Path,
    to: &Path,
    cancel: &CancelFlag,
    mut on_rows: impl FnMut(u64),
) -> Result<Vec<MovedTable>, ApiError> {
    let (from, to) = (ProjectPlace::from_path(from)?, ProjectPlace::from_path(to)?);
    if is_same_place(&from, &to) {
        return Err(ApiError::new(ErrorCode::BadRequest, "a project cannot be moved to where it is")
            .hint("name another place"));
    }
    let moved = carry(&from, &to, |rows| {
        on_rows(rows);
        !cancel.is_set()
    });
    let moved = moved.map_err(|error| match error {
        StoreError::Exists(path) => failure::exists(&path, "choose another name"),
        StoreError::ExistsInDatabase(_) => {
            ApiError::new(ErrorCode::Exists, error.to_string()).hint("choose another name behind the #")
        }
        other => other.into(),
    })?;
    let moved = moved.ok_or_else(|| failure::cancelled("move"))?;
    let table = |table: tiebreak_store::CarriedTable| MovedTable {
        name: table.name,
        rows: table.rows,
        blake3: table.blake3,
    };
    Ok(moved.into_iter().map(table).collect())
}

/// Whether there is something where a new project would go.
pub fn project_exists(place: &Path) -> Result<bool, ApiError> {
    Ok(ProjectPlace::from_path(place)?.exists()?)
}

/// Removes a project that was just made and holds nothing.
pub fn remove_empty_project(place: &Path) -> Result<(), ApiError> {
    Ok(ProjectPlace::from_path(place)?.remove_empty()?)
}

/// A place as it may be shown: without the password of an address.
pub fn shown_place(place: &Path) -> String {
    match ProjectPlace::from_path(place) {
        Ok(place) => place.to_string(),
        // What cannot be read may hold a password all the same.
        Err(_) => "the database".to_owned(),
    }
}

/// Whether a place is meant as an address of a database, where it is no path.
pub fn is_in_database(place: &Path) -> bool {
    place.to_str().is_some_and(ProjectPlace::is_address)
}

/// A place that was named in a folder, as it stays true elsewhere.
pub fn absolute_place(folder: &Path, place: &Path) -> PathBuf {
    if is_in_database(place) {
        return place.to_owned();
    }
    let place = folder.join(place);
    std::path::absolute(&place).unwrap_or(place)
}

/// What a new project is called where nobody says: after its file, or as its address does.
pub fn name_of_place(place: &Path) -> Result<String, ApiError> {
    Ok(match ProjectPlace::from_path(place)? {
        ProjectPlace::Database(address) => address.project().to_owned(),
        ProjectPlace::File(path) => {
            path.file_stem().map_or_else(|| "Project".into(), |stem| stem.to_string_lossy().into_owned())
        }
    })
}
