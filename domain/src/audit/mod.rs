//! The audit log: who did what that others may want to know of, when, and from where.
//!
//! It is about settings, rights, logins and what leaves the house: not about what is said to visitors, which
//! has a log of its own in each conversation.

mod deed;
mod find;

use protocol::AgentId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

pub use deed::Deed;
pub use find::{AuditCursor, AuditEntry, AuditFilter, AuditPage};

use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::login::Source;
use crate::table::audit;

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An agent.
    Agent {
        /// Their id.
        id: AgentId,
        /// Their name.
        name: String,
    },
    /// A program with an access token, in an agent's name.
    Program {
        /// The agent's id.
        id: AgentId,
        /// The agent's name.
        name: String,
    },
    /// Somebody at the server's own command line.
    Console,
    /// Somebody who is not logged in, and what they said they are.
    Stranger(String),
    /// The program itself.
    System,
}

impl From<&Agent> for Actor {
    fn from(agent: &Agent) -> Self {
        Self::Agent { id: agent.id, name: agent.name.clone() }
    }
}

impl Actor {
    const fn kind(&self) -> &'static str {
        match self {
            Self::Agent { .. } => "agent",
            Self::Program { .. } => "program",
            Self::Console => "console",
            Self::Stranger(_) => "stranger",
            Self::System => "system",
        }
    }

    const fn id(&self) -> Option<AgentId> {
        match self {
            Self::Agent { id, .. } | Self::Program { id, .. } => Some(*id),
            Self::Console | Self::Stranger(_) | Self::System => None,
        }
    }

    fn name(&self) -> String {
        match self {
            Self::Agent { name, .. } | Self::Program { name, .. } => name.clone(),
            Self::Stranger(said) => said.chars().take(254).collect(),
            Self::Console => "the command line".to_owned(),
            Self::System => "Porchlight".to_owned(),
        }
    }
}

/// What it was done to: its id, if it has one, and its name as it was then.
pub type Subject = (Uuid, String);

impl Domain {
    /// Notes what was done.
    ///
    /// # Errors
    /// The store's.
    pub async fn audit(
        &self,
        actor: Actor,
        deed: Deed,
        subject: Option<Subject>,
        source: Option<&Source>,
    ) -> Result<()> {
        // Whoever sits at the command line knows.
        if actor != Actor::Console {
            tracing::info!(
                deed = deed.as_str(),
                by = actor.kind(),
                account = ?actor.id().map(|id| id.to_string()),
                client = ?source.map(|source| source.address),
                subject = ?subject.as_ref().map(|(id, _)| id),
                "audit"
            );
        }
        let (subject_id, subject) = subject.unzip();
        let row = audit::ActiveModel {
            id: Set(self.ambient.uuid()),
            at_ms: Set(self.ambient.now_ms().cast_signed()),
            deed: Set(deed.as_str().to_owned()),
            actor_kind: Set(actor.kind().to_owned()),
            actor_id: Set(actor.id().map(|id| id.0)),
            actor_name: Set(actor.name()),
            subject_id: Set(subject_id),
            subject: Set(subject),
            address: Set(source.map(|source| source.address.to_string())),
            browser: Set(source.and_then(|source| source.browser.clone())),
        };
        audit::Entity::insert(row).exec_without_returning(&self.store.reader).await?;
        Ok(())
    }

    /// The same, without waiting for it: the time that it takes tells nobody anything.
    pub(crate) fn audit_later(
        &self,
        actor: Actor,
        deed: Deed,
        subject: Option<Subject>,
        source: &Source,
    ) {
        let (domain, source) = (self.clone(), source.clone());
        tokio::spawn(async move {
            if let Err(error) = domain.audit(actor, deed, subject, Some(&source)).await {
                tracing::error!(%error, deed = deed.as_str(), "the audit log lacks an entry");
            }
        });
    }
}
