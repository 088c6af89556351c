//! A formula laid out: shapes at their places, in points.
//!
//! The origin is where the formula's left edge meets the baseline of the line it stands in; x grows to the
//! right and y downwards.

use vello_cpu::kurbo::BezPath;

use crate::face::Face;

/// Red, green, blue and opacity.
pub type Color = [u8; 4];

/// A formula laid out.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Laid {
    /// Its width in points.
    pub width: f32,
    /// How far it reaches above the baseline, in points.
    pub height: f32,
    /// How far it reaches below the baseline, in points.
    pub depth: f32,
    /// Points of one em of its letters.
    pub size: f32,
    /// What it consists of, in the order in which it is painted.
    pub shapes: Vec<Shape>,
}

/// Where something stands, and its colour where that is not the ink of the text around.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// Points to the right of the origin.
    pub x: f32,
    /// Points below the baseline.
    pub y: f32,
    /// The colour that the formula asks for.
    pub color: Option<Color>,
}

/// A part of a formula.
#[derive(Clone, Debug, PartialEq)]
pub enum Shape {
    /// A letter or sign, at its own baseline.
    Glyph {
        /// Where it stands.
        place: Place,
        /// The face that has it.
        face: Face,
        /// Its number in that face.
        glyph: u32,
        /// Points of an em.
        size: f32,
    },
    /// A letter that no face of mathematics has, at its own baseline.
    Foreign {
        /// Where it stands.
        place: Place,
        /// The letter.
        character: char,
        /// Points of an em.
        size: f32,
    },
    /// A filled rectangle, from its left upper corner.
    Rule {
        /// Where it stands.
        place: Place,
        /// Points across.
        width: f32,
        /// Points down.
        height: f32,
    },
    /// An outline, relative to its place.
    Path {
        /// Where it stands.
        place: Place,
        /// The outline in points.
        path: BezPath,
        /// Points of the line that is drawn along it; none where it is filled.
        stroke: Option<f32>,
    },
}

impl Shape {
    /// Where it stands.
    pub fn place(&self) -> Place {
        match self {
            Self::Glyph { place, .. }
            | Self::Foreign { place, .. }
            | Self::Rule { place, .. }
            | Self::Path { place, .. } => *place,
        }
    }
}

impl Laid {
    /// Bytes it holds in memory, roughly.
    pub fn weight_bytes(&self) -> usize {
        let paths = self.shapes.iter().map(|shape| match shape {
            Shape::Path { path, .. } => path.elements().len() * 56,
            _ => 0,
        });
        size_of::<Self>() + self.shapes.len() * size_of::<Shape>() + paths.sum::<usize>()
    }
}
