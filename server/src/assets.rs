//! Files that are part of the binary: the dashboard's and the widget's.
//!
//! Each set lives under a folder named after its content, so that browsers may keep it for ever.
//! In a debug build the dashboard's come from cargo-leptos's folder instead, for watching.

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use protocol::ErrorCode;
use rust_embed::RustEmbed;
use std::borrow::Cow;

use crate::http::Failure;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Embedded;

/// Whether the dashboard's files are read from cargo-leptos's folder.
const WATCHED: bool = cfg!(debug_assertions);

/// The folder of the widget's files, without a slash at either end.
pub(crate) const WIDGET_DIR: &str = concat!("widget/", env!("WIDGET_DIGEST"));

/// The folder of the dashboard's files, without a slash at either end.
pub(crate) const DASHBOARD_DIR: &str =
    if WATCHED { "pkg" } else { concat!("pkg/", env!("DASHBOARD_DIGEST")) };

/// A text that is part of the binary.
pub(crate) fn text(path: &str) -> String {
    let file = Embedded::get(path).unwrap_or_else(|| panic!("build.rs makes {path}"));
    String::from_utf8(file.data.into_owned()).unwrap_or_else(|_| panic!("{path} is text"))
}

/// `GET /widget/{digest}/{file}`
pub(crate) async fn widget(
    Path((digest, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    of_version(digest == env!("WIDGET_DIGEST"), &format!("widget/{file}"), &headers)
}

/// `GET /pkg/{digest}/{*file}`, and without the digest in a debug build.
pub(crate) async fn dashboard(Path(path): Path<String>, headers: HeaderMap) -> Response<Body> {
    if WATCHED {
        return watched(&path).await;
    }
    let (digest, file) = path.split_once('/').unwrap_or_default();
    of_version(digest == env!("DASHBOARD_DIGEST"), &format!("pkg/{file}"), &headers)
}

/// A page of another version asks for files that are not here: answering with ours would have it kept
/// for ever under the wrong name.
fn of_version(is_ours: bool, path: &str, headers: &HeaderMap) -> Response<Body> {
    if is_ours {
        embedded(path, headers)
    } else {
        Failure::from(ErrorCode::NotFound).into_response()
    }
}

fn embedded(path: &str, headers: &HeaderMap) -> Response<Body> {
    let brotli = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|one| one.trim() == "br"));
    let compressed = if brotli { Embedded::get(&format!("{path}.br")) } else { None };
    let is_compressed = compressed.is_some();
    let Some(file) = compressed.or_else(|| Embedded::get(path)) else {
        return Failure::from(ErrorCode::NotFound).into_response();
    };
    let body = match file.data {
        Cow::Borrowed(bytes) => Body::from(bytes),
        Cow::Owned(bytes) => Body::from(bytes),
    };
    let mut response = Response::new(body);
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, content_type(path));
    set.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if is_compressed {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

async fn watched(path: &str) -> Response<Body> {
    let root = std::env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| "target/site".into());
    let plain = !path.split('/').any(|part| matches!(part, "" | "." | ".."));
    let read = if plain { tokio::fs::read(format!("{root}/pkg/{path}")).await.ok() } else { None };
    let Some(bytes) = read else {
        return Failure::from(ErrorCode::NotFound).into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, content_type(path)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

fn content_type(path: &str) -> HeaderValue {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let text = mime.essence_str();
    let charset = if mime.type_() == "text" { "; charset=utf-8" } else { "" };
    HeaderValue::from_str(&format!("{text}{charset}"))
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}
