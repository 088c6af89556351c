//! Installing from an address: the manifest first, then the files that it names, relative to it.
//!
//! What came so far of a download lies in a folder of its own, named for the address and the manifest, and is
//! taken up by the next attempt, after a restart too. A lock keeps a second attempt out.

use std::fs::{self, File, TryLockError};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use reqwest::Url;

use super::download::{Line, Part};
use super::error::{InstallError, Reason};
use super::place;
use super::{InstallLimits, InstallProgress, Installed, Watch, wanted_files};
use crate::model::Manifest;

/// Downloads a model from the http(s) address of its `reward.toml`. Must not be called from within a tokio runtime.
///
/// # Errors
/// What is wrong with the address, the server, a file or the disk; nothing is installed then, and what came so far
/// is kept for the next attempt where that makes sense.
pub fn from_address(
    models: &Path,
    address: &str,
    limits: &InstallLimits,
    watch: &mut Watch,
) -> Result<Installed, InstallError> {
    let bad = || InstallError::new(address, Reason::BadAddress);
    let url = Url::parse(address.trim()).map_err(|_| bad())?;
    let is_file = url.path_segments().and_then(Iterator::last).is_some_and(|last| !last.is_empty());
    // A password would end up in messages and logs.
    let is_open = url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !is_file || !is_open {
        return Err(bad());
    }
    let no_client = |reason| InstallError::new(address, reason);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| no_client(Reason::NoClient { message: error.to_string() }))?;
    let line = Line::new(&url, limits, watch.is_cancelled).map_err(no_client)?;
    let text = runtime.block_on(line.text(&url))?;
    let manifest = place::read_manifest(&text, address)?;
    if let Some(there) = place::already_there(models, &manifest, &text) {
        return Ok(there);
    }
    let key = blake3::hash(format!("{url}\n{text}").as_bytes()).to_hex();
    let workplace = Workplace::lock(models, &key[..16], address)?;
    let staging = place::staging(models)?;
    runtime.block_on(files(&line, &url, &manifest, &workplace, staging.path(), watch.progress))?;
    let installed = place::settle(models, staging, manifest, &text, watch.try_out)?;
    workplace.clear();
    Ok(installed)
}

/// Downloads every file, checks it, and moves it to where the model is put together.
async fn files(
    line: &Line<'_>,
    manifest_url: &Url,
    manifest: &Manifest,
    workplace: &Workplace,
    staging: &Path,
    progress: &mut dyn FnMut(&InstallProgress),
) -> Result<(), InstallError> {
    let files = wanted_files(manifest);
    let mut left_bytes = line.limits.total_bytes;
    for (files_done, file) in files.iter().enumerate() {
        let url = beside(manifest_url, &file.path);
        let part = Part::new(&workplace.folder, &file.blake3);
        let mut told = |bytes_done, bytes| {
            let (file, files) = (file.path.clone(), files.len());
            progress(&InstallProgress { file, files_done, files, bytes_done, bytes });
        };
        line.file(&url, &part, left_bytes, &mut told).await?;
        let (found, bytes) = hash_of(&part.path, line.is_cancelled)?;
        if found != file.blake3 {
            part.forget();
            return Err(InstallError::new(url.as_str(), Reason::WrongHash { found }));
        }
        left_bytes = left_bytes.saturating_sub(bytes);
        let (place, target) = place::create(staging, &file.path)?;
        drop(place);
        fs::rename(&part.path, &target).map_err(|error| InstallError::disk(&target, error))?;
        part.forget();
    }
    Ok(())
}

/// The address of a file that the manifest names, relative to the manifest's own.
fn beside(manifest_url: &Url, path: &str) -> Url {
    let mut url = manifest_url.clone();
    if let Ok(mut segments) = url.path_segments_mut() {
        segments.pop().extend(path.split('/'));
    }
    url.set_query(None);
    url.set_fragment(None);
    url
}

fn hash_of(path: &Path, is_cancelled: &dyn Fn() -> bool) -> Result<(String, u64), InstallError> {
    let disk = |error| InstallError::disk(path, error);
    let mut file = File::open(path).map_err(disk)?;
    let (mut hasher, mut bytes, mut block) = (blake3::Hasher::new(), 0, vec![0; 1024 * 1024]);
    loop {
        if is_cancelled() {
            return Err(InstallError::new(path.display().to_string(), Reason::Cancelled));
        }
        match file.read(&mut block) {
            Ok(0) => return Ok((hasher.finalize().to_hex().to_string(), bytes)),
            Ok(count) => {
                hasher.update(&block[..count]);
                bytes += count as u64;
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(disk(error)),
        }
    }
}

/// Where the parts of one download lie, for one install at a time.
struct Workplace {
    folder: PathBuf,
    /// The operating system lets go of it when the program ends, however it ends.
    lock: File,
}

impl Workplace {
    fn lock(models: &Path, key: &str, address: &str) -> Result<Self, InstallError> {
        let folder = place::incoming(models)?.join(format!("download-{key}"));
        fs::create_dir_all(&folder).map_err(|error| InstallError::disk(&folder, error))?;
        let path = folder.join("lock");
        let lock = File::create(&path).map_err(|error| InstallError::disk(&path, error))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder, lock }),
            Err(TryLockError::WouldBlock) => Err(InstallError::new(address, Reason::InProgress)),
            Err(TryLockError::Error(error)) => Err(InstallError::disk(&path, error)),
        }
    }

    /// Removes what is not needed once the model is in its place.
    fn clear(self) {
        drop(self.lock);
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            tracing::warn!(%error, "what was left of a download could not be removed");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lie_beside_their_manifest() {
        let beside = |address: &str, path: &str| beside(&Url::parse(address).unwrap(), path).to_string();
        assert_eq!(
            beside("https://a.org/m/reward.toml?token=1#x", "onnx/m.onnx"),
            "https://a.org/m/onnx/m.onnx"
        );
        assert_eq!(beside("http://a.org/reward.toml", "a b?.onnx"), "http://a.org/a%20b%3F.onnx");
    }
}
