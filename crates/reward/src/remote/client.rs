//! Requests to one model on one server, tried again where that may help.

use std::error::Error;
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{RequestBuilder, Response, StatusCode, Url, redirect};

use super::Patience;
use super::error::RemoteError;
use super::metadata::{Expected, ModelMetadata, ServerMetadata, TensorMetadata};
use super::retry::is_passing;
use super::secret::Secret;
use super::tensor::{self, Tensor};
use crate::model::manifest::RemoteServer;

/// More than the outputs of any batch; a server that sends more is broken.
const ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// As much of an error's text is shown.
const MESSAGE_CHARACTERS: usize = 300;
const BINARY_EXTENSION: &str = "binary_tensor_data";
const BINARY_HEADER: &str = "Inference-Header-Content-Length";

/// One model on one server.
pub(super) struct Client {
    http: reqwest::Client,
    server: RemoteServer,
    token: Option<Secret>,
    patience: Patience,
    jitter: Box<dyn Fn() -> f64 + Send + Sync>,
    /// The model's inputs, as the server has them; known after [`Self::check`].
    inputs: Vec<TensorMetadata>,
    is_binary: bool,
}

impl Client {
    pub(super) fn new(
        server: &RemoteServer,
        token: Option<&Secret>,
        patience: Patience,
        jitter: Box<dyn Fn() -> f64 + Send + Sync>,
    ) -> Result<Self, RemoteError> {
        let no_client = |message: String| RemoteError::NoClient { message };
        let url = Url::parse(&server.address).map_err(|error| no_client(error.to_string()))?;
        if token.is_some() && url.scheme() != "https" && !is_this_machine(&url) {
            return Err(RemoteError::OpenLine { address: server.address.clone() });
        }
        // An error says that the program has chosen another provider, which serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .user_agent(concat!("tiebreak/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(patience.connect)
            .timeout(patience.answer)
            // Candidates and the token go to the server that the user named, and to no other.
            .redirect(redirect::Policy::none())
            .referer(false)
            .build()
            .map_err(|error| no_client(innermost(&error)))?;
        Ok(Self {
            http,
            server: server.clone(),
            token: token.cloned(),
            patience,
            jitter,
            inputs: Vec::new(),
            is_binary: false,
        })
    }

    /// Asks whether the model is ready, what it is like, and what the server can do.
    pub(super) async fn check(&mut self, expected: &Expected) -> Result<(), RemoteError> {
        let model = self.model_address();
        let ready = self.http.get(format!("{model}/ready"));
        match self.send(ready).await {
            Ok(_) => {}
            Err(RemoteError::Status { status: 400 | 404 | 503, .. }) => {
                return Err(RemoteError::NotReady { model: self.server.model.clone() });
            }
            Err(error) => return Err(error),
        }
        let metadata: ModelMetadata = read(&self.send(self.http.get(&model)).await?)?;
        expected.check(&metadata)?;
        self.inputs = metadata.inputs;
        // Servers need not say anything of themselves; then JSON is what they understand.
        let about = self.send(self.http.get(format!("{}/v2", self.server.address))).await;
        let about: ServerMetadata = about.and_then(|about| read(&about)).unwrap_or_default();
        self.is_binary = about.extensions.iter().any(|extension| extension == BINARY_EXTENSION);
        Ok(())
    }

    /// One batch.
    pub(super) async fn infer(
        &self,
        inputs: &[Tensor],
        outputs: &[String],
    ) -> Result<Vec<Tensor>, RemoteError> {
        let batch = inputs.first().and_then(|input| input.shape.first()).copied().unwrap_or_default();
        let body = tensor::request(inputs, outputs, &self.inputs, self.is_binary);
        let mut request = self.http.post(format!("{}/infer", self.model_address()));
        request = match body.json_bytes {
            Some(bytes) => {
                request.header(BINARY_HEADER, bytes).header(CONTENT_TYPE, "application/octet-stream")
            }
            None => request.header(CONTENT_TYPE, "application/json"),
        };
        tensor::answer(&self.send(request.body(body.bytes)).await?, outputs, batch)
    }

    fn model_address(&self) -> String {
        let RemoteServer { address, model, version, .. } = &self.server;
        let version = version.as_ref().map(|version| format!("/versions/{version}")).unwrap_or_default();
        format!("{address}/v2/models/{model}{version}")
    }

    /// The body of a good answer. Every request here may be sent twice without harm.
    async fn send(&self, request: RequestBuilder) -> Result<Vec<u8>, RemoteError> {
        let request = match &self.token {
            Some(token) => request.header(AUTHORIZATION, token.header()),
            None => request,
        };
        let retries = self.patience.retries;
        let mut retry = 0;
        loop {
            let again = request.try_clone().expect("a body of bytes can be sent twice");
            let (error, asked_pause) = match self.send_once(again).await {
                Ok(body) => return Ok(body),
                Err(Failure::Final(error)) => return Err(error),
                Err(Failure::Passing(error, pause)) => (error, pause),
            };
            if retry >= retries.times {
                return Err(error);
            }
            if let Some(pause) = asked_pause.filter(|pause| *pause > retries.longest_pause) {
                return Err(RemoteError::Busy { pause });
            }
            // Never before the server asked for, and spread out even so.
            let pause = retries.pause(retry, (self.jitter)()).max(asked_pause.unwrap_or_default());
            tracing::info!(%error, ?pause, "a request to a remote scorer is tried again");
            tokio::time::sleep(pause).await;
            retry += 1;
        }
    }

    async fn send_once(&self, request: RequestBuilder) -> Result<Vec<u8>, Failure> {
        let broken = |error: reqwest::Error| {
            Failure::Passing(RemoteError::Connection { message: innermost(&error.without_url()) }, None)
        };
        let mut response = request.send().await.map_err(broken)?;
        let status = response.status();
        let pause = pause_of(&response);
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await.map_err(broken)? {
            if body.len() + chunk.len() > ANSWER_BYTES {
                let what = format!("it is longer than {ANSWER_BYTES} bytes");
                return Err(Failure::Final(RemoteError::BadAnswer { what }));
            }
            body.extend_from_slice(&chunk);
        }
        if status == StatusCode::OK {
            return Ok(body);
        }
        let code = status.as_u16();
        let error = match code {
            401 | 403 => RemoteError::Refused { status: code },
            _ => RemoteError::Status { status: code, message: message_of(&body) },
        };
        Err(if is_passing(code) { Failure::Passing(error, pause) } else { Failure::Final(error) })
    }
}

/// Whether another try may help, and the pause that the server asks for.
enum Failure {
    Final(RemoteError),
    Passing(RemoteError, Option<Duration>),
}

/// `Retry-After` in seconds. A date, which inference servers do not send, would need a clock, and is left out.
fn pause_of(response: &Response) -> Option<Duration> {
    let seconds = response.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

/// What a server says of an error: `{"error": "…"}`, or whatever it sent.
fn message_of(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let value: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let said = value.as_ref().and_then(|value| value["error"].as_str()).unwrap_or(&text);
    let plain = said.chars().map(|character| if character.is_control() { ' ' } else { character });
    plain.take(MESSAGE_CHARACTERS).collect::<String>().trim().to_owned()
}

fn read<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, RemoteError> {
    serde_json::from_slice(body).map_err(|error| RemoteError::BadAnswer { what: error.to_string() })
}

fn is_this_machine(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn innermost(error: &dyn Error) -> String {
    let mut deepest = error;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    deepest.to_string()
}
