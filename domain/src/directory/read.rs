//! Reads the directory, and records that it has changed.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use protocol::{AgentId, LabelId, TeamId};
use sea_orm::entity::prelude::*;

use super::{Directory, KnownInbox, Member, Team};
use crate::agent::Visibilities;
use crate::ambient::Ambient;
use crate::error::Result;
use crate::table::column::Assign;
use crate::table::{agent, agent_mail, agent_skill, directory, inbox, label, team, team_agent};

/// Records that the directory has changed. To be called in the transaction that changes an inbox, an agent, what
/// an agent sees, can do or wants, a team or a label.
///
/// # Errors
/// Store errors.
pub(crate) async fn changed(tx: &impl ConnectionTrait, ambient: &Ambient) -> Result<()> {
    // Random, not counted: what a transaction that was rolled back has read must never be taken for another's.
    let revision = i64::from_be_bytes(ambient.bytes());
    let update = directory::Entity::update_many().assign(directory::COLUMN.revision, revision);
    update.exec(tx).await?;
    Ok(())
}

/// The revision of the directory in the store.
pub(super) async fn revision(db: &impl ConnectionTrait) -> Result<i64> {
    let row = directory::Entity::find().one(db).await?;
    Ok(row.map_or(0, |row| row.revision))
}

impl Directory {
    pub(super) async fn read(
        db: &impl ConnectionTrait,
        ambient: &Ambient,
        revision: i64,
    ) -> Result<Self> {
        let inboxes = inbox::Entity::find().all(db).await?;
        let inboxes = inboxes.into_iter().map(|row| {
            let (id, name, routing) = (row.id, row.name.clone(), row.routing);
            let settings = crate::inbox::from_row(row, ambient).map(Arc::new);
            (id, KnownInbox { name, routing, settings })
        });
        let inboxes = inboxes.collect();
        let mut skills: HashMap<AgentId, BTreeSet<LabelId>> = HashMap::new();
        for row in agent_skill::Entity::find().all(db).await? {
            skills.entry(row.agent_id).or_default().insert(row.label_id);
        }
        let visibilities = Visibilities::read(db).await?;
        let agents = agent::Entity::find().all(db).await?;
        let agents = agents.into_iter().map(|row| {
            let member = Member {
                visibility: visibilities.of(&row),
                skills: skills.remove(&row.id).unwrap_or_default(),
                id: row.id,
                name: row.name,
                capacity: row.capacity.map(i32::unsigned_abs),
                is_active: row.is_active,
            };
            (member.id, member)
        });
        let agents = agents.collect();
        let mut members: HashMap<TeamId, HashSet<AgentId>> = HashMap::new();
        for row in team_agent::Entity::find().all(db).await? {
            members.entry(row.team_id).or_default().insert(row.agent_id);
        }
        let teams = team::Entity::find().all(db).await?;
        let teams = teams.into_iter().map(|row| {
            let members = members.remove(&row.id).unwrap_or_default();
            (row.id, Team { routing: row.routing, members })
        });
        let teams = teams.collect();
        let labels = label::Entity::find().all(db).await?;
        let labels = labels.into_iter().map(crate::label::from_row);
        let labels = labels.map(|label| (label.id, label)).collect();
        let escalations = agent_mail::Entity::find()
            .filter(agent_mail::COLUMN.escalation_ms.is_not_null())
            .all(db)
            .await?;
        let wait = |row: agent_mail::Model| Some((row.agent_id, row.escalation_ms?.unsigned_abs()));
        let escalations = escalations.into_iter().filter_map(wait).collect();
        Ok(Self { revision, inboxes, agents, teams, labels, escalations })
    }
}
