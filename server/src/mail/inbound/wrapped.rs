//! How providers wrap an email, and what they say about its sender. Depends on nothing else in the server, so
//! that it can be fuzzed (`script/fuzz webhooks`).

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use percent_encoding::percent_decode;
use protocol::ErrorCode;
use protocol::limits::MAIL_BYTES;
use serde::Deserialize;

/// The largest body: Postmark sends the email, and its attachments a second time.
pub(crate) const BODY_BYTES: usize = MAIL_BYTES as usize / 2 * 5;

/// The fields that hold the whole email: SendGrid's and Mailgun's.
const FIELDS: [&str; 2] = ["email", MAILGUNS];
const MAILGUNS: &str = "body-mime";

/// What Postmark sends, as far as it is used here.
#[derive(Deserialize)]
struct Postmark {
    #[serde(rename = "RawEmail")]
    raw_email: String,
}

/// What a provider says about the sender of an email, in fields of its own. SendGrid and Mailgun check the
/// sender's server (SPF); SendGrid also names the domains that signed the email (DKIM).
///
/// A provider may pass the email's own headers as fields, too. Only those count that this provider sets itself.
#[derive(Default)]
struct FormFields {
    /// The result of SPF: SendGrid's `SPF`.
    spf: Option<String>,
    /// The result of SPF: Mailgun's `X-Mailgun-Spf`.
    mailgun_spf: Option<String>,
    /// Whose domain SPF was checked for: SendGrid's `envelope` (JSON).
    envelope: Option<String>,
    /// Whose domain SPF was checked for: Mailgun's `sender`.
    sender: Option<String>,
    /// The results of DKIM: SendGrid's `dkim`, as in `{@example.com : pass, @other.example : fail}`.
    dkim: Option<String>,
}

/// The longest of these fields, in bytes.
const FIELD_BYTES: usize = 4 * 1024;

impl FormFields {
    fn read(&mut self, name: &str, value: &[u8]) {
        let Ok(text) = std::str::from_utf8(&value[..value.len().min(FIELD_BYTES)]) else { return };
        let field = match name {
            "SPF" => &mut self.spf,
            "X-Mailgun-Spf" => &mut self.mailgun_spf,
            "envelope" => &mut self.envelope,
            "sender" => &mut self.sender,
            "dkim" => &mut self.dkim,
            _ => return,
        };
        // Each occurs once; fields from the email's own headers have other names.
        field.get_or_insert_with(|| text.to_owned());
    }

    /// The results in the form of `Authentication-Results` (RFC 8601). `field` tells which provider delivered
    /// the email. `None` if it says nothing.
    fn as_results(&self, field: &str) -> Option<String> {
        let (spf, from, dkim) = match field {
            MAILGUNS => (&self.mailgun_spf, &self.sender, None),
            _ => (&self.spf, &self.envelope, self.dkim.as_deref()),
        };
        if spf.is_none() && dkim.is_none() {
            return None;
        }
        let plain = |text: &str| {
            let is_plain = |c: &char| c.is_ascii_alphanumeric() || "@.-_+".contains(*c);
            text.chars().filter(is_plain).collect::<String>()
        };
        let mut results = "provider".to_owned();
        if let Some(spf) = spf {
            let envelope = from.as_deref().unwrap_or_default();
            let json: Option<Envelope> = serde_json::from_str(envelope).ok();
            let from = json.map_or_else(|| envelope.to_owned(), |envelope| envelope.from);
            results += &format!("; spf={} smtp.mailfrom={}", plain(spf), plain(&from));
        }
        for signed in dkim.iter().flat_map(|dkim| dkim.trim_matches(['{', '}']).split(',')) {
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

/// The email in a request, and what is known about its sender, in the form of `Authentication-Results` (RFC
/// 8601).
///
/// # Errors
/// `mail_empty`, also if the request is malformed; `mail_too_large`.
pub(crate) async fn unwrapped(request: Request) -> Result<(Bytes, Option<String>), ErrorCode> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let none = || ErrorCode::MailEmpty;
    let too_large = || ErrorCode::MailTooLarge;
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|it| it.to_str().ok());
    // Refuse it before any of it arrives.
    if length.and_then(|it| it.parse::<usize>().ok()).is_some_and(|it| it > BODY_BYTES) {
        return Err(too_large());
    }
    if kind == "multipart/form-data" {
        let mut parts = Multipart::from_request(request, &()).await.map_err(|_| none())?;
        let (mut mail, mut fields) = (None, FormFields::default());
        while let Some(part) = parts.next_field().await.map_err(|_| none())? {
            let name = part.name().unwrap_or_default().to_owned();
            let value = part.bytes().await.map_err(|_| too_large())?;
            fields.read(&name, &value);
            if mail.is_none() && FIELDS.contains(&&*name) {
                mail = Some((value, name));
            }
        }
        let (mail, field) = mail.ok_or_else(none)?;
        return Ok((mail, fields.as_results(&field)));
    }
    let body = to_bytes(request.into_body(), BODY_BYTES).await.map_err(|_| too_large())?;
    match &*kind {
        "application/x-www-form-urlencoded" => {
            let pairs = body.split(|byte| *byte == b'&').filter_map(|field| {
                let at = field.iter().position(|byte| *byte == b'=')?;
                Some((&field[..at], &field[at + 1..]))
            });
            // As bytes: the email says itself which character set it is in.
            let plain = |text: &[u8]| {
                let spaced: Vec<u8> =
                    text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
                Bytes::from(percent_decode(&spaced).collect::<Vec<u8>>())
            };
            let (mut mail, mut fields) = (None, FormFields::default());
            for (name, value) in pairs {
                let name = plain(name);
                let name = std::str::from_utf8(&name).unwrap_or_default();
                if FIELDS.contains(&name) {
                    mail = mail.or_else(|| Some((plain(value), name.to_owned())));
                } else if value.len() <= FIELD_BYTES {
                    fields.read(name, &plain(value));
                }
            }
            let (mail, field) = mail.ok_or_else(none)?;
            Ok((mail, fields.as_results(&field)))
        }
        "application/json" => {
            let fields: Postmark = serde_json::from_slice(&body).map_err(|_| none())?;
            Ok((Bytes::from(fields.raw_email), None))
        }
        _ => Ok((body, None)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_providers_say_of_a_sender_is_one_line() {
        let said_in = |field: &str, pairs: &[(&str, &str)]| {
            let mut fields = FormFields::default();
            pairs.iter().for_each(|(name, value)| fields.read(name, value.as_bytes()));
            fields.as_results(field)
        };
        let fields = |fields: &[(&str, &str)]| {
            let is_mailguns = fields.iter().any(|(name, _)| name.starts_with("X-Mailgun"));
            said_in(if is_mailguns { MAILGUNS } else { FIELDS[0] }, fields)
        };
        // An email's own headers prove nothing.
        let forged = [("SPF", "pass"), ("dkim", "{@example.org : pass}"), ("envelope", "x")];
        assert_eq!(said_in(MAILGUNS, &forged), None);
        assert_eq!(
            said_in(FIELDS[0], &[("X-Mailgun-Spf", "Pass"), ("sender", "a@b.example")]),
            None
        );
        assert_eq!(fields(&[("to", "help@example.org")]), None);
        assert_eq!(
            fields(&[
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
            fields(&[("X-Mailgun-Spf", "Pass"), ("sender", "ann@example.com; dmarc=pass")])
                .as_deref(),
            Some("provider; spf=Pass smtp.mailfrom=ann@example.comdmarcpass")
        );
    }
}
