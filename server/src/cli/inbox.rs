//! `porchlight inbox`.

use clap::Subcommand;
use domain::Domain;
use domain::audit::Deed;
use domain::inbox::{Inbox, InboxInbound, InboxKept, InboxMail, SecretOf, Site};

use super::print;
use crate::serve::PublicUrl;

#[derive(Subcommand)]
pub(super) enum Command {
    /// Make a new secret for an inbox.
    Rotate {
        /// The inbox's key [default: the oldest inbox]
        #[arg(long, value_name = "KEY")]
        inbox: Option<String>,
        /// Which one.
        #[arg(long, value_enum)]
        secret: SecretName,
        /// Drop the one before at once, because somebody else has it: all visitors begin anew.
        #[arg(long)]
        at_once: bool,
    },
    /// Make an inbox, and print its key and the snippet that embeds its chat.
    Create {
        /// The name that visitors see.
        #[arg(long, env = "PORCHLIGHT_INBOX_NAME")]
        name: String,
        /// A site that may embed the chat, as `https://example.com`. May be given several times.
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
    /// Say what an inbox keeps of its visitors, and for how long. What is not given stays as it is.
    Keep {
        /// Its key; the default inbox, without.
        #[arg(long)]
        inbox: Option<String>,
        /// How many days a conversation is kept after its last message; 0 is for ever.
        #[arg(long, value_name = "DAYS")]
        conversations: Option<u32>,
        /// How many days a file is kept; 0 is for ever.
        #[arg(long, value_name = "DAYS")]
        files: Option<u32>,
        /// How many days mail addresses and networks are kept after a visitor was last here; 0 is for ever.
        #[arg(long, value_name = "DAYS")]
        addresses: Option<u32>,
        /// Whether the addresses of pages are kept with their queries and fragments.
        #[arg(long)]
        queries: Option<bool>,
    },
    /// Say what an inbox sends by mail. What is not given stays as it is.
    Mail {
        /// Its key; the default inbox, without.
        #[arg(long)]
        inbox: Option<String>,
        /// The address that its mails come from; an empty one is none.
        #[arg(long, value_name = "ADDRESS")]
        from: Option<String>,
        /// Where the team hears of what comes in while nobody is there; an empty one is nowhere.
        #[arg(long, value_name = "ADDRESS")]
        team_address: Option<String>,
        /// Whether visitors get mail.
        #[arg(long)]
        to_visitors: Option<bool>,
        /// After how many minutes an unread answer goes by mail.
        #[arg(long, value_name = "MINUTES")]
        unread_after: Option<u64>,
        /// The most mails of a kind that it may cause in an hour.
        #[arg(long, value_name = "MAILS")]
        an_hour: Option<u32>,
        /// The address that its mail comes in by; an empty one is none.
        #[arg(long, value_name = "ADDRESS")]
        inbound_address: Option<String>,
        /// The mailbox that is read for it, as imaps://USER:PASSWORD@HOST; an empty one is none, and `-` reads
        /// it from the standard input.
        #[arg(long, value_name = "URL")]
        imap_url: Option<String>,
        /// Whether providers hand its mail in. Each `true` makes a new key, and the one before is void.
        #[arg(long)]
        webhook: Option<bool>,
    },
}

/// Which of an inbox's secrets.
#[derive(Clone, Copy, clap::ValueEnum)]
pub(super) enum SecretName {
    /// What visitors' tokens and the links of mails are signed with. The one before is taken for 90 days.
    Visitors,
    /// What the site's server signs its users' ids with. The one before is taken for a day.
    Identity,
    /// The key by which providers hand mails in. The one before is taken for a day.
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
                super::note(domain, Deed::InboundChanged, subject).await.map_err(failed)?;
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
                    |address| format!("Saved. Mail is handed in by POST to\n  {address}"),
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
                super::note(domain, Deed::IdentityChanged, subject).await.map_err(failed)?;
                let data = serde_json::json!({ "inbox": found.id.to_string(), "rotated": true });
                print(json, &data, "There is a new one.");
            }
            Self::Keep { inbox, conversations, files, addresses, queries } => {
                let found = domain.find_inbox(inbox.as_deref()).await.map_err(failed)?;
                let before = found.kept;
                let days = |days: Option<u32>, before: Option<u32>| match days {
                    None => before,
                    Some(days) => Some(days).filter(|days| *days > 0),
                };
                let kept = InboxKept {
                    conversations_days: days(conversations, before.conversations_days),
                    files_days: days(files, before.files_days),
                    addresses_days: days(addresses, before.addresses_days),
                    with_queries: queries.unwrap_or(before.with_queries),
                };
                domain.set_inbox_kept(found.id, kept).await.map_err(failed)?;
                let subject = (found.id.0, found.name.clone());
                super::note(domain, Deed::KeptChanged, subject).await.map_err(failed)?;
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
                super::note(domain, Deed::InboxCreated, subject).await.map_err(failed)?;
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
