//! Server functions about conversations, for the first rendering. Events come through the socket.

use leptos::prelude::*;
use protocol::{
    ClientId, ConversationId, Conversations, Entry, Hit, Inbox, InboxId, Label, LabelId, Seq,
    Summary, UnixMillis, VisitorId,
};
use serde::{Deserialize, Serialize};

use super::looked_for::LookedFor;
use super::view::View;
use crate::failure::Failure;

/// A page of the list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// The conversations.
    pub page: Conversations,
    /// The server's time, in milliseconds since 1970 (UTC).
    pub now_ms: UnixMillis,
}

/// The inboxes and labels that a list can be filtered by.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Choices {
    /// The inboxes.
    pub inboxes: Vec<Inbox>,
    /// The labels, by name.
    pub labels: Vec<Label>,
}

/// The latest page of a conversation.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// Its row in the list.
    pub summary: Summary,
    /// The last entry the visitor has read.
    pub visitor_read_seq: Seq,
    /// The entries, oldest first.
    pub entries: Vec<Entry>,
    /// The client id for a reply sent from this page without scripts.
    pub next_client_id: ClientId,
}

/// Returns a page of the conversations in a view.
#[server]
pub async fn list_conversations(
    view: View,
    inbox: Option<InboxId>,
    label: Option<LabelId>,
    after: Option<String>,
) -> Result<Listed, Failure> {
    use super::view::Wanted;
    use domain::conversation::ListCursor;

    /// Enough to fill a few screens.
    const PAGE: u64 = 50;

    let (agent, backend) = crate::backend::require_agent().await?;
    let filter = Wanted { view, inbox, label }.filter(agent.id);
    let after = after.as_deref().map(ListCursor::parse).transpose()?;
    let page = backend.domain.list_conversations(&agent, &filter, after, PAGE).await?;
    Ok(Listed { page, now_ms: backend.domain.ambient().now_ms() })
}

/// Returns the inboxes and labels that a list can be filtered by.
#[server]
pub async fn list_choices() -> Result<Choices, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    let mut inboxes = backend.domain.list_inboxes().await?;
    inboxes.retain(|inbox| agent.visibility.covers(inbox.id));
    Ok(Choices {
        inboxes: inboxes.into_iter().map(Inbox::from).collect(),
        labels: backend.domain.list_labels().await?,
    })
}

/// The results of a search.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Found {
    /// The hits, best first.
    pub hits: Vec<Hit>,
    /// The server's time, in milliseconds since 1970 (UTC).
    pub now_ms: UnixMillis,
}

/// Searches messages, notes and visitors.
#[server]
pub async fn search_conversations(looked_for: LookedFor) -> Result<Found, Failure> {
    use domain::search::Query;
    use protocol::limits::SEARCH_HITS;

    let (agent, backend) = crate::backend::require_agent().await?;
    let now_ms = backend.domain.ambient().now_ms();
    let query = Query {
        filter: looked_for.filter(agent.id),
        from_ms: looked_for.since_ms(now_ms),
        until_ms: None,
        limit: SEARCH_HITS,
        text: looked_for.text,
    };
    Ok(Found { hits: backend.domain.search(&agent, &query).await?, now_ms })
}

/// Returns one conversation. This does not mark it as read: the client does so once it is on screen.
#[server]
pub async fn open_conversation(id: ConversationId) -> Result<Opened, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    let summary = backend.domain.find_conversation(&agent, id).await?;
    let page = backend.domain.team_page(&agent, id, None).await?;
    Ok(Opened {
        summary,
        visitor_read_seq: page.visitor_read_seq,
        entries: page.entries,
        next_client_id: ClientId(backend.domain.ambient().uuid()),
    })
}

/// Sends a reply from a page whose scripts do not run, or not yet.
#[server]
pub async fn reply(
    conversation: ConversationId,
    client_id: ClientId,
    text: String,
) -> Result<(), Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    backend.domain.send_as_agent(&agent, conversation, client_id, &text, false).await?;
    leptos_axum::redirect(&format!("/conversations/{conversation}"));
    Ok(())
}

/// What is known about a conversation's visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The site's own id of the user, proven.
    pub user_id: Option<String>,
    /// Their email address.
    pub email: Option<String>,
    /// Whether the address is proven to be theirs.
    pub is_email_proven: bool,
    /// Why they get no email.
    pub no_mail: Option<String>,
    /// Whether a transcript can be emailed to them.
    pub takes_transcript: bool,
    /// Whether their name was verified by the site's server.
    pub is_name_vouched: bool,
    /// Other values verified by the site's server, by name.
    pub vouched: Vec<(String, String)>,
    /// Other values that a page sent, by name. They are not verified.
    pub attributes: Vec<(String, String)>,
    /// The page they visited last.
    pub page: Option<String>,
    /// The page that led to their first one.
    pub referrer: Option<String>,
    /// The browser's user agent.
    pub browser: Option<String>,
    /// The browser's language.
    pub language: Option<String>,
    /// Their time zone.
    pub time_zone: Option<String>,
    /// When they were last connected, in milliseconds since 1970 (UTC).
    pub last_seen_at_ms: Option<UnixMillis>,
    /// Whether the network they came from is known.
    pub has_network: bool,
    /// Their visitor id, for agents who may export and erase people's data; `None` for others.
    pub person: Option<VisitorId>,
    /// Their other conversations, the most recent first.
    pub others: Vec<Summary>,
}

/// Emails a transcript to the visitor.
#[server]
pub async fn mail_transcript(id: ConversationId) -> Result<(), Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    backend.domain.mail_transcript(&agent, id).await?;
    leptos_axum::redirect(&format!("/conversations/{id}"));
    Ok(())
}

/// Returns what is known about a conversation's visitor.
#[server]
pub async fn read_visitor(id: ConversationId) -> Result<Known, Failure> {
    use protocol::Filter;

    /// As many as fit beside a conversation.
    const OTHERS: u64 = 10;

    let (agent, backend) = crate::backend::require_agent().await?;
    let profile = backend.domain.profile_of(&agent, id).await?;
    let filter = Filter { visitor: Some(profile.id), ..Filter::ALL };
    let theirs = backend.domain.list_conversations(&agent, &filter, None, OTHERS + 1).await?;
    let mut others = theirs.conversations;
    others.retain(|one| one.id != id);
    let standing = backend.domain.address_status(&profile).await?;
    let bounced = |reason| format!("Bounced: {reason}");
    let no_mail = match standing.is_unsubscribed {
        true => Some("Unsubscribed".to_owned()),
        false => standing.bounced.map(bounced),
    };
    let is_known = profile.is_email_proven && profile.email.is_some();
    Ok(Known {
        takes_transcript: backend.sends_mail && is_known && no_mail.is_none(),
        no_mail,
        is_email_proven: profile.is_email_proven,
        is_name_vouched: profile.vouched.name.is_some(),
        vouched: profile.vouched_texts(),
        attributes: profile.attribute_texts(),
        user_id: profile.user_id,
        email: profile.email,
        page: profile.page,
        referrer: profile.referrer,
        browser: profile.browser,
        language: profile.language,
        time_zone: profile.time_zone,
        last_seen_at_ms: profile.last_seen_at_ms,
        person: agent.role.may(domain::agent::Right::ErasePeople).then_some(profile.id),
        has_network: profile.has_network,
        others,
    })
}

/// Blocks the visitor of a conversation, or everyone on their network, and archives their conversations.
#[server]
pub async fn block_visitor(
    id: ConversationId,
    #[server(default)] network: bool,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::visitor::BlockOf;

    let by = crate::backend::require(Right::Block).await?;
    let (of, action) = match network {
        true => (BlockOf::Network, AuditAction::NetworkBlocked),
        false => (BlockOf::Visitor, AuditAction::VisitorBlocked),
    };
    let (name, archived) = by.backend.domain.block_visitor(&by.agent, id, of).await?;
    by.note(action, Some((id.0, format!("{name} ({archived} conversations archived)")))).await?;
    leptos_axum::redirect("/conversations");
    Ok(())
}
