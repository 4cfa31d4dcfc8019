//! Routing: which agent a conversation is assigned to.

use std::collections::HashSet;

use protocol::{
    AgentId, Author, ConversationId, ErrorCode, Event, LabelId, Presence, Routing, Status,
};

use super::desk::{Desk, Queued};
use super::log::Log;
use super::{Decision, Needs, Stop, Want};
use crate::conversation::lifecycle;
use crate::directory::Member;
use crate::hub::HubEvent;
use crate::table::conversation;

/// How many conversations of the queue are locked at a time.
const SERVED: usize = 32;

/// Assigns an unassigned conversation to an agent, by the routing of its team or inbox, but not to `except`.
/// Queues it if no agent is available.
pub(super) fn route(
    desk: &mut Desk<'_>,
    log: &mut Log,
    except: Option<AgentId>,
) -> Result<(), Stop> {
    if log.row.assignee_id.is_some() || !lifecycle::is_active(&log.row) {
        return Ok(());
    }
    let routing = desk.directory.routing(log.row.team_id, log.row.inbox_id)?;
    if routing == Routing::Manual {
        return Ok(());
    }
    match choose(desk, &log.row, &log.labels, routing, except)? {
        Some(chosen) => give(desk, log, chosen),
        None => {
            if log.row.queued_at_ms.is_none() {
                log.row.queued_at_ms = Some(desk.end_of_queue(desk.staff()?));
                desk.publish(HubEvent::QueueMoved);
            }
            Ok(())
        }
    }
}

/// Unassigns a conversation that has become active again, if its assignee is not online and routing is
/// automatic: another agent may be online.
pub(super) fn release_if_away(desk: &mut Desk<'_>, log: &mut Log) -> Result<(), Stop> {
    let Some(holder) = log.row.assignee_id.filter(|_| !log.is_resolved()) else { return Ok(()) };
    let is_there = desk.presence(holder) == Presence::Online;
    if is_there || desk.directory.routing(log.row.team_id, log.row.inbox_id)? == Routing::Manual {
        return Ok(());
    }
    log.row.assignee_id = None;
    log.set_status(Status::Open);
    log.event(desk, &Author::System {}, Event::Unassigned {})
}

/// Removes a conversation from the queue, if it is there.
pub(super) fn leave_queue(desk: &mut Desk<'_>, log: &mut Log) {
    if log.row.queued_at_ms.is_some() {
        log.row.queued_at_ms = None;
        desk.publish(HubEvent::QueueMoved);
    }
}

/// The agent, if they are still on the team and may see the conversation.
pub(super) fn active(desk: &Desk<'_>, log: &Log, agent: Option<AgentId>) -> Option<Member> {
    let found = desk.directory.agent(agent?)?;
    let sees = found.is_active && found.visibility.covers(log.row.inbox_id);
    sees.then(|| found.clone())
}

fn give(desk: &mut Desk<'_>, log: &mut Log, chosen: Member) -> Result<(), Stop> {
    log.row.assignee_id = Some(chosen.id);
    log.set_status(Status::Assigned);
    leave_queue(desk, log);
    desk.set_assigned(chosen.id);
    let event = Event::Assigned { agent: chosen.id, name: chosen.name };
    log.event(desk, &Author::System {}, event)
}

/// Chooses the agent for a conversation: online, with visibility, in its team, with its skills, and with
/// room.
fn choose(
    desk: &Desk<'_>,
    row: &conversation::Model,
    labels: &[LabelId],
    routing: Routing,
    except: Option<AgentId>,
) -> Result<Option<Member>, Stop> {
    if routing == Routing::Manual {
        return Ok(None);
    }
    let staff = desk.staff()?;
    let directory = &desk.directory;
    let needed: Vec<LabelId> =
        labels.iter().copied().filter(|label| directory.is_skill(*label)).collect();
    let suits = |agent: &&Member| {
        // Only those who were locked: they are still on the team.
        staff.last_assigned_at_ms.contains_key(&agent.id)
            && desk.presence(agent.id) == Presence::Online
            && Some(agent.id) != except
            && agent.visibility.covers(row.inbox_id)
            && row.team_id.is_none_or(|team| directory.is_in(agent.id, team))
            && needed.iter().all(|label| agent.skills.contains(label))
    };
    let loads = desk.loads(staff);
    let load = |agent: &Member| loads.get(&agent.id).copied().unwrap_or(0);
    let has_room =
        |agent: &&Member| agent.capacity.is_none_or(|most| load(agent) < i64::from(most));
    let chosen = directory.active().filter(suits).filter(has_room).min_by_key(|agent| {
        let load = if routing == Routing::LeastBusy { load(agent) } else { 0 };
        (load, desk.last_assigned_at_ms(staff, agent.id), agent.id)
    });
    Ok(chosen.cloned())
}

/// Assigns queued conversations to agents who have room now, but not the one that was just released.
pub(crate) struct ServeQueue {
    pub(crate) except: Option<ConversationId>,
}

impl Decision for ServeQueue {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::default()
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        if !desk.is_anybody_online() {
            return Ok(());
        }
        let waiting = desk.queue()?;
        // If no agent is found for one, none is found for another with the same inbox, team and labels, either.
        // Many conversations that wait for a team that is away must not hold up the others.
        let mut in_vain = HashSet::new();
        for (at, queued) in waiting.iter().enumerate() {
            let wants = |queued: &Queued| (queued.inbox, queued.team, queued.labels.clone());
            if self.except == Some(queued.id) || in_vain.contains(&wants(queued)) {
                continue;
            }
            let Some(log) = desk.look(queued.id) else {
                // It is read and locked together with the next ones that might be served.
                let next = waiting[at..].iter().filter(|next| !in_vain.contains(&wants(next)));
                let next = next.map(|next| next.id).filter(|id| desk.look(*id).is_none());
                return Err(Stop::Wants(Want::Conversations(next.take(SERVED).collect())));
            };
            if log.row.queued_at_ms.is_none() {
                continue;
            }
            let mut log = log.clone();
            match serves(desk, &log) {
                Ok(Some(chosen)) => {
                    give(desk, &mut log, chosen)?;
                    desk.save(log)?;
                }
                Ok(None) => {
                    in_vain.insert(wants(queued));
                }
                // One that can't be read must not hold up the others.
                Err(Stop::Refused(error)) => {
                    tracing::error!(%error, conversation = %queued.id, "could not route");
                }
                Err(wants) => return Err(wants),
            }
        }
        Ok(())
    }
}

/// The agent whom a queued conversation goes to, if nothing is wrong with it.
fn serves(desk: &Desk<'_>, log: &Log) -> Result<Option<Member>, Stop> {
    desk.summary(log)?;
    desk.inbox(log.row.inbox_id)?;
    let routing = desk.directory.routing(log.row.team_id, log.row.inbox_id)?;
    choose(desk, &log.row, &log.labels, routing, None)
}

/// Routes one conversation of an agent to others, if they still have it.
pub(crate) struct Release {
    pub(crate) conversation: ConversationId,
    pub(crate) agent: AgentId,
}

impl Decision for Release {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::conversation(self.conversation)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        let mut log = desk.conversation(self.conversation)?;
        if log.row.assignee_id != Some(self.agent) || log.is_resolved() {
            return Ok(());
        }
        log.row.assignee_id = None;
        log.set_status(Status::Open);
        log.event(desk, &Author::System {}, Event::Unassigned {})?;
        route(desk, &mut log, Some(self.agent))?;
        desk.save(log).map(drop)
    }
}

/// The agent with this id, or the error `agent_unknown`.
pub(super) fn require(desk: &Desk<'_>, log: &Log, agent: AgentId) -> Result<Member, Stop> {
    active(desk, log, Some(agent)).ok_or(ErrorCode::AgentUnknown.into())
}
