//! Bodies that go to a file: admitted first, written piece by piece within a limit, and answered once they are whole.

use std::fs::File;
use std::io::Write;
use std::sync::Arc;

use axum::body::Body;
use http::header::{CONTENT_LENGTH, HeaderMap};
use http::request::Parts;
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use tiebreak_door::{Door, Lane, Peer};

use crate::handler::{busy, refusal, too_slow};
use crate::in_memory::PAUSE;
use crate::lanes::{Busy, Lanes};
use crate::outgoing;

/// The most bytes of a file.
const MOST_BYTES: u64 = 1024 * 1024 * 1024;

/// Answers a request whose body goes to a file.
pub async fn handle(door: Arc<Door>, lanes: &Lanes, parts: Parts, body: Body, peer: Peer) -> Response<Body> {
    if announced(&parts.headers).is_some_and(|length| length > MOST_BYTES) {
        return too_large();
    }
    let parts = Arc::new(parts);
    let (admits, asked) = (Arc::clone(&door), Arc::clone(&parts));
    let admitted = lanes.run(Lane::Quick, move || admits.begin_upload(&asked, peer)).await;
    let upload = match admitted {
        Ok(Ok(upload)) => upload,
        Ok(Err(answer)) => return outgoing::response(answer),
        Err(Busy) => return busy(),
    };
    let written = match upload.file() {
        Ok(file) => write(file, body).await,
        Err(error) => Err(not_kept(&error)),
    };
    if let Err(refused) = written {
        return refused;
    }
    match lanes.run(Lane::Long, move || door.finish_upload(&parts, upload)).await {
        Ok(answer) => outgoing::response(answer),
        Err(Busy) => busy(),
    }
}

async fn write(file: File, mut body: Body) -> Result<(), Response<Body>> {
    let mut file = Some(file);
    let mut length = 0;
    loop {
        let frame = tokio::time::timeout(PAUSE, body.frame()).await.map_err(|_| too_slow())?;
        let Some(frame) = frame else { return Ok(()) };
        let frame = frame.map_err(|error| {
            refusal(StatusCode::BAD_REQUEST, &format!("the file broke off: {error}"), "send it again")
        })?;
        let Ok(data) = frame.into_data() else { continue };
        length += data.len() as u64;
        if length > MOST_BYTES {
            return Err(too_large());
        }
        let mut open = file.take().expect("it is put back after each piece");
        let writing = tokio::task::spawn_blocking(move || open.write_all(&data).map(|()| open));
        let written = writing.await.map_err(std::io::Error::other).flatten();
        file = Some(written.map_err(|error| not_kept(&error))?);
    }
}

fn announced(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

fn not_kept(error: &std::io::Error) -> Response<Body> {
    refusal(
        StatusCode::INSUFFICIENT_STORAGE,
        &format!("the file cannot be kept: {error}"),
        "look whether the disk of the server is full",
    )
}

fn too_large() -> Response<Body> {
    refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        &format!("a file has at most {} MiB", MOST_BYTES / (1024 * 1024)),
        "send it in parts, or import it at the machine that serves the project",
    )
}
