//! Appending to a log. The only place that does, and that updates the projections with it.

use protocol::json::to_string;
use protocol::limits::LABELS;
use protocol::{
    Author, Body, ClientId, ConversationId, ErrorCode, Event, Files, LabelId, Seq, Status, Summary,
};
use sea_orm::entity::prelude::*;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, IntoActiveModel, Iterable, ModelTrait, QueryOrder,
    QuerySelect,
};

use super::entry::{Audience, LogEntry, author_to_row, body_to_row};
use super::kind::{AuthorKind, EntryKind};
use super::text::preview;
use crate::agent::Agent;
use crate::error::Result;
use crate::hub::HubEvent;
use crate::mail::{Cause, enqueue};
use crate::table::{conversation, conversation_label, entry, label};
use crate::writer::Write;

/// A conversation that a command changes: its locked row, and what was appended to its log.
pub(super) struct Log {
    /// The row as it will be. [`Log::save`] writes what differs from the row that was read.
    pub(super) row: conversation::Model,
    before: conversation::Model,
    appended: Vec<LogEntry>,
    is_news: bool,
}

impl Log {
    /// Locks the row until the end of this transaction, so that no other transaction bases a decision on it.
    pub(super) async fn lock(write: &Write<'_>, id: ConversationId) -> Result<Self> {
        let query = conversation::Entity::find_by_id(id).lock_exclusive();
        Ok(Self::of(query.one(write.tx).await?.ok_or(ErrorCode::ConversationUnknown)?))
    }

    /// Does the same for an agent, if they may see the conversation.
    pub(super) async fn lock_seen(
        write: &Write<'_>,
        id: ConversationId,
        agent: &Agent,
    ) -> Result<Self> {
        let log = Self::lock(write, id).await?;
        agent.visibility.check(&log.row)?;
        Ok(log)
    }

    /// Wraps a row that was locked or inserted in this transaction.
    pub(super) fn of(row: conversation::Model) -> Self {
        Self { before: row.clone(), row, appended: Vec::new(), is_news: false }
    }

    pub(super) fn id(&self) -> ConversationId {
        self.row.id
    }

    /// The existing entry with this client id.
    pub(super) async fn find(
        &self,
        write: &Write<'_>,
        client_id: ClientId,
    ) -> Result<Option<LogEntry>> {
        entry::Entity::find()
            .filter(entry::COLUMN.conversation_id.eq(self.row.id))
            .filter(entry::COLUMN.client_id.eq(client_id))
            .one(write.tx)
            .await?
            .map(LogEntry::from_row)
            .transpose()
    }

    /// Whether the visitor wrote after a position.
    pub(super) async fn has_visitor_written_after(
        &self,
        write: &Write<'_>,
        seq: Seq,
    ) -> Result<bool> {
        let found = entry::Entity::find()
            .order_by_asc(entry::Column::Seq)
            .filter(entry::COLUMN.conversation_id.eq(self.row.id))
            .filter(entry::COLUMN.seq.gt(seq))
            .filter(entry::COLUMN.author_kind.eq(AuthorKind::Visitor))
            .filter(entry::COLUMN.kind.ne(EntryKind::Event))
            .limit(1)
            .all(write.tx)
            .await?;
        Ok(!found.is_empty())
    }

    /// Appends an event.
    pub(super) async fn event(
        &mut self,
        write: &Write<'_>,
        author: &Author,
        event: Event,
    ) -> Result<()> {
        let client_id = ClientId(write.ambient.uuid());
        let body = Body::Event { event };
        self.append(write, author.clone(), client_id, body, Files::NONE).await.map(drop)
    }

    /// Appends an entry at the next position.
    pub(super) async fn append(
        &mut self,
        write: &Write<'_>,
        author: Author,
        client_id: ClientId,
        body: Body,
        files: Files,
    ) -> Result<LogEntry> {
        let seq = self.row.last_seq.next();
        let is_public = Audience::Visitor.may_see(&body);
        // The log's times never go backward, whatever the system clock does.
        let at_ms = write.ambient.now_ms();
        let at_ms = at_ms.max(self.row.logged_at_ms).max(self.row.last_at_ms);
        let prev_public_seq = self.row.last_public_seq;
        let (author_kind, author_id, author_name) = author_to_row(&author);
        let (kind, text) = body_to_row(&body);

        let row = entry::ActiveModel {
            conversation_id: Set(self.row.id),
            seq: Set(seq),
            prev_public_seq: Set(prev_public_seq),
            is_public: Set(is_public),
            kind: Set(kind),
            author_kind: Set(author_kind),
            author_id: Set(author_id),
            author_name: Set(author_name.clone()),
            text: Set(text),
            client_id: Set(client_id),
            at_ms: Set(at_ms),
            files: Set((!files.is_empty()).then(|| to_string(&files))),
        };
        crate::search::insert_entry(write, row).await?;
        crate::file::attach(write, &files, self.id(), seq).await?;

        let after = &mut self.row;
        after.last_seq = seq;
        after.logged_at_ms = at_ms;
        if is_public {
            after.last_public_seq = seq;
        }
        if !matches!(body, Body::Event { .. }) {
            after.last_at_ms = at_ms;
            after.last_author_kind = author_kind;
            after.last_author_id = author_id;
            after.last_author_name = author_name;
            after.preview = preview(body.text(), &files);
            if author == (Author::Visitor {}) {
                after.visitor_messages += 1;
                // Writing implies having read: the visitor's read position moves to their own message.
                after.visitor_read_seq = seq;
                after.waiting_since_ms.get_or_insert(at_ms);
            } else if is_public {
                after.waiting_since_ms = None;
            }
        }
        let entry = LogEntry {
            conversation: self.id(),
            seq,
            prev_public_seq,
            at_ms,
            client_id,
            author,
            body,
            files,
        };
        // Every way of assigning a conversation to an agent comes through here.
        if let Body::Event { event: Event::Assigned { agent, .. } } = &entry.body
            && !matches!(&entry.author, Author::Agent { id, .. } if id == agent)
        {
            let inbox = self.row.inbox_id;
            let inbox = crate::inbox::find(write.tx, write.ambient, inbox).await?;
            enqueue(write, &inbox, &self.row, Cause::Assigned(*agent)).await?;
        }
        self.appended.push(entry.clone());
        Ok(entry)
    }

    /// Adds a label to the conversation, if it does not have it yet.
    pub(super) async fn put_label(
        &mut self,
        write: &Write<'_>,
        author: &Author,
        id: LabelId,
    ) -> Result<()> {
        let found = label::Entity::find_by_id(id).one(write.tx).await?;
        let label = found.ok_or(ErrorCode::LabelUnknown)?;
        let on = conversation_label::Entity::find()
            .filter(conversation_label::COLUMN.conversation_id.eq(self.row.id))
            .all(write.tx)
            .await?;
        if on.iter().any(|row| row.label_id == id) {
            return Ok(());
        }
        if on.len() >= LABELS {
            return Err(ErrorCode::TooManyLabels.into());
        }
        let row = conversation_label::ActiveModel {
            conversation_id: Set(self.row.id),
            label_id: Set(id),
        };
        conversation_label::Entity::insert(row).exec_without_returning(write.tx).await?;
        self.event(write, author, Event::Labelled { label: label.name }).await
    }

    /// Sets the status, and the column that enforces that a visitor has at most one unresolved conversation.
    pub(super) fn set_status(&mut self, status: Status) {
        self.row.status = status;
        self.row.unresolved_visitor_id =
            (status != Status::Resolved).then_some(self.row.visitor_id);
    }

    /// Makes [`Log::save`] publish the conversation even if nothing in it has changed.
    pub(super) fn is_news(&mut self) {
        self.is_news = true;
    }

    /// The status of the conversation unless it is resolved.
    pub(super) fn unresolved_status(&self) -> Status {
        if self.row.assignee_id.is_some() { Status::Assigned } else { Status::Open }
    }

    pub(super) fn is_resolved(&self) -> bool {
        super::lifecycle::is_resolved(&self.row)
    }

    /// Writes what has changed, publishes it, and returns the conversation's summary.
    pub(super) async fn save(self, write: &mut Write<'_>) -> Result<Summary> {
        let Self { row, before, appended, is_news } = self;
        let summary = super::list::summary_of(write.tx, &row).await?;
        let changed = changes(&before, &row);
        if changed.is_changed() {
            conversation::Entity::update(changed).exec(write.tx).await?;
        }
        if before != row || !appended.is_empty() || is_news {
            let visitor = row.visitor_id;
            let summary = Box::new(summary.clone());
            write.publish(HubEvent::Appended { entries: appended, visitor, summary });
        }
        Ok(summary)
    }
}

/// Locks a conversation's row until the end of this transaction.
///
/// # Errors
/// `conversation_unknown`; store errors.
pub(crate) async fn lock(write: &Write<'_>, id: ConversationId) -> Result<()> {
    Log::lock(write, id).await.map(drop)
}

/// Appends an event to a conversation's log.
///
/// # Errors
/// `conversation_unknown`; store errors.
pub(crate) async fn happened(
    write: &mut Write<'_>,
    id: ConversationId,
    author: &Author,
    event: Event,
) -> Result<()> {
    let mut log = Log::lock(write, id).await?;
    log.event(write, author, event).await?;
    log.save(write).await.map(drop)
}

/// The columns that differ, so that indexes over the other columns are not touched.
fn changes(before: &conversation::Model, after: &conversation::Model) -> conversation::ActiveModel {
    let mut changed = before.clone().into_active_model();
    for column in conversation::Column::iter() {
        let value = after.get(column);
        if before.get(column) != value {
            changed.set(column, value);
        }
    }
    changed
}
