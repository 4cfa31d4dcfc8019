//! Server functions about conversations: what the first rendering needs. News come by the socket.

use leptos::prelude::*;
use protocol::{
    ClientId, ConversationId, Entry, Hit, InboxId, Label, LabelId, Seq, Summary, VisitorId,
};
use serde::{Deserialize, Serialize};

use super::search::LookedFor;
use super::view::View;
use crate::failure::Failure;

/// A page of a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Listed {
    /// Most recent first.
    pub conversations: Vec<Summary>,
    /// Where the next page begins, if there is more.
    pub next: Option<String>,
    /// The server's time, in milliseconds since 1970 (UTC).
    pub now_ms: u64,
}

/// What a list can be narrowed to.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Choices {
    /// The inboxes, by id and name.
    pub inboxes: Vec<(InboxId, String)>,
    /// The labels, by name.
    pub labels: Vec<Label>,
}

/// A conversation's latest page.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Opened {
    /// Its line in the list.
    pub summary: Summary,
    /// How far the visitor has read.
    pub visitor_read_seq: Seq,
    /// Oldest first.
    pub entries: Vec<Entry>,
    /// A name for the reply that a browser without scripts may send from this page.
    pub next_client_id: ClientId,
}

/// A page of the conversations that a view shows.
#[server]
pub async fn list_conversations(
    view: View,
    inbox: Option<InboxId>,
    label: Option<LabelId>,
    after: Option<String>,
) -> Result<Listed, Failure> {
    use super::view::Wanted;
    use domain::conversation::ListCursor;

    /// What fits on a few screens.
    const PAGE: u64 = 50;

    let (agent, backend) = crate::backend::require_agent().await?;
    let filter = Wanted { view, inbox, label }.filter(agent.id);
    let after = after.as_deref().map(ListCursor::parse).transpose()?;
    let page = backend.domain.list_conversations(&agent, &filter, after, PAGE).await?;
    Ok(Listed {
        conversations: page.conversations,
        next: page.next.map(ListCursor::to_text),
        now_ms: backend.domain.ambient().now_ms(),
    })
}

/// What a list can be narrowed to.
#[server]
pub async fn list_choices() -> Result<Choices, Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    let mut inboxes = backend.domain.list_inboxes().await?;
    inboxes.retain(|inbox| agent.sight.covers(inbox.id));
    Ok(Choices {
        inboxes: inboxes.into_iter().map(|inbox| (inbox.id, inbox.name)).collect(),
        labels: backend.domain.list_labels().await?,
    })
}

/// What a search found.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Found {
    /// The best first.
    pub hits: Vec<Hit>,
    /// The server's time, in milliseconds since 1970 (UTC).
    pub now_ms: u64,
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

/// One conversation. Reading it here does not mark it as read: that is the screen's to say.
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

/// A reply from a page whose scripts do not run, or not yet.
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

/// What is known of a conversation's visitor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// The site's own id of the user, proven.
    pub user_id: Option<String>,
    /// Their mail address.
    pub email: Option<String>,
    /// Whether it is known to be theirs.
    pub is_email_proven: bool,
    /// Why it gets no mail.
    pub no_mail: Option<String>,
    /// Whether a transcript can go to it.
    pub takes_transcript: bool,
    /// Whether the site's own server says their name.
    pub is_name_vouched: bool,
    /// What else the site's own server says, by name.
    pub vouched: Vec<(String, String)>,
    /// What else a page says, by name: anybody's word.
    pub attributes: Vec<(String, String)>,
    /// The page they were on last.
    pub page: Option<String>,
    /// The page that led to the first one.
    pub referrer: Option<String>,
    /// The browser's name for itself.
    pub browser: Option<String>,
    /// The browser's language.
    pub language: Option<String>,
    /// The time zone.
    pub time_zone: Option<String>,
    /// When they were last connected, in milliseconds since 1970 (UTC).
    pub last_seen_at_ms: Option<u64>,
    /// Whether it is known from which network they came.
    pub has_network: bool,
    /// Which visitor they are: for who may export and erase what is kept of them.
    pub person: Option<VisitorId>,
    /// Their other conversations, the most recent first.
    pub others: Vec<Summary>,
}

/// Has a transcript go to the visitor by mail.
#[server]
pub async fn mail_transcript(id: ConversationId) -> Result<(), Failure> {
    let (agent, backend) = crate::backend::require_agent().await?;
    backend.domain.mail_transcript(&agent, id).await?;
    leptos_axum::redirect(&format!("/conversations/{id}"));
    Ok(())
}

/// What is known of a conversation's visitor.
#[server]
pub async fn read_visitor(id: ConversationId) -> Result<Known, Failure> {
    use protocol::Filter;

    /// What fits beside a conversation.
    const OTHERS: u64 = 10;

    let (agent, backend) = crate::backend::require_agent().await?;
    let profile = backend.domain.profile_of(&agent, id).await?;
    let filter = Filter { visitor: Some(profile.id), ..Filter::ALL };
    let theirs = backend.domain.list_conversations(&agent, &filter, None, OTHERS + 1).await?;
    let mut others = theirs.conversations;
    others.retain(|one| one.id != id);
    let standing = backend.domain.mail_standing(&profile).await?;
    let bounced = |reason| format!("It takes none: {reason}");
    let no_mail = match standing.is_unsubscribed {
        true => Some("It wants none".to_owned()),
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

/// Blocks a conversation's visitor, alone or with everybody from where they came, and archives what they wrote.
#[server]
pub async fn block_visitor(
    id: ConversationId,
    #[server(default)] network: bool,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::Deed;
    use domain::visitor::BlockOf;

    let by = crate::backend::require(Right::Block).await?;
    let (of, deed) = match network {
        true => (BlockOf::Network, Deed::NetworkBlocked),
        false => (BlockOf::Visitor, Deed::VisitorBlocked),
    };
    let (name, archived) = by.backend.domain.block_visitor(&by.agent, id, of).await?;
    by.note(deed, Some((id.0, format!("{name} ({archived} conversations archived)")))).await?;
    leptos_axum::redirect("/conversations");
    Ok(())
}
