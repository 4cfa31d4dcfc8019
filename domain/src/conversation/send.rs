//! Appending a message to a log, and keeping the projections beside it true.

use async_trait::async_trait;
use protocol::limits::PAGE_URL_BYTES;
use protocol::{Author, Body, ClientId, ConversationId, Entry, ErrorCode, InboxId, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel};

use super::entry::{Audience, LogEntry, author_to_row};
use super::text::{preview, tidy};
use crate::Domain;
use crate::agent::Agent;
use crate::error::{Error, Result};
use crate::hub::News;
use crate::table::{conversation, entry, visitor};
use crate::visitor::VisitorIdentity;
use crate::writer::{Command, Write};

impl Domain {
    /// Appends a visitor's message; begins their conversation if there is none.
    ///
    /// Sending again under the same `client_id` answers with the entry that exists.
    ///
    /// # Errors
    /// `message_empty`, `message_too_long`, `client_id_reused`; the store's.
    pub async fn send_as_visitor(
        &self,
        who: &VisitorIdentity,
        page: Option<&str>,
        client_id: ClientId,
        text: &str,
    ) -> Result<Entry> {
        let body = Body::Message { text: tidy(text)? };
        let page = page.filter(|page| page.len() <= PAGE_URL_BYTES).map(ToOwned::to_owned);
        let from = From::Visitor { inbox: who.inbox, visitor: who.visitor, page };
        let entry = self.writer.run(Send { from, client_id, body }).await?;
        entry.seen_by(Audience::Visitor).ok_or(Error::Corrupt("a visitor's own entry"))
    }

    /// Appends an agent's message, or a note that the visitor does not see.
    ///
    /// Sending again under the same `client_id` answers with the entry that exists.
    ///
    /// # Errors
    /// `conversation_unknown`, `message_empty`, `message_too_long`, `client_id_reused`; the store's.
    pub async fn send_as_agent(
        &self,
        agent: &Agent,
        conversation: ConversationId,
        client_id: ClientId,
        text: &str,
        is_note: bool,
    ) -> Result<Entry> {
        let text = tidy(text)?;
        let body = if is_note { Body::Note { text } } else { Body::Message { text } };
        let author = Author::Agent { id: agent.id, name: agent.name.clone() };
        let from = From::Agent { conversation, author };
        let entry = self.writer.run(Send { from, client_id, body }).await?;
        entry.seen_by(Audience::Team).ok_or(Error::Corrupt("an agent's own entry"))
    }
}

struct Send {
    from: From,
    client_id: ClientId,
    body: Body,
}

enum From {
    Visitor { inbox: InboxId, visitor: VisitorId, page: Option<String> },
    Agent { conversation: ConversationId, author: Author },
}

#[async_trait]
impl Command for Send {
    type Output = LogEntry;

    async fn apply(&self, write: &mut Write<'_>) -> Result<LogEntry> {
        let (conversation, author) = match &self.from {
            From::Visitor { inbox, visitor, page } => {
                let found = unresolved(write, *inbox, *visitor, page.as_deref()).await?;
                (found, Author::Visitor {})
            }
            From::Agent { conversation, author } => {
                let found = conversation::Entity::find_by_id(conversation.0).one(write.tx).await?;
                (found.ok_or(ErrorCode::ConversationUnknown)?, author.clone())
            }
        };
        if let Some(existing) = self.existing(write, &conversation).await? {
            return self.same_as(existing, &author);
        }
        let (entry, conversation) = self.append(write, conversation, author).await?;
        let summary = Box::new(super::list::summary_of(write.tx, &conversation).await?);
        let visitor = VisitorId(conversation.visitor_id);
        write.publish(News::Appended { entry: entry.clone(), visitor, summary });
        Ok(entry)
    }
}

impl Send {
    async fn existing(
        &self,
        write: &Write<'_>,
        conversation: &conversation::Model,
    ) -> Result<Option<LogEntry>> {
        entry::Entity::find()
            .filter(entry::Column::ConversationId.eq(conversation.id))
            .filter(entry::Column::ClientId.eq(self.client_id.0))
            .one(write.tx)
            .await?
            .map(LogEntry::from_row)
            .transpose()
    }

    /// The same name must mean the same words of the same author. An agent's name may have changed.
    fn same_as(&self, existing: LogEntry, author: &Author) -> Result<LogEntry> {
        let same_author = match (&existing.author, author) {
            (Author::Agent { id: one, .. }, Author::Agent { id: other, .. }) => one == other,
            (one, other) => one == other,
        };
        if same_author && existing.body == self.body {
            Ok(existing)
        } else {
            Err(ErrorCode::ClientIdReused.into())
        }
    }

    async fn append(
        &self,
        write: &Write<'_>,
        before: conversation::Model,
        author: Author,
    ) -> Result<(LogEntry, conversation::Model)> {
        let seq = before.last_seq + 1;
        let is_public = Audience::Visitor.may_see(&self.body);
        let is_visitors = author == Author::Visitor {};
        // The log's times never run backwards, whatever the machine's clock does.
        let at_ms = (write.ambient.now_ms() as i64).max(before.last_at_ms);
        let (author_kind, author_id, author_name) = author_to_row(&author);

        let row = entry::ActiveModel {
            conversation_id: Set(before.id),
            seq: Set(seq),
            prev_public_seq: Set(before.last_public_seq),
            kind: Set(self.body.tag().to_owned()),
            author_kind: Set(author_kind.clone()),
            author_id: Set(author_id),
            author_name: Set(author_name.clone()),
            text: Set(self.body.text().to_owned()),
            client_id: Set(self.client_id.0),
            at_ms: Set(at_ms),
        };
        entry::Entity::insert(row).exec_without_returning(write.tx).await?;

        let mut after = before.clone().into_active_model();
        after.last_seq = Set(seq);
        after.last_at_ms = Set(at_ms);
        after.last_author_kind = Set(author_kind);
        after.last_author_id = Set(author_id);
        after.last_author_name = Set(author_name);
        after.preview = Set(preview(self.body.text()));
        if is_public {
            after.last_public_seq = Set(seq);
        }
        if is_visitors {
            after.visitor_messages = Set(before.visitor_messages + 1);
            // Who answers has read: the visitor's own cursor moves to their own message.
            after.visitor_read_seq = Set(seq);
        }
        let after = after.update(write.tx).await?;

        let entry = LogEntry {
            conversation: ConversationId(before.id),
            seq: seq.unsigned_abs(),
            prev_public_seq: before.last_public_seq.unsigned_abs(),
            at_ms: at_ms.unsigned_abs(),
            client_id: self.client_id,
            author,
            body: self.body.clone(),
        };
        Ok((entry, after))
    }
}

/// The visitor's one unresolved conversation; made, with the visitor, if there is none.
async fn unresolved(
    write: &Write<'_>,
    inbox: InboxId,
    visitor: VisitorId,
    page: Option<&str>,
) -> Result<conversation::Model> {
    let found = conversation::Entity::find()
        .filter(conversation::Column::UnresolvedVisitorId.eq(visitor.0))
        .one(write.tx)
        .await?;
    if let Some(found) = found {
        return Ok(found);
    }
    let now_ms = write.ambient.now_ms() as i64;
    let row = visitor::ActiveModel {
        id: Set(visitor.0),
        inbox_id: Set(inbox.0),
        name: Set(None),
        created_at_ms: Set(now_ms),
    };
    visitor::Entity::insert(row).on_conflict_do_nothing().exec_without_returning(write.tx).await?;

    let begun = conversation::ActiveModel {
        id: Set(write.ambient.uuid()),
        inbox_id: Set(inbox.0),
        visitor_id: Set(visitor.0),
        unresolved_visitor_id: Set(Some(visitor.0)),
        page: Set(page.map(ToOwned::to_owned)),
        last_seq: Set(0),
        last_public_seq: Set(0),
        last_at_ms: Set(now_ms),
        last_author_kind: Set("visitor".to_owned()),
        last_author_id: Set(None),
        last_author_name: Set(None),
        preview: Set(String::new()),
        visitor_messages: Set(0),
        visitor_read_seq: Set(0),
        team_read_seq: Set(0),
        created_at_ms: Set(now_ms),
    };
    Ok(begun.insert(write.tx).await?)
}
