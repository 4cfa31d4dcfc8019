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
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::sync::Arc;

use crate::http::Failure;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Embedded;

/// Whether the dashboard's files are read from cargo-leptos's folder.
const WATCHED: bool = cfg!(debug_assertions);

/// The names under which the files are served.
#[derive(Clone)]
pub(crate) struct Assets {
    dashboard_dir: Arc<str>,
    widget_dir: Arc<str>,
}

impl Assets {
    /// Names the embedded files after their content.
    pub(crate) fn load() -> Self {
        let dashboard_dir = if WATCHED { "pkg".into() } else { format!("pkg/{}", digest("pkg/")) };
        let widget_dir = format!("widget/{}", digest("widget/"));
        Self { dashboard_dir: dashboard_dir.into(), widget_dir: widget_dir.into() }
    }

    /// The folder of the dashboard's files, without a slash at either end.
    pub(crate) fn dashboard_dir(&self) -> Arc<str> {
        Arc::clone(&self.dashboard_dir)
    }

    /// The folder of the widget's files, without a slash at either end.
    pub(crate) fn widget_dir(&self) -> &str {
        &self.widget_dir
    }
}

/// A text that is part of the binary.
pub(crate) fn text(path: &str) -> String {
    let file = Embedded::get(path).unwrap_or_else(|| panic!("build.rs makes {path}"));
    String::from_utf8(file.data.into_owned()).unwrap_or_else(|_| panic!("{path} is text"))
}

fn digest(folder: &str) -> String {
    let mut paths: Vec<_> = Embedded::iter().filter(|path| path.starts_with(folder)).collect();
    paths.sort();
    let mut hash = Sha256::new();
    for path in paths {
        let content = Embedded::get(&path).map(|file| file.metadata.sha256_hash());
        hash.update(path.as_bytes());
        hash.update(content.unwrap_or_default());
    }
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// `GET /widget/{digest}/{file}`
pub(crate) async fn widget(
    Path((_digest, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    embedded(&format!("widget/{file}"), &headers)
}

/// `GET /pkg/{digest}/{*file}`, and without the digest in a debug build.
pub(crate) async fn dashboard(Path(path): Path<String>, headers: HeaderMap) -> Response<Body> {
    if WATCHED {
        return watched(&path).await;
    }
    let file = path.split_once('/').map_or("", |(_digest, file)| file);
    embedded(&format!("pkg/{file}"), &headers)
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
