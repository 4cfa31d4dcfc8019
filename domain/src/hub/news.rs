//! What happened, and who is told of it.

use protocol::json::to_string;
use protocol::{
    AgentId, Author, Availability, ConversationId, InboxId, Person, Presence, Reader, Seq, Status,
    Summary, Teammate, ToAgent, ToVisitor, VisitorId,
};

use super::{Frame, Hub, OfAgent, Seen};
use crate::conversation::{Audience, LogEntry};

/// Something that happened. What is part of a log is on disk already.
#[derive(Clone, Debug)]
pub(crate) enum News {
    /// A conversation's log grew.
    Appended {
        /// The entries, of one conversation, oldest first.
        entries: Vec<LogEntry>,
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
    /// The visitor is writing.
    VisitorTypes {
        /// Where.
        conversation: ConversationId,
    },
    /// An agent is writing to the visitor.
    AgentTypes {
        /// Where.
        conversation: ConversationId,
        /// The conversation's visitor.
        visitor: VisitorId,
        /// Who.
        agent: Person,
    },
    /// What a visitor has of conversations is not what it was.
    Moved {
        /// Who.
        visitor: VisitorId,
    },
    /// A conversation was erased.
    Erased {
        /// Of which inbox.
        inbox: InboxId,
        /// Which.
        conversation: ConversationId,
        /// Its visitor.
        visitor: VisitorId,
    },
    /// Somebody joined the team, or left it.
    Team {
        /// As it is now, by name.
        team: Vec<Teammate>,
    },
    /// An agent came, went or chose.
    AgentPresence {
        /// Who.
        agent: AgentId,
        /// What they are now.
        presence: Presence,
    },
    /// A visitor's first socket opened, or the last one closed.
    VisitorPresence {
        /// Who.
        visitor: VisitorId,
        /// Whether there is a socket.
        online: bool,
    },
    /// A visitor is on another page of the site.
    VisitorMoved {
        /// Who.
        visitor: VisitorId,
        /// Its address.
        page: Option<String>,
    },
    /// Whether somebody is there has changed.
    Availability {
        /// In which inbox.
        inbox: InboxId,
        /// What it is now.
        availability: Availability,
    },
    /// Somebody joined a queue, left it, or moved up. Not told by the hub: see
    /// `Domain::tell_queues`.
    QueueMoved,
    /// A visitor's place in the queue.
    Queued {
        /// Who.
        visitor: VisitorId,
        /// 1 is next; `None` if they wait no more.
        position: Option<u64>,
    },
}

impl Hub {
    /// Tells all who may and want to know.
    pub(crate) fn publish(&self, news: &News) {
        self.publish_to(news, Seen::none());
    }

    /// The same, of what is on disk since a moment. Sockets that came later have read it, and are not asked to
    /// come back for it.
    pub(crate) fn publish_to(&self, news: &News, seen: Seen) {
        match news {
            News::Appended { entries, visitor, summary } => {
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
                self.to_agents(|socket| socket.sight.covers(inbox), &frame);
            }
            News::VisitorRead { conversation, visitor, seq } => {
                let by = Reader::Visitor {};
                let conversation = *conversation;
                let read = ToVisitor::Read { by: by.clone(), seq: *seq };
                self.to_visitor(*visitor, conversation, &read);
                let read = ToAgent::Read { conversation, by, seq: *seq, visitor_messages: 0 };
                self.to_watchers(conversation, None, &read);
            }
            News::AgentRead { conversation, visitor, agent, seq, visitor_messages, team_moved } => {
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
            News::VisitorTypes { conversation } => {
                let (conversation, by) = (*conversation, Author::Visitor {});
                self.to_watchers(conversation, None, &ToAgent::Typing { conversation, by });
            }
            News::AgentTypes { conversation, visitor, agent } => {
                let typing = ToVisitor::Typing { name: agent.name.clone() };
                self.to_visitor(*visitor, *conversation, &typing);
                let by = Author::Agent { id: agent.id, name: agent.name.clone() };
                let conversation = *conversation;
                let typing = ToAgent::Typing { conversation, by };
                self.to_watchers(conversation, Some(agent.id), &typing);
            }
            News::Team { team } => {
                self.to_agents(|_| true, &ToAgent::Team { team: team.clone() });
            }
            News::AgentPresence { agent, presence } => {
                let (agent, presence) = (*agent, *presence);
                self.to_agents(|_| true, &ToAgent::Presence { agent, presence });
            }
            News::VisitorPresence { visitor, online } => {
                for conversation in self.watched_of(*visitor) {
                    let frame = ToAgent::VisitorPresence { conversation, online: *online };
                    self.to_watchers(conversation, None, &frame);
                }
            }
            News::VisitorMoved { visitor, page } => {
                for conversation in self.watched_of(*visitor) {
                    let frame = ToAgent::VisitorPage { conversation, page: page.clone() };
                    self.to_watchers(conversation, None, &frame);
                }
            }
            News::Availability { inbox, availability } => {
                let availability = availability.clone();
                self.to_inbox(*inbox, &ToVisitor::Availability { availability });
            }
            News::Moved { visitor } => self.with(|index| {
                for (id, socket) in index.visitors.get(visitor).into_iter().flatten() {
                    if !seen.by(*id) {
                        socket.line.let_go();
                    }
                }
            }),
            News::Erased { inbox, conversation, visitor } => {
                let gone = ToAgent::Gone { conversation: *conversation };
                self.to_agents(|socket| socket.sight.covers(*inbox), &gone);
                self.with(|index| {
                    let sockets =
                        index.visitors.get(visitor).into_iter().flat_map(|of| of.values());
                    for socket in
                        sockets.filter(|socket| socket.conversation == Some(*conversation))
                    {
                        socket.line.let_go();
                    }
                });
            }
            News::QueueMoved => self.touch(),
            News::Queued { visitor, position } => {
                self.with(|index| {
                    let frame: Frame = to_string(&ToVisitor::Queue { position: *position }).into();
                    for socket in index.visitors.get(visitor).into_iter().flat_map(|of| of.values())
                    {
                        socket.line.send(&frame);
                    }
                });
            }
        }
    }

    /// A conversation of a visitor's has news. Sockets that show none show it from now on; those that
    /// show another come back, if it goes on in its place.
    fn meet(&self, visitor: VisitorId, conversation: ConversationId, goes_on: bool, seen: Seen) {
        self.with(|index| {
            let sockets = index.visitors.get_mut(&visitor).into_iter().flatten();
            for (_, socket) in sockets.filter(|(id, _)| !seen.by(**id)) {
                let shown = *socket.conversation.get_or_insert(conversation);
                if goes_on && shown != conversation {
                    socket.line.let_go();
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

    /// To the sockets of a visitor that show a conversation, or have not been told which they do.
    fn to_visitor(&self, visitor: VisitorId, conversation: ConversationId, frame: &ToVisitor) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            for socket in index.visitors.get(&visitor).into_iter().flat_map(|of| of.values()) {
                if socket.conversation.is_none_or(|shown| shown == conversation) {
                    socket.line.send(&frame);
                }
            }
        });
    }

    fn to_inbox(&self, inbox: InboxId, frame: &ToVisitor) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            let sockets = index.visitors.values().flat_map(|of| of.values());
            for socket in sockets.filter(|socket| socket.inbox == inbox) {
                socket.line.send(&frame);
            }
        });
    }

    fn to_agents(&self, wanted: impl Fn(&OfAgent) -> bool, frame: &ToAgent) {
        let frame: Frame = to_string(frame).into();
        self.with(|index| {
            let heard = |socket: &&OfAgent| !socket.is_asked && wanted(socket);
            for socket in index.agents.values().filter(heard) {
                socket.line.send(&frame);
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
                socket.line.send(&frame);
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
        hub.publish_to(&News::Moved { visitor }, seen);
        assert!(before.too_slow().is_cancelled());
        assert!(!after.too_slow().is_cancelled());
        // Nor does it take an older conversation for its own.
        let (older, own) =
            (ConversationId(uuid::Uuid::from_u128(3)), ConversationId(uuid::Uuid::from_u128(4)));
        hub.meet(visitor, older, true, seen);
        hub.meet(visitor, own, true, hub.now());
        assert!(!after.too_slow().is_cancelled());
    }
}
