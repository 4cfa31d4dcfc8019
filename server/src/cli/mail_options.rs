//! The options for email.

use std::time::Duration;

use anyhow::Context;
use clap::Args;
use domain::mail::MailRules;
use protocol::Waits;

use crate::mail::MailSettings;

/// The options for email.
#[derive(Args, Clone)]
#[command(next_help_heading = "Mail")]
pub(super) struct MailOptions {
    /// The mail server to send through, as smtps://USER:PASSWORD@HOST, or smtp:// for STARTTLS [default: none,
    /// no email is sent]
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_SMTP_URL",
        hide_env_values = true,
        value_name = "URL"
    )]
    smtp_url: Option<String>,

    /// The address that emails come from, for inboxes without their own.
    #[arg(long, global = true, env = "PORCHLIGHT_MAIL_FROM", value_name = "ADDRESS")]
    mail_from: Option<String>,

    /// Seconds that the mail server may take for one step of an SMTP session.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_SMTP_TIMEOUT",
        default_value_t = 30,
        value_parser = clap::value_parser!(u64).range(1..=600),
        value_name = "SECONDS"
    )]
    smtp_timeout: u64,

    /// Seconds to wait before the second attempt to send an email. The wait doubles with each attempt, up to an
    /// hour; after three days the email has failed.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_MAIL_RETRY",
        default_value_t = 30,
        value_parser = clap::value_parser!(u32).range(1..=3600),
        value_name = "SECONDS"
    )]
    mail_retry: u32,

    /// Days to retain the original of inbound email, for agents to view and download. Emails that became no
    /// message are deleted then.
    #[arg(
        long,
        global = true,
        env = "PORCHLIGHT_MAIL_KEPT_DAYS",
        default_value_t = 365,
        value_parser = clap::value_parser!(u32).range(1..=36_500),
        value_name = "DAYS"
    )]
    mail_kept_days: u32,

    /// The name that the mail server receiving your email uses in Authentication-Results (RFC 8601), such as
    /// mx.example.com. Only its results verify senders. It must remove those that others give in its name.
    /// Separate several with commas.
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
    /// The rules for the email of all inboxes.
    pub(super) fn rules(&self) -> MailRules {
        let from = self.mail_from.as_deref().map(|from| from.trim().to_lowercase());
        let ids = self.authserv_id.iter().map(|id| id.trim().to_owned());
        MailRules {
            from,
            authserv_ids: ids.filter(|id| !id.is_empty()).collect(),
            kept_ms: u64::from(self.mail_kept_days) * MailRules::DAY_MS,
        }
    }

    /// The settings for sending email; `None` if none is sent.
    pub(super) fn settings(&self) -> anyhow::Result<Option<MailSettings>> {
        let Some(url) = self.smtp_url.as_deref().filter(|url| !url.trim().is_empty()) else {
            return Ok(None);
        };
        // The URL stays out of the error: it contains a password.
        let smtp = url.parse().context("invalid URL of the mail server (PORCHLIGHT_SMTP_URL)")?;
        let from = self.mail_from.as_deref().context(
            "set the address that emails come from: --mail-from or PORCHLIGHT_MAIL_FROM",
        )?;
        let from = from
            .trim()
            .parse()
            .context("invalid address that emails come from (PORCHLIGHT_MAIL_FROM)")?;
        let waits = Waits { first_ms: self.mail_retry * 1_000, longest_ms: 60 * 60 * 1_000 };
        let timeout = Duration::from_secs(self.smtp_timeout);
        Ok(Some(MailSettings { smtp, from, timeout, waits }))
    }
}
