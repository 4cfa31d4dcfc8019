//! What agents do with a conversation besides writing in it. Each change adds an entry to the log.

use protocol::limits::SNOOZE_MS;
use protocol::{
    AgentId, Author, Change, ConversationId, ErrorCode, Event, Status, Summary, UnixMillis,
};

use super::desk::Desk;
use super::log::Log;
use super::route::{self, active, leave_queue, route};
use super::{Decision, Needs, Stop};
use crate::agent::Agent;
use crate::conversation::lifecycle;
use crate::error::Error;

/// An agent changes a conversation.
pub(crate) struct ChangeConversation {
    pub(crate) agent: Agent,
    pub(crate) conversation: ConversationId,
    pub(crate) change: Change,
}

impl Decision for ChangeConversation {
    type Output = Summary;

    fn needs(&self) -> Needs {
        Needs::conversation(self.conversation)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<Summary, Stop> {
        let mut log = desk.conversation(self.conversation)?.seen_by(&self.agent)?;
        self.change(desk, &mut log)?;
        let summary = desk.save(log)?;
        // An agent who has room now gets the next one.
        if self.change.makes_room() {
            desk.decide().made_room.push(self.conversation);
        }
        Ok(summary)
    }
}

impl ChangeConversation {
    fn change(&self, desk: &mut Desk<'_>, log: &mut Log) -> Result<(), Stop> {
        let author = &self.agent.author();
        match &self.change {
            Change::Claim {} => {
                let id = self.agent.id;
                let holder = log.row.assignee_id.filter(|holder| *holder != id);
                if let Some(first) = active(desk, log, holder) {
                    return Err(Error::Taken(first.name).into());
                }
                assign(desk, log, author, Some(id))
            }
            Change::Assign { agent } => assign(desk, log, author, *agent),
            Change::Resolve { seen } => {
                if log.is_resolved() {
                    return Ok(());
                }
                if let Some(seen) = *seen
                    && desk.has_written(log, seen)?
                {
                    return Err(ErrorCode::NewMessage.into());
                }
                resolve(desk, log, author)
            }
            Change::Reopen {} => reopen(desk, log, author),
            Change::Archive {} => {
                if log.row.archived_at_ms.is_some() {
                    return Ok(());
                }
                log.row.archived_at_ms = Some(desk.now_ms());
                leave_queue(desk, log);
                log.event(desk, author, Event::Archived {})
            }
            Change::Unarchive {} => {
                if log.row.archived_at_ms.is_none() {
                    return Ok(());
                }
                log.row.archived_at_ms = None;
                log.event(desk, author, Event::Unarchived {})?;
                comes_back(desk, log)
            }
            Change::Spam {} => {
                if lifecycle::is_spam(&log.row) {
                    return Ok(());
                }
                log.row.spam_at_ms = Some(desk.now_ms());
                leave_queue(desk, log);
                log.event(desk, author, Event::MarkedSpam {})
            }
            Change::NotSpam {} => {
                if !lifecycle::is_spam(&log.row) {
                    return Ok(());
                }
                log.row.spam_at_ms = None;
                log.event(desk, author, Event::UnmarkedSpam {})?;
                comes_back(desk, log)
            }
            Change::Snooze { until_ms } => snooze(desk, log, author, *until_ms),
            Change::Wake {} => wake(desk, log, author),
            Change::Label { label } => log.put_label(desk, author, *label),
            Change::Unlabel { label } => log.take_label(desk, author, *label),
        }
    }
}

/// Resolves a conversation that is not resolved.
pub(super) fn resolve(desk: &mut Desk<'_>, log: &mut Log, author: &Author) -> Result<(), Stop> {
    log.set_status(Status::Resolved);
    log.row.snoozed_until_ms = None;
    leave_queue(desk, log);
    desk.was_resolved(log.row.visitor_id, log.row.id);
    log.event(desk, author, Event::Resolved {})
}

/// A conversation that was out of the way wants attention again.
fn comes_back(desk: &mut Desk<'_>, log: &mut Log) -> Result<(), Stop> {
    route::release_if_away(desk, log)?;
    route(desk, log, None)
}

fn snooze(
    desk: &mut Desk<'_>,
    log: &mut Log,
    author: &Author,
    until_ms: UnixMillis,
) -> Result<(), Stop> {
    let now_ms = desk.now_ms();
    if until_ms <= now_ms || until_ms > now_ms + SNOOZE_MS {
        return Err(ErrorCode::SnoozeInvalid.into());
    }
    if log.row.snoozed_until_ms == Some(until_ms) {
        return Ok(());
    }
    log.row.snoozed_until_ms = Some(until_ms);
    leave_queue(desk, log);
    log.event(desk, author, Event::Snoozed { until_ms })
}

fn assign(
    desk: &mut Desk<'_>,
    log: &mut Log,
    author: &Author,
    to: Option<AgentId>,
) -> Result<(), Stop> {
    if log.row.assignee_id == to {
        return Ok(());
    }
    let event = match to {
        Some(agent) => Event::Assigned { agent, name: route::require(desk, log, agent)?.name },
        None => Event::Unassigned {},
    };
    let before = log.row.assignee_id;
    log.row.assignee_id = to;
    if !log.is_resolved() {
        log.set_status(log.unresolved_status());
    }
    if to.is_some() {
        leave_queue(desk, log);
    }
    log.event(desk, author, event)?;
    // An agent who gives up a conversation must not get it back at once.
    route(desk, log, before)
}

fn reopen(desk: &mut Desk<'_>, log: &mut Log, author: &Author) -> Result<(), Stop> {
    if !log.is_resolved() {
        return Ok(());
    }
    let latest = desk.of_visitor(log.row.visitor_id)?;
    if latest.is_some_and(|latest| !latest.is_resolved()) {
        return Err(ErrorCode::AnotherIsOpen.into());
    }
    reopen_or_wake(desk, log, author)?;
    desk.set_latest(log.row.visitor_id, log.row.id);
    route(desk, log, None)
}

/// Reopens a resolved conversation. It keeps its assignee, unless they have left or may no longer see it, or
/// are away and routing is automatic.
pub(super) fn reopen_or_wake(
    desk: &mut Desk<'_>,
    log: &mut Log,
    author: &Author,
) -> Result<(), Stop> {
    let holder = log.row.assignee_id;
    let has_left = holder.is_some() && active(desk, log, holder).is_none();
    if has_left {
        log.row.assignee_id = None;
    }
    log.set_status(log.unresolved_status());
    log.event(desk, author, Event::Reopened {})?;
    if has_left {
        log.event(desk, &Author::System {}, Event::Unassigned {})?;
    }
    route::release_if_away(desk, log)
}

fn wake(desk: &mut Desk<'_>, log: &mut Log, author: &Author) -> Result<(), Stop> {
    if log.row.snoozed_until_ms.is_none() {
        return Ok(());
    }
    log.row.snoozed_until_ms = None;
    log.event(desk, author, Event::Woken {})?;
    comes_back(desk, log)
}

/// Ends one snooze if it is due. It may have changed since it was found.
pub(crate) struct WakeDue(pub(crate) ConversationId);

impl Decision for WakeDue {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::conversation(self.0)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        let mut log = desk.conversation(self.0)?;
        let now_ms = desk.now_ms();
        if log.row.snoozed_until_ms.is_some_and(|until_ms| until_ms <= now_ms) {
            wake(desk, &mut log, &Author::System {})?;
            desk.save(log)?;
        }
        Ok(())
    }
}

/// Something else happened that the log tells.
pub(crate) struct Happened {
    pub(crate) conversation: ConversationId,
    pub(crate) author: Author,
    pub(crate) event: Event,
}

impl Decision for Happened {
    type Output = ();

    fn needs(&self) -> Needs {
        Needs::conversation(self.conversation)
    }

    fn decide(&self, desk: &mut Desk<'_>) -> Result<(), Stop> {
        let mut log = desk.conversation(self.conversation)?;
        log.event(desk, &self.author, self.event.clone())?;
        desk.save(log).map(drop)
    }
}
