//! What a decision leaves on the desk.

use protocol::{AgentId, ConversationId, FileId, Seq, Summary, VisitorId};
use sea_orm::ActiveValue::Set;

use super::{Decided, Desk};
use crate::conversation::LogEntry;
use crate::conversation::core::log::Log;
use crate::conversation::core::stop::Stop;
use crate::hub::HubEvent;
use crate::table::{read_cursor, visitor};

impl Desk<'_> {
    /// A visitor's unresolved conversation, or latest one, is now this one.
    pub(in crate::conversation::core) fn set_latest(
        &mut self,
        visitor: VisitorId,
        id: ConversationId,
    ) {
        self.overlay.latest.insert(visitor, id);
    }

    /// A visitor's conversation was resolved. If it was only reopened on this desk, the one before it is their latest
    /// again.
    pub(in crate::conversation::core) fn was_resolved(
        &mut self,
        visitor: VisitorId,
        id: ConversationId,
    ) {
        let stored = self.stored_latest.get(&visitor).copied().flatten();
        if self.before.contains_key(&id)
            && self.latest_of(visitor) == Some(id)
            && let Some(stored) = stored.filter(|stored| *stored != id)
        {
            self.set_latest(visitor, stored);
        }
    }

    pub(in crate::conversation::core) fn add_visitor(
        &mut self,
        row: visitor::ActiveModel,
        id: VisitorId,
    ) {
        if !self.visitors.contains_key(&id) && !self.overlay.visitors.contains_key(&id) {
            let name = crate::visitor::default_name(id);
            self.overlay.visitors.insert(id, name);
            self.overlay.decided.visitors.push(row);
        }
    }

    pub(in crate::conversation::core) fn set_assigned(&mut self, agent: AgentId) {
        let now_ms = self.now_ms();
        self.overlay.last_assigned_at_ms.insert(agent, now_ms);
        self.overlay.decided.assigned.push((agent, now_ms));
    }

    /// What is decided now, besides the state of conversations.
    pub(in crate::conversation::core) fn decide(&mut self) -> &mut Decided {
        &mut self.overlay.decided
    }

    pub(in crate::conversation::core) fn publish(&mut self, event: HubEvent) {
        self.overlay.decided.events.push(event);
    }

    pub(in crate::conversation::core) fn remember(&mut self, entry: LogEntry) {
        self.overlay.sent.insert((entry.conversation, entry.client_id), entry);
    }

    pub(in crate::conversation::core) fn claim(&mut self, id: FileId) {
        self.overlay.claimed.insert(id);
    }

    pub(in crate::conversation::core) fn move_cursor(
        &mut self,
        conversation: ConversationId,
        agent: AgentId,
        seq: Seq,
        visitor_messages: i64,
    ) {
        self.overlay.cursors.insert((conversation, agent), seq);
        self.overlay.decided.cursors.push(read_cursor::ActiveModel {
            conversation_id: Set(conversation),
            agent_id: Set(agent),
            seq: Set(seq),
            visitor_messages: Set(visitor_messages),
        });
    }

    /// Puts a changed conversation back, publishes it, and returns its summary.
    pub(in crate::conversation::core) fn save(&mut self, mut log: Log) -> Result<Summary, Stop> {
        let summary = self.summary(&log)?;
        let appended = std::mem::take(&mut log.appended);
        let is_news = std::mem::take(&mut log.is_news);
        let is_changed = self.look(log.row.id).is_none_or(|before| before.row != log.row);
        if is_changed || is_news || !appended.is_empty() {
            let (visitor, summary) = (log.row.visitor_id, Box::new(summary.clone()));
            self.publish(HubEvent::Appended { entries: appended, visitor, summary });
        }
        self.put_back(log);
        Ok(summary)
    }

    /// Puts a conversation back without publishing it.
    pub(in crate::conversation::core) fn put_back(&mut self, log: Log) {
        self.overlay.conversations.insert(log.row.id, log);
    }
}
