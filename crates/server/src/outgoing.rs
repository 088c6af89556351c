//! What is sent: bytes at once, files piece by piece as fast as whoever asked takes them.

use std::fs::File;
use std::io::{self, Read};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::Response;
use http::header::{CONTENT_LENGTH, HeaderValue};
use tempfile::TempDir;

/// How much of a file is read at a time.
const PIECE: u64 = 128 * 1024;

/// The door's response as the server sends it.
pub fn response(answer: Response<tiebreak_door::Body>) -> Response<Body> {
    let (mut parts, body) = answer.into_parts();
    let body = match body {
        tiebreak_door::Body::Bytes(bytes) => Body::from(bytes),
        tiebreak_door::Body::File { file, length, folder } => {
            parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
            Body::from_stream(stream::try_unfold((file, length, folder), piece))
        }
    };
    Response::from_parts(parts, body)
}

/// A file, how much of it is left to send, and what goes once it is sent.
type Sending = (File, u64, Option<TempDir>);

async fn piece((mut file, left, folder): Sending) -> io::Result<Option<(Bytes, Sending)>> {
    if left == 0 {
        return Ok(None);
    }
    let reading = tokio::task::spawn_blocking(move || {
        let mut bytes = vec![0; left.min(PIECE) as usize];
        file.read_exact(&mut bytes)?;
        Ok::<_, io::Error>((Bytes::from(bytes), file))
    });
    let (bytes, file) = reading.await.map_err(io::Error::other)??;
    let left = left - bytes.len() as u64;
    Ok(Some((bytes, (file, left, folder))))
}
