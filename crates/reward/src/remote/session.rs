//! A session on a server: the runtimes' interface over the protocol, so that a remote model scores by the same
//! batches, lanes and jobs as one that runs here.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Numbers, RemoteModel, Tensor};
use crate::model::runtime::{self, InputTensor, OutputTensor};
use crate::model::{Provider, RuntimeKind, Session};

/// Whether somebody said stop; asked while a server is waited for.
pub type IsCancelled = Arc<dyn Fn() -> bool + Send + Sync>;

/// One batch at a time, with a server.
pub struct RemoteSession {
    remote: Arc<RemoteModel>,
    is_cancelled: IsCancelled,
    is_ended: Arc<AtomicBool>,
}

impl RemoteSession {
    /// So many of them on one connection: as many batches can be in flight. What is in flight is given up when
    /// somebody says stop, or when the scorer that runs them ends.
    pub fn several(
        remote: &Arc<RemoteModel>,
        count: usize,
        is_cancelled: &IsCancelled,
    ) -> Vec<Box<dyn Session>> {
        let session = |_| {
            let (remote, is_cancelled) = (Arc::clone(remote), Arc::clone(is_cancelled));
            Box::new(Self { remote, is_cancelled, is_ended: Arc::default() }) as Box<dyn Session>
        };
        (0..count.max(1)).map(session).collect()
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
        let is_over = || self.is_ended.load(Ordering::Acquire) || (self.is_cancelled)();
        let answered = self.remote.run(vec![tensors], &is_over).pop();
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

    fn heed(&mut self, is_ended: Arc<AtomicBool>) {
        self.is_ended = is_ended;
    }
}
