//! `GET /chat?inbox=KEY`: the page in the widget's iframe, which is also the stand-alone chat.

use askama::Template;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use domain::inbox::Inbox;
use protocol::ErrorCode;
use url::Url;

use super::OfInbox;
use crate::assets;
use crate::state::ServerState;

/// What is shown before the chat's program has loaded. The program finds its elements in it.
#[derive(Template)]
#[template(path = "chat.html")]
struct Chat<'a> {
    inbox: &'a Inbox,
    /// The folder of the widget's files.
    dir: &'a str,
}

pub(crate) async fn frame(
    State(state): State<ServerState>,
    Query(query): Query<OfInbox>,
    headers: HeaderMap,
) -> Response {
    let inbox = match state.domain.find_inbox(query.inbox.as_deref()).await {
        Ok(inbox) => inbox,
        Err(error) => {
            let code = error.code();
            tracing::info!(code = code.as_str(), %error, "can't serve the chat");
            let unknown = code == ErrorCode::InboxUnknown;
            let status =
                if unknown { StatusCode::NOT_FOUND } else { StatusCode::SERVICE_UNAVAILABLE };
            // Both are our own, without markup.
            let text = format!("{}: {}\n", code.as_str(), code.sentence());
            return (status, text).into_response();
        }
    };
    note_refusal(&state, &inbox, &headers);
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy(&inbox, &state)),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        // A page that is isolated from other origins (COEP) only accepts frames that are isolated, too.
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp".to_owned()),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin".to_owned()),
    ];
    match (Chat { inbox: &inbox, dir: assets::WIDGET_DIR }).render() {
        Ok(page) => (headers, Html(page)).into_response(),
        Err(error) => {
            tracing::error!(%error, "can't render the chat's page");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// If the inbox does not allow the site, the browser refuses to show the page and says so only in its console:
/// tell the owner.
fn note_refusal(state: &ServerState, inbox: &Inbox, headers: &HeaderMap) {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    // The embedding page is the frame's referrer. A page opened by a link has one, too.
    let is_frame =
        text(HeaderName::from_static("sec-fetch-dest")).is_none_or(|dest| dest == "iframe");
    let Some(page) = text(header::REFERER).and_then(|page| Url::parse(page).ok()) else { return };
    let origin = page.origin().ascii_serialization();
    if is_frame
        && !state.public_url.is_own_origin(&origin)
        && state.domain.refuse_site(inbox, &origin)
    {
        let code = ErrorCode::SiteNotAllowed;
        tracing::info!(
            code = code.as_str(),
            inbox = inbox.key,
            origin,
            "a site may not embed the chat"
        );
    }
}

/// Allows only our own files, and only the inbox's sites to embed the page.
fn policy(inbox: &Inbox, state: &ServerState) -> String {
    let sites: Vec<&str> = inbox.allowed_sites.iter().map(domain::inbox::Site::as_str).collect();
    // Safari before 15.4 does not include WebSockets in 'self'.
    let socket = state.public_url.to_string().replacen("http", "ws", 1);
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' blob:; connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'; \
         frame-ancestors 'self' {}",
        sites.join(" ")
    )
}
