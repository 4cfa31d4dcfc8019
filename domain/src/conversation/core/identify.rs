//! What changes for conversations once their visitor is identified.

use protocol::{Author, ConversationId, VisitorId};

use super::change::resolve;
use super::desk::Desk;
use super::{Decision, Needs, Stop};
use crate::hub::HubEvent;

/// Resolves a conversation that another one replaces.
pub(crate) struct MergeOpen(pub(crate) ConversationId);

impl Decision for MergeOpen {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::conversation(self.0)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        let mut log = desk.conversation(self.0)?;
        resolve(desk, &mut log, &Author::System {})?;
        desk.save(log).map(drop)
    }
}

/// Transfers a conversation to another visitor.
pub(crate) struct HandOver {
    pub(crate) conversation: ConversationId,
    pub(crate) to: VisitorId,
}

impl Decision for HandOver {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::conversation(self.conversation)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        let mut log = desk.conversation(self.conversation)?;
        // Clients that are connected as either visitor reconnect, and get what is theirs now.
        desk.publish(HubEvent::Moved { visitor: log.row.visitor_id });
        desk.publish(HubEvent::Moved { visitor: self.to });
        log.row.visitor_id = self.to;
        log.row.unresolved_visitor_id = (!log.is_resolved()).then_some(self.to);
        desk.save(log).map(drop)
    }
}

/// Tells agents that a visitor's name has changed.
pub(crate) struct Renamed(pub(crate) VisitorId);

impl Decision for Renamed {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        for id in desk.all_of(self.0)? {
            let mut log = desk.conversation(id)?;
            log.is_news();
            desk.save(log)?;
        }
        Ok(())
    }
}
