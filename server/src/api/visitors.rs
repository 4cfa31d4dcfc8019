//! Visitors: who they are according to the site, and actions on their behalf.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::visitor::{Profile, User};
use protocol::{ClientId, Entry, ErrorCode, InboxId, UnixMillis, VisitorId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::caller::{NamesVisitors, Reads, SeesVisitors, Writes};
use super::messages::{Messages, ReadUpTo, Since};
use crate::http::{At, Body, Failure, Params};
use crate::state::ServerState;

/// What is known about a visitor.
#[derive(Serialize, ToSchema)]
pub(super) struct Visitor {
    id: VisitorId,
    inbox: InboxId,
    /// The site's own id of the user, if the visitor is known to be one.
    user_id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    /// Other attributes, by name. Where the site's server and its pages both give one, the server's value is
    /// shown.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    /// The names of what the site's server gave or an email has proven: `name`, `email`, and names of
    /// attributes. Anyone may have made up the rest.
    verified: Vec<String>,
    /// The last page they were on.
    page: Option<String>,
    /// The page that linked to the first one.
    referrer: Option<String>,
    /// The browser's user agent.
    browser: Option<String>,
    /// The browser's language (BCP 47).
    language: Option<String>,
    /// The time zone (IANA).
    time_zone: Option<String>,
    last_seen_at_ms: Option<UnixMillis>,
    created_at_ms: UnixMillis,
}

impl From<Profile> for Visitor {
    fn from(profile: Profile) -> Self {
        let vouched = profile.vouched;
        let mut verified: Vec<String> = vouched.attributes.keys().cloned().collect();
        verified.extend(vouched.name.map(|_| "name".to_owned()));
        verified.extend(profile.is_email_proven.then(|| "email".to_owned()));
        let mut attributes = profile.attributes;
        attributes.extend(vouched.attributes);
        Self {
            verified,
            id: profile.id,
            inbox: profile.inbox,
            user_id: profile.user_id,
            name: profile.name,
            email: profile.email,
            attributes,
            page: profile.page,
            referrer: profile.referrer,
            browser: profile.browser,
            language: profile.language,
            time_zone: profile.time_zone,
            last_seen_at_ms: profile.last_seen_at_ms,
            created_at_ms: profile.created_at_ms,
        }
    }
}

/// What the site says about one of its users.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Identify {
    inbox: InboxId,
    /// The site's own id of the user: at most 200 bytes.
    user_id: String,
    /// At most 80 characters; longer names are cut.
    name: Option<String>,
    email: Option<String>,
    /// At most 50 texts (of up to 1000 characters), numbers and booleans. They replace all previous attributes,
    /// unless empty.
    #[serde(default)]
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
}

/// Log a visitor out everywhere: what their browsers have stored gives no more access.
#[utoipa::path(post, path = "/visitors/{visitor}/logout", tag = "Visitors",
    params(("visitor" = VisitorId, Path)),
    security(("access_token" = ["visitors:write"])),
    responses((status = 204), Failure))]
pub(super) async fn logout(
    NamesVisitors(agent): NamesVisitors,
    State(state): State<ServerState>,
    At(id): At<VisitorId>,
) -> Result<StatusCode, Failure> {
    state.domain.log_out_visitor(&agent, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Identify a visitor: create or update them by the site's own id of the user.
#[utoipa::path(post, path = "/visitors/identify", tag = "Visitors", request_body = Identify,
    security(("access_token" = ["visitors:write"])),
    responses((status = 200, body = Visitor), Failure))]
pub(super) async fn identify(
    NamesVisitors(agent): NamesVisitors,
    State(state): State<ServerState>,
    Body(said): Body<Identify>,
) -> Result<Json<Visitor>, Failure> {
    let inbox = state.domain.see_inbox(&agent, said.inbox).await?;
    let has_email = said.email.as_ref().is_some_and(|email| !email.trim().is_empty());
    let mut fields = Map::from_iter([("id".to_owned(), Value::String(said.user_id))]);
    fields.extend(said.name.map(|name| ("name".to_owned(), Value::String(name))));
    fields.extend(said.email.map(|email| ("email".to_owned(), Value::String(email))));
    // An attribute must not pass for one of the fields above.
    let named = said.attributes.keys().any(|name| User::FIELDS.contains(&&**name));
    if named {
        return Err(Failure::about(
            ErrorCode::UserInvalid,
            "An attribute has the same name as a field.",
        ));
    }
    fields.extend(said.attributes);
    let user = User::read(fields)?;
    if has_email && user.email.is_none() {
        return Err(ErrorCode::EmailInvalid.into());
    }
    let who = state.domain.identify_visitor(inbox.id, user).await?;
    Ok(Json(state.domain.find_visitor(&agent, who.visitor).await?.into()))
}

/// Show a visitor.
#[utoipa::path(get, path = "/visitors/{visitor}", tag = "Visitors",
    params(("visitor" = VisitorId, Path)),
    security(("access_token" = ["visitors:read"])),
    responses((status = 200, body = Visitor), Failure))]
pub(super) async fn show(
    SeesVisitors(agent): SeesVisitors,
    State(state): State<ServerState>,
    At(id): At<VisitorId>,
) -> Result<Json<Visitor>, Failure> {
    Ok(Json(state.domain.find_visitor(&agent, id).await?.into()))
}

/// List a visitor's conversation as they see it: without notes.
#[utoipa::path(get, path = "/visitors/{visitor}/messages", tag = "Visitors",
    params(("visitor" = VisitorId, Path), Since),
    security(("access_token" = ["messages:read"])),
    responses((status = 200, body = Messages), Failure))]
pub(super) async fn messages(
    Reads(agent): Reads,
    State(state): State<ServerState>,
    At(id): At<VisitorId>,
    Params(since): Params<Since>,
) -> Result<Json<Messages>, Failure> {
    let who = state.domain.find_visitor(&agent, id).await?.who();
    let page = match since.before {
        Some(before) => state.domain.visitor_page_before(&who, before).await?,
        None => state.domain.visitor_page(&who, Some(since.after())).await?,
    };
    Ok(Json(Messages::new(page, &since)))
}

/// A message by a visitor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VisitorWrites {
    /// An id that you choose. Repeating a request with it is harmless: the existing message is returned.
    client_id: ClientId,
    /// Plain text of at most 16 KB.
    #[schema(min_length = 1)]
    text: String,
    /// The page that they are on.
    page: Option<String>,
}

/// Send a message on a visitor's behalf. Starts a conversation if they have none.
#[utoipa::path(post, path = "/visitors/{visitor}/messages", tag = "Visitors",
    params(("visitor" = VisitorId, Path)), request_body = VisitorWrites,
    security(("access_token" = ["messages:write"])),
    responses((status = 200, body = Entry), Failure))]
pub(super) async fn send(
    Writes(agent): Writes,
    State(state): State<ServerState>,
    At(id): At<VisitorId>,
    Body(message): Body<VisitorWrites>,
) -> Result<Json<Entry>, Failure> {
    let who = state.domain.find_visitor(&agent, id).await?.who();
    let kept = state.domain.see_inbox(&agent, who.inbox).await?.retention;
    let VisitorWrites { client_id, text, page } = message;
    let page = page.and_then(|page| kept.page(&page));
    Ok(Json(state.domain.send_as_visitor(&who, page, client_id, &text).await?))
}

/// Mark a conversation as read by its visitor.
#[utoipa::path(post, path = "/visitors/{visitor}/read", tag = "Visitors",
    params(("visitor" = VisitorId, Path)), request_body = ReadUpTo,
    security(("access_token" = ["messages:write"])),
    responses((status = 204), Failure))]
pub(super) async fn read(
    Writes(agent): Writes,
    State(state): State<ServerState>,
    At(id): At<VisitorId>,
    Body(ReadUpTo { seq }): Body<ReadUpTo>,
) -> Result<StatusCode, Failure> {
    let who = state.domain.find_visitor(&agent, id).await?.who();
    state.domain.read_as_visitor(&who, seq).await?;
    Ok(StatusCode::NO_CONTENT)
}
