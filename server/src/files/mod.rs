//! Uploading and fetching files: `/files/visitor/ID` with a visitor's token, `/files/agent/ID` with a
//! login. The API has the same under an access token.
//!
//! What somebody uploaded is given out so that no browser takes it for a part of our pages: as an
//! attachment, of a type that is not guessed, without rights of its own.

mod who;

use axum::Json;
use axum::body::Body;
use axum::extract::{FromRequestParts, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::file::{Part, Party};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use protocol::{ErrorCode, File, FileId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::http::{At, Failure, Params, pieces};
use crate::state::ServerState;
use crate::traffic::{Client, Resource};
pub(crate) use who::{ByLogin, ByToken, inbox_of};

/// What a page gets in that shows a file by itself: nothing.
const POLICY: &str = "sandbox; default-src 'none'; frame-ancestors 'none'";

/// What a name keeps as it is (RFC 8187, section 3.2.1).
const IN_NAME: &AsciiSet = &NON_ALPHANUMERIC.remove(b'.').remove(b'-').remove(b'_');

/// What to call a file.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Named {
    /// Its name, without a folder. The ending is made to fit what the file is.
    #[serde(default)]
    pub(crate) name: String,
}

/// Who can be read from a request, and then uploads or fetches.
pub(crate) trait Asker:
    FromRequestParts<ServerState, Rejection = Failure> + Into<Party>
{
}

impl<P: FromRequestParts<ServerState, Rejection = Failure> + Into<Party>> Asker for P {}

/// `PUT /files/WHO/ID?name=NAME`
pub(crate) async fn upload<P: Asker>(
    party: P,
    client: Client,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    Params(named): Params<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<File>, Failure> {
    take_in(&state, client, &party.into(), id, &named.name, &headers, body).await.map(Json)
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

/// Takes an upload in.
pub(crate) async fn take_in(
    state: &ServerState,
    client: Client,
    party: &Party,
    id: FileId,
    name: &str,
    headers: &HeaderMap,
    body: Body,
) -> Result<File, Failure> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let bytes: u64 =
        length.and_then(|length| length.parse().ok()).ok_or(ErrorCode::LengthRequired)?;
    let share = match party {
        Party::Visitor(_) => state.traffic.share(Resource::Upload, client.neighbour()),
        Party::Agent(agent) => state.traffic.share_upload(agent.id),
    };
    let _share = share.ok_or(ErrorCode::SlowDown)?;
    let is_visitor = matches!(party, Party::Visitor(_));
    if is_visitor && !state.traffic.may_bring(client.neighbour(), bytes) {
        return Err(ErrorCode::SlowDown.into());
    }
    let content = pieces(body, bytes, state.traffic.deadlines());
    Ok(state.domain.upload(party, id, name, bytes, content).await?)
}

/// Gives a file out, or its thumbnail.
pub(crate) async fn give_out(
    state: &ServerState,
    party: &Party,
    id: FileId,
    part: Part,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let found = state.domain.find_file(party, id, part).await?;
    // A file never changes. Whether somebody may fetch it can, and is asked each time.
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
