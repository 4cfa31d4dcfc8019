//! Reads frames from a socket and writes to it, for visitors and agents alike.

use std::error::Error;
use std::future::Future;
use std::iter::successors;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket};
use domain::hub::{Listener, QueuedFrames};
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use protocol::json::{Encode, to_string};
use protocol::{CloseCode, limits};
use tokio::time::{Instant, sleep_until, timeout};
// Must be the version that axum uses: errors of another would not be recognized.
use tokio_tungstenite::tungstenite::Error as SocketError;
use tokio_util::sync::CancellationToken;

use crate::state::ServerState;

pub(super) type Reading = SplitStream<WebSocket>;
pub(super) type Writing = SplitSink<WebSocket, Message>;

/// How often a socket is pinged.
const LEASE: Duration = Duration::from_millis(limits::LEASE_EVERY_MS);

/// How long a socket may be silent.
const SILENCE: Duration = Duration::from_millis(limits::SILENCE_MS);

/// How often a session is checked.
const CHECK: Duration = Duration::from_secs(15);

/// How long the last frames and the close frame may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// How long closing a socket that was too slow may take.
const SLOW_FAREWELL: Duration = Duration::from_secs(8);

/// Why reading has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// The peer has left, or the connection is dead: nobody would receive a close frame.
    Gone,
    /// We close, and give a reason.
    Close(CloseCode),
}

/// The next text frame. Safe to cancel.
pub(super) async fn next_text(reading: &mut Reading) -> Result<Utf8Bytes, End> {
    loop {
        if let Some(text) = next(reading).await? {
            return Ok(text);
        }
    }
}

/// The next text frame, or `None` for a ping or pong. Safe to cancel.
async fn next(reading: &mut Reading) -> Result<Option<Utf8Bytes>, End> {
    match reading.next().await {
        Some(Ok(Message::Text(text))) => Ok(Some(text)),
        Some(Ok(Message::Ping(_) | Message::Pong(_))) => Ok(None),
        Some(Ok(Message::Binary(_))) => Err(End::Close(CloseCode::BadFrame)),
        Some(Ok(Message::Close(_))) | None => Err(End::Gone),
        Some(Err(error)) => Err(end_of(&error)),
    }
}

/// Only two errors matter, because after them the peer still listens: a frame that was too big (RFC 6455's
/// 1009), or not text (1007).
fn end_of(error: &axum::Error) -> End {
    let mut causes = successors(error.source(), |cause: &&(dyn Error + 'static)| (*cause).source());
    match causes.find_map(|cause| cause.downcast_ref::<SocketError>()) {
        Some(SocketError::Capacity(_)) => End::Close(CloseCode::TooBig),
        Some(SocketError::Utf8(_)) => End::Close(CloseCode::BadFrame),
        _ => End::Gone,
    }
}

/// Sends a frame to a socket that is about to be closed.
pub(super) async fn say_last(writing: &mut Writing, frame: &impl Encode) {
    let text = Utf8Bytes::from(to_string(frame));
    let _sent = timeout(FAREWELL, writing.send(Message::Text(text))).await;
}

/// Closes a socket with a reason. With `retry_ms` it also says when to come back.
pub(super) async fn close(writing: &mut Writing, code: CloseCode, retry_ms: Option<u64>) {
    let reason = match retry_ms {
        Some(ms) => format!("{}:{ms}", code.reason()),
        None => code.reason().to_owned(),
    };
    let frame = CloseFrame { code: code.number(), reason: reason.into() };
    // A slow peer has full buffers, and needs a while to get to the close frame behind them.
    let patience = if code == CloseCode::TooSlow { SLOW_FAREWELL } else { FAREWELL };
    let sent = timeout(patience, writing.send(Message::Close(Some(frame)))).await;
    if !matches!(sent, Ok(Ok(()))) {
        tracing::debug!(code = code.reason(), "can't send a close frame");
    }
}

/// Handles the frames of one socket.
pub(super) trait FrameHandler: Send {
    /// Answers a text frame, through [`Listener::send`].
    fn frame(&mut self, text: &str) -> impl Future<Output = Result<(), CloseCode>> + Send;

    /// Whether the peer may go on. Checked regularly.
    fn check(&mut self) -> impl Future<Output = Result<(), CloseCode>> + Send {
        async { Ok(()) }
    }

    /// The queue for answers and events.
    fn listener(&mut self) -> &mut Listener;
}

/// Serves a socket until either side ends it or the server stops.
pub(super) async fn run(
    mut reading: Reading,
    writing: Writing,
    mut handler: impl FrameHandler,
    state: &ServerState,
) {
    let stopping = &state.stopping;
    let farewell = CancellationToken::new();
    let (too_slow, asked) = (handler.listener().too_slow(), handler.listener().asked());
    let frames = handler.listener().take_frames();
    let mut writer = tokio::spawn(write(writing, frames, too_slow.clone(), farewell.clone()));

    let mut checks = tokio::time::interval_at(Instant::now() + CHECK, CHECK);
    let mut heard = Instant::now();
    let end = loop {
        let heard_now = tokio::select! {
            heard_now = next(&mut reading) => heard_now,
            () = sleep_until(heard + SILENCE) => break End::Gone,
            _ = checks.tick() => match handler.check().await {
                Ok(()) => continue,
                Err(code) => break End::Close(code),
            },
            () = too_slow.cancelled() => break End::Close(CloseCode::TooSlow),
            () = asked.cancelled() => {
                let answer = handler.check().await;
                break End::Close(answer.err().unwrap_or(CloseCode::Trouble));
            }
            () = stopping.cancelled() => break End::Close(CloseCode::Stopping),
        };
        heard = Instant::now();
        let outcome = match heard_now {
            Ok(Some(text)) => tokio::select! {
                outcome = answer(&mut handler, &text) => outcome.map_err(End::Close),
                () = too_slow.cancelled() => Err(End::Close(CloseCode::TooSlow)),
            },
            Ok(None) => Ok(()),
            Err(end) => Err(end),
        };
        if let Err(end) = outcome {
            break end;
        }
    };
    // Leave the hub first: nothing more is queued, and the writer sees its queue end.
    drop(handler);
    if end == End::Gone {
        farewell.cancel();
    }
    let ended = match timeout(FAREWELL, &mut writer).await {
        Ok(ended) => ended,
        Err(_) => {
            farewell.cancel();
            writer.await
        }
    };
    let Ok(mut writing) = ended else { return };
    if let End::Close(code) = end {
        tracing::debug!(code = code.reason(), "a socket was closed");
        let retry_ms = (code == CloseCode::Stopping).then(|| state.retry_ms());
        close(&mut writing, code, retry_ms).await;
        // The peer's answer to the close completes the handshake (RFC 6455, section 7.1.1).
        let _ended =
            timeout(FAREWELL, async { while let Some(Ok(_)) = reading.next().await {} }).await;
    }
}

/// Answers a frame, once the queue has room for the answer.
pub(super) async fn answer(handler: &mut impl FrameHandler, text: &str) -> Result<(), CloseCode> {
    if timeout(SILENCE, handler.listener().room()).await.is_err() {
        return Err(CloseCode::TooSlow);
    }
    handler.frame(text).await
}

/// Writes what is queued until the queue ends, and sends pings. Does not wait for a peer that reads nothing.
async fn write(
    mut writing: Writing,
    mut frames: QueuedFrames,
    too_slow: CancellationToken,
    farewell: CancellationToken,
) -> Writing {
    let pump = async {
        let mut leases = tokio::time::interval_at(Instant::now() + LEASE, LEASE);
        loop {
            let message = tokio::select! {
                frame = frames.next() => match frame {
                    Some(frame) => Message::Text(
                        Utf8Bytes::try_from(frame).expect("frames are UTF-8"),
                    ),
                    None => break,
                },
                _ = leases.tick() => Message::Ping(Bytes::new()),
            };
            if writing.send(message).await.is_err() {
                break;
            }
        }
    };
    tokio::select! {
        () = pump => {}
        () = too_slow.cancelled() => {}
        () = farewell.cancelled() => {}
    }
    writing
}
