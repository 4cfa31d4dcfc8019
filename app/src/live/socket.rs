//! The agent's socket: opened, kept alive, opened again. What frames mean is the store's business.

use std::sync::atomic::{AtomicBool, Ordering};

use futures::channel::mpsc;
use futures::future::{Either, OptionFuture, select};
use futures::{FutureExt, SinkExt, StreamExt, pin_mut, select_biased};
use gloo_net::websocket::futures::WebSocket;
use gloo_net::websocket::{Message, WebSocketError};
use gloo_timers::future::{IntervalStream, TimeoutFuture};
use leptos::prelude::*;
use protocol::json::{from_str, to_string};
use protocol::{Backoff, CloseCode, FromAgent, SUBPROTOCOL, ToAgent, limits};
use wasm_bindgen_futures::spawn_local;

use super::{Live, Status};

/// Whether the program has stopped, and with it the socket.
static HUNG_UP: AtomicBool = AtomicBool::new(false);

/// Ends the socket for good: the program has stopped, and its agent is not there for anybody. Without the
/// pings of a program that can't even do this, the server ends it.
pub(crate) fn hang_up() {
    HUNG_UP.store(true, Ordering::Relaxed);
}

/// Where frames for the socket go. While it is down they are dropped: what must not be lost is in
/// the store, which sends it again when the socket is back.
pub(super) struct Line(mpsc::UnboundedSender<String>);

impl Line {
    pub(super) fn send(&self, frame: &FromAgent) {
        // The receiver lives as long as the page.
        let _sent = self.0.unbounded_send(to_string(frame));
    }
}

/// Why a socket ended.
enum End {
    /// The server closed it with a code, and may have said when to come back, in milliseconds.
    Closed(u16, Option<u32>),
    /// The network did, or nothing was heard for too long.
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
pub(super) fn open(live: Live) -> Line {
    let (sender, mut frames) = mpsc::unbounded();
    spawn_local(async move {
        let mut backoff = Backoff::default();
        while !HUNG_UP.load(Ordering::Relaxed) {
            // What was meant for a socket that is gone.
            while frames.try_recv().is_ok() {}
            let end = talk(live, &mut frames, &mut backoff).await;
            live.lost();
            if let Err(End::Closed(code, _)) = end
                && !CloseCode::should_reconnect(code)
            {
                live.status.set(Status::LoggedOut);
                return;
            }
            live.status.set(Status::Offline);
            let asked = match end {
                Err(End::Closed(_, asked)) => asked,
                _ => None,
            };
            wait(asked.unwrap_or_else(|| backoff.next_ms(random()))).await;
        }
    });
    Line(sender)
}

/// Talks until the socket ends.
async fn talk(
    live: Live,
    frames: &mut mpsc::UnboundedReceiver<String>,
    backoff: &mut Backoff,
) -> Result<(), End> {
    let socket = WebSocket::open_with_protocol(&address().ok_or(End::Lost)?, SUBPROTOCOL)
        .map_err(|_| End::Lost)?;
    let (mut writing, reading) = socket.split();
    let mut reading = reading.fuse();
    let mut welcome = TimeoutFuture::new(limits::WELCOME_WITHIN_MS).fuse();
    while !live.is_online() {
        select_biased! {
            message = reading.next() => take(live, backoff, message.ok_or(End::Lost)?)?,
            () = welcome => return Err(End::Lost),
        }
    }
    let mut pings = IntervalStream::new(limits::PING_EVERY_MS).fuse();
    let mut heard = true;
    let mut signs = Signs::listen();
    let mut proof = OptionFuture::from(None::<TimeoutFuture>).fuse();
    loop {
        select_biased! {
            sign = signs.said.next() => match sign.ok_or(End::Lost)? {
                Sign::Offline => return Err(End::Lost),
                // A device that slept finds its socket as it left it, and may be alone with it.
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
                take(live, backoff, message.ok_or(End::Lost)?)?;
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

fn take(
    live: Live,
    backoff: &mut Backoff,
    message: Result<Message, WebSocketError>,
) -> Result<(), End> {
    if HUNG_UP.load(Ordering::Relaxed) {
        return Err(End::Lost);
    }
    let Message::Text(text) = message? else { return Ok(()) };
    // A frame that this version does not know is passed over: the server may be newer.
    let Ok(frame) = from_str::<ToAgent>(&text) else { return Ok(()) };
    let is_welcome = matches!(frame, ToAgent::Welcome { .. });
    live.take(frame);
    if is_welcome {
        backoff.reset();
        live.status.set(Status::Online);
    }
    Ok(())
}

/// How long a socket has to show that it is alive once somebody is back at it, in milliseconds.
const PROOF_WITHIN_MS: u32 = 4_000;

/// What the browser says of the line.
#[derive(Clone, Copy)]
enum Sign {
    /// There is no network.
    Offline,
    /// Somebody looks again, or there is a network again.
    Back,
}

/// Listens to what the browser says, for as long as it lives.
struct Signs {
    said: mpsc::UnboundedReceiver<Sign>,
    listeners: Vec<WindowListenerHandle>,
}

impl Signs {
    fn listen() -> Self {
        let (sender, said) = mpsc::unbounded();
        let say = |sign: Sign| {
            let sender = sender.clone();
            move || {
                let _gone = sender.unbounded_send(sign);
            }
        };
        let (offline, online, back) = (say(Sign::Offline), say(Sign::Back), say(Sign::Back));
        let listeners = vec![
            window_event_listener(leptos::ev::offline, move |_| offline()),
            window_event_listener(leptos::ev::online, move |_| online()),
            window_event_listener(leptos::ev::focus, move |_| back()),
        ];
        Self { said, listeners }
    }
}

impl Drop for Signs {
    fn drop(&mut self) {
        for listener in self.listeners.drain(..) {
            listener.remove();
        }
    }
}

/// Waits, but not once the browser says that it is online again.
async fn wait(ms: u32) {
    let (sender, mut online) = mpsc::channel::<()>(1);
    let listener = window_event_listener(leptos::ev::online, move |_| {
        let _full = sender.clone().try_send(());
    });
    let timer = TimeoutFuture::new(ms);
    let signal = online.next();
    pin_mut!(timer, signal);
    match select(timer, signal).await {
        Either::Left(_) | Either::Right(_) => listener.remove(),
    }
}

fn address() -> Option<String> {
    let origin = window().location().origin().ok()?;
    Some(format!("{}/ws/agent", origin.replacen("http", "ws", 1)))
}

fn random() -> u32 {
    (js_sys::Math::random() * f64::from(u32::MAX)) as u32
}
