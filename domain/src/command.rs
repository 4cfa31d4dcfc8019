//! Commands: changes that the writer makes.

use std::future::Future;

use protocol::{ConversationId, VisitorId};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::ambient::Ambient;
use crate::directory::Directories;
use crate::error::Result;
use crate::hub::{Hub, HubEvent};
use crate::search::Unindexed;

/// Which of the writer's tasks a command goes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Shard(pub(crate) u8);

impl Shard {
    /// For commands that belong to no conversation.
    pub(crate) const ANY: Self = Self(0);

    /// For a visitor or their conversation: a conversation's id ends with its visitor's last byte (see
    /// [`conversation_id`]), so that both go to the same task.
    pub(crate) fn of(id: impl Into<Uuid>) -> Self {
        Self(id.into().as_bytes()[15])
    }
}

/// A new conversation's id, which ends with the last byte of its visitor's id.
pub(crate) fn conversation_id(new: Uuid, visitor: VisitorId) -> ConversationId {
    let mut bytes = new.into_bytes();
    bytes[15] = visitor.0.as_bytes()[15];
    ConversationId(Uuid::from_bytes(bytes))
}

/// A change that reads and writes by itself.
pub(crate) trait Command: Send + Sync + 'static {
    /// What the caller gets once the change is on disk.
    type Output: Send + Sync + 'static;

    /// Whether it changes the directory: inboxes, agents, teams or labels.
    const CHANGES_DIRECTORY: bool = false;

    /// Which task makes the change.
    fn shard(&self) -> Shard;

    /// Makes the change. On an error it is rolled back, and the rest of the batch continues. It may be called
    /// again, in another transaction, after a conflict with another writer.
    fn apply(&self, write: &mut Write<'_>) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// What a command works with.
pub(crate) struct Write<'a> {
    pub(crate) tx: &'a DatabaseTransaction,
    pub(crate) ambient: &'a Ambient,
    /// Tells who is online.
    pub(crate) hub: &'a Hub,
    pub(crate) directories: &'a Directories,
    /// Whether the search index lacks messages.
    pub(crate) unindexed: &'a Unindexed,
    /// The events to publish once the change is on disk.
    pub(crate) news: Vec<HubEvent>,
}

impl Write<'_> {
    /// Publishes an event once the change is on disk.
    pub(crate) fn publish(&mut self, news: HubEvent) {
        self.news.push(news);
    }
}
