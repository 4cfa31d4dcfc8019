//! The directory: what every message needs and seldom changes, in memory. The inboxes, agents, teams and labels.
//!
//! The store has a revision of it, a random number that every change of these replaces in its own transaction
//! ([`changed`]). A transaction of the writer reads the revision together with the rows that it needs, and reads the
//! directory again if it is another. So no decision rests on an old directory, whichever process changed it.

mod check;
mod read;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use protocol::{AgentId, ErrorCode, InboxId, Label, LabelId, Routing, TeamId};
use sea_orm::ConnectionTrait;

use crate::agent::Visibility;
use crate::ambient::Ambient;
use crate::error::Result;
use crate::inbox::Inbox;

pub(crate) use read::changed;

/// The inboxes, agents, teams and labels at one revision.
#[derive(Default)]
pub(crate) struct Directory {
    revision: i64,
    inboxes: HashMap<InboxId, KnownInbox>,
    agents: HashMap<AgentId, Member>,
    teams: HashMap<TeamId, Team>,
    labels: HashMap<LabelId, Label>,
    /// After how long without a reply each agent who wants to know gets an email, in milliseconds.
    escalations: Vec<(AgentId, u64)>,
}

/// An agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Member {
    pub(crate) id: AgentId,
    pub(crate) name: String,
    /// The most conversations that routing assigns to them.
    pub(crate) capacity: Option<u32>,
    /// The labels whose conversations they can handle.
    pub(crate) skills: BTreeSet<LabelId>,
    pub(crate) visibility: Visibility,
    pub(crate) is_active: bool,
}

/// An inbox. If its settings cannot be read, its conversations can still be resolved.
struct KnownInbox {
    name: String,
    routing: Routing,
    settings: Result<Arc<Inbox>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Team {
    routing: Routing,
    members: HashSet<AgentId>,
}

impl Directory {
    /// The inbox with this id.
    ///
    /// # Errors
    /// `inbox_unknown`; a corrupt row if its settings cannot be read.
    pub(crate) fn inbox(&self, id: InboxId) -> Result<&Arc<Inbox>> {
        self.known(id)?.settings.as_ref().map_err(Clone::clone)
    }

    /// The name of an inbox.
    ///
    /// # Errors
    /// `inbox_unknown`.
    pub(crate) fn inbox_name(&self, id: InboxId) -> Result<&str> {
        Ok(&self.known(id)?.name)
    }

    fn known(&self, id: InboxId) -> Result<&KnownInbox> {
        self.inboxes.get(&id).ok_or(ErrorCode::InboxUnknown.into())
    }

    /// The agent with this id, also one who has left the team.
    pub(crate) fn agent(&self, id: AgentId) -> Option<&Member> {
        self.agents.get(&id)
    }

    /// The agents on the team.
    pub(crate) fn active(&self) -> impl Iterator<Item = &Member> {
        self.agents.values().filter(|agent| agent.is_active)
    }

    /// The label with this id.
    pub(crate) fn label(&self, id: LabelId) -> Option<&Label> {
        self.labels.get(&id)
    }

    /// The routing of a team, or without one, of an inbox.
    ///
    /// # Errors
    /// `inbox_unknown`.
    pub(crate) fn routing(&self, team: Option<TeamId>, inbox: InboxId) -> Result<Routing> {
        match team.and_then(|team| self.teams.get(&team)) {
            Some(team) => Ok(team.routing),
            None => Ok(self.known(inbox)?.routing),
        }
    }

    /// Whether an agent is in a team.
    pub(crate) fn is_in(&self, agent: AgentId, team: TeamId) -> bool {
        self.teams.get(&team).is_some_and(|team| team.members.contains(&agent))
    }

    /// Whether any agent has a label as a skill.
    pub(crate) fn is_skill(&self, label: LabelId) -> bool {
        self.agents.values().any(|agent| agent.skills.contains(&label))
    }

    /// After how long without a reply each agent who wants to know gets an email, in milliseconds.
    pub(crate) fn escalations(&self) -> &[(AgentId, u64)] {
        &self.escalations
    }
}

/// The directory that was read last. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Directories(Arc<Mutex<Arc<Directory>>>);

impl Directories {
    /// The directory at this revision, which was read in the same transaction. It is read again if it has changed.
    ///
    /// # Errors
    /// Store errors.
    pub(crate) async fn at(
        &self,
        tx: &impl ConnectionTrait,
        ambient: &Ambient,
        revision: i64,
    ) -> Result<Arc<Directory>> {
        let known = self.last();
        if known.revision == revision {
            return Ok(known);
        }
        let read = Arc::new(Directory::read(tx, ambient, revision).await?);
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&read);
        Ok(read)
    }

    /// The directory that was read last. It may be old.
    pub(crate) fn last(&self) -> Arc<Directory> {
        Arc::clone(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Directory {
    fn is_same(&self, other: &Self) -> bool {
        let inboxes = |of: &Self| -> HashMap<InboxId, Option<Inbox>> {
            let settings = |one: &KnownInbox| one.settings.as_deref().ok().cloned();
            of.inboxes.iter().map(|(id, one)| (*id, settings(one))).collect()
        };
        inboxes(self) == inboxes(other)
            && self.agents == other.agents
            && self.teams == other.teams
            && self.labels == other.labels
            && self.escalations == other.escalations
    }
}

#[cfg(test)]
impl Directory {
    /// A directory with one inbox, these agents and one label.
    pub(crate) fn for_tests(
        ambient: &Ambient,
        inbox: InboxId,
        routing: Routing,
        agents: Vec<Member>,
        label: LabelId,
    ) -> Self {
        let settings = Inbox { routing, ..Inbox::for_tests(ambient, inbox) };
        let known =
            KnownInbox { name: settings.name.clone(), routing, settings: Ok(Arc::new(settings)) };
        Self {
            revision: 1,
            inboxes: [(inbox, known)].into(),
            agents: agents.into_iter().map(|agent| (agent.id, agent)).collect(),
            teams: HashMap::new(),
            labels: [(label, Label { id: label, name: "VIP".into(), color: "#ffffff".into() })]
                .into(),
            escalations: Vec::new(),
        }
    }
}
