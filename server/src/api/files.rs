//! Files that messages carry.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use domain::file::{Part, Party};
use protocol::{File, FileId};

use super::caller::{Reads, Writes};
use crate::files::{Named, give_out, take_in};
use crate::http::{At, Failure, Params};
use crate::state::ServerState;
use crate::traffic::Client;

/// Upload a file, to be carried by a message that you send within a day.
///
/// You make up its id. Uploading again under the same is harmless: one that is here already is not
/// read again. At most 20 MB: pictures, documents, text, sound, film and zip archives, which is
/// decided by the content.
#[utoipa::path(put, path = "/files/{file}", tag = "Files",
    params(("file" = FileId, Path), Named),
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    security(("access_token" = ["messages:write"])),
    responses((status = 200, body = File), Failure))]
pub(super) async fn upload(
    Writes(agent): Writes,
    client: Client,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    Params(named): Params<Named>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<File>, Failure> {
    let party = Party::Agent(agent);
    take_in(&state, client, &party, id, &named.name, &headers, body).await.map(Json)
}

/// Fetch a file that a message carries.
#[utoipa::path(get, path = "/files/{file}", tag = "Files",
    params(("file" = FileId, Path)),
    security(("access_token" = ["messages:read"])),
    responses((status = 200, body = Vec<u8>, content_type = "*/*", description = "Of the type that the file is."), Failure))]
pub(super) async fn fetch(
    Reads(agent): Reads,
    State(state): State<ServerState>,
    At(id): At<FileId>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    give_out(&state, &Party::Agent(agent), id, Part::Whole, &headers).await
}

/// Fetch the thumbnail of a picture: a JPEG of at most 640 pixels.
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
