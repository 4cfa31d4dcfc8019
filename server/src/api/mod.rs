//! The API for programs: `/api/v1`, its OpenAPI document and the page to try it.
//!
//! A handler gets its agent from an extractor that names a scope (see [`caller`]), and in no other way.

mod caller;
mod conversations;
mod docs;
mod errors;
mod files;
mod messages;
mod people;
mod search;
mod team;
mod visitors;

use axum::Router;
use axum::body::Bytes;
use axum::http::header;
use axum::response::Redirect;
use axum::routing::{any, get};
use protocol::ErrorCode;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub(crate) use caller::ApiRate;

use crate::assets;
use crate::http::{CODES, Failure};
use crate::state::ServerState;

/// The path of the OpenAPI document.
const DOCUMENT: &str = "/api/v1/openapi.json";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Porchlight",
        description = "Visitors, conversations and messages for your own programs.\n\nEvery request needs an access token, which an owner or admin creates in the dashboard under API: `Authorization: Bearer pl_…`. A program acts for the agent that the token was created for: it sees what they see, and does what the token's scopes allow.\n\nTimes are milliseconds since 1970 (UTC). Errors are problem documents (RFC 9457) with a stable `code`: [all codes](/api/errors).",
        license(name = "MIT", identifier = "MIT"),
    ),
    modifiers(&Security),
    tags(
        (name = "Visitors", description = "Identify visitors, and read and write on their behalf."),
        (name = "Conversations", description = "List, create and change conversations."),
        (name = "Messages", description = "The log of a conversation: messages, notes and events."),
        (name = "Files", description = "Files attached to messages."),
        (name = "People", description = "Find, export and erase the data retained about a person."),
        (name = "Team", description = "Agents, teams, labels and inboxes, and whether anyone is available."),
    )
)]
struct Info;

struct Security;

impl Modify for Security {
    fn modify(&self, document: &mut Document) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("access_token", SecurityScheme::Http(bearer));
    }
}

fn described() -> OpenApiRouter<ServerState> {
    let v1 = OpenApiRouter::new()
        .routes(routes!(visitors::identify))
        .routes(routes!(visitors::show))
        .routes(routes!(visitors::logout))
        .routes(routes!(visitors::messages, visitors::send))
        .routes(routes!(visitors::read))
        .routes(routes!(conversations::list, conversations::create))
        .routes(routes!(conversations::show))
        .routes(routes!(conversations::claim))
        .routes(routes!(conversations::assign))
        .routes(routes!(conversations::resolve))
        .routes(routes!(conversations::reopen))
        .routes(routes!(conversations::archive))
        .routes(routes!(conversations::unarchive))
        .routes(routes!(conversations::spam))
        .routes(routes!(conversations::not_spam))
        .routes(routes!(conversations::snooze))
        .routes(routes!(conversations::wake))
        .routes(routes!(conversations::label, conversations::unlabel))
        .routes(routes!(messages::list, messages::send))
        .routes(routes!(messages::read))
        .routes(routes!(messages::types))
        .routes(routes!(files::fetch, files::upload))
        .routes(routes!(files::thumbnail))
        .routes(routes!(search::search))
        .routes(routes!(people::find))
        .routes(routes!(people::export))
        .routes(routes!(people::erase))
        .routes(routes!(team::agents))
        .routes(routes!(team::teams))
        .routes(routes!(team::labels))
        .routes(routes!(team::inboxes))
        .routes(routes!(team::availability));
    OpenApiRouter::with_openapi(Info::openapi()).nest("/api/v1", v1)
}

/// The API, its document and its pages.
pub(crate) fn router() -> Router<ServerState> {
    let (api, document) = described().split_for_parts();
    // Encode it once: it is long, and the same for everyone.
    let document = Bytes::from(serde_json::to_string(&document).expect("a document is JSON"));
    let document = get(async move || ([(header::CONTENT_TYPE, "application/json")], document));
    api.method_not_allowed_fallback(async || Failure::from(ErrorCode::MethodNotAllowed))
        .route(DOCUMENT, document)
        .route(docs::PAGE, get(docs::page))
        .route("/api/docs/", get(async || Redirect::permanent(docs::PAGE)))
        .route("/api/docs/start.js", get(docs::start))
        .route("/api/docs/{digest}/{file}", get(assets::docs))
        .route(CODES, get(errors::list))
        .route("/api/v1/{*rest}", any(async || Failure::from(ErrorCode::NotFound)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks what the document says about each call.
    #[test]
    fn every_call_names_one_scope_and_says_what_can_go_wrong() {
        let document = serde_json::to_value(described().to_openapi()).unwrap();
        assert_eq!(document["openapi"], "3.1.0");
        let mut calls = 0;
        for (path, methods) in document["paths"].as_object().unwrap() {
            for (method, call) in methods.as_object().unwrap() {
                let scopes = &call["security"][0]["access_token"];
                let scope = scopes[0].as_str().and_then(protocol::Scope::parse);
                assert!(scope.is_some(), "{method} {path} names no scope");
                assert!(call["responses"]["default"].is_object(), "{method} {path}");
                assert!(call["summary"].is_string(), "{method} {path} says what it does");
                calls += 1;
            }
        }
        assert!(calls >= 28, "{calls}");
    }
}
