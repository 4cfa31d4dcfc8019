//! What agents do with a conversation besides writing in it.

use protocol::{Change, ConversationId, Summary};
use sea_orm::QuerySelect;
use sea_orm::entity::prelude::*;

use super::core::{ChangeConversation, WakeDue};
use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::table::conversation;

impl Domain {
    /// Changes a conversation, and returns its new summary for all agents. A change that is already in effect
    /// does nothing and adds no entry.
    ///
    /// # Errors
    /// `conversation_unknown`; `already_assigned`, with the name of the assignee, if another agent claimed it
    /// first; `new_message` if the visitor wrote after what the resolving agent has seen; `another_is_open`,
    /// `agent_unknown`, `label_unknown`, `too_many_labels`, `snooze_invalid`; store errors.
    pub async fn change_conversation(
        &self,
        agent: &Agent,
        conversation: ConversationId,
        change: Change,
    ) -> Result<Summary> {
        let agent = agent.clone();
        self.writer.decide(ChangeConversation { agent, conversation, change }).await
    }

    /// Ends the snoozes that are due, and returns how many.
    ///
    /// # Errors
    /// Store errors.
    pub async fn wake_conversations(&self) -> Result<usize> {
        let due: Vec<ConversationId> = conversation::Entity::find()
            .filter(conversation::COLUMN.snoozed_until_ms.lte(self.ambient.now_ms()))
            .select_only()
            .column(conversation::Column::Id)
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        let mut woken = 0;
        for id in due {
            // One that fails must not keep the others snoozed.
            match self.writer.decide(WakeDue(id)).await {
                Ok(()) => woken += 1,
                Err(error) => tracing::warn!(%error, "could not end a snooze"),
            }
        }
        Ok(woken)
    }
}
