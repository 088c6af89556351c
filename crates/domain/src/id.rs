//! Identities, one newtype each, so that an item's number can never be taken for an annotator's.
//!
//! Two kinds: row numbers ([`ItemId`], [`AnnotatorId`], [`SourceId`]) mean something in one project file
//! only; keys ([`ItemKey`], [`JudgmentId`], [`AnnotatorKey`], [`ProjectKey`]) are 16 bytes that mean the
//! same thing everywhere, and are what exports carry.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! row_id {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(formatter)
            }
        }
    )+};
}

macro_rules! key {
    ($(#[$doc:meta] $name:ident),+ $(,)?) => {$(
        #[$doc]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; 16]);

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(formatter, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = ParseKeyError;

            fn from_str(text: &str) -> Result<Self, ParseKeyError> {
                bytes_from_hex(text).map(Self)
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

row_id! {
    /// An item's row in one project file; also its place in file order.
    ItemId,
    /// An annotator's row in one project file.
    AnnotatorId,
    /// The row of an imported file in one project file.
    SourceId,
}

key! {
    /// The content of an item, hashed: equal content has an equal key in every project.
    ItemKey,
    /// One judgment, everywhere. The first six bytes are its time, so that keys sort by age.
    JudgmentId,
    /// One annotator, everywhere.
    AnnotatorKey,
    /// One project, everywhere.
    ProjectKey,
}

impl JudgmentId {
    /// A new identity: 48 bits of Unix milliseconds, then 80 of the given randomness.
    pub fn new(recorded_at: crate::UnixMillis, random: u128) -> Self {
        let mut bytes = random.to_be_bytes();
        bytes[..6].copy_from_slice(&recorded_at.0.to_be_bytes()[2..]);
        Self(bytes)
    }
}

/// Why a text is no key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseKeyError(String);

impl fmt::Display for ParseKeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "expected 32 hexadecimal digits, found {:?}", self.0)
    }
}

impl std::error::Error for ParseKeyError {}

fn bytes_from_hex(text: &str) -> Result<[u8; 16], ParseKeyError> {
    let refused = || ParseKeyError(text.chars().take(40).collect());
    if text.len() != 32 || !text.is_ascii() {
        return Err(refused());
    }
    let mut bytes = [0; 16];
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let digit = |character: u8| (character as char).to_digit(16).ok_or_else(refused);
        *byte = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_survives_its_text() {
        let key = ItemKey(*b"0123456789abcdef");
        assert_eq!(key.to_string().parse::<ItemKey>(), Ok(key));
        assert!("12".parse::<ItemKey>().is_err(), "too short");
        assert!("zz".repeat(16).parse::<ItemKey>().is_err(), "no hexadecimal digits");
    }

    #[test]
    fn judgment_ids_sort_by_time() {
        let early = JudgmentId::new(crate::UnixMillis(1_000), u128::MAX);
        let late = JudgmentId::new(crate::UnixMillis(1_001), 0);
        assert!(early < late, "the time comes first");
    }
}
