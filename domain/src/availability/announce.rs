//! Tells visitors and agents who is available, and where visitors are in the queue.

use std::collections::HashMap;

use protocol::{
    AgentId, Attendance, Availability, ErrorCode, InboxId, Presence, TeamId, Teammate, VisitorId,
};
use sea_orm::entity::prelude::*;
use sea_orm::{ActiveValue::Set, IntoActiveModel, QueryOrder};

use super::is_open;
use crate::Domain;
use crate::error::Result;
use crate::hub::HubEvent;
use crate::inbox::Inbox;
use crate::table::{agent, conversation};

impl Domain {
    /// Whether anyone is available in an inbox now, and if it is closed, when it opens next.
    #[must_use]
    pub fn availability(&self, inbox: &Inbox) -> Availability {
        let now_ms = self.ambient.now_ms();
        let is_open = is_open(inbox, now_ms);
        let is_there = self.hub().is_anybody_online(inbox.id);
        let attendance = match (is_open, is_there) {
            (true, true) => Attendance::Online,
            (true, false) => Attendance::Away,
            (false, _) => Attendance::Closed,
        };
        let opens_at_ms = match (&inbox.hours, is_open) {
            (Some(hours), false) => hours.open_next(now_ms),
            _ => None,
        };
        Availability { attendance, opens_at_ms }
    }

    /// Tells visitors of each inbox whose availability has changed since they were last told. Call it when
    /// presence changes ([`crate::hub::Hub::moved`]), and periodically because business hours begin and end.
    ///
    /// # Errors
    /// Store errors.
    pub async fn tell_availability(&self) -> Result<()> {
        for inbox in self.list_inboxes().await? {
            let now = self.availability(&inbox);
            let before = self.told.with(|said| said.availability.insert(inbox.id, now.clone()));
            if before.is_some_and(|before| before != now) {
                self.hub().publish(&HubEvent::Availability { inbox: inbox.id, availability: now });
            }
        }
        Ok(())
    }

    /// The availability that an inbox's visitors were last told, for a visitor who connects. It is not
    /// computed anew, so that an agent who reloads a page, and is gone for a moment, does not appear away to
    /// anyone.
    #[must_use]
    pub fn told_availability(&self, inbox: &Inbox) -> Availability {
        let now = || self.availability(inbox);
        self.told.with(|said| said.availability.entry(inbox.id).or_insert_with(now).clone())
    }

    /// A visitor's position in the queue for an agent: 1 is next; `None` if they are not waiting.
    ///
    /// # Errors
    /// Store errors.
    pub async fn queue_position(&self, visitor: VisitorId) -> Result<Option<u64>> {
        let found = conversation::Entity::find()
            .filter(conversation::COLUMN.unresolved_visitor_id.eq(visitor))
            .filter(conversation::COLUMN.queued_at_ms.is_not_null())
            .one(&self.store.reader)
            .await?;
        let Some(row) = found else { return Ok(None) };
        let before = conversation::Entity::find()
            .filter(conversation::COLUMN.queued_at_ms.lt(row.queued_at_ms))
            .filter(conversation::COLUMN.inbox_id.eq(row.inbox_id))
            .filter(match row.team_id {
                Some(team) => conversation::COLUMN.team_id.eq(team),
                None => conversation::COLUMN.team_id.is_null(),
            })
            .count(&self.store.reader)
            .await?;
        Ok(Some(before + 1))
    }

    /// Tells visitors whose position in the queue has changed since they were last told, or who no longer
    /// wait.
    ///
    /// # Errors
    /// Store errors.
    pub async fn tell_queues(&self) -> Result<()> {
        let waiting = conversation::Entity::find()
            .filter(conversation::COLUMN.queued_at_ms.is_not_null())
            .order_by_asc(conversation::Column::QueuedAtMs)
            .all(&self.store.reader)
            .await?;
        let mut length: HashMap<(InboxId, Option<TeamId>), u64> = HashMap::new();
        let mut now: HashMap<VisitorId, u64> = HashMap::new();
        for row in waiting {
            let place = length.entry((row.inbox_id, row.team_id)).or_default();
            *place += 1;
            now.insert(row.visitor_id, *place);
        }
        let before = self.told.with(|said| std::mem::replace(&mut said.places, now.clone()));
        for (visitor, place) in &now {
            if before.get(visitor) != Some(place) {
                self.hub().publish(&HubEvent::Queued { visitor: *visitor, position: Some(*place) });
            }
        }
        for visitor in before.keys().filter(|visitor| !now.contains_key(visitor)) {
            self.hub().publish(&HubEvent::Queued { visitor: *visitor, position: None });
        }
        Ok(())
    }

    /// Sets the presence that an agent has while they have a socket.
    ///
    /// # Errors
    /// `agent_unknown`; store errors.
    pub async fn choose_presence(&self, id: AgentId, choice: Presence) -> Result<()> {
        let row = agent::Entity::find_by_id(id).one(&self.store.reader).await?;
        let mut row = row.ok_or(ErrorCode::AgentUnknown)?.into_active_model();
        row.presence = Set(choice);
        agent::Entity::update(row).exec(&self.store.reader).await?;
        self.hub().choose(id, choice);
        Ok(())
    }

    /// Tells agents who is on the team.
    pub(crate) async fn tell_team(&self) -> Result<()> {
        let team = self.teammates().await?;
        self.hub().publish(&HubEvent::Team { team });
        Ok(())
    }

    /// The active agents, by name, and the presence of each.
    ///
    /// # Errors
    /// Store errors.
    pub async fn teammates(&self) -> Result<Vec<Teammate>> {
        let agents = self.list_agents().await?;
        // Read presence last, so that a change in the meantime is not lost.
        let present = self.hub().agents();
        let teammate = |agent: crate::agent::Agent| Teammate {
            presence: present.get(&agent.id).copied().unwrap_or(Presence::Offline),
            id: agent.id,
            name: agent.name,
        };
        Ok(agents.into_iter().filter(|agent| agent.is_active).map(teammate).collect())
    }
}
