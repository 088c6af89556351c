//! Texts made comfortable to read: Markdown and plain text, parsed, laid out once, painted for next to nothing.
//!
//! A text goes [`Document::parse`] (blocks and code colours, the same whatever the window) → [`DocumentCache::get`]
//! (laid out for one [`Reading`]: width, size, theme) → [`document_ui`] (only what is visible is painted), or
//! [`marked_ui`] where stretches of the source are [`Marking`]s. [`DocumentCache::prepare`] does the first two steps
//! ahead for the items that come next, in idle frames. Formulas in TeX are drawn ([`Drawing`]). Nothing is ever fetched
//! or run: images show their description, HTML its source, and links open only on Ctrl+click.

mod block;
mod cache;
mod code_language;
mod code_text;
mod direction;
mod drawing;
mod formula;
mod highlight;
mod highlights;
mod inline;
mod laid_out;
mod language;
mod layout;
pub mod lent_fonts;
mod marking;
mod mask;
mod one_line;
mod origin;
#[cfg(test)]
pub(crate) mod painted;
mod parse;
mod picture;
mod places;
mod selection;
mod set_line;
mod set_lines;
mod shaped;
mod shown;
mod table;
#[cfg(test)]
mod tests;
mod tex;
mod traced;
mod view;
mod word_ends;

pub use block::{Alignment, Block, Content, Document, List, Marker};
pub use cache::{DEFAULT_BUDGET_BYTES, DocumentCache};
pub use code_text::CodeText;
pub use direction::Direction;
pub use drawing::{Drawing, Drawn, Room, STAND_IN};
pub use highlight::{Token, warm_up_some};
pub use highlights::{Highlights, Tone};
pub use inline::{InlineStyle, Inlines, Span};
pub use laid_out::{LaidOut, Reading};
pub use layout::lay_out;
pub(crate) use layout::token_color;
pub use marking::{Marked, Marking, Taken};
pub(crate) use mask::folded;
pub use mask::{MASKED, WordMask, hidden_in};
pub use one_line::{LineLook, few_lines_ui, one_line_ui, paint_one_line};
pub use origin::Origins;
pub use places::Places;
pub use set_line::{LineStretch, needs_setting};
pub use set_lines::{LineToSet, SetLines};
pub use shown::Shown;
pub use view::{document_ui, marked_ui};
