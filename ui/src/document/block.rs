//! The blocks that a text consists of, flat and in reading order.

use super::highlight::Token;
use super::inline::Inlines;
use super::origin::Origins;
use super::places::Places;

/// A text, parsed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document {
    /// What it consists of.
    pub blocks: Vec<Block>,
    /// The lists that blocks stand in.
    pub lists: Vec<List>,
    /// Whether it is plain text, every line of which is a paragraph of its own.
    pub is_plain: bool,
    /// The characters and bytes of its source.
    pub places: Places,
    /// The language of its Han characters, as a tag; none where it has none.
    pub han: Option<&'static str>,
    /// Tells texts apart: a hash of the source.
    pub fingerprint: u64,
}

/// One block and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Quotes and lists around it, outermost first; at most [`MAX_DEPTH`].
    pub containers: Vec<Container>,
    /// What hangs before its first line.
    pub marker: Option<Marker>,
    /// Whether it goes on where the block before it was cut for being too long.
    pub is_continued: bool,
    /// Whether it stands close to the block before it, as items of a tight list do.
    pub is_tight: bool,
    /// What it is.
    pub content: Content,
}

/// How deep quotes and lists are shown; what is nested deeper stands at this depth.
pub const MAX_DEPTH: usize = 8;

/// What a block stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// A quote.
    Quote,
    /// The list of this index in [`Document::lists`].
    List(usize),
}

/// A list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct List {
    /// Characters of its longest number; 0 for bulleted lists.
    pub number_width: usize,
}

/// What hangs before the first line of a list's item.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Marker {
    /// A dot.
    Bullet,
    /// A number with its full stop.
    Number(String),
    /// A box, ticked or not.
    Task(bool),
}

/// How the cells of a column stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// At the left.
    #[default]
    Left,
    /// In the middle.
    Center,
    /// At the right.
    Right,
}

/// What a block is.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Running text.
    Paragraph(Inlines),
    /// A heading.
    Heading {
        /// 1 to 4; deeper ones count as 4.
        level: u8,
        /// Its words.
        words: Inlines,
    },
    /// A formula by itself: one thing drawn.
    Formula(Inlines),
    /// Code.
    Code {
        /// The language it says it is in; may be empty.
        language: String,
        /// The code, without the last line break.
        text: String,
        /// What the parts of the code are: where each ends, in bytes. Empty where it is not coloured.
        tokens: Vec<(usize, Token)>,
        /// Where its characters stand in the source.
        origins: Origins,
    },
    /// HTML, shown as it was written.
    Html {
        /// The HTML.
        text: String,
        /// Where its characters stand in the source.
        origins: Origins,
    },
    /// A table.
    Table {
        /// How each column stands.
        alignments: Vec<Alignment>,
        /// Its rows, the head first.
        rows: Vec<Vec<Inlines>>,
    },
    /// A line across.
    Rule,
}

impl Content {
    /// Bytes of its words, a measure of the work that it makes.
    pub fn weight_bytes(&self) -> usize {
        match self {
            Self::Paragraph(words) | Self::Heading { words, .. } => words.text.len(),
            Self::Formula(_) => 80,
            Self::Code { text, .. } | Self::Html { text, .. } => text.len(),
            // Every cell is measured and set, however short it is.
            Self::Table { rows, .. } => rows.iter().flatten().map(|cell| 2 * cell.text.len() + 40).sum(),
            Self::Rule => 0,
        }
    }
}
