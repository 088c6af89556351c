//! Bodies that are held in memory: how much is read, from whom, and for how long.
//!
//! Who asks is looked up before the body is read. Of whoever is known a long one is read; of anybody else a form, in a
//! room of their own and in a short time, so that strangers who send slowly cost nobody but themselves anything.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, HttpBody as _};
use http::header::{CONTENT_LENGTH, HeaderMap};
use http::request::Parts;
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use tiebreak_door::{Asker, Door, Lane, Peer};

use crate::handler::{busy, refusal, too_slow};
use crate::lanes::{Busy, Lanes};
use crate::outgoing;
use crate::room::{PIECE, Piece, Rooms};

/// How long a body may pause.
pub const PAUSE: Duration = Duration::from_secs(15);
/// How long a refused body is read on and thrown away, so that whoever sends it hears why.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a body is read.
#[derive(Clone, Copy)]
struct Limits {
    most_bytes: usize,
    /// How long it may take altogether.
    whole: Duration,
}

const OF_THE_KNOWN: Limits = Limits { most_bytes: 8 * 1024 * 1024, whole: Duration::from_mins(2) };
const OF_STRANGERS: Limits = Limits { most_bytes: 64 * 1024, whole: Duration::from_secs(15) };

/// A body, and the room that it takes until it is dropped.
#[derive(Default)]
pub struct Held {
    /// The body.
    pub bytes: Vec<u8>,
    /// Its room.
    pub room: Vec<Piece>,
}

/// Reads the body of a request, after it was looked up who sends it.
pub async fn read(
    door: &Arc<Door>,
    lanes: &Lanes,
    rooms: &Rooms,
    parts: Parts,
    body: Body,
    peer: Peer,
) -> Result<(Parts, Held), Response<Body>> {
    if body.is_end_stream() {
        return Ok((parts, Held::default()));
    }
    let looks = Arc::clone(door);
    let looked = lanes.run(Lane::Quick, move || (looks.asker(&parts, peer), parts)).await;
    let (asker, parts) = looked.map_err(|Busy| busy())?;
    let (limits, room) = match asker {
        Asker::Known => (OF_THE_KNOWN, &rooms.known),
        Asker::Stranger => (OF_STRANGERS, &rooms.strangers),
        Asker::Refused(answer) => {
            throw_away(body).await;
            return Err(outgoing::response(*answer));
        }
    };
    let most = limits.most_bytes;
    if announced(&parts.headers).is_some_and(|length| length > most as u64) {
        return Err(too_large(most));
    }
    let share = room.share_of(peer.address);
    let reading = async {
        let mut body = body;
        let mut held = Held::default();
        loop {
            let frame = tokio::time::timeout(PAUSE, body.frame()).await.map_err(|_| too_slow())?;
            let Some(frame) = frame else { return Ok(held) };
            let frame = frame.map_err(|error| {
                refusal(StatusCode::BAD_REQUEST, &format!("the request broke off: {error}"), "send it again")
            })?;
            let Ok(data) = frame.into_data() else { continue };
            if held.bytes.len() + data.len() > most {
                return Err(too_large(most));
            }
            // Twice: a body that grows is copied.
            let pieces = (2 * (held.bytes.len() + data.len())).div_ceil(PIECE);
            while held.room.len() < pieces {
                held.room.push(share.piece(PAUSE).await.ok_or_else(busy)?);
            }
            held.bytes.extend_from_slice(&data);
        }
    };
    let held = tokio::time::timeout(limits.whole, reading).await.unwrap_or_else(|_| Err(too_slow()))?;
    Ok((parts, held))
}

/// Reads no more than a form, for a moment, and keeps nothing of it: a connection that is closed on somebody who still
/// sends may take the answer with it.
async fn throw_away(mut body: Body) {
    let reading = async {
        let mut left = OF_STRANGERS.most_bytes;
        while let Some(Ok(frame)) = body.frame().await {
            let length = frame.data_ref().map_or(0, bytes::Bytes::len);
            if length > left {
                return;
            }
            left -= length;
        }
    };
    // Whether it ended in time makes no difference.
    let _ = tokio::time::timeout(FAREWELL, reading).await;
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn too_large(most: usize) -> Response<Body> {
    refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        &format!("a request has at most {} KiB", most / 1024),
        "send items to /api/v1/items",
    )
}
