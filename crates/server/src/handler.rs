//! One request: read within its limits, answered in its lane, sent.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use http::header::{CONTENT_LENGTH, HeaderMap, HeaderValue, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_door::{Begun, Door, Lane};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use crate::events;
use crate::lanes::{Busy, Lanes};
use crate::outgoing;
use crate::peers::peer;
use crate::provider::Provider;
use crate::{upload, vouching};

/// The most bytes of a request that is held in memory.
const MOST_BYTES: usize = 8 * 1024 * 1024;
/// The most bytes of a request of somebody who shows neither cookie nor token.
const MOST_BYTES_OF_A_FORM: usize = 64 * 1024;
/// All requests together hold so many pieces of this size in memory.
const PIECE: usize = 64 * 1024;
const PIECES: usize = 4_096;
/// How long a body may pause.
pub(crate) const PAUSE: Duration = Duration::from_secs(15);
/// How long a body may take altogether.
const WHOLE: Duration = Duration::from_mins(2);

/// What every request needs.
#[derive(Clone)]
pub struct Handler {
    /// Who answers.
    pub door: Arc<Door>,
    /// Who vouches for people, where somebody does.
    pub provider: Option<Arc<Provider>>,
    /// Where requests wait.
    pub lanes: Lanes,
    /// What of the room for bodies is free, in pieces.
    pub in_memory: Arc<Semaphore>,
    /// Whether the headers of a proxy are believed.
    pub is_behind_proxy: bool,
    /// Turns true when the server stops.
    pub stop: watch::Receiver<bool>,
}

impl Handler {
    /// The room for the bodies of all requests together.
    pub fn room() -> Arc<Semaphore> {
        Arc::new(Semaphore::new(PIECES))
    }

    /// Answers a request.
    pub async fn handle(mut self, socket: SocketAddr, request: Request<Body>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let peer = peer(socket, &parts.headers, self.is_behind_proxy);
        if Door::is_stream(&parts) {
            let door = Arc::clone(&self.door);
            let listener = self.lanes.run(Lane::Quick, move || door.listener(parts, peer)).await;
            return match listener {
                Ok(Ok(listener)) => events::stream_for(self.door, listener, self.stop),
                Ok(Err(answer)) => outgoing::response(answer),
                Err(Busy) => busy(),
            };
        }
        if let Some(provider) = self.provider.as_ref().filter(|_| vouching::is_about(&parts)) {
            return vouching::handle(self.door, provider, &self.lanes, parts, peer).await;
        }
        if Door::is_upload(&parts) {
            return upload::handle(self.door, &self.lanes, parts, body, peer).await;
        }
        let most = if self.door.shows_who_asks(&parts, peer) { MOST_BYTES } else { MOST_BYTES_OF_A_FORM };
        let bytes = match read(&parts.headers, body, most, &self.in_memory).await {
            Ok(bytes) => bytes,
            Err(refusal) => return refusal,
        };
        let (bytes, _held) = bytes;
        let begun = self.door.begin(Request::from_parts(parts, bytes), peer);
        let (lane, work) = match begun {
            Begun::Done(answer) => return outgoing::response(answer),
            Begun::Work(lane, work) => (lane, work),
        };
        let (lane, work) = match work.waits_for() {
            Some(since) => {
                events::wait(self.door.hub(), since, &mut self.stop).await;
                (Lane::Quick, work.without_waiting())
            }
            None => (lane, work),
        };
        let door = self.door;
        match self.lanes.run(lane, move || door.finish(work)).await {
            Ok(answer) => outgoing::response(answer),
            Err(Busy) => busy(),
        }
    }
}

pub(crate) fn busy() -> Response<Body> {
    let mut response = refusal(StatusCode::SERVICE_UNAVAILABLE, "the server is busy", "try again soon");
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
    response
}

/// Reads a body, and takes room for it that is free again when the request was answered.
async fn read(
    headers: &HeaderMap,
    mut body: Body,
    most: usize,
    room: &Arc<Semaphore>,
) -> Result<(Vec<u8>, Vec<OwnedSemaphorePermit>), Response<Body>> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    let reading = async {
        let (mut bytes, mut held) = (Vec::new(), Vec::new());
        loop {
            let frame = tokio::time::timeout(PAUSE, body.frame()).await.map_err(|_| too_slow())?;
            let Some(frame) = frame else { return Ok((bytes, held)) };
            let frame = frame.map_err(|error| {
                refusal(StatusCode::BAD_REQUEST, &format!("the request broke off: {error}"), "send it again")
            })?;
            if let Ok(data) = frame.into_data() {
                if bytes.len() + data.len() > most {
                    return Err(too_large(most));
                }
                // Twice: a body that grows is copied.
                let pieces = (2 * (bytes.len() + data.len())).div_ceil(PIECE);
                while held.len() < pieces {
                    let free = tokio::time::timeout(PAUSE, Arc::clone(room).acquire_owned()).await;
                    let free = free.map_err(|_| busy())?;
                    held.push(free.expect("the room is never closed"));
                }
                bytes.extend_from_slice(&data);
            }
        }
    };
    tokio::time::timeout(WHOLE, reading).await.unwrap_or_else(|_| Err(too_slow()))
}

fn too_large(most: usize) -> Response<Body> {
    refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        &format!("a request has at most {} KiB", most / 1024),
        "send items to /api/v1/items",
    )
}

pub(crate) fn too_slow() -> Response<Body> {
    refusal(StatusCode::REQUEST_TIMEOUT, "the request came too slowly", "send it again")
}

pub(crate) fn refusal(status: StatusCode, message: &str, hint: &str) -> Response<Body> {
    let error = ApiError::new(ErrorCode::BadRequest, message).hint(hint);
    outgoing::response(tiebreak_door::refusal(status, &error))
}
