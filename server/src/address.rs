//! `/visitor/address`: where a visitor wants answers when they are gone. Asked for by the chat when nobody
//! is there, with the token that a `welcome` brought.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};

use crate::files::ByToken;
use crate::http::{Body, Failure};
use crate::state::ServerState;

#[derive(Serialize)]
pub(crate) struct Question {
    /// Whether the chat is to ask.
    asks: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Answer {
    address: String,
}

/// Whether the chat is to ask for an address.
pub(crate) async fn ask(
    State(state): State<ServerState>,
    ByToken(who): ByToken,
) -> Result<Json<Question>, Failure> {
    let asks = state.sends_mail && state.domain.asks_for_address(&who).await?;
    Ok(Json(Question { asks }))
}

/// Notes the address.
pub(crate) async fn leave(
    State(state): State<ServerState>,
    ByToken(who): ByToken,
    Body(Answer { address }): Body<Answer>,
) -> Result<StatusCode, Failure> {
    state.domain.leave_address(&who, &address).await?;
    Ok(StatusCode::NO_CONTENT)
}
