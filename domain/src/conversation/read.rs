//! Read positions: one cursor for the visitor, one for each agent.

use protocol::{ConversationId, Seq};

use super::core::{AgentRead, VisitorRead};
use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::visitor::VisitorIdentity;

impl Domain {
    /// Records that the visitor has seen everything up to `seq`.
    ///
    /// # Errors
    /// Store errors. Without a conversation nothing happens.
    pub async fn read_as_visitor(&self, who: &VisitorIdentity, seq: Seq) -> Result<()> {
        self.writer.decide(VisitorRead { visitor: who.visitor, seq }).await
    }

    /// Records that an agent has seen everything up to `seq`.
    ///
    /// # Errors
    /// `conversation_unknown`; store errors.
    pub async fn read_as_agent(
        &self,
        agent: &Agent,
        conversation: ConversationId,
        seq: Seq,
    ) -> Result<()> {
        let agent = agent.clone();
        self.writer.decide(AgentRead { agent, conversation, seq }).await
    }
}
