//! A visitor's connection without a socket: long polling. The frames are the same, and so is the code that
//! handles them; only the transport differs.
//!
//! The first request of a connection brings the `hello`. Each later one brings what the client sends, and
//! returns what is queued for it. One that brings nothing waits for events, until the next one arrives. A
//! client whose connection is gone begins another: the log fills in what was lost.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Extension;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::hub::{Frame, QueuedFrames};
use futures_util::FutureExt;
use protocol::json::to_string;
use protocol::{CloseCode, ErrorCode, limits};
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, sleep, timeout};

use super::connection::{self, FrameHandler};
use super::visitor::{self, Refusal, VisitorHandler};
use crate::http::Failure;
use crate::state::ServerState;
use crate::traffic::{Client, Resource};

/// Names the connection, in requests and in the response to the first.
const LINE: HeaderName = HeaderName::from_static("porchlight-line");

/// Says that the connection is closed: the code, and after a space the reason.
const CLOSE: HeaderName = HeaderName::from_static("porchlight-close");

/// How long a request waits for events.
const WAIT: Duration = Duration::from_millis(limits::POLL_WAIT_MS);

/// How long a connection may be without a request.
const SILENCE: Duration = Duration::from_millis(limits::SILENCE_MS);

/// The most bytes of a response, not counting its last frame.
const ANSWER_BYTES: usize = 128 * 1024;

/// The most frames that may wait to be answered.
const WAITING: usize = 4_096;

/// What a request brings.
struct Exchange {
    frames: Vec<String>,
    reply: oneshot::Sender<Answer>,
}

/// What its response brings.
#[derive(Default)]
struct Answer {
    frames: Vec<Frame>,
    close: Option<String>,
}

/// The open connections, by the secret that names each.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<HashMap<String, mpsc::Sender<Exchange>>>>);

impl Lines {
    fn with<R>(&self, act: impl FnOnce(&mut HashMap<String, mpsc::Sender<Exchange>>) -> R) -> R {
        act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// `POST /poll/visitor`
pub(crate) async fn visitor(
    State(state): State<ServerState>,
    Extension(lines): Extension<Lines>,
    client: Client,
    request: Request,
) -> Response {
    let (parts, body) = request.into_parts();
    let exchange = async {
        let body =
            to_bytes(body, limits::CLIENT_FRAME_BYTES).await.map_err(|_| ErrorCode::FrameTooBig)?;
        let frames = read_frames(&body)?;
        match parts.headers.get(LINE) {
            Some(name) => go_on(&lines, name, frames).await,
            None => begin(&state, lines, client, &parts.headers, frames).await,
        }
    };
    exchange.await.unwrap_or_else(|code| {
        tracing::info!(code = code.as_str(), client = %client.address, "a visitor's request was refused");
        Failure::from(code).into_response()
    })
}

/// One frame per line: JSON contains no line breaks.
fn read_frames(body: &Bytes) -> Result<Vec<String>, ErrorCode> {
    let text = std::str::from_utf8(body).map_err(|_| ErrorCode::BadFrame)?;
    Ok(text.lines().filter(|line| !line.is_empty()).map(ToOwned::to_owned).collect())
}

async fn begin(
    state: &ServerState,
    lines: Lines,
    client: Client,
    headers: &HeaderMap,
    frames: Vec<String>,
) -> Result<Response, ErrorCode> {
    if state.stopping.is_cancelled() {
        return Err(ErrorCode::Unavailable);
    }
    let permit = state.traffic.permit(Resource::Line, client.network());
    let permit = permit.ok_or(ErrorCode::SlowDown)?;
    let browser = headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok());
    let [hello] = &*frames else { return Err(ErrorCode::FrameUnexpected) };
    match visitor::admit(hello, state, client, browser.map(ToOwned::to_owned)).await {
        Ok((handler, welcome)) => {
            let name = state.domain.ambient().secret();
            let (exchanges, waiting) = mpsc::channel(8);
            lines.with(|lines| lines.insert(name.clone(), exchanges));
            let own = name.clone();
            let server = state.clone();
            state.sockets.spawn(async move {
                run(handler, waiting, &server).await;
                lines.with(|lines| lines.remove(&own));
                drop(permit);
            });
            let frames = vec![Frame::from(to_string(&welcome))];
            let mut response = answer(Answer { frames, close: None });
            let name = HeaderValue::from_str(&name).map_err(|_| ErrorCode::Unavailable)?;
            response.headers_mut().insert(LINE, name);
            Ok(response)
        }
        Err(Refusal { error, code }) => {
            let frames = error.iter().map(|frame| Frame::from(to_string(frame))).collect();
            let close = code.map(|code| closing(code, state));
            Ok(answer(Answer { frames, close }))
        }
    }
}

async fn go_on(
    lines: &Lines,
    name: &HeaderValue,
    frames: Vec<String>,
) -> Result<Response, ErrorCode> {
    let name = name.to_str().map_err(|_| ErrorCode::NotFound)?;
    let line = lines.with(|lines| lines.get(name).cloned()).ok_or(ErrorCode::NotFound)?;
    let (reply, answered) = oneshot::channel();
    line.send(Exchange { frames, reply }).await.map_err(|_| ErrorCode::NotFound)?;
    Ok(answer(answered.await.map_err(|_| ErrorCode::NotFound)?))
}

fn answer(Answer { frames, close }: Answer) -> Response {
    let mut body = Vec::with_capacity(frames.iter().map(|frame| frame.len() + 1).sum());
    for frame in frames {
        body.extend_from_slice(&frame);
        body.push(b'\n');
    }
    let headers =
        [(header::CONTENT_TYPE, "application/x-ndjson"), (header::CACHE_CONTROL, "no-store")];
    let mut response = (headers, body).into_response();
    if let Some(close) = close.and_then(|close| HeaderValue::from_str(&close).ok()) {
        response.headers_mut().insert(CLOSE, close);
    }
    response
}

/// The code and the reason, as in a close frame.
fn closing(code: CloseCode, state: &ServerState) -> String {
    let reason = code.reason();
    match code {
        CloseCode::Stopping => format!("{} {reason}:{}", code.number(), state.retry_ms()),
        _ => format!("{} {reason}", code.number()),
    }
}

/// Serves a connection until the client stays away or it is closed.
async fn run(
    mut handler: VisitorHandler,
    mut exchanges: mpsc::Receiver<Exchange>,
    state: &ServerState,
) {
    let too_slow = handler.listener().too_slow();
    let mut frames = handler.listener().take_frames();
    let mut next = None;
    // Frames that are not answered yet, because the size of a response is limited.
    let mut waiting = VecDeque::new();
    loop {
        let came = match next.take() {
            Some(exchange) => Some(exchange),
            None => timeout(SILENCE, exchanges.recv()).await.ok().flatten(),
        };
        let Some(Exchange { frames: sent, reply }) = came else { return };
        waiting.extend(sent);
        let mut end = None;
        let is_news_awaited = waiting.is_empty();
        // Sending what is queued makes room for the answers.
        let mut queued = drain(&mut frames, ANSWER_BYTES);
        let mut room = ANSWER_BYTES.saturating_sub(bytes_of(&queued));
        while room > 0
            && end.is_none()
            && let Some(frame) = waiting.pop_front()
        {
            end = connection::answer(&mut handler, &frame).await.err();
            queued.append(&mut drain(&mut frames, room));
            room = ANSWER_BYTES.saturating_sub(bytes_of(&queued));
        }
        if waiting.len() > WAITING {
            end = Some(CloseCode::TooSlow);
        }
        if queued.is_empty() && is_news_awaited && end.is_none() {
            let until = Instant::now() + WAIT;
            tokio::select! {
                frame = frames.next() => queued.extend(frame),
                exchange = exchanges.recv() => match exchange {
                    Some(exchange) => next = Some(exchange),
                    None => return,
                },
                () = too_slow.cancelled() => end = Some(CloseCode::TooSlow),
                () = state.stopping.cancelled() => end = Some(CloseCode::Stopping),
                () = sleep(until - Instant::now()) => {}
            }
            queued.append(&mut drain(&mut frames, ANSWER_BYTES));
        }
        if too_slow.is_cancelled() {
            end = Some(CloseCode::TooSlow);
        } else if state.stopping.is_cancelled() {
            end = Some(CloseCode::Stopping);
        }
        let close = end.map(|code| closing(code, state));
        // A client that is gone comes back, and resumes from the log.
        let is_heard = reply.send(Answer { frames: queued, close }).is_ok();
        if end.is_some() || !is_heard {
            return;
        }
    }
}

fn bytes_of(frames: &[Frame]) -> usize {
    frames.iter().map(Frame::len).sum()
}

/// Takes queued frames until there is no more room. The last one may exceed it.
fn drain(frames: &mut QueuedFrames, room: usize) -> Vec<Frame> {
    let (mut taken, mut bytes) = (Vec::new(), 0);
    while bytes < room
        && let Some(Some(frame)) = frames.next().now_or_never()
    {
        bytes += frame.len();
        taken.push(frame);
    }
    taken
}
