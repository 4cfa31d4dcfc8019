//! Puts on the desk what the store says.

use std::sync::Arc;

use protocol::{AgentId, ConversationId, LabelId, Presence, Seq, VisitorId};

use super::{Desk, Queued, Staff};
use crate::conversation::LogEntry;
use crate::conversation::core::log::{Log, OpenMail};
use crate::directory::Directory;
use crate::table::{conversation, file};

impl Desk<'_> {
    pub(crate) fn set_directory(&mut self, directory: Arc<Directory>) {
        self.directory = directory;
    }

    pub(crate) fn has(&self, id: ConversationId) -> bool {
        self.conversations.contains_key(&id)
    }

    /// The agents who are online.
    pub(crate) fn online(&self) -> Vec<AgentId> {
        let online = self.presence.iter().filter(|(_, presence)| **presence == Presence::Online);
        online.map(|(id, _)| *id).collect()
    }

    pub(crate) fn put_missing(&mut self, id: ConversationId) {
        self.missing.insert(id);
    }

    pub(crate) fn knows_latest(&self, visitor: VisitorId) -> bool {
        self.latest.contains_key(&visitor)
    }

    pub(crate) fn put(&mut self, row: conversation::Model, labels: Vec<LabelId>, mail: OpenMail) {
        let id = row.id;
        self.before.insert(id, row.clone());
        self.conversations.insert(id, Log::of(row, labels, mail));
    }

    pub(crate) fn put_latest(&mut self, visitor: VisitorId, id: Option<ConversationId>) {
        self.stored_latest.entry(visitor).or_insert(id);
        self.latest.entry(visitor).or_insert(id);
    }

    pub(crate) fn put_all_of(&mut self, visitor: VisitorId, ids: Vec<ConversationId>) {
        self.all_of.insert(visitor, ids);
    }

    pub(crate) fn put_visitor(&mut self, id: VisitorId, name: String) {
        self.visitors.entry(id).or_insert(name);
    }

    pub(crate) fn put_sent(&mut self, entry: LogEntry) {
        self.sent.insert((entry.conversation, entry.client_id), entry);
    }

    pub(crate) fn put_file(&mut self, row: file::Model) {
        self.files.insert(row.id, row);
    }

    pub(crate) fn put_cursor(&mut self, conversation: ConversationId, agent: AgentId, seq: Seq) {
        self.cursors.insert((conversation, agent), seq);
    }

    pub(crate) fn put_written(&mut self, id: ConversationId, seq: Seq, has_written: bool) {
        self.written.insert((id, seq), has_written);
    }

    pub(crate) fn put_messages(&mut self, id: ConversationId, seq: Seq, messages: i64) {
        self.messages.insert((id, seq), messages);
    }

    pub(crate) fn put_staff(&mut self, staff: Staff) {
        self.staff = Some(staff);
    }

    pub(crate) fn put_queue(&mut self, queue: Vec<Queued>) {
        self.queue = Some(queue);
    }
}
