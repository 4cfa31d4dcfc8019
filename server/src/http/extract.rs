//! What is read from a request, each with a problem document where it can't be.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::{Json, RequestPartsExt};
use protocol::ErrorCode;
use serde::de::DeserializeOwned;

use super::Failure;
use crate::state::ServerState;

/// A body: JSON of this form, and nothing besides.
pub(crate) struct Body<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<ServerState> for Body<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &ServerState) -> Result<Self, Failure> {
        match Json::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(JsonRejection::BytesRejection(_)) => Err(ErrorCode::FrameTooBig.into()),
            Err(rejection) => Err(Failure::about(ErrorCode::RequestInvalid, rejection.body_text())),
        }
    }
}

/// What the address names. An address that names nothing does not exist.
pub(crate) struct At<T>(pub(crate) T);

impl<T: DeserializeOwned + Send + 'static> FromRequestParts<ServerState> for At<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &ServerState) -> Result<Self, Failure> {
        match parts.extract::<Path<T>>().await {
            Ok(Path(named)) => Ok(Self(named)),
            Err(_) => Err(ErrorCode::NotFound.into()),
        }
    }
}

/// What stands behind the question mark, and nothing besides.
pub(crate) struct Params<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequestParts<ServerState> for Params<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &ServerState) -> Result<Self, Failure> {
        match Query::try_from_uri(&parts.uri) {
            Ok(Query(params)) => Ok(Self(params)),
            Err(rejection) => Err(Failure::about(ErrorCode::RequestInvalid, rejection.body_text())),
        }
    }
}
