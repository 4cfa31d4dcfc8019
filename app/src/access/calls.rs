//! Server functions about access tokens.

use std::collections::BTreeSet;

use leptos::prelude::*;
use protocol::{AccessTokenId, AgentId, Person, Scope, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An access token as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRow {
    /// Its id.
    pub id: AccessTokenId,
    /// What the token is for.
    pub name: String,
    /// What it lets a program do.
    pub scopes: Vec<Scope>,
    /// The agent in whose name it acts.
    pub agent: Person,
    /// When it was created, in milliseconds since 1970 (UTC).
    pub created_at_ms: UnixMillis,
    /// When it was last used, in milliseconds since 1970 (UTC).
    pub last_used_at_ms: Option<UnixMillis>,
}

/// Everything the page shows.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The tokens, newest first.
    pub tokens: Vec<TokenRow>,
    /// The agents in whose name the caller may create a token.
    pub agents: Vec<Person>,
}

/// Returns the access tokens, and the agents in whose name one may be created.
#[server]
pub async fn read_access() -> Result<Access, Failure> {
    use domain::agent::Right;

    let by = crate::backend::require(Right::ManageTokens).await?;
    let backend = &by.backend;
    let row = |token: domain::access::AccessToken| TokenRow {
        id: token.id,
        name: token.name,
        scopes: token.scopes.into_iter().collect(),
        agent: token.agent,
        created_at_ms: token.created_at_ms,
        last_used_at_ms: token.last_used_at_ms,
    };
    let agents = backend.domain.list_agents().await?.into_iter();
    let agents = agents.filter(|agent| by.agent.role.may_manage(agent.role));
    let person = |agent: domain::agent::Agent| Person { id: agent.id, name: agent.name };
    Ok(Access {
        tokens: backend.domain.list_access_tokens().await?.into_iter().map(row).collect(),
        agents: agents.filter(|agent| agent.is_active).map(person).collect(),
    })
}

/// Creates an access token and returns it. It is never shown again.
#[server]
pub async fn create_access_token(
    name: String,
    agent: AgentId,
    #[server(default)] scopes: BTreeSet<Scope>,
) -> Result<String, Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require_fresh(Right::ManageTokens).await?;
    // The token may do what its agent may, so the caller must be allowed to manage that agent.
    let whose = by.managed(agent).await?;
    let token = by.backend.domain.create_access_token(&name, scopes, agent).await?;
    let named = format!("{name}, acting as {}", whose.name);
    by.note(AuditAction::TokenCreated, Some((agent.0, named))).await?;
    Ok(token)
}

/// Revokes an access token. It stops working at once.
#[server]
pub async fn revoke_access_token(id: AccessTokenId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ManageTokens).await?;
    let tokens = by.backend.domain.list_access_tokens().await?;
    by.backend.domain.revoke_access_token(id).await?;
    let revoked = tokens.into_iter().find(|token| token.id == id);
    by.note(AuditAction::TokenRevoked, revoked.map(|token| (token.agent.id.0, token.name))).await?;
    leptos_axum::redirect("/access");
    Ok(())
}
