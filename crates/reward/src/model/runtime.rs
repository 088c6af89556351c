//! Runtimes: what runs a model's graph. One trait, two behind it.
//!
//! [`onnx`] is ONNX Runtime, used where [`library`] finds a library of it when the program runs; [`pure`] is rten,
//! which is always there. [`Runtime::detect`] chooses; [`report`] says what was found and what is missing. A
//! session that fails on a graphics card goes on on the processor ([`fallback`]), and says so.

mod card;
mod card_libraries;
pub mod fallback;
pub mod library;
mod library_file;
pub mod onnx;
pub mod pure;
pub mod report;
mod trial;
pub mod warning;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::error::ModelError;
use super::folder::ModelFolder;
pub use card::CardRoom;
use fallback::FallbackSession;
pub use library::{FoundLibrary, RefusedLibrary};
pub use warning::Warning;

/// Which runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuntimeKind {
    /// ONNX Runtime, from a library on this machine.
    OnnxRuntime,
    /// rten, which is part of the program.
    Rten,
    /// Whatever runs on a server.
    Server,
}

impl fmt::Display for RuntimeKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::OnnxRuntime => "ONNX Runtime",
            Self::Rten => "rten",
            Self::Server => "a server",
        })
    }
}

/// What carries the numbers out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Provider {
    /// An NVIDIA card through CUDA.
    Cuda,
    /// An NVIDIA card through TensorRT.
    TensorRt,
    /// Any card on Windows.
    DirectMl,
    /// Apple's chips.
    CoreMl,
    /// Any card, through WebGPU.
    WebGpu,
    /// The processor.
    Cpu,
    /// Whatever a server has.
    Server,
}

impl Provider {
    /// All of this machine, the best first.
    pub const ALL: [Self; 6] =
        [Self::Cuda, Self::TensorRt, Self::DirectMl, Self::CoreMl, Self::WebGpu, Self::Cpu];

    /// Whether it is a device beside the processor.
    pub fn is_gpu(self) -> bool {
        !matches!(self, Self::Cpu | Self::Server)
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cuda => "CUDA",
            Self::TensorRt => "TensorRT",
            Self::DirectMl => "DirectML",
            Self::CoreMl => "CoreML",
            Self::WebGpu => "WebGPU",
            Self::Cpu => "CPU",
            Self::Server => "server",
        })
    }
}

/// Numbers for a model.
#[derive(Clone, Debug, PartialEq)]
pub enum Numbers {
    /// Tokens and masks; the runtime widens them where the model wants 64 bits.
    Whole(Vec<i32>),
    /// All else.
    Float(Vec<f32>),
}

/// An input of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct InputTensor<'n> {
    /// The model's name for it.
    pub name: &'n str,
    /// Its axes.
    pub shape: Vec<usize>,
    /// Row by row.
    pub numbers: Numbers,
}

/// An output of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct OutputTensor {
    /// Its axes.
    pub shape: Vec<usize>,
    /// Row by row.
    pub numbers: Vec<f32>,
}

/// A model, loaded, on one thread of its own.
pub trait Session: Send {
    /// Runs the model; the outputs come in the order in which they were asked for.
    ///
    /// # Errors
    /// What the runtime says, in its words.
    fn run(&mut self, inputs: &[InputTensor], outputs: &[&str]) -> Result<Vec<OutputTensor>, String>;

    /// Which runtime it is.
    fn kind(&self) -> RuntimeKind;

    /// What carries the numbers out at present.
    fn provider(&self) -> Provider;

    /// Takes a flag that is set once nobody waits for what it runs any more: whoever can break off within a run, looks
    /// at it.
    fn heed(&mut self, _is_ended: Arc<AtomicBool>) {}

    /// What happened since this was last asked, such as a fall back to the processor.
    fn take_warnings(&mut self) -> Vec<Warning> {
        Vec::new()
    }
}

/// Sessions of one model, side by side.
pub type Sessions = Vec<Box<dyn Session>>;

/// Where libraries are looked for, and whether they are.
#[derive(Clone, Debug, Default)]
pub struct RuntimeOptions {
    /// Use rten, whatever else is there.
    pub is_pure: bool,
    /// Leave graphics cards alone.
    pub is_cpu_only: bool,
    /// Places to look for a library before all others, files or folders.
    pub library_paths: Vec<PathBuf>,
}

/// The runtime of this process.
#[derive(Clone, Debug)]
pub struct Runtime {
    library: Option<FoundLibrary>,
    refused: Vec<RefusedLibrary>,
    is_cpu_only: bool,
}

impl Runtime {
    /// Looks for an ONNX Runtime library and takes the first that is good; without one, rten runs models.
    ///
    /// A process can hold one library: what the first call found stays, whatever later ones ask for, but
    /// `is_pure` and `is_cpu_only` hold for each.
    pub fn detect(options: &RuntimeOptions) -> Self {
        let is_cpu_only = options.is_cpu_only;
        if options.is_pure {
            return Self { library: None, refused: Vec::new(), is_cpu_only };
        }
        let search = library::process_library(&options.library_paths);
        Self { library: search.found.clone(), refused: search.refused.clone(), is_cpu_only }
    }

    /// Which runtime runs models.
    pub fn kind(&self) -> RuntimeKind {
        if self.library.is_some() { RuntimeKind::OnnxRuntime } else { RuntimeKind::Rten }
    }

    /// The library that was found.
    pub fn library(&self) -> Option<&FoundLibrary> {
        self.library.as_ref()
    }

    /// The libraries that were found and refused.
    pub fn refused(&self) -> &[RefusedLibrary] {
        &self.refused
    }

    /// What it can use, the best first.
    pub fn providers(&self) -> Vec<Provider> {
        let mut providers = if self.library.is_some() { onnx::providers() } else { vec![Provider::Cpu] };
        providers.retain(|provider| !self.is_cpu_only || !provider.is_gpu());
        providers
    }

    /// On what of it a model runs, found by trying.
    pub(crate) fn trials(&self) -> trial::Trials {
        if self.library.is_none() || self.is_cpu_only {
            return trial::Trials { used: Some(Provider::Cpu), failed: Vec::new() };
        }
        trial::of_library().clone()
    }

    /// Opens sessions of a model that run side by side, each on one thread; on a card no more than it has room for.
    ///
    /// Warnings say which libraries were refused and which devices failed.
    pub fn open(
        &self,
        folder: &ModelFolder,
        sessions: usize,
    ) -> Result<(Sessions, Vec<Warning>), ModelError> {
        let mut warnings: Vec<Warning> = self.refused.iter().cloned().map(Warning::LibraryRefused).collect();
        if self.library.is_none() {
            return Ok((pure::open(folder, sessions)?, warnings));
        }
        let mut opened: Vec<Box<dyn Session>> = Vec::new();
        let gpus: Vec<Provider> = self.providers().into_iter().filter(|provider| provider.is_gpu()).collect();
        let room = (!gpus.is_empty()).then(CardRoom::now);
        let on_card = room.map_or(sessions, |room| room.sessions(sessions, folder.needed_bytes));
        let card_bytes = room.and_then(|room| room.bytes_per_session(on_card));
        let mut count = sessions.max(1);
        while opened.len() < count {
            let (session, mut failed) = onnx::open(folder, &gpus, card_bytes)?;
            let is_gpu = session.provider().is_gpu();
            if opened.is_empty() {
                warnings.append(&mut failed);
                count = if is_gpu { on_card } else { count };
            }
            opened.push(if is_gpu {
                Box::new(FallbackSession::new(session, onnx::reopen_on_cpu(folder)))
            } else {
                session
            });
        }
        Ok((opened, warnings))
    }
}
