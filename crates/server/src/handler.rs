//! One request: read within its limits, answered in its lane, sent.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use http::header::{HeaderValue, RETRY_AFTER};
use http::{Request, Response, StatusCode};
use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_door::{Begun, Door, Lane};
use tokio::sync::watch;

use crate::in_memory::{self, Held};
use crate::lanes::{Busy, Lanes};
use crate::outgoing;
use crate::peers::peer;
use crate::provider::Provider;
use crate::room::Rooms;
use crate::{events, upload, vouching};

/// What every request needs.
#[derive(Clone)]
pub struct Handler {
    /// Who answers.
    pub door: Arc<Door>,
    /// Who vouches for people, where somebody does.
    pub provider: Option<Arc<Provider>>,
    /// Where requests wait.
    pub lanes: Lanes,
    /// Where bodies are held while they are read.
    pub rooms: Rooms,
    /// Whether the headers of a proxy are believed.
    pub is_behind_proxy: bool,
    /// Turns true when the server stops.
    pub stop: watch::Receiver<bool>,
}

impl Handler {
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
        let read = in_memory::read(&self.door, &self.lanes, &self.rooms, parts, body, peer).await;
        // The room is free again when the request was answered.
        let (parts, Held { bytes, room: _room }) = match read {
            Ok(read) => read,
            Err(refusal) => return refusal,
        };
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

pub(crate) fn too_slow() -> Response<Body> {
    refusal(StatusCode::REQUEST_TIMEOUT, "the request came too slowly", "send it again")
}

pub(crate) fn refusal(status: StatusCode, message: &str, hint: &str) -> Response<Body> {
    let error = ApiError::new(ErrorCode::BadRequest, message).hint(hint);
    outgoing::response(tiebreak_door::refusal(status, &error))
}
