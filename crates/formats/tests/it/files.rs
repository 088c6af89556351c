//! Files to read in tests.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use tiebreak_domain::import::RowProblem;
use tiebreak_domain::{ImportPlan, Item};
use tiebreak_formats::{FormatError, Label, Profile, Reader, Record};

/// A file in a folder of its own, gone when dropped.
pub struct TestFile {
    _folder: tempfile::TempDir,
    pub path: String,
}

pub fn file(name: &str, bytes: impl AsRef<[u8]>) -> TestFile {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    TestFile { path: path.to_str().unwrap().to_owned(), _folder: folder }
}

pub fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// All that a file gave.
#[derive(Debug, Default)]
pub struct Read {
    pub items: Vec<(u64, Item, Vec<Label>)>,
    pub profiles: Vec<(u64, Profile)>,
    pub problems: Vec<RowProblem>,
    pub error: Option<FormatError>,
    pub blake3: Option<String>,
}

pub fn read(path: &str) -> Read {
    read_plan(&ImportPlan::of_file(path))
}

pub fn read_plan(plan: &ImportPlan) -> Read {
    let mut read = Read::default();
    let mut reader = match Reader::open(plan) {
        Ok(reader) => reader,
        Err(error) => return Read { error: Some(error), ..read },
    };
    for record in &mut reader {
        match record {
            Ok(Record::Item { line, item, labels }) => read.items.push((line, item, labels)),
            Ok(Record::Profile { line, profile }) => read.profiles.push((line, profile)),
            Ok(Record::Problem(problem)) => read.problems.push(problem),
            Ok(Record::Lossless(_)) => {}
            Err(error) => read.error = Some(error),
        }
    }
    read.blake3 = reader.blake3();
    read
}

/// Reads bytes as a file of their own.
pub fn read_bytes(bytes: impl AsRef<[u8]>) -> Read {
    read(&file("data", bytes).path)
}
