//! What routing has to know.

use std::collections::HashMap;

use protocol::{AgentId, ConversationId, InboxId, LabelId, TeamId, UnixMillis};

/// The agents who are online and on the team, as they were when they were locked.
#[derive(Debug, Default)]
pub(crate) struct Staff {
    /// When each of them last got a conversation.
    pub(crate) last_assigned_at_ms: HashMap<AgentId, UnixMillis>,
    /// How many conversations that want attention each of them has in the store.
    pub(crate) loads: HashMap<AgentId, i64>,
    /// When the last conversation of the queue joined it.
    pub(crate) last_queued_at_ms: Option<UnixMillis>,
}

/// A conversation that waits for an agent, as it is in the store.
#[derive(Clone, Debug)]
pub(crate) struct Queued {
    pub(crate) id: ConversationId,
    /// When it joined the queue.
    pub(crate) at_ms: UnixMillis,
    pub(crate) inbox: InboxId,
    pub(crate) team: Option<TeamId>,
    pub(crate) labels: Vec<LabelId>,
}
