//! Read positions: one cursor for the visitor, one for each agent. They only move forward.

use protocol::{ConversationId, Seq, VisitorId};

use super::desk::Desk;
use super::{Decision, Needs, Stop};
use crate::agent::Agent;
use crate::hub::HubEvent;

/// The visitor has seen everything up to a position.
pub(crate) struct VisitorRead {
    pub(crate) visitor: VisitorId,
    pub(crate) seq: Seq,
}

impl Decision for VisitorRead {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::visitor(self.visitor)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        let Some(mut log) = desk.of_visitor(self.visitor)? else { return Ok(()) };
        let seq = self.seq.min(log.row.last_public_seq);
        if seq <= log.row.visitor_read_seq {
            return Ok(());
        }
        log.row.visitor_read_seq = seq;
        let conversation = log.id();
        desk.put_back(log);
        desk.publish(HubEvent::VisitorRead { conversation, visitor: self.visitor, seq });
        Ok(())
    }
}

/// An agent has seen everything up to a position.
pub(crate) struct AgentRead {
    pub(crate) agent: Agent,
    pub(crate) conversation: ConversationId,
    pub(crate) seq: Seq,
}

impl Decision for AgentRead {
    type Output = ();

    fn needs(&self) -> Needs {
        let mut needs = Needs::conversation(self.conversation);
        needs.cursors.insert((self.conversation, self.agent.id));
        needs
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        let (conversation, agent) = (self.conversation, self.agent.id);
        let mut log = desk.conversation(conversation)?.seen_by(&self.agent)?;
        let seq = self.seq.min(log.row.last_seq);
        if desk.cursor(conversation, agent).is_some_and(|read| read >= seq) {
            return Ok(());
        }
        let visitor_messages = log.row.visitor_messages - desk.messages(&log, seq)?;
        desk.move_cursor(conversation, agent, seq, visitor_messages);
        let visitor = log.row.visitor_id;
        let team_moved = seq > log.row.team_read_seq;
        if team_moved {
            log.row.team_read_seq = seq;
            desk.put_back(log);
        }
        desk.publish(HubEvent::AgentRead {
            conversation,
            visitor,
            agent,
            seq,
            visitor_messages: visitor_messages.unsigned_abs(),
            team_moved,
        });
        Ok(())
    }
}
