//! ONNX Runtime, through the library that [`super::library`] found.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};

use ort::environment::Environment;
use ort::ep::{self, ExecutionProvider, ExecutionProviderDispatch};
use ort::logging::LogLevel;
use ort::session::SessionInputValue;
use ort::session::builder::{GraphOptimizationLevel, SessionBuilder};
use ort::value::{Tensor, TensorElementType, ValueType};

use super::fallback::Reopen;
use super::library::{FoundLibrary, RefusedLibrary};
use super::pure::panic_text;
use super::{InputTensor, Numbers, OutputTensor, Provider, RuntimeKind, Session, Warning};
use crate::model::error::ModelError;
use crate::model::folder::{ModelBytes, ModelFolder};

static ENVIRONMENT: OnceLock<Environment> = OnceLock::new();

struct OnnxSession {
    session: ort::session::Session,
    provider: Provider,
    /// Whether the tokens of an input are wanted with 64 bits, by its name.
    is_wide: Vec<(String, bool)>,
}

/// Loads a library that was probed, for the rest of the process.
pub(super) fn start(library: &FoundLibrary) -> Result<(), RefusedLibrary> {
    let refuse = |reason: String| RefusedLibrary {
        path: library.path.clone(),
        reason,
        hint: "install it again: pip install --force-reinstall onnxruntime".to_owned(),
    };
    let start = || -> Result<Environment, String> {
        super::card_libraries::load_beside(&library.path);
        let builder = ort::init_from(&library.path).map_err(|error| error.to_string())?;
        let environment =
            builder.with_name("tiebreak").with_telemetry(false).build().map_err(|error| error.to_string())?;
        environment.set_log_level(LogLevel::Error);
        Ok(environment)
    };
    let started = catch_unwind(AssertUnwindSafe(start));
    let environment = started.unwrap_or_else(|panic| Err(panic_text(panic.as_ref()))).map_err(refuse)?;
    // A second environment cannot come about: the search runs once.
    let _ = ENVIRONMENT.set(environment);
    Ok(())
}

/// What the library offers, the best first. That it offers a device does not say that there is one.
pub(super) fn providers() -> Vec<Provider> {
    let offers = |provider: &Provider| match provider {
        Provider::Cuda => ep::CUDA::is_available(),
        Provider::TensorRt => ep::TensorRT::is_available(),
        Provider::DirectMl => ep::DirectML::is_available(),
        Provider::CoreMl => ep::CoreML::is_available(),
        Provider::WebGpu => ep::WebGPU::is_available(),
        Provider::Cpu => Ok(true),
        Provider::Server => Ok(false),
    };
    if ENVIRONMENT.get().is_none() {
        return vec![Provider::Cpu];
    }
    Provider::ALL.into_iter().filter(|provider| offers(provider).unwrap_or(false)).collect()
}

/// The devices that the library sees, each as "provider: vendor kind".
pub(super) fn devices() -> Vec<String> {
    let describe = |environment: &Environment| {
        environment
            .devices()
            .map(|device| {
                let hardware = device.hardware_device();
                let vendor = hardware.vendor().unwrap_or("unknown").to_owned();
                format!("{}: {vendor} {:?}", device.ep().unwrap_or("unknown"), hardware.ty())
            })
            .collect()
    };
    let environment = ENVIRONMENT.get();
    environment
        .and_then(|environment| catch_unwind(AssertUnwindSafe(|| describe(environment))).ok())
        .unwrap_or_default()
}

/// Opens one session on the best of some devices, of whose memory it takes no more than so much, or on the processor.
pub(super) fn open(
    folder: &ModelFolder,
    gpus: &[Provider],
    card_bytes: Option<usize>,
) -> Result<(Box<dyn Session>, Vec<Warning>), ModelError> {
    let mut warnings = Vec::new();
    for &provider in gpus {
        match open_on(folder.read()?, provider, card_bytes) {
            Ok(session) => return Ok((session, warnings)),
            Err(reason) => warnings.push(Warning::ProviderFailed { provider, reason }),
        }
    }
    let session = open_on(folder.read()?, Provider::Cpu, None).map_err(|reason| {
        let runtime = RuntimeKind::OnnxRuntime;
        let is_unknown = [
            "is not a registered function/op",
            "NOT_IMPLEMENTED",
            "No opset import",
            "Could not find an implementation",
        ];
        if is_unknown.iter().any(|words| reason.contains(words)) {
            ModelError::UnknownOperator { runtime, operators: reason }
        } else {
            ModelError::Refused { runtime, reason }
        }
    })?;
    Ok((session, warnings))
}

/// How to open the same model on the processor later; the weights are not kept for it.
pub(super) fn reopen_on_cpu(folder: &ModelFolder) -> Reopen {
    let (root, needed) = (folder.root.clone(), u64::MAX);
    Box::new(move || {
        let folder = ModelFolder::open(&root, needed).map_err(|error| error.to_string())?;
        open_on(folder.read().map_err(|error| error.to_string())?, Provider::Cpu, None)
    })
}

/// Runs a small model once on a device, as [`super::trial`] does, and says what the device says if it cannot.
pub(super) fn try_on(
    provider: Provider,
    model: &[u8],
    input: &InputTensor,
    output: &str,
) -> Result<Vec<f32>, String> {
    let bytes = ModelBytes { model: model.to_vec(), data: Vec::new() };
    let given = open_on(bytes, provider, None)?.run(std::slice::from_ref(input), &[output])?;
    Ok(given.into_iter().flat_map(|output| output.numbers).collect())
}

fn open_on(
    bytes: ModelBytes,
    provider: Provider,
    card_bytes: Option<usize>,
) -> Result<Box<dyn Session>, String> {
    let open = || -> Result<ort::session::Session, String> {
        let environment = ENVIRONMENT.get().ok_or("no library was loaded")?;
        let mut builder = configured(environment, provider, card_bytes).map_err(|error| error.to_string())?;
        for (name, data) in bytes.data {
            let data: Arc<[u8]> = data.into();
            builder = builder
                .with_external_initializer_file_in_memory(name, data)
                .map_err(|error| error.to_string())?;
        }
        builder.commit_from_memory(&bytes.model).map_err(|error| error.to_string())
    };
    let opened = catch_unwind(AssertUnwindSafe(open)).unwrap_or_else(|panic| Err(panic_text(panic.as_ref())));
    opened.map(|session| {
        let is_wide = session.inputs().iter().map(|input| {
            let is_wide = matches!(input.dtype(), ValueType::Tensor { ty: TensorElementType::Int64, .. });
            (input.name().to_owned(), is_wide)
        });
        let is_wide = is_wide.collect();
        Box::new(OnnxSession { session, provider, is_wide }) as Box<dyn Session>
    })
}

fn configured(
    environment: &Environment,
    provider: Provider,
    card_bytes: Option<usize>,
) -> ort::Result<SessionBuilder> {
    let builder = ort::session::Session::builder(environment)?
        .with_optimization_level(GraphOptimizationLevel::All)?
        .with_intra_threads(1)?
        .with_intra_op_spinning(false)?
        .with_inter_op_spinning(false)?
        .with_parallel_execution(false)?
        // Batches have many shapes, and a pattern is kept for each.
        .with_memory_pattern(false)?;
    let device: Option<ExecutionProviderDispatch> = match provider {
        Provider::Cuda => {
            let cuda = ep::CUDA::default()
                .with_arena_extend_strategy(ep::ArenaExtendStrategy::SameAsRequested)
                .with_conv_algorithm_search(ep::cuda::ConvAlgorithmSearch::Heuristic);
            let cuda = match card_bytes {
                Some(bytes) => cuda.with_memory_limit(bytes),
                None => cuda,
            };
            Some(cuda.build())
        }
        Provider::TensorRt => Some(ep::TensorRT::default().build()),
        Provider::DirectMl => Some(ep::DirectML::default().build()),
        Provider::CoreMl => Some(ep::CoreML::default().build()),
        Provider::WebGpu => Some(ep::WebGPU::default().build()),
        Provider::Cpu | Provider::Server => None,
    };
    Ok(match device {
        Some(device) => builder.with_execution_providers([device.error_on_failure()])?,
        None => builder,
    })
}

impl Session for OnnxSession {
    fn run(&mut self, inputs: &[InputTensor], outputs: &[&str]) -> Result<Vec<OutputTensor>, String> {
        let mut values: Vec<(&str, SessionInputValue)> = Vec::with_capacity(inputs.len());
        for input in inputs {
            let shape = input.shape.clone();
            let is_wide = self.is_wide.iter().any(|(name, is_wide)| *is_wide && name == input.name);
            let value = match &input.numbers {
                Numbers::Whole(numbers) if is_wide => {
                    let numbers: Vec<i64> = numbers.iter().map(|number| i64::from(*number)).collect();
                    Tensor::from_array((shape, numbers)).map(Into::into)
                }
                Numbers::Whole(numbers) => Tensor::from_array((shape, numbers.clone())).map(Into::into),
                Numbers::Float(numbers) => Tensor::from_array((shape, numbers.clone())).map(Into::into),
            };
            values.push((input.name, value.map_err(|error| error.to_string())?));
        }
        let session = &mut self.session;
        let run = || -> Result<Vec<OutputTensor>, String> {
            let given = session.run(values).map_err(|error| error.to_string())?;
            let output = |name: &&str| {
                let value = given.get(name).ok_or_else(|| format!("there is no output {name:?}"))?;
                let (shape, numbers) =
                    value.try_extract_tensor::<f32>().map_err(|error| error.to_string())?;
                let shape = shape.iter().map(|axis| usize::try_from(*axis).unwrap_or_default()).collect();
                Ok(OutputTensor { shape, numbers: numbers.to_vec() })
            };
            outputs.iter().map(output).collect()
        };
        catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| Err(panic_text(panic.as_ref())))
    }

    fn kind(&self) -> RuntimeKind {
        RuntimeKind::OnnxRuntime
    }

    fn provider(&self) -> Provider {
        self.provider
    }
}
