//! The options that mails are sent by.

use std::time::Duration;

use anyhow::Context;
use clap::Args;
use domain::mail::MailRules;
use protocol::Waits;

use crate::mail::MailSettings;

/// How mail is sent.
#[derive(Args, Clone)]
#[command(next_help_heading = "Mail")]
pub(super) struct MailOptions {
    /// The mail server that takes what is sent, as smtps://USER:PASSWORD@HOST, or smtp:// for STARTTLS
    /// [default: none, and no mail is sent]
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_SMTP_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    smtp_url: Option<String>,

    /// The address that mails come from, where an inbox has none of its own.
    #[arg(long, global = true, env = "PORCHLIGHT_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,

    /// How many seconds the mail server may take for one step of the talk.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_SMTP_TIMEOUT",
        default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=600),
        value_name = "SECONDS"
    )]
    smtp_timeout: u64,

    /// How many seconds a mail that could not be sent waits for its second try. The wait doubles with
    /// each, up to an hour; after three days the mail has failed.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_MAIL_RETRY",
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=3600),
        value_name = "SECONDS"
    )]
    mail_retry: u32,

    /// How many days a mail that came in is kept as it came, for agents to look at and download. Those that
    /// became no message are forgotten then.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_MAIL_KEPT_DAYS",
        default_value_t = 365,
        value_parser = clap::value_parser!(u32).range(1..=36_500),
        value_name = "DAYS"
    )]
    mail_kept_days: u32,

    /// What the mail server that takes your mail in calls itself in Authentication-Results (RFC 8601), as
    /// mx.example.com: who sent a mail goes by its word, and by nobody else's. It must take away what others say in
    /// its name. Several are separated by commas.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_AUTHSERV_ID",
        value_delimiter = ',',
        value_name = "NAME"
    )]
    authserv_id: Vec<String>,
}

impl MailOptions {
    /// What holds of the mail of all inboxes.
    pub(super) fn rules(&self) -> MailRules {
        let from = self.mail_from.as_deref().map(|from| from.trim().to_lowercase());
        let ids = self.authserv_id.iter().map(|id| id.trim().to_owned());
        MailRules {
            from,
            authserv_ids: ids.filter(|id| !id.is_empty()).collect(),
            kept_ms: u64::from(self.mail_kept_days) * MailRules::DAY_MS,
        }
    }

    /// What mails are sent by; `None` if none are.
    pub(super) fn settings(&self) -> anyhow::Result<Option<MailSettings>> {
        let Some(url) = self.smtp_url.as_deref().filter(|url| !url.trim().is_empty()) else {
            return Ok(None);
        };
        // The address itself stays out of it: it holds a password.
        let smtp = url.parse().context("the mail server's address (PORCHLIGHT_SMTP_URL)")?;
        let from = self
            .mail_from
            .as_deref()
            .context("say which address mails come from: --mail-from or PORCHLIGHT_MAIL_FROM")?;
        let from = from.trim().parse().context("the address that mails come from")?;
        let waits = Waits { first_ms: self.mail_retry * 1_000, longest_ms: 60 * 60 * 1_000 };
        let timeout = Duration::from_secs(self.smtp_timeout);
        Ok(Some(MailSettings { smtp, from, timeout, waits }))
    }
}
