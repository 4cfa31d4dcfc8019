//! `GET /api/docs`: the page to read and try every call, made by Swagger UI.

use axum::http::header;
use axum::response::{Html, IntoResponse};

use super::DOCUMENT;
use crate::assets::DOCS_DIR;

/// The path of the page.
pub(super) const PAGE: &str = "/api/docs";

/// The page's scripts are our own, and set styles themselves.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
    img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; \
    form-action 'none'; frame-ancestors 'none'";

pub(super) async fn page() -> impl IntoResponse {
    let page = format!(
        "<!doctype html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<meta name=\"robots\" content=\"noindex\">
<title>Porchlight API</title>
<link rel=\"icon\" href=\"data:,\">
<link rel=\"stylesheet\" href=\"/{DOCS_DIR}/swagger-ui.css\">
<script defer src=\"/{DOCS_DIR}/swagger-ui-bundle.js\"></script>
<script defer src=\"{PAGE}/start.js\"></script>
</head>
<body><div id=\"swagger-ui\"></div></body>
</html>
"
    );
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page))
}

/// `GET /api/docs/start.js`
pub(super) async fn start() -> impl IntoResponse {
    let script = format!(
        "SwaggerUIBundle({{ url: '{DOCUMENT}', dom_id: '#swagger-ui', deepLinking: true, tryItOutEnabled: true, validatorUrl: null }})\n"
    );
    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, "no-cache"),
    ];
    (headers, script)
}
