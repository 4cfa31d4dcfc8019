//! What is recorded of an inbound email's headers.

use mail_reader::{Mail, Sender};
use protocol::limits::MAIL_TEXT_BYTES;
use sea_orm::ActiveValue::Set;

use crate::agent::check_email;
use crate::table::inbound_mail;

/// The longest subject that is stored, in characters.
const FACT_CHARS: usize = 200;

/// What is recorded about an email, whatever its outcome.
#[derive(Clone, Default)]
pub(super) struct MailHeaders {
    sender: Option<String>,
    sender_name: Option<String>,
    subject: Option<String>,
    message_id: Option<String>,
    whole: Option<String>,
}

impl MailHeaders {
    pub(super) fn of(mail: &Mail) -> Self {
        let sender = mail.sender.as_ref();
        Self {
            sender: sender.and_then(|sender| address(&sender.address)),
            sender_name: sender.and_then(name),
            subject: subject(mail),
            // A longer one can't be looked up.
            message_id: mail.message_id.clone().filter(|id| id.len() <= 255),
            whole: Some(beginning(&mail.whole, MAIL_TEXT_BYTES).to_owned()),
        }
    }

    pub(super) fn sender(&self) -> Option<&str> {
        self.sender.as_deref()
    }

    pub(super) fn note(self, row: &mut inbound_mail::ActiveModel) {
        row.sender = Set(self.sender);
        row.sender_name = Set(self.sender_name);
        row.subject = Set(self.subject);
        row.message_id = Set(self.message_id);
        row.whole = Set(self.whole);
    }
}

/// An address in the form in which it is compared with others; `None` if it is invalid. Only ASCII is accepted:
/// in Unicode, two different addresses may become the same.
pub(super) fn address(text: &str) -> Option<String> {
    check_email(text).ok().filter(|_| text.is_ascii())
}

pub(super) fn name(sender: &Sender) -> Option<String> {
    let name: String = sender.name.as_deref()?.chars().take(80).collect();
    Some(name).filter(|name| crate::visible::shows(name))
}

pub(super) fn subject(mail: &Mail) -> Option<String> {
    let subject: String = mail.subject.chars().take(FACT_CHARS).collect();
    Some(subject).filter(|subject| !subject.is_empty())
}

/// As much of a text as fits into this many bytes.
pub(super) fn beginning(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}
