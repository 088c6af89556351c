//! Rubric files: what a study asks, as a TOML text that people write, compare and share.
//!
//! [`read`] gives a template or everything that is wrong with the text, each with its line and its remedy;
//! [`write()`] gives a text that reads back as the same; [`templates`] are the files that come with the program.
//! The keys are described, with an example, in `assets/rubrics/README.md`. What a rubric may be is said by the
//! domain ([`tiebreak_domain::Rubric::faults`]); here it is only told where in the text a fault lies.

mod gallery;
mod question;
mod template;
mod toml_text;
mod writing;

pub use gallery::templates;
pub use tiebreak_toml_table::{Fault as RubricFileFault, FileError as RubricFileError};
pub use writing::write;

use tiebreak_domain::Template;
use tiebreak_toml_table::FileKind;

const RUBRIC_FILE: FileKind = FileKind {
    what: "rubric file",
    file_name: "",
    on_duplicate_key: "write each key once; a question of its own begins with [[question]]",
};

/// Reads the text of a rubric file. The template's id stays empty: it is the file's name.
///
/// # Errors
/// Everything that is wrong with it, by line.
pub fn read(text: &str) -> Result<Template, RubricFileError> {
    tiebreak_toml_table::read(text, RUBRIC_FILE, template::read)
}

#[cfg(test)]
mod tests;
