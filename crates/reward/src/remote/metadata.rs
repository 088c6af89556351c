//! Whether the model on the server is the one that the manifest describes: names, datatypes and shapes.

use serde::Deserialize;

use super::error::RemoteError;
use crate::model::Manifest;
use crate::model::manifest::{ImageInput, Layout, Padding, Pooling, TextInput};

/// What a server says of itself.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ServerMetadata {
    #[serde(default)]
    pub(super) extensions: Vec<String>,
}

/// What a server says of a model.
#[derive(Debug, Deserialize)]
pub(super) struct ModelMetadata {
    #[serde(default)]
    pub(super) inputs: Vec<TensorMetadata>,
    #[serde(default)]
    pub(super) outputs: Vec<TensorMetadata>,
}

/// What it says of a tensor.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct TensorMetadata {
    pub(super) name: String,
    pub(super) datatype: String,
    /// −1 where any size goes.
    #[serde(default)]
    pub(super) shape: Vec<i64>,
}

/// A tensor as the manifest has it.
pub(super) struct ExpectedTensor {
    pub(super) name: String,
    is_whole: bool,
    /// −1 where any size goes. An output may lack its last axis if that has size 1.
    shape: Vec<i64>,
}

/// All that the manifest says of them.
pub(super) struct Expected {
    inputs: Vec<ExpectedTensor>,
    pub(super) outputs: Vec<ExpectedTensor>,
}

impl Expected {
    pub(super) fn of(manifest: &Manifest) -> Self {
        let mut inputs = Vec::new();
        if let Some(text) = manifest.input.text() {
            inputs.extend(text_inputs(text));
        }
        if let Some(image) = manifest.input.image() {
            let frames = manifest.input.video().map_or(1, |video| video.frames);
            inputs.extend(image_inputs(image, frames));
        }
        if let Some(features) = manifest.input.features() {
            let names = std::iter::once(&features.name).chain(&features.second_name);
            inputs.extend(names.map(|name| ExpectedTensor::float(name, vec![-1, features.length as i64])));
        }
        let score = manifest.score.as_ref();
        let score =
            score.map(|score| ExpectedTensor::float(&score.name, vec![-1, score.dimensions.len() as i64]));
        let embedding = manifest.embedding.as_ref().map(|embedding| {
            let length = embedding.length as i64;
            let is_pooled_here = embedding.pooling != Pooling::None;
            ExpectedTensor::float(
                &embedding.name,
                if is_pooled_here { vec![-1, -1, length] } else { vec![-1, length] },
            )
        });
        Self { inputs, outputs: score.into_iter().chain(embedding).collect() }
    }

    /// Holds the server's model against this.
    pub(super) fn check(&self, model: &ModelMetadata) -> Result<(), RemoteError> {
        let other = |what: String| Err(RemoteError::OtherModel { what });
        let known: Vec<&str> = self.inputs.iter().map(|input| input.name.as_str()).collect();
        if let Some(input) = model.inputs.iter().find(|input| !known.contains(&input.name.as_str())) {
            return other(format!("it wants an input of which the manifest says nothing, {:?}", input.name));
        }
        for (kind, wanted, given) in
            [("input", &self.inputs, &model.inputs), ("output", &self.outputs, &model.outputs)]
        {
            for wanted in wanted {
                let name = &wanted.name;
                let Some(given) = given.iter().find(|given| &given.name == name) else {
                    return other(format!("it has no {kind} {name:?}"));
                };
                let datatypes: &[&str] = match (wanted.is_whole, kind) {
                    (true, _) => &["INT64", "INT32"],
                    (false, "input") => &["FP32"],
                    (false, _) => &["FP32", "FP16", "FP64"],
                };
                if !datatypes.contains(&given.datatype.as_str()) {
                    return other(format!("the {kind} {name:?} is of type {}", given.datatype));
                }
                if !wanted.fits(&given.shape, kind == "output") {
                    return other(format!("the {kind} {name:?} is of shape {:?}", given.shape));
                }
            }
        }
        Ok(())
    }
}

impl ExpectedTensor {
    fn float(name: &str, shape: Vec<i64>) -> Self {
        Self { name: name.to_owned(), is_whole: false, shape }
    }

    fn fits(&self, given: &[i64], is_output: bool) -> bool {
        let shape = match self.shape.as_slice() {
            // One number for a candidate may come without an axis of its own.
            [batch, 1] if is_output && given.len() == 1 => &[*batch],
            shape => shape,
        };
        let fits = |(wanted, given): (&i64, &i64)| *wanted < 0 || *given < 0 || wanted == given;
        shape.len() == given.len() && shape.iter().zip(given).all(fits)
    }
}

fn text_inputs(text: &TextInput) -> impl Iterator<Item = ExpectedTensor> {
    let length = if text.padding == Padding::Max { text.max_tokens as i64 } else { -1 };
    let names = std::iter::once(&text.ids_name).chain(&text.mask_name).chain(&text.types_name);
    names.map(move |name| ExpectedTensor { name: name.clone(), is_whole: true, shape: vec![-1, length] })
}

fn image_inputs(image: &ImageInput, frames: usize) -> impl Iterator<Item = ExpectedTensor> {
    let (width, height, frames) = (image.width as i64, image.height as i64, frames as i64);
    let shape = match image.layout {
        Layout::Nchw => vec![-1, 3, height, width],
        Layout::Nhwc => vec![-1, height, width, 3],
        Layout::Ntchw => vec![-1, frames, 3, height, width],
        Layout::Ncthw => vec![-1, 3, frames, height, width],
    };
    let names = std::iter::once(&image.name).chain(&image.second_name);
    names.map(move |name| ExpectedTensor::float(name, shape.clone()))
}
