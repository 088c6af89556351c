//! Batch sizes: how many tokens at once are fastest for a model on this machine, found once and kept.
//!
//! They lie in a file of the machine, not in the project, which may go to another. A size holds for a model on a
//! provider as long as the runtime is the same version; what was found with another is found anew.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tiebreak_reward::model::scorer::calibrate;
use tiebreak_reward::model::{OpenedModel, Provider, RuntimeKind};

use crate::host::Host;
use crate::models::runtime;

/// The file in the program's data folder.
const FILE_NAME: &str = "batch-sizes.json";
/// What it may take to find one out; a slow model is given one round whatever that takes.
const PATIENCE: Duration = Duration::from_secs(1);
/// Fewer inputs than this are scored before the fastest way is found.
const WORTH_IT: u64 = 2_000;

/// What was found on this machine, by model and provider.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BatchSizes {
    found: BTreeMap<String, Found>,
}

/// One size.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Found {
    runtime: String,
    tokens: usize,
}

impl BatchSizes {
    /// Reads the file. One that is missing or broken holds nothing: all of it can be found anew.
    pub fn read(path: &Path) -> Self {
        let Ok(bytes) = std::fs::read(path) else { return Self::default() };
        serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(path = %path.display(), %error, "the batch sizes cannot be read and are found anew");
            Self::default()
        })
    }

    /// The size for a model on a provider, if it was found with this runtime.
    pub fn get(&self, model: &str, provider: Provider, runtime: &str) -> Option<usize> {
        let found = self.found.get(&key(model, provider))?;
        (found.runtime == runtime).then_some(found.tokens)
    }

    /// Keeps a size, in place of what another version of the runtime gave.
    pub fn put(&mut self, model: &str, provider: Provider, runtime: &str, tokens: usize) {
        self.found.insert(key(model, provider), Found { runtime: runtime.to_owned(), tokens });
    }

    /// Writes the file whole or not at all.
    fn write(&self, path: &Path) -> std::io::Result<()> {
        let folder = path.parent().unwrap_or(path);
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer(&mut file, self)?;
        file.persist(path)?;
        Ok(())
    }
}

fn key(model: &str, provider: Provider) -> String {
    format!("{model} on {provider}")
}

/// How many tokens a batch of a model may have: what was found before, or is found now where so much is to be done
/// that it pays, and never more than the memory allows. None where the scorer's own choice stands: on a card, on a
/// server, and for a model that reads no text.
pub fn batch_tokens(
    host: &Host,
    opened: &mut OpenedModel,
    inputs: u64,
    memory_limit_bytes: u64,
) -> Option<usize> {
    let sessions = opened.sessions.len();
    let session = opened.sessions.first_mut()?;
    let provider = session.provider();
    if provider != Provider::Cpu || opened.model.manifest().input.text().is_none() {
        return None;
    }
    let largest = opened.model.largest_batch_tokens(memory_limit_bytes, sessions);
    let (model, runtime) = (opened.model.model_key().to_string(), version(host, session.kind()));
    let path: Option<PathBuf> = host.data_folder.as_ref().map(|folder| folder.join(FILE_NAME));
    let mut sizes = path.as_deref().map(BatchSizes::read).unwrap_or_default();
    let mut found = sizes.get(&model, provider, &runtime);
    if found.is_none() && inputs >= WORTH_IT {
        found = calibrate(&opened.model, session.as_mut(), PATIENCE, largest);
        if let (Some(tokens), Some(path)) = (found, &path) {
            sizes.put(&model, provider, &runtime, tokens);
            if let Err(error) = sizes.write(path) {
                tracing::warn!(path = %path.display(), %error, "a batch size could not be kept");
            }
        }
    }
    Some(found.unwrap_or(tiebreak_reward::model::scorer::PROCESSOR_BATCH_TOKENS).min(largest))
}

/// The runtime with its version. That of rten is the program's, which it is part of.
fn version(host: &Host, kind: RuntimeKind) -> String {
    let version = match (kind, runtime().library()) {
        (RuntimeKind::OnnxRuntime, Some(library)) => library.version.as_str(),
        _ => &host.app_version,
    };
    format!("{kind} {version}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_size_holds_for_a_model_a_provider_and_a_version() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep").join(FILE_NAME);
        let mut sizes = BatchSizes::read(&path);
        sizes.put("m", Provider::Cpu, "rten 1", 256);
        sizes.write(&path).unwrap();
        let mut sizes = BatchSizes::read(&path);
        assert_eq!(sizes.get("m", Provider::Cpu, "rten 1"), Some(256), "it outlasts the program");
        assert_eq!(sizes.get("m", Provider::Cpu, "rten 2"), None, "another version is measured anew");
        assert_eq!(sizes.get("m", Provider::Cuda, "rten 1"), None);
        assert_eq!(sizes.get("n", Provider::Cpu, "rten 1"), None);
        sizes.put("m", Provider::Cpu, "rten 2", 1024);
        assert_eq!(sizes.get("m", Provider::Cpu, "rten 2"), Some(1024));
        assert_eq!(sizes.found.len(), 1, "what an older version gave is gone");
        std::fs::write(&path, "{ broken").unwrap();
        assert_eq!(BatchSizes::read(&path), BatchSizes::default());
    }
}
