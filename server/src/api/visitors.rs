//! Visitors: who the site says they are, and what is done on their behalf.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use domain::visitor::{Profile, User};
use protocol::{ClientId, Entry, ErrorCode, InboxId, Seq, VisitorId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::caller::{NamesVisitors, Reads, SeesVisitors, Writes};
use super::messages::{Messages, ReadUpTo, Since};
use crate::http::{At, Body, Failure, Params};
use crate::state::ServerState;

/// What is known of a visitor.
#[derive(Serialize, ToSchema)]
pub(super) struct Visitor {
    id: VisitorId,
    inbox: InboxId,
    /// The site's own id of the user, if they are known to be one.
    user_id: Option<String>,
    name: Option<String>,
    email: Option<String>,
    /// What else the site says, by name: of what its server and its pages both say, what its server says.
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
    /// The names of what the site's server says or a mail has proven: `name`, `email`, and those of attributes.
    /// All else is anybody's word.
    verified: Vec<String>,
    /// The page they were on last.
    page: Option<String>,
    /// The page that led to the first one.
    referrer: Option<String>,
    /// The browser's name for itself.
    browser: Option<String>,
    /// The browser's language (BCP 47).
    language: Option<String>,
    /// The time zone (IANA).
    time_zone: Option<String>,
    last_seen_at_ms: Option<u64>,
    created_at_ms: u64,
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

/// What the site says of one of its users.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Identify {
    inbox: InboxId,
    /// The site's own id of the user: at most 200 bytes.
    user_id: String,
    /// At most 80 characters; what is longer is cut.
    name: Option<String>,
    email: Option<String>,
    /// At most 50 texts (of up to 1000 characters), numbers and truths, which replace those before.
    #[serde(default)]
    #[schema(value_type = Object)]
    attributes: Map<String, Value>,
}

/// Log a visitor out everywhere: what their browsers keep opens nothing any more.
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

/// Identify a visitor: insert or update by the site's own user id.
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
    // What the site calls an attribute must not pass for one of the fields above.
    let named = said.attributes.keys().any(|name| User::FIELDS.contains(&&**name));
    if named {
        return Err(Failure::about(ErrorCode::UserInvalid, "An attribute has a field's name."));
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

/// List what a visitor sees of their conversation: no notes.
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

/// What a visitor writes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct VisitorWrites {
    /// Your name for it. Sending it again is harmless: the answer is the message that exists.
    client_id: ClientId,
    /// Plain text: at most 16 KB.
    #[schema(min_length = 1)]
    text: String,
    /// The page they write from.
    page: Option<String>,
}

/// Send a visitor's message on their behalf. Begins their conversation if there is none.
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
    let kept = state.domain.see_inbox(&agent, who.inbox).await?.kept;
    let VisitorWrites { client_id, text, page } = message;
    let page = page.and_then(|page| kept.page(&page));
    Ok(Json(state.domain.send_as_visitor(&who, page, client_id, &text).await?))
}

/// Mark what a visitor sees as read by them.
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
    state.domain.read_as_visitor(&who, seq as Seq).await?;
    Ok(StatusCode::NO_CONTENT)
}
