//! The sample project: carried inside the program, made on the disk when it is first asked for.
//!
//! It is an ordinary project from then on: what is judged in it stays. Its images lie beside it in a folder
//! `NAME media`.

use std::fs;
use std::path::{Path, PathBuf};

use tiebreak_domain::{ApiError, ErrorCode, ImportPlan, Rubric};
use tiebreak_store::{NewProject, Store};

use crate::failure;
use crate::host::Host;
use crate::import::job::import_into;

/// The files of the sample, by their names below its folder.
const FILES: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/sample_files.rs"));
/// The file with the items.
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
        let info = store.info(tiebreak_domain::AnnotatorId(0))?;
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
    let stem = path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let media_folder = path.with_file_name(format!("{stem} media"));
    let write = |name: &str, bytes: &[u8]| {
        let target = media_folder.join(name);
        let folder = target.parent().unwrap_or(&media_folder);
        fs::create_dir_all(folder)
            .and_then(|()| fs::write(&target, bytes))
            .map_err(|error| failure::of_io("make the sample project", &target, &error))
    };
    for (name, bytes) in FILES {
        write(name, bytes)?;
    }
    if !FILES.iter().any(|(name, _)| *name == ITEMS) {
        return Err(ApiError::new(ErrorCode::System, "this build of the program carries no sample"));
    }
    let plan = ImportPlan {
        path: media_folder.join(ITEMS).to_string_lossy().into_owned(),
        media_folder: Some(media_folder.to_string_lossy().into_owned()),
        source_name: Some("Sample".to_owned()),
        ..ImportPlan::default()
    };
    import_into(store, plan, host.now())?;
    Ok(())
}
