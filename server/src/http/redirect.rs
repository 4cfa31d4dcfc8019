//! Where redirects lead.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use crate::public_url::PublicUrl;
use crate::state::ServerState;

/// Keeps redirects on this site: the framework sends a refused form back to the `Referer`, whatever that is.
pub(crate) async fn stay(
    State(state): State<ServerState>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    let location = response.headers().get(header::LOCATION);
    if location.is_some_and(|location| !is_ours(location, &state.public_url)) {
        response.headers_mut().insert(header::LOCATION, HeaderValue::from_static("/"));
    }
    response
}

/// Whether a location is one of our own pages. Browsers treat `//host` and `/\host` as another site.
fn is_ours(location: &HeaderValue, public_url: &PublicUrl) -> bool {
    let Ok(location) = location.to_str() else { return false };
    if let Some(path) = location.strip_prefix('/') {
        return !path.starts_with(['/', '\\']);
    }
    Url::parse(location)
        .is_ok_and(|url| public_url.is_own_origin(&url.origin().ascii_serialization()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_pages_are_led_to() {
        let url: PublicUrl = "https://chat.example.com".parse().unwrap();
        let check = |location: &'static str| is_ours(&HeaderValue::from_static(location), &url);
        for ours in ["/", "/conversations?q=a", "https://chat.example.com/login?__err=x"] {
            assert!(check(ours), "{ours}");
        }
        for other in [
            "//evil.example/x",
            "/\\evil.example",
            "https://evil.example/x?__path=y",
            "https://chat.example.com.evil.example/",
            "http://chat.example.com/",
            "javascript:alert(1)",
            "evil",
        ] {
            assert!(!check(other), "{other}");
        }
    }
}
