//! A connection whose other end has to take what is sent to it: one that takes nothing for too long has gone, or wants
//! to keep the place, and what waits to be written to it is given up.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A stream of which writing fails where nothing is taken for so long.
#[derive(Debug)]
pub struct Progressing<S> {
    stream: S,
    patience: Duration,
    /// Runs while something waits to be taken.
    patient_until: Pin<Box<Sleep>>,
    waits: bool,
}

impl<S> Progressing<S> {
    /// A stream whose other end takes something within so long.
    pub fn new(stream: S, patience: Duration) -> Self {
        Self { stream, patience, patient_until: Box::pin(sleep(patience)), waits: false }
    }

    /// What came of writing; an error where it has been waiting for too long.
    fn held_to<T>(&mut self, context: &mut Context<'_>, written: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if written.is_ready() {
            self.waits = false;
            return written;
        }
        if !self.waits {
            self.waits = true;
            self.patient_until.as_mut().reset(Instant::now() + self.patience);
        }
        ready!(self.patient_until.as_mut().poll(context));
        let message = format!("nothing was taken for {} s", self.patience.as_secs());
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, message)))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Progressing<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Progressing<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.held_to(context, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(context, bytes);
        self.held_to(context, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    fn wait_for<T>(story: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(story)
    }

    #[test]
    fn who_takes_nothing_is_given_up() {
        let given_up = wait_for(async {
            // The other end stays, and never reads.
            let (own, _other) = tokio::io::duplex(8);
            Progressing::new(own, Duration::from_millis(50)).write_all(&[0; 64]).await
        });
        assert_eq!(given_up.expect_err("nobody took it").kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn who_takes_something_now_and_then_has_as_long_as_it_takes() {
        let sent = wait_for(async {
            let (own, mut other) = tokio::io::duplex(8);
            let mut own = Progressing::new(own, Duration::from_secs(5));
            let sends = async {
                own.write_all(&[7; 64]).await?;
                own.shutdown().await
            };
            let takes = async {
                let mut taken = Vec::new();
                let mut byte = [0];
                while other.read(&mut byte).await? == 1 {
                    taken.push(byte[0]);
                    tokio::task::yield_now().await;
                }
                io::Result::Ok(taken)
            };
            let (sent, taken) = tokio::join!(sends, takes);
            sent.and(taken)
        });
        assert_eq!(sent.expect("all of it went"), [7; 64]);
    }
}
