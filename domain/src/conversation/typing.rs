//! Who is writing: told, never kept.

use protocol::{ConversationId, ErrorCode, Person, VisitorId};
use sea_orm::entity::prelude::*;

use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::hub::News;
use crate::table::conversation;
use crate::visitor::VisitorIdentity;

impl Domain {
    /// The visitor is writing. Without a conversation nobody is told.
    ///
    /// # Errors
    /// The store's.
    pub async fn type_as_visitor(&self, who: &VisitorIdentity) -> Result<()> {
        if let Some(row) = super::page::of_visitor(&self.store.reader, who.visitor).await? {
            self.hub().publish(&News::VisitorTypes { conversation: ConversationId(row.id) });
        }
        Ok(())
    }

    /// An agent is writing to the visitor.
    ///
    /// # Errors
    /// `conversation_unknown`; the store's.
    pub async fn type_as_agent(&self, agent: &Agent, id: ConversationId) -> Result<()> {
        let found = conversation::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let visitor = VisitorId(found.ok_or(ErrorCode::ConversationUnknown)?.visitor_id);
        let agent = Person { id: agent.id, name: agent.name.clone() };
        self.hub().publish(&News::AgentTypes { conversation: id, visitor, agent });
        Ok(())
    }
}
