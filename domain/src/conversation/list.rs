//! The list of conversations.

use std::collections::HashMap;

use protocol::limits::LIST_CONVERSATIONS;
use protocol::{AgentId, ConversationId, Conversations, Filter, InboxId, Summary, VisitorId};
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::Query;
use sea_orm::{Condition, QueryOrder, QuerySelect};

use super::cursor::ListCursor;
use super::summary;
use crate::Domain;
use crate::agent::Agent;
use crate::error::{Error, Result};
use crate::table::column::Typed;
use crate::table::{agent, conversation, conversation_label, inbox, label, read_cursor, visitor};
use crate::visitor::display_name;

impl Domain {
    /// The conversations that match a filter, as an agent sees them, most recent first, after a cursor: at
    /// most `limit` and at most [`LIST_CONVERSATIONS`].
    ///
    /// # Errors
    /// Store errors.
    pub async fn list_conversations(
        &self,
        agent: &Agent,
        filter: &Filter,
        after: Option<ListCursor>,
        limit: u64,
    ) -> Result<Conversations> {
        let limit = limit.clamp(1, LIST_CONVERSATIONS);
        let mut rows = conversation::Entity::find()
            .filter(condition(filter))
            .filter(agent.visibility.condition(conversation::COLUMN.inbox_id))
            .filter(after.map_or_else(Condition::all, follows))
            .order_by_desc(conversation::Column::LastAtMs)
            .order_by_desc(conversation::Column::Id)
            // One more row tells whether there is a next page.
            .limit(limit + 1)
            .all(&self.store.reader)
            .await?;
        let more = rows.len() as u64 > limit;
        if more {
            rows.pop();
        }
        let next = rows
            .last()
            .filter(|_| more)
            .map(|last| ListCursor { last_at_ms: last.last_at_ms, id: last.id }.to_text());
        let conversations = summaries(&self.store.reader, &rows, Some(agent.id)).await?;
        Ok(Conversations { conversations, next })
    }

    /// The summary of one conversation, as an agent sees it.
    ///
    /// # Errors
    /// `conversation_unknown`; store errors.
    pub async fn find_conversation(&self, agent: &Agent, id: ConversationId) -> Result<Summary> {
        let row = super::page::seen(&self.store.reader, id, agent).await?;
        let mut one = summaries(&self.store.reader, &[row], Some(agent.id)).await?;
        one.pop().ok_or(Error::Corrupt("a conversation without a summary"))
    }
}

/// A filter as a condition on conversations.
pub(crate) fn condition(filter: &Filter) -> Condition {
    use conversation::COLUMN;

    let of_label = |id: protocol::LabelId| {
        Query::select()
            .column(conversation_label::Column::ConversationId)
            .from(conversation_label::Entity)
            .and_where(conversation_label::COLUMN.label_id.eq(id))
            .to_owned()
    };
    let set = |column: Typed<_, _>, is_set: bool| {
        if is_set { column.is_not_null() } else { column.is_null() }
    };
    let status = filter.status.iter().copied();
    Condition::all()
        .add_option((!filter.status.is_empty()).then(|| COLUMN.status.is_in(status)))
        .add_option(filter.assignee.map(|agent| COLUMN.assignee_id.eq(agent)))
        .add_option(filter.unassigned.then(|| COLUMN.assignee_id.is_null()))
        .add_option(filter.inbox.map(|inbox| COLUMN.inbox_id.eq(inbox)))
        .add_option(filter.visitor.map(|visitor| COLUMN.visitor_id.eq(visitor)))
        .add_option(filter.label.map(|label| COLUMN.id.in_subquery(of_label(label))))
        .add_option(filter.archived.map(|wanted| set(COLUMN.archived_at_ms, wanted)))
        .add_option(filter.spam.map(|wanted| set(COLUMN.spam_at_ms, wanted)))
        .add_option(filter.snoozed.map(|wanted| set(COLUMN.snoozed_until_ms, wanted)))
}

fn follows(cursor: ListCursor) -> Condition {
    use conversation::COLUMN;

    Condition::any().add(COLUMN.last_at_ms.lt(cursor.last_at_ms)).add(
        Condition::all().add(COLUMN.last_at_ms.eq(cursor.last_at_ms)).add(COLUMN.id.lt(cursor.id)),
    )
}

/// The summaries of conversations as an agent sees them, or without one, for all agents.
pub(crate) async fn summaries(
    db: &impl ConnectionTrait,
    rows: &[conversation::Model],
    reader: Option<AgentId>,
) -> Result<Vec<Summary>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let beside = Rows::read(db, rows, reader).await?;
    rows.iter().map(|row| beside.summary(row, reader.is_some())).collect()
}

/// The rows that belong to conversations' rows, read for many at once.
struct Rows {
    visitors: HashMap<VisitorId, visitor::Model>,
    inboxes: HashMap<InboxId, String>,
    agents: HashMap<AgentId, String>,
    labels: HashMap<ConversationId, Vec<protocol::Label>>,
    read: HashMap<ConversationId, i64>,
}

impl Rows {
    async fn read(
        db: &impl ConnectionTrait,
        rows: &[conversation::Model],
        reader: Option<AgentId>,
    ) -> Result<Self> {
        let visitors = visitor::Entity::find()
            .filter(visitor::COLUMN.id.is_in(rows.iter().map(|row| row.visitor_id)))
            .all(db)
            .await?;
        let inboxes = inbox::Entity::find()
            .filter(inbox::COLUMN.id.is_in(rows.iter().map(|row| row.inbox_id)))
            .all(db)
            .await?;
        let assignees: Vec<AgentId> = rows.iter().filter_map(|row| row.assignee_id).collect();
        let agents = if assignees.is_empty() {
            Vec::new()
        } else {
            agent::Entity::find().filter(agent::COLUMN.id.is_in(assignees)).all(db).await?
        };
        let read = match reader {
            None => Vec::new(),
            Some(agent) => {
                read_cursor::Entity::find()
                    .filter(read_cursor::COLUMN.agent_id.eq(agent))
                    .filter(
                        read_cursor::COLUMN.conversation_id.is_in(rows.iter().map(|row| row.id)),
                    )
                    .all(db)
                    .await?
            }
        };
        Ok(Self {
            visitors: visitors.into_iter().map(|row| (row.id, row)).collect(),
            inboxes: inboxes.into_iter().map(|row| (row.id, row.name)).collect(),
            agents: agents.into_iter().map(|row| (row.id, row.name)).collect(),
            labels: labels(db, rows).await?,
            read: read.into_iter().map(|row| (row.conversation_id, row.visitor_messages)).collect(),
        })
    }

    fn summary(&self, row: &conversation::Model, is_read: bool) -> Result<Summary> {
        let visitor = self.visitors.get(&row.visitor_id).ok_or(Error::Corrupt("a visitor"))?;
        let inbox_name = self.inboxes.get(&row.inbox_id).ok_or(Error::Corrupt("an inbox"))?;
        let assignee = row.assignee_id.and_then(|id| self.agents.get(&id));
        let read = self.read.get(&row.id).copied().unwrap_or(0).unsigned_abs();
        let beside = summary::Beside {
            inbox_name: inbox_name.clone(),
            visitor_name: display_name(visitor),
            assignee_name: assignee.cloned().unwrap_or_default(),
            labels: self.labels.get(&row.id).cloned().unwrap_or_default(),
            read_messages: is_read.then_some(read),
        };
        summary::summary(row, beside)
    }
}

/// The labels of each conversation, by name.
async fn labels(
    db: &impl ConnectionTrait,
    rows: &[conversation::Model],
) -> Result<HashMap<ConversationId, Vec<protocol::Label>>> {
    let on = conversation_label::Entity::find()
        .filter(conversation_label::COLUMN.conversation_id.is_in(rows.iter().map(|row| row.id)))
        .all(db)
        .await?;
    if on.is_empty() {
        return Ok(HashMap::new());
    }
    let named = label::Entity::find()
        .filter(label::COLUMN.id.is_in(on.iter().map(|row| row.label_id)))
        .order_by_asc(label::Column::Name)
        .all(db)
        .await?;
    let mut labels: HashMap<ConversationId, Vec<protocol::Label>> = HashMap::new();
    for label in named {
        for row in on.iter().filter(|row| row.label_id == label.id) {
            let label = crate::label::from_row(label.clone());
            labels.entry(row.conversation_id).or_default().push(label);
        }
    }
    Ok(labels)
}
