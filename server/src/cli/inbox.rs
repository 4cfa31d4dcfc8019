//! `porchlight inbox`.

use clap::Subcommand;
use domain::Domain;
use domain::audit::AuditAction;
use domain::inbox::{Inbox, InboxInbound, InboxMail, Retention, SecretOf, Site};

use super::print;
use crate::public_url::PublicUrl;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Replace one of an inbox's secrets with a new one.
    Rotate {
        /// The inbox's key [default: the oldest inbox]
        #[arg(long, value_name = "KEY")]
        inbox: Option<String>,
        /// The secret to replace.
        #[arg(long, value_enum)]
        secret: SecretName,
        /// Revoke the previous secret immediately, because it has leaked. For `visitors`, all visitors start
        /// over.
        #[arg(long)]
        at_once: bool,
    },
    /// Create an inbox, and print its key and the snippet that embeds its chat.
    Create {
        /// The name that visitors see.
        #[arg(long, env = "PORCHLIGHT_INBOX_NAME")]
        name: String,
        /// A site that may embed the chat, such as `https://example.com`. Can be repeated.
        #[arg(
            long = "site",
            env = "PORCHLIGHT_INBOX_SITES",
            value_delimiter = ',',
            value_name = "ORIGIN"
        )]
        sites: Vec<String>,
    },
    /// List the inboxes. The first one is the default.
    List,
    /// Set what an inbox retains of its visitors' data, and for how long. Options that are left out change
    /// nothing.
    Keep {
        /// The inbox's key [default: the oldest inbox]
        #[arg(long)]
        inbox: Option<String>,
        /// Days to retain a conversation after its last message; 0 for no limit.
        #[arg(long, value_name = "DAYS")]
        conversations: Option<u32>,
        /// Days to retain a file; 0 for no limit.
        #[arg(long, value_name = "DAYS")]
        files: Option<u32>,
        /// Days to retain email addresses and networks after a visitor was last seen; 0 for no limit.
        #[arg(long, value_name = "DAYS")]
        addresses: Option<u32>,
        /// Whether to store the query and fragment of page addresses.
        #[arg(long)]
        queries: Option<bool>,
    },
    /// Configure an inbox's email. Options that are left out change nothing.
    Mail {
        /// The inbox's key [default: the oldest inbox]
        #[arg(long)]
        inbox: Option<String>,
        /// The address that its emails come from; an empty one unsets it.
        #[arg(long, value_name = "ADDRESS")]
        from: Option<String>,
        /// The team's address for messages that arrive while nobody is available; an empty one unsets it.
        #[arg(long, value_name = "ADDRESS")]
        team_address: Option<String>,
        /// Whether visitors get emails.
        #[arg(long)]
        to_visitors: Option<bool>,
        /// Minutes after which an unread answer is emailed to the visitor.
        #[arg(long, value_name = "MINUTES")]
        unread_after: Option<u64>,
        /// The most emails of a kind that the inbox may cause per hour.
        #[arg(long, value_name = "MAILS")]
        an_hour: Option<u32>,
        /// The address that it receives email at; an empty one unsets it.
        #[arg(long, value_name = "ADDRESS")]
        inbound_address: Option<String>,
        /// The mailbox to read its email from, as imaps://USER:PASSWORD@HOST; an empty one unsets it, and `-`
        /// reads it from standard input.
        #[arg(long, value_name = "URL")]
        imap_url: Option<String>,
        /// Whether providers deliver its email by webhook. Each `true` creates a new key; the previous one
        /// stays valid for a day.
        #[arg(long)]
        webhook: Option<bool>,
    },
}

/// One of an inbox's secrets.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum SecretName {
    /// The secret that signs visitors' tokens and the links in emails. The previous one stays valid for 90 days
    Visitors,
    /// The secret with which the site's server signs its users' ids. The previous one stays valid for a day
    Identity,
    /// The key with which providers deliver email. The previous one stays valid for a day
    Inbound,
}

impl Command {
    pub(super) async fn run(
        self,
        domain: &Domain,
        url: &PublicUrl,
        json: bool,
    ) -> anyhow::Result<()> {
        let failed = |error: domain::Error| anyhow::anyhow!(error.code().sentence());
        match self {
            Self::Mail {
                inbox,
                from,
                team_address,
                to_visitors,
                unread_after,
                an_hour,
                inbound_address,
                imap_url,
                webhook,
            } => {
                let imap_url = match imap_url.as_deref() {
                    Some("-") => Some(std::io::read_to_string(std::io::stdin())?.trim().to_owned()),
                    _ => imap_url,
                };
                let found = domain.find_inbox(inbox.as_deref()).await.map_err(failed)?;
                let before = found.mail;
                let mail = InboxMail {
                    from: from.or(before.from),
                    team_address: team_address.or(before.team_address),
                    to_visitors: to_visitors.unwrap_or(before.to_visitors),
                    unread_wait_ms: unread_after
                        .map_or(before.unread_wait_ms, |minutes| minutes.saturating_mul(60_000)),
                    an_hour: an_hour.unwrap_or(before.an_hour),
                };
                let inbound = InboxInbound {
                    address: inbound_address.or(found.inbound.address),
                    mailbox: imap_url.or(found.inbound.mailbox),
                };
                let saved = domain.set_inbox_mail(found.id, mail).await.map_err(failed)?.mail;
                domain.set_inbox_inbound(found.id, inbound).await.map_err(failed)?;
                match webhook {
                    Some(true) => {
                        domain
                            .rotate_secret(found.id, SecretOf::Inbound, false)
                            .await
                            .map_err(failed)?;
                    }
                    Some(false) => domain.drop_inbound_key(found.id).await.map_err(failed)?,
                    None => {}
                }
                let found = domain.find_inbox(Some(&found.key)).await.map_err(failed)?;
                let subject = (found.id.0, found.name.clone());
                super::note(domain, AuditAction::InboundChanged, subject).await.map_err(failed)?;
                let handed_in_at = found.webhook(&url.to_string());
                let data = serde_json::json!({
                    "from": saved.from,
                    "team_address": saved.team_address,
                    "to_visitors": saved.to_visitors,
                    "unread_after_minutes": saved.unread_wait_ms / 60_000,
                    "an_hour": saved.an_hour,
                    "inbound_address": found.inbound.address,
                    "has_mailbox": found.inbound.mailbox.is_some(),
                    "webhook": handed_in_at,
                });
                let text = handed_in_at.map_or_else(
                    || "Saved.".to_owned(),
                    |address| format!("Saved. Providers deliver email by POST to\n  {address}"),
                );
                print(json, &data, &text);
            }
            Self::Rotate { inbox, secret, at_once } => {
                let found = domain.find_inbox(inbox.as_deref()).await.map_err(failed)?;
                let of = match secret {
                    SecretName::Visitors => SecretOf::Visitors,
                    SecretName::Identity => SecretOf::Identity,
                    SecretName::Inbound => SecretOf::Inbound,
                };
                domain.rotate_secret(found.id, of, at_once).await.map_err(failed)?;
                let subject = (found.id.0, found.name.clone());
                super::note(domain, AuditAction::IdentityChanged, subject).await.map_err(failed)?;
                let data = serde_json::json!({ "inbox": found.id.to_string(), "rotated": true });
                print(json, &data, "Created a new secret.");
            }
            Self::Keep { inbox, conversations, files, addresses, queries } => {
                let found = domain.find_inbox(inbox.as_deref()).await.map_err(failed)?;
                let before = found.retention;
                let days = |days: Option<u32>, before: Option<u32>| match days {
                    None => before,
                    Some(days) => Some(days).filter(|days| *days > 0),
                };
                let kept = Retention {
                    conversations_days: days(conversations, before.conversations_days),
                    files_days: days(files, before.files_days),
                    addresses_days: days(addresses, before.addresses_days),
                    with_queries: queries.unwrap_or(before.with_queries),
                };
                domain.set_inbox_retention(found.id, kept).await.map_err(failed)?;
                let subject = (found.id.0, found.name.clone());
                super::note(domain, AuditAction::RetentionChanged, subject)
                    .await
                    .map_err(failed)?;
                let data = serde_json::json!({
                    "conversations_days": kept.conversations_days,
                    "files_days": kept.files_days,
                    "addresses_days": kept.addresses_days,
                    "with_queries": kept.with_queries,
                });
                print(json, &data, "Saved.");
            }
            Self::Create { name, sites } => {
                let inbox = domain.create_inbox(&name, &sites).await.map_err(failed)?;
                let subject = (inbox.id.0, inbox.name.clone());
                super::note(domain, AuditAction::InboxCreated, subject).await.map_err(failed)?;
                print(json, &as_json(&inbox, url), &as_text(&inbox, url));
            }
            Self::List => {
                let inboxes = domain.list_inboxes().await.map_err(failed)?;
                let data = inboxes.iter().map(|inbox| as_json(inbox, url)).collect();
                let text: Vec<String> = inboxes.iter().map(|inbox| as_text(inbox, url)).collect();
                print(json, &data, &text.join("\n\n"));
            }
        }
        Ok(())
    }
}

fn as_json(inbox: &Inbox, url: &PublicUrl) -> serde_json::Value {
    serde_json::json!({
        "id": inbox.id.to_string(),
        "key": inbox.key,
        "name": inbox.name,
        "allowed_sites": inbox.allowed_sites.iter().map(Site::as_str).collect::<Vec<_>>(),
        "snippet": inbox.snippet(&url.to_string()),
    })
}

fn as_text(inbox: &Inbox, url: &PublicUrl) -> String {
    let sites: Vec<&str> = inbox.allowed_sites.iter().map(Site::as_str).collect();
    let sites = if sites.is_empty() {
        "none yet (only this server's demo)".into()
    } else {
        sites.join(", ")
    };
    format!(
        "{}\n  key       {}\n  sites     {sites}\n  snippet   {}",
        inbox.name,
        inbox.key,
        inbox.snippet(&url.to_string()),
    )
}
