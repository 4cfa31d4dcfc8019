//! `GET /widget.js?inbox=KEY`: the script that sites embed, with the inbox's settings inserted.

use axum::extract::{Query, State};
use axum::http::{HeaderMap, HeaderName, header};
use axum::response::{IntoResponse, Response};
use protocol::json::write_str;

use super::OfInbox;
use crate::assets;
use crate::http::Failure;
use crate::state::ServerState;

/// The placeholder for the settings in the script.
const PLACE: &str = "PORCHLIGHT_SETTINGS";

/// Browsers cache the script for a few minutes, so that changed settings show soon. Everything that it loads is
/// cached forever.
const CACHE: &str = "public, max-age=300, stale-while-revalidate=86400";

pub(crate) async fn loader(
    State(state): State<ServerState>,
    Query(query): Query<OfInbox>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let inbox = state.domain.find_inbox(query.inbox.as_deref()).await.inspect_err(|error| {
        tracing::info!(%error, "can't serve the loader");
    })?;
    let mut settings = String::from("{\"inbox\":");
    write_str(&inbox.key, &mut settings);
    settings.push_str(",\"name\":");
    write_str(&inbox.name, &mut settings);
    settings.push_str(",\"color\":");
    write_str(&inbox.color, &mut settings);
    settings.push_str(",\"origin\":");
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    write_str(state.public_url.as_seen_by(host), &mut settings);
    settings.push('}');

    let headers = [
        (header::CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (header::CACHE_CONTROL, CACHE),
        // Any page may load it. The frame decides where the chat opens.
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    Ok((headers, assets::loader().replacen(PLACE, &settings, 1)).into_response())
}
