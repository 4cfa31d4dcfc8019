//! Who is writing: published, never stored.

use protocol::{ConversationId, Person};

use super::page::seen;
use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::hub::HubEvent;
use crate::visitor::VisitorIdentity;

impl Domain {
    /// Publishes that the visitor is writing. Does nothing without a conversation.
    ///
    /// # Errors
    /// Store errors.
    pub async fn type_as_visitor(&self, who: &VisitorIdentity) -> Result<()> {
        if let Some(row) = super::page::of_visitor(&self.store.reader, who.visitor).await? {
            self.hub().publish(&HubEvent::VisitorTypes { conversation: row.id });
        }
        Ok(())
    }

    /// Publishes that an agent is writing to the visitor.
    ///
    /// # Errors
    /// `conversation_unknown`; store errors.
    pub async fn type_as_agent(&self, agent: &Agent, id: ConversationId) -> Result<()> {
        let visitor = seen(&self.store.reader, id, agent).await?.visitor_id;
        let agent = Person { id: agent.id, name: agent.name.clone() };
        self.hub().publish(&HubEvent::AgentTypes { conversation: id, visitor, agent });
        Ok(())
    }
}
