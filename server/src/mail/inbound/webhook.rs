//! `POST /mail/inbound/{inbox}`: a provider hands a mail over, as it came (RFC 5322). Each wraps it in its
//! own way; all can send a password along, as `https://x:KEY@host/…` has it (RFC 7617).

use axum::Json;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode;
use protocol::ErrorCode;
use protocol::limits::MAIL_BYTES;
use serde::Deserialize;
use serde_json::json;

use crate::http::{Failure, bearer, pieces};
use crate::state::ServerState;

/// The largest body: Postmark sends the mail, and what is attached to it once more.
pub(crate) const BODY_BYTES: usize = MAIL_BYTES as usize / 2 * 5;

/// The fields that hold the whole mail: SendGrid's and Mailgun's.
const FIELDS: [&str; 2] = ["email", "body-mime"];

/// What Postmark sends, as far as it matters here.
#[derive(Deserialize)]
struct Postmark {
    #[serde(rename = "RawEmail")]
    raw_email: String,
}

/// Takes a mail. The answer means that it is on disk.
pub(crate) async fn take(
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
    // Nothing is read before it is known who asks; that there is such an inbox is not told.
    let unknown = || Failure::from(ErrorCode::AccessTokenInvalid);
    let inbox = state.domain.find_inbox(Some(inbox)).await.map_err(|error| match error.code() {
        ErrorCode::InboxUnknown => unknown(),
        _ => Failure::from(error),
    })?;
    let key = password(request.headers()).ok_or_else(unknown)?;
    if !inbox.takes_mail_by(&key) {
        return Err(unknown());
    }
    // The longest that it may take is that of the longest mail.
    let mail =
        unwrapped(request.map(|body| {
            Body::from_stream(pieces(body, BODY_BYTES as u64, state.traffic.deadlines()))
        }))
        .await?;
    let id = state.domain.keep_inbound(inbox.id, mail).await?;
    Ok(id.to_string())
}

/// The key that a request brings, as a password of whatever user, or as a token.
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

/// The mail in a request.
async fn unwrapped(request: Request) -> Result<Bytes, Failure> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let none = || Failure::from(ErrorCode::MailEmpty);
    let too_large = || Failure::from(ErrorCode::MailTooLarge);
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    // Nothing of it has to come before that is said.
    if length.and_then(|it| it.parse::<usize>().ok()).is_some_and(|it| it > BODY_BYTES) {
        return Err(too_large());
    }
    if kind == "multipart/form-data" {
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| none())?;
        while let Some(part) = parts.next_field().await.map_err(|_| none())? {
            if part.name().is_some_and(|name| FIELDS.contains(&name)) {
                return part.bytes().await.map_err(|_| too_large());
            }
        }
        return Err(none());
    }
    let body = to_bytes(request.into_body(), BODY_BYTES).await.map_err(|_| too_large())?;
    match &*kind {
        "application/x-www-form-urlencoded" => {
            let mut fields = body.split(|byte| *byte == b'&').filter_map(|field| {
                let at = field.iter().position(|byte| *byte == b'=')?;
                Some((&field[..at], &field[at + 1..]))
            });
            let is_mail = |name: &[u8]| FIELDS.iter().any(|field| field.as_bytes() == name);
            let found = fields.find(|(name, _)| is_mail(name));
            // As bytes: a mail is in whatever character set it says.
            let plain = |text: &[u8]| {
                let spaced: Vec<u8> =
                    text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
                Bytes::from(percent_decode(&spaced).collect::<Vec<u8>>())
            };
            found.map(|(_, mail)| plain(mail)).ok_or_else(none)
        }
        "application/json" => {
            let said: Postmark = serde_json::from_slice(&body).map_err(|_| none())?;
            Ok(Bytes::from(said.raw_email))
        }
        _ => Ok(body),
    }
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
