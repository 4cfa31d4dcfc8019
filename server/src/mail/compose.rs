//! An email in the form that is sent: headers, and the body as plain text and as HTML (RFC 5322, RFC 2046).

use std::time::{Duration, UNIX_EPOCH};

use anyhow::Context;
use domain::mail::{Delivery, MailContent};
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{Address, Message};

use super::contents::body;
use super::smtp::Envelope;
use crate::public_url::PublicUrl;

/// How many earlier emails are referenced besides the first, so that headers stay short.
const THREAD: usize = 10;

/// Composes an email. Each attempt composes the same.
///
/// # Errors
/// If an address is invalid, or the email can't be built.
pub(super) fn compose(
    delivery: &Delivery,
    from: &Address,
    url: &PublicUrl,
) -> anyhow::Result<Envelope> {
    let inbox = delivery.content.of_conversation().map(|of| &of.inbox);
    let own = inbox.and_then(|inbox| inbox.mail.from.as_deref());
    let own = own.map(str::parse::<Address>).transpose();
    let from = own.context("the inbox's From address is invalid")?.unwrap_or_else(|| from.clone());
    let to: Address = delivery.address.parse().context("the recipient's address is invalid")?;
    let body = body(&delivery.content, &url.to_string());
    let id = |id: &str| format!("<{id}>");

    let mut message = Message::builder()
        .message_id(Some(id(&delivery.message_id)))
        .date(UNIX_EPOCH + Duration::from_millis(delivery.begun_at_ms.0))
        .from(Mailbox::new(Some(body.brand.clone()), from.clone()))
        .to(Mailbox::new(None, to.clone()))
        .subject(body.subject.clone());
    if let (Some(first), Some(last)) = (delivery.thread.first(), delivery.thread.last()) {
        let recent = delivery.thread.iter().skip(1).rev().take(THREAD).rev();
        let all: Vec<String> = std::iter::once(first).chain(recent).map(|one| id(one)).collect();
        message = message.in_reply_to(id(last)).references(all.join(" "));
    }
    if let Some(address) = &delivery.reply_to {
        let address = address.parse().context("the reply-to address is invalid")?;
        message = message.reply_to(Mailbox::new(Some(body.brand.clone()), address));
    }
    let submitted = match delivery.content {
        // A person wrote it.
        MailContent::UnreadReply(_) => None,
        MailContent::Received(_) => Some("auto-replied"),
        _ => Some("auto-generated"),
    };
    if let Some(submitted) = submitted {
        // RFC 3834, section 5.
        message = message.raw_header(header("Auto-Submitted", submitted));
    }
    // Exchange honors the first. The second keeps Postmark from changing the Message-ID.
    message = message
        .raw_header(header("X-Auto-Response-Suppress", "DR, RN, NRN, OOF, AutoReply"))
        .raw_header(header("X-PM-KeepID", "true"));
    if let Some((_, href)) = &body.unsubscribe {
        // RFC 2369, section 3.2, and RFC 8058, section 3.1.
        message = message
            .raw_header(header("List-Unsubscribe", &id(href)))
            .raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let parts = MultiPart::alternative()
        .boundary(format!("porchlight-{}", delivery.id))
        .singlepart(part(ContentType::TEXT_PLAIN, body.text()?))
        .singlepart(part(ContentType::TEXT_HTML, body.html()?));
    let content = message.multipart(parts).context("the email can't be built")?.formatted();
    Ok(Envelope { from, to, content })
}

fn part(kind: ContentType, text: String) -> SinglePart {
    SinglePart::builder().header(kind).body(text)
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}
