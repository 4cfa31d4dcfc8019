//! Turns an inbound email into a message.

use bytes::Bytes;
use futures_util::stream;
use mail_reader::{Attached, Bounce, Mail};
use protocol::limits::{FILE_NAME_CHARS, FILES, MESSAGE_BYTES};
use protocol::{
    ClientId, ConversationId, ErrorCode, FileId, InboundId, InboundReason, InboundState, MailId,
    MailState,
};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use super::classify::{Author, Origin};
use super::headers::{MailHeaders, beginning};
use super::message::InboundMessage;
use crate::Domain;
use crate::command::{Command, Shard, Write};
use crate::conversation::{Draft, Sender};
use crate::error::{Error, Result};
use crate::file::Party;
use crate::mail::outcome::{fail, lock};
use crate::table::{inbound_mail, mail};

/// How many of an email's files are tried, and how many names of files that were left out are listed.
const TRIED: usize = 30;
const NAMED: usize = 50;

impl Domain {
    pub(super) async fn deliver(
        &self,
        row: &inbound_mail::Model,
        mut mail: Mail,
        author: Author,
    ) -> Result<()> {
        let id = row.id;
        let is_unchecked = self.origin(row, &mail) != Origin::Verified;
        let is_note = matches!(author, Author::Agent { is_note: true, .. });
        let (sender, party, own, is_proven) = match author {
            Author::Visitor { who, conversation, own, name, is_proven } => {
                let sender = Sender::Visitor { who, conversation, page: None };
                (sender, Party::Visitor(who), own.map(|own| (own, name)), is_proven)
            }
            Author::Agent { agent, conversation, .. } => {
                let party = Party::Agent(agent.clone());
                (Sender::Agent { agent, conversation }, party, None, false)
            }
        };
        let attached = std::mem::take(&mut mail.files);
        let (files, left_out) = self.store_files(id, &party, attached).await?;
        let headers = MailHeaders::of(&mail);
        let text = message(&mail, !files.is_empty());
        let Some(text) = text else {
            let (review, empty) = (InboundState::Review, InboundReason::Empty);
            return self
                .record_inbound(row, Some(&mail), review, empty, sender.conversation())
                .await;
        };
        let by_mail = InboundMessage {
            id,
            sender: headers.sender().map(ToOwned::to_owned),
            own,
            is_proven,
            is_note,
            is_unchecked,
            subject: super::headers::subject(&mail),
            is_cut: text.trim() != mail.whole.trim(),
            left_out,
            headers,
        };
        // The email determines the id of the send, so it is posted only once, whichever inboxes receive it.
        let client_id = ClientId(name_of(&row.digest)?);
        let draft = Draft { text: &text, files: &files };
        match self.send_by_mail(sender.clone(), client_id, draft, by_mail).await {
            Ok(()) => {
                tracing::info!(mail = %id, "posted an inbound email as a message");
                Ok(())
            }
            // Another process was first.
            Err(Error::Refused(ErrorCode::MailSettled)) => Ok(()),
            Err(Error::Refused(code)) => {
                tracing::warn!(mail = %id, code = code.as_str(), "could not post an inbound email as a message");
                let (review, refused) = (InboundState::Review, InboundReason::Refused);
                self.record_inbound(row, Some(&mail), review, refused, sender.conversation()).await
            }
            Err(error) => Err(error),
        }
    }

    /// Uploads the attached files, within the limits of any upload. Returns the files that were accepted, and
    /// the names of those that were not.
    async fn store_files(
        &self,
        id: InboundId,
        party: &Party,
        attached: Vec<Attached>,
    ) -> Result<(Vec<FileId>, Vec<String>)> {
        let (mut taken, mut left_out) = (Vec::new(), Vec::new());
        for (number, Attached { name, content }) in attached.into_iter().enumerate() {
            if taken.len() == FILES || number >= TRIED {
                if left_out.len() < NAMED {
                    left_out.push(name.chars().take(FILE_NAME_CHARS).collect());
                }
                continue;
            }
            // The same file gets the same id each time the email is read.
            let file = FileId(Uuid::from_u128(id.0.as_u128() ^ (number as u128 + 1)));
            let bytes = content.len() as u64;
            let content = stream::iter([Ok(Bytes::from(content))]);
            match self.upload(party, file, &name, bytes, content).await {
                Ok(file) => taken.push(file.id),
                Err(Error::Refused(code)) if !code.is_temporary() => {
                    left_out.push(name.chars().take(FILE_NAME_CHARS).collect());
                }
                Err(error) => return Err(error),
            }
        }
        Ok((taken, left_out))
    }

    /// A mail server reports that one of our emails did not arrive.
    pub(super) async fn came_back(&self, bounce: &Bounce) -> Result<()> {
        if !bounce.is_final {
            return Ok(());
        }
        for about in bounce.about.iter().filter(|id| id.len() <= 255) {
            let query = mail::Entity::find().filter(mail::COLUMN.message_id.eq(about)).limit(1);
            let found = query.all(&self.store.reader).await?.into_iter().next();
            if let Some(row) = found {
                let conversation = row.conversation_id;
                let bounce = bounce.clone();
                return self.writer.run(CameBack { id: row.id, conversation, bounce }).await;
            }
        }
        Ok(())
    }
}

/// An id made from the digest that identifies an email.
fn name_of(digest: &str) -> Result<Uuid> {
    let beginning = digest.get(..32).and_then(|hex| u128::from_str_radix(hex, 16).ok());
    beginning.map(Uuid::from_u128).ok_or(Error::Corrupt("an inbound mail's digest"))
}

/// The text of the message: what was written. Without that, it is empty if there are files, or else the
/// subject. `None` if the email says nothing.
fn message(mail: &Mail, has_files: bool) -> Option<String> {
    let said = mail.said.trim();
    if said.is_empty() {
        let subject = mail.subject.trim();
        return match (has_files, subject.is_empty()) {
            (true, _) => Some(String::new()),
            (false, false) => Some(subject.to_owned()),
            (false, true) => None,
        };
    }
    if said.len() <= MESSAGE_BYTES {
        return Some(said.to_owned());
    }
    const MORE: &str = "…";
    Some(format!("{}{MORE}", beginning(said, MESSAGE_BYTES - MORE.len()).trim_end()))
}

struct CameBack {
    id: MailId,
    conversation: Option<ConversationId>,
    bounce: Bounce,
}

impl Command for CameBack {
    type Output = ();

    fn shard(&self) -> Shard {
        self.conversation.map_or(Shard::ANY, Shard::of)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let row = lock(write, self.id, self.conversation).await?;
        let is_out = |row: &mail::Model| matches!(row.state, MailState::Sent | MailState::Waiting);
        let Some(row) = row.filter(is_out) else { return Ok(()) };
        fail(write, row, &self.bounce.reason, self.bounce.is_address_bad).await
    }
}
