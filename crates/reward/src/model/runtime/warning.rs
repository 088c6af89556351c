//! Warnings: what went on after all, but not as it was hoped.

use super::library::RefusedLibrary;
use super::{Provider, RuntimeKind};

/// Something that the user should know of; scores come all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Warning {
    /// A library was found and is not used.
    #[error("the ONNX Runtime library at {} is not used: {}", .0.path.display(), .0.reason)]
    LibraryRefused(RefusedLibrary),
    /// A device could not be used from the start.
    #[error("{provider} could not be used, the model runs on something else: {reason}")]
    ProviderFailed {
        /// The device.
        provider: Provider,
        /// What it says.
        reason: String,
    },
    /// A device ran out of memory; its batches are cut into smaller ones.
    #[error("{provider} ran out of memory, and long batches are run in parts: {reason}")]
    SmallerBatches {
        /// The device.
        provider: Provider,
        /// What it says.
        reason: String,
    },
    /// A device failed while scoring; what it left undone was done on the processor.
    #[error("{provider} failed while scoring, the model goes on on the processor: {reason}")]
    FellBackToCpu {
        /// The device.
        provider: Provider,
        /// What it says.
        reason: String,
    },
    /// The better runtime could not load the model, and the other could.
    #[error("{failed} could not load the model, {used} runs it: {reason}")]
    OtherRuntime {
        /// The one that could not.
        failed: RuntimeKind,
        /// The one that runs it.
        used: RuntimeKind,
        /// What the first said.
        reason: String,
    },
}

impl Warning {
    /// A word that stays the same, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::LibraryRefused(_) => "library_refused",
            Self::ProviderFailed { .. } => "provider_failed",
            Self::SmallerBatches { .. } => "smaller_batches",
            Self::FellBackToCpu { .. } => "fell_back_to_cpu",
            Self::OtherRuntime { .. } => "other_runtime",
        }
    }

    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::LibraryRefused(library) => library.hint.clone(),
            Self::ProviderFailed { provider: Provider::Cuda | Provider::TensorRt, .. } => {
                "install the CUDA and cuDNN that the library wants: pip install onnxruntime-gpu[cuda,cudnn]"
                    .to_owned()
            }
            Self::ProviderFailed { .. } => "bring the driver of the device up to date".to_owned(),
            Self::SmallerBatches { .. } | Self::FellBackToCpu { .. } => {
                "close other programs that use the device's memory, and open the model again".to_owned()
            }
            Self::OtherRuntime { .. } => "export the model again, with opset 17 or newer".to_owned(),
        }
    }
}
