//! Which conversations an agent may see: the one place that decides it for lists, search, sockets,
//! server functions and the API.

use std::collections::{BTreeSet, HashMap};

use protocol::{AgentId, ErrorCode, InboxId};
use sea_orm::Condition;
use sea_orm::entity::prelude::*;

use super::Role;
use crate::error::Result;
use crate::table::{agent_inbox, conversation};

/// Which inboxes' conversations an agent may see.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Sight {
    /// Those of every inbox, later ones included.
    #[default]
    All,
    /// Those of these inboxes.
    Inboxes(BTreeSet<InboxId>),
}

impl Sight {
    /// Whether conversations of an inbox are among them.
    #[must_use]
    pub fn covers(&self, inbox: InboxId) -> bool {
        match self {
            Self::All => true,
            Self::Inboxes(inboxes) => inboxes.contains(&inbox),
        }
    }

    /// `conversation_unknown` for what may not be seen: not even that it exists.
    pub(crate) fn check(&self, row: &conversation::Model) -> Result<()> {
        if self.covers(InboxId(row.inbox_id)) {
            Ok(())
        } else {
            Err(ErrorCode::ConversationUnknown.into())
        }
    }

    /// The same as a condition on a column that holds an inbox's id.
    pub(crate) fn condition(&self, column: impl ColumnTrait) -> Condition {
        match self {
            Self::All => Condition::all(),
            Self::Inboxes(inboxes) => {
                Condition::all().add(column.is_in(inboxes.iter().map(|inbox| inbox.0)))
            }
        }
    }

    /// What an agent is limited to. Whoever runs the installation is not, and neither is who has no
    /// inbox of their own.
    fn new(role: Role, inboxes: BTreeSet<InboxId>) -> Self {
        if role == Role::Owner || inboxes.is_empty() { Self::All } else { Self::Inboxes(inboxes) }
    }

    /// The sight of one agent.
    pub(crate) async fn read(db: &impl ConnectionTrait, id: AgentId, role: Role) -> Result<Self> {
        if role == Role::Owner {
            return Ok(Self::All);
        }
        let rows = agent_inbox::Entity::find()
            .filter(agent_inbox::Column::AgentId.eq(id.0))
            .all(db)
            .await?;
        Ok(Self::new(role, rows.into_iter().map(|row| InboxId(row.inbox_id)).collect()))
    }
}

/// What each agent who has inboxes of their own is limited to.
pub(crate) struct Sights(HashMap<Uuid, BTreeSet<InboxId>>);

impl Sights {
    pub(crate) async fn read(db: &impl ConnectionTrait) -> Result<Self> {
        let mut sights: HashMap<Uuid, BTreeSet<InboxId>> = HashMap::new();
        for row in agent_inbox::Entity::find().all(db).await? {
            sights.entry(row.agent_id).or_default().insert(InboxId(row.inbox_id));
        }
        Ok(Self(sights))
    }

    /// The sight of an agent.
    pub(crate) fn of(&self, id: Uuid, role: Role) -> Sight {
        Sight::new(role, self.0.get(&id).cloned().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_has_inboxes_sees_those_and_an_owner_all() {
        let [one, other] = [1, 2].map(|number| InboxId(Uuid::from_u128(number)));
        let theirs = BTreeSet::from([one]);
        let limited = Sight::new(Role::Agent, theirs.clone());
        assert!(limited.covers(one) && !limited.covers(other));
        assert!(Sight::new(Role::Agent, BTreeSet::new()).covers(other));
        assert!(Sight::new(Role::Owner, theirs).covers(other));
    }
}
