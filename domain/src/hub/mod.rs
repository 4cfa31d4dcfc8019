//! The hub: which sockets want to hear of what, and so who is there.
//!
//! It holds a bounded queue for each socket and shares one encoded frame among all that get it.
//! What does not fit into a queue is not waited for: that socket is told to close and comes back
//! to resume from the log. Publishing never blocks.

mod line;
mod news;
mod presence;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{AgentId, ConversationId, InboxId, Presence, VisitorId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::agent::{Agent, Sight};
use crate::visitor::VisitorIdentity;

use line::Line;
pub use line::{Frame, Frames, QUEUE_BYTES, QUEUE_FRAMES};
pub(crate) use news::News;

/// A visitor's socket.
struct OfVisitor {
    inbox: InboxId,
    /// The one it shows; none before it was told, or if there is none.
    conversation: Option<ConversationId>,
    line: Line,
}

/// An agent's socket.
struct OfAgent {
    agent: AgentId,
    sight: Sight,
    line: Line,
    /// It is being asked who it is, and hears nothing until it comes back.
    is_asked: bool,
}

#[derive(Default)]
struct Index {
    visitors: HashMap<VisitorId, HashMap<u64, OfVisitor>>,
    agents: HashMap<u64, OfAgent>,
    watchers: HashMap<ConversationId, HashSet<u64>>,
    /// Whose the watched conversations are.
    watched: HashMap<ConversationId, VisitorId>,
    /// What agents chose to be while they have a socket; online, where nothing is said.
    choices: HashMap<AgentId, Presence>,
}

/// Which sockets want to hear of what. Clones share one index.
#[derive(Clone)]
pub struct Hub {
    index: Arc<Mutex<Index>>,
    next: Arc<AtomicU64>,
    moved: Arc<watch::Sender<u64>>,
}

impl Default for Hub {
    fn default() -> Self {
        let moved = Arc::new(watch::Sender::new(0));
        Self { index: Arc::default(), next: Arc::default(), moved }
    }
}

/// Since when something is on disk: sockets that came to listen after that have read it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen(u64);

impl Seen {
    /// What no socket has read.
    pub(crate) const fn none() -> Self {
        Self(u64::MAX)
    }

    /// Whether a socket came after it.
    fn by(self, socket: u64) -> bool {
        socket >= self.0
    }
}

/// What a socket listens with. Dropping it takes the socket out of the hub.
pub struct Listener {
    hub: Hub,
    id: u64,
    of: Of,
    line: Line,
    frames: Option<Frames>,
}

#[derive(Clone, Copy)]
enum Of {
    Visitor(VisitorId),
    Agent(AgentId),
}

impl Hub {
    /// Listens for a visitor.
    #[must_use]
    pub fn listen_visitor(&self, who: &VisitorIdentity) -> Listener {
        let (listener, line) = self.listener(Of::Visitor(who.visitor));
        let socket = OfVisitor { inbox: who.inbox, conversation: None, line };
        let first = self.with(|index| {
            let sockets = index.visitors.entry(who.visitor).or_default();
            sockets.insert(listener.id, socket);
            sockets.len() == 1
        });
        if first {
            self.publish(&News::VisitorPresence { visitor: who.visitor, online: true });
        }
        listener
    }

    /// Listens for an agent: every change of the list that they may see, and entries of the watched
    /// conversations.
    #[must_use]
    pub fn listen_agent(&self, agent: &Agent) -> Listener {
        let before = self.presence(agent.id);
        let (listener, line) = self.listener(Of::Agent(agent.id));
        let sight = agent.sight.clone();
        let socket = OfAgent { agent: agent.id, sight, line, is_asked: false };
        self.with(|index| {
            // What they chose since they were read counts for more.
            index.choices.entry(agent.id).or_insert(agent.presence);
            index.agents.insert(listener.id, socket);
        });
        self.tell_presence(agent.id, before);
        listener
    }

    /// Has an agent's sockets asked who they are: what they may see has changed, or that they are logged in. They
    /// hear nothing more from now on; those that may come back.
    pub(crate) fn let_go_agent(&self, agent: AgentId) {
        self.with(|index| {
            for socket in index.agents.values_mut().filter(|socket| socket.agent == agent) {
                socket.is_asked = true;
                socket.line.ask();
            }
        });
    }

    /// Has a visitor's sockets close and come back, but for one: what was given out to them may open nothing
    /// any more.
    pub(crate) fn let_go_visitor(&self, visitor: VisitorId, except: Option<&Listener>) {
        let except = except.map(|listener| listener.id);
        self.with(|index| {
            for (id, socket) in index.visitors.get(&visitor).into_iter().flatten() {
                if Some(*id) != except {
                    socket.line.let_go();
                }
            }
        });
    }

    /// Now, for what was just written.
    pub(crate) fn now(&self) -> Seen {
        Seen(self.next.load(Ordering::Relaxed))
    }

    /// How many sockets listen in this process.
    #[must_use]
    pub fn listeners(&self) -> usize {
        self.with(|index| {
            index.agents.len() + index.visitors.values().map(HashMap::len).sum::<usize>()
        })
    }

    fn listener(&self, of: Of) -> (Listener, Line) {
        let (line, frames) = Line::new();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        (Listener { hub: self.clone(), id, of, line: line.clone(), frames: Some(frames) }, line)
    }

    fn with<R>(&self, act: impl FnOnce(&mut Index) -> R) -> R {
        // Nothing in here panics half-way, so a poisoned index is still whole.
        act(&mut self.index.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Listener {
    /// Takes the queue's far end, for the task that writes to the socket.
    ///
    /// # Panics
    /// If it was taken before.
    #[must_use]
    pub fn take_frames(&mut self) -> Frames {
        self.frames.take().expect("a socket has one writer")
    }

    /// Queues a frame for this socket alone.
    pub fn send(&self, frame: impl Into<Frame>) {
        self.line.send(&frame.into());
    }

    /// Waits until the queue has room for an answer. Safe to cancel.
    pub async fn room(&self) {
        self.line.room().await;
    }

    /// Cancelled once a frame did not fit: the socket must close and resume later.
    #[must_use]
    pub fn too_slow(&self) -> CancellationToken {
        self.line.too_slow().clone()
    }

    /// Cancelled once the socket must be asked who it is, and close.
    #[must_use]
    pub fn asked(&self) -> CancellationToken {
        self.line.asked().clone()
    }

    /// Says which conversation a visitor's socket shows: of others it hears nothing, until one of them
    /// goes on in its place. Then it has to come back.
    pub fn shows(&self, conversation: Option<ConversationId>) {
        let Of::Visitor(visitor) = self.of else { return };
        self.hub.with(|index| {
            let sockets = index.visitors.get_mut(&visitor);
            if let Some(socket) = sockets.and_then(|sockets| sockets.get_mut(&self.id)) {
                socket.conversation = conversation;
            }
        });
    }

    /// From now on, hear of the conversation's entries. What was before must be read from the log
    /// afterwards: in this order nothing falls between.
    pub fn watch(&self, conversation: ConversationId) {
        self.hub.with(|index| {
            index.watchers.entry(conversation).or_default().insert(self.id);
        });
    }

    /// Says whose a watched conversation is, to hear whether they are there; says whether they are now.
    #[must_use]
    pub fn watch_visitor(&self, conversation: ConversationId, visitor: VisitorId) -> bool {
        self.hub.with(|index| index.watched.insert(conversation, visitor));
        self.hub.is_visitor_online(visitor)
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
                self.watched.remove(&conversation);
            }
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        match self.of {
            Of::Visitor(visitor) => {
                let last = self.hub.with(|index| {
                    let Some(sockets) = index.visitors.get_mut(&visitor) else { return false };
                    sockets.remove(&self.id);
                    let last = sockets.is_empty();
                    if last {
                        index.visitors.remove(&visitor);
                    }
                    last
                });
                if last {
                    self.hub.publish(&News::VisitorPresence { visitor, online: false });
                }
            }
            Of::Agent(agent) => {
                let before = self.hub.presence(agent);
                self.hub.with(|index| {
                    index.agents.remove(&self.id);
                    let Index { watchers, watched, .. } = index;
                    watchers.retain(|conversation, sockets| {
                        sockets.remove(&self.id);
                        if sockets.is_empty() {
                            watched.remove(conversation);
                        }
                        !sockets.is_empty()
                    });
                });
                self.hub.tell_presence(agent, before);
            }
        }
    }
}
