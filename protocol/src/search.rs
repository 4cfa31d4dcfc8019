//! Search results.

use alloc::string::String;
use alloc::vec::Vec;

use crate::entry::Author;
use crate::json::record;
use crate::seq::Seq;
use crate::summary::Summary;
use crate::unix_millis::UnixMillis;

record! {
    /// A part of an excerpt.
    pub struct Part {
        /// The text.
        pub text: String,
        /// Whether it matches the search.
        pub is_hit: bool,
    }
}

record! {
    /// A conversation that was found, with the best match in it.
    pub struct Hit {
        /// The conversation.
        pub conversation: Summary,
        /// The position of the message or note. Absent if the visitor matched, by name, email address or
        /// the site's user id.
        pub seq: Option<Seq>,
        /// When it was written, in milliseconds since 1970 (UTC).
        pub at_ms: Option<UnixMillis>,
        /// Who wrote it.
        pub author: Option<Author>,
        /// An excerpt with the matches: at most [`crate::limits::EXCERPT_CHARS`], not counting ellipses.
        pub parts: Vec<Part>,
    }
}
