//! The program's settings for the email of all inboxes.

/// The program's settings for the email of all inboxes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRules {
    /// The sender address of inboxes that have none, in lower case. Inbound email from this address was written
    /// by a program.
    pub from: Option<String>,
    /// The names (authserv-ids) of the mail servers that receive email for us, and whose verdict on the sender
    /// is trusted (RFC 8601, section 2.5).
    pub authserv_ids: Vec<String>,
    /// How long inbound email is retained in its original form, in milliseconds. Emails that were ignored or
    /// dismissed are then deleted entirely.
    pub kept_ms: u64,
}

impl MailRules {
    /// One day, in milliseconds.
    pub const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
}

impl Default for MailRules {
    fn default() -> Self {
        Self { from: None, authserv_ids: Vec::new(), kept_ms: 365 * Self::DAY_MS }
    }
}
