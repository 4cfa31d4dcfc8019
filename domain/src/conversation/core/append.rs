//! Appends to a log. The only place that does, and that updates the projections with it.

use protocol::json::to_string;
use protocol::limits::LABELS;
use protocol::{Author, Body, ClientId, ErrorCode, Event, Files, LabelId};
use sea_orm::ActiveValue::Set;

use super::desk::{Desk, Labelled};
use super::log::Log;
use super::mail::Cause;
use super::stop::Stop;
use crate::conversation::entry::{author_to_row, body_to_row};
use crate::conversation::text::preview;
use crate::conversation::{Audience, LogEntry};
use crate::table::entry;

impl Log {
    /// Appends an event.
    pub(super) fn event(
        &mut self,
        desk: &mut Desk<'_>,
        author: &Author,
        event: Event,
    ) -> Result<(), Stop> {
        let client_id = ClientId(desk.ambient.uuid());
        let body = Body::Event { event };
        self.append(desk, author.clone(), client_id, body, Files::NONE).map(drop)
    }

    /// Appends an entry at the next position.
    pub(super) fn append(
        &mut self,
        desk: &mut Desk<'_>,
        author: Author,
        client_id: ClientId,
        body: Body,
        files: Files,
    ) -> Result<LogEntry, Stop> {
        let seq = self.row.last_seq.next();
        let is_public = Audience::Visitor.may_see(&body);
        // The log's times never go backward, whatever the system clock does.
        let at_ms = desk.now_ms().max(self.row.logged_at_ms).max(self.row.last_at_ms);
        let prev_public_seq = self.row.last_public_seq;
        let (author_kind, author_id, author_name) = author_to_row(&author);
        let (kind, text) = body_to_row(&body);
        desk.decide().entries.push(entry::ActiveModel {
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
        });
        if !files.is_empty() {
            desk.decide().attached.push((files.clone(), self.row.id, seq));
        }

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
            self.causes(desk, Cause::Assigned(*agent))?;
        }
        if !matches!(entry.body, Body::Event { .. }) {
            desk.remember(entry.clone());
        }
        self.appended.push(entry.clone());
        Ok(entry)
    }

    /// Adds a label, if the conversation does not have it yet.
    pub(super) fn put_label(
        &mut self,
        desk: &mut Desk<'_>,
        author: &Author,
        id: LabelId,
    ) -> Result<(), Stop> {
        let name = desk.directory.label(id).ok_or(ErrorCode::LabelUnknown)?.name.clone();
        if self.labels.contains(&id) {
            return Ok(());
        }
        if self.labels.len() >= LABELS {
            return Err(ErrorCode::TooManyLabels.into());
        }
        self.labels.push(id);
        desk.decide().labels.push((self.row.id, id, Labelled::On));
        self.event(desk, author, Event::Labelled { label: name })
    }

    /// Removes a label, if the conversation has it.
    pub(super) fn take_label(
        &mut self,
        desk: &mut Desk<'_>,
        author: &Author,
        id: LabelId,
    ) -> Result<(), Stop> {
        let name = desk.directory.label(id).ok_or(ErrorCode::LabelUnknown)?.name.clone();
        if !self.labels.contains(&id) {
            return Ok(());
        }
        self.labels.retain(|one| *one != id);
        desk.decide().labels.push((self.row.id, id, Labelled::Off));
        self.event(desk, author, Event::Unlabelled { label: name })
    }
}
