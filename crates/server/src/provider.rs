//! An OpenID provider: the code flow with PKCE (OpenID Connect Core 1.0, section 3.1; RFC 7636). What the provider
//! says is taken only with its signature, made for this client, and for this very sign-in.

mod identity;

use std::sync::Arc;
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ring::digest::{SHA256, digest};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_engine::BegunVouching;
use tokio::sync::Mutex;

pub use identity::Identity;
use identity::{Expected, Keys, identity};

/// How long what the provider says of itself is kept.
const FRESH: Duration = Duration::from_hours(1);
/// How soon keys may be asked for again, where one is not among those known.
const KEYS_AGAIN: Duration = Duration::from_secs(30);
/// How long one answer of the provider may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// The most bytes of an answer.
const MOST_BYTES: usize = 1024 * 1024;
/// An OpenID provider, as it is set up.
#[derive(Clone)]
pub struct ProviderSettings {
    /// Its address, as it names itself in what it signs.
    pub issuer: String,
    /// What it knows this program as.
    pub client_id: String,
    /// What this program shows it; none for public clients.
    pub client_secret: Option<String>,
    /// Where it sends browsers back to.
    pub redirect_url: String,
}

/// A provider that can be asked.
pub struct Provider {
    settings: ProviderSettings,
    http: reqwest::Client,
    known: Mutex<Option<Known>>,
}

#[derive(Clone)]
struct Known {
    places: Arc<Places>,
    keys: Arc<Keys>,
    asked_at: Instant,
}

/// What the provider says of itself (OpenID Connect Discovery 1.0).
#[derive(Deserialize)]
struct Places {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Vec<String>,
}

#[derive(Deserialize)]
struct Tokens {
    id_token: String,
}

impl Provider {
    /// A provider. Nothing is asked of it yet.
    pub fn new(settings: ProviderSettings) -> Result<Self, ApiError> {
        if !is_safe(&settings.issuer) {
            let message =
                format!("the provider's address does not begin with https://, {:?}", settings.issuer);
            return Err(ApiError::new(ErrorCode::BadInput, message));
        }
        // An error says that the program has chosen another provider of cryptography, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("tiebreak/", env!("CARGO_PKG_VERSION")))
            .timeout(PATIENCE)
            // Whoever is named is asked, and nobody else.
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .map_err(|error| {
                ApiError::new(ErrorCode::System, format!("no provider can be asked: {error}"))
            })?;
        Ok(Self { settings, http, known: Mutex::new(None) })
    }

    /// Where the browser goes to sign in.
    pub async fn address(&self, begun: &BegunVouching) -> Result<String, String> {
        let known = self.known(None).await?;
        let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, begun.verifier.as_bytes()));
        let query = form(&[
            ("response_type", "code"),
            ("scope", "openid profile"),
            ("client_id", &self.settings.client_id),
            ("redirect_uri", &self.settings.redirect_url),
            ("state", &begun.state),
            ("nonce", &begun.nonce),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ]);
        let place = &known.places.authorization_endpoint;
        let joint = if place.contains('?') { '&' } else { '?' };
        Ok(format!("{place}{joint}{query}"))
    }

    /// Whom a code that came back stands for.
    pub async fn identity(
        &self,
        code: &str,
        nonce: &str,
        verifier: &str,
        now_s: i64,
    ) -> Result<Identity, String> {
        let known = self.known(None).await?;
        let settings = &self.settings;
        let mut fields = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", settings.redirect_url.as_str()),
            ("client_id", settings.client_id.as_str()),
            ("code_verifier", verifier),
        ];
        let mut asked = self
            .http
            .post(&known.places.token_endpoint)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        if let Some(secret) = &settings.client_secret {
            let methods = &known.places.token_endpoint_auth_methods_supported;
            let takes = |word: &str| methods.iter().any(|method| method == word);
            if takes("client_secret_post") && !takes("client_secret_basic") {
                fields.push(("client_secret", secret));
            } else {
                let both = format!("{}:{}", encoded(&settings.client_id), encoded(secret));
                asked = asked.header("authorization", format!("Basic {}", BASE64_STANDARD.encode(both)));
            }
        }
        let tokens: Tokens = read(asked.body(form(&fields)).send().await, "did not take the code").await?;
        let known = self.known(Some(&tokens.id_token)).await?;
        let expected = Expected { issuer: &settings.issuer, client_id: &settings.client_id, nonce, now_s };
        identity(&tokens.id_token, &known.keys, &expected)
            .map_err(|why| format!("what the provider said cannot be trusted: {why}"))
    }

    /// What is known of the provider; asked anew where it is old, or lacks a key.
    async fn known(&self, token: Option<&str>) -> Result<Known, String> {
        let mut kept = self.known.lock().await;
        if let Some(known) = &*kept {
            let age = known.asked_at.elapsed();
            let has_key = token.is_none_or(|token| known.keys.has_key_of(token));
            if age < FRESH && (has_key || age < KEYS_AGAIN) {
                return Ok(known.clone());
            }
        }
        let issuer = &self.settings.issuer;
        let place = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let places: Places = read(self.http.get(place).send().await, "cannot be asked").await?;
        if places.issuer != *issuer {
            return Err(format!("the provider calls itself {:?}, and not {issuer:?}", places.issuer));
        }
        for place in [&places.authorization_endpoint, &places.token_endpoint, &places.jwks_uri] {
            if !is_safe(place) {
                return Err(format!("the provider has a place without TLS, {place}"));
            }
        }
        let keys: Keys = read(self.http.get(&places.jwks_uri).send().await, "tells no keys").await?;
        let known = Known { places: Arc::new(places), keys: Arc::new(keys), asked_at: Instant::now() };
        *kept = Some(known.clone());
        Ok(known)
    }
}

/// Whether nobody between can read along.
fn is_safe(address: &str) -> bool {
    let here = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
    let is_here = |here: &&str| {
        address.strip_prefix(*here).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    };
    address.starts_with("https://") || here.iter().any(is_here)
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn form(fields: &[(&str, &str)]) -> String {
    let fields: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    fields.join("&")
}

async fn read<T: DeserializeOwned>(
    sent: Result<reqwest::Response, reqwest::Error>,
    failed: &str,
) -> Result<T, String> {
    let with = |why: &dyn std::fmt::Display| format!("the provider {failed}: {why}");
    let mut answer = sent.map_err(|error| with(&error.without_url()))?;
    if !answer.status().is_success() {
        return Err(with(&format!("it answers with status {}", answer.status().as_u16())));
    }
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| with(&error.without_url()))? {
        if bytes.len() + piece.len() > MOST_BYTES {
            return Err(with(&"its answer does not end"));
        }
        bytes.extend_from_slice(&piece);
    }
    serde_json::from_slice(&bytes).map_err(|error| with(&error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_without_tls_are_those_of_this_machine() {
        for safe in ["https://a.example", "http://127.0.0.1:80/x", "http://localhost", "http://[::1]:9"] {
            assert!(is_safe(safe), "{safe}");
        }
        for unsafe_ in
            ["http://a.example", "http://localhost.evil.example", "http://127.0.0.1.evil", "ftp://a", ""]
        {
            assert!(!is_safe(unsafe_), "{unsafe_}");
        }
    }
}
