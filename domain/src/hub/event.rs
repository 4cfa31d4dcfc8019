//! Hub events, and which sockets they are sent to.

use protocol::json::to_string;
use protocol::{
    AgentId, Author, Availability, ConversationId, InboxId, Person, Presence, Reader, Seq, Status,
    Summary, Teammate, ToAgent, ToVisitor, VisitorId,
};

use super::{Frame, Hub, OfAgent, Seen};
use crate::conversation::{Audience, LogEntry};

/// A hub event. What is part of a log is already on disk.
#[derive(Clone, Debug)]
pub(crate) enum HubEvent {
    /// A conversation changed.
    Appended {
        /// The entries appended to its log, oldest first. May be empty.
        entries: Vec<LogEntry>,
        /// The conversation's visitor.
        visitor: VisitorId,
        /// The conversation's new summary.
        summary: Box<Summary>,
    },
    /// The visitor read up to a position.
    VisitorRead {
        /// The conversation.
        conversation: ConversationId,
        /// The visitor.
        visitor: VisitorId,
        /// The last position they read.
        seq: Seq,
    },
    /// An agent read up to a position.
    AgentRead {
        /// The conversation.
        conversation: ConversationId,
        /// The conversation's visitor.
        visitor: VisitorId,
        /// The agent.
        agent: AgentId,
        /// The last position they read.
        seq: Seq,
        /// How many of the visitor's messages they have read.
        visitor_messages: u64,
        /// Whether this moves the team's read position.
        team_moved: bool,
    },
    /// The visitor is writing.
    VisitorTypes {
        /// The conversation.
        conversation: ConversationId,
    },
    /// An agent is writing to the visitor.
    AgentTypes {
        /// The conversation.
        conversation: ConversationId,
        /// The conversation's visitor.
        visitor: VisitorId,
        /// The agent.
        agent: Person,
    },
    /// A visitor's conversations or tokens changed, so their sockets have to reconnect.
    Moved {
        /// The visitor.
        visitor: VisitorId,
    },
    /// A conversation was erased.
    Erased {
        /// Its inbox.
        inbox: InboxId,
        /// The conversation.
        conversation: ConversationId,
        /// Its visitor.
        visitor: VisitorId,
    },
    /// An agent joined or left the team.
    Team {
        /// The team as it is now, by name.
        team: Vec<Teammate>,
    },
    /// An agent's presence changed.
    AgentPresence {
        /// The agent.
        agent: AgentId,
        /// Their new presence.
        presence: Presence,
    },
    /// A visitor's first socket opened, or the last one closed.
    VisitorPresence {
        /// The visitor.
        visitor: VisitorId,
        /// Whether they have a socket.
        online: bool,
    },
    /// A visitor went to another page of the site.
    VisitorMoved {
        /// The visitor.
        visitor: VisitorId,
        /// The page's URL.
        page: Option<String>,
    },
    /// An inbox's availability changed.
    Availability {
        /// The inbox.
        inbox: InboxId,
        /// Its new availability.
        availability: Availability,
    },
    /// A conversation joined or left a queue. The hub sends nothing for it: see `Domain::tell_queues`.
    QueueMoved,
    /// A visitor's position in the queue changed.
    Queued {
        /// The visitor.
        visitor: VisitorId,
        /// 1 is next; `None` if they no longer wait.
        position: Option<u64>,
    },
}

impl Hub {
    /// Sends an event to all sockets that may see it and listen to it.
    pub(crate) fn publish(&self, news: &HubEvent) {
        self.publish_to(news, Seen::none());
    }

    /// Does the same for an event that is on disk since a moment. Sockets that came later have read it, and
    /// do not have to reconnect for it.
    pub(crate) fn publish_to(&self, news: &HubEvent, seen: Seen) {
        match news {
            HubEvent::Appended { entries, visitor, summary } => {
                let conversation = summary.id;
                self.meet(*visitor, conversation, summary.status != Status::Resolved, seen);
                for entry in entries {
                    if let Some(entry) = entry.seen_by(Audience::Visitor) {
                        self.to_visitor(*visitor, conversation, &ToVisitor::Entry { entry });
                    }
                    if let Some(entry) = entry.seen_by(Audience::Team) {
                        let frame = ToAgent::Entry { conversation, entry };
                        self.to_watchers(conversation, None, &frame);
                    }
                }
                let summary = Summary::clone(summary);
                let inbox = summary.inbox;
                let frame = ToAgent::Conversation { summary };
                self.to_agents(|socket| socket.visibility.covers(inbox), &frame);
            }
            HubEvent::VisitorRead { conversation, visitor, seq } => {
                let by = Reader::Visitor {};
                let conversation = *conversation;
                let read = ToVisitor::Read { by: by.clone(), seq: *seq };
                self.to_visitor(*visitor, conversation, &read);
                let read = ToAgent::Read { conversation, by, seq: *seq, visitor_messages: 0 };
                self.to_watchers(conversation, None, &read);
            }
            HubEvent::AgentRead {
                conversation,
                visitor,
                agent,
                seq,
                visitor_messages,
                team_moved,
            } => {
                let by = Reader::Team {};
                if *team_moved {
                    let read = ToVisitor::Read { by: by.clone(), seq: *seq };
                    self.to_visitor(*visitor, *conversation, &read);
                }
                let (conversation, seq) = (*conversation, *seq);
                let visitor_messages = *visitor_messages;
                let read = ToAgent::Read { conversation, by, seq, visitor_messages };
                self.to_agents(|socket| socket.agent == *agent, &read);
            }
            HubEvent::VisitorTypes { conversation } => {
                let (conversation, by) = (*conversation, Author::Visitor {});
                self.to_watchers(conversation, None, &ToAgent::Typing { conversation, by });
            }
            HubEvent::AgentTypes { conversation, visitor, agent } => {
                let typing = ToVisitor::Typing { name: agent.name.clone() };
                self.to_visitor(*visitor, *conversation, &typing);
                let by = Author::Agent { id: agent.id, name: agent.name.clone() };
                let conversation = *conversation;
                let typing = ToAgent::Typing { conversation, by };
                self.to_watchers(conversation, Some(agent.id), &typing);
            }
            HubEvent::Team { team } => {
                self.to_agents(|_| true, &ToAgent::Team { team: team.clone() });
            }
            HubEvent::AgentPresence { agent, presence } => {
                let (agent, presence) = (*agent, *presence);
                self.to_agents(|_| true, &ToAgent::Presence { agent, presence });
            }
            HubEvent::VisitorPresence { visitor, online } => {
                for conversation in self.watched_of(*visitor) {
                    let frame = ToAgent::VisitorPresence { conversation, online: *online };
                    self.to_watchers(conversation, None, &frame);
                }
            }
            HubEvent::VisitorMoved { visitor, page } => {
                for conversation in self.watched_of(*visitor) {
                    let frame = ToAgent::VisitorPage { conversation, page: page.clone() };
                    self.to_watchers(conversation, None, &frame);
                }
            }
            HubEvent::Availability { inbox, availability } => {
                let availability = availability.clone();
                self.to_inbox(*inbox, &ToVisitor::Availability { availability });
            }
            HubEvent::Moved { visitor } => self.with(|index| {
                for (id, socket) in index.visitors.get(visitor).into_iter().flatten() {
                    if !seen.by(*id) {
                        socket.queue.disconnect();
                    }
                }
            }),
            HubEvent::Erased { inbox, conversation, visitor } => {
                let gone = ToAgent::Gone { conversation: *conversation };
                self.to_agents(|socket| socket.visibility.covers(*inbox), &gone);
                self.with(|index| {
                    let sockets =
                        index.visitors.get(visitor).into_iter().flat_map(|of| of.values());
                    for socket in
                        sockets.filter(|socket| socket.conversation == Some(*conversation))
                    {
                        socket.queue.disconnect();
                    }
                });
            }
            HubEvent::QueueMoved => self.touch(),
            HubEvent::Queued { visitor, position } => {
                self.with(|index| {
                    let frame: Frame = to_string(&ToVisitor::Queue { position: *position }).into();
                    for socket in index.visitors.get(visitor).into_iter().flat_map(|of| of.values())
                    {
                        socket.queue.send(&frame);
                    }
                });
            }
        }
    }

    /// Handles an event in a visitor's conversation. Sockets that show none show this one from now on.
    /// Sockets that show another have to reconnect if this one takes its place.
    fn meet(&self, visitor: VisitorId, conversation: ConversationId, goes_on: bool, seen: Seen) {
        self.with(|index| {
            let sockets = index.visitors.get_mut(&visitor).into_iter().flatten();
            for (_, socket) in sockets.filter(|(id, _)| !seen.by(**id)) {
                let shown = *socket.conversation.get_or_insert(conversation);
                if goes_on && shown != conversation {
                    socket.queue.disconnect();
                }
            }
        });
    }

    /// The watched conversations of a visitor.
    fn watched_of(&self, visitor: VisitorId) -> Vec<ConversationId> {
        self.with(|index| {
            let of = index.watched.iter().filter(|(_, of)| **of == visitor);
            of.map(|(conversation, _)| *conversation).collect()
        })
    }

    /// Sends to the visitor's sockets that show this conversation, or for which it is not set yet.
    fn to_visitor(&self, visitor: VisitorId, conversation: ConversationId, frame: &ToVisitor) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            for socket in index.visitors.get(&visitor).into_iter().flat_map(|of| of.values()) {
                if socket.conversation.is_none_or(|shown| shown == conversation) {
                    socket.queue.send(&frame);
                }
            }
        });
    }

    fn to_inbox(&self, inbox: InboxId, frame: &ToVisitor) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            let sockets = index.visitors.values().flat_map(|of| of.values());
            for socket in sockets.filter(|socket| socket.inbox == inbox) {
                socket.queue.send(&frame);
            }
        });
    }

    fn to_agents(&self, wanted: impl Fn(&OfAgent) -> bool, frame: &ToAgent) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            let heard = |socket: &&OfAgent| !socket.is_asked && wanted(socket);
            for socket in index.agents.values().filter(heard) {
                socket.queue.send(&frame);
            }
        });
    }

    fn to_watchers(&self, conversation: ConversationId, except: Option<AgentId>, frame: &ToAgent) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            let watchers = index.watchers.get(&conversation).into_iter().flatten();
            let sockets = watchers.filter_map(|id| index.agents.get(id));
            let sockets = sockets.filter(|socket| !socket.is_asked);
            for socket in sockets.filter(|socket| Some(socket.agent) != except) {
                socket.queue.send(&frame);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::visitor::VisitorIdentity;

    #[tokio::test]
    async fn who_came_after_the_news_is_not_sent_back_for_it() {
        let hub = Hub::default();
        let visitor = VisitorId(uuid::Uuid::from_u128(1));
        let who = VisitorIdentity { inbox: InboxId(uuid::Uuid::from_u128(2)), visitor };
        let before = hub.listen_visitor(&who);
        let seen = hub.now();
        let after = hub.listen_visitor(&who);
        hub.publish_to(&HubEvent::Moved { visitor }, seen);
        assert!(before.too_slow().is_cancelled());
        assert!(!after.too_slow().is_cancelled());
        // An older event does not make it show another conversation, either.
        let (older, own) =
            (ConversationId(uuid::Uuid::from_u128(3)), ConversationId(uuid::Uuid::from_u128(4)));
        hub.meet(visitor, older, true, seen);
        hub.meet(visitor, own, true, hub.now());
        assert!(!after.too_slow().is_cancelled());
    }
}
