//! Determines what kind of email it is from its headers.

use mail_parser::{Message, MimeHeaders};

use crate::bounce::bounce;
use crate::languages::says;
use crate::{MailClass, plain};

/// The longest automatic note, in characters. A longer text was written by a person.
const NOTE_CHARS: usize = 1_500;

/// The kind of an email. `text` is all of its text.
pub(crate) fn of(message: &Message<'_>, text: &str) -> MailClass {
    if is_read_receipt(message, text) {
        return MailClass::ReadReceipt;
    }
    if let Some(bounce) = bounce(message) {
        return MailClass::Bounce(bounce);
    }
    let header = |name: &str| {
        let found = message.headers_raw().find(|(header, _)| header.eq_ignore_ascii_case(name));
        found.map(|(_, value)| plain(value).to_lowercase())
    };
    // An email with an empty return path, or one that says it is automatic, was not written by a person (RFC
    // 3834, section 2).
    let precedence = header("Precedence").unwrap_or_default();
    let is_automatic = header("Auto-Submitted").is_some_and(|how| !how.starts_with("no"))
        || header("X-Autoreply").is_some_and(|how| how != "no")
        || header("X-Autorespond").is_some()
        || header("Return-Path").is_some_and(|path| path == "<>")
        || matches!(&*precedence, "auto_reply" | "auto-reply");
    if is_automatic || is_absence_note(message, text) {
        return MailClass::AutoReply;
    }
    // What offers to unsubscribe is a newsletter, unless it also accepts posts: that is a group of people.
    // Services that send on behalf of others ("Feedback-ID", "Precedence: bulk") also send what people wrote.
    if header("List-Unsubscribe").is_some() && header("List-Post").is_none_or(|to| to == "no") {
        let names = ["List-Id", "List-Unsubscribe"].map(|name| header(name).unwrap_or_default());
        return MailClass::List(names.join(" "));
    }
    MailClass::Personal
}

/// Whether an email is an absence reply without a header that says so: by its subject, or because it is a reply
/// that asks for no automatic replies.
fn is_absence_note(message: &Message<'_>, text: &str) -> bool {
    let is_short = text.chars().nth(NOTE_CHARS).is_none();
    let mut headers = message.headers_raw();
    let wants_none = headers.any(|(name, value)| {
        let value = plain(value).to_lowercase();
        name.eq_ignore_ascii_case("X-Auto-Response-Suppress")
            && value != "none"
            && !value.is_empty()
    });
    let answers = !crate::answers(message).is_empty();
    // A site's contact form asks for none either, but names who to reply to.
    let is_form = message.reply_to().is_some();
    is_short && (says(message, |language| language.absence) || wants_none && answers && !is_form)
}

/// Whether an email is a read receipt: by its format, or by its subject.
fn is_read_receipt(message: &Message<'_>, text: &str) -> bool {
    let kind = message.parts.first().and_then(|part| part.content_type());
    let is_report = kind.is_some_and(|kind| {
        let report = kind.attribute("report-type").unwrap_or_default();
        report.eq_ignore_ascii_case("disposition-notification")
    });
    let is_short = text.chars().nth(NOTE_CHARS).is_none();
    let answers = !crate::answers(message).is_empty();
    is_report || is_short && answers && says(message, |language| language.read)
}
