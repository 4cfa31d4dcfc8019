//! What a search finds.

use alloc::string::String;
use alloc::vec::Vec;

use crate::entry::{Author, Seq};
use crate::json::record;
use crate::summary::Summary;

record! {
    /// A piece of a text that was found.
    pub struct Part {
        /// The piece.
        pub text: String,
        /// Whether it is what was looked for.
        pub is_hit: bool,
    }
}

record! {
    /// A conversation that was found, by the best of what was found in it.
    pub struct Hit {
        /// Its line in the list.
        pub conversation: Summary,
        /// The position of the message or note; absent where the visitor was found, by name, mail
        /// address or the site's id of them.
        pub seq: Option<Seq>,
        /// When that was written, in milliseconds since 1970 (UTC).
        pub at_ms: Option<u64>,
        /// Who wrote it.
        pub author: Option<Author>,
        /// What was found, with what is around it: at most [`crate::limits::EXCERPT_CHARS`].
        pub parts: Vec<Part>,
    }
}
