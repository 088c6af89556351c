//! Signing in by an OpenID provider: what the door says before and after, and what the provider says between.

use std::sync::Arc;

use axum::body::Body;
use http::Response;
use http::request::Parts;
use tiebreak_door::{BACK_PATH, BEGIN_PATH, Door, Lane, Peer};

use crate::handler::busy;
use crate::lanes::{Busy, Lanes};
use crate::outgoing;
use crate::provider::Provider;

/// Whether a request is about signing in by a provider.
pub fn is_about(parts: &Parts) -> bool {
    parts.method == http::Method::GET && matches!(parts.uri.path(), BEGIN_PATH | BACK_PATH)
}

/// Answers it.
pub async fn handle(
    door: Arc<Door>,
    provider: &Provider,
    lanes: &Lanes,
    parts: Parts,
    peer: Peer,
) -> Response<Body> {
    if parts.uri.path() == BEGIN_PATH {
        begin(door, provider, lanes, parts, peer).await
    } else {
        end(door, provider, lanes, parts, peer).await
    }
}

async fn begin(
    door: Arc<Door>,
    provider: &Provider,
    lanes: &Lanes,
    parts: Parts,
    peer: Peer,
) -> Response<Body> {
    let (begun, cookie) = match lanes.run(Lane::Quick, move || door.begin_vouching(&parts, peer)).await {
        Ok(Ok(begun)) => begun,
        Ok(Err(answer)) => return outgoing::response(answer),
        Err(Busy) => return busy(),
    };
    outgoing::response(match provider.address(&begun).await {
        Ok(address) => Door::onward_to(&address, cookie),
        Err(why) => Door::not_vouched(&why),
    })
}

async fn end(
    door: Arc<Door>,
    provider: &Provider,
    lanes: &Lanes,
    parts: Parts,
    peer: Peer,
) -> Response<Body> {
    let takes = Arc::clone(&door);
    let returned = match lanes.run(Lane::Quick, move || takes.end_vouching(&parts, peer)).await {
        Ok(Ok(returned)) => returned,
        Ok(Err(answer)) => return outgoing::response(answer),
        Err(Busy) => return busy(),
    };
    let vouching = returned.vouching;
    let now_s = door.now().0 / 1000;
    let identity = match provider.identity(&returned.code, &vouching.nonce, &vouching.verifier, now_s).await {
        Ok(identity) => identity,
        Err(why) => return outgoing::response(Door::not_vouched(&why)),
    };
    let lets_in = move || door.vouched(&vouching, &identity.subject, &identity.name, peer);
    match lanes.run(Lane::Others, lets_in).await {
        Ok(answer) => outgoing::response(answer),
        Err(Busy) => busy(),
    }
}
