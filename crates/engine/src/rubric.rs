//! Rubric files: what the formats crate reads and writes, with failures as the door tells them.

use tiebreak_domain::{ApiError, ErrorCode, Template};
use tiebreak_formats::rubric_file;

/// The rubrics that come with the program, in the gallery's order.
pub fn templates() -> Vec<Template> {
    rubric_file::templates()
}

/// Reads a rubric file's text.
pub fn read(text: &str) -> Result<Template, ApiError> {
    rubric_file::read(text).map_err(|error| {
        let api = ApiError::new(ErrorCode::BadInput, error.to_string());
        match error.hint() {
            Some(hint) => api.hint(hint),
            None => api,
        }
    })
}

/// Writes a rubric file's text.
pub fn write(template: &Template) -> String {
    rubric_file::write(template)
}
