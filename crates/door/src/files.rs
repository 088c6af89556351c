//! Files that come and go: what a lead brings to be imported, and what the engine writes to be fetched.
//!
//! A caller never names a path of this machine. What was brought gets a name of its own, which stands where the engine
//! takes a path; where the engine is to write, the name that was asked for becomes a file in a folder that is fetched
//! from, and gone when the door is closed. Files are whoever's they are: nobody else can name them.

use std::collections::VecDeque;
use std::hash::{BuildHasher, RandomState};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard};

use tempfile::TempDir;
use tiebreak_domain::{AnnotatorId, ApiError, ErrorCode, Request};

/// How many files are kept; the oldest go.
const KEPT: usize = 64;
/// The longest name, in characters.
const NAME_CHARS: usize = 100;

/// Everything that came or is to be fetched.
pub struct Files {
    kept: Mutex<VecDeque<Kept>>,
    /// Tells names that were given here from those that another process of the server gave.
    tag: String,
}

impl Default for Files {
    fn default() -> Self {
        let drawn = RandomState::new().hash_one("files");
        Self { kept: Mutex::default(), tag: format!("{drawn:016x}") }
    }
}

struct Kept {
    owner: AnnotatorId,
    /// What callers call it.
    name: String,
    path: PathBuf,
    _folder: TempDir,
}

/// A file on its way here.
pub struct Incoming {
    folder: TempDir,
    /// Where it is written.
    pub path: PathBuf,
    name: String,
}

impl Incoming {
    /// Where it is kept.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Files {
    /// A place for a file that comes.
    pub fn incoming(name: &str) -> Result<Incoming, ApiError> {
        let name = harmless(name);
        let folder = folder()?;
        Ok(Incoming { path: folder.path().join(&name), folder, name })
    }

    /// Keeps what came: the name that stands for its path from now on.
    pub fn keep(&self, owner: AnnotatorId, incoming: Incoming, id: &str) -> String {
        let name = format!("upload/{}-{id}/{}", self.tag, incoming.name);
        self.push(Kept { owner, name: name.clone(), path: incoming.path, _folder: incoming.folder });
        name
    }

    /// Puts paths of our own in the place of what a caller calls files.
    pub fn resolve(&self, owner: AnnotatorId, request: &mut Request) -> Result<(), ApiError> {
        match request {
            Request::PreviewImport(plan) | Request::StartImport(plan) => {
                if plan.media_folder.is_some() {
                    return Err(ApiError::new(
                        ErrorCode::Denied,
                        "media folders are chosen at the machine that serves the project",
                    )
                    .hint("import there, or let the items name addresses"));
                }
                plan.path = self.brought(owner, &plan.path)?;
            }
            Request::StartMerge { path } | Request::OpenRubric { path } => {
                *path = self.brought(owner, path)?
            }
            Request::SaveImportReport { path, .. }
            | Request::SaveRubric { path, .. }
            | Request::SaveModelReport { path, .. }
            | Request::StartExport { path, .. } => *path = self.outgoing(owner, path)?,
            _ => {}
        }
        Ok(())
    }

    /// The file that somebody may fetch under a name, or one that was written beside it.
    pub fn fetch(&self, owner: AnnotatorId, name: &str) -> Option<PathBuf> {
        let name = harmless(name);
        let kept = self.kept();
        let mut own =
            kept.iter().rev().filter(|kept| kept.owner == owner && !kept.name.starts_with("upload/"));
        own.find_map(|kept| {
            let path = kept.path.with_file_name(&name);
            path.is_file().then_some(path)
        })
    }

    fn brought(&self, owner: AnnotatorId, name: &str) -> Result<String, ApiError> {
        let kept = self.kept();
        let found = kept.iter().find(|kept| kept.owner == owner && kept.name == name);
        found.map(|kept| kept.path.to_string_lossy().into_owned()).ok_or_else(|| {
            if name.starts_with("upload/") && !name.starts_with(&format!("upload/{}-", self.tag)) {
                let elsewhere = "that file was brought to another process of the server, or before it began";
                return ApiError::new(ErrorCode::NotFound, elsewhere).hint(
                    "choose the file again; where several processes serve a project, a proxy keeps each browser at one \
                     of them",
                );
            }
            ApiError::new(ErrorCode::NotFound, "that file was not brought here, or is no longer kept")
                .hint("choose the file again")
        })
    }

    fn outgoing(&self, owner: AnnotatorId, asked: &str) -> Result<String, ApiError> {
        let name = harmless(asked.rsplit(['/', '\\']).next().unwrap_or_default());
        let folder = folder()?;
        let path = folder.path().join(&name);
        let text = path.to_string_lossy().into_owned();
        self.push(Kept { owner, name, path, _folder: folder });
        Ok(text)
    }

    fn push(&self, file: Kept) {
        let mut kept = self.kept();
        kept.push_back(file);
        if kept.len() > KEPT {
            kept.pop_front();
        }
    }

    fn kept(&self) -> MutexGuard<'_, VecDeque<Kept>> {
        self.kept.lock().expect("the list of files is never left half-changed")
    }
}

/// The path that a request about files names.
fn path_of(request: &Request) -> Option<&str> {
    match request {
        Request::PreviewImport(plan) | Request::StartImport(plan) => Some(&plan.path),
        Request::StartMerge { path }
        | Request::OpenRubric { path }
        | Request::SaveImportReport { path, .. }
        | Request::SaveRubric { path, .. }
        | Request::SaveModelReport { path, .. }
        | Request::StartExport { path, .. } => Some(path),
        _ => None,
    }
}

/// The folder in which the file of a request lies.
pub fn folder_of(request: &Request) -> Option<PathBuf> {
    Some(Path::new(path_of(request)?).parent()?.to_owned())
}

/// An error without the folder in which we keep files: it is nobody's business.
pub fn without_folder(error: ApiError, folder: &Path) -> ApiError {
    let folder = format!("{}{}", folder.display(), std::path::MAIN_SEPARATOR);
    ApiError {
        message: error.message.replace(&folder, ""),
        hint: error.hint.map(|hint| hint.replace(&folder, "")),
        ..error
    }
}

fn folder() -> Result<TempDir, ApiError> {
    tempfile::Builder::new().prefix("tiebreak-served-").tempdir().map_err(|error| {
        ApiError::new(ErrorCode::System, format!("no folder can be made for the file: {error}"))
            .hint("look whether the disk of the server is full")
    })
}

/// A name that means nothing but itself on any system.
fn harmless(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|character| {
            let is_harmless = character.is_alphanumeric() || "-_. ".contains(character);
            if is_harmless { character } else { '_' }
        })
        .take(NAME_CHARS)
        .collect();
    let kept = kept.trim_matches([' ', '.']);
    if kept.is_empty() { "file".to_owned() } else { kept.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use tiebreak_domain::ImportPlan;

    use super::*;

    const ME: AnnotatorId = AnnotatorId(1);
    const OTHER: AnnotatorId = AnnotatorId(2);

    #[test]
    fn names_mean_nothing_but_themselves() {
        assert_eq!(harmless("../../etc/passwd"), "_.._etc_passwd");
        assert_eq!(harmless("..\\a:b\0.jsonl"), "_a_b_.jsonl");
        assert_eq!(harmless(" .. "), "file");
        assert_eq!(harmless("Größe 1.jsonl"), "Größe 1.jsonl");
        assert_eq!(harmless(&"x".repeat(500)).len(), NAME_CHARS);
    }

    #[test]
    fn what_was_brought_is_named_by_nobody_else() {
        let files = Files::default();
        let incoming = Files::incoming("pairs.jsonl").unwrap();
        std::fs::write(&incoming.path, "{}").unwrap();
        let name = files.keep(ME, incoming, "abc");
        let ask = |owner, path: &str| {
            let mut request = Request::StartImport(ImportPlan::of_file(path));
            files.resolve(owner, &mut request).map(|()| request)
        };
        let Ok(Request::StartImport(plan)) = ask(ME, &name) else { panic!("it is there") };
        assert_eq!(std::fs::read_to_string(plan.path).unwrap(), "{}");
        assert!(ask(OTHER, &name).is_err());
        assert!(ask(ME, "/etc/passwd").is_err(), "no path of the machine");
        let mut plan = ImportPlan::of_file(name);
        plan.media_folder = Some("/etc".into());
        assert!(files.resolve(ME, &mut Request::StartImport(plan)).is_err(), "nor a folder of it");
        assert_eq!(files.fetch(ME, "pairs.jsonl"), None, "what was brought is not to be fetched");
    }

    #[test]
    fn what_another_process_was_brought_is_told_from_what_is_no_longer_kept() {
        let (here, there) = (Files::default(), Files::default());
        let name = there.keep(ME, Files::incoming("pairs.jsonl").unwrap(), "abc");
        let refused = |name: &str| {
            let mut request = Request::StartImport(ImportPlan::of_file(name));
            here.resolve(ME, &mut request).unwrap_err()
        };
        let error = refused(&name);
        assert!(error.code == ErrorCode::NotFound && error.message.contains("another process"), "{error:?}");
        assert!(error.hint.unwrap().contains("proxy"), "it says what to do");
        let gone = here.keep(ME, Files::incoming("pairs.jsonl").unwrap(), "abc");
        here.kept().clear();
        assert!(refused(&gone).message.contains("no longer kept"));
    }

    #[test]
    fn what_is_written_is_fetched_by_its_name() {
        let files = Files::default();
        let mut request = Request::SaveRubric {
            path: "/home/me/../rubric.toml".into(),
            text: String::new(),
            replace: true,
        };
        files.resolve(ME, &mut request).unwrap();
        let Request::SaveRubric { path, .. } = request else { panic!() };
        assert!(path.ends_with("rubric.toml") && !path.starts_with("/home/me"), "{path}");
        assert_eq!(files.fetch(ME, "rubric.toml"), None, "not written yet");
        std::fs::write(&path, "x").unwrap();
        std::fs::write(format!("{path}.manifest.json"), "{}").unwrap();
        assert!(files.fetch(ME, "rubric.toml").is_some());
        assert!(files.fetch(ME, "rubric.toml.manifest.json").is_some(), "and what lies beside it");
        assert_eq!(files.fetch(OTHER, "rubric.toml"), None);
        assert_eq!(files.fetch(ME, "../rubric.toml"), None);
    }
}
