//! Routing: which agent a conversation is assigned to, in the transaction that needs one.

use std::collections::{HashMap, HashSet};

use async_trait::async_trait;
use protocol::{
    AgentId, Author, ConversationId, ErrorCode, Event, LabelId, Presence, Routing, Status,
    UnixMillis,
};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, FromQueryResult, IntoActiveModel, QueryOrder, QuerySelect};

use super::lifecycle;
use super::log::Log;
use crate::Domain;
use crate::agent::{Visibilities, Visibility};
use crate::error::Result;
use crate::hub::HubEvent;
use crate::table::{agent, agent_skill, conversation, conversation_label, inbox, team, team_agent};
use crate::writer::{Command, Shard, Write};

/// How many conversations of the queue are considered at a time.
const QUEUE: u64 = 500;

impl Domain {
    /// Assigns queued conversations to agents who have room. Call it when presence changes: everything else
    /// that makes room does it already.
    ///
    /// # Errors
    /// Store errors.
    pub async fn serve_queue(&self) -> Result<()> {
        self.writer.run(ServeQueue).await
    }

    /// Routes conversations that are still assigned to deactivated agents to others, which a shutdown may
    /// have kept [`Domain::set_agent_active`] from doing.
    ///
    /// # Errors
    /// Store errors.
    pub async fn release_left_behind(&self) -> Result<()> {
        let gone: Vec<AgentId> = agent::Entity::find()
            .select_only()
            .column(agent::Column::Id)
            .filter(agent::COLUMN.is_active.eq(false))
            .into_tuple()
            .all(&self.store.reader)
            .await?;
        let held = conversation::Entity::find()
            .filter(conversation::COLUMN.assignee_id.is_in(gone))
            .filter(conversation::COLUMN.status.eq(Status::Assigned))
            .all(&self.store.reader)
            .await?;
        for (row, agent) in held.into_iter().filter_map(|row| Some((row.id, row.assignee_id?))) {
            self.writer.run(Release { conversation: row, agent }).await?;
        }
        Ok(())
    }

    /// Routes an agent's unresolved conversations to others: all of them if the agent has left, or those that
    /// they may no longer see.
    ///
    /// # Errors
    /// Store errors.
    pub(crate) async fn release_conversations(&self, agent: AgentId) -> Result<()> {
        let held = conversation::Entity::find()
            .filter(conversation::COLUMN.assignee_id.eq(agent))
            .filter(conversation::COLUMN.status.eq(Status::Assigned))
            .all(&self.store.reader)
            .await?;
        let stays = self.find_agent(agent).await?;
        let keeps = |row: &conversation::Model| {
            stays.as_ref().is_some_and(|agent| agent.visibility.check(row).is_ok())
        };
        for row in held.into_iter().filter(|row| !keeps(row)) {
            self.writer.run(Release { conversation: row.id, agent }).await?;
        }
        Ok(())
    }
}

/// Assigns an unassigned conversation to an agent, by the routing of its team or inbox, but not to `except`.
/// Queues it if no agent is available.
pub(super) async fn route(
    write: &mut Write<'_>,
    log: &mut Log,
    except: Option<AgentId>,
) -> Result<()> {
    if log.row.assignee_id.is_some() || !lifecycle::is_active(&log.row) {
        return Ok(());
    }
    let routing = routing_of(write, &log.row).await?;
    if routing == Routing::Manual {
        return Ok(());
    }
    match choose(write, &log.row, routing, except).await? {
        Some(chosen) => give(write, log, chosen).await,
        None => {
            if log.row.queued_at_ms.is_none() {
                log.row.queued_at_ms = Some(end_of_queue(write).await?);
                write.publish(HubEvent::QueueMoved);
            }
            Ok(())
        }
    }
}

/// The queue time of a conversation that joins now. It is later than that of all waiting ones, even if the
/// clock was set back.
async fn end_of_queue(write: &Write<'_>) -> Result<UnixMillis> {
    let last = conversation::Entity::find()
        .filter(conversation::COLUMN.queued_at_ms.is_not_null())
        .order_by_desc(conversation::Column::QueuedAtMs)
        .one(write.tx)
        .await?;
    let after = last.and_then(|row| row.queued_at_ms).map_or(UnixMillis::ZERO, |at_ms| at_ms + 1);
    Ok(Ord::max(after, write.ambient.now_ms()))
}

/// Unassigns a conversation that has become active again, if its assignee is not online and routing is
/// automatic: another agent may be online.
pub(super) async fn release_if_away(write: &Write<'_>, log: &mut Log) -> Result<()> {
    let Some(holder) = log.row.assignee_id.filter(|_| !log.is_resolved()) else { return Ok(()) };
    let is_there = write.hub.presence(holder) == Presence::Online;
    if is_there || routing_of(write, &log.row).await? == Routing::Manual {
        return Ok(());
    }
    log.row.assignee_id = None;
    log.set_status(Status::Open);
    log.event(write, &Author::System {}, Event::Unassigned {}).await
}

/// Assigns queued conversations to agents who have room now, but not `except`, which was just released.
pub(super) async fn serve_queue(
    write: &mut Write<'_>,
    except: Option<ConversationId>,
) -> Result<()> {
    if !write.hub.agents().values().any(|presence| *presence == Presence::Online) {
        return Ok(());
    }
    let waiting = conversation::Entity::find()
        .filter(conversation::COLUMN.queued_at_ms.is_not_null())
        .order_by_asc(conversation::Column::QueuedAtMs)
        .limit(QUEUE)
        .all(write.tx)
        .await?;
    // If no agent is found for one, none is found for another with the same inbox, team and labels, either.
    // Many conversations that wait for a team that is away must not hold up the others.
    let labels = labels_of(write, &waiting).await?;
    let mut in_vain = HashSet::new();
    for row in waiting.into_iter().filter(|row| Some(row.id) != except) {
        let wants = (row.inbox_id, row.team_id, labels.get(&row.id));
        if in_vain.contains(&wants) {
            continue;
        }
        let mut log = Log::lock(write, row.id).await?;
        if log.row.queued_at_ms.is_none() {
            continue;
        }
        let routing = routing_of(write, &log.row).await?;
        match choose(write, &log.row, routing, None).await? {
            Some(chosen) => {
                give(write, &mut log, chosen).await?;
                log.save(write).await?;
            }
            None => {
                in_vain.insert(wants);
            }
        }
    }
    Ok(())
}

/// The labels of the conversations that have any, each in order.
async fn labels_of(
    write: &Write<'_>,
    conversations: &[conversation::Model],
) -> Result<HashMap<ConversationId, Vec<LabelId>>> {
    let ids = conversations.iter().map(|row| row.id);
    let rows = conversation_label::Entity::find()
        .filter(conversation_label::COLUMN.conversation_id.is_in(ids))
        .order_by_asc(conversation_label::Column::LabelId)
        .all(write.tx)
        .await?;
    let mut labels: HashMap<ConversationId, Vec<LabelId>> = HashMap::new();
    for row in rows {
        labels.entry(row.conversation_id).or_default().push(row.label_id);
    }
    Ok(labels)
}

async fn give(write: &mut Write<'_>, log: &mut Log, chosen: agent::Model) -> Result<()> {
    let event = Event::Assigned { agent: chosen.id, name: chosen.name.clone() };
    log.row.assignee_id = Some(chosen.id);
    log.set_status(Status::Assigned);
    leave_queue(write, log);
    let mut given = chosen.into_active_model();
    given.last_assigned_at_ms = Set(write.ambient.now_ms());
    agent::Entity::update(given).exec(write.tx).await?;
    log.event(write, &Author::System {}, event).await
}

/// Removes a conversation from the queue, if it is there.
pub(super) fn leave_queue(write: &mut Write<'_>, log: &mut Log) {
    if log.row.queued_at_ms.is_some() {
        log.row.queued_at_ms = None;
        write.publish(HubEvent::QueueMoved);
    }
}

/// The agent, if they are still on the team and may see the conversation.
pub(super) async fn active(
    write: &Write<'_>,
    log: &Log,
    agent: Option<AgentId>,
) -> Result<Option<agent::Model>> {
    let Some(agent) = agent else { return Ok(None) };
    let found = agent::Entity::find_by_id(agent).one(write.tx).await?;
    let Some(found) = found.filter(|row| row.is_active) else { return Ok(None) };
    let visibility = Visibility::read(write.tx, &found).await?;
    Ok(visibility.check(&log.row).is_ok().then_some(found))
}

/// The routing of the conversation's team, or without a team, of its inbox.
async fn routing_of(write: &Write<'_>, row: &conversation::Model) -> Result<Routing> {
    let team = match row.team_id {
        Some(team) => team::Entity::find_by_id(team).one(write.tx).await?,
        None => None,
    };
    match team {
        Some(team) => Ok(team.routing),
        None => {
            let found = inbox::Entity::find_by_id(row.inbox_id).one(write.tx).await?;
            Ok(found.ok_or(ErrorCode::InboxUnknown)?.routing)
        }
    }
}

/// Chooses the agent for a conversation: online, with visibility, in its team, with its skills, and with
/// room.
async fn choose(
    write: &Write<'_>,
    row: &conversation::Model,
    routing: Routing,
    except: Option<AgentId>,
) -> Result<Option<agent::Model>> {
    let present = write.hub.agents();
    let online: Vec<AgentId> = present
        .iter()
        .filter(|(_, presence)| **presence == Presence::Online)
        .map(|(id, _)| *id)
        .filter(|id| Some(*id) != except)
        .collect();
    if online.is_empty() || routing == Routing::Manual {
        return Ok(None);
    }
    // Lock them, always in this order: two concurrent conversations must not both find the same room.
    let agents = agent::Entity::find()
        .filter(agent::COLUMN.id.is_in(online))
        .filter(agent::COLUMN.is_active.eq(true))
        .order_by_asc(agent::Column::Id)
        .lock_exclusive()
        .all(write.tx)
        .await?;
    let visibilities = Visibilities::read(write.tx).await?;
    let sees = |agent: &agent::Model| visibilities.of(agent).check(row).is_ok();
    let mut agents: Vec<_> = agents.into_iter().filter(sees).collect();
    if let Some(team) = row.team_id {
        let members = team_agent::Entity::find()
            .filter(team_agent::COLUMN.team_id.eq(team))
            .all(write.tx)
            .await?;
        let members: HashSet<AgentId> = members.into_iter().map(|row| row.agent_id).collect();
        agents.retain(|agent| members.contains(&agent.id));
    }
    keep_skilled(write, row, &mut agents).await?;
    let loads = loads(write, &agents).await?;
    let load = |agent: &agent::Model| loads.get(&agent.id).copied().unwrap_or(0);
    agents.retain(|agent| agent.capacity.is_none_or(|most| load(agent) < i64::from(most)));
    Ok(agents.into_iter().min_by_key(|agent| match routing {
        Routing::LeastBusy => (load(agent), agent.last_assigned_at_ms, agent.id),
        Routing::RoundRobin | Routing::Manual => (0, agent.last_assigned_at_ms, agent.id),
    }))
}

/// Keeps the agents who have, as skills, all labels of the conversation that are a skill of any agent.
async fn keep_skilled(
    write: &Write<'_>,
    row: &conversation::Model,
    agents: &mut Vec<agent::Model>,
) -> Result<()> {
    let labels = conversation_label::Entity::find()
        .filter(conversation_label::COLUMN.conversation_id.eq(row.id))
        .all(write.tx)
        .await?;
    if labels.is_empty() {
        return Ok(());
    }
    let skills = agent_skill::Entity::find()
        .filter(agent_skill::COLUMN.label_id.is_in(labels.iter().map(|row| row.label_id)))
        .all(write.tx)
        .await?;
    let needed: HashSet<LabelId> = skills.iter().map(|row| row.label_id).collect();
    let has: HashSet<(AgentId, LabelId)> =
        skills.iter().map(|row| (row.agent_id, row.label_id)).collect();
    agents.retain(|agent| needed.iter().all(|label| has.contains(&(agent.id, *label))));
    Ok(())
}

#[derive(FromQueryResult)]
struct Load {
    assignee_id: AgentId,
    conversations: i64,
}

/// How many conversations each agent has that are neither resolved, archived nor snoozed.
async fn loads(write: &Write<'_>, agents: &[agent::Model]) -> Result<HashMap<AgentId, i64>> {
    let loads = conversation::Entity::find()
        .select_only()
        .column(conversation::Column::AssigneeId)
        .column_as(conversation::COLUMN.id.count(), "conversations")
        .filter(conversation::COLUMN.assignee_id.is_in(agents.iter().map(|agent| agent.id)))
        .filter(lifecycle::active_and_assigned())
        .group_by(conversation::Column::AssigneeId)
        .into_model::<Load>()
        .all(write.tx)
        .await?;
    Ok(loads.into_iter().map(|load| (load.assignee_id, load.conversations)).collect())
}

struct ServeQueue;

#[async_trait]
impl Command for ServeQueue {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::ANY
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        serve_queue(write, None).await
    }
}

/// Routes one conversation of an agent to others, if they still have it.
struct Release {
    conversation: ConversationId,
    agent: AgentId,
}

#[async_trait]
impl Command for Release {
    type Output = ();

    fn shard(&self) -> Shard {
        Shard::of(self.conversation)
    }

    async fn apply(&self, write: &mut Write<'_>) -> Result<()> {
        let mut log = Log::lock(write, self.conversation).await?;
        if log.row.assignee_id != Some(self.agent) || log.is_resolved() {
            return Ok(());
        }
        log.row.assignee_id = None;
        log.set_status(Status::Open);
        log.event(write, &Author::System {}, Event::Unassigned {}).await?;
        route(write, &mut log, Some(self.agent)).await?;
        log.save(write).await.map(drop)
    }
}
