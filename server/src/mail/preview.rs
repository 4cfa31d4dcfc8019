//! `/mail/preview/{kind}`: what each kind of email looks like, for those who manage inboxes. The texts are made
//! up; the name, color and addresses are an inbox's.

use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use domain::agent::Right;
use domain::inbox::Inbox;
use domain::mail::{
    Delivery, MailContent, OfAccount, OfConversation, OfSummary, QuotedMessage, Unanswered,
};
use domain::visitor::Profile;
use lettre::Address;
use protocol::{
    AgentId, Author, ConversationId, ErrorCode, MailId, MailKind, Seq, UnixMillis, VisitorId,
};
use serde::Deserialize;
use tower_sessions::Session;

use super::compose::compose;
use super::contents::body;
use super::words::Words;
use crate::http::Failure;
use crate::state::ServerState;

/// The page that lists the previews may frame them. They load nothing else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'self'";

/// Which preview is wanted.
#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// The key of an inbox; without it, the default inbox.
    inbox: Option<String>,
    /// The visitor's language.
    language: Option<String>,
    /// Which format.
    #[serde(default)]
    part: Part,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Part {
    #[default]
    Html,
    Text,
    /// The source, as it is sent.
    Source,
}

pub(crate) async fn preview(
    State(state): State<ServerState>,
    Path(kind): Path<String>,
    Query(wanted): Query<Wanted>,
    session: Session,
) -> Result<Response, Failure> {
    let agent = app::current_agent(&session, &state.domain).await?;
    let agent = agent.ok_or(ErrorCode::LoginRequired)?;
    if !agent.role.may(Right::ManageInboxes) {
        return Err(ErrorCode::Forbidden.into());
    }
    let kind = MailKind::parse(&kind).ok_or(ErrorCode::NotFound)?;
    let inbox = state.domain.find_inbox(wanted.inbox.as_deref()).await?;
    let language = Words::of(wanted.language.as_deref()).language;
    let delivery = sample(kind, inbox, language);
    let url = state.public_url.to_string();
    let failed = || ErrorCode::Unavailable;
    let plain = |text: String| {
        ([(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"))], text)
            .into_response()
    };
    let mut response = match wanted.part {
        Part::Html => {
            Html(body(&delivery.content, &url).html().map_err(|_| failed())?).into_response()
        }
        Part::Text => plain(body(&delivery.content, &url).text().map_err(|_| failed())?),
        Part::Source => {
            let from = Address::new("support", "example.com").map_err(|_| failed())?;
            let envelope = compose(&delivery, &from, &state.public_url).map_err(|_| failed())?;
            plain(String::from_utf8_lossy(&envelope.content).into_owned())
        }
    };
    let policy = HeaderValue::from_static(POLICY);
    response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    Ok(response)
}

/// What the visitor asks in previews.
const ASKED: &str = "Hello! Does the yearly plan come with an invoice?";

/// A sample email.
pub(super) fn sample(kind: MailKind, inbox: Inbox, language: &str) -> Delivery {
    let id = uuid::Uuid::nil();
    let at_ms = UnixMillis(1_760_000_000_000);
    let visitor = Profile {
        id: VisitorId(id),
        inbox: inbox.id,
        user_id: None,
        name: Some("Ann Miller".to_owned()),
        email: Some("ann@example.com".to_owned()),
        is_email_proven: true,
        has_network: false,
        vouched: domain::visitor::Vouched::default(),
        attributes: serde_json::Map::new(),
        page: Some("https://example.com/pricing".to_owned()),
        referrer: None,
        browser: None,
        language: Some(language.to_owned()),
        time_zone: None,
        last_seen_at_ms: Some(at_ms),
        created_at_ms: at_ms,
    };
    let mia = Author::Agent { id: AgentId(id), name: "Mia".to_owned() };
    let author = if kind == MailKind::UnreadReply { mia.clone() } else { Author::Visitor {} };
    let said = |seq, text: &str, files: &[&str]| QuotedMessage {
        seq,
        author: author.clone(),
        text: text.to_owned(),
        files: files.iter().map(|name| (*name).to_owned()).collect(),
        at_ms,
    };
    let of = |messages| {
        Box::new(OfConversation {
            inbox,
            conversation: ConversationId(id),
            visitor,
            visitor_name: "Ann Miller".to_owned(),
            page: None,
            messages,
            more: 0,
            is_by_mail: false,
            subject: None,
            login: "preview".to_owned(),
            preference: "preview".to_owned(),
        })
    };
    let unanswered = |name: &str, preview: &str| Unanswered {
        conversation: ConversationId(id),
        visitor_name: name.to_owned(),
        preview: preview.to_owned(),
        since_ms: at_ms,
    };
    let account = || OfAccount { name: "Mia".to_owned(), link: "preview".to_owned() };
    let matter = match kind {
        MailKind::NobodyAvailable => MailContent::NobodyAvailable(of(vec![
            said(Seq(1), ASKED, &[]),
            said(Seq(2), "Our accountant would like one that looks like this.", &["invoice.pdf"]),
        ])),
        MailKind::Received => MailContent::Received(of(Vec::new())),
        MailKind::UnreadReply => MailContent::UnreadReply(of(vec![
            said(Seq(3), "It does! You’ll find it under Account, then Invoices.", &[]),
            said(
                Seq(4),
                "I’ve added your company’s name to yours.\nIs there anything else I can help with?",
                &[],
            ),
        ])),
        MailKind::Transcript => MailContent::Transcript(of(vec![
            said(Seq(1), ASKED, &[]),
            QuotedMessage {
                author: mia,
                ..said(Seq(3), "It does! You’ll find it under Account, then Invoices.", &[])
            },
        ])),
        MailKind::Assigned => MailContent::Assigned(of(vec![said(Seq(1), ASKED, &[])])),
        MailKind::Mentioned => MailContent::Mentioned(of(vec![QuotedMessage {
            author: mia,
            ..said(Seq(2), "@Tom could you look at the invoice, please?", &[])
        }])),
        MailKind::Waiting => MailContent::Waiting(of(vec![said(Seq(1), ASKED, &[])])),
        MailKind::Escalation => MailContent::Escalation(of(vec![said(Seq(1), ASKED, &[])])),
        MailKind::Summary => MailContent::Summary(OfSummary {
            name: "Mia".to_owned(),
            begun: 12,
            unassigned: 2,
            own: 5,
            waiting: 2,
            longest: vec![unanswered("Ann Miller", ASKED), unanswered("Carl", "Is anyone there?")],
            preference: "preview".to_owned(),
        }),
        MailKind::Invitation => MailContent::Invitation(account()),
        MailKind::Password => MailContent::Password(account()),
    };
    Delivery {
        id: MailId(id),
        attempt: 1,
        message_id: format!("{id}@example.com"),
        thread: Vec::new(),
        address: "ann@example.com".to_owned(),
        reply_to: None,
        begun_at_ms: at_ms,
        content: matter,
    }
}
