//! `POST /mail/inbound/{inbox}`: a provider delivers an email in its original form (RFC 5322). Each wraps it in
//! its own way; all can send a password, as in `https://x:KEY@host/…` (RFC 7617).

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::ErrorCode;
use serde_json::json;

use super::wrapped::{BODY_BYTES, unwrapped};
use crate::http::{Failure, bearer, pieces};
use crate::state::ServerState;

/// Accepts an email. A successful response means that it is on disk.
pub(crate) async fn receive(
    State(state): State<ServerState>,
    Path(inbox): Path<String>,
    request: Request,
) -> Response {
    match handed_over(&state, &inbox, request).await {
        Ok(id) => Json(json!({ "id": id })).into_response(),
        Err(failure) => failure.into_response(),
    }
}

async fn handed_over(
    state: &ServerState,
    inbox: &str,
    request: Request,
) -> Result<String, Failure> {
    // Read nothing before the caller is known, and don't reveal which inboxes exist.
    let unknown = || Failure::from(ErrorCode::AccessTokenInvalid);
    let inbox = state.domain.find_inbox(Some(inbox)).await.map_err(|error| match error.code() {
        ErrorCode::InboxUnknown => unknown(),
        _ => Failure::from(error),
    })?;
    let key = password(request.headers()).ok_or_else(unknown)?;
    if !inbox.accepts_mail_by(&key) {
        return Err(unknown());
    }
    // It may take as long as the largest body.
    let (mail, checked) =
        unwrapped(request.map(|body| {
            Body::from_stream(pieces(body, BODY_BYTES as u64, state.traffic.deadlines()))
        }))
        .await?;
    let id = state.domain.ingest_inbound(inbox.id, mail, checked).await?;
    Ok(id.to_string())
}

/// The key in a request: the password of any user name, or a bearer token.
fn password(headers: &HeaderMap) -> Option<String> {
    if let Some(token) = bearer(headers) {
        return Some(token.to_owned());
    }
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, pair) = value.split_once(' ')?;
    let pair =
        STANDARD.decode(pair.trim()).ok().filter(|_| scheme.eq_ignore_ascii_case("basic"))?;
    let (_, password) = std::str::from_utf8(&pair).ok()?.split_once(':')?;
    Some(password.to_owned())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn a_key_comes_as_a_password_or_a_token() {
        let check = |value: &'static str, expect: Option<&str>| {
            let value = HeaderValue::from_static(value);
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value)]);
            assert_eq!(password(&headers).as_deref(), expect);
        };
        check("Basic eDprZXk=", Some("key"));
        check("basic eDprOmV5", Some("k:ey"));
        check("Bearer key", Some("key"));
        check("Basic key", None);
        check("Basic eA==", None);
        assert_eq!(password(&HeaderMap::new()), None);
    }
}
