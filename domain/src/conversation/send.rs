//! Writing in a conversation.

use protocol::{Body, ClientId, ConversationId, Entry, ErrorCode, FileId, Summary};

use super::core::{Begin, Send, Sender, Sent};
use super::entry::Audience;
use super::set::carry_out_one;
use super::text::tidy;
use crate::Domain;
use crate::agent::Agent;
use crate::command::{Command, Shard, Write};
use crate::error::{Error, Result};
use crate::inbox::PageUrl;
use crate::mail::InboundMessage;
use crate::visitor::VisitorIdentity;

/// The content of a message or note to send.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Plain text. May be empty if there are files.
    pub text: &'a str,
    /// The files to attach, which the sender has uploaded.
    pub files: &'a [FileId],
}

impl Draft<'_> {
    fn tidy(&self) -> Result<(String, Vec<FileId>)> {
        let text = match tidy(self.text) {
            Err(ErrorCode::MessageEmpty) if !self.files.is_empty() => String::new(),
            tidied => tidied?,
        };
        Ok((text, self.files.to_vec()))
    }
}

impl<'a> std::convert::From<&'a str> for Draft<'a> {
    fn from(text: &'a str) -> Self {
        Self { text, files: &[] }
    }
}

impl<'a> std::convert::From<&'a String> for Draft<'a> {
    fn from(text: &'a String) -> Self {
        Self::from(text.as_str())
    }
}

impl Domain {
    /// Appends a visitor's message. Begins a conversation if they have none. A resolved, archived or snoozed
    /// conversation becomes active again.
    ///
    /// Sending again with the same `client_id` returns the existing entry.
    ///
    /// # Errors
    /// `message_empty`, `message_too_long`, `client_id_reused`, `file_unknown`, `too_many_files`; store
    /// errors.
    pub async fn send_as_visitor(
        &self,
        who: &VisitorIdentity,
        page: Option<PageUrl>,
        client_id: ClientId,
        draft: impl Into<Draft<'_>>,
    ) -> Result<Entry> {
        let (text, files) = draft.into().tidy()?;
        let body = Body::Message { text };
        let sender = Sender::Visitor { who: *who, conversation: None, page };
        let send = Send { sender, client_id, body, files, by_mail: None };
        let Sent { entry, .. } = self.writer.decide(send).await?;
        entry.seen_by(Audience::Visitor).ok_or(Error::Corrupt("a visitor's own entry"))
    }

    /// Appends an agent's message, or a note that the visitor does not see.
    ///
    /// Sending again with the same `client_id` returns the existing entry.
    ///
    /// # Errors
    /// `conversation_unknown`, `message_empty`, `message_too_long`, `client_id_reused`, `file_unknown`,
    /// `too_many_files`; store errors.
    pub async fn send_as_agent(
        &self,
        agent: &Agent,
        conversation: ConversationId,
        client_id: ClientId,
        draft: impl Into<Draft<'_>>,
        is_note: bool,
    ) -> Result<Entry> {
        let (text, files) = draft.into().tidy()?;
        let body = if is_note { Body::Note { text } } else { Body::Message { text } };
        let sender = Sender::Agent { conversation, agent: agent.clone() };
        let send = Send { sender, client_id, body, files, by_mail: None };
        let Sent { entry, .. } = self.writer.decide(send).await?;
        entry.seen_by(Audience::Team).ok_or(Error::Corrupt("an agent's own entry"))
    }

    /// Appends a message from an inbound email, and records that the email was posted.
    ///
    /// # Errors
    /// Those of sending a message; `mail_settled` if the email has already been processed.
    pub(crate) async fn send_by_mail(
        &self,
        sender: Sender,
        client_id: ClientId,
        draft: Draft<'_>,
        by_mail: InboundMessage,
    ) -> Result<()> {
        let (text, files) = draft.tidy()?;
        let body = by_mail.body(text);
        self.writer.run(SendByMail { sender, client_id, body, files, by_mail }).await
    }

    /// Returns the visitor's unresolved conversation, and whether it is new. Begins one if there is none,
    /// which is routed to an agent although nothing has been written yet.
    ///
    /// # Errors
    /// `inbox_unknown`; store errors.
    pub async fn begin_conversation(&self, who: &VisitorIdentity) -> Result<(Summary, bool)> {
        self.writer.decide(Begin { who: *who }).await
    }
}

/// Posts an inbound email as a message.
struct SendByMail {
    sender: Sender,
    client_id: ClientId,
    body: Body,
    files: Vec<FileId>,
    by_mail: InboundMessage,
}

impl Command for SendByMail {
    type Output = ();

    fn shard(&self) -> Shard {
        match &self.sender {
            Sender::Visitor { who, .. } => Shard::of(who.visitor),
            Sender::Agent { conversation, .. } => Shard::of(*conversation),
        }
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let by_mail = &self.by_mail;
        if let Sender::Visitor { who, .. } = &self.sender
            && let Some((address, name)) = by_mail.own()
        {
            crate::visitor::writes_by_mail(write, who, address, name).await?;
        }
        let send = Send {
            sender: self.sender.clone(),
            client_id: self.client_id,
            body: self.body.clone(),
            files: self.files.clone(),
            by_mail: Some(by_mail.clone()),
        };
        // It locks the conversation. The email is locked after it, as everywhere.
        let Sent { entry, inbox } = carry_out_one(write, send).await?;
        crate::mail::claim(write, by_mail).await?;
        crate::mail::posted(write, by_mail, inbox, entry.conversation, entry.seq).await
    }
}
