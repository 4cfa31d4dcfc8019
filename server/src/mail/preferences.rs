//! `/mail/preferences/{token}`: whether the reader of an email wants more. The "Unsubscribe" button of mail
//! programs sends a POST without loading the page (RFC 8058, section 3.2). It comes from any origin, and needs
//! only the token in the path.

use askama::Template;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use domain::mail::{Preference, PreferenceOf};
use protocol::{ErrorCode, MailKind};

use super::contents::COLOR;
use super::words::Words;
use crate::http::Failure;
use crate::state::ServerState;

/// The page has inline styles, and a form that leads back to it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// The body that asks for email again. Any other asks for none.
const AGAIN: &[u8] = b"mail=wanted";

#[derive(Template)]
#[template(path = "preferences.html")]
struct Page {
    words: &'static Words,
    title: &'static str,
    color: String,
    text: String,
    /// The text of the button, and the value that it sends.
    action: Option<(&'static str, &'static str)>,
    /// The page where an agent chooses for all kinds.
    account: Option<&'static str>,
}

/// Shows the current choice. Changes nothing, because programs open links, too.
pub(crate) async fn preferences(
    State(state): State<ServerState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(&state, &token, &headers).await
}

/// Records the choice.
pub(crate) async fn choose(
    State(state): State<ServerState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    // Mail programs may send anything (RFC 8058, section 3.2).
    body: Bytes,
) -> Response {
    match state.domain.prefer_mail(&token, body == AGAIN).await {
        Ok(()) => answer(&state, &token, &headers).await,
        Err(error) => refuse(error, &headers),
    }
}

async fn answer(state: &ServerState, token: &str, headers: &HeaderMap) -> Response {
    let preference = match state.domain.mail_preference(token).await {
        Ok(preference) => preference,
        Err(error) => return refuse(error, headers),
    };
    let Preference { address, of, is_wanted } = preference;
    match of {
        PreferenceOf::Inbox(inbox) => {
            let words = spoken(headers);
            let (text, action) = if is_wanted {
                ((words.subscribed)(&address, &inbox.name), (words.unsubscribe, "unwanted"))
            } else {
                ((words.unsubscribed)(&address, &inbox.name), (words.subscribe, "wanted"))
            };
            let (color, action) = (inbox.color, Some(action));
            page(
                StatusCode::OK,
                &Page { words, title: words.preferences, color, text, action, account: None },
            )
        }
        PreferenceOf::Kind(kind) => {
            // The dashboard's language.
            let words = Words::of(None);
            let what = what(kind);
            let (text, action) = if is_wanted {
                let text = format!("{address} gets an email when {what}.");
                (text, Some((words.unsubscribe, "unwanted")))
            } else {
                (format!("{address} no longer gets an email when {what}."), None)
            };
            let (color, account) = (COLOR.to_owned(), Some("/account"));
            page(
                StatusCode::OK,
                &Page { words, title: "Email notifications", color, text, action, account },
            )
        }
    }
}

/// When an agent gets an email of a kind, as part of a sentence.
const fn what(kind: MailKind) -> &'static str {
    match kind {
        MailKind::Assigned => "a conversation is assigned to them",
        MailKind::Mentioned => "a note mentions them",
        MailKind::Waiting => "a visitor assigned to them is waiting",
        MailKind::Escalation => "a conversation has gone unanswered for too long",
        MailKind::Summary => "it’s time for the daily summary",
        _ => "someone requests one",
    }
}

fn refuse(error: domain::Error, headers: &HeaderMap) -> Response {
    if error.code() != ErrorCode::LinkInvalid {
        return Failure::from(error).into_response();
    }
    let words = spoken(headers);
    let (color, text) = (COLOR.to_owned(), words.link_invalid.to_owned());
    let (title, action, account) = (words.preferences, None, None);
    page(StatusCode::NOT_FOUND, &Page { words, title, color, text, action, account })
}

/// The texts in the browser's first language.
fn spoken(headers: &HeaderMap) -> &'static Words {
    let named = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Words::of(named.and_then(|named| named.split([',', ';']).next()))
}

fn page(status: StatusCode, page: &Page) -> Response {
    let Ok(html) = page.render() else {
        return Failure::from(ErrorCode::Unavailable).into_response();
    };
    let headers = [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
        // The token is in the URL.
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, Html(html)).into_response()
}
