//! Uploads and downloads of files: `/files/visitor/ID` with a visitor's token, `/files/agent/ID` with a login.
//! The API offers the same with an access token.
//!
//! Uploads are served so that no browser treats them as part of our pages: as attachments, with a fixed content
//! type, in a sandbox.

mod who;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::agent::Agent;
use domain::file::{Part, Party};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::{ErrorCode, File, FileId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{At, Failure, Params, pieces};
use crate::state::ServerState;
pub(crate) use who::{ByLogin, ByToken, Uploading, inbox_of};

/// A browser that shows a file as a page lets it do nothing.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// Escapes everything in a file name but letters, digits, `.`, `-` and `_` (RFC 8187, section 3.2.1).
const IN_NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// The name of an uploaded file.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// The file's name, without a folder. The extension is changed to fit the content.
    #[serde(default)]
    pub(crate) name: String,
}

/// Who uploads or downloads: anyone that a request can identify.
pub(crate) trait Asker:
    FromRequestParts<ServerState, Rejection = Failure> + Into<Party>
{
}

impl<P: FromRequestParts<ServerState, Rejection = Failure> + Into<Party>> Asker for P {}

/// `PUT /files/visitor/ID?name=NAME`
pub(crate) async fn upload_by_visitor(
    Uploading { visitor, client, .. }: Uploading,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    Params(named): Params<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<File>, Failure> {
    let bytes = length_of(&headers)?;
    if !state.traffic.may_bring(client.network(), bytes) {
        return Err(ErrorCode::SlowDown.into());
    }
    let content = pieces(body, bytes, state.traffic.deadlines());
    let party = Party::Visitor(visitor);
    Ok(Json(state.domain.upload(&party, id, &named.name, bytes, content).await?))
}

/// `PUT /files/agent/ID?name=NAME`
pub(crate) async fn upload_by_agent(
    ByLogin(agent): ByLogin,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    Params(named): Params<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<File>, Failure> {
    upload_as(&state, agent, id, &named.name, &headers, body).await.map(Json)
}

/// `GET /files/WHO/ID`
pub(crate) async fn fetch<P: Asker>(
    party: P,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    give_out(&state, &party.into(), id, Part::Whole, &headers).await
}

/// `GET /files/WHO/ID/thumbnail`
pub(crate) async fn thumbnail<P: Asker>(
    party: P,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    give_out(&state, &party.into(), id, Part::Thumbnail, &headers).await
}

/// Accepts an agent's upload.
pub(crate) async fn upload_as(
    state: &ServerState,
    agent: Agent,
    id: FileId,
    name: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<File, Failure> {
    let bytes = length_of(headers)?;
    let _permit = state.traffic.permit_upload(agent.id).ok_or(ErrorCode::SlowDown)?;
    let content = pieces(body, bytes, state.traffic.deadlines());
    Ok(state.domain.upload(&Party::Agent(agent), id, name, bytes, content).await?)
}

/// The length of an upload in bytes, as the request declares it.
fn length_of(headers: &HeaderMap) -> Result<u64, ErrorCode> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).ok_or(ErrorCode::LengthRequired)
}

/// Serves a file or its thumbnail.
pub(crate) async fn give_out(
    state: &ServerState,
    party: &Party,
    id: FileId,
    part: Part,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let found = state.domain.find_file(party, id, part).await?;
    // A file never changes. Who may download it can change, and is checked every time.
    let tag = format!("\"{id}\"");
    let common: [(HeaderName, HeaderValue); 4] = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache")),
        (
            HeaderName::from_static("cross-origin-resource-policy"),
            HeaderValue::from_static("same-origin"),
        ),
        (header::ETAG, HeaderValue::from_str(&tag).map_err(|_| ErrorCode::Unavailable)?),
    ];
    if headers.get(header::IF_NONE_MATCH).is_some_and(|known| known.as_bytes() == tag.as_bytes()) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let (bytes, content) = state.domain.read_file(&found).await?;
    let (kind, disposition) = match part {
        Part::Thumbnail => ("image/jpeg", "inline".to_owned()),
        Part::Whole => {
            let kind = match found.file.media_type.as_str() {
                "text/plain" => "text/plain; charset=utf-8",
                kind => kind,
            };
            let name = utf8_percent_encode(&found.file.name, IN_NAME);
            (kind, format!("attachment; filename*=UTF-8''{name}"))
        }
    };
    let described = [
        (header::CONTENT_TYPE, kind.to_owned()),
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_LENGTH, bytes.to_string()),
    ];
    Ok((common, described, Body::from_stream(content)).into_response())
}
