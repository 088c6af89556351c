//! Rows as other programs want them. What is lossless is in [`crate::lossless`].

pub mod preference;
pub mod table;
