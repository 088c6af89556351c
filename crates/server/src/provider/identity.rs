//! Identities that a provider signs: JSON Web Tokens (RFC 7519), with signatures of RFC 7515 and 7518 by keys of
//! RFC 7517. Only signatures that nobody but the provider can make are taken: with a shared secret, or none, anybody
//! could make one.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::signature::{
    self, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey, VerificationAlgorithm,
};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

/// By how much clocks may differ, in seconds.
const LEEWAY_S: i64 = 60;

/// What is held against an identity.
#[derive(Clone, Copy, Debug)]
pub struct Expected<'a> {
    /// Who signs.
    pub issuer: &'a str,
    /// For whom.
    pub client_id: &'a str,
    /// For which sign-in.
    pub nonce: &'a str,
    /// The time, in seconds since 1970.
    pub now_s: i64,
}

/// Whom the provider vouches for.
#[derive(Debug, PartialEq, Eq)]
pub struct Identity {
    /// The issuer, a line feed, the subject.
    pub subject: String,
    /// What they are called there.
    pub name: String,
}

/// The keys of a provider.
#[derive(Debug, Deserialize)]
pub struct Keys {
    keys: Vec<Key>,
}

#[derive(Debug, Deserialize)]
struct Key {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    purpose: Option<String>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    /// What has to be understood; nothing of that is.
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    azp: Option<String>,
    name: Option<String>,
    preferred_username: Option<String>,
    email: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Several(Vec<String>),
}

impl Audience {
    fn all(&self) -> &[String] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several,
        }
    }
}

impl Keys {
    /// Whether there is the key that a token names; whoever names none is content with any.
    pub fn has_key_of(&self, token: &str) -> bool {
        let Ok(header) = part::<Header>(token.split('.').next()) else { return true };
        header.kid.is_none_or(|kid| self.keys.iter().any(|key| key.kid.as_ref() == Some(&kid)))
    }
}

/// Whom a token vouches for; why it cannot be trusted, if it cannot.
pub fn identity(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Identity, &'static str> {
    let mut parts = token.split('.');
    let (header, claims, signed) = (parts.next(), parts.next(), parts.next());
    let (Some(head), Some(body), Some(signature), None) = (header, claims, signed, parts.next()) else {
        return Err("it is no signed identity");
    };
    let header: Header = part(Some(head))?;
    if header.crit.is_some() {
        return Err("it demands what this program does not know");
    }
    let signature = decoded(signature)?;
    let message = &token.as_bytes()[..head.len() + 1 + body.len()];
    let is_meant = |key: &&Key| {
        key.kid == header.kid.clone().or_else(|| key.kid.clone())
            && key.alg.as_ref().is_none_or(|alg| *alg == header.alg)
            && key.purpose.as_ref().is_none_or(|purpose| purpose == "sig")
    };
    let mut meant = keys.keys.iter().filter(is_meant).peekable();
    if meant.peek().is_none() {
        return Err("the key of its signature is not known");
    }
    if !meant.any(|key| key.has_signed(&header.alg, message, &signature)) {
        return Err("its signature is not the provider's");
    }
    let claims: Claims = part(Some(body))?;
    let now = expected.now_s as f64;
    let leeway = LEEWAY_S as f64;
    let for_us = |audience: &String| audience == expected.client_id;
    if claims.iss != expected.issuer {
        return Err("somebody else signed it");
    }
    if !claims.aud.all().iter().any(for_us) {
        return Err("it was made for another program");
    }
    if !claims.azp.as_ref().map_or(claims.aud.all().len() == 1, for_us) {
        return Err("it was made for another program to use");
    }
    if claims.exp + leeway <= now || claims.nbf.is_some_and(|from| from - leeway > now) {
        return Err("it is too old, or the clocks differ");
    }
    if claims.nonce.as_deref() != Some(expected.nonce) {
        return Err("it is about another sign-in");
    }
    if claims.sub.is_empty() {
        return Err("it is about nobody");
    }
    let name = claims.name.or(claims.preferred_username).or(claims.email);
    Ok(Identity { subject: format!("{}\n{}", claims.iss, claims.sub), name: name.unwrap_or(claims.sub) })
}

impl Key {
    fn has_signed(&self, algorithm: &str, message: &[u8], signature: &[u8]) -> bool {
        match algorithm {
            "RS256" => self.has_signed_rsa(&signature::RSA_PKCS1_2048_8192_SHA256, message, signature),
            "RS384" => self.has_signed_rsa(&signature::RSA_PKCS1_2048_8192_SHA384, message, signature),
            "RS512" => self.has_signed_rsa(&signature::RSA_PKCS1_2048_8192_SHA512, message, signature),
            "PS256" => self.has_signed_rsa(&signature::RSA_PSS_2048_8192_SHA256, message, signature),
            "PS384" => self.has_signed_rsa(&signature::RSA_PSS_2048_8192_SHA384, message, signature),
            "PS512" => self.has_signed_rsa(&signature::RSA_PSS_2048_8192_SHA512, message, signature),
            "ES256" => self.has_signed_ec("P-256", &signature::ECDSA_P256_SHA256_FIXED, message, signature),
            "ES384" => self.has_signed_ec("P-384", &signature::ECDSA_P384_SHA384_FIXED, message, signature),
            "EdDSA" => {
                let point = self.x.as_deref().map(decoded);
                match point {
                    Some(Ok(point)) if self.is("OKP", Some("Ed25519")) => {
                        UnparsedPublicKey::new(&signature::ED25519, point).verify(message, signature).is_ok()
                    }
                    _ => false,
                }
            }
            _ => false,
        }
    }

    fn is(&self, kind: &str, curve: Option<&str>) -> bool {
        self.kty == kind && self.crv.as_deref() == curve
    }

    fn has_signed_rsa(&self, parameters: &'static RsaParameters, message: &[u8], signature: &[u8]) -> bool {
        let numbers = self.n.as_deref().map(decoded).zip(self.e.as_deref().map(decoded));
        let Some((Ok(n), Ok(e))) = numbers else { return false };
        self.is("RSA", None) && RsaPublicKeyComponents { n, e }.verify(parameters, message, signature).is_ok()
    }

    fn has_signed_ec(
        &self,
        curve: &str,
        algorithm: &'static dyn VerificationAlgorithm,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let numbers = self.x.as_deref().map(decoded).zip(self.y.as_deref().map(decoded));
        let Some((Ok(x), Ok(y))) = numbers else { return false };
        // 4 stands before the whole point, both of its numbers (SEC 1, section 2.3.3).
        let point = [&[4], x.as_slice(), y.as_slice()].concat();
        self.is("EC", Some(curve))
            && UnparsedPublicKey::new(algorithm, point).verify(message, signature).is_ok()
    }
}

fn part<T: DeserializeOwned>(text: Option<&str>) -> Result<T, &'static str> {
    let bytes = decoded(text.unwrap_or_default())?;
    serde_json::from_slice(&bytes).map_err(|_| "it says less than an identity has to say")
}

fn decoded(text: &str) -> Result<Vec<u8>, &'static str> {
    BASE64_URL_SAFE_NO_PAD.decode(text).map_err(|_| "it is no signed identity")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 7515, appendices A.2 and A.3: the same claims, signed by RSA and by an elliptic curve. They are no identity,
    /// which is found out after the signature.
    const RSA_KEY: &str = r#"{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}"#;
    const EC_KEY: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}"#;
    const RSA_TOKEN: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const EC_TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn refused(token: &str, keys: &[&str]) -> &'static str {
        let keys = serde_json::from_str(&format!("{{\"keys\":[{}]}}", keys.join(","))).expect("keys");
        let expected = Expected { issuer: "joe", client_id: "c", nonce: "n", now_s: 1_300_819_000 };
        identity(token, &keys, &expected).expect_err("no identity")
    }

    #[test]
    fn the_signatures_of_the_standards_own_examples_are_right() {
        let says_less = "it says less than an identity has to say";
        assert_eq!(refused(RSA_TOKEN, &[RSA_KEY]), says_less, "after a signature that is right");
        assert_eq!(refused(EC_TOKEN, &[RSA_KEY, EC_KEY]), says_less);
        let wrong = "its signature is not the provider's";
        assert_eq!(refused(EC_TOKEN, &[RSA_KEY]), wrong, "a key of another kind");
        assert_eq!(refused(&RSA_TOKEN.replacen("eyJpc3Mi", "eyJpc3Nj", 1), &[RSA_KEY]), wrong, "other words");
        assert_eq!(refused(&EC_TOKEN.replacen("DtEh", "DtEi", 1), &[EC_KEY]), wrong, "another signature");
        assert_eq!(refused(RSA_TOKEN, &[]), "the key of its signature is not known");
    }

    #[test]
    fn what_is_no_token_is_refused() {
        for nonsense in ["", "a.b", "a.b.c.d", "é.é.é", "..", "eyJhbGciOiJub25lIn0.e30."] {
            refused(nonsense, &[RSA_KEY]);
        }
        let for_another_use = RSA_KEY.replace("\"kty\"", "\"use\":\"enc\",\"kty\"");
        assert_eq!(refused(RSA_TOKEN, &[&for_another_use]), "the key of its signature is not known");
    }
}
