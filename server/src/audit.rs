//! `/audit/export.csv` and `/audit/export.json`: the audit log to download, one line per entry, latest first.

use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use domain::Domain;
use domain::agent::Right;
use domain::audit::{Actor, AuditAction, AuditEntry, AuditFilter};
use domain::login::Source;
use futures_util::stream;
use protocol::ErrorCode;
use serde::Deserialize;
use serde_json::json;
use tower_sessions::Session;

use crate::http::Failure;
use crate::state::ServerState;

/// The filter, as the page of the log sends it.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    #[serde(default)]
    deed: String,
    #[serde(default)]
    q: String,
}

#[derive(Clone, Copy)]
enum Form {
    Csv,
    Json,
}

const COLUMNS: &str =
    "at_ms,deed,actor_kind,actor_id,actor_name,subject_id,subject,address,browser\r\n";

/// Streams the log page by page.
pub(crate) async fn export(
    State(state): State<ServerState>,
    Path(file): Path<String>,
    Query(Wanted { deed, q }): Query<Wanted>,
    axum::Extension(source): axum::Extension<Source>,
    session: Session,
) -> Result<Response, Failure> {
    let agent = app::current_agent(&session, &state.domain).await?;
    let agent = agent.ok_or(ErrorCode::LoginRequired)?;
    if !agent.role.may(Right::ReadAudit) {
        return Err(ErrorCode::Forbidden.into());
    }
    let (form, kind) = match &*file {
        "export.csv" => (Form::Csv, "text/csv; charset=utf-8"),
        "export.json" => (Form::Json, "application/x-ndjson"),
        _ => return Err(ErrorCode::NotFound.into()),
    };
    let actor = Actor::from(&agent);
    state.domain.audit(actor, AuditAction::AuditExported, None, Some(&source)).await?;
    let filter = AuditFilter { action: AuditAction::parse(&deed), agent: None, text: q };
    let headers: [(HeaderName, HeaderValue); 3] = [
        (header::CONTENT_TYPE, HeaderValue::from_static(kind)),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, pages(state.domain.clone(), filter, form)).into_response())
}

/// How far an export has come.
enum At {
    Begin,
    After(domain::audit::AuditCursor),
    End,
}

fn pages(domain: Domain, filter: AuditFilter, form: Form) -> Body {
    let begin = (domain, filter, At::Begin);
    Body::from_stream(stream::try_unfold(begin, move |(domain, filter, at)| async move {
        let (after, mut text) = match (at, form) {
            (At::End, _) => return Ok(None),
            (At::After(cursor), _) => (Some(cursor), String::new()),
            (At::Begin, Form::Csv) => (None, COLUMNS.to_owned()),
            (At::Begin, Form::Json) => (None, String::new()),
        };
        let page = domain.list_audit(&filter, after).await?;
        text.extend(page.entries.iter().map(|entry| line(entry, form)));
        let at = page.next.map_or(At::End, At::After);
        Ok::<_, domain::Error>(Some((Bytes::from(text), (domain, filter, at))))
    }))
}

fn line(entry: &AuditEntry, form: Form) -> String {
    let (actor, subject) =
        (entry.actor.map(|id| id.to_string()), entry.subject_id.map(|id| id.to_string()));
    match form {
        Form::Json => {
            let line = json!({
                "at_ms": entry.at_ms,
                "deed": entry.action,
                "actor_kind": entry.actor_kind,
                "actor_id": actor,
                "actor_name": entry.actor_name,
                "subject_id": subject,
                "subject": entry.subject,
                "address": entry.address,
                "browser": entry.browser,
            });
            format!("{line}\n")
        }
        Form::Csv => {
            let texts = [
                Some(entry.at_ms.to_string()),
                Some(entry.action.clone()),
                Some(entry.actor_kind.clone()),
                actor,
                Some(entry.actor_name.clone()),
                subject,
                entry.subject.clone(),
                entry.address.clone(),
                entry.browser.clone(),
            ];
            let fields = texts.map(|text| field(&text.unwrap_or_default()));
            format!("{}\r\n", fields.join(","))
        }
    }
}

/// A field of a CSV file (RFC 4180). An apostrophe keeps spreadsheets from reading a name as a formula:
/// strangers choose their names.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let guard = if is_formula { "'" } else { "" };
    format!("\"{guard}{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn a_field_is_neither_a_formula_nor_two_fields() {
        for (text, expect) in [
            ("Mia", "\"Mia\""),
            ("a \"b\", c", "\"a \"\"b\"\", c\""),
            ("=1+1", "\"'=1+1\""),
            ("@SUM(A1)", "\"'@SUM(A1)\""),
            ("two\r\nlines", "\"two\r\nlines\""),
        ] {
            assert_eq!(field(text), expect);
        }
    }
}
