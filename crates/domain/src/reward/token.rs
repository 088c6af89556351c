//! A token for the server of a model, on its way to where it is kept.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a server wants to see before it scores. It is never printed and never in a project; it is kept in the
/// system's keyring, by the server's address.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ServerToken(pub String);

impl fmt::Debug for ServerToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ServerToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Request;
    use crate::reward::ModelKey;

    #[test]
    fn a_token_is_not_printed() {
        let token = ServerToken("open-sesame".into());
        let request = Request::KeepToken { model: ModelKey("aa".into()), token: token.clone() };
        assert!(!format!("{token:?} {token:#?} {request:?} {request:#?}").contains("sesame"));
    }
}
