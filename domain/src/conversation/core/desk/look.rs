//! What a decision sees on the desk: what the store says, and what was decided since.

use std::collections::HashMap;
use std::sync::Arc;

use protocol::{
    AgentId, ClientId, ConversationId, ErrorCode, FileId, InboxId, Presence, Seq, UnixMillis,
    VisitorId,
};
use sea_orm::ActiveValue::{self, Set};

use super::{Desk, Queued, Staff};
use crate::conversation::core::log::Log;
use crate::conversation::core::stop::{Stop, Want};
use crate::conversation::kind::{AuthorKind, EntryKind};
use crate::conversation::{LogEntry, lifecycle};
use crate::error::Result;
use crate::inbox::Inbox;
use crate::table::{conversation, entry, file};

impl Desk<'_> {
    pub(in crate::conversation::core) fn now_ms(&self) -> UnixMillis {
        self.ambient.now_ms()
    }

    pub(in crate::conversation::core) fn inbox(&self, id: InboxId) -> Result<Arc<Inbox>> {
        self.directory.inbox(id).cloned()
    }

    /// A conversation as it is now, to be changed and saved.
    pub(in crate::conversation::core) fn conversation(
        &self,
        id: ConversationId,
    ) -> Result<Log, Stop> {
        self.find(id).ok_or(ErrorCode::ConversationUnknown.into())
    }

    fn find(&self, id: ConversationId) -> Option<Log> {
        self.look(id).cloned()
    }

    pub(in crate::conversation::core) fn look(&self, id: ConversationId) -> Option<&Log> {
        self.overlay.conversations.get(&id).or_else(|| self.conversations.get(&id))
    }

    /// The visitor's unresolved conversation, else their latest.
    pub(in crate::conversation::core) fn of_visitor(
        &self,
        visitor: VisitorId,
    ) -> Result<Option<Log>, Stop> {
        if !self.overlay.latest.contains_key(&visitor) && !self.latest.contains_key(&visitor) {
            return Err(Stop::Wants(Want::Visitor(visitor)));
        }
        Ok(self.latest_of(visitor).and_then(|id| self.find(id)))
    }

    /// All conversations of a visitor.
    pub(in crate::conversation::core) fn all_of(
        &self,
        visitor: VisitorId,
    ) -> Result<Vec<ConversationId>, Stop> {
        self.all_of.get(&visitor).cloned().ok_or(Stop::Wants(Want::AllOf(visitor)))
    }

    /// The existing entry with this client id.
    pub(in crate::conversation::core) fn sent(
        &self,
        id: ConversationId,
        client_id: ClientId,
    ) -> Option<&LogEntry> {
        let key = (id, client_id);
        self.overlay.sent.get(&key).or_else(|| self.sent.get(&key))
    }

    pub(in crate::conversation::core) fn file(&self, id: FileId) -> Option<&file::Model> {
        self.files.get(&id).filter(|_| !self.overlay.claimed.contains(&id))
    }

    /// How far an agent has read a conversation.
    pub(in crate::conversation::core) fn cursor(
        &self,
        id: ConversationId,
        agent: AgentId,
    ) -> Option<Seq> {
        let key = (id, agent);
        self.overlay.cursors.get(&key).or_else(|| self.cursors.get(&key)).copied()
    }

    /// Whether the visitor wrote after a position, in the store or on the desk.
    pub(in crate::conversation::core) fn has_written(
        &self,
        log: &Log,
        after: Seq,
    ) -> Result<bool, Stop> {
        if after >= log.row.last_seq {
            return Ok(false);
        }
        let key = (log.row.id, after);
        let stored = self.written.get(&key).ok_or(Stop::Wants(Want::HasWritten(key.0, key.1)))?;
        Ok(*stored || self.of_visitor_after(key).next().is_some())
    }

    /// How many messages the visitor sent after a position, in the store and on the desk.
    pub(in crate::conversation::core) fn messages(
        &self,
        log: &Log,
        after: Seq,
    ) -> Result<i64, Stop> {
        if after >= log.row.last_seq {
            return Ok(0);
        }
        let key = (log.row.id, after);
        let stored = self.messages.get(&key).ok_or(Stop::Wants(Want::Messages(key.0, key.1)))?;
        let on_desk = self.of_visitor_after(key).filter(|entry| is_message(entry));
        Ok(stored + on_desk.count() as i64)
    }

    /// What the visitor wrote after a position, on the desk.
    fn of_visitor_after(
        &self,
        (id, after): (ConversationId, Seq),
    ) -> impl Iterator<Item = &entry::ActiveModel> {
        let entries = self.decided.entries.iter().chain(&self.overlay.decided.entries);
        entries.filter(move |entry| is_of_visitor(entry, id, after))
    }

    pub(in crate::conversation::core) fn staff(&self) -> Result<&Staff, Stop> {
        self.staff.as_ref().ok_or(Stop::Wants(Want::Staff))
    }

    /// The conversations that wait for an agent, in the store and on the desk, in order.
    pub(in crate::conversation::core) fn queue(&self) -> Result<Vec<Queued>, Stop> {
        let stored = self.queue.as_ref().ok_or(Stop::Wants(Want::Queue))?;
        let mut queue: Vec<Queued> =
            stored.iter().filter(|queued| self.look(queued.id).is_none()).cloned().collect();
        let on_desk = self.ids().filter_map(|id| self.look(id));
        queue.extend(on_desk.filter_map(|log| {
            let mut labels = log.labels.clone();
            labels.sort_unstable();
            let row = &log.row;
            let (id, inbox, team) = (row.id, row.inbox_id, row.team_id);
            Some(Queued { id, at_ms: row.queued_at_ms?, inbox, team, labels })
        }));
        queue.retain(|queued| !self.missing.contains(&queued.id));
        queue.sort_by_key(|queued| queued.at_ms);
        Ok(queue)
    }

    /// The conversations on the desk.
    fn ids(&self) -> impl Iterator<Item = ConversationId> {
        let new = self.overlay.conversations.keys();
        let new = new.filter(|id| !self.conversations.contains_key(id));
        self.conversations.keys().chain(new).copied()
    }

    pub(in crate::conversation::core) fn last_assigned_at_ms(
        &self,
        staff: &Staff,
        agent: AgentId,
    ) -> UnixMillis {
        let now = self.overlay.last_assigned_at_ms.get(&agent);
        now.or_else(|| staff.last_assigned_at_ms.get(&agent)).copied().unwrap_or_default()
    }

    /// How many conversations that want attention each of the staff has, on the desk and in the store.
    pub(in crate::conversation::core) fn loads(&self, staff: &Staff) -> HashMap<AgentId, i64> {
        let holder =
            |row: &conversation::Model| row.assignee_id.filter(|_| lifecycle::is_active(row));
        let mut loads = staff.loads.clone();
        for id in self.ids() {
            if let Some(now) = self.look(id).and_then(|log| holder(&log.row)) {
                *loads.entry(now).or_default() += 1;
            }
            if let Some(before) = self.before.get(&id).and_then(holder) {
                *loads.entry(before).or_default() -= 1;
            }
        }
        loads
    }

    /// When a conversation that joins the queue now joins it: later than all others, even if the clock was set
    /// back.
    pub(in crate::conversation::core) fn end_of_queue(&self, staff: &Staff) -> UnixMillis {
        let on_desk = self.conversations.values().chain(self.overlay.conversations.values());
        let last = on_desk.filter_map(|log| log.row.queued_at_ms).max();
        let after = last.max(staff.last_queued_at_ms).map_or(UnixMillis::ZERO, |at_ms| at_ms + 1);
        after.max(self.now_ms())
    }

    pub(in crate::conversation::core) fn presence(&self, agent: AgentId) -> Presence {
        self.presence.get(&agent).copied().unwrap_or(Presence::Offline)
    }

    pub(in crate::conversation::core) fn is_anybody_online(&self) -> bool {
        self.presence.values().any(|presence| *presence == Presence::Online)
    }
}

fn is<T: PartialEq + Into<sea_orm::Value>>(value: &ActiveValue<T>, wanted: &T) -> bool {
    matches!(value, Set(value) if value == wanted)
}

/// Whether a new entry is what the visitor wrote in a conversation after a position.
fn is_of_visitor(entry: &entry::ActiveModel, id: ConversationId, after: Seq) -> bool {
    is(&entry.conversation_id, &id)
        && matches!(&entry.seq, Set(seq) if *seq > after)
        && is(&entry.author_kind, &AuthorKind::Visitor)
        && !is(&entry.kind, &EntryKind::Event)
}

/// Whether a new entry is a message.
fn is_message(entry: &entry::ActiveModel) -> bool {
    is(&entry.kind, &EntryKind::Message)
}
