//! Streams of HTTP/2 whose other end has to take what is sent to it. [`crate::progress`] watches the connection; but a
//! client may go on taking what comes, answer every ping, and never make room for one stream (or for any), which holds
//! its answer, and whatever that is read from, for as long as the client likes.
//!
//! The server asks a body for more once the last piece was let through, and not before. So [`Watched`] notes when a
//! piece was handed over, and [`Streams`], in which each stream lives, drops one of which nothing was let through for
//! too long: its client is told so (`RST_STREAM`), and the other streams of the connection, which may be other people's
//! behind a proxy, go on.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use hyper::rt::Executor;
use tokio::time::Instant;

/// How much is handed over at a time: whoever takes so much within the time is only slow.
const PIECE: usize = 16 * 1024;
/// How much is handed over at last. Nobody watches over it, since the server asks for no more.
const LAST: usize = 1024;

/// Where streams live.
#[derive(Clone, Debug)]
pub struct Streams {
    patience: Duration,
}

impl Streams {
    /// Streams whose other end takes something within so long.
    pub fn new(patience: Duration) -> Self {
        Self { patience }
    }
}

impl<Stream> Executor<Stream> for Streams
where
    Stream: Future<Output: Send> + Send + 'static,
{
    fn execute(&self, stream: Stream) {
        let (taken, patience) = (Arc::new(Taken::default()), self.patience);
        tokio::spawn(async move {
            tokio::select! {
                _ = TAKEN.scope(Arc::clone(&taken), stream) => {}
                () = taken.given_up(patience) => {
                    tracing::debug!("a stream was cut off: nothing was taken for {} s", patience.as_secs());
                }
            }
        });
    }
}

tokio::task_local! {
    /// What is taken of the stream that this task serves.
    static TAKEN: Arc<Taken>;
}

/// Since when a piece waits to be let through; none where nothing does.
#[derive(Debug, Default)]
struct Taken {
    waits_since: Mutex<Option<Instant>>,
}

impl Taken {
    fn set(&self, waits_since: Option<Instant>) {
        *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner) = waits_since;
    }

    fn get(&self) -> Option<Instant> {
        *self.waits_since.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends once a piece has waited for so long.
    async fn given_up(&self, patience: Duration) {
        loop {
            let since = self.get();
            tokio::time::sleep_until(since.unwrap_or_else(Instant::now) + patience).await;
            if since.is_some() && self.get() == since {
                // Where the machine slept, the time was up before anybody could take anything.
                tokio::time::sleep(patience / 8).await;
                if self.get() == since {
                    return;
                }
            }
        }
    }
}

/// Watches over a response where it goes into a stream.
pub async fn watched(response: Response) -> Response {
    match TAKEN.try_with(Arc::clone) {
        Ok(taken) => response.map(|body| Body::new(Watched { body, rest: Bytes::new(), taken })),
        // HTTP/1, where the connection is the stream.
        Err(_) => response,
    }
}

/// A body that notes when a piece of it was handed over.
struct Watched {
    body: Body,
    /// What was read of the body and not handed over.
    rest: Bytes,
    taken: Arc<Taken>,
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        // Asked for more: what was handed over is through, and now it is our turn.
        self.taken.set(None);
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(data) => self.rest = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                ended => return Poll::Ready(ended),
            }
        }
        let count = match self.rest.len() {
            most if most > PIECE => PIECE,
            some if some > LAST => some - LAST,
            last => last,
        };
        let piece = self.rest.split_to(count);
        self.taken.set(Some(Instant::now()));
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let (hint, rest) = (self.body.size_hint(), self.rest.len() as u64);
        let mut whole = SizeHint::new();
        whole.set_lower(hint.lower() + rest);
        if let Some(upper) = hint.upper() {
            whole.set_upper(upper + rest);
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use futures_util::{StreamExt as _, stream};
    use http_body_util::BodyExt as _;
    use hyper::body::Body as _;

    use super::*;

    const PATIENCE: Duration = Duration::from_millis(80);

    fn wait_for<T>(story: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(story)
    }

    /// Whether a stream is given up while its client does something.
    async fn is_given_up(body: Body, client: impl AsyncFnOnce(&mut Watched)) -> bool {
        let taken = Arc::new(Taken::default());
        let mut body = Watched { body, rest: Bytes::new(), taken: Arc::clone(&taken) };
        tokio::select! {
            () = client(&mut body) => false,
            () = taken.given_up(PATIENCE) => true,
        }
    }

    #[test]
    fn who_takes_one_piece_and_no_other_is_given_up() {
        let body = Body::from(vec![7; 3 * PIECE]);
        assert!(wait_for(is_given_up(body, async |body| {
            drop(body.frame().await);
            std::future::pending::<()>().await;
        })));
    }

    #[test]
    fn who_waits_for_something_to_happen_is_not() {
        let body = Body::from_stream(stream::pending::<Result<Bytes, std::io::Error>>());
        assert!(!wait_for(is_given_up(body, async |body| {
            let nothing = tokio::time::timeout(4 * PATIENCE, body.frame()).await;
            assert!(nothing.is_err(), "nothing happened");
        })));
    }

    #[test]
    fn all_of_a_body_comes_in_pieces_of_which_the_last_is_small() {
        let bytes: Vec<u8> = (0..=250).cycle().take(2 * PIECE + 5000).collect();
        let body = Watched { body: Body::from(bytes.clone()), rest: Bytes::new(), taken: Arc::default() };
        assert_eq!(body.size_hint().exact(), Some(bytes.len() as u64), "its length is told");
        let pieces: Vec<Bytes> =
            wait_for(body.into_data_stream().map(|piece| piece.expect("a piece")).collect());
        assert!(pieces.concat() == bytes);
        let sizes: Vec<usize> = pieces.iter().map(Bytes::len).collect();
        assert_eq!(sizes, [PIECE, PIECE, 5000 - LAST, LAST]);
    }
}
