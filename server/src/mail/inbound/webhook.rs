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
    let (mail, checked) =
        unwrapped(request.map(|body| {
            Body::from_stream(pieces(body, BODY_BYTES as u64, state.traffic.deadlines()))
        }))
        .await?;
    let id = state.domain.keep_inbound(inbox.id, mail, checked).await?;
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

/// What a provider says of who sent a mail, in fields of its own. Both check the sender's server (SPF); SendGrid names
/// the domains that signed it (DKIM), too.
#[derive(Default)]
struct Said {
    /// What came of SPF: SendGrid's `SPF`, Mailgun's `X-Mailgun-Spf`.
    spf: Option<String>,
    /// Who it was for: SendGrid's `envelope` (JSON), Mailgun's `sender`.
    envelope: Option<String>,
    /// SendGrid's `dkim`: `{@example.com : pass, @other.example : fail}`.
    dkim: Option<String>,
}

/// The longest of such a field, in bytes.
const FIELD_BYTES: usize = 4 * 1024;

impl Said {
    fn take(&mut self, name: &str, value: &[u8]) {
        let Ok(text) = std::str::from_utf8(&value[..value.len().min(FIELD_BYTES)]) else { return };
        let field = match name {
            "SPF" | "X-Mailgun-Spf" => &mut self.spf,
            "envelope" | "sender" => &mut self.envelope,
            "dkim" => &mut self.dkim,
            _ => return,
        };
        // Each comes once; what a mail's own headers add has other names.
        field.get_or_insert_with(|| text.to_owned());
    }

    /// The same as `Authentication-Results` has it (RFC 8601); `None` where the provider says nothing.
    fn as_results(&self) -> Option<String> {
        if self.spf.is_none() && self.dkim.is_none() {
            return None;
        }
        let plain = |text: &str| {
            let is_plain = |c: &char| c.is_ascii_alphanumeric() || "@.-_+".contains(*c);
            text.chars().filter(is_plain).collect::<String>()
        };
        let mut results = "provider".to_owned();
        if let Some(spf) = &self.spf {
            let envelope = self.envelope.as_deref().unwrap_or_default();
            let json: Option<Envelope> = serde_json::from_str(envelope).ok();
            let from = json.map_or_else(|| envelope.to_owned(), |envelope| envelope.from);
            results += &format!("; spf={} smtp.mailfrom={}", plain(spf), plain(&from));
        }
        for signed in self.dkim.iter().flat_map(|dkim| dkim.trim_matches(['{', '}']).split(',')) {
            if let Some((domain, result)) = signed.split_once(':') {
                results += &format!("; dkim={} header.d={}", plain(result), plain(domain));
            }
        }
        Some(results)
    }
}

#[derive(Deserialize)]
struct Envelope {
    from: String,
}

/// The mail in a request, and what is said of its sender.
async fn unwrapped(request: Request) -> Result<(Bytes, Option<String>), Failure> {
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
        let (mut mail, mut said) = (None, Said::default());
        while let Some(part) = parts.next_field().await.map_err(|_| none())? {
            let name = part.name().unwrap_or_default().to_owned();
            let value = part.bytes().await.map_err(|_| too_large())?;
            said.take(&name, &value);
            if mail.is_none() && FIELDS.contains(&&*name) {
                mail = Some(value);
            }
        }
        return Ok((mail.ok_or_else(none)?, said.as_results()));
    }
    let body = to_bytes(request.into_body(), BODY_BYTES).await.map_err(|_| too_large())?;
    match &*kind {
        "application/x-www-form-urlencoded" => {
            let fields = body.split(|byte| *byte == b'&').filter_map(|field| {
                let at = field.iter().position(|byte| *byte == b'=')?;
                Some((&field[..at], &field[at + 1..]))
            });
            // As bytes: a mail is in whatever character set it says.
            let plain = |text: &[u8]| {
                let spaced: Vec<u8> =
                    text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
                Bytes::from(percent_decode(&spaced).collect::<Vec<u8>>())
            };
            let (mut mail, mut said) = (None, Said::default());
            for (name, value) in fields {
                let name = plain(name);
                let name = std::str::from_utf8(&name).unwrap_or_default();
                if FIELDS.contains(&name) {
                    mail = mail.or_else(|| Some(plain(value)));
                } else if value.len() <= FIELD_BYTES {
                    said.take(name, &plain(value));
                }
            }
            Ok((mail.ok_or_else(none)?, said.as_results()))
        }
        "application/json" => {
            let said: Postmark = serde_json::from_slice(&body).map_err(|_| none())?;
            Ok((Bytes::from(said.raw_email), None))
        }
        _ => Ok((body, None)),
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

    #[test]
    fn what_providers_say_of_a_sender_is_one_line() {
        let said = |fields: &[(&str, &str)]| {
            let mut said = Said::default();
            fields.iter().for_each(|(name, value)| said.take(name, value.as_bytes()));
            said.as_results()
        };
        assert_eq!(said(&[("to", "help@example.org")]), None);
        assert_eq!(
            said(&[
                ("SPF", "pass"),
                ("envelope", r#"{"to":["help@example.org"],"from":"ann@example.com"}"#),
                ("dkim", "{@example.com : pass, @evil.example : fail}"),
                ("dkim", "{@later.example : pass}"),
            ])
            .as_deref(),
            Some(
                "provider; spf=pass smtp.mailfrom=ann@example.com; dkim=pass header.d=@example.com; \
                 dkim=fail header.d=@evil.example"
            )
        );
        assert_eq!(
            said(&[("X-Mailgun-Spf", "Pass"), ("sender", "ann@example.com; dmarc=pass")])
                .as_deref(),
            Some("provider; spf=Pass smtp.mailfrom=ann@example.comdmarcpass")
        );
    }
}
