//! Reward models: what they are, how they run here, what they learn from judgments, and what to ask next.
//!
//! [`model`] reads a model's folder, runs it on ONNX Runtime where a library is found and on rten otherwise, and
//! scores texts and images. [`remote`] asks a server instead. [`install`] brings a model's files here. [`learn`]
//! fits heads to judgments and says which item teaches most. Nothing here reads or writes a project.

pub mod install;
pub mod learn;
pub mod model;
pub mod remote;

#[cfg(test)]
mod test_server;
