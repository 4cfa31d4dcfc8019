//! The list of conversations.

use std::collections::HashMap;

use protocol::limits::LIST_CONVERSATIONS;
use protocol::{AgentId, ConversationId, InboxId, Summary};
use sea_orm::entity::prelude::*;
use sea_orm::{QueryOrder, QuerySelect};

use super::entry::author_from_row;
use crate::Domain;
use crate::error::{Error, Result};
use crate::table::{conversation, inbox, read_cursor, visitor};
use crate::visitor::display_name;

impl Domain {
    /// The conversations as an agent sees them, most recent first: at most [`LIST_CONVERSATIONS`].
    ///
    /// # Errors
    /// The store's.
    pub async fn list_conversations(&self, agent: AgentId) -> Result<Vec<Summary>> {
        let rows = conversation::Entity::find()
            .order_by_desc(conversation::Column::LastAtMs)
            .order_by_desc(conversation::Column::Id)
            .limit(LIST_CONVERSATIONS)
            .all(&self.store.reader)
            .await?;
        summaries(&self.store.reader, &rows, Some(agent)).await
    }

    /// One conversation's line, as an agent sees it.
    ///
    /// # Errors
    /// The store's. `None` if there is no such conversation.
    pub async fn find_conversation(
        &self,
        agent: AgentId,
        id: ConversationId,
    ) -> Result<Option<Summary>> {
        let row = conversation::Entity::find_by_id(id.0).one(&self.store.reader).await?;
        let rows: Vec<_> = row.into_iter().collect();
        Ok(summaries(&self.store.reader, &rows, Some(agent)).await?.pop())
    }
}

/// A conversation's line for all agents: what is one agent's own is left out.
pub(super) async fn summary_of(
    db: &impl ConnectionTrait,
    row: &conversation::Model,
) -> Result<Summary> {
    let mut one = summaries(db, std::slice::from_ref(row), None).await?;
    one.pop().ok_or(Error::Corrupt("a conversation without a summary"))
}

async fn summaries(
    db: &impl ConnectionTrait,
    rows: &[conversation::Model],
    reader: Option<AgentId>,
) -> Result<Vec<Summary>> {
    let visitors: HashMap<Uuid, visitor::Model> = visitor::Entity::find()
        .filter(visitor::Column::Id.is_in(rows.iter().map(|row| row.visitor_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row))
        .collect();
    let inboxes: HashMap<Uuid, String> = inbox::Entity::find()
        .filter(inbox::Column::Id.is_in(rows.iter().map(|row| row.inbox_id)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.name))
        .collect();
    let read: HashMap<Uuid, i64> = match reader {
        None => HashMap::new(),
        Some(agent) => read_cursor::Entity::find()
            .filter(read_cursor::Column::AgentId.eq(agent.0))
            .filter(read_cursor::Column::ConversationId.is_in(rows.iter().map(|row| row.id)))
            .all(db)
            .await?
            .into_iter()
            .map(|row| (row.conversation_id, row.visitor_messages))
            .collect(),
    };
    rows.iter()
        .map(|row| {
            let visitor = visitors.get(&row.visitor_id).ok_or(Error::Corrupt("a visitor"))?;
            let inbox_name = inboxes.get(&row.inbox_id).ok_or(Error::Corrupt("an inbox"))?;
            Ok(Summary {
                id: ConversationId(row.id),
                inbox: InboxId(row.inbox_id),
                inbox_name: inbox_name.clone(),
                visitor_name: display_name(visitor),
                page: row.page.clone(),
                head: row.last_seq.unsigned_abs(),
                last_at_ms: row.last_at_ms.unsigned_abs(),
                last_author: author_from_row(
                    &row.last_author_kind,
                    row.last_author_id,
                    row.last_author_name.clone(),
                )?,
                preview: row.preview.clone(),
                visitor_messages: row.visitor_messages.unsigned_abs(),
                read_messages: reader
                    .map(|_| read.get(&row.id).copied().unwrap_or(0).unsigned_abs()),
            })
        })
        .collect()
}
