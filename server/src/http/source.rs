//! Where a request comes from, for logins and the audit log.

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use domain::login::Source;

use crate::traffic::Client;

/// How much of a browser's user agent is stored, in characters.
const BROWSER_CHARS: usize = 300;

/// Adds the source to the request's extensions.
pub(crate) async fn note_source(client: Client, mut request: Request, next: Next) -> Response {
    let browser = request.headers().get(header::USER_AGENT).and_then(|name| name.to_str().ok());
    let source = Source {
        address: client.address,
        network: client.network().address(),
        browser: browser.map(|name| name.chars().take(BROWSER_CHARS).collect()),
    };
    request.extensions_mut().insert(source);
    next.run(request).await
}
