//! A conversation's log: messages, notes and events.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::conversation::{Draft, Page};
use protocol::{ClientId, ConversationId, Entry, FileId, Seq};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::{Reads, Writes};
use crate::http::{At, Body, Failure, Params, maybe_whole, whole};
use crate::state::ServerState;

/// Which part of a log to list.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    /// The last position you have: what follows it is listed, oldest first. Default: from the beginning.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[param(value_type = Option<u64>, maximum = 9_007_199_254_740_991_u64)]
    after: Option<Seq>,
    /// The first position you have: the page that ends just before it is listed, oldest first.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[param(value_type = Option<u64>, maximum = 9_007_199_254_740_991_u64)]
    pub(super) before: Option<Seq>,
}

impl Since {
    pub(super) fn after(&self) -> Seq {
        self.after.unwrap_or_default()
    }
}

/// A part of a conversation's log.
#[derive(Serialize, ToSchema)]
pub(super) struct Messages {
    /// The conversation; `null` if the visitor has none.
    conversation: Option<ConversationId>,
    /// The last position of the log.
    head: Seq,
    /// How far the visitor has read.
    visitor_read_seq: Seq,
    /// How far the team has read.
    team_read_seq: Seq,
    /// At most 100 entries, oldest first.
    messages: Vec<Entry>,
    /// Pass it as `after` to get what follows. `null` at the end of the log, and with `before`.
    next: Option<Seq>,
}

impl Messages {
    pub(super) fn new(page: Page, since: &Since) -> Self {
        let last = page.entries.last().map(|entry| entry.seq);
        let next = last.filter(|last| since.before.is_none() && *last < page.head);
        Self {
            conversation: page.conversation,
            head: page.head,
            visitor_read_seq: page.visitor_read_seq,
            team_read_seq: page.team_read_seq,
            messages: page.entries,
            next,
        }
    }
}

/// List a conversation's log: messages, notes and events.
#[utoipa::path(get, path = "/conversations/{conversation}/messages", tag = "Messages",
    params(("conversation" = ConversationId, Path), Since),
    security(("access_token" = ["messages:read"])),
    responses((status = 200, body = Messages), Failure))]
pub(super) async fn list(
    Reads(agent): Reads,
    State(state): State<ServerState>,
    At(id): At<ConversationId>,
    Params(since): Params<Since>,
) -> Result<Json<Messages>, Failure> {
    let page = match since.before {
        Some(before) => state.domain.team_page_before(&agent, id, before).await?,
        None => state.domain.team_page(&agent, id, Some(since.after())).await?,
    };
    Ok(Json(Messages::new(page, &since)))
}

/// A message or note by an agent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AgentWrites {
    /// An id that you choose. Repeating a request with it is harmless: the existing message is returned.
    client_id: ClientId,
    /// Plain text of at most 16 KB. May be empty if there are files.
    text: String,
    /// The ids of files that were uploaded for this agent: at most 10.
    #[serde(default)]
    files: Vec<FileId>,
    /// Whether this is a private note, which the visitor does not see.
    #[serde(default)]
    note: bool,
}

/// Send a message or a private note.
#[utoipa::path(post, path = "/conversations/{conversation}/messages", tag = "Messages",
    params(("conversation" = ConversationId, Path)), request_body = AgentWrites,
    security(("access_token" = ["messages:write"])),
    responses((status = 200, body = Entry), Failure))]
pub(super) async fn send(
    Writes(agent): Writes,
    State(state): State<ServerState>,
    At(id): At<ConversationId>,
    Body(message): Body<AgentWrites>,
) -> Result<Json<Entry>, Failure> {
    let AgentWrites { client_id, text, files, note } = message;
    let draft = Draft { text: &text, files: &files };
    Ok(Json(state.domain.send_as_agent(&agent, id, client_id, draft, note).await?))
}

/// How far a conversation was read.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReadUpTo {
    /// The last position read.
    #[serde(deserialize_with = "whole")]
    #[schema(value_type = u64, maximum = 9_007_199_254_740_991_u64)]
    pub(super) seq: Seq,
}

/// Mark a conversation as read by the agent, and thereby by the team.
#[utoipa::path(post, path = "/conversations/{conversation}/read", tag = "Messages",
    params(("conversation" = ConversationId, Path)), request_body = ReadUpTo,
    security(("access_token" = ["messages:write"])),
    responses((status = 204), Failure))]
pub(super) async fn read(
    Writes(agent): Writes,
    State(state): State<ServerState>,
    At(id): At<ConversationId>,
    Body(ReadUpTo { seq }): Body<ReadUpTo>,
) -> Result<StatusCode, Failure> {
    state.domain.read_as_agent(&agent, id, seq).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show the visitor that the agent is typing, for two seconds.
#[utoipa::path(post, path = "/conversations/{conversation}/typing", tag = "Messages",
    params(("conversation" = ConversationId, Path)),
    security(("access_token" = ["messages:write"])),
    responses((status = 204), Failure))]
pub(super) async fn types(
    Writes(agent): Writes,
    State(state): State<ServerState>,
    At(id): At<ConversationId>,
) -> Result<StatusCode, Failure> {
    state.domain.type_as_agent(&agent, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
