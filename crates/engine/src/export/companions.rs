//! What some formats write beside their file: a second file of lines, a folder of pictures, the entry that a
//! trainer needs to find the file.
//!
//! Their names are the file's with a word in it: `x.jsonl` has `x.utterances.jsonl`, `x.maps` and
//! `x.dataset_info.json`. All are written under other names first and put in their places with the file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::TempDir;
use tiebreak_domain::{ApiError, ExportFormat};
use tiebreak_formats::export::output::Picture;
use tiebreak_formats::export::{DatasetColumns, dataset_info};

use crate::export::line_file::LineFile;
use crate::export::manifest::ManifestCompanion;
use crate::export::target::{Target, refuse_to_replace};
use crate::failure;

/// The companions of one export while it is being written.
pub struct Companions<'a> {
    target: &'a Target,
    second: Option<(PathBuf, LineFile)>,
    pictures: Option<Pictures>,
    info: Option<(PathBuf, DatasetColumns)>,
}

struct Pictures {
    path: PathBuf,
    folder: TempDir,
    hash: blake3::Hasher,
    size_bytes: u64,
    count: u64,
    failed: Option<io::Error>,
}

/// Where the companions of a format would lie.
fn paths(format: ExportFormat, path: &Path) -> Vec<PathBuf> {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    let named = |word: &str| vec![path.with_file_name(format!("{stem}.{word}"))];
    match format {
        ExportFormat::Prism => named("utterances.jsonl"),
        ExportFormat::RichHf => named("maps"),
        ExportFormat::LlamaFactory => named("dataset_info.json"),
        _ => Vec::new(),
    }
}

/// Refuses companions that are there already.
pub fn refuse_existing(format: ExportFormat, target: &Target) -> Result<(), ApiError> {
    for path in paths(format, &target.path) {
        if format == ExportFormat::RichHf && target.replaces() && path.is_dir() {
            continue;
        }
        refuse_to_replace(&path, target.replaces())?;
    }
    Ok(())
}

impl<'a> Companions<'a> {
    /// Begins with empty ones, of those that the format has.
    pub fn new(format: ExportFormat, target: &'a Target) -> Result<Self, ApiError> {
        refuse_existing(format, target)?;
        let mut companions = Self { target, second: None, pictures: None, info: None };
        for path in paths(format, &target.path) {
            match format {
                ExportFormat::Prism => companions.second = Some((path, LineFile::new(target.temporary()?))),
                ExportFormat::RichHf => {
                    let folder = target.temporary_folder()?;
                    companions.pictures = Some(Pictures::new(path, folder));
                }
                _ => companions.info = Some((path, DatasetColumns::default())),
            }
        }
        Ok(companions)
    }

    /// Writes a line of the second file; says whether it can go on.
    pub fn second_line(&mut self, line: &str) -> bool {
        self.second.as_mut().is_none_or(|(_, file)| file.line(line))
    }

    /// Writes a picture; says whether it can go on.
    pub fn picture(&mut self, picture: &Picture) -> bool {
        self.pictures.as_mut().is_none_or(|pictures| pictures.write(picture))
    }

    /// Takes note of a line of the file itself.
    pub fn see(&mut self, line: &str) {
        if let Some((_, columns)) = &mut self.info {
            columns.see(line);
        }
    }

    /// Makes them durable and puts them in their places.
    pub fn place(self) -> Result<Vec<(PathBuf, ManifestCompanion)>, ApiError> {
        let Self { target, second, pictures, info } = self;
        let mut placed = Vec::new();
        if let Some((path, file)) = second {
            let finished =
                file.finish().map_err(|error| failure::of_io("write the export", &path, &error))?;
            let companion = ManifestCompanion::file(&path, finished.size_bytes, finished.blake3);
            target.place(finished.file, &path)?;
            placed.push((path, companion));
        }
        if let Some((path, columns)) = info {
            let name = target.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let stem = target.path.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
            let text = dataset_info(&stem, &name, columns);
            let mut file = target.temporary()?;
            file.write_all(text.as_bytes())
                .and_then(|()| file.as_file().sync_all())
                .map_err(|error| failure::of_io("write the export", &path, &error))?;
            let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
            let companion = ManifestCompanion::file(&path, text.len() as u64, hash);
            target.place(file, &path)?;
            placed.push((path, companion));
        }
        if let Some(pictures) = pictures {
            placed.push(pictures.place(target)?);
        }
        Ok(placed)
    }
}

impl Pictures {
    fn new(path: PathBuf, folder: TempDir) -> Self {
        Self { path, folder, hash: blake3::Hasher::new(), size_bytes: 0, count: 0, failed: None }
    }

    fn write(&mut self, picture: &Picture) -> bool {
        self.hash.update(&picture.png);
        self.size_bytes += picture.png.len() as u64;
        self.count += 1;
        if let Err(error) = fs::write(self.folder.path().join(&picture.name), &picture.png) {
            self.failed = Some(error);
        }
        self.failed.is_none()
    }

    fn place(self, target: &Target) -> Result<(PathBuf, ManifestCompanion), ApiError> {
        let of_io = |error: &io::Error| failure::of_io("write the export", &self.path, error);
        if let Some(error) = &self.failed {
            return Err(of_io(error));
        }
        // A folder cannot be put over another in one step: the old one steps aside first, and goes at the end.
        let aside = target.temporary_folder()?;
        if target.replaces() && self.path.is_dir() {
            fs::rename(&self.path, aside.path().join("before")).map_err(|error| of_io(&error))?;
        }
        let hash = self.hash.finalize().to_hex().to_string();
        let companion = ManifestCompanion::folder(&self.path, self.count, self.size_bytes, hash);
        let folder = self.folder.keep();
        if let Err(error) = fs::rename(&folder, &self.path) {
            drop(fs::remove_dir_all(&folder));
            return Err(of_io(&error));
        }
        Ok((self.path, companion))
    }
}
