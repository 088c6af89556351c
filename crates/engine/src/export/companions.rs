//! What some formats write beside their file: other files of lines, a folder of pictures, what a trainer or a tool
//! needs to read the file.
//!
//! Their names are the file's with a word in it: `x.jsonl` has `x.utterances.jsonl`, `x.survey.jsonl`, `x.maps`,
//! `x.dataset_info.json`, `x.axolotl.yaml`; a file that is parted has `x.test.jsonl`. All are written under other
//! names first and put in their places with the file.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::{NamedTempFile, TempDir};
use tiebreak_domain::{ApiError, ExportFormat, ExportPlan};
use tiebreak_formats::export::judged::Names;
use tiebreak_formats::export::output::Picture;
use tiebreak_formats::export::{Snippet, line_files};

use crate::export::line_file::LineFile;
use crate::export::manifest::ManifestCompanion;
use crate::export::target::{Target, refuse_to_replace};
use crate::failure;

/// The companions of one export while it is being written.
pub struct Companions<'a> {
    target: &'a Target,
    files: Vec<(&'static str, PathBuf, LineFile)>,
    pictures: Option<Pictures>,
    snippet: Option<Snippet>,
    names: &'a Names,
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
fn paths(plan: &ExportPlan, path: &Path) -> Vec<PathBuf> {
    let maps = (plan.format == ExportFormat::RichHf).then_some("maps");
    let others = maps.into_iter().chain(Snippet::of(plan.format).map(|snippet| snippet.ending()));
    files_of_lines(plan).into_iter().chain(others).map(|word| beside(path, word)).collect()
}

fn files_of_lines(plan: &ExportPlan) -> Vec<&'static str> {
    let test = plan.test_share.map(|_| test_file(plan.format));
    line_files(plan.format).iter().copied().chain(test).collect()
}

/// What the name of the file of items to test with ends in.
pub fn test_file(format: ExportFormat) -> &'static str {
    match format.extension() {
        "csv" => "test.csv",
        "json" => "test.json",
        _ => "test.jsonl",
    }
}

fn beside(path: &Path, word: &str) -> PathBuf {
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    path.with_file_name(format!("{stem}.{word}"))
}

/// Refuses companions that are there already.
pub fn refuse_existing(plan: &ExportPlan, target: &Target) -> Result<(), ApiError> {
    for path in paths(plan, &target.path) {
        if plan.format == ExportFormat::RichHf && target.replaces() && path.is_dir() {
            continue;
        }
        refuse_to_replace(&path, target.replaces())?;
    }
    Ok(())
}

impl<'a> Companions<'a> {
    /// Begins with empty ones, of those that the format has.
    pub fn new(plan: &ExportPlan, target: &'a Target, names: &'a Names) -> Result<Self, ApiError> {
        refuse_existing(plan, target)?;
        let snippet = Snippet::of(plan.format);
        let mut companions = Self { target, files: Vec::new(), pictures: None, snippet, names };
        for word in files_of_lines(plan) {
            let file = LineFile::of(plan.format, target.temporary()?);
            companions.files.push((word, beside(&target.path, word), file));
        }
        if plan.format == ExportFormat::RichHf {
            let folder = target.temporary_folder()?;
            companions.pictures = Some(Pictures::new(beside(&target.path, "maps"), folder));
        }
        Ok(companions)
    }

    /// Writes a line of the file whose name ends in a word; says whether it can go on.
    pub fn line(&mut self, word: &str, line: &str) -> bool {
        let file = self.files.iter_mut().find(|(known, ..)| *known == word);
        file.is_none_or(|(_, _, file)| file.line(line))
    }

    /// Writes a picture; says whether it can go on.
    pub fn picture(&mut self, picture: &Picture) -> bool {
        self.pictures.as_mut().is_none_or(|pictures| pictures.write(picture))
    }

    /// Takes note of a line of the file itself.
    pub fn see(&mut self, line: &str) {
        if let Some(snippet) = &mut self.snippet {
            snippet.see(line);
        }
    }

    /// Why the file, of so many bytes, cannot be read at once by whom it is for, in a sentence; none if it can.
    pub fn too_large(&self, bytes: u64) -> Option<String> {
        self.snippet.as_ref().and_then(|snippet| snippet.too_large(bytes))
    }

    /// Makes them durable, still under other names.
    pub fn finish(self) -> Result<FinishedCompanions<'a>, ApiError> {
        let Self { target, files, pictures, snippet, names } = self;
        let mut finished = Vec::new();
        for (_, path, file) in files {
            let file = file.finish().map_err(|error| failure::of_io("write the export", &path, &error))?;
            let companion = ManifestCompanion::file(&path, file.size_bytes, file.blake3);
            finished.push((file.file, path, companion));
        }
        if let Some(snippet) = snippet {
            let path = beside(&target.path, snippet.ending());
            let name = target.path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
            let text = snippet.text(&name, names);
            let mut file = target.temporary()?;
            file.write_all(text.as_bytes())
                .and_then(|()| file.as_file().sync_all())
                .map_err(|error| failure::of_io("write the export", &path, &error))?;
            let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
            let companion = ManifestCompanion::file(&path, text.len() as u64, hash);
            finished.push((file, path, companion));
        }
        if let Some(pictures) = &pictures
            && let Some(error) = &pictures.failed
        {
            return Err(failure::of_io("write the export", &pictures.path, error));
        }
        Ok(FinishedCompanions { target, files: finished, pictures })
    }
}

/// Companions that are whole and not yet in their places.
pub struct FinishedCompanions<'a> {
    target: &'a Target,
    files: Vec<(NamedTempFile, PathBuf, ManifestCompanion)>,
    pictures: Option<Pictures>,
}

impl FinishedCompanions<'_> {
    /// Puts them in their places.
    pub fn place(self) -> Result<Vec<(PathBuf, ManifestCompanion)>, ApiError> {
        let mut placed = Vec::new();
        for (file, path, companion) in self.files {
            self.target.place(file, &path)?;
            placed.push((path, companion));
        }
        if let Some(pictures) = self.pictures {
            placed.push(pictures.place(self.target)?);
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
            let before = aside.path().join("before");
            if before.is_dir() && fs::rename(&before, &self.path).is_err() {
                // What was there before is not thrown away, though it has another name now.
                let kept = aside.keep().join("before");
                return Err(of_io(&error)
                    .hint(format!("the folder that was there before is now at {}", kept.display())));
            }
            return Err(of_io(&error));
        }
        Ok((self.path, companion))
    }
}
