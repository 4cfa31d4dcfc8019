//! Which mail server to use, and how to retry.

use std::net::IpAddr;
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use lettre::Address;
use lettre::transport::smtp::authentication::Credentials;
use percent_encoding::percent_decode_str;
use protocol::Waits;
use url::Url;

/// The settings for sending email.
#[derive(Clone, Debug)]
pub struct MailSettings {
    /// The mail server.
    pub smtp: Smtp,
    /// The address that emails come from, for inboxes without their own.
    pub from: Address,
    /// The timeout of one step of an SMTP session.
    pub timeout: Duration,
    /// How long to wait between attempts.
    pub waits: Waits,
}

/// A mail server, parsed from a URL: see [`Smtp::from_str`].
#[derive(Clone, Debug)]
pub struct Smtp {
    pub(super) host: String,
    pub(super) port: u16,
    pub(super) security: Security,
    pub(super) credentials: Option<Credentials>,
}

impl Smtp {
    /// Whether there is a login to use.
    #[must_use]
    pub(crate) const fn has_login(&self) -> bool {
        self.credentials.is_some()
    }
}

/// How the connection is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Security {
    /// TLS from the start (RFC 8314, section 3).
    Tls,
    /// STARTTLS, which the server must offer (RFC 3207).
    StartTls,
    /// Not at all: for a server on the same machine, or in a trusted network.
    None,
}

impl FromStr for Smtp {
    type Err = anyhow::Error;

    /// Parses `smtps://USER:PASSWORD@HOST`, or `smtp://…` for STARTTLS. `?tls=none` sends without encryption,
    /// to this machine, or with `&network=trusted` to another. Characters in the user and password that are
    /// neither letters nor digits are written as %XX.
    fn from_str(text: &str) -> anyhow::Result<Self> {
        let url = Url::parse(text).context("not a URL such as smtps://USER:PASSWORD@HOST")?;
        let tls = url.query_pairs().find(|(name, _)| name == "tls").map(|(_, value)| value);
        let (security, port) = match (url.scheme(), tls.as_deref()) {
            ("smtps", None) => (Security::Tls, 465),
            ("smtp", None | Some("required")) => (Security::StartTls, 587),
            ("smtp", Some("none")) => (Security::None, 25),
            ("smtp" | "smtps", _) => bail!("`tls` must be `required` or `none`, and needs smtp://"),
            _ => bail!("the URL must begin with smtps:// or smtp://"),
        };
        let host = url.host_str().filter(|host| !host.is_empty()).context("the host is missing")?;
        let plain = |text: &str| anyhow::Ok(percent_decode_str(text).decode_utf8()?.into_owned());
        let credentials = match (url.username(), url.password()) {
            ("", None) => None,
            (user, Some(password)) => Some(Credentials::new(plain(user)?, plain(password)?)),
            (_, None) => bail!("the password is missing"),
        };
        ensure!(url.path().len() <= 1, "the URL must not have a path");
        let host = host.trim_matches(['[', ']']).to_owned();
        let is_here = host == "localhost"
            || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
        if security == Security::None && !is_here {
            if credentials.is_some() {
                bail!("the password would be sent unencrypted: remove `tls=none`");
            }
            // Emails contain links to set passwords, and whole conversations.
            let is_trusted =
                url.query_pairs().any(|pair| pair == ("network".into(), "trusted".into()));
            ensure!(
                is_trusted,
                "emails would be sent unencrypted: remove `tls=none`, or add `&network=trusted` for a relay \
                 within your own network"
            );
        }
        Ok(Self { host, port: url.port().unwrap_or(port), security, credentials })
    }
}

impl std::fmt::Display for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_says_how_the_talk_is_kept_private() {
        let check = |text: &str, port, security, has_credentials| {
            let smtp: Smtp = text.parse().unwrap();
            let found = (smtp.port, smtp.security, smtp.credentials.is_some());
            assert_eq!(found, (port, security, has_credentials), "{text}");
        };
        check("smtps://me:p%40ss@smtp.example.com", 465, Security::Tls, true);
        check("smtp://me:pass@smtp.example.com", 587, Security::StartTls, true);
        check("smtp://me:pass@smtp.example.com:2525?tls=required", 2525, Security::StartTls, true);
        check("smtp://127.0.0.1:2525?tls=none", 2525, Security::None, false);
        check("smtp://[::1]?tls=none", 25, Security::None, false);
        check("smtp://me:pass@127.0.0.1?tls=none", 25, Security::None, true);
        check("smtp://relay.internal?tls=none&network=trusted", 25, Security::None, false);
        let wrong = [
            "",
            "smtp.example.com",
            "http://smtp.example.com",
            "smtp://",
            "smtp://me@smtp.example.com",
            "smtp://smtp.example.com?tls=maybe",
            "smtp://relay.internal?tls=none",
            "smtp://me:pass@relay.internal?tls=none&network=trusted",
            "smtps://smtp.example.com?tls=none",
            "smtps://smtp.example.com/path",
            "smtp://me:pass@smtp.example.com?tls=none",
        ];
        for text in wrong {
            assert!(text.parse::<Smtp>().is_err(), "{text}");
        }
    }
}
