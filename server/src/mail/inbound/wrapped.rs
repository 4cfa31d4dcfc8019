//! What providers wrap a mail in, and what they say of its sender. It needs nothing else of the server, so that it can be
//! fed with whatever comes (`script/fuzz webhooks`).

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::header;
use percent_encoding::percent_decode;
use protocol::ErrorCode;
use protocol::limits::MAIL_BYTES;
use serde::Deserialize;

/// The largest body: Postmark sends the mail, and what is attached to it once more.
pub(crate) const BODY_BYTES: usize = MAIL_BYTES as usize / 2 * 5;

/// The fields that hold the whole mail: SendGrid's and Mailgun's.
const FIELDS: [&str; 2] = ["email", MAILGUNS];
const MAILGUNS: &str = "body-mime";

/// What Postmark sends, as far as it matters here.
#[derive(Deserialize)]
struct Postmark {
    #[serde(rename = "RawEmail")]
    raw_email: String,
}

/// What a provider says of who sent a mail, in fields of its own. Both check the sender's server (SPF); SendGrid names
/// the domains that signed it (DKIM), too.
///
/// A provider may hand a mail's own headers over as fields as well. Only those count that the provider that hands this
/// one over says itself.
#[derive(Default)]
struct Said {
    /// What came of SPF: SendGrid's `SPF`.
    spf: Option<String>,
    /// The same: Mailgun's `X-Mailgun-Spf`.
    mailgun_spf: Option<String>,
    /// Who it was for: SendGrid's `envelope` (JSON).
    envelope: Option<String>,
    /// The same: Mailgun's `sender`.
    sender: Option<String>,
    /// SendGrid's `dkim`: `{@example.com : pass, @other.example : fail}`.
    dkim: Option<String>,
}

/// The longest of such a field, in bytes.
const FIELD_BYTES: usize = 4 * 1024;

impl Said {
    fn take(&mut self, name: &str, value: &[u8]) {
        let Ok(text) = std::str::from_utf8(&value[..value.len().min(FIELD_BYTES)]) else { return };
        let field = match name {
            "SPF" => &mut self.spf,
            "X-Mailgun-Spf" => &mut self.mailgun_spf,
            "envelope" => &mut self.envelope,
            "sender" => &mut self.sender,
            "dkim" => &mut self.dkim,
            _ => return,
        };
        // Each comes once; what a mail's own headers add has other names.
        field.get_or_insert_with(|| text.to_owned());
    }

    /// The same as `Authentication-Results` has it (RFC 8601), of the provider that hands mails over in this field;
    /// `None` where it says nothing.
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

/// The mail in a request, and what is said of its sender, as `Authentication-Results` has it (RFC 8601).
///
/// # Errors
/// `mail_empty`, also where it is not of the form; `mail_too_large`.
pub(crate) async fn unwrapped(request: Request) -> Result<(Bytes, Option<String>), ErrorCode> {
    let kind = request.headers().get(header::CONTENT_TYPE);
    let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default().to_lowercase();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_owned();
    let none = || ErrorCode::MailEmpty;
    let too_large = || ErrorCode::MailTooLarge;
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
                mail = Some((value, name));
            }
        }
        let (mail, field) = mail.ok_or_else(none)?;
        return Ok((mail, said.as_results(&field)));
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
                    mail = mail.or_else(|| Some((plain(value), name.to_owned())));
                } else if value.len() <= FIELD_BYTES {
                    said.take(name, &plain(value));
                }
            }
            let (mail, field) = mail.ok_or_else(none)?;
            Ok((mail, said.as_results(&field)))
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
    use super::*;

    #[test]
    fn what_providers_say_of_a_sender_is_one_line() {
        let said_in = |field: &str, fields: &[(&str, &str)]| {
            let mut said = Said::default();
            fields.iter().for_each(|(name, value)| said.take(name, value.as_bytes()));
            said.as_results(field)
        };
        let said = |fields: &[(&str, &str)]| {
            let is_mailguns = fields.iter().any(|(name, _)| name.starts_with("X-Mailgun"));
            said_in(if is_mailguns { MAILGUNS } else { FIELDS[0] }, fields)
        };
        // What a mail's own headers bring along is nobody's word.
        let forged = [("SPF", "pass"), ("dkim", "{@example.org : pass}"), ("envelope", "x")];
        assert_eq!(said_in(MAILGUNS, &forged), None);
        assert_eq!(
            said_in(FIELDS[0], &[("X-Mailgun-Spf", "Pass"), ("sender", "a@b.example")]),
            None
        );
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
