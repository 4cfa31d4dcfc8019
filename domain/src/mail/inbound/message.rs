//! What a message gets from the email that it came from.

use protocol::{Body, Event, InboundId, Seq};

use super::headers::MailHeaders;

/// What a message gets from the email that it came from.
#[derive(Clone)]
pub(crate) struct InboundMessage {
    pub(super) id: InboundId,
    /// The address that the email came from.
    pub(super) sender: Option<String>,
    /// If that is the visitor's own address: the address and the sender's name.
    pub(super) own: Option<(String, Option<String>)>,
    /// Whether the email proves that the visitor reads this address.
    pub(super) is_proven: bool,
    /// Whether only the team sees the message.
    pub(super) is_note: bool,
    /// Whether no trusted server has confirmed the sender.
    pub(super) is_unchecked: bool,
    pub(super) subject: Option<String>,
    /// Whether the email says more than the message.
    pub(super) is_cut: bool,
    /// The names of the files that were left out.
    pub(super) left_out: Vec<String>,
    pub(super) headers: MailHeaders,
}

impl InboundMessage {
    /// The visitor's own address, if the email came from there, and the sender's name.
    pub(crate) fn own(&self) -> Option<(&str, Option<&str>)> {
        self.own.as_ref().map(|(address, name)| (address.as_str(), name.as_deref()))
    }

    /// Its text: as a message, or as a note for the team.
    pub(crate) fn body(&self, text: String) -> Body {
        if self.is_note { Body::Note { text } } else { Body::Message { text } }
    }

    /// What the team sees about the email.
    pub(crate) fn event(&self, seq: Seq) -> Event {
        Event::CameByMail {
            seq,
            sender: self.sender.clone().unwrap_or_default(),
            subject: self.subject.clone(),
            is_cut: self.is_cut || !self.left_out.is_empty(),
            is_unchecked: self.is_unchecked.then_some(true),
        }
    }
}
