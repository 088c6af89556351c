//! Data formats, both directions: bytes to items and back. No database, no window.
//!
//! A file is read in three layers: its bytes (`source`: gzip, hash, byte order mark), its rows
//! (`container`: JSON lines, a JSON array, a table), and what a row means (`shape`: one file per data
//! format). [`Reader`] streams a whole file in constant memory; [`preview`] looks at its first rows and says
//! what it is and why. A bad row is a [`Record::Problem`] and reading goes on; a [`FormatError`] ends it.
//! The way back is [`preference_line`], [`csv_line`] and [`LosslessRecord::to_line`].

mod cell;
mod container;
mod delimited;
mod elements;
pub mod error;
pub mod export;
mod lines;
pub mod lossless;
mod mapping;
mod message;
mod preview;
mod reader;
mod recognise;
mod record;
mod rows;
pub mod rubric_file;
mod shape;
mod source;
mod votes;
mod words;

pub use error::FormatError;
pub use export::preference::{PreferenceRow, preference_line};
pub use export::table::{CsvRow, csv_header, csv_line};
pub use lossless::{
    AnnotatorRecord, ConflictRecord, ItemRecord, JudgmentRecord, LOSSLESS_VERSION, LosslessError,
    LosslessRecord, ModelLabelRecord, PersonRecord, ProjectRecord, RepeatRecord, RoleRecord, SourceRecord,
    StudyRecord, SurpriseRecord,
};
pub use preview::preview;
pub use reader::Reader;
pub use record::{Label, Profile, Record, WITH_DOUBT, WITHOUT_VOTE};
pub use rubric_file::{RubricFileError, RubricFileFault};
