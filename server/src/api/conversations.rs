//! Conversations: which there are, and what becomes of them.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::agent::Agent;
use domain::conversation::ListCursor;
use protocol::{
    AgentId, Change, ConversationId, ErrorCode, Filter, InboxId, LabelId, Status, Summary,
    VisitorId, limits,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::{ChangesConversations, SeesConversations};
use crate::http::{At, Body, Failure, Params, whole};
use crate::state::ServerState;

/// Which conversations are wanted: those to which all that is given applies.
#[derive(Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    /// `open`, `assigned`, `resolved`, or several with commas between.
    #[param(
        example = "open,assigned",
        pattern = "^ *(open|assigned|resolved) *(, *(open|assigned|resolved) *)*$"
    )]
    pub(super) status: Option<String>,
    /// An agent's id, or `none`.
    #[param(pattern = "^(none|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    pub(super) assignee: Option<String>,
    #[param(value_type = Option<InboxId>)]
    pub(super) inbox: Option<InboxId>,
    #[param(value_type = Option<VisitorId>)]
    pub(super) visitor: Option<VisitorId>,
    #[param(value_type = Option<LabelId>)]
    pub(super) label: Option<LabelId>,
    /// Put away, or not; both, without.
    pub(super) archived: Option<bool>,
    /// Resting, or not; both, without.
    pub(super) snoozed: Option<bool>,
    /// Where the page before ended: its `next`.
    #[param(
        pattern = "^[0-9]{1,15}\\.[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
    )]
    pub(super) after: Option<String>,
    /// 1 to 200; 50, without.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<u64>,
}

impl Wanted {
    pub(super) fn filter(&self) -> Result<Filter, Failure> {
        let invalid = |what: &str| Failure::about(ErrorCode::RequestInvalid, what);
        let mut status = Vec::new();
        for word in self.status.iter().flat_map(|words| words.split(',')) {
            let one = Status::parse(word.trim());
            status.push(one.ok_or_else(|| invalid("status: open, assigned or resolved"))?);
        }
        let (assignee, unassigned) = match self.assignee.as_deref() {
            None => (None, false),
            Some("none") => (None, true),
            Some(id) => {
                let id = AgentId::parse(id);
                (Some(id.ok_or_else(|| invalid("assignee: an agent's id or none"))?), false)
            }
        };
        let Self { inbox, visitor, label, archived, snoozed, .. } = *self;
        Ok(Filter { status, assignee, unassigned, inbox, visitor, label, archived, snoozed })
    }
}

/// How many are wanted: 1 to so many; 50, without.
pub(super) fn limit(wanted: Option<u64>, most: u64) -> Result<u64, Failure> {
    match wanted.unwrap_or(50) {
        limit if (1..=most).contains(&limit) => Ok(limit),
        _ => Err(Failure::about(ErrorCode::RequestInvalid, format!("limit: 1 to {most}"))),
    }
}

/// A page of conversations.
#[derive(Serialize, ToSchema)]
pub(super) struct Conversations {
    /// Most recent first.
    conversations: Vec<Summary>,
    /// Pass it as `after` for the next page; absent at the end.
    next: Option<String>,
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
    let page = state.domain.list_conversations(&agent, &filter, after, limit).await?;
    let next = page.next.map(ListCursor::to_text);
    Ok(Json(Conversations { conversations: page.conversations, next }))
}

/// Whose conversation is to begin.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Create {
    visitor: VisitorId,
}

/// Begin a visitor's conversation, and give it to an agent as its inbox says. A visitor has at most
/// one that is not resolved: if there is one, the answer is that, with status 200.
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

/// To whom.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Assign {
    /// An agent; `null` for nobody.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    agent: Option<AgentId>,
}

/// Assign a conversation to an agent, whoever has it, or to nobody.
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

/// Until when.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Snooze {
    /// In the future, by at most a year.
    #[serde(deserialize_with = "whole")]
    #[schema(maximum = 9_007_199_254_740_991_u64)]
    until_ms: u64,
}

/// Let a conversation rest until a time, or until the visitor writes.
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

/// Put a label on a conversation.
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

/// Take a label off a conversation.
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

/// Changes that need to be told nothing.
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
    /// Take a conversation, if nobody has it.
    claim "/conversations/{conversation}/claim" => Change::Claim {};
    /// Settle a conversation.
    resolve "/conversations/{conversation}/resolve" => Change::Resolve { seen: None };
    /// Go on with a settled conversation.
    reopen "/conversations/{conversation}/reopen" => Change::Reopen {};
    /// Put a conversation away.
    archive "/conversations/{conversation}/archive" => Change::Archive {};
    /// Take a conversation out again.
    unarchive "/conversations/{conversation}/unarchive" => Change::Unarchive {};
    /// End a conversation's rest.
    wake "/conversations/{conversation}/wake" => Change::Wake {};
}
