//! What holds of the mail of all inboxes, by the program's settings.

/// What holds of the mail of all inboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRules {
    /// Where mails come from that no inbox gives an address of its own, in lower case: what comes in from there
    /// was written by a program.
    pub from: Option<String>,
    /// What the mail servers call themselves that take mails in for us, and whose word counts on who sent one
    /// (RFC 8601, section 2.5).
    pub authserv_ids: Vec<String>,
    /// How long a mail that came in is kept as it came, in milliseconds; those that are no message, at all.
    pub kept_ms: u64,
}

impl MailRules {
    /// A day, in milliseconds.
    pub const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
}

impl Default for MailRules {
    fn default() -> Self {
        Self { from: None, authserv_ids: Vec::new(), kept_ms: 365 * Self::DAY_MS }
    }
}
