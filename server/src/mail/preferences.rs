//! `/mail/preferences/{token}`: whether the reader of a mail wants more. A POST without a look at the
//! page is what mail programs make of their "Unsubscribe" (RFC 8058, section 3.2): it comes from
//! anywhere, and the token in the address is all that it needs.

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

/// The page has one style, and one form, which leads back to it.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
     base-uri 'none'; frame-ancestors 'none'";

/// What asks for mail again; everything else asks for none.
const AGAIN: &[u8] = b"mail=wanted";

#[derive(Template)]
#[template(path = "preferences.html")]
struct Page {
    words: &'static Words,
    title: &'static str,
    color: String,
    text: String,
    /// What the button says, and what it sends.
    action: Option<(&'static str, &'static str)>,
    /// Where an agent chooses among all.
    account: Option<&'static str>,
}

/// Shows what is chosen. Looking changes nothing: programs look, too.
pub(crate) async fn preferences(
    State(state): State<ServerState>,
    Path(token): Path<String>,
    headers: HeaderMap,
) -> Response {
    answer(&state, &token, &headers).await
}

/// Chooses.
pub(crate) async fn choose(
    State(state): State<ServerState>,
    Path(token): Path<String>,
    headers: HeaderMap,
    // Mail programs send what they like (RFC 8058, section 3.2).
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
                let text = format!("{address} gets a mail when {what}.");
                (text, Some((words.unsubscribe, "unwanted")))
            } else {
                (format!("{address} gets no more mail when {what}."), None)
            };
            let (color, account) = (COLOR.to_owned(), Some("/account"));
            page(StatusCode::OK, &Page { words, title: "Your mails", color, text, action, account })
        }
    }
}

/// When an agent gets a mail of a kind.
const fn what(kind: MailKind) -> &'static str {
    match kind {
        MailKind::Assigned => "a conversation is given to them",
        MailKind::Mentioned => "a note names them",
        MailKind::Waiting => "a visitor of theirs waits",
        MailKind::Escalation => "a conversation has had no answer for long",
        MailKind::Summary => "it is time for the day’s summary",
        _ => "somebody asks for one",
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

/// The first language that the browser names.
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
        // The token is in the address.
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
    ];
    (status, headers, Html(html)).into_response()
}
