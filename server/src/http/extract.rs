//! Extractors that answer with a problem document if a request can't be read.

use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::{Json, RequestPartsExt};
use protocol::ErrorCode;
use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer};

use super::Failure;
use crate::state::ServerState;

/// A JSON body of exactly this type.
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

/// The largest number accepted: JavaScript can't represent every larger one.
const MOST: u64 = (1 << 53) - 1;

/// Deserializes a whole number. It may be written as `1.0`, which is an integer in JSON Schema.
pub(crate) fn whole<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: From<u64>,
{
    let number = serde_json::Number::deserialize(deserializer)?;
    let whole = number.as_u64().or_else(|| {
        let float = number.as_f64()?;
        ((0.0..=MOST as f64).contains(&float) && float.fract() == 0.0).then_some(float as u64)
    });
    let whole = bounded(whole).map(T::from);
    whole.ok_or_else(|| D::Error::custom("expected a whole number from 0 to 2^53 - 1"))
}

/// Deserializes a whole number in a query, where it may be left out.
pub(crate) fn maybe_whole<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: From<u64>,
{
    let number = Option::<u64>::deserialize(deserializer)?;
    if number.is_some() && bounded(number).is_none() {
        return Err(D::Error::custom("expected a whole number from 0 to 2^53 - 1"));
    }
    Ok(number.map(T::from))
}

fn bounded(number: Option<u64>) -> Option<u64> {
    number.filter(|number| *number <= MOST)
}

/// The parameters in the path. A path whose parameters are invalid is not found.
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

/// The parameters of the query, and no others.
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
