//! Every route.

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_with_context};
use tower_http::compression::CompressionLayer;
use tower_http::limit::RequestBodyLimitLayer;

use crate::http::{harden, health, refuse_foreign};
use crate::state::ServerState;
use crate::{api, assets, session, socket, widget};

/// The largest body that any request may have, in bytes.
const BODY_BYTES: usize = 256 * 1024;

/// Every route.
pub(crate) fn router(state: ServerState) -> Router {
    Router::new()
        .merge(dashboard(&state))
        .route("/ws/visitor", get(socket::visitor))
        .route("/poll/visitor", post(socket::poll_visitor))
        .route("/widget.js", get(widget::loader))
        .route("/widget/{digest}/{file}", get(assets::widget))
        .route("/chat", get(widget::frame))
        .route("/demo", get(widget::demo))
        .route("/demo/{file}", get(widget::demo_file))
        .route("/pkg/{*path}", get(assets::dashboard))
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .layer(from_fn_with_state(state.clone(), refuse_foreign))
        .layer(RequestBodyLimitLayer::new(BODY_BYTES))
        // Programs send no origin. They come with an access token, which no browser adds by itself.
        .merge(api::router().layer(DefaultBodyLimit::max(BODY_BYTES)))
        .layer(CompressionLayer::new())
        .layer(from_fn(harden))
        .with_state(state)
}

/// What has a session: pages, server functions and the agents' socket.
fn dashboard(state: &ServerState) -> Router<ServerState> {
    let context = {
        let backend = state.backend();
        move || provide_context(backend.clone())
    };
    let shell = {
        let options = state.leptos.clone();
        move || app::shell(options.clone())
    };
    let pages = generate_route_list(app::App);
    let page = render_app_to_stream_with_context(context.clone(), shell.clone());
    let not_found = move |request: Request| async move {
        let mut response = page(request).await;
        if response.status() == StatusCode::OK {
            *response.status_mut() = StatusCode::NOT_FOUND;
        }
        response
    };
    Router::new()
        .route("/ws/agent", get(socket::agent))
        .leptos_routes_with_context(state, pages, context, shell)
        .fallback(not_found)
        .layer(session::layer(state.domain.clone(), &state.public_url))
}
