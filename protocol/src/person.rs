//! What is retained about people.

use alloc::string::String;

use crate::id::{InboxId, VisitorId};
use crate::json::record;
use crate::unix_millis::UnixMillis;

record! {
    /// A visitor who may be the person that a request is about.
    pub struct FoundPerson {
        /// The visitor.
        pub visitor: VisitorId,
        /// The name to show.
        pub name: String,
        /// Their inbox.
        pub inbox: InboxId,
        /// The name of their inbox.
        pub inbox_name: String,
        /// Their email address.
        pub email: Option<String>,
        /// Whether the address is proven to be theirs. If not, anyone may have claimed it.
        pub is_email_verified: bool,
        /// The site's own id of the user, verified.
        pub user_id: Option<String>,
        /// How many conversations they have.
        pub conversations: u64,
        /// When they first wrote.
        pub created_at_ms: UnixMillis,
        /// When they were last connected.
        pub last_seen_at_ms: Option<UnixMillis>,
    }
}

record! {
    /// How much was erased.
    #[derive(Copy, Default)]
    pub struct Erased {
        /// The number of conversations.
        pub conversations: u64,
        /// The number of their messages, notes and events.
        pub entries: u64,
        /// The number of files.
        pub files: u64,
        /// The number of emails.
        pub mails: u64,
    }
}

impl core::ops::AddAssign for Erased {
    fn add_assign(&mut self, other: Self) {
        self.conversations += other.conversations;
        self.entries += other.entries;
        self.files += other.files;
        self.mails += other.mails;
    }
}
