//! The key under which a score is kept: everything that the score depends on, and nothing else.
//!
//! Which runtime and device computed it is no part of it: they agree to four digits, and a project that moves to
//! another machine keeps its scores.

use std::fmt;

use super::manifest::Manifest;

/// The key of a score: equal inputs of equal models have equal keys, on every machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct InputKey(pub [u8; 32]);

impl fmt::Display for InputKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

/// What a runtime is told about the graph, whichever it is.
const GRAPH_OPTIONS: &str = "all optimisations that keep the result";

/// The part of the key that is the same for every input of a model.
pub(super) fn of_model(manifest: &Manifest) -> InputKey {
    let mut parts = Parts::new("tiebreak model 1");
    for file in manifest.files.all() {
        parts.add(file.blake3.as_bytes());
    }
    parts.add(GRAPH_OPTIONS.as_bytes());
    parts.add(manifest.precision.word().as_bytes());
    // The settings are taken as they print: a setting that is added later changes every key, and scores are
    // computed anew rather than taken from before it was there.
    parts.add(format!("{:?}", manifest.task).as_bytes());
    parts.add(format!("{:?}", manifest.input).as_bytes());
    parts.add(format!("{:?}", manifest.score).as_bytes());
    parts.add(format!("{:?}", manifest.embedding).as_bytes());
    parts.finish()
}

/// Parts of a key, each told from the next by its length.
pub(super) struct Parts(blake3::Hasher);

impl Parts {
    pub(super) fn new(what: &str) -> Self {
        let mut parts = Self(blake3::Hasher::new());
        parts.add(what.as_bytes());
        parts
    }

    pub(super) fn add(&mut self, bytes: &[u8]) {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> InputKey {
        InputKey(*self.0.finalize().as_bytes())
    }
}
