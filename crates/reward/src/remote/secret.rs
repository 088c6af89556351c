//! A token that is never printed: not by `{:?}`, not in an error, not in a log, not in a file.

use std::fmt;

use reqwest::header::HeaderValue;

/// A bearer token. Where it is kept is its owner's affair; here it is only sent to the server it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// A token as the server's owner gave it; nothing if it is empty or cannot stand in a header. White space
    /// around it, which comes along when copying, is taken off.
    pub fn new(token: &str) -> Option<Self> {
        let token = token.trim();
        let is_token = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
        is_token.then(|| Self(token.to_owned()))
    }

    /// The value of the `Authorization` header; it is marked as sensitive, so that it is not logged either.
    pub(super) fn header(&self) -> HeaderValue {
        let mut value = HeaderValue::try_from(format!("Bearer {}", self.0))
            .expect("a secret holds only characters that may stand in a header");
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_not_printed() {
        let secret = Secret::new(" open-sesame\n").unwrap();
        assert!(!format!("{secret:?} {:?} {:#?}", secret.header(), Some(&secret)).contains("sesame"));
        assert_eq!(secret.header().to_str().unwrap(), "Bearer open-sesame", "what is sent is whole");
        for wrong in ["", "  ", "a b", "a\r\nX-Header: b", "ä"] {
            assert!(Secret::new(wrong).is_none(), "{wrong:?} cannot stand in a header");
        }
    }
}
