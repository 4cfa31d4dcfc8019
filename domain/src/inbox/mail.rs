//! The email that an inbox sends.

use protocol::ErrorCode;

use crate::agent::check_email;
use crate::error::Result;
use crate::table::inbox;

/// The range of the wait before unread replies are sent, in milliseconds: a minute to a day.
const WAIT_MS: std::ops::RangeInclusive<u64> = 60_000..=24 * 60 * 60_000;

/// The range of how many emails of one kind an inbox may cause in an hour.
const AN_HOUR: std::ops::RangeInclusive<u32> = 1..=100_000;

/// The settings for the email that an inbox sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxMail {
    /// The sender address. Without one, it is the program's own.
    pub from: Option<String>,
    /// Where the team is notified of messages that came while nobody was available. Without one, it is not.
    pub team_address: Option<String>,
    /// Whether visitors get email.
    pub to_visitors: bool,
    /// How long a reply may be unread before it is sent by email, in milliseconds.
    pub unread_wait_ms: u64,
    /// The most emails of one kind that the inbox may cause in an hour.
    pub an_hour: u32,
}

impl InboxMail {
    pub(super) fn of(row: &inbox::Model) -> Self {
        Self {
            from: row.mail_from.clone(),
            team_address: row.team_address.clone(),
            to_visitors: row.mails_visitors,
            unread_wait_ms: row.unread_wait_ms.unsigned_abs(),
            an_hour: row.mails_an_hour.unsigned_abs(),
        }
    }

    pub(super) fn check(self) -> Result<Self> {
        let address = |address: Option<String>| {
            let given = address.filter(|address| !address.trim().is_empty());
            given.map(|address| check_email(&address)).transpose()
        };
        if !WAIT_MS.contains(&self.unread_wait_ms) || !AN_HOUR.contains(&self.an_hour) {
            return Err(ErrorCode::MailSettingsInvalid.into());
        }
        let from = address(self.from)?;
        if from.as_deref().is_some_and(|from| !is_sender(from)) {
            return Err(ErrorCode::EmailInvalid.into());
        }
        Ok(Self { from, team_address: address(self.team_address)?, ..self })
    }
}

/// Whether mail servers accept it as a sender (RFC 5321, section 4.1.2): a dot-string at a host.
pub(super) fn is_sender(address: &str) -> bool {
    let is_dotted = |text: &str, also: &str| {
        let fits = |c: char| c.is_ascii_alphanumeric() || also.contains(c);
        text.split('.').all(|part| !part.is_empty() && part.chars().all(fits))
    };
    let parts = address.split_once('@');
    parts.is_some_and(|(name, host)| is_dotted(name, "!#$%&'*+-/=?^_`{|}~") && is_dotted(host, "-"))
}
