//! Learning from judgments: features, heads, and what to ask next.
//!
//! [`features`] turns candidates into rows of numbers where no embedding model is there, and takes embeddings in where
//! one is. [`ordinal`] is the likelihood of an outcome given a difference. [`head`] is the Bayesian head that learns
//! from votes, one per dimension, and [`ridge`] the one that learns from ratings; [`ensemble`] combines scores.
//! [`acquire`] says which pair to ask next and why, [`stopping`] says when asking no longer pays, and [`replay`]
//! measures all of it on labels that are already there.
//!
//! Everything is pure: numbers in, numbers out. Randomness is an argument, there is no clock, and nothing here
//! knows a project. Undo is a refit without the vote.

pub mod acquire;
pub mod ensemble;
pub mod features;
pub mod head;
pub mod logistic;
mod matrix;
pub mod ordinal;
pub mod quadrature;
pub mod replay;
pub mod ridge;
pub mod stopping;
