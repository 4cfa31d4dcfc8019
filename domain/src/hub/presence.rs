//! Presence: who is online, from their sockets and, for agents, from their choice.
//!
//! A socket is the lease: the server pings each browser every ten seconds and disconnects a silent one well
//! within thirty (see `protocol::limits::SILENCE_MS`).

use std::collections::{HashMap, HashSet};

use protocol::{AgentId, InboxId, Presence, VisitorId};

use super::Hub;
use super::event::HubEvent;

impl Hub {
    /// An agent's presence: what they chose while they have a socket, else offline.
    #[must_use]
    pub fn presence(&self, agent: AgentId) -> Presence {
        self.with(|index| index.presence(agent))
    }

    /// The agents who have a socket, and their presence.
    #[must_use]
    pub fn agents(&self) -> HashMap<AgentId, Presence> {
        self.with(|index| {
            let connected: HashSet<AgentId> =
                index.agents.values().map(|socket| socket.agent).collect();
            connected.into_iter().map(|id| (id, index.presence(id))).collect()
        })
    }

    /// Whether an agent who may see an inbox is online.
    pub(crate) fn is_anybody_online(&self, inbox: InboxId) -> bool {
        self.with(|index| {
            let mut seeing = index.agents.values().filter(|socket| socket.visibility.covers(inbox));
            seeing.any(|socket| index.presence(socket.agent) == Presence::Online)
        })
    }

    /// Whether a visitor has a socket.
    #[must_use]
    pub fn is_visitor_online(&self, visitor: VisitorId) -> bool {
        self.with(|index| index.visitors.contains_key(&visitor))
    }

    /// Sets an agent's choice from now on.
    pub(crate) fn choose(&self, agent: AgentId, choice: Presence) {
        let before = self.presence(agent);
        self.with(|index| index.choices.insert(agent, choice));
        self.tell_presence(agent, before);
    }

    pub(super) fn tell_presence(&self, agent: AgentId, before: Presence) {
        let presence = self.presence(agent);
        if presence != before {
            self.publish(&HubEvent::AgentPresence { agent, presence });
            self.touch();
        }
    }

    /// Wakes the tasks that wait for [`Hub::moved`].
    pub(super) fn touch(&self) {
        self.moved.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Changes whenever presence or a queue does, so that what is derived from them can be published again.
    #[must_use]
    pub fn moved(&self) -> tokio::sync::watch::Receiver<u64> {
        self.moved.subscribe()
    }
}

impl super::Index {
    fn presence(&self, agent: AgentId) -> Presence {
        if self.agents.values().any(|socket| socket.agent == agent) {
            self.choices.get(&agent).copied().unwrap_or(Presence::Online)
        } else {
            Presence::Offline
        }
    }
}
