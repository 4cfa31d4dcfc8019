//! Files attached to messages.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::file::{Part, Party};
use protocol::{File, FileId};

use super::caller::{Reads, Writes};
use crate::files::{Named, give_out, upload_as};
use crate::http::{At, Failure, Params};
use crate::state::ServerState;

/// Upload a file, and attach it to a message that you send within a day.
///
/// You choose its id. Repeating an upload under the same id is harmless: a file that is already there is not
/// read again. A file has at most 20 MB. Pictures, documents, text, audio, video and zip archives are accepted;
/// the content decides which a file is.
#[utoipa::path(put, path = "/files/{file}", tag = "Files",
    params(("file" = FileId, Path), Named),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("access_token" = ["messages:write"])),
    responses((status = 200, body = File), Failure))]
pub(super) async fn upload(
    Writes(agent): Writes,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    Params(named): Params<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<File>, Failure> {
    upload_as(&state, agent, id, &named.name, &headers, body).await.map(Json)
}

/// Download a file that is attached to a message.
#[utoipa::path(get, path = "/files/{file}", tag = "Files",
    params(("file" = FileId, Path)),
    security(("access_token" = ["messages:read"])),
    responses((status = 200, body = Vec<u8>, content_type = "*/*", description = "The file, with its own media type."), Failure))]
pub(super) async fn fetch(
    Reads(agent): Reads,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    give_out(&state, &Party::Agent(agent), id, Part::Whole, &headers).await
}

/// Download the thumbnail of a picture: a JPEG of at most 640 by 640 pixels.
#[utoipa::path(get, path = "/files/{file}/thumbnail", tag = "Files",
    params(("file" = FileId, Path)),
    security(("access_token" = ["messages:read"])),
    responses((status = 200, body = Vec<u8>, content_type = "image/jpeg"), Failure))]
pub(super) async fn thumbnail(
    Reads(agent): Reads,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    give_out(&state, &Party::Agent(agent), id, Part::Thumbnail, &headers).await
}
