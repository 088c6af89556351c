//! PINs made into what is stored: Argon2id under a random salt, with the parameters that OWASP's cheat sheet on
//! password storage names first for little memory (19 MiB, two passes, one lane).
//!
//! A PIN of four digits has ten thousand possibilities, which no hash protects from whoever has the project file;
//! it makes each of them cost, and keeps a PIN that is used elsewhere too from being read there.

use argon2::{Algorithm, Argon2, Params, Version};
use tiebreak_domain::{ApiError, ErrorCode, Pin};
use tiebreak_store::PinRecord;

const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// What is stored of a PIN.
pub fn record(pin: &Pin, salt: [u8; 16]) -> Result<PinRecord, ApiError> {
    let failed =
        |error: argon2::Error| ApiError::new(ErrorCode::System, format!("the PIN cannot be hashed: {error}"));
    let mut hash = [0; 32];
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(hash.len())).map_err(failed)?;
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(pin.0.as_bytes(), &salt, &mut hash)
        .map_err(failed)?;
    Ok(PinRecord { salt, hash })
}

/// Whether a PIN is the stored one.
pub fn is_right(pin: &Pin, stored: &PinRecord) -> Result<bool, ApiError> {
    Ok(record(pin, stored.salt)? == *stored)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_the_pin_itself_is_right_and_the_salt_makes_a_difference() {
        let stored = record(&Pin("2468".into()), [1; 16]).unwrap();
        assert!(is_right(&Pin("2468".into()), &stored).unwrap());
        assert!(!is_right(&Pin("2469".into()), &stored).unwrap());
        let salted_otherwise = record(&Pin("2468".into()), [2; 16]).unwrap();
        assert_ne!(stored.hash, salted_otherwise.hash, "two people with one PIN do not look alike");
    }
}
