//! Server functions about mail that came in.

use leptos::prelude::*;
use protocol::{ConversationId, InboundId, InboundReason, InboundState, Seq};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// A mail as the page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundLine {
    /// Its id.
    pub id: InboundId,
    /// The name of the inbox that it came to.
    pub inbox: String,
    /// Why it is no message.
    pub reason: Option<InboundReason>,
    /// The address that it says to be from.
    pub sender: Option<String>,
    /// What its sender calls themselves.
    pub sender_name: Option<String>,
    /// Its subject.
    pub subject: Option<String>,
    /// Its text.
    pub text: Option<String>,
    /// The conversation that it answers, or is in.
    pub conversation: Option<ConversationId>,
    /// Whether it can still become a message.
    pub can_be_message: bool,
    /// Whether it is kept as it came.
    pub is_kept: bool,
    /// How long it is, in bytes.
    pub bytes: u64,
    /// When it came, in milliseconds since 1970 (UTC).
    pub at_ms: u64,
}

/// A page of the mails that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The mails, latest first.
    pub mails: Vec<InboundLine>,
    /// Where it goes on.
    pub next: Option<InboundId>,
    /// Whether any inbox takes mail in.
    pub is_on: bool,
    /// The inboxes whose mailbox can't be read, and why.
    pub troubles: Vec<(String, String)>,
}

/// All of a mail that is a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailText {
    /// Its text, with what it quotes and how it is signed.
    pub whole: String,
    /// The names of the files that were not taken.
    pub left_out: Vec<String>,
    /// Under which id the mail is kept as it came, if it is.
    pub raw: Option<InboundId>,
}

/// The mails of a state, before another, that say what is looked for.
#[server]
pub async fn read_review(
    state: InboundState,
    #[server(default)] before: Option<InboundId>,
    #[server(default)] looked_for: String,
) -> Result<Review, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    let mut inboxes = backend.domain.list_inboxes().await?;
    inboxes.retain(|inbox| agent.sight.covers(inbox.id));
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

/// How many mails wait for somebody to look at them.
#[server]
pub async fn count_for_review() -> Result<u64, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    Ok(backend.domain.count_for_review(&agent).await?)
}

/// Has a mail become a message: in the conversation that it answers, or in one of its sender's own.
#[server]
pub async fn allow_mail(
    id: InboundId,
    #[server(default)] in_conversation: bool,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::Deed;

    let by = crate::backend::require(Right::Answer).await?;
    by.backend.domain.allow_inbound(&by.agent, id, in_conversation).await?;
    by.note(Deed::MailReviewed, Some((id.0, id.to_string()))).await?;
    Ok(())
}

/// Puts a mail away.
#[server]
pub async fn discard_mail(id: InboundId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::Deed;

    let by = crate::backend::require(Right::Answer).await?;
    by.backend.domain.discard_inbound(&by.agent, id).await?;
    by.note(Deed::MailReviewed, Some((id.0, id.to_string()))).await?;
    Ok(())
}

/// All of a mail that is a message of a conversation.
#[server]
pub async fn read_mail_text(id: ConversationId, seq: Seq) -> Result<MailText, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    let text = backend.domain.inbound_text(&agent, id, seq).await?;
    Ok(MailText { whole: text.whole, left_out: text.left_out, raw: text.raw })
}
