//! Why a formula is shown as it was written.

/// What is wrong with a formula.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// It is no TeX that is known here.
    #[error("{message}")]
    Tex {
        /// What was expected or not known, in the parser's words.
        message: String,
        /// The byte of the formula at which it was noticed.
        at: Option<usize>,
    },
    /// It is longer than any formula that people read.
    #[error("formulas of at most {limit} bytes can be shown, and this one has {0}", limit = crate::MAX_TEX_BYTES)]
    TooLong(usize),
    /// It would fill more than a screen.
    #[error("the formula would be too large to show")]
    TooLarge,
    /// The library that lays formulas out gave up.
    #[error("the formula could not be laid out")]
    Broken,
}
