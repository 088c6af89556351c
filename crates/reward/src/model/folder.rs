//! A model's folder, looked at before any runtime sees it: the manifest, the files' places, sizes and hashes, and
//! what the ONNX file says of itself against what the manifest says of it.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::error::ModelError;
use super::manifest::{self, FileEntry, Input, Manifest, Padding, Pooling, Precision};
use super::outline::{Outline, OutlineFault, Port, element_name};

/// A folder that holds what its manifest says.
#[derive(Debug)]
pub struct ModelFolder {
    pub(super) manifest: Manifest,
    pub(super) root: PathBuf,
    pub(super) outline: Outline,
    /// The most inputs that the model takes at once; none if any number.
    pub(super) fixed_batch: Option<usize>,
    /// What the weights take in memory, roughly.
    pub(super) needed_bytes: u64,
}

/// The ONNX file and the files that hold its weights.
pub(super) struct ModelBytes {
    pub(super) model: Vec<u8>,
    /// Each with the name under which the model looks for it.
    pub(super) data: Vec<(String, Vec<u8>)>,
}

/// `TensorProto.DataType` of the numbers that can be used.
const FLOAT32: u64 = 1;
const INT32: u64 = 6;
const INT64: u64 = 7;

impl ModelFolder {
    /// Reads the manifest and looks at every file. What stays in memory is the manifest and the outline.
    pub fn open(folder: &Path, memory_limit_bytes: u64) -> Result<Self, ModelError> {
        let manifest = read_manifest(folder)?;
        let unreadable = |source| ModelError::FileUnreadable { file: manifest::FILE_NAME.to_owned(), source };
        let root = folder.canonicalize().map_err(unreadable)?;
        let mut size_bytes = 0;
        for entry in manifest.files.all() {
            size_bytes += size_of(&root, entry)?;
        }
        // Weights are held once as they are stored and once as the runtime lays them out; half floats widen.
        let factor = if manifest.precision == Precision::Fp16 { 3 } else { 2 };
        let needed_bytes = size_bytes.saturating_mul(factor);
        if needed_bytes > memory_limit_bytes {
            return Err(ModelError::TooLarge {
                file: manifest.files.model.path.clone(),
                size_bytes,
                needed_bytes,
                limit_bytes: memory_limit_bytes,
            });
        }
        let mut opened =
            Self { manifest, root, outline: Outline::default(), fixed_batch: None, needed_bytes };
        let bytes = opened.read()?;
        let file = || opened.manifest.files.model.path.clone();
        let outline = Outline::read(&bytes.model).map_err(|fault| match fault {
            OutlineFault::NotOnnx(reason) => ModelError::NotOnnx { file: file(), reason },
            OutlineFault::Truncated(reason) => ModelError::Truncated { file: file(), reason },
        })?;
        for location in &outline.data_files {
            if !bytes.data.iter().any(|(name, _)| name == location) {
                return Err(ModelError::DataNotListed { location: location.clone() });
            }
        }
        opened.fixed_batch = check_ports(&opened.manifest, &outline)?;
        opened.outline = outline;
        Ok(opened)
    }

    /// The folder of a model that runs elsewhere: what the manifest says of the model is for its server to keep.
    pub(super) fn without_model(folder: &Path, manifest: Manifest) -> Result<Self, ModelError> {
        let unreadable = |source| ModelError::FileUnreadable { file: manifest::FILE_NAME.to_owned(), source };
        let root = folder.canonicalize().map_err(unreadable)?;
        Ok(Self { manifest, root, outline: Outline::default(), fixed_batch: None, needed_bytes: 0 })
    }

    /// What the manifest says.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The bytes of the model, with their hashes looked at.
    pub(super) fn read(&self) -> Result<ModelBytes, ModelError> {
        let files = &self.manifest.files;
        let model = self.file(&files.model)?;
        // The model names its files from where it lies itself.
        let folder =
            files.model.path.rsplit_once('/').map_or(String::new(), |(folder, _)| format!("{folder}/"));
        let data = files.data.iter().map(|entry| {
            let name = entry.path.strip_prefix(&folder).unwrap_or(&entry.path).to_owned();
            Ok((name, self.file(entry)?))
        });
        Ok(ModelBytes { model, data: data.collect::<Result<_, ModelError>>()? })
    }

    /// The bytes of one file, if they are those that the manifest was written for.
    pub(super) fn file(&self, entry: &FileEntry) -> Result<Vec<u8>, ModelError> {
        let unreadable = |source| ModelError::FileUnreadable { file: entry.path.clone(), source };
        let size = size_of(&self.root, entry)?;
        let mut bytes = Vec::new();
        bytes
            .try_reserve_exact(usize::try_from(size).unwrap_or(usize::MAX))
            .map_err(|error| unreadable(std::io::Error::other(error)))?;
        let file = File::open(self.root.join(&entry.path)).map_err(unreadable)?;
        // A file that grows while it is read is not what was asked for.
        file.take(size).read_to_end(&mut bytes).map_err(unreadable)?;
        let found = blake3::hash(&bytes).to_hex().to_string();
        if found != entry.blake3 {
            let (file, expected) = (entry.path.clone(), entry.blake3.clone());
            return Err(ModelError::HashMismatch { file, expected, found });
        }
        Ok(bytes)
    }
}

fn read_manifest(folder: &Path) -> Result<Manifest, ModelError> {
    let unreadable = |source| ModelError::FileUnreadable { file: manifest::FILE_NAME.to_owned(), source };
    let file = match File::open(folder.join(manifest::FILE_NAME)) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(ModelError::ManifestMissing { folder: folder.to_owned() });
        }
        Err(error) => return Err(unreadable(error)),
    };
    let mut text = String::new();
    // One byte more than a manifest may have, so that a longer one is seen to be.
    file.take(manifest::MAX_BYTES as u64 + 1).read_to_string(&mut text).map_err(unreadable)?;
    Ok(Manifest::read(&text)?)
}

/// The size of a file that lies, links followed, inside the folder.
fn size_of(root: &Path, entry: &FileEntry) -> Result<u64, ModelError> {
    let unreadable = |source: std::io::Error| {
        let file = entry.path.clone();
        if source.kind() == std::io::ErrorKind::NotFound {
            ModelError::FileMissing { file }
        } else {
            ModelError::FileUnreadable { file, source }
        }
    };
    let target = root.join(&entry.path).canonicalize().map_err(unreadable)?;
    if !target.starts_with(root) {
        return Err(ModelError::PathLeaves { file: entry.path.clone(), target });
    }
    let metadata = target.metadata().map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(unreadable(std::io::Error::other("it is no file")));
    }
    Ok(metadata.len())
}

/// Holds the names, types and shapes of the file against the manifest; gives the batch that the file fixes.
fn check_ports(manifest: &Manifest, outline: &Outline) -> Result<Option<usize>, ModelError> {
    let mut wanted: Vec<(&str, Vec<Option<u64>>, bool)> = Vec::new();
    if let Some(text) = manifest.input.text() {
        let length = (text.padding == Padding::Max).then_some(text.max_tokens as u64);
        for name in [Some(&text.ids_name), text.mask_name.as_ref(), text.types_name.as_ref()] {
            wanted.extend(name.map(|name| (name.as_str(), vec![None, length], true)));
        }
    }
    if let Some(image) = manifest.input.image() {
        let (width, height) = (Some(image.width as u64), Some(image.height as u64));
        let frames = manifest.input.video().map(|video| video.frames as u64);
        let shape = match image.layout {
            manifest::Layout::Nchw => vec![None, Some(3), height, width],
            manifest::Layout::Nhwc => vec![None, height, width, Some(3)],
            manifest::Layout::Ntchw => vec![None, frames, Some(3), height, width],
            manifest::Layout::Ncthw => vec![None, Some(3), frames, height, width],
        };
        for name in std::iter::once(&image.name).chain(&image.second_name) {
            wanted.push((name, shape.clone(), false));
        }
    }
    if let Input::Features(features) = &manifest.input {
        for name in std::iter::once(&features.name).chain(&features.second_name) {
            wanted.push((name, vec![None, Some(features.length as u64)], false));
        }
    }
    let mut batch = None;
    for (name, shape, is_tokens) in &wanted {
        let Some(port) = outline.inputs.iter().find(|port| port.name == *name) else {
            let found = outline.inputs.iter().map(|port| port.name.clone()).collect();
            return Err(ModelError::InputMissing { name: (*name).to_owned(), found });
        };
        let is_usable =
            if *is_tokens { matches!(port.element, INT32 | INT64) } else { port.element == FLOAT32 };
        if !is_usable {
            let expected = if *is_tokens { "int64 or int32" } else { "float32" };
            return Err(wrong_type(port, expected));
        }
        check_shape(port, shape)?;
        let is_free = |shape: &Vec<Option<u64>>| shape.first().copied().flatten();
        batch = batch.or(port.shape.as_ref().and_then(is_free));
    }
    for port in &outline.inputs {
        if !wanted.iter().any(|(name, _, _)| *name == port.name) {
            return Err(ModelError::InputNotGiven { name: port.name.clone() });
        }
    }
    check_outputs(manifest, outline)?;
    Ok(batch.and_then(|batch| usize::try_from(batch).ok()))
}

fn check_outputs(manifest: &Manifest, outline: &Outline) -> Result<(), ModelError> {
    let output = |name: &str| {
        let port = outline.outputs.iter().find(|port| port.name == name);
        port.ok_or_else(|| {
            let found = outline.outputs.iter().map(|port| port.name.clone()).collect();
            ModelError::OutputMissing { name: name.to_owned(), found }
        })
    };
    if let Some(score) = &manifest.score {
        let port = output(&score.name)?;
        if port.element != FLOAT32 {
            return Err(wrong_type(port, "float32"));
        }
        let count = score.dimensions.len() as u64;
        let is_bare = count == 1 && port.shape.as_ref().is_some_and(|shape| shape.len() == 1);
        if !is_bare {
            check_shape(port, &[None, Some(count)])?;
        }
    }
    if let Some(embedding) = &manifest.embedding {
        let port = output(&embedding.name)?;
        if port.element != FLOAT32 {
            return Err(wrong_type(port, "float32"));
        }
        let length = Some(embedding.length as u64);
        let shape =
            if embedding.pooling == Pooling::None { vec![None, length] } else { vec![None, None, length] };
        check_shape(port, &shape)?;
    }
    Ok(())
}

fn check_shape(port: &Port, expected: &[Option<u64>]) -> Result<(), ModelError> {
    let Some(found) = &port.shape else { return Ok(()) };
    let agrees = |(expected, found): (&Option<u64>, &Option<u64>)| {
        expected.is_none() || found.is_none() || expected == found
    };
    // A fixed length where any is wanted holds for the batch only; text of any length does not fit into it.
    let is_text = matches!(port.element, INT32 | INT64);
    let is_open = !is_text || found.get(1).is_none_or(Option::is_none) || expected.get(1) == found.get(1);
    if found.len() == expected.len() && expected.iter().zip(found).all(agrees) && is_open {
        return Ok(());
    }
    Err(ModelError::WrongShape {
        name: port.name.clone(),
        expected: shape_text(expected),
        found: shape_text(found),
    })
}

fn wrong_type(port: &Port, expected: &'static str) -> ModelError {
    ModelError::WrongType { name: port.name.clone(), expected, found: element_name(port.element) }
}

fn shape_text(shape: &[Option<u64>]) -> String {
    let axis = |axis: &Option<u64>| axis.map_or_else(|| "any".to_owned(), |length| length.to_string());
    format!("[{}]", shape.iter().map(axis).collect::<Vec<_>>().join(", "))
}
