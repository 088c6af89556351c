//! Signing in by an OpenID provider, which here is a small one of our own that can be told to lie.

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::hmac;
use ring::signature::{Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};

use crate::client::Answer;
use crate::world::{PASSWORD, World};

/// How the provider lies.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Lie {
    #[default]
    None,
    Nonce,
    Audience,
    Issuer,
    Expired,
    Key,
    Unsigned,
    SharedSecret,
}

#[derive(Default)]
struct State {
    lie: Lie,
    subject: String,
    /// By code: what was sent along.
    codes: HashMap<String, HashMap<String, String>>,
}

/// A provider at a port of its own.
pub struct FakeProvider {
    pub issuer: String,
    state: Arc<Mutex<State>>,
}

fn key(byte: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[byte; 32]).unwrap()
}

fn fields(text: &str) -> HashMap<String, String> {
    let decoded = |text: &str| {
        let mut bytes = Vec::new();
        let mut left = text.as_bytes();
        while let [first, rest @ ..] = left {
            if *first == b'%' {
                bytes.push(u8::from_str_radix(std::str::from_utf8(&rest[..2]).unwrap(), 16).unwrap());
                left = &rest[2..];
            } else {
                bytes.push(*first);
                left = rest;
            }
        }
        String::from_utf8(bytes).unwrap()
    };
    text.split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), decoded(value)))
        .collect()
}

impl FakeProvider {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        let state = Arc::new(Mutex::new(State { subject: "u-1".into(), ..State::default() }));
        let (kept, own) = (Arc::clone(&state), issuer.clone());
        std::thread::Builder::new()
            .name("provider".into())
            .spawn(move || {
                for stream in listener.incoming() {
                    let mut stream = stream.unwrap();
                    let mut text = String::new();
                    let mut piece = [0; 8192];
                    while !text.contains("\r\n\r\n") || !is_whole(&text) {
                        let count = stream.read(&mut piece).unwrap();
                        if count == 0 {
                            break;
                        }
                        text.push_str(&String::from_utf8_lossy(&piece[..count]));
                    }
                    let path = text.split(' ').nth(1).unwrap_or_default().to_owned();
                    let body = text.split("\r\n\r\n").nth(1).unwrap_or_default();
                    let (status, answer) = answer(&own, &kept, &path, body);
                    let answer = answer.to_string();
                    let head = format!(
                        "HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nconnection: close\r\n\
                         content-length: {}\r\n\r\n",
                        answer.len()
                    );
                    drop(stream.write_all(format!("{head}{answer}").as_bytes()));
                }
            })
            .unwrap();
        Self { issuer, state }
    }

    fn lies(&self, lie: Lie) {
        self.state.lock().unwrap().lie = lie;
    }

    fn is_about(&self, subject: &str) {
        subject.clone_into(&mut self.state.lock().unwrap().subject);
    }

    /// The person signs in at the provider, which sends the browser back with a code.
    fn sign_in(&self, address: &str) -> (String, String) {
        let sent = fields(address.split('?').nth(1).unwrap());
        assert_eq!(sent["code_challenge_method"], "S256");
        assert_eq!(sent["response_type"], "code");
        let mut state = self.state.lock().unwrap();
        let code = format!("code-{}", state.codes.len());
        let back = sent["state"].clone();
        state.codes.insert(code.clone(), sent);
        (code, back)
    }
}

fn is_whole(text: &str) -> bool {
    let length =
        text.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ").map(str::to_owned));
    let length = length.and_then(|length| length.trim().parse::<usize>().ok()).unwrap_or(0);
    text.split("\r\n\r\n").nth(1).is_some_and(|body| body.len() >= length)
}

fn answer(issuer: &str, state: &Mutex<State>, path: &str, body: &str) -> (u16, Value) {
    let mut state = state.lock().unwrap();
    match path {
        "/.well-known/openid-configuration" => (
            200,
            json!({
                "issuer": issuer,
                "authorization_endpoint": format!("{issuer}/authorize"),
                "token_endpoint": format!("{issuer}/token"),
                "jwks_uri": format!("{issuer}/keys"),
            }),
        ),
        "/keys" => {
            let point = BASE64_URL_SAFE_NO_PAD.encode(key(7).public_key());
            let jwk = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k1", "use": "sig", "x": point });
            (200, json!({ "keys": [jwk] }))
        }
        "/token" => {
            let given = fields(body);
            let Some(sent) = state.codes.remove(&given["code"]) else {
                return (400, json!({ "error": "invalid_grant" }));
            };
            let challenge = BASE64_URL_SAFE_NO_PAD.encode(digest(&SHA256, given["code_verifier"].as_bytes()));
            if challenge != sent["code_challenge"] || given["redirect_uri"] != sent["redirect_uri"] {
                return (400, json!({ "error": "invalid_grant" }));
            }
            (
                200,
                json!({ "access_token": "a", "token_type": "Bearer", "id_token": id_token(issuer, &state, &sent) }),
            )
        }
        _ => (404, json!({})),
    }
}

fn id_token(issuer: &str, state: &State, sent: &HashMap<String, String>) -> String {
    // When a world's clock begins.
    let now = 1_700_000_000;
    let is = |lie| state.lie == lie;
    let claims = json!({
        "iss": if is(Lie::Issuer) { "https://evil.example" } else { issuer },
        "aud": if is(Lie::Audience) { "another program" } else { &sent["client_id"] },
        "sub": state.subject,
        "nonce": if is(Lie::Nonce) { "another" } else { &sent["nonce"] },
        "exp": if is(Lie::Expired) { now - 3600 } else { now + 300 },
        "iat": now,
        "name": "Paula <b>Provided</b>",
    });
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let alg = match state.lie {
        Lie::Unsigned => "none",
        Lie::SharedSecret => "HS256",
        _ => "EdDSA",
    };
    let message = format!("{}.{}", part(&json!({ "alg": alg, "kid": "k1" })), part(&claims));
    let signature = match state.lie {
        Lie::Unsigned => Vec::new(),
        // The public key as a shared secret: whoever does not look at the kind of the key falls for it.
        Lie::SharedSecret => {
            let secret = hmac::Key::new(hmac::HMAC_SHA256, key(7).public_key().as_ref());
            hmac::sign(&secret, message.as_bytes()).as_ref().to_vec()
        }
        Lie::Key => key(8).sign(message.as_bytes()).as_ref().to_vec(),
        _ => key(7).sign(message.as_bytes()).as_ref().to_vec(),
    };
    format!("{message}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// Goes to the provider and back.
fn go(world: &World, provider: &FakeProvider, invitation: Option<&str>) -> Answer {
    let query = invitation.map_or_else(String::new, |secret| format!("?invitation={secret}"));
    let begun = world.client.get(&format!("/vouch{query}"));
    assert_eq!(begun.status, 303, "{}", begun.text());
    let (code, state) = provider.sign_in(begun.header("location").unwrap());
    world.client.with("cookie", &begun.cookie()).get(&format!("/vouch/back?code={code}&state={state}"))
}

#[test]
fn whom_the_provider_vouches_for_joins_by_an_invitation_and_comes_back_without() {
    let provider = FakeProvider::start();
    let world = World::vouched_by(&provider.issuer);
    let owner = world.owner();
    let page = world.client.get("/sign-in").text();
    assert!(page.contains("Sign in with The lab"), "{page}");
    let unknown = go(&world, &provider, None);
    assert_eq!(unknown.status, 403, "nobody knows this person: {}", unknown.text());
    let invitation = World::invitation(&owner, "lead", None);
    let joined = go(&world, &provider, Some(&invitation));
    assert_eq!(joined.status, 200, "{}", joined.text());
    let me = world.browser(&joined.cookie()).get("/api/v1/me").json();
    assert_eq!((me["name"].as_str(), me["role"].as_str()), (Some("Paula <b>Provided</b>"), Some("lead")));
    let back = go(&world, &provider, None);
    assert_eq!(world.browser(&back.cookie()).get("/api/v1/me").json()["annotator"], me["annotator"]);
    provider.is_about("u-2");
    assert_eq!(go(&world, &provider, Some(&invitation)).status, 403, "the invitation was used");
    let invitation = World::invitation(&owner, "annotator", None);
    let namesake = go(&world, &provider, Some(&invitation));
    assert_eq!(namesake.status, 200, "{}", namesake.text());
    let me = world.browser(&namesake.cookie()).get("/api/v1/me").json();
    assert_eq!(me["name"], "Paula <b>Provided</b> 2", "another person of that name");
}

#[test]
fn whoever_has_a_password_may_let_the_provider_vouch_for_them_too() {
    let provider = FakeProvider::start();
    let world = World::vouched_by(&provider.issuer);
    let owner = world.owner();
    let ana = world.join(&owner, "annotator", "Ana");
    assert!(ana.get("/accounts").text().contains("id=\"tie\""));
    assert_eq!(ana.without("x-tiebreak").send("POST", "/api/v1/tie", b"").status, 403, "by a page of ours");
    let program = world.program(&ana, &["judge"]);
    assert_eq!(program.send("POST", "/api/v1/tie", b"").status, 403, "by nobody but a person");
    let offered = ana.send("POST", "/api/v1/tie", b"");
    let path = offered.json()["path"].as_str().unwrap().to_owned();
    let secret = path.split("invitation=").nth(1).unwrap();
    assert_eq!(
        world.client.get(&format!("/join?invitation={secret}")).status,
        403,
        "no way to a new password"
    );
    let tied = go(&world, &provider, Some(secret));
    assert_eq!(tied.status, 200, "{}", tied.text());
    let me = |answer: &Answer| world.browser(&answer.cookie()).get("/api/v1/me").json()["name"].clone();
    assert_eq!(me(&tied), "Ana");
    assert_eq!(me(&go(&world, &provider, None)), "Ana", "from now on without");
    let by_password = world.client.form("/sign-in", &[("name", "Ana"), ("password", PASSWORD)]);
    assert_eq!(by_password.status, 200, "and her password is what it was");
    // Whom the provider vouches for as Ana cannot become Ben as well.
    let ben = world.join(&owner, "annotator", "Ben");
    let offered = ben.send("POST", "/api/v1/tie", b"").json()["path"].as_str().unwrap().to_owned();
    let refused = go(&world, &provider, offered.split("invitation=").nth(1));
    assert!(refused.status == 403 && refused.text().contains("another account"), "{}", refused.text());
    // An owner's link is a way back by the provider, too.
    provider.is_about("u-3");
    let back = World::invitation(&owner, "annotator", Some("Ben"));
    assert_eq!(me(&go(&world, &provider, Some(&back))), "Ben");
}

#[test]
fn sign_ins_that_are_only_begun_are_bounded_and_those_that_end_well_are_not() {
    let provider = FakeProvider::start();
    let world = World::vouched_by(&provider.issuer);
    let owner = world.owner();
    let invitation = World::invitation(&owner, "annotator", None);
    assert_eq!(go(&world, &provider, Some(&invitation)).status, 200);
    for _ in 0..30 {
        assert_eq!(go(&world, &provider, None).status, 200, "a whole lab signs in from one address");
    }
    let begun = (0..400).take_while(|_| world.client.get("/vouch").status == 303).count();
    assert!((250..=301).contains(&begun), "{begun} were begun: a course, and no flood");
    let refused = world.client.get("/vouch");
    assert!(refused.status == 429 && refused.header("retry-after").is_some(), "{}", refused.text());
    assert_eq!(world.client.get("/sign-in").status, 200, "a password is another way");
}

#[test]
fn nothing_the_provider_did_not_say_for_this_sign_in_lets_anybody_in() {
    let provider = FakeProvider::start();
    let world = World::vouched_by(&provider.issuer);
    let owner = world.owner();
    let invitation = World::invitation(&owner, "annotator", None);
    let lies =
        [Lie::Nonce, Lie::Audience, Lie::Issuer, Lie::Expired, Lie::Key, Lie::Unsigned, Lie::SharedSecret];
    for (number, lie) in lies.into_iter().enumerate() {
        provider.lies(lie);
        let refused = go(&world, &provider, Some(&invitation));
        assert_eq!(refused.status, 403, "lie {number}: {}", refused.text());
        assert!(refused.text().contains("cannot be trusted"), "lie {number}: {}", refused.text());
    }
    provider.lies(Lie::None);
    assert_eq!(go(&world, &provider, Some(&invitation)).status, 200, "the truth does");
}

#[test]
fn what_comes_back_counts_once_and_in_the_browser_that_went() {
    let provider = FakeProvider::start();
    let world = World::vouched_by(&provider.issuer);
    let owner = world.owner();
    let invitation = World::invitation(&owner, "annotator", None);
    let begun = world.client.get(&format!("/vouch?invitation={invitation}"));
    let (code, state) = provider.sign_in(begun.header("location").unwrap());
    let back = format!("/vouch/back?code={code}&state={state}");
    assert_eq!(world.client.get(&back).status, 403, "a browser that was tricked into it has no cookie");
    let other = world.client.get("/vouch");
    assert_eq!(
        world.client.with("cookie", &other.cookie()).get(&back).status,
        403,
        "or that of another sign-in"
    );
    let own = world.client.with("cookie", &begun.cookie());
    assert_eq!(own.get(&back).status, 200);
    assert_eq!(own.get(&back).status, 403, "once");
    let late = world.client.get("/vouch");
    let (code, state) = provider.sign_in(late.header("location").unwrap());
    world.wait(std::time::Duration::from_mins(11));
    let late = world.client.with("cookie", &late.cookie());
    assert_eq!(late.get(&format!("/vouch/back?code={code}&state={state}")).status, 403, "too late");
    let refused = world.client.get("/vouch");
    let (_, state) = provider.sign_in(refused.header("location").unwrap());
    let no = world.client.with("cookie", &refused.cookie());
    let no = no.get(&format!("/vouch/back?error=access_denied&error_description=%3Cb%3Eno&state={state}"));
    assert!(no.status == 403 && no.text().contains("&lt;b&gt;no"), "{}", no.text());
}
