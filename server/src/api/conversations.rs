//! Conversations: listing, creating and changing them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::agent::Agent;
use domain::conversation::ListCursor;
use protocol::{
    AgentId, Change, ConversationId, Conversations, ErrorCode, Filter, InboxId, LabelId, Status,
    Summary, UnixMillis, VisitorId, limits,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::caller::{ChangesConversations, SeesConversations};
use crate::http::{At, Body, Failure, Params, whole};
use crate::state::ServerState;

/// Which conversations to list: those that match all given filters.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `open`, `assigned` or `resolved`, or several of them separated by commas.
    #[param(
        example = "open,assigned",
        pattern = "^ *(open|assigned|resolved) *(, *(open|assigned|resolved) *)*$"
    )]
    pub(super) status: Option<String>,
    /// An agent's id, or `none` for unassigned conversations.
    #[param(pattern = "^(none|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    pub(super) assignee: Option<String>,
    #[param(value_type = Option<InboxId>)]
    pub(super) inbox: Option<InboxId>,
    #[param(value_type = Option<VisitorId>)]
    pub(super) visitor: Option<VisitorId>,
    #[param(value_type = Option<LabelId>)]
    pub(super) label: Option<LabelId>,
    /// Only archived conversations (`true`), or only others (`false`). Default: both.
    pub(super) archived: Option<bool>,
    /// Only spam (`true`), or only other conversations (`false`). Default: `false`.
    pub(super) spam: Option<bool>,
    /// Only snoozed conversations (`true`), or only others (`false`). Default: both.
    pub(super) snoozed: Option<bool>,
    /// The `next` of the previous page.
    #[param(
        pattern = "^[0-9]{1,15}\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
    )]
    pub(super) after: Option<String>,
    /// The size of the page: 1 to 200. Default: 50.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u64>,
}

impl Wanted {
    pub(super) fn filter(&self) -> Result<Filter, Failure> {
        let invalid = |what: &str| Failure::about(ErrorCode::RequestInvalid, what);
        let mut status = Vec::new();
        for word in self.status.iter().flat_map(|words| words.split(',')) {
            let one = Status::parse(word.trim());
            status.push(one.ok_or_else(|| invalid("status must be open, assigned or resolved"))?);
        }
        let (assignee, unassigned) = match self.assignee.as_deref() {
            None => (None, false),
            Some("none") => (None, true),
            Some(id) => {
                let id = AgentId::parse(id);
                (Some(id.ok_or_else(|| invalid("assignee must be an agent's id or none"))?), false)
            }
        };
        let Self { inbox, visitor, label, archived, snoozed, .. } = *self;
        let spam = Some(self.spam.unwrap_or(false));
        Ok(Filter { status, assignee, unassigned, inbox, visitor, label, archived, spam, snoozed })
    }
}

/// Checks the requested size of a page: 1 to `most`, 50 by default.
pub(super) fn limit(wanted: Option<u64>, most: u64) -> Result<u64, Failure> {
    match wanted.unwrap_or(50) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(Failure::about(
            ErrorCode::RequestInvalid,
            format!("limit must be from 1 to {most}"),
        )),
    }
}

/// List conversations, most recent first.
#[utoipa::path(get, path = "/conversations", tag = "Conversations", params(Wanted),
    security(("access_token" = ["conversations:read"])),
    responses((status = 200, body = Conversations), Failure))]
pub(super) async fn list(
    SeesConversations(agent): SeesConversations,
    State(state): State<ServerState>,
    Params(wanted): Params<Wanted>,
) -> Result<Json<Conversations>, Failure> {
    let (filter, limit) = (wanted.filter()?, limit(wanted.limit, limits::LIST_CONVERSATIONS)?);
    let after = wanted.after.as_deref().map(ListCursor::parse).transpose()?;
    Ok(Json(state.domain.list_conversations(&agent, &filter, after, limit).await?))
}

/// The visitor to start a conversation for.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    visitor: VisitorId,
}

/// Start a conversation for a visitor, and assign it as its inbox's routing says.
///
/// A visitor has at most one conversation that is not resolved. If there is one, it is returned with status
/// 200.
#[utoipa::path(post, path = "/conversations", tag = "Conversations", request_body = Create,
    security(("access_token" = ["conversations:write"])),
    responses((status = 201, body = Summary), (status = 200, body = Summary), Failure))]
pub(super) async fn create(
    ChangesConversations(agent): ChangesConversations,
    State(state): State<ServerState>,
    Body(Create { visitor }): Body<Create>,
) -> Result<(StatusCode, Json<Summary>), Failure> {
    let who = state.domain.find_visitor(&agent, visitor).await?.who();
    let (conversation, is_new) = state.domain.begin_conversation(&who).await?;
    let status = if is_new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(conversation)))
}

/// Show a conversation.
#[utoipa::path(get, path = "/conversations/{conversation}", tag = "Conversations",
    params(("conversation" = ConversationId, Path)),
    security(("access_token" = ["conversations:read"])),
    responses((status = 200, body = Summary), Failure))]
pub(super) async fn show(
    SeesConversations(agent): SeesConversations,
    State(state): State<ServerState>,
    At(id): At<ConversationId>,
) -> Result<Json<Summary>, Failure> {
    Ok(Json(state.domain.find_conversation(&agent, id).await?))
}

async fn change(
    state: &ServerState,
    agent: &Agent,
    id: ConversationId,
    change: Change,
) -> Result<Json<Summary>, Failure> {
    Ok(Json(state.domain.change_conversation(agent, id, change).await?))
}

/// The new assignee.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assign {
    /// An agent's id, or `null` to unassign the conversation.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    agent: Option<AgentId>,
}

/// Assign a conversation to an agent, even if another agent has it, or unassign it.
#[utoipa::path(post, path = "/conversations/{conversation}/assign", tag = "Conversations",
    params(("conversation" = ConversationId, Path)), request_body = Assign,
    security(("access_token" = ["conversations:write"])),
    responses((status = 200, body = Summary), Failure))]
pub(super) async fn assign(
    ChangesConversations(agent): ChangesConversations,
    State(state): State<ServerState>,
    At(id): At<ConversationId>,
    Body(Assign { agent: to }): Body<Assign>,
) -> Result<Json<Summary>, Failure> {
    change(&state, &agent, id, Change::Assign { agent: to }).await
}

/// The end of the snooze.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Snooze {
    /// A time in the future, at most a year away.
    #[serde(deserialize_with = "whole")]
    #[schema(value_type = u64, maximum = 9_007_199_254_740_991_u64)]
    until_ms: UnixMillis,
}

/// Snooze a conversation until a time, or until the visitor writes.
#[utoipa::path(post, path = "/conversations/{conversation}/snooze", tag = "Conversations",
    params(("conversation" = ConversationId, Path)), request_body = Snooze,
    security(("access_token" = ["conversations:write"])),
    responses((status = 200, body = Summary), Failure))]
pub(super) async fn snooze(
    ChangesConversations(agent): ChangesConversations,
    State(state): State<ServerState>,
    At(id): At<ConversationId>,
    Body(Snooze { until_ms }): Body<Snooze>,
) -> Result<Json<Summary>, Failure> {
    change(&state, &agent, id, Change::Snooze { until_ms }).await
}

/// Add a label to a conversation.
#[utoipa::path(put, path = "/conversations/{conversation}/labels/{label}", tag = "Conversations",
    params(("conversation" = ConversationId, Path), ("label" = LabelId, Path)),
    security(("access_token" = ["conversations:write"])),
    responses((status = 200, body = Summary), Failure))]
pub(super) async fn label(
    ChangesConversations(agent): ChangesConversations,
    State(state): State<ServerState>,
    At((id, label)): At<(ConversationId, LabelId)>,
) -> Result<Json<Summary>, Failure> {
    change(&state, &agent, id, Change::Label { label }).await
}

/// Remove a label from a conversation.
#[utoipa::path(delete, path = "/conversations/{conversation}/labels/{label}", tag = "Conversations",
    params(("conversation" = ConversationId, Path), ("label" = LabelId, Path)),
    security(("access_token" = ["conversations:write"])),
    responses((status = 200, body = Summary), Failure))]
pub(super) async fn unlabel(
    ChangesConversations(agent): ChangesConversations,
    State(state): State<ServerState>,
    At((id, label)): At<(ConversationId, LabelId)>,
) -> Result<Json<Summary>, Failure> {
    change(&state, &agent, id, Change::Unlabel { label }).await
}

/// Changes without a request body.
macro_rules! changes {
    ($($(#[$doc:meta])* $name:ident $path:literal => $change:expr;)+) => {$(
        $(#[$doc])*
        #[utoipa::path(post, path = $path, tag = "Conversations",
            params(("conversation" = ConversationId, Path)),
            security(("access_token" = ["conversations:write"])),
            responses((status = 200, body = Summary), Failure))]
        pub(super) async fn $name(
            ChangesConversations(agent): ChangesConversations,
            State(state): State<ServerState>,
            At(id): At<ConversationId>,
        ) -> Result<Json<Summary>, Failure> {
            change(&state, &agent, id, $change).await
        }
    )+};
}

changes! {
    /// Claim a conversation, if it is unassigned.
    claim "/conversations/{conversation}/claim" => Change::Claim {};
    /// Resolve a conversation.
    resolve "/conversations/{conversation}/resolve" => Change::Resolve { seen: None };
    /// Reopen a resolved conversation.
    reopen "/conversations/{conversation}/reopen" => Change::Reopen {};
    /// Mark a conversation as spam.
    ///
    /// It is hidden, never routed, and no email is sent about it, even if the visitor writes again.
    spam "/conversations/{conversation}/spam" => Change::Spam {};
    /// Mark a conversation as not spam.
    not_spam "/conversations/{conversation}/not-spam" => Change::NotSpam {};
    /// Archive a conversation.
    archive "/conversations/{conversation}/archive" => Change::Archive {};
    /// Unarchive a conversation.
    unarchive "/conversations/{conversation}/unarchive" => Change::Unarchive {};
    /// End a conversation's snooze.
    wake "/conversations/{conversation}/wake" => Change::Wake {};
}
