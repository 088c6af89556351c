//! The manifest of a model: `reward.toml`, which says what is in the folder and how it is to be fed.
//!
//! [`Manifest::read`] gives a manifest or everything that is wrong with the text, each with its line and its
//! remedy. Whether the files are there and are what the manifest says is looked at when a model is opened, not
//! here. The keys are described in this crate's README, and for editors in `assets/reward.schema.json`.

mod reading;
mod remote;
mod template;
mod video;

pub use remote::RemoteServer;
pub use template::{Extent, Field, Piece, TextTemplate, Texts};
pub use tiebreak_toml_table::{Fault as ManifestFault, FileError as ManifestError};
pub use video::{Sampling, VideoInput};

use tiebreak_toml_table::FileKind;

/// The name of the manifest in a model's folder.
pub const FILE_NAME: &str = "reward.toml";

const MANIFEST: FileKind =
    FileKind { what: "manifest", file_name: FILE_NAME, on_duplicate_key: "write each key once" };

/// The longest that a manifest can be.
pub use tiebreak_toml_table::MAX_BYTES;

/// What a model is, and how it is fed.
#[derive(Clone, Debug, PartialEq)]
pub struct Manifest {
    /// The name on the screen.
    pub name: String,
    /// The version, as its maker counts.
    pub version: String,
    /// The licence, as an SPDX expression or in words.
    pub licence: String,
    /// What it judges and how far to trust it.
    pub description: String,
    /// What it gives.
    pub task: Task,
    /// How its weights are stored; part of the key under which scores are kept.
    pub precision: Precision,
    /// The files of the folder.
    pub files: Files,
    /// What it takes.
    pub input: Input,
    /// Its scores, unless it only embeds.
    pub score: Option<ScoreOutput>,
    /// Its embedding, if it gives one.
    pub embedding: Option<EmbeddingOutput>,
    /// What its scores are like on the data of its maker, for standardising; one entry per dimension.
    pub reference: Option<Reference>,
    /// The server that runs it, unless it runs here.
    pub remote: Option<RemoteServer>,
}

/// What a model gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Task {
    /// One number for one candidate.
    Score,
    /// Several numbers for one candidate, one per dimension.
    Scores,
    /// For two candidates, a logit per dimension: above 0 where the first is better.
    Pairwise,
    /// A vector for one candidate, from which heads are learned.
    Embedding,
}

/// How weights are stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// 32-bit floats.
    Fp32,
    /// 16-bit floats.
    Fp16,
    /// 8-bit integers.
    Int8,
}

impl Precision {
    /// The word in manifests and keys.
    pub fn word(self) -> &'static str {
        match self {
            Self::Fp32 => "fp32",
            Self::Fp16 => "fp16",
            Self::Int8 => "int8",
        }
    }
}

/// The files of a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Files {
    /// The ONNX file.
    pub model: FileEntry,
    /// The tokenizer, in the format of the `tokenizers` library; for models that read text.
    pub tokenizer: Option<FileEntry>,
    /// Weights that the ONNX file keeps beside it.
    pub data: Vec<FileEntry>,
}

impl Files {
    /// Every file that the manifest names.
    pub fn all(&self) -> impl Iterator<Item = &FileEntry> {
        std::iter::once(&self.model).chain(&self.tokenizer).chain(&self.data)
    }
}

/// A file of the folder and what it must hash to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEntry {
    /// Below the folder, parted by `/`.
    pub path: String,
    /// BLAKE3 of its bytes, in 64 lower-case hexadecimal digits.
    pub blake3: String,
}

/// What a model takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// Text.
    Text(TextInput),
    /// An image.
    Image(ImageInput),
    /// An image and a text.
    ImageText(ImageInput, TextInput),
    /// Frames of a video: each run as an image, and what comes out averaged, or all at once as a clip, by the layout.
    Video(ImageInput, VideoInput),
    /// The same with a text.
    VideoText(ImageInput, VideoInput, TextInput),
    /// Numbers that were computed beforehand and lie in columns of the data, such as an embedding.
    Features(FeaturesInput),
}

impl Input {
    /// How text is read, where it is.
    pub fn text(&self) -> Option<&TextInput> {
        match self {
            Self::Text(text) | Self::ImageText(_, text) | Self::VideoText(_, _, text) => Some(text),
            Self::Image(_) | Self::Video(..) | Self::Features(_) => None,
        }
    }

    /// How images or frames are read, where they are.
    pub fn image(&self) -> Option<&ImageInput> {
        match self {
            Self::Image(image)
            | Self::ImageText(image, _)
            | Self::Video(image, _)
            | Self::VideoText(image, _, _) => Some(image),
            Self::Text(_) | Self::Features(_) => None,
        }
    }

    /// Which frames of a video are wanted.
    pub fn video(&self) -> Option<&VideoInput> {
        match self {
            Self::Video(_, video) | Self::VideoText(_, video, _) => Some(video),
            _ => None,
        }
    }

    /// Whether all frames of a video go in together.
    pub fn is_clip(&self) -> bool {
        self.image().is_some_and(|image| image.layout.is_clip())
    }

    /// How features are read, where they are.
    pub fn features(&self) -> Option<&FeaturesInput> {
        if let Self::Features(features) = self { Some(features) } else { None }
    }
}

/// How text becomes tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct TextInput {
    /// The first sequence.
    pub first: TextTemplate,
    /// The second sequence of a pair, for models that read two.
    pub second: Option<TextTemplate>,
    /// The most tokens of both together, special ones included.
    pub max_tokens: usize,
    /// Which sequence is shortened where both are too long.
    pub truncation: Truncation,
    /// The end that is cut off.
    pub truncation_side: Side,
    /// How far sequences are filled up.
    pub padding: Padding,
    /// The token that fills.
    pub pad_id: u32,
    /// Whether the tokenizer's special tokens are put around the text.
    pub has_special_tokens: bool,
    /// The model's input for token ids.
    pub ids_name: String,
    /// Its input for the mask (1 for tokens, 0 for filling), if it has one.
    pub mask_name: Option<String>,
    /// Its input that tells the first sequence from the second, if it has one.
    pub types_name: Option<String>,
}

/// Which sequence is shortened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Truncation {
    /// Always the longer one, token by token.
    LongestFirst,
    /// Only the first.
    First,
    /// Only the second.
    Second,
}

/// An end of a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Its beginning.
    Left,
    /// Its end.
    Right,
}

/// How far sequences are filled up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Padding {
    /// To the longest of the batch.
    Longest,
    /// Always to the most tokens; for models whose input has a fixed length.
    Max,
}

/// How an image becomes numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct ImageInput {
    /// The model's input.
    pub name: String,
    /// The input for the second image of a pairwise model.
    pub second_name: Option<String>,
    /// What the model sees, in pixels.
    pub width: usize,
    /// What the model sees, in pixels.
    pub height: usize,
    /// How an image of another size is fitted.
    pub resize: Resize,
    /// How new pixels are computed; antialiased when shrinking, as Pillow does.
    pub filter: Filter,
    /// Taken off each channel, after values have been brought from 0…255 to 0…1.
    pub mean: [f32; 3],
    /// What each channel is divided by then.
    pub sd: [f32; 3],
    /// The order of the axes.
    pub layout: Layout,
}

/// How an image is fitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resize {
    /// The shortest side is brought to so many pixels, and the middle is cut out.
    ShortestSide {
        /// The length of the shortest side before cutting.
        pixels: usize,
    },
    /// Both sides are brought to the model's size, whatever the shape.
    Exact,
    /// The longest side is brought to the model's size, and the rest is filled with a colour.
    Pad {
        /// Red, green, blue.
        colour: [u8; 3],
    },
}

/// How new pixels are computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Bicubic with a = −0.5, as Pillow's.
    Bicubic,
    /// Bilinear.
    Bilinear,
    /// Lanczos with three lobes.
    Lanczos,
}

/// The order of the axes of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    /// Batch, channel, row, column.
    Nchw,
    /// Batch, row, column, channel.
    Nhwc,
    /// Of a clip: batch, frame, channel, row, column.
    Ntchw,
    /// Of a clip: batch, channel, frame, row, column.
    Ncthw,
}

impl Layout {
    /// Whether all frames of a video go in together.
    pub fn is_clip(self) -> bool {
        matches!(self, Self::Ntchw | Self::Ncthw)
    }
}

/// How numbers that were computed beforehand are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FeaturesInput {
    /// The model's input.
    pub name: String,
    /// The input for the second candidate of a pairwise model.
    pub second_name: Option<String>,
    /// The columns of the data that hold the numbers, in order: each holds one, or a list of them.
    pub columns: Vec<String>,
    /// How many numbers all columns of a candidate hold together.
    pub length: usize,
    /// Whether they are brought to length 1 first.
    pub is_normalised: bool,
}

/// Where scores come out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScoreOutput {
    /// The model's output, of shape [batch, dimensions] or [batch].
    pub name: String,
    /// What each number is about, in the order of the output.
    pub dimensions: Vec<String>,
}

/// Where an embedding comes out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmbeddingOutput {
    /// The model's output, of shape [batch, length], or [batch, tokens, length] where it is pooled.
    pub name: String,
    /// How many numbers.
    pub length: usize,
    /// How the tokens' vectors become one.
    pub pooling: Pooling,
    /// Whether it is brought to length 1.
    pub is_normalised: bool,
}

/// How the tokens' vectors become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pooling {
    /// The output is one vector already.
    None,
    /// The mean over tokens, without filling.
    Mean,
    /// The first token's.
    Cls,
}

/// What a model's scores are like on its maker's data; one entry per dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The mean.
    pub mean: Vec<f32>,
    /// The standard deviation, above 0.
    pub sd: Vec<f32>,
}

impl Manifest {
    /// Reads the text of a manifest.
    ///
    /// # Errors
    /// Everything that is wrong with it, by line.
    pub fn read(text: &str) -> Result<Self, ManifestError> {
        tiebreak_toml_table::read(text, MANIFEST, reading::manifest)
    }

    /// What each score is about; nothing for a model that only embeds.
    pub fn dimensions(&self) -> &[String] {
        self.score.as_ref().map_or(&[], |score| &score.dimensions)
    }
}

#[cfg(test)]
mod tests;
