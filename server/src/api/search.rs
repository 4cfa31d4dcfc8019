//! Search.

use axum::Json;
use axum::extract::State;
use domain::search::Query as Search;
use protocol::limits::SEARCH_HITS;
use protocol::{Hit, InboxId, LabelId, UnixMillis};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::caller::Reads;
use super::conversations::{self, Wanted};
use crate::http::{Failure, Params, maybe_whole};
use crate::state::ServerState;

/// What to search for, and where.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct LookedFor {
    /// Words, or beginnings of words. All must occur in one message or note, or in the visitor's details.
    q: String,
    /// `open`, `assigned` or `resolved`, or several of them separated by commas.
    #[param(
        example = "open,assigned",
        pattern = "^ *(open|assigned|resolved) *(, *(open|assigned|resolved) *)*$"
    )]
    status: Option<String>,
    /// An agent's id, or `none` for unassigned conversations.
    #[param(pattern = "^(none|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})$")]
    assignee: Option<String>,
    #[param(value_type = Option<InboxId>)]
    inbox: Option<InboxId>,
    #[param(value_type = Option<LabelId>)]
    label: Option<LabelId>,
    /// Only archived conversations (`true`), or only others (`false`). Default: both.
    archived: Option<bool>,
    /// Only spam (`true`), or only other conversations (`false`). Default: `false`.
    spam: Option<bool>,
    /// Written at this time or later.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[param(value_type = Option<u64>, maximum = 9_007_199_254_740_991_u64)]
    from_ms: Option<UnixMillis>,
    /// Written before this time.
    #[serde(default, deserialize_with = "maybe_whole")]
    #[param(value_type = Option<u64>, maximum = 9_007_199_254_740_991_u64)]
    until_ms: Option<UnixMillis>,
    /// The most results: 1 to 50. Default: 50.
    #[param(minimum = 1, maximum = 50)]
    limit: Option<u64>,
}

/// The results of a search.
#[derive(Serialize, ToSchema)]
pub(super) struct Hits {
    /// First the conversations whose visitor matches, most recent first, then those with a matching message or
    /// note, best first.
    hits: Vec<Hit>,
}

/// Search messages, notes and visitors.
#[utoipa::path(get, path = "/search", tag = "Messages", params(LookedFor),
    security(("access_token" = ["messages:read"])),
    responses((status = 200, body = Hits), Failure))]
pub(super) async fn search(
    Reads(agent): Reads,
    State(state): State<ServerState>,
    Params(looked_for): Params<LookedFor>,
) -> Result<Json<Hits>, Failure> {
    let LookedFor { q: text, status, assignee, inbox, label, archived, spam, .. } = looked_for;
    let LookedFor { from_ms, until_ms, limit, .. } = looked_for;
    let wanted = Wanted { status, assignee, inbox, label, archived, spam, ..Wanted::default() };
    let (filter, limit) = (wanted.filter()?, conversations::limit(limit, SEARCH_HITS)?);
    let query = Search { text, filter, from_ms, until_ms, limit };
    Ok(Json(Hits { hits: state.domain.search(&agent, &query).await? }))
}
