//! rten: a runtime in Rust that is part of the program.
//!
//! Sessions share one copy of the weights; each has a thread of its own. A panic inside, as a malformed file may
//! cause, is caught and told as a failure.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rten::{Model, ModelOptions, NodeId, RunOptions, ThreadPool, Value, ValueOrView};
use rten_tensor::Layout;

use super::{InputTensor, Numbers, OutputTensor, Provider, RuntimeKind, Session};
use crate::model::error::ModelError;
use crate::model::folder::ModelFolder;

struct RtenSession {
    model: Arc<Model>,
    pool: Arc<ThreadPool>,
}

/// Opens sessions that share the model.
pub(in crate::model) fn open(
    folder: &ModelFolder,
    sessions: usize,
) -> Result<Vec<Box<dyn Session>>, ModelError> {
    let bytes = folder.read()?;
    let load = || {
        let mut options = ModelOptions::with_all_ops();
        options.prepack_weights(true);
        for (name, data) in bytes.data {
            options.external_data(&name, data);
        }
        options.load(bytes.model)
    };
    let model = match catch_unwind(AssertUnwindSafe(load)) {
        Ok(Ok(model)) => Arc::new(model),
        Ok(Err(error)) => {
            let reason = error.to_string();
            let is_unknown = error.kind() == rten::LoadErrorKind::OperatorInvalid
                && ["not supported", "unsupported", "unknown", "not available", "not registered"]
                    .iter()
                    .any(|word| reason.to_lowercase().contains(word));
            return Err(if is_unknown {
                ModelError::UnknownOperator { runtime: RuntimeKind::Rten, operators: reason }
            } else {
                ModelError::Refused { runtime: RuntimeKind::Rten, reason }
            });
        }
        Err(panic) => {
            let reason = format!("it gave up on the file: {}", panic_text(panic.as_ref()));
            return Err(ModelError::Refused { runtime: RuntimeKind::Rten, reason });
        }
    };
    let session = |_| {
        let pool = Arc::new(ThreadPool::with_num_threads(1));
        Box::new(RtenSession { model: Arc::clone(&model), pool }) as Box<dyn Session>
    };
    Ok((0..sessions.max(1)).map(session).collect())
}

impl RtenSession {
    fn node(&self, name: &str) -> Result<NodeId, String> {
        self.model.node_id(name).map_err(|error| error.to_string())
    }
}

impl Session for RtenSession {
    fn run(&mut self, inputs: &[InputTensor], outputs: &[&str]) -> Result<Vec<OutputTensor>, String> {
        let mut values: Vec<(NodeId, ValueOrView)> = Vec::with_capacity(inputs.len());
        for input in inputs {
            let value = match &input.numbers {
                Numbers::Whole(numbers) => {
                    Value::from_shape(&input.shape, numbers.clone()).map_err(|error| error.to_string())
                }
                Numbers::Float(numbers) => {
                    Value::from_shape(&input.shape, numbers.clone()).map_err(|error| error.to_string())
                }
            };
            values.push((self.node(input.name)?, value?.into()));
        }
        let nodes = outputs.iter().map(|name| self.node(name)).collect::<Result<Vec<_>, _>>()?;
        let options = RunOptions::default().with_thread_pool(Some(Arc::clone(&self.pool)));
        let run = || self.model.run(values, &nodes, Some(options));
        match catch_unwind(AssertUnwindSafe(run)) {
            Ok(Ok(values)) => values.into_iter().map(output).collect(),
            Ok(Err(error)) => Err(error.to_string()),
            Err(panic) => Err(panic_text(panic.as_ref())),
        }
    }

    fn kind(&self) -> RuntimeKind {
        RuntimeKind::Rten
    }

    fn provider(&self) -> Provider {
        Provider::Cpu
    }
}

fn output(value: Value) -> Result<OutputTensor, String> {
    let shape = value.shape().to_vec();
    match value {
        Value::FloatTensor(tensor) => Ok(OutputTensor { shape, numbers: tensor.into_data() }),
        other => Err(format!("an output holds no floats but {:?}", other.dtype())),
    }
}

/// What a panic said.
pub(super) fn panic_text(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_else(|| "it panicked".to_owned())
}
