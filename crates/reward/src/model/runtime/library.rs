//! Finding an ONNX Runtime library: which files there are, and whether one is good.
//!
//! The places, in order: those that the caller names, `ORT_DYLIB_PATH`, beside the executable, the folders of
//! Python environments (`onnxruntime` and `onnxruntime-gpu` keep it in `capi`), the system's. The library is asked
//! for its version itself. One that is broken or too old is refused with a reason, and the search goes on.

use std::collections::HashSet;
use std::ffi::CStr;
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::library_file;
use super::pure::panic_text;

/// The oldest minor version of 1.x that is used.
pub const MINIMUM_MINOR_VERSION: u32 = 24;

/// A library that is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLibrary {
    /// The file.
    pub path: PathBuf,
    /// What it says of itself, such as `1.24.1`.
    pub version: String,
}

/// A library that is not used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedLibrary {
    /// The file.
    pub path: PathBuf,
    /// Why.
    pub reason: String,
    /// What to do.
    pub hint: String,
}

/// What a search gave.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Search {
    /// The first that is good.
    pub found: Option<FoundLibrary>,
    /// Those before it that are not.
    pub refused: Vec<RefusedLibrary>,
}

/// The library of this process: looked for once, and kept, since a library cannot be let go of safely.
pub(super) fn process_library(first_places: &[PathBuf]) -> &'static Search {
    static SEARCH: OnceLock<Search> = OnceLock::new();
    SEARCH.get_or_init(|| {
        let mut search = Search::default();
        for path in candidates(first_places) {
            match probe(&path).and_then(|found| super::onnx::start(&found).map(|()| found)) {
                Ok(found) => {
                    tracing::info!(path = %found.path.display(), version = found.version, "ONNX Runtime found");
                    search.found = Some(found);
                    break;
                }
                Err(refused) => {
                    tracing::warn!(path = %path.display(), reason = refused.reason, "ONNX Runtime refused");
                    search.refused.push(refused);
                }
            }
        }
        search
    })
}

/// Every file that may be a library, the likeliest first, none twice.
pub fn candidates(first_places: &[PathBuf]) -> Vec<PathBuf> {
    let mut places = first_places.to_vec();
    places.extend(std::env::var_os("ORT_DYLIB_PATH").filter(|path| !path.is_empty()).map(PathBuf::from));
    let executable = std::env::current_exe().ok();
    if let Some(folder) = executable.as_deref().and_then(Path::parent) {
        places.push(folder.to_owned());
        places.push(folder.join("lib"));
    }
    for variable in ["VIRTUAL_ENV", "CONDA_PREFIX"] {
        places.extend(
            std::env::var_os(variable).map(|root| python_folders(Path::new(&root))).into_iter().flatten(),
        );
    }
    if let Some(home) = std::env::var_os("HOME") {
        places.extend(python_folders(&Path::new(&home).join(".local")));
    }
    for root in ["/usr/local", "/usr", "/opt/homebrew"] {
        places.extend(python_folders(Path::new(root)));
    }
    let system = [
        "/usr/local/lib",
        "/usr/lib",
        "/usr/lib64",
        "/usr/lib/x86_64-linux-gnu",
        "/usr/lib/aarch64-linux-gnu",
        "/opt/homebrew/lib",
        "/opt/onnxruntime/lib",
        "C:\\Program Files\\onnxruntime\\lib",
    ];
    places.extend(system.map(PathBuf::from));
    let mut seen = HashSet::new();
    let files =
        places.into_iter().flat_map(|place| if place.is_dir() { libraries_in(&place) } else { vec![place] });
    // What does not exist is no candidate, but for what someone named.
    let is_named = |path: &PathBuf| {
        first_places.contains(path)
            || std::env::var_os("ORT_DYLIB_PATH").is_some_and(|named| Path::new(&named) == path)
    };
    files
        .filter(|path| path.is_file() || is_named(path))
        .filter(|path| seen.insert(path.canonicalize().unwrap_or_else(|_| path.clone())))
        .collect()
}

/// The `capi` folders of the Python packages below a root.
fn python_folders(root: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    let below = ["site-packages", "dist-packages"];
    let windows = root.join("Lib").join("site-packages").join("onnxruntime").join("capi");
    if windows.is_dir() {
        folders.push(windows);
    }
    for lib in ["lib", "lib64"] {
        for entry in std::fs::read_dir(root.join(lib)).into_iter().flatten().flatten() {
            if entry.file_name().to_string_lossy().starts_with("python") {
                let capi = below.map(|packages| entry.path().join(packages).join("onnxruntime").join("capi"));
                folders.extend(capi.into_iter().filter(|capi| capi.is_dir()));
            }
        }
    }
    folders.sort();
    // Newer Pythons first.
    folders.reverse();
    folders
}

/// The files of a folder that have the library's name, the newest name first.
fn libraries_in(folder: &Path) -> Vec<PathBuf> {
    let is_library = |name: &str| {
        name == "onnxruntime.dll"
            || name.starts_with("libonnxruntime.so")
            || name
                .strip_prefix("libonnxruntime")
                .is_some_and(|rest| rest.contains(".dylib") && !rest.contains("providers"))
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| is_library(&entry.file_name().to_string_lossy()))
        .map(|entry| entry.path())
        .collect();
    files.sort();
    files.reverse();
    files
}

/// Looks at a file and asks it for its version.
///
/// # Errors
/// Why it cannot be used.
pub fn probe(path: &Path) -> Result<FoundLibrary, RefusedLibrary> {
    let refuse =
        |reason: String, hint: &str| RefusedLibrary { path: path.to_owned(), reason, hint: hint.to_owned() };
    let install = "install it again: pip install --force-reinstall onnxruntime";
    let path = path
        .canonicalize()
        .map_err(|_| refuse("there is no such file".to_owned(), "mend ORT_DYLIB_PATH, or unset it"))?;
    if let Some(fault) = library_file::fault(&path) {
        return Err(refuse(fault, install));
    }
    let asked = catch_unwind(|| version_of(&path))
        .unwrap_or_else(|panic| Err(format!("it gave up: {}", panic_text(panic.as_ref()))));
    let version = asked.map_err(|reason| refuse(reason, install))?;
    let mut numbers = version.split('.').map(|number| number.parse::<u32>().ok());
    let (major, minor) = (numbers.next().flatten(), numbers.next().flatten());
    if major != Some(1) || minor.is_none_or(|minor| minor < MINIMUM_MINOR_VERSION) {
        let reason =
            format!("it is version {version}, and 1.{MINIMUM_MINOR_VERSION} or a later 1.x is needed");
        return Err(refuse(reason, "install a newer one: pip install --upgrade onnxruntime"));
    }
    Ok(FoundLibrary { path, version })
}

/// Loads a library and asks it for its version. It stays loaded, as closing one can fail in its own threads.
#[expect(unsafe_code, reason = "a library written in C++ is loaded and asked through its C interface")]
fn version_of(path: &Path) -> Result<String, String> {
    type GetBase = unsafe extern "C" fn() -> *const ort::sys::OrtApiBase;
    // SAFETY: the file is a library by its header; loading runs its start-up code, which is that of ONNX Runtime
    // or of whatever the user put in its place.
    let library =
        unsafe { libloading::Library::new(path) }.map_err(|error| format!("it cannot be loaded: {error}"))?;
    let library: &'static libloading::Library = Box::leak(Box::new(library));
    // SAFETY: every version of ONNX Runtime exports this function with this signature.
    let base: libloading::Symbol<GetBase> = unsafe { library.get(b"OrtGetApiBase") }
        .map_err(|_| "it is not ONNX Runtime: OrtGetApiBase is missing".to_owned())?;
    // SAFETY: as above; the function takes nothing and gives a table that lives as long as the library.
    let base = unsafe { base() };
    if base.is_null() {
        return Err("it gave no interface".to_owned());
    }
    // SAFETY: the table is not null, and its layout is the same in every version.
    let version = unsafe { ((*base).GetVersionString)() };
    if version.is_null() {
        return Err("it tells no version".to_owned());
    }
    // SAFETY: the text is not null and ends with a zero byte by contract.
    let version = unsafe { CStr::from_ptr(version) };
    Ok(version.to_string_lossy().into_owned())
}
