//! Presence of agents, and availability of inboxes.

use crate::json::{record, words};
use crate::unix_millis::UnixMillis;

words! {
    /// An agent's presence: their choice while they are connected, otherwise offline.
    pub enum Presence {
        /// Available to answer.
        "online" => Online,
        /// Has the inbox open, but does not answer now.
        "away" => Away,
        /// Not connected, or does not want to be seen.
        "offline" => Offline,
    }
}

words! {
    /// Whether an inbox's visitors can expect an answer now.
    pub enum Attendance {
        /// An agent is available, within business hours.
        "online" => Online,
        /// Within business hours, but no agent is available right now.
        "away" => Away,
        /// Outside of business hours.
        "closed" => Closed,
    }
}

record! {
    /// Whether anyone answers in an inbox. The chat, the dashboard and email all use this answer.
    pub struct Availability {
        /// Whether anyone answers.
        pub attendance: Attendance,
        /// When business hours begin again, in milliseconds since 1970 (UTC). Absent within them, and if
        /// they never begin.
        pub opens_at_ms: Option<UnixMillis>,
    }
}
