//! Server functions about inbound email.

use leptos::prelude::*;
use protocol::{ConversationId, InboundId, InboundReason, InboundState, Seq, UnixMillis};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An inbound email as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundLine {
    /// Its id.
    pub id: InboundId,
    /// The name of the inbox it came to.
    pub inbox: String,
    /// Why it did not become a message.
    pub reason: Option<InboundReason>,
    /// The sender's address, as the email claims.
    pub sender: Option<String>,
    /// The sender's name, as the email claims.
    pub sender_name: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// The conversation it answers or belongs to.
    pub conversation: Option<ConversationId>,
    /// Whether it can still become a message.
    pub can_be_message: bool,
    /// Whether the raw email is stored.
    pub is_kept: bool,
    /// Its size in bytes.
    pub bytes: u64,
    /// When it arrived, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
}

/// A page of inbound emails.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The emails, latest first.
    pub mails: Vec<InboundLine>,
    /// The cursor of the next page.
    pub next: Option<InboundId>,
    /// Whether any inbox receives email.
    pub is_on: bool,
    /// The inboxes whose mailbox cannot be read, each with the reason.
    pub troubles: Vec<(String, String)>,
}

/// The full email behind a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailText {
    /// The text, including quotes and the signature.
    pub whole: String,
    /// The names of the files that were not accepted.
    pub left_out: Vec<String>,
    /// The id under which the raw email is stored, if it is.
    pub raw: Option<InboundId>,
}

/// Returns a page of the inbound emails in a state that match `looked_for` and come before `before`.
#[server]
pub async fn read_review(
    state: InboundState,
    #[server(default)] before: Option<InboundId>,
    #[server(default)] looked_for: String,
) -> Result<Review, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    let mut inboxes = backend.domain.list_inboxes().await?;
    inboxes.retain(|inbox| agent.visibility.covers(inbox.id));
    let name = |id| inboxes.iter().find(|inbox| inbox.id == id).map(|inbox| inbox.name.clone());
    let page = backend.domain.list_inbound(&agent, state, before, &looked_for).await?;
    let line = |mail: domain::mail::InboundMail| InboundLine {
        id: mail.id,
        inbox: name(mail.inbox).unwrap_or_default(),
        reason: mail.reason,
        sender: mail.sender,
        sender_name: mail.sender_name,
        subject: mail.subject,
        text: mail.text,
        conversation: mail.conversation,
        can_be_message: mail.can_be_message,
        is_kept: mail.is_kept,
        bytes: mail.bytes,
        at_ms: mail.at_ms,
    };
    let mailboxes = backend.domain.mailboxes().await?;
    let trouble = |mailbox: domain::mail::Mailbox| Some((name(mailbox.inbox)?, mailbox.trouble?));
    Ok(Review {
        mails: page.mails.into_iter().map(line).collect(),
        next: page.next,
        is_on: inboxes.iter().any(|inbox| inbox.inbound_address().is_some()),
        troubles: mailboxes.into_iter().filter_map(trouble).collect(),
    })
}

/// Returns how many inbound emails wait for review.
#[server]
pub async fn count_for_review() -> Result<u64, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    Ok(backend.domain.count_for_review(&agent).await?)
}

/// Accepts an inbound email as a message: in the conversation it answers, or in one of its sender's own
/// conversations.
#[server]
pub async fn allow_mail(
    id: InboundId,
    #[server(default)] in_conversation: bool,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::Answer).await?;
    by.backend.domain.allow_inbound(&by.agent, id, in_conversation).await?;
    by.note(AuditAction::MailReviewed, Some((id.0, id.to_string()))).await?;
    Ok(())
}

/// Dismisses an inbound email.
#[server]
pub async fn discard_mail(id: InboundId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::Answer).await?;
    by.backend.domain.discard_inbound(&by.agent, id).await?;
    by.note(AuditAction::MailReviewed, Some((id.0, id.to_string()))).await?;
    Ok(())
}

/// Returns the full email behind a message of a conversation.
#[server]
pub async fn read_mail_text(id: ConversationId, seq: Seq) -> Result<MailText, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    let text = backend.domain.inbound_text(&agent, id, seq).await?;
    Ok(MailText { whole: text.whole, left_out: text.left_out, raw: text.raw })
}
