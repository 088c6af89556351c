//! Rubric files: what a study asks, as a TOML text that people write, compare and share.
//!
//! [`read`] gives a template or everything that is wrong with the text, each with its line and its remedy;
//! [`write()`] gives a text that reads back as the same; [`templates`] are the files that come with the program.
//! The keys are described, with an example, in `assets/rubrics/README.md`. What a rubric may be is said by the
//! domain ([`tiebreak_domain::Rubric::faults`]); here it is only told where in the text a fault lies.

mod fault;
mod gallery;
mod question;
mod table;
mod template;
mod toml_text;
mod writing;

pub use fault::{RubricFileError, RubricFileFault};
pub use gallery::templates;
pub use writing::write;

use tiebreak_domain::Template;
use toml::de::DeTable;

use fault::Faults;

/// More than any rubric needs, and little enough to be read at once.
const MAX_BYTES: usize = 1024 * 1024;

/// Reads the text of a rubric file. The template's id stays empty: it is the file's name.
///
/// # Errors
/// Everything that is wrong with it, by line.
pub fn read(text: &str) -> Result<Template, RubricFileError> {
    let faults = Faults::new(text);
    if text.len() > MAX_BYTES {
        faults.add_gap(&(0..0), "the file is longer than 1 MiB, so it is no rubric", "choose a rubric file");
        return Err(faults.into_error());
    }
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let faults = Faults::new(text);
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let span = error.span().unwrap_or(0..0);
        faults.add_gap(
            &span,
            format!("this is not TOML: {}", error.message()),
            hint_of_syntax(error.message()),
        );
    }
    // What a broken text still gives may lack half a table, and whatever is said of it would mislead.
    let template = if errors.is_empty() { template::read(&table, &faults) } else { None };
    match template {
        Some(template) if faults.is_empty() => Ok(template),
        _ => Err(faults.into_error()),
    }
}

fn hint_of_syntax(message: &str) -> &'static str {
    if message.contains("duplicate key") {
        "write each key once; a question of its own begins with [[question]]"
    } else {
        "a line reads key = value; texts stand in quotation marks, lists in [ and ]"
    }
}

#[cfg(test)]
mod tests;
