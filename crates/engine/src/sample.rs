//! The sample project: carried inside the program, made on the disk when it is first asked for.
//!
//! It is an ordinary project from then on: what is judged in it stays. Its images lie beside it in a folder
//! `NAME media`.

use std::fs;
use std::path::{Path, PathBuf};

use tiebreak_domain::learning::Learning;
use tiebreak_domain::{ApiError, ErrorCode, Item, Rubric, StudySetup};
use tiebreak_store::{NewProject, NewSource, ProjectPlace, Store};

use crate::failure;
use crate::host::{Host, NOBODY};
use crate::media_place::stored_from_folder;

/// The files of the sample, by their names below its folder.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sample_files.rs"));
/// The file with the items: one [`Item`] per line, as it is written in JSON.
const ITEMS: &str = "items.jsonl";

/// Where the sample is opened from on this machine.
pub fn path_in_data_folder(host: &Host) -> Result<PathBuf, ApiError> {
    let folder = host.data_folder.as_ref().ok_or_else(|| {
        ApiError::new(ErrorCode::System, "this machine has no folder for the sample project")
            .hint("make it somewhere by `tiebreak sample FILE`")
    })?;
    Ok(folder.join("sample.tiebreak"))
}

/// Opens the sample in a file, making it first where it is missing or was left empty.
pub fn open_or_make(path: &Path, host: &Host) -> Result<Store, ApiError> {
    if path.exists() {
        let mut store = Store::open(path)?;
        // The program may have been stopped between making the file and filling it.
        let info = store.info(NOBODY)?;
        if info.is_sample && info.active_items + info.excluded_items + info.deleted_items == 0 {
            fill(&mut store, path, host)?;
        }
        return Ok(store);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(|error| failure::of_io("make the sample project", folder, &error))?;
    }
    let project = NewProject {
        key: host.new_project_key(),
        name: "Sample".to_owned(),
        created_at: host.now(),
        rubric: Rubric::default(),
        is_sample: true,
    };
    let mut store = Store::create(path, &project)?;
    fill(&mut store, path, host)?;
    Ok(store)
}

fn fill(store: &mut Store, path: &Path, host: &Host) -> Result<(), ApiError> {
    let Some((_, items)) = FILES.iter().find(|(name, _)| *name == ITEMS) else {
        return Err(ApiError::new(ErrorCode::System, "this build of the program carries no sample"));
    };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let media_folder = path.with_file_name(format!("{stem} media"));
    for (name, bytes) in FILES.iter().filter(|(name, _)| *name != ITEMS) {
        write(&media_folder.join(name), bytes)?;
    }
    let mut import = store.begin_import()?;
    let source = import.add_source(&NewSource {
        name: "Sample".to_owned(),
        media_folder: Some(stored_from_folder(&ProjectPlace::from(path), &media_folder)),
        fetches_addresses: false,
        blake3: blake3::hash(items).to_hex().to_string(),
        imported_at: host.now(),
    })?;
    for line in items.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let item: Item = serde_json::from_slice(line).map_err(|error| {
            ApiError::new(
                ErrorCode::System,
                format!("this build of the program carries a broken sample: {error}"),
            )
        })?;
        import.add_item(source, &item)?;
    }
    import.commit()?;
    // Everything that Tiebreak does with models is alive in the sample from the first vote.
    let study = StudySetup { learning: Some(Learning::default()), ..StudySetup::default() };
    store.set_study(&study, host.now())?;
    Ok(())
}

fn write(target: &Path, bytes: &[u8]) -> Result<(), ApiError> {
    let folder = target.parent().unwrap_or(target);
    fs::create_dir_all(folder)
        .and_then(|()| fs::write(target, bytes))
        .map_err(|error| failure::of_io("make the sample project", target, &error))
}
