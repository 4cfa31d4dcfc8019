//! `/visitor/address`: where a visitor wants to get answers after leaving. The chat asks for the address when
//! nobody is available, with the token from its `welcome`. `/visitor/login`: whose conversation the link in an
//! email opens.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::{Deserialize, Serialize};

use crate::files::{ByToken, inbox_of};
use crate::http::{Body, Failure};
use crate::state::ServerState;

#[derive(Serialize)]
pub(crate) struct Question {
    /// Whether the chat should ask.
    asks: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    address: String,
}

/// Says whether the chat should ask for an email address.
pub(crate) async fn ask(
    State(state): State<ServerState>,
    ByToken(who): ByToken,
) -> Result<Json<Question>, Failure> {
    let asks = state.sends_mail && state.domain.asks_for_address(&who).await?;
    Ok(Json(Question { asks }))
}

/// Stores the email address.
pub(crate) async fn leave(
    State(state): State<ServerState>,
    ByToken(who): ByToken,
    Body(Answer { address }): Body<Answer>,
) -> Result<StatusCode, Failure> {
    state.domain.leave_address(&who, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Link {
    login: String,
}

#[derive(Serialize)]
pub(crate) struct Whose {
    /// Just enough of the address for its owner to recognize it.
    address: String,
}

/// Says whose conversation a link opens.
pub(crate) async fn whose(
    State(state): State<ServerState>,
    headers: HeaderMap,
    Body(Link { login }): Body<Link>,
) -> Result<Json<Whose>, Failure> {
    let inbox = inbox_of(&headers, &state).await?;
    let address = state.domain.login_address(&inbox, &login).await?;
    let (name, host) = address.split_once('@').unwrap_or((&address, ""));
    let first: String = name.chars().take(1).collect();
    Ok(Json(Whose { address: format!("{first}•••@{host}") }))
}
