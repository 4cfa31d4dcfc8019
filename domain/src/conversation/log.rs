//! Appending to a log: the one place that does, with the projections beside it.

use protocol::limits::LABELS;
use protocol::{
    Author, Body, ClientId, ConversationId, ErrorCode, Event, LabelId, Status, VisitorId,
};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, IntoActiveModel, QuerySelect};

use super::entry::{Audience, LogEntry, author_to_row, body_to_row};
use super::text::preview;
use crate::error::Result;
use crate::hub::News;
use crate::table::{conversation, conversation_label, entry, label};
use crate::writer::Write;

/// A conversation that a command changes: its row, locked, and what was appended to its log.
pub(super) struct Log {
    pub(super) row: conversation::Model,
    changed: conversation::ActiveModel,
    appended: Vec<LogEntry>,
    /// Whether the row is to be written although nothing was appended.
    has_changed: bool,
}

impl Log {
    /// Takes the row for this transaction: until its end nobody else decides by it.
    pub(super) async fn lock(write: &Write<'_>, id: ConversationId) -> Result<Self> {
        let query = conversation::Entity::find_by_id(id.0).lock_exclusive();
        Ok(Self::of(query.one(write.tx).await?.ok_or(ErrorCode::ConversationUnknown)?))
    }

    /// A row that was locked, or inserted, in this transaction.
    pub(super) fn of(row: conversation::Model) -> Self {
        Self {
            changed: row.clone().into_active_model(),
            row,
            appended: Vec::new(),
            has_changed: false,
        }
    }

    pub(super) fn id(&self) -> ConversationId {
        ConversationId(self.row.id)
    }

    /// The entry that exists under a client's name for a send.
    pub(super) async fn find(
        &self,
        write: &Write<'_>,
        client_id: ClientId,
    ) -> Result<Option<LogEntry>> {
        entry::Entity::find()
            .filter(entry::Column::ConversationId.eq(self.row.id))
            .filter(entry::Column::ClientId.eq(client_id.0))
            .one(write.tx)
            .await?
            .map(LogEntry::from_row)
            .transpose()
    }

    /// Appends what happened.
    pub(super) async fn event(
        &mut self,
        write: &Write<'_>,
        author: &Author,
        event: Event,
    ) -> Result<()> {
        let client_id = ClientId(write.ambient.uuid());
        self.append(write, author.clone(), client_id, Body::Event { event }).await.map(drop)
    }

    /// Appends an entry at the next position.
    pub(super) async fn append(
        &mut self,
        write: &Write<'_>,
        author: Author,
        client_id: ClientId,
        body: Body,
    ) -> Result<LogEntry> {
        let seq = self.row.last_seq + 1;
        let is_public = Audience::Visitor.may_see(&body);
        // The log's times never run backwards, whatever the machine's clock does.
        let at_ms = write.ambient.now_ms() as i64;
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
            author_kind: Set(author_kind.clone()),
            author_id: Set(author_id),
            author_name: Set(author_name.clone()),
            text: Set(text),
            client_id: Set(client_id.0),
            at_ms: Set(at_ms),
        };
        entry::Entity::insert(row).exec_without_returning(write.tx).await?;

        self.set(|row, changed| {
            row.last_seq = seq;
            changed.last_seq = Set(seq);
            row.logged_at_ms = at_ms;
            changed.logged_at_ms = Set(at_ms);
            if is_public {
                row.last_public_seq = seq;
                changed.last_public_seq = Set(seq);
            }
        });
        if !matches!(body, Body::Event { .. }) {
            let is_visitors = author == Author::Visitor {};
            let preview = preview(body.text());
            self.set(|row, changed| {
                row.last_at_ms = at_ms;
                changed.last_at_ms = Set(at_ms);
                row.last_author_kind.clone_from(&author_kind);
                changed.last_author_kind = Set(author_kind);
                row.last_author_id = author_id;
                changed.last_author_id = Set(author_id);
                row.last_author_name.clone_from(&author_name);
                changed.last_author_name = Set(author_name);
                row.preview.clone_from(&preview);
                changed.preview = Set(preview);
                if is_visitors {
                    row.visitor_messages += 1;
                    changed.visitor_messages = Set(row.visitor_messages);
                    // Who answers has read: the visitor's own cursor moves to their own message.
                    row.visitor_read_seq = seq;
                    changed.visitor_read_seq = Set(seq);
                }
            });
        }
        let entry = LogEntry {
            conversation: self.id(),
            seq: seq.unsigned_abs(),
            prev_public_seq: prev_public_seq.unsigned_abs(),
            at_ms: at_ms.unsigned_abs(),
            client_id,
            author,
            body,
        };
        self.appended.push(entry.clone());
        Ok(entry)
    }

    /// Puts a label on the conversation, if it is not there.
    pub(super) async fn put_label(
        &mut self,
        write: &Write<'_>,
        author: &Author,
        id: LabelId,
    ) -> Result<()> {
        let found = label::Entity::find_by_id(id.0).one(write.tx).await?;
        let label = found.ok_or(ErrorCode::LabelUnknown)?;
        let on = conversation_label::Entity::find()
            .filter(conversation_label::Column::ConversationId.eq(self.row.id))
            .all(write.tx)
            .await?;
        if on.iter().any(|row| row.label_id == id.0) {
            return Ok(());
        }
        if on.len() >= LABELS {
            return Err(ErrorCode::TooManyLabels.into());
        }
        let row = conversation_label::ActiveModel {
            conversation_id: Set(self.row.id),
            label_id: Set(id.0),
        };
        conversation_label::Entity::insert(row).exec_without_returning(write.tx).await?;
        self.event(write, author, Event::Labelled { label: label.name }).await
    }

    /// Changes columns, here and in the store.
    pub(super) fn set(
        &mut self,
        set: impl FnOnce(&mut conversation::Model, &mut conversation::ActiveModel),
    ) {
        set(&mut self.row, &mut self.changed);
    }

    pub(super) fn set_status(&mut self, status: Status) {
        let unresolved = (status != Status::Resolved).then_some(self.row.visitor_id);
        self.set(|row, changed| {
            status.as_str().clone_into(&mut row.status);
            changed.status = Set(row.status.clone());
            row.unresolved_visitor_id = unresolved;
            changed.unresolved_visitor_id = Set(unresolved);
        });
    }

    pub(super) fn set_archived(&mut self, at_ms: Option<i64>) {
        self.set(|row, changed| {
            row.archived_at_ms = at_ms;
            changed.archived_at_ms = Set(at_ms);
        });
    }

    pub(super) fn set_snoozed(&mut self, until_ms: Option<i64>) {
        self.set(|row, changed| {
            row.snoozed_until_ms = until_ms;
            changed.snoozed_until_ms = Set(until_ms);
        });
    }

    /// Has the row written, and told of, although nothing is appended.
    pub(super) fn touch(&mut self) {
        self.has_changed = true;
    }

    pub(super) fn set_queued(&mut self, at_ms: Option<i64>) {
        self.touch();
        self.set(|row, changed| {
            row.queued_at_ms = at_ms;
            changed.queued_at_ms = Set(at_ms);
        });
    }

    pub(super) fn set_assignee(&mut self, assignee: Option<Uuid>) {
        self.set(|row, changed| {
            row.assignee_id = assignee;
            changed.assignee_id = Set(assignee);
        });
    }

    /// The status of what is not resolved.
    pub(super) fn unresolved_status(&self) -> Status {
        if self.row.assignee_id.is_some() { Status::Assigned } else { Status::Open }
    }

    pub(super) fn is_resolved(&self) -> bool {
        self.row.status == Status::Resolved.as_str()
    }

    /// Writes the row, and tells of all that was appended.
    pub(super) async fn save(self, write: &mut Write<'_>) -> Result<()> {
        let Self { row, changed, appended, has_changed } = self;
        if appended.is_empty() && !has_changed {
            return Ok(());
        }
        if changed.is_changed() {
            conversation::Entity::update(changed).exec(write.tx).await?;
        }
        let summary = Box::new(super::list::summary_of(write.tx, &row).await?);
        let visitor = VisitorId(row.visitor_id);
        write.publish(News::Appended { entries: appended, visitor, summary });
        Ok(())
    }
}
