//! The desk: what is known about conversations, and what was decided about them.

mod change;
mod decided;
mod known;
mod look;
mod staff;
mod summary;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use protocol::{AgentId, ClientId, ConversationId, FileId, Presence, Seq, UnixMillis, VisitorId};

use super::log::Log;
use crate::ambient::Ambient;
use crate::conversation::LogEntry;
use crate::directory::Directory;
use crate::table::{conversation, file};

pub(crate) use decided::{Decided, Labelled};
pub(crate) use staff::{Queued, Staff};

/// What one decision changes. It is merged into the desk, or forgotten.
#[derive(Default)]
struct Overlay {
    conversations: BTreeMap<ConversationId, Log>,
    latest: HashMap<VisitorId, ConversationId>,
    visitors: HashMap<VisitorId, String>,
    sent: HashMap<(ConversationId, ClientId), LogEntry>,
    cursors: HashMap<(ConversationId, AgentId), Seq>,
    last_assigned_at_ms: HashMap<AgentId, UnixMillis>,
    claimed: HashSet<FileId>,
    decided: Decided,
}

/// What is known, and what was decided.
pub(crate) struct Desk<'a> {
    pub(in crate::conversation::core) ambient: &'a Ambient,
    pub(in crate::conversation::core) directory: Arc<Directory>,
    pub(in crate::conversation::core) presence: HashMap<AgentId, Presence>,
    /// The conversations as they are in the store.
    before: HashMap<ConversationId, conversation::Model>,
    conversations: BTreeMap<ConversationId, Log>,
    /// The conversations that were looked for and are not in the store.
    missing: HashSet<ConversationId>,
    /// The latest conversations of visitors, as they are in the store.
    stored_latest: HashMap<VisitorId, Option<ConversationId>>,
    latest: HashMap<VisitorId, Option<ConversationId>>,
    all_of: HashMap<VisitorId, Vec<ConversationId>>,
    /// The names to show.
    visitors: HashMap<VisitorId, String>,
    sent: HashMap<(ConversationId, ClientId), LogEntry>,
    files: HashMap<FileId, file::Model>,
    cursors: HashMap<(ConversationId, AgentId), Seq>,
    /// Whether the visitor wrote after a position, in the store.
    written: HashMap<(ConversationId, Seq), bool>,
    /// How many messages the visitor sent after a position, in the store.
    messages: HashMap<(ConversationId, Seq), i64>,
    staff: Option<Staff>,
    queue: Option<Vec<Queued>>,
    decided: Decided,
    overlay: Overlay,
}

impl<'a> Desk<'a> {
    pub(crate) fn new(
        ambient: &'a Ambient,
        directory: Arc<Directory>,
        presence: HashMap<AgentId, Presence>,
    ) -> Self {
        Self {
            ambient,
            directory,
            presence,
            before: HashMap::new(),
            conversations: BTreeMap::new(),
            missing: HashSet::new(),
            stored_latest: HashMap::new(),
            latest: HashMap::new(),
            all_of: HashMap::new(),
            visitors: HashMap::new(),
            sent: HashMap::new(),
            files: HashMap::new(),
            cursors: HashMap::new(),
            written: HashMap::new(),
            messages: HashMap::new(),
            staff: None,
            queue: None,
            decided: Decided::default(),
            overlay: Overlay::default(),
        }
    }
}

impl Desk<'_> {
    /// The visitor's unresolved conversation, else their latest, among those on the desk.
    pub(crate) fn latest_of(&self, visitor: VisitorId) -> Option<ConversationId> {
        self.overlay
            .latest
            .get(&visitor)
            .copied()
            .or_else(|| self.latest.get(&visitor).copied().flatten())
    }

    /// Keeps what was decided since the last call.
    pub(crate) fn accept(&mut self) {
        let Overlay {
            conversations,
            latest,
            visitors,
            sent,
            cursors,
            last_assigned_at_ms,
            claimed,
            decided,
        } = std::mem::take(&mut self.overlay);
        self.conversations.extend(conversations);
        self.latest.extend(latest.into_iter().map(|(visitor, id)| (visitor, Some(id))));
        self.visitors.extend(visitors);
        self.sent.extend(sent);
        self.cursors.extend(cursors);
        if let Some(staff) = &mut self.staff {
            staff.last_assigned_at_ms.extend(last_assigned_at_ms);
        }
        for id in claimed {
            self.files.remove(&id);
        }
        self.decided.append(decided);
    }

    /// Forgets what was decided since the last call.
    pub(crate) fn refuse(&mut self) {
        self.overlay = Overlay::default();
    }

    /// What is to be written: each conversation that differs, as it was in the store and as it is now, and
    /// everything else.
    pub(crate) fn finish(
        mut self,
    ) -> (Vec<(Option<conversation::Model>, conversation::Model)>, Decided) {
        let mut changed = Vec::new();
        for (id, log) in self.conversations {
            let before = self.before.remove(&id);
            if before.as_ref() != Some(&log.row) {
                changed.push((before, log.row));
            }
        }
        (changed, self.decided)
    }

    /// The conversations that made room for one of the queue since the last call.
    pub(crate) fn take_made_room(&mut self) -> Vec<ConversationId> {
        std::mem::take(&mut self.decided.made_room)
    }
}
