//! The hub: which sockets want to hear of what.
//!
//! It holds a bounded queue for each socket and shares one encoded frame among all that get it.
//! What does not fit into a queue is not waited for: that socket is told to close and comes back
//! to resume from the log. Publishing never blocks.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use protocol::json::to_string;
use protocol::{AgentId, ConversationId, Reader, Seq, Summary, ToAgent, ToVisitor, VisitorId};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::conversation::{Audience, LogEntry};

/// The most frames that wait for one socket: more than one batch of the writer brings to anybody.
pub const QUEUE_FRAMES: usize = 512;

/// A frame, encoded once and shared by all sockets that send it. Always UTF-8.
pub type Frame = Bytes;

/// Something that happened, already on disk.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// A conversation's log grew.
    Appended {
        /// The entry.
        entry: LogEntry,
        /// The conversation's visitor.
        visitor: VisitorId,
        /// The conversation's line in the list.
        summary: Box<Summary>,
    },
    /// The visitor read.
    VisitorRead {
        /// Where.
        conversation: ConversationId,
        /// Who.
        visitor: VisitorId,
        /// How far.
        seq: Seq,
    },
    /// An agent read.
    AgentRead {
        /// Where.
        conversation: ConversationId,
        /// The conversation's visitor.
        visitor: VisitorId,
        /// Who.
        agent: AgentId,
        /// How far.
        seq: Seq,
        /// How many of the visitor's messages that covers.
        visitor_messages: u64,
        /// Whether the team as a whole got further by it.
        team_moved: bool,
    },
}

/// Where frames for one socket go.
#[derive(Clone)]
struct Line {
    frames: mpsc::Sender<Frame>,
    too_slow: CancellationToken,
}

impl Line {
    fn send(&self, frame: &Frame) {
        if self.frames.try_send(frame.clone()).is_err() {
            self.too_slow.cancel();
        }
    }
}

#[derive(Default)]
struct Index {
    visitors: HashMap<VisitorId, HashMap<u64, Line>>,
    agents: HashMap<u64, (AgentId, Line)>,
    watchers: HashMap<ConversationId, HashSet<u64>>,
}

/// Which sockets want to hear of what. Clones share one index.
#[derive(Clone, Default)]
pub struct Hub {
    index: Arc<Mutex<Index>>,
    next: Arc<AtomicU64>,
}

/// What a socket listens with. Dropping it takes the socket out of the hub.
pub struct Listener {
    hub: Hub,
    id: u64,
    of: Of,
    line: Line,
    frames: Option<mpsc::Receiver<Frame>>,
}

#[derive(Clone, Copy)]
enum Of {
    Visitor(VisitorId),
    Agent,
}

impl Hub {
    /// Listens for a visitor.
    #[must_use]
    pub fn listen_visitor(&self, visitor: VisitorId) -> Listener {
        let (listener, line) = self.listener(Of::Visitor(visitor));
        self.with(|index| {
            index.visitors.entry(visitor).or_default().insert(listener.id, line);
        });
        listener
    }

    /// Listens for an agent: every change of the list, and entries of the watched conversations.
    #[must_use]
    pub fn listen_agent(&self, agent: AgentId) -> Listener {
        let (listener, line) = self.listener(Of::Agent);
        self.with(|index| {
            index.agents.insert(listener.id, (agent, line));
        });
        listener
    }

    /// How many sockets listen in this process.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.with(|index| {
            index.agents.len() + index.visitors.values().map(HashMap::len).sum::<usize>()
        })
    }

    fn listener(&self, of: Of) -> (Listener, Line) {
        let (sender, frames) = mpsc::channel(QUEUE_FRAMES);
        let line = Line { frames: sender, too_slow: CancellationToken::new() };
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        (Listener { hub: self.clone(), id, of, line: line.clone(), frames: Some(frames) }, line)
    }

    fn with<R>(&self, act: impl FnOnce(&mut Index) -> R) -> R {
        // Nothing in here panics half-way, so a poisoned index is still whole.
        act(&mut self.index.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells all who may and want to know.
    pub(crate) fn publish(&self, news: &News) {
        match news {
            News::Appended { entry, visitor, summary } => {
                if let Some(entry) = entry.seen_by(Audience::Visitor) {
                    self.to_visitor(*visitor, &ToVisitor::Entry { entry });
                }
                if let Some(seen) = entry.seen_by(Audience::Team) {
                    let conversation = entry.conversation;
                    self.to_watchers(conversation, &ToAgent::Entry { conversation, entry: seen });
                }
                self.to_agents(
                    |_| true,
                    &ToAgent::Conversation { summary: Summary::clone(summary) },
                );
            }
            News::VisitorRead { conversation, visitor, seq } => {
                let by = Reader::Visitor {};
                self.to_visitor(*visitor, &ToVisitor::Read { by: by.clone(), seq: *seq });
                let conversation = *conversation;
                let read = ToAgent::Read { conversation, by, seq: *seq, visitor_messages: 0 };
                self.to_watchers(conversation, &read);
            }
            News::AgentRead { conversation, visitor, agent, seq, visitor_messages, team_moved } => {
                let by = Reader::Team {};
                if *team_moved {
                    self.to_visitor(*visitor, &ToVisitor::Read { by: by.clone(), seq: *seq });
                }
                let (conversation, seq) = (*conversation, *seq);
                let visitor_messages = *visitor_messages;
                let read = ToAgent::Read { conversation, by, seq, visitor_messages };
                self.to_agents(|id| id == *agent, &read);
            }
        }
    }

    fn to_visitor(&self, visitor: VisitorId, frame: &ToVisitor) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            for line in index.visitors.get(&visitor).into_iter().flat_map(HashMap::values) {
                line.send(&frame);
            }
        });
    }

    fn to_agents(&self, wanted: impl Fn(AgentId) -> bool, frame: &ToAgent) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            for (_, line) in index.agents.values().filter(|(agent, _)| wanted(*agent)) {
                line.send(&frame);
            }
        });
    }

    fn to_watchers(&self, conversation: ConversationId, frame: &ToAgent) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            let watchers = index.watchers.get(&conversation).into_iter().flatten();
            for (_, line) in watchers.filter_map(|id| index.agents.get(id)) {
                line.send(&frame);
            }
        });
    }
}

impl Listener {
    /// Takes the queue's far end, for the task that writes to the socket.
    ///
    /// # Panics
    /// If it was taken before.
    #[must_use]
    pub fn take_frames(&mut self) -> mpsc::Receiver<Frame> {
        self.frames.take().expect("a socket has one writer")
    }

    /// Queues a frame for this socket alone.
    pub fn send(&self, frame: impl Into<Frame>) {
        self.line.send(&frame.into());
    }

    /// Cancelled once a frame did not fit: the socket must close and resume later.
    #[must_use]
    pub fn too_slow(&self) -> CancellationToken {
        self.line.too_slow.clone()
    }

    /// From now on, hear of the conversation's entries. What was before must be read from the log
    /// afterwards: in this order nothing falls between.
    pub fn watch(&self, conversation: ConversationId) {
        self.hub.with(|index| {
            index.watchers.entry(conversation).or_default().insert(self.id);
        });
    }

    /// Hear no more of the conversation's entries.
    pub fn unwatch(&self, conversation: ConversationId) {
        self.hub.with(|index| index.unwatch(conversation, self.id));
    }
}

impl Index {
    fn unwatch(&mut self, conversation: ConversationId, id: u64) {
        if let Some(watchers) = self.watchers.get_mut(&conversation) {
            watchers.remove(&id);
            if watchers.is_empty() {
                self.watchers.remove(&conversation);
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.hub.with(|index| match self.of {
            Of::Visitor(visitor) => {
                if let Some(lines) = index.visitors.get_mut(&visitor) {
                    lines.remove(&self.id);
                    if lines.is_empty() {
                        index.visitors.remove(&visitor);
                    }
                }
            }
            Of::Agent => {
                index.agents.remove(&self.id);
                index.watchers.retain(|_, watchers| {
                    watchers.remove(&self.id);
                    !watchers.is_empty()
                });
            }
        });
    }
}
