//! Server functions about inboxes.

use leptos::prelude::*;
use protocol::InboxId;
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An inbox as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxDetails {
    /// Its id.
    pub id: InboxId,
    /// Its name.
    pub name: String,
    /// Its public key.
    pub key: String,
    /// The sites that may embed its chat.
    pub sites: Vec<String>,
    /// The tag that embeds its chat.
    pub snippet: String,
}

/// All inboxes.
#[server]
pub async fn list_inboxes() -> Result<Vec<InboxDetails>, Failure> {
    let (_agent, backend) = crate::backend::require_agent().await?;
    let inboxes = backend.domain.list_inboxes().await?;
    Ok(inboxes
        .into_iter()
        .map(|inbox| InboxDetails {
            id: inbox.id,
            snippet: inbox.snippet(&backend.public_url),
            name: inbox.name,
            key: inbox.key,
            sites: inbox.allowed_sites.iter().map(|site| site.as_str().to_owned()).collect(),
        })
        .collect())
}

/// Replaces the sites that may embed an inbox's chat: one a line.
#[server]
pub async fn allow_sites(id: InboxId, sites: String) -> Result<(), Failure> {
    use protocol::ErrorCode;

    let (agent, backend) = crate::backend::require_agent().await?;
    if !agent.role.can_manage_inboxes() {
        return Err(ErrorCode::OwnerRequired.into());
    }
    let lines = sites.lines().map(str::trim).filter(|line| !line.is_empty());
    let sites: Vec<String> = lines.map(ToOwned::to_owned).collect();
    backend.domain.allow_sites(id, &sites).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}
