//! Who is there.

use crate::json::{record, words};

words! {
    /// What an agent is: by choice while they have a socket, else offline.
    pub enum Presence {
        /// Answers.
        "online" => Online,
        /// Has the inbox open, and does not answer now.
        "away" => Away,
        /// Is not there, or does not want to be seen.
        "offline" => Offline,
    }
}

words! {
    /// Whether somebody answers.
    pub enum Attendance {
        /// Somebody is there, within the hours.
        "online" => Online,
        /// It is within the hours, and nobody is there right now.
        "away" => Away,
        /// It is outside of the hours.
        "closed" => Closed,
    }
}

record! {
    /// Whether somebody answers in an inbox: the one answer for the chat, the interface and mail.
    pub struct Availability {
        /// Whether somebody answers.
        pub attendance: Attendance,
        /// When the hours begin again, in milliseconds since 1970 (UTC); absent within them, and
        /// where they never do.
        pub opens_at_ms: Option<u64>,
    }
}
