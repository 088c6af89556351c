//! The bytes of a file: counted, hashed, unpacked, and without a byte order mark.
//!
//! gzip is recognised by its magic bytes, never by the name. Nothing here knows rows; the buffer is the only
//! memory, so a file of any size costs the same.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};

use flate2::bufread::MultiGzDecoder;

use crate::FormatError;

const BUFFER_BYTES: usize = 256 * 1024;

/// A file that counts and hashes what is read of it.
pub(crate) struct HashedFile {
    file: File,
    hash: blake3::Hasher,
    bytes_read: u64,
    is_at_end: bool,
}

impl Read for HashedFile {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.hash.update(&buffer[..count]);
        self.bytes_read += count as u64;
        self.is_at_end |= count == 0 && !buffer.is_empty();
        Ok(count)
    }
}

enum Bytes {
    Plain(Box<BufReader<HashedFile>>),
    Gzip(Box<BufReader<MultiGzDecoder<BufReader<HashedFile>>>>),
}

/// The unpacked bytes of a file, from behind its byte order mark.
pub(crate) struct Source {
    bytes: Bytes,
    path: String,
    size_bytes: u64,
}

impl Source {
    /// Opens a file, sees whether it is packed, and refuses what is no text in UTF-8 at all.
    pub(crate) fn open(path: &str) -> Result<Self, FormatError> {
        let refused = |source| FormatError::Open { path: path.to_owned(), source };
        let file = File::open(path).map_err(refused)?;
        let metadata = file.metadata().map_err(refused)?;
        if metadata.is_dir() {
            return Err(refused(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder")));
        }
        let file = HashedFile { file, hash: blake3::Hasher::new(), bytes_read: 0, is_at_end: false };
        let mut reader = BufReader::with_capacity(BUFFER_BYTES, file);
        let is_packed = reader.fill_buf().map_err(refused)?.starts_with(&[0x1f, 0x8b]);
        let bytes = if is_packed {
            Bytes::Gzip(Box::new(BufReader::with_capacity(BUFFER_BYTES, MultiGzDecoder::new(reader))))
        } else {
            Bytes::Plain(Box::new(reader))
        };
        let mut source = Self { bytes, path: path.to_owned(), size_bytes: metadata.len() };
        source.skip_byte_order_mark()?;
        Ok(source)
    }

    fn skip_byte_order_mark(&mut self) -> Result<(), FormatError> {
        let start = self.fill(0)?;
        if let Some((what, hint)) = not_text(start) {
            return Err(FormatError::NotText { what, hint, path: self.path.clone() });
        }
        if start.starts_with(b"\xef\xbb\xbf") {
            self.consume(3);
        }
        Ok(())
    }

    /// The next bytes, at least one unless the file ended; `rows` goes into the error.
    pub(crate) fn fill(&mut self, rows: u64) -> Result<&[u8], FormatError> {
        // The first call only fills the buffer, so that the error path may borrow the path again.
        if let Err(source) = self.fill_buf() {
            return Err(self.failure(source, rows));
        }
        self.fill_buf().map_err(|source| FormatError::Read { path: String::new(), rows, source })
    }

    /// Marks bytes as used.
    pub(crate) fn consume(&mut self, count: usize) {
        match &mut self.bytes {
            Bytes::Plain(reader) => reader.consume(count),
            Bytes::Gzip(reader) => reader.consume(count),
        }
    }

    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        loop {
            let result = match &mut self.bytes {
                Bytes::Plain(reader) => reader.fill_buf().map(<[u8]>::len),
                Bytes::Gzip(reader) => reader.fill_buf().map(<[u8]>::len),
            };
            match result {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        match &mut self.bytes {
            Bytes::Plain(reader) => reader.fill_buf(),
            Bytes::Gzip(reader) => reader.fill_buf(),
        }
    }

    fn failure(&self, source: io::Error, rows: u64) -> FormatError {
        let path = self.path.clone();
        match (&self.bytes, source.kind()) {
            (Bytes::Gzip(_), io::ErrorKind::UnexpectedEof) => FormatError::CutGzip { path, rows },
            (Bytes::Gzip(_), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                FormatError::DamagedGzip { path, rows, source }
            }
            _ => FormatError::Read { path, rows, source },
        }
    }

    fn file(&self) -> &HashedFile {
        match &self.bytes {
            Bytes::Plain(reader) => reader.get_ref(),
            Bytes::Gzip(reader) => reader.get_ref().get_ref().get_ref(),
        }
    }

    /// Whether the file is packed.
    pub(crate) fn is_packed(&self) -> bool {
        matches!(self.bytes, Bytes::Gzip(_))
    }

    /// Where the file is.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Bytes of the file read, packed ones if it is packed.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.file().bytes_read
    }

    /// Bytes in the file when it was opened.
    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    /// BLAKE3 of the file's bytes, once all were read.
    pub(crate) fn blake3(&self) -> Option<String> {
        let file = self.file();
        file.is_at_end.then(|| file.hash.finalize().to_hex().to_string())
    }
}

/// What the bytes are instead of text in UTF-8, and what to do about it.
fn not_text(start: &[u8]) -> Option<(&'static str, &'static str)> {
    const UNPACK: &str = "Unpack it first; of packed files, only gzip is read as it is";
    const PATHS: &str = "Import a table or JSONL whose rows name the image files by their paths";
    const MAGIC: [(&[u8], &str, &str); 12] = [
        (b"PK\x03\x04", "a zip archive (or a spreadsheet)", "Unpack it, or save the spreadsheet as CSV"),
        (b"PAR1", "a Parquet file", "Convert it to JSONL, for example with Python's `datasets`: `to_json`"),
        (b"ARROW1", "an Arrow file", "Convert it to JSONL, for example with Python's `datasets`: `to_json`"),
        (
            b"SQLite format 3\0",
            "a SQLite database",
            "Open it as a project if it is one, or export its rows as CSV",
        ),
        (b"\x28\xb5\x2f\xfd", "packed with zstd", UNPACK),
        (b"BZh9", "packed with bzip2", UNPACK),
        (b"\xfd7zXZ\0", "packed with xz", UNPACK),
        (b"\x1f\x8b", "gzip within gzip", "Unpack it once"),
        (b"\x89PNG", "a PNG image", PATHS),
        (b"\xff\xd8\xff", "a JPEG image", PATHS),
        (b"GIF8", "a GIF image", PATHS),
        (b"%PDF-", "a PDF document", "Copy its texts into JSONL, JSON, CSV or TSV"),
    ];
    const RECODE: &str = "Convert it to UTF-8, for example by `iconv -f UTF-16 -t UTF-8 FILE > NEW`";
    if start.starts_with(b"\xff\xfe") || start.starts_with(b"\xfe\xff") {
        return Some(("in UTF-16", RECODE));
    }
    if let Some((_, what, hint)) = MAGIC.iter().find(|(magic, ..)| start.starts_with(magic)) {
        return Some((what, hint));
    }
    let looked_at = &start[..start.len().min(8192)];
    let zeros = memchr::memchr_iter(0, looked_at).count();
    if zeros == 0 {
        None
    } else if zeros * 3 > looked_at.len() {
        Some(("in UTF-16, by its zero bytes,", RECODE))
    } else {
        Some(("binary", "Convert it to JSONL, JSON, CSV or TSV"))
    }
}
