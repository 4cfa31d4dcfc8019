//! All routes.

use axum::extract::{DefaultBodyLimit, Request};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use axum::{Extension, Router};
use leptos::prelude::provide_context;
use leptos_axum::{LeptosRoutes, generate_route_list, render_app_to_stream_with_context};
use tower_http::compression::CompressionLayer;

use crate::files::{self, ByLogin, ByToken};
use crate::http::{buffer_body, harden, health, note_source, refuse_foreign, stay};
use crate::state::ServerState;
use crate::{address_prompt, api, assets, audit, mail, people, session, socket, sso, widget};

/// Defines groups of routes: for each a router, and the list of its paths for [`paths`].
macro_rules! routes {
    ($($(#[$doc:meta])* $name:ident: $list:ident { $($path:literal => $handler:expr,)+ })+) => {$(
        $(#[$doc])*
        const $list: &[&str] = &[$($path),+];

        fn $name() -> Router<ServerState> {
            Router::new()$(.route($path, $handler))+
        }
    )+};
}

routes! {
    /// For visitors, and for everyone.
    open: OPEN {
        "/ws/visitor" => get(socket::visitor),
        "/poll/visitor" => post(socket::poll_visitor),
        "/visitor/login" => post(address_prompt::whose),
        "/visitor/address" => get(address_prompt::ask).put(address_prompt::leave),
        "/widget.js" => get(widget::loader),
        "/widget/{digest}/{file}" => get(assets::widget),
        "/chat" => get(widget::frame),
        "/demo" => get(widget::demo),
        "/demo/{file}" => get(widget::demo_file),
        "/pkg/{*path}" => get(assets::dashboard),
        "/healthz" => get(health::healthz),
        "/readyz" => get(health::readyz),
    }
    /// With the token from an email, from anywhere.
    by_mail: BY_MAIL {
        "/mail/preferences/{token}" => get(mail::preferences).post(mail::choose),
    }
    /// With the key that a provider was given.
    by_provider: BY_PROVIDER {
        "/mail/inbound/{inbox}" => post(mail::inbound::receive),
    }
    /// With a session, besides the pages and server functions.
    with_session: WITH_SESSION {
        "/ws/agent" => get(socket::agent),
        "/audit/{file}" => get(audit::export),
        "/people/{visitor}/export.zip" => get(people::export),
        "/mail/preview/{kind}" => get(mail::preview),
        "/mail/raw/{id}" => get(mail::inbound::raw),
    }
    /// To the login provider, which is another site, and back.
    by_sso: BY_SSO {
        "/login/sso/{provider}" => get(sso::leave),
        "/login/sso/{provider}/back" => get(sso::come_back),
    }
    /// Files, with a visitor's token.
    files_by_token: FILES_BY_TOKEN {
        "/files/visitor/{id}" => get(files::fetch::<ByToken>).put(files::upload_by_visitor),
        "/files/visitor/{id}/thumbnail" => get(files::thumbnail::<ByToken>),
    }
    /// Files, with a session.
    files_by_login: FILES_BY_LOGIN {
        "/files/agent/{id}" => get(files::fetch::<ByLogin>).put(files::upload_by_agent),
        "/files/agent/{id}/thumbnail" => get(files::thumbnail::<ByLogin>),
    }
}

/// The paths of all routes except the API's, which its document lists. A test checks for each who may use it.
#[must_use]
pub fn paths() -> Vec<String> {
    let own = [OPEN, BY_MAIL, BY_PROVIDER, WITH_SESSION, BY_SSO, FILES_BY_TOKEN, FILES_BY_LOGIN];
    let own = own.concat();
    let pages = generate_route_list(app::App);
    let calls = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path.to_owned());
    let pages = pages.iter().map(|page| page.path().to_owned());
    let mut all: Vec<String> =
        own.iter().map(|path| (*path).to_owned()).chain(pages).chain(calls).collect();
    all.sort();
    all.dedup();
    all
}

/// The router with all routes.
pub(crate) fn router(state: ServerState) -> Router {
    let session = || session::layer(state.domain.clone(), &state.public_url);
    open()
        .layer(Extension(health::Ready::default()))
        .layer(Extension(socket::Lines::default()))
        .merge(
            dashboard(&state)
                .layer(session())
                .layer(from_fn_with_state(state.clone(), note_source))
                .layer(from_fn_with_state(state.clone(), stay)),
        )
        .merge(
            by_sso()
                .layer(Extension(sso::Discovered::default()))
                .layer(session())
                .layer(from_fn_with_state(state.clone(), note_source)),
        )
        .merge(files_by_token())
        .merge(files_by_login().layer(session()))
        .layer(from_fn_with_state(state.clone(), refuse_foreign))
        // A mail program that unsubscribes is not one of our pages.
        .merge(by_mail())
        .merge(by_provider().layer(DefaultBodyLimit::max(mail::inbound::BODY_BYTES)))
        // Programs send no origin. They send an access token, which no browser adds by itself.
        .merge(api::router().layer(Extension(api::ApiRate::default())))
        .layer(from_fn_with_state(state.clone(), buffer_body))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.clone(), harden))
        .with_state(state)
}

/// Pages, server functions and other routes that need a session.
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
    with_session().leptos_routes_with_context(state, pages, context, shell).fallback(not_found)
}
