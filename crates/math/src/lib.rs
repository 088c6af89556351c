//! Formulas in TeX, laid out and drawn: what `$x^2$` in a text under judgment looks like.
//!
//! [`lay_out`] makes of a formula a [`Laid`]: letters of the faces in `assets/fonts/math`, rules and outlines at
//! their places in points, with how far it reaches above and below the line it stands in. [`Picture::of`] fills
//! them into pixels for a screen. Parsing and layout are RaTeX's, which follows KaTeX; this crate holds it to limits
//! that a text from outside cannot pass, brings the faces, and fills the outlines.
//!
//! What cannot be understood is a [`Fault`], never a panic: the text around a bad formula is still read.
//! Letters that no face of mathematics has, such as Chinese in `\text{…}`, are [`Shape::Foreign`]: whoever shows
//! the formula draws them with the fonts of its text, and says how wide they are.

mod face;
mod fault;
mod laid;
mod layout;
mod picture;

pub use face::{Face, has_character};
pub use fault::Fault;
pub use laid::{Color, Laid, Place, Shape};
pub use layout::{MAX_TEX_BYTES, Style, lay_out, lay_out_with};
pub use picture::Picture;
pub use vello_cpu::kurbo::BezPath;
