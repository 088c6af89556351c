//! Comparing what can be seen: pictures and frames of videos, side by side and on one another.
//!
//! Whatever a candidate is, its pane hands over a [`Visual`]: the pieces of picture that are with the graphics
//! card. Zoom, wipe, flicker, difference, onion skin, loupe and pixel values are functions of visuals and
//! know neither files nor videos.

pub mod visual;

pub use visual::{Piece, Visual};
