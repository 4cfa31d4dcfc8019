//! The agent's socket: opens it, keeps it alive and reconnects. The store decides what frames mean.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::channel::mpsc;
use futures::future::OptionFuture;
use futures::{FutureExt, SinkExt, StreamExt, select_biased};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, WebSocketError};
use gloo_timers::future::{IntervalStream, TimeoutFuture};
use leptos::prelude::*;
use protocol::json::{from_str, to_string};
use protocol::{Backoff, CloseCode, FromAgent, SUBPROTOCOL, ToAgent, limits};
use wasm_bindgen_futures::spawn_local;

use super::{Live, Status};
use crate::browser::{Sign, Signs, random_number, reload, socket_address, wait};

/// Whether the program has stopped, so that the socket must not be used any more.
static HUNG_UP: AtomicBool = AtomicBool::new(false);

/// Closes the socket for good: the program has stopped, so its agent must not appear online. If the program cannot
/// even do this, its pings stop and the server closes the socket.
#[cfg(feature = "hydrate")]
pub(crate) fn hang_up() {
    HUNG_UP.store(true, Ordering::Relaxed);
}

/// Sends frames to the socket. While it is down, frames are dropped: what must not be lost is in the store, which
/// sends it again when the socket is back.
pub(super) struct SocketHandle(mpsc::UnboundedSender<String>);

impl SocketHandle {
    pub(super) fn send(&self, frame: &FromAgent) {
        // The receiver lives as long as the page.
        let _sent = self.0.unbounded_send(to_string(frame));
    }
}

/// Why a socket ended.
enum End {
    /// The server closed it with a code, and possibly said when to come back, in milliseconds.
    Closed(u16, Option<u32>),
    /// The network failed, or nothing was received for too long.
    Lost,
}

impl From<WebSocketError> for End {
    fn from(error: WebSocketError) -> Self {
        match error {
            WebSocketError::ConnectionClose(close) => {
                Self::Closed(close.code, CloseCode::retry_ms(&close.reason))
            }
            _ => Self::Lost,
        }
    }
}

/// Opens the socket, and opens it again whenever it is lost.
pub(super) fn open(live: Live) -> SocketHandle {
    let (sender, mut frames) = mpsc::unbounded();
    spawn_local(async move {
        let (mut backoff, mut was_welcomed) = (Backoff::default(), false);
        while !HUNG_UP.load(Ordering::Relaxed) {
            // Drop frames meant for the previous socket.
            while frames.try_recv().is_ok() {}
            let end = talk(live, &mut frames, &mut backoff).await;
            let is_welcome = live.is_online();
            was_welcomed |= is_welcome;
            live.lost();
            if let Err(End::Closed(code, _)) = end
                && !CloseCode::should_reconnect(code)
            {
                // A new password ends all logins, and gives this browser a new one: ask once more.
                if is_welcome && code == CloseCode::Refused.number() {
                    live.status.set(Status::Offline);
                    wait(NEW_LOGIN_WITHIN_MS).await;
                    continue;
                }
                return log_out(live, was_welcomed && code == CloseCode::Refused.number());
            }
            live.status.set(Status::Offline);
            let asked = match end {
                Err(End::Closed(_, asked)) => asked,
                _ => None,
            };
            wait(asked.unwrap_or_else(|| backoff.next_ms(random_number()))).await;
        }
    });
    SocketHandle(sender)
}

/// Handles a login that was ended elsewhere: nothing of it stays on the screen. Drafts remain on the device. A
/// page that was never welcomed stays, because reloading it would change nothing.
fn log_out(live: Live, should_reload: bool) {
    live.status.set(Status::LoggedOut);
    if should_reload {
        // Without a network, the page's own message has to do.
        reload();
    }
}

/// Runs one connection until it ends.
async fn talk(
    live: Live,
    frames: &mut mpsc::UnboundedReceiver<String>,
    backoff: &mut Backoff,
) -> Result<(), End> {
    let socket =
        WebSocket::open_with_protocol(&socket_address("/ws/agent").ok_or(End::Lost)?, SUBPROTOCOL)
            .map_err(|_| End::Lost)?;
    let (mut writing, reading) = socket.split();
    let mut reading = reading.fuse();
    let mut welcome = TimeoutFuture::new(limits::WELCOME_WITHIN_MS).fuse();
    while !live.is_online() {
        select_biased! {
            message = reading.next() => receive(live, backoff, message.ok_or(End::Lost)?)?,
            () = welcome => return Err(End::Lost),
        }
    }
    let mut pings = IntervalStream::new(limits::PING_EVERY_MS).fuse();
    let mut heard = true;
    let mut signs = Signs::listen();
    let mut proof = OptionFuture::from(None::<TimeoutFuture>).fuse();
    loop {
        select_biased! {
            sign = signs.next() => match sign.ok_or(End::Lost)? {
                Sign::Offline => return Err(End::Lost),
                // After sleep, a device may still have its socket while the server no longer does.
                Sign::Back => {
                    heard = false;
                    writing.send(Message::Text(to_string(&FromAgent::Ping {}))).await?;
                    proof = OptionFuture::from(Some(TimeoutFuture::new(PROOF_WITHIN_MS))).fuse();
                }
            },
            over = proof => if over.is_some() && !heard {
                return Err(End::Lost);
            },
            message = reading.next() => {
                heard = true;
                receive(live, backoff, message.ok_or(End::Lost)?)?;
            }
            frame = frames.next() => writing.send(Message::Text(frame.ok_or(End::Lost)?)).await?,
            _ = pings.next() => {
                if !std::mem::take(&mut heard) || HUNG_UP.load(Ordering::Relaxed) {
                    return Err(End::Lost);
                }
                writing.send(Message::Text(to_string(&FromAgent::Ping {}))).await?;
            }
        }
    }
}

fn receive(
    live: Live,
    backoff: &mut Backoff,
    message: Result<Message, WebSocketError>,
) -> Result<(), End> {
    if HUNG_UP.load(Ordering::Relaxed) {
        return Err(End::Lost);
    }
    let Message::Text(text) = message? else { return Ok(()) };
    // Ignore frames that this version does not know: the server may be newer.
    let Ok(frame) = from_str::<ToAgent>(&text) else { return Ok(()) };
    let is_welcome = matches!(frame, ToAgent::Welcome { .. });
    live.receive(frame);
    if is_welcome {
        backoff.reset();
        live.status.set(Status::Online);
    }
    Ok(())
}

/// How long a new password's login takes to arrive, in milliseconds.
const NEW_LOGIN_WITHIN_MS: u32 = 1_500;

/// How long a socket has to prove that it is alive after the user or the network returns, in milliseconds.
const PROOF_WITHIN_MS: u32 = 4_000;
