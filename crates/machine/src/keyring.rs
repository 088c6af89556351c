//! The keyring of the system: Secret Service on Linux, the keychain on macOS, the credential manager on Windows.
//!
//! What a failure says is put into words here, since some of the library's errors carry what they were to keep.

use keyring::{Entry, Error};

/// Under which all entries stand, beside the server's address.
const SERVICE: &str = "tiebreak";

/// The keyring of whoever runs the program.
pub struct SystemKeyring;

impl tiebreak_engine::Keyring for SystemKeyring {
    fn token(&self, server: &str) -> Result<Option<String>, String> {
        match entry(server)?.get_password() {
            Ok(token) => Ok(Some(token)),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(words(&error)),
        }
    }

    fn keep(&self, server: &str, token: &str) -> Result<(), String> {
        entry(server)?.set_password(token).map_err(|error| words(&error))
    }

    fn forget(&self, server: &str) -> Result<bool, String> {
        match entry(server)?.delete_credential() {
            Ok(()) => Ok(true),
            Err(Error::NoEntry) => Ok(false),
            Err(error) => Err(words(&error)),
        }
    }
}

fn entry(server: &str) -> Result<Entry, String> {
    Entry::new(SERVICE, server).map_err(|error| words(&error))
}

fn words(error: &Error) -> String {
    match error {
        Error::NoDefaultStore => match Entry::store_status() {
            Err(Error::PlatformFailure(reason) | Error::NoStorageAccess(reason)) => {
                format!("there is none that answers ({reason})")
            }
            _ => "there is none that answers".to_owned(),
        },
        Error::NoStorageAccess(reason) => format!("it is locked ({reason})"),
        Error::PlatformFailure(reason) => format!("it failed ({reason})"),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "what it holds is no token".to_owned(),
        Error::TooLong(..) => "the address or the token is too long for it".to_owned(),
        Error::Ambiguous(_) => "it holds several tokens for this server".to_owned(),
        _ => "it refused".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_failed_is_told_without_what_it_was_about() {
        assert_eq!(words(&Error::BadEncoding(b"open-sesame".to_vec())), "what it holds is no token");
        assert!(!words(&Error::TooLong("open-sesame".into(), 3)).contains("sesame"));
        assert!(!words(&Error::Invalid("password".into(), "open-sesame".into())).contains("sesame"));
    }
}
