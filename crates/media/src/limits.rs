//! How much an image may cost before it is refused.

use std::time::Duration;

const MIB: u64 = 1024 * 1024;

/// What one image may take, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file that is read, in bytes.
    pub file_bytes: u64,
    /// Largest picture that is decoded, in bytes of its own pixel type (three a pixel for 8-bit RGB);
    /// checked against the header before anything of that size is allocated.
    pub decoded_bytes: u64,
}

impl Default for Limits {
    /// 1 GiB each: a picture of 16,384 x 16,384 pixels in 8-bit RGBA passes. One of 16 bits a channel is twice that: as
    /// PNG or TIFF it is read in bands of rows (`streamed`), and counts as what is shown of it.
    fn default() -> Self {
        Self { file_bytes: 1024 * MIB, decoded_bytes: 1024 * MIB }
    }
}

/// What the tiles of all pictures together may take, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TileBudget {
    /// In memory. A picture whose tiles would take more than half of it is put on the disk, so that two that are
    /// compared stay beside one another.
    pub memory_bytes: u64,
    /// On the disk, in files without a name that are gone with the program.
    pub disk_bytes: u64,
}

impl Default for TileBudget {
    /// 192 MiB in memory: two pictures of 18 million pixels. 6 GiB on the disk: four of 16,384 x 16,384.
    fn default() -> Self {
        Self { memory_bytes: 192 * MIB, disk_bytes: 6 * 1024 * MIB }
    }
}

/// What one fetch may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// Largest body, in bytes.
    pub body_bytes: u64,
    /// From the call to the last byte of the body.
    pub total: Duration,
    /// Largest file of [`crate::Fetcher::fetch_file`], in bytes.
    pub file_bytes: u64,
    /// From the call to the last byte of such a file.
    pub file_total: Duration,
    /// How much is kept on disk before what was not used for longest goes, in bytes.
    pub kept_bytes: u64,
    /// Until the connection stands, TLS included.
    pub connect: Duration,
    /// How many redirects are followed.
    pub redirects: usize,
    /// How long a failure is repeated from memory before the address is tried again.
    pub failure_rest: Duration,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            body_bytes: 64 * MIB,
            total: Duration::from_secs(30),
            file_bytes: 4 * 1024 * MIB,
            file_total: Duration::from_mins(10),
            kept_bytes: 20 * 1024 * MIB,
            connect: Duration::from_secs(10),
            redirects: 5,
            failure_rest: Duration::from_mins(1),
        }
    }
}
