//! `GET /chat?inbox=KEY`: the page in the widget's iframe, which is also the stand-alone chat.

use axum::extract::{Query, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use domain::inbox::Inbox;
use protocol::ErrorCode;

use super::OfInbox;
use crate::assets;
use crate::state::ServerState;

pub(crate) async fn frame(
    State(state): State<ServerState>,
    Query(query): Query<OfInbox>,
) -> Response {
    let inbox = match state.domain.find_inbox(query.inbox.as_deref()).await {
        Ok(inbox) => inbox,
        Err(error) => {
            let code = error.code();
            tracing::info!(code = code.as_str(), %error, "a site asked for a chat");
            let unknown = code == ErrorCode::InboxUnknown;
            let status =
                if unknown { StatusCode::NOT_FOUND } else { StatusCode::SERVICE_UNAVAILABLE };
            // Both are ours: a code and a sentence without markup.
            let text = format!("{}: {}\n", code.as_str(), code.sentence());
            return (status, text).into_response();
        }
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy(&inbox, &state)),
        (header::CACHE_CONTROL, "no-cache".to_owned()),
        // A page that is isolated from other origins (COEP) takes only frames that are, too.
        (HeaderName::from_static("cross-origin-embedder-policy"), "require-corp".to_owned()),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin".to_owned()),
    ];
    (headers, Html(page(&inbox, assets::WIDGET_DIR))).into_response()
}

/// Only our own files, and only within the sites that the inbox allows.
fn policy(inbox: &Inbox, state: &ServerState) -> String {
    let sites: Vec<&str> = inbox.allowed_sites.iter().map(domain::inbox::Site::as_str).collect();
    // Safari before 15.4 does not count sockets among 'self'.
    let socket = state.public_url.to_string().replacen("http", "ws", 1);
    format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; \
         img-src 'self' blob:; connect-src 'self' {socket}; base-uri 'none'; form-action 'none'; \
         require-trusted-types-for 'script'; trusted-types 'none'; \
         frame-ancestors 'self' {}",
        sites.join(" ")
    )
}

fn page(inbox: &Inbox, dir: &str) -> String {
    let (key, name, color) = (escape(&inbox.key), escape(&inbox.name), escape(&inbox.color));
    format!(
        "<!doctype html>
<html lang=\"en\" data-inbox=\"{key}\" data-name=\"{name}\" data-color=\"{color}\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1, interactive-widget=resizes-content\">
<meta name=\"robots\" content=\"noindex\">
<meta name=\"color-scheme\" content=\"light dark\">
<title>{name}</title>
<link rel=\"stylesheet\" href=\"/{dir}/chat.css\">
<link rel=\"modulepreload\" href=\"/{dir}/chat.js\">
<link rel=\"preload\" href=\"/{dir}/chat_bg.wasm\" as=\"fetch\" type=\"application/wasm\" crossorigin>
<script type=\"module\" src=\"/{dir}/boot.js\"></script>
</head>
<body></body>
</html>
"
    )
}

/// Text within an attribute.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
