//! Bringing models here: from a folder, or from an address that the user gave. Nothing starts by itself.
//!
//! A models folder holds one folder per model, each with its `reward.toml`. [`from_folder`] copies a model into it,
//! [`from_address`] downloads one; both check every byte against the manifest's hashes and put the model in place
//! by one rename, so that none is ever half there; before that the caller may open it where it is put together, so
//! that what could never score is not installed. [`installed`] lists what is there, with the reason where a model
//! cannot be used, and [`remove`] takes one away. All of it blocks; call it from a thread of your own. Several
//! installs may run at once.

mod address;
mod catalogue;
mod download;
mod error;
mod folder;
mod network;
mod pace;
mod place;
mod redirect;

use std::path::{Path, PathBuf};
use std::time::Duration;

pub use address::from_address;
pub use catalogue::{InstalledModel, Unusable, installed, remove};
pub use error::{InstallError, Reason};
pub use folder::from_folder;

use crate::model::manifest::FileEntry;
use crate::model::{Manifest, ModelError};

/// What an install may cost, and how patient it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InstallLimits {
    /// The most bytes of all files together.
    pub total_bytes: u64,
    /// Until a connection stands, TLS included.
    pub connect: Duration,
    /// How long a server may send nothing before it is given up on.
    pub stall: Duration,
    /// How long a server may send next to nothing before it is given up on: a byte now and then is no silence.
    pub pace: Duration,
    /// What is more than next to nothing in that time.
    pub pace_bytes: u64,
    /// How many redirects are followed.
    pub redirects: usize,
    /// How often a download that was cut off is taken up again.
    pub resumptions: u32,
    /// How long is waited before that.
    pub pause: Duration,
}

impl Default for InstallLimits {
    /// 20 GB, which holds the largest models that a machine with one graphics card runs.
    fn default() -> Self {
        Self {
            total_bytes: 20_000_000_000,
            connect: Duration::from_secs(15),
            stall: Duration::from_secs(30),
            pace: Duration::from_mins(1),
            pace_bytes: 64 * 1024,
            redirects: 5,
            resumptions: 5,
            pause: Duration::from_secs(2),
        }
    }
}

impl InstallLimits {
    /// The usual limits, and no more bytes than a model may have that runs in so much memory: it is refused before
    /// it has come, and not after. Running takes at least twice the bytes of the files.
    pub fn for_memory(memory_limit_bytes: u64) -> Self {
        let usual = Self::default();
        Self { total_bytes: usual.total_bytes.min(memory_limit_bytes / 2), ..usual }
    }
}

/// How far an install is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstallProgress {
    /// The file that is coming, as the manifest names it.
    pub file: String,
    /// How many files are here.
    pub files_done: usize,
    /// How many there are.
    pub files: usize,
    /// How much of this file is here, in bytes.
    pub bytes_done: u64,
    /// How long the file is said to be, in bytes, where that is known.
    pub bytes: Option<u64>,
}

/// Who watches an install, and may stop it.
pub struct Watch<'w> {
    /// Told after every block of bytes, which is often; whoever paints it leaves some out.
    pub progress: &'w mut dyn FnMut(&InstallProgress),
    /// Asked several times a second; the install ends soon after this says true.
    pub is_cancelled: &'w dyn Fn() -> bool,
    /// Asked once every file is there and is what the manifest says, and before the model is in its place: whether
    /// the model in this folder can be used. One that cannot is not installed.
    pub try_out: &'w dyn Fn(&Path, &Manifest) -> Result<(), ModelError>,
}

/// A model that is in its place now.
#[derive(Clone, Debug, PartialEq)]
pub struct Installed {
    /// The name of its folder in the models folder.
    pub id: String,
    /// Its folder.
    pub folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// Whether the same model was there before, and nothing was done.
    pub was_there: bool,
}

/// The files of a model that have to be here. Of a model that runs on a server only the tokenizer does.
fn wanted_files(manifest: &Manifest) -> Vec<FileEntry> {
    let mut wanted: Vec<FileEntry> = Vec::new();
    let is_here =
        |file: &&FileEntry| manifest.remote.is_none() || manifest.files.tokenizer.as_ref() == Some(*file);
    for file in manifest.files.all().filter(is_here) {
        if !wanted.contains(file) {
            wanted.push(file.clone());
        }
    }
    wanted
}

#[cfg(test)]
mod tests;
