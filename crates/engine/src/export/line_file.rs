//! A file of lines while it is being written: counted, hashed and buffered.

use std::io::{self, BufWriter, Write};

use tempfile::NamedTempFile;
use tiebreak_domain::ExportFormat;

/// Lines on their way into a temporary file. What fails is kept and told at the end, since those who hand over
/// lines only know to stop.
pub struct LineFile {
    /// Whether the lines stand in one JSON array.
    is_array: bool,
    lines: u64,
    writer: BufWriter<NamedTempFile>,
    hash: blake3::Hasher,
    size_bytes: u64,
    failed: Option<io::Error>,
}

/// A finished file that is not yet in its place.
pub struct FinishedFile {
    /// The file.
    pub file: NamedTempFile,
    /// Its length.
    pub size_bytes: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

impl LineFile {
    /// Begins with an empty file.
    pub fn new(file: NamedTempFile) -> Self {
        let writer = BufWriter::new(file);
        Self { is_array: false, lines: 0, writer, hash: blake3::Hasher::new(), size_bytes: 0, failed: None }
    }

    /// Begins with an empty file of a format.
    pub fn of(format: ExportFormat, file: NamedTempFile) -> Self {
        Self { is_array: format.is_array(), ..Self::new(file) }
    }

    /// Writes a line and its end; says whether it can go on.
    pub fn line(&mut self, line: &str) -> bool {
        let before: &[u8] = match (self.is_array, self.lines) {
            (false, _) => b"",
            (true, 0) => b"[\n",
            (true, _) => b",\n",
        };
        self.lines += 1;
        let after: &[u8] = if self.is_array { b"" } else { b"\n" };
        self.bytes(before) && self.bytes(line.as_bytes()) && self.bytes(after)
    }

    fn bytes(&mut self, bytes: &[u8]) -> bool {
        self.hash.update(bytes);
        self.size_bytes += bytes.len() as u64;
        if let Err(error) = self.writer.write_all(bytes) {
            self.failed = Some(error);
        }
        self.failed.is_none()
    }

    /// Makes what was written durable.
    pub fn finish(mut self) -> io::Result<FinishedFile> {
        if self.is_array {
            self.bytes(if self.lines == 0 { b"[]\n" } else { b"\n]\n" });
        }
        if let Some(error) = self.failed {
            return Err(error);
        }
        let file = self.writer.into_inner().map_err(io::IntoInnerError::into_error)?;
        file.as_file().sync_all()?;
        Ok(FinishedFile {
            file,
            size_bytes: self.size_bytes,
            blake3: self.hash.finalize().to_hex().to_string(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn lines_of_an_array_stand_in_one() {
        for (lines, expected) in [(0, "[]\n"), (1, "[\n{}\n]\n"), (2, "[\n{},\n{}\n]\n")] {
            let mut file = LineFile::of(ExportFormat::LabelStudio, NamedTempFile::new().unwrap());
            assert!((0..lines).all(|_| file.line("{}")));
            let finished = file.finish().unwrap();
            let written = std::fs::read_to_string(finished.file.path()).unwrap();
            assert_eq!((written.as_str(), written.len() as u64), (expected, finished.size_bytes));
            assert_eq!(finished.blake3, blake3::hash(expected.as_bytes()).to_hex().to_string());
        }
    }
}
