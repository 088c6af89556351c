//! What runs models and decodes videos on this machine: what `tiebreak doctor` and the settings say.

use serde::{Deserialize, Serialize};

/// What runs models on this machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MachineReport {
    /// The runtime in use, with its version: "ONNX Runtime 1.26.0", "rten 0.27".
    pub runtime: String,
    /// The library it was loaded from; none for the one that is built in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub library: Option<String>,
    /// Libraries that were found and not taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedLibrary>,
    /// What the runtime can compute on, the best first.
    pub providers: Vec<Provider>,
    /// What is built into this machine: graphics cards, and the processor last.
    pub devices: Vec<Device>,
    /// Memory of the machine in bytes; none where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
    /// The ffmpeg that decodes videos: its version, and where it is; none where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ffmpeg: Option<String>,
    /// What is missing, and how to get it, a sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub advice: Vec<String>,
}

/// A library that was found and not taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedLibrary {
    /// Where it is.
    pub path: String,
    /// Why, in a sentence.
    pub reason: String,
}

/// Something that a runtime can compute on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Provider {
    /// CUDA, CoreML, CPU, …
    pub name: String,
    /// Whether models run on it: one was run on it, to be sure.
    pub is_used: bool,
}

/// A device of this machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// What its maker calls it.
    pub name: String,
    /// Its own memory in bytes; none where it has none, or does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub memory_bytes: Option<u64>,
}
