//! The audit log: who did what, when, and from where.
//!
//! It covers settings, permissions, logins and data exports. What is said to visitors is in the log of each
//! conversation.

mod action;
mod find;

use protocol::AgentId;
use sea_orm::ActiveValue::Set;
use sea_orm::entity::prelude::*;

pub use action::AuditAction;
pub use find::{AuditCursor, AuditEntry, AuditFilter, AuditPage};

use crate::Domain;
use crate::agent::Agent;
use crate::error::Result;
use crate::login::source::Source;
use crate::table::audit;

/// The actor of an audited action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// An agent.
    Agent {
        /// Their id.
        id: AgentId,
        /// Their name.
        name: String,
    },
    /// A program that uses an agent's access token.
    Program {
        /// The agent's id.
        id: AgentId,
        /// The agent's name.
        name: String,
    },
    /// Someone at the server's command line.
    Console,
    /// Someone who is not logged in, with the name or email address they gave.
    Stranger(String),
    /// The server itself.
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

/// The id and the name, at the time, of what an action was done to.
pub type Subject = (Uuid, String);

impl Domain {
    /// Writes an entry to the audit log.
    ///
    /// # Errors
    /// Store errors.
    pub async fn audit(
        &self,
        actor: Actor,
        action: AuditAction,
        subject: Option<Subject>,
        source: Option<&Source>,
    ) -> Result<()> {
        // The person at the command line sees the result there.
        if actor != Actor::Console {
            tracing::info!(
                action = action.as_str(),
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
            at_ms: Set(self.ambient.now_ms()),
            deed: Set(action.as_str().to_owned()),
            actor_kind: Set(actor.kind().to_owned()),
            actor_id: Set(actor.id()),
            actor_name: Set(actor.name()),
            subject_id: Set(subject_id),
            subject: Set(subject),
            address: Set(source.map(|source| source.address.to_string())),
            browser: Set(source.and_then(|source| source.browser.clone())),
        };
        audit::Entity::insert(row).exec_without_returning(&self.store.reader).await?;
        Ok(())
    }

    /// Like [`Self::audit`], but does not wait for the write, so that response times reveal nothing.
    pub(crate) fn audit_later(
        &self,
        actor: Actor,
        action: AuditAction,
        subject: Option<Subject>,
        source: &Source,
    ) {
        let (domain, source) = (self.clone(), source.clone());
        tokio::spawn(async move {
            if let Err(error) = domain.audit(actor, action, subject, Some(&source)).await {
                tracing::error!(%error, action = action.as_str(), "could not write an audit log entry");
            }
        });
    }
}
