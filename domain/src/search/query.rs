//! A search request.

#[cfg(doc)]
use protocol::limits::SEARCH_HITS;
use protocol::{Filter, UnixMillis};

/// A search request.
#[derive(Clone, Debug)]
pub struct Query {
    /// Words or beginnings of words. All must occur in one message, or in the visitor's details.
    pub text: String,
    /// Only these conversations.
    pub filter: Filter,
    /// Only messages written at this time or later, in milliseconds since 1970 (UTC).
    pub from_ms: Option<UnixMillis>,
    /// Only messages written before this time, in milliseconds since 1970 (UTC).
    pub until_ms: Option<UnixMillis>,
    /// The most conversations to return, up to [`SEARCH_HITS`].
    pub limit: u64,
}
