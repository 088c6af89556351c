//! What can be wrong with a model, from its folder to its first run, and with a single input.
//!
//! Each fault has a stable code word for programs and a hint for people. Nothing here panics: what a runtime
//! throws is caught where it is called and told as one of these.

use std::path::PathBuf;

use super::manifest::ManifestError;
use super::runtime::RuntimeKind;

/// Why a model was not opened.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// The folder has no manifest.
    #[error("the folder has no reward.toml: {}", folder.display())]
    ManifestMissing {
        /// The folder.
        folder: PathBuf,
    },
    /// The manifest is wrong.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file that the manifest names is not there.
    #[error("the manifest names a file that is not in the folder: {file}")]
    FileMissing {
        /// Its path in the manifest.
        file: String,
    },
    /// A file cannot be read.
    #[error("{file} cannot be read: {source}")]
    FileUnreadable {
        /// Its path in the manifest.
        file: String,
        /// What the system says.
        source: std::io::Error,
    },
    /// A file is a link that leads out of the folder.
    #[error("{file} leads out of the model's folder, to {}", target.display())]
    PathLeaves {
        /// Its path in the manifest.
        file: String,
        /// Where it leads.
        target: PathBuf,
    },
    /// The model needs more memory than it may take.
    #[error("{file} has {} and needs about {} to run; the limit is {}", mebibytes(*size_bytes),
        mebibytes(*needed_bytes), mebibytes(*limit_bytes))]
    TooLarge {
        /// Its path in the manifest.
        file: String,
        /// The size of all files.
        size_bytes: u64,
        /// What running takes, roughly.
        needed_bytes: u64,
        /// What it may take.
        limit_bytes: u64,
    },
    /// A file is not the one that the manifest was written for.
    #[error("{file} is not the file that the manifest was written for: its BLAKE3 hash is {found}")]
    HashMismatch {
        /// Its path in the manifest.
        file: String,
        /// What the manifest says.
        expected: String,
        /// What it is.
        found: String,
    },
    /// The file is no ONNX file.
    #[error("{file} is no ONNX file: {reason}")]
    NotOnnx {
        /// Its path in the manifest.
        file: String,
        /// What gave it away.
        reason: String,
    },
    /// The file ends too early.
    #[error("{file} is cut off: {reason}")]
    Truncated {
        /// Its path in the manifest.
        file: String,
        /// What is missing.
        reason: String,
    },
    /// The model keeps weights in a file that the manifest does not name.
    #[error("the model keeps weights in a file that the manifest does not name: {location:?}")]
    DataNotListed {
        /// The file, as the model writes it.
        location: String,
    },
    /// The model uses operators that the runtime does not have.
    #[error("{runtime} does not know what the model uses: {operators}")]
    UnknownOperator {
        /// The runtime.
        runtime: RuntimeKind,
        /// What it does not know, in its own words.
        operators: String,
    },
    /// The runtime refuses the model for another reason.
    #[error("{runtime} cannot load the model: {reason}")]
    Refused {
        /// The runtime.
        runtime: RuntimeKind,
        /// What it says.
        reason: String,
    },
    /// The manifest names an input that the model does not have.
    #[error("the model has no input {name:?}; its inputs are {}", found.join(", "))]
    InputMissing {
        /// What the manifest says.
        name: String,
        /// What the model has.
        found: Vec<String>,
    },
    /// The model wants an input that the manifest does not give.
    #[error("the model wants an input that the manifest does not give: {name:?}")]
    InputNotGiven {
        /// What the model wants.
        name: String,
    },
    /// The manifest names an output that the model does not have.
    #[error("the model has no output {name:?}; its outputs are {}", found.join(", "))]
    OutputMissing {
        /// What the manifest says.
        name: String,
        /// What the model has.
        found: Vec<String>,
    },
    /// An input or output has another shape than the manifest says.
    #[error("{name:?} should have the shape {expected} and has {found}")]
    WrongShape {
        /// The input or output.
        name: String,
        /// What follows from the manifest.
        expected: String,
        /// What the model says or gives.
        found: String,
    },
    /// An input or output holds another type of number than can be used.
    #[error("{name:?} holds {found}, and {expected} can be used")]
    WrongType {
        /// The input or output.
        name: String,
        /// What can be used.
        expected: &'static str,
        /// What the model says.
        found: String,
    },
    /// The tokenizer cannot be read.
    #[error("{file} is no tokenizer: {reason}")]
    TokenizerUnreadable {
        /// Its path in the manifest.
        file: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The tokenizer belongs to another model.
    #[error("the tokenizer does not belong to the model: token {token_id} has no row in a table of {rows}")]
    TokenizerMismatch {
        /// The token beyond the table.
        token_id: u32,
        /// How many tokens the model knows.
        rows: u64,
    },
    /// What the tokenizer puts around a text is not in its own vocabulary.
    #[error("the tokenizer adds {token:?} as token {token_id}, which in its vocabulary is {}",
        found.as_ref().map_or_else(|| "nothing".to_owned(), |found| format!("{found:?}")))]
    WrongSpecialToken {
        /// What it adds.
        token: String,
        /// The number that it adds it under.
        token_id: u32,
        /// What has that number in the vocabulary.
        found: Option<String>,
    },
    /// So few tokens leave no room for text.
    #[error("max_tokens = {max_tokens} leaves no room for text beside {special_tokens} special tokens")]
    TooFewTokens {
        /// What the manifest says.
        max_tokens: usize,
        /// What the tokenizer adds.
        special_tokens: usize,
    },
    /// The trial run gave something that is no number.
    #[error("the model gave NaN or infinity in {output:?} on a trial input")]
    NotFinite {
        /// The output.
        output: String,
    },
    /// The trial run failed.
    #[error("{runtime} cannot run the model: {reason}")]
    TrialFailed {
        /// The runtime.
        runtime: RuntimeKind,
        /// What it says.
        reason: String,
    },
    /// A thread could not be started.
    #[error("a thread for scoring could not be started: {source}")]
    ThreadFailed {
        /// What the system says.
        source: std::io::Error,
    },
}

impl ModelError {
    /// A word that stays the same, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::ManifestMissing { .. } => "manifest_missing",
            Self::Manifest(_) => "manifest_wrong",
            Self::FileMissing { .. } => "file_missing",
            Self::FileUnreadable { .. } => "file_unreadable",
            Self::PathLeaves { .. } => "path_leaves_folder",
            Self::TooLarge { .. } => "model_too_large",
            Self::HashMismatch { .. } => "hash_mismatch",
            Self::NotOnnx { .. } => "not_onnx",
            Self::Truncated { .. } => "model_truncated",
            Self::DataNotListed { .. } => "data_not_listed",
            Self::UnknownOperator { .. } => "unknown_operator",
            Self::Refused { .. } => "model_refused",
            Self::InputMissing { .. } => "input_missing",
            Self::InputNotGiven { .. } => "input_not_given",
            Self::OutputMissing { .. } => "output_missing",
            Self::WrongShape { .. } => "wrong_shape",
            Self::WrongType { .. } => "wrong_type",
            Self::TokenizerUnreadable { .. } => "tokenizer_unreadable",
            Self::TokenizerMismatch { .. } => "tokenizer_mismatch",
            Self::WrongSpecialToken { .. } => "wrong_special_token",
            Self::TooFewTokens { .. } => "too_few_tokens",
            Self::NotFinite { .. } => "not_finite",
            Self::TrialFailed { .. } => "trial_failed",
            Self::ThreadFailed { .. } => "thread_failed",
        }
    }

    /// What to do.
    pub fn hint(&self) -> String {
        match self {
            Self::ManifestMissing { .. } => "choose a folder with a reward.toml; see the README of the models",
            Self::Manifest(error) => error.hint(),
            Self::FileMissing { .. } => "bring the model here again, or mend the path in [files]",
            Self::FileUnreadable { .. } => "look at the file's permissions and at the disk",
            Self::PathLeaves { .. } => "put a copy of the file into the folder",
            Self::TooLarge { .. } => "close other programs and raise the limit, or take a smaller model or int8",
            Self::HashMismatch { .. } => {
                "bring the model here again; if you changed the file yourself, write its hash into [files]"
            }
            Self::NotOnnx { .. } => "export the model to ONNX and name that file in [files]",
            Self::Truncated { .. } => "bring the model here again; the download did not end",
            Self::DataNotListed { .. } => "name the file, with its hash, in data of [files]",
            Self::UnknownOperator { runtime: RuntimeKind::Rten, .. } => {
                "install ONNX Runtime 1.24 or newer (pip install onnxruntime), or export with standard operators"
            }
            Self::UnknownOperator { .. } => "export the model with standard operators",
            Self::Refused { .. } => "export the model again, with opset 17 or newer",
            Self::InputMissing { .. } => "write one of the model's inputs into the manifest",
            Self::InputNotGiven { .. } => "name it in the manifest, or export the model without it",
            Self::OutputMissing { .. } => "write one of the model's outputs into the manifest",
            Self::WrongShape { .. } => "mend the sizes in the manifest, or export with a dynamic batch axis",
            Self::WrongType { .. } => "export with int64 or int32 tokens, and float32 for all else",
            Self::TokenizerUnreadable { .. } => "take the tokenizer.json that came with the model",
            Self::TokenizerMismatch { .. } | Self::WrongSpecialToken { .. } => "take the tokenizer.json that the model was trained with",
            Self::TooFewTokens { .. } => "write a larger max_tokens",
            Self::NotFinite { .. } => "take another precision; fp16 overflows in some models",
            Self::TrialFailed { .. } => "compare the manifest with how the model was exported",
            Self::ThreadFailed { .. } => "close other programs and try again",
        }
        .to_owned()
    }
}

/// Why one input got no score.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InputFault {
    /// The model takes something else.
    #[error("the model takes {expected}, and was given {found}")]
    WrongKind {
        /// What it takes.
        expected: &'static str,
        /// What it was given.
        found: &'static str,
    },
    /// Features of another length.
    #[error("the model takes {expected} numbers, and was given {found}")]
    WrongLength {
        /// What it takes.
        expected: usize,
        /// What it was given.
        found: usize,
    },
    /// Too few or too many frames.
    #[error("the model takes {least} to {most} frames, and was given {found}")]
    WrongFrames {
        /// The fewest that it takes.
        least: usize,
        /// The most that it takes.
        most: usize,
        /// What it was given.
        found: usize,
    },
    /// A number that is none.
    #[error("the features hold NaN or infinity")]
    FeaturesNotFinite,
    /// An image whose bytes do not match its size.
    #[error("an image of {width} × {height} pixels was given with {bytes} bytes")]
    WrongImage {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
        /// Bytes.
        bytes: usize,
    },
    /// The tokenizer cannot fit the text.
    #[error("the text cannot be tokenised: {reason}")]
    Untokenisable {
        /// What it says.
        reason: String,
    },
    /// The model gave NaN or infinity.
    #[error("the model gave NaN or infinity for this input")]
    NotFinite,
    /// The runtime failed on this input.
    #[error("{runtime} failed: {reason}")]
    RunFailed {
        /// The runtime.
        runtime: RuntimeKind,
        /// What it says.
        reason: String,
    },
}

impl InputFault {
    /// A word that stays the same, for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::WrongKind { .. } => "input_wrong_kind",
            Self::WrongLength { .. } => "input_wrong_length",
            Self::WrongFrames { .. } => "input_wrong_frames",
            Self::FeaturesNotFinite => "features_not_finite",
            Self::WrongImage { .. } => "image_wrong_size",
            Self::Untokenisable { .. } => "text_untokenisable",
            Self::NotFinite => "score_not_finite",
            Self::RunFailed { .. } => "run_failed",
        }
    }
}

fn mebibytes(bytes: u64) -> String {
    format!("{} MiB", bytes.div_ceil(1024 * 1024))
}
