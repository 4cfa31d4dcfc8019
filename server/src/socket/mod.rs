//! Sockets: one task reads a socket's frames, another writes what is queued for it.
//!
//! This module decides which frames are allowed when; `domain` decides what they do.

mod agent;
mod connection;
mod poll;
mod typing;
mod visitor;

pub(crate) use poll::{Lines, visitor as poll_visitor};

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use protocol::{ErrorCode, SUBPROTOCOL, limits};
use tower_sessions::Session;

use crate::http::{Failure, is_own};
use crate::serve::connections::Connection;
use crate::state::ServerState;
use crate::traffic::{Client, Resource};

/// `GET /ws/visitor`
pub(crate) async fn visitor(
    State(state): State<ServerState>,
    client: Client,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = match admit(&state, &headers, upgrade) {
        Ok(upgrade) => upgrade,
        Err(code) => return refused(code, client, &headers),
    };
    let Some(permit) = state.traffic.permit(Resource::Socket, client.network()) else {
        return refused(ErrorCode::SlowDown, client, &headers);
    };
    let tracker = state.sockets.clone();
    let browser = headers.get(header::USER_AGENT).and_then(|name| name.to_str().ok());
    let browser = browser.map(ToOwned::to_owned);
    upgrade.on_upgrade(move |socket| {
        tracker.track_future(async move {
            visitor::serve(socket, state, client, browser).await;
            drop((permit, connection));
        })
    })
}

/// `GET /ws/agent`
pub(crate) async fn agent(
    State(state): State<ServerState>,
    client: Client,
    Extension(connection): Extension<Connection>,
    headers: HeaderMap,
    session: Session,
    upgrade: WebSocketUpgrade,
) -> Response {
    let upgrade = match admit(&state, &headers, upgrade) {
        Ok(upgrade) => upgrade,
        Err(code) => return refused(code, client, &headers),
    };
    let agent = match app::current_agent(&session, &state.domain).await {
        Ok(Some(agent)) => agent,
        // A browser's script can't see the status of an upgrade. Tell it on the socket, so that the dashboard
        // stops trying.
        Ok(None) => return upgrade.on_upgrade(agent::refuse),
        Err(error) => return Failure::from(error).into_response(),
    };
    state.traffic.is_agents(client.network());
    let tracker = state.sockets.clone();
    upgrade.on_upgrade(move |socket| {
        tracker.track_future(async move {
            agent::serve(socket, state, agent, session).await;
            drop(connection);
        })
    })
}

/// Sets the limits of an upgrade, if it comes from our own pages and speaks our protocol.
fn admit(
    state: &ServerState,
    headers: &HeaderMap,
    upgrade: WebSocketUpgrade,
) -> Result<WebSocketUpgrade, ErrorCode> {
    if state.stopping.is_cancelled() {
        return Err(ErrorCode::Unavailable);
    }
    if !is_own(headers, &state.public_url) {
        return Err(ErrorCode::OriginRefused);
    }
    let upgrade = upgrade
        .protocols([SUBPROTOCOL])
        // The library's defaults cost 136 KiB per socket and don't limit what is queued.
        .read_buffer_size(4 * 1024)
        .write_buffer_size(0)
        .max_write_buffer_size(1024 * 1024)
        .max_message_size(limits::CLIENT_FRAME_BYTES)
        .max_frame_size(limits::CLIENT_FRAME_BYTES);
    if upgrade.selected_protocol().is_none() {
        return Err(ErrorCode::SubprotocolUnknown);
    }
    Ok(upgrade)
}

fn refused(code: ErrorCode, client: Client, headers: &HeaderMap) -> Response {
    let origin = headers.get(axum::http::header::ORIGIN);
    tracing::info!(code = code.as_str(), client = %client.address, ?origin, "a socket was refused");
    Failure::from(code).into_response()
}
