//! Server functions about outgoing email.

use leptos::prelude::*;
use protocol::{ConversationId, MailId, MailKind, MailState, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An email as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailLine {
    /// Its id.
    pub id: MailId,
    /// What it is about.
    pub kind: MailKind,
    /// The conversation it is about.
    pub conversation: Option<ConversationId>,
    /// The recipient's address; known from the first attempt on.
    pub address: Option<String>,
    /// Its state.
    pub state: MailState,
    /// Why it failed or was dropped, or why the last attempt did not succeed.
    pub reason: Option<String>,
    /// The number of attempts.
    pub attempts: u32,
    /// When the next attempt is due, in milliseconds since 1970 (UTC).
    pub due_at_ms: UnixMillis,
    /// When its outcome was recorded, in milliseconds since 1970 (UTC).
    pub settled_at_ms: Option<UnixMillis>,
}

/// A page of the outbox.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outbox {
    /// The emails, latest first.
    pub mails: Vec<MailLine>,
    /// The cursor of the next page.
    pub next: Option<MailId>,
    /// Why email cannot be sent at the moment.
    pub trouble: Option<String>,
    /// Whether the program has a mail server.
    pub is_on: bool,
}

/// Returns a page of the emails in a state, or of all, that come before `before`.
#[server]
pub async fn read_outbox(
    #[server(default)] state: Option<MailState>,
    #[server(default)] before: Option<MailId>,
) -> Result<Outbox, Failure> {
    use domain::agent::Right;

    let backend = crate::backend::require(Right::ManageOutbox).await?.backend;
    let page = backend.domain.list_mails(state, before).await?;
    let line = |mail: domain::mail::MailRow| MailLine {
        id: mail.id,
        kind: mail.kind,
        conversation: mail.conversation,
        address: mail.address,
        state: mail.state,
        reason: mail.reason,
        attempts: mail.attempts,
        due_at_ms: mail.due_at_ms,
        settled_at_ms: mail.settled_at_ms,
    };
    Ok(Outbox {
        mails: page.mails.into_iter().map(line).collect(),
        next: page.next,
        trouble: page.trouble,
        is_on: backend.sends_mail,
    })
}

/// Retries an email now.
#[server]
pub async fn retry_mail(id: MailId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ManageOutbox).await?;
    by.backend.domain.retry_mail(id).await?;
    by.note(AuditAction::OutboxChanged, Some((id.0, id.to_string()))).await?;
    Ok(())
}

/// Drops an email.
#[server]
pub async fn drop_mail(id: MailId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ManageOutbox).await?;
    by.backend.domain.drop_mail(id).await?;
    by.note(AuditAction::OutboxChanged, Some((id.0, id.to_string()))).await?;
    Ok(())
}
