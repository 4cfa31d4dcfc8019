//! The files embedded in the program: those of the widget, the dashboard and the page about the API.
//!
//! Each set is served under a folder named after a hash of its content, so that browsers may cache it forever.
//! The files are embedded compressed. A development build reads them from their sources, and the dashboard's
//! from where cargo-leptos puts them, so that changes show on the next load.

#[path = "../../bundle/src/texts.rs"]
mod texts;

use std::borrow::Cow;
use std::collections::HashMap;
use std::io;
use std::path::{Path as FilePath, PathBuf};
use std::sync::LazyLock;

use axum::body::Body;
use axum::extract::Path;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use axum::response::IntoResponse;
use bytes::Bytes;
use protocol::ErrorCode;
use rust_embed::RustEmbed;

use crate::http::Failure;

#[derive(RustEmbed)]
#[folder = "$OUT_DIR/assets"]
struct Embedded;

/// Whether this is a development build.
const WATCHED: bool = cfg!(watched);

/// The folder of the widget's files, without a slash at either end.
pub(crate) const WIDGET_DIR: &str = concat!("widget/", env!("WIDGET_DIGEST"));

/// The folder of the dashboard's files, without a slash at either end.
pub(crate) const DASHBOARD_DIR: &str =
    if WATCHED { "pkg" } else { concat!("pkg/", env!("DASHBOARD_DIGEST")) };

/// The folder of the files for the page about the API, without a slash at either end.
pub(crate) const DOCS_DIR: &str = concat!("api/docs/", env!("DOCS_DIGEST"));

/// The uncompressed files, for the few clients that don't accept brotli. Unpacked on first use.
static PLAIN: LazyLock<HashMap<Cow<'static, str>, Bytes>> = LazyLock::new(|| {
    let unpacked = |path: Cow<'static, str>| Some((path.clone(), unpack(&path)?.into()));
    Embedded::iter().filter_map(unpacked).collect()
});

/// The script that sites embed.
pub(crate) fn loader() -> Cow<'static, str> {
    static LOADER: LazyLock<String> = LazyLock::new(|| {
        let plain = unpack("widget/loader.js.br").expect("build.rs makes the loader");
        String::from_utf8(plain).expect("the loader is UTF-8")
    });
    if WATCHED {
        return source::loader().expect("the loader's source exists").into();
    }
    LOADER.as_str().into()
}

/// `GET /widget/{digest}/{file}`
pub(crate) async fn widget(
    Path((digest, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    if WATCHED {
        return fresh(&file, source::widget(&file));
    }
    of_version(digest == env!("WIDGET_DIGEST"), &format!("widget/{file}"), &headers)
}

/// `GET /pkg/{digest}/{*file}`; without the digest in a development build.
pub(crate) async fn dashboard(Path(path): Path<String>, headers: HeaderMap) -> Response<Body> {
    if WATCHED {
        return fresh(&path, source::dashboard(&path));
    }
    let (digest, file) = path.split_once('/').unwrap_or_default();
    of_version(digest == env!("DASHBOARD_DIGEST"), &format!("pkg/{file}"), &headers)
}

/// `GET /api/docs/{digest}/{file}`
pub(crate) async fn docs(
    Path((digest, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response<Body> {
    if WATCHED {
        return fresh(&file, source::docs(&file));
    }
    of_version(digest == env!("DOCS_DIGEST"), &format!("docs/{file}"), &headers)
}

/// Serves a file of this version only. A page of another version asks for files that are not here, and would
/// cache ours forever under the wrong name.
fn of_version(is_ours: bool, path: &str, headers: &HeaderMap) -> Response<Body> {
    if is_ours { embedded(path, headers) } else { missing() }
}

fn embedded(path: &str, headers: &HeaderMap) -> Response<Body> {
    let takes_brotli = headers
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|one| one.trim() == "br"));
    let packed = format!("{path}.br");
    let body = if takes_brotli {
        Embedded::get(&packed).map(|file| match file.data {
            Cow::Borrowed(bytes) => Body::from(bytes),
            Cow::Owned(bytes) => Body::from(bytes),
        })
    } else {
        PLAIN.get(&*packed).map(|bytes| Body::from(bytes.clone()))
    };
    let Some(body) = body else { return missing() };
    let mut response = Response::new(body);
    let set = response.headers_mut();
    set.insert(header::CONTENT_TYPE, content_type(path));
    set.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("public, max-age=31536000, immutable"),
    );
    set.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if takes_brotli {
        set.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}

fn unpack(path: &str) -> Option<Vec<u8>> {
    let file = Embedded::get(path)?;
    let mut plain = Vec::new();
    brotli::BrotliDecompress(&mut &*file.data, &mut plain).ok()?;
    Some(plain)
}

/// Serves a file that may have changed since it was last loaded.
fn fresh(path: &str, read: io::Result<Vec<u8>>) -> Response<Body> {
    let Ok(bytes) = read else { return missing() };
    let headers = [
        (header::CONTENT_TYPE, content_type(path)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (StatusCode::OK, headers, bytes).into_response()
}

fn missing() -> Response<Body> {
    Failure::from(ErrorCode::NotFound).into_response()
}

fn content_type(path: &str) -> HeaderValue {
    let mime = mime_guess::from_path(path).first_or_octet_stream();
    let text = mime.essence_str();
    let charset = if mime.type_() == "text" { "; charset=utf-8" } else { "" };
    HeaderValue::from_str(&format!("{text}{charset}"))
        .unwrap_or(HeaderValue::from_static("application/octet-stream"))
}

/// The sources of the files in a development build.
mod source {
    use super::{FilePath, PathBuf, io, texts};

    fn root() -> &'static FilePath {
        FilePath::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
    }

    pub(super) fn loader() -> io::Result<String> {
        let sheet = texts::loader_sheet(root())?;
        Ok(texts::with_sheet(&texts::read(root(), texts::LOADER)?, &sheet))
    }

    /// Scripts and styles come from their sources, the WASM as it was compiled.
    pub(super) fn widget(file: &str) -> io::Result<Vec<u8>> {
        match texts::WIDGET.iter().find(|(name, _)| *name == file) {
            Some((_, parts)) => Ok(texts::join(root(), parts)?.into_bytes()),
            None => within(PathBuf::from(concat!(env!("OUT_DIR"), "/assets/widget")), file),
        }
    }

    pub(super) fn dashboard(file: &str) -> io::Result<Vec<u8>> {
        let site = std::env::var("LEPTOS_SITE_ROOT").unwrap_or_else(|_| "target/site".into());
        within(FilePath::new(&site).join("pkg"), file)
    }

    pub(super) fn docs(file: &str) -> io::Result<Vec<u8>> {
        within(root().join("bundle/node_modules/swagger-ui-dist"), file)
    }

    fn within(folder: PathBuf, file: &str) -> io::Result<Vec<u8>> {
        if file.split('/').any(|part| matches!(part, "" | "." | "..")) {
            return Err(io::ErrorKind::NotFound.into());
        }
        std::fs::read(folder.join(file))
    }
}
