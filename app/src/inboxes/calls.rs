//! Server functions about inboxes.

use leptos::prelude::*;
use protocol::{BlockId, UnixMillis};
use protocol::{InboxId, LabelId, Routing, TeamId};
use serde::{Deserialize, Serialize};

use crate::failure::Failure;

/// An inbox as its page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxDetails {
    /// Its id.
    pub id: InboxId,
    /// Its name.
    pub name: String,
    /// Its public key.
    pub key: String,
    /// The sites that may embed its chat.
    pub sites: Vec<String>,
    /// The sites that recently requested its chat but may not embed it, each with the time in milliseconds since
    /// 1970 (UTC). Empty for agents who may not change the inbox.
    pub refused_sites: Vec<(String, UnixMillis)>,
    /// The HTML tag that embeds its chat.
    pub snippet: String,
    /// The business hours, one day per line; `None` is always open.
    pub hours: Option<String>,
    /// The time zone of the business hours.
    pub time_zone: String,
    /// How conversations are assigned to agents.
    pub routing: Routing,
    /// The team that gets its conversations.
    pub team: Option<TeamId>,
    /// The label that each new conversation gets.
    pub label: Option<LabelId>,
    /// Whether visitors who claim to be a user of the site must prove it.
    pub requires_identity: bool,
    /// The secret with which the site's server signs user ids. `None` for agents who may not change the inbox.
    pub identity_secret: Option<String>,
    /// The secret with which it signs JWTs. `None` for agents who may not change the inbox.
    pub jwt_secret: Option<String>,
    /// Its email settings.
    pub mail: MailDetails,
    /// Its settings for inbound email.
    pub inbound: InboundDetails,
    /// Its retention settings.
    pub kept: KeptDetails,
}

/// What an inbox stores about its visitors, and for how long. `None` is forever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptDetails {
    /// Retention of conversations, in days after their last message.
    pub conversations_days: Option<u32>,
    /// Retention of files, in days after their upload.
    pub files_days: Option<u32>,
    /// Retention of email addresses and networks, in days after the visitor was last here.
    pub addresses_days: Option<u32>,
    /// Whether page addresses are stored with their query and fragment.
    pub with_queries: bool,
}

/// The emails that an inbox sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailDetails {
    /// Whether the program has a mail server.
    pub is_on: bool,
    /// The sender address of its emails; empty for the program's own.
    pub from: String,
    /// The address that hears of new messages while nobody is available; empty for none.
    pub team_address: String,
    /// Whether visitors get emails.
    pub to_visitors: bool,
    /// How long an answer may stay unread before it is emailed, in minutes.
    pub unread_after_minutes: u64,
    /// The limit of emails per kind and hour.
    pub an_hour: u32,
}

/// How an inbox receives email.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboundDetails {
    /// The address that visitors and agents write to; empty for none.
    pub address: String,
    /// The URL of its mailbox, without the password. Empty for agents who may not change the inbox.
    pub mailbox: String,
    /// Why the mailbox cannot be read.
    pub mailbox_trouble: Option<String>,
    /// The URL to which providers post inbound email, including the key. `None` without a key, and for agents who
    /// may not change the inbox.
    pub webhook: Option<String>,
}

/// Returns the inboxes that the agent may see.
#[server]
pub async fn list_inboxes() -> Result<Vec<InboxDetails>, Failure> {
    use domain::agent::Right;

    let (agent, backend) = crate::backend::require_agent().await?;
    let can_manage = agent.role.may(Right::ManageInboxes);
    let mut inboxes = backend.domain.list_inboxes().await?;
    inboxes.retain(|inbox| agent.visibility.covers(inbox.id));
    let mailboxes = backend.domain.mailboxes().await?;
    let mut details = Vec::with_capacity(inboxes.len());
    for inbox in inboxes {
        let snippet = inbox.snippet(&backend.public_url);
        let secrets = can_manage.then(|| (inbox.identity_secret().to_owned(), inbox.jwt_secret()));
        let (identity_secret, jwt_secret) = secrets.unzip();
        let refused = backend.domain.refused_sites(&inbox).into_iter().filter(|_| can_manage);
        let refused_sites =
            refused.map(|refused| (refused.site.as_str().to_owned(), refused.at_ms)).collect();
        let webhook = inbox.webhook(&backend.public_url).filter(|_| can_manage);
        let mailbox = inbox.mailbox_shown().filter(|_| can_manage).unwrap_or_default();
        let trouble = mailboxes.iter().find(|mailbox| mailbox.inbox == inbox.id);
        let inbound = InboundDetails {
            address: inbox.inbound.address.unwrap_or_default(),
            mailbox,
            mailbox_trouble: trouble.and_then(|mailbox| mailbox.trouble.clone()),
            webhook,
        };
        let mail = MailDetails {
            is_on: backend.sends_mail,
            from: inbox.mail.from.unwrap_or_default(),
            team_address: inbox.mail.team_address.unwrap_or_default(),
            to_visitors: inbox.mail.to_visitors,
            unread_after_minutes: inbox.mail.unread_wait_ms / 60_000,
            an_hour: inbox.mail.an_hour,
        };
        let kept = KeptDetails {
            conversations_days: inbox.retention.conversations_days,
            files_days: inbox.retention.files_days,
            addresses_days: inbox.retention.addresses_days,
            with_queries: inbox.retention.with_queries,
        };
        details.push(InboxDetails {
            kept,
            refused_sites,
            mail,
            inbound,
            identity_secret,
            jwt_secret,
            requires_identity: inbox.requires_identity,
            id: inbox.id,
            snippet,
            name: inbox.name,
            key: inbox.key,
            hours: inbox.hours.as_ref().map(domain::inbox::Hours::to_text),
            time_zone: inbox.time_zone,
            routing: inbox.routing,
            team: inbox.team,
            label: inbox.label,
            sites: inbox.allowed_sites.iter().map(|site| site.as_str().to_owned()).collect(),
        });
    }
    Ok(details)
}

/// Replaces the sites that may embed an inbox's chat. `sites` has one per line.
#[server]
pub async fn allow_sites(id: InboxId, sites: String) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::ManageInboxes).await?;
    let lines = sites.lines().map(str::trim).filter(|line| !line.is_empty());
    let sites: Vec<String> = lines.map(ToOwned::to_owned).collect();
    by.backend.domain.allow_sites(id, &sites).await?;
    by.note(AuditAction::SitesChanged, Some(by.inbox(id).await?)).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}

/// Changes the settings of an inbox. Empty `hours` means always open. An empty `team` or `label` means none.
#[server]
pub async fn set_inbox(
    id: InboxId,
    hours: String,
    time_zone: String,
    routing: Routing,
    team: String,
    label: String,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::inbox::InboxSettings;

    let by = crate::backend::require(Right::ManageInboxes).await?;
    let settings = InboxSettings {
        hours: Some(hours).filter(|hours| !hours.trim().is_empty()),
        time_zone: time_zone.trim().to_owned(),
        routing,
        team: TeamId::parse(&team),
        label: LabelId::parse(&label),
    };
    by.backend.domain.set_inbox(id, settings).await?;
    by.note(AuditAction::InboxChanged, Some(by.inbox(id).await?)).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}

/// Changes the emails that an inbox sends. An empty address means none.
#[server]
pub async fn set_inbox_mail(
    id: InboxId,
    #[server(default)] from: String,
    #[server(default)] team_address: String,
    #[server(default)] to_visitors: bool,
    unread_after: u64,
    an_hour: u32,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::inbox::InboxMail;

    let by = crate::backend::require(Right::ManageInboxes).await?;
    let mail = InboxMail {
        from: Some(from),
        team_address: Some(team_address),
        to_visitors,
        unread_wait_ms: unread_after.saturating_mul(60_000),
        an_hour,
    };
    by.backend.domain.set_inbox_mail(id, mail).await?;
    by.note(AuditAction::InboxChanged, Some(by.inbox(id).await?)).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}

/// Changes an inbox's retention settings. An empty number of days means forever.
#[server]
pub async fn set_inbox_retention(
    id: InboxId,
    #[server(default)] conversations_days: String,
    #[server(default)] files_days: String,
    #[server(default)] addresses_days: String,
    #[server(default)] with_queries: bool,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::inbox::Retention;
    use protocol::ErrorCode;

    let by = crate::backend::require(Right::ManageInboxes).await?;
    let days = |text: &str| match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).map_err(|_| Failure(ErrorCode::DaysInvalid)),
    };
    let kept = Retention {
        conversations_days: days(&conversations_days)?,
        files_days: days(&files_days)?,
        addresses_days: days(&addresses_days)?,
        with_queries,
    };
    by.backend.domain.set_inbox_retention(id, kept).await?;
    by.note(AuditAction::RetentionChanged, Some(by.inbox(id).await?)).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}

/// Changes how an inbox receives email. An empty address or mailbox means none. A mailbox that comes back as it
/// was shown stays unchanged.
#[server]
pub async fn set_inbox_inbound(
    id: InboxId,
    #[server(default)] address: String,
    #[server(default)] mailbox: String,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::inbox::InboxInbound;

    let by = crate::backend::require(Right::ManageInboxes).await?;
    let inbound = InboxInbound { address: Some(address), mailbox: Some(mailbox) };
    by.backend.domain.set_inbox_inbound(id, inbound).await?;
    by.note(AuditAction::InboundChanged, Some(by.inbox(id).await?)).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}

/// Turns the webhook for inbound email on with a new key, or off.
#[server]
pub async fn set_webhook(id: InboxId, #[server(default)] is_on: bool) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::inbox::SecretOf;

    let by = crate::backend::require(Right::ManageInboxes).await?;
    if is_on {
        by.backend.domain.rotate_secret(id, SecretOf::Inbound, false).await?;
    } else {
        by.backend.domain.drop_inbound_key(id).await?;
    }
    by.note(AuditAction::InboundChanged, Some(by.inbox(id).await?)).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}

/// Sets whether a claim to be a user needs proof. With `rotate`, also creates a new secret. Signatures of the old
/// one stay valid for a day, or with `at_once` not at all.
#[server]
pub async fn set_identity(
    id: InboxId,
    #[server(default)] required: bool,
    #[server(default)] rotate: bool,
    #[server(default)] at_once: bool,
) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;
    use domain::inbox::SecretOf;

    let by = crate::backend::require(Right::ManageInboxes).await?;
    by.backend.domain.require_identity(id, required).await?;
    if rotate {
        by.backend.domain.rotate_secret(id, SecretOf::Identity, at_once).await?;
    }
    by.note(AuditAction::IdentityChanged, Some(by.inbox(id).await?)).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}

/// A blocked visitor or network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockRow {
    /// The block's id.
    pub id: BlockId,
    /// The visitor's name.
    pub name: String,
    /// Whether their whole network is blocked.
    pub is_network: bool,
    /// The name of the inbox.
    pub inbox: String,
    /// The agent who blocked them.
    pub agent: String,
    /// When they were blocked, in milliseconds since 1970 (UTC).
    pub at_ms: UnixMillis,
    /// When the block ends, in milliseconds since 1970 (UTC).
    pub until_ms: Option<UnixMillis>,
}

/// Returns the blocked visitors and networks.
#[server]
pub async fn read_blocks() -> Result<Vec<BlockRow>, Failure> {
    use domain::visitor::{Block, BlockOf};

    let (agent, backend) = crate::backend::require_agent().await?;
    let inboxes = backend.domain.list_inboxes().await?;
    let name = |id| inboxes.iter().find(|inbox| inbox.id == id).map(|inbox| inbox.name.clone());
    let row = |block: Block| BlockRow {
        id: block.id,
        name: block.name,
        is_network: block.of == BlockOf::Network,
        inbox: name(block.inbox).unwrap_or_default(),
        agent: block.agent_name,
        at_ms: block.at_ms,
        until_ms: block.until_ms,
    };
    Ok(backend.domain.list_blocks(&agent).await?.into_iter().map(row).collect())
}

/// Ends a block.
#[server]
pub async fn unblock(id: BlockId) -> Result<(), Failure> {
    use domain::agent::Right;
    use domain::audit::AuditAction;

    let by = crate::backend::require(Right::Block).await?;
    let name = by.backend.domain.unblock(&by.agent, id).await?;
    by.note(AuditAction::Unblocked, Some((id.0, name))).await?;
    leptos_axum::redirect("/inboxes");
    Ok(())
}
