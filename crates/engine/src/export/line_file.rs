//! A file of lines while it is being written: counted, hashed and buffered.

use std::io::{self, BufWriter, Write};

use tempfile::NamedTempFile;

/// Lines on their way into a temporary file. What fails is kept and told at the end, since those who hand over
/// lines only know to stop.
pub struct LineFile {
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
        Self { writer: BufWriter::new(file), hash: blake3::Hasher::new(), size_bytes: 0, failed: None }
    }

    /// Writes a line and its end; says whether it can go on.
    pub fn line(&mut self, line: &str) -> bool {
        self.bytes(line.as_bytes()) && self.bytes(b"\n")
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
    pub fn finish(self) -> io::Result<FinishedFile> {
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
