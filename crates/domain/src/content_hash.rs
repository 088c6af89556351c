//! Content hashes: equal content, equal key, on every machine.
//!
//! Fields are fed to BLAKE3 with their lengths in front, so that no two different contents run together
//! into the same bytes. The first 16 of BLAKE3's 32 bytes are kept: by the birthday bound a million items
//! collide with a chance below 10⁻²⁶.

/// A hash being built.
pub struct ContentHash(blake3::Hasher);

impl ContentHash {
    /// Starts a hash in a named domain, so that an item never equals a judgment.
    pub fn new(domain: &str) -> Self {
        let mut hash = Self(blake3::Hasher::new());
        hash.field(domain.as_bytes());
        hash
    }

    /// Adds one field.
    pub fn field(&mut self, bytes: &[u8]) -> &mut Self {
        self.0.update(&(bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    /// Adds a field that may be absent; absent and empty differ.
    pub fn optional(&mut self, bytes: Option<&[u8]>) -> &mut Self {
        if let Some(bytes) = bytes {
            self.0.update(&[1]);
            self.field(bytes)
        } else {
            self.0.update(&[0]);
            self
        }
    }

    /// The key.
    pub fn finish(&self) -> [u8; 16] {
        let mut key = [0; 16];
        key.copy_from_slice(&self.0.finalize().as_bytes()[..16]);
        key
    }
}
