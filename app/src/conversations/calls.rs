//! Server functions about conversations: what the first rendering needs. News come by the socket.

use leptos::prelude::*;
use protocol::{ClientId, ConversationId, Entry, Seq, Summary};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// The list, and the time it was read, in milliseconds since 1970 (UTC).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// Most recent first.
    pub conversations: Vec<Summary>,
    /// The server's time.
    pub now_ms: u64,
}

/// A conversation's latest page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// Its line in the list.
    pub summary: Summary,
    /// How far the visitor has read.
    pub visitor_read_seq: Seq,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// A name for the reply that a browser without scripts may send from this page.
    pub next_client_id: ClientId,
}

/// The list of conversations.
#[server]
pub async fn list_conversations() -> Result<Listed, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    Ok(Listed {
        conversations: backend.domain.list_conversations(agent.id).await?,
        now_ms: backend.domain.ambient().now_ms(),
    })
}

/// One conversation. Reading it here does not mark it as read: that is the screen's to say.
#[server]
pub async fn open_conversation(id: ConversationId) -> Result<Opened, Failure> {
    use protocol::ErrorCode;

    let (agent, backend) = crate::backend::require_agent().await?;
    let summary = backend.domain.find_conversation(agent.id, id).await?;
    let page = backend.domain.team_page(id, None).await?;
    Ok(Opened {
        summary: summary.ok_or(ErrorCode::ConversationUnknown)?,
        visitor_read_seq: page.visitor_read_seq,
        entries: page.entries,
        next_client_id: ClientId(backend.domain.ambient().uuid()),
    })
}

/// A reply from a page whose scripts do not run, or not yet.
#[server]
pub async fn reply(
    conversation: ConversationId,
    client_id: ClientId,
    text: String,
) -> Result<(), Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    backend.domain.send_as_agent(&agent, conversation, client_id, &text, false).await?;
    leptos_axum::redirect(&format!("/conversations/{conversation}"));
    Ok(())
}
