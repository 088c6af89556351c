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
    /// 512 MiB each: a 13,000 x 13,000 picture in 8-bit RGB passes.
    fn default() -> Self {
        Self { file_bytes: 512 * MIB, decoded_bytes: 512 * MIB }
    }
}

/// What one fetch may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FetchLimits {
    /// Largest body, in bytes.
    pub body_bytes: u64,
    /// From the call to the last byte of the body.
    pub total: Duration,
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
            connect: Duration::from_secs(10),
            redirects: 5,
            failure_rest: Duration::from_mins(1),
        }
    }
}
