//! Identifies who uploads or downloads: a visitor by their token, an agent by their login.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use domain::agent::Agent;
use domain::file::Party;
use domain::inbox::Inbox;
use domain::visitor::VisitorIdentity;
use protocol::ErrorCode;
use tower_sessions::Session;

use crate::http::{Failure, bearer};
use crate::state::ServerState;
use crate::traffic::{Client, Permit, Resource};

/// The key of the inbox that a visitor's token belongs to.
const INBOX: HeaderName = HeaderName::from_static("porchlight-inbox");

/// A visitor who may upload now, for as long as this lives. The permit comes first: the store is not asked about
/// someone who sends more than may be uploaded at once.
pub(crate) struct Uploading {
    pub(crate) visitor: VisitorIdentity,
    pub(crate) client: Client,
    _permit: Permit,
}

impl FromRequestParts<ServerState> for Uploading {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Failure> {
        let client = Client::from_request_parts(parts, state).await?;
        let permit = state.traffic.permit(Resource::Upload, client.network());
        let permit = permit.ok_or(ErrorCode::SlowDown)?;
        let ByToken(visitor) = ByToken::from_request_parts(parts, state).await?;
        Ok(Self { visitor, client, _permit: permit })
    }
}

/// A visitor, identified by the token from a `welcome`.
pub(crate) struct ByToken(pub(crate) VisitorIdentity);

impl From<ByToken> for Party {
    fn from(ByToken(who): ByToken) -> Self {
        Self::Visitor(who)
    }
}

impl FromRequestParts<ServerState> for ByToken {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Failure> {
        let inbox = inbox_of(&parts.headers, state).await?;
        let token = bearer(&parts.headers).ok_or(ErrorCode::TokenInvalid)?;
        Ok(Self(state.domain.recognize(&inbox, token).await?))
    }
}

/// Finds the inbox that a chat's request is about.
pub(crate) async fn inbox_of(headers: &HeaderMap, state: &ServerState) -> domain::Result<Inbox> {
    let key = headers.get(INBOX).and_then(|key| key.to_str().ok());
    state.domain.find_inbox(Some(key.unwrap_or_default())).await
}

/// An agent, identified by their session.
pub(crate) struct ByLogin(pub(crate) Agent);

impl From<ByLogin> for Party {
    fn from(ByLogin(agent): ByLogin) -> Self {
        Self::Agent(agent)
    }
}

impl FromRequestParts<ServerState> for ByLogin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &ServerState) -> Result<Self, Failure> {
        let session = Session::from_request_parts(parts, state).await;
        let session = session.map_err(|_| ErrorCode::Unavailable)?;
        let agent = app::current_agent(&session, &state.domain).await?;
        Ok(Self(agent.ok_or(ErrorCode::LoginRequired)?))
    }
}
