//! From where a request comes, for what goes by it: logins, and the audit log.

use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::Response;
use domain::login::Source;

use crate::traffic::Client;

/// How much of a browser's name is kept, in characters.
const BROWSER_CHARS: usize = 300;

/// Notes it in the request.
pub(crate) async fn note_source(client: Client, mut request: Request, next: Next) -> Response {
    let browser = request.headers().get(header::USER_AGENT).and_then(|name| name.to_str().ok());
    let source = Source {
        address: client.address,
        network: client.neighbour().network(),
        browser: browser.map(|name| name.chars().take(BROWSER_CHARS).collect()),
    };
    request.extensions_mut().insert(source);
    next.run(request).await
}
