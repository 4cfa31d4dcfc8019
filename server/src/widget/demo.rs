//! `/demo`: a product page of a fictional company, which embeds the chat as a customer would, under a strict
//! policy.

use axum::extract::Path;
use axum::http::header;
use axum::response::{Html, IntoResponse, Response};
use protocol::ErrorCode;

use crate::http::Failure;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
    frame-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
    require-trusted-types-for 'script'; trusted-types 'none'";

pub(crate) async fn demo() -> Response {
    let page = include_str!("../../demo/index.html");
    if std::env::var_os("LEPTOS_WATCH").is_some() {
        // cargo-leptos announces on this socket that the server was rebuilt.
        let reload = "<script>new WebSocket('ws://'+location.hostname+':3001/live_reload').onmessage=()=>setTimeout(()=>location.reload(),500)</script>";
        let policy = POLICY
            .replace("script-src 'self'", "script-src 'self' 'unsafe-inline'; connect-src ws:");
        let page = Html(format!("{page}{reload}"));
        return ([(header::CONTENT_SECURITY_POLICY, policy)], page).into_response();
    }
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page)).into_response()
}

pub(crate) async fn demo_file(Path(file): Path<String>) -> Response {
    match file.as_str() {
        "demo.css" => {
            let css = include_str!("../../demo/demo.css");
            ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], css).into_response()
        }
        _ => Failure::from(ErrorCode::NotFound).into_response(),
    }
}
