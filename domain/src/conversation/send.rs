//! Writing in a conversation.

use async_trait::async_trait;
use protocol::{
    Author, Body, ClientId, ConversationId, Entry, ErrorCode, Event, FileId, Files, InboxId, Seq,
    Status, Summary, VisitorId,
};
use sea_orm::ActiveValue::Set;
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use super::entry::{Audience, LogEntry};
use super::kind::AuthorKind;
use super::lifecycle;
use super::log::Log;
use super::text::tidy;
use crate::Domain;
use crate::agent::Agent;
use crate::error::{Error, Result};
use crate::file::Party;
use crate::inbox::PageUrl;
use crate::mail::{Cause, InboundMessage, enqueue};
use crate::table::{conversation, inbox, visitor};
use crate::visitor::VisitorIdentity;
use crate::writer::{Command, Shard, Write, conversation_id};

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
        let entry = self.writer.run(send).await?;
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
        let entry = self.writer.run(send).await?;
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
        let send = Send { sender, client_id, body, files, by_mail: Some(by_mail) };
        self.writer.run(send).await.map(drop)
    }
}

impl Domain {
    /// Returns the visitor's unresolved conversation, and whether it is new. Begins one if there is none,
    /// which is routed to an agent although nothing has been written yet.
    ///
    /// # Errors
    /// `inbox_unknown`; store errors.
    pub async fn begin_conversation(&self, who: &VisitorIdentity) -> Result<(Summary, bool)> {
        self.writer.run(Begin { who: *who }).await
    }
}

struct Begin {
    who: VisitorIdentity,
}

#[async_trait]
impl Command for Begin {
    type Output = (Summary, bool);

    fn shard(&self) -> Shard {
        Shard::of(self.who.visitor)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<(Summary, bool)> {
        let VisitorIdentity { inbox, visitor } = self.who;
        let query = super::page::of_visitor_query(visitor).lock_exclusive();
        let found = query.one(write.tx).await?.map(Log::of).filter(|log| !log.is_resolved());
        let is_new = found.is_none();
        let mut log = match found {
            Some(log) => log,
            None => begin(write, inbox, visitor, None).await?,
        };
        if is_new {
            log.is_news();
            super::route::route(write, &mut log, None).await?;
        }
        Ok((log.save(write).await?, is_new))
    }
}

struct Send {
    sender: Sender,
    client_id: ClientId,
    body: Body,
    files: Vec<FileId>,
    by_mail: Option<InboundMessage>,
}

/// Who writes, and where.
#[derive(Clone)]
pub(crate) enum Sender {
    /// A visitor: in their unresolved conversation, else in the named one, else in their latest.
    Visitor { who: VisitorIdentity, conversation: Option<ConversationId>, page: Option<PageUrl> },
    /// An agent.
    Agent { conversation: ConversationId, agent: Agent },
}

impl Sender {
    /// The named conversation.
    pub(crate) const fn conversation(&self) -> Option<ConversationId> {
        match self {
            Self::Visitor { conversation, .. } => *conversation,
            Self::Agent { conversation, .. } => Some(*conversation),
        }
    }

    fn party(&self) -> Party {
        match self {
            Self::Visitor { who, .. } => Party::Visitor(*who),
            Self::Agent { agent, .. } => Party::Agent(agent.clone()),
        }
    }
}

#[async_trait]
impl Command for Send {
    type Output = LogEntry;

    fn shard(&self) -> Shard {
        match &self.sender {
            Sender::Visitor { who, .. } => Shard::of(who.visitor),
            Sender::Agent { conversation, .. } => Shard::of(*conversation),
        }
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<LogEntry> {
        let (mut log, author) = match &self.sender {
            Sender::Visitor { who, conversation, page } => {
                if let Some((address, name)) = self.by_mail.as_ref().and_then(InboundMessage::own) {
                    crate::visitor::writes_by_mail(write, who, address, name).await?;
                }
                let log = of_visitor(write, who, *conversation, page.as_ref()).await?;
                (log, Author::Visitor {})
            }
            Sender::Agent { conversation, agent } => {
                (Log::lock_seen(write, *conversation, agent).await?, agent.author())
            }
        };
        if let Some(by_mail) = &self.by_mail {
            crate::mail::claim(write, by_mail).await?;
        }
        if let Some(existing) = log.find(write, self.client_id).await? {
            let Some(by_mail) = &self.by_mail else { return self.same_as(existing, &author) };
            // The same email was also sent to another address.
            let inbox = log.row.inbox_id;
            crate::mail::posted(write, by_mail, inbox, log.id(), existing.seq).await?;
            return Ok(existing);
        }
        let files = if self.files.is_empty() {
            Files::NONE
        } else {
            crate::file::claim(write, &self.sender.party(), &self.files).await?
        };
        if author == (Author::Visitor {})
            && (lifecycle::is_resolved(&log.row) || lifecycle::is_hidden(&log.row))
        {
            // Messages left unanswered before it was resolved or archived no longer count as waiting. If an
            // agent undoes that instead, they count again.
            log.row.waiting_since_ms = None;
        }
        // Whether this is the first message that waits for an answer.
        let is_first = log.row.waiting_since_ms.is_none();
        if author == (Author::Visitor {}) {
            wants_answer(write, &mut log).await?;
        }
        let is_visitors = author == Author::Visitor {};
        let entry = log.append(write, author, self.client_id, self.body.clone(), files).await?;
        let inbox = crate::inbox::find(write.tx, write.ambient, log.row.inbox_id).await?;
        if let Some(by_mail) = &self.by_mail {
            crate::mail::posted(write, by_mail, inbox.id, log.id(), entry.seq).await?;
            log.event(write, &Author::System {}, by_mail.event(entry.seq)).await?;
        }
        if is_visitors {
            super::route::route(write, &mut log, None).await?;
            let cause = Cause::VisitorWrote { by_mail: self.by_mail.is_some(), is_first };
            enqueue(write, &inbox, &log.row, cause).await?;
        } else if matches!(self.body, Body::Message { .. }) {
            enqueue(write, &inbox, &log.row, Cause::AgentReplied).await?;
        } else if let Sender::Agent { agent, .. } = &self.sender {
            let (author, text, seq) = (agent.id, self.body.text(), entry.seq);
            enqueue(write, &inbox, &log.row, Cause::NoteWritten { author, text, seq }).await?;
        }
        log.save(write).await?;
        Ok(entry)
    }
}

impl Send {
    /// The same client id must mean the same content by the same author. An agent's name may have changed.
    fn same_as(&self, existing: LogEntry, author: &Author) -> Result<LogEntry> {
        let same_author = match (&existing.author, author) {
            (Author::Agent { id: one, .. }, Author::Agent { id: other, .. }) => one == other,
            (one, other) => one == other,
        };
        let same_files = existing.files.ids().0 == self.files;
        if same_author && same_files && existing.body == self.body {
            Ok(existing)
        } else {
            Err(ErrorCode::ClientIdReused.into())
        }
    }
}

/// A visitor who writes wants an answer: the conversation is no longer resolved, archived or snoozed.
async fn wants_answer(write: &Write<'_>, log: &mut Log) -> Result<()> {
    if !lifecycle::revives(&log.row) {
        return Ok(());
    }
    let visitor = Author::Visitor {};
    let mut rested = false;
    if log.row.archived_at_ms.is_some() {
        log.row.archived_at_ms = None;
        log.event(write, &visitor, Event::Unarchived {}).await?;
        rested = true;
    }
    if log.row.snoozed_until_ms.is_some() {
        log.row.snoozed_until_ms = None;
        log.event(write, &visitor, Event::Woken {}).await?;
        rested = true;
    }
    if log.is_resolved() {
        super::change::reopen_or_wake(write, log, &visitor).await
    } else if rested {
        super::route::release_if_away(write, log).await
    } else {
        Ok(())
    }
}

/// The visitor's conversation: the unresolved one, else the named one, else their latest. If there is none,
/// it is created, with the visitor if needed.
async fn of_visitor(
    write: &Write<'_>,
    who: &VisitorIdentity,
    named: Option<ConversationId>,
    page: Option<&PageUrl>,
) -> Result<Log> {
    let query = super::page::of_visitor_query(who.visitor).lock_exclusive();
    let found = query.one(write.tx).await?.map(Log::of);
    match (found, named) {
        (Some(log), Some(named)) if log.is_resolved() && log.id() != named => {
            let named = Log::lock(write, named).await?;
            // It may just have been transferred to another visitor.
            Ok(if named.row.visitor_id == who.visitor { named } else { log })
        }
        (Some(log), _) => Ok(log),
        (None, _) => begin(write, who.inbox, who.visitor, page).await,
    }
}

/// Creates a conversation, and its visitor if they are new.
async fn begin(
    write: &Write<'_>,
    inbox: InboxId,
    visitor: VisitorId,
    page: Option<&PageUrl>,
) -> Result<Log> {
    let now_ms = write.ambient.now_ms();
    let row = crate::visitor::new_row(write, inbox, visitor);
    visitor::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(write.tx).await?;

    let found = inbox::Entity::find_by_id(inbox).one(write.tx).await?;
    let inbox_row = found.ok_or(ErrorCode::InboxUnknown)?;
    let begun = conversation::ActiveModel {
        id: Set(conversation_id(write.ambient.uuid(), visitor)),
        inbox_id: Set(inbox),
        visitor_id: Set(visitor),
        unresolved_visitor_id: Set(Some(visitor)),
        page: Set(page.cloned().map(String::from)),
        status: Set(Status::Open),
        team_id: Set(inbox_row.team_id),
        last_seq: Set(Seq::START),
        last_public_seq: Set(Seq::START),
        last_at_ms: Set(now_ms),
        last_author_kind: Set(AuthorKind::Visitor),
        preview: Set(String::new()),
        visitor_messages: Set(0),
        visitor_read_seq: Set(Seq::START),
        team_read_seq: Set(Seq::START),
        logged_at_ms: Set(now_ms),
        created_at_ms: Set(now_ms),
        ..Default::default()
    };
    let mut log = Log::of(begun.insert(write.tx).await?);
    if let Some(label) = inbox_row.label_id {
        log.put_label(write, &Author::System {}, label).await?;
    }
    Ok(log)
}
