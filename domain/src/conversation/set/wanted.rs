//! Reads what decisions need only sometimes.

use std::collections::HashMap;

use protocol::{AgentId, ConversationId, InboxId, LabelId, Seq, TeamId, UnixMillis};
use sea_orm::entity::prelude::*;
use sea_orm::{FromQueryResult, QueryOrder, QuerySelect};

use super::load::load as load_needs;
use crate::command::Write;
use crate::conversation::core::{Desk, Needs, Queued, Staff, Want};
use crate::conversation::kind::{AuthorKind, EntryKind};
use crate::conversation::lifecycle;
use crate::error::Result;
use crate::table::{agent, conversation, conversation_label, entry};

/// How many conversations of the queue are considered at a time.
const QUEUE: u64 = 500;

pub(super) async fn load(write: &Write<'_>, desk: &mut Desk<'_>, want: Want) -> Result<()> {
    match want {
        Want::Conversations(ids) => {
            let conversations = ids.into_iter().collect();
            let needs = Needs { conversations, ..Needs::default() };
            load_needs(write, desk, needs).await?;
        }
        Want::Visitor(id) => {
            load_needs(write, desk, Needs::visitor(id)).await?;
        }
        Want::AllOf(visitor) => {
            let ids: Vec<ConversationId> = conversation::Entity::find()
                .select_only()
                .column(conversation::Column::Id)
                .filter(conversation::COLUMN.visitor_id.eq(visitor))
                .order_by_asc(conversation::Column::Id)
                .into_tuple()
                .all(write.tx)
                .await?;
            let conversations = ids.iter().copied().collect();
            let needs = Needs { conversations, ..Needs::default() };
            load_needs(write, desk, needs).await?;
            desk.put_all_of(visitor, ids);
        }
        Want::HasWritten(id, seq) => {
            desk.put_written(id, seq, has_written(write, id, seq).await?);
        }
        Want::Messages(id, seq) => desk.put_messages(id, seq, messages(write, id, seq).await?),
        Want::Staff => {
            let staff = staff(write, desk.online()).await?;
            desk.put_staff(staff);
        }
        Want::Queue => desk.put_queue(queue(write).await?),
    }
    Ok(())
}

/// Whether the visitor wrote after a position.
async fn has_written(write: &Write<'_>, id: ConversationId, seq: Seq) -> Result<bool> {
    let found = entry::Entity::find()
        .order_by_asc(entry::Column::Seq)
        .filter(entry::COLUMN.conversation_id.eq(id))
        .filter(entry::COLUMN.seq.gt(seq))
        .filter(entry::COLUMN.author_kind.eq(AuthorKind::Visitor))
        .filter(entry::COLUMN.kind.ne(EntryKind::Event))
        .limit(1)
        .all(write.tx)
        .await?;
    Ok(!found.is_empty())
}

/// How many messages the visitor sent after a position. Usually none, because agents read to the end.
async fn messages(write: &Write<'_>, id: ConversationId, seq: Seq) -> Result<i64> {
    let count = entry::Entity::find()
        .filter(entry::COLUMN.conversation_id.eq(id))
        .filter(entry::COLUMN.seq.gt(seq))
        .filter(entry::COLUMN.author_kind.eq(AuthorKind::Visitor))
        .filter(entry::COLUMN.kind.eq(EntryKind::Message))
        .count(write.tx)
        .await?;
    Ok(count as i64)
}

#[derive(FromQueryResult)]
struct Load {
    assignee_id: AgentId,
    conversations: i64,
}

/// The agents who are online. They are locked, always in this order: two nodes must not both find the same room.
async fn staff(write: &Write<'_>, online: Vec<AgentId>) -> Result<Staff> {
    let last_queued_at_ms: Option<Option<UnixMillis>> = conversation::Entity::find()
        .select_only()
        .column(conversation::Column::QueuedAtMs)
        .filter(conversation::COLUMN.queued_at_ms.is_not_null())
        .order_by_desc(conversation::Column::QueuedAtMs)
        .limit(1)
        .into_tuple()
        .one(write.tx)
        .await?;
    let last_queued_at_ms = last_queued_at_ms.flatten();
    if online.is_empty() {
        return Ok(Staff { last_queued_at_ms, ..Staff::default() });
    }
    let agents: Vec<(AgentId, UnixMillis)> = agent::Entity::find()
        .select_only()
        .column(agent::Column::Id)
        .column(agent::Column::LastAssignedAtMs)
        .filter(agent::COLUMN.id.is_in(online))
        .filter(agent::COLUMN.is_active.eq(true))
        .order_by_asc(agent::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(write.tx)
        .await?;
    let loads = conversation::Entity::find()
        .select_only()
        .column(conversation::Column::AssigneeId)
        .column_as(conversation::COLUMN.id.count(), "conversations")
        .filter(conversation::COLUMN.assignee_id.is_in(agents.iter().map(|(id, _)| *id)))
        .filter(lifecycle::active_and_assigned())
        .group_by(conversation::Column::AssigneeId)
        .into_model::<Load>()
        .all(write.tx)
        .await?;
    Ok(Staff {
        last_assigned_at_ms: agents.into_iter().collect(),
        loads: loads.into_iter().map(|load| (load.assignee_id, load.conversations)).collect(),
        last_queued_at_ms,
    })
}

/// The conversations that wait for an agent, in order. They are not locked: those that are to be served are read
/// again.
async fn queue(write: &Write<'_>) -> Result<Vec<Queued>> {
    let rows: Vec<(ConversationId, UnixMillis, InboxId, Option<TeamId>)> =
        conversation::Entity::find()
            .select_only()
            .column(conversation::Column::Id)
            .column(conversation::Column::QueuedAtMs)
            .column(conversation::Column::InboxId)
            .column(conversation::Column::TeamId)
            .filter(conversation::COLUMN.queued_at_ms.is_not_null())
            .order_by_asc(conversation::Column::QueuedAtMs)
            .limit(QUEUE)
            .into_tuple()
            .all(write.tx)
            .await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let on = conversation_label::Entity::find()
        .filter(conversation_label::COLUMN.conversation_id.is_in(rows.iter().map(|row| row.0)))
        .order_by_asc(conversation_label::Column::LabelId)
        .all(write.tx)
        .await?;
    let mut labels: HashMap<ConversationId, Vec<LabelId>> = HashMap::new();
    for row in on {
        labels.entry(row.conversation_id).or_default().push(row.label_id);
    }
    let queued = |(id, at_ms, inbox, team)| Queued {
        id,
        at_ms,
        inbox,
        team,
        labels: labels.remove(&id).unwrap_or_default(),
    };
    Ok(rows.into_iter().map(queued).collect())
}
