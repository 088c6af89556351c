//! A session on a server: the runtimes' interface over the protocol, so that a remote model scores by the same
//! batches, lanes and jobs as one that runs here.

use std::sync::Arc;

use super::{Numbers, RemoteModel, Tensor};
use crate::model::runtime::{self, InputTensor, OutputTensor};
use crate::model::{Provider, RuntimeKind, Session};

/// One batch at a time, with a server.
pub struct RemoteSession {
    remote: Arc<RemoteModel>,
}

impl RemoteSession {
    /// So many of them on one connection: as many batches can be in flight.
    pub fn several(remote: &Arc<RemoteModel>, count: usize) -> Vec<Box<dyn Session>> {
        (0..count.max(1)).map(|_| Box::new(Self { remote: Arc::clone(remote) }) as Box<dyn Session>).collect()
    }
}

impl Session for RemoteSession {
    fn run(&mut self, inputs: &[InputTensor], outputs: &[&str]) -> Result<Vec<OutputTensor>, String> {
        let tensors = inputs
            .iter()
            .map(|input| Tensor {
                name: input.name.to_owned(),
                shape: input.shape.clone(),
                numbers: match &input.numbers {
                    runtime::Numbers::Whole(numbers) => Numbers::Whole(numbers.clone()),
                    runtime::Numbers::Float(numbers) => Numbers::Float(numbers.clone()),
                },
            })
            .collect();
        let answered = self.remote.run(vec![tensors], &|| false).pop();
        let mut tensors = answered
            .unwrap_or(Err(super::RemoteError::Cancelled))
            .map_err(|error| format!("{error}; {}", error.hint()))?;
        outputs
            .iter()
            .map(|name| {
                let place = tensors.iter().position(|tensor| tensor.name == *name);
                let tensor = place.map(|place| tensors.swap_remove(place));
                match tensor {
                    Some(Tensor { shape, numbers: Numbers::Float(numbers), .. }) => {
                        Ok(OutputTensor { shape, numbers })
                    }
                    Some(_) => Err(format!("the server gave whole numbers for {name:?}")),
                    None => Err(format!("the server gave no {name:?}")),
                }
            })
            .collect()
    }

    fn kind(&self) -> RuntimeKind {
        RuntimeKind::Server
    }

    fn provider(&self) -> Provider {
        Provider::Server
    }
}
