//! The hub: which sockets listen to what, and therefore who is online.
//!
//! It holds a bounded queue for each socket and shares one encoded frame among all sockets that get it. If a
//! frame does not fit into a queue, that socket is closed, and its client reconnects and resumes from the
//! log. Publishing never blocks.

mod event;
mod presence;
mod send_queue;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{AgentId, ConversationId, InboxId, Presence, VisitorId};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::agent::{Agent, Visibility};
use crate::visitor::VisitorIdentity;

pub(crate) use event::HubEvent;
use send_queue::SendQueue;
pub use send_queue::{Frame, QUEUE_BYTES, QUEUE_FRAMES, QueuedFrames};

/// A visitor's socket.
struct OfVisitor {
    inbox: InboxId,
    /// The conversation it shows; `None` before that was set, or if there is none.
    conversation: Option<ConversationId>,
    queue: SendQueue,
}

/// An agent's socket.
struct OfAgent {
    agent: AgentId,
    visibility: Visibility,
    queue: SendQueue,
    /// Its login is being checked again. It gets nothing until it reconnects.
    is_asked: bool,
}

#[derive(Default)]
struct Index {
    visitors: HashMap<VisitorId, HashMap<u64, OfVisitor>>,
    agents: HashMap<u64, OfAgent>,
    watchers: HashMap<ConversationId, HashSet<u64>>,
    /// The visitors of the watched conversations.
    watched: HashMap<ConversationId, VisitorId>,
    /// The presence that agents chose while they have a socket; online if none is set.
    choices: HashMap<AgentId, Presence>,
}

/// Which sockets listen to what. Clones share one index.
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

/// The moment at which something was on disk: sockets that started to listen after it have read it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen(u64);

impl Seen {
    /// For something that no socket has read.
    pub(crate) const fn none() -> Self {
        Self(u64::MAX)
    }

    /// Whether a socket started to listen after it.
    fn by(self, socket: u64) -> bool {
        socket >= self.0
    }
}

/// A socket's place in the hub. Dropping it removes the socket from the hub.
pub struct Listener {
    hub: Hub,
    id: u64,
    of: Of,
    queue: SendQueue,
    frames: Option<QueuedFrames>,
}

#[derive(Clone, Copy)]
enum Of {
    Visitor(VisitorId),
    Agent(AgentId),
}

impl Hub {
    /// Starts to listen for a visitor.
    #[must_use]
    pub fn listen_visitor(&self, who: &VisitorIdentity) -> Listener {
        let (listener, queue) = self.listener(Of::Visitor(who.visitor));
        let socket = OfVisitor { inbox: who.inbox, conversation: None, queue };
        let first = self.with(|index| {
            let sockets = index.visitors.entry(who.visitor).or_default();
            sockets.insert(listener.id, socket);
            sockets.len() == 1
        });
        if first {
            self.publish(&HubEvent::VisitorPresence { visitor: who.visitor, online: true });
        }
        listener
    }

    /// Starts to listen for an agent: to every change of the list that they may see, and to the entries of
    /// watched conversations.
    #[must_use]
    pub fn listen_agent(&self, agent: &Agent) -> Listener {
        let before = self.presence(agent.id);
        let (listener, queue) = self.listener(Of::Agent(agent.id));
        let visibility = agent.visibility.clone();
        let socket = OfAgent { agent: agent.id, visibility, queue, is_asked: false };
        self.with(|index| {
            // A choice made since `agent` was read takes precedence.
            index.choices.entry(agent.id).or_insert(agent.presence);
            index.agents.insert(listener.id, socket);
        });
        self.tell_presence(agent.id, before);
        listener
    }

    /// Makes an agent's sockets check their login again, because it has ended or the agent's visibility has
    /// changed. They get nothing from now on, and reconnect if they are still allowed to.
    pub(crate) fn disconnect_agent(&self, agent: AgentId) {
        self.with(|index| {
            for socket in index.agents.values_mut().filter(|socket| socket.agent == agent) {
                socket.is_asked = true;
                socket.queue.ask();
            }
        });
    }

    /// Closes a visitor's sockets, except for one, so that they reconnect: their tokens may no longer be
    /// valid.
    pub(crate) fn disconnect_visitor(&self, visitor: VisitorId, except: Option<&Listener>) {
        let except = except.map(|listener| listener.id);
        self.with(|index| {
            for (id, socket) in index.visitors.get(&visitor).into_iter().flatten() {
                if Some(*id) != except {
                    socket.queue.disconnect();
                }
            }
        });
    }

    /// The current moment, for what was just written.
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

    fn listener(&self, of: Of) -> (Listener, SendQueue) {
        let (queue, frames) = SendQueue::new();
        let id = self.next.fetch_add(1, Ordering::Relaxed);
        (Listener { hub: self.clone(), id, of, queue: queue.clone(), frames: Some(frames) }, queue)
    }

    fn with<R>(&self, act: impl FnOnce(&mut Index) -> R) -> R {
        // Nothing in here panics halfway, so a poisoned index is still consistent.
        act(&mut self.index.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Listener {
    /// Takes the queue's receiving end, for the task that writes to the socket.
    ///
    /// # Panics
    /// If it was already taken.
    #[must_use]
    pub fn take_frames(&mut self) -> QueuedFrames {
        self.frames.take().expect("a socket has one writer")
    }

    /// Queues a frame for this socket only.
    pub fn send(&self, frame: impl Into<Frame>) {
        self.queue.send(&frame.into());
    }

    /// Waits until the queue has room for an answer. Safe to cancel.
    pub async fn room(&self) {
        self.queue.room().await;
    }

    /// Canceled once a frame did not fit, or the client has to reconnect: the socket must close and resume
    /// later.
    #[must_use]
    pub fn too_slow(&self) -> CancellationToken {
        self.queue.too_slow().clone()
    }

    /// Canceled once the socket's login must be checked again and the socket closed.
    #[must_use]
    pub fn asked(&self) -> CancellationToken {
        self.queue.asked().clone()
    }

    /// Sets which conversation a visitor's socket shows. It gets nothing from others. Once one of them takes
    /// its place, the socket has to reconnect.
    pub fn shows(&self, conversation: Option<ConversationId>) {
        let Of::Visitor(visitor) = self.of else { return };
        self.hub.with(|index| {
            let sockets = index.visitors.get_mut(&visitor);
            if let Some(socket) = sockets.and_then(|sockets| sockets.get_mut(&self.id)) {
                socket.conversation = conversation;
            }
        });
    }

    /// Starts to listen to the conversation's entries. Read earlier ones from the log afterward: in this
    /// order none falls in between.
    pub fn watch(&self, conversation: ConversationId) {
        self.hub.with(|index| {
            index.watchers.entry(conversation).or_default().insert(self.id);
        });
    }

    /// Sets the visitor of a watched conversation, to listen to their presence. Returns whether they are
    /// online now.
    #[must_use]
    pub fn watch_visitor(&self, conversation: ConversationId, visitor: VisitorId) -> bool {
        self.hub.with(|index| index.watched.insert(conversation, visitor));
        self.hub.is_visitor_online(visitor)
    }

    /// Stops listening to the conversation's entries.
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
                    self.hub.publish(&HubEvent::VisitorPresence { visitor, online: false });
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
