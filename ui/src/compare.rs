//! Comparing what can be seen: pictures and frames of videos, side by side and on one another.
//!
//! Whatever a candidate is, its pane hands over a [`Visual`]: the pieces of picture that are with the graphics
//! card. Zoom, wipe, flicker, difference, onion skin, loupe and pixel values are functions of visuals and
//! know neither files nor videos.
//!
//! Start at [`Looking`], what is remembered between frames; [`pane_ui`] paints one of the [`Layer`]s by itself,
//! [`over_ui`] two of them on one another, and [`bar_ui`] the bar that chooses between those.

pub mod bar;
pub mod chip;
pub mod difference;
pub mod differences;
pub mod false_color;
pub mod layer;
pub mod looking;
pub mod loupe;
pub mod over;
pub mod pane;
pub mod spring;
pub mod surface;
pub mod values;
pub mod visual;
mod workshop;
pub mod zoom;

pub use bar::{bar_height, bar_ui};
pub use layer::{Alignment, Layer, Show, Wanted};
pub use looking::{Looking, Mode};
pub use over::over_ui;
pub use pane::{Shown, pane_ui};
pub use visual::{Piece, Visual};
pub use zoom::Zoom;

#[cfg(test)]
mod truth;
