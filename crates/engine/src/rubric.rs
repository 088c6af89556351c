//! Rubric files: what the formats crate reads and writes, with failures as the door tells them, and the files
//! themselves.

use std::io::{ErrorKind, Write as _};
use std::path::Path;

use tiebreak_domain::{ApiError, ErrorCode, Template};
use tiebreak_formats::rubric_file;

use crate::failure;

/// A larger file is no rubric.
const MAX_BYTES: u64 = 1024 * 1024;

/// The rubrics that come with the program, in the gallery's order.
pub fn templates() -> Vec<Template> {
    rubric_file::templates()
}

/// Reads a rubric file's text.
pub fn read(text: &str) -> Result<Template, ApiError> {
    rubric_file::read(text)
        .map_err(|error| ApiError::new(ErrorCode::BadInput, error.to_string()).hint(error.hint()))
}

/// Writes a rubric file's text.
pub fn write(template: &Template) -> String {
    rubric_file::write(template)
}

/// The text of a rubric file, read no further than a rubric can be long.
pub fn open(path: &Path) -> Result<String, ApiError> {
    let refused = |code, why: &str| ApiError::new(code, format!("cannot read {}: {why}", path.display()));
    let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => refused(ErrorCode::NotFound, "there is no such file"),
        _ => refused(ErrorCode::System, &error.to_string()),
    })?;
    if !metadata.is_file() || metadata.len() > MAX_BYTES {
        return Err(refused(ErrorCode::BadInput, "it is no rubric file").hint("name a TOML file"));
    }
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        ErrorKind::InvalidData => {
            refused(ErrorCode::BadInput, "it is not text in UTF-8").hint("save it as UTF-8")
        }
        _ => refused(ErrorCode::System, &error.to_string()),
    })
}

/// Writes a rubric file whole or not at all. What cannot be asked yet is written too: it is the user's text.
pub fn save(path: &Path, text: &str, replace: bool) -> Result<(), ApiError> {
    if path.exists() && !replace {
        return Err(failure::exists(path, "choose another name, or replace the file that is there"));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".tiebreak-rubric-");
    // Temporary files are private; what this becomes is a file like any other.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let written = builder.tempfile_in(folder).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        let persisted = if replace { file.persist(path) } else { file.persist_noclobber(path) };
        persisted.map(drop).map_err(|error| error.error)
    });
    written.map_err(|error| failure::of_io("write the rubric", path, &error))
}
