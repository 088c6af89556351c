//! What happens on its own, as server-sent events, and the waiting of long polls. Neither holds a thread.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use http::Response;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderName, HeaderValue};
use tiebreak_door::{Door, Hub, Listener};
use tiebreak_engine::Known;
use tokio::sync::watch;

/// How long nothing is sent at most: proxies close what seems dead.
const ALIVE_EVERY: Duration = Duration::from_secs(15);
/// How often it is looked whether whoever listens is still signed in.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How long a long poll lasts.
const POLL: Duration = Duration::from_secs(25);

/// Waits until something happened from a number on, the time is up, or the server stops.
pub async fn wait(hub: &Hub, since: u64, stop: &mut watch::Receiver<bool>) {
    let mut next = hub.watch();
    let happened = async {
        // The hub lives as long as the door.
        let _ = next.wait_for(|next| *next != since).await;
    };
    tokio::select! {
        () = happened => {}
        () = tokio::time::sleep(POLL) => {}
        _ = stop.wait_for(|stops| *stops) => {}
    }
}

/// A stream of events for somebody.
pub fn stream_for(door: Arc<Door>, listener: Listener, stop: watch::Receiver<bool>) -> Response<Body> {
    let state = Listening {
        next: door.hub().watch(),
        since: listener.since,
        known: listener.known.clone(),
        listener: Arc::new(listener),
        looked_at: Instant::now(),
        has_begun: false,
        door,
        stop,
    };
    let pieces = stream::unfold(state, |mut state| async move {
        let piece = state.piece().await?;
        Some((Ok::<_, Infallible>(piece), state))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // nginx would gather them otherwise.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

struct Listening {
    door: Arc<Door>,
    listener: Arc<Listener>,
    known: Option<Known>,
    since: u64,
    next: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    looked_at: Instant,
    has_begun: bool,
}

impl Listening {
    /// The next piece of the stream; none at its end.
    async fn piece(&mut self) -> Option<Bytes> {
        if !self.has_begun {
            self.has_begun = true;
            return Some(Bytes::from_static(b"retry: 1000\n\n"));
        }
        loop {
            let since = self.since;
            let has_news = tokio::select! {
                changed = self.next.wait_for(|next| *next != since) => changed.is_ok(),
                () = tokio::time::sleep(ALIVE_EVERY) => false,
                _ = self.stop.wait_for(|stops| *stops) => return None,
            };
            if self.looked_at.elapsed() >= LOOK_EVERY {
                self.known = self.look_again().await?;
            }
            if !has_news {
                return Some(Bytes::from_static(b":\n\n"));
            }
            let heard = self.door.heard(self.known.as_ref(), self.since);
            self.since = heard.next;
            let mut text = String::new();
            if heard.missed {
                // With the number, so that whoever comes back later comes back to this process.
                text.push_str(&format!("id: {}\nevent: missed\ndata: {{}}\n\n", heard.next - 1));
            }
            let last = heard.next - 1;
            for event in &heard.events {
                let json = serde_json::to_string(event).expect("keys are strings");
                text.push_str(&format!("id: {last}\ndata: {json}\n\n"));
            }
            if !text.is_empty() {
                return Some(text.into());
            }
        }
    }

    /// Whoever listens, as they are now; none where they are no longer signed in.
    async fn look_again(&mut self) -> Option<Option<Known>> {
        self.looked_at = Instant::now();
        let (door, listener) = (Arc::clone(&self.door), Arc::clone(&self.listener));
        tokio::task::spawn_blocking(move || door.look_again(&listener)).await.ok().flatten()
    }
}
