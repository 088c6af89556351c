//! The socket: connections come in, so many at a time, and go when they are slow or the server stops.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{Extensions, HeaderMap, StatusCode, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tiebreak_domain::{ApiError, ErrorCode};
use tiebreak_door::Door;
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, watch};
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use crate::crowd::Crowd;
use crate::handler::Handler;
use crate::lanes::Lanes;
use crate::progress::Progressing;
use crate::provider::Provider;
use crate::room::Rooms;
use crate::streams::{Streams, watched};

/// How long a client may take for the head of a request, and stay without asking anything.
const HEAD: Duration = Duration::from_secs(15);
/// How long a client may take nothing of what is sent to it.
const TAKES: Duration = Duration::from_secs(30);
/// How many connections are open at a time.
const CONNECTIONS: usize = 2_048;
/// How many of them from one network; behind a proxy all come from it, and it has to share them out.
const OF_ONE_NETWORK: usize = CONNECTIONS / 4;
/// How long stopping waits for answers under way.
const PATIENCE: Duration = Duration::from_secs(10);
/// How many requests one HTTP/2 connection has under way.
const STREAMS: u32 = 128;
/// How many bytes of one answer wait at most for their stream to have room.
const WAITING: usize = 64 * 1024;
/// Answers with fewer bytes are sent as they are.
const TINY: u64 = 512;
/// The most bytes of a request's head.
const HEAD_BYTES: usize = 64 * 1024;

/// A door on a socket that listens already.
pub struct Server {
    listener: TcpListener,
    door: Arc<Door>,
    is_behind_proxy: bool,
    provider: Option<Arc<Provider>>,
}

/// Makes a server stop; clones stop the same one.
#[derive(Clone, Debug)]
pub struct Stop(watch::Sender<bool>);

impl Default for Stop {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Stop {
    /// Takes nothing new, and lets what is under way end.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Server {
    /// Listens at an address.
    pub fn listen(address: SocketAddr) -> Result<TcpListener, ApiError> {
        TcpListener::bind(address).map_err(|error| {
            let hint = match error.kind() {
                std::io::ErrorKind::AddrInUse => {
                    "another program listens there; choose another port with --listen"
                }
                std::io::ErrorKind::PermissionDenied => "choose a port above 1023 with --listen",
                _ => "choose another address with --listen",
            };
            ApiError::new(ErrorCode::System, format!("cannot listen at {address}: {error}")).hint(hint)
        })
    }

    /// A door on a socket.
    pub fn new(listener: TcpListener, door: Arc<Door>, is_behind_proxy: bool) -> Self {
        Self { listener, door, is_behind_proxy, provider: None }
    }

    /// Lets people sign in by an OpenID provider.
    pub fn with_provider(self, provider: Provider) -> Self {
        Self { provider: Some(Arc::new(provider)), ..self }
    }

    /// Serves until it is stopped, on threads of its own.
    pub fn run(self, stop: &Stop) -> Result<(), ApiError> {
        let failed = |error: std::io::Error| {
            ApiError::new(ErrorCode::System, format!("the server cannot start: {error}"))
        };
        let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("tiebreak-server")
            .max_blocking_threads(Lanes::threads(cores))
            .enable_all()
            .build()
            .map_err(failed)?;
        let stop = stop.0.subscribe();
        let served = runtime.block_on(self.serve(stop)).map_err(failed);
        runtime.shutdown_timeout(PATIENCE);
        served
    }

    async fn serve(self, mut stop: watch::Receiver<bool>) -> std::io::Result<()> {
        self.listener.set_nonblocking(true)?;
        let listener = tokio::net::TcpListener::from_std(self.listener)?;
        let handler = Handler {
            door: self.door,
            provider: self.provider,
            lanes: Lanes::new(),
            rooms: Rooms::new(),
            is_behind_proxy: self.is_behind_proxy,
            stop: stop.clone(),
        };
        let free = Arc::new(Semaphore::new(CONNECTIONS));
        let crowd = Crowd::new(if self.is_behind_proxy { CONNECTIONS } else { OF_ONE_NETWORK });
        let graceful = GracefulShutdown::new();
        let connections = connections();
        loop {
            let turn = tokio::select! {
                turn = Arc::clone(&free).acquire_owned() => turn.expect("turns are never closed"),
                _ = stop.wait_for(|stops| *stops) => break,
            };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                _ = stop.wait_for(|stops| *stops) => break,
            };
            let (stream, socket) = match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of file descriptors, most likely: some connection will end.
                    tracing::warn!(%error, "a connection could not be taken");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            // Hung up on: there is nothing that it could be told before it says how it speaks.
            let Some(place) = crowd.enter(socket.ip()) else {
                tracing::debug!(%socket, "as many connections as may be are open from there");
                continue;
            };
            let (connections, handler) = (connections.clone(), handler.clone());
            let (watcher, mut stop) = (graceful.watcher(), stop.clone());
            tokio::spawn(async move {
                let speaks = tokio::select! {
                    speaks = speaks(&stream) => speaks,
                    _ = stop.wait_for(|stops| *stops) => false,
                };
                if speaks {
                    let connection =
                        connections.serve_connection_with_upgrades(io(stream), service(handler, socket));
                    if let Err(error) = watcher.watch(connection.into_owned()).await {
                        tracing::debug!(%error, "a connection broke off");
                    }
                }
                drop((turn, place));
            });
        }
        drop(listener);
        tokio::select! {
            () = graceful.shutdown() => {}
            () = tokio::time::sleep(PATIENCE) => tracing::warn!("some connections were cut off"),
        }
        Ok(())
    }
}

/// Waits until a client has said which protocol it speaks; false where it takes too long, or goes. What serves a
/// connection waits for that without a limit.
async fn speaks(stream: &TcpStream) -> bool {
    const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    let heard = async {
        loop {
            let mut start = [0; PREFACE.len()];
            match stream.peek(&mut start).await {
                Ok(0) | Err(_) => return false,
                Ok(count) if count == PREFACE.len() || start[..count] != PREFACE[..count] => return true,
                // The rest of it is on its way.
                Ok(_) => tokio::time::sleep(Duration::from_millis(20)).await,
            }
        }
    };
    tokio::time::timeout(HEAD, heard).await.unwrap_or(false)
}

fn io(stream: TcpStream) -> TokioIo<Progressing<TcpStream>> {
    // Answers are small and wanted at once.
    let _ = stream.set_nodelay(true);
    TokioIo::new(Progressing::new(stream, TAKES))
}

fn connections() -> auto::Builder<Streams> {
    let mut connections = auto::Builder::new(Streams::new(TAKES));
    connections.http1().timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(HEAD_BYTES);
    connections
        .http2()
        .timer(TokioTimer::new())
        .keep_alive_interval(HEAD)
        .keep_alive_timeout(HEAD)
        .max_concurrent_streams(STREAMS)
        .max_send_buf_size(WAITING)
        .max_header_list_size(HEAD_BYTES as u32);
    connections
}

fn service(
    handler: Handler,
    socket: SocketAddr,
) -> impl hyper::service::Service<
    http::Request<hyper::body::Incoming>,
    Response = http::Response<Body>,
    Error = Infallible,
    Future: Send + 'static,
> + Clone {
    let router: Router = Router::new()
        .fallback(move |request: axum::extract::Request| handler.clone().handle(socket, request))
        .layer(CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(is_text))
        // Last, and so around all else: what is handed over here goes to the client as it is.
        .layer(axum::middleware::map_response(watched));
    hyper_util::service::TowerToHyperService::new(router)
}

/// Whether packing makes it smaller: pictures, videos and pixels are packed already or not worth the time.
fn is_text(_: StatusCode, _: Version, headers: &HeaderMap, _: &Extensions) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    // Events have to go at once.
    let is_text = kind.starts_with("text/") && kind != "text/event-stream"
        || matches!(kind, "application/json" | "application/x-ndjson" | "application/wasm" | "image/svg+xml");
    let is_tiny = headers
        .get(CONTENT_LENGTH)
        .and_then(|length| length.to_str().ok()?.parse::<u64>().ok())
        .is_some_and(|length| length < TINY);
    is_text && !is_tiny
}
