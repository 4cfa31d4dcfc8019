//! What was decided besides the state of conversations.

use protocol::{AgentId, ConversationId, Files, LabelId, Seq, UnixMillis};

use crate::hub::HubEvent;
use crate::table::{entry, mail, read_cursor, visitor};

/// What happened to a label of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Labelled {
    On,
    Off,
}

/// What was decided besides the state of conversations, in order.
#[derive(Default)]
pub(crate) struct Decided {
    pub(crate) visitors: Vec<visitor::ActiveModel>,
    pub(crate) entries: Vec<entry::ActiveModel>,
    /// The labels that were put on conversations or taken off.
    pub(crate) labels: Vec<(ConversationId, LabelId, Labelled)>,
    pub(crate) attached: Vec<(Files, ConversationId, Seq)>,
    pub(crate) mails: Vec<mail::ActiveModel>,
    pub(crate) cursors: Vec<read_cursor::ActiveModel>,
    /// The agents who got a conversation, and when.
    pub(crate) assigned: Vec<(AgentId, UnixMillis)>,
    pub(crate) events: Vec<HubEvent>,
    /// The conversations that made room for one of the queue.
    pub(crate) made_room: Vec<ConversationId>,
}

impl Decided {
    pub(super) fn append(&mut self, mut later: Self) {
        self.visitors.append(&mut later.visitors);
        self.entries.append(&mut later.entries);
        self.labels.append(&mut later.labels);
        self.attached.append(&mut later.attached);
        self.mails.append(&mut later.mails);
        self.cursors.append(&mut later.cursors);
        self.assigned.append(&mut later.assigned);
        self.events.append(&mut later.events);
        self.made_room.append(&mut later.made_room);
    }
}
